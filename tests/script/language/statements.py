"""Assignments, branches, loops and what leaves them."""

# ruff: noqa

from typing import Dict, List, Optional, Tuple

import rushlight as torch
from rushlight import Tensor


@runs((1, 2))
def plain_assignment(a: int, b: int) -> int:
    c = a
    d = c + b
    return d


@runs((1,))
def chained_assignment(a: int) -> Tuple[int, int, int]:
    b = c = d = a + 1
    return b, c, d


@runs((1, 2))
def tuple_assignment(a: int, b: int) -> Tuple[int, int]:
    a, b = b, a
    return a, b


@runs((1, 2, 3))
def nested_tuple_assignment(a: int, b: int, c: int):
    (x, y), z = (a, b), c
    return x + y * z


@runs((1, 2, 3))
def starred_last(a: int, b: int, c: int):
    x, *y = a, b, c
    return x, y


@runs((1, 2, 3))
def starred_first(a: int, b: int, c: int):
    *x, y = a, b, c
    return x, y


@runs((1, 2, 3, 4))
def starred_middle(a: int, b: int, c: int, d: int):
    x, *y, z = a, b, c, d
    return x, y, z


@runs(([1, 2],), ([1, 2, 3],))
def unpack_list(values: List[int]) -> int:
    a, b = values
    return a - b


@runs(([[1, 2], [3, 4]],))
def unpack_nested_list(values: List[List[int]]) -> int:
    (a, b), (c, d) = values
    return a - b + c * d


@runs((torch.tensor([1.0, 2.0]),))
def unpack_tensor(x: Tensor):
    a, b = x
    return a - b


@runs((1,))
def annotated_assignment(a: int) -> int:
    b: int = a + 1
    return b


@runs((1,))
def annotated_optional(a: int):
    b: Optional[int] = a
    return b


@runs(())
def annotated_list():
    b: List[int] = []
    b.append(3)
    return b


@runs(())
def annotated_list_pep585():
    b: list[int] = []
    c: dict[str, list[float]] = {}
    d: tuple[int, str] = (1, "a")
    b.append(3)
    return b, c, d


@runs((None,), (3,))
def pep604(a: int | None) -> int:
    if a is None:
        return 0
    return a


@runs((1,))
def annotated_wrong(a: int) -> int:
    b: str = a
    return a


@runs((1,))
def annotated_twice(a: int) -> int:
    b: int = a
    b: int = a + 1
    return b


@runs((1,))
def annotated_in_branch(a: int) -> int:
    b = 0
    if a > 0:
        b: int = a + 1
    return b


@runs((1,))
def bare_annotation(a: int) -> int:
    b: int
    b = a
    return b


@runs((5, 3))
def augmented_int(a: int, b: int) -> int:
    a += b
    a -= 1
    a *= 3
    a //= 2
    a %= 5
    return a


@runs((5, 3))
def augmented_bits(a: int, b: int) -> int:
    a |= b
    a &= 6
    a ^= 1
    a <<= 2
    a >>= 1
    return a


@runs((5, 3))
def augmented_simple(a: int, b: int) -> int:
    a += b
    a -= 1
    a *= 3
    return a


@runs((5.0, 3.0))
def augmented_float(a: float, b: float) -> float:
    a += b
    a -= 1.0
    a *= 3.0
    a /= 2.0
    return a


@runs((5.0,))
def augmented_power(a: float) -> float:
    a **= 2.0
    return a


@runs((torch.ones(3), torch.arange(3.0)))
def augmented_tensor(x: Tensor, y: Tensor) -> Tensor:
    x += y
    x -= 1
    x *= y
    x /= 2
    return x


@runs((torch.tensor([5, 3]),))
def augmented_tensor_bits(x: Tensor) -> Tensor:
    x |= 1
    x &= 7
    x ^= 2
    return x


@runs((torch.tensor([5, 3]),))
def augmented_tensor_shift(x: Tensor) -> Tensor:
    x <<= 1
    return x


@runs((torch.tensor([5.0, 3.0]),))
def augmented_tensor_others(x: Tensor) -> Tensor:
    x **= 2
    x %= 4
    return x


@runs((torch.eye(2),))
def augmented_matmul(x: Tensor) -> Tensor:
    x @= x
    return x


@runs(([1],))
def augmented_list(a: List[int]) -> List[int]:
    a += [2, 3]
    return a


@runs(("a",))
def augmented_string(a: str) -> str:
    a += "b"
    return a


@runs(([1, 2],))
def augmented_list_item(a: List[int]) -> List[int]:
    a[0] += 5
    a[1] *= 3
    return a


@runs(({"a": 1},))
def augmented_dict_item(a: Dict[str, int]) -> Dict[str, int]:
    a["a"] += 5
    return a


@runs((torch.zeros(2, 2),))
def augmented_tensor_item(a: Tensor) -> Tensor:
    a[0] += 5
    a[1, 1] -= 2
    a[:, 0] *= 2
    return a


@runs(([1, 2], 1))
def list_item(a: List[int], i: int) -> List[int]:
    a[i] = 5
    a[-2] = 7
    return a


@runs(({"a": 1},))
def dict_item(a: Dict[str, int]) -> Dict[str, int]:
    a["b"] = 2
    a["a"] = 3
    return a


@runs((torch.zeros(3),))
def tensor_item(a: Tensor) -> Tensor:
    a[0] = 1
    a[1:] = 2.5
    return a


@runs(([1, 2, 3],))
def assign_items_from_tuple(a: List[int]) -> List[int]:
    a[0], a[1] = a[1], a[0]
    return a


@runs(([1, 2, 3, 4],))
def assign_slice(a: List[int]) -> List[int]:
    a[1:3] = [7, 8]
    return a


@runs((3,), (-3,))
def if_else(a: int) -> int:
    if a > 0:
        b = 1
    else:
        b = 2
    return b


@runs((3,), (-3,), (0,), (50,))
def elif_chain(a: int) -> str:
    if a > 10:
        b = "large"
    elif a > 0:
        b = "small"
    elif a == 0:
        b = "zero"
    else:
        b = "negative"
    return b


@runs((3,), (-3,))
def if_only(a: int) -> int:
    if a > 0:
        a = a * 10
    return a


@runs((3,), (-3,))
def nested_if(a: int) -> int:
    b = 0
    if a > 0:
        if a > 2:
            b = 5
        else:
            b = 6
        b += 1
    return b


@runs((3, 4), (-3, 4))
def if_both_assign_two(a: int, b: int):
    if a > 0:
        c, d = a, b
    else:
        c, d = b, a
    return c - d


@runs((torch.ones(1),), (torch.zeros(1),))
def if_tensor(x: Tensor) -> Tensor:
    if x:
        return x + 1
    return x - 1


@runs((torch.ones(2),), (-torch.ones(2),))
def if_tensor_compare(x: Tensor) -> Tensor:
    if x.sum() > 0:
        x = x * 2
    return x


@runs(([],), ([1],))
def if_list(x: List[int]) -> int:
    if x:
        return 1
    return 0


@runs(("",), ("a",))
def if_string(x: str) -> int:
    if x:
        return 1
    return 0


@runs((0,), (4,))
def if_int(x: int) -> int:
    if x:
        return 1
    return 0


@runs((0.0,), (4.0,))
def if_float(x: float) -> int:
    if x:
        return 1
    return 0


@runs((5,), (0,))
def while_simple(n: int) -> int:
    total = 0
    while n > 0:
        total += n
        n -= 1
    return total


@runs((5,), (0,))
def while_int_condition(n: int) -> int:
    total = 0
    while n:
        total += n
        n -= 1
    return total


@runs((5,))
def while_true_break(n: int) -> int:
    i = 0
    while True:
        i += 1
        if i > n:
            break
    return i


@runs((5,))
def while_true_return(n: int) -> int:
    i = 0
    while True:
        i += 1
        if i > n:
            return i


@runs((torch.tensor([1.0]),))
def while_tensor(x: Tensor) -> Tensor:
    while x < 10:
        x = x * 2
    return x


@runs((4, 3))
def while_nested(n: int, m: int) -> int:
    total = 0
    i = 0
    while i < n:
        j = 0
        while j < m:
            total += i * j
            j += 1
        i += 1
    return total


@runs((4,))
def while_else(n: int) -> int:
    while n > 0:
        n -= 1
    else:
        n = 7
    return n


@runs((4,))
def for_else(n: int) -> int:
    for i in range(n):
        n -= 1
    else:
        n = 7
    return n


@runs((4,))
def for_range(n: int) -> int:
    total = 0
    for i in range(n):
        total += i
    return total


@runs((1, 6))
def for_range_two(a: int, b: int) -> int:
    total = 0
    for i in range(a, b):
        total += i
    return total


@runs((1, 10, 3), (10, 1, -2), (1, 2, 0))
def for_range_three(a: int, b: int, c: int) -> int:
    total = 0
    for i in range(a, b, c):
        total += i
    return total


@runs(([1, 2, 3],), ([],))
def for_list(values: List[int]) -> int:
    total = 0
    for value in values:
        total += value
    return total


@runs(("abc",))
def for_string(text: str) -> str:
    out = ""
    for letter in text:
        out = letter + out
    return out


@runs((torch.arange(6.0).reshape(3, 2),))
def for_tensor(x: Tensor) -> Tensor:
    total = torch.zeros(2)
    for row in x:
        total = total + row * 2
    return total


@runs(((1, 2, 3),))
def for_tuple(values: Tuple[int, int, int]) -> int:
    total = 0
    for value in values:
        total += value
    return total


@runs(((1, 2.5, "a"),))
def for_mixed_tuple(values: Tuple[int, float, str]) -> str:
    total = ""
    for value in values:
        total = total + str(value)
    return total


@runs(())
def for_tuple_literal() -> int:
    total = 0
    for i in (1, 2, 3):
        total += i
    return total


@runs(())
def for_list_literal() -> int:
    total = 0
    for i in [1, 2, 3]:
        total += i
    return total


@runs(({"a": 1, "b": 2},))
def for_dict(values: Dict[str, int]) -> str:
    out = ""
    for key in values:
        out += key
    return out


@runs(({"a": 1, "b": 2},))
def for_dict_items(values: Dict[str, int]) -> int:
    total = 0
    for key, value in values.items():
        total += value + len(key)
    return total


@runs(({"a": 1, "b": 2},))
def for_dict_keys_values(values: Dict[str, int]) -> int:
    total = 0
    for key in values.keys():
        total += len(key)
    for value in values.values():
        total += value
    return total


@runs(([(1, 2), (3, 4)],))
def for_pairs(values: List[Tuple[int, int]]) -> int:
    total = 0
    for a, b in values:
        total += a * b
    return total


@runs(([(1, (2, 3))],))
def for_nested_targets(values: List[Tuple[int, Tuple[int, int]]]) -> int:
    total = 0
    for a, (b, c) in values:
        total += a * b - c
    return total


@runs(([5, 6, 7],))
def for_enumerate(values: List[int]) -> int:
    total = 0
    for i, value in enumerate(values):
        total += i * value
    return total


@runs(([5, 6, 7],))
def for_enumerate_start(values: List[int]) -> int:
    total = 0
    for i, value in enumerate(values, 2):
        total += i * value
    return total


@runs(([5, 6, 7],))
def for_enumerate_start_keyword(values: List[int]) -> int:
    total = 0
    for i, value in enumerate(values, start=2):
        total += i * value
    return total


@runs(([5, 6, 7], [1, 2, 3]), ([5, 6, 7], [1]))
def for_zip(a: List[int], b: List[int]) -> int:
    total = 0
    for x, y in zip(a, b):
        total += x * y
    return total


@runs(([5, 6, 7], [1.0, 2.0, 3.0], ["a", "b", "c"]))
def for_zip_three(a: List[int], b: List[float], c: List[str]) -> str:
    out = ""
    for x, y, z in zip(a, b, c):
        out += str(x) + str(y) + z
    return out


@runs(([5, 6, 7], [1, 2, 3]))
def for_enumerate_zip(a: List[int], b: List[int]) -> int:
    total = 0
    for i, (x, y) in enumerate(zip(a, b)):
        total += i * x * y
    return total


@runs(([5, 6, 7], 3))
def for_zip_range(a: List[int], n: int) -> int:
    total = 0
    for x, y in zip(a, range(n)):
        total += x * y
    return total


@runs(([5, 6, 7],))
def for_zip_enumerate(a: List[int]) -> int:
    total = 0
    for x, (i, y) in zip(a, enumerate(a)):
        total += x * y + i
    return total


@runs(([5, 6, 7], (1, 2, 3)))
def for_zip_tuple(a: List[int], b: Tuple[int, int, int]) -> int:
    total = 0
    for x, y in zip(a, b):
        total += x * y
    return total


@runs(([5, 6, 7],))
def for_reversed(a: List[int]) -> int:
    total = 0
    for x in reversed(a):
        total += x
    return total


@runs(([5, 6, 7],))
def for_sorted(a: List[int]) -> int:
    total = 0
    for x in sorted(a):
        total = total * 10 + x
    return total


@runs((5,))
def for_int(a: int) -> int:
    total = 0
    for x in a:
        total += x
    return total


@runs((7,))
def for_break(n: int) -> int:
    total = 0
    for i in range(n):
        if i == 4:
            break
        total += i
    return total


@runs((7,))
def for_continue(n: int) -> int:
    total = 0
    for i in range(n):
        if i % 2 == 0:
            continue
        total += i
    return total


@runs((7,))
def for_break_else_branch(n: int) -> int:
    total = 0
    for i in range(n):
        if i < 4:
            total += i
        else:
            break
    return total


@runs((3,), (30,))
def for_break_and_return(n: int) -> int:
    for i in range(n):
        if i == 5:
            break
        if i == 17:
            return -1
    return i


@runs((5,))
def for_unused_index(n: int) -> int:
    total = 0
    for _ in range(n):
        total += 2
    return total


@runs((5,))
def for_assigns_index(n: int) -> int:
    total = 0
    for i in range(n):
        i = i * 2
        total += i
    return total


@runs((3,))
def break_in_nested(n: int) -> int:
    total = 0
    for i in range(n):
        for j in range(n):
            if j > i:
                break
            if i == 1:
                continue
            total += 1
        else_value = total
        total = else_value + 1
    return total


@runs((3,))
def while_continue_break(n: int) -> int:
    total = 0
    while True:
        n += 1
        if n % 2 == 0:
            continue
        total += n
        if n > 10:
            break
    return total


@runs((1,))
def pass_everywhere(n: int) -> int:
    if n > 0:
        pass
    else:
        pass
    for i in range(n):
        pass
    while n > 10:
        pass
    return n


@runs((1,))
def delete_name(n: int) -> int:
    m = n
    del n
    return m


@runs((1,))
def delete_then_use(n: int) -> int:
    del n
    return n


@runs(([1, 2, 3],))
def delete_list_item(a: List[int]) -> List[int]:
    del a[1]
    return a


@runs(({"a": 1, "b": 2},))
def delete_dict_item(a: Dict[str, int]) -> Dict[str, int]:
    del a["a"]
    return a


@runs(([1, 2, 3],))
def delete_slice(a: List[int]) -> List[int]:
    del a[0:2]
    return a


@runs((1,))
def expression_statement(n: int) -> int:
    n + 1
    [n, n]
    "text"
    return n


@runs((1,))
def docstring(n: int) -> int:
    """It has one."""
    return n


@runs((3,))
def no_return(n: int):
    n += 1


@runs((3,))
def bare_return(n: int):
    return


@runs((3,), (-3,))
def bare_return_in_branch(n: int):
    if n > 0:
        return
    n += 1


@runs((3,), (-3,))
def return_none_declared(n: int) -> None:
    if n > 0:
        print(n)


@runs((3,))
def semicolons(n: int) -> int:
    a = n; b = a; return b


@runs((3,))
def backslashes(n: int) -> int:
    a = n + \
        1
    return (a +
            n)


@runs((3,), (-1,))
def one_line_if(n: int) -> int:
    if n > 0: n = 1
    else: n = 2
    return n


@runs((3,))
def walrus(n: int) -> int:
    if (m := n + 1) > 2:
        return m
    return n


@runs((3,))
def uses_global_statement(n: int) -> int:
    global somewhere
    return n


@runs((3,))
def nonlocal_lambda(n: int) -> int:
    f = lambda x: x + 1
    return f(n)


@runs((3,))
def try_statement(n: int) -> int:
    try:
        return n
    except Exception:
        return 0


@runs((3,))
def import_statement(n: int) -> int:
    import math
    return math.floor(n)


@runs((3,))
def nested_function(n: int) -> int:
    def inner(x: int) -> int:
        return x + 1
    return inner(n)


@runs((3,))
def nested_class(n: int) -> int:
    class Inner:
        pass
    return n


@runs((3,))
def match_statement(n: int) -> int:
    match n:
        case 3:
            return 1
    return 0


@runs((3,))
def yields(n: int):
    yield n


@runs((3,))
async def asynchronous(n: int) -> int:
    return n

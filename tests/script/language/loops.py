"""For loops, del, and statements that TorchScript lacks."""

# ruff: noqa

from typing import Dict, List, Optional, Tuple

import rushlight as torch
from rushlight import Tensor


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

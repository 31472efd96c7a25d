"""Small functions that are run, with arguments in `CASES` that lead through their different paths; `torch` stands for either library."""

# ruff: noqa

from typing import Dict, List, Optional, Tuple, Union

import rushlight as torch
from rushlight import Tensor


def early_return(x: int) -> int:
    if x > 3:
        return 1
    return 2


def return_in_else(x: int) -> int:
    y = 5
    if x > 3:
        y = y + x
    else:
        return y
    y = y * 2
    return y


def nested_returns(x: int, y: int) -> int:
    if x > 0:
        if y > 0:
            return x + y
        elif y == 0:
            x = x + 10
        else:
            return x - y
        x = x * 2
    elif y > 100:
        return 7
    return x


def return_in_loop(values: List[int], wanted: int) -> int:
    for i in range(len(values)):
        if values[i] == wanted:
            return i
    return -1


def return_in_nested_loops(n: int, m: int) -> Tuple[int, int]:
    for i in range(n):
        for j in range(n):
            if i * j == m:
                return i, j
            if j > i:
                break
    return -1, -1


def break_and_continue(n: int) -> int:
    total = 0
    for i in range(n):
        if i % 2 == 0:
            continue
        if i > 7:
            break
        total += i
    return total


def while_with_break(n: int) -> int:
    total = 0
    while True:
        n -= 1
        if n < 0:
            break
        total += n
    return total


def while_with_continue(n: int) -> List[int]:
    out: List[int] = []
    while n > 0:
        n -= 1
        if n % 3 == 1:
            continue
        out.append(n)
    return out


def loop_uses_index_after(n: int) -> int:
    i = 100
    for i in range(n):
        pass
    return i


def nested_while(n: int) -> int:
    total = 0
    i = 0
    while i < n:
        j = 0
        while j < i:
            total += i * j
            j += 1
            if total > 50:
                break
        i += 1
    return total


def constant_conditions(x: int) -> int:
    if True:
        x = x + 1
    if 1 > 2:
        x = x * 100
    for i in range(0):
        x = x - 1
    while False:
        x = 0
    return x


def folded_constants(x: float) -> Tuple[float, str, Tuple[int, str]]:
    a = 2 * 3 + 4
    b = 1.5 * a
    c = "a" + "b"
    d = (a, c)
    return x * b, c, d


def unused_values(x: int) -> int:
    a = x + 1
    b = a * 2
    c = [a, b]
    if x > 2:
        b = 5
    return x


def tuple_rotation(n: int) -> Tuple[int, int]:
    a, b = 0, 1
    for _ in range(n):
        a, b = b, a + b
    return a, b


def tuple_index(x: int) -> int:
    t = (x, x + 1, (x + 2, "s"))
    u = t[2]
    v = t[:2]
    return t[-2] + u[0] + v[0]


def optional_refinement(x: Optional[int], y: Optional[int] = None) -> int:
    if x is None:
        x = 3
    if y is not None and y > 2:
        return x + y
    return x


def optional_in_branch(flag: bool) -> Optional[int]:
    z: Optional[int] = None
    if flag:
        z = 4
    return z


def isinstance_refinement(x: Union[int, str, List[int]]) -> str:
    if isinstance(x, int):
        return str(x + 1)
    elif isinstance(x, str):
        return x + "!"
    else:
        return str(len(x))


def raises(x: int) -> int:
    if x == 0:
        raise ValueError("zero")
    elif x == 1:
        raise RuntimeError("one: {}".format(x))
    assert x != 2, "two"
    return x


def raise_in_else(x: int) -> int:
    if x > 0:
        y = x
    else:
        raise ValueError(f"not positive: {x}")
    return y + 1


def list_comprehension(values: List[int]) -> List[int]:
    doubled = [v * 2 for v in values]
    return [v + 1 for v in doubled]


def dictionaries(n: int) -> Dict[str, int]:
    d: Dict[str, int] = {}
    for i in range(n):
        d[str(i)] = i * i
    if "2" in d:
        d["two"] = d["2"]
    return d


def strings(x: str, n: int) -> List[str]:
    parts = x.split(",")
    out: List[str] = []
    for p in parts:
        out.append(p.strip().upper() + "%d" % n)
    return out


def boolean_logic(a: bool, b: bool, x: int) -> bool:
    return (a and b) or (not a and x > 3) or x == 1


def conditional_expression(x: int) -> int:
    y = 1 if x > 2 else 0
    return y + (x if y == 0 else 2 * x)


def integers_wrap(x: int) -> int:
    for _ in range(70):
        x = x * 3 + 1
    return x


def many_scalars(a: int, b: float) -> Tuple[float, float, int, int, bool]:
    c = a / 2
    d = a // 2 + b
    e = a % 3
    f = int(b) ** 2 if b > 100.0 else float(-a)
    return c, d, e, int(f), a < b


def chained_calls(x: int) -> int:
    return early_return(x) + return_in_else(x)


def swap_lists(a: List[int], b: List[int]) -> Tuple[List[int], List[int]]:
    a, b = b, a
    a.append(1)
    b += [2]
    return a, b


def tensor_loop(x: Tensor, n: int) -> Tensor:
    for i in range(n):
        x = x + i
        if i == 3:
            x = x * 2
    return x


def tensor_condition(x: Tensor) -> Tensor:
    if x.sum() > 0:
        return x.relu()
    y = x.neg()
    while y.sum() < 10:
        y = y * 2
    return y


def tensor_dead_code(x: Tensor) -> Tensor:
    y = x.relu()
    z = x + y
    return x


def tensor_in_place(x: Tensor) -> Tensor:
    y = x + 0
    y.add_(1)
    return y


def deep_nesting(x: int) -> int:
    for a in range(2):
        for b in range(2):
            for c in range(2):
                for d in range(2):
                    if x > 3:
                        for e in range(1):
                            for f in range(1):
                                for g in range(1):
                                    for h in range(1):
                                        for i in range(1):
                                            for j in range(1):
                                                for k in range(1):
                                                    for l in range(1):
                                                        for m in range(1):
                                                            for n in range(2):
                                                                for o in range(2):
                                                                    for p in range(2):
                                                                        for q in range(2):
                                                                            for r in range(1):
                                                                                for s in range(1):
                                                                                    x = x + a + b * q
                                                                                    if x > 400:
                                                                                        break
    return x


def index_of(values: List[int], place: int) -> int:
    return values[place]


def index_through_call(values: List[int], place: int) -> int:
    place = place + 1
    return index_of(values, place)


def deep_division(a: int, b: int) -> int:
    for i in range(1):
        for j in range(1):
            for k in range(1):
                for l in range(1):
                    for m in range(1):
                        for n in range(1):
                            for o in range(1):
                                for p in range(1):
                                    for q in range(1):
                                        for r in range(1):
                                            for s in range(1):
                                                for t in range(1):
                                                    for u in range(1):
                                                        for v in range(1):
                                                            for w in range(1):
                                                                for x in range(1):
                                                                    for y in range(1):
                                                                        a = a // b
    return a


CASES = {
    early_return: [(1,), (5,)],
    return_in_else: [(1,), (5,)],
    nested_returns: [(1, 1), (1, 0), (1, -1), (-1, 101), (-1, 3)],
    return_in_loop: [([1, 2, 3], 3), ([1, 2], 5), ([], 0)],
    return_in_nested_loops: [(4, 4), (3, 7)],
    break_and_continue: [(3,), (20,), (0,)],
    while_with_break: [(5,), (0,)],
    while_with_continue: [(9,)],
    loop_uses_index_after: [(3,), (0,)],
    nested_while: [(3,), (9,)],
    constant_conditions: [(4,)],
    folded_constants: [(2.5,)],
    unused_values: [(3,)],
    tuple_rotation: [(10,), (0,)],
    tuple_index: [(3,)],
    optional_refinement: [(None,), (2, 5), (2, 1)],
    optional_in_branch: [(True,), (False,)],
    isinstance_refinement: [(1,), ("a",), ([1, 2],)],
    raises: [(0,), (1,), (2,), (3,)],
    raise_in_else: [(1,), (-1,)],
    list_comprehension: [([1, 2],), ([],)],
    dictionaries: [(4,), (1,)],
    strings: [("a, b,c", 3)],
    boolean_logic: [(True, True, 0), (True, False, 1), (False, False, 5), (False, True, 2)],
    conditional_expression: [(1,), (3,)],
    integers_wrap: [(1,), (-5,)],
    many_scalars: [(7, 2.5), (-7, 101.5)],
    chained_calls: [(5,)],
    swap_lists: [([1], [2, 3])],
    tensor_loop: [(torch.ones(2), 5), (torch.ones(2), 0)],
    tensor_condition: [(torch.ones(2),), (-torch.ones(2),)],
    tensor_dead_code: [(torch.ones(2),)],
    tensor_in_place: [(torch.ones(2),)],
    deep_nesting: [(1,), (4,)],
    index_through_call: [([1, 2], 0), ([1], 4)],
    deep_division: [(7, 2), (1, 0)],
}

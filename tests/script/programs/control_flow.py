"""Branches, loops, early exits, refinement. Read by the compiler as a user's program; `rushlight` stands for either library."""

from typing import Any, Dict, List, Optional, Tuple, Union

import rushlight as torch


def counted_loop(x, n: int):
    for i in range(n):
        x = x * 2 + i
    if n > 3:
        return x
    y = x + 1
    return y


def jumps(x, n: int, y: Optional[torch.Tensor] = None):
    if y is not None:
        x = x + y
    while n > 0:
        n -= 1
        if n == 3:
            break
        if n == 5:
            continue
        x = x - n
    if bool(x.sum() > 0):
        return x
    sizes = [1, 2, n]
    a, b = x.max(0)
    return a[1:2] + sizes[-1]


def refinement(a: Optional[int], b: Optional[int], c: Union[int, str, None]):
    if a is None:
        return 1
    if b is not None and b > a:
        return b
    assert b is not None, "no b"
    if isinstance(c, int):
        return c + a
    elif isinstance(c, str):
        return len(c)
    return a + b


def refined_twice(x: Optional[torch.Tensor], y: Optional[torch.Tensor], flag: bool):
    if x is not None and y is not None:
        return x + y
    if x is None:
        if y is None:
            return torch.zeros(1)
        return y
    z = x if flag else None
    if z is None:
        raise ValueError("no")
    return z


def ternary(x, n: int, f: float):
    y = x if n > 0 else x + 1
    z = n > 1 and f < 2 or not n == 3
    return y, z, -n, n, n // 2, n % 3, f / 2, n / 2, 1 < n < 5


def optional_results(c: bool):
    a: Optional[int] = 1 if c else None
    b = [2] if c else [1]
    d = 1.0 if c else 2.0
    if a is not None and a > 0:
        d += a
    return a, d, b


def early_exits(x, n: int):
    for i in range(n):
        if i == 3:
            return x
        for j in range(i):
            if j == 2:
                return x + 1
            x = x + j
    return x - 1


def always_raises(n: int):
    if n > 1:
        raise RuntimeError("a", n)
    else:
        raise NotImplementedError


def endless_loop(n: int):
    i = 0
    out: List[int] = []
    while True:
        i += 1
        if i % 2 == 0:
            continue
        if i > n:
            break
        out.append(i)
    return out


def nested_loops(rows: List[List[int]]):
    total = 0
    for row in rows:
        for item in row:
            if item < 0:
                continue
            total += item
        if total > 100:
            break
    return total


def iterables(items: List[int], x, d: Dict[str, int], t: Tuple[int, int]):
    s = 0
    for i, v in enumerate(items):
        s += i * v
    for a, b in zip(items, items):
        s = s + a - b
    for row in x:
        s = s + int(row.sum())
    for k in d:
        s += d[k]
    for k, v in d.items():
        s += v
    for e in t:
        s += e
    for i in range(1, 10, 2):
        s += i
    for i in range(2, s):
        if i > 5:
            break
        s += 1
    return s


def walked_together(a: List[int], b: List[str], x):
    out: List[str] = []
    for i, (p, q) in enumerate(zip(a, b)):
        out.append(f"{i}{p}{q}")
    for i, t in enumerate(x):
        out.append(str(i))
    for p, (q, r) in zip(a, zip(b, b)):
        out.append(q + r)
    for i, v in enumerate((1, "a", x)):
        out.append(str(i))
    return out


def known_conditions(x: torch.Tensor, n: Optional[int]):
    if torch.jit.is_scripting():
        y = x + 1
    else:
        y = x - -1
    if x is None:
        y = 3
    if isinstance(x, torch.Tensor):
        y = y + 1
    return y


def containers_as_conditions(s: List[int], d: Dict[str, int], t: str):
    if s:
        return 1
    if not d:
        return 2
    return 3 if t else 4


def unions(x: Union[int, float, str]):
    if isinstance(x, str):
        return 1
    if isinstance(x, (int, float)):
        return 2
    return 3


def anything(x: Any):
    if isinstance(x, int):
        return x + 1
    if isinstance(x, torch.Tensor):
        return 2
    return 0


def assertions(x, n: int):
    assert x.dim() == 2, f"bad {n}"
    assert n > 0
    return x


def merged_variables(x, n: int):
    if n > 0:
        y = x
        z = 1
    else:
        y = x + 1
        z = 2
    if n == 3:
        w = 1
    return y + z


def state_of_the_process(x):
    if torch.is_grad_enabled():
        return x + 1
    return x


def swapped(a: int, b: int):
    a, b = b, a
    x = y = a
    x += 1
    return a, b, x, y


def optional_return(x: Optional[int]) -> Optional[int]:
    if x is None:
        return None
    return x + 1


def nothing_returned(x):
    x.add_(1)


def helper(x: torch.Tensor, k: int = 3) -> Tuple[torch.Tensor, int]:
    return x * k, k


def calls(x):
    y, k = helper(x)
    z, _ = helper(x, k=k)
    return y + z


def cases():
    x = torch.tensor([[1.0, -2.0, 0.5], [0.25, 3.0, -1.0]])
    return {
        "counted_loop": [(x, 2), (x, 5)],
        "jumps": [(x, 7, None), (x, 2, x), (-x * x, 4, None)],
        "refinement": [(None, 2, 3), (1, 2, 3), (5, 3, 4), (5, 3, "abc"), (5, None, None), (5, 3, None)],
        "refined_twice": [(x, x, True), (None, None, True), (None, x, True), (x, None, True), (x, None, False)],
        "ternary": [(x, 1, 0.5), (x, -2, 3.0)],
        "optional_results": [(True,), (False,)],
        "early_exits": [(x, 2), (x, 9)],
        "always_raises": [(2,), (0,)],
        "endless_loop": [(7,), (0,)],
        "nested_loops": [([[1, -2], [100, 3], [5]],), ([],)],
        "iterables": [([1, 2, 3], x, {"a": 1, "b": 2}, (3, 4)), ([], x[:0], {}, (0, 0))],
        "walked_together": [([1, 2], ["p", "q", "r"], x)],
        "known_conditions": [(x, None), (x, 3)],
        "containers_as_conditions": [([], {}, ""), ([1], {}, ""), ([], {"a": 1}, ""), ([], {"a": 1}, "b")],
        "unions": [(1,), (2.5,), ("a",)],
        "anything": [(1,), (x,), ("a",)],
        "assertions": [(x, 1), (x, 0), (x[0], 1)],
        "merged_variables": [(x, 3), (x, 0)],
        "state_of_the_process": [(x,)],
        "swapped": [(1, 2)],
        "optional_return": [(None,), (1,)],
        "nothing_returned": [(x,)],
        "calls": [(x,)],
    }

"""Lists, dictionaries, tuples and strings. Read by the compiler as a user's program; `rushlight` stands for either library."""

import math
from typing import Dict, List, NamedTuple, Optional, Tuple

import rushlight as torch


class Entry(NamedTuple):
    count: int
    values: torch.Tensor


def literals(n: int):
    a: List[int] = []
    a.append(n)
    b = torch.jit.annotate(List[str], [])
    c: Dict[str, List[int]] = {}
    c["x"] = a
    d: Optional[int] = None
    if n > 1:
        d = 3
    e = [[1, 2], [3]]
    f = {"a": 1.5}
    g = (1, "a", None)
    return a, b, c, d, e, f, g


def tuples(n: int, x):
    a, (b, c) = 1, (2, 3)
    p = Entry(n, x)
    q, r = p
    p2 = Entry(values=x, count=3)
    pair = [1, 2]
    u, v = pair
    e = (1, 2) + (3,)
    return a + b + c, p.count, p2.values, q, r, u, v, e, p


def starred(x: Tuple[int, int, int]):
    a, *b = x
    c = (0, *x)
    return a, b, c, x[0:2], x[-1]


def lists(items: List[int]):
    a = items.copy()
    a.sort()
    a.reverse()
    a.insert(0, 9)
    a.extend([1, 2])
    a += [3]
    b = a.pop()
    c = sorted(items)
    d = [x for x in items]
    e = items + [1]
    f = items * 2
    g = 3 in items
    h = min(items), max(items), sum(items), len(items), items == d, items.index(1) if 1 in items else -1, items.count(2)
    m = [i for i in range(3)]
    del a[0]
    return a, b, c, d, e, f, g, h, m, items[::2], items[-2:]


def dictionaries(d: Dict[str, torch.Tensor]):
    e: Dict[str, int] = {"a": 1, "b": 2}
    if "a" in d:
        x = d["a"]
    else:
        x = torch.zeros(2)
    del e["a"]
    for k in e.keys():
        x = x + e[k]
    e.update({"z": 3})
    v = e.get("q")
    w = e.get("q", 5)
    return x, list(e.values()), e.pop("b"), v, w, len(d), "q" not in e


def comprehensions(items: List[int], d: Dict[str, int]):
    a = [x + 1 for x in items]
    b = {str(x): x for x in items}
    c = [k for k in d]
    e = [(i, v) for i, v in enumerate(items)]
    f = [x for x in (1, 2)]
    g = {k: v + 1 for k, v in d.items()}
    h = dict([("a", 1)])
    i = dict(a=1, b=2)
    j = list(d.keys())
    return a, b, c, e, f, g, h, i, j


def items_changed(items: List[int], d: Dict[str, int]):
    items[0] = 5
    items[1] += 3
    d["b"] = 7
    d["b"] += 1
    return items, d, items[-1], items[1:], items[:-1]


def strings(s: str, n: int):
    a = s + "x", s[0], s[1:], s.replace("a", "b"), s.strip(), s.lower(), s.upper(), s.startswith("a"), s.join(["a", "b"])
    b = s.find("a"), str(n), s == "a" or s != "b", [c for c in s], "%s-%d" % (s, n), "{}".format(n), s.split(), len(s)
    return a, b, ord("a"), chr(97), s.isdigit(), "a" in s, f"{n} and {s}", "{} {}".format(n, s), "abc"[1]


def numbers(a: int, b: float):
    c = math.sqrt(b), math.floor(b), math.pi * a, abs(a), abs(b), divmod(a, 3), min(a, 3), max(b, 2.5), math.log(b)
    d = int(b), float(a), bool(a), str(b), a // 2, b // 2.0, a % 3, b % 2.0, b**2.0, math.inf, a / 2, a & 1, a | 2, a ^ 3, a << 1
    return c, d, a >> 1, -a, a == b, not a


def cases():
    x = torch.tensor([1.0, 2.0])
    return {
        "literals": [(1,), (2,)],
        "tuples": [(3, x)],
        "starred": [((1, 2, 3),)],
        "lists": [([3, 1, 2],), ([1, 1],)],
        "dictionaries": [({"a": x},), ({},)],
        "comprehensions": [([1, 2], {"p": 1, "q": 2}), ([], {})],
        "items_changed": [([1, 2, 3], {"a": 1})],
        "strings": [("abca", 3), ("  7 ", -1)],
        "numbers": [(5, 2.5), (-7, 0.5)],
    }

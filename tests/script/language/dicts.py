"""Dicts: literals, methods, comprehensions, conversions."""

# ruff: noqa

from typing import Dict, List, NamedTuple, Optional, Tuple
from collections import namedtuple

import rushlight as torch
from rushlight import Tensor


@runs(([1, 2],))
def dict_comprehension(a: List[int]):
    return {x: x * 2 for x in a}


@runs((["a", "b"],))
def dict_comprehension_strings(a: List[str]):
    return {k: len(k) for k in a}


@runs((["a", "b"], [1, 2]))
def dict_comprehension_zip(a: List[str], b: List[int]):
    return {k: v for k, v in zip(a, b)}


@runs(({"a": 1},))
def dict_comprehension_items(a: Dict[str, int]):
    return {v: k for k, v in a.items()}


@runs(([1, 2],))
def dict_comprehension_condition(a: List[int]):
    return {x: x for x in a if x > 1}


@runs(())
def dict_literals():
    return {"a": 1, "b": 2}, {1: "x"}, {1.5: [1]}


@runs(())
def dict_empty():
    a = {}
    return a


@runs(())
def dict_empty_annotated():
    a: Dict[str, int] = {}
    a["x"] = 1
    return a


@runs(())
def dict_mixed_values():
    return {"a": 1, "b": "c"}


@runs(())
def dict_mixed_keys():
    return {"a": 1, 2: 3}


@runs(({"a": 1}, "a"), ({"a": 1}, "b"))
def dict_index(a: Dict[str, int], k: str):
    return a[k]


@runs(({"a": 1}, "a"), ({"a": 1}, "b"))
def dict_get(a: Dict[str, int], k: str):
    return a.get(k)


@runs(({"a": 1}, "a"), ({"a": 1}, "b"))
def dict_get_default(a: Dict[str, int], k: str):
    return a.get(k, 7)


@runs(({"a": 1}, "b"))
def dict_setdefault(a: Dict[str, int], k: str):
    return a.setdefault(k, 7), a


@runs(({"a": 1}, "a"), ({"a": 1}, "b"))
def dict_pop(a: Dict[str, int], k: str):
    return a.pop(k)


@runs(({"a": 1}, "b"))
def dict_pop_default(a: Dict[str, int], k: str):
    return a.pop(k, 9)


@runs(({"a": 1},))
def dict_popitem(a: Dict[str, int]):
    return a.popitem()


@runs(({"b": 1, "a": 2, "c": 3},))
def dict_popitem_takes_the_first(a: Dict[str, int]):
    a["b"] = 5
    first = a.popitem()
    a["b"] = 6
    return first, a.popitem(), a


@runs(({"a": 1}, {"b": 2}))
def dict_update(a: Dict[str, int], b: Dict[str, int]):
    a.update(b)
    return a


@runs(({"a": 1},))
def dict_copy_clear(a: Dict[str, int]):
    b = a.copy()
    a.clear()
    return a, b


@runs(({"a": 1, "b": 2},))
def dict_views(a: Dict[str, int]):
    return a.keys(), a.values(), a.items()


@runs(({"a": 1, "b": 2},))
def dict_views_to_lists(a: Dict[str, int]):
    return list(a.keys()), list(a.values()), list(a.items()), list(a)


@runs(({"a": 1}, "a"))
def dict_contains(a: Dict[str, int], k: str):
    return k in a, k not in a, k in a.keys()


@runs(({"a": 1},), ({},))
def dict_len_truth(a: Dict[str, int]):
    return len(a), bool(a)


@runs(({"a": 1},), ({},))
def dict_condition(a: Dict[str, int]) -> int:
    if a:
        return 1
    return 0


@runs(({"a": 1}, {"a": 1}))
def dict_compare(a: Dict[str, int], b: Dict[str, int]):
    return a == b


@runs(({"a": {"b": 1}},))
def dict_nested(a: Dict[str, Dict[str, int]]):
    a["a"]["c"] = 5
    return a["a"]["b"], a


@runs(({"a": [1]},))
def dict_of_lists(a: Dict[str, List[int]]):
    a["a"].append(2)
    a["b"] = [3]
    return a


@runs(([("a", 1)],))
def dict_of_pairs(a: List[Tuple[str, int]]):
    return dict(a)


@runs(())
def dict_keywords():
    return dict(a=1, b=2)


@runs(({"a": 1},))
def dict_of_dict(a: Dict[str, int]):
    return dict(a)


@runs(())
def dict_call_empty():
    a: Dict[str, int] = dict()
    return a


@runs(({"a": 1}, {"b": 2}))
def dict_unpacking(a: Dict[str, int], b: Dict[str, int]):
    return {**a, **b}


@runs(({"a": 1}, {"b": 2}))
def dict_or(a: Dict[str, int], b: Dict[str, int]):
    return a | b


@runs(({1: torch.ones(1)},))
def dict_int_keys(a: Dict[int, Tensor]):
    return a[1] + 1


@runs(())
def dict_bool_keys():
    a: Dict[bool, int] = {True: 1}
    return a[True]

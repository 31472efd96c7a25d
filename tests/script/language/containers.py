"""Lists, dicts, tuples, named tuples: their literals, methods, operators, comprehensions and conversions."""

# ruff: noqa

from typing import Dict, List, NamedTuple, Optional, Tuple
from collections import namedtuple

import rushlight as torch
from rushlight import Tensor


@runs(())
def list_literals():
    return [1, 2], [1.5], ["a"], [True], [[1], [2]]


@runs((torch.ones(2),))
def list_of_tensors(x: Tensor):
    return [x, x + 1]


@runs(())
def empty_list_is_tensors():
    return []


@runs(())
def mixed_list():
    return [1, 2.0]


@runs(())
def mixed_list_strings():
    return [1, "a"]


@runs((1,))
def optional_elements(a: Optional[int]):
    return [a, None, 2]


@runs(([1, 2],))
def list_append_extend(a: List[int]):
    a.append(3)
    a.extend([4, 5])
    return a


@runs(([1, 2, 3],))
def list_insert_pop(a: List[int]):
    a.insert(1, 9)
    b = a.pop()
    c = a.pop(0)
    return a, b, c


@runs(([],))
def list_pop_empty(a: List[int]):
    return a.pop()


@runs(([3, 1, 2, 1],))
def list_remove_count_index(a: List[int]):
    n = a.count(1)
    i = a.index(2)
    a.remove(1)
    return a, n, i


@runs(([1],))
def list_remove_missing(a: List[int]):
    a.remove(7)
    return a


@runs(([3, 1, 2],))
def list_sort_reverse(a: List[int]):
    a.sort()
    b = a.copy()
    b.reverse()
    return a, b


@runs(([3, 1, 2],))
def list_sort_descending(a: List[int]):
    a.sort(reverse=True)
    return a


@runs(([3, 1, 2],))
def list_sorted(a: List[int]):
    return sorted(a), a


@runs((["b", "a"],))
def list_sorted_strings(a: List[str]):
    return sorted(a)


@runs(([3, 1],))
def list_clear(a: List[int]):
    a.clear()
    return len(a)


@runs(([1, 2], [3]))
def list_add(a: List[int], b: List[int]):
    return a + b


@runs(([1, 2],))
def list_times(a: List[int]):
    return a * 2


@runs(([1, 2],))
def times_list(a: List[int]):
    return 2 * a


@runs(([1, 2], [1, 2]), ([1], [2]))
def list_compare(a: List[int], b: List[int]):
    return a == b, a != b


@runs(([1, 2], [1, 3]))
def list_less(a: List[int], b: List[int]):
    return a < b


@runs(([1, 2], 2), ([1, 2], 3))
def list_contains(a: List[int], x: int):
    return x in a, x not in a


@runs((["a", "b"], "a"))
def list_contains_string(a: List[str], x: str):
    return x in a


@runs(([1, 2, 3, 4],))
def list_slices(a: List[int]):
    return a[1:], a[:2], a[1:3], a[::2], a[-2:], a[:]


@runs(([1, 2, 3, 4],))
def list_negative_step(a: List[int]):
    return a[::-1]


@runs(([1, 2, 3], -1), ([1], 4), ([1], -2))
def list_index(a: List[int], i: int):
    return a[i]


@runs(([[1, 2], [3]],))
def list_nested_index(a: List[List[int]]):
    a[0][1] = 5
    return a[0][1] + a[1][0]


@runs(([1, 2, 3],))
def list_builtins(a: List[int]):
    return len(a), sum(a), max(a), min(a)


@runs(([1.5, 2.5],))
def list_builtins_float(a: List[float]):
    return len(a), sum(a), max(a), min(a)


@runs(([True, False],))
def list_any_all(a: List[bool]):
    return any(a), all(a)


@runs(([1, 0],))
def list_any_all_int(a: List[int]):
    return any(a), all(a)


@runs(([1, 2],), ([],))
def list_truth(a: List[int]):
    return bool(a), not a


@runs(([1, 2],))
def list_of_list(a: List[int]):
    return list(a)


@runs((3,))
def list_of_range(n: int):
    return list(range(n))


@runs(("abc",))
def list_of_string(s: str):
    return list(s)


@runs(([1, 2], [3, 4]))
def list_of_zip(a: List[int], b: List[int]):
    return list(zip(a, b))


@runs(([1, 2],))
def list_of_enumerate(a: List[int]):
    return list(enumerate(a))


@runs(())
def list_empty_call():
    a = list()
    return a


@runs(([1, 2, 3],))
def comprehension(a: List[int]):
    return [x * 2 for x in a]


@runs(([1, 2, 3],))
def comprehension_condition(a: List[int]):
    return [x * 2 for x in a if x > 1]


@runs((4,))
def comprehension_range(n: int):
    return [i * i for i in range(n)]


@runs((2,))
def comprehension_nested(n: int):
    return [[i * j for i in range(n)] for j in range(n)]


@runs((2,))
def comprehension_two_loops(n: int):
    return [i * j for i in range(n) for j in range(n)]


@runs(([(1, 2), (3, 4)],))
def comprehension_pairs(a: List[Tuple[int, int]]):
    return [x * y for x, y in a]


@runs(([1, 2],))
def comprehension_enumerate(a: List[int]):
    return [i * x for i, x in enumerate(a)]


@runs(([1, 2], [3, 4]))
def comprehension_zip(a: List[int], b: List[int]):
    return [x * y for x, y in zip(a, b)]


@runs((torch.ones(2, 2),))
def comprehension_tensor(x: Tensor):
    return [row + i for i, row in enumerate(x)]


@runs(([torch.ones(1), torch.zeros(1)],))
def comprehension_method(a: List[Tensor]):
    return torch.stack([x.exp() for x in a])


@runs(())
def comprehension_tuple_literal():
    return [x + 1 for x in (1, 2)]


@runs(({"a": 1},))
def comprehension_dict_items(a: Dict[str, int]):
    return [k + str(v) for k, v in a.items()]


@runs((["a", "b"],))
def comprehension_string(a: List[str]):
    return [x.upper() for x in a]


@runs((3,))
def comprehension_variable_shadow(x: int):
    y = [x for x in range(2)]
    return x, y


@runs(([1, 2],))
def generator_argument(a: List[int]):
    return sum(x * 2 for x in a)


@runs(([1, 2],))
def generator_any(a: List[int]):
    return any(x > 1 for x in a), all([x > 1 for x in a])


@runs((["a", "b"],))
def generator_join(a: List[str]):
    return ",".join(x + "!" for x in a)


@runs(([1, 2],))
def set_literal(a: List[int]):
    return {1, 2}


@runs(([1, 2],))
def set_comprehension(a: List[int]):
    return {x for x in a}


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


@runs(())
def tuple_literals():
    return (1, "a", 2.5), (1,), ()


@runs(((1, "a"),))
def tuple_index(t: Tuple[int, str]):
    return t[0], t[1], t[-1]


@runs(((1, "a"),))
def tuple_index_out_of_range(t: Tuple[int, str]):
    return t[2]


@runs(((1, 2), 1))
def tuple_index_variable(t: Tuple[int, int], i: int):
    return t[i]


@runs(((1, "a", 2.5),))
def tuple_slice(t: Tuple[int, str, float]):
    return t[1:], t[:2], t[::2], t[-2:]


@runs(((1, 2), (3, "a")))
def tuple_add(a: Tuple[int, int], b: Tuple[int, str]):
    return a + b


@runs(((1, 2), (1, 2)))
def tuple_compare(a: Tuple[int, int], b: Tuple[int, int]):
    return a == b, a != b


@runs(((1, 2),))
def tuple_len(a: Tuple[int, int]):
    return len(a)


@runs(((1, 2),))
def tuple_contains(a: Tuple[int, int]):
    return 1 in a


@runs(((1, 2),))
def tuple_to_list(a: Tuple[int, int]):
    return list(a)


@runs(([1, 2],))
def list_to_tuple(a: List[int]):
    return tuple(a)


@runs(((1, 2),))
def tuple_item_assignment(a: Tuple[int, int]):
    a[0] = 1
    return a


@runs(((1, (2, 3)),))
def tuple_nested(a: Tuple[int, Tuple[int, int]]):
    return a[1][0], a[1]


@runs(((1, 2),), ((2, 1),))
def tuple_in_branch(a: Tuple[int, int]):
    if a[0] > a[1]:
        b = (a[1], a[0])
    else:
        b = a
    return b


@runs((3,))
def tuple_in_loop(n: int):
    a = (0, 1)
    for i in range(n):
        a = (a[1], a[0] + a[1])
    return a


@runs(((1, 2),))
def tuple_min_max(a: Tuple[int, int]):
    return max(a), min(a)


class Point(NamedTuple):
    x: int
    y: int


class WithDefault(NamedTuple):
    a: Tensor
    b: int = 3
    c: Optional[str] = None


Plain = namedtuple("Plain", ["u", "v"])


@runs((1, 2))
def named_tuple_make(a: int, b: int):
    return Point(a, b)


@runs((1, 2))
def named_tuple_keywords(a: int, b: int):
    return Point(y=a, x=b)


@runs((Point(1, 2),))
def named_tuple_argument(p: Point) -> int:
    return p.x + p.y * p[0]


@runs((Point(1, 2),))
def named_tuple_unpack(p: Point) -> int:
    a, b = p
    return a - b


@runs((1, 2))
def named_tuple_attribute(a: int, b: int):
    p = Point(a, b)
    return p.x, p.y


@runs((1, 2))
def named_tuple_wrong_field(a: int, b: int):
    return Point(a, b).z


@runs((1,))
def named_tuple_missing(a: int):
    return Point(a)


@runs((torch.ones(2),))
def named_tuple_defaults(x: Tensor):
    w = WithDefault(x)
    return w.a, w.b, w.c


@runs((torch.ones(2),))
def named_tuple_some_defaults(x: Tensor):
    return WithDefault(x, c="q")


@runs((torch.ones(2), torch.zeros(2)))
def named_tuple_plain(x: Tensor, y: Tensor):
    p = Plain(x, y)
    return p.u + p.v


@runs((1, 2), (2, 1))
def named_tuple_in_branch(a: int, b: int) -> Point:
    if a > b:
        p = Point(a, b)
    else:
        p = Point(b, a)
    return p


@runs(([Point(1, 2), Point(3, 4)],))
def named_tuple_list(points: List[Point]) -> int:
    return sum([p.x * p.y for p in points])


@runs((1, 2))
def named_tuple_set(a: int, b: int):
    p = Point(a, b)
    p.x = 3
    return p

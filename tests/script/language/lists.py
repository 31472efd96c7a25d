"""Lists: literals, methods, operators, comprehensions, conversions."""

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


@runs(([1, 2], -1), ([1, 2], 0), ([], -1))
def list_times_any_number(a: List[int], n: int):
    return a * n


@runs(([1, 2], -1))
def any_number_times_list(a: List[int], n: int):
    return n * a


@runs(([1.0, float("nan")],))
def nan_is_in_no_list(a: List[float]):
    return a[1] in a, a.count(a[1]), a[0] in a, a.count(a[0])


@runs(([float("nan")],))
def nan_has_no_place(a: List[float]):
    return a.index(a[0])


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


@runs(([3.0, float("nan"), 1.0, float("nan"), 2.0],))
def sorted_with_nan(a: List[float]):
    return sorted(a)

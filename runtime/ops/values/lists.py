"""TorchScript's operators on lists.

In: Python lists, which the writing operators change in place. Out: elements, new lists or the list itself. Messages are PyTorch's.
"""

from __future__ import annotations

from typing import Any

from ...layout import broadcast_shapes
from ...storage import require_memory
from ..table import builtin
from .scalars import wrap


def _place(values: Any, index: int) -> int:
    """The index checked, so that Python and TorchScript agree."""
    if not -len(values) <= index < len(values):
        raise IndexError("list index out of range")
    return index


@builtin(
    "len.t(t[] a) -> int", "len.any(Any[] a) -> int", "len.Dict_str(Dict(str, t) self) -> int",
    "len.Dict_int(Dict(int, t) self) -> int", "len.Dict_bool(Dict(bool, t) self) -> int", "len.Dict_float(Dict(float, t) self) -> int",
    "len.Dict_complex(Dict(complex, t) self) -> int", "len.Dict_Tensor(Dict(Tensor, t) self) -> int",
)  # fmt: skip
def length(a: Any) -> int:
    """How many elements there are."""
    return len(a)


@builtin("__getitem__.t(t[](a) list, int idx) -> t(*)", "select.t(t[](a) list, int idx) -> t(*)")
def getitem(list: list[Any], idx: int) -> Any:  # noqa: A002
    """The element at a place; negative places count from the end."""
    try:
        return list[idx]
    except IndexError:
        raise IndexError("list index out of range") from None


@builtin("Size(int[] sizes) -> int[]")
def size_of(sizes: list[int]) -> list[int]:
    """The same sizes: in programs a shape is a list."""
    return [*sizes]


@builtin("_set_item.t(t[](a!) l, int idx, t(b -> *) el) -> t[](a!)")
def set_item(l: list[Any], idx: int, el: Any) -> list[Any]:  # noqa: E741
    """Replace the element at a place."""
    l[_place(l, idx)] = el
    return l


@builtin("Delete.t(t[](a!) self, int idx) -> ()")
def delete(self: list[Any], idx: int) -> None:
    """Remove the element at a place."""
    del self[_place(self, idx)]


@builtin("append.t(t[](a!) self, t(c -> *) el) -> t[](a!)")
def append(self: list[Any], el: Any) -> list[Any]:
    """Add an element at the end."""
    self.append(el)
    return self


@builtin("extend.t(t[](a!) self, t[] other) -> ()")
def extend(self: list[Any], other: list[Any]) -> None:
    """Add the elements of another list at the end."""
    self.extend(other)


@builtin("insert.t(t[](a!) self, int idx, t(b -> *) el) -> ()")
def insert(self: list[Any], idx: int, el: Any) -> None:
    """Add an element before a place."""
    self.insert(idx, el)


@builtin("clear.t(t[](a!) self) -> ()")
def clear(self: list[Any]) -> None:
    """Remove all elements."""
    self.clear()


@builtin("reverse.t(t[](a!) self) -> ()")
def reverse(self: list[Any]) -> None:
    """Turn the order around."""
    self.reverse()


@builtin("copy.t(t[](a) self) -> t[]", "list.t(t[] l) -> t[]")
def copy(self: list[Any]) -> list[Any]:
    """A new list with the same elements."""
    return self.copy()


@builtin("pop.t(t[](a!) self, int idx=-1) -> t(*)")
def pop(self: list[Any], idx: int = -1) -> Any:
    """Remove an element and give it back."""
    if not self:
        raise IndexError("pop from empty list")
    return self.pop(_place(self, idx))


def _holds(values: list[Any], wanted: Any) -> bool:
    """Whether an element is equal: NaN equals none, where Python also takes the same object."""
    return wanted in values and (wanted.__class__ is not float or wanted == wanted)


@builtin(
    "remove.int(int[](a!) self, int el) -> ()", "remove.float(float[](a!) self, float el) -> ()",
    "remove.bool(bool[](a!) self, bool el) -> ()", "remove.str(str[](a!) self, str el) -> ()",
    "remove.Tensor(Tensor[](a!) self, Tensor el) -> ()",
)  # fmt: skip
def remove(self: list[Any], el: Any) -> None:
    """Remove the first element that is equal."""
    if not _holds(self, el):
        raise ValueError("list.remove(x): x not in list")
    self.remove(el)


@builtin(
    "index.list_int(int[] self, int el) -> int", "index.list_float(float[] self, float el) -> int",
    "index.list_bool(bool[] self, bool el) -> int", "index.list_str(str[] self, str el) -> int",
    "index.list_Tensor(Tensor[] self, Tensor el) -> int",
)  # fmt: skip
def index(self: list[Any], el: Any) -> int:
    """The place of the first element that is equal."""
    if not _holds(self, el):
        raise ValueError(f"'{el:g}' is not in list" if isinstance(el, (bool, float)) else f"'{el}' is not in list")
    return self.index(el)


@builtin(
    "count.int(int[] self, int el) -> int", "count.float(float[] self, float el) -> int", "count.bool(bool[] self, bool el) -> int",
    "count.str(str[] self, str el) -> int", "count.Tensor(Tensor[] self, Tensor el) -> int",
)  # fmt: skip
def count(self: list[Any], el: Any) -> int:
    """How many elements are equal."""
    return self.count(el) if _holds(self, el) else 0


@builtin(
    "__contains__.int_list(int[] l, int item) -> bool", "__contains__.float_list(float[] l, float item) -> bool",
    "__contains__.str_list(str[] l, str item) -> bool",
)  # fmt: skip
def contains(l: list[Any], item: Any) -> bool:  # noqa: E741
    """Whether an element is equal."""
    return _holds(l, item)


@builtin("slice.t(t[] l, int? start=None, int? end=None, int step=1) -> t[]")
def slice_list(l: list[Any], start: int | None = None, end: int | None = None, step: int = 1) -> list[Any]:  # noqa: E741
    """A new list of the elements from `start` to before `end`."""
    if step == 0:
        raise RuntimeError("List slice should have non-zero step")
    return l[start:end:step]


@builtin("add.t(t[] a, t[] b) -> t[]")
def add(a: list[Any], b: list[Any]) -> list[Any]:
    """A new list of the elements of both."""
    return a + b


@builtin("add_.t(t[](a!) self, t[] b) -> t[]")
def add_in_place(self: list[Any], b: list[Any]) -> list[Any]:
    """Add the elements of another list at the end."""
    self.extend(b)
    return self


@builtin("mul.left_t(t[] l, int n) -> t[]")
def mul_left(l: list[Any], n: int) -> list[Any]:  # noqa: E741
    """A new list that repeats the elements; RuntimeError for a negative number of times, unless there are none."""
    if n < 0 and l:
        raise RuntimeError(f"vector::reserve: a list cannot be repeated {n} times")
    require_memory(8 * len(l) * n)
    return l * n


@builtin("mul.right_(int n, t[] l) -> t[]")
def mul_right(n: int, l: list[Any]) -> list[Any]:  # noqa: E741
    """As `mul_left`."""
    return mul_left(l, n)


@builtin("mul_.t(t[](a!) l, int n) -> t[](a!)")
def mul_in_place(l: list[Any], n: int) -> list[Any]:  # noqa: E741
    """Repeat the elements of the list itself."""
    require_memory(8 * len(l) * n)
    l[:] = l * n
    return l


@builtin(
    "sort.int(int[](a!) self, bool reverse=False) -> ()", "sort.float(float[](a!) self, bool reverse=False) -> ()",
    "sort.bool(bool[](a!) self, bool reverse=False) -> ()", "sort.str(str[](a!) self, bool reverse=False) -> ()",
    "sort.any(t[](a!) self, bool reverse=False) -> ()", "sort.Tensor(Tensor[](a!) self, bool reverse=False) -> ()",
)  # fmt: skip
def sort(self: list[Any], reverse: bool = False) -> None:
    """Bring the elements into order."""
    self.sort(reverse=reverse)


@builtin(
    "sorted.int(int[](a) input) -> int[]", "sorted.float(float[](a) input) -> float[]", "sorted.bool(bool[](a) input) -> bool[]",
    "sorted.str(str[](a) input) -> str[]", "sorted.any(t[](a) self) -> t[]",
    "sorted.Tensor(Tensor[](a) input) -> Tensor[]",
)  # fmt: skip
def sorted_list(input: list[Any]) -> list[Any]:  # noqa: A002
    """A new list of the elements in order."""
    return sorted(input)


@builtin(
    "prim::max.self_int(int[] self) -> int", "prim::max.self_float(float[] self) -> float", "prim::max.self_bool(bool[] self) -> bool",
)  # fmt: skip
def max_of(self: list[Any]) -> Any:
    """The greatest element."""
    if not self:
        raise RuntimeError("max() arg is an empty sequence")
    return max(self)


@builtin(
    "prim::min.self_int(int[] self) -> int", "prim::min.self_float(float[] self) -> float", "prim::min.self_bool(bool[] self) -> bool",
)  # fmt: skip
def min_of(self: list[Any]) -> Any:
    """The smallest element."""
    if not self:
        raise RuntimeError("min() arg is an empty sequence")
    return min(self)


@builtin(
    "prim::max.int_list(int[] l, int[] r) -> int[]", "prim::max.float_list(float[] l, float[] r) -> float[]",
    "prim::max.bool_list(bool[] l, bool[] r) -> bool[]",
)  # fmt: skip
def max_list(l: list[Any], r: list[Any]) -> list[Any]:  # noqa: E741
    """The list that is greater."""
    return l if l > r else r


@builtin(
    "prim::min.int_list(int[] l, int[] r) -> int[]", "prim::min.float_list(float[] l, float[] r) -> float[]",
    "prim::min.bool_list(bool[] l, bool[] r) -> bool[]",
)  # fmt: skip
def min_list(l: list[Any], r: list[Any]) -> list[Any]:  # noqa: E741
    """The list that is smaller."""
    return l if l < r else r


@builtin("sum.int(int[] self) -> int")
def sum_int(self: list[int]) -> int:
    """Sum of the elements, wrapped to 64 bits."""
    return wrap(sum(self))


@builtin("sum.bool(bool[] self) -> int")
def sum_bool(self: list[bool]) -> int:
    """How many elements are true."""
    return sum(self)


@builtin("sum.float(float[] self) -> float")
def sum_float(self: list[float]) -> float:
    """Sum of the elements, from the first on."""
    total = 0.0
    for value in self:
        total += value
    return total


@builtin("sum.complex(complex[] self) -> complex")
def sum_complex(self: list[complex]) -> complex:
    """Sum of the elements."""
    return sum(self, 0j)


@builtin("all.int(int[] self) -> bool", "all.float(float[] self) -> bool", "all.bool(bool[] self) -> bool")
def all_of(self: list[Any]) -> bool:
    """Whether all elements are true or not zero."""
    return all(self)


@builtin("any.int(int[] self) -> bool", "any.float(float[] self) -> bool", "any.bool(bool[] self) -> bool", "any.str(str[] self) -> bool")
def any_of(self: list[Any]) -> bool:
    """Whether an element is true, not zero or not empty."""
    return any(self)


@builtin("broadcast_shapes(int[] a, int[] b) -> int[]")
def broadcast_shapes_row(a: list[int], b: list[int]) -> list[int]:
    """The shape that tensors of two shapes have together."""
    return list(broadcast_shapes([tuple(a), tuple(b)]))

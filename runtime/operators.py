"""Python's operators on tensors (`x + 1`, `-x`, `x < y`, `x.float()`): each is an operator of the table by another name."""
from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from . import dtype as dtypes
from .no_data import NoData

if TYPE_CHECKING:
    from .formats import MemoryFormat
    from .tensor import Tensor

_NUMBERS = (int, float, bool, complex)


def _binary(name: str, *, reflected: bool = False) -> Callable[[Any, Any], Tensor]:
    """The operator that calls `aten::name`; NotImplemented for operands that are neither tensor, number nor array."""
    known: dict[tuple[type, ...], Callable[..., Any]] = {}
    call: Callable[..., Any] | None = None

    def apply(self: Any, other: Any) -> Any:
        found = known.get((self.__class__, other.__class__))
        if found is not None:
            try:
                return found(self, other)
            except NoData:
                return resolve(self, other)
        return resolve(self, other)

    def apply_reflected(self: Any, other: Any) -> Any:
        found = known.get((other.__class__, self.__class__))
        if found is not None:
            try:
                return found(other, self)
            except NoData:
                return resolve(self, other)
        return resolve(self, other)

    def resolve(self: Any, other: Any) -> Any:
        nonlocal call, known
        if call is None:
            from .ops.packet import packet

            found = packet(f"aten::{name}")
            if found is None:
                raise NotImplementedError(f"aten::{name} is not in the operator table")
            call, known = found, found.known
        if not isinstance(other, Operators) and not isinstance(other, _NUMBERS):
            if not isinstance(other, np.ndarray | np.generic):
                return NotImplemented
            other = _from_array(cast("np.ndarray[Any, Any]", other))
        return call(other, self) if reflected else call(self, other)

    return apply_reflected if reflected else apply


def _from_array(array: np.ndarray[Any, Any]) -> Any:
    from .tensor import from_numpy

    return from_numpy(array.copy()) if array.ndim else array.item()


def _divide_number(self: Any, other: Any) -> Any:
    return self.reciprocal() * other if isinstance(other, _NUMBERS) else NotImplemented


def _divide_any(self: Any, other: Any) -> Any:
    return self.reciprocal() * other


def _floor_divide_number(self: Any, other: Any) -> Any:
    if not isinstance(other, int | float):
        return NotImplemented
    from .promotion import number_dtype, result_dtype

    return self.new_full((), other, dtype=result_dtype([self.dtype], [], [number_dtype(other)])) // self


def _unary(name: str) -> Callable[[Any], Tensor]:
    def apply(self: Any) -> Tensor:
        return getattr(self, name)()

    return apply


def _cast(name: str) -> Callable[..., Tensor]:
    dtype = dtypes.by_name(name)

    def convert(self: Any, memory_format: MemoryFormat | None = None) -> Tensor:
        return self.to(dtype) if memory_format is None else self.to(dtype, memory_format=memory_format)

    convert.__doc__ = f"This tensor in {name}: itself if it is already."
    return convert


class Operators:
    """What Python's operators and PyTorch's short casts mean on a tensor."""

    __hash__ = object.__hash__
    # numpy leaves operations between its arrays and a tensor to the tensor
    __array_priority__ = 1000

    if TYPE_CHECKING:
        # set on the class below, from lists of names; said here for those who read and check types

        def __add__(self, other: Any) -> Tensor: ...
        def __sub__(self, other: Any) -> Tensor: ...
        def __mul__(self, other: Any) -> Tensor: ...
        def __truediv__(self, other: Any) -> Tensor: ...
        def __floordiv__(self, other: Any) -> Tensor: ...
        def __mod__(self, other: Any) -> Tensor: ...
        def __pow__(self, other: Any) -> Tensor: ...
        def __matmul__(self, other: Any) -> Tensor: ...
        def __and__(self, other: Any) -> Tensor: ...
        def __or__(self, other: Any) -> Tensor: ...
        def __xor__(self, other: Any) -> Tensor: ...
        def __lshift__(self, other: Any) -> Tensor: ...
        def __rshift__(self, other: Any) -> Tensor: ...
        def __lt__(self, other: Any) -> Tensor: ...
        def __le__(self, other: Any) -> Tensor: ...
        def __gt__(self, other: Any) -> Tensor: ...
        def __ge__(self, other: Any) -> Tensor: ...
        def __radd__(self, other: Any) -> Tensor: ...
        def __rsub__(self, other: Any) -> Tensor: ...
        def __rmul__(self, other: Any) -> Tensor: ...
        def __rtruediv__(self, other: Any) -> Tensor: ...
        def __rdiv__(self, other: Any) -> Tensor: ...
        def __rfloordiv__(self, other: Any) -> Tensor: ...
        def __rmod__(self, other: Any) -> Tensor: ...
        def __rpow__(self, other: Any) -> Tensor: ...
        def __rmatmul__(self, other: Any) -> Tensor: ...
        def __rand__(self, other: Any) -> Tensor: ...
        def __ror__(self, other: Any) -> Tensor: ...
        def __rxor__(self, other: Any) -> Tensor: ...
        def __rlshift__(self, other: Any) -> Tensor: ...
        def __rrshift__(self, other: Any) -> Tensor: ...
        def __iadd__(self, other: Any) -> Tensor: ...
        def __isub__(self, other: Any) -> Tensor: ...
        def __imul__(self, other: Any) -> Tensor: ...
        def __itruediv__(self, other: Any) -> Tensor: ...
        def __ifloordiv__(self, other: Any) -> Tensor: ...
        def __imod__(self, other: Any) -> Tensor: ...
        def __ipow__(self, other: Any) -> Tensor: ...
        def __iand__(self, other: Any) -> Tensor: ...
        def __ior__(self, other: Any) -> Tensor: ...
        def __ixor__(self, other: Any) -> Tensor: ...
        def __ilshift__(self, other: Any) -> Tensor: ...
        def __irshift__(self, other: Any) -> Tensor: ...
        def __neg__(self) -> Tensor: ...
        def __abs__(self) -> Tensor: ...
        def __invert__(self) -> Tensor: ...
        def __pos__(self) -> Tensor: ...
        def __eq__(self, other: object) -> Tensor: ...  # pyright: ignore[reportIncompatibleMethodOverride]
        def __ne__(self, other: object) -> Tensor: ...  # pyright: ignore[reportIncompatibleMethodOverride]
        def float(self, memory_format: MemoryFormat | None = None) -> Tensor: ...
        def double(self, memory_format: MemoryFormat | None = None) -> Tensor: ...
        def half(self, memory_format: MemoryFormat | None = None) -> Tensor: ...
        def bfloat16(self, memory_format: MemoryFormat | None = None) -> Tensor: ...
        def long(self, memory_format: MemoryFormat | None = None) -> Tensor: ...
        def int(self, memory_format: MemoryFormat | None = None) -> Tensor: ...
        def short(self, memory_format: MemoryFormat | None = None) -> Tensor: ...
        def char(self, memory_format: MemoryFormat | None = None) -> Tensor: ...
        def byte(self, memory_format: MemoryFormat | None = None) -> Tensor: ...
        def bool(self, memory_format: MemoryFormat | None = None) -> Tensor: ...
        def cfloat(self, memory_format: MemoryFormat | None = None) -> Tensor: ...
        def cdouble(self, memory_format: MemoryFormat | None = None) -> Tensor: ...
        def chalf(self, memory_format: MemoryFormat | None = None) -> Tensor: ...


_CASTS = {
    "float": "float32", "double": "float64", "half": "float16", "bfloat16": "bfloat16", "long": "int64", "int": "int32",
    "short": "int16", "char": "int8", "byte": "uint8", "bool": "bool", "cfloat": "complex64", "cdouble": "complex128",
    "chalf": "complex32",
}
_BINARY = {
    "add": "add", "sub": "sub", "mul": "mul", "truediv": "div", "floordiv": "floor_divide", "mod": "remainder", "pow": "pow",
    "matmul": "matmul", "and": "bitwise_and", "or": "bitwise_or", "xor": "bitwise_xor", "lshift": "bitwise_left_shift",
    "rshift": "bitwise_right_shift", "eq": "eq", "ne": "ne", "lt": "lt", "le": "le", "gt": "gt", "ge": "ge",
}
_EXCHANGED = {"add": "add", "mul": "mul", "sub": "rsub", "and": "bitwise_and", "or": "bitwise_or", "xor": "bitwise_xor"}
_REFLECTED = {
    "pow": "pow", "mod": "remainder", "matmul": "matmul", "lshift": "bitwise_left_shift", "rshift": "bitwise_right_shift",
}
_IN_PLACE = ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "and", "or", "xor", "lshift", "rshift")
_UNARY = {"neg": "neg", "abs": "abs", "invert": "bitwise_not", "pos": "positive"}


def _install() -> None:
    for python, name in _BINARY.items():
        setattr(Operators, f"__{python}__", _binary(name))
    for python in _IN_PLACE:
        setattr(Operators, f"__i{python}__", _binary(f"{_BINARY[python]}_"))
    for python, name in _EXCHANGED.items():
        setattr(Operators, f"__r{python}__", _binary(name))
    for python, name in _REFLECTED.items():
        setattr(Operators, f"__r{python}__", _binary(name, reflected=True))
    setattr(Operators, "__rtruediv__", _divide_number)  # noqa: B010
    setattr(Operators, "__rdiv__", _divide_any)  # noqa: B010
    setattr(Operators, "__rfloordiv__", _floor_divide_number)  # noqa: B010
    for python, name in _UNARY.items():
        setattr(Operators, f"__{python}__", _unary(name))
    for python, name in _CASTS.items():
        setattr(Operators, python, _cast(name))


_install()

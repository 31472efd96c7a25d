"""Scalar functions written by calling them: operators on the arguments become instructions, without numba.

In: a scalar function and the dtypes of its arguments. Out: a function that writes it with a builder, or None where it does
more than arithmetic: then numba compiles it. Both give the same bits: operators are traced on the dtypes that functions are
computed in, and only where they mean the same in Python, numba and LLVM; primitives on every dtype.
"""
from __future__ import annotations

import types
from collections.abc import Callable, Sequence
from typing import Any

from ..mathematics.shifted_exponential import exp_nonpositive, write_exp_nonpositive
from . import primitives
from .emitter import Builder, Number, Value

_OPERATORS = ("float32", "float64", "int64", "uint64")
"""Dtypes with operators."""
_PRIMITIVES: dict[Any, Callable[..., Value]] = {
    primitives.accumulate: Builder.accumulate,
    primitives.accumulate_product: Builder.accumulate_product,
    primitives.maximum: Builder.maximum,
    primitives.minimum: Builder.minimum,
    primitives.round_half_even: lambda builder, x: _whole(builder, "rint", x),
    primitives.floor: lambda builder, x: _whole(builder, "floor", x),
    primitives.ceil: lambda builder, x: _whole(builder, "ceil", x),
    primitives.truncate: lambda builder, x: _whole(builder, "trunc", x),
    primitives.larger: Builder.larger,
    primitives.smaller: Builder.smaller,
    primitives.square_root: Builder.square_root,
    exp_nonpositive: write_exp_nonpositive,
}
"""What a primitive writes."""


def _whole(builder: Builder, name: str, x: Value) -> Value:
    return builder.intrinsic(name, x) if x.dtype.startswith("float") else x


class Traced(Value):
    """An argument, or what arithmetic made of one; refuses every operator whose meaning differs among the compilers."""

    __slots__ = ()
    __array_ufunc__ = None

    def admit(self, other: object) -> None:
        """TypeError unless `other` is of this dtype, or a literal that takes it."""
        if isinstance(other, Traced):
            known = other.dtype == self.dtype
        elif type(other) is int:
            known = self.dtype in _OPERATORS or 0 <= other <= 127
        else:
            known = type(other) is float and self.dtype.startswith("float")
        if not known:
            raise TypeError(f"{self.dtype} beside {other!r} is not traced")

    def _admit(self, other: object) -> None:
        if self.dtype not in _OPERATORS:
            raise TypeError(f"operators on {self.dtype} are not traced")
        self.admit(other)

    def _binary(self, other: Number, whole: str, floating: str) -> Value:
        if whole in ("and", "or", "xor") and isinstance(other, Traced) and self.dtype == other.dtype and not self.dtype.startswith("float"):
            return super()._binary(other, whole, floating)
        self._admit(other)
        operation = floating if self.dtype.startswith("float") else whole
        if operation not in ("add", "sub", "mul", "fadd", "fsub", "fmul", "fdiv"):
            raise TypeError(f"{operation or floating} of {self.dtype} is not traced")
        return super()._binary(other, whole, floating)

    def _compare(self, other: Number, whole: str, floating: str) -> Value:
        self._admit(other)
        return super()._compare(other, whole, floating)

    def __eq__(self, other: Number) -> Value:  # pyright: ignore[reportIncompatibleMethodOverride]
        return self._compare(other, "eq", "oeq")

    __hash__ = None  # pyright: ignore[reportAssignmentType]

    def _reflected(self, other: int | float) -> Traced:
        self._admit(other)
        return lift(self.builder.number(other, self.dtype))

    def __radd__(self, other: int | float) -> Value:
        return self._reflected(other) + self

    def __rsub__(self, other: int | float) -> Value:
        return self._reflected(other) - self

    def __rmul__(self, other: int | float) -> Value:
        return self._reflected(other) * self

    def __rtruediv__(self, other: int | float) -> Value:
        return self._reflected(other) / self

    def __neg__(self) -> Value:
        if not self.dtype.startswith("float"):
            return 0 - self
        return Traced(self.builder, self.dtype, self.builder.text.let(f"fneg contract {self.typed}"))

    def __abs__(self) -> Value:
        if not self.dtype.startswith("float"):
            raise TypeError(f"abs of {self.dtype} is not traced")
        return lift(self.builder.intrinsic("fabs", self))


def lift(value: Value) -> Traced:
    """The same value, as an argument of a traced function."""
    return Traced(value.builder, value.dtype, value.name)


Writer = Callable[..., Value]
"""`writer(builder, *values)` writes a function's instructions; its result."""
WriterOfAll = Callable[..., tuple[Value, ...]]
"""As `Writer`, for functions of several results."""


def trace(function: Callable[..., Any], arguments: Sequence[str]) -> tuple[Writer, str] | None:
    """What writes `function` for arguments of these dtypes, and its result's dtype ("bool" for conditions); or None."""
    found = trace_all(function, arguments)
    if found is None or len(found[1]) != 1:
        return None
    write, (result,) = found
    return lambda builder, *values: write(builder, *values)[0], result


def trace_all(function: Callable[..., Any], arguments: Sequence[str]) -> tuple[WriterOfAll, tuple[str, ...]] | None:
    """As `trace`, with the dtype of each result: functions that return a tuple have several."""
    if not arguments:
        return None
    direct = _PRIMITIVES.get(function)
    if direct is None and (not isinstance(function, types.FunctionType) or function.__dict__.get("_implementations")):
        return None

    def write(builder: Builder, *values: Value) -> tuple[Value, ...]:
        lifted = [lift(value) for value in values]
        result = direct(builder, *lifted) if direct else _with_primitives(function, builder)(*lifted)
        return tuple(_result(function, one) for one in (result if isinstance(result, tuple) else (result,)))

    trial = Builder("trial")
    try:
        return write, tuple(one.dtype for one in write(trial, *(Value(trial, dtype, "%x") for dtype in arguments)))
    except (TypeError, ArithmeticError, ValueError, AttributeError, AssertionError):
        return None


def _result(function: Callable[..., Any], result: Any) -> Value:
    if not isinstance(result, Value):
        raise TypeError(f"{function.__qualname__} gives {result!r}, which does not depend on its arguments")
    return result.to("bool") if result.dtype == "i1" else result


def _with_primitives(function: Any, builder: Builder) -> Callable[..., Any]:
    """`function`, with primitives that write instructions in place of those that compute.

    TypeError where it calls other functions, which would run with primitives that compute.
    """
    for name in function.__code__.co_names:
        if isinstance(called := function.__globals__.get(name), types.FunctionType) and called not in _PRIMITIVES:
            raise TypeError(f"{function.__qualname__} calls {name}, which is not traced")
    replaced = {
        name: _writing(_PRIMITIVES[value], builder)
        for name in function.__code__.co_names
        if isinstance(value := function.__globals__.get(name), types.FunctionType) and value in _PRIMITIVES
    }
    return types.FunctionType(
        function.__code__, {**function.__globals__, **replaced}, function.__name__, function.__defaults__, function.__closure__
    )


def _writing(primitive: Callable[..., Value], builder: Builder) -> Callable[..., Value]:
    def write(*arguments: Any) -> Value:
        first = next((one for one in arguments if isinstance(one, Traced)), None)
        if first is None:
            raise TypeError("a primitive of constants is not traced")
        for one in arguments:
            first.admit(one)
        return lift(primitive(builder, *(builder.number(one, first.dtype) for one in arguments)))

    return write

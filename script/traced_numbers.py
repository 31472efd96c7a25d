"""Sizes of tensors while a trace is recorded: numbers that know the value in the graph they come from.

In: a number and its value, a tensor without dims, as PyTorch's tracer has it. Out: `TracedInt` and `TracedFloat`, which are ordinary
numbers to the program; arithmetic on them is recorded, and where an operator takes them its node reads their value.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..runtime.tensor import Tensor
from .trace_patches import is_machinery, warn

if TYPE_CHECKING:
    from .ir import Value
    from .trace_recorder import Recorder


class TracedInt(int):
    """A size, or what was computed from sizes."""

    value: Value
    recorder: Recorder

    def __index__(self) -> int:
        # so that an operator's arguments stay what they are while they are matched
        return self


class TracedFloat(float):
    """A quotient of sizes."""

    value: Value
    recorder: Recorder


def traced_number(number: float, value: Value, recorder: Recorder) -> TracedInt | TracedFloat:
    """`number` with the value it has in the graph."""
    made = TracedInt(number) if isinstance(number, int) else TracedFloat(number)
    made.value, made.recorder = value, recorder
    return made


_OPERATORS = {
    "add": "aten::add.Tensor", "sub": "aten::sub.Tensor", "mul": "aten::mul.Tensor", "truediv": "aten::div.Tensor",
    "floordiv": "aten::floor_divide", "mod": "aten::remainder.Tensor", "pow": "aten::pow.Tensor_Tensor",
}  # fmt: skip


def _operation(name: str, key: str, *, reflected: bool) -> Callable[[Any, Any], Any]:
    special = f"__{'r' if reflected else ''}{name}__"

    def apply(self: Any, other: Any) -> Any:
        if isinstance(other, Tensor):
            return NotImplemented
        plain = float if isinstance(self, TracedFloat) or isinstance(other, float) else int
        result = getattr(plain, special)(plain(self), other)
        if result is NotImplemented or not self.recorder.is_recording:
            return result
        return traced_number(result, self.recorder.arithmetic(key, (other, self) if reflected else (self, other)), self.recorder)

    return apply


for _name, _key in _OPERATORS.items():
    for _kind in (TracedInt, TracedFloat):
        setattr(_kind, f"__{_name}__", _operation(_name, _key, reflected=False))
        setattr(_kind, f"__r{_name}__", _operation(_name, _key, reflected=True))


_CONVERSIONS = {
    "bool": "a Python boolean", "int": "a Python integer", "float": "a Python float", "lt": "a Python boolean", "le": "a Python boolean",
    "gt": "a Python boolean", "ge": "a Python boolean", "eq": "a Python boolean", "ne": "a Python boolean",
}  # fmt: skip


def _conversion(kind: type, name: str, target: str) -> Callable[..., Any]:
    plain = getattr(kind, f"__{name}__")

    def convert(self: Any, *other: Any) -> Any:
        # what the library asks about sizes is the same for all of them
        if self.recorder.is_recording and not is_machinery(sys._getframe(1).f_code.co_filename):
            warn(f"Converting a tensor to {target}")
        return plain(self, *other)

    return convert


for _name, _target in _CONVERSIONS.items():
    for _kind, _plain in ((TracedInt, int), (TracedFloat, float)):
        setattr(_kind, f"__{_name}__", _conversion(_plain, _name, _target))

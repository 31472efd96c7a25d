"""From the arguments of a Python call to the complete arguments of one overload.

Matching is tried as PyTorch's front end does: first as the values are, then with the conversions that eager PyTorch makes (a
one-item tensor for a number), and behind `torch.ops` with those of TorchScript (an int for a bool and the other way round).
`bind` answers None where a call does not fit.
"""
from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from .. import dtype as dtypes
from .. import typesystem as types
from ..device import Device
from ..dtype import DType
from ..packed import Packed
from ..tensor import Tensor

if TYPE_CHECKING:
    from ..schema import Argument, OpSchema

NO = object()
"""What a converter returns for a value that does not fit."""


class Fit(enum.IntEnum):
    """Which conversions a call makes of its arguments: each allows those before it."""

    EXACT = 0
    EAGER = 1
    LOOSE = 2


Converter = Callable[[Any, Fit], Any]
"""(value, which conversions are allowed) -> the value to pass, or NO."""

_ALIASES = {"input": "self", "axis": "dim", "keepdims": "keepdim", "x1": "self", "x2": "other"}
"""Names that PyTorch's Python functions take for an argument of the schema."""


def bind(schema: OpSchema, args: tuple[Any, ...], kwargs: dict[str, Any], fit: Fit) -> list[Any] | None:
    """All arguments of `schema` in its order, or None."""
    parameters = schema.args
    positional = [argument for argument in parameters if not argument.keyword_only]
    if len(args) > len(positional):
        args = _gather(args, positional)
        if len(args) > len(positional):
            return None
    used = 0
    values: list[Any] = []
    for at, argument in enumerate(parameters):
        if at < len(args) and not argument.keyword_only:
            given = args[at]
            if at == len(args) - 1 and at == len(positional) - 1 and argument.list_size is None and _is_one_size(given, fit):
                given = [given] if _is_int_list(argument) else given
        elif argument.name in kwargs:
            given = kwargs[argument.name]
            used += 1
        elif (alias := _alias(argument.name, kwargs)) is not None:
            given = kwargs[alias]
            used += 1
        elif argument.has_default:
            values.append(_default(argument))
            continue
        else:
            return None
        value = converter(argument)(given, fit)
        if value is NO:
            return None
        values.append(value)
    return values if used == len(kwargs) else None


def _gather(args: tuple[Any, ...], positional: list[Argument]) -> tuple[Any, ...]:
    """`x.view(2, 3)`: trailing ints become the list that the last positional parameter is."""
    if not positional or not _is_int_list(positional[-1]):
        return args
    start = len(positional) - 1
    rest = args[start:]
    # sizes that were taken from a tensor count too
    whole = all(_is_whole(value) or (isinstance(value, Tensor) and value.ndim == 0) for value in rest)
    # PyTorch looks for bools at the first of them only
    return (*args[:start], [*rest[:1], *(int(value) if isinstance(value, bool) else value for value in rest[1:])]) if whole else args


def _is_whole(value: Any) -> bool:
    """Whether a value stands for an int: whole numbers of NumPy do, as arrays of one too; tensors and types do not."""
    if isinstance(value, np.ndarray):
        array = cast("np.ndarray[Any, Any]", value)
        return array.ndim == 0 and array.dtype.kind in "iu"
    return isinstance(value, int) or (hasattr(value, "__index__") and not isinstance(value, Tensor | type))


def _is_one_size(value: Any, fit: Fit) -> bool:
    """Whether a value stands for a list of one int: `x.view(6)`, and a tensor of one item where conversions are made."""
    return _is_whole(value) or (fit > Fit.EXACT and isinstance(value, Tensor) and value.layout.numel == 1)


def _is_int_list(argument: Argument) -> bool:
    return argument.type == types.ListType(types.INT)


def _alias(name: str, kwargs: dict[str, Any]) -> str | None:
    for alias, target in _ALIASES.items():
        if target == name and alias in kwargs:
            return alias
    return None


def _default(argument: Argument) -> Any:
    default: Any = argument.default
    return [*default] if type(default) is tuple else default


_converters: dict[tuple[Any, str, int | None], Converter] = {}


def converter(argument: Argument) -> Converter:
    """The check and conversion for values of this argument."""
    key = (argument.type, argument.spelling, argument.list_size)
    found = _converters.get(key)
    if found is None:
        found = _converters[key] = _make(argument.type, argument.spelling, argument.list_size)
    return found


def _make(type_: types.Type, spelling: str, list_size: int | None) -> Converter:
    if isinstance(type_, types.OptionalType):
        inner = _make(type_.element, spelling, list_size)
        return lambda value, fit: None if value is None else inner(value, fit)
    if isinstance(type_, types.ListType):
        return _list(_make(type_.element, "", None), list_size if type_.element != types.TENSOR else None)
    if spelling in ("ScalarType", "Layout", "MemoryFormat"):
        return _SPELLED[spelling]
    if isinstance(type_, types.CustomClassType):
        return _packed(type_.qualified_name)
    return _SCALARS.get(type_, _never)


def _packed(class_name: str) -> Converter:
    """Values of a class that libtorch implements."""

    def convert(value: Any, fit: Fit) -> Any:
        del fit
        return value if isinstance(value, Packed) and value.class_name == class_name else NO

    return convert


def _list(element: Converter, size: int | None) -> Converter:
    def convert(value: Any, fit: Fit) -> Any:
        if isinstance(value, list | tuple):
            given = cast("Sequence[Any]", value)
            items = [element(item, fit) for item in given]
            if any(item is NO for item in items):
                return NO
            return items * size if size and len(items) == 1 else items
        if size is None:
            return NO
        single = element(value, fit)
        return NO if single is NO else [single] * size

    return convert


def _tensor(value: Any, fit: Fit) -> Any:
    del fit
    return value if isinstance(value, Tensor) else NO


def _integer(value: Any, fit: Fit) -> Any:
    if type(value) is int:
        return value
    if isinstance(value, bool):
        return int(value) if fit is Fit.LOOSE else NO
    if isinstance(value, Tensor):
        return value.item() if fit > Fit.EXACT and value.numel() == 1 and value.dtype.is_integral else NO
    return value.__index__() if _is_whole(value) else NO


def _floating(value: Any, fit: Fit) -> Any:
    if type(value) is float:
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, Tensor):
        return float(value.item()) if fit > Fit.EXACT and value.numel() == 1 else NO
    return float(value) if hasattr(value, "__float__") else NO


def _boolean(value: Any, fit: Fit) -> Any:
    if isinstance(value, bool):
        return value
    return bool(value) if fit is Fit.LOOSE and isinstance(value, int) else NO


def _number(value: Any, fit: Fit) -> Any:
    if isinstance(value, int | float | complex):
        return value
    if isinstance(value, Tensor):
        return value.item() if fit > Fit.EXACT and value.numel() == 1 else NO
    if hasattr(value, "item") and hasattr(value, "dtype"):
        return value.item()
    return NO


def _text(value: Any, fit: Fit) -> Any:
    del fit
    return value if isinstance(value, str) else NO


def _device(value: Any, fit: Fit) -> Any:
    del fit
    if isinstance(value, Device):
        return value
    return Device(value) if isinstance(value, str) else NO


def _scalar_type(value: Any, fit: Fit) -> Any:
    if isinstance(value, DType):
        return value
    if isinstance(value, type):
        return dtypes.BY_TYPE.get(value, NO)
    return dtypes.BY_CODE.get(value, NO) if fit > Fit.EXACT and type(value) is int else NO


def _any(value: Any, fit: Fit) -> Any:
    del fit
    return value


def _never(value: Any, fit: Fit) -> Any:
    del value, fit
    return NO


_SPELLED: dict[str, Converter] = {"ScalarType": _scalar_type, "Layout": _any, "MemoryFormat": _any}
_SCALARS: dict[types.Type, Converter] = {
    types.TENSOR: _tensor, types.INT: _integer, types.FLOAT: _floating, types.BOOL: _boolean, types.NUMBER: _number,
    types.STR: _text, types.DEVICE: _device, types.ANY: _any, types.GENERATOR: _any,
}

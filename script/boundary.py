"""Values that cross between Python and compiled code: arguments on the way in, results on the way out.

In: a schema, and the arguments of one call. Out: complete arguments in the order of the schema, converted as PyTorch converts them, or its
`RuntimeError`. Wrapping objects for Python is left to `module.py`, which registers how.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum
from operator import index
from typing import TYPE_CHECKING, Any, cast

from ..runtime.byte_text import strict_text
from ..runtime.device import Device
from ..runtime.dtype import DType
from ..runtime.tensor import Tensor
from ..runtime.typesystem import (
    ANY,
    BOOL,
    COMPLEX,
    DEVICE,
    FLOAT,
    INT,
    NONE,
    NUMBER,
    STR,
    TENSOR,
    ClassType,
    DictType,
    EnumType,
    InterfaceType,
    ListType,
    OptionalType,
    TupleType,
    Type,
    UnionType,
    is_subtype,
)
from .inference import InferenceError, infer_type
from .object import EnumMember, Object
from .running import named_tuple_class

if TYPE_CHECKING:
    from ..runtime.schema import Argument, OpSchema

    Caster = Callable[[object], object]


class CastError(TypeError):
    """A Python value that cannot be turned into the wanted type; the text says why."""


def _same(value: object) -> object:
    return value


def _object_or_none(value: object) -> Object | None:
    return value if isinstance(value, Object) else None


class Wrappers:
    """How objects look in Python; `module.py` fills this in."""

    wrap: Callable[[Object], object] = staticmethod(_same)
    unwrap: Callable[[object], Object | None] = staticmethod(_object_or_none)
    enums: dict[str, type[Enum]] = {}


def _refuse(value: Any) -> CastError:
    return CastError(f"Unable to cast Python instance of type {type(value)} to C++ type '?'")


def _tensor(value: object) -> object:
    if isinstance(value, Tensor):
        return value
    raise CastError(f"Unable to cast {value!r} to Tensor")


def _int(value: object) -> object:
    if isinstance(value, int):
        return int(value)
    if isinstance(value, Tensor):
        return int(value.item())
    if isinstance(value, DType):
        return value.code
    try:
        return index(cast("Any", value))
    except TypeError:
        code = getattr(value, "torchscript_code", None)
        if isinstance(code, int):
            return code
        raise _refuse(value) from None


def _float(value: object) -> object:
    if isinstance(value, float | int):
        return float(value)
    if isinstance(value, Tensor):
        return float(value.item())
    if hasattr(value, "__float__") and not isinstance(value, str):
        return float(cast("Any", value))
    raise _refuse(value)


def _complex(value: object) -> object:
    if isinstance(value, complex | float | int):
        return complex(value)
    if isinstance(value, Tensor):
        return complex(value.item())
    raise _refuse(value)


def _bool(value: object) -> object:
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float | Tensor) or type(value).__module__ == "numpy":
        return bool(value)
    raise _refuse(value)


def _number(value: object) -> object:
    if isinstance(value, bool | int | float | complex):
        return value
    if isinstance(value, Tensor):
        return value.item()
    if hasattr(value, "item"):
        return cast("Any", value).item()
    raise _refuse(value)


def _str(value: object) -> object:
    if isinstance(value, str):
        return value
    raise _refuse(value)


def _none(value: object) -> object:
    if value is None:
        return None
    raise CastError(f"Cannot cast {value!r} to None")


def _device(value: object) -> object:
    if isinstance(value, Device):
        return value
    if isinstance(value, str):
        return Device(value)
    raise _refuse(value)


def _any(value: object) -> object:
    """Anything that has a type of its own."""
    found = Wrappers.unwrap(value)
    if found is not None:
        return found
    if isinstance(value, Enum):
        return value
    try:
        kind = infer_type(value)
    except InferenceError as error:
        raise CastError(str(error)) from None
    return value if kind is ANY else caster(kind)(value)


_SIMPLE: dict[Type, Caster] = {
    TENSOR: _tensor, INT: _int, FLOAT: _float, COMPLEX: _complex, BOOL: _bool, NUMBER: _number, STR: _str, NONE: _none, DEVICE: _device,
    ANY: _any,
}  # fmt: skip
_casters: dict[Type, Caster] = {}


def caster(kind: Type) -> Caster:
    """The function that turns Python values into `kind`; it raises `CastError`."""
    found = _SIMPLE.get(kind) or _casters.get(kind)
    if found is None:
        found = _make_caster(kind)
        if _lasts(kind):
            _casters[kind] = found
    return found


def _lasts(kind: Type) -> bool:
    """Whether a type may be kept for good: one with a class in it would keep the programs of a module that is gone."""
    return not isinstance(kind, ClassType | InterfaceType) and all(map(_lasts, kind.contained))


def _make_caster(kind: Type) -> Caster:
    match kind:
        case ListType():
            return _list_caster(kind)
        case DictType():
            return _dict_caster(kind)
        case TupleType():
            return _tuple_caster(kind)
        case OptionalType():
            inner = caster(kind.element)
            return lambda value: None if value is None else inner(value)
        case UnionType():
            return _union_caster(kind)
        case EnumType():
            return _enum_caster(kind)
        case ClassType() | InterfaceType():
            return _object_caster(kind)
        case _:
            return lambda value: value


def _list_caster(kind: ListType) -> Caster:
    element = caster(kind.element)

    def convert(value: object) -> object:
        if isinstance(value, str | Mapping) or not isinstance(value, Iterable) or isinstance(value, Tensor):
            raise _refuse(value)
        try:
            return [element(item) for item in cast("Iterable[object]", value)]
        except CastError:
            raise _refuse(value) from None

    return convert


def _dict_caster(kind: DictType) -> Caster:
    key, element = caster(kind.key), caster(kind.value)

    def convert(value: object) -> object:
        if not isinstance(value, Mapping):
            raise _refuse(value)
        return {key(name): element(item) for name, item in cast("Mapping[object, object]", value).items()}

    return convert


def _tuple_caster(kind: TupleType) -> Caster:
    elements = [caster(element) for element in kind.elements]

    def convert(value: object) -> object:
        if not isinstance(value, tuple):
            raise _refuse(value)
        items = cast("tuple[object, ...]", value)
        if len(items) != len(elements):
            raise CastError(f"Object {items!r} had a different number of elements than type {kind.annotation()}")
        return tuple(element(item) for element, item in zip(elements, items, strict=True))

    return convert


def _union_caster(kind: UnionType) -> Caster:
    def convert(value: object) -> object:
        found = Wrappers.unwrap(value)
        try:
            actual = found.type if found is not None else infer_type(value)
        except InferenceError:
            actual = None
        for member in kind.members:
            if actual is not None and is_subtype(actual, member):
                return caster(member)(value)
        for member in kind.members:
            try:
                return caster(member)(value)
            except CastError:
                continue
        raise CastError(f"Expected a member of {kind.annotation()} but instead found type {type(value).__name__}")

    return convert


def _enum_caster(kind: EnumType) -> Caster:
    def convert(value: object) -> object:
        if isinstance(value, EnumMember) and value.type == kind:
            return value
        if isinstance(value, Enum) and any(name == value.name for name, _ in kind.members):
            Wrappers.enums.setdefault(kind.qualified_name, type(value))
            return EnumMember.of(kind, value.name)
        raise _refuse(value)

    return convert


def _object_caster(kind: ClassType | InterfaceType) -> Caster:
    def convert(value: object) -> object:
        if type(value) is Object and value.type is kind:
            return value
        found = Wrappers.unwrap(value)
        if found is not None and is_subtype(found.type, kind):
            return found
        raise CastError(f"Object {value!r} is not an instance of {kind.annotation()}")

    return convert


# results

_exporters: dict[Type, Caster | None] = {}


def exporter(kind: Type) -> Caster | None:
    """The function that turns results of type `kind` into what Python sees; None where they stay as they are."""
    if kind in _exporters:
        return _exporters[kind]
    found = _make_exporter(kind)
    if _lasts(kind):
        _exporters[kind] = found
    return found


def _make_exporter(kind: Type) -> Caster | None:
    match kind:
        case ListType():
            # lists and dictionaries of a program are its own: Python gets copies
            element = exporter(kind.element)
            return cast("Caster", list) if element is None else lambda value: [element(item) for item in cast("list[object]", value)]
        case DictType():
            key, value = exporter(kind.key) or _same, exporter(kind.value) or _same
            return lambda given: {key(name): value(item) for name, item in cast("dict[object, object]", given).items()}
        case _ if kind is STR:
            return cast("Caster", strict_text)
        case OptionalType():
            element = exporter(kind.element)
            return None if element is None else lambda value: None if value is None else element(value)
        case TupleType():
            return _tuple_exporter(kind)
        case EnumType() | ClassType() | InterfaceType() | UnionType():
            return export
        case _:
            return export if kind is ANY else None


def _tuple_exporter(kind: TupleType) -> Caster | None:
    elements = [exporter(element) for element in kind.elements]
    if kind.fields is None:
        if not any(elements):
            return None
        return lambda value: tuple(
            item if element is None else element(item) for element, item in zip(elements, cast("Sequence[object]", value), strict=True)
        )
    made = named_tuple_class(kind)
    return lambda value: made(
        *(item if element is None else element(item) for element, item in zip(elements, cast("Sequence[object]", value), strict=True))
    )


def export(value: Any) -> object:
    """A value of any type as Python sees it."""
    if isinstance(value, Object):
        return Wrappers.wrap(value)
    if isinstance(value, EnumMember):
        found = Wrappers.enums.get(value.type.qualified_name)
        return found[value.name] if found is not None else value
    if type(value) is str:
        return strict_text(value)
    if type(value) is tuple:
        return tuple(export(item) for item in cast("tuple[object, ...]", value))
    if type(value) is list:
        return [export(item) for item in cast("list[object]", value)]
    if type(value) is dict:
        return {export(name): export(item) for name, item in cast("dict[object, object]", value).items()}
    return cast("object", value)


# calls


class Binder:
    """Arguments of calls from Python against one schema."""

    def __init__(self, schema: OpSchema, inferred: frozenset[str]) -> None:
        self.schema = schema
        self.inferred = inferred
        self.casters = [caster(argument.type) for argument in schema.args]
        self.positional = sum(not argument.keyword_only for argument in schema.args)
        self.result_type = schema.returns[0].type
        self._export = exporter(self.result_type)

    def arguments(self, args: Sequence[object], kwargs: Mapping[str, object]) -> list[object]:
        """Complete, converted arguments; `RuntimeError` in PyTorch's words where they do not fit."""
        found = self._complete(args) if not kwargs and len(args) == self.positional == len(self.casters) else None
        return found if found is not None else self._bind(args, kwargs)

    def _complete(self, args: Sequence[object]) -> list[object] | None:
        """The arguments of a call that gives them all in order; None where one does not fit."""
        try:
            return [convert(value) for convert, value in zip(self.casters, args, strict=True)]
        except CastError:
            return None

    def _bind(self, args: Sequence[object], kwargs: Mapping[str, object]) -> list[object]:
        schema = self.schema
        count = len(schema.args)
        if len(args) + len(kwargs) > count:
            raise RuntimeError(
                f"{schema.name}() expected at most {count} argument(s) but received {len(args) + len(kwargs)} argument(s). "
                f"Declaration: {schema}"
            )
        if len(args) > self.positional:
            raise RuntimeError(
                f"{schema.name}() takes {self.positional} positional argument(s) but {len(args)} was/were given.  Declaration: {schema}"
            )
        values = [self._cast(place, value) for place, value in enumerate(args)]
        used = 0
        for place in range(len(args), count):
            argument = schema.args[place]
            if argument.name in kwargs:
                values.append(self._cast(place, kwargs[argument.name]))
                used += 1
            elif argument.has_default:
                values.append(_default(argument))
            else:
                raise RuntimeError(f"{schema.name}() is missing value for argument '{argument.name}'. Declaration: {schema}")
        if used < len(kwargs):
            self._refuse_keywords(len(args), kwargs)
        return values

    def _cast(self, place: int, value: object) -> object:
        try:
            return self.casters[place](value)
        except CastError as error:
            argument = self.schema.args[place]
            inferred = argument.name in self.inferred
            wanted = argument.type.annotation() + (" (inferred)" if inferred else "")
            hint = f"Inferred '{argument.name}' to be of type 'Tensor' because it was not annotated with an explicit type.\n"
            raise RuntimeError(
                f"{self.schema.name}() Expected a value of type '{wanted}' for argument '{argument.name}' "
                f"but instead found type '{type(value).__name__}'.\n{hint if inferred else ''}Position: {place}\nValue: {value!r}\n"
                f"Declaration: {self.schema}\nCast error details: {error}"
            ) from None

    def _refuse_keywords(self, given: int, kwargs: Mapping[str, object]) -> None:
        names = [argument.name for argument in self.schema.args]
        for name in kwargs:
            if name not in names:
                raise RuntimeError(f"Unknown keyword argument '{name}' for operator '{self.schema.name}'. Schema: {self.schema}")
            if names.index(name) < given:
                raise RuntimeError(f"Argument '{name}' specified both as positional and keyword argument. Schema: {self.schema}")

    def result(self, value: object) -> object:
        """A result as Python sees it."""
        return value if self._export is None else self._export(value)


def _default(argument: Argument) -> object:
    """A default; lists are made anew for each call."""
    value = argument.default
    if not isinstance(value, tuple):
        return value
    items = cast("tuple[object, ...]", value)
    return list(items) if _is_list(argument.type) else items


def _is_list(kind: Type) -> bool:
    return isinstance(kind.element if isinstance(kind, OptionalType) else kind, ListType)

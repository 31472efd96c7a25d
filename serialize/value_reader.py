"""Unpickled values and declared types in, live values out: tensors over the archive's memory, lists, tuples, objects, enum members.

Every value is checked against the type that the code declares for it. What was one storage, tensor, container or object in the file
is one here. Values come from script_pickle.py; classes and types are resolved by callbacks of archive_reader.py.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias, cast

from ..runtime.device import CPU, Device
from ..runtime.dtype import bool_, quint4x2
from ..runtime.layout import Layout
from ..runtime.packed import CLASSES, Packed
from ..runtime.quantization import per_channel, per_tensor, set_quantizer, unpacked_halves
from ..runtime.storage import Storage
from ..runtime.tensor import Tensor
from ..runtime.type_text import parse_type
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
    CustomClassType,
    DictType,
    EnumType,
    InterfaceType,
    ListType,
    OptionalType,
    SimpleType,
    TupleType,
    Type,
    UnionType,
    is_subtype,
    union_members,
)
from ..script.object import EnumMember, Object
from ..script.running import make_tuple
from .container import Archive
from .errors import ArchiveError
from .script_pickle import PickledEnum, PickledObject, PickledStorage, PickledTensor, Tagged

MAX_DEPTH = 100

# What messages call a value: a text, or a form for a place and a part of it. It is put together when a message needs it, as names of a
# file may be long and values many.
Place: TypeAlias = "str | tuple[str, Place, object]"

PLAIN: dict[SimpleType, tuple[type, ...]] = {
    INT: (int,),
    FLOAT: (float,),
    BOOL: (bool,),
    STR: (str,),
    COMPLEX: (complex,),
    NONE: (type(None),),
    DEVICE: (Device,),
    NUMBER: (int, float, complex),
    ANY: (int, float, bool, str, complex, type(None), Device),
}


class ValueReader:
    """Turns the values of one pickle into live ones.

    `find_class` gives the type of a qualified name, `parse_type` that of a type in Python style; `device` is where the caller wants
    tensors, None for where the file has them.
    """

    def __init__(
        self,
        archive: Archive,
        record: str,
        *,
        find_class: Callable[[str], Type],
        parse_type: Callable[[str], Type],
        device: Device | None = None,
    ) -> None:
        self.archive = archive
        self.record = record
        self.find_class = find_class
        self.parse_type = parse_type
        self.device = device
        self._storages: dict[str, Storage] = {}
        self._tensors: dict[PickledTensor, Tensor] = {}
        self._containers: dict[tuple[int, int], object] = {}
        self._type_numbers: dict[Type, int] = {}
        self._numbered: dict[int, tuple[Type, int]] = {}
        self._objects: dict[PickledObject, Object] = {}
        self._natives: dict[PickledObject, Packed] = {}
        self._unfilled: list[PickledObject] = []
        self._used_states: set[int] = set()

    def read(self, value: object, type_: Type, place: str = "the value") -> object:
        """The live value; objects that it reaches are complete, except for those whose `__setstate__` has yet to run.

        `place` is what messages call the value.
        """
        result = self._value(value, type_, place, 0)
        while self._unfilled:
            self._fill(self._unfilled.pop())
        return result

    def object_of(self, pickled: PickledObject) -> Object | None:
        """The object that was made for an unpickled one, if any value that was read reaches it."""
        return self._objects.get(pickled)

    def _number(self, type_: Type) -> int:
        """A number that equal types share: the hash of a type takes as long as the type is."""
        known = self._numbered.get(id(type_))
        if known is None:
            known = self._numbered[id(type_)] = (type_, self._type_numbers.setdefault(type_, len(self._type_numbers)))
        return known[1]

    def _refuse(self, place: Place, value: object, type_: Type) -> ArchiveError:
        described = value.type_text if isinstance(value, Tagged) else type(value).__name__.removeprefix("Pickled")
        return ArchiveError(
            f"{_text(place)} is declared {type_.annotation()}, but the file has {_article(described)} there", record=self.record
        )

    def _value(self, value: object, type_: Type, place: Place, depth: int) -> object:
        if depth > MAX_DEPTH:
            raise ArchiveError(f"values are nested deeper than {MAX_DEPTH}", record=self.record)
        allowed = PLAIN.get(type_) if isinstance(type_, SimpleType) else None
        if allowed is not None and type(value) in allowed:
            return value
        if isinstance(type_, OptionalType | UnionType):
            return self._alternative(value, type_, place, depth)
        if isinstance(value, PickledTensor) and type_ in (TENSOR, ANY):
            return self._tensor(value)
        if isinstance(value, PickledObject):
            return self._object(value, type_, place, depth)
        if isinstance(value, PickledEnum):
            return self._enum(value, type_, place)
        if isinstance(value, tuple):
            return self._tuple(cast("tuple[object, ...]", value), type_, place, depth)
        if isinstance(value, Tagged | list | dict):
            return self._container(cast("Tagged | list[object] | dict[object, object]", value), type_, place, depth)
        raise self._refuse(place, value, type_)

    def _alternative(self, value: object, type_: Type, place: Place, depth: int) -> object:
        """A value of an optional or union: the first member that its kind fits."""
        members = [member for member in union_members(type_) if self._may_be(value, member)]
        if len(members) > 1 and isinstance(value, Tagged):
            tag = self.parse_type(value.type_text)
            members = [member for member in members if member == tag] or members
        if not members:
            raise self._refuse(place, value, type_)
        return self._value(value, members[0], place, depth + 1)

    def _may_be(self, value: object, type_: Type) -> bool:
        """Whether the outermost kind of a value fits a type."""
        allowed = PLAIN.get(type_) if isinstance(type_, SimpleType) else None
        if allowed is not None and type(value) in allowed:
            return True
        if isinstance(value, PickledTensor):
            return type_ is TENSOR
        if isinstance(value, PickledObject | PickledEnum):
            return is_subtype(self.find_class(value.qualified_name), type_)
        if isinstance(value, tuple):
            return isinstance(type_, TupleType) and len(type_.elements) == len(cast("tuple[object, ...]", value))
        inner: object = value.value if isinstance(value, Tagged) else value
        if isinstance(inner, list):
            return isinstance(type_, ListType)
        return isinstance(inner, dict) and isinstance(type_, DictType)

    def _tuple(self, value: tuple[object, ...], type_: Type, place: Place, depth: int) -> object:
        elements = type_.elements if isinstance(type_, TupleType) else (ANY,) * len(value)
        if len(elements) != len(value) or not (isinstance(type_, TupleType) or type_ is ANY):
            raise self._refuse(place, value, type_)
        key = (id(value), self._number(type_))
        if key not in self._containers:
            pairs = enumerate(zip(value, elements, strict=True))
            items = [self._value(item, kind, ("{}[{}]", place, index), depth + 1) for index, (item, kind) in pairs]
            self._containers[key] = make_tuple(type_, items) if isinstance(type_, TupleType) else tuple(items)
        return self._containers[key]

    def _container(self, value: Tagged | list[object] | dict[object, object], type_: Type, place: Place, depth: int) -> object:
        """A list or dict; files of version 2 and older have no tags, so the declared type has to do."""
        if isinstance(value, Tagged) and not isinstance(type_, ListType | DictType):
            tag = self.parse_type(value.type_text)
            if not is_subtype(tag, type_):
                raise self._refuse(place, value, type_)
            type_ = tag
        inner = value.value if isinstance(value, Tagged) else value
        key = (id(inner), self._number(type_))
        known = self._containers.get(key)
        if known is not None:
            return known
        if isinstance(inner, list) and isinstance(type_, ListType):
            items: list[object] = []
            self._containers[key] = items
            items += (self._value(item, type_.element, ("{}[{}]", place, index), depth + 1) for index, item in enumerate(inner))
            return items
        if isinstance(inner, dict) and isinstance(type_, DictType):
            mapping: dict[object, object] = {}
            self._containers[key] = mapping
            for name, item in inner.items():
                key_value = self._value(name, type_.key, ("a key of {}", place, None), depth + 1)
                mapping[key_value] = self._value(item, type_.value, ("{}[{!r:.80}]", place, name), depth + 1)
            return mapping
        raise self._refuse(place, value, type_)

    def _enum(self, value: PickledEnum, type_: Type, place: Place) -> object:
        kind = self.find_class(value.qualified_name)
        if not isinstance(kind, EnumType) or not is_subtype(kind, type_):
            raise self._refuse(place, value, type_)
        try:
            return EnumMember.by_value(kind, value.value)
        except ValueError as error:
            raise ArchiveError(f"{_text(place)}: {error}", record=self.record) from error

    def _object(self, value: PickledObject, type_: Type, place: Place, depth: int) -> object:
        known = self._objects.get(value)
        kind = known.type if known is not None else self.find_class(value.qualified_name)
        if isinstance(kind, CustomClassType) and is_subtype(kind, type_):
            return self._packed(value, kind, place, depth)
        if not isinstance(kind, ClassType) or not (type_ is ANY or isinstance(type_, InterfaceType) or is_subtype(kind, type_)):
            rule = f"{_text(place)} is declared {type_.annotation()}, but the file has a {value.qualified_name} there"
            raise ArchiveError(rule, record=self.record)
        if known is None:
            known = self._objects[value] = Object(kind)
            self._unfilled.append(value)
        return known

    def _packed(self, value: PickledObject, kind: CustomClassType, place: Place, depth: int) -> Packed:
        """An object of a class that libtorch implements, made of its state."""
        made = self._natives.get(value)
        if made is None:
            native = CLASSES[kind.qualified_name]
            state = self._value(value.state, parse_type(native.state_type), ("the state of {}", place, None), depth + 1)
            try:
                made = self._natives[value] = native.from_state(state)
            except (RuntimeError, TypeError, ValueError, IndexError) as error:
                raise ArchiveError(f"{_text(place)} is no {kind.qualified_name}: {error}", record=self.record) from error
        return made

    def _fill(self, pickled: PickledObject) -> None:
        """Give an object the values of its declared attributes; unknown keys are ignored, as PyTorch ignores them."""
        made = self._objects[pickled]
        if "__setstate__" in made.type.methods:
            return
        state = pickled.state
        if not isinstance(state, dict):
            raise ArchiveError(f"the attributes of a {pickled.qualified_name} are no dict", record=self.record)
        values = cast("dict[object, object]", state)
        if id(values) in self._used_states:
            raise ArchiveError(f"the attributes of a {pickled.qualified_name} are those of another object too", record=self.record)
        self._used_states.add(id(values))
        for name, attribute in made.type.attributes.items():
            if name not in values:
                raise ArchiveError(f"attribute '{name}' of {pickled.qualified_name} has no value", record=self.record)
            made.slots[name] = self._value(values[name], attribute.type, ("{:.200}.{:.80}", pickled.qualified_name, name), 0)

    def _tensor(self, value: PickledTensor) -> Tensor:
        known = self._tensors.get(value)
        if known is None:
            layout = Layout.of(value.shape, value.strides, value.offset)
            known = self._tensors[value] = Tensor(self._storage(value.storage), layout, value.dtype)
            if value.quantizer is not None:
                self._set_quantizer(known.memory, value)
            known.requires_grad = value.requires_grad
        return known

    def _set_quantizer(self, storage: Storage, value: PickledTensor) -> None:
        """Let a storage know how its integers stand for numbers; all tensors over it must say the same."""
        pickled = value.quantizer
        assert pickled is not None
        try:
            if isinstance(pickled.scale, PickledTensor) and isinstance(pickled.zero_point, PickledTensor) and pickled.axis is not None:
                quantizer = per_channel(self._tensor(pickled.scale), self._tensor(pickled.zero_point), pickled.axis)
            else:
                quantizer = per_tensor(cast("float", pickled.scale), cast("int", pickled.zero_point), value.dtype)
            set_quantizer(storage, quantizer)
        except RuntimeError as error:
            raise ArchiveError(f"storage '{value.storage.key}': {error}", record=self.record) from error

    def _storage(self, pickled: PickledStorage) -> Storage:
        known = self._storages.get(pickled.key)
        if known is None:
            self._check_location(pickled)
            known = self._storages[pickled.key] = read_storage(self.archive, pickled)
        return known

    def _check_location(self, pickled: PickledStorage) -> None:
        if self.device is CPU or pickled.location.partition(":")[0] == "cpu":
            return
        kind = "CUDA device" if pickled.location.startswith("cuda") else f"device '{pickled.location}'"
        raise RuntimeError(
            f"Attempting to deserialize object on a {kind} but torch.cuda.is_available() is False. If you are running on a CPU-only "
            "machine, please use jit.load with map_location=torch.device('cpu') to map your storages to the CPU."
        )


def _text(place: Place) -> str:
    """A place as messages show it."""
    if isinstance(place, str):
        return place
    form, whole, part = place
    return form.format(_text(whole), part)


def _article(text: str) -> str:
    if text == "NoneType":
        return "None"
    return f"an {text}" if text[0] in "aeiouAEIOU" else f"a {text}"


def read_storage(archive: Archive, pickled: PickledStorage) -> Storage:
    """The bytes of a storage: the file's in memory where they can be used in place, a copy otherwise."""
    storage = archive.storage(pickled.record)
    assert storage.nbytes == pickled.nbytes, "the size of the record was checked when the identifier was read"
    if pickled.dtype is quint4x2:
        return unpacked_halves(storage)
    if pickled.dtype is bool_ and storage.nbytes and int(storage.array.max()) > 1:
        content, storage = storage.array, Storage.allocate(pickled.nbytes)
        storage.array[:] = content != 0
    return storage

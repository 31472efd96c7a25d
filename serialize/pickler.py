"""Values of declared types in, the bytes of a pickle out, as PyTorch's C++ pickler writes them.

What a value's type is decides how it is written: lists and dicts get the tags that bring their types back, integers in a float slot become
floats. Storages are written as identifiers; the caller writes their bytes as records of their own. Reading is in unpickler.py.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar, cast

from ..runtime.device import Device
from ..runtime.dtype import DType, quint4x2
from ..runtime.packed import Packed
from ..runtime.quantization import Quantizer, packed_halves, quantizer_of
from ..runtime.storage import Storage
from ..runtime.tensor import Tensor
from ..runtime.type_text import parse_type
from ..runtime.typesystem import (
    ANY,
    BOOL,
    FLOAT,
    INT,
    STR,
    TENSOR,
    DictType,
    ListType,
    OptionalType,
    SimpleType,
    TupleType,
    Type,
    UnionType,
    union_members,
)
from ..script.function import Function
from ..script.inference import InferenceError, fits, infer_type
from ..script.object import EnumMember, Object
from .naming import Names
from .opcodes import BY_NAME, TEXT_ERRORS, Dialect
from .script_pickle import QUANTIZED_CLASSES, STORAGE_CLASSES

Kind = TypeVar("Kind", TupleType, ListType, DictType)

CODE = {name: bytes([opcode.code]) for name, opcode in BY_NAME.items()}
CLASS_OF_DTYPE = {dtype: name for name, dtype in (STORAGE_CLASSES | QUANTIZED_CLASSES).items()}
BUILDERS: dict[Type, str] = {INT: "build_intlist", FLOAT: "build_doublelist", BOOL: "build_boollist", TENSOR: "build_tensorlist"}


@dataclass(frozen=True, slots=True)
class _Value:
    """Work that is still to be done: write this value as one of this type."""

    value: object
    type: Type


@dataclass(frozen=True, slots=True)
class _Done:
    """Work that is still to be done: what was just written is complete; memoise it if it is met again."""

    value: object
    is_shared: bool


_Task = bytes | _Value | _Done


class Pickler:
    """Writes one pickle. `storages` then holds the storages that it refers to; the position of each is its key."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self.storages: list[Storage] = []
        self._parts: list[bytes] = []
        self._tasks: list[_Task] = []
        self._memo: dict[object, int] = {}
        self._dtypes: dict[int, DType] = {}
        self._open: set[int] = set()
        self._shared: set[int] = set()
        self._kept: list[object] = []
        self._states: list[object] = []

    def dump(self, value: object, type_: Type) -> bytes:
        """The pickle of one value. Raises RuntimeError for what archives cannot hold, with its type."""
        self._shared = _shared_containers(value)
        self._parts.append(CODE["PROTO"] + b"\x02")
        self._tasks.append(_Value(value, type_))
        while self._tasks:
            task = self._tasks.pop()
            if isinstance(task, bytes):
                self._parts.append(task)
            elif isinstance(task, _Done):
                self._finish(task)
            else:
                self._write(task.value, task.type)
        self._parts.append(CODE["STOP"])
        return b"".join(self._parts)

    def _write(self, value: object, type_: Type) -> None:
        """Write a value, or schedule its parts."""
        if value is None:
            self._parts.append(CODE["NONE"])
        elif isinstance(value, bool):
            self._parts.append(CODE["NEWTRUE"] if value else CODE["NEWFALSE"])
        elif isinstance(value, int):
            self._parts.append(_float(value) if type_ is FLOAT else _int(value))
        elif isinstance(value, float):
            self._parts.append(_float(value))
        elif isinstance(value, str):
            self._string(value)
        elif isinstance(value, Tensor):
            self._tensor(value)
        elif isinstance(value, complex):
            self._global("builtins", "complex")
            self._parts += (_float(value.real), _float(value.imag), CODE["TUPLE2"], CODE["REDUCE"])
        elif isinstance(value, Device):
            self._device(value)
        elif isinstance(value, DType):
            self._parts.append(_int(value.code))
        elif isinstance(value, Packed):
            self._packed(value)
        elif isinstance(value, EnumMember):
            self._qualified(self.names.type_name(value.type))
            self._schedule([_Value(value.value, value.type.value_type), CODE["REDUCE"]])
        else:
            self._container(value, type_)

    def _container(self, value: object, type_: Type) -> None:
        """Write a list, dict, tuple or object, once."""
        if self._recall(id(value)):
            return
        if id(value) in self._open:
            raise RuntimeError(f"save: a value of type {type_.annotation()} contains itself; archives cannot hold cycles")
        self._open.add(id(value))
        done = _Done(value, is_shared=id(value) in self._shared)
        if isinstance(value, Object):
            self._object(value)
        elif isinstance(value, tuple):
            self._tuple(cast("tuple[object, ...]", value), type_, done)
        elif isinstance(value, list):
            self._list(cast("list[object]", value), type_, done)
        elif isinstance(value, dict):
            self._dict(cast("dict[object, object]", value), type_, done)
        else:
            raise RuntimeError(f"save: a value of class {type(value).__name__} in a slot of type {type_.annotation()} cannot be saved")

    def _object(self, value: Object) -> None:
        self._qualified(self.names.type_name(value.type))
        self._parts.append(CODE["EMPTY_TUPLE"] + CODE["NEWOBJ"])
        done = _Done(value, is_shared=True)
        if "__getstate__" in value.type.methods:
            get_state = value.type.methods["__getstate__"]
            assert isinstance(get_state, Function), f"{value.type.qualified_name}: __getstate__ is not compiled"
            self._schedule([_Value(get_state.run(value), get_state.schema.returns[0].type), CODE["BUILD"], done])
            return
        tasks: list[_Task] = [CODE["EMPTY_DICT"] + CODE["MARK"]]
        for name, attribute in value.type.attributes.items():
            tasks += (_Value(name, ANY), _Value(_slot(value, name, attribute.type), attribute.type))
        self._schedule([*tasks, CODE["SETITEMS"] + CODE["BUILD"], done])

    def _tuple(self, value: tuple[object, ...], type_: Type, done: _Done) -> None:
        kind = _narrow(type_, value, TupleType)
        if len(value) != len(kind.elements):
            raise RuntimeError(f"save: a tuple of {len(value)} values lies in a slot of type {type_.annotation()}")
        items = [_Value(item, element) for item, element in zip(value, kind.elements, strict=True)]
        if not items:
            self._schedule([CODE["EMPTY_TUPLE"], done])
        elif len(items) <= 3:
            self._schedule([*items, CODE[f"TUPLE{len(items)}"], done])
        else:
            self._schedule([CODE["MARK"], *items, CODE["TUPLE"], done])

    def _list(self, value: list[object], type_: Type, done: _Done) -> None:
        kind = _narrow(type_, value, ListType)
        items = [_Value(item, kind.element) for item in value]
        body: list[_Task] = [CODE["EMPTY_LIST"] + CODE["MARK"], *items, CODE["APPENDS"]]
        builder = BUILDERS.get(kind.element)
        if builder is not None:
            self._global("torch.jit._pickle", builder)
            self._schedule([CODE["MARK"], *body, CODE["TUPLE"] + CODE["REDUCE"], done])
            return
        self._tagged(kind, body, done)

    def _dict(self, value: dict[object, object], type_: Type, done: _Done) -> None:
        kind = _narrow(type_, value, DictType)
        body: list[_Task] = [CODE["EMPTY_DICT"] + CODE["MARK"]]
        for key, item in value.items():
            body += (_Value(key, kind.key), _Value(item, kind.value))
        self._tagged(kind, [*body, CODE["SETITEMS"]], done)

    def _tagged(self, kind: Type, body: list[_Task], done: _Done) -> None:
        self._global("torch.jit._pickle", "restore_type_tag")
        self._schedule([*body, _Value(self.names.annotation(kind), ANY), CODE["TUPLE2"] + CODE["REDUCE"], done])

    def _tensor(self, value: Tensor) -> None:
        if self._recall(id(value)):
            return
        storage_class = CLASS_OF_DTYPE.get(value.dtype.name)
        if storage_class is None:
            raise RuntimeError(f"save: a tensor of {value.dtype} cannot be saved in an archive")
        layout = value.layout
        quantizer = quantizer_of(value) if value.dtype.is_quantized else None
        self._global("torch._utils", "_rebuild_tensor_v2" if quantizer is None else "_rebuild_qtensor")
        self._parts.append(CODE["MARK"])
        self._storage(value.memory, value.dtype, storage_class)
        self._parts.append(_int(layout.offset))
        for sizes in (layout.shape, layout.strides):
            self._parts += (CODE["MARK"], *(_int(size) for size in sizes), CODE["TUPLE"])
        if quantizer is not None:
            self._quantizer(quantizer)
        self._parts.append(CODE["NEWTRUE"] if value.requires_grad else CODE["NEWFALSE"])
        self._global("collections", "OrderedDict")
        self._parts.append(CODE["EMPTY_TUPLE"] + CODE["REDUCE"] + CODE["TUPLE"] + CODE["REDUCE"])
        self._memoise(id(value), value)

    def _quantizer(self, quantizer: Quantizer) -> None:
        self._parts.append(CODE["MARK"])
        self._global("torch", quantizer.scheme)
        if quantizer.axis is None:
            self._parts += (_float(quantizer.scale), _int(quantizer.zero_point))
        else:
            assert quantizer.scales is not None and quantizer.zero_points is not None
            self._tensor(quantizer.scales)
            self._tensor(quantizer.zero_points)
            self._parts.append(_int(quantizer.axis))
        self._parts.append(CODE["TUPLE"])

    def _packed(self, value: Packed) -> None:
        """An object of a class that libtorch implements: its state."""
        if self._recall(id(value)):
            return
        self._qualified(value.class_name)
        self._parts.append(CODE["EMPTY_TUPLE"] + CODE["NEWOBJ"])
        state = value.state()
        # the state must live as long as the memo knows it by its address
        self._states.append(state)
        type_ = parse_type(value.written_type)
        self._schedule([_Value(state, type_), CODE["BUILD"], _Done(value, is_shared=True)])

    def _storage(self, storage: Storage, dtype: DType, storage_class: str) -> None:
        first = self._dtypes.setdefault(id(storage), dtype)
        if first is not dtype:
            raise RuntimeError(f"save: tensors of {first} and of {dtype} share a storage; copy one of them with clone()")
        if self._recall(id(storage)):
            return
        self._parts.append(CODE["MARK"])
        self._string("storage")
        self._global("torch", storage_class)
        self._string(str(len(self.storages)))
        self._string("cpu")
        written = packed_halves(storage) if dtype is quint4x2 else storage
        self._parts += (_int(written.nbytes // dtype.itemsize), CODE["TUPLE"], CODE["BINPERSID"])
        self.storages.append(written)
        self._memoise(id(storage), storage)

    def _device(self, value: Device) -> None:
        if self._recall(value):
            return
        self._global("torch", "device")
        self._string(str(value))
        self._parts.append(CODE["TUPLE1"] + CODE["REDUCE"])
        self._memoise(value, value)

    def _string(self, value: str) -> None:
        if self._recall(("text", value)):
            return
        raw = value.encode("utf-8", TEXT_ERRORS[Dialect.SCRIPT])
        self._parts.append(CODE["BINUNICODE"] + struct.pack("<L", len(raw)) + raw)
        self._memoise(("text", value), value)

    def _qualified(self, qualified_name: str) -> None:
        module, _, name = qualified_name.rpartition(".")
        self._global(module, name)

    def _global(self, module: str, name: str) -> None:
        if self._recall(("global", module, name)):
            return
        self._parts.append(CODE["GLOBAL"] + f"{module}\n{name}\n".encode())
        self._memoise(("global", module, name), name)

    def _schedule(self, tasks: list[_Task]) -> None:
        self._tasks += reversed(tasks)

    def _finish(self, task: _Done) -> None:
        self._open.discard(id(task.value))
        if task.is_shared:
            self._memoise(id(task.value), task.value)

    def _recall(self, key: object) -> bool:
        index = self._memo.get(key)
        if index is None:
            return False
        self._parts.append(CODE["BINGET"] + bytes([index]) if index < 256 else CODE["LONG_BINGET"] + struct.pack("<L", index))
        return True

    def _memoise(self, key: object, value: object) -> None:
        index = len(self._kept)
        self._kept.append(value)
        self._memo[key] = index
        self._parts.append(CODE["BINPUT"] + bytes([index]) if index < 256 else CODE["LONG_BINPUT"] + struct.pack("<L", index))


def _slot(owner: Object, name: str, type_: Type) -> object:
    if name not in owner.slots and not isinstance(type_, OptionalType):
        raise RuntimeError(f"save: attribute '{name}' of {owner.type.annotation()} has no value")
    return owner.slots.get(name)


def _int(value: int) -> bytes:
    if 0 <= value < 1 << 8:
        return CODE["BININT1"] + bytes([value])
    if 0 <= value < 1 << 16:
        return CODE["BININT2"] + struct.pack("<H", value)
    if -(1 << 31) <= value < 1 << 31:
        return CODE["BININT"] + struct.pack("<l", value)
    if -(1 << 63) <= value < 1 << 63:
        return CODE["LONG1"] + b"\x08" + struct.pack("<q", value)
    raise RuntimeError(f"save: the int {value} has more than 64 bits")


def _float(value: float) -> bytes:
    return CODE["BINFLOAT"] + struct.pack(">d", value)


def _narrow(type_: Type, value: object, kind: type[Kind]) -> Kind:
    """The part of `type_` that describes a container: itself, a member of an optional or union, or inferred where anything goes."""
    if isinstance(type_, kind):
        return type_
    if isinstance(type_, OptionalType | UnionType):
        for member in union_members(type_):
            if isinstance(member, kind) and fits(value, member):
                return member
    elif type_ is ANY or isinstance(type_, SimpleType):
        inferred = _infer(value)
        if isinstance(inferred, kind):
            return inferred
    raise RuntimeError(f"save: a {type(value).__name__} lies in a slot of type {type_.annotation()}")


def _infer(value: object) -> Type:
    if isinstance(value, tuple):
        return TupleType([ANY] * len(cast("tuple[object, ...]", value)))
    if value == []:
        return ListType(TENSOR)
    if value == {}:
        return DictType(STR, TENSOR)
    try:
        return infer_type(value)
    except InferenceError as error:
        raise RuntimeError(f"save: a value of class {type(value).__name__} has no type that archives know; {error}") from error


def _parts_of(value: object) -> Iterable[object]:
    if isinstance(value, list | tuple):
        return cast("Iterable[object]", value)
    if isinstance(value, dict):
        return cast("dict[object, object]", value).values()
    if isinstance(value, Object) and "__getstate__" not in value.type.methods:
        return value.slots.values()
    return ()


def _is_container(value: object) -> bool:
    return isinstance(value, list | tuple | dict | Object) and value != ()


def _shared_containers(value: object) -> set[int]:
    """The ids of the lists, dicts and tuples that occur more than once within a value."""
    seen: set[int] = set()
    shared: set[int] = set()
    pending = [value]
    while pending:
        item = pending.pop()
        if not _is_container(item):
            continue
        if id(item) in seen:
            shared.add(id(item))
            continue
        seen.add(id(item))
        pending += _parts_of(item)
    return shared

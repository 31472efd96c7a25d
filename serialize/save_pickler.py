"""Any Python object in, the bytes of a pickle out, as PyTorch's torch.save writes them: rushlight's types go by PyTorch's names.

Objects that are neither plain values nor rushlight's say themselves how they are made again (`__reduce_ex__`), as in Python's own
pickler, whose memo and batches are these too. Storages become identifiers; the caller writes their bytes. Reading is in save_reader.py.
"""

from __future__ import annotations

import copyreg
import struct
import sys
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from types import BuiltinFunctionType, FunctionType
from typing import Any, cast

from ..runtime.device import Device
from ..runtime.dtype import DType
from ..runtime.layout import Layout, LayoutKind
from ..runtime.nn.parameter import Buffer, Parameter
from ..runtime.quantization import packed_halves, quantizer_of
from ..runtime.random import Generator
from ..runtime.return_types import NamedResult
from ..runtime.storage import Storage
from ..runtime.storages import TypedStorage, UntypedStorage
from ..runtime.tensor import Size, Tensor
from .inert import (
    DimRange,
    InertName,
    InertObject,
    JaggedTensor,
    NestedTensor,
    OtherDType,
    OtherTensor,
    QuantizationScheme,
    QuantizedTensor,
    SparseTensor,
)
from .pickler import CLASS_OF_DTYPE, CODE
from .saved_globals import Known
from .saved_library import names_of_functions
from .saved_storages import SavedStorage
from .tensor_template import Template

BATCH = 1000
"""Items of a list or dict that are put into it at once."""
UNTYPED = frozenset(
    "untyped complex32 uint16 uint32 uint64 float8_e5m2 float8_e4m3fn float8_e5m2fnuz float8_e4m3fnuz float8_e8m0fnu".split()
)
"""Items that PyTorch stores as bytes with their type in the tensor, though there are class names for some."""
PYTHON_3 = {"builtins": "__builtin__", "copyreg": "copy_reg", "_io": "io"}
"""Modules by the names that Python 2 had, which protocol 2 uses."""


OWN = frozenset(("memory", "layout", "dtype", "requires_grad", "grad"))
"""What a tensor holds of itself; anything else was put there by users."""


class Global:
    """A function or class by the name that files know it by."""

    __slots__ = ("module", "name")

    def __init__(self, module: str, name: str) -> None:
        self.module, self.name = module, name


def _global(full_name: str) -> Global:
    module, _, name = full_name.rpartition(".")
    return Global(module, name)


REBUILD_TENSOR, REBUILD_UNTYPED = _global("torch._utils._rebuild_tensor_v2"), _global("torch._utils._rebuild_tensor_v3")
REBUILD_PARAMETER = _global("torch._utils._rebuild_parameter")
REBUILD_PARAMETER_WITH_STATE = _global("torch._utils._rebuild_parameter_with_state")
REBUILD_FROM_TYPE = _global("torch._tensor._rebuild_from_type_v2")
REBUILD_SPARSE, REBUILD_NESTED = _global("torch._utils._rebuild_sparse_tensor"), _global("torch._utils._rebuild_nested_tensor")
REBUILD_QUANTIZED, REBUILD_META = _global("torch._utils._rebuild_qtensor"), _global("torch._utils._rebuild_meta_tensor_no_storage")
JAGGED = _global("torch.nested._internal.nested_tensor.NestedTensor")
REBUILD_JAGGED = _global("torch.nested._internal.nested_tensor._rebuild_njt")
DIM_RANGE = _global("torch._dynamo.decorators._DimRange")
TENSOR, GENERATOR = _global("torch.Tensor"), _global("torch._C.Generator")
SIZE, DEVICE = _global("torch.Size"), _global("torch.device")
GET_LAYOUT, ENCODE = _global("torch.serialization._get_layout"), _global("_codecs.encode")


class SavePickler:
    """Writes one pickle. `storages` then holds the storages that it refers to, by key."""

    def __init__(self, protocol: int = 2, is_stream: bool = False) -> None:
        self.protocol = protocol
        self.is_stream = is_stream
        """Whether identifiers are those of the format before 1.6."""
        self.storages: dict[str, Storage] = {}
        self.counts: dict[str, int] = {}
        """The number of items of each storage."""
        self._keys: dict[int, str] = {}
        self._types: dict[int, str] = {}
        self._parts: list[bytes] = []
        self._memo: dict[object, int] = {}
        self._kept: list[object] = []
        """What must live as long as its address is in the memo."""
        self._count = 0
        self._templates: dict[object, Template] = {}

    def dump(self, value: object) -> bytes:
        """The pickle of one value. Raises TypeError or RuntimeError for what cannot be saved, naming its class."""
        self._parts.append(CODE["PROTO"] + bytes([self.protocol]))
        try:
            self._write(value)
        except RecursionError:
            raise RuntimeError("save: values are nested too deeply; flatten them, or raise sys.setrecursionlimit") from None
        self._parts.append(CODE["STOP"])
        return b"".join(self._parts)

    def _write(self, value: object) -> None:
        write = WRITERS.get(type(value))
        if write is not None:
            write(self, value)
        elif not self._recall(id(value)):
            self._object(value)

    # Plain values

    def _none(self, value: None) -> None:
        self._parts.append(b"N")

    def _bool(self, value: bool) -> None:
        self._parts.append(b"\x88" if value else b"\x89")

    def _int(self, value: int) -> None:
        self._parts.append(integer(value))

    def _float(self, value: float) -> None:
        self._parts.append(b"G" + struct.pack(">d", value))

    def _str(self, value: str) -> None:
        self._text(value, value)

    def _text(self, value: str, key: object) -> None:
        if not self._recall(key):
            raw = value.encode("utf-8", "surrogatepass")
            self._parts.append(b"X" + struct.pack("<L", len(raw)) + raw)
            self._remember(key, value)

    def _bytes(self, value: bytes) -> None:
        if self._recall(id(value)):
            return
        if self.protocol >= 3:
            self._parts.append(b"B" + struct.pack("<L", len(value)) + value)
            self._remember(id(value), value)
        elif value:
            self._reduce((ENCODE, (value.decode("latin-1"), "latin1")), value)
        else:
            self._reduce((bytes, ()), value)

    def _tuple(self, value: tuple[object, ...]) -> None:
        if not value:
            self._parts.append(b")")
            return
        if self._recall(id(value)):
            return
        if len(value) > 3:
            self._parts.append(b"(")
        for item in value:
            self._write(item)
        if id(value) in self._memo:
            # a part of it holds it: what was put on the stack is dropped, and the tuple that the part made is taken
            self._parts.append(CODE["POP"] * len(value) if len(value) <= 3 else CODE["POP_MARK"])
            self._recall(id(value))
            return
        self._parts.append((b"t", b"\x85", b"\x86", b"\x87")[len(value)] if len(value) <= 3 else b"t")
        self._remember(id(value), value)

    def _list(self, value: list[object]) -> None:
        if not self._recall(id(value)):
            self._parts.append(b"]")
            self._remember(id(value), value)
            self._append(iter(value))

    def _dict(self, value: dict[object, object]) -> None:
        if not self._recall(id(value)):
            self._parts.append(b"}")
            self._remember(id(value), value)
            self._set_items(iter(value.items()))

    def _append(self, items: Iterator[object]) -> None:
        for batch in _batches(items):
            if len(batch) > 1:
                self._parts.append(b"(")
            for item in batch:
                self._write(item)
            self._parts.append(b"e" if len(batch) > 1 else b"a")

    def _set_items(self, items: Iterator[tuple[object, object]]) -> None:
        for batch in _batches(items):
            if len(batch) > 1:
                self._parts.append(b"(")
            for key, item in cast("list[tuple[object, object]]", batch):
                self._write(key)
                self._write(item)
            self._parts.append(b"u" if len(batch) > 1 else b"s")

    def _set(self, value: set[object] | frozenset[object]) -> None:
        """In an order that does not depend on this process."""
        if not self._recall(id(value)):
            items = sorted(value, key=lambda item: (type(item).__name__, repr(item)))
            self._reduce((type(value), (items,)), value)

    # Names

    def _class(self, value: type | FunctionType | BuiltinFunctionType) -> None:
        if value is type(None) or value is type(...) or value is type(NotImplemented):
            self._reduce((type, ({type(None): None, type(...): ..., type(NotImplemented): NotImplemented}[value],)), value)
            return
        self._named(find_name(value))

    def _named(self, value: Global) -> None:
        module = PYTHON_3.get(value.module, value.module) if self.protocol < 3 else value.module
        key = ("global", module, value.name)
        if self._recall(key):
            return
        parent, dot, last = value.name.rpartition(".")
        if dot and self.protocol < 4:
            # before protocol 4, what lies in a class is asked of it
            self._reduce((getattr, (Global(value.module, parent), last)), value)
            self._memo[key] = self._memo[id(value)]
            return
        self._parts.append(f"c{module}\n{value.name}\n".encode())
        self._remember(key, value)

    def _dtype(self, value: DType) -> None:
        self._named(Global("torch", value.name))

    def _known(self, value: Known) -> None:
        self._named(_global(value.name))

    def _scheme(self, value: QuantizationScheme | OtherDType) -> None:
        self._named(Global("torch", value.name))

    # Objects

    def _reduce(self, reduced: tuple[Any, ...], value: object) -> None:
        """What `__reduce_ex__` gives: a function, its arguments, and maybe a state, list items and dict items."""
        function, arguments = reduced[:2]
        state, items, pairs = (*reduced[2:], None, None, None)[:3]
        if function is OrderedDict:
            state = _without_type(state)
        if getattr(function, "__name__", "") == "__newobj__":
            self._write(arguments[0])
            self._write(arguments[1:])
            self._parts.append(b"\x81")
        else:
            self._write(function)
            self._write(arguments)
            self._parts.append(b"R")
        if id(value) in self._memo:
            self._parts.append(CODE["POP"])
            self._recall(id(value))
        else:
            self._remember(id(value), value)
        if items is not None:
            self._append(items)
        if pairs is not None:
            self._set_items(pairs)
        if state is not None:
            self._write(state)
            self._parts.append(b"b")

    def _object(self, value: Any) -> None:
        kind = cast("type[object]", type(value))
        if isinstance(value, Tensor):
            self._tensor(value)
            return
        if isinstance(value, NamedResult):
            self._reduce((Global("torch.return_types", kind.__name__), (tuple(value), {})), value)
            return
        if issubclass(kind, type) or id(value) in names_of_functions():
            self._class(value)
            return
        reducer: Any = copyreg.dispatch_table.get(kind)
        try:
            reduced: object = reducer(value) if reducer is not None else value.__reduce_ex__(2)
        except TypeError as error:
            raise TypeError(f"save: an object of class {kind.__qualname__} cannot be saved: {error}") from error
        if isinstance(reduced, str):
            self._named(_leading(Global(kind.__module__, reduced), value))
        elif type(reduced) is tuple:
            self._reduce(cast("tuple[Any, ...]", reduced), value)
        else:
            raise TypeError(f"save: {kind.__qualname__}.__reduce_ex__ returned {type(reduced).__name__}, not a tuple")

    def _tensor(self, value: Tensor) -> None:
        if self._recall(id(value)):
            return
        attributes = {name: item for name, item in vars(value).items() if name not in OWN}
        if isinstance(value, Parameter):
            plain = Tensor(value.memory, value.layout, value.dtype)
            hooks: OrderedDict[object, object] = OrderedDict()
            arguments = (plain, value.requires_grad, hooks)
            self._reduce((REBUILD_PARAMETER_WITH_STATE, (*arguments, attributes)) if attributes else (REBUILD_PARAMETER, arguments), value)
            return
        if not attributes and type(value) is Tensor:
            self._plain_tensor(value)
            return
        function, arguments = self._rebuild(value)
        if isinstance(value, Buffer):
            attributes["_is_buffer"] = True
        if attributes or type(value) is not Tensor:
            # PyTorch's buffers are tensors that say so themselves
            named = TENSOR if type(value) in (Tensor, Buffer) else type(value)
            self._reduce((REBUILD_FROM_TYPE, (function, named, arguments, attributes)), value)
            return
        self._reduce((function, arguments), value)

    def _plain_tensor(self, value: Tensor) -> None:
        """A tensor without attributes. Those over new storages differ from others of their form in numbers that templates fill in."""
        storage, first, start = value.memory, self._count, len(self._parts)
        form = (value.layout, value.dtype, value.requires_grad, storage.nbytes)
        if id(storage) in self._keys or value.dtype.is_quantized or value.is_meta:
            self._reduce(self._rebuild(value), value)
            return
        template = self._templates.get(form)
        if template is None:
            self._reduce(self._rebuild(value), value)
            if first >= 256 and self._count == first + Template.MEMOS:
                key = self._keys[id(storage)]
                self._templates[form] = Template(self._parts[start:], self._types[id(storage)], self.counts[key])
            return
        key = str(len(self._keys))
        self._keys[id(storage)] = key
        self._types[id(storage)] = template.items
        self.storages[key], self.counts[key] = storage, template.count
        self._parts.append(template.fill(key, first))
        self._memo[("key", key)], self._memo[id(value)] = first, first + Template.MEMOS - 1
        self._kept.append(value)
        self._count = first + Template.MEMOS

    def _rebuild(self, value: Tensor) -> tuple[Global, tuple[object, ...]]:
        layout = value.layout
        hooks: OrderedDict[object, object] = OrderedDict()
        # new tuples, for layouts are shared by tensors and PyTorch's sizes are not
        shape, strides = (*layout.shape,), (*layout.strides,)
        if value.is_meta:
            return REBUILD_META, (value.dtype, shape, strides, value.requires_grad)
        storage = _StorageOf(value.memory, value.dtype.name)
        if value.dtype.is_quantized:
            return REBUILD_QUANTIZED, (storage, layout.offset, shape, strides, _quantizer_parts(value), value.requires_grad, hooks)
        head = (storage, layout.offset, shape, strides, value.requires_grad, hooks)
        if value.dtype.name in UNTYPED:
            return REBUILD_UNTYPED, (*head, value.dtype)
        return REBUILD_TENSOR, head

    def _storage(self, value: _StorageOf) -> None:
        """A persistent identifier: each use is written whole, as PyTorch does."""
        storage, items = value.storage, value.items
        key = self._keys.get(id(storage))
        if key is None:
            key = self._keys[id(storage)] = str(len(self._keys))
            self.storages[key] = packed_halves(storage) if items == "quint4x2" and hasattr(storage, "quantizer") else storage
        typed = "untyped" if items in UNTYPED else items
        if self._types.setdefault(id(storage), typed) != typed and typed != "untyped":
            raise RuntimeError(
                "Cannot save multiple tensors or storages that view the same data as different types; copy one of them with clone()"
            )
        kind, size = (Global("torch.storage", "UntypedStorage"), 1) if typed == "untyped" else storage_name(items)
        count = self.counts[key] = self.storages[key].nbytes // size
        self._parts.append(b"(")
        self._str("storage")
        self._named(kind)
        # keys have a memo of their own: PyTorch's are new strings, which are no other's though they are equal
        self._text(key, ("key", key))
        self._str("cpu")
        self._parts.append(integer(count) + (b"Nt" if self.is_stream else b"t"))
        self._remember(("identifier", self._count), key)
        self._parts.append(b"Q")

    def _user_storage(self, value: TypedStorage | UntypedStorage) -> None:
        self._storage(_StorageOf(value.storage, value.dtype.name if isinstance(value, TypedStorage) else "untyped"))

    def _size(self, value: Size) -> None:
        if not self._recall(id(value)):
            self._reduce((SIZE, (tuple(value),)), value)

    def _device(self, value: Device) -> None:
        if not self._recall(id(value)):
            self._reduce((DEVICE, (value.type,) if value.index is None else (value.type, value.index)), value)

    def _generator(self, value: Generator) -> None:
        if not self._recall(id(value)):
            self._reduce((GENERATOR, (value.device,), (value.initial_seed(), None, value.get_state())), value)

    def _layout(self, value: LayoutKind) -> None:
        if not self._recall(id(value)):
            self._reduce((GET_LAYOUT, (repr(value),)), value)

    # Kept values

    def _quantized(self, value: QuantizedTensor) -> None:
        quantizer = (value.scheme, value.scale, value.zero_point, *(() if value.axis is None else (value.axis,)))
        hooks: OrderedDict[object, object] = OrderedDict()
        storage = _StorageOf(value.integers.memory, value.dtype)
        arguments = (storage, value.offset, (*value.shape,), (*value.strides,), quantizer, value.requires_grad, hooks)
        self._once((REBUILD_QUANTIZED, arguments), value)

    def _sparse(self, value: SparseTensor) -> None:
        layout = next(kind for kind in LAYOUTS if repr(kind) == value.layout)
        coalesced = () if value.is_coalesced is None else (value.is_coalesced,)
        self._once((REBUILD_SPARSE, (layout, (*value.indices, value.values, value.shape, *coalesced))), value)

    def _other(self, value: OtherTensor) -> None:
        layout = value.items.layout
        hooks: OrderedDict[object, object] = OrderedDict()
        storage = _StorageOf(value.items.memory, "uint16" if value.items.dtype.itemsize == 2 else "uint8")
        arguments = (storage, layout.offset, (*layout.shape,), (*layout.strides,), False, hooks, value.dtype)
        self._once((REBUILD_UNTYPED, arguments), value)

    def _jagged(self, value: JaggedTensor) -> None:
        self._once((REBUILD_FROM_TYPE, (REBUILD_JAGGED, JAGGED, (value.members,), value.attributes)), value)

    def _dim_range(self, value: DimRange) -> None:
        if not self._recall(id(value)):
            self._named(DIM_RANGE)
            self._parts.append(b")\x81")
            self._remember(id(value), value)
            self._write([*value.parts])
            self._parts.append(b"b")

    def _nested(self, value: NestedTensor) -> None:
        self._once((REBUILD_NESTED, (value.buffer, value.sizes, value.strides, value.offsets)), value)

    def _inert_name(self, value: InertName) -> None:
        self._named(Global(value.module, value.name))

    def _inert_object(self, value: InertObject) -> None:
        if self._recall(id(value)):
            return
        self._write(value.maker)
        self._write(value.arguments)
        self._parts.append(b"\x81" if value.is_new else b"R")
        self._remember(id(value), value)
        self._append(iter(value.items))
        self._set_items(iter(value.pairs.items()))
        if value.state is not None:
            self._write(value.state)
            self._parts.append(b"b")

    def _once(self, reduced: tuple[Any, ...], value: object) -> None:
        if not self._recall(id(value)):
            self._reduce(reduced, value)

    # Memo

    def _recall(self, key: object) -> bool:
        index = self._memo.get(key)
        if index is None:
            return False
        self._parts.append(b"h" + bytes([index]) if index < 256 else b"j" + struct.pack("<L", index))
        return True

    def _remember(self, key: object, value: object) -> None:
        index = self._count
        self._count = index + 1
        self._kept.append(value)
        self._memo[key] = index
        self._parts.append(b"q" + bytes([index]) if index < 256 else b"r" + struct.pack("<L", index))


class _StorageOf:
    """A storage, and what its items are in the tensor that refers to it."""

    __slots__ = ("items", "storage")

    def __init__(self, storage: Storage, items: str) -> None:
        self.storage, self.items = storage, items


def _without_type(state: object) -> object:
    """The attributes of an object, less what `OrderedDict[str, int]()` leaves there: PyTorch's restricted reader refuses that type."""
    if not isinstance(state, dict) or "__orig_class__" not in state:
        return cast("object", state)
    return {name: one for name, one in cast("dict[str, object]", state).items() if name != "__orig_class__"} or None


def _quantizer_parts(value: Tensor) -> tuple[object, ...]:
    """What a file says of how the integers of a tensor stand for numbers."""
    quantizer = quantizer_of(value)
    scheme = QuantizationScheme(quantizer.scheme)
    if quantizer.axis is None:
        return scheme, quantizer.scale, quantizer.zero_point
    return scheme, quantizer.scales, quantizer.zero_points, quantizer.axis


QUANTIZED = {
    "qint8": ("QInt8Storage", 1), "quint8": ("QUInt8Storage", 1), "qint32": ("QInt32Storage", 4), "quint4x2": ("QUInt4x2Storage", 1),
    "quint2x4": ("QUInt2x4Storage", 1),
}


def storage_name(items: str) -> tuple[Global, int]:
    """The class of a storage with these items, and the size of one."""
    if items in QUANTIZED:
        name, size = QUANTIZED[items]
        return Global("torch", name), size
    from ..runtime.dtype import BY_NAME

    return Global("torch", CLASS_OF_DTYPE[items]), BY_NAME[items].itemsize


def integer(value: int) -> bytes:
    """An int of any size."""
    if 0 <= value < 1 << 8:
        return b"K" + bytes([value])
    if 0 <= value < 1 << 16:
        return b"M" + struct.pack("<H", value)
    if -(1 << 31) <= value < 1 << 31:
        return b"J" + struct.pack("<l", value)
    raw = value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True)
    if value < 0 and len(raw) > 1 and raw[-1] == 0xFF and raw[-2] & 0x80:
        raw = raw[:-1]
    return b"\x8a" + bytes([len(raw)]) + raw if len(raw) < 256 else CODE["LONG4"] + struct.pack("<l", len(raw)) + raw


def find_name(value: Any) -> Global:
    """The name of a class or function, PyTorch's for those of rushlight; TypeError for one that no name leads to."""
    known = names_of_functions().get(id(value))
    if known is not None:
        return _global(known)
    name, module = getattr(value, "__qualname__", value.__name__), getattr(value, "__module__", None) or "builtins"
    if value is Tensor:
        return TENSOR
    if module.startswith("rushlight.runtime.nn."):
        return Global("torch.nn." + module.removeprefix("rushlight.runtime.nn."), name)
    return _leading(Global(module, name), value)


def _leading(named: Global, value: object) -> Global:
    """The name, if it leads to the value."""
    found: Any = sys.modules.get(named.module)
    for part in named.name.split("."):
        found = getattr(found, part, None)
    if found is not value:
        raise TypeError(
            f"save: {named.module}.{named.name} cannot be saved, because that name does not lead to it; define it at the top of its module"
        )
    return named


def _batches(items: Iterable[object]) -> Iterator[list[object]]:
    batch: list[object] = []
    for item in items:
        batch.append(item)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _layout_kinds() -> tuple[LayoutKind, ...]:
    from ..runtime.layout import layout_kind

    return tuple(layout_kind(code) for code in range(8))


LAYOUTS = _layout_kinds()

WRITERS: dict[type[Any], Callable[[SavePickler, Any], None]] = {
    type(None): SavePickler._none, bool: SavePickler._bool, int: SavePickler._int, float: SavePickler._float, str: SavePickler._str,
    bytes: SavePickler._bytes, tuple: SavePickler._tuple, list: SavePickler._list, dict: SavePickler._dict,
    set: SavePickler._set, frozenset: SavePickler._set,
    type: SavePickler._class, FunctionType: SavePickler._class, BuiltinFunctionType: SavePickler._class, Global: SavePickler._named,
    DType: SavePickler._dtype, Tensor: SavePickler._tensor, Size: SavePickler._size, Device: SavePickler._device,
    LayoutKind: SavePickler._layout, Layout: SavePickler._layout, Generator: SavePickler._generator, _StorageOf: SavePickler._storage,
    TypedStorage: SavePickler._user_storage, UntypedStorage: SavePickler._user_storage,
    QuantizedTensor: SavePickler._quantized, QuantizationScheme: SavePickler._scheme, SparseTensor: SavePickler._sparse,
    NestedTensor: SavePickler._nested, OtherDType: SavePickler._scheme, OtherTensor: SavePickler._other,
    JaggedTensor: SavePickler._jagged, DimRange: SavePickler._dim_range, SavedStorage: SavePickler._user_storage,
    Known: SavePickler._known, InertName: SavePickler._inert_name, InertObject: SavePickler._inert_object,
}  # fmt: skip
"""How values of a class are written; others say it themselves."""

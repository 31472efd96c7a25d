"""What the pickles of TorchScript archives mean: unpickled values in which classes are names and tensors are descriptions.

In: `data.pkl` or `constants.pkl`. Out: plain values, `PickledTensor`, `PickledObject`, `PickledEnum` and `Tagged` containers.
Nothing is compiled and no storage is read, so inspection uses this as it is; value_reader.py turns the values into tensors and
objects of declared types.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import cast

from ..runtime.device import Device
from ..runtime.dtype import BY_NAME, DType, quint4x2
from .errors import ArchiveError, shown
from .opcodes import Dialect
from .unpickler import unpickle

MAX_DIM = 64
INT64_MAX = (1 << 63) - 1

STORAGE_CLASSES = {
    "DoubleStorage": "float64",
    "FloatStorage": "float32",
    "HalfStorage": "float16",
    "BFloat16Storage": "bfloat16",
    "LongStorage": "int64",
    "IntStorage": "int32",
    "ShortStorage": "int16",
    "CharStorage": "int8",
    "ByteStorage": "uint8",
    "BoolStorage": "bool",
    "ComplexDoubleStorage": "complex128",
    "ComplexFloatStorage": "complex64",
    "ComplexHalfStorage": "complex32",
    "UInt16Storage": "uint16",
    "UInt32Storage": "uint32",
    "UInt64Storage": "uint64",
    "Float8_e5m2Storage": "float8_e5m2",
    "Float8_e4m3fnStorage": "float8_e4m3fn",
    "Float8_e5m2fnuzStorage": "float8_e5m2fnuz",
    "Float8_e4m3fnuzStorage": "float8_e4m3fnuz",
    "Float8_e8m0fnuStorage": "float8_e8m0fnu",
}
QUANTIZED_CLASSES = {"QInt8Storage": "qint8", "QUInt8Storage": "quint8", "QInt32Storage": "qint32", "QUInt4x2Storage": "quint4x2"}


@dataclass(frozen=True, slots=True, eq=False)
class StorageClass:
    """The type of a storage's items; `dtype` is None where items are bytes and the tensor says what they mean."""

    dtype: DType | None


@dataclass(slots=True, eq=False)
class PickledStorage:
    """A storage that a pickle refers to: one object per key, `nbytes` long."""

    key: str
    record: str
    dtype: DType | None
    location: str
    nbytes: int


@dataclass(frozen=True, slots=True, eq=False)
class PickledQuantizer:
    """How integers stand for numbers: a scale and a zero point, or tensors of them for the indices of dimension `axis`."""

    scale: float | PickledTensor
    zero_point: int | PickledTensor
    axis: int | None


@dataclass(slots=True, eq=False)
class PickledTensor:
    """A strided view that lies inside its storage; counts are in items of `dtype`."""

    storage: PickledStorage
    dtype: DType
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]
    requires_grad: bool
    quantizer: PickledQuantizer | None = None


@dataclass(frozen=True, slots=True, eq=False)
class ClassReference:
    """A class by its qualified name, e.g. `__torch__.torch.nn.modules.linear.Linear`."""

    qualified_name: str


@dataclass(slots=True, eq=False)
class PickledObject:
    """An instance of a class: `state` is a dict of attributes, or what `__getstate__` gave."""

    qualified_name: str
    is_built: bool = False
    state: object = None


@dataclass(frozen=True, slots=True, eq=False)
class PickledEnum:
    """A member of an enum class, by its value."""

    qualified_name: str
    value: object


@dataclass(frozen=True, slots=True, eq=False)
class Tagged:
    """A list or dict with the type that the file gives it, in Python style (`List[str]`)."""

    value: list[object] | dict[object, object]
    type_text: str


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A function that a pickle may call."""

    name: str
    call: Callable[[tuple[object, ...]], object]


@dataclass(slots=True)
class ScriptBuilder:
    """The builder of TorchScript pickles. `record_sizes` has the sizes of all records, storages are those under `folder`."""

    folder: str
    record_sizes: dict[str, int]
    storages: dict[str, PickledStorage] = field(default_factory=dict[str, PickledStorage])
    objects: list[PickledObject] = field(default_factory=list[PickledObject])
    """In the order in which they were completed."""

    def find_global(self, module: str, name: str) -> object:
        """One of the fixed list of functions, a storage class, or else the name of a class whose source the archive holds."""
        found = FUNCTIONS.get((module, name))
        if found is not None:
            return found
        if module in ("torch", "torch.storage"):
            return _storage_class(name)
        qualified_name = f"{module}.{name}"
        source = f"code/{module.replace('.', '/')}.py"
        is_custom = module.startswith("__torch__.torch.classes")
        if not is_custom and source not in self.record_sizes:
            raise ArchiveError(f"the global {qualified_name} is no function that archives may call, and no class: there is no {source}")
        return ClassReference(qualified_name)

    def call(self, function: object, argument: object) -> object:
        """Call a listed function, or make a member of an enum."""
        if isinstance(function, ClassReference):
            return PickledEnum(function.qualified_name, argument)
        if not isinstance(function, Function):
            raise ArchiveError(f"a {type(function).__name__} is called")
        if not isinstance(argument, tuple):
            raise ArchiveError(f"{function.name} is called with a {type(argument).__name__}, not with a tuple")
        return function.call(cast("tuple[object, ...]", argument))

    def make(self, kind: object, argument: object) -> object:
        """An empty object of a class of the archive."""
        if not isinstance(kind, ClassReference) or argument != ():
            raise ArchiveError("an object is made of something that is no class of the archive, or with arguments")
        return PickledObject(kind.qualified_name)

    def build(self, instance: object, state: object) -> object:
        """Give an object its state, once."""
        if not isinstance(instance, PickledObject) or instance.is_built:
            raise ArchiveError("BUILD needs an object without state")
        instance.state = state
        instance.is_built = True
        self.objects.append(instance)
        return instance

    def load_persistent(self, identifier: object) -> object:
        """The storage with this identifier: ('storage', class, key, location, number of items), and None in the first archives."""
        names = ("identifier's kind", "class", "key", "location", "number of items", "view")
        kind, storage_class, key, location, numel, view = arguments_of("storage", identifier, names, 5)
        if view is not None:
            raise ArchiveError("a storage that is part of another one is not read")
        if kind != "storage" or not isinstance(storage_class, StorageClass) or not isinstance(location, str) or type(numel) is not int:
            raise ArchiveError("a storage's identifier is not ('storage', class, key, location, number of items)")
        if type(key) is not str and type(key) is not int:
            raise ArchiveError(f"a storage's key must be a string, but it is a {type(key).__name__}")
        nbytes = numel * (storage_class.dtype.itemsize if storage_class.dtype else 1)
        found = self.storages.get(str(key))
        if found is not None:
            if (found.dtype, found.nbytes, found.location) != (storage_class.dtype, nbytes, location):
                raise ArchiveError(f"storage '{key}' is described in two ways: {found.nbytes} bytes of {found.dtype}, and {nbytes} bytes")
            return found
        record = f"{self.folder}/{key}"
        size = self.record_sizes.get(record)
        if size is None:
            raise ArchiveError(f"storage '{key}' needs the record {record}, which is missing")
        if size != nbytes:
            raise ArchiveError(f"storage '{key}' has {numel} items, that is {nbytes} bytes, but the record {record} has {size}")
        made = self.storages[str(key)] = PickledStorage(str(key), record, storage_class.dtype, location, nbytes)
        return made


def read_script_pickle(data: bytes | memoryview, builder: ScriptBuilder, record: str) -> object:
    """The values of a pickle of a TorchScript archive."""
    value = unpickle(data, builder, Dialect.SCRIPT, record)
    for made in builder.objects:
        assert made.is_built
    return value


def _storage_class(name: str) -> StorageClass:
    if name == "UntypedStorage":
        return StorageClass(None)
    dtype = STORAGE_CLASSES.get(name) or QUANTIZED_CLASSES.get(name)
    if dtype is None:
        raise ArchiveError(f"torch.{name} is none of the globals that archives may refer to")
    return StorageClass(BY_NAME[dtype])


def arguments_of(function: str, argument: object, names: tuple[str, ...], least: int) -> tuple[object, ...]:
    """A tuple with one value per name; those after the first `least` may be missing and are None then."""
    values = cast("tuple[object, ...]", argument) if isinstance(argument, tuple) else ()
    if len(values) == len(names):
        return values
    if not least <= len(values) <= len(names):
        raise ArchiveError(f"{function} takes {', '.join(names)}, but got {len(values)} values")
    return values + (None,) * (len(names) - len(values))


def sizes_of(function: str, values: object) -> tuple[int, ...]:
    """A tuple (or list) of sizes or strides, each an int from 0 to the largest of 64 bits."""
    items = cast("tuple[object, ...] | list[object]", values) if isinstance(values, tuple | list) else None
    if items is None or len(items) > MAX_DIM:
        raise ArchiveError(f"{function}: sizes and strides must be tuples of at most {MAX_DIM} ints")
    for item in items:
        if type(item) is not int or not 0 <= item <= INT64_MAX:
            raise ArchiveError(f"{function}: {shown(item)} is no size or stride")
    return tuple(cast("tuple[int, ...]", items))


def make_view(
    function: str, storage: object, dtype: DType | None, offset: object, shape: object, strides: object, requires_grad: object
) -> PickledTensor:
    """A tensor over part of a storage, or ArchiveError if it is no part of it."""
    if not isinstance(storage, PickledStorage):
        raise ArchiveError(f"{function}: the first argument must be a storage, but it is a {type(storage).__name__}")
    dtype = dtype or storage.dtype
    if dtype is None or (storage.dtype is not None and storage.dtype is not dtype):
        raise ArchiveError(f"{function}: a tensor of {dtype} over a storage of {storage.dtype}")
    if type(offset) is not int or not 0 <= offset <= INT64_MAX or type(requires_grad) is not bool:
        rule = f"the offset {shown(offset)} must be an int from 0 on, and requires_grad {shown(requires_grad)} a bool"
        raise ArchiveError(f"{function}: {rule}")
    checked_shape = sizes_of(function, shape)
    checked_strides = sizes_of(function, strides)
    if len(checked_shape) != len(checked_strides):
        raise ArchiveError(f"{function}: {len(checked_shape)} sizes but {len(checked_strides)} strides")
    numel, last = 1, offset
    for size, stride in zip(checked_shape, checked_strides, strict=True):
        numel *= size
        last += (size - 1) * stride
    available = storage.nbytes // dtype.itemsize
    if numel > INT64_MAX or (numel and last >= available) or (not numel and offset > available):
        rule = f"sizes {checked_shape}, strides {checked_strides} and offset {offset} leave storage '{storage.key}' of {available} items"
        raise ArchiveError(f"{function}: {rule}")
    if requires_grad and not (dtype.is_floating_point or dtype.is_complex):
        raise ArchiveError(f"{function}: a tensor of {dtype} requires grad; only floating point and complex tensors can")
    return PickledTensor(storage, dtype, offset, checked_shape, checked_strides, requires_grad)


def _check_bits(function: str, bits: object) -> None:
    plain = bits.value if isinstance(bits, Tagged) else bits
    if plain is not None and not isinstance(plain, dict):
        raise ArchiveError(f"{function}: the math bits must be a dict, but they are a {type(plain).__name__}")
    if plain and any(cast("dict[object, object]", plain).values()):
        raise ArchiveError(f"{function}: tensors with the conjugate or negative bit are not supported")


def _rebuild_tensor_v2(arguments: tuple[object, ...]) -> object:
    names = ("storage", "offset", "size", "stride", "requires_grad", "backward_hooks", "math_bits")
    storage, offset, size, stride, requires_grad, _, bits = arguments_of("_rebuild_tensor_v2", arguments, names, 6)
    _check_bits("_rebuild_tensor_v2", bits)
    return make_view("_rebuild_tensor_v2", storage, None, offset, size, stride, requires_grad)


def _rebuild_tensor_v3(arguments: tuple[object, ...]) -> object:
    names = ("storage", "offset", "size", "stride", "requires_grad", "backward_hooks", "dtype", "math_bits")
    storage, offset, size, stride, requires_grad, _, dtype, bits = arguments_of("_rebuild_tensor_v3", arguments, names, 7)
    _check_bits("_rebuild_tensor_v3", bits)
    if not isinstance(dtype, DType):
        raise ArchiveError(f"_rebuild_tensor_v3: {shown(dtype)} is no dtype")
    return make_view("_rebuild_tensor_v3", storage, dtype, offset, size, stride, requires_grad)


def _rebuild_parameter(arguments: tuple[object, ...]) -> object:
    tensor, requires_grad, _ = arguments_of("_rebuild_parameter", arguments, ("tensor", "requires_grad", "backward_hooks"), 3)
    if not isinstance(tensor, PickledTensor):
        raise ArchiveError(f"_rebuild_parameter: a {type(tensor).__name__} is no tensor")
    shape, strides = tensor.shape, tensor.strides
    return make_view("_rebuild_parameter", tensor.storage, tensor.dtype, tensor.offset, shape, strides, requires_grad)


def _rebuild_qtensor(arguments: tuple[object, ...]) -> object:
    names = ("storage", "offset", "size", "stride", "quantizer", "requires_grad", "backward_hooks")
    storage, offset, size, stride, quantizer, requires_grad, _ = arguments_of("_rebuild_qtensor", arguments, names, 6)
    halves = isinstance(storage, PickledStorage) and storage.dtype is quint4x2
    whole = replace(cast("PickledStorage", storage), nbytes=2 * cast("PickledStorage", storage).nbytes) if halves else storage
    made = make_view("_rebuild_qtensor", whole, None, offset, size, stride, False)
    if halves:
        made.storage = cast("PickledStorage", storage)
    if not made.dtype.is_quantized or type(requires_grad) is not bool:
        raise ArchiveError(f"_rebuild_qtensor: a quantized tensor over a storage of {made.dtype}")
    scheme, scale, zero_point, axis = arguments_of("_rebuild_qtensor", quantizer, ("scheme", "scale", "zero_point", "axis"), 3)
    found = None
    if scheme == "per_tensor_affine" and isinstance(scale, float) and type(zero_point) is int and axis is None:
        found = PickledQuantizer(scale, zero_point, None)
    elif scheme in PER_CHANNEL and isinstance(scale, PickledTensor) and isinstance(zero_point, PickledTensor):
        if type(axis) is int and 0 <= axis < len(made.shape) and scale.shape == zero_point.shape == (made.shape[axis],):
            if zero_point.dtype.is_floating_point is (scheme == PER_CHANNEL[1]):
                found = PickledQuantizer(scale, zero_point, axis)
    if found is None:
        raise ArchiveError(f"_rebuild_qtensor: {shown(scheme)} with these scales and zero points is no quantizer that is read")
    return replace(made, quantizer=found)


PER_CHANNEL = ("per_channel_affine", "per_channel_affine_float_qparams")


def _ordered_dict(arguments: tuple[object, ...]) -> object:
    if arguments != ():
        raise ArchiveError("OrderedDict is called with arguments")
    return None


def _complex(arguments: tuple[object, ...]) -> object:
    real, imaginary = arguments_of("complex", arguments, ("real", "imaginary"), 2)
    if not isinstance(real, float) or not isinstance(imaginary, float):
        raise ArchiveError("complex takes two floats")
    return complex(real, imaginary)


def _device(arguments: tuple[object, ...]) -> object:
    (text,) = arguments_of("device", arguments, ("device",), 1)
    if not isinstance(text, str):
        raise ArchiveError(f"device takes a string, not a {type(text).__name__}")
    try:
        return Device(text)
    except RuntimeError as error:
        raise ArchiveError(str(error)) from error


def _restore_type_tag(arguments: tuple[object, ...]) -> object:
    value, type_text = arguments_of("restore_type_tag", arguments, ("container", "type"), 2)
    if not isinstance(value, list | dict) or not isinstance(type_text, str):
        raise ArchiveError("restore_type_tag takes a list or dict, and the text of its type")
    return Tagged(cast("list[object] | dict[object, object]", value), type_text)


def _build_list(name: str, type_text: str) -> Function:
    def build(arguments: tuple[object, ...]) -> object:
        (value,) = arguments_of(name, arguments, ("list",), 1)
        if not isinstance(value, list):
            raise ArchiveError(f"{name} takes a list, not a {type(value).__name__}")
        return Tagged(cast("list[object]", value), type_text)

    return Function(name, build)


def _refuse(name: str, what: str) -> Function:
    def refuse(arguments: tuple[object, ...]) -> object:
        raise ArchiveError(f"{name}: {what} are not supported")

    return Function(name, refuse)


FUNCTIONS: dict[tuple[str, str], object] = {
    ("torch._utils", "_rebuild_tensor_v2"): Function("_rebuild_tensor_v2", _rebuild_tensor_v2),
    ("torch._utils", "_rebuild_tensor_v3"): Function("_rebuild_tensor_v3", _rebuild_tensor_v3),
    ("torch._utils", "_rebuild_parameter"): Function("_rebuild_parameter", _rebuild_parameter),
    ("torch._utils", "_rebuild_qtensor"): Function("_rebuild_qtensor", _rebuild_qtensor),
    ("torch._utils", "_rebuild_sparse_tensor"): _refuse("_rebuild_sparse_tensor", "sparse tensors"),
    ("torch._tensor", "_rebuild_from_type_v2"): _refuse("_rebuild_from_type_v2", "tensors with Python attributes"),
    ("torch.distributed.rpc", "rref"): _refuse("rref", "references to other processes"),
    ("torch.jit._pickle", "restore_type_tag"): Function("restore_type_tag", _restore_type_tag),
    ("torch.jit._pickle", "build_intlist"): _build_list("build_intlist", "List[int]"),
    ("torch.jit._pickle", "build_doublelist"): _build_list("build_doublelist", "List[float]"),
    ("torch.jit._pickle", "build_boollist"): _build_list("build_boollist", "List[bool]"),
    ("torch.jit._pickle", "build_tensorlist"): _build_list("build_tensorlist", "List[Tensor]"),
    ("collections", "OrderedDict"): Function("OrderedDict", _ordered_dict),
    ("builtins", "complex"): Function("complex", _complex),
    ("torch", "device"): Function("device", _device),
    **{("torch", dtype.name): dtype for dtype in BY_NAME.values()},
    **{("torch", scheme): scheme for scheme in ("per_tensor_affine", *PER_CHANNEL)},
}

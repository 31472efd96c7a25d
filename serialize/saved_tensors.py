"""Functions that a torch.save file calls to make tensors: arguments from the file in, checked tensors out.

Each takes the tuple of arguments and gives a value, or ArchiveError. The list of what may be called is in saved_globals.py.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any, cast

import numpy as np

from ..runtime.dtype import BY_NAME, DType, float32, float64, int64, quint4x2, uint8, uint16
from ..runtime.layout import Layout, LayoutKind
from ..runtime.meta_storage import MetaStorage
from ..runtime.nn.parameter import Buffer, Parameter
from ..runtime.quantization import INTEGERS, Quantizer, per_channel, per_tensor, set_quantizer, unpacked_halves
from ..runtime.tensor import Size, Tensor, from_numpy, new_empty
from .errors import ArchiveError, shown
from .inert import JaggedTensor, NestedTensor, OtherDType, OtherTensor, QuantizationScheme, QuantizedTensor, SparseTensor
from .saved_storages import SavedStorage
from .script_pickle import PER_CHANNEL, arguments_of, make_view, sizes_of

Arguments = tuple[object, ...]
SPARSE_PARTS = {"torch.sparse_coo": 1, "torch.sparse_csr": 2, "torch.sparse_csc": 2, "torch.sparse_bsr": 2, "torch.sparse_bsc": 2}


def rebuild_tensor(arguments: Arguments) -> object:
    """A tensor of a file from before 0.4: (storage, offset, size, stride)."""
    storage, offset, size, stride = arguments_of("_rebuild_tensor", arguments, ("storage", "offset", "size", "stride"), 4)
    return view("_rebuild_tensor", storage, None, offset, size, stride, False, None)


def rebuild_tensor_v2(arguments: Arguments) -> object:
    """A tensor over a storage with a type."""
    names = ("storage", "offset", "size", "stride", "requires_grad", "backward_hooks", "math_bits")
    storage, offset, size, stride, requires_grad, _, bits = arguments_of("_rebuild_tensor_v2", arguments, names, 6)
    return view("_rebuild_tensor_v2", storage, None, offset, size, stride, requires_grad, bits)


def rebuild_tensor_v3(arguments: Arguments) -> object:
    """A tensor over a storage of bytes."""
    names = ("storage", "offset", "size", "stride", "requires_grad", "backward_hooks", "dtype", "math_bits")
    storage, offset, size, stride, requires_grad, _, dtype, bits = arguments_of("_rebuild_tensor_v3", arguments, names, 7)
    if isinstance(dtype, OtherDType) and dtype.name in BITS:
        return OtherTensor(view("_rebuild_tensor_v3", storage, BITS[dtype.name], offset, size, stride, False, None), dtype)
    if not isinstance(dtype, DType) or dtype.is_quantized:
        raise ArchiveError(f"_rebuild_tensor_v3: {dtype if isinstance(dtype, DType) else shown(dtype)} is no dtype of such tensors")
    return view("_rebuild_tensor_v3", storage, dtype, offset, size, stride, requires_grad, bits)


BITS = {"bits8": uint8, "bits16": uint16, "bits1x8": uint8, "bits2x4": uint8, "bits4x2": uint8, "float4_e2m1fn_x2": uint8}
"""Dtypes whose tensors are kept as their bits."""


def view(
    function: str, storage: object, dtype: DType | None, offset: object, size: object, stride: object, requires_grad: object, bits: object
) -> Tensor:
    """A tensor over part of a storage of the file, or ArchiveError if it is no part of it."""
    if not isinstance(storage, SavedStorage):
        raise ArchiveError(f"{function}: the first argument must be a storage, but it is a {type(storage).__name__}")
    checked = make_view(function, storage.pickled, dtype, offset, size, stride, requires_grad)
    made = Tensor(storage.storage, Layout.of(checked.shape, checked.strides, checked.offset), checked.dtype)
    made.requires_grad = checked.requires_grad
    if bits:
        made = resolved(function, storage, made, bits)
    return made


def resolved(function: str, storage: SavedStorage, tensor: Tensor, bits: object) -> Tensor:
    """The tensor with its conjugate and negative bits carried out."""
    known = cast("dict[object, object]", bits) if isinstance(bits, dict) else {"": None}
    if not set(known) <= {"conj", "neg"} or not all(type(bit) is bool for bit in known.values()):
        raise ArchiveError(f"{function}: the math bits must be a dict of 'conj' and 'neg'")
    # an expanded tensor becomes as large as it looks
    storage.budget.spend(max(0, tensor.numel() * tensor.dtype.itemsize - storage.storage.nbytes))
    made = new_empty(tensor.shape, tensor.dtype)

    def carry_out() -> None:
        array = tensor.detach().numpy()
        array = array.conj() if known.get("conj") else array
        made.numpy()[...] = -array if known.get("neg") else array

    if storage.waiting is None:
        carry_out()
    else:
        storage.waiting.append(carry_out)
    made.requires_grad = tensor.requires_grad
    return made


def rebuild_parameter(arguments: Arguments) -> object:
    """A parameter over the memory of a tensor."""
    tensor, requires_grad, _ = arguments_of("_rebuild_parameter", arguments, ("tensor", "requires_grad", "backward_hooks"), 3)
    return parameter("_rebuild_parameter", tensor, requires_grad)


def parameter(function: str, tensor: object, requires_grad: object) -> Parameter:
    """A parameter, if a tensor can be one."""
    if not isinstance(tensor, Tensor) or type(requires_grad) is not bool:
        raise ArchiveError(f"{function} takes a tensor and whether it requires grad")
    if requires_grad and not (tensor.dtype.is_floating_point or tensor.dtype.is_complex):
        raise ArchiveError(f"{function}: a parameter of {tensor.dtype} requires grad; only floating point and complex ones can")
    return Parameter(tensor, requires_grad)


def rebuild_parameter_with_state(arguments: Arguments) -> object:
    """A parameter with Python attributes."""
    names = ("tensor", "requires_grad", "backward_hooks", "state")
    tensor, requires_grad, _, state = arguments_of("_rebuild_parameter_with_state", arguments, names, 4)
    return with_attributes(parameter("_rebuild_parameter_with_state", tensor, requires_grad), state)


def rebuild_from_type(arguments: Arguments) -> object:
    """A tensor with Python attributes, or of a subclass: (function, class, its arguments, attributes)."""
    from .saved_globals import Known

    function, kind, inner, state = arguments_of("_rebuild_from_type_v2", arguments, ("function", "class", "arguments", "state"), 4)
    if not isinstance(function, Known) or function.call is None or not isinstance(inner, tuple) or function.call is rebuild_from_type:
        raise ArchiveError("_rebuild_from_type_v2 takes a function that makes tensors, a class, arguments and a state")
    made = function.call(cast("Arguments", inner))
    if isinstance(made, JaggedTensor) and isinstance(state, dict):
        made.attributes = cast("dict[str, object]", state)
        return made
    if not isinstance(made, Tensor):
        raise ArchiveError(f"_rebuild_from_type_v2: {function.name} makes no tensor")
    name = kind.name if isinstance(kind, Known) else ""
    if name in ("torch.nn.parameter.Parameter", "torch.nn.Parameter") and not isinstance(made, Parameter):
        made = parameter("_rebuild_from_type_v2", made, made.requires_grad)
    elif name in ("torch.nn.parameter.Buffer", "torch.nn.Buffer"):
        made = Buffer(made)
    elif name == "torch.Tensor" and isinstance(state, dict) and cast("dict[object, object]", state).get("_is_buffer") is True:
        made = Buffer(made)
    elif name not in ("torch.Tensor", "torch.nn.parameter.Parameter", "torch.nn.Parameter"):
        raise ArchiveError(f"_rebuild_from_type_v2: tensors of the class {name or shown(kind)} are not read")
    return with_attributes(made, cast("object", state))


def with_attributes(tensor: Tensor, state: object) -> Tensor:
    """The tensor after it was given Python attributes: a dict of them, or a pair of that and a dict of slots."""
    parts = cast("Arguments", state) if isinstance(state, tuple) else (state,)
    for part in parts:
        if part is not None and not isinstance(part, dict):
            raise ArchiveError(f"a tensor's attributes must be a dict, but they are a {type(part).__name__}")
        for name, value in cast("dict[object, object]", part or {}).items():
            # NumPy and others ask objects, not their classes, for names such as __array_interface__
            if not isinstance(name, str) or not name.isidentifier() or name.startswith("__") or name in RESERVED:
                raise ArchiveError(f"a tensor has no attribute called {shown(name)}")
            tensor.__dict__[name] = value
    return tensor


RESERVED = frozenset(("memory", "layout", "dtype", "requires_grad", "grad")) | frozenset(dir(Parameter)) | frozenset(dir(Buffer))
"""Names that say what a tensor is, and those of its methods: attributes from files have others."""


def rebuild_meta_tensor(arguments: Arguments) -> object:
    """A tensor without data."""
    names = ("dtype", "size", "stride", "requires_grad")
    dtype, size, stride, requires_grad = arguments_of("_rebuild_meta_tensor_no_storage", arguments, names, 4)
    if not isinstance(dtype, DType) or dtype.is_quantized or type(requires_grad) is not bool:
        raise ArchiveError("_rebuild_meta_tensor_no_storage takes a dtype, a size, a stride and whether it requires grad")
    if requires_grad and not (dtype.is_floating_point or dtype.is_complex):
        raise ArchiveError(f"a tensor of {dtype} requires grad; only floating point and complex tensors can")
    shape, strides = sizes_of("_rebuild_meta_tensor_no_storage", size), sizes_of("_rebuild_meta_tensor_no_storage", stride)
    extent = 1 + sum((size - 1) * step for size, step in zip(shape, strides, strict=True)) if all(shape) else 0
    if max(extent * dtype.itemsize, math.prod(size for size in shape if size)) >= 1 << 63:
        raise ArchiveError("_rebuild_meta_tensor_no_storage: the sizes are too large for a tensor")
    made = Tensor(MetaStorage.of(extent * dtype.itemsize), Layout.of(shape, strides, 0), dtype)
    made.requires_grad = requires_grad
    return made


def rebuild_quantized(arguments: Arguments) -> object:
    """A quantized tensor; of types that the runtime does not compute with, its integers and its quantizer."""
    names = ("storage", "offset", "size", "stride", "quantizer", "requires_grad", "backward_hooks")
    storage, offset, size, stride, quantizer, requires_grad, _ = arguments_of("_rebuild_qtensor", arguments, names, 7)
    quantized = storage.kind.quantized if isinstance(storage, SavedStorage) else None
    parts = cast("Arguments", quantizer) if isinstance(quantizer, tuple) else ()
    if not isinstance(storage, SavedStorage) or quantized is None or type(requires_grad) is not bool:
        raise ArchiveError("_rebuild_qtensor takes a quantized storage, and whether the tensor requires grad")
    known = replace(storage.pickled, nbytes=storage.pickled.nbytes * ITEMS_OF_A_BYTE.get(quantized, 1))
    checked = make_view("_rebuild_qtensor", known, None, offset, size, stride, False)
    shape = Size(checked.shape)
    scheme, scale, zero_point, axis = arguments_of("quantizer", parts, ("scheme", "scale", "zero_point", "axis"), 3)
    if not isinstance(scheme, QuantizationScheme):
        raise ArchiveError("_rebuild_qtensor: the quantizer begins with its scheme")
    if scheme.name == "per_tensor_affine":
        if not isinstance(scale, float) or not math.isfinite(scale) or type(zero_point) is not int or len(parts) != 3:
            raise ArchiveError("_rebuild_qtensor: per_tensor_affine has a finite scale and an int as zero point")
    elif not (isinstance(scale, Tensor) and isinstance(zero_point, Tensor) and type(axis) is int and 0 <= axis < len(shape)):
        raise ArchiveError(f"_rebuild_qtensor: {scheme.name} has tensors of scales and zero points, and an axis of the tensor")
    elif not scale.shape == zero_point.shape == (shape[axis],):
        raise ArchiveError(f"_rebuild_qtensor: {scheme.name} has one scale and one zero point for each of {shape[axis]} indices")
    dtype = BY_NAME.get(quantized)
    # zero points that are no integers make another scheme, whatever the scheme is called
    is_computed = not isinstance(zero_point, Tensor) or scheme.name == PER_CHANNEL[zero_point.dtype.is_floating_point]
    # items of four bits are unpacked, which must wait where the bytes come later
    if dtype not in INTEGERS or not is_computed or (dtype is quint4x2 and storage.waiting is not None):
        items = Tensor(storage.storage, Layout.of((storage.storage.nbytes,), (1,), 0), uint8)
        along = axis if type(axis) is int else None
        return QuantizedTensor(
            items, quantized, shape, checked.strides, checked.offset, scheme, scale, zero_point, along, requires_grad
        )
    if requires_grad:
        raise ArchiveError("_rebuild_qtensor: a quantized tensor requires grad; only floating point and complex tensors can")
    memory = unpacked_halves(storage.storage) if dtype is quint4x2 else storage.storage
    set_quantizer(memory, _quantizer(storage, dtype, scale, zero_point, axis))
    return Tensor(memory, Layout.of(checked.shape, checked.strides, checked.offset), dtype)


ITEMS_OF_A_BYTE = {"quint4x2": 2, "quint2x4": 4}
"""Of quantized types whose items are smaller than a byte."""


def _quantizer(storage: SavedStorage, dtype: DType, scale: object, zero_point: object, axis: object) -> Quantizer:
    if not isinstance(scale, Tensor) or not isinstance(zero_point, Tensor) or type(axis) is not int:
        return per_tensor(cast("float", scale), cast("int", zero_point), dtype)
    if storage.waiting is not None and (scale.dtype, zero_point.dtype) not in ((float64, int64), (float32, float32)):
        raise ArchiveError("_rebuild_qtensor: scales are float64 and zero points int64, or both float32, in files of this age")
    return per_channel(scale, zero_point, axis)


def rebuild_sparse(arguments: Arguments) -> object:
    """A sparse tensor, kept as its parts: (layout, (indices.., values, size[, is_coalesced]))."""
    layout, payload = arguments_of("_rebuild_sparse_tensor", arguments, ("layout", "parts"), 2)
    parts = cast("Arguments", payload) if isinstance(payload, tuple) else ()
    name = repr(layout) if isinstance(layout, LayoutKind) else shown(layout)
    count = SPARSE_PARTS.get(name)
    if count is None or not count + 2 <= len(parts) <= count + 3:
        raise ArchiveError(f"_rebuild_sparse_tensor: {name} with {len(parts)} parts is no sparse tensor that is read")
    tensors = parts[: count + 1]
    coalesced = parts[count + 2] if len(parts) > count + 2 else None
    if not all(isinstance(one, Tensor) for one in tensors) or not isinstance(coalesced, bool | None):
        raise ArchiveError("_rebuild_sparse_tensor takes tensors of indices and values, and a size")
    indices, values = cast("tuple[Tensor, ...]", tensors[:count]), cast("Tensor", parts[count])
    size = Size(sizes_of("_rebuild_sparse_tensor", parts[count + 1]))
    return SparseTensor(name, indices, values, size, None if coalesced is None else bool(coalesced))


def rebuild_jagged(arguments: Arguments) -> object:
    """A nested tensor of the layout torch.jagged, kept as it is: its members by name."""
    (members,) = arguments_of("_rebuild_njt", arguments, ("members",), 1)
    if not isinstance(members, dict):
        raise ArchiveError("_rebuild_njt takes a dict of members")
    named = cast("dict[str, object]", members)
    if not all(isinstance(named.get(name), Tensor) for name in ("values", "offsets")):
        raise ArchiveError("_rebuild_njt takes tensors of values and offsets")
    return JaggedTensor(named, {})


def rebuild_device_tensor(arguments: Arguments) -> object:
    """A tensor that was on a device without storages of its own, from the array or tensor that has its numbers; it comes to the CPU."""
    names = ("data", "dtype", "device", "requires_grad")
    data, dtype, device, requires_grad = arguments_of("_rebuild_device_tensor", arguments, names, 4)
    if not isinstance(dtype, DType) or not isinstance(device, str) or type(requires_grad) is not bool:
        raise ArchiveError("_rebuild_device_tensor takes numbers, a dtype, a device and whether it requires grad")
    if isinstance(data, np.ndarray):
        data = from_numpy(cast("np.ndarray[Any, Any]", data))
    if not isinstance(data, Tensor):
        raise ArchiveError(f"_rebuild_device_tensor takes an array or a tensor, not a {type(data).__name__}")
    if requires_grad and not (dtype.is_floating_point or dtype.is_complex):
        raise ArchiveError(f"a tensor of {dtype} requires grad; only floating point and complex tensors can")
    made = data.to(dtype)
    made.requires_grad = requires_grad
    return made


def rebuild_nested(arguments: Arguments) -> object:
    """Tensors of different sizes in one buffer, kept as they are."""
    parts = arguments_of("_rebuild_nested_tensor", arguments, ("buffer", "sizes", "strides", "offsets"), 4)
    if not all(isinstance(part, Tensor) for part in parts):
        raise ArchiveError("_rebuild_nested_tensor takes four tensors")
    return NestedTensor(*cast("tuple[Tensor, Tensor, Tensor, Tensor]", parts))

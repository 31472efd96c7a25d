"""The tensor: a layout over a storage, with a dtype.

Operators live in ops/; a method that is not written here is looked up in the operator table by its name on first use
(`x.relu()`), and so are the Python operators (`x + 1`). Indexing is in indexing.py, printing in printing.py.
"""
from __future__ import annotations

import ctypes
import functools
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from . import dtype as dtypes
from .device import META, Device
from .dtype import DType
from .layout import Layout, wrap_dim
from .no_data import NoData, is_without_data, without_data
from .operators import Operators
from .storage import Storage, require_memory, view_memory, written_by_others
from .tensor_surface import Surface

if TYPE_CHECKING:
    from .formats import MemoryFormat
    from .storages import TypedStorage, UntypedStorage


class Size(tuple[int, ...]):
    """A shape: a tuple of ints that knows its number of items."""

    __slots__ = ()

    def numel(self) -> int:
        """The product of the sizes."""
        total = 1
        for size in self:
            total *= size
        return total

    def __repr__(self) -> str:
        return f"torch.Size([{', '.join(map(str, self))}])"

    def __getitem__(self, index: Any) -> Any:
        found = cast("Any", super()).__getitem__(index)
        return Size(found) if isinstance(index, slice) else found

    def __add__(self, other: Any) -> Size:
        return Size((*self, *other))


class Tensor(Surface, Operators):
    """Items of one dtype, laid out over a storage that other tensors may share.

    Made by `tensor`, `zeros`, `from_numpy`, ...; the library gives the constructor a storage and a layout that lies inside it, older
    programs give it sizes or a list (legacy.py).
    """

    layout: Layout
    dtype: DType
    memory: Storage
    """The bytes that the layout lies over; users see it through `untyped_storage()`."""

    def __init__(self, storage: Any = (), layout: Any = None, dtype: Any = None, *sizes: int, device: Any = None) -> None:
        if dtype.__class__ is not DType:
            from .legacy import made

            given = [value for value in (storage, layout, dtype, *sizes) if value is not None]
            source = made(None, *given, device=device)
            storage, layout, dtype = source.memory, source.layout, source.dtype
        self.memory = storage
        self.layout = layout
        self.dtype = dtype

    requires_grad = False
    grad: Tensor | None = None
    is_leaf = True
    is_cuda = False
    is_sparse = False
    grad_fn = None

    # Shape

    @property
    def shape(self) -> Size:
        """The size of each dimension."""
        return Size(self.layout.shape)

    @property
    def ndim(self) -> int:
        """The number of dimensions."""
        return len(self.layout.shape)

    @property
    def device(self) -> Device:
        """Where the memory is."""
        return self.memory.device

    @property
    def is_cpu(self) -> bool:
        """Whether the memory is the CPU's."""
        return self.memory.device is not META

    @property
    def is_meta(self) -> bool:
        """Whether the tensor has no data (`device="meta"`)."""
        return self.memory.device is META

    @property
    def is_quantized(self) -> bool:
        """Whether the items are integers that stand for numbers by a scale and a zero point."""
        return self.dtype.is_quantized

    @property
    def itemsize(self) -> int:
        """Bytes per item."""
        return self.dtype.itemsize

    @property
    def nbytes(self) -> int:
        """Bytes of all items, gaps between them not counted."""
        return self.layout.numel * self.dtype.itemsize

    @property
    def address(self) -> int:
        """The address of the first item."""
        return self.memory.address + self.layout.offset * self.dtype.itemsize

    @property
    def _version(self) -> int:
        return self.memory.version

    def size(self, dim: int | None = None) -> Any:
        """The shape, or the size of one dimension."""
        shape = self.layout.shape
        if dim is None:
            return Size(shape)
        if not shape:
            raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
        return shape[wrap_dim(dim, len(shape))]

    def stride(self, dim: int | None = None) -> Any:
        """The strides in items, or the stride of one dimension."""
        if dim is None:
            return self.layout.strides
        if not self.layout.shape:
            raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
        return self.layout.strides[wrap_dim(dim, len(self.layout.strides))]

    def untyped_storage(self) -> UntypedStorage:
        """The bytes of the memory that this tensor lies in, all of them: views share it."""
        from .storages import UntypedStorage

        return UntypedStorage(self.memory)

    def storage(self) -> TypedStorage:
        """All items, of this tensor's dtype, of the memory that it lies in."""
        from .storages import TypedStorage

        return TypedStorage(self.memory, self.dtype)

    def storage_offset(self) -> int:
        """The place of the first item in the storage, in items."""
        return self.layout.offset

    def dim(self) -> int:
        """The number of dimensions."""
        return len(self.layout.shape)

    def numel(self) -> int:
        """The number of items."""
        return self.layout.numel

    nelement = numel
    ndimension = dim

    def element_size(self) -> int:
        """Bytes per item."""
        return self.dtype.itemsize

    def data_ptr(self) -> int:
        """The address of the first item, 0 for a tensor without items."""
        if self.is_meta:
            return 0
        # whoever knows the address may write there at any time
        written_by_others(self.memory)
        return self.address if self.layout.numel else 0

    def is_contiguous(self, *, memory_format: MemoryFormat | None = None) -> bool:
        """Whether the items lie without gaps, in row-major order unless another format is given."""
        if memory_format is None:
            return self.layout.is_contiguous
        from .formats import is_in_format

        return is_in_format(self.layout, memory_format)

    def is_floating_point(self) -> bool:
        """Whether the dtype is a real floating-point one."""
        return self.dtype.is_floating_point

    def is_complex(self) -> bool:
        """Whether the dtype is complex."""
        return self.dtype.is_complex

    # Conversion

    def numpy(self) -> np.ndarray[Any, Any]:
        """A NumPy array over the same memory; TypeError for dtypes that NumPy does not have."""
        if self.requires_grad:
            raise RuntimeError("Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.")
        if self.is_meta and not is_without_data():
            raise TypeError("can't convert meta device type tensor to numpy. Use Tensor.cpu() to copy the tensor to host memory first.")
        return self._array()

    def _array(self) -> np.ndarray[Any, Any]:
        numpy_dtype = self.dtype.numpy
        if numpy_dtype is None:
            raise TypeError(f"Got unsupported ScalarType {self.dtype.name}")
        itemsize = self.dtype.itemsize
        strides = tuple(stride * itemsize for stride in self.layout.strides)
        return view_memory(self.memory, self.address, self.layout.shape, strides, numpy_dtype)

    def __dlpack__(self, **wishes: Any) -> Any:
        """A capsule of the memory for `from_dlpack` of another library; keywords are those of the array API. BufferError as NumPy says."""
        from .dlpack import capsule_of

        return capsule_of(self, wishes)

    def __dlpack_device__(self) -> tuple[int, int]:
        """(1, 0): memory of the processor."""
        return 1, 0

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray[Any, Any]:
        array = self.numpy()
        if dtype is not None and array.dtype != dtype:
            if copy is False:
                raise ValueError(f"an array of {array.dtype} cannot be had as {np.dtype(dtype)} without a copy; pass copy=None")
            return array.astype(dtype)
        return array.copy() if copy else array

    def item(self) -> Any:
        """The only item, as a Python number; RuntimeError if there are several or none."""
        if self.layout.numel != 1:
            raise RuntimeError(f"a Tensor with {self.layout.numel} elements cannot be converted to Scalar")
        if self.is_meta:
            raise NoData("Tensor.item() cannot be called on meta tensors")
        kind = _C_TYPES.get(self.dtype)
        return self._decoded().item() if kind is None else kind.from_address(self.address).value

    def tolist(self) -> Any:
        """The items as nested lists of Python numbers; a number for a 0-dim tensor."""
        if self.is_meta:
            raise NoData
        require_memory(8 * self.layout.numel)
        return self._decoded().tolist()

    def _decoded(self) -> np.ndarray[Any, Any]:
        if self.dtype.numpy is not None:
            return self._array()
        from .ops.host import decoded

        return decoded(self)

    def to(self, *args: Any, **kwargs: Any) -> Tensor:
        """`to(dtype)`, `to(device)`, `to(device, dtype)` or `to(other)`: self where nothing changes, else a copy."""
        if len(args) == 1 and not kwargs and (args[0] is self.dtype or args[0] is self.memory.device):
            return self
        dtype: DType | None = kwargs.pop("dtype", None)
        device: Device | str | None = kwargs.pop("device", None)
        copy: bool = kwargs.pop("copy", False)
        kwargs.pop("non_blocking", None)
        memory_format = kwargs.pop("memory_format", None)
        if kwargs:
            raise TypeError(f"to() got an unexpected keyword argument '{next(iter(kwargs))}'")
        for value in args:
            if isinstance(value, DType):
                dtype = value
            elif isinstance(value, Tensor):
                dtype, device = value.dtype, value.device
            elif isinstance(value, Device | str):
                device = value
            elif isinstance(value, bool):
                copy = copy or value
            elif value in dtypes.BY_TYPE:
                dtype = dtypes.BY_TYPE[value]
            elif value is not None:
                raise TypeError(f"to() expects a dtype, a device or a tensor, but got {type(value).__name__}")
        return _moving()(self, device, dtype, memory_format, copy)

    def type(self, dtype: DType | str | None = None) -> Any:
        """The legacy type string ("torch.FloatTensor"), or a copy in another dtype, which may be named by such a string."""
        from .ops.dtype_rules import named_type, type_name

        if dtype is not None:
            return self.to(named_type(dtype) if isinstance(dtype, str) else dtype)
        return f"torch.{type_name(self.dtype)}Tensor"

    def type_as(self, other: Tensor) -> Tensor:
        """This tensor in the dtype of `other`."""
        return self.to(other.dtype)

    def cpu(self) -> Tensor:
        """This tensor; NotImplementedError if it has no data."""
        return self.to("cpu")

    def detach(self) -> Tensor:
        """A tensor over the same memory that does not require gradients."""
        return Tensor(self.memory, self.layout, self.dtype)

    @property
    def data(self) -> Tensor:
        """The same memory as a plain tensor; assigning replaces storage, layout and dtype."""
        return self.detach()

    @data.setter
    def data(self, other: Tensor) -> None:
        self.memory, self.layout, self.dtype = other.memory, other.layout, other.dtype

    def requires_grad_(self, requires_grad: bool = True) -> Tensor:
        """Set `requires_grad`: it is stored and saved; nothing is recorded, for rushlight does inference."""
        if requires_grad and not (self.dtype.is_floating_point or self.dtype.is_complex):
            raise RuntimeError("only Tensors of floating point dtype can require gradients")
        self.requires_grad = requires_grad
        return self

    @property
    def T(self) -> Tensor:
        """All dimensions in reverse order."""
        return self.numpy_T()

    @property
    def mT(self) -> Tensor:
        """The last two dimensions exchanged."""
        return self.transpose(-2, -1)

    @property
    def H(self) -> Tensor:
        """The conjugate transpose of a matrix."""
        return self.matrix_H()

    @property
    def mH(self) -> Tensor:
        """The last two dimensions exchanged, and conjugates taken."""
        from .ops.pointwise.complex_numbers import conjugate_transpose

        return conjugate_transpose(self)

    @property
    def real(self) -> Tensor:
        """The real parts, over the same memory; assigning writes them."""
        from .ops.pointwise.complex_numbers import real

        return real(self)

    @real.setter
    def real(self, value: Any) -> None:
        self.real[...] = value

    @property
    def imag(self) -> Tensor:
        """The imaginary parts, over the same memory; assigning writes them."""
        from .ops.pointwise.complex_numbers import imag

        return imag(self)

    @imag.setter
    def imag(self, value: Any) -> None:
        self.imag[...] = value

    def new_tensor(self, data: Any, *, dtype: DType | None = None, device: Device | str | None = None,
                   requires_grad: bool = False) -> Tensor:
        """A fresh tensor with the items of `data`, in the dtype of this one unless another is given."""
        from .factories import tensor

        return tensor(data, dtype=dtype or self.dtype, device=device, requires_grad=requires_grad)

    def nonzero(self, *, as_tuple: bool = False) -> Any:
        """The indices of the items that are not 0, a row each; or one vector per dimension."""
        from .ops.indexing.indexing import nonzero, nonzero_numpy

        return tuple(nonzero_numpy(self)) if as_tuple else nonzero(self)

    def unique(self, sorted: bool = True, return_inverse: bool = False, return_counts: bool = False, dim: int | None = None) -> Any:
        """The distinct items, or slices of `dim`, in ascending order; with places and counts if asked for."""
        from .functional import unique

        return unique(self, sorted, return_inverse, return_counts, dim)

    def unique_consecutive(self, return_inverse: bool = False, return_counts: bool = False, dim: int | None = None) -> Any:
        """One item, or slice of `dim`, for each run of equal ones; with places and counts if asked for."""
        from .functional import unique_consecutive

        return unique_consecutive(self, return_inverse, return_counts, dim)

    # Python protocols

    def __len__(self) -> int:
        if not self.layout.shape:
            raise TypeError("len() of a 0-d tensor")
        return self.layout.shape[0]

    def __iter__(self) -> Iterator[Tensor]:
        if not self.layout.shape:
            raise TypeError("iteration over a 0-d tensor")
        return iter([self.select(0, index) for index in range(self.layout.shape[0])])

    def __bool__(self) -> bool:
        numel = self.layout.numel
        if numel > 1:
            raise RuntimeError("Boolean value of Tensor with more than one value is ambiguous")
        if numel == 0:
            raise RuntimeError("Boolean value of Tensor with no values is ambiguous")
        return bool(self.item())

    def _number(self) -> Any:
        if self.layout.numel != 1:
            raise ValueError("only one element tensors can be converted to Python scalars")
        return self.item()

    def __int__(self) -> int:
        return int(self._number())

    def __float__(self) -> float:
        return float(self._number())

    def __complex__(self) -> complex:
        return complex(self._number())

    def __index__(self) -> int:
        if self.layout.numel != 1 or not (self.dtype.is_integral or self.dtype is dtypes.bool_):
            raise TypeError("only integer tensors of a single element can be converted to an index")
        return int(self.item())

    def __format__(self, spec: str) -> str:
        if not self.layout.shape and not self.is_meta:
            return format(self.item(), spec)
        return object.__format__(self, spec)

    def __repr__(self) -> str:
        from .printing import tensor_text

        return tensor_text(self)

    def __contains__(self, value: Any) -> bool:
        if not isinstance(value, Tensor | int | float | complex):
            raise RuntimeError(f"Tensor.__contains__ only supports Tensor or scalar, but you passed in a {type(value)}.")
        return bool((self == value).any())

    def __getitem__(self, index: Any) -> Tensor:
        from .indexing import get_item

        # found once: an import statement takes longer than a view
        setattr(Tensor, "__getitem__", get_item)  # noqa: B010
        return get_item(self, index)

    def __setitem__(self, index: Any, value: Any) -> None:
        from .indexing import set_item

        setattr(Tensor, "__setitem__", set_item)  # noqa: B010
        set_item(self, index, value)

    def __deepcopy__(self, memo: dict[int, Any]) -> Tensor:
        # two tensors over one storage still share one after copying
        key = id(self.memory)
        storage = memo.get(key)
        if storage is None:
            storage = memo[key] = _copied(self.memory)
            if self.dtype.is_quantized:
                storage.quantizer = self.memory.quantizer
            memo[id(memo)] = [*memo.get(id(memo), []), self.memory]
        copy = type(self).__new__(type(self))
        memo[id(self)] = copy
        Tensor.__init__(copy, storage, self.layout, self.dtype)
        copy.__dict__.update(deepcopy(_attributes(self), memo))
        return copy

    def __reduce__(self) -> tuple[Any, ...]:
        layout = self.layout
        return _rebuild, (type(self), self.memory, layout.shape, layout.strides, layout.offset, self.dtype), _attributes(self) or None

    def __getattr__(self, name: str) -> Any:
        # reached only for names that the class lacks: the operator's method is made once and kept on the class
        if name.startswith("__"):
            raise AttributeError(f"'Tensor' object has no attribute '{name}'")
        from .ops.methods import method_of

        method = method_of(name)
        if method is None:
            raise AttributeError(f"'Tensor' object has no attribute '{name}'")
        setattr(Tensor, name, method)
        return getattr(self, name)


def _attributes(tensor: Tensor) -> dict[str, Any]:
    """What a tensor holds beside its items: `requires_grad`, `grad`, and whatever users put there."""
    return {name: value for name, value in tensor.__dict__.items() if name not in ("memory", "layout", "dtype")}


def _copied(storage: Storage) -> Storage:
    """Another storage with the same bytes."""
    if storage.device is META:
        with without_data():
            return Storage.allocate(storage.nbytes)
    copy = Storage.allocate(storage.nbytes)
    copy.array[...] = storage.array
    return copy


def _rebuild(
    cls: type[Tensor], storage: Storage, shape: tuple[int, ...], strides: tuple[int, ...], offset: int, dtype: DType
) -> Tensor:
    tensor = cls.__new__(cls)
    Tensor.__init__(tensor, storage, Layout.of(shape, strides, offset), dtype)
    return tensor


def from_numpy(array: np.ndarray[Any, Any]) -> Tensor:
    """A tensor over the memory of `array`. TypeError for other objects and for dtypes PyTorch does not have.

    ValueError for negative strides or strides between items, which no tensor has, and for foreign byte order.
    """
    if not isinstance(array, np.ndarray):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(f"expected np.ndarray (got {type(array).__name__})")
    dtype = dtypes.BY_NUMPY.get(array.dtype)
    if dtype is None:
        if not array.dtype.isnative:
            raise ValueError(
                "given numpy array has byte order different from the native byte order; convert it with "
                "array.astype(array.dtype.newbyteorder('='))"
            )
        dtype = dtypes.from_numpy(array.dtype)
    layout, reach = _numpy_layout(array.shape, array.strides, dtype.itemsize)
    return Tensor(Storage.wrap(array, reach), layout, dtype)


@functools.lru_cache(1024)
def _numpy_layout(shape: tuple[int, ...], byte_strides: tuple[int, ...], itemsize: int) -> tuple[Layout, int]:
    """The layout of a NumPy array, and how many bytes it reaches."""
    if any(stride < 0 for stride in byte_strides):
        raise ValueError(
            "At least one stride in the given numpy array is negative, and tensors with negative strides are not supported; "
            "make a copy with array.copy()"
        )
    if any(stride % itemsize for stride in byte_strides):
        raise ValueError("given numpy array strides not a multiple of the element byte size; make a copy with array.copy()")
    layout = Layout.of(shape, tuple(stride // itemsize for stride in byte_strides))
    return layout, layout.extent * itemsize


_C_TYPES: dict[DType, Any] = {
    dtypes.BY_NAME[name]: kind
    for name, kind in (
        ("float32", ctypes.c_float), ("float64", ctypes.c_double), ("bool", ctypes.c_bool), ("uint8", ctypes.c_uint8),
        *((f"int{bits}", getattr(ctypes, f"c_int{bits}")) for bits in (8, 16, 32, 64)),
    )
}
"""What reads an item in C's manner; dtypes that it lacks are read by NumPy."""


@functools.cache
def _moving() -> Callable[..., Tensor]:
    # found once: an import statement takes longer than a small conversion
    from .ops.shape.conversion import moved

    return moved


def new_empty(shape: Sequence[int], dtype: DType) -> Tensor:
    """An uninitialised contiguous tensor."""
    layout = Layout.contiguous(shape)
    return Tensor(Storage.allocate(layout.numel * dtype.itemsize), layout, dtype)


def new_like(layout: Layout, dtype: DType) -> Tensor:
    """An uninitialised tensor with `layout`, which has no gaps and offset 0."""
    return Tensor(Storage.allocate(layout.numel * dtype.itemsize), layout, dtype)


def new_beside(tensor: Tensor, shape: Sequence[int], dtype: DType | None = None) -> Tensor:
    """An uninitialised contiguous tensor on the device of another, of its dtype if none is given.

    For rows that may not come to ask for an address, because there is no item to compute.
    """
    if tensor.is_meta and not is_without_data():
        raise NoData
    return new_empty(shape, dtype or tensor.dtype)


def number_of(tensor: Tensor) -> Any:
    """The only item of a tensor, for rows whose shapes do not follow from it: 1 in `without_data`."""
    return 1 if is_without_data() else tensor.item()

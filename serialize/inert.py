"""Values that files hold and rushlight cannot compute with: kept with everything they say, so that nothing of a file is lost.

They are made by saved_tensors.py and written back by save_pickler.py.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..runtime.device import Device
from ..runtime.dtype import DType
from ..runtime.storage import Storage
from ..runtime.tensor import Size, Tensor


@dataclass(frozen=True, slots=True)
class QuantizationScheme:
    """How the integers of a quantized tensor stand for numbers: `per_tensor_affine`, `per_channel_affine` and the like."""

    name: str

    def __repr__(self) -> str:
        return f"torch.{self.name}"


@dataclass(frozen=True, slots=True)
class OtherDType:
    """A dtype that no tensor here has: `torch.qint8`, `torch.bits8`, `torch.float4_e2m1fn_x2`, `torch.int4` and the like."""

    name: str

    def __repr__(self) -> str:
        return f"torch.{self.name}"


@dataclass(frozen=True, slots=True, eq=False)
class OtherTensor:
    """A tensor of such a dtype: `items` has its bits, as unsigned integers of the same size."""

    items: Tensor
    dtype: OtherDType

    @property
    def shape(self) -> Size:
        """The sizes."""
        return self.items.shape


@dataclass(slots=True, eq=False)
class DimRange:
    """What PyTorch's compiler notes about a dimension: the dimension, its least and its greatest size."""

    parts: tuple[int | None, ...] = ()


@dataclass(slots=True, eq=False)
class JaggedTensor:
    """A nested tensor of the layout `torch.jagged`: `members` has its values, offsets and lengths, `attributes` what else it holds."""

    members: dict[str, object]
    attributes: dict[str, object]


@dataclass(frozen=True, slots=True, eq=False)
class QuantizedTensor:
    """A quantized tensor: number = (integer - zero_point) * scale; `integers` has the integers, `dtype` names the quantized type.

    `scale` and `zero_point` are numbers, or tensors with one value for each index of dimension `axis`.
    """

    integers: Tensor
    dtype: str
    scheme: QuantizationScheme
    scale: float | Tensor
    zero_point: int | Tensor
    axis: int | None
    requires_grad: bool

    @property
    def shape(self) -> Size:
        """The sizes."""
        return self.integers.shape

    def int_repr(self) -> Tensor:
        """The integers, as a tensor of an ordinary type."""
        return self.integers

    def dequantize(self) -> Tensor:
        """The numbers that the integers stand for, in float32."""
        from ..runtime.dtype import float32

        scale, zero_point = self.scale, self.zero_point
        if isinstance(scale, Tensor) and isinstance(zero_point, Tensor):
            around = [-1 if dim == self.axis else 1 for dim in range(self.integers.ndim)]
            scale, zero_point = scale.to(float32).reshape(around), zero_point.to(float32).reshape(around)
        return (self.integers.to(float32) - zero_point) * scale


@dataclass(frozen=True, slots=True, eq=False)
class SparseTensor:
    """A sparse tensor by its parts: `indices` (of COO), or compressed and plain indices (of CSR, CSC, BSR, BSC), and `values`."""

    layout: str
    indices: tuple[Tensor, ...]
    values: Tensor
    shape: Size
    is_coalesced: bool | None = None


@dataclass(frozen=True, slots=True, eq=False)
class NestedTensor:
    """Tensors of different sizes in one buffer: their sizes, strides and offsets."""

    buffer: Tensor
    sizes: Tensor
    strides: Tensor
    offsets: Tensor


@dataclass(frozen=True, slots=True, eq=False)
class MetaTensor:
    """A tensor without data."""

    dtype: DType
    shape: Size
    strides: tuple[int, ...]
    requires_grad: bool
    is_parameter: bool = False
    device: Device = Device("meta")


@dataclass(slots=True, eq=False)
class TypedStorage:
    """A storage that a file holds beside its tensors, with the type of its items; `dtype` is None where items are bytes."""

    storage: Storage
    dtype: DType | None

    def __repr__(self) -> str:
        return f"{self.tolist()}\n[{self.dtype or 'bytes'}, {len(self)} items]"

    def __len__(self) -> int:
        return self.storage.nbytes // (self.dtype.itemsize if self.dtype else 1)

    def tolist(self) -> list[object]:
        """The items as Python numbers."""
        from ..runtime.dtype import uint8
        from ..runtime.layout import Layout

        return Tensor(self.storage, Layout.of((len(self),), (1,), 0), self.dtype or uint8).tolist()

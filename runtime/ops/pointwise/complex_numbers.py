"""Rows of complex numbers: their parts, as views; conjugates, angles, and numbers from their parts."""
from __future__ import annotations

from typing import Any

from ... import dtype as dtypes
from ...dtype import DType
from ...kernels.mathematics import complex_functions
from ...layout import Layout, broadcast_shapes
from ...tensor import Tensor, new_like
from ..dtype_rules import promote, promote_float, real_dtype, type_name
from ..elementwise import dense_layout
from ..reduction.complex_reductions import parts
from ..shape.copying import copy_into
from ..table import composite, pointwise, required

_COMPLEX_OF = {"float16": dtypes.complex32, "float32": dtypes.complex64, "float64": dtypes.complex128}


@composite("view_as_real(Tensor(a) self) -> Tensor(a)")
def view_as_real(self: Tensor) -> Tensor:
    """The parts of complex numbers along a last dimension of two, over the same memory."""
    if not self.dtype.is_complex:
        raise RuntimeError("view_as_real is only supported for complex tensors")
    return parts(self)


@composite("view_as_complex(Tensor(a) self) -> Tensor(a)")
def view_as_complex(self: Tensor) -> Tensor:
    """Pairs along the last dimension as complex numbers, over the same memory."""
    found = _COMPLEX_OF.get(self.dtype.name)
    layout = self.layout
    if found is None:
        raise RuntimeError(f"view_as_complex is only supported for half, float and double tensors, but got a tensor of scalar type: "
                           f"{type_name(self.dtype)}")
    if not layout.shape:
        raise RuntimeError("Input tensor must have one or more dimensions")
    if layout.shape[-1] != 2:
        raise RuntimeError("Tensor must have a last dimension of size 2")
    if layout.strides[-1] != 1:
        raise RuntimeError("Tensor must have a last dimension with stride 1")
    if any(stride % 2 for stride in layout.strides[:-1]):
        raise RuntimeError("Tensor must have a stride divisible by 2 for all but last dimension")
    if layout.offset % 2:
        raise RuntimeError("Tensor must have a storage_offset divisible by 2")
    return Tensor(self.memory, Layout.of(layout.shape[:-1], tuple(s // 2 for s in layout.strides[:-1]), layout.offset // 2), found)


@composite("real(Tensor(a) self) -> Tensor(a)")
def real(self: Tensor) -> Tensor:
    """The real parts, over the same memory; a real tensor itself."""
    return parts(self).select(-1, 0) if self.dtype.is_complex else self


@composite("imag(Tensor(a) self) -> Tensor(a)")
def imag(self: Tensor) -> Tensor:
    """The imaginary parts, over the same memory; RuntimeError for real tensors."""
    if not self.dtype.is_complex:
        raise RuntimeError("imag is not implemented for tensors with non-complex dtypes.")
    return parts(self).select(-1, 1)


def _only_complex(common: DType, operands: Any) -> tuple[DType, DType]:
    return common, common


@pointwise(
    "_conj_physical(Tensor self) -> Tensor", "rushlight::conj(Tensor self) -> Tensor", dtype=_only_complex, complex=complex_functions.conj
)
def conj_physical_real(a: Any) -> Any:
    """The conjugate of a real number: itself."""
    return a


@composite("conj(Tensor(a) self) -> Tensor(a)", "conj_physical(Tensor self) -> Tensor")
def conj(self: Tensor) -> Tensor:
    """The conjugates, in fresh memory; a real tensor itself."""
    return required("rushlight::conj")(self) if self.dtype.is_complex else self


@composite("matrix_H(Tensor(a) self) -> Tensor(a)", "matrix_H.a(Tensor(a) self) -> Tensor(a)")
def matrix_h(self: Tensor) -> Tensor:
    """The conjugates of a matrix with rows and columns exchanged; of a number its conjugate."""
    if self.ndim not in (0, 2):
        hint = " For batches of matrices, consider using tensor.mH" if self.ndim > 2 else ""
        raise RuntimeError(f"tensor.H is only supported on matrices (2-D tensors). Got {self.ndim}-D tensor.{hint}")
    return conjugate_transpose(self)


@composite("mH(Tensor(a) self) -> Tensor(a)", "mH.a(Tensor(a) self) -> Tensor(a)", "adjoint(Tensor(a) self) -> Tensor(a)")
def conjugate_transpose(self: Tensor) -> Tensor:
    """The conjugates with the last two dimensions exchanged; of a number its conjugate."""
    if self.ndim == 1:
        raise RuntimeError("tensor.mH is only supported on matrices or batches of matrices. Got 1-D tensor.")
    return conj(self.transpose(-2, -1) if self.ndim else self)


def _angle_dtype(common: DType, operands: Any) -> tuple[DType, DType]:
    compute, _ = promote_float(common, operands)
    return compute, real_dtype(compute)


@pointwise("angle(Tensor self) -> Tensor", dtype=_angle_dtype, complex=complex_functions.angle)
def angle(a: Any) -> Any:
    """The angle in radians: 0 for positive numbers, pi for negative ones, NaN for NaN."""
    return 3.141592653589793 if a < 0 else (a if a != a else a * 0.0 if a == 0.0 else a - a if a < 1e300 else 0.0)


@pointwise("sgn(Tensor self) -> Tensor", dtype=promote, complex=complex_functions.sgn)
def sgn(a: Any) -> Any:
    """-1, 0 or 1; for complex numbers the number of size 1 in their direction."""
    return 1 if a > 0 else (-1 if a < 0 else 0)


def _other_out(result: DType, out: DType) -> str:
    return f"Expected object of scalar type {type_name(result)} but got scalar type {type_name(out)} for argument 'out'"


@composite("complex(Tensor real, Tensor imag) -> Tensor", same_out=_other_out)
def fromparts(real: Tensor, imag: Tensor) -> Tensor:
    """Complex numbers from their parts, which have one floating-point dtype."""
    found = _COMPLEX_OF.get(real.dtype.name)
    if found is None or real.dtype is not imag.dtype:
        raise RuntimeError(
            f"Expected object of scalar type {type_name(real.dtype)} but got scalar type {type_name(imag.dtype)} for second argument"
            if found is not None
            else f"Expected both inputs to be Half, Float or Double tensors but got {type_name(real.dtype)} and {type_name(imag.dtype)}"
        )
    layouts = [real.layout, imag.layout]
    result = new_like(dense_layout(broadcast_shapes([one.shape for one in layouts]), layouts), found)
    pairs = parts(result)
    copy_into(pairs.select(-1, 0), real)
    copy_into(pairs.select(-1, 1), imag)
    return result


@composite("polar(Tensor abs, Tensor angle) -> Tensor", same_out=_other_out)
def polar(abs: Tensor, angle: Tensor) -> Tensor:
    """Complex numbers from distances and angles."""
    return fromparts(abs * angle.cos(), abs * angle.sin())

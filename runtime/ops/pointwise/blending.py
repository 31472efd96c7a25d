"""Mixtures of tensors: addcdiv and lerp."""
from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...dtype import DType
from ...kernels.mathematics import complex_functions
from ..dtype_rules import type_name
from ..table import pointwise


def _no_integers(common: DType, operands: Sequence[DType]) -> tuple[DType, DType]:
    if not (common.is_floating_point or common.is_complex):
        raise RuntimeError(
            "Integer division with addcdiv is no longer supported, and in a future  release addcdiv will perform a true division of "
            "tensor1 and tensor2; use (input + value * torch.trunc(tensor1 / tensor2)).to(input.dtype) for integers"
        )
    return common, common


@pointwise(
    "addcdiv(Tensor self, Tensor tensor1, Tensor tensor2, *, Scalar value=1) -> Tensor", dtype=_no_integers,
    complex=complex_functions.addcdiv,
)
def addcdiv(a: Any, b: Any, c: Any, value: Any) -> Any:
    """self + value * tensor1 / tensor2."""
    return a + value * b / c


_C_NAMES = {
    "float32": "float", "float64": "double", "float16": "c10::Half", "bfloat16": "c10::BFloat16", "int64": "long", "int32": "int",
    "complex64": "c10::complex<float>", "complex128": "c10::complex<double>",
}


def _one_dtype(common: DType, operands: Sequence[DType]) -> tuple[DType, DType]:
    for name, dtype in zip(("end", "weight"), operands[1:]):
        if dtype is not operands[0]:
            wanted, found = (_C_NAMES.get(each.name, each.name) for each in (operands[0], dtype))
            raise RuntimeError(f"expected dtype {wanted} for `{name}` but got dtype {found}")
    if not (common.is_floating_point or common.is_complex):
        raise NotImplementedError(f'"lerp_kernel_scalar" not implemented for \'{type_name(common)}\'')
    return common, common


@pointwise(
    "lerp.Scalar(Tensor self, Tensor end, Scalar weight) -> Tensor", "lerp.Tensor(Tensor self, Tensor end, Tensor weight) -> Tensor",
    dtype=_one_dtype, parameters=("weight",), complex=complex_functions.lerp,
)
def lerp(a: Any, b: Any, weight: Any) -> Any:
    """self + weight * (end - self), from the nearer end, so that weights 0 and 1 give exactly self and end."""
    return a + weight * (b - a) if abs(weight) < 0.5 else b + (weight - 1.0) * (b - a)

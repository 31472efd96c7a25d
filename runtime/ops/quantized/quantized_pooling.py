"""Pooling and normalization of quantized images under the names that archives have for them.

In: quantized tensors. Out: quantized tensors, of the same scale where numbers are only chosen.
"""
from __future__ import annotations

from typing import Any

from ...quantization import integers_of, quantized, quantizer_of
from ...tensor import Tensor
from ..table import composite, required


def _add_max_pool(dims: int) -> None:
    name = f"max_pool{dims}d"
    padding, dilation = ("[0]", "[1]") if dims == 1 else ("0", "1")
    settings = f"int[{dims}] stride=[], int[{dims}] padding={padding}, int[{dims}] dilation={dilation}, bool ceil_mode=False"
    texts = [f"quantized_{name}(Tensor self, int[{dims}] kernel_size, {settings}) -> Tensor"]
    if dims < 3:
        settings = "int[] kernel_size, int[] stride, int[] padding, int[] dilation, bool ceil_mode"
        texts.append(f"quantized::{name}(Tensor qx, {settings}) -> Tensor")

    @composite(*texts)
    def run(qx: Tensor, *settings: Any) -> Tensor:
        return quantized(required(f"aten::{name}").callable()(integers_of(qx), *settings), qx.dtype, quantizer_of(qx))

    run.__doc__ = "The largest number of each window."


for _dims in (1, 2, 3):
    _add_max_pool(_dims)


@composite(
    "quantized_batch_norm(Tensor input, Tensor? weight, Tensor? bias, Tensor mean, Tensor var, float eps, float output_scale, "
    "int output_zero_point) -> Tensor"
)
def quantized_batch_norm(input: Tensor, *settings: Any) -> Tensor:
    """Normalized by the mean and variance of each channel."""
    return required("quantized::batch_norm").callable()(input, *settings)

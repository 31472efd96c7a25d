"""Linear layers and cells over plain tensors of int8, as `torch.jit.quantized` of PyTorch 1.0 to 1.3 wrote them into archives.

In: float32 tensors, weights of int8 with one scale and zero point, or float16 in packed form. Out: float32. The packed form of an int8
weight is its bytes, that of a float16 weight its halves; nothing but these operators reads either. `col_offsets` are sums of weights that
the kernels work out by themselves.
"""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...dtype import float16, float32, int8, int32, qint8, uint8
from ...packed import LinearParameters
from ...quantization import per_tensor, quantized
from ...storage import derived
from ...tensor import Tensor
from ..layers.recurrent import STEPS, State, two_states
from ..linalg.matrix import linear
from ..resizing import resize_output
from ..shape.copying import clone, contiguous, copy_into
from ..table import composite
from .quantized_layers import dynamic_linear
from .quantizing import chosen_scale, limits_of_numbers, to_dynamic_integers


@composite("fbgemm_linear_quantize_weight(Tensor input) -> (Tensor, Tensor, float, int)")
def fbgemm_linear_quantize_weight(input: Tensor) -> tuple[Tensor, Tensor, float, int]:
    """A weight in int8, what its rows sum up to without the zero point, scale, zero point."""
    chosen, point = chosen_scale(*limits_of_numbers(input), -128, 127)
    scale = float(np.float32(chosen))
    integers = to_dynamic_integers(contiguous(input), scale, point, -128, 127).to(int8)
    offsets = integers.to(int32).sum(1).sub(point * input.layout.shape[1]).to(int32)
    return integers, offsets, scale, point


@composite("fbgemm_pack_quantized_matrix(Tensor input) -> Tensor", "fbgemm_pack_quantized_matrix.KN(Tensor input, int K, int N) -> Tensor")
def fbgemm_pack_quantized_matrix(input: Tensor, *sizes: int) -> Tensor:
    """The packed form of an int8 weight."""
    del sizes
    return clone(contiguous(input)).view(uint8)


@composite("fbgemm_pack_gemm_matrix_fp16(Tensor input) -> Tensor")
def fbgemm_pack_gemm_matrix_fp16(input: Tensor) -> Tensor:
    """The packed form of a weight that is rounded to float16."""
    return contiguous(input.to(float16)).view(uint8)


def _linear(input: Tensor, weight: Tensor, scale: float, zero_point: int, bias: Tensor) -> Tensor:
    def ready() -> LinearParameters:
        kept = clone(contiguous(weight))
        return LinearParameters(quantized(kept, qint8, per_tensor(scale, zero_point, qint8)), None)

    if weight.dtype is not int8 or weight.ndim != 2:
        raise RuntimeError(f"fbgemm_linear_int8_weight: expected a weight of int8 with 2 dims, got {weight.dtype} with {weight.ndim}")
    parameters = derived(weight.memory, ("fbgemm", weight.layout, scale, zero_point), ready)
    return dynamic_linear(input, parameters, False) + bias


@composite(
    "fbgemm_linear_int8_weight_fp32_activation(Tensor input, Tensor weight, Tensor packed, Tensor col_offsets, Scalar weight_scale, "
    "Scalar weight_zero_point, Tensor bias) -> Tensor",
    "fbgemm_linear_int8_weight(Tensor input, Tensor weight, Tensor packed, Tensor col_offsets, Scalar weight_scale, "
    "Scalar weight_zero_point, Tensor bias) -> Tensor",
)
def fbgemm_linear_int8_weight(
    input: Tensor, weight: Tensor, packed: Tensor, col_offsets: Tensor, scale: float, zero_point: int, bias: Tensor
) -> Tensor:
    """A linear layer that quantizes its input by its own range."""
    del packed, col_offsets
    return _linear(input, weight, float(scale), int(zero_point), bias)


@composite(
    "fbgemm_linear_fp16_weight_fp32_activation(Tensor input, Tensor packed_weight, Tensor? bias) -> Tensor",
    "fbgemm_linear_fp16_weight(Tensor input, Tensor packed_weight, Tensor bias) -> Tensor",
)
def fbgemm_linear_fp16_weight(input: Tensor, packed_weight: Tensor, bias: Tensor | None) -> Tensor:
    """A linear layer whose weights are float16, computed in float32."""
    return linear(input, packed_weight.view(float16).to(float32), bias)


@composite(
    "fbgemm_linear_fp16_weight_fp32_activation.out(Tensor input, Tensor packed_weight, Tensor? bias, Tensor(a!) output) -> Tensor",
    "fbgemm_linear_fp16_weight.out(Tensor input, Tensor packed_weight, Tensor bias, Tensor(a!) output) -> Tensor",
)
def fbgemm_linear_fp16_weight_out(input: Tensor, packed_weight: Tensor, bias: Tensor | None, output: Tensor) -> Tensor:
    """`fbgemm_linear_fp16_weight`, written to `output`."""
    result = fbgemm_linear_fp16_weight(input, packed_weight, bias)
    resize_output(output, result.layout.shape)
    return copy_into(output, result)


@dataclass(frozen=True, slots=True)
class _Weights:
    """Gates of a cell."""

    matrices: tuple[Tensor, Tensor]
    biases: tuple[Tensor, Tensor]
    scales: tuple[float, float]
    zero_points: tuple[int, int]
    projection: None = None

    def input_gates(self, items: Tensor) -> Tensor:
        """The input's part of the gates."""
        return self._gates(0, items)

    def hidden_gates(self, hidden: Tensor) -> Tensor:
        """The hidden state's part of the gates."""
        return self._gates(1, hidden)

    def _gates(self, part: int, items: Tensor) -> Tensor:
        return _linear(items, self.matrices[part], self.scales[part], self.zero_points[part], self.biases[part])


_ARGUMENTS = (
    "Tensor w_ih, Tensor w_hh, Tensor b_ih, Tensor b_hh, Tensor packed_ih, Tensor packed_hh, Tensor col_offsets_ih, "
    "Tensor col_offsets_hh, Scalar scale_ih, Scalar scale_hh, Scalar zero_point_ih, Scalar zero_point_hh"
)


def _step(kind: str, input: Tensor, states: State, values: Sequence[Tensor | float]) -> State:
    """One step of a cell with the arguments from `w_ih` on."""
    w_ih, w_hh, b_ih, b_hh, _, _, _, _, scale_ih, scale_hh, point_ih, point_hh = values
    assert isinstance(w_ih, Tensor) and isinstance(w_hh, Tensor) and isinstance(b_ih, Tensor) and isinstance(b_hh, Tensor)
    numbers = (float(scale_ih), float(scale_hh)), (int(point_ih), int(point_hh))
    weights = _Weights((w_ih, w_hh), (b_ih, b_hh), *numbers)
    return STEPS[kind](weights.input_gates(input), states, weights)


@composite(f"quantized_lstm_cell(Tensor input, Tensor[] hx, {_ARGUMENTS}) -> (Tensor, Tensor)")
def quantized_lstm_cell(input: Tensor, hx: Sequence[Tensor], *values: Tensor | float) -> State:
    """One step of an LSTM."""
    return _step("lstm", input, two_states("quantized_lstm_cell", hx), values)


def _add_cell(kind: str) -> None:
    @composite(f"quantized_{kind}_cell(Tensor input, Tensor hx, {_ARGUMENTS}) -> Tensor")
    def run(input: Tensor, hx: Tensor, *values: Tensor | float) -> Tensor:
        return _step(kind, input, (hx,), values)[0]

    run.__doc__ = f"One step of a cell of kind {kind}."


for _kind in ("gru", "rnn_tanh", "rnn_relu"):
    _add_cell(_kind)

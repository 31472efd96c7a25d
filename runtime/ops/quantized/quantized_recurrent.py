"""Recurrent layers with quantized weights: gates by dynamic linear layers, everything else as in layers/recurrent.py.

In: float32 sequences and the `CellParameters` of ../packed.py, one for each direction of each layer. Out: float32.
"""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ...packed import CellParameters, LinearParameters
from ...tensor import Tensor
from ..layers.recurrent import STEPS, Run, State, run_data, run_layers, run_padded, two_states
from ..table import composite
from .quantized_layers import any_linear

_CELL, _LINEAR = CellParameters.class_name, LinearParameters.class_name


@dataclass(frozen=True, slots=True)
class _Weights:
    """Gates of one direction of one layer."""

    input: LinearParameters
    hidden: LinearParameters
    reduce_range: bool
    projection: None = None

    def input_gates(self, items: Tensor) -> Tensor:
        """The input's part of the gates."""
        return any_linear(items, self.input, self.reduce_range)

    def hidden_gates(self, hidden: Tensor) -> Tensor:
        """The hidden state's part of the gates."""
        return any_linear(hidden, self.hidden, self.reduce_range)


def _layers(
    name: str, states: State, cells: Sequence[CellParameters], num_layers: int, dropout: float, train: bool, bidirectional: bool
) -> Run:
    """All layers, as `run_padded` and `run_data` want them."""
    count = num_layers * (2 if bidirectional else 1)
    if len(cells) != count or any(part.ndim != 3 or part.layout.shape[0] != count for part in states):
        shapes = [list(part.shape) for part in states]
        raise RuntimeError(f"quantized_{name}: expected {count} cells and hidden states of 3 dims, got {len(cells)} and {shapes}")
    weights = [_Weights(cell.input, cell.hidden, cell.reduce_range) for cell in cells]
    chance = dropout if train else 0.0
    return lambda items, sizes: run_layers(name, items, sizes, states, weights, num_layers, chance, bidirectional)


@composite(
    f"quantized_lstm.input(Tensor input, Tensor[] hx, {_CELL}[] params, bool has_biases, int num_layers, float dropout, bool train, "
    "bool bidirectional, bool batch_first, *, ScalarType? dtype=None, bool use_dynamic=False) -> (Tensor, Tensor, Tensor)",
    random=True,
)
def quantized_lstm(
    input: Tensor, hx: Sequence[Tensor], params: Sequence[CellParameters], has_biases: bool, *settings: Any
) -> State:
    """Outputs of the last layer, last hidden states, last cell states."""
    return run_padded("lstm", input, settings[4], _layers("lstm", two_states("quantized_lstm", hx), params, *settings[:4]))


@composite(
    f"quantized_lstm.data(Tensor data, Tensor batch_sizes, Tensor[] hx, {_CELL}[] params, bool has_biases, int num_layers, float dropout, "
    "bool train, bool bidirectional, *, ScalarType? dtype=None, bool use_dynamic=False) -> (Tensor, Tensor, Tensor)",
    random=True,
)
def quantized_lstm_data(
    data: Tensor, batch_sizes: Tensor, hx: Sequence[Tensor], params: Sequence[CellParameters], has_biases: bool, *settings: Any
) -> State:
    """The same over packed sequences."""
    return run_data("lstm", data, batch_sizes, _layers("lstm", two_states("quantized_lstm", hx), params, *settings[:4]))


@composite(
    f"quantized_gru.input(Tensor input, Tensor hx, {_CELL}[] params, bool has_biases, int num_layers, float dropout, bool train, "
    "bool bidirectional, bool batch_first) -> (Tensor, Tensor)",
    random=True,
)
def quantized_gru(input: Tensor, hx: Tensor, params: Sequence[CellParameters], has_biases: bool, *settings: Any) -> State:
    """Outputs of the last layer and last hidden states."""
    return run_padded("gru", input, settings[4], _layers("gru", (hx,), params, *settings[:4]))


@composite(
    f"quantized_gru.data(Tensor data, Tensor batch_sizes, Tensor hx, {_CELL}[] params, bool has_biases, int num_layers, float dropout, "
    "bool train, bool bidirectional) -> (Tensor, Tensor)",
    random=True,
)
def quantized_gru_data(
    data: Tensor, batch_sizes: Tensor, hx: Tensor, params: Sequence[CellParameters], has_biases: bool, *settings: Any
) -> State:
    """The same over packed sequences."""
    return run_data("gru", data, batch_sizes, _layers("gru", (hx,), params, *settings))


def _step(name: str, input: Tensor, states: State, weights: _Weights) -> State:
    """One step; PyTorch's cells use the reduced range."""
    return STEPS[name](weights.input_gates(input), states, weights)


_CELL_ARGUMENTS = f"{_LINEAR} w_ih, {_LINEAR} w_hh"


@composite(
    f"quantized::quantized_lstm_cell_dynamic(Tensor input, Tensor[] hx, {_CELL_ARGUMENTS}, Tensor bias_ih, Tensor bias_hh) "
    "-> (Tensor, Tensor)"
)
def quantized_lstm_cell(
    input: Tensor, hx: Sequence[Tensor], w_ih: LinearParameters, w_hh: LinearParameters, b_ih: Tensor, b_hh: Tensor
) -> State:
    """One step of an LSTM."""
    return _step("lstm", input, two_states("quantized_lstm_cell_dynamic", hx), _Weights(w_ih, w_hh, True))


def _add_cell(name: str, kind: str) -> None:
    @composite(
        f"quantized::quantized_{name}_cell_dynamic(Tensor input, Tensor hx, {_CELL_ARGUMENTS}, Tensor b_ih, Tensor b_hh) -> Tensor"
    )
    def run(input: Tensor, hx: Tensor, w_ih: LinearParameters, w_hh: LinearParameters, b_ih: Tensor, b_hh: Tensor) -> Tensor:
        return _step(kind, input, (hx,), _Weights(w_ih, w_hh, True))[0]

    del run


_add_cell("gru", "gru")
_add_cell("rnn_tanh", "rnn_tanh")
_add_cell("rnn_relu", "rnn_relu")


@composite(
    f"quantized::make_quantized_cell_params_dynamic({_CELL_ARGUMENTS}, Tensor bias_ih, Tensor bias_hh, bool reduce_range=False) -> {_CELL}"
)
def make_quantized_cell_params_dynamic(
    w_ih: LinearParameters, w_hh: LinearParameters, bias_ih: Tensor, bias_hh: Tensor, reduce_range: bool = False
) -> CellParameters:
    """The parameters of a cell with weights of qint8."""
    return CellParameters("quantized_dynamic", w_ih, w_hh, (bias_ih, bias_hh), reduce_range)


@composite(f"quantized::make_quantized_cell_params_fp16({_CELL_ARGUMENTS}) -> {_CELL}")
def make_quantized_cell_params_fp16(w_ih: LinearParameters, w_hh: LinearParameters) -> CellParameters:
    """The parameters of a cell with weights of float16."""
    return CellParameters("quantized_fp16", w_ih, w_hh, (w_ih.bias(), w_hh.bias()), False)

"""Recurrent layers: rows of whole sequences (lstm, gru, rnn_tanh, rnn_relu) and of single steps (the cells).

Sequences are packed: the items of step 0 for all sequences, then those of step 1, and so on, with the number of sequences
that have each step beside them, longest first. A padded batch is the case where every step has all sequences. One matrix
product makes the input's part of the gates for all steps of a layer; each step adds the hidden state's part and updates the
state (`_lstm_step`, `_gru_step`, `_plain_step`).
"""
from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from ...tensor import Tensor
from ..creation.random import dropout
from ..linalg.matrix import linear
from ..shape.copying import contiguous
from ..shape.joining import cat, stack
from ..table import composite

State = tuple[Tensor, ...]


@dataclass(frozen=True, slots=True)
class _Weights:
    """The parameters of one direction of one layer: gates from the input and from the hidden state, biases, projection."""

    input: Tensor
    hidden: Tensor
    input_bias: Tensor | None = None
    hidden_bias: Tensor | None = None
    projection: Tensor | None = None

    def input_gates(self, items: Tensor) -> Tensor:
        """The input's part of the gates (..., gates)."""
        return linear(items, self.input, self.input_bias)

    def hidden_gates(self, hidden: Tensor) -> Tensor:
        """The hidden state's part of the gates (batch, gates)."""
        return linear(hidden, self.hidden, self.hidden_bias)


class Gates(Protocol):
    """The parameters of one direction of one layer, however they are kept."""

    @property
    def projection(self) -> Tensor | None:
        """What makes the output of the hidden state, if that is something else."""
        ...

    def input_gates(self, items: Tensor) -> Tensor:
        """The input's part of the gates (..., gates)."""
        ...

    def hidden_gates(self, hidden: Tensor) -> Tensor:
        """The hidden state's part of the gates (batch, gates)."""
        ...


Step = Callable[[Tensor, State, Gates], State]
Run = Callable[[Tensor, Sequence[int]], tuple[Tensor, State]]
"""From packed items and the number of sequences of each step to the outputs and the last states."""


# Steps: the input's part of the gates, the state and the weights give the next state, whose first part is the output


def _lstm_step(gates: Tensor, state: State, weights: Gates) -> State:
    """Gates are input, forget, cell, output. Source: doi:10.1162/neco.1997.9.8.1735."""
    hidden, cell = state
    gates = gates + weights.hidden_gates(hidden)
    size = gates.layout.shape[1] // 4
    opened = gates.narrow(1, 0, 2 * size).sigmoid()
    candidate = gates.narrow(1, 2 * size, size).tanh()
    cell = opened.narrow(1, size, size) * cell + opened.narrow(1, 0, size) * candidate
    hidden = gates.narrow(1, 3 * size, size).sigmoid() * cell.tanh()
    if weights.projection is not None:
        hidden = linear(hidden, weights.projection, None)
    return hidden, cell


def _gru_step(gates: Tensor, state: State, weights: Gates) -> State:
    """Gates are reset, update, new; reset acts on the hidden state's part of new. Source: arXiv:1406.1078."""
    (hidden,) = state
    own = weights.hidden_gates(hidden)
    size = own.layout.shape[1] // 3
    opened = (gates.narrow(1, 0, 2 * size) + own.narrow(1, 0, 2 * size)).sigmoid()
    reset, update = opened.narrow(1, 0, size), opened.narrow(1, size, size)
    new = (gates.narrow(1, 2 * size, size) + reset * own.narrow(1, 2 * size, size)).tanh()
    return (new + update * (hidden - new),)


def _plain_step(activation: str) -> Step:
    """activation(input part + hidden part)."""

    def step(gates: Tensor, state: State, weights: Gates) -> State:
        total = gates + weights.hidden_gates(state[0])
        return (total.tanh() if activation == "tanh" else total.relu(),)

    return step


STEPS: dict[str, Step] = {"lstm": _lstm_step, "gru": _gru_step, "rnn_tanh": _plain_step("tanh"), "rnn_relu": _plain_step("relu")}
GATES = {"lstm": 4, "gru": 3, "rnn_tanh": 1, "rnn_relu": 1}


# Layers


def _run_forward(step: Step, gates: Tensor, state: State, weights: Gates, sizes: Sequence[int]) -> tuple[Tensor, State]:
    """All steps from first to last; sequences that end early leave their state behind."""
    outputs: list[Tensor] = []
    ended: list[State] = []
    running, offset = sizes[0], 0
    for size in sizes:
        if size < running:
            ended.append(tuple(part.narrow(0, size, running - size) for part in state))
            state = tuple(part.narrow(0, 0, size) for part in state)
            running = size
        state = step(gates.narrow(0, offset, size), state, weights)
        outputs.append(state[0])
        offset += size
    if ended:
        state = tuple(cat([last, *reversed(rest)]) for last, *rest in zip(state, *ended))
    return cat(outputs), state


def _run_backward(step: Step, gates: Tensor, state: State, weights: Gates, sizes: Sequence[int]) -> tuple[Tensor, State]:
    """All steps from last to first; a sequence joins at its own last step with its initial state."""
    outputs: list[Tensor] = []
    initial, running, offset = state, sizes[-1], sum(sizes)
    state = tuple(part.narrow(0, 0, running) for part in initial)
    for size in reversed(sizes):
        if size > running:
            state = tuple(cat([part, first.narrow(0, running, size - running)]) for part, first in zip(state, initial))
            running = size
        offset -= size
        state = step(gates.narrow(0, offset, size), state, weights)
        outputs.append(state[0])
    return cat(outputs[::-1]), state


def _laid_out(weights: Gates, steps: int) -> Gates:
    """For several steps, the hidden state's weights in the order in which products read them: one copy instead of one a step."""
    if steps < 3 or not isinstance(weights, _Weights):
        return weights
    return replace(weights, hidden=contiguous(weights.hidden.transpose(0, 1)).transpose(0, 1))


def run_layers(
    name: str, items: Tensor, sizes: Sequence[int], states: State, weights: Sequence[Gates], layers: int, chance: float,
    bidirectional: bool,
) -> tuple[Tensor, State]:
    """Packed items (steps, features) through all layers: outputs (steps, directions * hidden) and the last states.

    `states` are tensors (layers * directions, batch, hidden); `chance` is that of dropout between layers.
    """
    directions = (_run_forward, _run_backward)[: 2 if bidirectional else 1]
    last: list[State] = []
    for layer in range(layers):
        if layer and chance > 0:
            items = dropout(items, chance, True)
        outputs: list[Tensor] = []
        for direction in directions:
            own, at = _laid_out(weights[len(last)], len(sizes)), len(last)
            output, state = direction(STEPS[name], own.input_gates(items), tuple(part.select(0, at) for part in states), own, sizes)
            outputs.append(output)
            last.append(state)
        items = outputs[0] if len(outputs) == 1 else cat(outputs, 1)
    return items, tuple(stack(parts) for parts in zip(*last))


# Checks


def _gathered(params: Sequence[Tensor], has_biases: bool, projected: bool, count: int, name: str) -> list[_Weights]:
    """The flat list of parameters by layer and direction."""
    each = 2 + 2 * has_biases + projected
    if len(params) != each * count:
        raise RuntimeError(
            f"{name}: got an incorrect number of RNN parameters: {len(params)}; {count} layers and directions with {each} each "
            f"have {each * count}"
        )
    found: list[_Weights] = []
    for at in range(0, len(params), each):
        first, second, *rest = params[at : at + each]
        input_bias, hidden_bias = rest[:2] if has_biases else (None, None)
        found.append(_Weights(first, second, input_bias, hidden_bias, rest[-1] if projected else None))
    return found


def _check(name: str, features: int, batch: int, states: State, weights: Sequence[_Weights], bidirectional: bool) -> None:
    """RuntimeError where states and weights do not fit one another, the layers and the input."""
    for part in states:
        if part.ndim != 3 or part.layout.shape[0] != len(weights):
            raise RuntimeError(
                f"{name}: expected hidden states of 3 dimensions, the first {len(weights)} (layers and directions), "
                f"but got {list(part.layout.shape)}"
            )
        if part.layout.shape[1] != batch:
            raise RuntimeError(f"{name}: input has batch size {batch} but a hidden state has {part.layout.shape[1]}")
    output, inner = states[0].layout.shape[2], states[-1].layout.shape[2]
    gates, directions = GATES[name] * inner, 2 if bidirectional else 1
    for at, own in enumerate(weights):
        reads = features if at < directions else output * directions
        for label, tensor, wanted in (
            ("w_ih", own.input, (gates, reads)), ("w_hh", own.hidden, (gates, output)), ("b_ih", own.input_bias, (gates,)),
            ("b_hh", own.hidden_bias, (gates,)), ("w_hr", own.projection, (output, inner)),
        ):
            if tensor is not None and tensor.layout.shape != wanted:
                raise RuntimeError(
                    f"{name}: {label} of layer {at // directions} has shape {list(tensor.layout.shape)}, expected {list(wanted)}"
                )


def _run_packed(
    name: str, data: Tensor, sizes: Sequence[int], states: State, params: Sequence[Tensor], has_biases: bool, num_layers: int,
    dropout: float, train: bool, bidirectional: bool,
) -> tuple[Tensor, State]:
    """Checks, then layers, for packed items."""
    if not sizes:
        raise RuntimeError("Expected sequence length to be larger than 0 in RNN")
    projected = name == "lstm" and states[0].layout.shape[-1:] != states[1].layout.shape[-1:]
    weights = _gathered(params, has_biases, projected, num_layers * (2 if bidirectional else 1), name)
    _check(name, data.layout.shape[1], sizes[0], states, weights, bidirectional)
    return run_layers(name, data, sizes, states, weights, num_layers, dropout if train else 0.0, bidirectional)


def run_padded(name: str, input: Tensor, batch_first: bool, run: Run) -> State:
    """Sequences of one length: (length, batch, features), or batch before length."""
    if input.ndim != 3:
        raise IndexError(f"{name}: expected an input of 3 dimensions (length, batch, features), got {list(input.layout.shape)}")
    steps = input.transpose(0, 1) if batch_first else input
    length, batch, features = steps.layout.shape
    items = steps.reshape([length * batch, features])
    output, last = run(items, [batch] * length)
    output = output.reshape([length, batch, output.layout.shape[1]])
    return (output.transpose(0, 1) if batch_first else output, *last)


def run_data(name: str, data: Tensor, batch_sizes: Tensor, run: Run) -> State:
    """Packed sequences with the number of sequences of each step in a tensor."""
    sizes: list[int] = batch_sizes.tolist()
    if data.ndim != 2 or sum(sizes) != data.layout.shape[0] or any(size < after for size, after in zip(sizes, sizes[1:])):
        raise RuntimeError(
            f"{name}: batch_sizes must not grow and must add up to the rows of data, got {sizes} for data of shape "
            f"{list(data.layout.shape)}"
        )
    output, last = run(data, sizes)
    return output, *last


def two_states(name: str, hx: Sequence[Tensor]) -> State:
    if len(hx) != 2:
        raise RuntimeError(f"{name} expects two hidden states")
    return tuple(hx)


# Rows of sequences


@composite(
    "lstm.input(Tensor input, Tensor[] hx, Tensor[] params, bool has_biases, int num_layers, float dropout, bool train, "
    "bool bidirectional, bool batch_first) -> (Tensor, Tensor, Tensor)",
    random=True,
)
def lstm(
    input: Tensor, hx: Sequence[Tensor], params: Sequence[Tensor], has_biases: bool, num_layers: int, dropout: float, train: bool,
    bidirectional: bool, batch_first: bool,
) -> State:
    """Outputs of the last layer, last hidden states, last cell states; a hidden state of another size than the cell's is projected."""
    rest = (two_states("lstm", hx), params, has_biases, num_layers, dropout, train, bidirectional)
    return run_padded("lstm", input, batch_first, lambda items, sizes: _run_packed("lstm", items, sizes, *rest))


@composite(
    "lstm.data(Tensor data, Tensor batch_sizes, Tensor[] hx, Tensor[] params, bool has_biases, int num_layers, float dropout, "
    "bool train, bool bidirectional) -> (Tensor, Tensor, Tensor)",
    random=True,
)
def lstm_data(
    data: Tensor, batch_sizes: Tensor, hx: Sequence[Tensor], params: Sequence[Tensor], has_biases: bool, num_layers: int, dropout: float,
    train: bool, bidirectional: bool,
) -> State:
    """As lstm.input over packed sequences."""
    rest = (two_states("lstm", hx), params, has_biases, num_layers, dropout, train, bidirectional)
    return run_data("lstm", data, batch_sizes, lambda items, sizes: _run_packed("lstm", items, sizes, *rest))


def _add_sequence_rows(name: str) -> None:
    """The rows `name.input` and `name.data` of a layer with one state."""

    @composite(
        f"{name}.input(Tensor input, Tensor hx, Tensor[] params, bool has_biases, int num_layers, float dropout, bool train, "
        "bool bidirectional, bool batch_first) -> (Tensor, Tensor)",
        random=True,
    )
    def padded(input: Tensor, hx: Tensor, params: Sequence[Tensor], *settings: Any) -> State:
        return run_padded(name, input, settings[5], lambda items, sizes: _run_packed(name, items, sizes, (hx,), params, *settings[:5]))

    @composite(
        f"{name}.data(Tensor data, Tensor batch_sizes, Tensor hx, Tensor[] params, bool has_biases, int num_layers, float dropout, "
        "bool train, bool bidirectional) -> (Tensor, Tensor)",
        random=True,
    )
    def packed(data: Tensor, batch_sizes: Tensor, hx: Tensor, params: Sequence[Tensor], *settings: Any) -> State:
        return run_data(name, data, batch_sizes, lambda items, sizes: _run_packed(name, items, sizes, (hx,), params, *settings))

    del padded, packed


for _name in ("gru", "rnn_tanh", "rnn_relu"):
    _add_sequence_rows(_name)


# Rows of single steps


def _run_cell(name: str, input: Tensor, states: State, weights: _Weights) -> State:
    """One step (batch, features) with PyTorch's checks."""
    for label, tensor in (("input", input), *((f"hidden{at}", part) for at, part in enumerate(states))):
        if tensor.ndim != 2:
            raise IndexError(f"{name}_cell: expected {label} of 2 dimensions (batch, features), got {list(tensor.layout.shape)}")
    batch, features = input.layout.shape
    if features != weights.input.layout.shape[1]:
        raise RuntimeError(f"input has inconsistent input_size: got {features} expected {weights.input.layout.shape[1]}")
    size = weights.hidden.layout.shape[1]
    for at, part in enumerate(states):
        if part.layout.shape[0] != batch:
            raise RuntimeError(f"Input batch size {batch} doesn't match hidden{at} batch size {part.layout.shape[0]}")
        if part.layout.shape[1] != size:
            raise RuntimeError(f"hidden{at} has inconsistent hidden_size: got {part.layout.shape[1]}, expected {size}")
    return STEPS[name](weights.input_gates(input), states, weights)


@composite("lstm_cell(Tensor input, Tensor[] hx, Tensor w_ih, Tensor w_hh, Tensor? b_ih=None, Tensor? b_hh=None) -> (Tensor, Tensor)")
def lstm_cell(input: Tensor, hx: Sequence[Tensor], w_ih: Tensor, w_hh: Tensor, b_ih: Tensor | None, b_hh: Tensor | None) -> State:
    """The next hidden state and the next cell state."""
    return _run_cell("lstm", input, two_states("lstm_cell", hx), _Weights(w_ih, w_hh, b_ih, b_hh))


@composite("gru_cell(Tensor input, Tensor hx, Tensor w_ih, Tensor w_hh, Tensor? b_ih=None, Tensor? b_hh=None) -> Tensor")
def gru_cell(input: Tensor, hx: Tensor, w_ih: Tensor, w_hh: Tensor, b_ih: Tensor | None, b_hh: Tensor | None) -> Tensor:
    """The next hidden state of a gated recurrent unit."""
    return _run_cell("gru", input, (hx,), _Weights(w_ih, w_hh, b_ih, b_hh))[0]


@composite("rnn_tanh_cell(Tensor input, Tensor hx, Tensor w_ih, Tensor w_hh, Tensor? b_ih=None, Tensor? b_hh=None) -> Tensor")
def rnn_tanh_cell(input: Tensor, hx: Tensor, w_ih: Tensor, w_hh: Tensor, b_ih: Tensor | None, b_hh: Tensor | None) -> Tensor:
    """tanh(w_ih @ input + b_ih + w_hh @ hx + b_hh)."""
    return _run_cell("rnn_tanh", input, (hx,), _Weights(w_ih, w_hh, b_ih, b_hh))[0]


@composite("rnn_relu_cell(Tensor input, Tensor hx, Tensor w_ih, Tensor w_hh, Tensor? b_ih=None, Tensor? b_hh=None) -> Tensor")
def rnn_relu_cell(input: Tensor, hx: Tensor, w_ih: Tensor, w_hh: Tensor, b_ih: Tensor | None, b_hh: Tensor | None) -> Tensor:
    """As rnn_tanh_cell with relu."""
    return _run_cell("rnn_relu", input, (hx,), _Weights(w_ih, w_hh, b_ih, b_hh))[0]

"""Arguments of the rows in networks.json: small shapes, items from a sine so that no generator is needed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Items:
    """A tensor of this shape; tensors of one call differ by `seed`."""

    shape: tuple[int, ...]
    seed: int = 0
    kind: str = "float64"

    def array(self) -> Any:
        count = int(np.prod(self.shape))
        values = np.sin(np.arange(count) * 1.7 + self.seed * 0.9).reshape(self.shape)
        return values > -0.5 if self.kind == "bool" else values


@dataclass(frozen=True)
class Counts:
    """A tensor of these int64 items."""

    items: tuple[int, ...]

    def array(self) -> Any:
        return np.array(self.items)


def arguments(case: Any, make: Callable[[Any], Any]) -> Any:
    """The case with tensors made by `make` from arrays."""
    if isinstance(case, Items | Counts):
        return make(case.array())
    return [arguments(item, make) for item in case] if isinstance(case, tuple | list) else case


def _network(gates: int, features: int, size: int, directions: int, biases: bool) -> list[Items]:
    shapes = [(gates * size, features), (gates * size, size), *([(gates * size,)] * 2 if biases else [])] * directions
    return [Items(shape, at + 1) for at, shape in enumerate(shapes)]


_HX, _CX = Items((1, 2, 3), 7), Items((1, 2, 3), 8)
_PROJECTED = [Items((12, 3), 1), Items((12, 2), 2), Items((12,), 3), Items((12,), 4), Items((2, 3), 5)]
_QUERY, _KEY, _VALUE = Items((1, 2, 3, 4), 1), Items((1, 2, 5, 4), 2), Items((1, 2, 5, 2), 3)

CASES: dict[str, tuple[str, tuple[Any, ...]]] = {
    "lstm": ("lstm.input", (Items((4, 2, 3)), [_HX, _CX], _network(4, 3, 3, 1, True), True, 1, 0.0, False, False, False)),
    "lstm projected": ("lstm.input", (Items((4, 2, 3)), [Items((1, 2, 2), 7), _CX], _PROJECTED, True, 1, 0.0, False, False, False)),
    "lstm packed": ("lstm.data", (Items((5, 3)), Counts((2, 2, 1)), [_HX, _CX], _network(4, 3, 3, 1, True), True, 1, 0.0, False, False)),
    "gru both ways": ("gru.input", (Items((2, 4, 3)), Items((2, 2, 3), 7), _network(3, 3, 3, 2, True), True, 1, 0.0, False, True, True)),
    "gru packed": ("gru.data", (
        Items((6, 3)), Counts((3, 2, 1)), Items((2, 3, 3), 7), _network(3, 3, 3, 2, True), True, 1, 0.0, False, True)),
    "rnn_tanh": ("rnn_tanh.input", (Items((4, 2, 3)), _HX, _network(1, 3, 3, 1, False), False, 1, 0.0, False, False, False)),
    "rnn_relu in two layers": ("rnn_relu.input", (
        Items((4, 2, 3)), Items((2, 2, 3), 7), _network(1, 3, 3, 2, True), True, 2, 0.0, False, False, False)),
    "lstm_cell": ("lstm_cell", (Items((2, 3)), [Items((2, 3), 7), Items((2, 3), 8)], *_network(4, 3, 3, 1, True))),
    "gru_cell": ("gru_cell", (Items((2, 3)), Items((2, 3), 7), *_network(3, 3, 3, 1, False), None, None)),
    "attention": ("scaled_dot_product_attention", (_QUERY, _KEY, _VALUE, None, 0.0, False, None, False)),
    "attention, causal": ("scaled_dot_product_attention", (_QUERY, _KEY, _VALUE, None, 0.0, True, 0.7, False)),
    "attention, masked": ("scaled_dot_product_attention", (_QUERY, _KEY, _VALUE, Items((3, 5), 4, "bool"), 0.0, False, None, False)),
    "attention, shared keys": ("scaled_dot_product_attention", (
        Items((1, 4, 3, 4), 1), _KEY, _VALUE, Items((3, 5), 4), 0.0, False, None, True)),
    "max_pool1d": ("max_pool1d_with_indices", (Items((2, 7)), [3], [2], [1], [1], True)),
    "avg_pool3d": ("avg_pool3d", (Items((1, 4, 3, 5)), [2, 2, 3], [2, 1, 2], [1, 0, 1], True, False, None)),
    "max_pool3d": ("max_pool3d_with_indices", (Items((1, 4, 3, 5)), [2, 2, 3], [2, 1, 2], [1, 0, 1], [1, 2, 1], False)),
    "conv3d": ("conv3d", (Items((1, 2, 3, 4, 3)), Items((2, 1, 2, 2, 3), 1), Items((2,), 2), [1, 2, 1], [1, 0, 1], [1, 2, 1], 2)),
}

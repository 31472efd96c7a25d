"""Convolutions under the names of the libraries of devices, which programs frozen on a GPU contain."""
from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...tensor import Tensor
from ..table import composite
from .convolution import convolution

_PLACES = "SymInt[] padding, SymInt[] stride, SymInt[] dilation, SymInt groups"
_MOVED = "SymInt[] stride, SymInt[] padding, SymInt[] dilation, SymInt groups"


def _plain(
    input: Tensor, weight: Tensor, bias: Tensor | None, stride: Sequence[int], padding: Sequence[int], dilation: Sequence[int], groups: int
) -> Tensor:
    return convolution(input, weight, bias, stride, padding, dilation, False, [0] * len(padding), groups)


@composite(f"cudnn_convolution(Tensor self, Tensor weight, {_PLACES}, bool benchmark, bool deterministic, bool allow_tf32) -> Tensor")
def cudnn_convolution(
    self: Tensor, weight: Tensor, padding: Sequence[int], stride: Sequence[int], dilation: Sequence[int], groups: int, benchmark: bool,
    deterministic: bool, allow_tf32: bool,
) -> Tensor:
    """A convolution without bias."""
    del benchmark, deterministic, allow_tf32
    return _plain(self, weight, None, stride, padding, dilation, groups)


@composite(
    f"miopen_convolution(Tensor self, Tensor weight, Tensor? bias, {_PLACES}, bool benchmark, bool deterministic) -> Tensor",
    f"miopen_depthwise_convolution(Tensor self, Tensor weight, Tensor? bias, {_PLACES}, bool benchmark, bool deterministic) -> Tensor",
    f"mkldnn_convolution(Tensor self, Tensor weight, Tensor? bias, {_PLACES}) -> Tensor",
)
def library_convolution(
    self: Tensor, weight: Tensor, bias: Tensor | None, padding: Sequence[int], stride: Sequence[int], dilation: Sequence[int], groups: int,
    benchmark: bool = False, deterministic: bool = False,
) -> Tensor:
    """A convolution."""
    del benchmark, deterministic
    return _plain(self, weight, bias, stride, padding, dilation, groups)


@composite(
    f"cudnn_convolution_relu(Tensor self, Tensor weight, Tensor? bias, {_MOVED}) -> Tensor",
    f"miopen_convolution_relu(Tensor self, Tensor weight, Tensor? bias, {_MOVED}) -> Tensor",
)
def convolution_relu(
    self: Tensor, weight: Tensor, bias: Tensor | None, stride: Sequence[int], padding: Sequence[int], dilation: Sequence[int], groups: int
) -> Tensor:
    """A convolution, its negative items set to 0."""
    return _plain(self, weight, bias, stride, padding, dilation, groups).relu()


@composite(
    f"cudnn_convolution_add_relu(Tensor self, Tensor weight, Tensor z, Scalar? alpha, Tensor? bias, {_MOVED}) -> Tensor",
    f"miopen_convolution_add_relu(Tensor self, Tensor weight, Tensor z, Scalar? alpha, Tensor? bias, {_MOVED}) -> Tensor",
)
def convolution_add_relu(
    self: Tensor, weight: Tensor, z: Tensor, alpha: Any, bias: Tensor | None, stride: Sequence[int], padding: Sequence[int],
    dilation: Sequence[int], groups: int,
) -> Tensor:
    """A convolution plus `alpha` (1 if None) times `z`, negative items set to 0."""
    result: Any = _plain(self, weight, bias, stride, padding, dilation, groups)
    return result.add(z, alpha=1 if alpha is None else alpha).relu()


_TRANSPOSED = "SymInt[] padding, SymInt[] output_padding, SymInt[] stride, SymInt[] dilation, SymInt groups, bool benchmark"


@composite(
    f"cudnn_convolution_transpose(Tensor self, Tensor weight, {_TRANSPOSED}, bool deterministic, bool allow_tf32) -> Tensor"
)
def cudnn_convolution_transpose(
    self: Tensor, weight: Tensor, padding: Sequence[int], output_padding: Sequence[int], stride: Sequence[int], dilation: Sequence[int],
    groups: int, benchmark: bool, deterministic: bool, allow_tf32: bool,
) -> Tensor:
    """A transposed convolution without bias."""
    del benchmark, deterministic, allow_tf32
    return convolution(self, weight, None, stride, padding, dilation, True, output_padding, groups)


@composite(f"miopen_convolution_transpose(Tensor self, Tensor weight, Tensor? bias, {_TRANSPOSED}, bool deterministic) -> Tensor")
def miopen_convolution_transpose(
    self: Tensor, weight: Tensor, bias: Tensor | None, padding: Sequence[int], output_padding: Sequence[int], stride: Sequence[int],
    dilation: Sequence[int], groups: int, benchmark: bool, deterministic: bool,
) -> Tensor:
    """A transposed convolution."""
    del benchmark, deterministic
    return convolution(self, weight, bias, stride, padding, dilation, True, output_padding, groups)

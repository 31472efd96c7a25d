"""The recursive part of torchaudio's filters, which archives of audio models call as an operator of that library."""
from __future__ import annotations

import numpy as np

from ...tensor import Tensor
from ..host import bits
from ..overlap import check_writable
from ..table import host


@host(
    "torchaudio::_lfilter_core_loop(Tensor input_signal_windows, Tensor a_coeff_flipped, Tensor(a!) padded_output_waveform) -> Tensor(a!)"
)
def lfilter_core_loop(input_signal_windows: Tensor, a_coeff_flipped: Tensor, padded_output_waveform: Tensor) -> Tensor:
    """Each sample (batch, channels, samples) less the products of the results before it and a channel's coefficients, the last first.

    Results are written behind the (order - 1) samples that the third tensor begins with.
    """
    windows, coefficients, output = input_signal_windows, a_coeff_flipped, padded_output_waveform
    shapes = f"{list(windows.shape)}, {list(coefficients.shape)} and {list(output.shape)}"
    if windows.ndim != 3 or coefficients.ndim != 2 or output.ndim != 3 or coefficients.layout.shape[0] != windows.layout.shape[1]:
        raise RuntimeError(f"torchaudio::_lfilter_core_loop: tensors do not fit: {shapes}")
    order, samples = coefficients.layout.shape[1], windows.layout.shape[2]
    if output.layout.shape != (*windows.layout.shape[:2], samples + order - 1) or order < 1:
        raise RuntimeError(f"torchaudio::_lfilter_core_loop: tensors do not fit: {shapes}")
    if windows.dtype.name not in ("float32", "float64") or any(one.dtype is not windows.dtype for one in (coefficients, output)):
        raise RuntimeError("torchaudio::_lfilter_core_loop: expected tensors of float32, or of float64")
    check_writable(output)
    given, target = bits(windows), bits(output)
    factors = np.array(bits(coefficients))[:, : order - 1]
    last = bits(coefficients)[:, order - 1]
    for at in range(samples):
        fresh = given[:, :, at] - (target[:, :, at : at + order - 1] * factors).sum(2)
        # the place that is written takes part as PyTorch's loop reads it
        target[:, :, at + order - 1] = fresh - target[:, :, at + order - 1] * last
    return output

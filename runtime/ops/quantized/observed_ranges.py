"""Fake quantization that watches the range of its input, as networks trained for quantization do.

In: numbers, running bounds, scale and zero point, which are written. Out: what quantizing and going back would give.
"""
from __future__ import annotations

from typing import Any

from ...tensor import Tensor
from ..table import composite
from .quantizing import chosen_scale, fake_quantize_by_tensors, fake_quantize_per_channel_affine


def _watch(numbers: Tensor, lowest: Tensor, highest: Tensor, factor: float, per_row: bool) -> None:
    """Move the running bounds towards those of the numbers; bounds that are infinite become those."""
    rows: Any = numbers.flatten(1) if per_row else numbers
    for running, now in ((lowest, rows.amin(1) if per_row else rows.min()), (highest, rows.amax(1) if per_row else rows.max())):
        if running.layout.numel != now.layout.numel:
            running.resize_(now.shape).copy_(now)
            continue
        known = running.reshape(now.shape)
        moved = known + factor * (now - known)
        running.copy_(moved.where(known.isfinite(), now).reshape(running.shape))


def _choose(lowest: Tensor, highest: Tensor, scale: Tensor, point: Tensor, low: int, high: int, symmetric: bool) -> None:
    """Write the scales and zero points that the running bounds ask for."""
    bounds = zip(lowest.reshape([-1]).tolist(), highest.reshape([-1]).tolist(), strict=True)
    chosen = [chosen_scale(*pair, low, high, symmetric=symmetric) for pair in bounds]
    for target, values in ((scale, [one for one, _ in chosen]), (point, [one for _, one in chosen])):
        if target.layout.numel != len(values):
            target.resize_([len(values)])
        for index, value in enumerate(values):
            target.reshape([-1])[index] = value


@composite(
    "fused_moving_avg_obs_fake_quant(Tensor self, Tensor observer_on, Tensor fake_quant_on, Tensor(a!) running_min, "
    "Tensor(b!) running_max, Tensor(c!) scale, Tensor(d!) zero_point, float averaging_const, int quant_min, int quant_max, "
    "int ch_axis, bool per_row_fake_quant=False, bool symmetric_quant=False) -> Tensor"
)
def fused_moving_avg_obs_fake_quant(
    self: Tensor, observer_on: Tensor, fake_quant_on: Tensor, running_min: Tensor, running_max: Tensor, scale: Tensor, zero_point: Tensor,
    averaging_const: float, quant_min: int, quant_max: int, ch_axis: int, per_row_fake_quant: bool = False, symmetric_quant: bool = False,
) -> Tensor:  # fmt: skip
    """The numbers rounded to those that integers stand for, by running bounds that are updated first where `observer_on` is not 0."""
    if per_row_fake_quant and ch_axis != 0:
        raise RuntimeError("Per-channel FakeQuant in fused_moving_avg_obs_fake_quant is only supported on axis == 0")
    if not self.layout.numel:
        return self.clone()
    if int(observer_on.item()):
        _watch(self, running_min, running_max, averaging_const, per_row_fake_quant)
    if not int(fake_quant_on.item()):
        return self.clone()
    _choose(running_min, running_max, scale, zero_point, quant_min, quant_max, symmetric_quant)
    if per_row_fake_quant:
        return fake_quantize_per_channel_affine(self, scale, zero_point, ch_axis, quant_min, quant_max)
    return fake_quantize_by_tensors(self, scale, zero_point, quant_min, quant_max)

"""Means and norms over windows, of `torch.nn.functional`; the package says how these files are written. Maxima are in max_pooling.py."""
from __future__ import annotations

from ... import aten
from ...scripting import BroadcastingList2, BroadcastingList3
from ...tensor import Tensor


def adaptive_avg_pool2d(input: Tensor, output_size: BroadcastingList2[int]) -> Tensor:
    """The mean over windows that divide the last two dimensions into `output_size`; None there keeps a dimension (eager only)."""
    return aten.adaptive_avg_pool2d(input, _list_with_default(output_size, input.size()))


def adaptive_avg_pool3d(input: Tensor, output_size: BroadcastingList3[int]) -> Tensor:
    """The mean over windows that divide the last three dimensions into `output_size`; None there keeps a dimension (eager only)."""
    return aten.adaptive_avg_pool3d(input, _list_with_default(output_size, input.size()))


def _list_with_default(sizes: object, defaults: tuple[int, ...]) -> list[int] | int:
    """`sizes` with None replaced by the last of `defaults`; compiled code has an operator of this name that only checks lengths."""
    if isinstance(sizes, int):
        return sizes
    assert isinstance(sizes, list | tuple)
    wanted: list[int | None] = [*sizes]  # pyright: ignore[reportUnknownVariableType]
    if len(defaults) <= len(wanted):
        raise ValueError(f"Input dimension should be at least {len(wanted) + 1}")
    last = defaults[len(defaults) - len(wanted) :]
    return [default if size is None else size for size, default in zip(wanted, last, strict=True)]

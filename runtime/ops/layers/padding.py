"""Padding: a tensor extended at both ends of its last dimensions."""
from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...formats import format_strides, suggested_format
from ...layout import Layout
from ...no_data import require_addresses
from ...storage import require_memory
from ...tensor import Tensor, new_like
from ..creation.factories import fill_number
from ..host import wrapped
from ..plans import Plans
from ..shape.copying import copy_into
from ..table import composite, required


def _sides(self: Tensor, pad: Sequence[int]) -> list[tuple[int, int]]:
    """(before, after) for each dimension of `self`, from pairs that begin with the last dimension."""
    if len(pad) % 2:
        raise RuntimeError(f"Length of pad must be even but instead it equals {len(pad)}")
    if len(pad) // 2 > self.ndim:
        raise RuntimeError(
            "Length of pad should be no more than twice the number of dimensions of the input. "
            f"Pad length is {len(pad)} while the input has {self.ndim} dimensions."
        )
    sides = [(0, 0)] * self.ndim
    for at in range(len(pad) // 2):
        sides[-1 - at] = (pad[2 * at], pad[2 * at + 1])
    return sides


_constant_plans = Plans[tuple[Any, ...], tuple[Layout, Layout, Layout]]()
"""How tensors were padded: the layout of the result, and of what it shares with the tensor in each of them."""


@composite("constant_pad_nd(Tensor self, SymInt[] pad, Scalar value=0) -> Tensor")
def constant_pad_nd(self: Tensor, pad: Sequence[int], value: Any) -> Tensor:
    """`self` with items of `value` around it, in the memory format of `self`; negative sizes cut items off."""
    key = (self.layout, *pad)
    plan = _constant_plans.get(key)
    if plan is None:
        plan = _constant_plans[key] = _plan_constant(self, pad)
    layout, source, target = plan
    out = fill_number(new_like(layout, self.dtype), value)
    if source.numel:
        copy_into(Tensor(out.memory, target, out.dtype), Tensor(self.memory, source, self.dtype))
    else:
        require_addresses((self,))
    return out


def _plan_constant(self: Tensor, pad: Sequence[int]) -> tuple[Layout, Layout, Layout]:
    sides = _sides(self, pad)
    shape = tuple(size + before + after for size, (before, after) in zip(self.layout.shape, sides))
    for dim, (size, old) in enumerate(zip(shape, self.layout.shape)):
        if size < 0 or (size == 0 and old + sum(sides[dim]) < 0):
            raise RuntimeError(
                f"The input size {old}, plus negative padding {sides[dim][0]} and {sides[dim][1]} resulted in a negative output size, "
                f"which is invalid. Check dimension {dim} of your input."
            )
    layout = Layout.of(shape, format_strides(shape, suggested_format(self.layout)))
    source, target = self.layout, layout
    for dim, (before, after) in enumerate(sides):
        # what both have in common: cut ends leave the source, padded ends leave the target
        source = _narrow(source, dim, max(-before, 0), max(-after, 0))
        target = _narrow(target, dim, max(before, 0), max(after, 0))
    return layout, source, target


def _narrow(layout: Layout, dim: int, front: int, back: int) -> Layout:
    """`layout` without its first `front` and last `back` items along `dim`."""
    shape = (*layout.shape[:dim], max(layout.shape[dim] - front - back, 0), *layout.shape[dim + 1 :])
    return Layout.of(shape, layout.strides, layout.offset + front * layout.strides[dim])


def _places(size: int, before: int, after: int, mode: str) -> Tensor:
    """The item that each place of a padded dimension shows."""
    require_memory(8 * max(before + size + after, 0))
    places = np.arange(-before, size + after)
    if mode == "replicate":
        return wrapped(places.clip(0, size - 1))
    if mode == "circular":
        return wrapped(places % size)
    last = size - 1
    return wrapped(last - abs(last - abs(places)))


def _check_mirrored(self: Tensor, dim: int, before: int, after: int, mode: str) -> None:
    size = self.layout.shape[dim]
    if mode == "reflect" and (before >= size or after >= size):
        raise RuntimeError(
            "Argument #4: Padding size should be less than the corresponding input dimension, but got: "
            f"padding ({before}, {after}) at dimension {dim} of input {list(self.layout.shape)}"
        )
    if mode == "circular" and (before > size or after > size):
        raise RuntimeError("Padding value causes wrapping around more than once.")
    if size == 0:
        raise RuntimeError(f"{mode} padding: expected a dimension with items, but dimension {dim} of {list(self.layout.shape)} has none")


@composite('pad(Tensor self, SymInt[] pad, str mode="constant", float? value=None) -> Tensor')
def pad_row(self: Tensor, pad: Sequence[int], mode: str, value: float | None) -> Tensor:
    """`self` extended by `pad` items before and after each of its last dimensions, the last first.

    "constant" fills with `value` (0 if None), "reflect" mirrors without repeating the edge, "replicate" repeats the edge,
    "circular" wraps around. All but "constant" take 1 to 3 dimensions behind one or two leading ones.
    """
    if mode == "constant":
        return constant_pad_nd(self, pad, 0 if value is None else value)
    if value is not None and value != 0:
        raise RuntimeError(f'Padding mode "{mode}" doesn\'t take in value argument')
    if mode not in ("reflect", "replicate", "circular"):
        raise NotImplementedError(f"Unrecognised padding mode {mode}")
    if len(pad) % 2:
        raise RuntimeError(f"Padding length must be divisible by 2, but got {len(pad)} sizes")
    dims = len(pad) // 2
    if dims not in (1, 2, 3) or self.ndim not in (dims + 1, dims + 2):
        raise NotImplementedError(
            "Only 2D, 3D, 4D, 5D padding with non-constant padding are supported for now; "
            f"got {mode} padding of {len(pad)} sizes for {self.ndim} dimensions"
        )
    select = required("aten::index_select")
    result = self
    for dim, (before, after) in enumerate(_sides(self, pad)):
        if before == 0 and after == 0:
            continue
        _check_mirrored(result, dim, before, after, mode)
        if mode == "circular":
            # what is cut off is not wrapped around
            cut = _narrow(result.layout, dim, max(-before, 0), max(-after, 0))
            result = Tensor(result.memory, cut, result.dtype)
            before, after = max(before, 0), max(after, 0)
        result = select(result, dim, _places(result.layout.shape[dim], before, after, mode))
    return result if result is not self else self.clone()


def _add_forms(name: str, mode: str) -> None:
    """The operators for one number of dimensions, which older programs call."""
    for dims in (1, 2, 3):

        @composite(f"{name}_pad{dims}d(Tensor self, SymInt[{2 * dims}] padding) -> Tensor")
        def run(self: Tensor, padding: Sequence[int], dims: int = dims) -> Tensor:
            if len(padding) != 2 * dims:
                raise RuntimeError(f"{name}_pad{dims}d: padding size is expected to be {2 * dims}, but got: {len(padding)}")
            return pad_row(self, padding, mode, None)

        del run


_add_forms("reflection", "reflect")
_add_forms("replication", "replicate")


@composite("_pad_circular(Tensor self, SymInt[] pad) -> Tensor")
def pad_circular(self: Tensor, pad: Sequence[int]) -> Tensor:
    """`self` wrapped around at both ends of its last dimensions."""
    return pad_row(self, pad, "circular", None)

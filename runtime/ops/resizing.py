"""Giving a tensor another size, as `resize_` does and calls with `out=`."""
from __future__ import annotations

import warnings

from ..layout import Layout
from ..tensor import Tensor
from .overlap import check_not_read_only


def resize(tensor: Tensor, layout: Layout) -> None:
    """Give `tensor` another layout; its storage grows, for every tensor over it, where it is too small.

    RuntimeError where it is and somebody else owns it.
    """
    tensor.memory.grow(layout.extent * tensor.dtype.itemsize)
    tensor.layout = layout


def resize_output(out: Tensor, shape: tuple[int, ...]) -> None:
    """Give `out` this shape, contiguous, if it has another; see `resize`.

    A tensor that held items is warned about, as PyTorch does: its old shape is lost. RuntimeError for read-only memory.
    """
    if out.layout.shape == shape:
        return
    check_not_read_only(out)
    if out.layout.numel:
        warnings.warn(
            f"An output with one or more elements was resized since it had shape {list(out.layout.shape)}, which does not match "
            f"the required output shape {list(shape)}. Resize it to zero elements first, or pass no out tensor.",
            stacklevel=2,
        )
    resize(out, Layout.contiguous(shape, out.layout.offset))

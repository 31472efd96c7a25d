"""Making an `out=` tensor the size of its result."""
from __future__ import annotations

import warnings

from ..layout import Layout
from ..storage import Storage
from ..tensor import Tensor
from .overlap import check_not_read_only


def resize_output(out: Tensor, shape: tuple[int, ...]) -> None:
    """Give `out` this shape, contiguous, if it has another; its storage grows where it is too small.

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
    layout = Layout.contiguous(shape, out.layout.offset)
    if layout.extent * out.dtype.itemsize > out.storage.nbytes:
        out.storage = Storage.allocate(layout.numel * out.dtype.itemsize)
        layout = layout.form
    out.layout = layout

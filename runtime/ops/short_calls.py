"""Small calls of kernels that are no pointwise rows, run without ctypes: what is remembered of a call that was seen before.

In: a kernel, its items and the words behind its addresses. Out: a `Short`, which the caller keeps under whatever decided it and
runs through kernels/direct.py: `short[0](short[1], output.address, *operands)`, two arguments per operand. A kernel's first words
must be the addresses of its inputs, then that of its output; the output is fresh memory.
"""
from __future__ import annotations

from collections.abc import Callable, Sequence

from ..dtype import DType
from ..kernels.direct import Frame, TensorOperand, direct
from ..kernels.engine import Kernel
from ..kernels.launch import GRAIN
from ..layout import Layout

Short = tuple[Callable[..., int], int, int, Layout, DType, Frame]
"""The built-in function, its frame's address, bytes, layout and dtype of the result, and the frame, which lives as long."""


def remembered(
    kernel: Kernel, items: int, work: int, inputs: Sequence[DType], words: Sequence[int], layout: Layout, dtype: DType
) -> Short | None:
    """What runs `kernel` on inputs of these dtypes; None for no items and for work that is worth several threads."""
    if not items or work >= 2 * GRAIN:
        return None
    operands = [TensorOperand(input.itemsize, 0, True) for input in inputs]
    frame = Frame(kernel.address, items, operands, 0, [*[0] * (len(inputs) + 1), *words])
    return direct(), frame.address, layout.numel * dtype.itemsize, layout, dtype, frame

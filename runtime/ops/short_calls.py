"""Small calls of kernels that are no pointwise rows, run without ctypes: what is remembered of a call that was seen before.

In: a kernel, its items and the words behind its addresses. Out: a `Short`, which the caller keeps under whatever decided it and
runs through kernels/running/direct.py: `short[0](short[1], output.address, *operands)`, two arguments per operand. A kernel's first words
must be the addresses of its inputs, then that of its output, unless `places` says where among them each is; the output is fresh
memory.
"""
from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..dtype import DType
from ..kernels.running.direct import Frame, TensorOperand, direct
from ..kernels.running.engine import Kernel
from ..kernels.running.launch import GRAIN
from ..layout import Layout

Short = tuple[Callable[..., int], int, int, Layout, DType, Any]
"""The built-in function, its frame's address, bytes, layout and dtype of the result, and what lives as long: the frame."""


def remembered(
    kernel: Kernel, items: int, work: int, inputs: Sequence[DType], words: Sequence[int], layout: Layout, dtype: DType,
    places: Sequence[int] = (), keep: object = None,
) -> Short | None:
    """What runs `kernel` on inputs of these dtypes; None for no items and for work that is worth several threads.

    `places` are the words of the inputs' addresses and of the output's; `keep` is what the words point to.
    """
    if not items or work >= 2 * GRAIN:
        return None
    operands = [TensorOperand(input.itemsize, 0, True) for input in inputs]
    frame = Frame(kernel.address, items, operands, 0, [*[0] * (len(inputs) + 1), *words], places)
    return direct(), frame.address, layout.numel * dtype.itemsize, layout, dtype, (frame, keep)

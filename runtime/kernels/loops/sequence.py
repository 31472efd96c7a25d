"""Kernels in turn: a kernel whose items are other kernels, so that Python is not asked between them.

In: for each of them three words, the address of its code, of its words, and its number of items. Out: 0; what they answer is not
looked at, so it is for kernels that cannot fail. After a kernel that streamed through memory the interpreter has left the caches,
and each of its steps takes some microseconds.
"""
from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from ..compiling.compiler import emitted_kernel
from ..running.engine import Kernel

if TYPE_CHECKING:
    from ..compiling.emitter import Builder
    from ..compiling.functions import Functions

WORDS = 3
"""Words for each kernel."""


@functools.cache
def sequence_kernel() -> Kernel:
    """Runs kernel number start..stop-1, on the thread that calls."""
    return emitted_kernel("sequence", _write)


def _write(builder: Builder, functions: Functions) -> None:
    del functions
    with builder.loop(builder.stop - builder.start, vectorize=False) as at:
        step = builder.words.at((builder.start + at) * WORDS)
        builder.call_kernel(step[0], builder.pointer("int64", step[1]), 0, step[2])

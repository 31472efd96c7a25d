"""The names by which programs choose among PyTorch's implementations of attention. Here is one, which gives the results of all."""
from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from enum import IntEnum


class SDPBackend(IntEnum):
    """PyTorch's implementations of scaled_dot_product_attention."""

    ERROR = -1
    MATH = 0
    FLASH_ATTENTION = 1
    EFFICIENT_ATTENTION = 2
    CUDNN_ATTENTION = 3
    OVERRIDEABLE = 4


@contextmanager
def sdpa_kernel(backends: SDPBackend | Sequence[SDPBackend], set_priority: bool = False) -> Generator[None]:
    """`with sdpa_kernel(SDPBackend.MATH):` runs what attention always runs; AssertionError for what is no backend."""
    del set_priority
    for backend in [backends] if isinstance(backends, SDPBackend) else backends:
        assert isinstance(backend, SDPBackend), f"sdpa_kernel: backends must be SDPBackend or a list of them, got {backend!r}"
    yield


@contextmanager
def sdp_kernel(
    enable_flash: bool = True, enable_math: bool = True, enable_mem_efficient: bool = True, enable_cudnn: bool = True
) -> Generator[None]:
    """The older spelling of `sdpa_kernel`."""
    del enable_flash, enable_math, enable_mem_efficient, enable_cudnn
    yield

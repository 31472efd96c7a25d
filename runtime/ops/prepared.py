"""A kernel call of which everything but the addresses is known: words are filled in once and used again."""
from __future__ import annotations

from collections.abc import Sequence

from ..kernels.running.engine import Kernel
from ..kernels.running.launch import launch_at
from ..no_data import skips
from .elementwise import Words


class Prepared:
    """A kernel, the words of its calls behind the addresses, its items, and the nanoseconds that one thread needs for them."""

    __slots__ = ("free", "items", "kernel", "template", "work")

    def __init__(self, kernel: Kernel, addresses: int, words: Sequence[int], items: int, work: int = 0) -> None:
        self.kernel = kernel
        self.template = [0] * addresses + list(words)
        self.items = items
        self.work = work
        self.free: list[Words] = []

    def run(self, *addresses: int) -> int:
        """Run with these addresses; the kernel's status, 0 if one stands for no memory. Concurrent callers never share words."""
        if skips(addresses):
            return 0
        try:
            words = self.free.pop()
        except IndexError:
            words = Words(self.template)
        integers = words.integers
        for at, address in enumerate(addresses):
            integers[at] = address
        status = launch_at(self.kernel, words.address, self.items, work=self.work)
        self.free.append(words)
        return status

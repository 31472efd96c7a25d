"""A kernel call of which everything but the addresses is known: words are filled in once and used again."""
from __future__ import annotations

from collections.abc import Sequence

from ..kernels.running.direct import UNFIT, AddressOperand, Frame, direct
from ..kernels.running.engine import Kernel
from ..kernels.running.launch import GRAIN, launch


class Prepared:
    """A kernel, the words of its calls behind the addresses, its items, and the nanoseconds that one thread needs for them."""

    __slots__ = ("_direct", "_frame", "_items", "_kernel", "_work", "_words")

    def __init__(self, kernel: Kernel, addresses: int, words: Sequence[int], items: int, work: int = 0) -> None:
        self._kernel = kernel
        self._words = tuple(words)
        self._items = items
        self._work = work
        # the first address is given as the output's
        places = [*range(1, addresses), 0]
        operands = [AddressOperand()] * (addresses - 1)
        self._frame = Frame(kernel.address, items, operands, 0, [0] * addresses + list(words), places)
        self._direct = direct() if work < 2 * GRAIN else None

    def run(self, *addresses: int) -> int:
        """Run with these addresses; the kernel's status, 0 if one stands for no memory. Concurrent callers never share words."""
        if self._direct is None:
            return launch(self._kernel, (*addresses, *self._words), self._items, work=self._work)
        status = self._direct(self._frame.address, *addresses)
        return 0 if status == UNFIT else status

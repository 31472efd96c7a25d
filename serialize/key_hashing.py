"""Keys whose hashes collide: a file may choose integers so that a dict of them takes time quadratic in its size.

In: keys for a dict or set, in pieces. Out: the same pieces, as long as those before took about the time that keys take. unpickler.py and
saved_plain.py put keys of files into dicts and sets this way.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

from .errors import ArchiveError

MANY = 4096
"""Keys that are put in without looking at the clock: however they collide, they take milliseconds."""
PIECE = 2048
SECONDS, SECONDS_OF_A_KEY = 0.5, 10e-6
"""A key takes a tenth of a microsecond, or one where memory is slow."""


class KeyClock:
    """Adds up the processor's time that keys took: that of other processes, or of a stopped one, does not count."""

    __slots__ = ("keys", "seconds")

    def __init__(self) -> None:
        self.keys = 0
        self.seconds = 0.0

    def pieces(self, items: list[object]) -> Iterator[list[object]]:
        """The items in pieces of even lengths; the caller puts each in before asking for the next. ArchiveError if that takes too long."""
        for start in range(0, len(items), PIECE):
            began = time.thread_time()
            piece = items[start : start + PIECE]
            yield piece
            self.seconds += time.thread_time() - began
            self.keys += len(piece)
            if self.seconds > SECONDS + SECONDS_OF_A_KEY * self.keys:
                raise ArchiveError(f"the keys of a dict or set collide: {self.keys} of them took {self.seconds:.1f} seconds")

"""Many small tensors, pickled fast: the opcodes of one tensor in, those of others of its form out.

save_pickler.py writes the first tensor of a form and fills in the rest.
"""

from __future__ import annotations

import struct

from .pickler import CODE


class Template:
    """The pickle of one tensor, with gaps for the key of its storage and for the numbers of its memo entries, which go up by one."""

    MEMOS = 7
    """Entries that a tensor makes if its storage is new and the names in it are not."""

    def __init__(self, parts: list[bytes], items: str, count: int) -> None:
        """`parts` is a tensor as it was written, `items` and `count` describe its storage."""
        self.items, self.count = items, count
        at = next(index for index, part in enumerate(parts) if part[:1] == b"X")
        self._head = b"".join(parts[:at]) + b"X"
        texts = [b""]
        for part in parts[at + 1 :]:
            is_put = part[:1] == CODE["LONG_BINPUT"]
            texts[-1] += part[:1] if is_put else part
            texts += [b""] if is_put else []
        texts.pop()
        self._texts = texts
        self._pack = struct.Struct("<" + "".join(f"{len(text)}sL" for text in texts)).pack
        assert len(texts) == self.MEMOS

    def fill(self, key: str, first: int) -> bytes:
        """The pickle of another tensor of the form."""
        one, two, three, four, five, six, seven = self._texts
        raw = key.encode()
        tail = self._pack(
            one, first, two, first + 1, three, first + 2, four, first + 3, five, first + 4, six, first + 5, seven, first + 6
        )
        return b"%b%b%b%b" % (self._head, LENGTHS[len(raw)], raw, tail)


LENGTHS = [struct.pack("<L", length) for length in range(32)]

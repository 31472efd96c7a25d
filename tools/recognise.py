"""What a file is that is no TorchScript archive, told from its first bytes.

In: a path. Out: nothing for a zip archive, otherwise a ValueError with one sentence for people that says what the file is and what to do
with it. Files of others are known to serialize/recognition.py; what a zip archive is that is no TorchScript archive, inspect_archive.py
there tells from its records.
"""

from __future__ import annotations

import os

from ..serialize.recognition import HEAD, foreign

SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19", "a file of torch.save in the format before PyTorch 1.6; rushlight.load opens it"),
    (b"\x80", "a Python pickle, not a TorchScript archive; save the model with torch.jit.save"),
)
"""First bytes of what is not foreign, and what a file that begins with them is."""


def require_archive(path: str | os.PathLike[str]) -> None:
    """Raise ValueError, saying what the file is, unless it is a zip archive with folders in it. Raises OSError if it cannot be read."""
    with open(path, "rb") as file:
        head = file.read(HEAD)
    if head[:4] != b"PK\x03\x04":
        raise ValueError(f"{os.fspath(path)}: this is {recognise(head)}")
    first = first_name(head)
    if first.endswith(".npy"):
        raise ValueError(f"{os.fspath(path)}: this is a numpy archive (.npz), not a TorchScript archive")
    if "/" not in first:
        raise ValueError(f"{os.fspath(path)}: this is a zip archive without the folders of a TorchScript archive")


def first_name(head: bytes) -> str:
    """The name in a zip archive's first local header."""
    length = int.from_bytes(head[26:28], "little")
    return head[30 : 30 + length].decode(errors="replace")


def recognise(head: bytes) -> str:
    """What a file is that is no zip archive, from its first 512 bytes."""
    words = foreign(head)
    if words is not None:
        return words
    for signature, known in SIGNATURES:
        if head.startswith(signature):
            return known
    if head[257:262] == b"ustar":
        return "a tar archive; if torch.save of a PyTorch before 0.1.10 wrote it, rushlight.load opens it"
    if b"\x00" not in head and is_text(head):
        return "a text file, not a TorchScript archive"
    return "in no format known here: it does not begin like a zip archive"


def is_text(head: bytes) -> bool:
    """Whether the bytes are UTF-8, save for a character that the end cuts."""
    try:
        head.decode()
    except UnicodeDecodeError as error:
        return len(head) == HEAD and error.start > HEAD - 4
    return True

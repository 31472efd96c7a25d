"""What a file is, told from its first bytes and, for zip archives, from the names of its records.

In: a path. Out: None for a TorchScript archive, otherwise one sentence for people that says what the file is and what to do with it.
Nothing of the file is interpreted. Next: info.py, which describes the archives that this module lets through.
"""

from __future__ import annotations

import os
from collections.abc import Iterable

from ..serialize.container import open_archive

HEAD = 512

# First bytes, and what a file that begins with them is.
SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"version https://git-lfs.github.com/", "a Git LFS pointer, not the file itself; run `git lfs pull`"),
    (b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19", "a file of torch.save in the format before PyTorch 1.6, not a TorchScript archive"),
    (b"PYTORCH1", "an archive of a PyTorch before 1.0, which no release reads"),
    (b"\x1f\x8b", "compressed with gzip; unpack it first"),
    (b"\xfd7zXZ\x00", "compressed with xz; unpack it first"),
    (b"BZh", "compressed with bzip2; unpack it first"),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd; unpack it first"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive; unpack it first"),
    (b"\x93NUMPY", "a numpy array (.npy), not a TorchScript archive"),
    (b"\x89HDF\r\n\x1a\n", "an HDF5 file (Keras, perhaps), not a TorchScript archive"),
    (b"GGUF", "a GGUF file, not a TorchScript archive"),
    (b"\x7fELF", "a compiled program or library, not a TorchScript archive"),
    (b"\x80", "a Python pickle, not a TorchScript archive; save the model with torch.jit.save"),
)


def recognise(path: str | os.PathLike[str]) -> str | None:
    """What a file is that is no TorchScript archive, or None if it is one.

    Raises OSError if it cannot be read, and ArchiveError if it is a zip archive that is damaged.
    """
    with open(path, "rb") as file:
        head = file.read(HEAD)
    if head[:4] != b"PK\x03\x04":
        return recognise_head(head)
    first = first_name(head)
    if "/" not in first:
        return recognise_records([first])
    return recognise_records(open_archive(path))


def first_name(head: bytes) -> str:
    """The name in a zip archive's first local header."""
    length = int.from_bytes(head[26:28], "little")
    return head[30 : 30 + length].decode(errors="replace")


def recognise_records(names: Iterable[str]) -> str | None:
    """The same for a zip archive with records of these names (without the root folder)."""
    records = {name.casefold() for name in names}
    if "constants.pkl" in records and "data.pkl" in records:
        return None
    if "data.pkl" in records:
        return "a file of torch.save (a state dict or a pickled module), not a TorchScript archive; save the model with torch.jit.save"
    if {".data/extern_modules", ".data/python_version"} & records:
        return "a torch.package archive, not a TorchScript archive"
    if "model.json" in records:
        return "a TorchScript archive from before PyTorch 1.4 (with a model.json), which is not read"
    if "bytecode.pkl" in records:
        return "an archive for the mobile interpreter without the program's source (no data.pkl)"
    if any(name.endswith(".npy") for name in records):
        return "a numpy archive (.npz), not a TorchScript archive"
    return "a zip archive without data.pkl and constants.pkl, so not a TorchScript archive"


def recognise_head(head: bytes) -> str:
    """The same for a file that is no zip archive, from its first 512 bytes."""
    if not head:
        return "an empty file"
    for signature, words in SIGNATURES:
        if head.startswith(signature):
            return words
    if head[4:8] == b"PTMF":
        return "a flatbuffer archive for PyTorch Mobile, which is not read; save the model with torch.jit.save"
    if head[257:262] == b"ustar":
        return "a tar archive; if torch.save of a PyTorch before 0.1.10 wrote it, load it there and save it again"
    if head[8:9] == b"{" and int.from_bytes(head[:8], "little") < 1 << 27:
        return "a safetensors file: tensors without a program, not a TorchScript archive"
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith((b"<!doctype", b"<html", b"<?xml", b"<head")):
        return "an HTML page: the download gave a web page in place of the file"
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

"""What a file is that is no zip archive, told from its first bytes.

In: a path. Out: nothing for a zip archive, otherwise a ValueError with one sentence for people that says what the file is and what to do
with it. What a zip archive is that is no TorchScript archive, serialize/inspect_archive.py tells from its records.
"""

from __future__ import annotations

import os

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

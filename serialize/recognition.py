"""Files that are something else: what they are, told from their first bytes, so that a message says what to do.

In: the first 512 bytes of a file. Out: words for people, or an ArchiveError with them. What a zip archive is, its records tell
(inspect_archive.py).
"""

from __future__ import annotations

from .errors import ArchiveError

HEAD = 512
"""Bytes to look at."""
SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"version https://git-lfs.github.com", "a Git LFS pointer, not the file itself; run `git lfs pull` where it came from"),
    (b"PYTORCH1", "a container from before PyTorch 1.0, which PyTorch itself does not read"),
    (b"\x1f\x8b", "compressed with gzip; decompress it first"),
    (b"\xfd7zXZ", "compressed with xz; decompress it first"),
    (b"BZh", "compressed with bzip2; decompress it first"),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd; decompress it first"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive; unpack it first"),
    (b"\x93NUMPY", "a NumPy array (.npy), not a file of PyTorch; open it with numpy.load"),
    (b"\x89HDF", "an HDF5 file, not a file of PyTorch; Keras and h5py write those"),
    (b"GGUF", "a GGUF model, not a file of PyTorch; llama.cpp runs those"),
    (b"\x7fELF", "a compiled program or library, not a file of PyTorch"),
)
"""First bytes, and what a file that begins with them is."""


def foreign(head: bytes) -> str | None:
    """What a file is that is known to be no file of PyTorch, None for any other file."""
    if not head:
        return "an empty file"
    for signature, words in SIGNATURES:
        if head.startswith(signature):
            return words
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith((b"<!doctype", b"<html", b"<head", b"<?xml")):
        return "a web page, not a model: the download was answered with a page (a login, or an error); download it again"
    if head[4:8] == b"PTMF":
        return "a mobile module in flatbuffer form, which is not read; save it again with torch.jit.save"
    if is_safetensors(head):
        return "a safetensors file: tensors without a program; open it with the safetensors package, or convert it with `rushlight convert`"
    if head.startswith(b"\x08") and b"onnx" in head.lower():
        return "an ONNX model, not a file of PyTorch; run it with onnxruntime"
    return None


def is_safetensors(head: bytes) -> bool:
    """Whether a file begins as safetensors files do: the length of a JSON object, and its brace."""
    return head[8:9] == b"{" and int.from_bytes(head[:8], "little") < 1 << 32


def refuse_foreign(head: bytes) -> None:
    """ArchiveError if a file that begins with `head` is known to be no file of PyTorch."""
    words = foreign(head[:HEAD])
    if words is not None:
        raise ArchiveError(words)

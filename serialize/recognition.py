"""Files that are something else: what they are, told from their first bytes, so that the message says what to do."""

from __future__ import annotations

from .errors import ArchiveError

FLATBUFFER = b"PTMF"
GIT_LFS = b"version https://git-lfs.github.com"


def refuse_foreign(head: bytes) -> None:
    """ArchiveError if a file that begins with `head` (some 512 bytes) is known to be no file of PyTorch."""
    text = head.lstrip()[:64].lower()
    if not head:
        raise ArchiveError("the file is empty")
    if head.startswith(GIT_LFS):
        raise ArchiveError("a Git LFS pointer, not the file itself; run `git lfs pull` where it came from")
    if text.startswith((b"<!doctype html", b"<html", b"<head", b"<?xml")):
        raise ArchiveError("a web page, not a model: the download was answered with a page (a login, or an error); download it again")
    if head[4:8] == FLATBUFFER:
        raise ArchiveError("a mobile module in flatbuffer form, which is not read; save it again with torch.jit.save")
    if head.startswith(b"PYTORCH1"):
        raise ArchiveError("a container from before PyTorch 1.0, which PyTorch itself does not read")
    if head[8:9] == b"{" and int.from_bytes(head[:8], "little") < 1 << 32:
        raise ArchiveError("a safetensors file; open it with the safetensors package, or convert it with `rushlight convert`")
    if head.startswith(b"\x93NUMPY"):
        raise ArchiveError("a NumPy array; open it with numpy.load")
    if head.startswith(b"\x89HDF"):
        raise ArchiveError("an HDF5 file, not a file of PyTorch; Keras and h5py write those")
    if head.startswith((b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd")):
        raise ArchiveError("a compressed file; decompress it first")
    if head.startswith(b"\x08") and b"onnx" in head[:512].lower():
        raise ArchiveError("an ONNX model, not a file of PyTorch; run it with onnxruntime")
    if head.startswith(b"GGUF"):
        raise ArchiveError("a GGUF model, not a file of PyTorch; llama.cpp runs those")

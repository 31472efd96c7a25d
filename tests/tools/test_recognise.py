"""What `rushlight info` says about files that are no TorchScript archive."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import numpy as np
import pytest

from rushlight.tools.recognise import require_archive


def zip_file(*names: str) -> bytes:
    """A zip archive with these records, each holding one byte."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, b"1")
    return buffer.getvalue()


def npz_file() -> bytes:
    """What numpy.savez writes."""
    buffer = io.BytesIO()
    np.savez(buffer, x=np.zeros(3))
    return buffer.getvalue()


def npy_file() -> bytes:
    """What numpy.save writes."""
    buffer = io.BytesIO()
    np.save(buffer, np.zeros(3))
    return buffer.getvalue()


CASES = [
    ("empty", b"", "an empty file"),
    ("html", b"\n<!DOCTYPE html><html><body>404</body></html>", "web page"),
    ("lfs", b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n", "Git LFS pointer"),
    ("legacy", bytes.fromhex("80028a0a6cfc9c46f9206aa850192e") + b"\x80\x02M\xe9\x03.", "before PyTorch 1.6"),
    ("pickle", b"\x80\x04\x95\x00", "a Python pickle"),
    ("gzip", b"\x1f\x8b\x08\x00", "gzip"),
    ("tar", b"sys_info".ljust(257, b"\x00") + b"ustar\x0000", "a tar archive"),
    ("safetensors", (64).to_bytes(8, "little") + b'{"x":{"dtype":"F32"}}', "safetensors"),
    ("flatbuffer", b"\x18\x00\x00\x00PTMF\x00\x00", "flatbuffer"),
    ("hdf5", b"\x89HDF\r\n\x1a\n", "HDF5"),
    ("text", b"hello, world\n", "a text file"),
    ("cut text", "ö".encode() * 300, "a text file"),
    ("noise", bytes(range(255, 0, -1)), "no format known here"),
    ("npy", npy_file(), "NumPy array (.npy)"),
    ("npz", npz_file(), "numpy archive (.npz)"),
    ("flat zip", zip_file("one.txt", "two.txt"), "a zip archive without the folders"),
]


@pytest.mark.parametrize("content, words", [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_other_files(content: bytes, words: str, tmp_path: Path) -> None:
    """Each kind of file is called by its name."""
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=re.escape(words)):
        require_archive(path)


def test_archives_are_let_through(root: Path) -> None:
    """An archive of torch.jit.save is nothing else."""
    require_archive(root / "tools" / "digits.pt")

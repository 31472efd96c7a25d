"""Archives of other projects: read, compiled and printed again, their code comes out as it went in."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pytest

import rushlight as rl
from rushlight.serialize.archive_code import print_code
from rushlight.serialize.archive_writer import save_to_buffer

MANGLED = re.compile(r"\.___torch_mangle_\d+")


def code_files(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as archive:
        return [MANGLED.sub("", archive.read(name).decode()) for name in archive.namelist() if name.endswith(".py")]


def test_code_comes_out_as_it_went_in(archives: Path) -> None:
    count = 0
    for path in sorted(archives.glob("*/*")):
        if path.suffix in (".json", ".npz", ".py", ".md") or not zipfile.is_zipfile(path):
            continue
        if not any(name.endswith("/data.pkl") for name in zipfile.ZipFile(path).namelist()):
            # the sources of archives with a model.json are no classes
            continue
        module = rl.jit.load(path, map_location="cpu")
        texts = [MANGLED.sub("", text) for text in print_code(module._c).texts().values()]
        assert sorted(texts) == sorted(code_files(path)), path
        count += 1
    assert count >= 10


NAMES = ["attributes", "function", "gelu", "methods", "traced"]


@pytest.mark.parametrize("name", NAMES)
def test_what_was_saved_again_is_saved_the_same(golden: Path, name: str) -> None:
    first = save_to_buffer(rl.jit.load(golden / "archives" / f"{name}.pt")._c)
    assert save_to_buffer(rl.jit.load(io.BytesIO(first))._c) == first


@pytest.mark.parametrize("name", NAMES)
def test_golden_code_comes_out_as_it_went_in(golden: Path, name: str) -> None:
    path = golden / "archives" / f"{name}.pt"
    texts = print_code(rl.jit.load(path)._c).texts()
    assert sorted(MANGLED.sub("", text) for text in texts.values()) == sorted(code_files(path))

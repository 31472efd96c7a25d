"""Keys of stored kernels follow the sources that make them, and no others."""
from __future__ import annotations

from pathlib import Path

import pytest

from rushlight.runtime.kernels import sources
from rushlight.runtime.kernels.sources import digest_sources

FOLDER = Path(sources.__file__).parent


def reached(monkeypatch: pytest.MonkeyPatch, module: str) -> set[str]:
    """The files that the digest of `module` reads."""
    seen: set[str] = set()
    read = sources._read

    def note(name: str) -> bytes:
        seen.add(name.rpartition(".")[2])
        return read(name)

    monkeypatch.setattr(sources, "_read", note)
    digest_sources.__wrapped__(module)
    return seen


def test_digest_reads_what_a_maker_imports_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    matrix = reached(monkeypatch, "rushlight.runtime.kernels.matrix_gemm")
    assert {"matrix_gemm", "tile", "emitter", "llvm_text", "engine"} <= matrix
    assert not matrix & {"convolution", "pooling", "mathematics_gamma", "lowering"}
    lowering = reached(monkeypatch, "rushlight.runtime.kernels.lowering")
    assert {"primitives", "mathematics", "mathematics_gamma", "polynomials"} <= lowering


def test_digest_follows_the_source(monkeypatch: pytest.MonkeyPatch) -> None:
    before = digest_sources.__wrapped__("rushlight.runtime.kernels.matrix_gemm")
    read = sources._read
    monkeypatch.setattr(sources, "_read", lambda name: read(name) + (b"#" if name.endswith(".tile") else b""))
    assert digest_sources.__wrapped__("rushlight.runtime.kernels.matrix_gemm") != before
    pooling = digest_sources.__wrapped__("rushlight.runtime.kernels.pooling")
    monkeypatch.undo()
    assert digest_sources.__wrapped__("rushlight.runtime.kernels.pooling") == pooling


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda path: path.stem)
def test_every_import_of_this_folder_is_seen(path: Path) -> None:
    lines = [line for line in path.read_text().splitlines() if line.startswith("from .") and not line.startswith("from ..")]
    found = sources._imports(f"rushlight.runtime.kernels.{path.stem}", path.read_text())
    assert len(found) >= len(lines)

"""Keys of stored kernels follow the sources that make them, and no others."""
from __future__ import annotations

from pathlib import Path

import pytest

from rushlight.runtime.dtype import float32
from rushlight.runtime.kernels.loops.pointwise import CONTIGUOUS, Step, fused_recipe, identity
from rushlight.runtime.kernels.running import sources
from rushlight.runtime.kernels.running.sources import digest_sources

FOLDER = Path(sources.__file__).parents[1]


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
    matrix = reached(monkeypatch, "rushlight.runtime.kernels.matrix.gemm")
    assert {"gemm", "tile", "emitter", "llvm_text", "engine"} <= matrix
    assert not matrix & {"convolution", "pooling", "gamma", "lowering"}
    lowering = reached(monkeypatch, "rushlight.runtime.kernels.compiling.lowering")
    assert {"primitives", "exponential", "gamma", "polynomials"} <= lowering


def test_pointwise_kernels_follow_their_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    recipe = fused_recipe((float32,), (Step(identity, (0,), float32, (float32,)),), (1,), 0, (CONTIGUOUS, CONTIGUOUS))
    assert {"pointwise", "pointwise_loop", "pointwise_steps"} <= reached(monkeypatch, recipe.maker)


def test_digest_follows_the_source(monkeypatch: pytest.MonkeyPatch) -> None:
    before = digest_sources.__wrapped__("rushlight.runtime.kernels.matrix.gemm")
    read = sources._read
    monkeypatch.setattr(sources, "_read", lambda name: read(name) + (b"#" if name.endswith(".tile") else b""))
    assert digest_sources.__wrapped__("rushlight.runtime.kernels.matrix.gemm") != before
    pooling = digest_sources.__wrapped__("rushlight.runtime.kernels.layers.pooling")
    monkeypatch.undo()
    assert digest_sources.__wrapped__("rushlight.runtime.kernels.layers.pooling") == pooling


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*/*.py")), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_every_import_within_the_kernels_is_seen(path: Path) -> None:
    lines = [line for line in path.read_text().splitlines() if line.startswith("from .") and not line.startswith("from ...")]
    found = sources._imports(f"rushlight.runtime.kernels.{path.parent.name}.{path.stem}", path.read_text())
    assert len(found) >= len(lines)

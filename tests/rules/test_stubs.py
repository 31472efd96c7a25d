"""The stubs in tests/typing are what tests/typing/make.py writes."""

from __future__ import annotations

import runpy
from pathlib import Path


def test_stubs_are_current(root: Path) -> None:
    """Each stub stands on disk with the right text, and no other does; `python tests/typing/make.py` mends it."""
    folder = root / "tests" / "typing"
    wanted = runpy.run_path(str(folder / "make.py"))["stubs"]()
    there = {path.relative_to(folder): path.read_text() for path in folder.rglob("*.pyi")}
    assert there == wanted, "run: python tests/typing/make.py"

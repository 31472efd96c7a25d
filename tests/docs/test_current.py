"""The generated pages of docs/ say what the operator table says."""
from __future__ import annotations

import importlib.util
from pathlib import Path


def test_pages_are_current() -> None:
    """Run `python tests/docs/make.py` where this fails."""
    spec = importlib.util.spec_from_file_location("make_docs", Path(__file__).resolve().parent / "make.py")
    assert spec is not None and spec.loader is not None
    make = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make)
    stale = [path.name for path, text in make.pages().items() if not path.exists() or path.read_text() != text]
    assert not stale, f"{stale}: run python tests/docs/make.py"

"""The golden outcomes of operators on Python values are PyTorch's."""

from __future__ import annotations

import json
import runpy
import sys
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")


def test_golden_outcomes_are_pytorchs(golden: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(golden))
    operator = runpy.run_path(str(golden / "make_builtins.py"))["operator"]
    builtin_cases = sys.modules["builtin_cases"]
    expected = json.loads((golden / "builtins.json").read_text())
    for key, types in builtin_cases.rows():
        arguments = builtin_cases.cases(key, types)
        if arguments:
            assert expected[key] == [builtin_cases.outcome(operator(key), case) for case in arguments], key

"""The golden answers are still PyTorch's."""
from __future__ import annotations

import json
import runpy
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
PROGRAM = runpy.run_path(str(GOLDEN / "expressions.py"))
# what PyTorch draws here depends on the processor: Intel's come from MKL, and normals follow the vector instructions
MACHINE_DEPENDENT = {"random"}


@pytest.mark.parametrize("group", sorted(set(PROGRAM["GROUPS"]) - MACHINE_DEPENDENT))
def test_golden_answers(group: str) -> None:
    want = json.loads((GOLDEN / "expressions" / f"{group}.json").read_text())
    assert {expression: PROGRAM["answer"](expression, torch) for expression in want} == want

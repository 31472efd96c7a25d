"""Views, joining, indexing, creation, random numbers and printing: every expression answers what PyTorch answered."""
from __future__ import annotations

import json
import runpy
from pathlib import Path

import pytest

import rushlight as rl

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
PROGRAM = runpy.run_path(str(GOLDEN / "expressions.py"))
CASES = [
    (group, expression, expression in loose) for group, (expressions, loose) in PROGRAM["GROUPS"].items() for expression in expressions
]
EXPECTED = {group: json.loads((GOLDEN / "expressions" / f"{group}.json").read_text()) for group in PROGRAM["GROUPS"]}


@pytest.mark.parametrize(("group", "expression", "loose"), CASES, ids=[f"{group}:{expression}" for group, expression, _ in CASES])
def test_answer(group: str, expression: str, loose: bool) -> None:
    """The value's text is PyTorch's, strides included; an error has PyTorch's type, and its text unless marked."""
    got, want = PROGRAM["answer"](expression, rl), EXPECTED[group][expression]
    if loose:
        got, want = got.partition(":")[0], want.partition(":")[0]
    assert got == want


def test_every_expression_has_an_answer() -> None:
    """The golden files were made from the expressions as they are."""
    assert {group: list(answers) for group, answers in EXPECTED.items()} == {
        group: list(dict.fromkeys(expressions)) for group, (expressions, _) in PROGRAM["GROUPS"].items()
    }

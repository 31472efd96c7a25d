"""Small programs over modules return what they return with PyTorch: values, names, printed forms and error texts."""

from __future__ import annotations

import json
import runpy
import warnings
from pathlib import Path

import pytest

import rushlight as rl

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
PROGRAMS = runpy.run_path(str(GOLDEN / "nn_behaviours.py"))
EXPECTED = json.loads((GOLDEN / "nn" / "behaviours.json").read_text())


@pytest.mark.parametrize("name", sorted(PROGRAMS["ALL"]))
def test_behaviour(name: str) -> None:
    """The text of the result is PyTorch's; class names differ by their module alone."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        outcome = str(PROGRAMS["attempt"](PROGRAMS["ALL"][name], rl))
    assert outcome.replace("rushlight.runtime.nn", "torch.nn") == EXPECTED[name]


def test_every_program_has_an_outcome() -> None:
    """The golden file was made from the programs as they are."""
    assert sorted(EXPECTED) == sorted(PROGRAMS["ALL"])

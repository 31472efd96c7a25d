"""The golden file of results is what PyTorch gives, and the graphs of the same programs print alike, names and comments included."""

from __future__ import annotations

import json
import re
import runpy
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import rushlight as rl

torch = pytest.importorskip("torch")

# Its loop variable is n.15 here and n.17 there.
OTHER_SUFFIX = {"while_with_continue"}


def renumbered(graph: Any) -> str:
    """A graph's text with the values that have no name numbered in order."""
    numbers: dict[str, str] = {}
    return re.sub(r"%(\d+)\b", lambda found: numbers.setdefault(found[1], f"%{len(numbers)}"), str(graph))


def test_golden_results_are_pytorchs(graph_text: ModuleType, golden: Path) -> None:
    outcome = runpy.run_path(str(golden / "outcomes.py"))["outcome"]
    program = graph_text.load_program("running", torch)
    found = {f.__name__: [outcome(torch.jit.script(f), arguments) for arguments in cases] for f, cases in program.CASES.items()}
    assert json.loads((golden / "running.json").read_text()) == found


def test_graphs_print_like_pytorchs(graph_text: ModuleType) -> None:
    ours, theirs = (graph_text.load_program("running", library) for library in (rl, torch))
    for function in ours.CASES:
        name = function.__name__
        text = renumbered(rl.jit.script(function).graph)
        wanted = renumbered(torch.jit.script(getattr(theirs, name)).graph)
        if name in OTHER_SUFFIX:
            text, wanted = (re.sub(r"(%\w+)\.\d+", r"\1", graph) for graph in (text, wanted))
        assert text == wanted, name

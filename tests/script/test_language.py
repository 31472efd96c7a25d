"""The differential suite: programs against what PyTorch made of them, which golden files hold, and against eager Python.

For each program of tests/script/language: the same decision whether it compiles, the same schema, the same nodes in the same order,
the same results. What differs is in language/differences.py with its cause, and that list can only shrink.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import rushlight as rl

PROGRAMS = Path(__file__).parent / "language"
FILES = sorted(path.stem for path in PROGRAMS.glob("*.py") if path.stem != "differences")


def _imported(name: str, path: Path) -> ModuleType:
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None and spec.loader is not None
        module = sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    return sys.modules[name]


@pytest.fixture(scope="session")
def differences() -> ModuleType:
    return _imported("differences", PROGRAMS / "differences.py")


def compared(language: ModuleType, got: Any, expected: Any) -> dict[str, bool]:
    """Where two records of a program differ: True for each of decision, result, schema, nodes and text."""
    if got.accepted != expected.accepted:
        return {"DECISIONS": True}
    pairs = [*zip(got.outcomes, expected.outcomes, strict=True), *zip(got.eager, expected.eager, strict=True)]
    return {
        "DECISIONS": False,
        "RESULTS": not all(language.same(mine, theirs) for mine, theirs in pairs),
        "SCHEMAS": got.schema != expected.schema,
        "NODES": got.kinds != expected.kinds,
        "TEXTS": got.kinds == expected.kinds and got.graph != expected.graph,
    }


@pytest.mark.parametrize("name", FILES)
def test_programs_are_pytorchs(name: str, language: ModuleType, differences: ModuleType) -> None:
    expected = language.read(language.GOLDEN / f"{name}.test")
    programs = language.load(name, rl)
    assert [program.name for program in programs] == list(expected)
    wrong: list[str] = []
    for program in programs:
        title = f"{name}/{program.name}"
        got = language.record(program, rl)
        if not got.accepted and not got.error.startswith(("RuntimeError", "TypeError")) and title not in differences.WAITING:
            wrong.append(f"{title}: not an error of the compiler: {got.error}")
        found = compared(language, got, expected[program.name])
        if title in differences.WAITING:
            continue
        for kind, differs in found.items():
            if differs != (title in getattr(differences, kind)):
                word = f"differs now: {got.error or got.graph}" if differs else "is as PyTorch has it now; take it off the list"
                wrong.append(f"{title}: {kind}: {word}")
    assert not wrong, "\n".join(wrong)


def test_most_graphs_are_pytorchs(language: ModuleType, differences: ModuleType) -> None:
    """At least 600 programs, and no more than one graph in four may have other nodes."""
    titles = {f"{name}/{title}" for name in FILES for title in language.read(language.GOLDEN / f"{name}.test")}
    named = {title for kind in ("DECISIONS", "RESULTS", "SCHEMAS", "NODES", "TEXTS") for title in getattr(differences, kind)}
    assert named | differences.WAITING <= titles
    assert len(titles) >= 600
    different = {*differences.NODES, *differences.DECISIONS, *differences.WAITING}
    assert len(different) <= len(titles) / 4

"""Frozen graphs against those that PyTorch freezes."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest

import rushlight as rl

torch = pytest.importorskip("torch")


def kinds(language: ModuleType, module: Any) -> list[str]:
    """The operators in order; constants are hoisted differently."""
    return [kind for kind in language.kinds(str(module.graph)) if kind != "prim::Constant"]


@pytest.mark.filterwarnings("ignore")
def test_frozen_graphs_are_pytorchs(language: ModuleType) -> None:
    """At least four in five of the modules that both freeze have the same operators in the same order."""
    same: list[str] = []
    different: list[str] = []
    for name in ("modules", "module_containers", "module_members", "everyday_models"):
        twins = {program.name: program for program in language.load(name, torch)}
        for program in language.load(name, rl):
            try:
                mine, theirs = program.make(), twins[program.name].make()
                if not isinstance(mine, rl.nn.Module):
                    continue
                judge = torch.jit.freeze(torch.jit.script(theirs.eval()))
                found = rl.jit.freeze(rl.jit.script(mine.eval()))
                found.graph, judge.graph
            except (RuntimeError, AttributeError, NameError, TypeError, torch.jit.frontend.FrontendError):
                continue
            (same if kinds(language, found) == kinds(language, judge) else different).append(program.name)
    assert len(same) >= 40
    assert len(same) >= 4 * len(different), different

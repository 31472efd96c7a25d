"""The passes of the preparation: their graphs against those of PyTorch's passes, which a golden file holds, and their results."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import rushlight as rl
from rushlight.script.interpreter import compile_graph
from rushlight.script.ir import Graph
from rushlight.script.passes.common_subexpressions import eliminate_common_subexpressions
from rushlight.script.passes.constant_pooling import pool_constants
from rushlight.script.passes.constant_propagation import propagate_constants
from rushlight.script.passes.dead_code import eliminate_dead_code
from rushlight.script.passes.peephole_lists import simplify_lists
from rushlight.script.passes.peephole_numbers import simplify_numbers
from rushlight.script.passes.pipeline import prepare
from rushlight.script.passes.unrolling import unroll_loops
from rushlight.script.verifier import verify

PASSES: dict[str, tuple[Callable[[Graph], bool], ...]] = {
    "peephole": (simplify_numbers,),
    "lists": (simplify_lists,),
    "common_subexpressions": (eliminate_common_subexpressions,),
    "unrolling": (unroll_loops, propagate_constants, eliminate_dead_code),
}


@pytest.fixture(scope="module")
def programs(graph_text: ModuleType) -> ModuleType:
    return graph_text.load_program("passes", rl)


def test_graphs_are_those_of_pytorch(programs: ModuleType, graph_text: ModuleType, golden: Path) -> None:
    expected = graph_text.read_sections(golden / "graphs" / "passes.test")
    found = {}
    for name, functions in programs.PASSES.items():
        for function in functions:
            graph = rl.jit.script(getattr(programs, function)).graph.copy()
            for rewrite in (*PASSES[name], pool_constants, eliminate_dead_code):
                rewrite(graph)
                verify(graph)
            found[f"{name}.{function}"] = graph_text.normal(graph)
    assert found == expected


def values(result: Any) -> Any:
    """A result as something that compares by bits."""
    if isinstance(result, rl.Tensor):
        return result.dtype, result.numpy().tobytes()
    return [values(item) for item in result] if isinstance(result, tuple | list) else repr(result)


def test_results_stay_the_same(programs: ModuleType) -> None:
    for name, cases in programs.cases().items():
        graph = rl.jit.script(getattr(programs, name)).graph
        plain, prepared = compile_graph(graph), compile_graph(prepare(graph))
        for case in cases:
            assert values(prepared(*copy.deepcopy(case))) == values(plain(*copy.deepcopy(case))), name


def test_results_returned_twice_stay_two_tensors(programs: ModuleType) -> None:
    first, second = rl.jit.script(programs.returned_twice)(rl.ones(2))
    first.add_(1)
    assert second.tolist() == [2.0, 2.0]


def test_attributes_are_read_again_after_calls() -> None:
    class Counting(rl.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.count = 0

        def step(self) -> None:
            self.count += 1

        def forward(self):  # noqa: ANN202 - the program
            before = self.count
            self.step()
            return before, self.count

    assert rl.jit.script(Counting())() == (0, 1)


def test_the_number_of_dims_needs_no_sizes() -> None:
    @rl.jit.script
    def dims(x):  # noqa: ANN001, ANN202 - the program
        return len(x.shape) + len(x.size())

    kinds = [node.kind for node in prepare(dims.graph).walk()]
    assert "aten::size" not in kinds and kinds.count("aten::dim") == 1
    assert dims(rl.ones(2, 3)) == 4


def test_graphs_without_anything_to_gain_are_run_as_they_are() -> None:
    graph = rl.jit.script(rl.nn.Linear(2, 3)).graph
    assert prepare(graph) is graph


def test_random_numbers_are_drawn_as_often(programs: ModuleType) -> None:
    rl.manual_seed(0)
    scripted = rl.jit.script(programs.random_numbers)(rl.zeros(4))
    rl.manual_seed(0)
    assert np.array_equal(scripted.numpy(), programs.random_numbers(rl.zeros(4)).numpy())
    assert np.any(scripted.numpy())

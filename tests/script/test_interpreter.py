"""The interpreter: what programs return and raise is what PyTorch's do, which a golden file holds."""

from __future__ import annotations

import dis
import json
import linecache
import runpy
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import rushlight as rl
from rushlight.runtime.typesystem import INT, TENSOR
from rushlight.script.code_generator import UnsupportedOperators
from rushlight.script.interpreter import compile_graph
from rushlight.script.ir import Graph

Outcome = Callable[[Callable[..., Any], Sequence[Any]], str]


@pytest.fixture(scope="module")
def program(graph_text: ModuleType) -> ModuleType:
    return graph_text.load_program("running", rl)


@pytest.fixture(scope="module")
def outcome(golden: Path) -> Outcome:
    return runpy.run_path(str(golden / "outcomes.py"))["outcome"]


@pytest.fixture(scope="module")
def expected(golden: Path) -> dict[str, list[str]]:
    return json.loads((golden / "running.json").read_text())


def test_every_program_gives_what_pytorch_gives(program: ModuleType, expected: dict[str, list[str]], outcome: Outcome) -> None:
    assert {function.__name__ for function in program.CASES} == set(expected)
    wrong: list[str] = []
    for function, cases in program.CASES.items():
        scripted = rl.jit.script(function)
        for arguments, wanted in zip(cases, expected[function.__name__], strict=True):
            found = outcome(scripted, arguments)
            if found != wanted:
                wrong.append(f"{function.__name__}{arguments}: {found}, PyTorch {wanted}")
    assert wrong == []


def test_raise_is_an_error_with_the_place(program: ModuleType) -> None:
    with pytest.raises(rl.jit.Error) as caught:
        rl.jit.script(program.raise_in_else)(-1)
    assert not isinstance(caught.value, RuntimeError)
    text = str(caught.value)
    assert text.startswith(
        "The following operation failed in the TorchScript interpreter.\nTraceback of TorchScript (most recent call last):\n"
        f'  File "{program.__file__}", line '
    )
    marked = '        raise ValueError(f"not positive: {x}")\n        ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ <--- HERE\n'
    assert marked in text
    assert text.endswith("builtins.ValueError: not positive: -1\n")


def test_failing_operator_is_a_runtime_error_with_all_frames(program: ModuleType) -> None:
    with pytest.raises(RuntimeError) as caught:
        rl.jit.script(program.index_through_call)([1], 4)
    text = str(caught.value)
    first, second = text.index("in index_through_call\n"), text.index("in index_of\n")
    assert first < second
    assert "    return values[place]\n           ~~~~~~~~~~~~~ <--- HERE\n" in text
    assert text.endswith("RuntimeError: list index out of range\n")
    assert type(caught.value.__cause__) is IndexError


def test_deep_nesting_still_says_where(program: ModuleType) -> None:
    with pytest.raises(RuntimeError, match="division by 0") as caught:
        rl.jit.script(program.deep_division)(1, 0)
    assert str(caught.value).count('File "') == 1
    assert "a // b\n" in str(caught.value)


def test_results_are_forgotten_after_their_last_use() -> None:
    graph = Graph()
    x = graph.add_input("x", TENSOR)
    for _ in range(3):
        x = graph.emit("aten::relu", [x], TENSOR)
    graph.add_output(x)
    run = compile_graph(graph, "chain")
    names = run.raw.__code__.co_names, run.raw.__code__.co_varnames  # pyright: ignore
    assert len(names[1]) == 4
    deleted = [i.argval for i in dis.get_instructions(run.raw) if i.opname == "DELETE_FAST"]  # pyright: ignore
    assert deleted == ["v1", "v2"]
    assert run(rl.tensor([-1.0, 2.0])).tolist() == [0.0, 2.0]  # pyright: ignore


def test_unsupported_operators_are_listed_together() -> None:
    graph = Graph()
    x = graph.add_input("x", TENSOR)
    y = graph.emit("aten::nothing_like_this", [x], TENSOR)
    graph.add_output(graph.emit("ours::neither", [y], TENSOR))
    with pytest.raises(UnsupportedOperators, match="unsupported operators: aten::nothing_like_this, ours::neither"):
        compile_graph(graph)


def test_a_node_with_the_wrong_number_of_inputs_is_refused() -> None:
    graph = Graph()
    graph.add_output(graph.emit("aten::add.int", [graph.add_input("x", INT)], INT))
    with pytest.raises(ValueError, match="takes 2 arguments but its node has 1"):
        compile_graph(graph)


def test_names_of_the_program_reach_no_source() -> None:
    graph = Graph()
    x = graph.add_input("x); import os; (", INT)
    graph.add_output(graph.emit("aten::add.str", [graph.constant("'''evil"), graph.constant("evil")], INT))
    run = compile_graph(graph, "f")
    source = "".join(linecache.getlines(run.raw.__code__.co_filename))  # pyright: ignore
    assert "evil" not in source and "import" not in source
    assert x.name not in source
    assert run(1) == "'''evilevil"

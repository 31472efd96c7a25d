"""The intermediate representation: uses, names, printing and reading back, the verifier, and each pass by a picture of before and after."""

from __future__ import annotations

import re
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

import rushlight as rl
from rushlight.runtime.typesystem import BOOL, INT, STR, TENSOR, Type
from rushlight.script.ir import Graph, Node
from rushlight.script.ir_parser import parse_graph
from rushlight.script.passes import pipeline
from rushlight.script.passes.constant_pooling import pool_constants
from rushlight.script.passes.constant_propagation import propagate_constants
from rushlight.script.passes.dead_code import eliminate_dead_code
from rushlight.script.passes.exits import merge_consecutive_ifs
from rushlight.script.passes.loops import canonicalize_modified_loops
from rushlight.script.passes.outputs import canonicalize_outputs
from rushlight.script.passes.tuples import lower_simple_tuples
from rushlight.script.verifier import InvalidGraph, verify

PROGRAMS = ("running", "control_flow", "containers", "tensors", "classes")


def normal(text: str) -> str:
    """A graph's text without comments, values numbered in order."""
    numbers: dict[str, str] = {}
    plain = re.sub(r" # \S+:\d+:\d+$", "", text.strip(), flags=re.M)
    return re.sub(r"%(\d+)\b", lambda found: numbers.setdefault(found[1], f"%{len(numbers)}"), plain)


def functions(name: str, program: ModuleType) -> list[Callable[..., Any]]:
    return list(program.CASES) if name == "running" else [getattr(program, key) for key in program.cases()]


def classes_in(graph: Graph) -> dict[str, Type]:
    found: dict[str, Type] = {}

    def visit(type_: Type) -> None:
        name = getattr(type_, "qualified_name", None)
        if name is not None:
            found[name] = type_
        for inner in type_.contained:
            visit(inner)

    for node in graph.walk():
        for value in (*node.inputs, *node.outputs):
            visit(value.type)
    return found


def small() -> tuple[Graph, Node]:
    graph = Graph()
    x = graph.add_input("x", TENSOR)
    y = graph.emit("aten::relu", [x], TENSOR)
    graph.add_output(y)
    return graph, y.node


def test_uses_follow_every_change() -> None:
    graph, relu = small()
    (x,) = graph.inputs
    assert [(use.node, use.index) for use in x.uses] == [(relu, 0)]
    other = graph.emit("aten::neg", [x], TENSOR)
    relu.output.replace_all_uses_with(other)
    assert graph.outputs[0] is other and not relu.output.has_uses
    relu.destroy()
    assert [use.node.kind for use in x.uses] == ["aten::neg"]
    verify(graph)


def test_a_value_in_use_cannot_be_removed() -> None:
    _, relu = small()
    with pytest.raises(ValueError, match=r"aten::relu: cannot remove %1 : Tensor, which is read by prim::Return; replace its uses first"):
        relu.destroy()


def test_values_of_another_graph_are_refused() -> None:
    graph, _ = small()
    with pytest.raises(ValueError, match="belongs to another graph"):
        Graph().create("aten::neg", [graph.inputs[0]], TENSOR)


def test_the_newest_value_keeps_a_name() -> None:
    graph, relu = small()
    (x,) = graph.inputs
    relu.output.name = "x"
    assert (x.name, relu.output.name) == ("x.1", "x")
    third = graph.emit("aten::neg", [x], TENSOR)
    third.name = "x"
    assert (x.name, relu.output.name, third.name) == ("x.1", "x.3", "x")
    third.name = ""
    assert third.name == str(third.unique)
    with pytest.raises(ValueError, match="numbers name the values that have no name"):
        third.name = "7"


def test_order_of_nodes() -> None:
    graph, relu = small()
    choice = graph.insert(graph.create("prim::If", [graph.constant(True)]))
    inner = choice.add_block().append(graph.create("aten::neg", [relu.output], TENSOR))
    choice.add_block()
    assert relu.is_before(choice) and relu.is_before(inner) and not inner.is_before(relu)
    relu.move_after(choice)
    assert inner.is_before(relu)
    with pytest.raises(InvalidGraph, match="aten::neg: reads %1 before it is defined"):
        verify(graph)


@pytest.mark.parametrize("name", PROGRAMS)
def test_printed_graphs_read_back(name: str, graph_text: ModuleType) -> None:
    for function in functions(name, graph_text.load_program(name, rl)):
        graph = rl.jit.script(function).graph
        again = parse_graph(str(graph), classes_in(graph).get)
        verify(again)
        assert normal(str(again)) == normal(str(graph))
        assert [node.key for node in again.walk()] == [node.key for node in graph.walk()]


@pytest.mark.parametrize("name", PROGRAMS)
def test_every_pass_keeps_graphs_valid(name: str, graph_text: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    def checked(rewrite: Callable[[Graph], bool]) -> Callable[[Graph], bool]:
        def run(graph: Graph) -> bool:
            changed = rewrite(graph)
            verify(graph)
            return changed

        return run

    monkeypatch.setattr(pipeline, "FROM_SOURCE", tuple(map(checked, pipeline.FROM_SOURCE)))
    monkeypatch.setattr(pipeline, "CLEANUP", tuple(map(checked, pipeline.CLEANUP)))
    for function in functions(name, graph_text.load_program(name, rl)):
        graph = rl.jit.script(function).graph
        before = str(graph)
        pipeline.clean_up(graph)
        # Hoisting turns the order of the constants around; nothing else changes.
        assert sorted(str(graph).splitlines()) == sorted(before.splitlines())
        assert normal(str(graph.copy())) == normal(str(graph))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "line 0: the text ends too early"),
        ("graph(%x : int):\n  return (%y)", "line 2: %y is not defined"),
        ("graph(%x : int):\n  %x : int = prim::Constant[value=1]()\n  return (%x)", "line 2: %x is defined twice"),
        ("graph(%x : wrong.Type):\n  return (%x)", "unknown type name 'wrong.Type'"),
        ("graph(%x : int):\n  nonsense\n  return (%x)", "line 2: cannot read 'nonsense'"),
        ("graph(%x : int):\n  %y : int = prim::Constant[value=1x]()\n  return (%x)", "cannot read the constant '1x'"),
    ],
)
def test_bad_text_is_refused(text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=re.escape(problem)):
        parse_graph(text)


PICTURES: list[tuple[Callable[[Graph], object], str, str]] = [
    (
        eliminate_dead_code,
        """
graph(%x : Tensor, %l : int[], %c : bool):
  %1 : int = prim::Constant[value=1]()
  %2 : Tensor = aten::add(%x, %x, %1)
  %3 : int[] = aten::append(%l, %1)
  %4 : Tensor, %5 : Tensor = prim::If(%c)
    block0():
      %6 : Tensor = aten::neg(%x)
      -> (%x, %6)
    block1():
      -> (%x, %x)
  return (%4)""",
        """
graph(%x : Tensor,
      %l : int[],
      %c : bool):
  %0 : int = prim::Constant[value=1]()
  %1 : int[] = aten::append(%l, %0)
  %2 : Tensor = prim::If(%c)
    block0():
      -> (%x)
    block1():
      -> (%x)
  return (%2)""",
    ),
    (
        propagate_constants,
        """
graph(%x : int):
  %1 : int = prim::Constant[value=2]()
  %2 : int = aten::mul(%1, %1)
  %3 : bool = aten::gt(%2, %1)
  %4 : int = prim::If(%3)
    block0():
      %5 : int = aten::add(%x, %2)
      -> (%5)
    block1():
      -> (%x)
  %6 : (int, int) = prim::TupleConstruct(%2, %1)
  %7 : (int, (int, int)) = prim::TupleConstruct(%4, %6)
  return (%7)""",
        """
graph(%x : int):
  %0 : int = prim::Constant[value=4]()
  %1 : int = aten::add(%x, %0)
  %2 : (int, int) = prim::Constant[value=(4, 2)]()
  %3 : (int, (int, int)) = prim::TupleConstruct(%1, %2)
  return (%3)""",
    ),
    (
        propagate_constants,
        """
graph(%x : int, %n : int):
  %t : bool = prim::Constant[value=1]()
  %0 : int = prim::Constant[value=0]()
  %a : int, %b : int = prim::Loop(%n, %t, %x, %x)
    block0(%i : int, %c : int, %d : int):
      %e : int = aten::add(%c, %d)
      -> (%t, %e, %d)
  %f : int = prim::Loop(%0, %t, %a)
    block0(%g : int, %h : int):
      -> (%t, %g)
  %r : (int, int) = prim::TupleConstruct(%f, %b)
  return (%r)""",
        """
graph(%x : int,
      %n : int):
  %t : bool = prim::Constant[value=1]()
  %a : int = prim::Loop(%n, %t, %x)
    block0(%i : int, %c : int):
      %e : int = aten::add(%c, %x)
      -> (%t, %e)
  %r : (int, int) = prim::TupleConstruct(%a, %x)
  return (%r)""",
    ),
    (
        pool_constants,
        """
graph(%x : Tensor):
  %1 : Tensor = aten::neg(%x)
  %2 : int = prim::Constant[value=1]()
  %3 : float = prim::Constant[value=1.]()
  %4 : int = prim::Constant[value=1]()
  %5 : Tensor = aten::add(%1, %x, %2)
  %6 : Tensor = aten::add(%5, %3, %4)
  return (%6)""",
        """
graph(%x : Tensor):
  %0 : float = prim::Constant[value=1.]()
  %1 : int = prim::Constant[value=1]()
  %2 : Tensor = aten::neg(%x)
  %3 : Tensor = aten::add(%2, %x, %1)
  %4 : Tensor = aten::add(%3, %0, %1)
  return (%4)""",
    ),
    (
        lower_simple_tuples,
        """
graph(%a : int, %b : int):
  %1 : int = prim::Constant[value=-1]()
  %t : (int, int) = prim::TupleConstruct(%a, %b)
  %c : int, %d : int = prim::TupleUnpack(%t)
  %e : int = prim::TupleIndex(%t, %1)
  %f : int = aten::add(%d, %e)
  return (%f)""",
        """
graph(%a : int,
      %b : int):
  %f : int = aten::add(%b, %b)
  return (%f)""",
    ),
    (
        lambda graph: merge_consecutive_ifs(graph.block),
        """
graph(%c : bool, %x : int):
  %t : bool = prim::Constant[value=1]()
  %f : bool = prim::Constant[value=0]()
  %h : bool, %y : int = prim::If(%c)
    block0():
      -> (%t, %x)
    block1():
      -> (%f, %x)
  %z : int = prim::If(%h)
    block0():
      -> (%y)
    block1():
      %w : int = aten::neg(%y)
      -> (%w)
  return (%z)""",
        """
graph(%c : bool,
      %x : int):
  %t : bool = prim::Constant[value=1]()
  %f : bool = prim::Constant[value=0]()
  %h : bool, %y : int, %z : int = prim::If(%c)
    block0():
      -> (%t, %x, %x)
    block1():
      %w.1 : int = aten::neg(%x)
      -> (%f, %x, %w.1)
  return (%z)""",
    ),
    (
        canonicalize_modified_loops,
        """
graph(%n : int, %x : int):
  %t : bool = prim::Constant[value=1]()
  %y : int = prim::Loop(%n, %t, %x)
    block0(%i : int, %z : int):
      %w : int = aten::add(%z, %i)
      %go : bool = aten::lt(%w, %n)
      -> (%go, %w)
  return (%y)""",
        """
graph(%n : int,
      %x : int):
  %t : bool = prim::Constant[value=1]()
  %0 : int = prim::Constant[value=0]()
  %1 : int = prim::Constant[value=1]()
  %2 : bool = aten::gt(%n, %0)
  %3 : int = prim::Constant[value=9223372036854775807]()
  %y : int, %4 : int = prim::Loop(%3, %2, %x, %0)
    block0(%5 : int, %z : int, %6 : int):
      %w : int = aten::add(%z, %6)
      %go : bool = aten::lt(%w, %n)
      %7 : int = aten::add(%6, %1)
      %8 : bool = aten::lt(%7, %n)
      %9 : bool = aten::__and__(%8, %go)
      -> (%9, %w, %7)
  return (%y)""",
    ),
    (
        canonicalize_outputs,
        """
graph(%c : bool, %x : int, %y : int):
  %a : int, %b : int = prim::If(%c)
    block0():
      -> (%x, %y)
    block1():
      -> (%y, %x)
  %d : int = aten::neg(%b)
  %e : int = aten::add(%a, %d)
  return (%e)""",
        """
graph(%c : bool,
      %x : int,
      %y : int):
  %b : int, %a : int = prim::If(%c)
    block0():
      -> (%y, %x)
    block1():
      -> (%x, %y)
  %d : int = aten::neg(%b)
  %e : int = aten::add(%a, %d)
  return (%e)""",
    ),
]


@pytest.mark.parametrize(("rewrite", "before", "after"), PICTURES)
def test_pass_by_picture(rewrite: Callable[[Graph], object], before: str, after: str) -> None:
    graph = parse_graph(before)
    verify(graph)
    rewrite(graph)
    verify(graph)
    assert normal(str(graph)) == normal(after)


def test_constants_that_may_be_written_stay_apart() -> None:
    graph = Graph()
    first, second = graph.constant([1]), graph.constant([1])
    graph.insert(graph.create("aten::append.t", [first, graph.constant(2)], first.type))
    graph.add_output(second)
    pool_constants(graph)
    assert sum(node.is_constant and isinstance(node.value, list) for node in graph.nodes) == 2


@pytest.mark.parametrize(("text", "width"), [("x", 10**8), ("x" * 5000, 3)])
def test_texts_that_could_grow_are_left_for_the_run(text: str, width: int) -> None:
    graph = Graph()
    graph.add_output(graph.emit("aten::zfill", [graph.constant(text), graph.constant(width)], STR))
    assert not propagate_constants(graph)
    assert [node.kind for node in graph.nodes][-1] == "aten::zfill"


@pytest.mark.parametrize(
    ("break_it", "problem"),
    [
        (lambda graph, node: setattr(graph.inputs[0], "type", INT), "its only input must be a bool"),
        (lambda graph, node: node.add_block(), "must have 2 blocks but has 3"),
        (lambda graph, node: node.add_output(TENSOR), "has 0 block outputs, not 1"),
        (lambda graph, node: node.blocks[0].add_input(INT), "its blocks take no inputs"),
    ],
)
def test_verifier_names_what_is_wrong(break_it: Callable[[Graph, Node], object], problem: str) -> None:
    graph = Graph()
    node = graph.insert(graph.create("prim::If", [graph.add_input("c", BOOL)]))
    node.add_block()
    node.add_block()
    verify(graph)
    break_it(graph, node)
    with pytest.raises(InvalidGraph, match=f"prim::If: {problem}"):
        verify(graph)

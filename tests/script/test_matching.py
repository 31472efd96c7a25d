"""Which overload a call takes, and how its arguments are made to fit."""

from __future__ import annotations

from typing import Any

import pytest

from rushlight.runtime.schema import parse
from rushlight.runtime.type_text import parse_type
from rushlight.runtime.typesystem import INT, ListType
from rushlight.script.compiler import FunctionEmitter
from rushlight.script.function import Function
from rushlight.script.python_resolver import PythonResolver
from rushlight.script.recursive import SCOPE
from rushlight.script.source import ScriptError, Source
from rushlight.script.statements import parse_function
from rushlight.script.values import Operand

SPAN = Source("call here").span(0, 4)


@pytest.fixture
def emitter() -> FunctionEmitter:
    tree = parse_function(Source("def f():\n  pass\n"))
    return FunctionEmitter(Function("f"), PythonResolver({}, SCOPE.class_type, SCOPE.value), tree, {}, is_overload=False)


def operands(emitter: FunctionEmitter, *texts: str) -> list[Operand]:
    """Arguments as `type` or `name=type`; `[]` is an empty literal, `=5` the constant 5."""
    found: list[Operand] = []
    for text in texts:
        name, equals, kind = text.rpartition("=") if not text.startswith("=") else ("", "", text)
        if kind == "[]":
            value = emitter.insert("prim::EmptyListLiteral", [], parse_type("Tensor[]"))
        elif kind.startswith("="):
            value = emitter.constant(int(kind[1:]))
        else:
            value = emitter.graph.add_input("", parse_type(kind))
        found.append(Operand(value, SPAN, name if equals else ""))
    return found


def call(emitter: FunctionEmitter, schemas: list[str], *arguments: str) -> tuple[int, Any]:
    given = operands(emitter, *arguments)
    keywords = [operand for operand in given if operand.name]
    return emitter.match([parse(text) for text in schemas], SPAN, [operand for operand in given if not operand.name], keywords)


ADD = [
    "aten::add.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor",
    "aten::add.Scalar(Tensor self, Scalar other, Scalar alpha=1) -> Tensor",
    "aten::add.t(t[] a, t[] b) -> t[]",
    "aten::add.int(int a, int b) -> int",
    "aten::add.float(float a, float b) -> float",
    "aten::add.int_float(int a, float b) -> float",
]
SUM = ["aten::sum.dim_IntList(Tensor self, int[1]? dim, bool keepdim=False) -> Tensor", "aten::sum(Tensor self) -> Tensor"]
ZEROS = ["aten::zeros(int[] size, *, int? dtype=None) -> Tensor"]
POOL = ["aten::pool(Tensor self, int[2] kernel_size, int[2] stride=[], bool ceil_mode=False) -> Tensor"]
APPEND = ["aten::append.t(t[](a!) self, t(c -> *) el) -> t[](a!)"]


@pytest.mark.parametrize(
    "schemas, arguments, which, result",
    [
        (ADD, ["Tensor", "Tensor"], 0, "Tensor"),
        (ADD, ["Tensor", "int"], 1, "Tensor"),
        (ADD, ["Tensor", "Tensor", "alpha=int"], 0, "Tensor"),
        (ADD, ["input=Tensor", "other=float"], 1, "Tensor"),
        (ADD, ["int", "int"], 3, "int"),
        (ADD, ["int", "float"], 5, "float"),
        (ADD, ["int[]", "int[]"], 2, "int[]"),
        (ADD, ["Tensor[]", "[]"], 2, "Tensor[]"),
        # conversions come in the second pass only
        (ADD, ["bool", "int"], 3, "int"),
        (ADD, ["int", "Tensor"], 3, "int"),
        (ADD, ["float", "Scalar"], 4, "float"),
        (SUM, ["Tensor", "int"], 0, "Tensor"),
        (SUM, ["Tensor", "int[]"], 0, "Tensor"),
        (SUM, ["Tensor", "NoneType"], 0, "Tensor"),
        (SUM, ["Tensor"], 1, "Tensor"),
        (ZEROS, ["int", "int", "int"], 0, "Tensor"),
        (ZEROS, ["int", "dtype=int"], 0, "Tensor"),
        (ZEROS, ["(int, int)"], 0, "Tensor"),
        (ZEROS, ["Tensor", "int"], 0, "Tensor"),
        (POOL, ["Tensor", "int"], 0, "Tensor"),
        (APPEND, ["int[]", "int"], 0, "int[]"),
        (APPEND, ["int?[]", "NoneType"], 0, "int?[]"),
    ],
)
def test_the_first_overload_that_fits(emitter: FunctionEmitter, schemas: list[str], arguments: list[str], which: int, result: str) -> None:
    found, match = call(emitter, schemas, *arguments)
    assert (found, [str(kind) for kind in match.results]) == (which, [result])
    assert len(match.inputs) == len(match.schema.args)


@pytest.mark.parametrize(
    "kind, target, node",
    [
        ("Tensor", "int", "aten::IntImplicit"),
        ("Tensor", "float", "aten::FloatImplicit"),
        ("Tensor", "Scalar", "aten::ScalarImplicit"),
        ("Scalar", "int", "aten::Int"),
        ("Scalar", "float", "aten::Float"),
        ("bool", "int", "aten::Int"),
        ("bool", "float", "aten::Float"),
        ("str", "Device", "aten::device"),
        ("(int, int)", "int[]", "prim::ListConstruct"),
        ("(bool, int)", "(int, int)", "prim::TupleConstruct"),
    ],
)
def test_implicit_conversions(emitter: FunctionEmitter, kind: str, target: str, node: str) -> None:
    _, match = call(emitter, [f"f({target} x) -> int"], kind)
    assert (match.inputs[0].node.kind, str(match.inputs[0].type)) == (node, target)


@pytest.mark.parametrize("kind, target", [("int", "float"), ("int", "complex"), ("Tensor", "bool"), ("float", "int"), ("int[]", "float[]")])
def test_conversions_that_are_never_implicit(emitter: FunctionEmitter, kind: str, target: str) -> None:
    with pytest.raises(ScriptError, match="Expected a value of type"):
        call(emitter, [f"f({target} x) -> int"], kind)


def test_one_number_stands_for_a_sized_list(emitter: FunctionEmitter) -> None:
    _, match = call(emitter, POOL, "Tensor", "int")
    made = match.inputs[1].node
    assert made.kind == "prim::ListConstruct" and len(made.inputs) == 2 and made.inputs[0] is made.inputs[1]


def test_positional_arguments_become_the_last_list(emitter: FunctionEmitter) -> None:
    _, match = call(emitter, ZEROS, "int", "int")
    assert match.inputs[0].type == ListType(INT) and len(match.inputs[0].node.inputs) == 2


def test_defaults_are_constants(emitter: FunctionEmitter) -> None:
    _, match = call(emitter, ADD[:1], "Tensor", "Tensor")
    assert emitter.constant_of(match.inputs[2]) == 1


def test_nothing_is_left_of_overloads_that_do_not_fit(emitter: FunctionEmitter) -> None:
    given = operands(emitter, "Tensor", "int")
    before = [node.kind for node in emitter.graph.walk()]
    emitter.match([parse(text) for text in ADD], SPAN, given)
    assert [node.kind for node in emitter.graph.walk()] == [*before, "prim::Constant"]


@pytest.mark.parametrize(
    "schemas, arguments, reason",
    [
        (ADD[:1], ["Tensor"], "Argument other not provided."),
        (ADD[:1], ["Tensor", "Tensor", "int"], "Expected at most 2 arguments but found 3 positional arguments."),
        (ADD[:1], ["Tensor", "Tensor", "beta=int"], "Keyword argument beta unknown."),
        (ADD[:1], ["Tensor", "Tensor", "other=Tensor"], "Keyword argument other specified twice."),
        (ADD[:1], ["Tensor", "str"], "Expected a value of type 'Tensor' for argument 'other' but instead found type 'str'."),
        (ZEROS, ["int", "str"], "Expected a value of type 'int' for argument '<varargs>' but instead found type 'str'."),
        (APPEND, ["int[]", "str"], "Type variable 't' previously matched to type int is matched to type str"),
        (ZEROS, ["Tensor[]"], "Empty lists default to List[Tensor]."),
    ],
)
def test_reasons(emitter: FunctionEmitter, schemas: list[str], arguments: list[str], reason: str) -> None:
    with pytest.raises(ScriptError) as caught:
        call(emitter, schemas, *arguments)
    text = str(caught.value)
    assert reason in text and schemas[0] in text


def test_all_candidates_are_listed(emitter: FunctionEmitter) -> None:
    with pytest.raises(ScriptError) as caught:
        call(emitter, ADD, "str", "int")
    text = str(caught.value)
    assert text.startswith("Arguments for call are not valid.\nThe following variants are available:\n")
    assert all(f"  {schema}:\n" in text for schema in ADD) and "The original call is" in text

"""Schemas: what PyTorch prints parses, and prints back the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from rushlight.runtime.schema import Argument, OpSchema, float_text, parse, quote, unquote
from rushlight.runtime.typesystem import FLOAT, INT, STR, TENSOR, ListType, OptionalType, TupleType, VarType


def test_sample_round_trips(golden: Path) -> None:
    lines = (golden / "schemas" / "sample.txt").read_text().splitlines()
    assert len(lines) > 100
    for line in lines:
        schema = parse(line)
        assert str(schema) == line
        assert parse(str(schema)) == schema


@pytest.mark.parametrize("name", ["schemas.txt", "schemas_other.txt"])
def test_every_schema_round_trips(archives: Path, name: str) -> None:
    path = archives.parent / name
    if not path.exists():
        pytest.skip(f"{path} is not there")
    for line in path.read_text().splitlines():
        assert str(parse(line)) == line


def test_parts() -> None:
    schema = parse("aten::norm.out(Tensor self, Scalar? p, int[2] dim=1, *, ScalarType? dtype=None, Tensor(a!) out) -> Tensor(a!)")
    assert (schema.namespace, schema.name, schema.overload) == ("aten", "norm", "out")
    assert schema.key == "aten::norm.out"
    assert schema.qualified == "aten::norm"
    assert [a.name for a in schema.args] == ["self", "p", "dim", "dtype", "out"]
    assert [a.keyword_only for a in schema.args] == [False, False, False, True, True]
    dim, dtype, out = schema.args[2:]
    assert (dim.type, dim.default, dim.list_size) == (ListType(INT), (1, 1), 2)
    assert (dtype.type, dtype.spelling, dtype.has_default, dtype.default) == (OptionalType(INT), "ScalarType", True, None)
    assert out.writes and not dim.writes and schema.writes
    assert schema.returns[0].writes


@pytest.mark.parametrize("text", ["SymInt[][] a", "SymInt[][]? a", "SymInt?[] a", "int[][] a"])
def test_nested_lists_of_spelled_types(text: str) -> None:
    line = f"onnx_symbolic::f({text}) -> Tensor[]"
    assert str(parse(line)) == line
    assert str(parse(line).args[0].type).count("int") == 1


def test_alias_sets() -> None:
    schema = parse("aten::f(Tensor(a -> *) self, Tensor(b!)[] out, t[](c!) l, t(d|e)? o) -> Tensor(a)[]")
    escaping, lists, container, either = (a.alias for a in schema.args)
    assert escaping is not None and (escaping.before, escaping.after, escaping.writes) == (("a",), ("*",), False)
    assert lists is not None and lists.contained is not None and lists.writes and not lists.is_written and lists.contained.before == ("b",)
    assert container is not None and container.contained is None and container.is_written
    assert either is not None and either.before == ("d", "e")
    assert schema.returns[0].alias is not None and schema.returns[0].alias.contained is not None


def test_type_variables_and_varargs() -> None:
    schema = parse("aten::format(str self, ...) -> str")
    assert schema.is_vararg and len(schema.args) == 1
    assert parse("prim::TupleUnpack(Any tup) -> ...").is_varret
    assert parse("aten::dict.str((str, tVal)[] inputs) -> Dict(str, tVal)").args[0].type == ListType(TupleType((STR, VarType("tVal"))))


def test_user_function() -> None:
    args = (Argument("x", TENSOR), Argument("eps", FLOAT, 1e-5, True), Argument("name", STR, 'a"b\n', True))
    schema = OpSchema("", "f", "", args, (Argument("", TupleType((TENSOR, INT))),))
    assert str(schema) == 'f(Tensor x, float eps=1.0000000000000001e-05, str name="a\\"b\\n") -> ((Tensor, int))'
    assert parse(str(schema)) == schema


@pytest.mark.parametrize(
    "text",
    [
        "",
        "f",
        "f() ->",
        "aten::f(Tensor self",
        "aten::f(Unknown x) -> Tensor",
        "aten::f(int x=1x) -> int",
        "aten::f(Tensor[ x) -> Tensor",
        "f(int #) -> ()",
    ],
)
def test_bad_text_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="schema '"):
        parse(text)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3.0, "3."),
        (-0.0, "-0."),
        (1e-5, "1.0000000000000001e-05"),
        (0.1, "0.10000000000000001"),
        (1e22, "1e+22"),
        (1e10, "10000000000"),
        (float("inf"), "inf"),
    ],
)
def test_float_text(value: float, text: str) -> None:
    assert float_text(value) == text


@pytest.mark.parametrize("text", ["", "plain", "a\"b'c\\d", "\n\t\x01\x7f", "\\n", "ünï"])
def test_quote_round_trips(text: str) -> None:
    assert unquote(quote(text)) == text

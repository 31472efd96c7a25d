"""Literals of archives: PyTorch's spellings, and what prints also parses."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

import rushlight as rl
from rushlight.runtime.device import Device
from rushlight.runtime.typesystem import FLOAT, INT, STR, TENSOR, DictType, EnumType, ListType, OptionalType, TupleType, Type
from rushlight.script import syntax
from rushlight.script.object import EnumMember
from rushlight.script.parser import parse_expression
from rushlight.script.source import Source
from rushlight.serialize.code_literals import ConstantTable, Literals, complex_literal, float_literal, quoted

COLOR = EnumType("__torch__.Color", INT, (("RED", 1),))


def literals() -> Literals:
    return Literals(ConstantTable(), lambda kind: kind.annotation())


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (None, OptionalType(INT), "None"),
        (True, None, "True"),
        (-(2**63), None, "-9223372036854775808"),
        (3.0, None, "3."),
        (3, FLOAT, "3."),
        (-0.0, None, "-0."),
        (0.1, None, "0.10000000000000001"),
        (1e-5, None, "1.0000000000000001e-05"),
        (9999999999.0, None, "9999999999."),
        (1e22, None, "1e+22"),
        (1e100, None, "1e+100"),
        (5e-324, None, "4.9406564584124654e-324"),
        (math.inf, None, "inf"),
        (-math.inf, None, "-inf"),
        (-math.nan, None, "nan"),
        (3 - 4j, None, "3.-4.j"),
        (1j, None, "0.+1.j"),
        ("a\n\t\"'\\\x01\x7f\0", None, '"a\\n\\t\\"\\\'\\\\\\001\\177\\000"'),
        (Device("cpu"), None, 'torch.device("cpu")'),
        (rl.float32, None, "6"),
        (EnumMember.of(COLOR, "RED"), None, "__torch__.Color.RED"),
        ((), None, "()"),
        ((1,), None, "(1,)"),
        ((1, ("a", 2.0)), None, '(1, ("a", 2.))'),
        ((1, 2), TupleType((INT, INT), "__torch__.NT", ("a", "b")), "__torch__.NT(1, 2)"),
        ((0, 0), ListType(INT), "[0, 0]"),
        ([], ListType(INT), "annotate(List[int], [])"),
        ([None], ListType(OptionalType(INT)), "annotate(List[Optional[int]], [None])"),
        ({"a": 1}, DictType(STR, INT), '{"a": 1}'),
        ({}, DictType(STR, INT), "annotate(Dict[str, int], {})"),
    ],
)
def test_spelling(value: object, kind: Type | None, text: str) -> None:
    assert literals().text(value, kind) == text


def test_spellings_that_pytorch_reads_as_another_value() -> None:
    assert literals().text(1e10) == "10000000000."
    assert literals().text("\r") == '"\\015"'


def test_values_without_a_spelling_go_to_the_table() -> None:
    printer = literals()
    assert printer.text("é") == "CONSTANTS.c0"
    assert printer.text(("a", "é")) == "CONSTANTS.c1"
    assert printer.text(rl.ones(2), TENSOR) == "CONSTANTS.c2"
    assert printer.text(rl.zeros(2), TENSOR) == "CONSTANTS.c3"
    assert [printer.text("é"), printer.text(rl.ones(2), TENSOR)] == ["CONSTANTS.c0", "CONSTANTS.c2"]
    assert printer.text(rl.ones(1), TENSOR) == "CONSTANTS.c4"
    assert len(printer.table.values) == len(printer.table.types) == 5
    assert printer.table.types[:3] == [STR, TupleType((STR, STR)), TENSOR]


def parsed(text: str) -> object:
    match parse_expression(Source(text)):
        case syntax.Constant(value):
            return value
        case syntax.Binary(operator, syntax.Constant(float() as real), syntax.Constant(complex() as imaginary)):
            return complex(real, imaginary.imag if operator == "+" else -imaginary.imag)
        case tree:
            raise AssertionError(tree)


FINITE = st.floats(allow_nan=False, allow_infinity=False)


@given(FINITE)
def test_floats_parse_back(value: float) -> None:
    found = parsed(float_literal(value))
    assert isinstance(found, float) and found.hex() == value.hex()


@given(FINITE, FINITE)
def test_complex_numbers_parse_back(real: float, imaginary: float) -> None:
    value = complex(real, imaginary)
    assert repr(parsed(complex_literal(value))) == repr(value)


@given(st.text(alphabet=st.characters(max_codepoint=127)))
def test_strings_parse_back(value: str) -> None:
    assert parsed(quoted(value)) == value


@given(st.integers(-(2**63), 2**63 - 1))
def test_integers_parse_back(value: int) -> None:
    assert parsed(literals().text(value)) == value

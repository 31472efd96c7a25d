"""Tokens and literals of archive text: each row's value is what PyTorch 2.13 reads."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rushlight.script.lexer import Lexer
from rushlight.script.parser import parse_expression
from rushlight.script.source import ScriptError, Source
from rushlight.script.syntax import Constant


def kinds(text: str) -> list[str]:
    lexer = Lexer(Source(text))
    found = [lexer.kind]
    while lexer.kind != "end":
        lexer.advance()
        found.append(lexer.kind)
    return found


def value(text: str) -> object:
    node = parse_expression(Source(text))
    assert isinstance(node, Constant)
    return node.value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("017", 15),
        ("09", 0),
        ("00", 0),
        ("0x10", 16),
        ("0X1f", 31),
        ("-9223372036854775808", -(2**63)),
        ("9223372036854775807", 2**63 - 1),
        ("1.5j", 1.5j),
        ("1j", 1j),
        ("-2.j", complex(0, -2)),
        ("1e5", 1e5),
        ("1.", 1.0),
        (".5", 0.5),
        ("1.e3", 1000.0),
        ("017.5", 17.5),
        ("0x1.8p1", 3.0),
        ("0x1.p99999999999", math.inf),
        ("1.0000000000000001e-05", 1e-5),
        ("'a' 'b' \"c\"", "abc"),
        (r"'\101\n\t\\\'\"\a\b\f\v'", "A\n\t\\'\"\a\b\f\v"),
        ("'''a\n'b'''", "a\n'b"),
        ('"""a"b\\"""" "c"', 'a"b"c'),
        ("'a\\\nb'", "ab"),
        (r"'\303\251'", "é"),
        (r"'\303' '\251'", "é"),
        (r"'\377'", "\udcff"),
        ("'é'", "é"),
        ("True", True),
        ("None", None),
        ("...", ...),
    ],
)
def test_literals(text: str, expected: object) -> None:
    assert repr(value(text)) == repr(expected)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("9223372036854775808", "out of range"),
        ("-9223372036854775809", "out of range"),
        ("-9223372036854775808 ** 2", "out of range"),
        ("9" * 100_000, "out of range"),
        ("1_000", "expected end"),
        ("0b1", "expected end"),
        ("1.5J", "expected end"),
        ("0x", "expected end"),
        ("1e", "expected end"),
        ("0x1p3", "has an exponent but no point"),
        (r"'\x41'", r"escape \\x is not known"),
        (r"'\0'", r"escape \\0 is not known"),
        (r"'\r'", r"escape \\r is not known"),
        (r"'\777'", "is no byte"),
        ("'a\nb'", "no closing quote"),
        ("'''a", "no closing quote"),
        ("b'a'", "expected end"),
        ("f'a'", "expected end"),
        ("a$b", "expected a valid token but found '\\$'"),
        ("a;b", "expected a valid token but found ';'"),
        ("é", "expected a valid token"),
        ("!a", "expected a valid token"),
    ],
)
def test_literals_refused(text: str, message: str) -> None:
    with pytest.raises(ScriptError, match=message):
        parse_expression(Source(text))


def test_words_that_are_one_token() -> None:
    assert kinds("a is not b\n")[:3] == ["name", "is not", "name"]
    assert kinds("a is  not b\n")[:4] == ["name", "is", "not", "name"]
    assert kinds("a not in b\n")[:3] == ["name", "not in", "name"]
    assert kinds("a not  in b\n")[:4] == ["name", "not", "in", "name"]
    assert kinds("is nothing\n")[:2] == ["is", "name"]


def test_lines_and_indentation() -> None:
    text = "a:\n  b\n\n  # comment\n   # deeper comment\n  c:\n\t\t\td\r\n\ne\n"
    expected = "name : newline indent name newline name : newline indent name newline dedent dedent name newline end"
    assert kinds(text) == expected.split()


def test_brackets_join_lines() -> None:
    assert kinds("a(\n  b,\n)\n") == "name ( name , ) newline end".split()
    assert kinds("a + \\\n b\n") == "name + name newline end".split()


def test_blanks_at_the_end_are_no_token() -> None:
    assert kinds("a  ") == ["name", "end"]
    assert value("1 ") == 1


def test_end_closes_every_block() -> None:
    assert kinds("a\n b\n  c\n") == "name newline indent name newline indent name newline dedent dedent end".split()


def test_indentation_that_no_block_has() -> None:
    with pytest.raises(ScriptError, match="invalid indent level 1"):
        kinds("a\n  b\n c\n")


@given(st.text(alphabet=st.characters(blacklist_categories=["Cs"])))
def test_strings_of_any_text(text: str) -> None:
    escaped = "".join(f"\\{byte:03o}" for byte in text.encode())
    assert value(f'"{escaped}"') == text


@given(st.text())
def test_no_text_gives_another_error(text: str) -> None:
    try:
        kinds(text)
    except ScriptError as error:
        assert error.span is not None

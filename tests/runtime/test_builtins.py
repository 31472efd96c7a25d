"""TorchScript's operators on numbers, strings, lists and dicts: PyTorch's outcomes from a golden file, and what that file cannot hold."""

from __future__ import annotations

import importlib.util
import json
import math
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rushlight.runtime.ops.table import lookup
from rushlight.runtime.ops.values.texts import value_text


@pytest.fixture(scope="module")
def builtin_cases(golden: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("builtin_cases", golden / "builtin_cases.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def call(key: str, *arguments: Any) -> Any:
    op = lookup(key)
    assert op is not None, key
    return op(*arguments)


def test_outcomes_are_pytorchs(builtin_cases: ModuleType, golden: Path) -> None:
    expected = json.loads((golden / "builtins.json").read_text())
    wrong: list[str] = []
    seen: set[str] = set()
    for key, types in builtin_cases.rows():
        arguments = builtin_cases.cases(key, types)
        if not arguments:
            continue
        seen.add(key)
        for case, wanted in zip(arguments, expected.get(key, []), strict=True):
            found = builtin_cases.outcome(lookup(key), case)
            if not builtin_cases.close(found, wanted):
                wrong.append(f"{key}{case}: {found}, PyTorch {wanted}")
    assert wrong == []
    assert seen == set(expected)
    assert len(seen) > 200


@given(st.integers(-(2**63), 2**63 - 1), st.integers(-(2**63), 2**63 - 1))
def test_integers_wrap_at_64_bits(a: int, b: int) -> None:
    for key, exact in (("add", a + b), ("sub", a - b), ("mul", a * b)):
        wrapped = call(f"aten::{key}.int", a, b)
        assert -(2**63) <= wrapped < 2**63 and (wrapped - exact) % 2**64 == 0
    if b:
        assert call("aten::floordiv.int", a, b) * b + call("aten::remainder.int", a, b) in (a, a - 2**64, a + 2**64)


@pytest.mark.parametrize(
    ("key", "arguments", "message"),
    [
        ("aten::floordiv.int", (1, 0), "division by 0"),
        ("aten::remainder.int", (1, 0), "division by 0"),
        ("aten::divmod.int", (1, 0), "ZeroDivisionError: integer division or modulo by zero"),
        ("aten::__getitem__.t", ([1], 1), "list index out of range"),
        ("aten::_set_item.t", ([1], -2, 3), "list index out of range"),
        ("aten::pop.t", ([], -1), "pop from empty list"),
        ("aten::remove.int", ([1], 2), "list.remove(x): x not in list"),
        ("aten::index.list_str", (["a"], "b"), "'b' is not in list"),
        ("aten::__getitem__.Dict_str", ({}, "k"), "k"),
        ("aten::Delete.Dict_int", ({1: 2}, 3), "3"),
        ("aten::popitem.str", ({},), "popitem(): dictionary is empty"),
        ("aten::_unwrap_optional", (None,), "Unwrapping null optional"),
        ("aten::Int.str", ("1_0",), "invalid literal for int() with base 10: '1_0'"),
        ("aten::Float.str", ("x",), "could not convert string to float: 'x'"),
        ("aten::format", ("{}{}", 1), "Too few arguments for format string: {}{}"),
        ("aten::percentFormat", ("%x", 1), "The specifier %x is not supported in TorchScript format strings"),
        ("aten::percentFormat", ("%d",), "Too few arguments for format string"),
        ("aten::percentFormat", ("%d", "a"), "%d requires a number for formatting, but got a"),
        ("aten::split.str", ("a", ""), "ValueError: empty separator"),
        ("aten::ord", ("ab",), "String for ord() must be 1 character, found 2"),
        ("aten::__range_length", (0, 1, 0), "range() arg 3 must not be zero"),
        ("aten::pow.int", (0, -1), "0.0 cannot be raised to a negative power"),
    ],
)
def test_errors(key: str, arguments: tuple[Any, ...], message: str) -> None:
    with pytest.raises((RuntimeError, LookupError, ValueError)) as caught:
        call(key, *arguments)
    assert message in re.sub(r"^['\"]|['\"]$", "", str(caught.value)) or message in str(caught.value)


def test_lists_are_changed_in_place() -> None:
    values = [3, 1, 2]
    assert call("aten::append.t", values, 4) is values
    call("aten::extend.t", values, [5])
    call("aten::insert.t", values, -100, 0)
    assert values == [0, 3, 1, 2, 4, 5]
    assert call("aten::pop.t", values) == 5
    call("aten::sort.int", values, True)
    assert values == [4, 3, 2, 1, 0]
    assert call("aten::add_.t", values, [9]) is values
    assert call("aten::add.t", values, [8]) == [*values, 8]
    copied = call("aten::list.t", values)
    assert copied == values and copied is not values
    call("aten::clear.t", values)
    assert values == []


def test_dicts_are_changed_in_place() -> None:
    table = {"a": 1}
    call("aten::_set_item.str", table, "b", 2)
    assert call("aten::setdefault.str", table, "c", 3) == 3
    assert call("aten::get.default_str", table, "z", 7) == 7
    assert call("aten::get.str", table, "z") is None
    assert call("aten::keys.str", table) == ["a", "b", "c"]
    assert call("aten::items.str", table) == [("a", 1), ("b", 2), ("c", 3)]
    call("aten::update.str", table, {"a": 5})
    assert call("aten::pop.Dict_str", table, "a") == 5
    assert table == {"b": 2, "c": 3}
    assert call("aten::dict.int", [(1, "x")]) == {1: "x"}


# What PyTorch's `str` gives in a script.
TEXTS: list[tuple[Any, str]] = [
    (1.0, "1."), (2, "2"), ([1.0, 2.5], "[1., 2.5]"), ({"a": 1.0}, "{a: 1.}"), ((1, 2.0), "(1, 2.)"), (None, "None"),
    (["a", "b"], "[a, b]"), (2.0**60, "1152921504606846976."), (-1e12, "-1000000000000."),
    (True, "True"), ((1,), "(1,)"), ((1, ("a", 2.0)), "(1, (a, 2.))"), (1e10, "10000000000."), (1e-5, "1.0000000000000001e-05"),
    (123456.789, "123456.789"), (1e20, "1e+20"), (0.1, "0.10000000000000001"), (math.inf, "inf"), (3 + 4j, "3.+4.j"),
    (1e16, "10000000000000000."),
    (-0.0, "0."), ([[1.0, 2.5], [3.0]], "[[1., 2.5], [3.]]"),
]  # fmt: skip


@pytest.mark.parametrize(("value", "text"), TEXTS, ids=[row[1] for row in TEXTS])
def test_value_text(value: Any, text: str) -> None:
    assert value_text(value) == text
    assert call("aten::format", "<{}>", value) == f"<{text}>"


def test_percent_format() -> None:
    assert call("aten::percentFormat", "%s|%d|%f|%i|%e|%c|%%", "x", 3, 2.5, 7, 1e10, "q") == "x|3|2.500000|7|1.000000e+10|q|%"
    assert call("aten::format", "a{}b{{", 1) == "a1b{{"

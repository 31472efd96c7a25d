"""A printer of syntax trees whose text needs no precedence: everything in parentheses; and the tools of golden graphs."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from rushlight.script import syntax
from rushlight.script.syntax import Expression


@pytest.fixture(scope="session")
def graph_text(golden: Path) -> ModuleType:
    """tests/golden/graph_text.py, which the script that makes the golden graphs uses too."""
    if "graph_text" not in sys.modules:
        spec = importlib.util.spec_from_file_location("graph_text", golden / "graph_text.py")
        assert spec is not None and spec.loader is not None
        module = sys.modules["graph_text"] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    return sys.modules["graph_text"]


@pytest.fixture(scope="session")
def language(golden: Path, graph_text: ModuleType) -> ModuleType:
    """tests/golden/language.py, which the script that makes the records of the differential suite uses too."""
    if "language" not in sys.modules:
        spec = importlib.util.spec_from_file_location("language", golden / "language.py")
        assert spec is not None and spec.loader is not None
        module = sys.modules["language"] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    return sys.modules["language"]


@pytest.fixture(scope="session")
def text_of() -> Callable[[Expression], str]:
    """The text of an expression, every operator in parentheses."""
    return _text


def _text(node: Expression) -> str:
    """The expression, every operator in parentheses."""
    match node:
        case syntax.Name(name):
            return name
        case syntax.Constant(value):
            return _constant(value)
        case syntax.Attribute(value, name):
            return f"({_text(value)}).{name}"
        case syntax.Starred(value):
            return f"*({_text(value)})"
        case syntax.Unary(operator, operand):
            return f"({operator} ({_text(operand)}))"
        case syntax.Binary(operator, left, right) | syntax.Boolean(operator, left, right):
            return f"(({_text(left)}) {operator} ({_text(right)}))"
        case syntax.Compare((left, right), (operator,)):
            return f"(({_text(left)}) {operator} ({_text(right)}))"
        case syntax.Conditional(condition, body, orelse):
            return f"(({_text(body)}) if ({_text(condition)}) else ({_text(orelse)}))"
        case syntax.TupleLiteral(elements):
            return "(" + "".join(f"{_text(element)}, " for element in elements) + ")"
        case syntax.ListLiteral(elements):
            return "[" + ", ".join(map(_text, elements)) + "]"
        case syntax.DictLiteral(keys, values):
            return "{" + ", ".join(f"{_text(key)}: {_text(value)}" for key, value in zip(keys, values, strict=True)) + "}"
        case syntax.Call(function, arguments, keywords):
            parts = [*map(_text, arguments), *(f"{keyword.name}={_text(keyword.value)}" for keyword in keywords)]
            return f"({_text(function)})({', '.join(parts)})"
        case syntax.Subscript(value, indices):
            return f"({_text(value)})[{', '.join(map(_index, indices))}]"
        case syntax.ListComprehension(element, target, iterable):
            return f"[({_text(element)}) for {_text(target)} in ({_text(iterable)})]"
        case _:
            raise AssertionError(node)


def _constant(value: object) -> str:
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
    return "..." if value is ... else repr(value)


def _index(node: Expression) -> str:
    if not isinstance(node, syntax.Slice):
        return _text(node)
    lower, upper, step = ("" if part is None else _text(part) for part in (node.lower, node.upper, node.step))
    return f"{lower}:{upper}:{step}" if step else f"{lower}:{upper}"

"""Precedence against PyTorch: an expression, and the same printed with every parenthesis, must compile to the same graph."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from rushlight.script.parser import parse_expression
from rushlight.script.source import Source
from rushlight.script.syntax import Expression

torch = pytest.importorskip("torch")

INTEGER = ["+", "-", "*", "//", "%", "|", "^", "&", "<<", ">>"]
COMPARE = ["==", "!=", "<", "<=", ">", ">="]


def integers(rng: random.Random, length: int) -> str:
    text = rng.choice("abc")
    for _ in range(length):
        text += f" {rng.choice(INTEGER)} {rng.choice(['', '', '-'])}{rng.choice('abc')}"
    return text


def truths(rng: random.Random, length: int) -> str:
    parts = []
    for _ in range(length):
        prefix = rng.choice(["", "", "not "])
        parts.append(f"{prefix}{integers(rng, 1)} {rng.choice(COMPARE)} {integers(rng, 1)}")
    text = parts[0]
    for part in parts[1:]:
        text += f" {rng.choice(['and', 'or'])} {part}"
    if rng.random() < 0.3:
        text += f" if {truths(rng, 1)} else {truths(rng, 1)}"
    return text


def graph_of(kind: str, text: str) -> str:
    unit = torch.jit.CompilationUnit(f"def f(a: int, b: int, c: int, x: Tensor, y: Tensor) -> {kind}:\n  return {text}\n")
    lines = str(unit.f.graph).splitlines()
    return "\n".join(line.partition(" #")[0] for line in lines)


@pytest.mark.parametrize("seed", range(30))
def test_precedence(seed: int, text_of: Callable[[Expression], str]) -> None:
    rng = random.Random(seed)
    for kind, text in (("int", integers(rng, 6)), ("bool", truths(rng, 4))):
        assert graph_of(kind, text) == graph_of(kind, text_of(parse_expression(Source(text)))), text


@pytest.mark.parametrize(
    "text",
    [
        "x @ y + x ** -y ** x",
        "~x == y",
        "-x ** y * x",
        "x * y @ x / y",
        "x < y < x",
        "x if a == b else y if b == c else x",
        "(x, y)[0][1:, ::2]",
    ],
)
def test_tensor_expressions(text: str, text_of: Callable[[Expression], str]) -> None:
    assert graph_of("Tensor", text) == graph_of("Tensor", text_of(parse_expression(Source(text))))

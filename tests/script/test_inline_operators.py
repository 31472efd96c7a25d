"""What generated code writes out instead of calling a row computes what the row computes."""

from __future__ import annotations

import itertools
import math
from typing import Any

import pytest

import rushlight as rl
from rushlight.runtime.ops.table import lookup
from rushlight.script.inline_operators import BY_POSITIVE, TEMPLATES

INTEGERS = [0, 1, -1, 2, 3, -3, 7, 10**9, -(10**9), 2**62, -(2**62), 2**63 - 1, -(2**63), -(2**63) + 1]
FLOATS = [0.0, -0.0, 1.0, -1.5, 3.7, 1e300, -1e300, 5e-324, math.inf, -math.inf, math.nan]
VALUES: dict[str, list[Any]] = {
    "int": INTEGERS, "float": FLOATS, "bool": [True, False], "str": ["", "a", "b", "ab"], "t[]": [[], [1], [1, 2, 3]],
}  # fmt: skip


def outcome(function: Any, arguments: tuple[Any, ...]) -> tuple[str, str]:
    try:
        result = function(*arguments)
    except Exception as error:
        return "raises", f"{type(error).__name__} {error}"
    return type(result).__name__, repr(result)


def test_positive_divisors() -> None:
    for key, template in BY_POSITIVE.items():
        op = lookup(key)
        assert op is not None
        inline = eval(f"lambda a, b: {template.format('a', 'b')}")
        for a, b in itertools.product(INTEGERS, (b for b in INTEGERS if b > 0)):
            assert inline(a, b) == op.callable()(a, b)


class Whole(int):
    """An integer of 64 bits whose operators are the rows."""


def _by_row(name: str) -> Any:
    op = lookup(f"aten::{name}.int")
    assert op is not None
    row = op.callable()
    return lambda a, b: Whole(row(int(a), int(b)))


for _name in ("add", "sub", "mul", "floordiv"):
    setattr(Whole, f"__{_name}__", _by_row(_name))


def chained(a: int, b: int, c: int):
    """Sums, differences and products that read each other, several times, and are read by what is none of them."""
    total = a + b
    product = total * c
    apart = total - a
    result = product - apart
    for i in range(2):
        total = total * c + i
        result = result + total * total
    kept = a * b
    return result, kept - c, kept // 3, (a - b) * (b - c) * (c - a) == result, [a + b + c - a, a * b * c * a]


def test_integers_that_wrap_later_are_those_that_wrap_at_once() -> None:
    scripted = rl.jit.script(chained)
    for numbers in itertools.product(INTEGERS, repeat=3):
        assert scripted(*numbers) == chained(*map(Whole, numbers)), numbers


@pytest.mark.parametrize("key", TEMPLATES)
def test_templates_are_their_rows(key: str) -> None:
    op = lookup(key)
    assert op is not None, key
    row = op.callable()
    names = [f"a{place}" for place in range(len(op.schema.args))]
    source = TEMPLATES[key].format(*names, f="row")
    inline = eval(f"lambda {', '.join(names)}: {source}", {"row": row})
    kinds = [str(argument.type) for argument in op.schema.args]
    count = 0
    for arguments in itertools.product(*(VALUES[kind] for kind in kinds)):
        assert outcome(inline, arguments) == outcome(row, arguments), arguments
        count += 1
    assert count

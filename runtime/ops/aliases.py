"""Operators that PyTorch has under two names: the second name has the rows of the first.

Imported last, because it reads the rows of other families.
"""
from __future__ import annotations

from .table import add_row, keys_of, required
from .variants import overload_orders

_SECOND_NAMES = {
    "multiply": "mul", "divide": "div", "true_divide": "div", "subtract": "sub", "negative": "neg", "absolute": "abs", "clip": "clamp",
    "fix": "trunc", "not_equal": "ne", "greater": "gt", "less": "lt", "less_equal": "le", "greater_equal": "ge",
}


def _add(alias: str, name: str) -> None:
    for key in keys_of(f"aten::{name}"):
        row = required(key)
        overload = key.partition(".")[2]
        if overload in overload_orders()[f"aten::{alias}"] and not row.writes:
            head = f"{alias}.{overload}" if overload else alias
            add_row(head + row.text[row.text.index("(") :], row.kind, row.body, row.traits)


for _alias, _name in _SECOND_NAMES.items():
    _add(_alias, _name)

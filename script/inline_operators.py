"""Operators on numbers that generated code writes out instead of calling their rows: Python's own operator, guarded where C++ differs.

In: the key of a row. Out: a template of Python source in which `{0}` and `{1}` are the operands and `{f}` is the row's callable, which
takes over where the guard fails (overflow, division by zero). tests/script/test_inline_operators.py compares each with its row.
"""

from __future__ import annotations

_LOWEST, _HIGHEST = -(2**63), 2**63 - 1


# Python compares integers of one digit (30 bits) faster than others
_SMALL = 2**30 - 1


def _wrapping(operator: str) -> str:
    """An integer operator whose result may need more than 64 bits; `t` holds it while it is looked at."""
    small = f"(t := {{0}} {operator} {{1}}) < {_SMALL} and t > -{_SMALL}"
    return f"(t if {small} or {_LOWEST} <= t <= {_HIGHEST} else {{f}}({{0}}, {{1}}))"


def _plain(operator: str) -> str:
    return f"({{0}} {operator} {{1}})"


def _dividing(operator: str) -> str:
    """A division: positive divisors neither fail nor overflow."""
    return f"({{0}} {operator} {{1}} if {{1}} > 0 else {{f}}({{0}}, {{1}}))"


_WRAP = {"aten::add.int": "+", "aten::sub.int": "-", "aten::mul.int": "*"}
_COMPARE = {"eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}

TEMPLATES: dict[str, str] = {
    **{key: _wrapping(operator) for key, operator in _WRAP.items()},
    "aten::floordiv.int": _dividing("//"),
    "aten::remainder.int": _dividing("%"),
    "aten::__and__.int": _plain("&"),
    "aten::__or__.int": _plain("|"),
    "aten::__xor__.int": _plain("^"),
    "aten::add.float": _plain("+"),
    "aten::sub.float": _plain("-"),
    "aten::mul.float": _plain("*"),
    "aten::div.float": "({0} / {1} if {1} else {f}({0}, {1}))",
    "aten::neg.float": "(-{0})",
    "aten::__not__": "(not {0})",
    "aten::len.t": "len({0})",
    "aten::__getitem__.t": "{0}[{1}]",
    **{f"aten::{name}.{kind}": _plain(operator) for name, operator in _COMPARE.items() for kind in ("int", "float")},
    "aten::eq.str": _plain("=="),
    "aten::ne.str": _plain("!="),
}
"""By the key of the row."""

UNWRAPPED: dict[str, str] = {key: _plain(operator) for key, operator in _WRAP.items()}
"""The same where only operators of this table read the result: modulo 2**64 they make the same of it as of a wrapped one."""

BY_POSITIVE: dict[str, str] = {"aten::floordiv.int": _plain("//"), "aten::remainder.int": _plain("%")}
"""The same where the second operand is a positive constant."""

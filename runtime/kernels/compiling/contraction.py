"""Products and sums in one rounding, decided inside each scalar function.

In: the LLVM text of one scalar function, where `contract` allows a * b + c to become one instruction. Out: the text where this is
decided, by `llvm.fmuladd`, and nothing allows it any more. Otherwise LLVM would decide after inlining: a product of one
function could join a sum of the next, and a fused kernel would not give the bits of the kernels that it replaces.
"""
from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

_PRODUCT = re.compile(r"\s*(%\S+) = fmul contract (float|double) (\S+), (\S+)$")
_SUM = re.compile(r"\s*(%\S+) = (fadd|fsub) contract (float|double) (\S+), (\S+)$")
_NAME = re.compile(r'%(?:"[^"]+"|[\w.$]+)')
# numba keeps the variables of functions that branch in memory
_STORE = re.compile(r"\s*store \w+ (%\S+), \w+\* (%\S+)$")
_LOAD = re.compile(r"\s*(%\S+) = load \w+, \w+\* (%\S+)$")
_SYMBOLS = {"float": "llvm.fmuladd.f32", "double": "llvm.fmuladd.f64"}
DECLARATIONS = {
    symbol: f"declare {kind} @{symbol}({kind}, {kind}, {kind})" for kind, symbol in _SYMBOLS.items()
}
"""What a module that holds contracted text declares, by symbol."""


def contract(lines: Sequence[str]) -> list[str]:
    """The lines of one function, with products joined to the sum that alone uses them: of two products the first joins."""
    uses = Counter(name for line in lines for name in _NAME.findall(line))
    reads = Counter(read[2] for line in lines if (read := _LOAD.match(line)) and uses[read[1]] > 1)
    products: dict[str, tuple[str, str]] = {}
    variables: dict[str, str] = {}
    result: list[str] = []
    for line in lines:
        product, total, stored, read = (pattern.match(line) for pattern in (_PRODUCT, _SUM, _STORE, _LOAD))
        if line.endswith(":"):
            variables.clear()
        elif product and uses[product[1]] == 2:
            products[product[1]] = product[3], product[4]
        elif stored:
            variables[stored[2]] = stored[1]
        elif read and uses[read[1]] == 2 and reads[read[2]] == 1 and variables.get(read[2]) in products:
            products[read[1]] = products[variables[read[2]]]
        if total and (total[4] in products or total[5] in products):
            result += _joined(total, products)
        else:
            result.append(line.replace(" contract ", " "))
    return result


def uncontracted(lines: Sequence[str]) -> list[str]:
    """The lines, with every product rounded."""
    return [line.replace(" contract ", " ") for line in lines]


def _joined(total: re.Match[str], products: dict[str, tuple[str, str]]) -> list[str]:
    name, operation, kind, left, right = total[1], total[2], total[3], total[4], total[5]
    negated = f'{name[:-1]}.n"' if name.endswith('"') else f"{name}.n"
    if left in products:
        first, second = products[left]
        lines, rest = ([f"  {negated} = fneg {kind} {right}"], negated) if operation == "fsub" else ([], right)
    else:
        first, second = products[right]
        lines, rest = [], left
        if operation == "fsub":
            lines, first = [f"  {negated} = fneg {kind} {first}"], negated
    return [*lines, f"  {name} = call {kind} @{_SYMBOLS[kind]}({kind} {first}, {kind} {second}, {kind} {rest})"]


def contract_module(text: str) -> str:
    """The text of a whole module, each of its functions by itself."""
    functions = re.split(r"^(?=define )", text, flags=re.MULTILINE)
    result = "\n".join("\n".join(contract(function.split("\n"))) for function in functions)
    wanted = [declaration for symbol, declaration in DECLARATIONS.items() if f"@{symbol}(" in result]
    return "\n".join([result, *(one for one in wanted if one not in result)])

"""Operators and builtin functions over pairs of types: every combination is a program, most of them right, many wrong."""

# ruff: noqa

import itertools
import math
from typing import Dict, List, Optional, Tuple

import rushlight as torch
from rushlight import Tensor

VALUES = {
    "int": ("int", [7, -3]),
    "float": ("float", [2.5, -1.5]),
    "complex": ("complex", [1 + 2j, 2 - 1j]),
    "bool": ("bool", [True, False]),
    "string": ("str", ["ab", "b"]),
    "tensor": ("Tensor", [torch.tensor([4.0, -2.5]), torch.tensor([2.0, 3.0])]),
    "integers": ("List[int]", [[1, 2], [3]]),
    "pair": ("Tuple[int, float]", [(1, 2.5), (3, 0.5)]),
    "table": ("Dict[str, int]", [{"a": 1}, {"b": 2}]),
    "optional": ("Optional[int]", [3, None]),
}
NUMBERS = ("int", "float", "complex", "bool", "tensor")
ARITHMETIC = {"add": "+", "sub": "-", "mul": "*", "div": "/", "floor": "//", "mod": "%", "power": "**"}
BITS = {"and": "&", "or": "|", "xor": "^", "left": "<<", "right": ">>"}
COMPARE = {"equal": "==", "unequal": "!=", "less": "<", "at_least": ">="}
UNARY = {"minus": "-a", "plus": "+a", "invert": "~a", "not": "not a"}
FUNCTIONS = (
    "abs", "round", "int", "float", "bool", "str", "len", "sum", "any", "all", "min", "max", "hash", "ord", "chr", "hex", "oct", "bin",
    "sorted", "list", "tuple", "complex", "divmod", "reversed", "repr", "math.floor", "math.ceil", "math.sqrt", "math.exp", "math.isnan",
)  # fmt: skip


def binary(title, symbol, left, right, case):
    a, b = VALUES[left], VALUES[right]
    source = f"def {title}(a: {a[0]}, b: {b[0]}):\n    return a {symbol} b\n"
    return source, [(a[1][0], b[1][case])]


def generated():
    found = {}
    for (word, symbol), left, right in itertools.product(ARITHMETIC.items(), NUMBERS, NUMBERS):
        title = f"{word}_{left}_{right}"
        source, cases = binary(title, symbol, left, right, 0)
        found[title] = source, cases
    for (word, symbol), left, right in itertools.product(BITS.items(), ("int", "bool", "float"), ("int", "bool")):
        title = f"{word}_{left}_{right}"
        found[title] = binary(title, symbol, left, right, 0)
    for (word, symbol), left, right in itertools.product(COMPARE.items(), NUMBERS, NUMBERS):
        title = f"{word}_{left}_{right}"
        found[title] = binary(title, symbol, left, right, 0)
    for kind in ("string", "integers", "pair", "table", "optional"):
        for word, symbol in {"add": "+", "mul": "*", **COMPARE, "contains": "in", "identical": "is"}.items():
            for other in (kind, "int"):
                title = f"{word}_{kind}_{other}"
                found[title] = binary(title, symbol, kind, other, 0)
    for (word, text), kind in itertools.product(UNARY.items(), VALUES):
        title = f"{word}_{kind}"
        found[title] = f"def {title}(a: {VALUES[kind][0]}):\n    return {text}\n", [(VALUES[kind][1][0],)]
    for function, kind in itertools.product(FUNCTIONS, ("int", "float", "bool", "string", "tensor", "integers")):
        title = f"{function.replace('.', '_')}_of_{kind}"
        cases = [(VALUES[kind][1][0],)] if function != "hash" else []
        found[title] = f"def {title}(a: {VALUES[kind][0]}):\n    return {function}(a)\n", cases
    return found | augmented()


def augmented():
    found = {}
    for (word, symbol), left, right in itertools.product(ARITHMETIC.items(), ("int", "float", "tensor"), ("int", "float", "tensor")):
        title = f"augmented_{word}_{left}_{right}"
        a, b = VALUES[left], VALUES[right]
        found[title] = f"def {title}(a: {a[0]}, b: {b[0]}):\n    a {symbol}= b\n    return a\n", [(a[1][0], b[1][0])]
    return found

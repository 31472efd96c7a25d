"""Calls of TorchScript's operators on Python values, and their outcomes as text: used by make_builtins.py and by tests/runtime.

A row has cases if its arguments are numbers, strings or lists of them. Where PyTorch crashes, never returns or depends on the C++ library,
there are no cases; `EXCEPTIONS` are calls where this library answers differently, each with the reason.
"""

from __future__ import annotations

import copy
import itertools
import math
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

INTS = [0, 3, -7, 2**62, -(2**63), 2**63 - 1, 1, -1, 70]
FLOATS = [0.5, -2.5, 0.0, math.inf, math.nan, 3.5, -0.0, 1e300, -math.inf, 1.0, 0.3]
VALUES: dict[str, list[Any]] = {
    "int": INTS,
    "float": FLOATS,
    "bool": [True, False],
    "complex": [1 + 2j, -0.5j, 3 + 0j],
    "str": ["ab c", "", "a", "A,b", "12", " x ", "Ab\n", "1e3"],
    "int[]": [[1, 2, 3], [], [3, 1, 2], [0]],
    "float[]": [[1.5, 2.0], [], [2.0, -1.0]],
    "bool[]": [[True, False], [], [True]],
    "str[]": [["a", "b"], [], ["b", ""]],
    "complex[]": [[1j, 2 + 1j], []],
    "int?": [None, 1, 0, -1, 5],
    "str?": [None, ",", "a"],
}
FAMILIES = ("scalars", "scalar_math", "lists", "strings")

# Division by zero crashes PyTorch here; an empty text to look for, or no width, makes some never return; the others answer for themselves.
SKIPPED_ROWS = re.compile(
    r"aten::(remainder|divmod|floordiv|fmod|hash|warn|rsplit|is_scripting|has_torch_function|_get_tracing_state|__round_to_zero_floordiv)\b"
    r"|prim::rangelist"
)
# Large counts take forever or overflow in C++; places after the end are an error of std::string there.
_SMALL = re.compile(
    r"aten::(factorial|mul\.|mul_|center|ljust|rjust|zfill|expandtabs|chr|gcd|ldexp|ceil\.int|floor\.int|__range_length|Complex)"
)
_PLACES = re.compile(r"aten::(startswith|endswith|find|rfind|index\.str|rindex|count)$")
EXCEPTIONS = {
    "aten::pow.complex_float": "infinite parts come out as C++'s library has them",
    "aten::pow.float_complex": "infinite parts come out as C++'s library has them",
    "aten::log.complex_int": "PyTorch takes the real logarithm of a negative base",
    "aten::log.complex_float": "PyTorch takes the real logarithm of a negative base",
    "aten::log.int_complex": "PyTorch takes the real logarithm of a negative number",
    "aten::log.float_complex": "PyTorch takes the real logarithm of a negative number",
    "aten::splitlines": "PyTorch keeps line ends as lines of their own",
}
COUNT = 24


def cases(key: str, types: Sequence[str]) -> list[tuple[Any, ...]]:
    """Argument tuples for a row, spread over all combinations."""
    if SKIPPED_ROWS.match(key) or key in EXCEPTIONS or any(t not in VALUES for t in types):
        return []
    every = [arguments for arguments in itertools.product(*(VALUES[t] for t in types)) if _allowed(key, arguments)]
    return every[:: max(1, len(every) // COUNT)]


def _allowed(key: str, arguments: tuple[Any, ...]) -> bool:
    numbers = [a for a in arguments if isinstance(a, int)]
    if _SMALL.match(key) and any(abs(a) > 60 for a in numbers):
        return False
    if key in ("aten::count", "aten::replace") and arguments[1] == "":
        return False
    if key in ("aten::center", "aten::ljust", "aten::rjust", "aten::zfill", "aten::expandtabs") and numbers[0] <= 0:
        return False
    if key == "aten::chr" and numbers[0] < 0:
        return False
    if _PLACES.match(key):
        return not numbers or (0 <= numbers[0] <= len(arguments[0]) and numbers[1] in (-1, 70))
    return not (key.startswith("aten::slice") and any(abs(a) > 60 for a in numbers))


def outcome(call: Callable[..., Any], arguments: Sequence[Any]) -> str:
    """The result, or `error`."""
    try:
        return repr(call(*copy.deepcopy(arguments)))
    except Exception:
        return "error"


def close(found: str, wanted: str) -> bool:
    """Whether two outcomes agree, numbers to the last digits."""
    if found == wanted:
        return True
    try:
        a, b = complex(found), complex(wanted)
    except ValueError:
        return False
    if "j" in wanted and abs(a - b) <= 1e-15 * abs(b):
        return True
    return all(math.isclose(x, y, rel_tol=1e-13) or (x != x and y != y) for x, y in ((a.real, b.real), (a.imag, b.imag)))


def rows() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Keys and argument types of the rows that have cases."""
    from rushlight.runtime.ops.table import rows as every_row

    for op in every_row():
        if op.body.__module__.rpartition(".")[2] in FAMILIES and not op.schema.is_vararg:
            yield op.key, tuple(str(argument.type) for argument in op.schema.args)

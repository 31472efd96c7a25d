"""Values as TorchScript prints them: `1.` for a float, `[a, b]` for a list of strings.

In: any value of a program. Out: the text that `str(x)`, `"{}".format(x)` and `print(x)` show in a script.
"""

from __future__ import annotations

from typing import Any, cast

from ...schema import float_text
from ...tensor import Tensor


def value_text(value: Any) -> str:
    """The value as text; strings are shown without quotes, wherever they stand."""
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        # Unlike literals, printed floats that an int64 can hold are written as one: zero has no sign, and 1e10 ends in a point.
        return f"{int(value)}." if value.is_integer() and -(2.0**63) <= value < 2.0**63 else float_text(value)
    if isinstance(value, complex):
        imaginary = value_text(value.imag)
        return f"{value_text(value.real)}{'' if imaginary.startswith('-') else '+'}{imaginary}j"
    if isinstance(value, list):
        return f"[{', '.join(map(value_text, cast('list[Any]', value)))}]"
    if isinstance(value, tuple):
        elements = cast("tuple[Any, ...]", value)
        return f"({', '.join(map(value_text, elements))}{',' if len(elements) == 1 else ''})"
    if isinstance(value, dict):
        pairs = cast("dict[Any, Any]", value).items()
        return f"{{{', '.join(f'{value_text(key)}: {value_text(item)}' for key, item in pairs)}}}"
    if isinstance(value, Tensor):
        from .tensor_text import script_text

        return script_text(value)
    return str(value)

"""Expressions whose value, or error, must be PyTorch's: `GROUPS`, evaluated with `torch` standing for PyTorch or for rushlight.

make_expressions.py writes down what PyTorch answers; tests/runtime/test_expressions.py compares. Below `own words` an error counts as
equal if its type is; above, its text must be PyTorch's too.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

FOLDER = Path(__file__).resolve().parent / "expressions"
MARK = "# own words"


def read(group: str) -> tuple[list[str], set[str]]:
    """The expressions of a group, and those of them whose error text may differ."""
    exact, _, loose = (FOLDER / f"{group}.txt").read_text().partition(MARK)
    lines = [line for text in (exact, loose) for line in text.splitlines() if line.strip()]
    return lines, {line for line in loose.splitlines() if line.strip()}


GROUPS = {path.stem: read(path.stem) for path in sorted(FOLDER.glob("*.txt"))}


def names(torch: ModuleType) -> dict[str, Any]:
    """What expressions may use besides `torch` and `np`."""

    def assigned(target: Any, index: Any, value: Any) -> Any:
        """A copy after `copy[index] = value`."""
        copy = target.clone()
        copy[index] = value
        return copy

    def seeded(seed: int, call: Any) -> Any:
        """What the call answers after manual_seed, and the next number, which shows how much was drawn."""
        torch.manual_seed(seed)
        return call(), torch.rand(2, dtype=torch.float64)

    x = torch.arange(12.0).reshape(3, 4)
    return {
        "torch": torch, "np": np, "T": torch.tensor, "x": x, "i": torch.arange(12).reshape(3, 4), "s": torch.tensor(1.5),
        "e": torch.zeros(0, 3), "c": torch.arange(24.0).reshape(2, 3, 4), "b": x > 4, "assigned": assigned, "seeded": seeded,
        "image": torch.arange(48.0).reshape(1, 3, 4, 4), "nan": float("nan"), "inf": float("inf"),
    }


def described(value: Any) -> str:
    """A value as text: tensors with their strides, containers item by item."""
    if type(value) in (tuple, list):
        return f"{type(value).__name__}({'; '.join(described(item) for item in value)})"
    if hasattr(value, "storage_offset"):
        return f"{value!r} strides={value.stride()} offset={value.storage_offset()}"
    return repr(value)


def answer(expression: str, torch: ModuleType) -> str:
    """The expression's value as text, or its exception as `!Type: message`."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            return described(eval(expression, names(torch)))
        except Exception as error:
            return f"!{type(error).__name__}: {str(error).partition(chr(10) + 'Exception raised')[0]}"

"""Small public names that belong to no other module: numbers, sizes as numbers, control flow as functions, questions about objects."""
from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from .tensor import Tensor

inf = math.inf
nan = math.nan
pi = math.pi
e = math.e
newaxis = None
"""Adds a dimension where it stands in an index."""


def typename(obj: object) -> str:
    """The name that PyTorch's messages use for the type of `obj`: "torch.FloatTensor", "list", "collections.OrderedDict"."""
    if isinstance(obj, Tensor):
        return obj.type()
    kind = type(obj)
    return kind.__qualname__ if kind.__module__ in ("builtins", "") else f"{kind.__module__}.{kind.__qualname__}"


def sym_int(a: Any) -> int:
    """A number cut to an integer."""
    return int(a)


def sym_float(a: Any) -> float:
    """A number as a float."""
    return float(a)


def sym_max(a: Any, b: Any) -> Any:
    """The greater number, a float if either is."""
    return _alike(max, a, b)


def sym_min(a: Any, b: Any) -> Any:
    """The lesser number, a float if either is."""
    return _alike(min, a, b)


def _alike(choose: Callable[[Any, Any], Any], a: Any, b: Any) -> Any:
    return float(choose(a, b)) if isinstance(a, float) or isinstance(b, float) else choose(a, b)


def sym_not(a: Any) -> bool:
    """The opposite truth value."""
    return not a


def sym_sqrt(a: Any) -> float:
    """The square root of a number."""
    return math.sqrt(a)


def sym_ite(b: bool, t: Any, f: Any) -> Any:
    """`t` if `b` holds, else `f`."""
    return t if b else f


def sym_sum(args: Iterable[Any]) -> Any:
    """The sum of numbers."""
    return sum(args)


def cond(
    pred: Any, true_fn: Callable[..., Any], false_fn: Callable[..., Any], operands: Sequence[Any] = ()
) -> Any:
    """`true_fn(*operands)` if `pred`, a truth value or a tensor of one item, holds, else `false_fn(*operands)`."""
    return true_fn(*operands) if pred else false_fn(*operands)


def while_loop(cond_fn: Callable[..., Any], body_fn: Callable[..., Any], carried_inputs: Sequence[Any]) -> tuple[Any, ...]:
    """The carried values after `body_fn` ran on them for as long as `cond_fn` of them held."""
    carried = tuple(carried_inputs)
    while cond_fn(*carried):
        carried = tuple(body_fn(*carried))
    return carried

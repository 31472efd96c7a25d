"""Comparing a trace with the program it was made of.

In: both, and arguments. Out: nothing, warnings where results differ, `TracingCheckError` where the traced program fails.
"""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable, Iterator
from typing import Any, cast

from ..runtime.tensor import Tensor
from .function import BoundMethod
from .ir import Graph
from .module import ScriptFunction
from .trace_patches import TracerWarning

Arguments = tuple[tuple[Any, ...], dict[str, Any]]


class TracingCheckError(Exception):
    """A traced program does not do what the program did."""


def check(original: Callable[..., Any], traced: ScriptFunction | BoundMethod, cases: list[Arguments], tolerance: float) -> None:
    """Run both on copies of the same arguments and compare what they give."""
    if _has_random_nodes(traced.graph):
        warnings.warn(
            "Trace had nondeterministic nodes. Did you forget call .eval() on your model? This may cause errors in trace checking. To "
            "disable trace checking, pass check_trace=False to torch.jit.trace()",
            TracerWarning,
            stacklevel=4,
        )
        return
    for args, kwargs in cases:
        expected = original(*copy.deepcopy(args), **copy.deepcopy(kwargs))
        try:
            found = traced(*copy.deepcopy(args), **copy.deepcopy(kwargs))
        except RuntimeError as error:
            raise TracingCheckError(f"Tracing failed sanity checks!\nencountered an exception while running the trace: {error}") from error
        pairs = zip(_tensors(expected), _tensors(found))
        for number, (one, other) in enumerate(pairs, 1):
            _compare(number, one, other, tolerance)


def _compare(number: int, expected: Tensor, found: Tensor, tolerance: float) -> None:
    if tuple(expected.shape) != tuple(found.shape) or expected.dtype is not found.dtype:
        problem = f"The shapes or dtypes differ: {list(expected.shape)} {expected.dtype} and {list(found.shape)} {found.dtype}"
    elif expected.dtype.is_quantized or bool(expected.isclose(found, tolerance, tolerance, True).all()):
        return
    else:
        problem = "Tensor-likes are not close!"
    warnings.warn(
        f"Output nr {number}. of the traced function does not match the corresponding output of the Python function. Detailed error:\n"
        f"{problem}",
        TracerWarning,
        stacklevel=5,
    )


def _tensors(result: Any) -> Iterator[Tensor]:
    if isinstance(result, Tensor):
        yield result
    elif isinstance(result, dict):
        for item in cast("dict[Any, Any]", result).values():
            yield from _tensors(item)
    elif isinstance(result, list | tuple):
        for item in cast("list[Any]", result):
            yield from _tensors(item)


def _has_random_nodes(graph: Graph) -> bool:
    from .passes.inlining import inline

    copied = graph.copy()
    inline(copied)
    for node in copied.walk():
        if node.op is not None and node.op.random:
            dropout = node.kind in ("aten::dropout", "aten::feature_dropout", "aten::alpha_dropout", "aten::feature_alpha_dropout")
            if not (dropout and node.inputs[2].node.is_constant and not node.inputs[2].node.value):
                return True
    return False

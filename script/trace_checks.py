"""Comparing a trace with the program it was made of, and with a second trace of it.

In: the program, its trace, a way to trace it again, and arguments. Out: nothing; warnings where results differ, `TracingCheckError` where
the two traces do, or where one of the three fails. As PyTorch does it, texts included.
"""

from __future__ import annotations

import copy
import difflib
import re
import warnings
from collections.abc import Callable
from typing import Any, cast

from ..runtime.comparing import assert_close, default_tolerances
from ..runtime.dtype import float64
from ..runtime.tensor import Tensor
from .function import BoundMethod
from .ir import Graph, Node
from .ir_printer import graph_text, node_text
from .module import ScriptFunction
from .trace_patches import TracerWarning

Arguments = tuple[tuple[Any, ...], dict[str, Any]]
Traced = ScriptFunction | BoundMethod


class TracingCheckError(Exception):
    """A traced program does not do what the program did."""

    def __init__(self, graph_diff_error: str | None, tensor_compare_error: str | None, extra_msg: str | None = None) -> None:
        parts = ["Tracing failed sanity checks!"]
        if extra_msg is not None:
            parts.append(extra_msg)
        if graph_diff_error is not None:
            parts += ["ERROR: Graphs differed across invocations!", _indented(graph_diff_error)]
        if tensor_compare_error is not None:
            parts.append(
                "ERROR: Tensor-valued Constant nodes differed in value across invocations. This often indicates that the tracer has "
                "encountered untraceable code."
            )
            parts.append(_indented(tensor_compare_error))
        self.message = "\n".join(parts) + "\n"
        super().__init__(self.message)


def check(
    original: Callable[..., Any], traced: Traced, retrace: Callable[[Arguments], Traced], cases: list[Arguments], tolerance: float
) -> None:
    """Compare the results of the program, its trace and another trace on copies of the same arguments, and the two graphs."""
    for case in cases:
        again = retrace(copy.deepcopy(case))

        def results(call: Callable[..., Any], name: str, case: Arguments = case, again: Traced = again) -> list[Tensor]:
            args, kwargs = copy.deepcopy(case)
            try:
                given = call(*args, **kwargs)
            except Exception as error:
                message = f"encountered an exception while running the {name} with test inputs.\nException:\n{_indented(str(error))}"
                raise TracingCheckError(*_differences(traced, again), message) from error
            return [item for item in (cast("tuple[Any, ...]", given) if isinstance(given, tuple) else (given,)) if isinstance(item, Tensor)]

        found = results(traced, "trace")
        if _compare(traced, found, results(original, "Python function"), "Python function", tolerance):
            _compare(traced, found, results(again, "repeated trace"), "repeated trace", tolerance)
        differences = _differences(traced, again)
        if differences != (None, None):
            raise TracingCheckError(*differences)


def _compare(traced: Traced, found: list[Tensor], expected: list[Tensor], name: str, tolerance: float) -> bool:
    equal = True
    for number, (one, other) in enumerate(zip(found, expected), 1):
        try:
            assert_close(_wide(one), _wide(other), rtol=tolerance, atol=default_tolerances(one.dtype, other.dtype)[1], equal_nan=True)
        except AssertionError as error:
            if equal:
                _warn_of_random_nodes(traced)
            equal = False
            warnings.warn(
                f"Output nr {number}. of the traced function does not match the corresponding output of the {name}. "
                f"Detailed error:\n{error}",
                TracerWarning,
                stacklevel=5,
            )
    return equal


def _wide(tensor: Tensor) -> Tensor:
    plain = tensor.dequantize() if tensor.dtype.is_quantized else tensor
    return plain if plain.dtype.is_complex else plain.to(float64)


def _warn_of_random_nodes(traced: Traced) -> None:
    nodes = [node for node in traced.graph.nodes if _is_random(node)]
    if nodes:
        listed = "\n".join(_indented(node_text(node)) for node in nodes[:20])
        warnings.warn(
            f"Trace had nondeterministic nodes. Did you forget call .eval() on your model? Nodes:\n{listed}\nThis may cause errors in "
            "trace checking. To disable trace checking, pass check_trace=False to torch.jit.trace()",
            TracerWarning,
            stacklevel=6,
        )


_DROPOUTS = ("aten::dropout", "aten::feature_dropout", "aten::alpha_dropout", "aten::feature_alpha_dropout")


def _is_random(node: Node) -> bool:
    if node.op is None or not node.op.random:
        return False
    return not (node.kind in _DROPOUTS and node.inputs[2].node.is_constant and not node.inputs[2].node.value)


# the two graphs


def _differences(traced: Traced, again: Traced) -> tuple[str | None, str | None]:
    """What to say about graphs that differ, and about their constant tensors; None where they do not."""
    # copied once more, so that values are counted anew
    first, second = traced.inlined_graph.copy(), again.inlined_graph.copy()
    return _graph_difference(first, second), _constant_difference(first, second)


def _plain(text: str) -> str:
    return re.sub(r"___torch_mangle_[0-9]+\.", "", text)


def _graph_difference(first: Graph, second: Graph) -> str | None:
    one, other = _plain(graph_text(first)), _plain(graph_text(second))
    if one == other:
        return None
    text = f"Graph diff:\n{_indented(_diff(one, other))}\n"
    for node, twin in zip(first.nodes, second.nodes):
        if _plain(node_text(node)) != _plain(node_text(twin)):
            text += f"First diverging operator:\nNode diff:\n{_indented(_diff(node_text(node), node_text(twin)))}\n"
            for name, place in (("Trace", node.span), ("Check", twin.span)):
                if place is not None:
                    text += f"{name} source location:\n{_indented(str(place))}\n"
            break
    return text


def _constant_difference(first: Graph, second: Graph) -> str | None:
    for node, twin in zip(first.nodes, second.nodes):
        if node.kind != twin.kind:
            return None
        if not node.is_constant or not isinstance(node.value, Tensor) or not isinstance(twin.value, Tensor):
            continue
        try:
            assert_close(node.value, twin.value, equal_nan=True)
        except AssertionError as error:
            place = f"Source Location:\n{_indented(str(node.span))}\n" if node.span is not None else ""
            return f"Node:\n{_indented(node_text(node))}\n{place}Comparison exception: {_indented(str(error))}"
    return None


def _diff(one: str, other: str) -> str:
    return "".join(difflib.ndiff(one.splitlines(keepends=True), other.splitlines(keepends=True)))


def _indented(text: str) -> str:
    return "\n".join(f"\t{line}" for line in text.splitlines())

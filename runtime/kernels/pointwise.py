"""Pointwise kernels: a scalar function, once per item, over operands of any strides.

In: the scalar function (`body`) and for each operand its dtype and how its innermost dimension is walked. Out: a `Kernel`
whose items are the elements of the outputs in row-major order, so any range start..stop-1 may be run by itself.

Bodies. A body is a plain function of numbers with positional parameters. Arguments are cast to their compute dtype, and the
result first to that, then to the output's dtype. Literals are weak, as they are for NumPy scalars: where float32 computes,
`0.5` and `2` are float32. Inside a body integers are int64 (uint64 stays itself), float16 and bfloat16 are float32, as
`conversions.register` says. A body whose floating result is of neither is refused. Comparisons give bool. Parameters such as alpha
are operands with inner stride 0. mathematics.py has functions that vectorize; primitives.py has floor, maximum and others.

    def add(a, b, alpha): return a + alpha * b
    def relu(a): return 0 if a <= 0 else a              # NaN stays NaN: it is not <= 0
    def sigmoid(a): return 1 / (1 + exp(-a))            # exp from mathematics.py
    def gelu(a): return 0.5 * a * (1 + erf(a * 0.7071067811865476))
    def gelu_tanh(a): return 0.5 * a * (1 + tanh(0.7978845608028654 * (a + 0.044715 * a * a * a)))
    def eq(a, b): return a == b                         # outputs=(bool_,)
    def where(condition, a, b): return a if condition else b        # compute=(bool_, float32, float32)
    def clamp(a, low, high): return minimum(maximum(a, low), high)

Words, for n operands (inputs, then outputs) and rank r:
    n addresses; and if r > 0, r sizes (outermost first), then for each operand r strides in items.
Rank 0 means flat: every operand is contiguous (class 1) or one item for all (class 0), and there are no sizes or strides.
"""
from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ..dtype import DType
from .compiler import Recipe, build
from .conversions import register
from .engine import Kernel

BROADCAST, CONTIGUOUS, STRIDED = 0, 1, 2
"""Stride classes of an operand's innermost dimension: 0, 1, or any (read from the words)."""

_known: dict[tuple[object, ...], Kernel] = {}


def pointwise_kernel(
    body: Callable[..., Any],
    inputs: tuple[DType, ...],
    compute: DType | tuple[DType, ...],
    outputs: tuple[DType, ...],
    rank: int,
    classes: tuple[int, ...],
) -> Kernel:
    """The kernel of `body` for these operands.

    `compute` is the dtype that arguments are cast to, one for all or one for each; literals take the first that is not bool.
    `classes` has a stride class for each input and then each output; in a flat kernel (rank 0) STRIDED is no class.
    Exact overlap of an output with an input (in-place) is allowed, partial overlap is not.
    TypeError if the body's result does not fit `compute`.
    """
    key = (body, inputs, compute, outputs, rank, classes)
    kernel = _known.get(key)
    if kernel is None:
        kernel = _known[key] = build(pointwise_recipe(body, inputs, compute, outputs, rank, classes))
    return kernel


def identity(a: Any) -> Any:
    """The body of a copy."""
    return a


def copy_kernel(source: DType, target: DType, rank: int, classes: tuple[int, int]) -> Kernel:
    """The kernel that copies and converts: operands are (source, target); see `pointwise_kernel`."""
    return pointwise_kernel(identity, (source,), source, (target,), rank, classes)


def pointwise_recipe(
    body: Callable[..., Any],
    inputs: tuple[DType, ...],
    compute: DType | tuple[DType, ...],
    outputs: tuple[DType, ...],
    rank: int,
    classes: tuple[int, ...],
) -> Recipe:
    """How `pointwise_kernel` makes its kernel."""
    if len(classes) != len(inputs) + len(outputs):
        raise ValueError(f"pointwise kernel: {len(classes)} stride classes for {len(inputs)} inputs and {len(outputs)} outputs")
    if rank == 0 and STRIDED in classes:
        raise ValueError("pointwise kernel: a flat kernel has no strides; use rank 1")
    computes = tuple(one.name for one in (compute if isinstance(compute, tuple) else (compute,) * max(len(inputs), 1)))
    input_names = tuple(one.name for one in inputs)
    output_names = tuple(one.name for one in outputs)
    name = f"{body.__name__}_{'_'.join(input_names + output_names)}_{rank}".replace("<lambda>", "lambda")

    def emit(symbol: str) -> Iterable[str]:
        from .pointwise_loop import PointwiseLoop
        from .tracing import trace

        compute = next((one for one in computes if one != "bool"), "bool")
        # a copy keeps the bits of every NaN
        registers = computes if body is identity else tuple(register(one) for one in computes)
        traced = trace(body, registers[: len(inputs)]) if len(outputs) == 1 else None
        if traced is not None:
            results = _results(body, traced[1], compute, 1)
            loop = PointwiseLoop(symbol, "", input_names, computes, registers, output_names, results, rank, classes, traced[0])
            return (loop.text(compute),)
        from .lowering import lower_scalar

        lowered = lower_scalar(body, registers[: len(inputs)], register(compute))
        results = _results(body, lowered.result, compute, len(outputs))
        loop = PointwiseLoop(symbol, lowered.symbol, input_names, computes, registers, output_names, results, rank, classes)
        return (loop.text(compute), *lowered.texts)

    return Recipe(name, ("pointwise", body, input_names, computes, output_names, rank, classes), emit, __name__)


def _results(body: Callable[..., Any], result: Any, compute: str, count: int) -> tuple[str, ...]:
    """The dtypes that numba inferred for a body's results, if they fit."""
    results = tuple(str(one) for one in result.types) if count > 1 and hasattr(result, "types") else (str(result),)
    if len(results) != count:
        raise TypeError(f"{body.__qualname__}: returns {len(results)} values, but {count} outputs are wanted")
    wanted = register(compute)
    for one in results:
        whole = one.startswith(("int", "uint")) and (compute == "bool" or wanted in ("int64", "uint64"))
        if one not in (compute, wanted, "bool") and not whole:
            raise TypeError(f"{body.__qualname__}: returns {one} where {compute} computes; cast inside, or compute in {one}")
    return results

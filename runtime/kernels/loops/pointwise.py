"""Pointwise kernels: a scalar function, once per item, over operands of any strides.

In: the scalar function (`body`) and for each operand its dtype and how its innermost dimension is walked. Out: a `Kernel`
whose items are the elements of the outputs in row-major order, so any range start..stop-1 may be run by itself.

Bodies. A body is a plain function of numbers with positional parameters. Arguments are cast to their compute dtype, and the
result first to that, then to the output's dtype. Literals are weak, as they are for NumPy scalars: where float32 computes,
`0.5` and `2` are float32. Inside a body integers are int64 (uint64 stays itself), float16 and bfloat16 are float32, as
`conversions.register` says. Complex numbers arrive as two arguments, real and imaginary part, and a complex result is the tuple
of both. A body whose floating result is of another dtype is refused. Comparisons give bool. Parameters such as alpha
are operands with inner stride 0. mathematics/functions.py has functions that vectorize; compiling/primitives.py has floor, maximum and
others.

    def add(a, b, alpha): return a + alpha * b
    def relu(a): return 0 if a <= 0 else a              # NaN stays NaN: it is not <= 0
    def sigmoid(a): return 1 / (1 + exp(-a))            # exp from mathematics/functions.py
    def gelu(a): return 0.5 * a * (1 + erf(a * 0.7071067811865476))
    def gelu_tanh(a): return 0.5 * a * (1 + tanh(0.7978845608028654 * (a + 0.044715 * a * a * a)))
    def eq(a, b): return a == b                         # outputs=(bool_,)
    def where(condition, a, b): return a if condition else b        # compute=(bool_, float32, float32)
    def clamp(a, low, high): return minimum(maximum(a, low), high)

Words, for n operands (inputs, then outputs) and rank r:
    n addresses; and if r > 0, r sizes (outermost first), then for each operand r strides in items.
Rank 0 means flat: every operand is contiguous (class 1) or one item for all (class 0), and there are no sizes or strides.

A kernel may run several bodies for each item (`fused_kernel`), each with its own dtypes, and store any of their results.
"""
from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from ...dtype import DType
from ..compiling.compiler import Recipe, build
from ..running.engine import Kernel

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
    step = Step(body, tuple(range(len(inputs))), compute, outputs)
    return fused_recipe(inputs, (step,), tuple(range(len(inputs), len(classes))), rank, classes)


# Several scalar functions in one kernel


@dataclass(frozen=True, slots=True)
class Step:
    """One scalar function among those of a fused kernel.

    Values are numbered: the inputs of the kernel first, then the results of every step in order. A step reads values with
    smaller numbers.
    """

    body: Callable[..., Any]
    operands: tuple[int, ...]
    """The numbers of its arguments."""
    compute: DType | tuple[DType, ...]
    """What arguments are cast to, one for all or one for each; results are cut or rounded to the first that is not bool."""
    results: tuple[DType, ...]
    """What each result is cast to then."""

    @property
    def computes(self) -> tuple[str, ...]:
        """The name of the dtype of each argument."""
        each = self.compute if isinstance(self.compute, tuple) else (self.compute,) * len(self.operands)
        return tuple(dtype.name for dtype in each)

    @property
    def main(self) -> str:
        """The name of the dtype that literals and results take."""
        each = self.compute if isinstance(self.compute, tuple) else (self.compute,)
        return next((dtype.name for dtype in each if dtype.name != "bool"), "bool")


def fused_kernel(
    inputs: tuple[DType, ...], steps: tuple[Step, ...], outputs: tuple[int, ...], rank: int, classes: tuple[int, ...]
) -> Kernel:
    """The kernel that runs all `steps` for each item and stores the values whose numbers are `outputs`.

    Its results have the bits that a kernel for each step would give: values are cast at the edges of every step, and a
    product of one step is never rounded together with a sum of another. Words and classes are as for `pointwise_kernel`.
    """
    key = (inputs, steps, outputs, rank, classes)
    kernel = _known.get(key)
    if kernel is None:
        kernel = _known[key] = build(fused_recipe(inputs, steps, outputs, rank, classes))
    return kernel


def fused_recipe(
    inputs: tuple[DType, ...], steps: tuple[Step, ...], outputs: tuple[int, ...], rank: int, classes: tuple[int, ...]
) -> Recipe:
    """How `fused_kernel` makes its kernel."""
    values = [*inputs, *(result for step in steps for result in step.results)]
    if len(classes) != len(inputs) + len(outputs):
        raise ValueError(f"pointwise kernel: {len(classes)} stride classes for {len(inputs)} inputs and {len(outputs)} outputs")
    if rank == 0 and STRIDED in classes:
        raise ValueError("pointwise kernel: a flat kernel has no strides; use rank 1")
    names = tuple(dtype.name for dtype in inputs)
    # a long chain is told from others by its key alone
    functions = "_".join(step.body.__name__ for step in steps[:4]).replace("<lambda>", "lambda")
    dtypes = "_".join((*names, *(values[number].name for number in outputs)))

    def emit(symbol: str) -> Iterable[str]:
        from ..compiling.pointwise_steps import emitted_step
        from .pointwise_loop import PointwiseLoop

        texts: list[str] = []
        emitted = [emitted_step(step, texts) for step in steps]
        return (PointwiseLoop(symbol, names, emitted, outputs, rank, classes).text(), *texts)

    described = tuple((step.body, step.operands, step.computes, step.main, _names(step.results)) for step in steps)
    identity = ("pointwise", names, described, outputs, rank, classes)
    # the loop imports this module, so both are sources of the kernel
    return Recipe(f"{functions}_{dtypes}_{rank}", identity, emit, f"{__package__}.pointwise_loop")


def _names(dtypes: tuple[DType, ...]) -> tuple[str, ...]:
    return tuple(dtype.name for dtype in dtypes)

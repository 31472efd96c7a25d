"""From the steps of a pointwise kernel to what its loop writes: each scalar function traced, or compiled by numba.

In: a `Step` of pointwise.py. Out: an `EmittedStep` for pointwise_loop.py, and the LLVM modules that it calls.
"""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .contraction import contract_module
from .conversions import parts, register
from .pointwise import Step, identity
from .pointwise_loop import EmittedStep
from .tracing import trace_all


def emitted_step(step: Step, texts: list[str]) -> EmittedStep:
    """`step` ready to be written; modules that it needs are appended to `texts`. TypeError if its body's results do not fit."""
    computes, compute = step.computes, step.main
    # a copy keeps the bits of every NaN
    registers = computes if step.body is identity else tuple(register(part) for one in computes for part in parts(one))
    targets = tuple(dtype.name for dtype in step.results)
    traced = trace_all(step.body, registers)
    if traced is not None:
        results = _checked(step.body, traced[1], compute, len(targets))
        return EmittedStep(step.operands, computes, registers, compute, results, targets, write=traced[0])
    from .lowering import lower_scalar

    lowered = lower_scalar(step.body, registers, register(parts(compute)[0]))
    several = hasattr(lowered.result, "types")
    found = tuple(str(one) for one in lowered.result.types) if several else (str(lowered.result),)
    results = _checked(step.body, found, compute, len(targets))
    texts += [text for text in map(contract_module, lowered.texts) if text not in texts]
    return EmittedStep(step.operands, computes, registers, compute, results, targets, scalar=lowered.symbol)


def _checked(body: Callable[..., Any], results: tuple[str, ...], compute: str, count: int) -> tuple[str, ...]:
    """The dtypes of a body's results, if they fit."""
    pairs = compute.startswith("complex") and len(results) == 2 * count
    if len(results) != count and not pairs:
        raise TypeError(f"{body.__qualname__}: returns {len(results)} values, but {count} outputs are wanted")
    wanted = register(parts(compute)[0])
    for one in results:
        whole = one.startswith(("int", "uint")) and (compute == "bool" or wanted in ("int64", "uint64"))
        if one not in (compute, wanted, "bool") and not whole:
            raise TypeError(f"{body.__qualname__}: returns {one} where {compute} computes; cast inside, or compute in {one}")
    return results

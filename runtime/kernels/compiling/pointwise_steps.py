"""From the steps of a kernel to what its loop writes: each scalar function traced, or compiled by numba.

In: a `Step` of loops/pointwise.py. Out: an `EmittedStep`, the LLVM modules that it calls, and by `write_step` its instructions. Loops over
tensors (loops/pointwise_loop.py) and what becomes of a product or a convolution before it is stored (matrix/epilogue.py) are written with
it.
"""
from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ..loops.pointwise import Step, identity
from .contraction import contract, contract_module, uncontracted
from .conversions import convert, join, parts, register, split
from .emitter import Builder, Value
from .tracing import WriterOfAll, trace_all


@dataclass(frozen=True, slots=True)
class EmittedStep:
    """One scalar function of a kernel, ready to be written. Values are numbered: the inputs, then the results of each step."""

    operands: tuple[int, ...]
    """Which values are its arguments."""
    computes: tuple[str, ...]
    """What each argument is cast to."""
    registers: tuple[str, ...]
    """What each argument is then held in; a complex one in two."""
    compute: str
    """What results are cut or rounded to first."""
    results: tuple[str, ...]
    """The dtypes that the function gives; where it computes in complex numbers, real and imaginary parts, or neither."""
    targets: tuple[str, ...]
    """The dtypes of the values that become of them."""
    write: WriterOfAll | None = None
    """What writes the function if it was traced."""
    scalar: str = ""
    """The symbol of the function if numba compiled it."""


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


Given = Sequence[tuple[str, str]]
"""Values as (dtype, name)."""


def write_step(builder: Builder, step: EmittedStep, operands: Given, call: Callable[[Given], list[str]]) -> list[tuple[str, str]]:
    """The values that a step makes, as (dtype, name): cast before and after. `call` calls a function that numba compiled."""
    text = builder.text
    pieces: list[tuple[str, str]] = []
    for (dtype, value), compute in zip(operands, step.computes, strict=True):
        cast = convert(text, value, dtype, compute)
        whole = len(step.registers) == len(step.computes)
        pieces += [(compute, cast)] if whole else zip(parts(compute), split(text, cast, compute), strict=True)
    arguments = [
        (register, convert(text, piece, dtype, register))
        for (dtype, piece), register in zip(pieces, step.registers, strict=True)
    ]
    names = call(arguments) if step.write is None else _write_traced(builder, step, arguments)
    results = [*zip(step.results, names, strict=True)]
    if len(results) == 2 * len(step.targets):
        pairs = zip(results[::2], results[1::2], strict=True)
        results = [(step.compute, join(text, real, imaginary, step.compute)) for (_, real), (_, imaginary) in pairs]
    values: list[tuple[str, str]] = []
    for (source, name), target in zip(results, step.targets, strict=True):
        cut = source if source == "bool" or step.compute.startswith("complex") else step.compute
        values.append((target, convert(text, convert(text, name, source, cut), cut, target)))
    return values


def _write_traced(builder: Builder, step: EmittedStep, arguments: Given) -> list[str]:
    assert step.write is not None
    text = builder.text
    first = len(text.lines)
    results = step.write(builder, *(Value(builder, *argument) for argument in arguments))
    if step.compute.startswith("complex"):
        # a product with its conjugate has no imaginary part: both halves are rounded alike, as in PyTorch
        text.lines[first:] = uncontracted(text.lines[first:])
    else:
        text.lines[first:] = contract(text.lines[first:])
    return [result.name for result in results]

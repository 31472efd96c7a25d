"""Scalar functions as device functions: the same Python functions that CPU kernels are made of.

In: a scalar function and the dtype it computes in. Out: a function that CUDA kernels call. The rules are those of
kernels/compiling/lowering.py: literals take the compute dtype, plain functions that are called are compiled with it, `math.exp` is the
vectorized function of kernels/mathematics/functions.py where it has one. Primitives have a CUDA meaning registered here.
"""
from __future__ import annotations

import dis
import functools
import math
import types as python_types
from collections.abc import Callable
from typing import Any

import numpy as np
from numba import cuda as numba_cuda
from numba import types
from numba.core import config

from ..kernels.compiling import primitives
from ..kernels.mathematics.functions import VECTORIZED

cuda: Any = numba_cuda
"""numba's module, whose annotations are those of host code. Kernels name it as a global, where the simulator replaces it."""

SIMULATED = bool(config.ENABLE_CUDASIM)
"""Whether numba's simulator runs kernels, as Python, in place of a GPU."""

_TYPES: dict[str, tuple[Any, Any]] = {
    "float32": (types.float32, np.float32),
    "float64": (types.float64, np.float64),
    "int64": (types.int64, np.int64),
    "int32": (types.int32, np.int32),
    "uint8": (types.uint8, np.uint8),
    "bool": (types.boolean, np.bool_),
}


def numba_type(dtype: str) -> Any:
    """numba's type of items of a dtype."""
    if dtype not in _TYPES:
        raise NotImplementedError(f"cuda: kernels for {dtype} are not implemented; {', '.join(_TYPES)} are")
    return _TYPES[dtype][0]


def device(function: Callable[..., Any]) -> Any:
    """`function` as a device function. Inlined: others ask for a driver when they are compiled."""
    return cuda.jit(device=True, inline="always")(function)


@functools.cache
def cast(source: str, target: str) -> Any:
    """The device function that converts an item as PyTorch does: toward zero, anything but 0 is true."""
    numba_type(source)
    numba_type(target)
    if source == target:
        return device(lambda x: x)
    if target == "bool":
        zero = _TYPES[source][1](0)
        return device(lambda x: x != zero)
    make = _TYPES[target][1]
    if source.startswith("float") and target == "uint8":
        # PyTorch goes through int64, so that -1.0 is 255 and 300.0 is 44
        mask = np.int64(255)
        return device(lambda x: make(np.int64(x) & mask))
    return device(lambda x: make(x))


@functools.cache
def exact(dtype: str) -> Any:
    """The device function that takes what a body gave, which may have widened, back to `dtype`."""
    make = _TYPES[dtype][1]
    return device(lambda x: make(x))


@functools.cache
def scalar(function: Callable[..., Any], compute: str) -> Any:
    """The device function of a scalar function whose literals are of dtype `compute`."""
    return device(_specialized(function, compute))


def _specialized(function: Callable[..., Any], compute: str) -> Callable[..., Any]:
    """A copy of `function` whose constants, globals and free variables are those of CUDA code that computes in `compute`."""
    chosen: Any = function.__dict__.get("_implementations", {}).get(compute, function)
    keeps_literals = bool(chosen.__dict__.get("_typed"))

    code = chosen.__code__

    def translate(value: Any) -> Any:
        if value is math:
            return _mathematics(compute, code.co_names)
        if isinstance(value, python_types.FunctionType):
            return value if value in _LIBRARY else scalar(value, compute)
        return value if keeps_literals else _literal(value, compute)

    used = {one.argval for one in dis.get_instructions(code) if one.opname == "LOAD_GLOBAL"}
    names = {name: translate(chosen.__globals__[name]) for name in sorted(used) if name in chosen.__globals__}
    cells = tuple(python_types.CellType(translate(cell.cell_contents)) for cell in chosen.__closure__ or ())
    constants = code.co_consts if keeps_literals else tuple(_literal(value, compute) for value in code.co_consts)
    made = python_types.FunctionType(
        code.replace(co_consts=constants), {"__builtins__": __builtins__, "cuda": cuda, **names}, chosen.__name__,
        chosen.__defaults__, cells or None,
    )
    made.__qualname__ = f"{chosen.__qualname__}_{compute}"
    return made


def _literal(value: Any, compute: str) -> Any:
    floating = compute.startswith("float")
    if type(value) is float:
        # a limit may be beyond the dtype's: infinity then
        with np.errstate(over="ignore"):
            return _TYPES[compute][1](value) if floating else np.float64(value)
    if type(value) is int:
        make = np.int64 if compute == "bool" else _TYPES[compute][1]
        fits = floating or np.iinfo(make).min <= value <= np.iinfo(make).max
        return make(value) if fits else value
    if type(value) is tuple:
        return tuple(_literal(item, compute) for item in value)
    return value


def _mathematics(compute: str, names: tuple[str, ...]) -> Any:
    """What `math` is in a body that computes in `compute`: our functions where there are any, else the device's library."""
    module = python_types.ModuleType("math")
    for name in names:
        if hasattr(math, name):
            ours = VECTORIZED.get((name, compute))
            setattr(module, name, _library_function(name) if ours is None else scalar(ours, compute))
    return module


_NUMPY_NAMES = {
    "acos": "arccos", "acosh": "arccosh", "asin": "arcsin", "asinh": "arcsinh", "atan": "arctan", "atanh": "arctanh", "pow": "power",
}


def _library_function(name: str) -> Any:
    """A function of `math`; in the simulator NumPy's, for Python's raises where IEEE 754 has NaN and infinities."""
    return getattr(np, _NUMPY_NAMES.get(name, name), getattr(math, name)) if SIMULATED else getattr(math, name)


# Primitives

_F32, _F64, _I32, _I64 = types.float32, types.float64, types.int32, types.int64
_LIBRARY: dict[Callable[..., Any], dict[tuple[Any, ...], tuple[Any, str]]] = {
    primitives.floor: {(_F32,): (_F32, "floorf"), (_F64,): (_F64, "floor")},
    primitives.ceil: {(_F32,): (_F32, "ceilf"), (_F64,): (_F64, "ceil")},
    primitives.truncate: {(_F32,): (_F32, "truncf"), (_F64,): (_F64, "trunc")},
    primitives.round_half_even: {(_F32,): (_F32, "rintf"), (_F64,): (_F64, "rint")},
    primitives.rest_toward_zero: {(_F32, _F32): (_F32, "fmodf"), (_F64, _F64): (_F64, "fmod")},
    primitives.fused_multiply_add: {(_F32,) * 3: (_F32, "fmaf"), (_F64,) * 3: (_F64, "fma")},
    primitives.float32_bits: {(_F32,): (_I32, "")},
    # numba widens int32 arithmetic, so the bits often arrive as int64
    primitives.float32_from_bits: {(_I32,): (_F32, ""), (_I64,): (_F32, "")},
    primitives.float64_bits: {(_F64,): (_I64, "")},
    primitives.float64_from_bits: {(_I64,): (_F64, "")},
}
"""Primitive -> argument types -> result and name in the device's library (libdevice, without `__nv_`); no name: the same bits.

Primitives that are not here are compiled from their Python bodies.
"""


def _register(primitive: Callable[..., Any], known: dict[tuple[Any, ...], tuple[Any, str]]) -> None:
    """Give `primitive` its types and its instructions in CUDA code."""
    from numba.cuda.extending import lower_builtin, type_callable

    rounds = all(len(arguments) == 1 and result == arguments[0] for arguments, (result, _) in known.items())

    def typer(context: Any) -> Callable[..., Any]:
        def resolve(*given: Any) -> Any:
            found = known.get(tuple(types.unliteral(one) for one in given))
            if found is not None:
                return found[0]
            # rounding a whole number gives the number
            return types.unliteral(given[0]) if rounds and isinstance(given[0], types.Integer) else None

        # numba binds a call to the signature of the typer, so it needs the right number of named parameters
        return (lambda x: resolve(x), lambda x, y: resolve(x, y), lambda x, y, z: resolve(x, y, z))[primitive.__code__.co_argcount - 1]

    type_callable(primitive)(typer)
    for arguments, (result, name) in known.items():
        lower_builtin(primitive, *arguments)(_instructions(result, name))
    if rounds:
        lower_builtin(primitive, types.Integer)(lambda context, builder, sig, values: values[0])


def _instructions(result: Any, name: str) -> Callable[..., Any]:
    from llvmlite import ir

    def emit(context: Any, builder: Any, sig: Any, values: list[Any]) -> Any:
        kind = context.get_value_type(result)
        if not name:
            bits = values[0]
            if isinstance(bits.type, ir.IntType) and bits.type.width == 64 and result == _F32:
                bits = builder.trunc(bits, ir.IntType(32))
            return builder.bitcast(bits, kind)
        symbol = f"__nv_{name}"
        function = builder.module.globals.get(symbol)
        if function is None:
            function = ir.Function(builder.module, ir.FunctionType(kind, [value.type for value in values]), symbol)
        return builder.call(function, values)

    return emit


if not SIMULATED:
    for _primitive, _known in _LIBRARY.items():
        _register(_primitive, _known)

"""LLVM text that turns a value of one dtype into another, as PyTorch does, and which dtype computes for which.

In: a value's name, its dtype and the dtype wanted. Out: the name of the result, and the instructions added to a `Text`. Nothing
branches, so loops of conversions vectorize. float16 and bfloat16 exist as 16 bits; they are read and made through float32.
"""
from __future__ import annotations

import os
from functools import cache

from ..running.processor import has
from .llvm_text import STORAGE, Text

_WIDTH = {"i64": 64, "i32": 32, "i16": 16, "i8": 8}
_FLOATS = ("float32", "float64")
_HALVES = ("float16", "bfloat16")
_PARTS = {"complex64": "float32", "complex128": "float64"}
_REGISTERS = {
    "float16": "float32", "bfloat16": "float32", "int8": "int64", "int16": "int64", "int32": "int64", "uint8": "int64",
    "uint16": "int64", "uint32": "int64",
}
"""What computes in the place of another dtype."""


def register(dtype: str) -> str:
    """The dtype in which a scalar function of `dtype` is computed; its result is cut or rounded back to `dtype`.

    float32 for the formats of 16 bits. int64 for integers that fit it: then nothing inside a function overflows that would
    not in Python, and LLVM narrows what need not be wide.
    """
    return _REGISTERS.get(dtype, dtype)


def parts(dtype: str) -> tuple[str, ...]:
    """The dtypes of the arguments that stand for one of `dtype`: real and imaginary part of a complex number, else itself."""
    return (_PARTS[dtype],) * 2 if dtype in _PARTS else (dtype,)


def split(text: Text, value: str, dtype: str) -> list[str]:
    """The parts of a value."""
    if dtype not in _PARTS:
        return [value]
    return [text.let(f"extractvalue {STORAGE[dtype]} {value}, {at}") for at in range(2)]


def join(text: Text, real: str, imaginary: str, dtype: str) -> str:
    """The complex number of two parts."""
    part = STORAGE[_PARTS[dtype]]
    half = text.let(f"insertvalue {STORAGE[dtype]} poison, {part} {real}, 0")
    return text.let(f"insertvalue {STORAGE[dtype]} {half}, {part} {imaginary}, 1")


def loaded(dtype: str) -> str:
    """The dtype of an item of `dtype` in a register: float32 for the formats of 16 bits, its own for the others."""
    return "float32" if dtype in _HALVES else dtype


def is_unsigned(dtype: str) -> bool:
    """Whether the bits of an integer or bool dtype count from 0."""
    return dtype == "bool" or dtype.startswith("uint")


def convert(text: Text, value: str, source: str, target: str) -> str:
    """`value` of dtype `source` as `target`: toward zero, integers wrap, anything but 0 is true.

    Floats that no integer of the target stands for, and NaN, give what PyTorch's builds for x86 give.
    """
    if source == target:
        return value
    if source in _PARTS or target in _PARTS:
        return _convert_complex(text, value, source, target)
    if source in _HALVES:
        wide = _from_float16(text, value) if source == "float16" else _from_bfloat16(text, value)
        return convert(text, wide, "float32", target)
    if target in _HALVES:
        value = convert(text, value, source, "float32")
        return _to_float16(text, value) if target == "float16" else _to_bfloat16(text, value)
    have, want = STORAGE[source], STORAGE[target]
    if target == "bool":
        test = f"fcmp une {have} {value}, 0.0" if source in _FLOATS else f"icmp ne {have} {value}, 0"
        return text.let(f"zext i1 {text.let(test)} to i8")
    if source in _FLOATS and target in _FLOATS:
        return text.let(f"{'fpext' if want == 'double' else 'fptrunc'} {have} {value} to {want}")
    if source in _FLOATS:
        return _to_whole(text, value, have, target)
    if target in _FLOATS:
        return text.let(f"{'uitofp' if is_unsigned(source) else 'sitofp'} {have} {value} to {want}")
    if _WIDTH[have] == _WIDTH[want]:
        return value
    if _WIDTH[have] > _WIDTH[want]:
        return text.let(f"trunc {have} {value} to {want}")
    return text.let(f"{'zext' if is_unsigned(source) else 'sext'} {have} {value} to {want}")


def _convert_complex(text: Text, value: str, source: str, target: str) -> str:
    """The imaginary part begins as 0, and is dropped where the target has none."""
    pieces = split(text, value, source)
    kind = parts(source)[0]
    if target == "bool":
        truths = [convert(text, piece, kind, "bool") for piece in pieces]
        return text.let(f"or i8 {truths[0]}, {truths[1]}")
    if target not in _PARTS:
        return convert(text, pieces[0], kind, target)
    real, *rest = [convert(text, piece, kind, _PARTS[target]) for piece in pieces]
    return join(text, real, rest[0] if rest else "0.0", target)


_THROUGH = {"uint8": "i64", "int8": "i32", "int16": "i32", "uint16": "i32"}
"""Integer dtypes that floats reach through a wider one: -1.0 is 255 in uint8, and 300.0 is 44."""
_MIDDLE = {"i32": "0x41E0000000000000", "i64": "0x43E0000000000000"}
"""2 to the power of 31 and of 63, as floats."""


def _to_whole(text: Text, value: str, have: str, target: str) -> str:
    want = STORAGE[target]
    if target not in ("uint32", "uint64"):
        through = _THROUGH.get(target, want)
        whole = text.let(f"fptosi {have} {value} to {through}")
        return whole if through == want else text.let(f"trunc {through} {whole} to {want}")
    # the machine converts signed numbers only: the upper half of the range is moved down and back
    above = text.let(f"fcmp oge {have} {value}, {_MIDDLE[want]}")
    down = text.let(f"fsub {have} {value}, {_MIDDLE[want]}")
    moved = text.let(f"select i1 {above}, {have} {down}, {have} {value}")
    whole = text.let(f"fptosi {have} {moved} to {want}")
    back = text.let(f"xor {want} {whole}, {-(1 << (_WIDTH[want] - 1))}")
    return text.let(f"select i1 {above}, {want} {back}, {want} {whole}")


# Formats of 16 bits


@cache
def has_half_instructions() -> bool:
    """Whether the CPU converts float16 by itself; elsewhere LLVM would call functions that kernels may not use."""
    return has("f16c") or os.uname().machine in ("aarch64", "arm64")


def _from_bfloat16(text: Text, value: str) -> str:
    wide = text.let(f"zext i16 {value} to i32")
    bits = text.let(f"shl i32 {wide}, 16")
    return text.let(f"bitcast i32 {bits} to float")


def _to_bfloat16(text: Text, value: str) -> str:
    """The upper half, rounded to nearest, ties to even; every NaN becomes the same."""
    bits = text.let(f"bitcast float {value} to i32")
    upper = text.let(f"lshr i32 {bits}, 16")
    odd = text.let(f"and i32 {upper}, 1")
    up = text.let(f"add i32 {odd}, 32767")
    raised = text.let(f"add i32 {bits}, {up}")
    rounded = text.let(f"lshr i32 {raised}, 16")
    number = text.let(f"fcmp ord float {value}, 0.0")
    chosen = text.let(f"select i1 {number}, i32 {rounded}, i32 {0x7FC0}")
    return text.let(f"trunc i32 {chosen} to i16")


def _from_float16(text: Text, value: str) -> str:
    if has_half_instructions():
        half = text.let(f"bitcast i16 {value} to half")
        return text.let(f"fpext half {half} to float")
    # https://github.com/Maratyszcza/FP16: a product moves the exponent, a difference makes denormals
    wide = text.let(f"zext i16 {value} to i32")
    twice = text.let(f"shl i32 {wide}, 17")
    upper = text.let(f"shl i32 {wide}, 16")
    sign = text.let(f"and i32 {upper}, {-(1 << 31)}")
    exponent = text.let(f"lshr i32 {twice}, 4")
    raised = text.let(f"add i32 {exponent}, {0xE0 << 23}")
    large = text.let(f"bitcast i32 {raised} to float")
    moved = text.let(f"fmul float {large}, 0x38F0000000000000")
    normal = text.let(f"bitcast float {moved} to i32")
    fraction = text.let(f"lshr i32 {twice}, 17")
    above_half = text.let(f"or i32 {fraction}, {126 << 23}")
    biased = text.let(f"bitcast i32 {above_half} to float")
    difference = text.let(f"fsub float {biased}, 0.5")
    denormal = text.let(f"bitcast float {difference} to i32")
    small = text.let(f"icmp ult i32 {twice}, {1 << 27}")
    size = text.let(f"select i1 {small}, i32 {denormal}, i32 {normal}")
    bits = text.let(f"or i32 {sign}, {size}")
    return text.let(f"bitcast i32 {bits} to float")


def _to_float16(text: Text, value: str) -> str:
    if has_half_instructions():
        half = text.let(f"fptrunc float {value} to half")
        return text.let(f"bitcast half {half} to i16")
    # as above, backwards: adding a power of 2 rounds at the last bit that float16 keeps, halves to even
    bits = text.let(f"bitcast float {value} to i32")
    positive = text.let(f"and i32 {bits}, {(1 << 31) - 1}")
    size = text.let(f"bitcast i32 {positive} to float")
    overflowing = text.let(f"fmul float {size}, 0x46F0000000000000")
    base = text.let(f"fmul float {overflowing}, 0x3910000000000000")
    twice = text.let(f"shl i32 {bits}, 1")
    exponent = text.let(f"and i32 {twice}, {-(1 << 24)}")
    low = text.let(f"icmp ult i32 {exponent}, {0x71000000}")
    bias = text.let(f"select i1 {low}, i32 {0x71000000}, i32 {exponent}")
    halved = text.let(f"lshr i32 {bias}, 1")
    power = text.let(f"add i32 {halved}, {0x07800000}")
    step = text.let(f"bitcast i32 {power} to float")
    total = text.let(f"fadd float {base}, {step}")
    rounded = text.let(f"bitcast float {total} to i32")
    moved = text.let(f"lshr i32 {rounded}, 13")
    high = text.let(f"and i32 {moved}, {0x7C00}")
    rest = text.let(f"and i32 {rounded}, {0xFFF}")
    number = text.let(f"add i32 {high}, {rest}")
    nan = text.let(f"icmp ugt i32 {twice}, {-(1 << 24)}")
    chosen = text.let(f"select i1 {nan}, i32 {0x7E00}, i32 {number}")
    upper = text.let(f"lshr i32 {bits}, 16")
    sign = text.let(f"and i32 {upper}, {0x8000}")
    signed = text.let(f"or i32 {sign}, {chosen}")
    return text.let(f"trunc i32 {signed} to i16")

"""Trigonometry: sin, cos, tan, asin, acos, atan, atan2 in float32 and float64.

Angles are reduced by multiples of pi / 2, given to three times the dtype's digits (Cody and Waite). Large ones are wanted
seldom: those of float32 are reduced in float64 with 212 bits of 1 / 2 pi, so that every one of them is exact, those of float64
are left to the C library. The polynomials are in polynomials.py.
"""
from __future__ import annotations

import math
from math import cos as library_cos
from math import sin as library_sin
from math import tan as library_tan
from typing import Any

import numpy as np

from ..compiling.primitives import (
    float32_bits,
    float32_from_bits,
    float64_bits,
    float64_from_bits,
    floor,
    fused_multiply_add,
    round_half_even,
    seldom,
    typed,
)
from .polynomials import asin, asin_short, atan, atan_short, cos, cos_short, sin, sin_short

_f = np.float32
_i = np.int32
_d = np.float64


@typed
def _part(x: Any) -> Any:
    """x without its nearest integer."""
    return x - round_half_even(x)


@typed
def _quarters(x: Any) -> Any:
    """(quarter turns from -0.5 to 0.5, how many quarters were taken off) for a float32 angle in radians, as float64."""
    first = x * 0.15915494309189535
    second = x * -9.839338337591243e-18
    third = x * -5.360718141446502e-34
    # each product is the exact sum of two numbers; whole turns go, then quarters, from the largest number to the smallest
    rest = 4.0 * _part(first)
    count = round_half_even(rest)
    rest = fused_multiply_add(4.0, _part(fused_multiply_add(x, 0.15915494309189535, -first)), rest - count)
    more = round_half_even(rest)
    count = count + more
    rest = fused_multiply_add(4.0, _part(second), rest - more)
    more = round_half_even(rest)
    count = count + more
    rest = fused_multiply_add(4.0, _part(fused_multiply_add(x, -9.839338337591243e-18, -second)), rest - more)
    more = round_half_even(rest)
    count = count + more
    rest = fused_multiply_add(4.0, _part(third), rest - more)
    more = round_half_even(rest)
    count = count + more
    low = fused_multiply_add(x, -5.360718141446502e-34, -third) + x * 4.026781963297056e-50
    return fused_multiply_add(4.0, low, rest - more), count


@typed
def _exact_wave(x: Any, ahead: Any) -> Any:
    """The sine of any float32 angle, `ahead` quarter turns further."""
    rest, count = _quarters(_d(x))
    angle = rest * 1.5707963267948966
    square = angle * angle
    sine = fused_multiply_add(sin_short(square) * square, angle, angle)
    cosine = fused_multiply_add(cos_short(square) * square, square, 1.0 - 0.5 * square)
    quarter = count + ahead
    quarter = quarter - 4.0 * floor(quarter * 0.25)
    value = cosine if quarter == 1.0 or quarter == 3.0 else sine
    return _f(-value if quarter >= 2.0 else value)


@seldom(-65536.0, 65536.0)
@typed
def _far_sin_float32(x: Any) -> Any:
    return _exact_wave(x, 0.0)


@seldom(-65536.0, 65536.0)
@typed
def _far_cos_float32(x: Any) -> Any:
    return _exact_wave(x, 1.0)


@seldom(-1e9, 1e9)
@typed
def _far_tan_float32(x: Any) -> Any:
    rest, count = _quarters(_d(x))
    angle = rest * 1.5707963267948966
    square = angle * angle
    sine = fused_multiply_add(sin_short(square) * square, angle, angle)
    cosine = fused_multiply_add(cos_short(square) * square, square, 1.0 - 0.5 * square)
    odd = count - 2.0 * floor(count * 0.5) != 0.0
    return _f((-cosine if odd else sine) / (sine if odd else cosine))


@typed
def _near_wave_float32(x: Any, ahead: Any) -> Any:
    """As `_exact_wave`, for angles up to 65536: pi / 2 as a sum of three numbers, the rest of the angle as a sum of two."""
    shifted = fused_multiply_add(x, _f(0.6366197723675814), _f(12582912.0))
    count = shifted - _f(12582912.0)
    first = fused_multiply_add(count, _f(-1.5707963705062866), x)
    # first + second as a sum of two numbers, whichever is larger: close to multiples of pi / 2 they cancel
    second = count * _f(4.371138828673793e-08)
    rest = first + second
    added = rest - first
    low = (first - (rest - added)) + (second - added)
    low = low + fused_multiply_add(count, _f(4.371138828673793e-08), -second)
    low = fused_multiply_add(count, _f(1.7151244994428828e-15), low)
    square = rest * rest
    p = fused_multiply_add(_f(-1.9515295891e-4), square, _f(8.3321608736e-3))
    p = fused_multiply_add(p, square, _f(-1.6666654611e-1))
    sine = rest + fused_multiply_add(p * square, rest, low)
    q = fused_multiply_add(_f(2.443315711809948e-5), square, _f(-1.388731625493765e-3))
    q = fused_multiply_add(q, square, _f(4.166664568298827e-2))
    q = fused_multiply_add(q, square, _f(-0.5))
    cosine = _f(1) + fused_multiply_add(-rest, low, q * square)
    quarter = _i(float32_bits(shifted) + ahead)
    value = cosine if _i(quarter & _i(1)) != _i(0) else sine
    return float32_from_bits(_i(float32_bits(value) ^ _i(_i(quarter & _i(2)) << _i(30))))


@typed
def sin_float32(x: Any) -> Any:
    """The sine of an angle in radians."""
    return _far_sin_float32(x, x if x == _f(0) else _near_wave_float32(x, _i(0)))


@typed
def cos_float32(x: Any) -> Any:
    """The cosine of an angle in radians."""
    return _far_cos_float32(x, _near_wave_float32(x, _i(1)))


@typed
def tan_float32(x: Any) -> Any:
    """The tangent of an angle in radians: sine by cosine, in float64."""
    wide = _d(x)
    shifted = fused_multiply_add(wide, 0.6366197723675814, 6755399441055744.0)
    count = shifted - 6755399441055744.0
    angle = fused_multiply_add(count, -1.5707963267948966, wide)
    angle = fused_multiply_add(count, -6.123233995736766e-17, angle)
    square = angle * angle
    sine = fused_multiply_add(sin_short(square) * square, angle, angle)
    cosine = fused_multiply_add(cos_short(square) * square, square, 1.0 - 0.5 * square)
    odd = float64_bits(shifted) & 1 != 0
    result = _f((-cosine if odd else sine) / (sine if odd else cosine))
    return _far_tan_float32(x, x if x == _f(0) else result)


# float64


@seldom(-1e5, 1e5)
@typed
def _far_sin_float64(x: Any) -> Any:
    return library_sin(x)


@seldom(-1e5, 1e5)
@typed
def _far_cos_float64(x: Any) -> Any:
    return library_cos(x)


@seldom(-1e5, 1e5)
@typed
def _far_tan_float64(x: Any) -> Any:
    return library_tan(x)


@typed
def _turn_float64(x: Any) -> Any:
    """Sine and cosine of the rest as sums of two numbers, and how many quarter turns were taken off plus 1.5 * 2**52; |x| <= 1e5."""
    shifted = fused_multiply_add(x, 0.6366197723675814, 6755399441055744.0)
    count = shifted - 6755399441055744.0
    first = fused_multiply_add(count, -1.5707963267948966, x)
    # as in `_near_wave_float32`
    second = count * -6.123233995736766e-17
    rest = first + second
    added = rest - first
    low = (first - (rest - added)) + (second - added)
    low = low + fused_multiply_add(count, -6.123233995736766e-17, -second)
    low = fused_multiply_add(count, 1.4973849048591833e-33, low)
    square = rest * rest
    sine_low = fused_multiply_add(sin(square) * square, rest, low)
    half = 0.5 * square
    cosine = 1.0 - half
    lost = (1.0 - cosine) - half
    cosine_low = fused_multiply_add(cos(square) * square, square, fused_multiply_add(-rest, low, lost))
    return rest, sine_low, cosine, cosine_low, shifted


@typed
def _near_wave_float64(x: Any, ahead: Any) -> Any:
    sine, sine_low, cosine, cosine_low, shifted = _turn_float64(x)
    quarter = float64_bits(shifted) + ahead
    value = cosine + cosine_low if quarter & 1 != 0 else sine + sine_low
    return float64_from_bits(float64_bits(value) ^ ((quarter & 2) << 62))


@typed
def sin_float64(x: Any) -> Any:
    """The sine of an angle in radians; the C library answers beyond 1e5."""
    return _far_sin_float64(x, x if x == 0.0 else _near_wave_float64(x, 0))


@typed
def cos_float64(x: Any) -> Any:
    """The cosine of an angle in radians; the C library answers beyond 1e5."""
    return _far_cos_float64(x, _near_wave_float64(x, 1))


@typed
def tan_float64(x: Any) -> Any:
    """The tangent of an angle in radians: sine by cosine, with what their roundings lost; the C library answers beyond 1e5."""
    sine, sine_low, cosine, cosine_low, shifted = _turn_float64(x)
    odd = float64_bits(shifted) & 1 != 0
    above = -cosine if odd else sine
    above_low = -cosine_low if odd else sine_low
    below = sine if odd else cosine
    below_low = sine_low if odd else cosine_low
    top = above + above_low
    bottom = below + below_low
    above_low = above_low - (top - above)
    below_low = below_low - (bottom - below)
    inverse = 1.0 / bottom
    quotient = top * inverse
    rest = fused_multiply_add(-quotient, bottom, top) + fused_multiply_add(-quotient, below_low, above_low)
    return _far_tan_float64(x, x if x == 0.0 else fused_multiply_add(rest, inverse, quotient))


# float32: inverse functions


@typed
def asin_float32(x: Any) -> Any:
    """The angle whose sine is x: a polynomial up to 1/2, beyond it by the angle's half."""
    size = abs(x)
    far = size > _f(0.5)
    square = (_f(1) - size) * _f(0.5) if far else size * size
    root = math.sqrt(square)
    small = root if far else size
    rest = asin_short(square) * square * small
    # what the rounded root lost; a root of 0 lost nothing
    lost = fused_multiply_add(-root, root, square) / (root + root) if root > _f(0) else _f(0)
    twice = _f(2) * (rest + lost) - _f(-4.371138828673793e-08)
    angle = (_f(1.5707963705062866) - _f(2) * root) - twice if far else small + rest
    result = -angle if x < _f(0) else angle
    return x if x == _f(0) else result


@typed
def acos_float32(x: Any) -> Any:
    """The angle whose cosine is x."""
    size = abs(x)
    far = size > _f(0.5)
    square = (_f(1) - size) * _f(0.5) if far else size * size
    root = math.sqrt(square)
    small = root if far else x
    angle = fused_multiply_add(asin_short(square) * square, small, small)
    near = _f(1.5707963705062866) - (angle - _f(-4.371138828673793e-08))
    twice = _f(2) * angle
    twice = _f(3.1415927410125732) - (twice - _f(-8.742277657347586e-08)) if x < _f(0) else twice
    return twice if far else near


@typed
def _quarter_angle_float32(y: Any, x: Any) -> Any:
    """The angle of the point (x, y), neither negative, by one quotient of size at most 1/2."""
    low = y < x * _f(0.5)
    high = y * _f(0.5) > x
    above = y if low else (-x if high else y - x)
    below = x if low else (y if high else y + x)
    t = above / below
    square = t * t
    turn = _f(0) if low else (_f(1.5707963705062866) if high else _f(0.7853981852531433))
    turn_low = _f(0) if low else (_f(-4.371138828673793e-08) if high else _f(-2.1855694143368964e-08))
    return turn + (fused_multiply_add(atan_short(square) * square, t, t) + turn_low)


@typed
def atan_float32(x: Any) -> Any:
    """The angle whose tangent is x."""
    angle = _quarter_angle_float32(abs(x), _f(1))
    angle = -angle if x < _f(0) else angle
    return x if x == _f(0) else angle


@typed
def atan2_float32(y: Any, x: Any) -> Any:
    """The angle of the point (x, y), all four quarters, zeros and infinities as in IEEE 754."""
    height, width = abs(y), abs(x)
    both = height == _f(np.inf) and width == _f(np.inf)
    height = _f(1) if both else height
    width = _f(1) if both or (height == _f(0) and width == _f(0)) else width
    large = max(height, width) > _f(1e30)
    factor = _f(2.3283064365386963e-10) if large else _f(1)
    angle = _quarter_angle_float32(height * factor, width * factor)
    behind = math.copysign(_f(1), x) < _f(0)
    angle = _f(3.1415927410125732) - (angle - _f(-8.742277657347586e-08)) if behind else angle
    angle = math.copysign(angle, y)
    return x + y if x != x or y != y else angle


@typed
def hypot_float32(x: Any, y: Any) -> Any:
    """The length of the vector (x, y): in float64, where no square overflows. Infinity beside NaN is infinity."""
    wide, high = _d(x), _d(y)
    length = math.sqrt(fused_multiply_add(wide, wide, high * high))
    return _f(np.inf) if abs(x) == _f(np.inf) or abs(y) == _f(np.inf) else _f(length)


@typed
def hypot_float64(x: Any, y: Any) -> Any:
    """The length of the vector (x, y): the longer side times sqrt(1 + the square of the sides' ratio). As `hypot_float32` at the ends."""
    width, height = abs(x), abs(y)
    large = height if height > width else width
    small = width if height > width else height
    ratio = small / (large if large > 0.0 else 1.0)
    length = large * math.sqrt(fused_multiply_add(ratio, ratio, 1.0))
    length = x + y if x != x or y != y else length
    return np.inf if width == np.inf or height == np.inf else length


# float64: inverse functions


@typed
def asin_float64(x: Any) -> Any:
    """The angle whose sine is x: a polynomial up to 1/2, beyond it by the angle's half."""
    size = abs(x)
    far = size > 0.5
    square = (1.0 - size) * 0.5 if far else size * size
    root = math.sqrt(square)
    small = root if far else size
    rest = asin(square) * square * small
    # what the rounded root lost; a root of 0 lost nothing
    lost = fused_multiply_add(-root, root, square) / (root + root) if root > 0.0 else 0.0
    twice = 2.0 * (rest + lost) - 6.123233995736766e-17
    angle = (1.5707963267948966 - 2.0 * root) - twice if far else small + rest
    result = -angle if x < 0.0 else angle
    return x if x == 0.0 else result


@typed
def acos_float64(x: Any) -> Any:
    """The angle whose cosine is x."""
    size = abs(x)
    far = size > 0.5
    square = (1.0 - size) * 0.5 if far else size * size
    root = math.sqrt(square)
    small = root if far else x
    angle = fused_multiply_add(asin(square) * square, small, small)
    near = 1.5707963267948966 - (angle - 6.123233995736766e-17)
    twice = 2.0 * angle
    twice = 3.141592653589793 - (twice - 1.2246467991473532e-16) if x < 0.0 else twice
    return twice if far else near


@typed
def _quarter_angle_float64(y: Any, x: Any) -> Any:
    """The angle of the point (x, y), neither negative, by one quotient of size at most 1/2."""
    low = y < x * 0.5
    high = y * 0.5 > x
    above = y if low else (-x if high else y - x)
    below = x if low else (y if high else y + x)
    t = above / below
    square = t * t
    turn = 0.0 if low else (1.5707963267948966 if high else 0.7853981633974483)
    turn_low = 0.0 if low else (6.123233995736766e-17 if high else 3.061616997868383e-17)
    return turn + (fused_multiply_add(atan(square) * square, t, t) + turn_low)


@typed
def atan_float64(x: Any) -> Any:
    """The angle whose tangent is x."""
    angle = _quarter_angle_float64(abs(x), 1.0)
    angle = -angle if x < 0.0 else angle
    return x if x == 0.0 else angle


@typed
def atan2_float64(y: Any, x: Any) -> Any:
    """The angle of the point (x, y), all four quarters, zeros and infinities as in IEEE 754."""
    height, width = abs(y), abs(x)
    both = height == np.inf and width == np.inf
    height = 1.0 if both else height
    width = 1.0 if both or (height == 0.0 and width == 0.0) else width
    large = max(height, width) > 1e300
    factor = 2.3283064365386963e-10 if large else 1.0
    angle = _quarter_angle_float64(height * factor, width * factor)
    behind = math.copysign(1.0, x) < 0.0
    angle = 3.141592653589793 - (angle - 1.2246467991473532e-16) if behind else angle
    angle = math.copysign(angle, y)
    return x + y if x != x or y != y else angle

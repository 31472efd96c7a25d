"""Numbers of a distribution from a generator's words, operation by operation as PyTorch computes them.

In: a `Generator` and a count. Out: NumPy arrays in drawing order. The rounding of every step matters: a seed must give
PyTorch's numbers bit for bit.
"""
from __future__ import annotations

import math
from typing import Any, cast

import numpy as np

from .random import Generator

Array = np.ndarray[Any, Any]

_BLOCK = 16
"""Normals are made sixteen at a time where there are at least as many."""


def uniform32(generator: Generator, count: int) -> Array:
    """float32 values from [0, 1): 24 bits each."""
    return (generator.words32(count) & np.uint64((1 << 24) - 1)).astype(np.float32) * np.float32(2.0**-24)


def uniform64(generator: Generator, count: int) -> Array:
    """float64 values from [0, 1): 53 bits each."""
    return (generator.words64(count) & np.uint64((1 << 53) - 1)).astype(np.float64) * 2.0**-53


def uniform(generator: Generator, count: int, dtype: Any, low: float, high: float) -> Array:
    """Values from [low, high) in float32 or float64."""
    draw = uniform32 if dtype == np.float32 else uniform64
    first, last = dtype.type(low), dtype.type(high)
    # compilers fuse the two steps into one rounding on every processor that has the instruction
    drawn = fused(draw(generator, count), last - first, first)
    # what was rounded up to the bound, which is outside, becomes the other bound
    return np.where(drawn == last, first, drawn)


def bounded_integers(generator: Generator, count: int, low: int, span: int) -> Array:
    """int64 values from [low, low + span): a word's remainder, so no rejection; wide spans take 64-bit words."""
    words = generator.words64(count) if span >= 1 << 28 else generator.words32(count)
    # unsigned arithmetic wraps as C's does where the span is the whole of int64
    shifted = words % np.uint64(span) + np.uint64(low % (1 << 64)) if span < 1 << 64 else words + np.uint64(low % (1 << 64))
    return shifted.view(np.int64)


def permutation(generator: Generator, count: int) -> Array:
    """0 .. count-1 in random order."""
    if count < 2:
        return np.arange(count, dtype=np.int64)
    wide = count >= ((1 << 32) - 1) // 20
    words = (generator.words64 if wide else generator.words32)(count - 1)
    steps = (words % np.arange(count, 1, -1, dtype=np.uint64)).tolist()
    order = list(range(count))
    for at, step in enumerate(steps):
        order[at], order[at + step] = order[at + step], order[at]
    return np.array(order, np.int64)


def normal(
    generator: Generator, count: int, dtype: Any, mean: float, std: float, *, contiguous: bool, whole_blocks: bool = False
) -> Array:
    """Normal values in float32 or float64.

    Contiguous tensors of 16 items or more are filled in blocks, others item by item: the same seed gives other numbers.
    For formats of 16 bits (`whole_blocks`) no numbers are drawn for a last block that is begun.
    """
    if count < _BLOCK or not contiguous:
        return fused(_normal_pairs(generator, count), np.float64(std), np.float64(mean)).astype(dtype)
    if dtype == np.float32:
        draw, block = uniform32, _normal_block32
    else:
        draw, block = uniform64, _normal_block64
    whole = count - count % _BLOCK
    values = np.empty(count, dtype)
    drawn = draw(generator, whole if whole_blocks else count)
    values[: len(drawn)] = drawn
    values[:whole] = block(values[:whole], mean, std)
    if whole != count:
        # the last block starts anew and overlaps the one before
        values[-_BLOCK:] = block(draw(generator, _BLOCK), mean, std)
    return values


def exponential(generator: Generator, count: int, rate: float) -> Array:
    """float64 values of the exponential distribution."""
    return -1.0 / rate * np.log1p(-uniform64(generator, count))


def geometric(generator: Generator, count: int, p: float) -> Array:
    """float64 numbers of trials until the first success of probability `p`."""
    return np.ceil(np.log(uniform64(generator, count)) / math.log1p(-p))


def cauchy(generator: Generator, count: int, median: float, sigma: float) -> Array:
    """float64 values of the Cauchy distribution."""
    return median + sigma * np.tan(math.pi * (uniform64(generator, count) - 0.5))


def log_normal(generator: Generator, count: int, mean: float, std: float) -> Array:
    """float64 values whose logarithms are normal."""
    return np.exp(fused(_normal_pairs(generator, count), np.float64(std), np.float64(mean)))


def poisson(generator: Generator, rate: float) -> int:
    """One number of events at a rate of 0 or more: Knuth's products of uniforms below 10, Hörmann's PTRS (1993) from there on.

    A count that is no int64 becomes the least one, as a conversion of C does on x86. From rates of 1e12 or so on, the last digits of
    lgamma decide, and so the C library's: there PyTorch's numbers may be others.
    """
    if rate == 0:
        return 0
    if rate < 10:
        least, product, count = math.exp(-rate), generator.uniform64(), 0
        while product > least:
            product *= generator.uniform64()
            count += 1
        return count
    root, log_rate = math.sqrt(rate), math.log(rate)
    b = 0.931 + 2.53 * root
    a = -0.059 + 0.02483 * b
    inverse_alpha = 1.1239 + 1.1328 / (b - 3.4)
    tight = 0.9277 - 3.6224 / (b - 2)
    while True:
        u, v = generator.uniform64() - 0.5, generator.uniform64()
        edge = 0.5 - abs(u)
        # u is -1/2 once in 2**53
        count = float(np.floor((2 * a / edge + b) * u + rate + 0.43)) if edge else -math.inf
        if edge >= 0.07 and v <= tight:
            break
        if count < 0 or (edge < 0.013 and v > edge):
            continue
        ratio = _log(v) + math.log(inverse_alpha) - math.log(a / (edge * edge) + b)
        # beyond, lgamma is infinite in C and an error in Python
        if count < 1e305 and ratio <= -rate + count * log_rate - math.lgamma(count + 1):
            break
    return int(count) if abs(count) < 2.0**63 else -(1 << 63)


def binomial(generator: Generator, count: Any, p: Any) -> Any:
    """One number of successes in `count` trials of probability `p`, both NumPy numbers of the dtype that is computed in.

    Rare successes are the geometric waits that fit into `count`, others come from Hörmann's BTRS (1993). NaN for a `p` that is NaN.
    """
    kind = cast("Any", type(count))
    if count <= 0 or p <= 0:
        return kind(0)
    if p >= 1:
        return count
    if np.isnan(p):
        return kind(np.nan)
    rarer = p if p <= 0.5 else kind(1) - p
    draw = _transformed_binomial if count * rarer >= 10 else _waited_binomial
    drawn = draw(generator, count, rarer)
    return drawn if p <= 0.5 else count - drawn


def _waited_binomial(generator: Generator, count: Any, p: Any) -> Any:
    log_miss, trials, successes = float(np.log1p(-p)), 0.0, 0
    while True:
        wait = _log(generator.uniform64()) / log_miss
        trials += math.ceil(wait) if wait < math.inf else wait
        if trials > count:
            return type(count)(successes)
        successes += 1


def _transformed_binomial(generator: Generator, count: Any, p: Any) -> Any:
    # what holds only `count` and `p` is rounded to their dtype, as in C++
    one = type(count)(1)
    deviation = float(np.sqrt(count * p * (one - p)))
    b = 1.15 + 2.53 * deviation
    a = -0.0873 + 0.0248 * b + 0.01 * float(p)
    center = float(count * p) + 0.5
    tight = 0.92 - 4.2 / b
    odds = float(p / (one - p))
    alpha = (2.83 + 5.1 / b) * deviation
    mode = float(np.floor((count + one) * p))
    whole = float(count)
    while True:
        u, v = generator.uniform64() - 0.5, generator.uniform64()
        edge = 0.5 - abs(u)
        drawn = type(count)(np.floor((2 * a / edge + b) * u + center)) if edge else type(count)(-1)
        if not 0 <= drawn <= count:
            continue
        if edge >= 0.07 and v <= tight:
            return drawn
        k, left = float(drawn), float(count - drawn + one)
        bound = (
            (mode + 0.5) * math.log((mode + 1) / (odds * (whole - mode + 1)))
            + float(count + one) * math.log((whole - mode + 1) / left)
            + (k + 0.5) * math.log(odds * left / float(drawn + one))
            + _stirling_rest(mode) + _stirling_rest(whole - mode) - _stirling_rest(k) - _stirling_rest(float(count - drawn))
        )
        if _log(v * alpha / (a / (edge * edge) + b)) <= bound:
            return drawn


_STIRLING_RESTS = (0.0810614667953272, 0.0413406959554092, 0.0276779256849983, 0.02079067210376509, 0.0166446911898211,
                   0.0138761288230707, 0.0118967099458917, 0.0104112652619720, 0.00925546218271273, 0.00833056343336287)


def _stirling_rest(k: float) -> float:
    """What Stirling's formula lacks of log(k!)."""
    if k <= 9:
        return _STIRLING_RESTS[int(k)]
    square = (k + 1) * (k + 1)
    return (1 / 12 - (1 / 360 - 1 / 1260 / square) / square) / (k + 1)


def _log(x: float) -> float:
    return math.log(x) if x else -math.inf


def _normal_pairs(generator: Generator, count: int) -> Array:
    """float64 standard normals, two from two uniforms; an odd one out is kept for the next call."""
    kept = [] if generator.next_normal is None or not count else [generator.next_normal]
    pairs = (count - len(kept) + 1) // 2
    uniforms = uniform64(generator, 2 * pairs).reshape(pairs, 2)
    radius = np.sqrt(-2.0 * np.log1p(-uniforms[:, 1]))
    angle = 2.0 * math.pi * uniforms[:, 0]
    values = np.concatenate([kept, np.stack([radius * np.cos(angle), radius * np.sin(angle)], 1).reshape(-1)])
    if count:
        generator.next_normal = float(values[-1]) if len(values) > count else None
    return values[:count]


def _normal_block64(uniforms: Array, mean: float, std: float) -> Array:
    blocks = uniforms.reshape(-1, 2, _BLOCK // 2)
    radius = np.sqrt(-2.0 * np.log(1.0 - blocks[:, 0]))
    angle = 2.0 * math.pi * blocks[:, 1]
    both = np.stack([radius * np.cos(angle), radius * np.sin(angle)], 1).reshape(-1)
    return fused(both, np.float64(std), np.float64(mean))


def _normal_block32(uniforms: Array, mean: float, std: float) -> Array:
    blocks = uniforms.reshape(-1, 2, _BLOCK // 2)
    one, two_pi = np.float32(1.0), np.float32(2.0 * math.pi)
    radius = np.sqrt(np.float32(-2.0) * _log32(one - blocks[:, 0]))
    sine, cosine = _sincos32(two_pi * blocks[:, 1])
    both = np.stack([radius * cosine, radius * sine], 1).reshape(-1)
    return fused(both, np.float32(std), np.float32(mean))


def fused(a: Array, b: Any, c: Any) -> Array:
    """a * b + c with one rounding, in the dtype of `a`."""
    if a.dtype == np.float32:
        # the product of two float32 is exact in float64
        return (np.multiply(a, b, dtype=np.float64) + c).astype(np.float32)
    product = a * b
    a_high, a_low = _halves(a)
    b_high, b_low = _halves(b)
    product_error = ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low
    total = product + c
    added = total - product
    sum_error = (product - (total - added)) + (c - added)
    return total + (sum_error + product_error)


def _halves(x: Any) -> tuple[Any, Any]:
    """Two float64 of half the digits that add up to `x`."""
    scaled = x * 134217729.0
    high = scaled - (scaled - x)
    return high, x - high


_LOG = (7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1, 2.0000714765e-1,
        -2.4999993993e-1, 3.3333331174e-1)
_SINE = (-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1)
_COSINE = (2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2)
_QUARTER_TURN = (-0.78515625, -2.4187564849853515625e-4, -3.77489497744594108e-8)
"""Minus pi/4 in three parts, so that subtracting multiples of it loses nothing."""


def _polynomial(coefficients: tuple[float, ...], x: Array) -> Array:
    value = np.full_like(x, coefficients[0])
    for coefficient in coefficients[1:]:
        value = fused(value, x, np.float32(coefficient))
    return value


def _log32(x: Array) -> Array:
    """Logarithm of positive float32 as avx_mathfun computes it (Cephes' polynomial, with fused steps)."""
    bits = np.ascontiguousarray(x).view(np.int32)
    exponent = ((bits >> 23) - 127).astype(np.float32) + np.float32(1)
    fraction = ((bits & 0x007FFFFF) | 0x3F000000).view(np.float32)
    small = fraction < np.float32(math.sqrt(0.5))
    exponent = exponent - small.astype(np.float32)
    fraction = (fraction - np.float32(1)) + np.where(small, fraction, np.float32(0))
    square = fraction * fraction
    value = _polynomial(_LOG, fraction) * fraction
    value = fused(value, square, exponent * np.float32(-2.12194440e-4))
    value = fused(square, np.float32(-0.5), value)
    return fused(exponent, np.float32(0.693359375), fraction + value)


def _sincos32(x: Array) -> tuple[Array, Array]:
    """Sine and cosine of float32 in [0, 2 pi) as avx_mathfun computes them."""
    octant = ((x * np.float32(4 / math.pi)).astype(np.int32) + 1) & ~1
    turns = octant.astype(np.float32)
    for part in _QUARTER_TURN:
        x = fused(turns, np.float32(part), x)
    square = x * x
    cosine = _polynomial(_COSINE, square) * square
    cosine = fused(cosine, square, -(square * np.float32(0.5))) + np.float32(1)
    sine = fused(_polynomial(_SINE, square) * square, x, x)
    swapped = (octant & 2) != 0
    first, second = np.where(swapped, cosine, sine), np.where(swapped, sine, cosine)
    return np.where(octant & 4, -first, first), np.where(~(octant - 2) & 4, -second, second)

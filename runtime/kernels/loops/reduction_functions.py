"""The reductions there are: what each does with its items. A new reduction is a row here.

See `reduction.Reduction` for the parts of a row. Compute dtypes are floating or integers; float16 and bfloat16 items are reduced
in float32.
"""
from __future__ import annotations

import math
from typing import Any

from ..compiling.primitives import accumulate, accumulate_product, larger, maximum, smaller, square_root
from ..mathematics.shifted_exponential import exp_nonpositive
from .reduction import Reduction, highest, lowest


def _zero(dtype: str) -> Any:
    return 0


def _one(dtype: str) -> Any:
    return 1


def _item(x: Any, centre: Any, parameter: Any) -> Any:
    return x


def _total(total: Any, count: Any, centre: Any, parameter: Any) -> Any:
    return total


def _mean(total: Any, count: Any, centre: Any, parameter: Any) -> Any:
    return total / count


def _larger(total: Any, item: Any) -> Any:
    # the item first: where it is NaN it is stored, while keeping the total would make a masked store
    return larger(item, total)


def _smaller(total: Any, item: Any) -> Any:
    return smaller(item, total)


SUM = Reduction("sum", _zero, accumulate, accumulate, _item, _total, plain=True, nanoseconds=0.08)
MEAN = Reduction("mean", _zero, accumulate, accumulate, _item, _mean, nanoseconds=0.08)
PROD = Reduction("prod", _one, accumulate_product, accumulate_product, _item, _total, plain=True)
MAX = Reduction("max", lowest, _larger, _larger, _item, _total, plain=True)
MIN = Reduction("min", highest, _smaller, _smaller, _item, _total, plain=True)
ANY = Reduction("any", _zero, _larger, _larger, _item, _total, plain=True)
ALL = Reduction("all", _one, _smaller, _smaller, _item, _total, plain=True)


# Items that count, and items that are no numbers


def _number(x: Any, centre: Any, parameter: Any) -> Any:
    return x if x == x else 0


NANSUM = Reduction("nansum", _zero, accumulate, accumulate, _number, _total)
NONZERO = Reduction("count_nonzero", _zero, accumulate, accumulate, _item, _total, truth=True)


# Variance: the squares of what an item is above the mean; the parameter is the correction


def _square_above(x: Any, centre: Any, parameter: Any) -> Any:
    return (x - centre) * (x - centre)


def _variance(total: Any, count: Any, centre: Any, parameter: Any) -> Any:
    return total / maximum(count - parameter, 0)


def _deviation(total: Any, count: Any, centre: Any, parameter: Any) -> Any:
    return square_root(total / maximum(count - parameter, 0))


VARIANCE = Reduction("variance", _zero, accumulate, accumulate, _square_above, _variance, MEAN, nanoseconds=0.6)
DEVIATION = Reduction("deviation", _zero, accumulate, accumulate, _square_above, _deviation, MEAN, nanoseconds=0.6)


# Norms: the parameter is the power


def _square(x: Any, centre: Any, parameter: Any) -> Any:
    return x * x


def _root(total: Any, count: Any, centre: Any, parameter: Any) -> Any:
    return square_root(total)


def _absolute(x: Any, centre: Any, parameter: Any) -> Any:
    return abs(x)


def _power(x: Any, centre: Any, parameter: Any) -> Any:
    return math.pow(abs(x), parameter)


def _power_root(total: Any, count: Any, centre: Any, parameter: Any) -> Any:
    return math.pow(total, 1 / parameter)


NORM = Reduction("norm", _zero, accumulate, accumulate, _power, _power_root, nanoseconds=5.0)
NORM_1 = Reduction("norm_1", _zero, accumulate, accumulate, _absolute, _total)
NORM_2 = Reduction("norm_2", _zero, accumulate, accumulate, _square, _root)
NORM_INFINITE = Reduction("norm_infinite", _zero, _larger, _larger, _absolute, _total)
NORM_NEGATIVE_INFINITE = Reduction("norm_negative_infinite", highest, _smaller, _smaller, _absolute, _total)


# The logarithm of a sum of exponentials, shifted by the largest item so that nothing overflows


def _shifted_exponential(x: Any, centre: Any, parameter: Any) -> Any:
    return exp_nonpositive(x - centre)


def _shifted_logarithm(total: Any, count: Any, centre: Any, parameter: Any) -> Any:
    # an infinite item less itself is NaN
    return centre if abs(centre) == math.inf else math.log(total) + centre


LOGSUMEXP = Reduction("logsumexp", _zero, accumulate, accumulate, _shifted_exponential, _shifted_logarithm, MAX, nanoseconds=0.8)

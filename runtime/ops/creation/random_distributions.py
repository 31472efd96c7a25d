"""Operators that draw from further distributions: exponential, geometric, Cauchy, log-normal, Poisson, binomial, and samples
of categories.

A seed gives the numbers that it gives in PyTorch on processors other than Intel's (there MKL draws the exponential ones).
"""
from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from ... import dtype as dtypes
from ...distributions import binomial, cauchy, exponential, geometric, log_normal, poisson, uniform64
from ...dtype import DType
from ...layout import broadcast_shapes
from ...random import Generator, default_generator
from ...storage import require_memory
from ...tensor import Tensor
from ..dtype_rules import type_name
from ..host import Array, bits, decoded, wrapped
from ..indexing.sorting import topk
from ..table import host
from .random import fill_in_memory_order

_GENERATOR = "Generator? generator=None"


def _draw(tensor: Tensor, generator: Generator | None, draw: Any, *parameters: float) -> Tensor:
    with np.errstate(all="ignore"):
        return fill_in_memory_order(tensor, generator, lambda source, count: draw(source, count, *parameters))


def _require_floating(name: str, tensor: Tensor) -> None:
    if not tensor.dtype.is_floating_point:
        raise RuntimeError(
            f"{name} distribution is a continuous probability distribution. dtype must be a floating point but you specified "
            f"{type_name(tensor.dtype)}"
        )


@host(f"exponential_(Tensor(a!) self, float lambd=1., *, {_GENERATOR}) -> Tensor(a!)", random=True)
def exponential_in_place(self: Tensor, lambd: float = 1.0, generator: Generator | None = None) -> Tensor:
    """Filled from the exponential distribution with rate `lambd`."""
    _require_floating("Exponential", self)
    if not lambd > 0:
        raise RuntimeError(f"exponential_ expects lambda > 0.0, but found lambda={lambd:g}")
    return _draw(self, generator, exponential, lambd)


@host(f"geometric_(Tensor(a!) self, float p, *, {_GENERATOR}) -> Tensor(a!)", random=True)
def geometric_in_place(self: Tensor, p: float, generator: Generator | None = None) -> Tensor:
    """Filled with the number of trials until the first success of probability `p`."""
    if not 0 < p < 1:
        raise RuntimeError(f"geometric_ expects p to be in (0, 1), but got p={p:g}")
    if self.dtype is dtypes.bool_ or self.dtype.is_complex:
        raise NotImplementedError(f'"geometric_cpu" not implemented for \'{type_name(self.dtype)}\'')
    return _draw(self, generator, geometric, p)


@host(f"cauchy_(Tensor(a!) self, float median=0., float sigma=1., *, {_GENERATOR}) -> Tensor(a!)", random=True)
def cauchy_in_place(self: Tensor, median: float = 0.0, sigma: float = 1.0, generator: Generator | None = None) -> Tensor:
    """Filled from the Cauchy distribution around `median`."""
    _require_floating("Cauchy", self)
    if not sigma > 0:
        raise RuntimeError(f"cauchy_ expects sigma > 0.0, but found sigma={sigma:g}")
    return _draw(self, generator, cauchy, median, sigma)


@host(f"log_normal_(Tensor(a!) self, float mean=1., float std=2., *, {_GENERATOR}) -> Tensor(a!)", random=True)
def log_normal_in_place(self: Tensor, mean: float = 1.0, std: float = 2.0, generator: Generator | None = None) -> Tensor:
    """Filled with values whose logarithms are normal."""
    if not std > 0:
        raise RuntimeError(f"log_normal_ expects std > 0.0, but found std={std:g}")
    if not self.dtype.is_floating_point:
        raise NotImplementedError(f'"log_normal_cpu" not implemented for \'{type_name(self.dtype)}\'')
    return _draw(self, generator, log_normal, mean, std)


# Counts


@host(f"poisson(Tensor self, {_GENERATOR}) -> Tensor", random=True)
def poisson_row(self: Tensor, generator: Generator | None = None) -> Tensor:
    """Numbers of events, each at the rate that stands at its place in `self`."""
    if not self.dtype.is_floating_point:
        raise NotImplementedError(f"\"poisson_cpu\" not implemented for '{type_name(self.dtype)}'")
    result = self.new_empty(self.layout.shape)
    if self.is_meta:
        return result
    rates = decoded(self)
    if not (rates >= 0).all():
        raise RuntimeError("invalid Poisson rate, expected rate to be non-negative")
    return fill_in_memory_order(result, generator, lambda source, count: np.array(
        [poisson(source, rate) for rate in rates.reshape(-1).tolist()], np.float64
    ))


@host(f"binomial(Tensor count, Tensor prob, {_GENERATOR}) -> Tensor", random=True)
def binomial_row(count: Tensor, prob: Tensor, generator: Generator | None = None) -> Tensor:
    """Numbers of successes in as many trials as `count` says, each of the probability in `prob`.

    RuntimeError for trials that are NaN, or infinitely many that may fail: PyTorch draws these forever.
    """
    if not count.dtype.is_floating_point:
        raise ValueError(f"binomial only supports floating-point dtypes for count, got: {type_name(count.dtype)}")
    if not prob.dtype.is_floating_point:
        raise ValueError(f"binomial only supports floating-point dtypes for prob, got: {type_name(prob.dtype)}")
    if count.dtype is not prob.dtype:
        raise RuntimeError(f"Found dtype {type_name(prob.dtype)} but expected {type_name(count.dtype)}")
    if count.dtype.itemsize < 4:
        raise NotImplementedError(f"\"binomial_cpu\" not implemented for '{type_name(count.dtype)}'")
    result = count.new_empty(broadcast_shapes([count.layout.shape, prob.layout.shape]))
    if count.is_meta or prob.is_meta:
        return result
    trials, chances = (np.broadcast_to(decoded(each), result.layout.shape).reshape(-1) for each in (count, prob))
    if not (np.isfinite(trials) | (chances <= 0) | (chances >= 1) | (trials < 0)).all():
        raise RuntimeError("binomial: expected finite numbers of trials")
    with np.errstate(all="ignore"):
        return fill_in_memory_order(
            result, generator, lambda source, _: np.array([*map(partial(binomial, source), trials, chances)], trials.dtype)
        )


# Categories


def _check_weights(weights: Array) -> None:
    if not ((weights >= 0) & (weights < np.inf)).all():
        raise RuntimeError("probability tensor contains either `inf`, `nan` or element < 0")
    if (weights.sum(-1) == 0).any():
        raise RuntimeError("invalid multinomial distribution (sum of probabilities <= 0)")


def _numbers_out(result: DType, out: DType) -> str:
    return f"multinomial expects {type_name(result)} tensor out, got: {type_name(out)}"


@host(
    f"multinomial(Tensor self, SymInt num_samples, bool replacement=False, *, {_GENERATOR}) -> Tensor", random=True, same_out=_numbers_out
)
def multinomial(self: Tensor, num_samples: int, replacement: bool = False, generator: Generator | None = None) -> Tensor:
    """`num_samples` numbers of categories per row of weights, each drawn in proportion to its weight."""
    if len(self.layout.shape) not in (1, 2):
        raise RuntimeError("prob_dist must be 1 or 2 dim")
    if not self.dtype.is_floating_point:
        raise RuntimeError(f"multinomial only supports floating-point dtypes for input, got: {type_name(self.dtype)}")
    categories = self.layout.shape[-1]
    if num_samples <= 0:
        raise RuntimeError("cannot sample n_sample <= 0 samples")
    if not replacement and num_samples > categories:
        raise RuntimeError("cannot sample n_sample > prob_dist.size(-1) samples without replacement")
    if replacement and num_samples > 1:
        return _with_replacement(self, num_samples, generator)
    _check_weights(bits(self.to(dtypes.float64)))
    if not self.layout.numel:
        return self.new_empty((*self.layout.shape[:-1], num_samples), dtype=dtypes.int64)
    # the largest quotients by exponential numbers are a sample without replacement
    quotients = self / exponential_in_place(self.new_empty(self.layout.shape), 1.0, generator)
    if num_samples == 1:
        return quotients.argmax(-1, True)
    return topk(quotients, num_samples).indices


def _with_replacement(self: Tensor, count: int, generator: Generator | None) -> Tensor:
    weights = np.atleast_2d(decoded(self))
    require_memory(8 * len(weights) * count)
    weights = weights.astype(np.float32) if self.dtype.itemsize == 2 else weights
    if (weights < 0).any():
        raise RuntimeError("invalid multinomial distribution (encountering probability entry < 0)")
    if not np.isfinite(weights).all():
        raise RuntimeError("invalid multinomial distribution (encountering probability entry = infinity or NaN)")
    sums = np.cumsum(weights, -1, dtype=weights.dtype)
    if not (sums[:, -1] > 0).all():
        raise RuntimeError("invalid multinomial distribution (sum of probabilities <= 0)")
    sums /= sums[:, -1:].copy()
    sums[:, -1] = 1
    source = generator or default_generator()
    with source.lock:
        drawn = uniform64(source, len(weights) * count).reshape(len(weights), count)
    found = np.stack([np.searchsorted(row.astype(np.float64), numbers) for row, numbers in zip(sums, drawn)])
    return wrapped(found.astype(np.int64).reshape((*self.layout.shape[:-1], count)))

"""Rows of the randomized leaky rectifier: a slope of its own for each negative item in training, one for all otherwise."""
from __future__ import annotations

from typing import Any

import numpy as np

from ... import dtype as dtypes
from ...random import Generator
from ...tensor import Tensor, new_empty
from ..creation.random import uniform_into
from ..host import bits, wrapped
from ..pointwise.activation import floats_only
from ..shape.copying import contiguous, converted, copy_into
from ..table import composite, required

_TAIL = "Scalar lower=0.125, Scalar upper=0.3333333333333333, bool training=False, Generator? generator=None"
# schemas print the numbers with a limited number of digits
_SETTINGS = _TAIL.replace("0.3333333333333333", "0.33333333333333331")


def _slopes(self: Tensor, lower: float, upper: float, generator: Generator | None) -> Tensor:
    """A slope from [lower, upper) for each item that is not positive, in order; 1 for the others."""
    floats_only("rrelu_with_noise_out_cpu")(self.dtype, (self.dtype,))
    negative = bits(contiguous((self <= 0).contiguous())).astype(bool)
    drawn = uniform_into(new_empty((int(negative.sum()),), dtypes.float64), lower, upper, generator)
    slopes = np.ones(negative.shape, np.float64)
    slopes[negative] = bits(drawn)
    return converted(wrapped(slopes), self.dtype)


def _rrelu(self: Tensor, noise: Tensor | None, lower: Any, upper: Any, training: bool, generator: Generator | None) -> Tensor:
    if lower > upper:
        raise RuntimeError(f"Lower bound should be less than or equal to the upper bound, but got lower={lower} and upper={upper}")
    if not training:
        return required("aten::leaky_relu")(self, (lower + upper) / 2)
    slopes = _slopes(self, float(lower), float(upper), generator)
    if noise is not None:
        copy_into(noise, slopes)
    return self * slopes


@composite(f"rrelu(Tensor self, {_SETTINGS}) -> Tensor", random=True)
def rrelu(self: Tensor, lower: Any, upper: Any, training: bool, generator: Generator | None = None) -> Tensor:
    """self where positive, else self times a slope from [lower, upper), or times their mean outside of training."""
    return _rrelu(self, None, lower, upper, training, generator)


@composite(f"rrelu_with_noise(Tensor self, Tensor(b!) noise, {_SETTINGS}) -> Tensor", random=True)
def rrelu_with_noise(
    self: Tensor, noise: Tensor, lower: Any, upper: Any, training: bool, generator: Generator | None = None
) -> Tensor:
    """`rrelu`; in training the slopes are written into noise."""
    return _rrelu(self, noise, lower, upper, training, generator)

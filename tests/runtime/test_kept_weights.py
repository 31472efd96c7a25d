"""Layers whose weights are packed once: what they compute follows every write to the weight, whoever makes it."""

from __future__ import annotations

import numpy as np
import pytest

import rushlight as rl
from rushlight.nn import functional as F
from rushlight.runtime.ops.linalg.matrix import _with_weights


def check(x: rl.Tensor, weight: rl.Tensor, bias: rl.Tensor | None) -> None:
    """Against sums in float64."""
    expected = x.double().numpy() @ weight.double().numpy().T
    expected = expected if bias is None else expected + bias.double().numpy()
    tolerance = 5e-3 if x.dtype is rl.float16 else 1e-4
    np.testing.assert_allclose(F.linear(x, weight, bias).double().numpy(), expected, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("dtype", [rl.float32, rl.float16])
@pytest.mark.parametrize("shape", [(64, 40), (2, 3, 17, 40)])
def test_writes_are_followed(dtype: rl.dtype, shape: tuple[int, ...]) -> None:
    rl.manual_seed(0)
    x, weight, bias = rl.randn(*shape).to(dtype), rl.randn(37, 40).to(dtype), rl.randn(37).to(dtype)
    before = len(_with_weights)
    for _ in range(2):
        check(x, weight, bias)
        check(x, weight, None)
    assert len(_with_weights) == before + 2
    weight.mul_(2)
    check(x, weight, bias)
    weight[3] = 0.5
    check(x, weight, None)
    # a NumPy array over the weight writes unseen: nothing is kept any more
    array = weight.numpy()
    check(x, weight, bias)
    array[5] = -1
    check(x, weight, bias)


def test_views_share_a_storage() -> None:
    both = rl.randn(2, 37, 40)
    x = rl.randn(64, 40)
    for weight in (both[0], both[1], both[0].mul_(3), both[:, 0:30].reshape(60, 40), both[0].t().contiguous().t(), both[1][:, ::2]):
        check(x[:, : weight.shape[1]], weight, None)
    check(x, both[0], rl.randn(2, 37)[1])
    check(x, both[0], rl.randn(1).expand(37))
    check(x.t().contiguous().t(), both[0], rl.randn(74)[::2])
    with pytest.raises(RuntimeError):
        F.linear(x, both[0].double(), None)
    with pytest.raises(RuntimeError):
        F.linear(x, both[0], rl.randn(37).double())

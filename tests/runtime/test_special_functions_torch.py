"""Rarely used functions on PyTorch's own sample inputs (`op_db`), and at zeros, infinities and NaN."""
from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import rushlight as rl
from rushlight.runtime.ops.packet import Packet, packet

torch = pytest.importorskip("torch")
common_methods = pytest.importorskip("torch.testing._internal.common_methods_invocations")

NAMES = (
    "special.ndtr", "special.log_ndtr", "special.ndtri", "special.erfcx", "special.entr", "xlogy", "special.xlog1py", "sinc", "logaddexp",
    "logaddexp2", "special.zeta", "i0", "special.i0e", "special.i1", "special.i1e",
    "special.modified_bessel_k0", "special.scaled_modified_bessel_k1", "special.bessel_y0", "special.bessel_y1",
    "special.spherical_bessel_j0", "special.airy_ai", "special.chebyshev_polynomial_t",
    "special.chebyshev_polynomial_u", "special.hermite_polynomial_h",
    "special.hermite_polynomial_he", "special.laguerre_polynomial_l", "special.legendre_polynomial_p",
    "special.shifted_chebyshev_polynomial_t",
)
INFOS = [info for info in common_methods.op_db if info.name in NAMES and not info.variant_test_name]
SAMPLES = 2
"""Functions made of the same parts as others (J0 and J1 are parts of Y0 and Y1) are left out: each costs a compilation."""


def to_rushlight(value: Any) -> Any:
    return rl.from_numpy(value.numpy()) if isinstance(value, torch.Tensor) else value


def operator_of(name: str) -> Packet:
    found = packet(f"aten::{name.replace('.', '_')}")
    assert isinstance(found, Packet)
    return found


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("info", INFOS, ids=lambda info: info.name)
def test_samples(info: Any) -> None:
    operator = operator_of(info.name)
    dtype = torch.float32
    for at, sample in enumerate(info.sample_inputs("cpu", dtype, requires_grad=False)):
        if at == SAMPLES:
            break
        args = (sample.input, *sample.args)
        got = operator(*(to_rushlight(value) for value in args))
        want = info.op(*args)
        assert repr(got.dtype) == str(want.dtype) and tuple(got.shape) == tuple(want.shape)
        np.testing.assert_allclose(got.numpy(), want.numpy(), rtol=1e-5, atol=1e-5, err_msg=f"{info.name} sample {at}")


ONE_ARGUMENT = (
    "special.ndtr", "special.log_ndtr", "special.ndtri", "special.erfcx", "special.entr", "sinc", "i0", "special.i0e", "special.i1",
    "special.i1e", "special.modified_bessel_k0", "special.modified_bessel_k1", "special.scaled_modified_bessel_k0",
    "special.bessel_j1", "special.bessel_y0",
)


@pytest.mark.parametrize("name", ONE_ARGUMENT)
def test_special_values(name: str) -> None:
    x = np.array([0.0, -0.0, np.nan, 1.0, -1.0, 0.5, 1e-30, 7.9, 8.1, 30.0, -30.0, 1e-3, 0.999, 2.0, 2.1], "f4")
    want = getattr(torch.ops.aten, name.replace(".", "_"))(torch.from_numpy(x)).numpy()
    np.testing.assert_allclose(operator_of(name)(rl.from_numpy(x)).numpy(), want, rtol=2e-5, atol=1e-6)


@pytest.mark.parametrize("order", (1, 2))
def test_polygamma(order: int) -> None:
    x = np.array([0.3, 1.0, 2.5, 10.0, 100.0, -0.4, np.nan], "f4")
    got = rl.polygamma(order, rl.from_numpy(x)).numpy()
    np.testing.assert_allclose(got, torch.polygamma(order, torch.from_numpy(x)).numpy(), rtol=1e-5)
    mine = rl.tensor(x)
    assert mine.polygamma_(order) is mine
    np.testing.assert_array_equal(mine.numpy(), got)
    with pytest.raises(RuntimeError, match="result type Float can't be cast to the desired output type Long"):
        rl.tensor([1]).polygamma_(order)


def test_multivariate_gamma() -> None:
    x = np.array([2.5, 3.0, 10.0], "f4")
    np.testing.assert_allclose(rl.mvlgamma(rl.from_numpy(x), 3).numpy(), torch.mvlgamma(torch.from_numpy(x), 3).numpy(), rtol=1e-5)
    with pytest.raises(RuntimeError, match="p has to be greater than or equal to 1"):
        rl.mvlgamma(rl.from_numpy(x), 0)
    with pytest.raises(RuntimeError, match="does not support negative n"):
        rl.polygamma(-1, rl.from_numpy(x))

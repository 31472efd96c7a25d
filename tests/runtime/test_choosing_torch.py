"""Searching, counting, distinct items, quantiles, products, bags and draws against PyTorch: its own samples, and more cases."""
from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

import rushlight as rl
from rushlight.runtime.ops.packet import packet
from rushlight.runtime.tensor import Tensor

torch = pytest.importorskip("torch")
common_methods = pytest.importorskip("torch.testing._internal.common_methods_invocations")

NAMES = """
    searchsorted bucketize isin unique unique_consecutive quantile nanquantile bincount histc histogram nn.functional.one_hot lerp
    addcdiv bitwise_left_shift bitwise_right_shift embedding cross linalg.cross vander linalg.vander combinations diff trace
    diagflat as_strided_scatter nonzero_static
""".split()
LIMIT = 60
INFOS = [info for info in common_methods.op_db if info.name in NAMES]


def to_rushlight(value: Any) -> Any:
    """PyTorch's values as ours."""
    if isinstance(value, torch.Tensor):
        return rl.from_numpy(value.detach().numpy())
    if isinstance(value, tuple | list):
        return type(value)(to_rushlight(item) for item in value)
    return value


def outcome(call: Any) -> Any:
    """The result of a call, or the exception it raised."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return call()
        except Exception as error:
            return error


def assert_same(got: Any, want: Any, label: str) -> None:
    """Equal in dtype, shape and items, part by part; exceptions in type."""
    if isinstance(want, Exception):
        assert type(got) is type(want), f"{label}: PyTorch raises {want!r}, here {got!r}"
        return
    assert not isinstance(got, Exception), f"{label}: {got!r}"
    if isinstance(want, tuple | list):
        assert len(got) == len(want), label
        for one, other in zip(got, want):
            assert_same(one, other, label)
        return
    assert isinstance(got, Tensor), f"{label}: {got!r}"
    assert repr(got.dtype) == str(want.dtype) and tuple(got.shape) == tuple(want.shape), label
    np.testing.assert_allclose(got.numpy(), want.numpy(), rtol=1e-6, atol=1e-6, err_msg=label)


def run_both(info: Any, sample: Any) -> None:
    """Call both with the arguments of one sample."""
    args = (sample.input, *sample.args)
    function = getattr(rl, info.name, None) or packet(f"aten::{info.name.replace('nn.functional.', '').replace('.', '_')}")
    mine = [to_rushlight(value) for value in args]
    keywords = {name: to_rushlight(value) for name, value in sample.kwargs.items()}
    label = f"{info.name} {[getattr(x, 'shape', x) for x in args]} {sample.kwargs}"
    assert_same(outcome(lambda: function(*mine, **keywords)), outcome(lambda: info.op(*args, **sample.kwargs)), label)


@pytest.mark.parametrize("info", INFOS, ids=lambda info: f"{info.name}-{info.variant_test_name}")
def test_samples(info: Any) -> None:
    for dtype in ("float32", "int64"):
        if getattr(torch, dtype) not in info.supported_dtypes("cpu"):
            continue
        samples = list(info.sample_inputs("cpu", getattr(torch, dtype), requires_grad=False))
        for sample in samples[:: max(len(samples) // LIMIT, 1)]:
            run_both(info, sample)


@pytest.mark.parametrize("info", [info for info in INFOS if info.error_inputs_func], ids=lambda info: info.name)
def test_errors(info: Any) -> None:
    for case in info.error_inputs("cpu"):
        if "out" not in case.sample_input.kwargs:
            run_both(info, case.sample_input)


@pytest.mark.parametrize("dtype", ["float32", "float64", "int32", "uint8"])
def test_distinct_items(dtype: str) -> None:
    rng = np.random.default_rng(3)
    for shape in ((0,), (1,), (30,), (500,), (40, 30)):
        array = rng.integers(0, 60, shape).astype(dtype)
        if dtype.startswith("float") and array.size > 5:
            array.reshape(-1)[:3] = np.nan, -0.0, 0.0
        for mine, theirs in ((rl.from_numpy(array.copy()), torch.from_numpy(array.copy())),
                             (rl.from_numpy(array.copy()).transpose(0, -1), torch.from_numpy(array.copy()).transpose(0, -1))):
            label = f"{dtype} {shape}"
            assert_same(rl.unique(mine, True, True, True), torch.unique(theirs, True, True, True), label)
            assert_same(rl.unique_consecutive(mine, True, True), torch.unique_consecutive(theirs, True, True), label)


@pytest.mark.parametrize("padding", [((2, 3), (1, 1), (0, 0), (1, 1)), ((3, 2), (2, 1), (1, 1), (2, 1))], ids=str)
def test_columns_of_windows(padding: Any) -> None:
    rng = np.random.default_rng(4)
    for shape in ((2, 3, 7, 8), (3, 7, 8)):
        image = rng.standard_normal(shape).astype(np.float32)
        arguments = [list(sizes) for sizes in padding]
        want = torch.ops.aten.im2col(torch.from_numpy(image), *arguments)
        got = packet("aten::im2col")(rl.from_numpy(image), *arguments)
        assert_same(got, want, str(shape))
        assert_same(packet("aten::col2im")(got, [7, 8], *arguments), torch.ops.aten.col2im(want, [7, 8], *arguments), str(shape))


@pytest.mark.parametrize("mode", [0, 1, 2])
def test_embedding_bag(mode: int) -> None:
    rng = np.random.default_rng(5)
    weight = rng.standard_normal((10, 37)).astype(np.float32)
    scales = rng.standard_normal(9).astype(np.float32) if mode == 0 else None
    for integer in (np.int64, np.int32):
        for last in (False, True):
            indices = rng.integers(0, 10, 9).astype(integer)
            offsets = np.array([0, 2, 2, 5, 9] if last else [0, 2, 2, 5]).astype(integer)
            for padding in (None, 3, -2):
                for chosen in (None, scales):
                    mine, theirs = [[f(array) for array in (weight, indices, offsets)] for f in (rl.from_numpy, torch.from_numpy)]
                    options = (False, mode, False)
                    got = packet("aten::embedding_bag")(*mine, *options, None if chosen is None else rl.from_numpy(chosen), last, padding)
                    want = torch.ops.aten.embedding_bag.padding_idx(
                        *theirs, *options, None if chosen is None else torch.from_numpy(chosen), last, padding
                    )
                    assert_same(got[0], want[0], f"{mode} {integer} {last} {padding}")


def test_embedding_bag_refuses_bad_places() -> None:
    weight = rl.ones(4, 3)
    for indices, offsets in (([0, 9], [0]), ([0, 1], [1]), ([0, 1], [0, 3])):
        with pytest.raises(RuntimeError):
            packet("aten::embedding_bag")(weight, rl.tensor(indices), rl.tensor(offsets))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_draws(dtype: str) -> None:
    for name, parameters in (("exponential_", (1.5,)), ("geometric_", (0.3,)), ("cauchy_", (1, 2)), ("log_normal_", (1, 0.5))):
        for count in (1, 3, 20, 400):
            torch.manual_seed(5)
            rl.manual_seed(5)
            for _ in range(2):
                want = getattr(torch.empty(count, dtype=getattr(torch, dtype)), name)(*parameters)
                got = getattr(rl.empty(count, dtype=getattr(rl, dtype)), name)(*parameters)
                np.testing.assert_allclose(got.numpy(), want.numpy(), rtol=1e-6, err_msg=name)


def test_multinomial() -> None:
    rng = np.random.default_rng(6)
    for shape, count, replacement in (((5,), 1, False), ((5,), 3, False), ((4, 6), 2, False), ((4, 6), 10, True), ((7,), 100, True)):
        weights = rng.random(shape).astype(np.float32)
        torch.manual_seed(7)
        rl.manual_seed(7)
        want = torch.multinomial(torch.from_numpy(weights), count, replacement)
        assert_same(rl.multinomial(rl.from_numpy(weights), count, replacement), want, str(shape))
    for bad in (([-1.0, 1.0], 1), ([0.0, 0.0], 1), ([1.0, 1.0], 3), ([1.0, 1.0], 0)):
        want = outcome(lambda: torch.multinomial(torch.tensor(bad[0]), bad[1]))
        assert_same(outcome(lambda: rl.multinomial(rl.tensor(bad[0]), bad[1])), want, str(bad))


@pytest.mark.parametrize("dtype", ["int64", "int32", "uint8", "int8", "int16"])
def test_shifts(dtype: str) -> None:
    values = np.array([-128, -5, -1, 0, 1, 7, 100, 127], np.int64).astype(dtype)
    places = np.array([0, 1, 2, 7, 8, 31, 63, 64], np.int64).astype(dtype)
    for left in (True, False):
        for own, other in ((values, places), (values, 3), (5, places)):
            mine = [rl.from_numpy(one) if isinstance(one, np.ndarray) else one for one in (own, other)]
            theirs = [torch.from_numpy(one) if isinstance(one, np.ndarray) else one for one in (own, other)]
            got, want = (a << b if left else a >> b for a, b in (mine, theirs))
            assert_same(got, want, f"{dtype} {own} {other} {left}")


def test_sizes_from_numpy() -> None:
    assert rl.zeros(np.int64(3)).shape == (3,)
    assert rl.ones(np.int32(2), 3).view(np.int64(6)).shape == (6,)

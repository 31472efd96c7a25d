"""Matrix products and convolutions against PyTorch on random shapes, strides, windows and groups, and their errors."""
from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

import rushlight as rl
from rushlight.runtime.tensor import Tensor

torch = pytest.importorskip("torch")


def outcome(call: Any) -> Any:
    """The result of a call, or the exception it raised."""
    try:
        return call()
    except Exception as error:
        return error


def compare(call: Any, arrays: list[Any], label: str, tolerance: float) -> None:
    """`call(library, *tensors)` in both libraries; the tolerance is relative to the largest item."""
    got = outcome(lambda: call(rl, *(None if x is None else rl.from_numpy(x) for x in arrays)))
    want = outcome(lambda: call(torch, *(None if x is None else torch.from_numpy(x) for x in arrays)))
    if isinstance(want, Exception):
        assert type(got) is type(want), f"{label}: {got if isinstance(got, Exception) else 'no error'} where PyTorch raises {want!r}"
        return
    assert isinstance(got, Tensor), f"{label}: {got!r}"
    assert repr(got.dtype) == str(want.dtype) and tuple(got.shape) == tuple(want.shape), label
    scale = float(want.abs().max()) if want.numel() and want.is_floating_point() else 1.0
    np.testing.assert_allclose(got.numpy(), want.numpy(), rtol=0, atol=tolerance * max(scale, 1e-30), err_msg=label)


def matrix(rng: np.random.Generator, source: random.Random, shape: list[int], dtype: str) -> np.ndarray[Any, Any]:
    """Random items in one of several memory orders."""
    array = rng.integers(-9, 9, shape).astype(dtype) if dtype.startswith("int") else rng.standard_normal(shape).astype(dtype)
    choice = source.randrange(4)
    if choice == 1 and array.ndim > 1:
        return np.ascontiguousarray(array.swapaxes(-1, -2)).swapaxes(-1, -2)
    if choice == 2 and array.ndim > 0:
        return np.repeat(array, 2, axis=-1)[..., ::2]
    return array


TOLERANCE = {"float32": 2e-6, "float64": 1e-14, "int64": 0.0, "int32": 0.0}


@pytest.mark.parametrize("dtype", TOLERANCE)
def test_matmul(dtype: str) -> None:
    source, rng = random.Random(1), np.random.default_rng(1)
    for trial in range(150):
        k = source.choice((0, 1, 2, 3, 7, 16, 33, 70)) if trial % 10 == 0 else source.randint(1, 40)
        batch = [source.choice((1, 2, 3)) for _ in range(source.randint(0, 2))]
        left = [*(batch if source.random() < 0.7 else batch[1:]), source.randint(1, 35), k]
        right = [*[size if source.random() < 0.7 else 1 for size in batch], k if source.random() < 0.95 else k + 1, source.randint(1, 50)]
        if source.random() < 0.2:
            left = [k]
        if source.random() < 0.2:
            right = [k]
        arrays = [matrix(rng, source, left, dtype), matrix(rng, source, right, dtype)]
        compare(lambda library, a, b: library.matmul(a, b), arrays, f"{trial} {left} {right}", TOLERANCE[dtype])


@pytest.mark.parametrize("dtype", ("float32", "float64"))
def test_large_products(dtype: str) -> None:
    rng = np.random.default_rng(2)
    for n, k, m in ((1, 300, 500), (128, 257, 96), (65, 1030, 130), (200, 64, 3), (3, 5, 1000)):
        arrays = [rng.standard_normal((n, k)).astype(dtype), rng.standard_normal((k, m)).astype(dtype)]
        compare(lambda library, a, b: library.mm(a, b), arrays, f"{n} {k} {m}", TOLERANCE[dtype] * 4)
        arrays = [arrays[0], np.ascontiguousarray(arrays[1].T), rng.standard_normal(m).astype(dtype)]
        linear = {rl: rl.nn.functional.linear, torch: torch.nn.functional.linear}
        compare(lambda library, *args: linear[library](*args), arrays, f"linear {n} {k} {m}", TOLERANCE[dtype] * 4)


def test_special_values_stay_where_they_are() -> None:
    rng = np.random.default_rng(3)
    a, b = rng.standard_normal((9, 17)).astype("f4"), rng.standard_normal((17, 21)).astype("f4")
    a[3, 5], b[2, 4], a[7, 0] = np.inf, np.nan, -np.inf
    got = rl.mm(rl.from_numpy(a), rl.from_numpy(b)).numpy()
    want = torch.mm(torch.from_numpy(a), torch.from_numpy(b)).numpy()
    assert (np.isnan(got) == np.isnan(want)).all() and (np.isinf(got) == np.isinf(want)).all()


@pytest.mark.parametrize("name", ("addmm", "addmv", "baddbmm", "bmm", "mv", "dot"))
def test_products_with_addend(name: str) -> None:
    rng = np.random.default_rng(4)
    shapes = {
        "addmm": [(5,), (4, 3), (3, 5)], "addmv": [(4,), (4, 3), (3,)], "baddbmm": [(2, 4, 5), (2, 4, 3), (2, 3, 5)],
        "bmm": [(2, 4, 3), (2, 3, 5)], "mv": [(4, 3), (3,)], "dot": [(7,), (7,)],
    }
    arrays = [rng.standard_normal(shape).astype("f4") for shape in shapes[name]]
    compare(lambda library, *args: getattr(library, name)(*args), arrays, name, 2e-6)
    if len(arrays) == 3:
        compare(lambda library, *args: getattr(library, name)(*args, beta=0.5, alpha=2), arrays, name, 2e-6)
        arrays[0][...] = np.nan
        compare(lambda library, *args: getattr(library, name)(*args, beta=0), arrays, name, 2e-6)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("dtype", ("float32", "float64"))
def test_conv2d(dtype: str) -> None:
    source, rng = random.Random(5), np.random.default_rng(5)
    for trial in range(120):
        groups = source.choice((1, 1, 1, 2, 3))
        channels, outputs = groups * source.randint(1, 4), groups * source.randint(1, 5)
        shape = [source.randint(1, 3), channels, source.randint(1, 12), source.randint(1, 12)][0 if source.random() < 0.8 else 1 :]
        window = [outputs, channels // groups, source.randint(1, 4), source.randint(1, 4)]
        arrays = [matrix(rng, source, shape, dtype), matrix(rng, source, window, dtype), None]
        if source.random() < 0.6:
            arrays[2] = rng.standard_normal(outputs).astype(dtype)
        stride = [source.randint(1, 3) for _ in range(source.randint(1, 2))]
        padding = source.choice(("same", "valid")) if trial % 6 == 0 else [source.randint(0, 2) for _ in range(2)]
        rest = (stride, padding, [source.randint(1, 2)], groups)
        compare(lambda library, *args: library.conv2d(*args, *rest), arrays, f"{trial} {shape} {window} {rest}", TOLERANCE[dtype])


def test_conv2d_over_more_rows_than_fit_at_once() -> None:
    rng = np.random.default_rng(6)
    arrays = [rng.standard_normal((2, 32, 90, 90)).astype("f4"), rng.standard_normal((8, 32, 3, 3)).astype("f4"), None]
    compare(lambda library, *args: library.conv2d(*args, 1, 1), arrays, "90x90", 2e-6)


def test_conv1d() -> None:
    source, rng = random.Random(7), np.random.default_rng(7)
    for trial in range(40):
        shape = [2, 4, source.randint(3, 20)]
        arrays = [matrix(rng, source, shape, "float32"), rng.standard_normal((6, 2, source.randint(1, 3))).astype("f4"), None]
        rest = (source.randint(1, 2), source.randint(0, 2), source.randint(1, 2), 2)
        compare(lambda library, *args: library.conv1d(*args, *rest), arrays, f"{trial} {shape} {rest}", 2e-6)


def test_convolutions_that_cannot_be() -> None:
    x, w = np.zeros((1, 3, 5, 5), "f4"), np.zeros((2, 3, 3, 3), "f4")
    cases: list[Any] = [
        ([x, np.zeros((2, 4, 3, 3), "f4"), None], ()), ([x, w, np.zeros(3, "f4")], ()), ([x, w, None], (0,)), ([x, w, None], (1, -1)),
        ([x, np.zeros((2, 3, 7, 7), "f4"), None], ()), ([x, w.astype("f8"), None], ()), ([x[0, 0], w, None], ()), ([x, w[0], None], ()),
        ([x, w, None], (1, 0, 1, 2)), ([x, w, None], ([1, 1, 1],)), ([x, w, None], (2, "same")), ([x, w, None], (1, "odd")),
    ]
    for arrays, rest in cases:
        compare(lambda library, *args: library.conv2d(*args, *rest), arrays, f"{[getattr(a, 'shape', None) for a in arrays]} {rest}", 0)

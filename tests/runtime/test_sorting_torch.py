"""Sorting and choosing against PyTorch: every dtype, layouts, NaN, infinities, -0.0, ties, and PyTorch's own samples.

Where items are equal, any place of one of them is right for topk, kthvalue, medians and mode; a stable sort has one answer.
"""
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

DTYPES = ("float32", "float64", "int64", "int32", "uint8", "int8", "int16", "float16", "bool")
SHAPES = ((), (7,), (50,), (300,), (3000,), (5, 33), (4, 6, 70), (2, 200, 3))
PLACED = ("topk", "kthvalue", "median", "nanmedian", "mode", "sort")
NAMES = (*PLACED, "argsort", "msort")
INFOS = [info for info in common_methods.op_db if info.name in NAMES]


def values(rng: np.random.Generator, shape: tuple[int, ...], dtype: str) -> np.ndarray:
    """Items with ties; floats have NaN, infinities and both zeros among them."""
    if dtype == "bool":
        return np.asarray(rng.random(shape) < 0.5)
    array = np.asarray(rng.standard_normal(shape) * 20)
    if not dtype.startswith("float"):
        return np.asarray(np.abs(array) if dtype == "uint8" else array).astype(dtype)
    array = array.astype(dtype)
    flat = array.reshape(-1)
    if flat.size > 5:
        flat[::5] = np.round(flat[::5] / 10)
        flat[1:5] = np.nan, np.inf, -0.0, -np.inf
    return array


def same(got: Any, want: Any, label: str) -> None:
    """Equal dtype, shape and items."""
    assert repr(got.dtype) == str(want.dtype) and tuple(got.shape) == tuple(want.shape), label
    np.testing.assert_array_equal(got.numpy(), want.numpy(), err_msg=label)


def same_placed(got: Any, want: Any, source: Any, dim: int, label: str) -> None:
    """Equal values, and places in `source` that hold them."""
    same(got[0], want[0], label)
    assert got[1].dtype is rl.int64 and got[1].shape == got[0].shape, label
    if not source.ndim:
        assert got[1].item() == 0, label
        return
    places, found = got[1].numpy(), want[0].numpy()
    if places.ndim < source.ndim:
        places, found = np.expand_dims(places, dim), np.expand_dims(found, dim)
    np.testing.assert_array_equal(np.take_along_axis(source.numpy(), places, dim), found, err_msg=label)


@pytest.mark.parametrize("dtype", DTYPES)
def test_sorting(dtype: str) -> None:
    rng = np.random.default_rng(len(dtype))
    for shape in SHAPES:
        array = values(rng, shape, dtype)
        for mine, theirs in ((rl.from_numpy(array.copy()), torch.from_numpy(array.copy())),
                             (rl.from_numpy(array.copy()).transpose(0, -1), torch.from_numpy(array.copy()).transpose(0, -1))):
            for dim in range(max(len(shape), 1)):
                for flag in (False, True):
                    label = f"{dtype} {shape} dim={dim} {flag}"
                    got = rl.sort(mine, stable=True, dim=dim, descending=flag)
                    want = torch.sort(theirs, stable=True, dim=dim, descending=flag)
                    same(got.values, want.values, label)
                    same(got.indices, want.indices, label)
                    assert got.values.stride() == want.values.stride(), label
                if dtype != "bool":
                    _choose(mine, theirs, dim)
            if dtype != "bool":
                same(rl.median(mine), torch.median(theirs), dtype)
                same(rl.nanmedian(mine), torch.nanmedian(theirs), dtype)


def _choose(mine: Any, theirs: Any, dim: int) -> None:
    length = theirs.shape[dim] if theirs.ndim else 1
    for k in sorted({1, min(5, length), length // 2 + 1, length}):
        label = f"{theirs.dtype} {tuple(theirs.shape)} dim={dim} k={k}"
        for largest in (False, True):
            same_placed(rl.topk(mine, k, dim, largest), torch.topk(theirs, k, dim, largest), theirs, dim, label)
        same_placed(rl.kthvalue(mine, k, dim), torch.kthvalue(theirs, k, dim), theirs, dim, label)
    for name in ("median", "nanmedian"):
        same_placed(getattr(rl, name)(mine, dim), getattr(torch, name)(theirs, dim), theirs, dim, name)
    if not theirs.isnan().any():
        same_placed(rl.mode(mine, dim), torch.mode(theirs, dim), theirs, dim, "mode")


def to_rushlight(value: Any) -> Any:
    """PyTorch's values as ours."""
    return rl.from_numpy(value.detach().numpy()) if isinstance(value, torch.Tensor) else value


def outcome(call: Any) -> Any:
    """The result of a call, or the exception it raised."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return call()
        except Exception as error:
            return error


@pytest.mark.parametrize("info", INFOS, ids=lambda info: f"{info.name}-{info.variant_test_name}")
def test_samples(info: Any) -> None:
    for dtype in ("float32", "int64"):
        for sample in info.sample_inputs("cpu", getattr(torch, dtype), requires_grad=False):
            if "out" in sample.kwargs:
                continue
            label = f"{info.name} {dtype} {tuple(sample.input.shape)} {sample.args} {sample.kwargs}"
            want = info.op(sample.input, *sample.args, **sample.kwargs)
            got = getattr(rl, info.name)(to_rushlight(sample.input), *sample.args, **sample.kwargs)
            if info.name in PLACED and not isinstance(got, Tensor):
                dim = sample.kwargs.get("dim", next((arg for arg in sample.args[info.name in ("topk", "kthvalue") :]), -1))
                same_placed(got, want, sample.input, dim, label)
            else:
                same(got, want, label)


@pytest.mark.parametrize("info", [info for info in INFOS if info.error_inputs_func], ids=lambda info: info.name)
def test_errors(info: Any) -> None:
    for case in info.error_inputs("cpu"):
        sample = case.sample_input
        want = outcome(lambda: info.op(sample.input, *sample.args, **sample.kwargs))
        if "out" in sample.kwargs:
            continue
        keywords = {name: to_rushlight(value) for name, value in sample.kwargs.items()}
        arguments = [to_rushlight(value) for value in (sample.input, *sample.args)]
        got = outcome(lambda: packet(f"aten::{info.name}")(*arguments, **keywords))
        assert type(got) is type(want), f"{info.name} {sample.args} {sample.kwargs}: PyTorch {want!r}, here {got!r}"

"""Resampling, sampling at positions and fused attention against PyTorch: modes, corners, memory formats, dtypes, errors."""
from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

import rushlight as rl

torch = pytest.importorskip("torch")

TOLERANCES = {"float32": 1e-5, "float64": 1e-6, "float16": 4e-3, "uint8": 0.0}
MODES: list[tuple[str, tuple[bool | None, ...]]] = [
    ("nearest", (None,)), ("nearest-exact", (None,)), ("bilinear", (False, True)), ("bicubic", (False, True)),
]
SIZES: list[dict[str, Any]] = [
    {"size": (8, 11)}, {"scale_factor": 2.0}, {"scale_factor": (0.6, 1.7)}, {"scale_factor": 1.3, "recompute_scale_factor": True},
]


def outcome(call: Any) -> Any:
    """The result of a call, or the exception it raised."""
    try:
        return call()
    except Exception as error:
        return error


def assert_same(got: Any, want: Any, tolerance: float, label: str) -> None:
    """Equal in shape, strides and items; or errors of one type."""
    if isinstance(want, Exception):
        assert type(got) is type(want), f"{label}: PyTorch raises {want!r}, here {got!r}"
        return
    assert not isinstance(got, Exception), f"{label}: {got!r}"
    assert tuple(got.shape) == tuple(want.shape) and tuple(got.stride()) == want.stride(), label
    np.testing.assert_allclose(got.to(rl.float32).numpy(), want.float().numpy(), tolerance, tolerance, err_msg=label)


def check(x: Any, label: str, **options: Any) -> None:
    tolerance = TOLERANCES[str(x.dtype).removeprefix("torch.")]
    want = outcome(lambda: torch.nn.functional.interpolate(x, **options))
    assert_same(outcome(lambda: rl.nn.functional.interpolate(rl.from_numpy(x.numpy()), **options)), want, tolerance, f"{label} {options}")


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("dtype, last", [
    ("float32", False), ("float32", True), ("float64", False), ("float16", False), ("uint8", False), ("uint8", True),
])  # fmt: skip
def test_interpolate(dtype: str, last: bool) -> None:
    """Images in both memory formats."""
    for (mode, corners), shape, size in itertools.product(MODES, [(2, 3, 5, 7), (1, 5, 1, 1)], SIZES):
        x = (torch.rand(shape, generator=torch.Generator().manual_seed(1)) * (255 if dtype == "uint8" else 9)).to(getattr(torch, dtype))
        x = x.contiguous(memory_format=torch.channels_last) if last else x
        for align in corners:
            given = size if align is None else {**size, "align_corners": align}
            check(x, f"{dtype} {shape}", mode=mode, **given)
            if align is not None and dtype.startswith("float") and dtype != "float16":
                check(x, f"{dtype} {shape}", mode=mode, antialias=True, **given)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("mode, shape", [
    ("nearest", (2, 3, 9)), ("nearest-exact", (2, 3, 9)), ("linear", (2, 3, 9)), ("area", (2, 3, 9)),
    ("nearest", (2, 2, 3, 4, 5)), ("nearest-exact", (2, 2, 3, 4, 5)), ("trilinear", (2, 2, 3, 4, 5)),
])  # fmt: skip
def test_lines_and_volumes(mode: str, shape: tuple[int, ...]) -> None:
    """One and three dimensions."""
    x = torch.rand(shape, generator=torch.Generator().manual_seed(2))
    for size, align in itertools.product([{"size": 7}, {"scale_factor": 2.5}, {"scale_factor": 0.5}], [None, True]):
        check(x, str(shape), mode=mode, **size, **({} if align is None else {"align_corners": align}))


@pytest.mark.parametrize("size", [(3, 20000), (3, 9), (3, 0)])
def test_wide_rows(size: tuple[int, int]) -> None:
    """Rows beyond the kernel's memory, and empty results."""
    x = torch.rand((1, 2, 3, 10000), generator=torch.Generator().manual_seed(3))
    check(x, "wide", size=size, mode="bilinear", antialias=size[1] == 9)


@pytest.mark.parametrize("mode", ["bilinear", "nearest", "bicubic"])
@pytest.mark.parametrize("padding", ["zeros", "border", "reflection"])
def test_grid_sample(mode: str, padding: str) -> None:
    """Positions inside, outside and NaN; infinite items do not spoil what they do not reach."""
    generator = torch.Generator().manual_seed(4)
    for (shape, grid), align in itertools.product([((2, 3, 5, 7), (2, 4, 9, 2)), ((2, 2, 3, 4, 5), (2, 3, 2, 4, 3))], [False, True]):
        x, positions = torch.rand(shape, generator=generator), torch.rand(grid, generator=generator) * 5 - 2.5
        x.view(-1)[0] = float("inf")
        if mode != "nearest":
            positions.view(-1)[0] = float("nan")
        want = outcome(lambda: torch.nn.functional.grid_sample(x, positions, mode, padding, align))
        mine = rl.from_numpy(x.numpy()), rl.from_numpy(positions.numpy())
        got = outcome(lambda: rl.nn.functional.grid_sample(*mine, mode, padding, align))
        assert_same(got, want, 1e-4, f"{shape} {mode} {padding} {align}")


@pytest.mark.filterwarnings("ignore:Since version 1.3.0, affine_grid:UserWarning")
@pytest.mark.parametrize("align", [False, True])
@pytest.mark.parametrize("size", [(2, 3, 4, 5), (2, 3, 4, 5, 1)])
def test_affine_grid(size: tuple[int, ...], align: bool) -> None:
    """Positions of affine maps."""
    theta = torch.rand((2, len(size) - 2, len(size) - 1), generator=torch.Generator().manual_seed(5))
    want = torch.nn.functional.affine_grid(theta, size, align_corners=align)
    assert_same(rl.nn.functional.affine_grid(rl.from_numpy(theta.numpy()), size, align_corners=align), want, 1e-6, str(size))


@pytest.mark.parametrize("mask_type", [None, 0, 1])
def test_native_attention(mask_type: int | None) -> None:
    """The fused rows that archives of transformers call."""
    generator = torch.Generator().manual_seed(6)
    shapes = [(2, 5, 8), (24, 8), (24,), (8, 8), (8,)]
    x, *weights = (torch.randn(shape, generator=generator) for shape in shapes)
    mask = {None: None, 0: torch.ones(5, 5).triu(1).bool(), 1: torch.tensor([[0] * 5, [0, 0, 0, 1, 1]]).bool()}[mask_type]
    want = torch._native_multi_head_attention(x, x, x, 8, 2, *weights, mask, True, True, mask_type)
    mine = [rl.from_numpy(value.numpy()) for value in (x, *weights)]
    attend = rl._native_multi_head_attention
    got = attend(mine[0], mine[0], mine[0], 8, 2, *mine[1:], None if mask is None else rl.from_numpy(mask.numpy()), True, True, mask_type)
    for one, other in zip(got, want):
        np.testing.assert_allclose(one.numpy(), other.numpy(), rtol=1e-4, atol=1e-5)


@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_hooks_that_compute_weights() -> None:
    """weight_norm and spectral_norm keep PyTorch's names, and the layers their values."""
    names = {"weight_norm": ["bias", "weight_g", "weight_v"], "spectral_norm": ["bias", "weight_orig", "weight_u", "weight_v"]}
    for name, keys in names.items():
        torch.manual_seed(0)
        rl.manual_seed(0)
        x = torch.randn(3, 4)
        mine = rl.randn(3, 4)
        theirs = getattr(torch.nn.utils, name)(torch.nn.Linear(4, 2))
        ours = getattr(rl.nn.utils, name)(rl.nn.Linear(4, 2))
        assert sorted(ours.state_dict()) == keys == sorted(theirs.state_dict())
        np.testing.assert_allclose(ours(mine).detach().numpy(), theirs(x).detach().numpy(), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", ["trunc_normal_", "orthogonal_"])
def test_initial_values(name: str) -> None:
    """The same seed gives the same values."""
    torch.manual_seed(1)
    rl.manual_seed(1)
    want = getattr(torch.nn.init, name)(torch.empty(5, 3))
    np.testing.assert_allclose(getattr(rl.nn.init, name)(rl.empty(5, 3)).numpy(), want.numpy(), rtol=1e-4, atol=1e-5)

"""Dtypes that can be stored, against PyTorch: float8 and complex32, to and from the others, made, viewed and printed."""

from __future__ import annotations

import numpy as np
import pytest

import rushlight as rl

torch = pytest.importorskip("torch")

EIGHT_BITS = ("float8_e4m3fn", "float8_e4m3fnuz", "float8_e5m2", "float8_e5m2fnuz", "float8_e8m0fnu")
SPECIAL = [0.0, -0.0, np.inf, -np.inf, np.nan, 1e38, 3e38, 1e-45, 1e-39, 5.9e-39, 1.1e-38, 464, 480, 61440, 61441, 248, 2.0**-10, -1e-9]


@pytest.mark.parametrize("name", EIGHT_BITS)
def test_float8_is_rounded_as_in_pytorch(name: str) -> None:
    """Every float16 number and special float32 ones give PyTorch's bits, and all bits give its numbers."""
    halves = np.arange(1 << 16, dtype=np.uint16).view(np.float16).astype(np.float32)
    random = np.random.default_rng(0).standard_normal(5000).astype(np.float32) * 2.0 ** np.random.default_rng(1).integers(-20, 18, 5000)
    values = np.concatenate([halves, np.array(SPECIAL, np.float32), random.astype(np.float32)])
    values = np.where(np.isnan(values), np.float32(np.nan), values)
    ours = rl.from_numpy(values).to(getattr(rl, name)).view(rl.uint8).numpy()
    theirs = torch.from_numpy(values).to(getattr(torch, name)).view(torch.uint8).numpy()
    different = ours != theirs
    assert not different.any(), (values[different][:5], ours[different][:5], theirs[different][:5])
    patterns = np.arange(256, dtype=np.uint8)
    for dtype in ("float32", "float64", "float16", "bfloat16"):
        ours = rl.from_numpy(patterns).view(getattr(rl, name)).to(getattr(rl, dtype)).to(rl.float64).numpy()
        theirs = torch.from_numpy(patterns).view(getattr(torch, name)).to(getattr(torch, dtype)).to(torch.float64).numpy()
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.filterwarnings("ignore:ComplexHalf support is experimental", "ignore:Casting complex values to real")
@pytest.mark.parametrize("name", [*EIGHT_BITS, "complex32"])
def test_storable_dtypes_are_used_as_in_pytorch(name: str) -> None:
    """Made, filled, written through views, printed, joined and read like PyTorch's."""
    texts = []
    for lib in (rl, torch):
        dtype = getattr(lib, name)
        x = lib.tensor([[1.0, 2.0, 4.0], [8.0, 0.5, 0.25]]).to(dtype)
        y = x.clone()
        y[0] = x[1]
        y.t()[1].copy_(lib.tensor([4.0, 2.0]))
        facts = [x, x[1], x.t().contiguous(), y, lib.ones(2, dtype=dtype), x.to(lib.float32), x[0, 1].item(), x.tolist()]
        texts.append([str(fact) for fact in [*facts, x.dtype, x.element_size(), lib.cat([x, x]), x.reshape(3, 2), lib.stack([x, y])]])
    assert texts[0] == texts[1]


@pytest.mark.filterwarnings("ignore:ComplexHalf support is experimental")
@pytest.mark.parametrize("name", [*EIGHT_BITS, "complex32", "bfloat16", "float16", "bool", "uint16", "complex64"])
def test_memory_is_shared_both_ways(name: str) -> None:
    """DLPack takes every dtype there and back, strides too, over one memory; NumPy gets those that it has."""
    ours = rl.arange(6).reshape(2, 3).to(getattr(rl, name)).t()
    theirs = torch.from_dlpack(ours)
    assert str(theirs.dtype) == str(ours.dtype) and theirs.stride() == ours.stride()
    theirs[0, 0] = 1
    assert str(ours) == str(rl.from_dlpack(theirs)) == str(rl.from_dlpack(theirs.__dlpack__()))
    assert ours[0, 0].item() == 1
    back = rl.from_dlpack(torch.arange(6).reshape(2, 3).to(getattr(torch, name))[:, 1:])
    assert back.stride() == (3, 1) and back.tolist() == rl.arange(6).reshape(2, 3).to(getattr(rl, name))[:, 1:].tolist()
    back[0, 0] = 0

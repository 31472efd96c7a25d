"""Convolutions of eight-bit numbers against PyTorch's quantized operators: zero points, scales of each channel, ReLU, every rank."""
from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

import rushlight as rl
from rushlight.runtime.ops.layers.convolving_int8 import PackedWeight, Requantization

torch = pytest.importorskip("torch")


def quantized(source: random.Random, groups: int, inputs: int, outputs: int, dims: int, per_channel: bool) -> tuple[Any, Any]:
    """Images of quint8 and weights of qint8, which stay below 64: FBGEMM's sums of two products saturate at 16 bits."""
    window = [source.randint(1, 3) for _ in range(dims)]
    x = torch.randn(source.randint(1, 2), groups * inputs, *(source.randint(3, 9) for _ in range(dims)))
    weight = torch.randn(groups * outputs, inputs, *window)
    images = torch.quantize_per_tensor(x, source.uniform(0.01, 0.03), source.randint(90, 160), torch.quint8)
    if not per_channel:
        return images, torch.quantize_per_tensor(weight, 0.1, 0, torch.qint8)
    scales = torch.rand(groups * outputs, dtype=torch.float64) * 0.02 + 0.09
    return images, torch.quantize_per_channel(weight, scales, torch.zeros(groups * outputs, dtype=torch.int64), 0, torch.qint8)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("dims", (2, 3))
def test_against_quantized_operators(dims: int) -> None:
    source = random.Random(dims)
    torch.manual_seed(dims)
    if "fbgemm" not in torch.backends.quantized.supported_engines:
        pytest.skip("this PyTorch has no FBGEMM")
    torch.backends.quantized.engine = "fbgemm"
    for trial in range(24):
        groups, inputs, outputs = source.choice(((1, 3, 8), (1, 16, 20), (2, 4, 8), (12, 1, 1)))
        per_channel, relu, has_bias = (source.random() < 0.5 for _ in range(3))
        x, weight = quantized(source, groups, inputs, outputs, dims, per_channel)
        stride, padding, dilation = [source.randint(1, 2)] * dims, [source.randint(0, 1)] * dims, [1] * dims
        bias = torch.randn(groups * outputs) if has_bias else None
        packed = getattr(torch.ops.quantized, f"conv{dims}d_prepack")(weight, bias, stride, padding, dilation, groups)
        run = getattr(torch.ops.quantized, f"conv{dims}d{'_relu' if relu else ''}")
        want = run(x, packed, 0.05, 30).int_repr().numpy()
        scales = weight.q_per_channel_scales().float() if per_channel else torch.full((groups * outputs,), 0.1)
        both = scales * np.float32(x.q_scale())
        how = Requantization(
            rl.from_numpy((both / 0.05).numpy()), None if bias is None else rl.from_numpy((bias / both).numpy()), 30, 30 if relu else None
        )
        mine = PackedWeight(rl.from_numpy(weight.int_repr().numpy()), [0], groups)
        got = mine.convolve(rl.from_numpy(x.int_repr().numpy()), x.q_zero_point(), stride, padding, dilation, how).numpy()
        assert got.dtype == np.uint8 and got.shape == want.shape, trial
        difference = np.abs(got.astype(int) - want.astype(int))
        # a product that lies between two numbers within float32's rounding may go either way
        assert difference.max(initial=0) <= 1 and difference.mean() < 0.005, trial


def test_sums_lines_and_errors() -> None:
    x, weight = torch.randint(0, 256, (2, 5, 11), dtype=torch.uint8), torch.randint(-128, 128, (7, 5, 3), dtype=torch.int8)
    want = torch.conv1d(x.double() - 7, weight.double() - 2, None, 2, 0, 1)
    mine = PackedWeight(rl.from_numpy(weight.numpy()), [2], 1)
    got = mine.convolve(rl.from_numpy(x.numpy()), 7, [2], [0], [1], None)
    assert got.dtype is rl.int32 and np.array_equal(got.numpy(), want.numpy())
    with pytest.raises(RuntimeError, match="expected uint8 or int8 input"):
        mine.convolve(rl.from_numpy(x.int().numpy()), 7, [2], [0], [1], None)
    with pytest.raises(RuntimeError, match="to have 5 channels, but got 4 channels"):
        mine.convolve(rl.from_numpy(x[:, :4].numpy()), 7, [2], [0], [1], None)

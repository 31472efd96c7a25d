"""Pooling layers and functions against PyTorch: printed form, results and places, compiled code, errors."""
from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import rushlight as rl
from rushlight.runtime import aten

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.filterwarnings("ignore")
SHAPES = {1: (2, 3, 11), 2: (2, 3, 9, 10), 3: (1, 2, 7, 8, 9)}
LAYERS = {
    1: (
        "MaxPool1d(3, 2, 1)", "MaxPool1d((2,), return_indices=True)", "AvgPool1d(3, 2, 1, True, False)", "AvgPool1d(2)",
        "AdaptiveAvgPool1d(4)", "AdaptiveMaxPool1d(5)", "AdaptiveMaxPool1d(5, return_indices=True)", "LPPool1d(2, 3)",
        "LPPool1d(1.5, 3, stride=2, ceil_mode=True)", "LPPool1d(float('inf'), 2)",
    ),
    2: (
        "MaxPool2d((3, 2), (2, 1), dilation=2)", "AvgPool2d(3, (2, 1), divisor_override=5)", "AdaptiveAvgPool2d((4, None))",
        "AdaptiveMaxPool2d((None, 3))", "AdaptiveMaxPool2d(5, return_indices=True)", "LPPool2d(2, (3, 2), stride=(2, 1))",
        "LPPool2d(float('-inf'), 2)", "LPPool2d(3, 2, ceil_mode=True)",
    ),
    3: (
        "MaxPool3d(2, return_indices=True)", "MaxPool3d((3, 2, 1), ceil_mode=True)", "AvgPool3d(3, 2, 1, count_include_pad=False)",
        "AvgPool3d((1, 2, 3))", "AdaptiveAvgPool3d((4, 2, 3))", "AdaptiveMaxPool3d((None, 3, 2))",
        "AdaptiveMaxPool3d(2, return_indices=True)", "LPPool3d(2, 2)", "LPPool3d(2, (1, 2, 3), stride=2)",
    ),
}


def outcome(call: Any) -> Any:
    """The result of a call, or the exception it raised."""
    try:
        return call()
    except Exception as error:
        return error


def compare(got: Any, want: Any) -> None:
    """Equal tensors or tuples of them."""
    assert not isinstance(got, Exception), got
    for one, other in zip(*((both,) if hasattr(both, "numpy") else both for both in (got, want)), strict=True):
        assert repr(one.dtype) == str(other.dtype) and one.stride() == other.stride()
        np.testing.assert_allclose(one.numpy(), other.numpy(), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("dims, text", [(dims, text) for dims, texts in LAYERS.items() for text in texts], ids=lambda one: str(one))
def test_layers(dims: int, text: str) -> None:
    theirs, ours = (eval(f"nn.{text}", {"nn": library.nn, "float": float}) for library in (torch, rl))
    assert repr(ours) == repr(theirs)
    x = torch.randn(SHAPES[dims], generator=torch.Generator().manual_seed(0))
    x = x.abs() if "1.5" in text else x
    mine = rl.from_numpy(x.numpy())
    compare(ours(mine), theirs(x))
    compare(ours(mine[0]), theirs(x[0]))
    if "None" not in text:
        compiled = torch.jit.script(theirs)
        own = rl.jit.script(ours)
        assert own.code == compiled.code
        compare(own(mine), compiled(x))


@pytest.mark.parametrize("dims", SHAPES)
def test_the_way_back(dims: int) -> None:
    x = torch.randn(SHAPES[dims], generator=torch.Generator().manual_seed(0))
    mine = rl.from_numpy(x.numpy())
    for settings in ((2,), (3, 2), (2, 2, 1)):
        down = [getattr(library.nn, f"MaxPool{dims}d")(*settings, return_indices=True) for library in (torch, rl)]
        up = [getattr(library.nn, f"MaxUnpool{dims}d")(*settings) for library in (torch, rl)]
        assert repr(up[0]) == repr(up[1])
        theirs, ours = down[0](x), down[1](mine)
        for size in (x.shape, x.shape[2:]):
            compare(up[1](*ours, output_size=list(size)), up[0](*theirs, output_size=list(size)))
        if dims == 2:
            turned = [one.to(memory_format=library.channels_last) for one, library in ((theirs[0], torch), (ours[0], rl))]
            size = list(x.shape)
            compare(up[1](turned[1], ours[1], output_size=size), up[0](turned[0], theirs[1], output_size=size))
        for wrong in (None, [99] * dims, [4] * (dims + 1)):
            want, got = outcome(lambda: up[0](*theirs, output_size=wrong)), outcome(lambda: up[1](*ours, output_size=wrong))
            if isinstance(want, torch.Tensor):
                compare(got, want)
            else:
                # which of several indices PyTorch names depends on its threads
                kept = None if isinstance(want, ValueError) else len("Found an invalid max index: ")
                assert (type(got), str(got)[:kept]) == (type(want), str(want)[:kept])


UNPOOLINGS = [
    ((1, 2, 3, 3), 0, [3, 2]), ((1, 2, 3, 3), -1, [3, 3]), ((1, 2, 3, 3), 0, [3, -1]), ((3, 3), 0, [3, 3]),
    ((1, 0, 3, 3), 0, [3, 3]), ((0, 2, 3, 3), 0, [3, 3]), ((1, 2, 3, 3), 0, [3, 3]), ((1, 2, 2, 3, 3), 0, [2, 3, 3]),
    ((1, 2, 2, 3, 3), 0, [2, 3, 2]), ((1, 0, 2, 3, 3), 0, [2, 3, 3]), ((2, 3, 3), 0, [3, 3]),
]


@pytest.mark.parametrize("dtype", ("float32", "float16", "int64"))
@pytest.mark.parametrize("shape, shift, size", UNPOOLINGS, ids=str)
def test_unpooling_rows(shape: tuple[int, ...], shift: int, size: list[int], dtype: str) -> None:
    x = torch.arange(int(np.prod(shape)), dtype=getattr(torch, dtype)).reshape(shape)
    plane = int(np.prod(shape[-2 if len(shape) < 5 else -3 :]))
    places = torch.arange(x.numel()).reshape(shape) % plane + shift
    name, more = ("max_unpool2d", ()) if len(shape) < 5 else ("max_unpool3d", ([1] * 3, [0] * 3))
    want = outcome(lambda: getattr(torch.ops.aten, name)(x, places, size, *more))
    got = outcome(lambda: getattr(aten, name)(rl.from_numpy(x.numpy()), rl.from_numpy(places.numpy()), size, *more))
    if isinstance(want, Exception):
        assert (type(got), str(got)) == (type(want), str(want))
    else:
        compare(got, want)


@pytest.mark.parametrize("dims", (2, 3))
def test_fractional(dims: int) -> None:
    for seed in range(8):
        source = torch.Generator().manual_seed(seed)
        x, samples = torch.randn(SHAPES[dims], generator=source), torch.rand(*SHAPES[dims][:2], dims, generator=source)
        x.view(-1)[seed::17] = (float("nan"), 1.0, -float("inf"))[seed % 3]
        for options in (f"{1 + seed % 3}, output_size={3 + seed % 2}", f"2, output_ratio={0.3 + seed / 25}"):
            text = f"FractionalMaxPool{dims}d({options}, return_indices=True, _random_samples=samples)"
            theirs = eval(f"nn.{text}", {"nn": torch.nn, "samples": samples})
            ours = eval(f"nn.{text}", {"nn": rl.nn, "samples": rl.from_numpy(samples.numpy())})
            compare(ours(rl.from_numpy(x.numpy())), theirs(x))
    for text in ("(2)", "(2, output_size=2, output_ratio=0.5)", "(2, output_ratio=1.5)", "(2, output_size=99)"):
        want, got = (
            outcome(lambda: eval(f"nn.FractionalMaxPool{dims}d{text}", {"nn": library.nn})(value))
            for library, value in ((torch, x), (rl, rl.from_numpy(x.numpy())))
        )
        assert type(got) is type(want) and (not isinstance(want, Exception) or str(got) == str(want)), text


@pytest.mark.parametrize("dims", (1, 2, 3))
@pytest.mark.parametrize("padding", ("same", "valid", "other"))
def test_convolution_mode(padding: str, dims: int) -> None:
    x, weight = torch.randn(2, 4, *[7] * dims), torch.randn(6, 2, *[2] * dims)
    args = (None, [1] * dims, padding, [2] * dims, 2)
    want = outcome(lambda: torch._convolution_mode(x, weight, *args))
    got = outcome(lambda: aten._convolution_mode(rl.from_numpy(x.numpy()), rl.from_numpy(weight.numpy()), *args))
    if isinstance(want, Exception):
        assert type(got) is type(want)
    else:
        np.testing.assert_allclose(got.numpy(), want.numpy(), rtol=1e-5, atol=1e-5)


def test_other_names_of_convolutions() -> None:
    x, volume = torch.randn(2, 4, 7, 8), torch.randn(1, 2, 5, 6, 7)
    calls = {
        "conv_tbc": (torch.randn(5, 2, 3), torch.randn(2, 3, 4), torch.randn(4), 1),
        "thnn_conv2d": (x, torch.randn(3, 4, 2, 3), [2, 3], None, [2, 1], [1, 0]),
        "slow_conv3d": (volume, torch.randn(3, 2, 2, 3, 1), [2, 3, 1], torch.randn(3), [1, 1, 1], [1, 0, 0]),
        "slow_conv_dilated2d": (x, torch.randn(3, 4, 2, 3), [2, 3], None, [1, 1], [1, 0], [2, 1]),
        "slow_conv_dilated3d": (volume, torch.randn(3, 2, 2, 2, 2), [2, 2, 2], None, [1, 1, 1], [0, 0, 0], [2, 2, 2]),
        "slow_conv_transpose2d": (x, torch.randn(4, 3, 2, 3), [2, 3], torch.randn(3), [2, 2], [1, 0], [1, 1], [1, 1]),
        "slow_conv_transpose3d": (volume, torch.randn(2, 3, 2, 2, 2), [2, 2, 2], None, [2, 1, 1], [0, 0, 0], [1, 0, 0], [1, 1, 1]),
    }
    for name, args in calls.items():
        mine = [rl.from_numpy(one.numpy()) if isinstance(one, torch.Tensor) else one for one in args]
        got, want = getattr(aten, name)(*mine), getattr(torch.ops.aten, name)(*args)
        np.testing.assert_allclose(got.numpy(), want.numpy(), rtol=1e-5, atol=1e-5, err_msg=name)

"""Convolutions, plain and transposed, against PyTorch: random shapes, settings and memory formats, and what cannot be."""
from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

import rushlight as rl

torch = pytest.importorskip("torch")
FORMATS = {2: torch.channels_last, 3: torch.channels_last_3d}


def outcome(call: Any) -> Any:
    """The result of a call, or the exception it raised."""
    try:
        return call()
    except Exception as error:
        return error


def images(source: random.Random, dims: int, batch: int, channels: int, dtype: Any) -> Any:
    """Random images in some memory format, or in none."""
    sizes = [source.randint(1, 9 if dims == 3 else 17) for _ in range(dims)]
    kind = source.choice(("rows", "rows", "channels last", "channels last", "turned", "stepped"))
    if kind == "stepped":
        return torch.randn(batch, channels, *(2 * size for size in sizes), dtype=dtype)[(..., *[slice(None, None, 2)] * dims)]
    x = torch.randn(batch, channels, *sizes, dtype=dtype)
    if kind == "channels last" and dims > 1:
        return x.to(memory_format=FORMATS[dims])
    return x.transpose(1, -1).contiguous().transpose(1, -1) if kind == "turned" else x


def case(source: random.Random, dims: int, transposed: bool) -> tuple[str, list[Any], tuple[Any, ...]]:
    """A function's name, its tensors, and its settings."""
    dtype = source.choice((torch.float32, torch.float32, torch.float64))
    groups, inputs, outputs = source.choice((1, 1, 1, 2, 3)), source.choice((1, 2, 5, 8, 16)), source.choice((1, 3, 8, 16, 20, 24, 40))
    stride, padding, dilation, window = ([source.randint(low, high) for _ in range(dims)] for low, high in ((1, 3), (0, 3), (1, 2), (1, 4)))
    x = images(source, dims, source.choice((0, 1, 1, 2, 3)), groups * inputs, dtype)
    shape = (groups * inputs, outputs) if transposed else (groups * outputs, inputs)
    weight = torch.randn(*shape, *window, dtype=dtype)
    if dims > 1 and source.random() < 0.3:
        weight = weight.to(memory_format=FORMATS[dims])
    bias = torch.randn(groups * outputs, dtype=dtype) if source.random() < 0.6 else None
    if not transposed:
        return f"conv{dims}d", [x, weight, bias], (stride, padding, dilation, groups)
    more = [source.randint(0, 2) if source.random() < 0.5 else 0 for _ in range(dims)]
    return f"conv_transpose{dims}d", [x, weight, bias], (stride, padding, more, groups, dilation)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("transposed", (False, True))
@pytest.mark.parametrize("dims", (1, 2, 3))
def test_against_pytorch(dims: int, transposed: bool) -> None:
    source = random.Random(dims)
    torch.manual_seed(dims)
    for trial in range(60):
        name, tensors, settings = case(source, dims, transposed)
        mine = [None if tensor is None else rl.from_numpy(tensor.numpy()) for tensor in tensors]
        want = outcome(lambda: getattr(torch, name)(*tensors, *settings))
        got = outcome(lambda: getattr(rl, name)(*mine, *settings))
        label = f"{trial} {name} {tensors[0].shape} {tensors[0].stride()} {tensors[1].shape} {settings}"
        if isinstance(want, Exception):
            assert type(got) is type(want), f"{label}: {got!r} where PyTorch raises {want!r}"
            continue
        assert not isinstance(got, Exception), f"{label}: {got!r}"
        assert tuple(got.shape) == tuple(want.shape), label
        tolerance = 1e-5 if want.dtype == torch.float32 else 1e-13
        if want.numel():
            assert got.stride() == want.stride(), label
            assert np.abs(got.numpy() - want.numpy()).max() <= tolerance * max(1, float(want.abs().max())), label


ERRORS = [
    ((4, 4, 3, 3), {"stride": 2, "output_padding": 2}), ((4, 4, 3, 3), {"output_padding": -1}), ((8, 4, 3, 3), {}),
    ((4, 4, 3, 3), {"bias": torch.zeros(5)}), ((4, 4, 3, 3), {"groups": 3}), ((4, 4, 3, 3), {"stride": 0}),
    ((4, 4, 3, 3), {"stride": [1, 2, 3]}), ((4, 4, 3, 3), {"output_padding": [1, 2, 3]}), ((4, 4, 3), {}),
]


@pytest.mark.parametrize("shape, settings", ERRORS, ids=str)
def test_transposed_convolutions_that_cannot_be(shape: tuple[int, ...], settings: dict[str, Any]) -> None:
    x, weight = torch.zeros(2, 4, 5, 6), torch.zeros(shape)
    want = outcome(lambda: torch.conv_transpose2d(x, weight, **settings))
    own = {name: rl.from_numpy(value.numpy()) if name == "bias" else value for name, value in settings.items()}
    got = outcome(lambda: rl.conv_transpose2d(rl.from_numpy(x.numpy()), rl.from_numpy(weight.numpy()), **own))
    assert isinstance(want, RuntimeError) and type(got) is type(want), got
    if len(shape) == 4 and "groups" not in settings:
        assert str(got) == str(want).splitlines()[0]


LAYERS = [
    ("ConvTranspose1d(4, 6, 3, stride=2, padding=1, output_padding=1, groups=2)", (2, 4, 9), [18]),
    ("ConvTranspose2d(3, 5, (3, 2), stride=2, dilation=(2, 1), bias=False)", (2, 3, 4, 5), [12, 11]),
    ("ConvTranspose3d(2, 3, 2, stride=(1, 2, 2))", (1, 2, 3, 4, 2), [4, 9, 4]),
]


@pytest.mark.parametrize("text, shape, size", LAYERS, ids=[text.partition("(")[0] for text, _, _ in LAYERS])
def test_transposed_layers(text: str, shape: tuple[int, ...], size: list[int]) -> None:
    torch.manual_seed(0)
    rl.manual_seed(0)
    theirs, ours = (eval(f"nn.{text}", {"nn": library.nn}) for library in (torch, rl))
    scripted = rl.jit.script(ours)
    assert repr(ours) == repr(theirs)
    x = torch.randn(shape)
    for args in ((), (size,), ([*shape[:1], theirs.out_channels, *size],)):
        want = theirs(x, *args).detach().numpy()
        for layer in (ours, scripted):
            np.testing.assert_allclose(layer(rl.from_numpy(x.numpy()), *args).numpy(), want, rtol=1e-5, atol=1e-6)
    for wrong in ([99] * len(size), [1] * (len(size) + 1)):
        want = outcome(lambda: theirs(x, wrong))
        got = outcome(lambda: ours(rl.from_numpy(x.numpy()), wrong))
        assert isinstance(want, ValueError) and (type(got), str(got)) == (type(want), str(want))
    with pytest.raises(ValueError, match='Only "zeros" padding mode is supported'):
        eval(f"nn.{text[:-1]}, padding_mode='reflect')", {"nn": rl.nn})

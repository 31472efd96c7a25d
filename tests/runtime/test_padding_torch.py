"""Padding against PyTorch: every mode, negative sizes, and what is refused."""
from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

import rushlight as rl

torch = pytest.importorskip("torch")


def outcome(call: Any) -> Any:
    """The result of a call, or the exception it raised."""
    try:
        return call()
    except Exception as error:
        return error


@pytest.mark.parametrize("mode", ("constant", "reflect", "replicate", "circular", "odd"))
def test_pad(mode: str) -> None:
    source = random.Random(1)
    for trial in range(120):
        shape = [source.randint(1, 5) for _ in range(source.randint(1, 5))]
        pad = [source.randint(-1 if mode == "constant" else 0, 4) for _ in range(2 * source.randint(1, min(len(shape), 3)))]
        if trial % 20 == 0:
            pad.append(1)
        array = np.random.default_rng(trial).standard_normal(shape).astype("f4")
        value = source.choice((None, 1.5)) if mode == "constant" else None
        got = outcome(lambda: rl.nn.functional.pad(rl.from_numpy(array), pad, mode, value))
        want = outcome(lambda: torch.nn.functional.pad(torch.from_numpy(array), pad, mode, value))
        label = f"{trial} {shape} {pad} {mode} {value}: {got!r} {want!r}"
        if isinstance(want, Exception):
            assert type(got) is type(want), label
            continue
        assert isinstance(got, rl.Tensor), label
        np.testing.assert_array_equal(got.numpy(), want.numpy(), err_msg=label)


@pytest.mark.parametrize("pad", [(1, 1), (1, 2, 0, 3), (-1, 1), (0, 0), (0, 1, 0, 0, 2, 1)])
def test_constants_around_images_keep_their_format(pad: tuple[int, ...]) -> None:
    array = np.random.default_rng(0).standard_normal((2, 3, 4, 5)).astype("f4")
    got = rl.nn.functional.pad(rl.from_numpy(array).contiguous(memory_format=rl.channels_last), pad)
    want = torch.nn.functional.pad(torch.from_numpy(array).contiguous(memory_format=torch.channels_last), pad)
    assert tuple(got.stride()) == want.stride()
    np.testing.assert_array_equal(got.numpy(), want.numpy())

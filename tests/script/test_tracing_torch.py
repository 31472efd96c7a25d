"""Traced layers and functions against PyTorch's tracer: the same nodes in the same order, and archives that PyTorch opens."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import rushlight as rl

torch = pytest.importorskip("torch")

FOLDER = Path(__file__).resolve().parents[1] / "golden" / "nn"
CASES = [(number, case["constructor"]) for number, case in enumerate(json.loads((FOLDER / "modules.json").read_text()))]
# PyTorch pads one more row here by operators of its own
OTHER_NODES = {"Conv2d(2, 4, (4, 3), padding='same', dilation=(1, 2))"}


@pytest.fixture(scope="module")
def inputs() -> Any:
    with np.load(FOLDER / "modules.npz") as file:
        return {name: file[name] for name in file.files if name.endswith("/input")}


def layer(library: Any, constructor: str) -> Any:
    library.manual_seed(0)
    return eval(constructor, {name: getattr(library.nn, name) for name in dir(library.nn)}).eval()


def kinds(traced: Any) -> list[str]:
    text = re.sub(r"prim::GetAttr\[[^\]]*\]", "prim::GetAttr", str(traced.inlined_graph))
    return re.findall(r"= (\w+::\w+)", text)


def saved(traced: Any) -> Any:
    buffer = io.BytesIO()
    rl.jit.save(traced, buffer)
    buffer.seek(0)
    return torch.jit.load(buffer)


@pytest.mark.filterwarnings("ignore")
def test_layers(inputs: dict[str, np.ndarray]) -> None:
    compared = 0
    for number, constructor in CASES:
        x = inputs.get(f"{number}/input")
        if x is None:
            continue
        ours, theirs = layer(rl, constructor), layer(torch, constructor)
        traced = rl.jit.trace(ours, rl.from_numpy(x.copy()))
        expected = torch.jit.trace(theirs, torch.from_numpy(x.copy()), check_trace=False)
        if constructor not in OTHER_NODES:
            assert kinds(traced) == kinds(expected), constructor
        got, wanted = traced(rl.from_numpy(x.copy())), theirs(torch.from_numpy(x.copy())).detach().numpy()
        np.testing.assert_allclose(got.detach().numpy(), wanted, rtol=1e-5, atol=1e-6, err_msg=constructor)
        np.testing.assert_allclose(saved(traced)(torch.from_numpy(x.copy())).detach().numpy(), wanted, rtol=1e-5, atol=1e-6)
        compared += 1
    assert compared > 50


def programs(torch: Any) -> list[tuple[Callable[..., Any], tuple[Any, ...], tuple[Any, ...]]]:
    """Functions, and arguments of two sizes."""
    functional, x, y = torch.nn.functional, torch.arange(8.0).view(2, 4), torch.arange(15.0).view(3, 5)

    def attention(q: Any, k: Any) -> Any:
        b, t = q.shape
        return functional.softmax((q @ k.transpose(0, 1)) / t, -1) @ k + b

    def views(x: Any) -> Any:
        return x.view(-1)[1:3], x[None], x[:, ::2], x[-1], x[..., 0].unsqueeze(1).expand(-1, 3), torch.cat([x, x], 1).chunk(2, 1)[1]

    def numbers(x: Any) -> Any:
        return torch.einsum("ij,kj->ik", x, x), torch.stack([x, x]).sum(0), x.max(1)[0], x.topk(2)[1], torch.where(x > 2, x, -x)

    return [(attention, (x, x), (y, y)), (views, (x,), (y,)), (numbers, (x,), (y,))]


def test_functions() -> None:
    for (ours, given, others), (theirs, their_given, their_others) in zip(programs(rl), programs(torch)):
        traced, expected = rl.jit.trace(ours, given), torch.jit.trace(theirs, their_given)
        # PyTorch turns sizes into numbers where they are asked for, not where they are used
        assert [kind for kind in kinds(traced) if kind not in ("prim::Constant", "aten::Int")] == [
            kind for kind in kinds(expected) if kind not in ("prim::Constant", "aten::Int")
        ]
        results = traced(*others), saved(traced)(*their_others), theirs(*their_others)
        for mine, back, wanted in zip(*(one if isinstance(one, tuple) else (one,) for one in results)):
            np.testing.assert_allclose(mine.numpy(), wanted.numpy(), rtol=1e-5)
            np.testing.assert_allclose(back.numpy(), wanted.numpy(), rtol=1e-5)

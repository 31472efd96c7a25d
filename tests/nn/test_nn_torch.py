"""Layers with arguments drawn at random, against PyTorch: printed form, first values for a seed, outputs, statistics."""

from __future__ import annotations

import json
import random
import runpy
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import rushlight as rl

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths:UserWarning")

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
PROGRAMS = runpy.run_path(str(GOLDEN / "nn_behaviours.py"))


@pytest.mark.parametrize("name", sorted(PROGRAMS["ALL"]))
def test_golden_outcomes_are_current(name: str) -> None:
    """The golden file says what this PyTorch does."""
    expected = json.loads((GOLDEN / "nn" / "behaviours.json").read_text())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert str(PROGRAMS["attempt"](PROGRAMS["ALL"][name], torch)) == expected[name]


def pick(chooser: random.Random, *values: Any) -> Any:
    return chooser.choice(values)


def draw_linear(chooser: random.Random) -> tuple[str, tuple[int, ...]]:
    inputs = chooser.randint(1, 70)
    bias = pick(chooser, True, False)
    return f"Linear({inputs}, {chooser.randint(1, 40)}, bias={bias})", (*pick(chooser, (), (3,), (2, 3)), inputs)


def draw_convolution(chooser: random.Random) -> tuple[str, tuple[int, ...]]:
    groups = pick(chooser, 1, 1, 2, 3)
    inputs, outputs = groups * chooser.randint(1, 4), groups * chooser.randint(1, 5)
    kernel = (chooser.randint(1, 4), chooser.randint(1, 4))
    padding = pick(chooser, 0, (1, 2), "same", "valid")
    stride = 1 if padding == "same" else pick(chooser, 1, 2, (2, 1))
    dilation = pick(chooser, 1, 1, 2, (1, 2))
    text = f"Conv2d({inputs}, {outputs}, {kernel}, {stride}, {padding!r}, {dilation}, {groups}, bias={pick(chooser, True, False)})"
    return text, (*pick(chooser, (), (1,), (3,)), inputs, chooser.randint(8, 15), chooser.randint(8, 15))


def draw_normalization(chooser: random.Random) -> tuple[str, tuple[int, ...]]:
    channels = chooser.randint(1, 9)
    options = f"eps={pick(chooser, 1e-5, 0.1)}, momentum={pick(chooser, 0.1, 0.9, None)}, affine={pick(chooser, True, False)}"
    text = f"BatchNorm2d({channels}, {options}, track_running_stats={pick(chooser, True, True, False)})"
    return text, (chooser.randint(2, 4), channels, chooser.randint(1, 6), chooser.randint(1, 6))


def draw_pooling(chooser: random.Random) -> tuple[str, tuple[int, ...]]:
    kernel = pick(chooser, 2, 3, (2, 3))
    stride = pick(chooser, None, 1, 2, (2, 1))
    options = f"{kernel}, {stride}, padding={pick(chooser, 0, 1)}, ceil_mode={pick(chooser, True, False)}"
    text = pick(
        chooser,
        f"MaxPool2d({options}, dilation={pick(chooser, 1, 2)})",
        f"AvgPool2d({options}, count_include_pad={pick(chooser, True, False)}, divisor_override={pick(chooser, None, 3)})",
        f"AdaptiveAvgPool2d({pick(chooser, 1, (3, 2), (None, 4), 7)})",
    )
    return text, (*pick(chooser, (), (2,)), chooser.randint(1, 5), chooser.randint(6, 12), chooser.randint(6, 12))


def draw_activation(chooser: random.Random) -> tuple[str, tuple[int, ...]]:
    shape = tuple(chooser.randint(1, 9) for _ in range(chooser.randint(1, 4)))
    dim = chooser.randrange(-len(shape), len(shape))
    inplace = pick(chooser, True, False)
    layers = (f"ReLU({inplace})", "GELU()", "GELU('tanh')", "Sigmoid()", "Tanh()", f"Softmax({dim})", f"LogSoftmax({dim})")
    return pick(chooser, *layers), shape


DRAWS = [draw_linear, draw_convolution, draw_normalization, draw_pooling, draw_activation]


def close(got: Any, expected: Any) -> None:
    found, wanted = got.detach().numpy(), expected.detach().numpy()
    assert found.dtype == wanted.dtype
    assert found.shape == wanted.shape
    np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("draw", DRAWS, ids=[draw.__name__[5:] for draw in DRAWS])
@pytest.mark.parametrize("seed", range(12))
def test_layer(draw: Any, seed: int) -> None:
    """The same constructor call after the same seed is the same layer, which does the same in eval and in training."""
    text, shape = draw(random.Random(seed * 101 + 7))
    torch.manual_seed(seed)
    rl.manual_seed(seed)
    theirs = eval(text, vars(torch.nn).copy())
    ours = eval(text, {name: getattr(rl.nn, name) for name in dir(rl.nn)})
    assert repr(ours) == repr(theirs)
    assert list(ours.state_dict()) == list(theirs.state_dict())
    for key, value in theirs.state_dict().items():
        np.testing.assert_array_equal(ours.state_dict()[key].numpy(), value.numpy())
    x = np.random.default_rng(seed).standard_normal(shape, np.float32)
    for mode in (True, False):
        theirs.train(mode)
        ours.train(mode)
        close(ours(rl.from_numpy(x.copy())), theirs(torch.from_numpy(x.copy())))
        for key, value in theirs.state_dict().items():
            close(ours.state_dict()[key], value)


@pytest.mark.parametrize("p", [0.0, 0.25, 0.5, 1.0])
def test_dropout_draws_the_same(p: float) -> None:
    """After the same seed the same items are left out."""
    torch.manual_seed(1)
    rl.manual_seed(1)
    ours, theirs = rl.nn.Dropout(p), torch.nn.Dropout(p)
    close(ours(rl.ones(7, 5)), theirs(torch.ones(7, 5)))
    close(ours(rl.ones(300)), theirs(torch.ones(300)))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_made_in_a_dtype(dtype: str) -> None:
    """`dtype=` gives the parameters that type, drawn the same."""
    torch.manual_seed(2)
    rl.manual_seed(2)
    for ours, theirs in (
        (rl.nn.Linear(3, 2, dtype=getattr(rl, dtype)), torch.nn.Linear(3, 2, dtype=getattr(torch, dtype))),
        (rl.nn.Conv2d(2, 2, 2, dtype=getattr(rl, dtype), device="cpu"), torch.nn.Conv2d(2, 2, 2, dtype=getattr(torch, dtype))),
        (rl.nn.BatchNorm2d(2, dtype=getattr(rl, dtype)), torch.nn.BatchNorm2d(2, dtype=getattr(torch, dtype))),
    ):
        for key, value in theirs.state_dict().items():
            close(ours.state_dict()[key], value)


def test_signatures() -> None:
    """Constructors take PyTorch's arguments, by PyTorch's names, with PyTorch's defaults."""
    import inspect

    # the decorator with which PyTorch marks classes as deprecated hides their signatures
    unlike = ("Buffer", "Container", "NLLLoss2d", "Parameter", "Sequential")
    names = [name for name in dir(rl.nn) if isinstance(getattr(rl.nn, name), type) and name not in unlike]
    for name in names:
        ours, theirs = inspect.signature(getattr(rl.nn, name)), inspect.signature(getattr(torch.nn, name))
        as_rows = [
            # functions that are defaults, such as relu, by name
            [(p.name, p.kind, getattr(p.default, "__name__", p.default)) for p in signature.parameters.values()]
            for signature in (ours, theirs)
        ]
        assert as_rows[0] == as_rows[1], name


def test_functional_signatures() -> None:
    """So do the functions written in Python."""
    import inspect

    functional = __import__("rushlight.runtime.nn.functional", fromlist=["relu"])
    functions = {name: value for name, value in vars(functional).items() if inspect.isfunction(value)}
    for name, value in functions.items():
        if name in ("__getattr__", "_list_with_default") or not value.__module__.startswith(functional.__name__):
            continue
        ours, theirs = inspect.signature(getattr(functional, name)), inspect.signature(getattr(torch.nn.functional, name))
        assert [(p.name, p.default) for p in ours.parameters.values()] == [(p.name, p.default) for p in theirs.parameters.values()], name


def test_methods_of_modules() -> None:
    """Every public method of PyTorch's Module that does not need gradients or other devices is here."""
    beyond = {"T_destination", "ipu", "mtia", "xpu"}
    public = {name for name in dir(torch.nn.Module) if not name.startswith("_")}
    assert public - set(dir(rl.nn.Module)) == beyond

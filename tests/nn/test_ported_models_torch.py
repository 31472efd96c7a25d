"""Models of common codebases with both libraries: first values, states, eager (train and eval), scripted, reloaded."""
from __future__ import annotations

import io
import runpy
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import rushlight as rl

torch = pytest.importorskip("torch")

FILES = ("ported_models", "ported_vision", "ported_images", "ported_language", "ported_signals")


def models(library: Any) -> dict[str, Any]:
    """Every model's maker; annotations find `torch` as a global, as in a program that imports it."""
    found: dict[str, Any] = {}
    for file in FILES:
        path = str(Path(__file__).with_name(f"{file}.py"))
        found |= runpy.run_path(path, init_globals={"torch": library}, run_name=file)["MODELS"]
    return found


MODELS = {library.__name__: models(library) for library in (torch, rl)}
# PyTorch's compiler refuses these too: a NamedTuple of Any, `finfo`, decorated methods, hooks that are objects, sets,
# comprehensions over two loops; parametrizations compile and then refuse to run
EAGER_ONLY = {"detector", "bert", "conformer", "llama", "wavenet", "hifigan", "tacotron", "temporal_convolution", "recommender"}
# gives None, which no trace can
NOT_TRACED = {"inception"}


def made(library: Any, name: str) -> Any:
    library.manual_seed(7)
    return MODELS[library.__name__][name](library)


def assert_same(got: Any, want: Any, place: str) -> None:
    """Equal in type, dtype, shape and, closely, in items."""
    if isinstance(want, torch.Tensor):
        assert str(got.dtype) == str(want.dtype) and tuple(got.shape) == tuple(want.shape), place
        np.testing.assert_allclose(got.detach().numpy(), want.detach().numpy(), rtol=2e-4, atol=2e-5, err_msg=place)
    elif isinstance(want, dict):
        assert list(got) == list(want), place
        for key, value in want.items():
            assert_same(got[key], value, f"{place}[{key}]")
    elif isinstance(want, list | tuple):
        assert len(got) == len(want), place
        for number, (one, other) in enumerate(zip(got, want)):
            assert_same(one, other, f"{place}[{number}]")
    else:
        assert got == want, place


def run(library: Any, module: Any, inputs: Any, training: bool) -> Any:
    module.train(training)
    library.manual_seed(3)
    return module(*inputs)


@pytest.mark.parametrize("name", sorted(MODELS["torch"]))
def test_model(name: str) -> None:
    """The definition is the same text for both."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs, given = made(torch, name)
        ours, mine = made(rl, name)
        assert repr(ours) == repr(theirs)
        assert_same(dict(ours.state_dict()), dict(theirs.state_dict()), f"{name} first values")
        assert_same(mine, given, f"{name} inputs")
        assert sum(p.numel() for p in ours.parameters()) == sum(p.numel() for p in theirs.parameters())
        for training in (False, True):
            want = run(torch, theirs, given, training)
            assert_same(run(rl, ours, mine, training), want, f"{name} training={training}")
        assert_same(dict(ours.state_dict()), dict(theirs.state_dict()), f"{name} afterwards")
        if name not in EAGER_ONLY:
            check_scripted(name, theirs.eval(), given, ours.eval(), mine)
        if name not in NOT_TRACED:
            check_traced(name, theirs.eval(), given, ours.eval(), mine)


def check_scripted(name: str, theirs: Any, given: Any, ours: Any, mine: Any) -> None:
    """Compiled here, saved, and run by PyTorch, the model does the same."""
    want = run(torch, theirs, given, False)
    compiled = rl.jit.script(ours)
    assert_same(run(rl, compiled, mine, False), want, f"{name} scripted")
    buffer = io.BytesIO()
    rl.jit.save(compiled, buffer)
    loaded = torch.jit.load(io.BytesIO(buffer.getvalue()))
    torch.manual_seed(3)
    assert_same(loaded(*given), want, f"{name} saved here and run by PyTorch")


def check_traced(name: str, theirs: Any, given: Any, ours: Any, mine: Any) -> None:
    """Traced here, the model does the same on other values of the same shapes."""
    traced = rl.jit.trace(ours, mine, check_trace=False, strict=False)
    other = tuple(x.flip(0) if isinstance(x, torch.Tensor) and x.is_floating_point() else x for x in given)
    flipped = tuple(x.flip(0) if isinstance(x, rl.Tensor) and x.is_floating_point() else x for x in mine)
    assert_same(run(rl, traced, flipped, False), run(torch, theirs, other, False), f"{name} traced")

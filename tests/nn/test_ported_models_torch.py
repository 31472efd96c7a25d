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

MODELS = runpy.run_path(str(Path(__file__).with_name("ported_models.py")), run_name="ported_models")["MODELS"]
# PyTorch's compiler refuses these too: a loop over a zip of modules and parameters, a NamedTuple of Any
EAGER_ONLY = {"detector"}


def made(library: Any, name: str) -> Any:
    library.manual_seed(7)
    return MODELS[name](library)


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


@pytest.mark.parametrize("name", sorted(MODELS))
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

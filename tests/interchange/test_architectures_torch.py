"""Archives of deployed architectures: PyTorch's run here, saved again they run in PyTorch with the same results."""

from __future__ import annotations

import importlib.util
import io
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import rushlight as rl

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.filterwarnings("ignore")


def architectures() -> ModuleType:
    spec = importlib.util.spec_from_file_location("architectures_torch", Path(__file__).parent / "architectures_torch.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


MAKER = architectures()
NAMES = list(MAKER.names())


def check(result: Any, expected: Any, rtol: float, atol: float) -> None:
    """A result of either library against PyTorch's."""
    if isinstance(expected, torch.Tensor):
        assert str(result.dtype) == str(expected.dtype)
        numbers = result.detach().numpy().astype(np.float64), expected.detach().numpy().astype(np.float64)
        np.testing.assert_allclose(*numbers, rtol=rtol, atol=atol)
    elif isinstance(expected, list | tuple):
        assert len(result) == len(expected)
        for one, wanted in zip(result, expected, strict=True):
            check(one, wanted, rtol, atol)
    elif isinstance(expected, dict):
        assert list(result) == list(expected)
        for key, wanted in expected.items():
            check(result[key], wanted, rtol, atol)
    elif isinstance(expected, float):
        np.testing.assert_allclose(result, expected, rtol=rtol, atol=atol)
    else:
        assert result == expected


def test_there_are_sixty() -> None:
    assert len(NAMES) >= 60


@pytest.mark.parametrize("name", NAMES)
def test_architectures_run_and_are_saved_again(name: str) -> None:
    theirs, x, archive = MAKER.make(name), MAKER.inputs(name), io.BytesIO()
    torch.jit.save(theirs, archive)
    archive.seek(0)
    model = rl.jit.load(archive).eval() if not name.endswith("_frozen") else rl.jit.load(archive)
    fresh = io.BytesIO()
    rl.jit.save(model, fresh)
    with torch.no_grad():
        expected = [theirs(x) for _ in range(2)]
    exact = (2e-2, 2e-2) if name.endswith("_half") else (1e-4, 1e-5)
    for wanted in expected:
        check(model(rl.from_numpy(x.numpy())), wanted, *exact)
    fresh.seek(0)
    again = torch.jit.load(fresh)
    again.eval() if not name.endswith("_frozen") else None
    with torch.no_grad():
        for wanted in expected:
            check(again(x), wanted, 1e-6, 1e-7)

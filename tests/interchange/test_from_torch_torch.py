"""Live modules of PyTorch, taken over."""

from __future__ import annotations

import numpy as np
import pytest

import rushlight as rl

torch = pytest.importorskip("torch")


def same(module: object, *, scripted: object = None, example: object = None) -> None:
    x = torch.rand(2, 3, 8, 8)
    made = rl.from_torch(module if scripted is None else scripted, example)
    with torch.no_grad():
        expected = module(x)
    np.testing.assert_allclose(made(rl.from_numpy(x.numpy())).detach().numpy(), expected.numpy(), rtol=1e-4, atol=1e-5)


def network() -> object:
    return torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.BatchNorm2d(4), torch.nn.ReLU(), torch.nn.Flatten()).eval()


def test_eager_scripted_and_traced_modules() -> None:
    module = network()
    same(module)
    same(module, scripted=torch.jit.script(module))
    same(module, scripted=torch.jit.freeze(torch.jit.script(module)))
    same(module, example=(torch.rand(2, 3, 8, 8),))
    same(module, scripted=torch.jit.trace(module, torch.rand(1, 3, 8, 8)))


def test_values_are_copied() -> None:
    module = torch.nn.Linear(2, 2)
    made = rl.from_torch(module)
    with torch.no_grad():
        module.weight.zero_()
    assert float(made.weight.detach().abs().sum()) > 0


def test_scripted_functions() -> None:
    def double(x):
        return x * 2

    assert rl.from_torch(torch.jit.script(double))(rl.ones(2)).tolist() == [2.0, 2.0]

"""The golden graphs are PyTorch's, and scripted programs give what PyTorch's scripted programs give, errors included."""

from __future__ import annotations

import copy
from enum import Enum
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import rushlight as rl

torch = pytest.importorskip("torch")

FUNCTIONS = ("control_flow", "containers", "everyday", "tensors", "classes")


@pytest.fixture(scope="module", params=FUNCTIONS)
def pair(request: Any, graph_text: ModuleType) -> tuple[str, ModuleType, ModuleType]:
    return request.param, graph_text.load_program(request.param, rl), graph_text.load_program(request.param, torch)


def test_golden_graphs_are_pytorchs(pair: tuple[str, ModuleType, ModuleType], graph_text: ModuleType, golden: Path) -> None:
    name, _, functions = pair
    expected = graph_text.read_sections(golden / "graphs" / f"{name}.test")
    assert expected == {key: graph_text.normal(torch.jit.script(getattr(functions, key)).graph) for key in functions.cases()}


def plain(value: Any) -> Any:
    """A result that either library's results are turned into alike."""
    if isinstance(value, rl.Tensor | torch.Tensor):
        return "tensor", str(value.dtype), value.detach().numpy().tolist()
    if isinstance(value, tuple):
        return ("tuple", *map(plain, value))
    if isinstance(value, list):
        return list(map(plain, value))
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, Enum):
        return value.name
    return str(value) if isinstance(value, rl.device | torch.device) else value


def close(got: Any, expected: Any) -> bool:
    if isinstance(expected, float):
        return isinstance(got, float) and bool(np.isclose(got, expected, rtol=1e-5, atol=1e-6, equal_nan=True))
    if isinstance(expected, list | tuple):
        return type(got) is type(expected) and len(got) == len(expected) and all(close(a, b) for a, b in zip(got, expected))
    if isinstance(expected, dict):
        return got.keys() == expected.keys() and all(close(got[key], expected[key]) for key in expected)
    return type(got) is type(expected) and got == expected


def outcome(function: Any, arguments: tuple[Any, ...], **keywords: Any) -> Any:
    """The result and the arguments after the call; for an error its kind and last line."""
    try:
        return plain(function(*arguments, **keywords)), plain(arguments)
    except (RuntimeError, torch.jit.Error, rl.jit.Error) as error:
        return isinstance(error, RuntimeError), str(error).rstrip("\n").rpartition("\n")[2]


def test_results_are_pytorchs(pair: tuple[str, ModuleType, ModuleType]) -> None:
    _, ours, theirs = pair
    for name, cases in theirs.cases().items():
        judge = torch.jit.script(getattr(theirs, name))
        scripted = rl.jit.script(getattr(ours, name))
        for arguments, same_arguments in zip(ours.cases()[name], cases):
            expected = outcome(judge, copy.deepcopy(same_arguments))
            got = outcome(scripted, copy.deepcopy(arguments))
            assert close(got, expected), (name, arguments, got, expected)


def test_modules_give_what_pytorchs_give(graph_text: ModuleType) -> None:
    """With PyTorch's values loaded, in eval and, where nothing is random, in training."""
    ours, theirs = graph_text.load_program("modules", rl), graph_text.load_program("modules", torch)
    mine = ours.instances()
    for key, module in theirs.instances().items():
        name = key.partition("-")[0]
        if name not in ours.inputs():
            continue
        state = {path: rl.from_numpy(tensor.numpy().copy()) for path, tensor in module.state_dict().items()}
        mine[key].load_state_dict(state)
        scripted, judge = rl.jit.script(mine[key]), torch.jit.script(module)
        keywords = {"k": 2} if name == "Nested" else {}
        for training in (False, True) if name != "ConvNet" else (False,):
            scripted.train(training)
            judge.train(training)
            for _ in range(2):
                with torch.no_grad():
                    expected = outcome(judge, theirs.inputs()[name], **keywords)
                assert close(outcome(scripted, ours.inputs()[name], **keywords), expected), key
        assert list(scripted.state_dict()) == list(judge.state_dict())
        assert repr(scripted) == repr(judge)

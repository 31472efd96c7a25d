"""Programs of every feature: their graphs against PyTorch's, which golden files hold, and their results against eager Python."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import rushlight as rl
from rushlight.script.module import RecursiveScriptModule
from rushlight.script.source import ScriptError

FUNCTIONS = ("control_flow", "containers", "everyday", "tensors", "classes")
# what scripted code does differently from Python, in PyTorch too
DIFFERENT_FROM_PYTHON = {
    "known_conditions": "is_scripting is true",
    "scripting_or_not": "is_scripting is true",
    "untyped_named_tuples": "fields are tensors unless they are annotated",
    "starred": "what a starred target gets is a tuple",
    "attributes": "shapes are lists",
    "shapes": "shapes are lists",
    "several_results": "split gives a list",
    "augmented": "**= makes a new tensor",
    "float_int": "powers of ints are floats",
}


@pytest.fixture(scope="module", params=FUNCTIONS)
def program(request: Any, graph_text: ModuleType) -> tuple[str, ModuleType]:
    return request.param, graph_text.load_program(request.param, rl)


def names(module: RecursiveScriptModule) -> list[tuple[str, Any]]:
    return [(name, function.graph) for name, function in module._c.type.methods.items()]


def children(module: RecursiveScriptModule) -> Iterator[tuple[str, Any]]:
    return ((name, module._modules[name]) for name in module._modules)


def same(got: Any, expected: Any) -> bool:
    """Equal in value and type, tensors by their items."""
    if isinstance(expected, rl.Tensor):
        return isinstance(got, rl.Tensor) and got.dtype is expected.dtype and np.array_equal(got.numpy(), expected.numpy(), equal_nan=True)
    if isinstance(expected, tuple | list):
        kinds = isinstance(got, tuple) == isinstance(expected, tuple) and len(got) == len(expected)
        return kinds and all(same(a, b) for a, b in zip(got, expected))
    if isinstance(expected, dict):
        return isinstance(got, dict) and got.keys() == expected.keys() and all(same(got[key], expected[key]) for key in expected)
    # element types are numbers in compiled code
    expected = expected.code if isinstance(expected, rl.dtype) else expected
    return type(got) is type(expected) and got == expected


def outcome(function: Any, arguments: tuple[Any, ...]) -> Any:
    try:
        return function(*arguments), arguments
    except Exception as error:
        return type(error).__name__


def test_graphs_are_pytorchs(program: tuple[str, ModuleType], graph_text: ModuleType, golden: Path) -> None:
    """The same nodes in the same order, down to the names of values."""
    name, functions = program
    expected = graph_text.read_sections(golden / "graphs" / f"{name}.test")
    got = {function: graph_text.normal(rl.jit.script(getattr(functions, function)).graph) for function in functions.cases()}
    assert list(got) == list(expected)
    for function, graph in got.items():
        assert graph == expected[function], function


def test_messages_are_pytorchs(graph_text: ModuleType, golden: Path) -> None:
    """What is said about a mistake, and that the place is shown."""
    functions = graph_text.load_program("errors", rl).functions()
    expected = graph_text.read_sections(golden / "graphs" / "errors.test")
    assert list(functions) == list(expected)
    for name, function in functions.items():
        with pytest.raises(ScriptError) as caught:
            rl.jit.script(function)
        assert graph_text.message(caught.value) == expected[name], name
        assert "<--- HERE" in str(caught.value), name
        assert caught.value.filename is not None and caught.value.filename.endswith("errors.py")


def test_results_are_pythons(program: tuple[str, ModuleType]) -> None:
    """Results, and tensors that were written (lists are copied on the way in); errors are raised where Python raises some."""
    _, functions = program
    for name, cases in functions.cases().items():
        function = getattr(functions, name)
        scripted = rl.jit.script(function)
        for arguments in cases if name not in DIFFERENT_FROM_PYTHON else ():
            expected = outcome(function, copy.deepcopy(arguments))
            got = outcome(scripted, copy.deepcopy(arguments))
            if isinstance(expected, str):
                assert isinstance(got, str), (name, arguments)
            else:
                assert not isinstance(got, str), (name, arguments, got)
                assert same(got[0], expected[0]), (name, arguments, got[0], expected[0])
                written = [(a, b) for a, b in zip(got[1], expected[1]) if isinstance(a, rl.Tensor)]
                assert all(same(a, b) for a, b in written), (name, arguments)


def test_module_graphs_are_pytorchs(graph_text: ModuleType, golden: Path) -> None:
    """Every method of every module, and in which order they were compiled."""
    expected = graph_text.read_sections(golden / "graphs" / "modules.test")
    got: dict[str, str] = {}
    for key, module in graph_text.load_program("modules", rl).instances().items():
        graphs = graph_text.methods_of(rl.jit.script(module), key, names, children)
        got |= {path: graph_text.normal(graph) for path, graph in graphs.items()}
    assert list(got) == list(expected)
    for path, graph in got.items():
        assert graph == expected[path], path


def test_scripted_modules_compute_what_modules_do(graph_text: ModuleType) -> None:
    modules = graph_text.load_program("modules", rl)
    arguments = modules.inputs()
    twins = modules.instances()
    for key, module in modules.instances().items():
        name = key.partition("-")[0]
        if name not in arguments:
            continue
        module.eval()
        # calls change some modules, and a scripted module shares its tensors
        scripted = rl.jit.script(twins[key].eval())
        keywords = {"k": 2} if name == "Nested" else {}
        expected = module(*arguments[name], **keywords)
        got = scripted(*arguments[name], **keywords)
        if isinstance(expected, tuple):
            assert same(list(got)[1:], list(expected)[1:]), key
            got, expected = got[0], expected[0]
        np.testing.assert_allclose(got.detach().numpy(), expected.detach().numpy(), rtol=1e-5, atol=1e-6, err_msg=key)

"""What tracing says of programs that it cannot wholly record: warnings, errors and graphs as PyTorch's tracer has them."""

from __future__ import annotations

import math
import re
import warnings
from collections import namedtuple
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

import rushlight

torch = pytest.importorskip("torch")

Pair = namedtuple("Pair", "first second")


def _scripted_and_traced(rl: Any) -> Any:
    inner = rl.jit.trace(lambda x: x + 1, rl.ones(2))
    return rl.jit.trace(lambda x: inner(x) * 2, rl.ones(3))


def _looping(rl: Any, x: Any) -> Any:
    for i in range(x.shape[0]):
        x = x + i
    return x


def _iterated(rl: Any, x: Any) -> Any:
    total = rl.zeros(1)
    for row in x:
        total = total + row
    return total


def _changing(rl: Any) -> Callable[[Any], Any]:
    calls: list[int] = []

    def program(x: Any) -> Any:
        calls.append(1)
        return x + 1 if len(calls) == 1 else x * 2

    return program


def _module(rl: Any) -> Any:
    class Module(rl.nn.Module):
        def forward(self, a: Any, b: Any) -> Any:
            return a - b

        def other(self, a: Any) -> Any:
            return a + 1

    return Module()


def _with_parameter(rl: Any) -> Any:
    weight = rl.nn.Parameter(rl.ones(2))
    return rl.jit.trace(lambda x: x * weight, rl.ones(2))


PROGRAMS: dict[str, Callable[[Any], Any]] = {
    "a traced function inside": _scripted_and_traced,
    "a trace inside": lambda rl: rl.jit.trace(lambda x: rl.jit.trace(lambda y: y + 1, x)(x), rl.ones(2)),
    "integer": lambda rl: rl.jit.trace(lambda x: x * int(x.sum()), rl.ones(2)),
    "float": lambda rl: rl.jit.trace(lambda x: x * float(x.sum()), rl.ones(2)),
    "boolean": lambda rl: rl.jit.trace(lambda x: x * 2 if x.sum() > 0 else x, rl.ones(2)),
    "item": lambda rl: rl.jit.trace(lambda x: x * x.sum().item(), rl.ones(2)),
    "iterated": lambda rl: rl.jit.trace(lambda x: _iterated(rl, x), rl.ones(2)),
    "length": lambda rl: rl.jit.trace(lambda x: x * len(x), rl.ones(2)),
    "size compared": lambda rl: rl.jit.trace(lambda x: x * 2 if x.shape[0] > 1 else x, rl.ones(2)),
    "size as integer": lambda rl: rl.jit.trace(lambda x: x.reshape(int(x.shape[0] * 0.5), -1), rl.ones(4)),
    "size in mathematics": lambda rl: rl.jit.trace(lambda x: x / math.sqrt(x.shape[0]), rl.ones(4)),
    "loop over a size": lambda rl: rl.jit.trace(lambda x: _looping(rl, x), rl.ones(2)),
    "dictionary, strict": lambda rl: rl.jit.trace(lambda x: {"a": x}, rl.ones(2)),
    "dictionary": lambda rl: rl.jit.trace(lambda x: {"a": x, "b": x + 1}, rl.ones(2), strict=False),
    "dictionary of numbers": lambda rl: rl.jit.trace(lambda x: {"a": 3}, rl.ones(2), strict=False),
    "empty dictionary": lambda rl: rl.jit.trace(lambda x: {}, rl.ones(2), strict=False),
    "list, strict": lambda rl: rl.jit.trace(lambda x: [x, x], rl.ones(2)),
    "list": lambda rl: rl.jit.trace(lambda x: [x, x + 1], rl.ones(2), strict=False),
    "nested": lambda rl: rl.jit.trace(lambda x: (x, (x + 1, [x])), rl.ones(2), strict=False),
    "named tuple": lambda rl: rl.jit.trace(lambda x: Pair(x, x + 1), rl.ones(2)),
    "number": lambda rl: rl.jit.trace(lambda x: 3, rl.ones(2)),
    "size": lambda rl: rl.jit.trace(lambda x: (x, x.shape[0]), rl.ones(2)),
    "nothing": lambda rl: rl.jit.trace(lambda x: None, rl.ones(2)),
    "nothing in a tuple": lambda rl: rl.jit.trace(lambda x: (x, None), rl.ones(2)),
    "no tensor given": lambda rl: rl.jit.trace(lambda x, y: x, (rl.ones(2), None)),
    "keywords": lambda rl: rl.jit.trace(_module(rl), example_kwarg_inputs={"b": rl.ones(2), "a": rl.zeros(2)}),
    "other keywords": lambda rl: rl.jit.trace(_module(rl), example_kwarg_inputs={"c": rl.ones(2), "a": rl.zeros(2)}),
    "keywords, no dictionary": lambda rl: rl.jit.trace(_module(rl), example_kwarg_inputs=[rl.ones(2)]),
    "a method": lambda rl: rl.jit.trace(_module(rl).other, rl.ones(2)),
    "forward": lambda rl: rl.jit.trace(_module(rl).forward, (rl.ones(2), rl.ones(2))),
    "no function": lambda rl: rl.jit.trace(3, rl.ones(2)),
    "a parameter": _with_parameter,
    "random": lambda rl: rl.jit.trace(lambda x: x + rl.rand(2), rl.ones(2)),
    "another program each time": lambda rl: rl.jit.trace(_changing(rl), rl.ones(2)),
    "another program each time, unchecked": lambda rl: rl.jit.trace(_changing(rl), rl.ones(2), check_trace=False),
    "another size": lambda rl: rl.jit.trace(lambda x: _looping(rl, x), rl.ones(2), check_inputs=[(rl.ones(4),)]),
    "another size that fails": lambda rl: rl.jit.trace(lambda x: x.reshape(2, 3), rl.ones(6), check_inputs=[(rl.ones(4),)]),
    "a tensor of a size": lambda rl: rl.jit.trace(lambda x: x + rl.tensor(x.shape[0]), rl.ones(2)),
    "a tensor of a size, of floats": lambda rl: rl.jit.trace(lambda x: x + rl.tensor(x.shape[0], dtype=rl.float32), rl.ones(2)),
    "a tensor of numbers": lambda rl: rl.jit.trace(lambda x: x + rl.tensor([1.0, 2.0]), rl.ones(2)),
    "numbers as a tensor": lambda rl: rl.jit.trace(lambda x: x + rl.as_tensor([1.0, 2.0]), rl.ones(2)),
}
# PyTorch also records the conversion of a constant, and warns that a tensor was copied
OTHER_NODES = {"a tensor of numbers", "numbers as a tensor"}
OTHER_WARNINGS = {"a tensor of a size", "a tensor of a size, of floats"}


def outcome(rl: ModuleType, name: str) -> tuple[Any, list[str]]:
    """The node kinds or the error, and the first words of all warnings."""
    with warnings.catch_warnings(record=True) as shown:
        warnings.simplefilter("always")
        rl.manual_seed(0)
        try:
            text = str(PROGRAMS[name](rl).graph)
        except Exception as error:
            # what is compared in a failed check has other numbers of values
            found: Any = type(error).__name__, str(error).partition("\n\tGraph diff")[0].splitlines()[:2]
        else:
            found = [kind for kind in re.findall(r"= ([\w:]+)", text) if kind != "prim::Constant"]
    texts = [str(one.message) for one in shown if issubclass(one.category, rl.jit.TracerWarning)]
    return None if name in OTHER_NODES else found, [] if name in OTHER_WARNINGS else [re.split(r"\. |\n", text)[0] for text in texts]


@pytest.mark.parametrize("name", PROGRAMS)
def test_traces_say_what_pytorch_says(name: str) -> None:
    assert outcome(rushlight, name) == outcome(torch, name)


def test_a_tensor_of_a_size_follows_the_size() -> None:
    traced = rushlight.jit.trace(lambda x: x + rushlight.tensor(x.shape[0]), rushlight.ones(2))
    assert traced(rushlight.zeros(5)).tolist() == [5.0] * 5

"""Calls of compiled functions from Python: what is converted, what is refused and in which words, what comes back."""

from __future__ import annotations

from enum import Enum
from typing import Any, Dict, List, NamedTuple, Optional, Tuple, Union

import numpy as np
import pytest

import rushlight as rl
from rushlight.runtime.typesystem import INT, TupleType
from rushlight.script.boundary import exporter


class Mode(Enum):
    FAST = 1
    SLOW = 2


class Entry(NamedTuple):
    count: int
    values: rl.Tensor


@rl.jit.script
def defaults(x, n: int = 2, y: Optional[rl.Tensor] = None, z: Optional[List[int]] = None, f: float = 1.0, s: str = "a", b: bool = False):
    return n, f, s, b, z


@rl.jit.script
def containers(d: Dict[str, int], t: Tuple[int, float], e: Entry, rows: List[List[float]], device: rl.device):
    return d, t, e, rows, device


@rl.jit.script
def anything(a: Any, u: Union[int, str, None]):
    return a, u


@rl.jit.script
def mode(m: Mode):
    if m == Mode.FAST:
        return Mode.SLOW
    return m


X = rl.ones(2)
DECLARATION = 'defaults(Tensor x, int n=2, Tensor? y=None, int[]? z=None, float f=1., str s="a", bool b=False)'


@pytest.mark.parametrize(
    "arguments, expected",
    [
        ((X,), (2, 1.0, "a", False, None)),
        ((X, True), (1, 1.0, "a", False, None)),
        ((X, rl.tensor(3)), (3, 1.0, "a", False, None)),
        ((X, np.int32(4)), (4, 1.0, "a", False, None)),
        ((X, 1, X, (1, 2)), (1, 1.0, "a", False, [1, 2])),
        ((X, 1, None, [1], 3), (1, 3.0, "a", False, [1])),
        ((X, 1, None, [1], np.float32(0.5)), (1, 0.5, "a", False, [1])),
        ((X, 1, None, [1], rl.tensor(2.5), "b", 5), (1, 2.5, "b", True, [1])),
        ((X, rl.int64), (4, 1.0, "a", False, None)),
    ],
)
def test_arguments_are_converted(arguments: tuple[Any, ...], expected: tuple[Any, ...]) -> None:
    got = defaults(*arguments)
    assert got == expected
    assert [type(value) for value in got] == [type(value) for value in expected]


@pytest.mark.parametrize(
    "arguments, keywords, message",
    [
        ((), {}, f"defaults() is missing value for argument 'x'. Declaration: {DECLARATION}"),
        (
            (1,),
            {},
            (
                "defaults() Expected a value of type 'Tensor (inferred)' for argument 'x' but instead found type 'int'.\n"
                "Inferred 'x' to be of type 'Tensor' because it was not annotated with an explicit type.\n"
                f"Position: 0\nValue: 1\nDeclaration: {DECLARATION}"
            ),
        ),
        (
            (X, 1.5),
            {},
            "defaults() Expected a value of type 'int' for argument 'n' but instead found type 'float'.\nPosition: 1\nValue: 1.5\n",
        ),
        ((X, 1, 1), {}, "defaults() Expected a value of type 'Optional[Tensor]' for argument 'y' but instead found type 'int'."),
        ((X, 1, X, [1.5]), {}, "Expected a value of type 'Optional[List[int]]' for argument 'z' but instead found type 'list'."),
        ((X, 1, X, [1], "a"), {}, "Expected a value of type 'float' for argument 'f' but instead found type 'str'."),
        ((X, 1, X, [1], 1.0, 5), {}, "Expected a value of type 'str' for argument 's' but instead found type 'int'."),
        ((X, 1, X, [1], 1.0, "a", True, 7), {}, "defaults() expected at most 7 argument(s) but received 8 argument(s). Declaration:"),
        ((X,), {"zz": 3}, f"Unknown keyword argument 'zz' for operator 'defaults'. Schema: {DECLARATION}"),
        ((X, 1), {"n": 3}, "Argument 'n' specified both as positional and keyword argument."),
    ],
)
def test_what_does_not_fit_is_refused(arguments: tuple[Any, ...], keywords: dict[str, Any], message: str) -> None:
    with pytest.raises(RuntimeError) as caught:
        defaults(*arguments, **keywords)
    assert message in str(caught.value)


def test_containers_are_copied_and_named_tuples_keep_their_class() -> None:
    table = {"a": 1}
    d, t, e, rows, device = containers(table, (1, 2), Entry(3, X), ((1, 2), [3.0]), "cpu")
    assert d == table and d is not table
    assert t == (1, 2.0) and isinstance(t[1], float)
    assert (e.count, e.values) == (3, X) and hasattr(e, "_fields")
    assert rows == [[1.0, 2.0], [3.0]] and all(isinstance(value, float) for row in rows for value in row)
    assert device is rl.device("cpu")


@pytest.mark.parametrize(
    "place, value, message",
    [
        (0, {"a": 1.5}, "Expected a value of type 'Dict[str, int]' for argument 'd' but instead found type 'dict'."),
        (1, (1, 2.0, 3), "Object (1, 2.0, 3) had a different number of elements than type Tuple[int, float]"),
        (3, [1.0], "Expected a value of type 'List[List[float]]' for argument 'rows' but instead found type 'list'."),
        (4, 3, "Expected a value of type 'Device' for argument 'device' but instead found type 'int'."),
    ],
)
def test_contents_are_checked(place: int, value: object, message: str) -> None:
    arguments: list[Any] = [{"a": 1}, (1, 2.0), Entry(3, X), [[1.0]], "cpu"]
    arguments[place] = value
    with pytest.raises(RuntimeError) as caught:
        containers(*arguments)
    assert message in str(caught.value)


@pytest.mark.parametrize("value", [1, 2.5, "a", None, True, [1, 2], {"a": 1.0}, (1, "b"), [X]])
def test_any_takes_what_has_a_type(value: object) -> None:
    assert anything(value, 1) == (value, 1)


@pytest.mark.parametrize("value", [1, "a", None])
def test_unions_take_their_members(value: object) -> None:
    assert anything(0, value) == (0, value)


def test_any_refuses_what_has_none() -> None:
    with pytest.raises(RuntimeError, match="values of type object have no TorchScript type"):
        anything(object(), 1)


def test_enumerations_are_the_live_ones() -> None:
    assert mode(Mode.FAST) is Mode.SLOW
    with pytest.raises(RuntimeError, match="Expected a value of type '.*Mode' for argument 'm' but instead found type 'int'"):
        mode(1)


def test_functions_know_themselves() -> None:
    assert str(mode.schema).startswith("mode(")
    assert defaults.name == "defaults" and defaults.qualified_name.endswith(".defaults")
    assert str(defaults.schema).startswith(DECLARATION)
    assert rl.jit.script(defaults) is defaults


def test_named_tuples_of_one_name_keep_their_own_fields() -> None:
    """Two programs may define different named tuples under one qualified name."""
    for fields in (("a", "b"), ("c", "d")):
        kind = TupleType((INT, INT), "__torch__.Pair", fields)
        exported = exporter(kind)
        assert exported is not None
        assert exported((1, 2))._asdict() == dict(zip(fields, (1, 2)))

"""Arguments as Python programs write them: types for dtypes, tensors for sizes, and what PyTorch refuses where bools and ints meet."""
from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import rushlight as rl

torch = pytest.importorskip("torch")

Call = Callable[[Any], Any]


def outcome(call: Call, library: Any) -> Any:
    """What a call answers as text, or the type of what it raises."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return repr(call(library)).replace("torch.", "")
        except Exception as error:
            return type(error).__name__


TYPED: dict[str, Callable[[Any, Any], Any]] = {
    "zeros": lambda m, kind: m.zeros(2, dtype=kind), "tensor": lambda m, kind: m.tensor([1, 0], dtype=kind),
    "as_tensor": lambda m, kind: m.as_tensor(m.ones(2), dtype=kind), "asarray": lambda m, kind: m.asarray([1], dtype=kind),
    "full": lambda m, kind: m.full((2,), 1, dtype=kind), "ones_like": lambda m, kind: m.ones_like(m.ones(2), dtype=kind),
    "new_zeros": lambda m, kind: m.ones(2).new_zeros(2, dtype=kind), "new_tensor": lambda m, kind: m.ones(2).new_tensor([1], dtype=kind),
    "to": lambda m, kind: m.ones(2).to(kind), "to named": lambda m, kind: m.ones(2).to(dtype=kind),
    "to device": lambda m, kind: m.ones(2).to("cpu", kind), "sum": lambda m, kind: m.ones(2).sum(dtype=kind),
    "cumsum": lambda m, kind: m.ones(2).cumsum(0, dtype=kind), "view": lambda m, kind: m.ones(4).view(kind),
    "empty": lambda m, kind: m.empty(2, dtype=kind).dtype, "eye": lambda m, kind: m.eye(2, dtype=kind),
    "linear": lambda m, kind: m.nn.Linear(1, 1, dtype=kind).weight.dtype, "module": lambda m, kind: m.nn.Linear(1, 1).to(kind).weight.dtype,
    "frombuffer": lambda m, kind: m.frombuffer(bytearray(16), dtype=kind), "compared": lambda m, kind: m.float64 == kind,
    "finfo": lambda m, kind: m.finfo(kind), "iinfo": lambda m, kind: m.iinfo(kind), "default": lambda m, kind: m.set_default_dtype(kind),
}


@pytest.mark.parametrize("kind", [float, int, bool, complex, str], ids=lambda kind: kind.__name__)
def test_types_of_python_are_dtypes(kind: Any) -> None:
    for name, call in TYPED.items():
        assert outcome(lambda m, call=call: call(m, kind), rl) == outcome(lambda m, call=call: call(m, kind), torch), name


CALLS: dict[str, Call] = {
    "zeros(True)": lambda m: m.zeros(True), "zeros(2, True)": lambda m: m.zeros(2, True), "zeros([True])": lambda m: m.zeros([True]),
    "zeros(None)": lambda m: m.zeros(None), "zeros()": lambda m: m.zeros(), "zeros(array)": lambda m: m.zeros(np.array([2, 3])),
    "zeros(number as array)": lambda m: m.zeros(np.array(2)), "view(numbers as arrays)": lambda m: m.zeros(6).view(np.array(2), 3),
    "narrow(array)": lambda m: m.zeros(6).narrow(0, np.array(1), 2),
    "narrow(float array)": lambda m: m.zeros(6).narrow(0, np.array(1.0), 2),
    "rand(True)": lambda m: m.rand(True), "eye(True)": lambda m: m.eye(True), "full(True)": lambda m: m.full((True,), 1),
    "view(True)": lambda m: m.zeros(1).view(True), "expand(True)": lambda m: m.zeros(1).expand(True),
    "sum(True)": lambda m: m.zeros(2, 3).sum(True), "sum(dim=True)": lambda m: m.zeros(2, 3).sum(dim=True),
    "sum(0, 1)": lambda m: m.zeros(2, 3).sum(0, 1), "transpose": lambda m: m.zeros(2, 3).transpose(False, True),
    "flip": lambda m: m.arange(3).flip(False), "sort": lambda m: m.arange(3).sort(0, 1), "topk": lambda m: m.arange(3.0).topk(True),
    "argmax": lambda m: m.ones(3).argmax(True),
    "any": lambda m: m.ones(3).any(True), "index_select": lambda m: m.ones(3).index_select(False, m.tensor([0])),
    "softmax": lambda m: m.zeros(2, 3).softmax(True), "cat": lambda m: m.cat([m.zeros(2, 3)], True),
    "dropout": lambda m: m.nn.functional.dropout(m.ones(2), 0.0, 0),
    "conv": lambda m: m.conv1d(m.ones(1, 1, 5), m.ones(1, 1, 2), stride=True),
    "max": lambda m: m.ones(2, 3).max(0, 1), "std": lambda m: m.ones(2, 3).std(0, 1),
    "tril": lambda m: m.ones(2, 2).tril(True),
    "arange(True)": lambda m: m.arange(True), "add(True)": lambda m: m.arange(3.0).add(True),
    "einsum of two dtypes": lambda m: m.einsum("ij,j->ij", m.ones(2, 3), m.arange(3)), "resize_": lambda m: m.zeros(3).resize_(2, -1),
    "einsum of halves": lambda m: m.einsum("i,j->ij", m.ones(2).half(), m.ones(3)),
    "einsum with a sum": lambda m: m.einsum("i,i->", m.ones(2).double(), m.ones(2)),
    "roll": lambda m: m.arange(3).roll(True),
    "zeros(tensor)": lambda m: m.zeros(m.tensor(2)), "rand(tensor)": lambda m: m.rand(m.tensor([2])).shape,
    "zeros(float tensor)": lambda m: m.zeros(m.tensor(2.0)), "zeros(tensors)": lambda m: m.zeros(m.tensor([2, 3])),
    "view(tensor)": lambda m: m.ones(2, 3).view(m.tensor(6)), "reshape(tensor)": lambda m: m.ones(2, 3).reshape(m.tensor([6])),
    "expand(tensor)": lambda m: m.ones(1).expand(m.tensor(2)), "repeat(tensor)": lambda m: m.ones(2).repeat(m.tensor(2)),
    "flip(tensor)": lambda m: m.arange(3).flip(m.tensor(0)), "sum(tensor)": lambda m: m.ones(2, 3).sum(m.tensor(0)),
    "new_zeros(tensor)": lambda m: m.ones(3).new_zeros(m.tensor(2)), "select(tensor)": lambda m: m.ones(3).select(0, m.tensor(2)),
    "ops.sum": lambda m: m.ops.aten.sum(m.ones(2, 3), [0], 1), "ops.sum.dim": lambda m: m.ops.aten.sum.dim_IntList(m.ones(2, 3), [True], 1),
    "ops.transpose": lambda m: m.ops.aten.transpose(m.ones(2, 3), True, False), "ops.zeros": lambda m: m.ops.aten.zeros([True]),
}


DATA: tuple[Any, ...] = (
    [[1, 2], [3]], [[1], [2, 3]], [1, [2]], [[1], 2], [[], [1]], [[], 1], [[[]]], [[[1], [2]], [[3]]], ["a"], "ab", b"ab", [b"a"], [1, "a"],
    [[1], "a"], [1, b"a"], [None], [[1, 2], [3, None]], [{}], [object()], None, {1: 2}, range(3), (1, (2, 3)), [True, 1, 2.5], [1j, 1],
    [1, 2**70], [2**63], [1.5, 2**70], [np.float32(1), np.float64(2)], [np.zeros(2), np.zeros(3)], [[], []], [1.5, float("inf")],
)


@pytest.mark.parametrize("data", DATA, ids=repr)
def test_data_of_any_kind(data: Any) -> None:
    assert outcome(lambda m: m.tensor(data), rl) == outcome(lambda m: m.tensor(data), torch)


def test_data_of_tensors() -> None:
    for call in (
        lambda m: m.tensor([m.tensor(1), m.tensor(2.5)]), lambda m: m.tensor([m.tensor([1, 2]), m.tensor([3, 4])]),
        lambda m: m.tensor([m.tensor([1.0, 2]), m.tensor([3.0, 4])]), lambda m: m.tensor([m.tensor([1]), m.tensor([3])]),
        lambda m: m.ones(3).cumsum(0, dtype=m.bool), lambda m: m.ones(3, dtype=m.bool).cumprod(0),
    ):
        assert outcome(call, rl) == outcome(call, torch)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "complex32", "float32", "complex64", "uint8", "bool"])
def test_numbers_written_to_parts(dtype: str) -> None:
    # PyTorch refuses a number that complex32 has no room for in some of these forms
    large = () if dtype == "complex32" else (65510.0, -1e9, 1e39, 1e300)
    for value in (3, 1.5, -2, *large, float("-inf")):
        for part in (lambda m: 0, lambda m: slice(0, 2), lambda m: m.tensor([True, False, True]), lambda m: m.tensor([2, 0])):

            def call(m: Any, value: float = value, part: Call = part) -> Any:
                target = m.ones(3).to(getattr(m, dtype))
                target[part(m)] = value
                return target.to(m.complex64)

            assert outcome(call, rl) == outcome(call, torch), value


@pytest.mark.parametrize("name", CALLS)
def test_bools_ints_and_tensors_as_pytorch_takes_them(name: str) -> None:
    for _ in range(2):
        # what was decided for the first call must not change the second
        assert outcome(CALLS[name], rl) == outcome(CALLS[name], torch)

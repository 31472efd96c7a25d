"""Every pointwise row against PyTorch: dtypes, layouts, promotion, special values, in-place forms and error types."""
from __future__ import annotations

import itertools
import random
import zlib
from typing import Any

import numpy as np
import pytest

from rushlight.runtime import typesystem as types
from rushlight.runtime.dtype import by_name
from rushlight.runtime.ops.table import Kind, Op, lookup, rows
from rushlight.runtime.tensor import Tensor, from_numpy

torch = pytest.importorskip("torch")

DTYPES = ("float32", "float64", "int64", "int32", "uint8", "bool")
LAYOUTS = {
    "contiguous": lambda x: x,
    "transposed": lambda x: np.ascontiguousarray(x.T).T,
    "stepped": lambda x: np.repeat(x, 2, axis=-1)[..., ::2],
    "broadcast": lambda x: np.broadcast_to(x[:1], x.shape),
    "row": lambda x: x[0],
    "empty": lambda x: x[:0],
    "scalar": lambda x: x[0, 0, ...],
}
# rarely used functions are loops that take long to compile; test_special_functions_torch.py has them
SELDOM = {op.key for op in rows() if op.kind is Kind.POINTWISE and ".kernels.mathematics.special_" in op.body.__module__}
POINTWISE = [op for op in rows() if op.kind is Kind.POINTWISE and op.key.startswith("aten::") and op.key not in SELDOM]


def torch_overload(op: Op) -> Any:
    """PyTorch's operator of the same schema."""
    name, _, overload = op.key.removeprefix("aten::").partition(".")
    return getattr(getattr(torch.ops.aten, name), overload or "default")


def sample(rng: np.random.Generator, dtype: str, shape: tuple[int, ...]) -> np.ndarray[Any, Any]:
    """Random items with the awkward ones among them."""
    if dtype == "bool":
        return rng.integers(0, 2, shape).astype(bool)
    if dtype.startswith(("int", "uint")):
        return rng.integers(1 if dtype == "uint8" else -5, 9, shape).astype(dtype)
    array = rng.standard_normal(shape).astype(dtype) * 3
    special = np.array([0.0, -0.0, np.inf, -np.inf, np.nan, 1.0, 20.5], dtype)
    mask = rng.random(shape) < 0.25
    return np.where(mask, rng.choice(special, shape), array).astype(dtype)


def outcome(call: Any) -> Any:
    """The result of a call, or the exception it raised."""
    try:
        return call()
    except Exception as error:
        return error


def assert_same(got: Any, want: Any, label: str) -> None:
    """Same dtype, shape, strides and items; or an error where PyTorch has one."""
    if isinstance(want, Exception):
        assert isinstance(got, Exception), f"{label}: PyTorch raises {want!r}, got {got!r}"
        assert isinstance(got, type(want)) or isinstance(want, type(got)), f"{label}: {got!r} where PyTorch raises {want!r}"
        return
    assert isinstance(got, Tensor), f"{label}: {got!r}, PyTorch gives {want}"
    assert repr(got.dtype) == str(want.dtype), label
    assert tuple(got.shape) == tuple(want.shape), label
    if want.numel():
        assert got.stride() == want.stride(), label
    tolerance = {"float32": 2e-6, "float64": 1e-12}.get(got.dtype.name, 0)
    np.testing.assert_allclose(got.numpy(), want.numpy(), rtol=tolerance, atol=tolerance, err_msg=label)


def arguments(op: Op, dtype: str, layout: str, rng: np.random.Generator) -> list[Any]:
    """Complete arguments of a row, tensors as arrays."""
    values: list[Any] = []
    for argument in op.schema.args:
        if argument.type == types.TENSOR:
            kind = "bool" if argument.name == "condition" else dtype
            values.append(LAYOUTS[layout](sample(rng, kind, (3, 4))))
        elif argument.has_default:
            values.append(argument.default)
        else:
            values.append(2 if dtype.startswith(("int", "uint", "bool")) else 1.5)
    return values


def run_both(op: Op, values: list[Any]) -> tuple[Any, Any]:
    """The outcomes here and in PyTorch, on the same memory."""
    mine = [from_numpy(value) if isinstance(value, np.ndarray) else value for value in values]
    theirs = [torch.from_numpy(value) if isinstance(value, np.ndarray) else value for value in values]
    keywords = {argument.name: value for argument, value in zip(op.schema.args, theirs) if argument.keyword_only}
    positional = [value for argument, value in zip(op.schema.args, theirs) if not argument.keyword_only]
    return outcome(lambda: op(*mine)), outcome(lambda: torch_overload(op)(*positional, **keywords))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("op", POINTWISE, ids=lambda op: op.key)
def test_row(op: Op, dtype: str) -> None:
    rng = np.random.default_rng(zlib.crc32(f"{op.key}{dtype}".encode()))
    for layout in LAYOUTS:
        values = arguments(op, dtype, layout, rng)
        values = [np.asarray(value) if isinstance(value, np.generic) else value for value in values]
        assert_same(*run_both(op, values), f"{op.key} {dtype} {layout}")


BINARY = [op for op in POINTWISE if op.key in ("aten::add.Tensor", "aten::div.Tensor", "aten::lt.Tensor", "aten::maximum")]


@pytest.mark.parametrize("op", BINARY, ids=lambda op: op.key)
def test_promotion(op: Op) -> None:
    """Every pair of dtypes, each operand with dimensions or without, and Python numbers."""
    rng = np.random.default_rng(0)
    for left, right in itertools.product(DTYPES, repeat=2):
        for left_shape, right_shape in itertools.product([(2, 3), ()], repeat=2):
            values = [np.asarray(sample(rng, left, left_shape)), np.asarray(sample(rng, right, right_shape))]
            values += [argument.default for argument in op.schema.args[2:]]
            assert_same(*run_both(op, values), f"{op.key} {left}{left_shape} {right}{right_shape}")


@pytest.mark.parametrize("number", [True, 3, 2.5])
@pytest.mark.parametrize("dtype", DTYPES)
def test_promotion_with_numbers(dtype: str, number: Any) -> None:
    rng = np.random.default_rng(0)
    for key, shape in itertools.product(("aten::add.Scalar", "aten::mul.Scalar", "aten::div.Scalar", "aten::ge.Scalar"), [(2, 3), ()]):
        op = lookup(key)
        assert op is not None
        values = [np.asarray(sample(rng, dtype, shape)), number, *(argument.default for argument in op.schema.args[2:])]
        assert_same(*run_both(op, values), f"{key} {dtype}{shape} {number!r}")


@pytest.mark.parametrize("dtype", ("float32", "int64", "uint8"))
@pytest.mark.parametrize("name", ("add_.Tensor", "mul_.Tensor", "div_.Tensor", "relu_", "sigmoid_", "clamp_min_", "eq_.Tensor"))
def test_in_place(name: str, dtype: str) -> None:
    op = lookup(f"aten::{name}")
    assert op is not None
    rng = np.random.default_rng(1)
    for layout, other in itertools.product(("contiguous", "transposed", "stepped"), DTYPES):
        base = sample(rng, dtype, (3, 4))
        rest: list[Any] = []
        for argument in op.schema.args[1:]:
            rest.append(sample(rng, other, (3, 4)) if argument.type == types.TENSOR else argument.default if argument.has_default else 2)
        mine = from_numpy(LAYOUTS[layout](base.copy()).copy(order="K"))
        theirs = torch.from_numpy(mine.numpy().copy(order="K"))
        got = outcome(lambda: op(mine, *(from_numpy(x) if isinstance(x, np.ndarray) else x for x in rest)))
        positional = [torch.from_numpy(x) if isinstance(x, np.ndarray) else x for x in rest if x is not None]
        keywords = {a.name: v for a, v in zip(op.schema.args[1:], positional) if a.keyword_only}
        want = outcome(lambda: torch_overload(op)(theirs, *positional[: len(positional) - len(keywords)], **keywords))
        label = f"{name} {dtype} {layout} {other}"
        assert_same(got, want, label)
        if not isinstance(want, Exception):
            assert got is mine and mine._version == 1, label


def test_random_shapes_broadcast_as_in_pytorch() -> None:
    """Random ranks, sizes (0 and 1 among them) and permutations of both operands."""
    op = lookup("aten::sub.Tensor")
    assert op is not None
    source = random.Random(5)
    for trial in range(120):
        shape = [source.choice((0, 1, 2, 3, 5)) if source.random() < 0.1 else source.randint(1, 4) for _ in range(source.randint(0, 5))]
        arrays = []
        for _ in range(2):
            own = [size if source.random() < 0.75 else 1 for size in shape][source.randint(0, len(shape)) if source.random() < 0.3 else 0 :]
            order = source.sample(range(len(own)), len(own))
            stored = np.random.default_rng(trial).standard_normal([own[dim] for dim in order]).astype("f4")
            arrays.append(stored.transpose(np.argsort(order)) if order else np.asarray(stored))
        assert_same(*run_both(op, [*arrays, 1]), f"{trial}: {[a.shape for a in arrays]} {[a.strides for a in arrays]}")


def test_shapes_that_do_not_fit() -> None:
    left, right = from_numpy(np.zeros((2, 3), "f4")), from_numpy(np.zeros((4, 5), "f4"))
    message = r"The size of tensor a \(3\) must match the size of tensor b \(5\) at non-singleton dimension 1"
    with pytest.raises(RuntimeError, match=message):
        left + right
    assert by_name("float32") is left.dtype

"""Promotion and limits of every dtype against PyTorch: pairs of dtypes, tensors with and without dimensions, Python numbers."""
from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import pytest

import rushlight as rl
from rushlight.runtime import dtype as dtypes

torch = pytest.importorskip("torch")

NUMBERS = [True, 3, 2.5, 1j]
pytestmark = pytest.mark.filterwarnings("ignore:ComplexHalf")


def outcome(call: Any) -> str:
    """What a call gives, or the type of what it raises."""
    try:
        return str(call())
    except Exception as error:
        return type(error).__name__


def theirs(dtype: dtypes.DType) -> Any:
    return getattr(torch, dtype.name)


@pytest.fixture(params=["float32", "float64", "float16"])
def default(request: pytest.FixtureRequest) -> Iterator[None]:
    """The default dtype of both libraries, for a while."""
    torch.set_default_dtype(getattr(torch, request.param))
    rl.set_default_dtype(getattr(rl, request.param))
    yield
    torch.set_default_dtype(torch.float32)
    rl.set_default_dtype(rl.float32)


@pytest.mark.parametrize("name", ["promote_types", "can_cast"])
def test_pairs_of_dtypes(name: str) -> None:
    for a, b in itertools.product(dtypes.ALL, dtypes.ALL):
        want = outcome(lambda a=a, b=b: getattr(torch, name)(theirs(a), theirs(b)))
        assert outcome(lambda a=a, b=b: getattr(rl, name)(a, b)) == want, f"{name}({a}, {b})"


@pytest.mark.usefixtures("default")
def test_operands_of_every_class() -> None:
    computing = [dtype for dtype in dtypes.ALL if dtype.computes or dtype.is_complex]
    operands: list[tuple[Any, Any]] = [(number, number) for number in NUMBERS]
    for dtype, shape in itertools.product(computing, ((2,), ())):
        operands.append((rl.zeros(shape, dtype=dtype), torch.zeros(shape, dtype=theirs(dtype))))
    for (a, a_torch), (b, b_torch) in itertools.product(operands, operands):
        want = outcome(lambda a=a_torch, b=b_torch: torch.result_type(a, b))
        assert outcome(lambda a=a, b=b: rl.result_type(a, b)) == want, f"result_type({a!r}, {b!r})"


def test_limits() -> None:
    for dtype, kind in itertools.product(dtypes.ALL, ("finfo", "iinfo")):
        want, got = (outcome(lambda m=m, d=d, k=kind: getattr(m, k)(d)) for m, d in ((torch, theirs(dtype)), (rl, dtype)))
        assert got == want, f"{kind}({dtype})"
        if want == "TypeError":
            continue
        limits, ours = getattr(torch, kind)(theirs(dtype)), getattr(rl, kind)(dtype)
        for name in ("bits", "eps", "max", "min", "tiny", "smallest_normal", "resolution", "dtype"):
            want, got = (outcome(lambda one=one, name=name: getattr(one, name)) for one in (limits, ours))
            assert want == "AttributeError" or got == want, f"{kind}({dtype}).{name}"

"""Complex tensors against PyTorch: arithmetic and functions at usual and special values, parts as views, casts and copies."""
from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

import rushlight as rl

torch = pytest.importorskip("torch")

SPECIAL = [0.0, -0.0, 1.0, -1.5, 2.5, 1e-20, 3e19, np.inf, -np.inf, np.nan, 0.3, -7.0]
EXACT = ("neg", "conj_physical", "isnan", "logical_not")
FUNCTIONS = (
    "reciprocal", "abs", "angle", "sgn", "exp", "log", "log2", "log10", "sqrt", "sin", "cos", "tan", "sinh", "cosh", "tanh", "square",
)
PAIRS = ("add", "sub", "mul", "div", "eq", "ne", "logical_and", "logical_xor")


def numbers(dtype: Any) -> np.ndarray[Any, Any]:
    """Every pair of special parts, then usual numbers."""
    rng = np.random.default_rng(0)
    special = [complex(a, b) for a, b in itertools.product(SPECIAL, SPECIAL)]
    return np.concatenate([np.array(special), rng.standard_normal(200) * 2 + 2j * rng.standard_normal(200)]).astype(dtype)


def assert_close(got: Any, want: Any, tolerance: float) -> None:
    """Equal parts, or near each other by the size of the number; NaN beside NaN."""
    ours, theirs = got.numpy(), want.resolve_conj().numpy()
    assert ours.dtype == theirs.dtype
    if ours.dtype == bool:
        assert np.array_equal(ours, theirs)
        return
    scale = np.abs(theirs)
    for mine, yours in ((ours.real, theirs.real), (ours.imag, theirs.imag)):
        with np.errstate(all="ignore"):
            same = (np.isnan(mine) & np.isnan(yours)) | (mine == yours) | (np.abs(mine - yours) <= tolerance * scale)
        assert same.all(), f"{ours[~same][:3]} for {theirs[~same][:3]}"


@pytest.mark.parametrize("name", EXACT + FUNCTIONS)
def test_functions_of_one_number(name: str) -> None:
    dtypes = (np.complex64, np.complex128) if name in (*EXACT, "exp", "sqrt") else (np.complex64,)
    for dtype in dtypes:
        array = numbers(dtype)
        want = getattr(torch, name)(torch.from_numpy(array))
        tolerance = 0.0 if name in EXACT else 3e-6 if dtype is np.complex64 else 1e-12
        assert_close(getattr(rl, name)(rl.from_numpy(array.copy())), want, tolerance)


@pytest.mark.parametrize("name", PAIRS)
def test_functions_of_two_numbers(name: str) -> None:
    array = numbers(np.complex64)
    other = np.roll(array, 17)
    real = other.real.copy()
    others: list[tuple[Any, Any]] = [(rl.from_numpy(one.copy()), torch.from_numpy(one)) for one in (other, real)]
    others += [] if name.startswith("logical") else [(1.5 - 2j, 1.5 - 2j), (2.5, 2.5), (3, 3)]
    for ours, theirs in others:
        want = getattr(torch, name)(torch.from_numpy(array), theirs)
        assert_close(getattr(rl, name)(rl.from_numpy(array.copy()), ours), want, 0.0 if name in ("add", "sub", "mul") else 1e-6)


def test_powers_of_usual_numbers() -> None:
    array = numbers(np.complex64)[len(SPECIAL) ** 2 :]
    ours, theirs = rl.from_numpy(array.copy()), torch.from_numpy(array)
    for exponent in (2, 3, 0.5, -1, 1.5 - 0.5j):
        assert_close(ours**exponent, theirs**exponent, 1e-5)


def test_a_number_and_its_conjugate_have_a_real_product() -> None:
    z = rl.from_numpy(numbers(np.complex64)[len(SPECIAL) ** 2 :].copy())
    assert not (z * z.conj()).imag.any()


def test_parts_are_views() -> None:
    array = np.arange(12, dtype=np.float32).view(np.complex64).reshape(2, 3)
    ours, theirs = rl.from_numpy(array.copy()).t(), torch.from_numpy(array.copy()).t()
    for mine, yours in ((ours.real, theirs.real), (ours.imag, theirs.imag), (rl.view_as_real(ours), torch.view_as_real(theirs))):
        assert mine.stride() == yours.stride() and mine.storage_offset() == yours.storage_offset()
        assert np.array_equal(mine.numpy(), yours.numpy())
    ours.imag.fill_(7)
    assert ours[1, 1] == 8 + 7j
    assert np.array_equal(rl.view_as_complex(rl.view_as_real(ours)).numpy(), ours.numpy())
    with pytest.raises(RuntimeError, match="non-complex"):
        rl.imag(rl.ones(2))
    made = rl.complex(rl.tensor([1.0, 2.0]), rl.tensor([3.0, -4.0]))
    assert made.tolist() == [1 + 3j, 2 - 4j] and made.dtype is rl.complex64


@pytest.mark.filterwarnings("ignore:Casting complex")
@pytest.mark.parametrize("dtype", ["complex64", "complex128", "float32", "float16", "int32", "uint8", "bool"])
def test_casts(dtype: str) -> None:
    array = np.array([0, 1.5 - 2j, 2j, 255 + 1j, -0.0], np.complex64)
    ours, theirs = rl.from_numpy(array).to(getattr(rl, dtype)), torch.from_numpy(array).to(getattr(torch, dtype))
    assert np.array_equal(ours.numpy(), theirs.numpy())
    back = ours.to(rl.complex128)
    assert np.array_equal(back.numpy(), theirs.to(torch.complex128).numpy())


def test_numbers_and_text() -> None:
    assert rl.tensor(1 + 2j).item() == 1 + 2j and rl.tensor(1 + 2j).dtype is rl.complex64
    for value in (1 + 2j, [1.5 - 2j, 1e-3 + 10j], [complex(np.nan, np.inf)]):
        assert repr(rl.tensor(value)) == repr(torch.tensor(value))
    for call in (lambda m: m.tensor([1j]) < m.tensor([2j]), lambda m: m.maximum(m.tensor([1j]), m.tensor([2j]))):
        with pytest.raises((NotImplementedError, RuntimeError)):
            call(torch)
        with pytest.raises((NotImplementedError, RuntimeError)):
            call(rl)

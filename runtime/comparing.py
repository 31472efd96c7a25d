"""`assert_close`: whether two results agree within what their dtype allows, and if not, where and by how much."""
from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import numpy as np

from .dtype import DType
from .tensor import Tensor

_TOLERANCES = {
    "float16": (1e-3, 1e-5), "bfloat16": (1.6e-2, 1e-5), "float32": (1.3e-6, 1e-5), "float64": (1e-7, 1e-7),
    "complex32": (1e-3, 1e-5), "complex64": (1.3e-6, 1e-5), "complex128": (1e-7, 1e-7),
}
"""Name -> the relative and the absolute difference that PyTorch allows; other dtypes must agree exactly."""
Message = str | Callable[[str], str] | None


def assert_close(
    actual: Any,
    expected: Any,
    *,
    allow_subclasses: bool = True,
    rtol: float | None = None,
    atol: float | None = None,
    equal_nan: bool = False,
    check_device: bool = True,
    check_dtype: bool = True,
    check_layout: bool = True,
    check_stride: bool = False,
    msg: Message = None,
) -> None:
    """AssertionError unless every |actual - expected| <= atol + rtol * |expected|, for tensors, numbers and containers of them.

    Tolerances follow from the dtypes unless both are given (ValueError for one alone). Shapes must agree; dtypes, devices and strides
    as asked.
    """
    if (rtol is None) != (atol is None):
        raise ValueError("rtol and atol must both be specified or both be unspecified")
    tolerances = None if rtol is None or atol is None else (rtol, atol)
    checks = (check_device, check_dtype, check_stride)
    del allow_subclasses, check_layout
    found = _difference(actual, expected, tolerances, equal_nan, checks, "")
    if found is not None:
        raise AssertionError(msg(found) if callable(msg) else found if msg is None else msg)


def _difference(
    actual: Any, expected: Any, tolerances: tuple[float, float] | None, equal_nan: bool, checks: tuple[bool, bool, bool], place: str
) -> str | None:
    """What differs first, None if nothing does."""
    if isinstance(actual, Mapping) and isinstance(expected, Mapping):
        ours, theirs = cast("Mapping[Any, Any]", actual), cast("Mapping[Any, Any]", expected)
        if set(ours) != set(theirs):
            return f"The keys of the mappings do not match:\n{sorted(map(str, ours))} and {sorted(map(str, theirs))}"
        members = [(f"[{key!r}]", ours[key], theirs[key]) for key in ours]
    elif isinstance(actual, tuple | list) and isinstance(expected, tuple | list):
        left, right = cast("Sequence[Any]", actual), cast("Sequence[Any]", expected)
        if len(left) != len(right):
            return f"The length of the sequences mismatch: {len(left)} != {len(right)}"
        members = [(f"[{at}]", *pair) for at, pair in enumerate(zip(left, right))]
    else:
        found = _of_items(actual, expected, tolerances, equal_nan, checks)
        return f"{found}\n\nThe failure occurred for item {place}" if found is not None and place else found
    differences = (_difference(a, b, tolerances, equal_nan, checks, place + at) for at, a, b in members)
    return next((found for found in differences if found is not None), None)


def _of_items(
    actual: Any, expected: Any, tolerances: tuple[float, float] | None, equal_nan: bool, checks: tuple[bool, bool, bool]
) -> str | None:
    from .factories import as_tensor

    if actual is None or expected is None:
        return None if actual is expected else f"None mismatch: {actual} is not {expected}"
    if isinstance(actual, Tensor) != isinstance(expected, Tensor):
        raise TypeError(f"assert_close: no comparison of {type(actual)} and {type(expected)}")
    kind = "Tensor-likes" if isinstance(actual, Tensor) else "Scalars"
    left, right = (value if isinstance(value, Tensor) else as_tensor(value) for value in (actual, expected))
    attributes = _attributes_differ(left, right, checks)
    if attributes is not None:
        return attributes
    return _values_differ(left, right, tolerances or default_tolerances(left.dtype, right.dtype), equal_nan, kind)


def default_tolerances(first: DType, second: DType) -> tuple[float, float]:
    """How far items may be apart, relatively and absolutely: the wider of two dtypes', as one of fewer bits cannot agree better."""
    return cast("tuple[float, float]", tuple(map(max, *(_TOLERANCES.get(dtype.name, (0.0, 0.0)) for dtype in (first, second)))))


def _attributes_differ(left: Tensor, right: Tensor, checks: tuple[bool, bool, bool]) -> str | None:
    check_device, check_dtype, check_stride = checks
    if left.shape != right.shape:
        return f"The values for attribute 'shape' do not match: {left.shape} != {right.shape}."
    if check_device and left.device != right.device:
        return f"The values for attribute 'device' do not match: {left.device} != {right.device}."
    if check_dtype and left.dtype is not right.dtype:
        return f"The values for attribute 'dtype' do not match: {left.dtype} != {right.dtype}."
    if check_stride and left.stride() != right.stride():
        return f"The values for attribute 'stride()' do not match: {left.stride()} != {right.stride()}."
    return None


def _values_differ(left: Tensor, right: Tensor, tolerances: tuple[float, float], equal_nan: bool, kind: str) -> str | None:
    rtol, atol = tolerances
    if left.is_meta or right.is_meta:
        raise NotImplementedError("assert_close: tensors on the meta device have no values to compare")
    ours, theirs = (_wide(tensor.detach()) for tensor in (left, right))
    with np.errstate(all="ignore"):
        apart = np.abs(ours - theirs)
        close = left.detach()._decoded() == right.detach()._decoded()
        if any(tolerances):
            close |= (apart <= atol + rtol * np.abs(theirs)) & np.isfinite(theirs)
        if equal_nan:
            close |= np.isnan(ours) & np.isnan(theirs)
        close = np.asarray(close)
        if close.all():
            return None
        # differences of items that do agree do not count
        apart = np.where(close, 0.0, apart)
        relative = np.where(close, 0.0, apart / np.abs(theirs))
    if not close.ndim:
        return f"{kind} are not {_demand(tolerances)}!\n\nExpected {theirs.item()} but got {ours.item()}."
    wrong = int(close.size - close.sum())
    lines = [f"{kind} are not {_demand(tolerances)}!", "", f"Mismatched elements: {wrong} / {close.size} ({wrong / close.size:.1%})"]
    for name, values, limit in (("absolute", apart, atol), ("relative", relative, rtol)):
        at = np.unravel_index(int(np.argmax(np.where(np.isnan(values), np.inf, values))), values.shape)
        allowed = f" (up to {limit} allowed)" if any(tolerances) else ""
        lines.append(f"Greatest {name} difference: {values[at].item()} at index {tuple(map(int, at))}{allowed}")
    return "\n".join(lines)


def _demand(tolerances: tuple[float, float]) -> str:
    return "close" if any(tolerances) else "equal"


def _wide(tensor: Tensor) -> np.ndarray[Any, Any]:
    """The items in the widest type of their kind."""
    array = tensor._decoded()
    return array.astype(np.complex128 if tensor.dtype.is_complex else np.float64)

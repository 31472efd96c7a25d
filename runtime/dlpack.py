"""Memory shared with other libraries by DLPack: capsules from tensors, and tensors from what gives capsules.

NumPy makes and reads the capsules. Dtypes that it lacks go through it as integers of their size; the two bytes that name the dtype are
changed in the capsule's own record, which nobody else holds.
"""
from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, Any

import numpy as np

from . import dtype as dtypes

if TYPE_CHECKING:
    from .dtype import DType
    from .tensor import Tensor

_CODES: dict[DType, tuple[int, int]] = {
    dtypes.bfloat16: (4, 16), dtypes.complex32: (5, 32), dtypes.float8_e4m3fn: (10, 8), dtypes.float8_e4m3fnuz: (11, 8),
    dtypes.float8_e5m2: (12, 8), dtypes.float8_e5m2fnuz: (13, 8), dtypes.float8_e8m0fnu: (14, 8),
}
"""DLPack's code and number of bits of the dtypes that NumPy lacks."""
_BY_CODE = {code: dtype for dtype, code in _CODES.items()}
_SIGNED_INTEGER = 0
_DTYPE_AT = {b"dltensor": 20, b"dltensor_versioned": 52}
"""Name of a capsule -> where in its record the dtype is: behind an address, a device and a rank; in newer ones 32 bytes later."""
_pointer = ctypes.PYFUNCTYPE(ctypes.c_void_p, ctypes.py_object, ctypes.c_char_p)(("PyCapsule_GetPointer", ctypes.pythonapi))
_is_valid = ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.py_object, ctypes.c_char_p)(("PyCapsule_IsValid", ctypes.pythonapi))


def capsule_of(tensor: Tensor, wishes: dict[str, Any]) -> Any:
    """A capsule of a tensor's memory; BufferError where the wishes cannot be met."""
    code = _CODES.get(tensor.dtype)
    if code is None:
        return tensor.numpy().__dlpack__(**wishes)
    from .ops.host import bits

    if tensor.requires_grad:
        raise BufferError("Can't export tensors that require gradient, use tensor.detach()")
    capsule = bits(tensor).__dlpack__(**wishes)
    named = _dtype_of(capsule)
    assert named is not None
    named[0], named[1] = code
    return capsule


def tensor_of(source: Any) -> Tensor:
    """A tensor over the memory of an array that has `__dlpack__`, or of a capsule; BufferError if it is no memory of the processor."""
    from .tensor import Tensor, from_numpy

    capsule = source
    if hasattr(source, "__dlpack__"):
        if tuple(source.__dlpack_device__())[0] != 1:
            raise BufferError(f"from_dlpack: the memory is on device {tuple(source.__dlpack_device__())}, not of the processor")
        try:
            # only newer records say whether the memory may be written
            capsule = source.__dlpack__(max_version=(1, 0))
        except TypeError:
            capsule = source.__dlpack__()
    named = _dtype_of(capsule)
    dtype = None if named is None else _BY_CODE.get((named[0], named[1]))
    if named is not None and dtype is not None:
        named[0] = _SIGNED_INTEGER
    found = from_numpy(np.from_dlpack(_Capsule(capsule)))
    return found if dtype is None else Tensor(found.memory, found.layout, dtype)


def _dtype_of(capsule: Any) -> Any:
    """The code and the bits in a capsule's record, as bytes that can be written; None for what is no capsule of DLPack."""
    for name, place in _DTYPE_AT.items():
        if _is_valid(capsule, name):
            return (ctypes.c_uint8 * 2).from_address(_pointer(capsule, name) + place)
    return None


class _Capsule:
    """A capsule of the processor's memory, as NumPy wants to be given it."""

    def __init__(self, capsule: Any) -> None:
        self._capsule = capsule

    def __dlpack__(self, **wishes: Any) -> Any:
        return self._capsule

    def __dlpack_device__(self) -> tuple[int, int]:
        return 1, 0

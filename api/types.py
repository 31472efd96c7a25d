"""Names of types, for annotations."""
from __future__ import annotations

from typing import TypeAlias

from rushlight.runtime.device import Device as _Device
from rushlight.runtime.dtype import DType
from rushlight.runtime.storages import TypedStorage
from rushlight.runtime.tensor import Size
from rushlight.runtime.tensor import Tensor as Tensor

Device: TypeAlias = _Device | str | int | None
Number: TypeAlias = int | float | bool
_bool = bool
_int = int
_float = float
_dtype = DType
_device = _Device
_size: TypeAlias = Size | list[int] | tuple[int, ...]
Storage = TypedStorage

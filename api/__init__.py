"""rushlight: TorchScript without PyTorch, under PyTorch's names (`import rushlight as torch`).

A name is imported when it is first used: from the module that `_HOMES` says, or as a submodule, or as the operator of that
name (`rl.relu` is the packet of `aten::relu`). So importing this package costs next to nothing.
"""
from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    # What type checkers and editors see; a test holds it against the tables below.
    from rushlight import jit as jit
    from rushlight import nn as nn
    from rushlight.runtime.device import Device
    from rushlight.runtime.dtype import DType, bool_
    from rushlight.runtime.dtype import bfloat16 as bfloat16
    from rushlight.runtime.dtype import complex64 as complex64
    from rushlight.runtime.dtype import complex128 as complex128
    from rushlight.runtime.dtype import float16 as float16
    from rushlight.runtime.dtype import float32 as float32
    from rushlight.runtime.dtype import float64 as float64
    from rushlight.runtime.dtype import int8 as int8
    from rushlight.runtime.dtype import int16 as int16
    from rushlight.runtime.dtype import int32 as int32
    from rushlight.runtime.dtype import int64 as int64
    from rushlight.runtime.dtype import uint8 as uint8
    from rushlight.runtime.dtype import uint16 as uint16
    from rushlight.runtime.dtype import uint32 as uint32
    from rushlight.runtime.dtype import uint64 as uint64
    from rushlight.runtime.formats import LayoutKind, MemoryFormat
    from rushlight.runtime.formats import channels_last as channels_last
    from rushlight.runtime.formats import channels_last_3d as channels_last_3d
    from rushlight.runtime.formats import contiguous_format as contiguous_format
    from rushlight.runtime.formats import preserve_format as preserve_format
    from rushlight.runtime.formats import strided as strided
    from rushlight.runtime.grad_mode import enable_grad as enable_grad
    from rushlight.runtime.grad_mode import inference_mode as inference_mode
    from rushlight.runtime.grad_mode import is_grad_enabled as is_grad_enabled
    from rushlight.runtime.grad_mode import is_inference_mode_enabled as is_inference_mode_enabled
    from rushlight.runtime.grad_mode import no_grad as no_grad
    from rushlight.runtime.grad_mode import set_grad_enabled as set_grad_enabled
    from rushlight.runtime.names import e as e
    from rushlight.runtime.names import inf as inf
    from rushlight.runtime.names import is_tensor as is_tensor
    from rushlight.runtime.names import nan as nan
    from rushlight.runtime.names import newaxis as newaxis
    from rushlight.runtime.names import pi as pi
    from rushlight.runtime.names import typename as typename
    from rushlight.runtime.promotion import get_default_dtype as get_default_dtype
    from rushlight.runtime.promotion import promote_types as promote_types
    from rushlight.runtime.promotion import set_default_dtype as set_default_dtype
    from rushlight.runtime.random import Generator as Generator
    from rushlight.runtime.random import get_rng_state as get_rng_state
    from rushlight.runtime.random import initial_seed as initial_seed
    from rushlight.runtime.random import manual_seed as manual_seed
    from rushlight.runtime.random import seed as seed
    from rushlight.runtime.random import set_rng_state as set_rng_state
    from rushlight.runtime.tensor import Size as Size
    from rushlight.runtime.tensor import Tensor as Tensor
    from rushlight.runtime.tensor import from_numpy as from_numpy

    device = Device
    dtype = DType
    bool = bool_
    layout = LayoutKind
    memory_format = MemoryFormat
    cfloat = complex64
    cdouble = complex128
    half = float16
    float = float32
    double = float64
    short = int16
    int = int32
    long = int64

_SUBMODULES = ("jit", "nn")
_HOMES = {
    "runtime.device": "Device:device",
    "runtime.dtype": (
        "DType:dtype bool_:bool uint8 uint16 uint32 uint64 int8 int16 int16:short int32 int32:int int64 int64:long "
        "float16 float16:half float32 float32:float float64 float64:double bfloat16 "
        "complex64 complex64:cfloat complex128 complex128:cdouble"
    ),
    "runtime.formats": (
        "LayoutKind:layout MemoryFormat:memory_format channels_last channels_last_3d contiguous_format preserve_format strided"
    ),
    "runtime.grad_mode": "enable_grad inference_mode is_grad_enabled is_inference_mode_enabled no_grad set_grad_enabled",
    "runtime.names": "e inf is_tensor nan newaxis pi typename",
    "runtime.promotion": "get_default_dtype promote_types set_default_dtype",
    "runtime.random": "Generator get_rng_state initial_seed manual_seed seed set_rng_state",
    "runtime.tensor": "Size Tensor from_numpy",
}
"""Module -> the names taken from it; `a:b` is its `a` under the name `b`."""
_PLACES = {
    word.rpartition(":")[2]: (home, word.partition(":")[0]) for home, words in _HOMES.items() for word in words.split()
}


def __getattr__(name: str) -> Any:
    """What the public name `name` stands for, kept for the next use; AttributeError for names that rushlight lacks."""
    if name in _SUBMODULES:
        return import_module(f"rushlight.{name}")
    if name == "__version__":
        from importlib.metadata import version

        found: Any = version("rushlight")
    elif name in _PLACES:
        home, original = _PLACES[name]
        found = getattr(import_module(f"rushlight.{home}"), original)
    elif name.startswith("_"):
        raise AttributeError(f"module 'rushlight' has no attribute '{name}'")
    else:
        found = _operator(name)
    globals()[name] = found
    return found


def _operator(name: str) -> Any:
    try:
        return getattr(import_module("rushlight.runtime.aten"), name)
    except AttributeError:
        raise AttributeError(f"module 'rushlight' has no attribute '{name}', and the operator table has no aten::{name}") from None


def __dir__() -> list[str]:
    return sorted({*globals(), *_SUBMODULES, *_PLACES, "__version__"})

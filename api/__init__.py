"""rushlight: TorchScript without PyTorch, under PyTorch's names (`import rushlight as torch`).

Nothing is imported until a name is used: `_public.py` has those that are written out, `jit`, `nn` and `serialization` are
modules, and every other name is the operator of that name (`rl.relu` is the packet of `aten::relu`).
"""
from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rushlight import accelerator as accelerator
    from rushlight import amp as amp
    from rushlight import autograd as autograd
    from rushlight import backends as backends
    from rushlight import compiler as compiler
    from rushlight import cpu as cpu
    from rushlight import cuda as cuda
    from rushlight import distributed as distributed
    from rushlight import fft as fft
    from rushlight import func as func
    from rushlight import functional as functional
    from rushlight import fx as fx
    from rushlight import hub as hub
    from rushlight import jit as jit
    from rushlight import linalg as linalg
    from rushlight import masked as masked
    from rushlight import mps as mps
    from rushlight import nn as nn
    from rushlight import onnx as onnx
    from rushlight import optim as optim
    from rushlight import overrides as overrides
    from rushlight import profiler as profiler
    from rushlight import random as random
    from rushlight import return_types as return_types
    from rushlight import serialization as serialization
    from rushlight import signal as signal
    from rushlight import special as special
    from rushlight import testing as testing
    from rushlight import types as types
    from rushlight import utils as utils
    from rushlight import version as version
    from rushlight import xpu as xpu
    from rushlight._public import *  # noqa: F403
    from rushlight.serialize.live_torch import from_torch as from_torch

_SUBMODULES = (
    "accelerator", "amp", "autograd", "backends", "compiler", "cpu", "cuda", "distributed", "fft", "func", "functional", "fx",
    "hub", "jit", "linalg", "masked", "mps", "nn", "onnx", "optim", "overrides", "profiler", "random", "return_types",
    "serialization", "signal", "special", "testing", "types", "utils", "version", "xpu",
)


def __getattr__(name: str) -> Any:
    """What the public name `name` stands for, kept for the next use; AttributeError for names that rushlight lacks."""
    if name in _SUBMODULES:
        return import_module(f"rushlight.{name}")
    if name == "from_torch":
        found: Any = import_module("rushlight.serialize.live_torch").from_torch
    elif name == "__version__":
        from importlib.metadata import version

        found = version("rushlight")
    elif name.startswith("__") or name == "_public":
        raise AttributeError(f"module 'rushlight' has no attribute '{name}'")
    else:
        public = import_module("rushlight._public")
        found = getattr(public, name) if hasattr(public, name) else _operator(name)
    globals()[name] = found
    return found


def _operator(name: str) -> Any:
    try:
        return getattr(import_module("rushlight.runtime.aten"), name)
    except AttributeError:
        raise AttributeError(f"module 'rushlight' has no attribute '{name}', and the operator table has no aten::{name}") from None


def __dir__() -> list[str]:
    public = [name for name in vars(import_module("rushlight._public")) if not name.startswith("_")]
    return sorted({*globals(), *_SUBMODULES, *public, "__version__"})

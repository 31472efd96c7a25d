"""Tensors that modules treat as their own."""
from __future__ import annotations

from rushlight.runtime.nn.parameter import Buffer as Buffer
from rushlight.runtime.nn.parameter import Parameter as Parameter
from rushlight.runtime.nn.parameter import UninitializedBuffer as UninitializedBuffer
from rushlight.runtime.nn.parameter import UninitializedParameter as UninitializedParameter
from rushlight.runtime.nn.parameter import is_lazy as is_lazy

"""Tensors that modules treat as their own."""
from __future__ import annotations

from rushlight.runtime.nn.parameter import Buffer as Buffer
from rushlight.runtime.nn.parameter import Parameter as Parameter

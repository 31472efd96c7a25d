"""Switches of recording, and operations with their own gradient, of which the forward part runs."""
from __future__ import annotations

from rushlight import profiler as profiler
from rushlight.runtime.grad_mode import enable_grad as enable_grad
from rushlight.runtime.grad_mode import inference_mode as inference_mode
from rushlight.runtime.grad_mode import no_grad as no_grad
from rushlight.runtime.grad_mode import set_grad_enabled as set_grad_enabled
from rushlight.runtime.surroundings import Function as Function

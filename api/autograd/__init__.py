"""Switches of recording, and operations with their own gradient, of which the forward part runs; gradients are refused."""
from __future__ import annotations

from rushlight import profiler as profiler
from rushlight.autograd import function as function
from rushlight.autograd import functional as functional
from rushlight.runtime.grad_mode import enable_grad as enable_grad
from rushlight.runtime.grad_mode import inference_mode as inference_mode
from rushlight.runtime.grad_mode import no_grad as no_grad
from rushlight.runtime.grad_mode import set_grad_enabled as set_grad_enabled
from rushlight.runtime.surroundings import Function as Function
from rushlight.runtime.surroundings import Variable as Variable
from rushlight.runtime.surroundings import no_gradients
from rushlight.runtime.surroundings import switch as set_detect_anomaly

backward = no_gradients("backward")
grad = no_gradients("grad")
gradcheck = no_gradients("gradcheck")
gradgradcheck = no_gradients("gradgradcheck")
detect_anomaly = set_detect_anomaly

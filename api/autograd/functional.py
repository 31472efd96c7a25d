"""Derivatives of functions, which are refused."""
from __future__ import annotations

from rushlight.runtime.surroundings import no_gradients

hessian = no_gradients("hessian")
hvp = no_gradients("hvp")
jacobian = no_gradients("jacobian")
jvp = no_gradients("jvp")
vhp = no_gradients("vhp")
vjp = no_gradients("vjp")

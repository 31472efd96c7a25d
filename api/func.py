"""Modules as functions of their parameters, functions over batches; gradients of functions are refused."""
from __future__ import annotations

from rushlight.runtime.mapping import vmap as vmap
from rushlight.runtime.nn.stateless import functional_call as functional_call
from rushlight.runtime.nn.stateless import stack_module_state as stack_module_state
from rushlight.runtime.surroundings import no_gradients

grad = no_gradients("grad")
grad_and_value = no_gradients("grad_and_value")
hessian = no_gradients("hessian")
jacfwd = no_gradients("jacfwd")
jacrev = no_gradients("jacrev")
jvp = no_gradients("jvp")
linearize = no_gradients("linearize")
vjp = no_gradients("vjp")

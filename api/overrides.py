"""What functions ask about arguments that bring their own implementation: none does."""
from __future__ import annotations

from rushlight.runtime.factories import is_tensor as is_tensor_like
from rushlight.runtime.surroundings import never, no_override

has_torch_function = never
has_torch_function_unary = never
has_torch_function_variadic = never
handle_torch_function = no_override
__all__ = ["handle_torch_function", "has_torch_function", "has_torch_function_unary", "has_torch_function_variadic", "is_tensor_like"]

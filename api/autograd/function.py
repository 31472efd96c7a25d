"""Operations with their own gradient."""
from __future__ import annotations

from rushlight.runtime.surroundings import Context as FunctionCtx
from rushlight.runtime.surroundings import Function as Function
from rushlight.runtime.surroundings import same_function

once_differentiable = same_function
__all__ = ["Function", "FunctionCtx", "once_differentiable"]

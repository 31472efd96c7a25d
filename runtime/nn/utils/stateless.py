"""The former place of `functional_call`; the function is in runtime/nn/stateless.py."""
from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

from ...tensor import Tensor
from .. import stateless
from ..module import Module


def functional_call(
    module: Module, parameters_and_buffers: Mapping[str, Tensor], args: Any = None, kwargs: dict[str, Any] | None = None,
    *, tie_weights: bool = True, strict: bool = False,
) -> Any:
    """`func.functional_call`, with a warning that it has moved there."""
    warnings.warn(
        "`torch.nn.utils.stateless.functional_call` is deprecated as of PyTorch 2.0 and will be removed in a future version of "
        "PyTorch. Please use `torch.func.functional_call` instead which is a drop-in replacement.", FutureWarning, stacklevel=2,
    )
    return stateless.functional_call(module, parameters_and_buffers, args, kwargs, tie_weights=tie_weights, strict=strict)

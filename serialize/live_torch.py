"""Live modules and functions of PyTorch, where it is installed: taken over through an archive in memory.

In: a `torch.nn.Module`, `torch.jit.ScriptModule` or `ScriptFunction`. Out: the `RecursiveScriptModule` that `load` makes of its archive.
PyTorch is never imported here: an object of it is there only if the caller has imported it.
"""

from __future__ import annotations

import io
import sys
from typing import Any

from ..runtime.device import Device
from ..script.module import RecursiveScriptModule
from .jit import load


def from_torch(
    module: Any, example_inputs: tuple[Any, ...] | None = None, map_location: Device | str | None = "cpu"
) -> RecursiveScriptModule:
    """A live PyTorch module here: scripted modules as they are, others compiled by `torch.jit.script`, or traced by `torch.jit.trace`
    with `example_inputs` (tensors of PyTorch). Values are copied. TypeError for what PyTorch did not make; PyTorch's own errors where it
    cannot compile the module.
    """
    torch: Any = sys.modules.get("torch")
    if torch is None or not isinstance(module, torch.nn.Module | torch.jit.ScriptFunction):
        raise TypeError(f"from_torch: expected a module or scripted function of PyTorch, but got {type(module).__name__}")
    if not isinstance(module, torch.jit.ScriptModule | torch.jit.ScriptFunction):
        module = torch.jit.script(module) if example_inputs is None else torch.jit.trace(module, example_inputs)
    buffer = io.BytesIO()
    torch.jit.save(module, buffer)
    buffer.seek(0)
    return load(buffer, map_location)

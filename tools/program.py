"""`rushlight code` and `rushlight graph`: one method of a TorchScript archive as TorchScript text, or as the graph that it is compiled to.

In: a path and the name of a method. Out: the text PyTorch shows as `.code` or `.graph`. The archive is loaded, so operators which do not
exist here are listed; no method is called but `__setstate__`. serialize/archive_code.py prints code.
"""

from __future__ import annotations

from typing import cast

from ..script.function import Function
from ..script.module import RecursiveScriptModule
from ..serialize.archive_code import function_code
from .plain import plain
from .run import open_model


def code(path: str, method: str) -> int:
    """Print a method as TorchScript text."""
    print(plain(function_code(find(path, method))[0]), end="")
    return 0


def graph(path: str, method: str) -> int:
    """Print the graph of a method."""
    print(plain(str(find(path, method).graph)), end="")
    return 0


def find(path: str, method: str) -> Function:
    """A method of the archive's module. Raises ValueError where there is none, with the names of those there are."""
    kind = cast("RecursiveScriptModule", open_model(path))._c.type
    found = kind.methods.get(method)
    if found is None:
        raise ValueError(f"{path}: there is no method {method!r}; the module has {', '.join(kind.methods) or 'none'}")
    return cast("Function", found)

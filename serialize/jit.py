"""Saving, loading and printing as `rushlight.jit` offers them: what connects scripted modules with archives.

In: scripted modules and functions. Out: archives, and back; the text of one function. `api/jit.py` gives `write` and `function_code` to
the hooks of `script/module.py`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, MutableMapping
from typing import IO, cast

from ..runtime.device import Device
from ..runtime.kernels.running.bundle import load_bundle
from ..script.function import Function
from ..script.module import RecursiveScriptModule, ScriptFunction, ScriptModule, wrap_module
from ..script.object import Object
from ..script.placeholder import placeholder_module
from . import archive_reader, archive_writer
from .archive_code import function_code
from .output import Target

__all__ = ["function_code", "load", "save", "write"]


def write(thing: Object | Function, f: Target, _extra_files: Mapping[str, str | bytes] | None = None) -> None:
    """Write a module, or a function as the `forward` of a module, to a path or a binary file object."""
    archive_writer.save(placeholder_module(thing) if isinstance(thing, Function) else thing, f, _extra_files)


def save(
    m: ScriptModule | ScriptFunction, f: str | os.PathLike[str] | IO[bytes], _extra_files: Mapping[str, str | bytes] | None = None
) -> None:
    """Write a scripted module or function to a TorchScript archive, which PyTorch reads too.

    `f` is a path, replaced at once or not at all, or a binary file object. `_extra_files` become the records `extra/NAME`.
    """
    if isinstance(m, ScriptFunction):
        write(m._function, cast("Target", f), _extra_files)
    elif isinstance(m, ScriptModule) and "_c" in m.__dict__:
        write(m._c, cast("Target", f), _extra_files)
    else:
        raise TypeError(f"save: expected a ScriptModule or ScriptFunction, but got {type(m).__name__}; compile it with rl.jit.script first")


def load(
    f: str | os.PathLike[str] | IO[bytes],
    map_location: Device | str | None = None,
    _extra_files: MutableMapping[str, str | bytes] | None = None,
    _restore_shapes: bool = False,
    *,
    mmap: bool = False,
    bundle: str | os.PathLike[str] | None = None,
) -> RecursiveScriptModule:
    """Read a TorchScript archive that PyTorch or rushlight wrote, from a path or a binary file object at its position.

    Tensors that the file has on other devices need `map_location="cpu"`. The keys of `_extra_files` get the contents of the records
    `extra/KEY`. A damaged file raises `ArchiveError`; operators that do not exist here are listed all at once in a RuntimeError. Methods
    are compiled when they are first called; one whose code is damaged raises `ArchiveError` then.

    With `mmap` the tensors of a path's file are read when they are looked at, and no checksum of them is computed; the file must stay as
    it is as long as they are used.

    `bundle` names a file of compiled kernels that `rl.jit.save_bundle` wrote: then nothing that it holds is compiled here. Its code runs in
    this process, so name only files that you would import as an extension module. A damaged one, or one for another machine, raises
    ValueError.
    """
    del _restore_shapes
    if bundle is not None:
        load_bundle(bundle)
    return wrap_module(archive_reader.load(f, map_location, _extra_files, mapped=mmap))

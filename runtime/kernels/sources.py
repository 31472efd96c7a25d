"""What a kernel's code depends on among our own source files.

In: the names of modules that make kernels. Out: a digest of their files and of every file of this folder that they import at
their top, directly or not. So a change to one loop maker leaves the stored kernels of the others valid.
"""
from __future__ import annotations

import functools
import hashlib
import importlib.util
import os
import re
import sys

_PACKAGE = __name__.rpartition(".")[0]
_IMPORT = re.compile(r"^from (\.+)([\w.]*) import (\([^)]*\)|[^\n]*)", re.MULTILINE)


@functools.cache
def digest_sources(*modules: str) -> bytes:
    """A digest of the sources of `modules` and of what they import from this folder."""
    found: dict[str, bytes] = {}
    waiting = list(modules)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = _read(name)
            waiting += _imports(name, found[name].decode())
    digest = hashlib.blake2b()
    for name in sorted(found):
        digest.update(f"{name.rpartition('.')[2]} {len(found[name])};".encode() + found[name])
    return digest.digest()


def _read(module: str) -> bytes:
    loaded = sys.modules.get(module)
    path = getattr(loaded, "__file__", None) if loaded is not None else _path(module)
    if path is None:
        return b""
    with open(path, "rb") as file:
        return file.read()


def _path(module: str) -> str | None:
    parent, _, name = module.rpartition(".")
    if parent == _PACKAGE:
        return os.path.join(os.path.dirname(os.path.abspath(__file__)), f"{name}.py")
    spec = importlib.util.find_spec(module)
    return None if spec is None else spec.origin


def _imports(module: str, text: str) -> list[str]:
    """Modules of this folder that the source of `module` imports at its top."""
    result: list[str] = []
    for dots, path, names in _IMPORT.findall(text):
        base = ".".join(module.split(".")[: -len(dots)])
        target = f"{base}.{path}" if path else base
        if target == _PACKAGE:
            imported = (name.split(" as ")[0].strip() for name in names.strip("()").split(","))
            result += [f"{target}.{name}" for name in imported if _is_module(name)]
        elif target.startswith(f"{_PACKAGE}."):
            result.append(target)
    return result


def _is_module(name: str) -> bool:
    return name.isidentifier() and os.path.exists(os.path.join(os.path.dirname(os.path.abspath(__file__)), f"{name}.py"))

"""What a kernel's code depends on among our own source files.

In: the names of modules that make kernels. Out: a digest of their files and of every file of runtime/kernels that they import
at their top, directly or not. So a change to one loop maker leaves the stored kernels of the others valid.
"""
from __future__ import annotations

import functools
import hashlib
import importlib.util
import os
import re
import sys

_PACKAGE = __name__.rsplit(".", 2)[0]
_FOLDER = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_IMPORT = re.compile(r"^from (\.+)([\w.]*) import (\([^)]*\)|[^\n]*)", re.MULTILINE)


@functools.cache
def digest_sources(*modules: str) -> bytes:
    """A digest of the sources of `modules` and of what they import from runtime/kernels."""
    found: dict[str, bytes] = {}
    waiting = list(modules)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = _read(name)
            waiting += _imports(name, found[name].decode())
    digest = hashlib.blake2b()
    for name in sorted(found):
        digest.update(f"{name} {len(found[name])};".encode() + found[name])
    return digest.digest()


def _read(module: str) -> bytes:
    loaded = sys.modules.get(module)
    path = getattr(loaded, "__file__", None) if loaded is not None else _path(module)
    if path is None:
        return b""
    with open(path, "rb") as file:
        return file.read()


def _path(module: str) -> str | None:
    if module.startswith(f"{_PACKAGE}."):
        return _file(module)
    spec = importlib.util.find_spec(module)
    return None if spec is None else spec.origin


def _file(module: str) -> str:
    """Where the source of a module of runtime/kernels is, if it is none of its folders."""
    return os.path.join(_FOLDER, *module[len(_PACKAGE) + 1 :].split(".")) + ".py"


def _imports(module: str, text: str) -> list[str]:
    """Modules of runtime/kernels that the source of `module` imports at its top."""
    result: list[str] = []
    for dots, path, names in _IMPORT.findall(text):
        base = ".".join(module.split(".")[: -len(dots)])
        target = f"{base}.{path}" if path else base
        if target != _PACKAGE and not target.startswith(f"{_PACKAGE}."):
            continue
        if os.path.exists(_file(target)):
            result.append(target)
        else:
            imported = (name.split(" as ")[0].strip() for name in names.strip("()").split(","))
            result += [f"{target}.{name}" for name in imported if name and os.path.exists(_file(f"{target}.{name}"))]
    return result

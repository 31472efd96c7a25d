"""Qualified names: what a Python class or function is called in graphs and files, and how equal names are told apart.

In: live classes and functions. Out: names such as `__torch__.torch.nn.modules.linear.Linear`: classes of this library carry PyTorch's
names, so that PyTorch and viewers know them. A name that is taken gets a part `___torch_mangle_N` before its last one.
"""

from __future__ import annotations

import re

_MANGLED = re.compile(r"___torch_mangle_\d+")
# module paths of this library -> PyTorch's
_RENAMED = (
    ("rushlight.runtime.nn.", "torch.nn."),
    ("rushlight.runtime.nn", "torch.nn"),
    ("rushlight.runtime.", "torch."),
    ("rushlight.", "torch."),
)


_FUNCTIONAL = "rushlight.runtime.nn.functional."


def module_path(module: str) -> str:
    """A Python module's path as files spell it; the files of nn/functional/ are one module there."""
    if module.startswith(_FUNCTIONAL):
        return "torch.nn.functional"
    for ours, theirs in _RENAMED:
        if module == ours or ours.endswith(".") and module.startswith(ours):
            return theirs + module[len(ours) :]
    return "torch" if module == "rushlight" else module


def qualified_name(thing: object) -> str:
    """The full name of a class or function, below `__torch__`; what is defined in `__main__` has no module part."""
    override = getattr(thing, "_jit_override_qualname", None)
    if isinstance(override, str):
        return override
    name = getattr(thing, "__name__", None)
    module = getattr(thing, "__module__", None)
    if not isinstance(name, str) or not isinstance(module, str):
        raise RuntimeError(f"Could not get name of python class object {thing!r}")
    if name == "<lambda>":
        name = "_lambda"
    if "." in name:
        raise RuntimeError(f"Could not get qualified name for class '{name}': '{name}' is not a valid identifier")
    return f"__torch__.{name}" if module == "__main__" else f"__torch__.{module_path(module)}.{name}"


def exception_name(kind: type[BaseException]) -> str:
    """The name that a raise reports: `builtins.ValueError`, `package.module.Error`."""
    return f"{module_path(kind.__module__)}.{kind.__name__}"


def unmangled(name: str) -> str:
    """A qualified name without its mangle parts."""
    return ".".join(part for part in name.split(".") if not _MANGLED.fullmatch(part))


class Namespace:
    """The names in use in one process or one archive."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._count = 0

    def claim(self, name: str) -> str:
        """`name`, or where that is taken, `name` with a mangle part; the result is taken from now on."""
        while name in self._taken:
            name = self._mangled(name)
        self._taken.add(name)
        return name

    def _mangled(self, name: str) -> str:
        prefix, _, last = unmangled(name).rpartition(".")
        mark = f"___torch_mangle_{self._count}"
        self._count += 1
        return f"{prefix}.{mark}.{last}" if prefix else f"{mark}.{last}"


NAMES = Namespace()
"""Names of everything that was scripted from live Python."""

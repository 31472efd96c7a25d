"""The methods that `dataclasses` writes for a class: as trees, since their source cannot be read.

In: a class under `@dataclass` and a method's name. Out: the tree of the method PyTorch compiles in its place. `__repr__` and `__hash__` are
never called by compiled code, so they only have to compile. Next: `python_classes.py`.
"""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable
from dataclasses import MISSING, InitVar, fields, is_dataclass
from types import FunctionType, UnionType
from typing import Any

from . import syntax
from .python_reader import read_text

_INNER = {
    "__eq__": ("if val1 != val2: return False", "", "True"),
    "__ne__": ("if val1 == val2: return False", "", "True"),
    "__lt__": ("if val1 < val2: return True", "elif val2 < val1: return False", "False"),
    "__le__": ("if val1 < val2: return True", "elif val2 < val1: return False", "True"),
    "__gt__": ("if val1 > val2: return True", "elif val2 > val1: return False", "False"),
    "__ge__": ("if val1 > val2: return True", "elif val2 > val1: return False", "True"),
}


def is_written(kind: type, function: FunctionType) -> bool:
    """Whether `dataclasses` wrote this method of a class."""
    plain: FunctionType = getattr(function, "__wrapped__", function)
    return is_dataclass(kind) and plain.__code__.co_filename == "<string>"


def written_method(kind: type, function: FunctionType) -> tuple[syntax.FunctionDef, dict[str, object]]:
    """The tree of a method that `dataclasses` wrote, and the names that it uses."""
    name = function.__name__
    names: dict[str, object] = {kind.__name__: kind}
    match name:
        case "__init__":
            head, body = _init(kind, function, names)
        case "__repr__":
            listed = ", ".join(f"{field.name}=self.{field.name}" for field in fields(kind) if field.repr)
            head, body = "(self) -> str", [f"return '{kind.__name__}({listed})'"]
        case "__hash__":
            head, body = "(self) -> int", ["raise NotImplementedError('__hash__ is not supported for dataclasses in TorchScript')"]
        case _:
            head, body = f"(self, other: {kind.__name__}) -> bool", _comparison(kind, name)
    lines = "\n".join(f"  {line}" for line in body)
    return read_text(f"def {name}{head}:\n{lines}\n", name), names


def _init(kind: type, function: Callable[..., Any], names: dict[str, object]) -> tuple[str, list[str]]:
    """Parameters and body of `__init__`; annotations are objects already, which get names of their own."""
    known = fields(kind)
    if any(field.default_factory is not MISSING for field in known):
        raise NotImplementedError("Default factory initializers are not supported in TorchScript dataclasses")
    parameters: list[str] = []
    passed: list[str] = []
    for name, parameter in inspect.signature(function).parameters.items():
        annotation: Any = parameter.annotation
        if isinstance(annotation, InitVar):
            passed.append(name)
            annotation = annotation.type  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        if annotation is inspect.Parameter.empty:
            parameters.append(name)
            continue
        place = f"annotation{len(parameters)}"
        names[place] = annotation
        parameters.append(f"{name}: {place}")
    body = [f"self.{field.name} = {field.name}" for field in known if field.init and field.name not in passed]
    if hasattr(kind, "__post_init__"):
        body.append(f"self.__post_init__({', '.join(passed)})")
    return f"({', '.join(parameters)})", body or ["pass"]


def _comparison(kind: type, name: str) -> list[str]:
    """The fields one by one; where one of two optional ones is None they differ, and cannot be ordered."""
    first, second, equal = _INNER[name]
    inner = [line for line in (first, second) if line]
    body: list[str] = []
    for field in fields(kind):
        if not field.compare:
            continue
        body += [f"val1 = self.{field.name}", f"val2 = other.{field.name}"]
        if not _is_optional(field.type):
            body += inner
            continue
        different = f"raise TypeError('Cannot compare {kind.__name__} with None')" if second else "return False"
        body += ["if val1 is not None and val2 is not None:", *(f"  {line}" for line in inner)]
        body += ["elif (val1 is None) != (val2 is None):", f"  {different}"]
    return [*body, f"return {equal}"]


def _is_optional(annotation: object) -> bool:
    return typing.get_origin(annotation) in (typing.Union, UnionType) and type(None) in typing.get_args(annotation)

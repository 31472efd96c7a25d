"""Operators as methods of `Tensor`: made when they are first used, known by name before.

`x.softmax(1)` and `Tensor.softmax` find the operator `aten::softmax`. The class gets a small descriptor for each name of the table when the
public names are first used, so that `Tensor.softmax` exists without an instance; the first use puts the function in its place.
"""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .packet import packet
from .variants import overload_orders


def method_of(name: str) -> Callable[..., Any] | None:
    """The function behind the method `name`, or None if the table has no such operator."""
    found = packet(f"aten::{name}")
    if found is None:
        return None
    if name.startswith("new_"):
        from ..factories import factory

        return factory(name)
    names = [argument.name for argument in found.overloads[0].schema.args]
    place = names.index("self") if "self" in names else 0
    return _placed(found.func, place) if place else found.func


def _placed(function: Callable[..., Any], place: int) -> Callable[..., Any]:
    """The method of an operator whose `self` is not its first argument: `x.where(condition, other)` is `where(condition, x, other)`."""

    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        if len(args) < place:
            return function(*args, self=self, **kwargs)
        return function(*args[:place], self, *args[place:], **kwargs)

    return method


class Method:
    """Stands for a method that was not used yet."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __get__(self, instance: Any, owner: type[Any]) -> Any:
        method = method_of(self.name)
        if method is None:
            raise AttributeError(f"type object '{owner.__name__}' has no attribute '{self.name}'")
        for base in owner.__mro__:
            if base.__dict__.get(self.name) is self:
                setattr(base, self.name, method)
        return getattr(owner if instance is None else instance, self.name)


def publish(cls: type[Any]) -> None:
    """Give the class a descriptor for every operator's name that it has not defined itself."""
    for key in overload_orders():
        name = key.partition("::")[2]
        if key.startswith("aten::") and not name.startswith("_") and not hasattr(cls, name):
            setattr(cls, name, Method(name))

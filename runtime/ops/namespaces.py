"""Operators under the names of `torch.ops`: `ops.aten.add` is a packet of overloads, `ops.aten.add.Tensor` one overload.

In: a namespace, an operator's and an overload's name. Out: what calls the row, for eager callers and compiled code alike.
"""
from __future__ import annotations

from types import ModuleType
from typing import Any

from ..schema import OpSchema
from .binding import Fit, bind
from .packet import Packet, eager_call, packet
from .table import Op


class OpOverload:
    """One overload of an operator: calls its row with arguments as the schema says."""

    def __init__(self, op: Op) -> None:
        self.op = op
        name, _, overload = op.key.partition(".")
        self.name = name
        self.overload = overload or "default"

    @property
    def _schema(self) -> OpSchema:
        return self.op.schema

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        values = bind(self.op.schema, args, kwargs, Fit.LOOSE)
        if values is None:
            raise RuntimeError(f"{self.name}() was called with arguments that do not fit its declaration: {self.op.text}")
        return self.op.callable()(*values)

    def __repr__(self) -> str:
        return f"<OpOverload(op='{self.name.replace('::', '.')}', overload='{self.overload}')>"


class OpOverloadPacket:
    """All overloads of an operator; called, it tries them in PyTorch's order."""

    def __init__(self, found: Packet) -> None:
        self.packet = found
        self.name = found.name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return self.packet(*args, **kwargs)
        except TypeError:
            fits = self.packet.bound(args, kwargs, remember=False) is not None
            found = None if fits else self.packet.bound(args, kwargs, remember=False, most=Fit.LOOSE)
            if found is None:
                raise
        op, values = found
        return eager_call(op)(*values)

    def overloads(self) -> list[str]:
        """The overloads' names."""
        return [op.key.partition(".")[2] or "default" for op in self.packet.overloads]

    def __getattr__(self, name: str) -> OpOverload:
        for op in self.packet.overloads:
            if (op.key.partition(".")[2] or "default") == name:
                found = self.__dict__[name] = OpOverload(op)
                return found
        raise AttributeError(f"The underlying op of '{self.name.replace('::', '.')}' has no overload name '{name}'")

    def __repr__(self) -> str:
        return f"<OpOverloadPacket(op='{self.name.replace('::', '.')}')>"


class OpNamespace(ModuleType):
    """The operators of one namespace."""

    def __getattr__(self, name: str) -> OpOverloadPacket:
        namespace = self.__name__.rpartition(".")[2]
        found = None if name.startswith("__") else packet(f"{namespace}::{name}")
        if found is None:
            raise AttributeError(f"'_OpNamespace' '{namespace}' object has no attribute '{name}'")
        made = self.__dict__[name] = OpOverloadPacket(found)
        return made


class Namespaces(ModuleType):
    """`torch.ops`: every namespace as an attribute."""

    def __getattr__(self, name: str) -> OpNamespace:
        if name.startswith("__"):
            raise AttributeError(f"module '{self.__name__}' has no attribute '{name}'")
        made = self.__dict__[name] = OpNamespace(f"{self.__name__}.{name}")
        return made


ops = Namespaces("rushlight.ops", "Operators by namespace, name and overload: `rl.ops.aten.add.Tensor(x, y)`.")

"""Packets: all overloads of one operator name, called as eager PyTorch calls them.

A packet finds the overload that fits its arguments, in PyTorch's order, and remembers the answer by the types of the
arguments where these alone decide.
"""
from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, cast

from .. import typesystem as types
from ..dtype import DType
from ..tensor import Tensor
from .binding import bind
from .table import Kind, Op, keys_of, lookup
from .variants import overload_orders

_TENSORS = types.ListType(types.TENSOR)


class Packet(functools.partial[Any]):
    """The operator called `name` ("aten::add"), with its overloads in the order in which they are tried.

    It is a `functools.partial` of `method`, the plain function behind it: a `__call__` of our own costs more than a small kernel.
    """

    name: str
    __name__: str
    overloads: tuple[Op, ...]
    """The rows behind the name."""
    known: dict[tuple[type, ...], Callable[..., Any]]
    """What calls without keywords run, by the types of their arguments."""

    def __new__(cls, name: str, overloads: tuple[Op, ...]) -> Packet:
        known: dict[tuple[type, ...], Callable[..., Any]] = {}
        get = known.get

        def call(*args: Any, **kwargs: Any) -> Any:
            if not kwargs:
                # the commonest numbers of arguments are spelled out
                if len(args) == 2:
                    first, second = args
                    found = get((first.__class__, second.__class__))
                elif len(args) == 1:
                    found = get((args[0].__class__,))
                else:
                    found = get(tuple(map(type, args)))
                if found is not None:
                    return found(*args)
            return packet._resolve(args, kwargs)

        call.__name__ = call.__qualname__ = name.partition("::")[2]
        packet = super().__new__(cls, call)
        packet.name, packet.known, packet.overloads = name, known, overloads
        packet.__name__ = call.__name__
        return packet

    @property
    def __doc__(self) -> str:  # pyright: ignore[reportIncompatibleVariableOverride]
        schemas = "\n".join(op.text for op in self.overloads)
        doc = next((op.body.__doc__ for op in self.overloads if op.body.__doc__), "")
        return f"{doc}\n\n{schemas}"

    def _resolve(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if kwargs.get("out", self) is None:
            kwargs = {name: value for name, value in kwargs.items() if name != "out"}
        for convert in (False, True):
            for op in self.overloads:
                values = bind(op.schema, args, kwargs, convert=convert)
                if values is None:
                    continue
                if not convert and not kwargs:
                    self._remember(op, args, values)
                return _eager(op)(*values)
        raise TypeError(self._mismatch(args, kwargs))

    def _remember(self, op: Op, args: tuple[Any, ...], values: list[Any]) -> None:
        if not all(isinstance(value, Tensor | int | float | bool | DType | None) for value in args):
            return
        # the arguments as they are, or trailing ints gathered into a list: `x.view(2, 3)`
        start = next((at for at, value in enumerate(values) if isinstance(value, list)), len(args))
        rest = values[start:] if start >= len(args) else values[start + 1 :]
        if any(isinstance(value, list) for value in rest) or any(a is not b for a, b in zip(args[:start], values)):
            return
        if start >= len(args):
            self.known[tuple(map(type, args))] = _completed(op, tuple(values[len(args) :]))
            return
        is_last = start == sum(not argument.keyword_only for argument in op.schema.args) - 1
        if is_last and values[start] == [*args[start:]] and all(type(value) is int for value in args[start:]):
            self.known[tuple(map(type, args))] = _gathering(_eager(op), start, tuple(rest))

    def _mismatch(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
        got = ", ".join([*(_type_text(value) for value in args), *(f"{name}={_type_text(value)}" for name, value in kwargs.items())])
        expected = "\n".join(f" * {op.text.partition('::')[2]}" for op in self.overloads)
        return f"{self.__name__}() received an invalid combination of arguments - got ({got}), but expected one of:\n{expected}"

    def __repr__(self) -> str:
        return f"<operator {self.name} ({len(self.overloads)} overloads)>"

    def __reduce__(self) -> tuple[Any, ...]:
        return packet, (self.name,)

    def __deepcopy__(self, memo: dict[int, Any]) -> Packet:
        return self


def _eager(op: Op) -> Callable[..., Any]:
    """The function behind `op` for eager callers, who get a tuple where TorchScript programs get a list of tensors."""
    call = op.callable()
    returns = op.schema.returns
    if len(returns) != 1 or returns[0].type != _TENSORS:
        return call
    return lambda *args: tuple(call(*args))


def _completed(op: Op, rest: tuple[Any, ...]) -> Callable[..., Any]:
    """The function behind `op`, with its last arguments given."""
    call = _eager(op)
    # pointwise functions have the schema's defaults
    if not rest or op.kind is Kind.POINTWISE:
        return call
    return lambda *args: call(*args, *rest)


def _gathering(call: Callable[..., Any], start: int, rest: tuple[Any, ...]) -> Callable[..., Any]:
    """`call` for arguments whose ints from `start` on are one list, followed by `rest`."""
    return lambda *args: call(*args[:start], [*args[start:]], *rest)


def _type_text(value: object) -> str:
    if isinstance(value, list | tuple):
        items = cast("Sequence[object]", value)
        kinds = ", ".join(sorted({type(item).__name__ for item in items}))
        return f"{type(items).__name__} of ({kinds})"
    return type(value).__name__


_packets: dict[str, Packet | None] = {}


def packet(name: str) -> Packet | None:
    """The packet of `namespace::name`, or None if the table has no such operator."""
    if name in _packets:
        return _packets[name]
    overloads = [op for overload in overload_orders().get(name, ()) if (op := lookup(f"{name}.{overload}" if overload else name))]
    known = {op.key for op in overloads}
    overloads += [op for key in keys_of(name) if key not in known and (op := lookup(key))]
    found = _packets[name] = Packet(name, tuple(overloads)) if overloads else None
    return found

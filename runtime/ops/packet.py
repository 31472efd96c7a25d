"""Packets: all overloads of one operator name, called as eager PyTorch calls them.

A packet finds the overload that fits its arguments, in PyTorch's order, and remembers the answer by the types of the
arguments where these alone decide.
"""
from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

from .. import typesystem as types
from ..dtype import DType
from ..tensor import Tensor
from .binding import bind
from .table import Op, keys_of, lookup
from .variants import overload_orders

_TENSORS = types.ListType(types.TENSOR)


class Packet:
    """The operator called `name` ("aten::add"), with its overloads in the order in which they are tried."""

    __slots__ = ("__name__", "_cache", "_overloads", "name")

    def __init__(self, name: str, overloads: tuple[Op, ...]) -> None:
        self.name = name
        self.__name__ = name.partition("::")[2]
        self._overloads = overloads
        self._cache: dict[tuple[type, ...], tuple[Callable[..., Any], tuple[Any, ...]]] = {}

    @property
    def overloads(self) -> tuple[Op, ...]:
        """The rows behind the name."""
        return self._overloads

    @property
    def __doc__(self) -> str:  # pyright: ignore[reportIncompatibleVariableOverride]
        schemas = "\n".join(op.text for op in self._overloads)
        doc = next((op.body.__doc__ for op in self._overloads if op.body.__doc__), "")
        return f"{doc}\n\n{schemas}"

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if not kwargs:
            known = self._cache.get(tuple(map(type, args)))
            if known is not None:
                return known[0](*args, *known[1])
        return self._resolve(args, kwargs)

    def _resolve(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if kwargs.get("out", self) is None:
            kwargs = {name: value for name, value in kwargs.items() if name != "out"}
        for convert in (False, True):
            for op in self._overloads:
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
            self._cache[tuple(map(type, args))] = (_eager(op), tuple(values[len(args) :]))
            return
        is_last = start == sum(not argument.keyword_only for argument in op.schema.args) - 1
        if is_last and values[start] == [*args[start:]] and all(type(value) is int for value in args[start:]):
            self._cache[tuple(map(type, args))] = (_gathering(_eager(op), start, tuple(rest)), ())

    def _mismatch(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
        got = ", ".join([*(_type_text(value) for value in args), *(f"{name}={_type_text(value)}" for name, value in kwargs.items())])
        expected = "\n".join(f" * {op.text.partition('::')[2]}" for op in self._overloads)
        return f"{self.__name__}() received an invalid combination of arguments - got ({got}), but expected one of:\n{expected}"

    def __repr__(self) -> str:
        return f"<operator {self.name} ({len(self._overloads)} overloads)>"

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

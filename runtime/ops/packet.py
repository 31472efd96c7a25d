"""Packets: all overloads of one operator name, called as eager PyTorch calls them.

A packet finds the overload that fits its arguments, in PyTorch's order, and remembers the answer by the types of the
arguments where these alone decide.
"""
from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, cast

from .. import typesystem as types
from ..device import Device
from ..dtype import DType
from ..formats import MemoryFormat
from ..layout import LayoutKind
from ..no_data import NoData, is_without_data
from ..return_types import NamedResult, named_result
from ..tensor import Tensor
from .binding import Fit, bind
from .calling import spread_view
from .fast_calls import Place, Reader, placing
from .table import Kind, Op, keys_of, lookup
from .variants import overload_orders
from .without_data import run_without_data

if TYPE_CHECKING:
    from ..schema import Argument

_ABSENT = object()
_TENSORS = types.ListType(types.TENSOR)
_PLAIN = (Tensor, int, float, bool, str, DType, Device, MemoryFormat, LayoutKind, tuple, list, type(None))
"""What arguments are whose types alone decide the overload."""


_FITS = {Fit.EAGER: (Fit.EXACT, Fit.EAGER), Fit.LOOSE: (Fit.LOOSE,)}


class Packet(functools.partial[Any]):
    """The operator called `name` ("aten::add"), with its overloads in the order in which they are tried.

    It is a `functools.partial` of `method`, the plain function behind it: a `__call__` of our own costs more than a small kernel.
    """

    name: str
    __name__: str
    overloads: tuple[Op, ...]
    """The rows behind the name."""
    eager: tuple[Op, ...]
    """Those that eager callers reach: PyTorch's functions on Python values belong to TorchScript where the name has others."""
    known: dict[tuple[type, ...], Callable[..., Any]]
    """What calls without keywords run, by the types of their arguments."""
    forget: Callable[[], None]
    """Makes the next calls decide again what they run."""
    named: dict[tuple[Any, ...], Callable[..., Any]]
    """What calls with keywords run, by the types of their arguments and the names: `run(args, kwargs)`."""

    def __new__(cls, name: str, overloads: tuple[Op, ...]) -> Packet:
        known: dict[tuple[type, ...], Callable[..., Any]] = {}
        get = known.get
        single: Callable[..., Any] | None = None
        pair: Callable[..., Any] | None = None

        # two parameters of their own spare most calls a tuple, and one or two tensors are not even looked up
        def call(first: Any = _ABSENT, second: Any = _ABSENT, /, *rest: Any, **kwargs: Any) -> Any:
            try:
                if rest and not kwargs:
                    found = get((first.__class__, second.__class__, *map(type, rest)))
                    return packet.resolve((first, second, *rest), kwargs) if found is None else found(first, second, *rest)
                if kwargs:
                    given = (first, second, *rest) if second is not _ABSENT else () if first is _ABSENT else (first,)
                    return packet._resolve(given, kwargs)
                if second is not _ABSENT:
                    if pair is not None and first.__class__ is Tensor and second.__class__ is Tensor:
                        return pair(first, second)
                    found = get((first.__class__, second.__class__))
                    if found is not None:
                        return found(first, second)
                    return resolve_two(first, second)
                if single is not None and first.__class__ is Tensor:
                    return single(first)
                if first is _ABSENT:
                    return packet.resolve((), kwargs)
                found = get((first.__class__,))
                if found is not None:
                    return found(first)
                return resolve_one(first)
            except NoData:
                if is_without_data():
                    raise
                given = () if first is _ABSENT else (first,) if second is _ABSENT else (first, second, *rest)
                return packet.resolve(given, kwargs, without=True)

        def resolve_one(first: Any) -> Any:
            nonlocal single
            result = packet.resolve((first,), {})
            single = get((Tensor,))
            return result

        def resolve_two(first: Any, second: Any) -> Any:
            nonlocal pair
            result = packet.resolve((first, second), {})
            pair = get((Tensor, Tensor))
            return result

        def forget() -> None:
            nonlocal single, pair
            single = pair = None
            packet.known.clear()
            packet.named.clear()

        call.__name__ = call.__qualname__ = name.partition("::")[2]
        packet = super().__new__(cls, call)
        packet.name, packet.known, packet.named, packet.overloads = name, known, {}, overloads
        packet.eager = tuple(op for op in overloads if op.kind is not Kind.BUILTIN) or overloads
        packet.__name__, packet.forget = call.__name__, forget
        return packet

    @property
    def __doc__(self) -> str:  # pyright: ignore[reportIncompatibleVariableOverride]
        schemas = "\n".join(op.text for op in self.overloads)
        doc = next((op.body.__doc__ for op in self.overloads if op.body.__doc__), "")
        return f"{doc}\n\n{schemas}"

    def _resolve(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """A call with named arguments."""
        found = self.named.get((*map(type, args), *kwargs, *map(type, kwargs.values())))
        return self.resolve(args, kwargs) if found is None else found(args, kwargs)

    def resolve(self, args: tuple[Any, ...], kwargs: dict[str, Any], *, without: bool = False) -> Any:
        """Find the overload for these arguments and run it; `without` data where a call found that a tensor has none."""
        found = self.bound(args, kwargs, remember=not without)
        if found is not None:
            op, values = found
            return run_without_data(op, eager_call(op), values) if without else eager_call(op)(*values)
        if self.name == "aten::norm":
            # PyTorch's function of this name takes more than the operator
            from .reduction.statistics import norm

            return norm(*args, **kwargs)
        raise TypeError(self._mismatch(args, kwargs))

    def bound(
        self, args: tuple[Any, ...], kwargs: dict[str, Any], *, remember: bool = True, most: Fit = Fit.EAGER
    ) -> tuple[Op, list[Any]] | None:
        """The overload for these arguments, and all its arguments; None where none fits with conversions up to `most`."""
        if kwargs.get("out", self) is None:
            kwargs = {name: value for name, value in kwargs.items() if name != "out"}
        for fit in _FITS[most]:
            for op in self.eager:
                values = bind(op.schema, args, _spread_outs(op, kwargs), fit)
                if values is None:
                    continue
                if remember and fit is Fit.EXACT:
                    self._remember(op, args, values, kwargs)
                return op, values
        return None

    def _remember(self, op: Op, args: tuple[Any, ...], values: list[Any], kwargs: dict[str, Any]) -> None:
        given = (*args, *kwargs.values())
        if not all(isinstance(value, _PLAIN) for value in given):
            return
        if kwargs:
            arranged = _arranged(self, op, args, values, kwargs)
            if arranged is not None:
                self.named[*map(type, args), *kwargs, *map(type, kwargs.values())] = arranged
            return
        if not self._remember_short(op, args, values):
            arranged = _arranged(self, op, args, values, {})
            if arranged is not None:
                self.known[tuple(map(type, args))] = lambda *given: arranged(given, {})

    def _remember_short(self, op: Op, args: tuple[Any, ...], values: list[Any]) -> bool:
        """Keep what runs the simplest calls, if this is one of them."""
        # the arguments as they are, or trailing ints gathered into a list: `x.view(2, 3)`
        start = next((at for at, value in enumerate(values) if isinstance(value, list)), len(args))
        if any(a is not b for a, b in zip(args[:start], values)):
            return False
        if start >= len(args):
            self.known[tuple(map(type, args))] = _completed(op, tuple(values[len(args) :]))
            return True
        rest = values[start + 1 :]
        if any(isinstance(value, list) for value in rest):
            return False
        is_last = start == sum(not argument.keyword_only for argument in op.schema.args) - 1
        if is_last and values[start] == [*args[start:]] and all(type(value) is int for value in args[start:]):
            spread = spread_view(op, tuple(rest)) if start == 1 else None
            self.known[tuple(map(type, args))] = spread or _gathering(eager_call(op), start, tuple(rest))
            return True
        read = _reader(op.schema.args[start], args[start], values[start])
        fits = read is not None and all(a is b for a, b in zip(args[start + 1 :], rest))
        if read is not None and fits:
            self.known[tuple(map(type, args))] = _listing(self, eager_call(op), start, read, tuple(values[len(args) :]), args[start])
        return fits

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


def _spread_outs(op: Op, kwargs: dict[str, Any]) -> dict[str, Any]:
    """Arguments as the schema names them: where `out` is a tuple, its tensors are the arguments that `op` writes."""
    outs = kwargs.get("out")
    if not isinstance(outs, tuple | list):
        return kwargs
    tensors = cast("Sequence[Any]", outs)
    names = [one.name for one in op.schema.args if one.keyword_only and one.alias is not None and one.alias.writes]
    if len(names) != len(tensors):
        return kwargs
    return {**{name: value for name, value in kwargs.items() if name != "out"}, **dict(zip(names, tensors))}


def eager_call(op: Op) -> Callable[..., Any]:
    """The function behind `op` for eager callers, who get a tuple where TorchScript programs get a list of tensors."""
    call, convert = op.callable(), eager_conversion(op)
    return call if convert is None else lambda *args: convert(call(*args))


def eager_conversion(op: Op) -> Callable[[Any], Any] | None:
    """What makes of a row's result the one that eager callers get, if that is another."""
    named = result_class(op)
    if named is not None:
        return named
    returns = op.schema.returns
    return tuple if len(returns) == 1 and returns[0].type == _TENSORS else None


def result_class(op: Op) -> type[NamedResult] | None:
    """The class of the results of `op` if there are several and its schema names them all."""
    fields = tuple(one.name for one in op.schema.returns)
    if len(fields) < 2 or not all(fields):
        return None
    return named_result(op.name.partition("::")[2] + ("_out" if op.writes else ""), fields)


def class_of_results(operator: str) -> type[NamedResult] | None:
    """The class of what `torch.<operator>` returns; None if there is no such operator, or if its results have no names."""
    name = f"aten::{operator}"
    # not asked of `packet` at once, which remembers every name
    found = packet(name) if keys_of(name) else None
    classes = [made for op in (found.overloads if found is not None else ()) if (made := result_class(op)) is not None]
    return classes[0] if classes else None


def _completed(op: Op, rest: tuple[Any, ...]) -> Callable[..., Any]:
    """The function behind `op`, with its last arguments given."""
    call = eager_call(op)
    # pointwise functions have the schema's defaults, and others may
    own: tuple[Any, ...] = getattr(call, "__defaults__", None) or ()
    if not rest or op.kind is Kind.POINTWISE or own[-len(rest) :] == rest:
        return call
    return lambda *args: call(*args, *rest)


def _gathering(call: Callable[..., Any], start: int, rest: tuple[Any, ...]) -> Callable[..., Any]:
    """`call` for arguments whose ints from `start` on are one list, followed by `rest`."""
    if start == 0:
        return lambda *args: call([*args], *rest)
    return lambda *args: call(*args[:start], [*args[start:]], *rest)


def _reader(argument: Argument, given: Any, value: list[Any]) -> Reader | None:
    """What reads a list for the place of `given` from whatever has its type; None where `value` is not simply `given` as a list."""
    readers = (_as_list, _as_tensors, _as_floats) if argument.list_size in (None, 1) else (_as_sizes(argument.list_size),)
    for read in readers:
        found = read(given)
        if found is not None and len(found) == len(value) and all(a is b or type(b) is float and a == b for a, b in zip(found, value)):
            return read
    return None


def _as_floats(given: Any) -> list[Any] | None:
    """A list or tuple of ints and floats as floats; None for anything else."""
    if type(given) is not list and type(given) is not tuple:
        return None
    items = cast("Sequence[Any]", given)
    return [float(item) for item in items] if all(type(item) is float or type(item) is int for item in items) else None


def _as_tensors(given: Any) -> list[Any] | None:
    """A list or tuple of tensors as a list; None for anything else."""
    if type(given) is not list and type(given) is not tuple:
        return None
    # no cast: a call of it is a tenth of the time that joining two small tensors takes
    items: Sequence[Any] = given  # pyright: ignore[reportUnknownVariableType]
    for item in items:  # pyright: ignore[reportUnknownVariableType]
        if item.__class__ is not Tensor and not isinstance(item, Tensor):  # pyright: ignore[reportUnknownMemberType]
            return None
    return [*items] if items else None


def _as_list(given: Any) -> list[int] | None:
    """An int, or ints, as a list; None for anything else."""
    if type(given) is int:
        return [given]
    if not isinstance(given, tuple | list):
        return None
    items = cast("Sequence[Any]", given)
    return [*items] if set(map(type, items)) <= _INT else None


_INT = {int}


@functools.cache
def _as_sizes(count: int) -> Callable[[Any], list[int] | None]:
    """What reads `count` ints from one int, from a list of one, or from a list; None for anything else."""

    def read(given: Any) -> list[int] | None:
        if type(given) is int:
            return [given] * count
        listed = _as_list(given)
        return listed * count if listed is not None and len(listed) == 1 else listed

    return read


def _listing(
    packet: Packet, call: Callable[..., Any], at: int, read: Reader, rest: tuple[Any, ...], given: Any
) -> Callable[..., Any]:
    """`call` for arguments of which number `at` is a list: `x.sum(1, True)`, `x.sum((0, 1))`, `cat([x, y])`."""
    if at == 0:

        def run_first(first: Any, *others: Any) -> Any:
            listed = read(first)
            return packet.resolve((first, *others), {}) if listed is None else call(listed, *others, *rest)

        return run_first
    if at == 1 and type(given) is int and read is _as_list:

        def run_with_int(self: Any, dim: int, *others: Any) -> Any:
            return call(self, [dim], *others, *rest)

        return run_with_int

    def run(*args: Any) -> Any:
        listed = read(args[at])
        if listed is None:
            return packet.resolve(args, {})
        return call(*args[:at], listed, *args[at + 1 :], *rest)

    return run


def _arranged(packet: Packet, op: Op, args: tuple[Any, ...], values: list[Any], kwargs: dict[str, Any]) -> Callable[..., Any] | None:
    """What calls `op` for positional and named arguments of these types; None where more than their places change."""
    gathered = _gathered_start(op, args, values)
    found = None if gathered is None else _arranged_gathered(packet, op, args, values, kwargs, gathered)
    if found is not None:
        return found
    places: list[Place] = []
    listed: dict[int, Reader] = {}
    for at, (argument, value) in enumerate(zip(op.schema.args, values)):
        if at < len(args) and not argument.keyword_only:
            place, given = at, args[at]
        elif argument.name in kwargs:
            place, given = argument.name, kwargs[argument.name]
        else:
            place, given = None, value
        if isinstance(value, list) and place is not None:
            read = _reader(argument, given, cast("list[Any]", value))
            if read is None:
                return None
            listed[at] = read
        elif place is not None and type(given) is int and type(value) is float:  # pyright: ignore[reportUnknownArgumentType]
            listed[at] = float
        elif value is not given:
            return None
        places.append(place)
    if sum(place is not None for place in places) != len(args) + len(kwargs):
        return None
    # of the values only the defaults are kept: the others would keep tensors alive
    kept = [value if place is None else None for place, value in zip(places, values)]
    return placing(eager_call(op), places, kept, listed, packet.resolve)


def _arranged_gathered(
    packet: Packet, op: Op, args: tuple[Any, ...], values: list[Any], kwargs: dict[str, Any], start: int
) -> Callable[..., Any] | None:
    """As `_arranged`, where the positional arguments from `start` on, ints all of them, are one list."""
    places: list[Place] = []
    for at, (argument, value) in enumerate(zip(op.schema.args, values)):
        place = at if at < start else slice(start, None) if at == start else argument.name if argument.name in kwargs else None
        if isinstance(place, int | str) and value is not (args[place] if isinstance(place, int) else kwargs[place]):
            return None
        places.append(place)
    if sum(isinstance(place, str) for place in places) != len(kwargs):
        return None
    kept = [value if place is None else None for place, value in zip(places, values)]
    return placing(eager_call(op), places, kept, {}, packet.resolve)


def _gathered_start(op: Op, args: tuple[Any, ...], values: list[Any]) -> int | None:
    """Which positional argument begins the ints that are one list: `zeros(2, 3, dtype=float32)`."""
    start = sum(not argument.keyword_only for argument in op.schema.args) - 1
    if 0 <= start < len(args) and all(type(value) is int for value in args[start:]) and values[start] == [*args[start:]]:
        return start
    return None


def _type_text(value: object) -> str:
    if isinstance(value, list | tuple):
        items = cast("Sequence[object]", value)
        kinds = ", ".join(sorted({type(item).__name__ for item in items}))
        return f"{type(items).__name__} of ({kinds})"
    return type(value).__name__


_packets: dict[str, Packet | None] = {}


def forget_calls() -> None:
    """Make all packets decide again what they run: for who changes how that is decided."""
    for found in _packets.values():
        if found is not None:
            found.forget()


def packet(name: str) -> Packet | None:
    """The packet of `namespace::name`, or None if the table has no such operator."""
    if name in _packets:
        return _packets[name]
    overloads = [op for overload in overload_orders().get(name, ()) if (op := lookup(f"{name}.{overload}" if overload else name))]
    known = {op.key for op in overloads}
    overloads += [op for key in keys_of(name) if key not in known and (op := lookup(key))]
    found = _packets[name] = Packet(name, tuple(overloads)) if overloads else None
    return found

"""Compile-time values with a meaning of their own: ranges, `zip`, slices, enumerations, exceptions, `print`, classes of named tuples.

In: what `values.py` says of every compile-time value. Out: values, calls, loops.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..runtime.typesystem import INT, STR, EnumType, ListType, TupleType, Type
from .source import ScriptError, Span
from .values import Operand, SimpleValue, SpecialForm, SugaredValue, TupleValue

if TYPE_CHECKING:
    from .emitter import Emitter
    from .ir import Value


class RangeValue(SugaredValue):
    """`range(...)`"""

    kind = "range"

    def __init__(self, emitter: Emitter, span: Span, inputs: Sequence[Value], static_length: int | None = None) -> None:
        for index, value in enumerate(inputs):
            if value.type is not INT:
                raise ScriptError(f"all inputs of range must be ints, found {value.type.annotation()} in argument {index}", span)
        if not inputs:
            raise ScriptError("range expected at least 1 arguments, got 0", span)
        if len(inputs) > 3:
            raise ScriptError(f"range expected at most 3 arguments, got {len(inputs)}", span)
        self.only_stop = len(inputs) == 1
        self._length = static_length
        if self.only_stop:
            self.stop = inputs[0]
            self.start = emitter.constant(0, span)
            self.step = emitter.constant(1, span)
        else:
            self.start, self.stop = inputs[0], inputs[1]
            self.step = inputs[2] if len(inputs) == 3 else emitter.constant(1, span)

    def iter(self, emitter: Emitter, span: Span) -> SugaredValue:
        return self

    def static_length(self) -> int | None:
        return self._length

    def length(self, emitter: Emitter, span: Span) -> Value:
        if self._length is not None:
            return emitter.constant(self._length, span)
        if self.only_stop:
            return self.stop
        return emitter.operator("aten::__range_length", [self.start, self.stop, self.step], span)

    def getitem(self, emitter: Emitter, span: Span, index: Value, hint: Type | None = None) -> SugaredValue:
        if self.only_stop:
            return SimpleValue(index)
        return SimpleValue(emitter.operator("aten::__derive_index", [index, self.start, self.step], span))


class IterableTree(SugaredValue):
    """`zip` and `enumerate`: several iterables walked together."""

    kind = "iterabletree"

    def __init__(self) -> None:
        self.children: list[SugaredValue] = []
        self._length: int | None = None

    def add(self, span: Span, child: SugaredValue) -> None:
        """Walk `child` too; all or none of the children have a known length."""
        known = child.static_length()
        if not self.children:
            self._length = known
        elif (known is None) != (self._length is None):
            raise ScriptError(
                "Can not iterate over a module list or tuple with a value that does not have a statically determinable length\n", span
            )
        elif known is not None and self._length is not None:
            self._length = min(known, self._length)
        self.children.append(child)

    def iter(self, emitter: Emitter, span: Span) -> SugaredValue:
        return self

    def static_length(self) -> int | None:
        return self._length

    def leaves(self) -> list[SugaredValue]:
        """The iterables at the bottom, left to right."""
        found: list[SugaredValue] = []
        for child in self.children:
            found.extend(child.leaves() if isinstance(child, IterableTree) else [child])
        return found

    def length(self, emitter: Emitter, span: Span) -> Value:
        lengths = [leaf.length(emitter, span) for leaf in self.leaves()]
        return emitter.operator("prim::min", [emitter.make_list(INT, lengths)], span)

    def getitem(self, emitter: Emitter, span: Span, index: Value, hint: Type | None = None) -> SugaredValue:
        return TupleValue([child.getitem(emitter, span, index) for child in self.children])


class SliceValue(SugaredValue):
    """A `slice` object."""

    kind = "Python slice value"

    def __init__(self, start: Value, stop: Value, step: Value) -> None:
        self.start = start
        self.stop = stop
        self.step = step


class EnumClassValue(SugaredValue):
    """An enumeration: its members are attributes, and it can be iterated."""

    kind = "EnumClass"

    def __init__(self, type: EnumType) -> None:
        self.type = type

    def attr(self, emitter: Emitter, span: Span, name: str) -> SugaredValue:
        if all(member != name for member, _ in self.type.members):
            raise ScriptError(f"{self.type.annotation()}' has no attribute '{name}'", span)
        return SimpleValue(emitter.constant(emitter.enum_member(self.type, name), span, self.type))

    def iter(self, emitter: Emitter, span: Span) -> SugaredValue:
        members = [emitter.enum_member(self.type, name) for name, _ in self.type.members]
        return SimpleValue(emitter.constant(members, span, ListType(self.type)))


class NamedTupleConstructor(SugaredValue):
    """A class of named tuples: calling it makes one."""

    kind = "NamedTuple"

    def __init__(self, type: TupleType, defaults: dict[str, object] | None = None) -> None:
        self.type = type
        self.defaults = defaults or {}

    def call(
        self, emitter: Emitter, span: Span, arguments: Sequence[Operand], keywords: Sequence[Operand] = (), binders: int = 1
    ) -> SugaredValue:
        _, match = emitter.match([emitter.tuple_schema(self.type, self.defaults)], span, arguments, keywords)
        return SimpleValue(emitter.insert("prim::TupleConstruct", match.inputs, self.type, span))


class LegacyTensorConstructor(SpecialForm):
    """`torch.FloatTensor(2, 3)` and the like."""

    def __init__(self, dtype: int) -> None:
        super().__init__("LegacyTensorConstructor")
        self.dtype = dtype


class ClosureValue(SugaredValue):
    """A nested function; only `fork` takes it."""

    kind = "closure"

    def __init__(self, value: Value) -> None:
        self.value = value

    def as_value(self, emitter: Emitter, span: Span) -> Value:
        return self.value


class NoneResult(SugaredValue):
    """What `print` returns."""

    kind = "None"


class PrintValue(SugaredValue):
    """`print`"""

    kind = "print"

    def call(
        self, emitter: Emitter, span: Span, arguments: Sequence[Operand], keywords: Sequence[Operand] = (), binders: int = 1
    ) -> SugaredValue:
        if keywords:
            raise ScriptError("print doesn't accept any keyword arguments", span)
        emitter.node("prim::Print", [operand.value for operand in arguments], (), span)
        return NoneResult()


class ExceptionValue(SugaredValue):
    """A class of exceptions, by the qualified name that a raise reports; None for `AssertionError`, which is a prefix of the message."""

    kind = "exception"

    def __init__(self, qualified_name: str | None) -> None:
        self.qualified_name = qualified_name

    def call(
        self, emitter: Emitter, span: Span, arguments: Sequence[Operand], keywords: Sequence[Operand] = (), binders: int = 1
    ) -> SugaredValue:
        values = [operand.value for operand in (*arguments, *keywords)]
        if self.qualified_name is None:
            return ExceptionMessage(self._prefixed(emitter, span, values), None)
        if not values:
            message = emitter.constant("", span)
        elif len(arguments) == 1:
            message = values[0]
        else:
            message = emitter.pack_tuple(values)
        return ExceptionMessage(message, emitter.constant(self.qualified_name, span))

    def _prefixed(self, emitter: Emitter, span: Span, values: Sequence[Value]) -> Value:
        message = emitter.constant("AssertionError: ", span)
        for value in values:
            text = value if value.type is STR else emitter.operator("aten::str", [value], span)
            message = emitter.operator("aten::add", [message, text], span)
        return message


class ExceptionMessage(SugaredValue):
    """An exception that was made but not raised: its message and the name of its class."""

    kind = "exception message"

    def __init__(self, message: Value, qualified_name: Value | None) -> None:
        self.message = message
        self.qualified_name = qualified_name

    def as_value(self, emitter: Emitter, span: Span) -> Value:
        return self.message

"""Names in scope while a function is compiled: one frame per block, variables as `prim::Store` and `prim::Load`.

In: assignments and uses of names. Out: stores and loads in the graph (`passes/to_ssa.py` turns them into plain values) and, for things
that are no values of the graph (modules, functions, classes), the thing itself. Names that no frame has go to the builtins below, then to
the resolver.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ..runtime.typesystem import BOOL, COMPLEX, FLOAT, INT, STR, TENSOR, ClassType, ListType, TupleType, Type, is_subtype
from .source import ScriptError, Span
from .special_values import ExceptionValue, NamedTupleConstructor, PrintValue
from .values import BuiltinFunction, Cast, ClassValue, MagicMethod, SimpleValue, SpecialForm, SugaredValue, simple

if TYPE_CHECKING:
    from .emitter import Emitter
    from .ir import Block, Value


def meaningful(name: str) -> bool:
    """Whether a graph keeps the name: temporaries of the compiler and of printed code (`_12`) are not kept."""
    return bool(name) and name[0] != "$" and not (name[0] == "_" and (len(name) == 1 or name[1:].isdigit()))


def _builtin_names() -> dict[str, SugaredValue]:
    casts = {"float": FLOAT, "complex": COMPLEX, "int": INT, "bool": BOOL}
    names: dict[str, SugaredValue] = {
        name: MagicMethod(f"__{name}__", Cast(f"aten::{name.title()}", target)) for name, target in casts.items()
    }
    names["str"] = MagicMethod("__str__", Cast("aten::str", STR))
    names["_to_tensor"] = Cast("prim::NumToTensor", TENSOR)
    names["print"] = PrintValue()
    # in archives only this exception has a name; Python's others are resolved as live objects
    names["AssertionError"] = ExceptionValue(None)
    for name in ("len", "hex", "oct", "round"):
        names[name] = MagicMethod(f"__{name}__", BuiltinFunction(f"aten::{name}"))
    for name in ("hash", "all", "any", "divmod", "sum", "ord", "chr", "bin", "pow", "sorted"):
        names[name] = BuiltinFunction(f"aten::{name}")
    for name in ("id", "min", "max", "abs", "rangelist"):
        names[name] = BuiltinFunction(f"prim::{name}")
    for name in ("tuple", "getattr", "hasattr", "isinstance", "list", "dict", "range", "zip", "enumerate"):
        names[name] = SpecialForm(name)
    return names


_BUILTINS = _builtin_names()


class Environment:
    """The names assigned in one block, above those of the blocks around it."""

    def __init__(self, emitter: Emitter, block: Block, outer: Environment | None) -> None:
        self.emitter = emitter
        self.block = block
        self.outer = outer
        self.types: dict[str, Type] = {}
        self.values: dict[str, SugaredValue] = {}
        self._errors: dict[str, Callable[[], str]] = {} if outer is None else outer._errors

    def note_error(self, name: str, message: Callable[[], str]) -> None:
        """Remember why `name` has no value, for the message where it is used."""
        self._errors[name] = message

    def find_here(self, name: str) -> SugaredValue | None:
        """`name` as assigned in this block; a variable is loaded at the insertion point."""
        found = self.values.get(name)
        if found is not None:
            return found
        kind = self.types.get(name)
        if kind is None:
            return None
        loaded = self.emitter.insert("prim::Load", [], kind, None, name=name)
        if meaningful(name):
            loaded.name = name
        return SimpleValue(loaded)

    def find(self, name: str) -> SugaredValue | None:
        """`name` in this block or one around it."""
        frame: Environment | None = self
        while frame is not None:
            found = frame.find_here(name)
            if found is not None:
                return found
            frame = frame.outer
        return None

    def find_outside(self, name: str) -> SugaredValue | None:
        """`name` in the blocks around this one."""
        return self.outer.find(name) if self.outer is not None else None

    def set_value(self, span: Span, name: str, value: Value) -> None:
        """Assign a value of the graph."""
        self.assign(span, name, SimpleValue(value), None)

    def assign(self, span: Span, name: str, value: SugaredValue, annotation: Type | None) -> None:
        """Assign anything; a variable of an outer block keeps its type."""
        plain = simple(value)
        if plain is not None and not plain.has_name and meaningful(name) and plain.node.block is self.block:
            plain.name = name
        outside = self.find_outside(name)
        if outside is not None:
            plain = self._check_reassignment(span, name, value, outside, annotation)
        # a name stands for what was assigned last, whichever kind that is
        if plain is None:
            self.types.pop(name, None)
            self.values[name] = value
            return
        self.values.pop(name, None)
        if annotation is not None and not is_subtype(plain.type, annotation):
            raise ScriptError(
                f"Variable '{name}' is annotated with type {annotation.annotation()} "
                f"but is being assigned to a value of type {plain.type.annotation()}",
                span,
            )
        self.store(name, plain, span)
        self.types[name] = annotation or plain.type

    def store(self, name: str, value: Value, span: Span | None) -> None:
        """The node that remembers `value` under `name`."""
        self.emitter.node("prim::Store", [value], (), span, name=name)

    def _check_reassignment(self, span: Span, name: str, value: SugaredValue, outside: SugaredValue, annotation: Type | None) -> Value:
        if annotation is not None:
            raise ScriptError(
                f"Attempting to declare and annotate the type of variable '{name}' but it is already defined in an outer block", span
            )
        plain, previous = simple(value), simple(outside)
        if plain is None:
            raise ScriptError(
                f"Cannot re-assign '{name}' to a value of type {value.kind} because {name} is not a first-class value.  "
                "Only reassignments to first-class values are allowed",
                span,
            )
        if previous is None:
            raise ScriptError(
                f"Cannot re-assign '{name}' because it has type {value.kind} and {name} is not a first-class value.  "
                "Only reassignments to first-class values are allowed",
                span,
            )
        converted = self.emitter.convert(span, previous.type, plain, implicit=True)
        if is_subtype(converted.type, previous.type):
            return converted
        message = (
            f"Variable '{name}' previously had type {previous.type.annotation()} "
            f"but is now being assigned to a value of type {converted.type.annotation()}\n"
        )
        if isinstance(previous.type, ListType) and isinstance(converted.type, ListType):
            message += (
                "Empty lists default to List[Tensor]. Add a variable annotation to the assignment to create an empty list "
                "of another type (torch.jit.annotate(List[T, []]) where T is the type of elements in the list for Python 2)\n"
            )
        raise ScriptError(message, span)

    def lookup(self, name: str, span: Span) -> SugaredValue:
        """What `name` stands for; an error where it stands for nothing."""
        found = self.find(name) or _BUILTINS.get(name)
        if found is not None:
            return found
        resolver = self.emitter.resolver
        kind = resolver.type(name, span)
        if isinstance(kind, TupleType) and kind.fields is not None:
            return NamedTupleConstructor(kind, resolver.field_defaults(kind))
        found = resolver.value(name, self.emitter, span)
        if found is not None:
            return found
        if isinstance(kind, ClassType):
            return ClassValue(kind)
        reason = self._errors.get(name)
        raise ScriptError(f"{reason()}and was used here" if reason else f"undefined value {name}", span)

    def value(self, name: str, span: Span) -> Value:
        """`name` as a value of the graph."""
        return self.lookup(name, span).as_value(self.emitter, span)

    def remove(self, name: str, span: Span) -> None:
        """`del name`"""
        removed = False
        frame: Environment | None = self
        while frame is not None:
            removed = frame.values.pop(name, None) is not None or removed
            removed = frame.types.pop(name, None) is not None or removed
            frame = frame.outer
        if not removed:
            self.lookup(name, span)
            raise ScriptError(f"undefined value {name}", span)

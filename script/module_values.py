"""Modules while a method is compiled: attributes, submodules, containers that are unrolled, methods that are compiled on demand.

In: a value of a module's type. Out: what attributes and calls of it stand for. What is known about live modules is in `module_types.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from ..runtime.typesystem import NONE, ClassType, InterfaceType, TupleType, Type, is_subtype
from .source import ScriptError, Span
from .special_values import IterableTree
from .values import FunctionValue, MethodValue, Operand, SimpleValue, SugaredValue, TupleValue

if TYPE_CHECKING:
    from .emitter import Emitter
    from .ir import Value


class ModuleInfo(Protocol):
    """What the compiler asks about a live module's class beyond its type."""

    @property
    def kind(self) -> str:
        """`list`, `dict`, `parameter list`, `parameter dict`, or nothing."""
        ...

    def submodule(self, name: str) -> ModuleInfo | None:
        """The same about a submodule."""
        ...

    def overloads(self, name: str) -> tuple[str, ...]:
        """The methods that stand for an overloaded one."""
        ...

    def member(self, name: str, owner: Value, emitter: Emitter, span: Span) -> SugaredValue | None:
        """Function attributes, methods that are not compiled yet, methods left to Python."""
        ...

    def why_missing(self, name: str) -> str:
        """Why an attribute of the live module has no TorchScript type."""
        ...


@dataclass(frozen=True, slots=True)
class _Entries:
    """Names and modules (or parameters) of a container."""

    keys: TupleValue
    values: TupleValue


class ModuleValue(SugaredValue):
    """A module."""

    kind = "module"

    def __init__(self, value: Value, info: ModuleInfo) -> None:
        self.value = value
        self.info = info

    def as_value(self, emitter: Emitter, span: Span) -> Value:
        return self.value

    # attributes

    def attr(self, emitter: Emitter, span: Span, name: str) -> SugaredValue:
        found = self._find(emitter, span, name)
        if found is not None:
            return found
        kind = self.value.type
        assert isinstance(kind, ClassType)
        if name in kind.properties:
            return MethodValue(self.value, (kind.properties[name].getter.name,)).call(emitter, span, ())
        raise ScriptError(f"Module '{kind.name}' has no attribute '{name}' {self.info.why_missing(name)}", span)

    def has_attr(self, emitter: Emitter, span: Span, name: str) -> bool:
        return self._find(emitter, span, name) is not None

    def set_attr(self, emitter: Emitter, span: Span, name: str, value: Value) -> None:
        SimpleValue(self.value).set_attr(emitter, span, name, value)

    def _find(self, emitter: Emitter, span: Span, name: str) -> SugaredValue | None:
        kind = self.value.type
        if isinstance(kind, InterfaceType):
            return SimpleValue(self.value).attr(emitter, span, name)
        assert isinstance(kind, ClassType)
        attribute = kind.attributes.get(name)
        if attribute is not None and _is_module(attribute.type):
            return self._submodule(emitter, name)
        if attribute is not None or name in kind.methods:
            return SimpleValue(self.value).attr(emitter, span, name)
        if name in kind.constants:
            return emitter.constant_value(kind.constants[name], span)
        found = self._iteration(emitter, span, name)
        if found is not None:
            return found
        overloads = self.info.overloads(name)
        if overloads:
            return MethodValue(self.value, overloads)
        return self.info.member(name, self.value, emitter, span)

    def _submodule(self, emitter: Emitter, name: str) -> SugaredValue:
        found = emitter.get_attribute(self.value, name)
        info = self.info.submodule(name)
        return ModuleValue(found, info) if info is not None else SimpleValue(found)

    # iteration over submodules, buffers and parameters, always unrolled

    def _iteration(self, emitter: Emitter, span: Span, name: str) -> SugaredValue | None:
        if name in ("items", "keys", "values") and self.info.kind in ("dict", "parameter dict"):
            entries = self._modules(emitter) if self.info.kind == "dict" else self._tensors(emitter, span, parameters=True)
        elif name in ("named_modules", "modules", "children", "named_children"):
            entries = self._modules(emitter)
        elif name == "named_buffers":
            entries = self._tensors(emitter, span, parameters=False)
        else:
            return None
        if name in ("modules", "named_modules"):
            pairs = list(self._nested(emitter, span, ""))
            entries = _Entries(TupleValue([key for key, _ in pairs]), TupleValue([value for _, value in pairs]))
        match name:
            case "keys":
                return IterationMethod(entries.keys)
            case "values" | "children" | "modules":
                return IterationMethod(entries.values)
            case _:
                tree = IterableTree()
                tree.add(span, entries.keys)
                tree.add(span, entries.values)
                return IterationMethod(tree)

    def _modules(self, emitter: Emitter) -> _Entries:
        kind = self.value.type
        assert isinstance(kind, ClassType)
        keys: list[SugaredValue] = []
        values: list[SugaredValue] = []
        for name, attribute in kind.attributes.items():
            if _is_module(attribute.type):
                keys.append(SimpleValue(emitter.constant(name)))
                values.append(self._submodule(emitter, name))
        return _Entries(TupleValue(keys), TupleValue(values))

    def _tensors(self, emitter: Emitter, span: Span, *, parameters: bool) -> _Entries:
        kind = self.value.type
        assert isinstance(kind, ClassType)
        keys: list[SugaredValue] = []
        values: list[SugaredValue] = []
        for name, attribute in kind.attributes.items():
            if attribute.is_parameter if parameters else attribute.is_buffer:
                keys.append(SimpleValue(emitter.constant(name)))
                values.append(SimpleValue(self.value).attr(emitter, span, name))
        return _Entries(TupleValue(keys), TupleValue(values))

    def _nested(self, emitter: Emitter, span: Span, prefix: str) -> Iterator[tuple[SugaredValue, SugaredValue]]:
        yield SimpleValue(emitter.constant(prefix)), self
        entries = self._modules(emitter)
        for key, module in zip(entries.keys.elements, entries.values.elements, strict=True):
            name = emitter.constant_of(key.as_value(emitter, span))
            if isinstance(module, ModuleValue):
                yield from module._nested(emitter, span, f"{prefix}.{name}" if prefix else str(name))

    def as_tuple_value(self, emitter: Emitter, span: Span) -> SugaredValue:
        """The submodules of a list or sequence, as a tuple."""
        if self.info.kind != "list":
            raise ScriptError("Only ModuleList or Sequential modules can be used as tuple", span)
        return self._modules(emitter).values

    def as_tuple(self, emitter: Emitter, span: Span, size: int | None = None) -> list[SugaredValue]:
        return self.as_tuple_value(emitter, span).as_tuple(emitter, span, size)

    def iter(self, emitter: Emitter, span: Span) -> SugaredValue:
        match self.info.kind:
            case "list":
                return self._modules(emitter).values
            case "dict":
                return self._modules(emitter).keys
            case "parameter list":
                return self._tensors(emitter, span, parameters=True).values
            case _:
                raise ScriptError("Only constant Sequential, ModuleList, ModuleDict, or ParameterList can be used as an iterable", span)

    def length(self, emitter: Emitter, span: Span) -> Value:
        return self.iter(emitter, span).length(emitter, span)

    def getitem(self, emitter: Emitter, span: Span, index: Value, hint: Type | None = None) -> SugaredValue:
        kind = self.info.kind
        if kind == "list":
            if hint is not None:
                return self._dynamic_item(emitter, span, index, hint)
            return self._modules(emitter).values.getitem(emitter, span, index)
        if kind == "parameter list":
            return self._tensors(emitter, span, parameters=True).values.getitem(emitter, span, index)
        if kind in ("dict", "parameter dict"):
            return self._keyed_item(emitter, span, index, hint)
        raise ScriptError("Only ModuleList, Sequential, ModuleDict, ParameterList, and ParameterDict modules are subscriptable", span)

    def _keyed_item(self, emitter: Emitter, span: Span, index: Value, hint: Type | None) -> SugaredValue:
        wanted = emitter.constant_of(index)
        if isinstance(wanted, str):
            entries = self._modules(emitter) if self.info.kind == "dict" else self._tensors(emitter, span, parameters=True)
            for key, value in zip(entries.keys.elements, entries.values.elements, strict=True):
                if emitter.constant_of(key.as_value(emitter, span)) == wanted:
                    return value
            raise ScriptError(f"Key Error, {wanted}", span)
        if hint is not None:
            return self._dynamic_item(emitter, span, index, hint)
        raise ScriptError(
            "Unable to extract string literal index. ModuleDict indexing is only supported with string literals. "
            "Enumeration of ModuleDict is supported, e.g. 'for k, v in self.items(): ...'",
            span,
        )

    def _dynamic_item(self, emitter: Emitter, span: Span, index: Value, hint: Type) -> SugaredValue:
        kind = self.value.type
        assert isinstance(kind, ClassType)
        for name, attribute in kind.attributes.items():
            if _is_module(attribute.type) and not is_subtype(attribute.type, hint):
                raise ScriptError(f"Attribute {name} is not of annotated type {hint.annotation()}", span)
        return SimpleValue(emitter.insert("prim::ModuleContainerIndex", [self.value, index], hint))

    # calls

    def call(
        self, emitter: Emitter, span: Span, arguments: Sequence[Operand], keywords: Sequence[Operand] = (), binders: int = 1
    ) -> SugaredValue:
        kind = self.value.type
        before = kind.forward_pre_hooks if isinstance(kind, ClassType) else []
        after = kind.forward_hooks if isinstance(kind, ClassType) else []
        packed: Value | None = None
        if before or after:
            packed = emitter.pack_tuple([operand.value for operand in arguments])
        if packed is not None and before:
            for hook in before:
                packed = self._call_pre_hook(emitter, span, FunctionValue(hook), packed)
            unpacked = [Operand(value) for value in emitter.unpack_tuple(packed)]
            arguments = unpacked if arguments else arguments
        result = self.attr(emitter, span, "forward").call(emitter, span, arguments, keywords, binders).as_value(emitter, span)
        for hook in after:
            assert packed is not None
            operands = [Operand(value) for value in (self.value, packed, result)]
            output = FunctionValue(hook).call(emitter, span, operands).as_value(emitter, span)
            result = output if output.type is not NONE else result
        return SimpleValue(result)

    def _call_pre_hook(self, emitter: Emitter, span: Span, hook: FunctionValue, packed: Value) -> Value:
        output = hook.call(emitter, span, [Operand(self.value), Operand(packed)]).as_value(emitter, span)
        if output.type is NONE:
            return packed
        return output if isinstance(output.type, TupleType) else emitter.pack_tuple([output])


class IterationMethod(SugaredValue):
    """`items`, `named_buffers` and the like: calling it gives the iterable."""

    kind = "method"

    def __init__(self, result: SugaredValue) -> None:
        self.result = result

    def call(
        self, emitter: Emitter, span: Span, arguments: Sequence[Operand], keywords: Sequence[Operand] = (), binders: int = 1
    ) -> SugaredValue:
        if arguments or keywords:
            raise ScriptError("iteration methods of modules take no arguments", span)
        return self.result


def _is_module(kind: Type) -> bool:
    return isinstance(kind, ClassType | InterfaceType) and kind.is_module

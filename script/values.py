"""What a name or expression stands for while a function is compiled: a value of the graph, or something that only exists at compile time.

In: the emitter of the function and the place of use. Out: nodes in the graph, or another of these. `SimpleValue` is a value of the graph;
the rest become values, calls or unrolled loops when they are used. Modules are in `module_values.py`, live Python objects in
`python_values.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..runtime.packed import CLASSES
from ..runtime.type_text import parse_type
from ..runtime.typesystem import (
    BOOL,
    DEVICE,
    INT,
    NONE,
    STR,
    TENSOR,
    ClassType,
    CustomClassType,
    DictType,
    EnumType,
    FunctionLike,
    InterfaceType,
    ListType,
    OptionalType,
    TupleType,
    Type,
    UnionType,
    is_subtype,
)
from .source import ScriptError, Span

if TYPE_CHECKING:
    from .emitter import Emitter
    from .ir import Value


@dataclass(frozen=True, slots=True)
class Operand:
    """One argument of a call: a value, the place it was written, and its name where it was given by keyword."""

    value: Value
    span: Span | None = None
    name: str = ""

    @property
    def type(self) -> Type:
        """Type of the value."""
        return self.value.type


class SugaredValue:
    """Base: everything fails with PyTorch's message; subclasses say what they can do."""

    kind = "value"

    def as_value(self, emitter: Emitter, span: Span) -> Value:
        """A value of the graph."""
        raise ScriptError(f"{self.kind} cannot be used as a value", span)

    def attr(self, emitter: Emitter, span: Span, name: str) -> SugaredValue:
        """`self.name`"""
        raise ScriptError(f"attribute lookup is not defined on {self.kind}", span)

    def has_attr(self, emitter: Emitter, span: Span, name: str) -> bool:
        """`hasattr(self, name)`"""
        raise ScriptError(f"attribute lookup is not defined on {self.kind}", span)

    def set_attr(self, emitter: Emitter, span: Span, name: str, value: Value) -> None:
        """`self.name = value`"""
        raise ScriptError(f"attribute assignment is not defined on {self.kind}", span)

    def as_tuple(self, emitter: Emitter, span: Span, size: int | None = None) -> list[SugaredValue]:
        """The elements, for unpacking into `size` targets (None where any number will do)."""
        raise ScriptError(f"{self.kind} cannot be used as a tuple", span)

    def call(
        self, emitter: Emitter, span: Span, arguments: Sequence[Operand], keywords: Sequence[Operand] = (), binders: int = 1
    ) -> SugaredValue:
        """`self(arguments, keywords)`, whose result is assigned to `binders` targets."""
        raise ScriptError(f"cannot call a {self.kind}", span)

    def iter(self, emitter: Emitter, span: Span) -> SugaredValue:
        """What a `for` loop runs over: something with `length` and `getitem`, or with a `static_length`."""
        raise ScriptError(f"{self.kind} cannot be used as an iterable", span)

    def static_length(self) -> int | None:
        """Number of items where it is known; loops over such things are unrolled."""
        return None

    def length(self, emitter: Emitter, span: Span) -> Value:
        """Number of items as a value."""
        raise ScriptError(f"'{self.kind}' object is not iterable", span)

    def getitem(self, emitter: Emitter, span: Span, index: Value, hint: Type | None = None) -> SugaredValue:
        """`self[index]`"""
        raise ScriptError(f"'{self.kind}' object is not subscriptable", span)


# attributes that are operators with one argument
_TENSOR_PROPERTIES = {
    name: f"prim::{name}"
    for name in (
        "dtype device grad data shape is_cuda is_cpu is_xla is_xpu is_sparse is_sparse_csr is_mkldnn is_mps is_mtia is_quantized "
        "is_vulkan is_ipu is_meta is_nested requires_grad layout T H is_maia itemsize nbytes ndim name"
    ).split()
} | {name: f"aten::{name}" for name in ("is_leaf", "mT", "mH", "real", "imag", "retains_grad")}
_DEVICE_PROPERTIES = {"type": "prim::type", "index": "prim::index"}
_CAST_METHODS = {
    "byte": 0, "char": 1, "short": 2, "int": 3, "long": 4, "half": 5, "float": 6, "double": 7, "cfloat": 9, "cdouble": 10,
}  # fmt: skip


class SimpleValue(SugaredValue):
    """A value of the graph."""

    __slots__ = ("value",)

    def __init__(self, value: Value) -> None:
        self.value = value

    @property
    def kind(self) -> str:  # type: ignore[override]
        """How messages call it."""
        return f"value of type '{self.value.type.annotation()}'"

    def as_value(self, emitter: Emitter, span: Span) -> Value:
        return self.value

    def has_attr(self, emitter: Emitter, span: Span, name: str) -> bool:
        kind = self.value.type
        if isinstance(kind, ClassType):
            return name in kind.methods or name in kind.attributes or name in kind.constants
        if isinstance(kind, TupleType):
            if kind.fields is not None:
                return name in kind.fields
            raise ScriptError(
                f"hasattr's first argument must be a object or NamedTuple, but got a normal Tuple {kind.annotation()} instead", span
            )
        raise ScriptError(f"hasattr's first argument must be an object or NamedTuple, got {kind.annotation()} instead", span)

    def attr(self, emitter: Emitter, span: Span, name: str) -> SugaredValue:
        kind = self.value.type
        is_tensor = is_subtype(kind, TENSOR)
        if is_tensor and name in _CAST_METHODS:
            return TensorCast(_CAST_METHODS[name], Operand(self.value, span, "self"))
        if is_tensor and name in _TENSOR_PROPERTIES:
            return SimpleValue(emitter.operator(_TENSOR_PROPERTIES[name], [self.value], None))
        if kind is DEVICE and name in _DEVICE_PROPERTIES:
            return SimpleValue(emitter.operator(_DEVICE_PROPERTIES[name], [self.value], None))
        found = self._member(emitter, span, name)
        if found is not None:
            return found
        operand = Operand(self.value, span, "self")
        found = BuiltinFunction.for_self(emitter, "aten::to", operand) if name == "type" else None
        found = found or BuiltinFunction.for_self(emitter, f"aten::{name}", operand)
        if found is not None:
            return found
        if is_tensor and name == "tolist":
            return SpecialForm("tolist", self)
        if is_tensor and name == "__getitem__":
            return SpecialForm("index", self)
        message = f"'{kind.annotation()}' object has no attribute or method '{name}'."
        if isinstance(kind, ClassType) and name in kind.class_variables:
            message += (
                f" '{name}' is defined as a class attribute which currently is not supported. "
                "Consider converting this to an instance attribute."
            )
        elif isinstance(kind, ClassType):
            message += " Did you forget to initialize an attribute in __init__()?"
        raise ScriptError(message, span)

    def _member(self, emitter: Emitter, span: Span, name: str) -> SugaredValue | None:
        """A field of a named tuple, a method, an attribute or property of an object, the name or value of an enumeration's member."""
        kind = self.value.type
        match kind:
            case TupleType(fields=fields) if fields is not None and name in fields:
                index = fields.index(name)
                position = emitter.constant(index)
                return SimpleValue(emitter.insert("prim::TupleIndex", [self.value, position], kind.elements[index]))
            case ClassType():
                if name in kind.methods:
                    return MethodValue(self.value, (name,))
                if name in kind.attributes:
                    return SimpleValue(emitter.get_attribute(self.value, name))
                if name in kind.properties:
                    return MethodValue(self.value, (kind.properties[name].getter.name,)).call(emitter, span, ())
                if kind.is_module and name in kind.constants:
                    return emitter.constant_value(kind.constants[name], span)
            case InterfaceType() if name in kind.methods:
                return MethodValue(self.value, (name,))
            case CustomClassType() if kind.qualified_name in CLASSES and name in CLASSES[kind.qualified_name].methods:
                return NativeMethodValue(self.value, name, parse_type(CLASSES[kind.qualified_name].methods[name]))
            case EnumType() if name in ("name", "value"):
                result = STR if name == "name" else kind.value_type
                return SimpleValue(emitter.insert(f"prim::Enum{name.title()}", [self.value], result))
            case _:
                pass
        return None

    def set_attr(self, emitter: Emitter, span: Span, name: str, value: Value) -> None:
        kind = self.value.type
        if not isinstance(kind, ClassType):
            raise ScriptError(f"Tried to set an attribute: {name} on a non-class: {kind.annotation()}", span)
        attribute = kind.attributes.get(name)
        if attribute is None:
            if not emitter.is_initializing(kind):
                self._set_property(emitter, span, name, value)
                return
            emitter.declare_attribute(span, kind, name, value.type)
            expected = value.type
        else:
            expected = attribute.type
        if not is_subtype(value.type, expected):
            raise ScriptError(
                f"Wrong type for attribute assignment. Expected {expected.annotation()} but got {value.type.annotation()}", span
            )
        emitter.node("prim::SetAttr", [self.value, value], (), span, name=name)

    def _set_property(self, emitter: Emitter, span: Span, name: str, value: Value) -> None:
        kind = self.value.type
        assert isinstance(kind, ClassType)
        found = kind.properties.get(name)
        if found is None:
            raise ScriptError(f"Tried to set nonexistent attribute: {name}. Did you forget to initialize it in __init__()?", span)
        if found.setter is None:
            raise ScriptError(f"Tried to set read-only attribute: {name}", span)
        MethodValue(self.value, (found.setter.name,)).call(emitter, span, [Operand(value, span)])

    def as_tuple(self, emitter: Emitter, span: Span, size: int | None = None) -> list[SugaredValue]:
        kind = self.value.type
        if isinstance(kind, TupleType):
            return [SimpleValue(value) for value in emitter.unpack_tuple(self.value)]
        if isinstance(kind, ListType):
            if size is None:
                raise ScriptError("cannot statically infer the expected size of a list in this context", span)
            node = emitter.node("prim::ListUnpack", [self.value], [kind.element] * size)
            return [SimpleValue(value) for value in node.outputs]
        raise ScriptError(f"{kind.annotation()} cannot be used as a tuple", span)

    def call(
        self, emitter: Emitter, span: Span, arguments: Sequence[Operand], keywords: Sequence[Operand] = (), binders: int = 1
    ) -> SugaredValue:
        kind = self.value.type
        if isinstance(kind, ClassType):
            name = "forward" if kind.is_module and "__call__" not in kind.methods else "__call__"
            return self.attr(emitter, span, name).call(emitter, span, arguments, keywords, binders)
        if isinstance(kind, InterfaceType) and kind.is_module:
            return self.attr(emitter, span, "forward").call(emitter, span, arguments, keywords, binders)
        return super().call(emitter, span, arguments, keywords, binders)

    def length(self, emitter: Emitter, span: Span) -> Value:
        kind = self.value.type
        if isinstance(kind, ListType) or kind is STR or is_subtype(kind, TENSOR):
            return emitter.operator("aten::len", [self.value], span)
        raise ScriptError(f"'{kind.annotation()}' object is not iterable", span)

    def getitem(self, emitter: Emitter, span: Span, index: Value, hint: Type | None = None) -> SugaredValue:
        kind = self.value.type
        if isinstance(kind, ListType | DictType) or kind is STR:
            return SimpleValue(emitter.operator("aten::__getitem__", [self.value, index], span))
        if is_subtype(kind, TENSOR):
            return SimpleValue(emitter.operator("aten::select", [self.value, emitter.constant(0), index], span))
        if isinstance(kind, ClassType):
            if kind.is_module and hint is not None:
                return SimpleValue(emitter.insert("prim::ModuleContainerIndex", [self.value, index], hint, span))
            return self.attr(emitter, span, "__getitem__").call(emitter, span, [Operand(index, span)])
        raise ScriptError(f"'{kind.annotation()}' object is not subscriptable", span)

    def iter(self, emitter: Emitter, span: Span) -> SugaredValue:
        kind = self.value.type
        if isinstance(kind, ListType) or kind is STR or is_subtype(kind, TENSOR):
            return self
        if isinstance(kind, DictType):
            return SimpleValue(emitter.operator("aten::keys", [self.value], span))
        if isinstance(kind, TupleType):
            return TupleValue([SimpleValue(value) for value in emitter.unpack_tuple(self.value)])
        raise ScriptError(f"'{kind.annotation()}' object is not iterable", span)


def simple(value: SugaredValue) -> Value | None:
    """The graph's value behind `value`, if it is one."""
    return value.value if isinstance(value, SimpleValue) else None


class BuiltinFunction(SugaredValue):
    """An operator of the table by its name, possibly bound to its first argument."""

    kind = "builtin"

    def __init__(self, name: str, bound: Operand | None = None) -> None:
        self.name = name
        self.bound = bound

    @staticmethod
    def for_self(emitter: Emitter, name: str, operand: Operand) -> BuiltinFunction | None:
        """The operator as a method of `operand`, if one of its overloads takes such a `self`."""
        return BuiltinFunction(name, operand) if emitter.accepts_self(name, operand.type) else None

    def call(
        self, emitter: Emitter, span: Span, arguments: Sequence[Operand], keywords: Sequence[Operand] = (), binders: int = 1
    ) -> SugaredValue:
        return SimpleValue(emitter.call_operator(span, self.name, arguments, keywords, self.bound))


class Cast(BuiltinFunction):
    """`int(x)`, `float(x)` and the like: `x` itself where it has the type already."""

    def __init__(self, name: str, target: Type) -> None:
        super().__init__(name)
        self.target = target

    def call(
        self, emitter: Emitter, span: Span, arguments: Sequence[Operand], keywords: Sequence[Operand] = (), binders: int = 1
    ) -> SugaredValue:
        if len(arguments) != 1 or keywords:
            return super().call(emitter, span, arguments, keywords, binders)
        kind = arguments[0].type
        if is_subtype(kind, self.target):
            return SimpleValue(arguments[0].value)
        if self.target is BOOL and (isinstance(kind, ListType | DictType) or kind is STR):
            # containers are true unless they are empty
            zero = emitter.constant(0)
            length = emitter.operator("aten::len", [arguments[0].value], span)
            return SimpleValue(emitter.operator("aten::gt", [length, zero], span))
        return super().call(emitter, span, arguments, keywords, binders)


class TensorCast(SugaredValue):
    """`x.float()` and the like."""

    kind = "Cast"

    def __init__(self, dtype: int, operand: Operand) -> None:
        self.dtype = dtype
        self.operand = operand

    def call(
        self, emitter: Emitter, span: Span, arguments: Sequence[Operand], keywords: Sequence[Operand] = (), binders: int = 1
    ) -> SugaredValue:
        if arguments or keywords:
            raise ScriptError("casts of a tensor take no arguments", span)
        dtype = Operand(emitter.constant(self.dtype, span), span, "dtype")
        return SimpleValue(emitter.call_operator(span, "aten::to", (), [self.operand, dtype]))


class MagicMethod(SugaredValue):
    """A builtin that calls a method of its first argument where that is an object: `len(x)` is `x.__len__()`."""

    kind = "magic method"

    def __init__(self, method: str, base: SugaredValue) -> None:
        self.method = method
        self.base = base

    def call(
        self, emitter: Emitter, span: Span, arguments: Sequence[Operand], keywords: Sequence[Operand] = (), binders: int = 1
    ) -> SugaredValue:
        if arguments and isinstance(arguments[0].type, ClassType):
            method = SimpleValue(arguments[0].value).attr(emitter, span, self.method)
            return method.call(emitter, span, arguments[1:], keywords, binders)
        return self.base.call(emitter, span, arguments, keywords, binders)


class MethodValue(SugaredValue):
    """A method bound to its object; several names are overloads."""

    kind = "method"

    def __init__(self, owner: Value, names: tuple[str, ...]) -> None:
        self.owner = owner
        self.names = names

    def call(
        self, emitter: Emitter, span: Span, arguments: Sequence[Operand], keywords: Sequence[Operand] = (), binders: int = 1
    ) -> SugaredValue:
        owner = self.owner.type
        assert isinstance(owner, ClassType | InterfaceType)
        if isinstance(owner, ClassType):
            schemas = [emitter.schema_of(owner.methods[name], span, "method") for name in self.names]
        else:
            schemas = [owner.methods[name] for name in self.names]
        which, match = emitter.match(schemas, span, [Operand(self.owner, span, "self"), *arguments], keywords)
        node = emitter.node("prim::CallMethod", match.inputs, match.results, span, name=self.names[which])
        return SimpleValue(node.outputs[0])


class NativeMethodValue(SugaredValue):
    """A method of a class that libtorch implements; they take no arguments."""

    kind = "method"

    def __init__(self, owner: Value, name: str, result: Type) -> None:
        self.owner = owner
        self.name = name
        self.result = result

    def call(
        self, emitter: Emitter, span: Span, arguments: Sequence[Operand], keywords: Sequence[Operand] = (), binders: int = 1
    ) -> SugaredValue:
        if arguments or keywords:
            raise ScriptError(f"{self.owner.type.annotation()}.{self.name} takes no arguments", span)
        return SimpleValue(emitter.node("prim::CallMethod", [self.owner], [self.result], span, name=self.name).outputs[0])


class FunctionValue(SugaredValue):
    """A compiled function, or several overloads of one."""

    kind = "function"

    def __init__(self, *functions: FunctionLike) -> None:
        self.functions = functions

    def call(
        self, emitter: Emitter, span: Span, arguments: Sequence[Operand], keywords: Sequence[Operand] = (), binders: int = 1
    ) -> SugaredValue:
        schemas = [emitter.schema_of(function, span, "function") for function in self.functions]
        which, match = emitter.match(schemas, span, arguments, keywords)
        return SimpleValue(emitter.call_function(self.functions[which], match, span))


class ClassValue(SugaredValue):
    """A script class: calling it makes an object."""

    kind = "class"

    def __init__(self, type: ClassType) -> None:
        self.type = type

    def call(
        self, emitter: Emitter, span: Span, arguments: Sequence[Operand], keywords: Sequence[Operand] = (), binders: int = 1
    ) -> SugaredValue:
        created = emitter.insert("prim::CreateObject", [], self.type, span)
        if "__init__" not in self.type.methods:
            raise ScriptError(f"Class {self.type.name} does not have an __init__ function defined", span)
        MethodValue(created, ("__init__",)).call(emitter, span, arguments, keywords, binders)
        return SimpleValue(created)

    def attr(self, emitter: Emitter, span: Span, name: str) -> SugaredValue:
        # printed calls of submodules with hooks name them through the class
        functions = (*self.type.forward_pre_hooks, *self.type.forward_hooks)
        hook = next((function for function in functions if function.name == name), self.type.static_methods.get(name))
        if hook is not None:
            return FunctionValue(hook)
        if name != "__new__":
            raise ScriptError(f"Tried to lookup unknown attribute on class {self.type.annotation()}", span)
        return SpecialForm("CreateObject", self)


class SpecialForm(SugaredValue):
    """A callable whose arguments are not evaluated in the usual way; `calls.py` handles each by its name."""

    kind = "special form"

    def __init__(self, form: str, owner: SugaredValue | None = None) -> None:
        self.form = form
        self.owner = owner


class TupleValue(SugaredValue):
    """A fixed number of compile-time values: iterating over it is unrolled."""

    kind = "Tuple"

    def __init__(self, elements: Sequence[SugaredValue]) -> None:
        self.elements = list(elements)

    def as_value(self, emitter: Emitter, span: Span) -> Value:
        return emitter.pack_tuple([element.as_value(emitter, span) for element in self.elements])

    def as_tuple(self, emitter: Emitter, span: Span, size: int | None = None) -> list[SugaredValue]:
        return self.elements

    def getitem(self, emitter: Emitter, span: Span, index: Value, hint: Type | None = None) -> SugaredValue:
        if index.type is not INT or not emitter.is_constant(index):
            raise ScriptError(
                "Expected integer literal for index. ModuleList/Sequential indexing is only supported with integer literals. "
                "For example, 'i = 4; self.layers[i](x)' will fail because i is not a literal. "
                "Enumeration is supported, e.g. 'for index, v in enumerate(self): out = v(inp)'",
                span,
            )
        position = emitter.constant_of(index)
        assert isinstance(position, int)
        adjusted = position + len(self.elements) if position < 0 else position
        if not 0 <= adjusted < len(self.elements):
            raise ScriptError(f"Index {position} out of range of length {len(self.elements)}", span)
        return self.elements[adjusted]

    def iter(self, emitter: Emitter, span: Span) -> SugaredValue:
        return self

    def static_length(self) -> int | None:
        return len(self.elements)

    def length(self, emitter: Emitter, span: Span) -> Value:
        return emitter.constant(len(self.elements), span)


def is_none(value: Value) -> bool | None:
    """True for a value that can only be None, False for one that never is, None where both are possible."""
    if value.type is NONE or value.node.kind == "prim::Constant" and "value" not in value.node.attributes:
        return True
    return None if isinstance(value.type, OptionalType) or isinstance(value.type, UnionType) and NONE in value.type.members else False

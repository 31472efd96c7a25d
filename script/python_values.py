"""Live Python objects as compile-time values: operators, functions to be scripted, modules, classes, enumerations, constants.

In: an object that the program names. Out: what it stands for in TorchScript, or `PythonValue`, whose every use is an error that says so.
"""

from __future__ import annotations

import cmath
import inspect
import math
import warnings
from collections import OrderedDict
from collections.abc import Callable, Sequence
from enum import Enum
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import TYPE_CHECKING, Any, cast

from ..runtime import grad_mode, scripting, surroundings
from ..runtime.device import Device
from ..runtime.dtype import DType
from ..runtime.formats import MemoryFormat
from ..runtime.layout import LayoutKind
from ..runtime.ops.namespaces import OpOverloadPacket
from ..runtime.ops.packet import Packet
from ..runtime.schema import Argument, OpSchema
from ..runtime.type_info import finfo, iinfo
from ..runtime.typesystem import NONE, TENSOR, ClassType, EnumType, InterfaceType, TupleType, Type
from . import operators
from .context_managers import SCRIPTED
from .function import Function
from .object import EnumMember
from .qualified_names import exception_name, qualified_name
from .source import ScriptError, Span
from .special_values import EnumClassValue, ExceptionValue, LegacyTensorConstructor, NamedTupleConstructor
from .values import BuiltinFunction, ClassValue, FunctionValue, Operand, SimpleValue, SpecialForm, SugaredValue

if TYPE_CHECKING:
    from .emitter import Emitter
    from .ir import Value
    from .python_resolver import PythonResolver

_COMPLEX_FUNCTIONS = (
    "isnan isfinite isinf log log10 sqrt exp sin tan cos asin acos atan sinh cosh tanh asinh acosh atanh".split()
)
# functions that are operators although they are no packets
_BUILTINS: dict[object, str] = {
    # which no program has
    finfo: "aten::finfo",
    iinfo: "aten::iinfo",
    math.ceil: "aten::ceil",
    math.copysign: "aten::copysign",
    math.erf: "aten::erf",
    math.erfc: "aten::erfc",
    math.exp: "aten::exp",
    math.expm1: "aten::expm1",
    math.fabs: "aten::fabs",
    math.floor: "aten::floor",
    math.gamma: "aten::gamma",
    math.lgamma: "aten::lgamma",
    math.log: "aten::log",
    math.log10: "aten::log10",
    math.log1p: "aten::log1p",
    math.pow: "aten::pow",
    math.sqrt: "aten::sqrt",
    math.isnan: "aten::isnan",
    math.asinh: "aten::asinh",
    math.atanh: "aten::atanh",
    math.cosh: "aten::cosh",
    math.sinh: "aten::sinh",
    math.tanh: "aten::tanh",
    math.acos: "aten::acos",
    math.asin: "aten::asin",
    math.atan: "aten::atan",
    math.atan2: "aten::atan2",
    math.cos: "aten::cos",
    math.sin: "aten::sin",
    math.tan: "aten::tan",
    math.acosh: "aten::acosh",
    math.fmod: "aten::fmod",
    math.modf: "aten::modf",
    math.factorial: "aten::factorial",
    math.frexp: "aten::frexp",
    math.isinf: "aten::isinf",
    math.isfinite: "aten::isfinite",
    math.degrees: "aten::degrees",
    math.radians: "aten::radians",
    math.ldexp: "aten::ldexp",
    math.gcd: "aten::gcd",
    math.remainder: "aten::mathremainder",
    **{getattr(cmath, name): f"aten::{name}" for name in _COMPLEX_FUNCTIONS},
    cmath.phase: "aten::angle",
    cmath.rect: "aten::polar",
    warnings.warn: "aten::warn",
    grad_mode.set_grad_enabled: "aten::set_grad_enabled",
    scripting.wait: "aten::wait",
    scripting.unwrap_optional: "aten::_unwrap_optional",
    surroundings.check: "aten::_assert",
}
_ANSWERS: dict[object, bool] = {scripting.is_scripting: True}
_SPECIAL_FORMS: dict[object, str] = {scripting.annotate: "annotate", slice: "slice", OrderedDict: "dict"}
# functions of the runtime that stand for an operator of another name
_RENAMED = {"_list_with_default": "list_with_default", "single": "_single", "pair": "_pair", "triple": "_triple"}
_LEGACY_TENSORS = {
    "ByteTensor": 0,
    "CharTensor": 1,
    "ShortTensor": 2,
    "IntTensor": 3,
    "LongTensor": 4,
    "HalfTensor": 5,
    "FloatTensor": 6,
    "DoubleTensor": 7,
    "BoolTensor": 11,
}
UNUSED_MESSAGE = "This Python function is annotated to be ignored and cannot be run"


class PythonValue(SugaredValue):
    """An object that means nothing to TorchScript."""

    def __init__(self, value: object) -> None:
        self.value = value

    @property
    def kind(self) -> str:  # type: ignore[override]
        """How messages call it."""
        return f"python value of type '{type(self.value).__name__}'"

    def as_value(self, emitter: Emitter, span: Span) -> Value:
        raise ScriptError(
            f"{self.kind} cannot be used as a value. Perhaps it is a closed over global variable? "
            "If so, please consider passing it in as an argument or use a local variable instead.",
            span,
        )


class PythonTypeValue(PythonValue):
    """A class that is none of TorchScript's; static methods can be called of one whose modules are compiled."""

    def __init__(self, value: type, scope: Scope) -> None:
        super().__init__(value)
        self.scope = scope

    def attr(self, emitter: Emitter, span: Span, name: str) -> SugaredValue:
        found = inspect.getattr_static(self.value, name, None)
        if isinstance(found, staticmethod) and self.scope.is_module_class(cast("type", self.value)):
            return self.scope.value(cast("Any", found).__func__, emitter, span)
        return super().attr(emitter, span, name)


class PythonModuleValue(SugaredValue):
    """A Python module: its attributes count as constants."""

    def __init__(self, module: ModuleType, scope: Scope) -> None:
        self.module = module
        self.scope = scope
        self.kind = "python value of type 'module'"

    def attr(self, emitter: Emitter, span: Span, name: str) -> SugaredValue:
        try:
            found = getattr(self.module, name)
        except AttributeError:
            raise ScriptError(f"object has no attribute {name}", span) from None
        return self.scope.value(found, emitter, span, is_constant=True)

    def has_attr(self, emitter: Emitter, span: Span, name: str) -> bool:
        return hasattr(self.module, name)


class AnswerValue(SugaredValue):
    """A function whose result is known when it is compiled: `is_scripting`."""

    kind = "python function"

    def __init__(self, answer: bool) -> None:
        self.answer = answer

    def call(
        self, emitter: Emitter, span: Span, arguments: Sequence[Operand], keywords: Sequence[Operand] = (), binders: int = 1
    ) -> SugaredValue:
        if arguments or keywords:
            raise ScriptError("this function takes no arguments", span)
        return SimpleValue(emitter.constant(self.answer, span))


class BooleanDispatchValue(SugaredValue):
    """A function that a constant flag selects."""

    kind = "python function"

    def __init__(self, dispatch: scripting.BooleanDispatch, scope: Scope) -> None:
        self.dispatch = dispatch
        self.scope = scope

    def call(
        self, emitter: Emitter, span: Span, arguments: Sequence[Operand], keywords: Sequence[Operand] = (), binders: int = 1
    ) -> SugaredValue:
        dispatch = self.dispatch
        flag: object = dispatch.default
        keyword = next((operand for operand in keywords if operand.name == dispatch.argument), None)
        if dispatch.index < len(arguments):
            flag = emitter.constant_of(arguments[dispatch.index].value)
            where = f"Argument for boolean dispatch at position {dispatch.index}"
        elif keyword is not None:
            flag = emitter.constant_of(keyword.value)
            where = f"Keyword argument '{dispatch.argument}' for boolean dispatch at position"
        else:
            where = ""
        if not isinstance(flag, bool):
            raise ScriptError(f"{where} was not constant", span)
        chosen = self.scope.value(dispatch.if_true if flag else dispatch.if_false, emitter, span)
        return chosen.call(emitter, span, arguments, keywords, binders)


class PythonClassValue(ClassValue):
    """A script class that was made from a live class."""

    def __init__(self, type: ClassType, python_class: type, scope: Scope) -> None:
        super().__init__(type)
        self.python_class = python_class
        self.scope = scope

    def attr(self, emitter: Emitter, span: Span, name: str) -> SugaredValue:
        if name in self.type.static_methods:
            return FunctionValue(self.type.static_methods[name])
        found = getattr(self.python_class, name, None) if name != "__new__" else None
        if found is not None:
            return self.scope.value(found, emitter, span)
        return super().attr(emitter, span, name)

    def has_attr(self, emitter: Emitter, span: Span, name: str) -> bool:
        return hasattr(self.python_class, name)


class IgnoredFunctionValue(SugaredValue):
    """A function or method that stays in Python (`ignore`), or must not be called at all (`unused`)."""

    kind = "python function"

    def __init__(self, function: Callable[..., Any], schema: OpSchema, owner: Value | None = None, *, drop: bool = False) -> None:
        self.function = function
        self.schema = schema
        self.owner = owner
        self.drop = drop

    def call(
        self, emitter: Emitter, span: Span, arguments: Sequence[Operand], keywords: Sequence[Operand] = (), binders: int = 1
    ) -> SugaredValue:
        given = list(arguments) if self.owner is None else [Operand(self.owner, span, "self"), *arguments]
        _, match = emitter.match([self._schema(binders)], span, given, keywords)
        if self.drop:
            message = emitter.constant(UNUSED_MESSAGE)
            emitter.node("prim::RaiseException", [message, emitter.constant(None)], (), span)
            return SimpleValue(emitter.insert("prim::Uninitialized", [], match.results[0]))
        made = emitter.node("prim::PythonOp", match.inputs, match.results, span, function=self.function)
        return SimpleValue(made.output)

    def _schema(self, binders: int) -> OpSchema:
        """A function without annotations gives as many tensors as its call assigns."""
        schema = self.schema
        if schema.returns:
            return schema
        result: Type = NONE if binders == 0 else TENSOR if binders == 1 else TupleType([TENSOR] * binders)
        return schema._replace(returns=(Argument("", result),))


class Scope:
    """What turns objects into values and classes into types; `recursive.py` completes it."""

    def compiled(self, function: Callable[..., Any]) -> Function:
        """The scripted form of a Python function, not compiled yet."""
        raise NotImplementedError

    def overloads(self, function: Callable[..., Any]) -> list[Function]:
        """The scripted forms of a function under each signature declared for it; none where none was declared."""
        raise NotImplementedError

    def ignored(self, function: Callable[..., Any]) -> IgnoredFunctionValue | None:
        """A function that is marked as left to Python."""
        raise NotImplementedError

    def class_type(self, kind: type) -> Type | None:
        """The script class or interface of a live class."""
        raise NotImplementedError

    def resolver(self, function: Callable[..., Any]) -> PythonResolver:
        """The names that a function sees."""
        raise NotImplementedError

    def enum_type(self, kind: type[Enum], span: Span) -> EnumType:
        """The type of an enumeration."""
        raise NotImplementedError

    def is_module_class(self, kind: type) -> bool:
        """Whether modules of this class are compiled."""
        raise NotImplementedError

    def special(self, thing: object) -> SugaredValue | None:
        """Objects of the scripting interface itself."""
        raise NotImplementedError

    def value(self, thing: object, emitter: Emitter, span: Span, *, is_constant: bool = False) -> SugaredValue:
        """What `thing` stands for; attributes of Python modules are constants, globals are not."""
        if is_constant:
            found = _constant(thing, emitter, span)
            if found is not None:
                return SimpleValue(found)
        if isinstance(thing, FunctionType):
            from .functional import SCRIPTED_FUNCTIONS

            stand_in = SCRIPTED_FUNCTIONS.get(thing)
            if stand_in is not None:
                return self.value(stand_in, emitter, span)
        found = self.special(thing) or self._known(thing, span)
        if found is not None:
            return found
        if isinstance(thing, type):
            return self._class(thing, emitter, span)
        if isinstance(thing, Enum):
            kind = self.enum_type(type(thing), span)
            return SimpleValue(emitter.constant(EnumMember.of(kind, thing.name), span, kind))
        if isinstance(thing, BuiltinFunctionType):
            raise ScriptError(f"Python builtin {thing} is currently not supported in Torchscript", span)
        if isinstance(thing, FunctionType | MethodType):
            ignored = self.ignored(thing)
            return ignored if ignored is not None else FunctionValue(*(self.overloads(thing) or [self.compiled(thing)]))
        return PythonValue(thing)

    def _known(self, thing: object, span: Span) -> SugaredValue | None:
        if isinstance(thing, Function):
            return FunctionValue(thing)
        if isinstance(thing, Packet | OpOverloadPacket):
            return BuiltinFunction(thing.name)
        if isinstance(thing, ModuleType):
            return PythonModuleValue(thing, self)
        if isinstance(thing, scripting.BooleanDispatch):
            return BooleanDispatchValue(thing, self)
        try:
            name, form, answer = _BUILTINS.get(thing), _SPECIAL_FORMS.get(thing), _ANSWERS.get(thing)
        except TypeError:
            # objects that have no hash are none of these
            return None
        if answer is not None:
            return AnswerValue(answer)
        if form is not None:
            return SpecialForm(form)
        name = name or _runtime_operator(thing)
        return BuiltinFunction(name) if name is not None else None

    def _class(self, kind: type[Any], emitter: Emitter, span: Span) -> SugaredValue:
        if issubclass(kind, BaseException):
            return ExceptionValue(exception_name(kind))
        if kind is Device:
            return BuiltinFunction("aten::device")
        if kind.__name__ in _LEGACY_TENSORS and kind.__module__.startswith("rushlight."):
            return LegacyTensorConstructor(_LEGACY_TENSORS[kind.__name__])
        if tuple in kind.__mro__ and hasattr(kind, "_fields"):
            found = emitter.resolver.type(kind.__name__, span)
            if isinstance(found, TupleType):
                return NamedTupleConstructor(found, emitter.resolver.field_defaults(found))
        if issubclass(kind, Enum):
            return EnumClassValue(self.enum_type(kind, span))
        kind = SCRIPTED.get(kind, kind)
        try:
            found = self.class_type(kind)
        except ScriptError as error:
            raise error.called_from(qualified_name(kind), span) from None
        if isinstance(found, ClassType):
            return PythonClassValue(found, kind, self)
        if isinstance(found, InterfaceType):
            raise ScriptError(f"interface {kind.__name__} cannot be used as a value", span)
        return PythonTypeValue(kind, self)


def _constant(thing: object, emitter: Emitter, span: Span) -> Value | None:
    """A constant for objects that have one."""
    if isinstance(thing, DType):
        return emitter.constant(thing.code, span)
    if isinstance(thing, bool | int | float | complex | str | None | Device) and not isinstance(thing, Enum):
        return emitter.constant(thing, span)
    if isinstance(thing, MemoryFormat | LayoutKind):
        return emitter.constant(thing.code, span)
    code = getattr(thing, "torchscript_code", None)
    if isinstance(code, int) and not isinstance(thing, type):
        return emitter.constant(code, span)
    if type(thing) is tuple:
        parts = [_constant(item, emitter, span) for item in cast("tuple[object, ...]", thing)]
        return None if None in parts else emitter.pack_tuple([part for part in parts if part is not None])
    return None


def _runtime_operator(thing: object) -> str | None:
    """The operator behind a function of the runtime: those outside of `nn` are operators with a Python front."""
    module = getattr(thing, "__module__", None)
    if not inspect.isfunction(thing) or not isinstance(module, str) or not module.startswith("rushlight.runtime."):
        return None
    name = _RENAMED.get(thing.__name__, thing.__name__)
    if module.startswith("rushlight.runtime.nn.") and name == thing.__name__:
        return None
    return f"aten::{name}" if operators.exists(f"aten::{name}") else None

"""The classes and functions of an archive, compiled from its text.

In: the outlines of source files by path, and the values of the table of constants. Out: types by qualified name; a method is parsed when
its signature is first wanted, and compiled when it is first called. `torch`, `ops`, `CONSTANTS`, `__torch__` and the other words of
archives mean something here only; Python's live names are in `python_resolver.py`. Signatures are complete in archives, so calls need no
compiled callee and names may refer to each other in circles.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Generator, Hashable, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple, cast

from ..runtime.device import Device
from ..runtime.packed import CLASSES, ROOT
from ..runtime.schema import Argument, OpSchema
from ..runtime.typesystem import (
    FLOAT,
    INT,
    NONE,
    STR,
    TENSOR,
    ClassType,
    CustomClassType,
    EnumType,
    FunctionLike,
    InterfaceType,
    TupleType,
    Type,
)
from . import syntax
from .annotations import parameter_type
from .class_shapes import Shapes
from .compiler import SelfParameter, compile_function, converted_default
from .function import Function
from .import_values import (
    CONSTANT_NAMES,
    FORMS,
    ConstantsValue,
    HistoricTorchValue,
    OperatorNamespace,
    OperatorsValue,
    QualifiedValue,
    TorchValue,
    member_of,
    table_entry,
)
from .outline import ClassOutline, FunctionOutline, Outline
from .recursion import deep
from .source import ScriptError, Span
from .special_values import EnumClassValue, NamedTupleConstructor
from .values import ClassValue, FunctionValue, SimpleValue, SpecialForm, SugaredValue

if TYPE_CHECKING:
    from .emitter import Emitter
    from .interpreter import Compiled
    from .ir import Graph

MAX_TYPE_DEPTH = 64

Definition = Type | Function
_FIRST_PARAMETER = re.compile(r"def \w+\(\w+")


class ImportedFunction(Function):
    """A function of an archive: its text gives its signature, so a call does not compile it. It is compiled when it is first run.

    Threads may call it at the same time: the one that comes first compiles it.
    """

    __slots__ = ("_importer", "_outline", "_owner")
    _schema: OpSchema | None

    def __init__(self, name: str, importer: Importer, outline: FunctionOutline, owner: ClassType | None) -> None:
        call_name = outline.name if owner is None else f"{owner.name}.{outline.name}"
        super().__init__(name, self._define_graph, call_name=call_name)
        self.place = outline.span
        self._importer = importer
        self._outline = outline
        self._owner = owner

    @property
    def schema(self) -> OpSchema:
        """Parameters and result, as the text gives them."""
        known = self._schema
        if known is None:
            with self._importer.compiling(), deep(self.call_name, lambda: self.place):
                known = self._importer.schema_of(self, self._outline, self._owner)
            self._schema = known
        return known

    @property
    def run(self) -> Callable[..., object]:
        """The compiled method on complete, checked arguments; methods of classes of one shape share a program."""
        if self._run is not None or self.is_compiled or self._owner is None:
            return super().run
        with self._importer.compiling():
            key = self._importer.method_key(self, self._owner)
            if key is None:
                return super().run
            known = self._importer.programs.get(key)
            if known is None:
                self._importer.programs[key] = Program(self._compiled(), self._outline)
                self._run = self._importer.programs[key].compiled.run(self.name)
            else:
                self._run = known.compiled.run_for(self.name, self._owner, known.moved_to(self._outline))
        return self._run

    def _compiled(self) -> Compiled:
        from .interpreter import Compiled
        from .passes.pipeline import prepare

        with deep(self.call_name, lambda: self.place):
            return Compiled(prepare(self.graph))

    @property
    def text(self) -> str | None:
        """All of its text, where that is known before it is parsed."""
        return None if self._outline.whole is None else self._outline.whole.text.rstrip()

    def compile_for(self, span: Span | None) -> None:
        """Nothing to do: a caller needs the schema only."""

    def compile(self) -> None:
        """Compile the function if that was not done yet."""
        if self.is_compiled:
            return
        with self._importer.compiling():
            super()._compile()

    def _define_graph(self, _: Function) -> None:
        self._importer.define(self, self._outline.tree(), self._owner)


class Program(NamedTuple):
    """What runs the methods of classes of one shape, and the text it was made of."""

    compiled: Compiled
    outline: FunctionOutline

    def moved_to(self, outline: FunctionOutline) -> Callable[[Span], Span]:
        """From places in the text of the program to those in another that ends alike."""
        first, second = self.outline.whole, outline.whole
        assert first is not None and second is not None

        def moved(span: Span) -> Span:
            offset = second.start + len(second.text.rstrip()) - first.start - len(first.text.rstrip())
            return span if span.source is not first.source else second.source.span(span.start + offset, span.end + offset)

        return moved


class Importer:
    """What the source files of one archive define.

    `file_of` gives the definitions of a path such as `code/__torch__/a.py`, or None; `constants` is the table behind `CONSTANTS.cN`.
    `refused` makes the exception to raise of one that says why a function does not compile.
    `upgrade` rewrites the graphs of methods for what operators meant when the archive was written; functions and hooks keep their
    present meaning, as they do in PyTorch. `historic` is the dialect of PyTorch 1.0 to 1.3; calls of the operators in `stepless` may
    leave out `steps`, which then are 100.
    """

    signs_are_operators = False

    def __init__(
        self,
        file_of: Callable[[str], Sequence[Outline] | None],
        constants: Sequence[object],
        upgrade: Callable[[Graph], object] | None = None,
        *,
        refused: Callable[[ScriptError], Exception],
        historic: bool = False,
        stepless: frozenset[str] = frozenset(),
    ) -> None:
        self.constants = constants
        self.stepless = stepless
        self.historic = historic
        self._upgrade = upgrade
        self._file_of = file_of
        self._refused = refused
        self._known: dict[str, Definition | None] = {}
        self._paths: dict[str, dict[str, Outline]] = {}
        self._unfilled: list[tuple[ClassType | InterfaceType, ClassOutline]] = []
        self._uncompiled: list[Function] = []
        self._declarations: dict[int, tuple[syntax.Expression, Type]] = {}
        self.programs: dict[tuple[Hashable, str], Program] = {}
        """The programs of methods by the shape of the class and the name."""
        self._schemas: dict[tuple[Hashable, str], OpSchema] = {}
        self._shapes = Shapes(_method_text)
        self._depth = 0
        self._lock = threading.RLock()

    # what the archive's reader asks

    def type(self, name: str, span: Span | None = None) -> Type | None:
        """The class, interface, enumeration or named tuple with this qualified name; None where there is none."""
        found = self._find(name, span)
        return found if isinstance(found, Type) else None

    def compile(self) -> None:
        """Compile all methods of all classes that were wanted, and all functions that they call."""
        while self._uncompiled:
            self._uncompiled.pop().compile()

    # what functions ask

    @contextmanager
    def compiling(self) -> Generator[None]:
        """Within the `with`, no other thread compiles anything of the archive; errors become what `refused` makes of them."""
        with self._lock:
            try:
                yield
            except ScriptError as error:
                raise self._refused(error) from error
            except MemoryError as error:
                raise self._refused(ScriptError("the code needs more memory than there is")) from error

    def method_key(self, function: Function, owner: ClassType) -> tuple[Hashable, str] | None:
        """Equal for methods of the same name of classes of one shape; None for hooks, and for a class that is like no other."""
        if owner.methods.get(function.name) is not function:
            return None
        shape = self._shapes.of_methods(owner)
        return None if shape is owner else (shape, function.name)

    def schema_of(self, function: Function, outline: FunctionOutline, owner: ClassType | InterfaceType | None) -> OpSchema:
        """The signature of a function or method."""
        key = self.method_key(function, owner) if isinstance(owner, ClassType) else None
        if key is None or owner is None:
            return self.schema(outline.tree(), owner)
        known = self._schemas.get(key)
        if known is None:
            known = self._schemas[key] = self.schema(outline.tree(), owner)
            return known
        first, *others = known.args
        return OpSchema("", function.name, "", (Argument(first.name, owner), *others), known.returns)

    def define(self, function: Function, tree: syntax.FunctionDef, owner: ClassType | None) -> None:
        """Compile a function's tree into it."""
        defaults = {parameter.name: self._literal(parameter.default) for parameter in tree.parameters if parameter.default is not None}
        sugar = SelfParameter(owner, SimpleValue) if owner is not None else None
        is_upgraded = owner is not None and owner.methods.get(tree.name) is function
        compile_function(function, tree, self, owner=sugar, defaults=defaults, rewrite=self._upgrade if is_upgraded else None)

    # what the compiler asks: see `resolver.Resolver`

    def value(self, name: str, emitter: Emitter, span: Span) -> SugaredValue | None:
        """The words of archives, and the roots of qualified names."""
        if name in FORMS:
            return SpecialForm(name)
        if name in CONSTANT_NAMES:
            return SimpleValue(emitter.constant(CONSTANT_NAMES[name], span))
        match name:
            case "torch":
                return HistoricTorchValue(self.stepless) if self.historic else TorchValue(self.stepless)
            case "ops":
                return OperatorsValue()
            case "aten" | "prim" if self.historic:
                return OperatorNamespace(name)
            case "CONSTANTS":
                return ConstantsValue(self.constants)
            case _:
                # the classes of the first archives had names without a namespace
                bare = self.definition_value(name, span) if self.historic else None
                return bare or QualifiedValue(name, self.definition_value)

    def annotation(self, tree: syntax.Expression) -> tuple[Type, int | None]:
        """The type that an annotation stands for, and the length of a list that one number may stand for."""
        return parameter_type(tree, self.type)

    def field_defaults(self, kind: TupleType) -> dict[str, object]:
        """None: archives do not keep them."""
        return {}

    def definition_value(self, name: str, span: Span) -> SugaredValue | None:
        """What a qualified name stands for in an expression; None for a name that is none yet (a part of a longer one)."""
        match self._find(name, span):
            case Function() as function:
                return FunctionValue(function)
            case ClassType() as kind:
                return ClassValue(kind)
            case EnumType() as kind:
                return EnumClassValue(kind)
            case TupleType() as kind:
                return NamedTupleConstructor(kind)
            case _:
                return None

    # definitions

    def _find(self, name: str, span: Span | None) -> Definition | CustomClassType | None:
        if name.startswith(ROOT):
            # what the archive says about them does not matter: they are libtorch's
            if name not in CLASSES:
                raise ScriptError(f"{name.removeprefix(ROOT)} is a class of libtorch that rushlight does not have", span)
            return CustomClassType(name)
        if name not in self._known:
            outline = self._outline(name)
            self._known[name] = None if outline is None else self._define(name, outline, span)
            self._fill()
        return self._known[name]

    def _outline(self, name: str) -> Outline | None:
        namespace, _, last = name.rpartition(".")
        path = f"code/{namespace.replace('.', '/')}.py"
        if path not in self._paths:
            file = self._file_of(path)
            if file is None:
                return None
            outlines: dict[str, Outline] = {}
            for definition in file:
                if definition.name in outlines:
                    raise ScriptError(f"'{namespace}.{definition.name}' is defined twice", definition.span)
                outlines[definition.name] = definition
            self._paths[path] = outlines
        return self._paths[path].get(last)

    def _define(self, name: str, outline: Outline, span: Span | None) -> Definition:
        if self._depth >= MAX_TYPE_DEPTH:
            raise ScriptError(f"types refer to each other more than {MAX_TYPE_DEPTH} levels deep", span)
        self._depth += 1
        try:
            if isinstance(outline, FunctionOutline):
                return self._function(name, outline, None)
            return self._class(name, outline)
        finally:
            self._depth -= 1

    def _class(self, name: str, outline: ClassOutline) -> Type:
        tree = outline.tree
        bases = tuple(base.identifier if isinstance(base, syntax.Name) else "" for base in tree.bases)
        match bases:
            case () | ("Module",):
                kind = ClassType(name, is_module=bases == ("Module",))
            case ("Interface",) | ("ModuleInterface",):
                kind = InterfaceType(name, is_module=bases == ("ModuleInterface",))
            case ("Enum",):
                return self._enum(name, tree)
            case ("NamedTuple",):
                elements = [self.annotation(attribute.annotation)[0] for attribute in tree.attributes]
                return TupleType(elements, name, [attribute.name for attribute in tree.attributes])
            case _:
                raise ScriptError(f"the bases of class '{name}' are none that archives have", tree.span)
        self._unfilled.append((kind, outline))
        return kind

    def _fill(self) -> None:
        """Declare the members of classes that were met, once no other class is being defined."""
        if self._depth:
            return
        while self._unfilled:
            kind, outline = self._unfilled.pop()
            self._depth += 1
            try:
                if isinstance(kind, InterfaceType):
                    kind.methods.update({method.name: self.schema(method.tree(), kind) for method in outline.methods})
                else:
                    self._members(kind, outline)
            finally:
                self._depth -= 1

    def _members(self, kind: ClassType, outline: ClassOutline) -> None:
        tree = outline.tree
        parameters, buffers = frozenset(tree.parameters), frozenset(tree.buffers)
        for attribute in tree.attributes:
            declared = self._declared(attribute.annotation)
            try:
                kind.add_attribute(attribute.name, declared, attribute.name in parameters, attribute.name in buffers)
            except ValueError as error:
                raise ScriptError(str(error), attribute.span) from None
        for constant in tree.constants:
            kind.constants[constant.name] = self._literal(constant.value)
        pre_hooks, hooks = frozenset(tree.forward_pre_hooks), frozenset(tree.forward_hooks)
        for method in outline.methods:
            function = self._function(f"{kind.qualified_name}.{method.name}", method, kind)
            if method.name in pre_hooks:
                kind.forward_pre_hooks.append(function)
            elif method.name in hooks:
                kind.forward_hooks.append(function)
            elif method.name in kind.methods:
                raise ScriptError(f"method '{method.name}' is defined twice", method.span)
            else:
                kind.methods[method.name] = function

    def _declared(self, annotation: syntax.Expression) -> Type:
        """The type of an attribute; outlines have one tree for equal spellings."""
        known = self._declarations.get(id(annotation))
        if known is None:
            known = self._declarations[id(annotation)] = annotation, self.annotation(annotation)[0]
        return known[1]

    def _function(self, name: str, outline: FunctionOutline, owner: ClassType | None) -> Function:
        function = ImportedFunction(name, self, outline, owner)
        self._uncompiled.append(function)
        return function

    def schema(self, tree: syntax.FunctionDef, owner: ClassType | InterfaceType | None) -> OpSchema:
        """The signature as the text gives it."""
        parameters = list(tree.parameters)
        arguments: list[Argument] = []
        if owner is not None:
            if not parameters:
                raise ScriptError("methods must have a self argument", tree.span)
            arguments.append(Argument(parameters.pop(0).name, owner))
        for parameter in parameters:
            kind, size = (TENSOR, None) if parameter.annotation is None else self.annotation(parameter.annotation)
            if parameter.default is None:
                arguments.append(Argument(parameter.name, kind, None, False, parameter.keyword_only, None, size))
                continue
            default = converted_default(self._literal(parameter.default), kind, size, parameter.span)
            arguments.append(Argument(parameter.name, kind, default, True, parameter.keyword_only, None, size))
        result = NONE if tree.returns is None else self.annotation(tree.returns)[0]
        return OpSchema("", tree.name, "", tuple(arguments), (Argument("", result),))

    def _enum(self, name: str, tree: syntax.ClassDef) -> EnumType:
        members = [(constant.name, self._literal(constant.value)) for constant in tree.constants]
        kinds: dict[type, Type] = {int: INT, float: FLOAT, str: STR}
        found = {kinds.get(type(value)) for _, value in members}
        if len(found) != 1 or None in found:
            raise ScriptError(f"the members of enumeration '{name}' must all be ints, floats or strings", tree.span)
        return EnumType(name, cast("Type", found.pop()), members)

    def _literal(self, tree: syntax.Expression) -> object:
        """The value of an expression that is written out: numbers, strings, tuples and lists of them. Nothing is executed."""
        match tree:
            case syntax.Constant(value):
                return value
            case syntax.Name(name) if name in CONSTANT_NAMES:
                return CONSTANT_NAMES[name]
            case syntax.TupleLiteral(elements):
                return tuple(self._literal(element) for element in elements)
            case syntax.ListLiteral(elements):
                return [self._literal(element) for element in elements]
            case syntax.Unary("-", operand):
                return _negated(self._literal(operand), tree.span)
            case syntax.Binary("+" | "-" as operator, left, right):
                return _sum(self._literal(left), self._literal(right), -1 if operator == "-" else 1, tree.span)
            case syntax.Call(syntax.Attribute(syntax.Name("torch"), "device"), (syntax.Constant(str() as text),), ()):
                return Device(text)
            case syntax.Attribute(syntax.Name("CONSTANTS"), name):
                return table_entry(self.constants, name, tree.span)
            case syntax.Attribute(owner, name):
                kind = self.annotation(owner)[0]
                return member_of(kind, name, tree.span)
            case _:
                raise ScriptError("this expression is no constant", tree.span)


def _method_text(function: FunctionLike, owner: ClassType) -> str | None:
    """The text of a method without the name of its class, which stands after the first parameter."""
    text = function.text if isinstance(function, ImportedFunction) else None
    if text is None:
        return None
    head, mark, rest = text.partition(f": {owner.qualified_name}")
    return head + rest if mark and rest[:1] in (",", ")") and _FIRST_PARAMETER.fullmatch(head) else text


def _negated(value: object, span: Span) -> object:
    if isinstance(value, int | float | complex) and not isinstance(value, bool):
        return -value
    raise ScriptError("this expression is no constant", span)


def _sum(real: object, imaginary: object, sign: int, span: Span) -> complex:
    """The two parts of a complex number, `3.-4.j`."""
    if isinstance(real, int | float) and isinstance(imaginary, complex) and imaginary.real == 0:
        return complex(real, sign * imaginary.imag)
    raise ScriptError("this expression is no constant", span)

"""The source files of an archive: every class and function that a module needs, each in the file of its qualified name.

In: the root object, and the archive's names. Out: `Code`: files in the order in which they are written, the constants they refer to,
the operators they call. Classes of objects come first, in the order in which pickling meets them; then what their text refers to, breadth
first.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from ..runtime.typesystem import ClassType, EnumType, FunctionLike, InterfaceType, TupleType, Type
from ..script.constants import type_of_constant
from ..script.object import Object
from ..script.source import ScriptError
from .code_expressions import IDENTIFIER
from .code_literals import ConstantTable, Literals, enum_literal
from .code_printer import CodePrinter
from .code_text import Mark, TextBuilder
from .naming import Names

if TYPE_CHECKING:
    from ..script.function import Function
    from ..script.ir import Graph, Node

# Classes that libtorch implements have no source
_NATIVE = "__torch__.torch.classes."


@dataclass(frozen=True, slots=True)
class CodeFile:
    """One source file: its record's path, its text, and where the text came from."""

    path: str
    text: str
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Code:
    """The sources of an archive.

    `constants` are the values of `constants.pkl`, with their types; `operators` the keys of the operators that the sources call.
    """

    files: tuple[CodeFile, ...]
    constants: tuple[object, ...]
    constant_types: tuple[Type, ...]
    operators: frozenset[str]

    def texts(self) -> dict[str, str]:
        """Text by record path."""
        return {file.path: file.text for file in self.files}


def print_code(root: Object, names: Names | None = None, classes: Iterable[ClassType] | None = None) -> Code:
    """The source files for `root`.

    `names` are those the archive's pickles use; `classes` those of the pickled objects in the order they were met, which is found by
    looking through the objects' attributes if it is not given.
    """
    printer = _Files(names or Names(), is_archive=True)
    for kind in object_classes(root) if classes is None else classes:
        printer.print(kind)
    printer.add_type(root.type)
    printer.print_pending()
    return printer.code()


def function_code(function: Function) -> tuple[str, list[object]]:
    """One function or method on its own, as `.code` shows it, and the constants it refers to."""
    files = _Files(Names())
    out = TextBuilder()
    first = function.schema.args[0].type if function.schema.args else None
    is_method = isinstance(first, ClassType) and first.methods.get(function.name) is function
    CodePrinter(out, files.literals, files).function(function, function.graph, with_first_type=not is_method)
    return out.text(), files.constants.values


def object_classes(root: object) -> list[ClassType]:
    """Classes of the objects inside `root`, itself included, each before those of its attributes."""
    found: dict[ClassType, None] = {}
    seen: set[Object] = set()
    pending = [root]
    while pending:
        value = pending.pop()
        if isinstance(value, Object):
            if value in seen:
                continue
            seen.add(value)
            found[value.type] = None
            pending.extend(reversed(list(value.slots.values())))
        elif isinstance(value, dict):
            pairs = list(cast("dict[object, object]", value).items())
            pending.extend(part for pair in reversed(pairs) for part in reversed(pair))
        elif isinstance(value, (list, tuple)):
            pending.extend(reversed(cast("list[object]", value)))
    return list(found)


class _Files:
    """Collects what has to be printed, and prints it into files."""

    def __init__(self, names: Names, *, is_archive: bool = False) -> None:
        self.names = names
        self.is_archive = is_archive
        self.constants = ConstantTable()
        self.literals = Literals(self.constants, names.annotation)
        self.operators: set[str] = set()
        self._printers: dict[str, CodePrinter] = {}
        self._known: dict[object, None] = {}
        self._order: list[Type | FunctionLike] = []
        self._printed: set[object] = set()

    def add_type(self, kind: Type) -> None:
        """Note a type and those inside of it."""
        if kind in self._known:
            return
        self._known[kind] = None
        named = isinstance(kind, (ClassType, InterfaceType, EnumType)) or (isinstance(kind, TupleType) and kind.name is not None)
        if named:
            self._order.append(kind)
        for part in kind.contained:
            self.add_type(part)

    def add_function(self, function: FunctionLike) -> str:
        """Note a function; its name in the archive."""
        if function not in self._known:
            self._known[function] = None
            self._order.append(function)
        return self._function_name(function)

    def _function_name(self, function: FunctionLike) -> str:
        return self.names.name(function, cast("Function", function).qualified_name)

    def add_operator(self, node: Node) -> None:
        """Note an operator; `ScriptError` for what no archive can hold."""
        if self.is_archive and node.kind == "prim::PythonOp":
            name = getattr(node.attributes["function"], "__name__", "function")
            raise ScriptError(
                f"Could not export Python function call '{name}'. Remove calls to Python functions before export. Did you forget to add "
                "@script or @script_method annotation? If this is a nn.ModuleList, add it to __constants__",
                node.span,
            )
        self.operators.add(node.key)

    def print_pending(self) -> None:
        """Print everything noted, and what that notes in turn."""
        index = 0
        while index < len(self._order):
            self.print(self._order[index])
            index += 1

    def print(self, thing: Type | FunctionLike) -> None:
        """Print a definition into the file of its name, once."""
        if thing in self._printed:
            return
        self._printed.add(thing)
        name = self._name(thing)
        if name.startswith(_NATIVE):
            return
        namespace, _, last = name.rpartition(".")
        printer = self._printers.get(namespace)
        if printer is None:
            printer = self._printers[namespace] = CodePrinter(TextBuilder(), self.literals, self)
        match thing:
            case ClassType():
                self._class(printer, thing, last)
            case InterfaceType():
                self._interface(printer, thing, last)
            case EnumType():
                self._enum(printer, thing, last)
            case TupleType():
                self._named_tuple(printer, thing, last)
            case Type():
                raise AssertionError(thing)
            case _:
                printer.function(thing, cast("Graph", thing.graph))

    def _name(self, thing: Type | FunctionLike) -> str:
        if isinstance(thing, (ClassType, InterfaceType, EnumType, TupleType)):
            return self.names.type_name(thing)
        assert not isinstance(thing, Type)
        return self._function_name(thing)

    def _class(self, printer: CodePrinter, kind: ClassType, name: str) -> None:
        out = printer.out
        out.span = None
        out.add(f"class {name}{'(Module)' if kind.is_module else ''}:\n")
        if kind.is_module:
            self._name_lists(printer, kind)
        for index, (attribute, declared) in enumerate(kind.attributes.items()):
            self.add_type(declared.type)
            annotation = self.literals.type_name(declared.type)
            if IDENTIFIER.match(attribute):
                out.add(f"  {attribute} : {annotation}\n")
                continue
            if index == 0:
                out.add("  __annotations__ = []\n")
            out.add(f'  __annotations__["{attribute}"] = {annotation}\n')
        for constant, value in kind.constants.items():
            # a list is no constant of the language
            fixed = _as_tuples(value)
            declared_type = type_of_constant(fixed)
            out.add(f"  {constant} : Final[{self.literals.type_name(declared_type)}] = {self.literals.text(fixed, declared_type)}\n")
        self._methods(printer, kind)

    def _name_lists(self, printer: CodePrinter, kind: ClassType) -> None:
        lists = {
            "__parameters__": [name for name, attribute in kind.attributes.items() if attribute.is_parameter],
            "__buffers__": [name for name, attribute in kind.attributes.items() if attribute.is_buffer],
            "__forward_pre_hooks__": [hook.name for hook in kind.forward_pre_hooks],
            "__forward_hooks__": [hook.name for hook in kind.forward_hooks],
        }
        for label, listed in lists.items():
            if listed or not label.endswith("hooks__"):
                quoted = "".join(f'"{name}", ' for name in listed)
                printer.out.add(f"  {label} = [{quoted}]\n")

    def _methods(self, printer: CodePrinter, kind: ClassType) -> None:
        printer.level += 1
        functions = list(kind.methods.values())
        for hook in (*kind.forward_hooks, *kind.forward_pre_hooks):
            if all(hook.name != function.name for function in functions):
                functions.append(hook)
        for function in functions:
            printer.function(function, cast("Graph", function.graph))
        printer.level -= 1
        if not functions and not kind.is_module and not kind.attributes:
            printer.out.add("  pass\n")

    def _interface(self, printer: CodePrinter, kind: InterfaceType, name: str) -> None:
        out = printer.out
        out.span = None
        out.add(f"class {name}({'ModuleInterface' if kind.is_module else 'Interface'}):\n")
        for method, schema in kind.methods.items():
            parameters = "self"
            for argument in schema.args[1:]:
                self.add_type(argument.type)
                parameters += f", {argument.name}: {self.literals.type_name(argument.type)}"
            result = schema.returns[0].type
            self.add_type(result)
            out.add(f"  def {method}({parameters}) -> {self.literals.type_name(result)}:\n    pass\n")

    def _enum(self, printer: CodePrinter, kind: EnumType, name: str) -> None:
        printer.out.span = None
        printer.out.add(f"class {name}(Enum):\n")
        for member, value in kind.members:
            printer.out.add(f"  {member} = {enum_literal(kind, value)}\n")

    def _named_tuple(self, printer: CodePrinter, kind: TupleType, name: str) -> None:
        printer.out.span = None
        printer.out.add(f"class {name}(NamedTuple):\n")
        for field, element in zip(kind.fields or (), kind.elements, strict=True):
            printer.out.add(f"  {field} : {self.literals.type_name(element)}\n")

    def code(self) -> Code:
        """Everything printed."""
        files = [
            CodeFile(f"code/{namespace.replace('.', '/')}.py", printer.out.text(), tuple(printer.out.marks))
            for namespace, printer in self._printers.items()
        ]
        table = self.constants
        return Code(tuple(files), tuple(table.values), tuple(table.types), frozenset(self.operators))


def _as_tuples(value: object) -> object:
    if isinstance(value, (list, tuple)):
        return tuple(_as_tuples(item) for item in cast("list[object]", value))
    return value

"""The expression that computes a node, in the text of archives.

In: a node, and how to refer to its inputs. Out: a piece of text. Operators of the table are calls `torch.name(...)` without the arguments
that equal their defaults; everything else has a form of its own here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, cast

from ..runtime.typesystem import (
    NONE,
    ClassType,
    CustomClassType,
    DictType,
    FunctionType,
    InterfaceType,
    ListType,
    TupleType,
    Type,
    is_subtype,
    optional,
)
from .code_literals import Literals, follows_from_members, quoted, same_constant, schema_value
from .code_text import Piece, TextBuilder

if TYPE_CHECKING:
    from ..runtime.schema import Argument
    from ..script.ir import Node
    from ..script.ir_values import Value
    from ..script.source import Span
    from .code_printer import Dependencies

IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_CALLS = {
    "aten::Int": "int",
    "aten::Float": "float",
    "aten::Complex": "complex",
    "aten::Bool": "bool",
    "aten::str": "str",
    "aten::sorted": "sorted",
    "prim::Print": "print",
}
_IMPLICIT = ("aten::ScalarImplicit", "aten::FloatImplicit", "aten::IntImplicit", "aten::ComplexImplicit")
_TWO_DOTS = {"aten::backward": "torch.autograd.backward", "aten::grad": "torch.autograd.grad"}


class ExpressionPrinter:
    """Prints nodes; `use` gives the text of a value that was printed before."""

    def __init__(self, literals: Literals, dependencies: Dependencies, use: Callable[[Value], Piece]) -> None:
        self.literals = literals
        self.dependencies = dependencies
        self.use = use

    def piece(self, node: Node, span: Span | None) -> Piece:
        """The text of the node's expression. Raises `RuntimeError` for nodes that archives cannot hold."""
        out = TextBuilder(span)
        form = _FORMS.get(node.kind)
        if form is not None:
            form(self, node, out)
        elif node.kind in _CALLS:
            out.join(self._uses(node.inputs), f"{_CALLS[node.kind]}(", ")")
        elif node.kind in _IMPLICIT:
            self._with_type(node, "annotate", out)
        else:
            self._operator(node, out)
        return out.piece()

    def _uses(self, values: Sequence[Value]) -> list[Piece]:
        return [self.use(value) for value in values]

    def _type(self, kind: Type) -> str:
        return self.literals.type_name(kind)

    def _constant(self, node: Node, out: TextBuilder) -> None:
        kind = node.output.type
        if isinstance(kind, FunctionType) or "function" in node.attributes:
            out.add(self.dependencies.add_function(node.function))
        else:
            out.add(self.literals.text(node.value, kind))

    def _with_type(self, node: Node, word: str, out: TextBuilder) -> None:
        out.add(f"{word}({self._type(node.output.type)}, ", self.use(node.input), ")")

    def _cast(self, node: Node, out: TextBuilder) -> None:
        self._with_type(node, "unchecked_cast", out)

    def _uninitialized(self, node: Node, out: TextBuilder) -> None:
        out.add(f"uninitialized({self._type(node.output.type)})")

    def _get_item(self, node: Node, out: TextBuilder) -> None:
        container, index = self._uses(node.inputs)
        simple = IDENTIFIER.match(container.text) is not None
        out.add(*(() if simple else ("(",)), container, "[" if simple else ")[", index, "]")

    def _tuple_index(self, node: Node, out: TextBuilder) -> None:
        container, index = self._uses(node.inputs)
        out.add("(", container, ")[", index, "]")

    def _tuple_slice(self, node: Node, out: TextBuilder) -> None:
        out.add("(", self.use(node.input), f")[{node.attributes['beg']}:{node.attributes['end']}]")

    def _tuple(self, node: Node, out: TextBuilder) -> None:
        kind = cast("TupleType", node.output.type)
        name = self._type(kind) if kind.name is not None else ""
        single = len(node.inputs) == 1 and not name
        out.join(self._uses(node.inputs), f"{name}(", ",)" if single else ")")

    def _list(self, node: Node, out: TextBuilder) -> None:
        kind = cast("ListType", node.output.type)
        annotated = not node.inputs or not follows_from_members(kind.element)
        before = f"annotate({self._type(kind)}, [" if annotated else "["
        out.join(self._uses(node.inputs), before, "])" if annotated else "]")

    def _dict(self, node: Node, out: TextBuilder) -> None:
        kind = cast("DictType", node.output.type)
        annotated = not node.inputs or not (follows_from_members(kind.key) and follows_from_members(kind.value))
        out.add(f"annotate({self._type(kind)}, " if annotated else "", "{")
        uses = self._uses(node.inputs)
        for index in range(0, len(uses), 2):
            out.add(", " if index else "", uses[index], ": ", uses[index + 1])
        out.add("})" if annotated else "}")

    def _create(self, node: Node, out: TextBuilder) -> None:
        name = self._type(node.output.type)
        out.add(f"{name}.__new__({name})")

    def _get_attribute(self, node: Node, out: TextBuilder) -> None:
        name = cast("str", node.attributes["name"])
        if IDENTIFIER.match(name):
            out.add(self.use(node.input), f".{name}")
        else:
            out.add("getattr(", self.use(node.input), f", {quoted(name)})")

    def _call_function(self, node: Node, out: TextBuilder) -> None:
        function, *arguments = self._uses(node.inputs)
        # the name stems from the call, wherever the function was named first
        out.add(function.text, "(")
        for argument in arguments:
            out.add(argument, ", ")
        out.add(")")

    def _call_method(self, node: Node, out: TextBuilder) -> None:
        owner, *arguments = self._uses(node.inputs)
        kind = node.inputs[0].type
        assert isinstance(kind, (ClassType, InterfaceType, CustomClassType)), f"a method of {kind} is called"
        self.dependencies.add_type(kind)
        out.add("(", owner, f").{node.attributes['name']}(")
        for argument in arguments:
            out.add(argument, ", ")
        out.add(")")

    def _unwrap(self, node: Node, out: TextBuilder) -> None:
        # of a bare None a reader could not tell the type
        inner = self.use(node.input)
        if is_subtype(node.input.type, NONE):
            out.add(f"torch._unwrap_optional(annotate({self._type(optional(node.output.type))}, ", inner, "))")
        else:
            out.add("torch._unwrap_optional(", inner, ")")

    def _is_instance(self, node: Node, out: TextBuilder) -> None:
        kinds = [self._type(kind) for kind in cast("Sequence[Type]", node.attributes["types"])]
        text = kinds[0] if len(kinds) == 1 else f"({', '.join(kinds)})"
        out.add("isinstance(", self.use(node.input), f", {text})")

    def _to_list(self, node: Node, out: TextBuilder) -> None:
        out.add(f"annotate({self._type(node.output.type)}, ", self.use(node.inputs[0]), ".tolist())")

    def _enum_value(self, node: Node, out: TextBuilder) -> None:
        out.add("(", self.use(node.input), ").value")

    def _enum_name(self, node: Node, out: TextBuilder) -> None:
        out.add("(", self.use(node.input), ").name")

    def _python_call(self, node: Node, out: TextBuilder) -> None:
        """A call left to Python: to be read by people, no archive holds one."""
        self.dependencies.add_operator(node)
        out.add(f"^{getattr(node.attributes['function'], '__name__', 'function')}()(")
        for position, value in enumerate(node.inputs):
            out.add(", " if position else "", self.use(value))
        out.add(")")

    def _operator(self, node: Node, out: TextBuilder) -> None:
        """A call of an operator, without trailing arguments that equal their defaults."""
        namespace, _, name = node.kind.partition("::")
        self.dependencies.add_operator(node)
        word = _TWO_DOTS.get(node.kind) or (f"torch.{name}" if namespace == "aten" else f"ops.{namespace}.{name}")
        out.add(f"{word}(")
        schema = node.schema
        arguments: tuple[Argument, ...] = schema.args if schema is not None else ()
        outputs = 0
        while outputs < len(arguments) and _is_out(arguments[-1 - outputs]):
            outputs += 1
        count = _needed(node, arguments[: len(arguments) - outputs], len(arguments))
        given = list(range(count)) + list(range(max(count, len(arguments) - outputs), len(arguments)))
        for position, index in enumerate(given):
            keyword = index < len(arguments) and arguments[index].keyword_only
            out.add(", " if position else "", f"{arguments[index].name}=" if keyword else "", self.use(node.inputs[index]))
        out.add(")")


def _is_out(argument: Argument) -> bool:
    return argument.keyword_only and argument.writes


def _needed(node: Node, arguments: Sequence[Argument], total: int) -> int:
    """How many of the inputs have to be written; more than the schema has are all written."""
    if node.kind == "prim::RaiseException" and not total:
        # not a row of the table: the class of the exception may be left out
        return 1 if len(node.inputs) > 1 and _is_none(node.inputs[1]) else len(node.inputs)
    if len(node.inputs) > total:
        return len(node.inputs)
    count = len(arguments)
    while count > 0:
        argument, value = arguments[count - 1], node.inputs[count - 1]
        if not argument.has_default or not value.node.is_constant:
            break
        if not same_constant(schema_value(argument.default, argument.type), value.node.value):
            break
        count -= 1
    return count


def _is_none(value: Value) -> bool:
    return value.node.is_constant and value.node.value is None


_FORMS: dict[str, Callable[[ExpressionPrinter, Node, TextBuilder], None]] = {
    "prim::Constant": ExpressionPrinter._constant,
    "prim::unchecked_cast": ExpressionPrinter._cast,
    "prim::unchecked_unwrap_optional": ExpressionPrinter._cast,
    "prim::Uninitialized": ExpressionPrinter._uninitialized,
    "aten::__getitem__": ExpressionPrinter._get_item,
    "prim::TupleIndex": ExpressionPrinter._tuple_index,
    "prim::TupleSlice": ExpressionPrinter._tuple_slice,
    "prim::TupleConstruct": ExpressionPrinter._tuple,
    "prim::ListConstruct": ExpressionPrinter._list,
    "prim::DictConstruct": ExpressionPrinter._dict,
    "prim::CreateObject": ExpressionPrinter._create,
    "prim::GetAttr": ExpressionPrinter._get_attribute,
    "prim::CallFunction": ExpressionPrinter._call_function,
    "prim::CallMethod": ExpressionPrinter._call_method,
    "aten::_unwrap_optional": ExpressionPrinter._unwrap,
    "prim::PythonOp": ExpressionPrinter._python_call,
    "prim::isinstance": ExpressionPrinter._is_instance,
    "prim::tolist": ExpressionPrinter._to_list,
    "prim::EnumValue": ExpressionPrinter._enum_value,
    "prim::EnumName": ExpressionPrinter._enum_name,
}

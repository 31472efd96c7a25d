"""Reading printed graphs back: `parse_graph(str(graph))` prints the same.

In: the text of `ir_printer.py` (or of PyTorch), and a function that knows classes by qualified name. Out: a `Graph`, or `ValueError` with
the line. Overloads are not printed, so they are chosen by the types of the inputs; functions are known by the name of their constant only.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ..runtime.schema import unquote
from ..runtime.type_matching import bind_variables, substitute
from ..runtime.type_text import parse_type
from ..runtime.typesystem import BOOL, DEVICE, FLOAT, NUMBER, EnumType, FunctionType, ListType, Type, is_subtype
from .ir import Block, Graph, Node, Value
from .object import EnumMember

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..runtime.schema import OpSchema

    Resolve = Callable[[str], "Type | None"]

_NODE = re.compile(r"(.*?) ?= ([A-Za-z_]\w*::[A-Za-z_]\w*)(\[.*\])?\(([^()]*)\)(?:, scope: [^#]*)?(?: # .*)?$")
_HEADER = re.compile(r"block\d+\((.*)\):$")
_NUMBER = re.compile(r"-?\d+")


def parse_graph(text: str, resolve: Resolve | None = None) -> Graph:
    """Read one printed graph. Its comments are skipped, so nodes have no spans."""
    return _Parser(text, resolve).graph()


class _Parser:
    def __init__(self, text: str, resolve: Resolve | None) -> None:
        self.lines = [line for line in text.splitlines() if line.strip()]
        self.position = 0
        self.resolve = resolve
        self.values: dict[str, Value] = {}
        self.result = Graph()

    def fail(self, problem: str) -> ValueError:
        return ValueError(f"graph, line {self.position}: {problem}")

    def take(self) -> str:
        if self.position >= len(self.lines):
            raise self.fail("the text ends too early")
        self.position += 1
        return self.lines[self.position - 1]

    def graph(self) -> Graph:
        header = self.take()
        while not header.endswith("):"):
            header += " " + self.take().strip()
        if not header.startswith("graph("):
            raise self.fail("expected 'graph('")
        for name, type_ in self.definitions(header[len("graph(") : -2]):
            self.define(self.result.block.param_node, name, type_)
        self.nodes(self.result.block, 2)
        ending = self.take().strip()
        if not (ending.startswith("return (") and ending.endswith(")")):
            raise self.fail("expected 'return (...)'")
        for value in self.uses(ending[len("return (") : -1]):
            self.result.add_output(value)
        return self.result

    def nodes(self, block: Block, indent: int) -> None:
        while self.position < len(self.lines):
            line = self.lines[self.position]
            body = line.strip()
            depth = len(line) - len(line.lstrip(" "))
            if depth < indent or body.startswith(("-> (", "return (")):
                return
            self.position += 1
            self.node(block, body)
            node = block.return_node.previous
            while self.position < len(self.lines) and (match := _HEADER.match(self.lines[self.position].strip())):
                self.position += 1
                inner = node.add_block()
                for name, type_ in self.definitions(match[1]):
                    self.define(inner.param_node, name, type_)
                self.nodes(inner, indent + 4)
                ending = self.take().strip()
                if not ending.startswith("-> ("):
                    raise self.fail("expected '-> (...)'")
                for value in self.uses(ending[len("-> (") : -1]):
                    inner.add_output(value)

    def node(self, block: Block, body: str) -> None:
        match = _NODE.match(body)
        if match is None:
            raise self.fail(f"cannot read {body!r}")
        outputs, kind, attributes, inputs = match.groups()
        definitions = self.definitions(outputs)
        node = self.result.create(kind, self.uses(inputs))
        block.append(node)
        for name, type_ in definitions:
            self.define(node, name, type_)
        if attributes:
            self.attributes(node, attributes[1:-1])
        self.choose_overload(node)

    def definitions(self, text: str) -> list[tuple[str, Type]]:
        """`%a : int, %b : Dict(str, int)` -> names and types."""
        found: list[tuple[str, Type]] = []
        for part in re.split(r",\s*(?=%)", text.strip()):
            if not part:
                continue
            name, colon, type_ = part.partition(" : ")
            if not colon or not name.startswith("%"):
                raise self.fail(f"cannot read the definition {part!r}")
            found.append((name[1:], self.type(type_)))
        return found

    def type(self, text: str) -> Type:
        if text == "Function":
            return FunctionType("")
        try:
            return parse_type(text, self.resolve)
        except ValueError as error:
            raise self.fail(str(error)) from None

    def define(self, node: Node, name: str, type_: Type) -> None:
        if name in self.values:
            raise self.fail(f"%{name} is defined twice")
        self.values[name] = value = node.add_output(type_)
        if not name.isdigit():
            value.name = name

    def uses(self, text: str) -> list[Value]:
        names = [part.strip()[1:] for part in text.split(",") if part.strip()]
        for name in names:
            if name not in self.values:
                raise self.fail(f"%{name} is not defined")
        return [self.values[name] for name in names]

    def attributes(self, node: Node, text: str) -> None:
        if node.kind == "prim::isinstance":
            listed = text.removeprefix("types=[").removesuffix("]")
            node.attributes["types"] = [self.type(part) for part in _split(listed)]
            return
        for part in _split(text):
            name, _, value = part.partition("=")
            node.attributes[name] = self.literal(value, node.output.type if name == "value" else None)
        if "name" in node.attributes and node.is_constant:
            node.output.type = FunctionType(str(node.attributes["name"]))

    def literal(self, text: str, type_: Type | None) -> object:
        if isinstance(type_, EnumType):
            return EnumMember.of(type_, text.rpartition(".")[2])
        if text.startswith('"'):
            if type_ is DEVICE:
                from ..runtime.device import Device

                return Device(unquote(text))
            return unquote(text)
        if text[:1] in "[(":
            element = type_.element if isinstance(type_, ListType) else None
            inner = [self.literal(part, element) for part in _split(text[1:-1])]
            return inner if text[0] == "[" else tuple(inner)
        if text in ("None", "True", "False"):
            return {"None": None, "True": True, "False": False}[text]
        if _NUMBER.fullmatch(text) and type_ is not FLOAT:
            return bool(int(text)) if type_ is BOOL else int(text)
        try:
            return complex(text) if text.endswith("j") else float(text)
        except ValueError:
            raise self.fail(f"cannot read the constant {text!r}") from None

    def choose_overload(self, node: Node) -> None:
        """Take the first overload whose schema fits the types, in PyTorch's order."""
        from ..runtime.ops.packet import packet

        found = packet(node.kind)
        for op in () if found is None else found.overloads:
            if _accepts(op.schema, node):
                node.set_operator(op.key)
                return


def _accepts(schema: OpSchema, node: Node) -> bool:
    if len(node.inputs) < len(schema.args) or (len(node.inputs) > len(schema.args) and not schema.is_vararg):
        return False
    bindings: dict[str, Type] = {}
    for argument, value in zip(schema.args, node.inputs, strict=False):
        if bind_variables(argument.type, value.type, bindings) is not None:
            return False
        formal = substitute(argument.type, bindings) or argument.type
        if not (is_subtype(value.type, formal) or (formal is NUMBER and value.type is BOOL)):
            return False
    return True


def _split(text: str) -> list[str]:
    """Split at the commas outside brackets and strings."""
    parts: list[str] = []
    depth = start = index = 0
    while index < len(text):
        character = text[index]
        if character == '"':
            index += 1
            while index < len(text) and text[index] != '"':
                index += 2 if text[index] == "\\" else 1
        elif character in "([{":
            depth += 1
        elif character in ")]}":
            depth -= 1
        elif character == "," and depth == 0:
            parts.append(text[start:index].strip())
            start = index + 1
        index += 1
    parts.append(text[start:].strip())
    return [part for part in parts if part]

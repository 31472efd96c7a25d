"""Prints the functions of an archive as TorchScript text.

In: compiled functions. Out: text that PyTorch reads, byte for byte what PyTorch prints where the graphs are equal. An expression is written
into the statement that uses it when the order of evaluation stays the same; texts of forty characters or more get a temporary. Next:
`archive_code.py`, which prints classes and arranges everything in files.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Protocol

from ..runtime.typesystem import FunctionLike, OptionalType, Type, UnionType
from ..script.source import Span
from .code_expressions import ExpressionPrinter
from .code_inlining import inlined_nodes
from .code_literals import Literals
from .code_text import Piece, TextBuilder

if TYPE_CHECKING:
    from ..script.ir import Block, Graph, Node
    from ..script.ir_values import Value

# Words that a reader gives a meaning of its own, and Python's keywords
_RESERVED = frozenset(
    "_ as aten attribute CONSTANTS fork getattr inf nan infj nanj ops __torch__ uninitialized unchecked_cast torch "
    "and assert async await break class continue def del elif else except False finally for from global if import in is lambda None "
    "nonlocal not or pass raise return True try while with yield".split()
)
# Functions that printed code calls by name: a local variable of that name would hide them
_CALLED = frozenset("range int float bool complex str print sorted isinstance annotate awaitable".split())
_NAME_END = re.compile(r"\.\d+$")
_NO_WORD = re.compile(r"[^A-Za-z0-9_]")
_LINE_LENGTH = 40
_ENDLESS = (1 << 63) - 1


class Dependencies(Protocol):
    """Where the printer notes what the text refers to."""

    def add_type(self, kind: Type) -> None:
        """A type, with those inside of it."""
        ...

    def add_function(self, function: FunctionLike) -> str:
        """A function that is called; its name in the archive."""
        ...

    def add_operator(self, node: Node) -> None:
        """An operator of the table."""
        ...


class CodePrinter:
    """Prints functions into one file; numbers of temporaries run on from function to function, as PyTorch's do."""

    def __init__(self, out: TextBuilder, literals: Literals, dependencies: Dependencies) -> None:
        self.out = out
        self.literals = literals
        self.dependencies = dependencies
        self.level = 0
        self.expressions = ExpressionPrinter(literals, dependencies, self.use)
        self._counters: dict[str, int] = {}
        self._used: set[str] = set()
        self._reset()

    def _reset(self) -> None:
        self._used.clear()
        self._names: dict[Value, str] = {}
        self._inline: dict[Value, Piece] = {}
        self._inlined: set[Node] = set()
        self._split_until: dict[Node, int] = {}
        self._annotated: set[Value] = set()
        self._listed: set[Node] = set()

    def indent(self) -> None:
        """Begin a line."""
        self.out.add("  " * self.level)

    def function(self, function: FunctionLike, graph: Graph, with_first_type: bool = True) -> None:
        """`def name(...) -> T:` with its body; a method shown on its own leaves out the type of its object."""
        self._reset()
        schema = function.schema
        self.out.span = graph.block.param_node.span
        self.indent()
        self.out.add(f"def {function.name}(")
        for index, (argument, value) in enumerate(zip(schema.args, graph.inputs, strict=True)):
            self.dependencies.add_type(argument.type)
            name = self._fresh(_identifier(argument.name))
            self.out.add(",\n    " if index else "", name)
            if index or with_first_type:
                self.out.add(f": {self.literals.type_name(argument.type)}")
            if argument.has_default:
                self.out.add(f"={self.literals.text(argument.default, argument.type)}")
            self._names[value] = name
        result = schema.returns[0].type
        self.dependencies.add_type(result)
        self.out.add(f") -> {self.literals.type_name(result)}:\n")
        self._body(graph.block)

    def _body(self, block: Block) -> None:
        """Constants that need a line, then the statements."""
        constants: list[Node] = []
        self._list_constants(block, constants)
        self._inlined |= inlined_nodes(block)
        self.level += 1
        for node in constants:
            self._node(node, with_constants=True)
        self._block(block, bool(block.outputs))
        self._node(block.return_node)
        self.level -= 1

    def _list_constants(self, block: Block, constants: list[Node]) -> None:
        """Constants in the order of their first use."""
        for node in (*block.nodes, block.return_node):
            for value in node.inputs:
                if value.node.is_constant and value.node not in self._listed:
                    self._listed.add(value.node)
                    constants.append(value.node)
            for inner in node.blocks:
                self._list_constants(inner, constants)

    def _block(self, block: Block, has_more: bool) -> None:
        if not has_more and block.first is block.return_node:
            self.indent()
            self.out.add("pass\n")
        for node in block.nodes:
            self._node(node)

    # Names

    def use(self, value: Value) -> Piece:
        """How later text refers to a value."""
        name = self._names.get(value)
        return Piece(name) if name is not None else self._inline[value]

    def _fresh(self, candidate: str) -> str:
        name = candidate
        while name in self._used or name in _RESERVED:
            count = self._counters.get(name, 0)
            self._counters[name] = count + 1
            name = f"{candidate}{count}"
        self._used.add(name)
        return name

    def _assign_names(self, values: Iterable[Value]) -> None:
        for value in values:
            candidate = _identifier(_NAME_END.sub("", value.name)) if value.has_name else "_"
            # a hidden word takes the number a used one would
            if candidate in _CALLED:
                self._used.add(candidate)
            self._names[value] = self._fresh(candidate)

    def _uses(self, values: Iterable[Value]) -> list[Piece]:
        return [self.use(value) for value in values]

    def _list(self, values: Iterable[Value], after: str = "") -> None:
        self.out.join(self._uses(values), after=after)

    # Statements

    def _node(self, node: Node, with_constants: bool = False) -> None:
        for value in (*node.inputs, *node.outputs):
            self.dependencies.add_type(value.type)
        if node.is_constant and not with_constants:
            return
        outer = self.out.span
        self.out.span = node.span or outer
        statement = _STATEMENTS.get(node.kind)
        if statement is not None:
            statement(self, node)
        else:
            self._expression(node, self.out.span)
        self.out.span = outer

    def _expression(self, node: Node, span: Span | None) -> None:
        piece = self.expressions.piece(node, span)
        is_long = len(piece) + 2 * self.level >= _LINE_LENGTH
        if node not in self._inlined or (node.is_constant and is_long):
            self._definition(node, piece)
            return
        (value,) = node.outputs
        self._inline[value] = piece
        if is_long and not node.is_constant:
            self._split(value)

    def _definition(self, node: Node, piece: Piece) -> None:
        self._assign_names(node.outputs)
        self.indent()
        if node.outputs:
            self._list(node.outputs, " = ")
        self.out.add(piece, "\n")

    def _split(self, value: Value) -> None:
        """Give `value` a line of its own, and with it everything that the same statement evaluates before."""
        split: list[Value] = []
        ((user, index),) = value.uses
        while True:
            known = self._split_until.get(user)
            for place in range(index, -1 if known is None else known, -1):
                argument = user.inputs[place]
                if argument.node in self._inlined and not argument.node.is_constant:
                    split.append(argument)
            self._split_until[user] = index
            if known is not None or user not in self._inlined:
                break
            ((user, place),) = user.output.uses
            # the use itself is still being written and cannot be split
            index = place - 1
        for argument in reversed(split):
            self._definition(argument.node, self.use(argument))

    def _assignment(self, targets: Sequence[Value], values: Sequence[Value]) -> None:
        """`a, b = c, d`; one target of a union type says its type when it is first assigned."""
        if not targets:
            return
        self.indent()
        self._list(targets)
        if len(targets) == 1 and self._needs_type(targets[0]):
            self._annotated.add(targets[0])
            self.out.add(f" : {self.literals.type_name(targets[0].type)}")
        self.out.add(" = ")
        self._list(values, "\n")

    def _needs_type(self, target: Value) -> bool:
        return isinstance(target.type, (UnionType, OptionalType)) and target not in self._annotated and target not in self._inline

    def _if(self, node: Node) -> None:
        self._assign_names(node.outputs)
        self.indent()
        self.out.add("if ", self.use(node.input), ":\n")
        for index, block in enumerate(node.blocks):
            if index:
                self.indent()
                self.out.add("else:\n")
            self.level += 1
            self._block(block, bool(node.outputs))
            self._assignment(node.outputs, block.outputs)
            self.level -= 1

    def _loop(self, node: Node) -> None:
        body = node.blocks[0]
        counter = body.inputs[0]
        trip_count, condition, *initial = node.inputs
        is_for = _is_for(node)
        self._assign_names(node.outputs)
        for inner, outer in zip(body.inputs[1:], node.outputs, strict=True):
            self._inline[inner] = self.use(outer)
        for target, value in zip(node.outputs, initial, strict=True):
            self.indent()
            typed = target.type != value.type or isinstance(target.type, UnionType | OptionalType)
            kind = f": {self.literals.type_name(target.type)}" if typed else ""
            self.out.add(self.use(target), f"{kind} = ", self.use(value), "\n")
        self._assign_names([counter])
        if is_for:
            self.indent()
            self.out.add("for ", self.use(counter), " in range(", self.use(trip_count), "):\n")
        else:
            # a while loop has no counter, so its name is free for the condition
            self._assignment([counter], [condition])
            self.indent()
            self.out.add("while ", self.use(counter), ":\n")
        skipped = 1 if is_for else 0
        self.level += 1
        self._block(body, len(body.inputs) > skipped)
        self._assignment(body.inputs[skipped:], body.outputs[skipped:])
        self.level -= 1

    def _unpack(self, node: Node) -> None:
        self._assign_names(node.outputs)
        self.indent()
        if node.outputs:
            self._list(node.outputs, ", = ")
        self._list(node.inputs, "\n")

    def _container_item(self, node: Node) -> None:
        """`item : Interface = container[index]`: which type the submodule is used as stands nowhere else."""
        self._assign_names(node.outputs)
        container, index = self._uses(node.inputs)
        self.indent()
        self._list(node.outputs, f" : {self.literals.type_name(node.output.type)} = ")
        is_simple = container.text.isidentifier()
        self.out.add(*(() if is_simple else ("(",)), container, "[" if is_simple else ")[", index, "]\n")

    def _set_attribute(self, node: Node) -> None:
        owner, value = node.inputs
        self.indent()
        self.out.add(self.use(owner), f".{node.attributes['name']} = ", self.use(value), "\n")

    def _enter(self, node: Node) -> None:
        self.indent()
        self.out.add("with ", self.use(node.input))
        if node.output.has_uses:
            self._assign_names([node.output])
            self.out.add(" as ", self.use(node.output))
        self.out.add(":\n")
        self.level += 1

    def _exit(self, node: Node) -> None:
        if node.previous.kind == "prim::Enter":
            self.indent()
            self.out.add("pass\n")
        self.level -= 1

    def _fork(self, node: Node) -> None:
        """A nested function without parameters: what it captures keeps its name."""
        from ..script.ir import Graph

        name = self._fresh("__forked_function" if node.kind == "prim::fork" else "__awaitable_function")
        graph = node.attributes["Subgraph"]
        assert isinstance(graph, Graph)
        self.indent()
        self.out.add(f"def {name}():\n")
        for inner, outer in zip(graph.inputs, node.inputs, strict=True):
            self._inline[inner] = self.use(outer)
        self._body(graph.block)
        self._definition(node, Piece(f"{node.kind.removeprefix('prim::')}({name})"))

    def _return(self, node: Node) -> None:
        if node.inputs:
            self.indent()
            self.out.add("return ")
            self._list(node.inputs, "\n")


_STATEMENTS: dict[str, Callable[[CodePrinter, Node], None]] = {
    "prim::Return": CodePrinter._return,
    "prim::If": CodePrinter._if,
    "prim::Loop": CodePrinter._loop,
    "prim::TupleUnpack": CodePrinter._unpack,
    "prim::ListUnpack": CodePrinter._unpack,
    "prim::ModuleContainerIndex": CodePrinter._container_item,
    "prim::SetAttr": CodePrinter._set_attribute,
    "prim::Enter": CodePrinter._enter,
    "prim::Exit": CodePrinter._exit,
    "prim::fork": CodePrinter._fork,
    "prim::awaitable": CodePrinter._fork,
}


def _identifier(name: str) -> str:
    text = _NO_WORD.sub("_", name)
    return f"_{text}" if not text or text[0].isdigit() else text


def _constant_of(value: Value) -> object:
    return value.node.value if value.node.is_constant else None


def _is_for(node: Node) -> bool:
    """Whether a loop was, or can be, written as `for`: its condition is always true, and it counts."""
    body = node.blocks[0]
    endless = _constant_of(node.inputs[1]) is True and _constant_of(body.outputs[0]) is True
    counts = _constant_of(node.inputs[0]) != _ENDLESS or body.inputs[0].has_uses
    if counts and not endless:
        raise RuntimeError(
            "code: a loop that counts and tests a condition has no form in TorchScript; save the graph from before optimization"
        )
    return counts

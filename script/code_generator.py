"""From a graph to Python source: one assignment per node, plain `if`, `for` and `while` for blocks.

In: a verified graph. Out: `Generated`: source, the objects its names stand for, and the span behind each line. Constants, operators,
functions, types and attribute names are entries of the table (`c3`, `f1`), never text, so nothing that a file says reaches the source.

    def run(v0, v1):
        v2 = f0(v0, v1, c0)
        for v3 in range(c1):
            v2 = f1(v2, v3)
        return v2
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast

from ..runtime.limits import check_size, step
from ..runtime.scripting import Future
from ..runtime.typesystem import (
    BOOL,
    COMPLEX,
    DEVICE,
    FLOAT,
    INT,
    NONE,
    NUMBER,
    STR,
    ClassType,
    DictType,
    FunctionLike,
    ListType,
    TupleType,
    Type,
)
from . import running
from .errors import Raised
from .function import Function
from .inline_operators import BY_POSITIVE, TEMPLATES, UNWRAPPED
from .object import Object
from .passes.loops import MAX_TRIP_COUNT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .ir import Block, Graph, Node, Value
    from .source import Span

# Python refuses more than 20 nested loops and 100 levels of indentation, TorchScript does not.
MAX_DEPTH = 15

# Values of these types hold no memory worth giving back early.
_SMALL = frozenset((INT, FLOAT, BOOL, COMPLEX, STR, NONE, NUMBER, DEVICE))


class Generated(NamedTuple):
    """Source text that defines `run`, its names, and for each line of text the span it stands for; lines of parts of `run` in `parts`.

    `callees` has the names that stand for other compiled functions, and for a method of what an attribute of the first input holds, the
    names of the attributes that lead there.
    """

    source: str
    names: dict[str, object]
    spans: list[Span | None]
    parts: range
    callees: dict[str, Callee]


class Callee(NamedTuple):
    """Another compiled function that a program calls."""

    function: FunctionLike
    path: tuple[str, ...] | None


class UnsupportedOperators(RuntimeError):
    """The graph calls operators that this runtime does not have; `names` has their keys."""

    def __init__(self, names: list[str]) -> None:
        super().__init__(f"unsupported operators: {', '.join(names)}")
        self.names = names


def generate(graph: Graph, call: Callable[[FunctionLike], Callable[..., object]], *, limited: bool = False) -> Generated:
    """Make the source of a graph. `call` gives the Python callable for another compiled function; `limited` source counts its steps."""
    return _Generator(graph, call, limited=limited).generate()


class _Table:
    """The names that generated code uses for objects."""

    def __init__(self) -> None:
        self.names: dict[str, object] = {}
        self._known: dict[tuple[str, int], str] = {}

    def name(self, prefix: str, value: object) -> str:
        known = self._known.get((prefix, id(value)))
        if known is None:
            known = self._known[prefix, id(value)] = f"{prefix}{len(self.names)}"
            self.names[known] = value
        return known


class _Lines:
    """Lines of one function, with their spans."""

    def __init__(self) -> None:
        self.text: list[str] = []
        self.spans: list[Span | None] = []

    def add(self, depth: int, text: str, span: Span | None = None) -> None:
        self.text.append(f"{' ' * depth}{text}")
        self.spans.append(span)


class _Generator:
    def __init__(self, graph: Graph, call: Callable[[FunctionLike], Callable[..., object]], *, limited: bool = False) -> None:
        self.graph = graph
        self.call = call
        self.limited = limited
        self.table = _Table()
        self.variables: dict[Value, str] = {}
        self.unsupported: dict[str, None] = {}
        self.long_integers: set[Value] = set()
        self.callees: dict[str, Callee] = {}
        self.parts: list[_Lines] = []
        self.lines = _Lines()

    def generate(self) -> Generated:
        inputs = ", ".join(map(self.variable, self.graph.inputs))
        self.lines.add(0, f"def run({inputs}):")
        self.block(self.graph.block, 1)
        results = [self.variable(value) for value in self.graph.outputs]
        self.lines.add(1, f"return {results[0] if len(results) == 1 else self.tuple_text(results)}")
        if self.unsupported:
            raise UnsupportedOperators(sorted(self.unsupported))
        text: list[str] = []
        spans: list[Span | None] = []
        for lines in (*self.parts, self.lines):
            text += lines.text
            spans += lines.spans
        parts = range(1, len(text) - len(self.lines.text) + 1)
        return Generated("\n".join(text) + "\n", self.table.names, spans, parts, self.callees)

    def variable(self, value: Value) -> str:
        """The local variable, or table entry, that holds a value."""
        known = self.variables.get(value)
        if known is not None:
            return known
        if value.node.is_constant and "function" not in value.node.attributes:
            name = self.constant(value.node.value)
        else:
            name = f"v{len(self.variables)}"
        self.variables[value] = name
        return name

    def constant(self, value: object) -> str:
        """A word of Python where the value is one, a table entry otherwise."""
        return str(value) if value is None or isinstance(value, bool) else self.table.name("c", value)

    def arguments(self, values: Iterable[Value]) -> str:
        return ", ".join(map(self.variable, values))

    def tuple_text(self, names: list[str]) -> str:
        return f"({', '.join(names)}{',' if len(names) == 1 else ''})"

    def block(self, block: Block, depth: int) -> None:
        """The nodes of a block; what is read for the last time is forgotten, so that its memory can be used again."""
        last_reads = _last_reads(block)
        before = len(self.lines.text)
        if self.limited and (block.owner is None or block.owner.kind == "prim::Loop"):
            self.lines.add(depth, f"{self.table.name('f', step)}({1 + sum(not node.is_constant for node in block.walk())})")
        for node in block.nodes:
            self.node(node, depth)
            dead = [self.variable(value) for value in last_reads.get(node, ())]
            if dead:
                self.lines.add(depth, f"del {', '.join(dead)}")
        if len(self.lines.text) == before:
            self.lines.add(depth, "pass")

    def node(self, node: Node, depth: int) -> None:
        if node.kind == "prim::Constant":
            return
        if node.blocks and depth > MAX_DEPTH:
            self.part(node, depth)
        elif node.kind == "prim::If":
            self.branches(node, depth)
        elif node.kind == "prim::Loop":
            self.loop(node, depth)
        elif node.kind == "prim::RaiseException":
            self.lines.add(depth, f"raise {self.table.name('f', Raised)}({self.arguments(node.inputs)})", node.span)
        elif node.kind == "prim::SetAttr":
            owner, value = map(self.variable, node.inputs)
            self.lines.add(depth, f"{owner}.slots[{self.constant(node.attributes['name'])}] = {value}", node.span)
        else:
            self.assign(depth, node, self.expression(node))
            if self.limited:
                self.check_sizes(depth, node)

    def check_sizes(self, depth: int, node: Node) -> None:
        """Look at the containers and strings that a node makes, and at those that it may have made longer."""
        for value in (*node.outputs, *(node.inputs[:1] if node.op is not None and node.op.writes else ())):
            if (isinstance(value.type, ListType | DictType) or value.type is STR) and (value not in node.outputs or value.has_uses):
                self.lines.add(depth, f"{self.table.name('f', check_size)}({self.variable(value)})")

    def assign(self, depth: int, node: Node, expression: str) -> None:
        """Store an expression's value in the outputs that somebody reads."""
        outputs = list(node.outputs)
        if not any(value.has_uses for value in outputs):
            self.lines.add(depth, expression, node.span)
            return
        names = [self.variable(value) if value.has_uses else "_" for value in outputs]
        self.lines.add(depth, f"{', '.join(names)}{',' if node.kind.endswith('Unpack') else ''} = {expression}", node.span)

    def branches(self, node: Node, depth: int) -> None:
        self.lines.add(depth, f"if {self.variable(node.input)}:", node.span)
        then_block, else_block = node.blocks
        self.branch(node, then_block, depth + 1)
        if else_block.first is not else_block.return_node or else_block.outputs:
            self.lines.add(depth, "else:")
            self.branch(node, else_block, depth + 1)

    def branch(self, node: Node, block: Block, depth: int) -> None:
        self.block(block, depth)
        used = [(outer, inner) for outer, inner in zip(node.outputs, block.outputs, strict=True) if outer.has_uses]
        self.move(depth, [outer for outer, _ in used], [inner for _, inner in used])

    def move(self, depth: int, targets: Iterable[Value], values: Iterable[Value]) -> None:
        pairs = [(self.variable(target), self.variable(value)) for target, value in zip(targets, values, strict=True)]
        pairs = [(target, value) for target, value in pairs if target != value]
        if pairs:
            self.lines.add(depth, f"{', '.join(target for target, _ in pairs)} = {', '.join(value for _, value in pairs)}")

    def loop(self, node: Node, depth: int) -> None:
        """A loop's outputs live in the variables of its body's inputs."""
        body = node.blocks[0]
        index, *carried = body.inputs
        for outer, inner in zip(node.outputs, carried, strict=True):
            self.variables[outer] = self.variable(inner)
        count, start = node.inputs[0], node.inputs[1]
        following = body.outputs[0]
        self.move(depth, carried, node.inputs[2:])
        if _is_true(start) and _is_true(following):
            self.lines.add(depth, f"for {self.variable(index)} in range({self.variable(count)}):", node.span)
            self.block(body, depth + 1)
            self.move(depth + 1, carried, body.outputs[1:])
            return
        condition = f"w{len(self.variables)}"
        counted = index.has_uses or not (count.node.is_constant and count.node.value == MAX_TRIP_COUNT)
        self.lines.add(depth, f"{condition} = {self.variable(start)}")
        if counted:
            self.lines.add(depth, f"{self.variable(index)} = 0")
        limit = f" and {self.variable(index)} < {self.variable(count)}" if counted else ""
        self.lines.add(depth, f"while {condition}{limit}:", node.span)
        self.block(body, depth + 1)
        self.lines.add(depth + 1, f"{condition} = {self.variable(following)}")
        self.move(depth + 1, carried, body.outputs[1:])
        if counted:
            self.lines.add(depth + 1, f"{self.variable(index)} += 1")

    def part(self, node: Node, depth: int) -> None:
        """Put a node that is nested too deeply into a function of its own."""
        free = _free_values(node)
        outer, self.lines = self.lines, _Lines()
        name = f"part{len(self.parts)}"
        # listed at once, so that a part inside of this one gets another name
        self.parts.append(self.lines)
        parameters = [self.variable(value) for value in free]
        self.lines.add(0, f"def {name}({', '.join(dict.fromkeys(parameters))}):")
        self.node(node, 1)
        results = [self.variable(value) for value in node.outputs if value.has_uses]
        self.lines.add(1, f"return {self.tuple_text(results)}")
        self.lines = outer
        call = f"{name}({', '.join(dict.fromkeys(parameters))})"
        self.lines.add(depth, f"{', '.join(results)}, = {call}" if results else call)

    def expression(self, node: Node) -> str:
        """What a node without blocks computes, as an expression."""
        arguments = self.arguments(node.inputs)
        match node.kind:
            case "prim::GetAttr":
                return f"{arguments}.slots[{self.constant(node.attributes['name'])}]"
            case "prim::CallMethod":
                return self.method_call(node, cast("str", node.attributes["name"]), arguments)
            case "prim::Enter":
                return self.method_call(node, "__enter__", arguments)
            case "prim::Exit":
                return self.method_call(node, "__exit__", f"{arguments}, None, None, None")
            case "prim::CallFunction":
                return f"{self.function(node.function)}({self.arguments(node.inputs[1:])})"
            case "prim::ListConstruct":
                return f"[{arguments}]"
            case "prim::TupleConstruct":
                return self.make_tuple(node)
            case "prim::DictConstruct":
                pairs = zip(node.inputs[::2], node.inputs[1::2], strict=True)
                return f"{{{', '.join(f'{self.variable(key)}: {self.variable(value)}' for key, value in pairs)}}}"
            case "prim::TupleUnpack" | "prim::unchecked_cast":
                return arguments
            case "prim::ListUnpack":
                return f"{self.table.name('f', running.unpack_list)}({arguments}, {len(node.outputs)})"
            case "prim::TupleIndex":
                owner, index = map(self.variable, node.inputs)
                return f"{owner}[{index}]"
            case "prim::TupleSlice":
                begin, end = cast("int", node.attributes["beg"]), cast("int", node.attributes["end"])
                return f"{arguments}[{int(begin)}:{int(end)}]"
            case "prim::Uninitialized":
                return "None"
            case "prim::EnumName":
                return f"{arguments}.name"
            case "prim::EnumValue":
                return f"{arguments}.value"
            case "prim::CreateObject":
                return f"{self.table.name('f', Object)}({self.table.name('c', node.output.type)})"
            case "prim::isinstance":
                return f"{self.table.name('f', running.is_any_type)}({arguments}, {self.table.name('c', node.attributes['types'])})"
            case "prim::Print":
                return f"{self.table.name('f', running.print_values)}({arguments})"
            case "prim::fork":
                graph = cast("Graph", node.attributes["Subgraph"])
                forked = self.function(Function(f"{node.kind}.forked", graph=graph))
                return f"{self.table.name('f', Future.of)}({', '.join([forked, *map(self.variable, node.inputs)])})"
            case "prim::PythonOp":
                return f"{self.table.name('f', running.python_call(node))}({arguments})"
            case "prim::ModuleContainerIndex":
                return f"{self.table.name('f', running.container_item)}({arguments})"
            case "prim::tolist":
                return f"{self.table.name('f', running.tolist)}({arguments})"
            case _:
                return self.operator(node, arguments)

    def make_tuple(self, node: Node) -> str:
        type_ = cast("TupleType", node.output.type)
        if type_.fields is None:
            return self.tuple_text([self.variable(value) for value in node.inputs])
        return f"{self.table.name('f', running.named_tuple_class(type_))}({self.arguments(node.inputs)})"

    def method_call(self, node: Node, name: str, arguments: str) -> str:
        type_ = node.inputs[0].type
        if isinstance(type_, ClassType) and name in type_.methods:
            return f"{self.function(type_.methods[name], _path(node.inputs[0], self.graph))}({arguments})"
        return f"{self.table.name('f', running.call_method)}({self.constant(name)}, {arguments})"

    def function(self, function: FunctionLike, path: tuple[str, ...] | None = None) -> str:
        """The table entry of another compiled function."""
        name = self.table.name("f", function)
        if name not in self.callees:
            self.callees[name] = Callee(function, path)
            self.table.names[name] = resolving(self.table.names, name, function, self.call)
        return name

    def wraps_later(self, node: Node) -> bool:
        """Whether an integer may stay as long as it is, until those who read it wrap theirs; not if it was made of such a one."""
        if node.key not in UNWRAPPED or not self.long_integers.isdisjoint(node.inputs):
            return False
        readers = node.outputs[0].uses
        return bool(readers) and all(use.node.key in UNWRAPPED for use in readers)

    def operator(self, node: Node, arguments: str) -> str:
        op = node.op
        if op is None:
            self.unsupported[node.key] = None
            return "None"
        run = op.callable()
        if node.key in ("aten::tensor", "aten::as_tensor.list"):
            run = running.tensor_of_list(run, cast("ListType", node.inputs[0].type))
        if op.schema.is_vararg or len(node.inputs) == len(op.schema.args):
            template = TEMPLATES.get(node.key)
            if template is None:
                return f"{self.table.name('f', run)}({arguments})"
            if node.key in BY_POSITIVE and node.inputs[1].node.is_constant and cast("int", node.inputs[1].node.value) > 0:
                template = BY_POSITIVE[node.key]
            elif self.wraps_later(node):
                self.long_integers.add(node.outputs[0])
                template = UNWRAPPED[node.key]
            called = self.table.name("f", run) if "{f}" in template else ""
            return template.format(*map(self.variable, node.inputs), f=called)
        raise ValueError(f"{node.key}: takes {len(op.schema.args)} arguments but its node has {len(node.inputs)}")


def resolving(
    names: dict[str, object], name: str, function: FunctionLike, call: Callable[[FunctionLike], Callable[..., object]]
) -> Callable[..., object]:
    """Calls `function` and puts its callable into the table, so that functions are compiled when they are first reached."""

    def resolve(*arguments: object) -> object:
        run = names[name] = call(function)
        return run(*arguments)

    return resolve


def _path(value: Value, graph: Graph) -> tuple[str, ...] | None:
    """The attributes that lead from the graph's first input to a value; None where others do."""
    names: list[str] = []
    while value.node.kind == "prim::GetAttr":
        names.append(cast("str", value.node.attributes["name"]))
        value = value.node.input
    return tuple(reversed(names)) if graph.inputs and value is graph.inputs[0] else None


def _is_true(value: Value) -> bool:
    return value.node.is_constant and value.node.value is True


def _last_reads(block: Block) -> dict[Node, list[Value]]:
    """For nodes of the block: the values defined in it that nothing after the node reads."""
    reads: dict[Node, list[Value]] = {}
    for node in block.nodes:
        if node.is_constant:
            continue
        for value in node.outputs:
            if value.has_uses and not _is_small(value.type):
                last = max((_ancestor(use.node, block) for use in value.uses), key=lambda reader: reader.order)
                if last is not block.return_node:
                    reads.setdefault(last, []).append(value)
    return reads


def _ancestor(node: Node, block: Block) -> Node:
    """The node of `block` that is `node` or holds it."""
    while node.block is not block:
        assert node.block is not None and node.block.owner is not None
        node = node.block.owner
    return node


def _is_small(type_: Type) -> bool:
    return type_ in _SMALL or (isinstance(type_, ListType) and type_.element in _SMALL) or isinstance(type_, ClassType)


def _free_values(node: Node) -> list[Value]:
    """What a node and its blocks read that is defined outside, except constants."""
    inside, readers = {node}, [node]
    _collect(node, inside, readers)
    reads = dict.fromkeys(value for reader in readers for value in reader.inputs)
    return [value for value in reads if value.node not in inside and not value.node.is_constant]


def _collect(node: Node, inside: set[Node], readers: list[Node]) -> None:
    for block in node.blocks:
        inside.add(block.param_node)
        for inner in block.nodes:
            inside.add(inner)
            readers.append(inner)
            if inner.blocks:
                _collect(inner, inside, readers)
        readers.append(block.return_node)

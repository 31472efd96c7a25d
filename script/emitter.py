"""The state of one function being compiled, and the small steps that everything above is made of: nodes, constants, calls of operators.

In: requests from `values.py` and from the emitters that are built on this class (`conditions.py`, `literals.py`, `indexing.py`,
`calls.py`, `expressions.py`, `statements.py`, in this order; `compiler.py` is the last). Out: nodes at the insertion point, in the order
PyTorch makes them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from enum import Enum
from typing import TYPE_CHECKING, Any, cast

from ..runtime.schema import Argument, OpSchema
from ..runtime.type_matching import bind_variables, substitute
from ..runtime.typesystem import ClassType, EnumType, FunctionType, ListType, TupleType, Type, is_subtype
from . import operators
from .environment import Environment
from .ir import Block, Graph, Node, Value
from .matching import Match, convert, match_schemas
from .object import EnumMember
from .source import ScriptError, Span
from .values import Operand, SimpleValue, SugaredValue

if TYPE_CHECKING:
    from ..runtime.typesystem import FunctionLike
    from .function import Function
    from .resolver import Resolver
    from .syntax import Expression, Statement


class LoopStatus(Enum):
    """What `break` and `continue` mean at a place."""

    NONE = "outside of loops"
    LOOP = "in a loop"
    UNROLLED = "in a loop that is unrolled"


class Emitter(ABC):
    """One function being compiled: its graph, the place where the next node goes, the names in scope."""

    def __init__(self, function: Function, resolver: Resolver) -> None:
        self.function = function
        self.resolver = resolver
        self.graph = Graph()
        self.environment = Environment(self, self.graph.block, None)
        self.loop = LoopStatus.NONE
        # blocks that always leave the function, by identity
        self.exits: set[int] = set()
        self._literals: dict[tuple[type, str], Value] = {}
        self._temporaries = 0

    # what the emitters above provide

    @abstractmethod
    def expression(self, tree: Expression, hint: Type | None = None) -> Value:
        """Emit an expression whose result is a value of the graph."""

    @abstractmethod
    def sugared(self, tree: Expression, binders: int = 1, hint: Type | None = None) -> SugaredValue:
        """Emit an expression."""

    @abstractmethod
    def statements(self, body: Sequence[Statement]) -> None:
        """Emit statements up to the first that leaves the function."""

    def type_of(self, tree: Expression) -> Type:
        """The type that an annotation stands for."""
        return self.resolver.annotation(tree)[0]

    # where nodes go

    @property
    def block(self) -> Block:
        """The block that the next node goes into."""
        block = self.graph.insertion.block
        assert block is not None
        return block

    @contextmanager
    def frame(self, block: Block) -> Generator[Environment]:
        """Insert at the end of `block`, with a frame of its own for names."""
        environment = self.environment = Environment(self, block, self.environment)
        try:
            with self.graph.insert_point(block):
                yield environment
        finally:
            assert environment.outer is not None
            self.environment = environment.outer

    def temporary(self, prefix: str) -> str:
        """A name that no program has."""
        self._temporaries += 1
        return f"{prefix}{self._temporaries - 1}"

    def node(
        self, kind: str, inputs: Sequence[Value] = (), types: Sequence[Type] = (), span: Span | None = None, **attributes: object
    ) -> Node:
        """A node at the insertion point, with one output per type."""
        return self.graph.insert(self.graph.create(kind, inputs, types, attributes, span))

    def insert(self, kind: str, inputs: Sequence[Value], result: Type, span: Span | None = None, **attributes: object) -> Value:
        """The output of a node that has one."""
        return self.graph.emit(kind, inputs, result, attributes, span)

    # constants

    def constant(self, value: Any, span: Span | None = None, kind: Type | None = None) -> Value:
        """A constant; `kind` where the value does not say it (an empty list, the None of an Optional)."""
        return self.graph.constant(value, kind, span)

    def literal(self, value: float | complex, span: Span) -> Value:
        """A number of the program's text: one node per value, at the front of the graph, where PyTorch's compiler puts them."""
        key = type(value), repr(value)
        found = self._literals.get(key)
        if found is None:
            with self.graph.insert_point(self.graph.block.first):
                found = self._literals[key] = self.constant(value, span)
        return found

    def is_constant(self, value: Value) -> bool:
        """Whether the value is known now."""
        return value.node.kind == "prim::Constant" and not isinstance(value.type, FunctionType)

    def constant_of(self, value: Value) -> object:
        """The known value, None where it is not known (or known to be None)."""
        return value.node.attributes.get("value") if self.is_constant(value) else None

    def default(self, argument: Argument, *, spread: bool) -> Value:
        """The default of a parameter; functions `spread` a number that stands for a list where they are called, operators have the list."""
        value: object = argument.default
        kind = argument.type
        if spread and argument.list_size is not None and isinstance(value, tuple) and isinstance(kind, ListType):
            items = cast("tuple[object, ...]", value)
            if items and len(set(items)) == 1:
                return self.make_list(kind.element, [self.constant(items[0])] * len(items))
        if isinstance(value, tuple) and isinstance(kind, ListType):
            return self.constant(list(cast("tuple[object, ...]", value)), None, kind)
        return self.constant(value, None, kind if isinstance(value, EnumMember) else None)

    def constant_value(self, value: object, span: Span) -> SugaredValue:
        """A constant attribute: tuples are made of their elements."""
        return SimpleValue(self._constant_tree(value, span))

    def _constant_tree(self, value: object, span: Span) -> Value:
        if isinstance(value, tuple):
            return self.pack_tuple([self._constant_tree(item, span) for item in cast("tuple[object, ...]", value)])
        return self.constant(value, span, value.type if isinstance(value, EnumMember) else None)

    def enum_member(self, kind: EnumType, name: str) -> EnumMember:
        """The value of an enumeration's member."""
        return EnumMember.of(kind, name)

    # containers

    def make_list(self, element: Type, values: Sequence[Value]) -> Value:
        """A list of the values."""
        return self.insert("prim::ListConstruct", values, ListType(element))

    def pack_tuple(self, values: Sequence[Value], kind: TupleType | None = None) -> Value:
        """A tuple of the values."""
        return self.insert("prim::TupleConstruct", values, kind or TupleType(value.type for value in values))

    def unpack_tuple(self, value: Value) -> list[Value]:
        """The elements of a tuple; those of one just made are its inputs."""
        if value.node.kind == "prim::TupleConstruct":
            return list(value.node.inputs)
        kind = value.type
        assert isinstance(kind, TupleType)
        return list(self.node("prim::TupleUnpack", [value], kind.elements).outputs)

    # attributes

    def get_attribute(self, owner: Value, name: str) -> Value:
        """`owner.name` for a declared attribute of an object."""
        kind = owner.type
        assert isinstance(kind, ClassType)
        found = self.insert("prim::GetAttr", [owner], kind.attributes[name].type, None, name=name)
        found.name = name if name.isidentifier() else f"_{name}"
        return found

    def is_initializing(self, kind: ClassType) -> bool:
        """Whether the function is the `__init__` of this class, where assignments declare attributes."""
        inputs = self.graph.inputs
        return self.function.name == "__init__" and bool(inputs) and inputs[0].type is kind

    def declare_attribute(self, span: Span, kind: ClassType, name: str, attribute: Type) -> None:
        """The first assignment of an attribute in `__init__`."""
        if _contains(attribute, kind):
            raise ScriptError(
                f"Assignment to attribute '{name}' cannot be of a type that contains class '{kind.annotation()}'.\n"
                "Classes that recursively contain instances of themselves are not yet supported",
                span,
            )
        if self.block is not self.graph.block:
            raise ScriptError("First assignment cannot be in a control-flow block. Initialize the field at the top level first", span)
        kind.add_attribute(name, attribute)

    # calls

    def convert(self, span: Span, target: Type, value: Value, *, implicit: bool) -> Value:
        """`value` turned into `target` as far as TorchScript does that unasked."""
        return convert(self, span, target, value, implicit=implicit)

    def match(
        self, schemas: Sequence[OpSchema], span: Span, arguments: Sequence[Operand], keywords: Sequence[Operand] = ()
    ) -> tuple[int, Match]:
        """The schema that takes the arguments."""
        return match_schemas(self, schemas, span, arguments, keywords)

    def operator(self, name: str, inputs: Sequence[Value], span: Span | None) -> Value:
        """A call of an operator with positional arguments."""
        return self.call_operator(span, name, [Operand(value, span) for value in inputs])

    def call_operator(
        self, span: Span | None, name: str, arguments: Sequence[Operand], keywords: Sequence[Operand] = (), bound: Operand | None = None
    ) -> Value:
        """A call of the operator `name`, whose overload the arguments choose."""
        place = span if span is not None else self.function.place
        candidates = operators.candidates(name)
        written = operators.written(name)
        if not candidates and not written:
            raise operators.unknown(name, place)
        schemas = [*(op.schema for op in candidates), *(function.schema for function in written)]
        which, match = match_schemas(self, schemas, place, arguments, keywords, bound)
        if which >= len(candidates):
            return written[which - len(candidates)].body(self, span, match.inputs)
        made = self.node(candidates[which].key, match.inputs, match.results, span)
        if len(match.results) == 1:
            return made.outputs[0]
        names = tuple(result.name for result in match.schema.returns)
        fields = names if names and all(names) else None
        return self.pack_tuple(made.outputs, TupleType((value.type for value in made.outputs), None, fields))

    def accepts_self(self, name: str, kind: Type) -> bool:
        """Whether an overload of the operator takes a first argument `self` of this type."""
        for op in (*operators.candidates(name), *operators.written(name)):
            formal = next((argument.type for argument in op.schema.args if argument.name == "self"), None)
            bindings: dict[str, Type] = {}
            if formal is None or bind_variables(formal, kind, bindings) is not None:
                continue
            concrete = substitute(formal, bindings)
            if concrete is not None and is_subtype(kind, concrete):
                return True
        return False

    def schema_of(self, function: FunctionLike, span: Span, word: str) -> OpSchema:
        """The schema of a function, which is compiled for it."""
        compiled = cast("Function", function)
        if compiled.is_compiling:
            raise ScriptError(f"{word} '{compiled.name}' is called recursively. Recursive calls are not supported", span)
        compiled.compile_for(span)
        return compiled.schema

    def call_function(self, function: FunctionLike, match: Match, span: Span) -> Value:
        """A call of a compiled function."""
        compiled = cast("Function", function)
        return self.graph.call_function(compiled, compiled.qualified_name, match.inputs, match.results[0], span)

    def tuple_schema(self, kind: TupleType, defaults: dict[str, object]) -> OpSchema:
        """The parameters of a class of named tuples."""
        assert kind.fields is not None
        pairs = zip(kind.fields, kind.elements, strict=True)
        arguments = tuple(Argument(name, element, defaults.get(name), name in defaults) for name, element in pairs)
        return OpSchema("", kind.name or "", "", arguments, (Argument("", kind),))


def _contains(kind: Type, wanted: Type) -> bool:
    return is_subtype(kind, wanted) or any(_contains(part, wanted) for part in kind.contained)

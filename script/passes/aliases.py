"""Which values may share memory, and which of it a graph writes.

In: a graph in SSA form. Out: `Aliases`, asked by the passes that join or drop values. The analysis takes no account of order (Steensgaard,
1996): a value belongs to a cell, cells of what may be the same memory are united, and each has one cell for all that it contains. What
comes from outside, from another function or from an operator that is not known lies in one cell, `world`, which contains itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ...runtime.typesystem import (
    BOOL,
    COMPLEX,
    DEVICE,
    FLOAT,
    INT,
    NONE,
    NUMBER,
    STR,
    TENSOR,
    DictType,
    EnumType,
    FunctionType,
    ListType,
    OptionalType,
    TupleType,
    Type,
    UnionType,
    VarType,
)
from ..ir import Graph, Node, Value

if TYPE_CHECKING:
    from ...runtime.schema import AliasSet, OpSchema

# what a write through a value of some type can change
_TENSORS, _CONTAINERS, _ANYTHING = "tensors", "containers", "anything"


class _Cell:
    """Memory; a united cell points to the one that stands for both."""

    __slots__ = ("content", "escapes", "parent", "written")

    def __init__(self) -> None:
        self.parent: _Cell | None = None
        self.content: _Cell | None = None
        self.written: set[str] = set()
        self.escapes = False

    def find(self) -> _Cell:
        found = self
        while found.parent is not None:
            found = found.parent
        cell = self
        while cell.parent is not None:
            cell.parent, cell = found, cell.parent
        return found

    def contents(self) -> _Cell:
        """The cell of what this one contains."""
        cell = self.find()
        if cell.content is None:
            cell.content = _Cell()
        return cell.content.find()


def _unite(first: _Cell, second: _Cell) -> None:
    pending = [(first, second)]
    while pending:
        one, other = (cell.find() for cell in pending.pop())
        if one is other:
            continue
        other.parent = one
        one.written |= other.written
        one.escapes |= other.escapes
        if one.content is None:
            one.content = other.content
        elif other.content is not None:
            pending.append((one.content, other.content))


def _kind(type_: Type) -> str:
    if isinstance(type_, OptionalType):
        return _kind(type_.element)
    if type_ is TENSOR:
        return _TENSORS
    return _CONTAINERS if isinstance(type_, ListType | DictType) else _ANYTHING


class Aliases:
    """What may share memory in `graph`; made anew after the graph was changed in other ways than by joining equal values."""

    def __init__(self, graph: Graph) -> None:
        self.world = _Cell()
        self.world.content = self.world
        self.world.escapes = True
        self.cells: dict[Value, _Cell] = {}
        for value in graph.inputs:
            self._join(value, self.world)
        for node in graph.walk():
            self._node(node)
        for value in graph.outputs:
            cell = self._cell(value)
            while cell is not None and not cell.escapes:
                cell.escapes = True
                cell = None if cell.content is None else cell.content.find()

    # asking

    def is_written(self, value: Value) -> bool:
        """Whether the graph may write the value's memory, or that of what it contains."""
        cell = self.cells.get(value)
        if cell is None:
            return False
        cell = cell.find()
        kind = _kind(value.type)
        if cell.written and (kind is _ANYTHING or not cell.written.isdisjoint((kind, _ANYTHING))):
            return True
        if kind is _TENSORS:
            return False
        seen: set[_Cell] = set()
        while cell.content is not None and (cell := cell.content.find()) not in seen:
            if cell.written:
                return True
            seen.add(cell)
        return False

    def escapes(self, value: Value) -> bool:
        """Whether somebody outside can get hold of the value: callers, callees and objects that live longer."""
        cell = self.cells.get(value)
        return cell is not None and cell.find().escapes

    # building

    def _cell(self, value: Value) -> _Cell | None:
        found = self.cells.get(value)
        if found is None:
            if not _holds_memory(value.type):
                return None
            found = self.cells[value] = _Cell()
        return found.find()

    def _join(self, value: Value, cell: _Cell) -> None:
        mine = self._cell(value)
        if mine is not None:
            _unite(cell, mine)

    def _same(self, one: Value, other: Value) -> None:
        cell = self._cell(one)
        if cell is not None:
            self._join(other, cell)

    def _hold(self, container: Value, element: Value) -> None:
        cell = self._cell(container)
        if cell is not None:
            self._join(element, cell.contents())

    def _write(self, value: Value) -> None:
        cell = self._cell(value)
        if cell is not None:
            cell.written.add(_kind(value.type))

    def _node(self, node: Node) -> None:
        match node.kind:
            case "prim::If":
                for block in node.blocks:
                    for outer, inner in zip(node.outputs, block.outputs, strict=True):
                        self._same(outer, inner)
            case "prim::Loop":
                body = node.blocks[0]
                for start, carried, following, outer in zip(node.inputs[2:], body.inputs[1:], body.outputs[1:], node.outputs, strict=True):
                    for value in (carried, following, outer):
                        self._same(start, value)
            case "prim::ListConstruct" | "prim::TupleConstruct" | "prim::DictConstruct":
                for value in node.inputs:
                    self._hold(node.output, value)
            case "prim::TupleUnpack" | "prim::TupleIndex" | "prim::ListUnpack" | "prim::GetAttr":
                for value in node.outputs:
                    self._hold(node.inputs[0], value)
            case "prim::TupleSlice":
                self._share_contents(node.inputs, node.outputs)
            case "prim::unchecked_cast" | "aten::_unwrap_optional":
                self._same(node.inputs[0], node.output)
            case "prim::SetAttr":
                self._write(node.inputs[0])
                self._hold(node.inputs[0], node.inputs[1])
            case "prim::CreateObject" | "prim::Uninitialized" | "prim::Print" | "prim::RaiseException" | "prim::isinstance":
                pass
            case _:
                self._operator(node)

    def _share_contents(self, sources: Sequence[Value], targets: Sequence[Value]) -> None:
        for source in sources:
            for target in targets:
                one, other = self._cell(source), self._cell(target)
                if one is not None and other is not None:
                    _unite(one.contents(), other.contents())

    def _operator(self, node: Node) -> None:
        op = node.op
        if op is None or op.schema.is_vararg or node.blocks or len(node.inputs) != len(op.schema.args):
            # a constant, a call, or an operator that is not known
            for value in (*node.inputs, *node.outputs):
                self._join(value, self.world)
            if not node.is_constant:
                self.world.find().written.add(_ANYTHING)
            return
        if op.random and node.outputs:
            # out of training, dropout gives back what it was given
            self._same(node.inputs[0] if node.inputs else node.outputs[0], node.outputs[0])
        self._annotated(node, op.schema)

    def _annotated(self, node: Node, schema: OpSchema) -> None:
        named: dict[str, _Cell] = {}
        starred = False
        for value, argument in zip(node.inputs, schema.args, strict=True):
            starred |= self._bind(value, argument.alias, named)
        for value, result in zip(node.outputs, schema.returns, strict=len(node.outputs) == len(schema.returns)):
            starred |= self._bind(value, result.alias, named)
        if starred or any(_is_generic(argument.type) for argument in schema.args):
            # elements go from one container to another, or come out of one
            for value in (*node.inputs[1:], *node.outputs):
                self._mingle(node.inputs[0], value)

    def _bind(self, value: Value, alias: AliasSet | None, named: dict[str, _Cell]) -> bool:
        """Unite a value with what its alias set names; true if the set says that it can be in any container."""
        cell = self._cell(value)
        if alias is None or cell is None:
            return False
        starred = "*" in alias.before or "*" in alias.after
        for name in dict.fromkeys((*alias.before, *alias.after)):
            if name != "*":
                _unite(named.setdefault(name, cell), cell)
        if alias.is_written:
            self._write(value)
        inner = alias.contained
        if inner is not None:
            for name in dict.fromkeys((*inner.before, *inner.after)):
                if name != "*":
                    _unite(named.setdefault(name, cell.contents()), cell.contents())
            starred |= "*" in inner.before or "*" in inner.after
            if inner.is_written:
                cell.contents().written.add(_ANYTHING)
        return starred

    def _mingle(self, container: Value, value: Value) -> None:
        """The value may be in the container, or contain what that contains."""
        cell, other = self._cell(container), self._cell(value)
        if cell is None or other is None:
            return
        content = cell.contents()
        if str(value.type) == str(container.type):
            _unite(content, other.contents())
            return
        _unite(content, other)
        if value.type is not TENSOR:
            # lists of elements, lists of pairs with elements, elements that are lists: all one
            _unite(content, content.contents())


def _holds_memory(type_: Type) -> bool:
    """Whether values of the type can be changed in place, or hold what can."""
    if isinstance(type_, TupleType | OptionalType | UnionType):
        return any(map(_holds_memory, type_.contained))
    return not isinstance(type_, EnumType | FunctionType) and type_ not in _PLAIN


_PLAIN = frozenset((INT, FLOAT, BOOL, COMPLEX, STR, NONE, NUMBER, DEVICE))


def _is_generic(type_: Type) -> bool:
    """Whether an argument's type has a variable: the operator takes lists or dicts of anything."""
    return isinstance(type_, VarType) or any(map(_is_generic, type_.contained))

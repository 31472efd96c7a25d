"""Subscripts: tensors by integers, slices, None, `...` and tensors; lists, dictionaries, tuples, strings and containers of modules.

In: the tree of a subscript, or an already emitted tensor with its indices. Out: `aten::select`, `aten::slice`, `aten::unsqueeze`,
`aten::index` in PyTorch's order, or the container's own operator. Next: `emit_calls.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import EllipsisType

from ..runtime.typesystem import INT, NONE, TENSOR, ListType, TupleType, Type, is_subtype, optional
from . import syntax
from .emit_literals import LiteralEmitter
from .ir import Value
from .matching import convertible_to_list
from .module_values import ModuleValue
from .source import ScriptError, Span
from .special_values import SliceValue
from .syntax import Expression
from .values import Operand, SimpleValue, SugaredValue, TupleValue

_OPTIONAL_TENSOR = optional(TENSOR)
_INT64 = 4


@dataclass(slots=True)
class _Index:
    """One index of a tensor: where it applies, and the value or slice object it is (neither for slices as such and `...`)."""

    dim: int = 0
    value: Value | None = None
    slice: SliceValue | None = None


def _is_ellipsis(tree: Expression) -> bool:
    return isinstance(tree, syntax.Constant) and isinstance(tree.value, EllipsisType)


class IndexingEmitter(LiteralEmitter):
    """Reading through subscripts."""

    def subscript(self, tree: syntax.Subscript, hint: Type | None) -> SugaredValue:
        """`value[indices]`"""
        owner = self.sugared(tree.value)
        place = tree.value.span
        if len(tree.indices) != 1:
            return SimpleValue(self._multidimensional(tree.span, owner.as_value(self, place), tree.indices))
        index = tree.indices[0]
        if isinstance(index, syntax.Slice):
            if isinstance(owner, ModuleValue):
                modules = owner.as_tuple(self, place)
                return TupleValue(modules[self._bounds(place, self._parts(index))])
            return SimpleValue(self._basic_slice(tree.span, owner.as_value(self, place), index))
        sliceable = owner.as_value(self, place)
        found = self.sugared(index)
        if isinstance(found, SliceValue):
            dim = self.constant(0, place) if is_subtype(sliceable.type, TENSOR) else None
            return SimpleValue(self._slice(place, sliceable, dim, (found.start, found.stop, found.step)))
        if is_subtype(sliceable.type, TENSOR) and not isinstance(sliceable.type, TupleType):
            return SimpleValue(self._multidimensional(tree.span, sliceable, tree.indices, found))
        position = found.as_value(self, place)
        if isinstance(sliceable.type, TupleType):
            return SimpleValue(self._tuple_index(tree.span, owner.as_value(self, place), position))
        return owner.getitem(self, tree.span, position, hint)

    # tensors

    def _multidimensional(self, span: Span, tensor: Value, indices: Sequence[Expression], only: SugaredValue | None = None) -> Value:
        if not is_subtype(tensor.type, TENSOR):
            raise ScriptError("Unsupported operation: attempted to use multidimensional indexing on a non-tensor type", span)
        sliced, tensors = self.basic_indexing(span, tensor, indices, only)
        return self.index_by(span, sliced, tensors) if tensors else sliced

    def index_by(self, span: Span, tensor: Value, tensors: Sequence[Value]) -> Value:
        """`aten::index`"""
        return self.operator("aten::index", [tensor, self.make_list(_OPTIONAL_TENSOR, tensors)], span)

    def basic_indexing(
        self, span: Span, tensor: Value, trees: Sequence[Expression], only: SugaredValue | None = None
    ) -> tuple[Value, list[Value]]:
        """Apply integers, slices and None; what is left are the tensors to index by, with None for dimensions that have none.

        Dimensions count from the left up to an ellipsis and from the right after it. `only` is a single index that was emitted already.
        """
        indices = [_Index() for _ in trees]
        dim = 0
        ellipsis = len(trees)
        for place, tree in enumerate(trees):
            if _is_ellipsis(tree):
                ellipsis = place
                break
            dim = self._place(span, tree, indices[place], dim, 1, only)
        dim = -1
        for place in range(len(trees) - 1, ellipsis, -1):
            if _is_ellipsis(trees[place]):
                raise ScriptError("An index can only have a single ellipsis ('...')", span)
            dim = self._place(span, trees[place], indices[place], dim, -1, None)
        return self._apply(span, tensor, trees, indices)

    def _place(self, span: Span, tree: Expression, index: _Index, dim: int, step: int, emitted: SugaredValue | None) -> int:
        """Emit one index that is no slice, and give the dimension of the next."""
        index.dim = dim
        if isinstance(tree, syntax.Slice):
            return dim + step
        found = emitted if emitted is not None else self.sugared(tree)
        if isinstance(found, SliceValue):
            index.slice = found
            return dim + step
        value = found.as_value(self, tree.span)
        if isinstance(value.type, ListType):
            dtype = Operand(self.constant(_INT64), span, "dtype")
            value = self.call_operator(None, "aten::tensor", [Operand(value, span)], [dtype])
        index.value = value
        forward = step > 0
        if value.type is NONE:
            return dim + 1 if forward else dim
        if value.type is INT:
            return dim if forward else dim - 1
        if not is_subtype(value.type, _OPTIONAL_TENSOR):
            raise ScriptError(
                f"Unsupported operation: indexing tensor with unsupported index type '{value.type.annotation()}'. "
                "Only ints, slices, lists and tensors are supported",
                span,
            )
        if not forward:
            raise ScriptError("Ellipses followed by tensor indexing is currently not supported", span)
        return dim + 1

    def _apply(self, span: Span, tensor: Value, trees: Sequence[Expression], indices: list[_Index]) -> tuple[Value, list[Value]]:
        tensors: dict[int, Value] = {}
        for tree, index in zip(trees, indices, strict=True):
            value = index.value
            if value is None:
                tensor = self._apply_slice(span, tensor, tree, index)
            elif value.type is NONE:
                tensor = self.operator("aten::unsqueeze", [tensor, self.constant(index.dim, span)], span)
            elif value.type is INT:
                tensor = self.operator("aten::select", [tensor, self.constant(index.dim, span), value], span)
            else:
                tensors[index.dim] = value
        size = max(tensors, default=-1) + 1
        return tensor, [tensors[dim] if dim in tensors else self.constant(None) for dim in range(size)]

    def _apply_slice(self, span: Span, tensor: Value, tree: Expression, index: _Index) -> Value:
        if _is_ellipsis(tree):
            return tensor
        dim = self.constant(index.dim, span)
        if index.slice is not None:
            return self._slice(span, tensor, dim, (index.slice.start, index.slice.stop, index.slice.step))
        assert isinstance(tree, syntax.Slice)
        return self._slice(span, tensor, dim, self._parts(tree))

    # slices

    def _parts(self, tree: syntax.Slice) -> tuple[Value | None, Value | None, Value | None]:
        lower = self.expression(tree.lower) if tree.lower is not None else None
        upper = self.expression(tree.upper) if tree.upper is not None else None
        return lower, upper, self.expression(tree.step) if tree.step is not None else None

    def _basic_slice(self, span: Span, sliceable: Value, tree: syntax.Slice) -> Value:
        dim = self.constant(0, span) if is_subtype(sliceable.type, TENSOR) else None
        return self._slice(span, sliceable, dim, self._parts(tree))

    def _slice(self, span: Span, sliceable: Value, dim: Value | None, parts: tuple[Value | None, Value | None, Value | None]) -> Value:
        if isinstance(sliceable.type, TupleType):
            return self._slice_tuple(span, sliceable, parts)
        start, stop, step = parts
        step = step if step is not None else self.constant(1, span)
        operands = [Operand(sliceable, span, "self")]
        if dim is not None:
            operands.append(Operand(dim, span))
        for name, part in (("start", start), ("end", stop), ("step", step)):
            operands.append(Operand(part if part is not None else self.constant(None, span), span, name))
        return self.call_operator(span, "aten::slice", operands)

    def _slice_tuple(self, span: Span, value: Value, parts: tuple[Value | None, Value | None, Value | None]) -> Value:
        kind = value.type
        assert isinstance(kind, TupleType)
        chosen = list(range(len(kind.elements)))[self._bounds(span, parts)]
        items = [self.insert("prim::TupleIndex", [value, self.constant(place)], kind.elements[place]) for place in chosen]
        return self.pack_tuple(items)

    def _bounds(self, span: Span, parts: tuple[Value | None, Value | None, Value | None]) -> slice:
        """A slice that is known at compile time."""
        bounds: list[int | None] = []
        for part in parts:
            known = self.constant_of(part) if part is not None else None
            if part is not None and known is None and part.type is not NONE or isinstance(known, bool) or not isinstance(known, int | None):
                raise ScriptError("tuple slice indices must be integer constants", span)
            bounds.append(known)
        return slice(*bounds)

    # tuples

    def _tuple_index(self, span: Span, value: Value, index: Value) -> Value:
        kind = value.type
        assert isinstance(kind, TupleType)
        if index.type is not INT:
            raise ScriptError("tuple index must be an integer", span)
        known = self.constant_of(index)
        if not isinstance(known, int):
            if not kind.elements or not convertible_to_list(kind, ListType(kind.elements[0])):
                raise ScriptError(
                    f"Cannot index into a {kind.annotation()} with a non-integer literal because we cannot resolve the output type", span
                )
            return self.insert("prim::TupleIndex", [value, index], kind.elements[0])
        adjusted = known + len(kind.elements) if known < 0 else known
        if not 0 <= adjusted < len(kind.elements):
            raise ScriptError(f"Tuple index out of range. Tuple is length {len(kind.elements)} and index is {known}", span)
        return self.insert("prim::TupleIndex", [value, index], kind.elements[adjusted])

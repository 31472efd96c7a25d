"""einsum: products of several tensors summed over the dimensions that an equation leaves out.

In: an equation like `bij,bjk->bik`, where a letter names a dimension and `...` stands for any that are broadcast. Out: a tensor with
the dimensions right of the arrow. Operands are contracted in pairs, each pair as one batch of matrix products.
"""
from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ...layout import Layout
from ...promotion import promote_types
from ...tensor import Tensor
from ..plans import Plans
from ..shape.reshaping import reshaped
from ..shape.views import permuted
from ..table import composite
from .matrix import bmm, mm

Labels = list[str]
"""The name of each dimension: a letter, or a number for one that an ellipsis covers (0 is the last)."""


@composite("einsum(str equation, Tensor[] tensors, *, int[]? path=None) -> Tensor")
def einsum(equation: str, tensors: Sequence[Tensor], path: Sequence[int] | None) -> Tensor:
    """The sums of products that `equation` describes; `path` lists the pairs of operands to contract, in order."""
    if not tensors:
        raise RuntimeError("einsum(): must provide at least one operand")
    if len(tensors) == 2 and path is None:
        left, right = tensors
        key = (equation, left.layout.shape, right.layout.shape)
        plan = _plans.get(key, _UNKNOWN)
        if plan is _UNKNOWN:
            plan = _plans[key] = _pair_plan(equation, tensors)
        if plan is not None and left.dtype is right.dtype:
            return plan.run(right, left) if plan.swapped else plan.run(left, right)
    inputs, output = _parse(equation, [tensor.ndim for tensor in tensors])
    operands = [_without_repeats(tensor, labels) for tensor, labels in zip(tensors, inputs, strict=True)]
    _check_sizes(operands)
    remaining = list(path) if path is not None else [0, 1] * (len(operands) - 1)
    wanted_length = 2 * (len(operands) - 1)
    if len(remaining) != wanted_length:
        raise RuntimeError(f"einsum(): expected path to have size {wanted_length}, a pair for each contraction, but got {len(remaining)}")
    for at in range(0, len(remaining), 2):
        one, two = sorted(remaining[at : at + 2])
        if not 0 <= one < two < len(operands):
            raise RuntimeError(f"einsum(): invalid contraction path, got the pair ({one}, {two}) for {len(operands)} operands")
        right, left = operands.pop(two), operands.pop(one)
        wanted = {*output, *(label for _, labels in operands for label in labels)}
        # as PyTorch: the result of the first pair is the left operand of the next
        operands.insert(0 if path is None else len(operands), _contract(left, right, wanted))
    # a sum of one operand alone is a sum as `sum` makes it: in int64 for smaller integers
    tensor, labels = operands[0]
    rest = [at for at, label in enumerate(labels) if label not in output]
    if rest:
        tensor, labels = tensor.sum(rest), [label for label in labels if label in output]
    return _arranged(tensor, labels, output)


class _PairPlan:
    """The product of two operands whose dimensions need neither sums nor repetition: one batch of matrix products."""

    __slots__ = ("order", "orders", "shape", "shapes", "swapped")

    def __init__(
        self, swapped: bool, orders: Sequence[Sequence[int]], shapes: Sequence[Sequence[int]], shape: Sequence[int], order: Sequence[int]
    ) -> None:
        self.swapped = swapped
        """Whether the second operand comes first."""
        self.orders = [None if [*one] == sorted(one) else [*one] for one in orders]
        """How each operand is permuted first; None where it is not."""
        self.shapes = shapes
        """Rows and columns of each operand, after the count of matrices if there is more than one."""
        self.shape = [*shape]
        self.order = None if [*order] == sorted(order) else [*order]

    def run(self, *operands: Tensor) -> Tensor:
        one, two = [
            reshaped(tensor if order is None else _over(tensor, permuted(tensor.layout, order)), shape)
            for tensor, order, shape in zip(operands, self.orders, self.shapes)
        ]
        product = reshaped((mm if len(self.shapes[0]) == 2 else bmm)(one, two), self.shape)
        return product if self.order is None else _over(product, permuted(product.layout, self.order))


def _over(tensor: Tensor, layout: Layout) -> Tensor:
    return Tensor(tensor.memory, layout, tensor.dtype)


_UNKNOWN: Any = object()
_plans = Plans[tuple[Any, ...], "_PairPlan | None"]()


def _pair_plan(equation: str, tensors: Sequence[Tensor]) -> _PairPlan | None:
    """What the equation means for these shapes; None where it takes more than a `_PairPlan`, errors included."""
    try:
        (left, right), output = _parse(equation, [tensor.ndim for tensor in tensors])
    except RuntimeError:
        return None
    size = dict(zip(right, tensors[1].layout.shape)) | dict(zip(left, tensors[0].layout.shape))
    plain = len({*left}) == len(left) and len({*right}) == len(right) and all(
        size[label] == known for label, known in zip(right, tensors[1].layout.shape)
    )
    if not plain or any(label not in output and (label in left) != (label in right) for label in size):
        return None
    batch, depth, rows, columns = _roles(left, right, {*output})
    # as in PyTorch, whose results' strides show it: rows are those whose dimensions come first in the result
    swapped = bool(rows and columns) and min(map(output.index, columns)) < min(map(output.index, rows))
    if swapped:
        left, right, rows, columns = right, left, columns, rows
    count, height, length, width = (math.prod(size[label] for label in labels) for labels in (batch, rows, depth, columns))
    matrices = [count] if batch else []
    product = [*batch, *rows, *columns]
    return _PairPlan(
        swapped, ([left.index(label) for label in (*batch, *rows, *depth)], [right.index(label) for label in (*batch, *depth, *columns)]),
        ((*matrices, height, length), (*matrices, length, width)),
        [size[label] for label in product], [product.index(label) for label in output],
    )


def _roles(left: Labels, right: Labels, wanted: set[str]) -> tuple[Labels, Labels, Labels, Labels]:
    """Labels of the batch, of what is summed, of the left operand alone, of the right one alone."""
    batch = [label for label in left if label in right and label in wanted]
    depth = [label for label in left if label in right and label not in wanted]
    rows, columns = ([label for label in labels if label not in (*batch, *depth)] for labels in (left, right))
    return batch, depth, rows, columns


def _parse(equation: str, ranks: Sequence[int]) -> tuple[list[Labels], Labels]:
    left, arrow, right = equation.replace(" ", "").partition("->")
    terms = left.split(",")
    if len(terms) != len(ranks):
        fewer = "fewer" if len(ranks) < len(terms) else "more"
        raise RuntimeError(f"einsum(): {fewer} operands were provided than specified in the equation")
    inputs = [_labels(term, rank, f"operand {at}") for at, (term, rank) in enumerate(zip(terms, ranks, strict=True))]
    covered = max((sum(label.isdigit() for label in labels) for labels in inputs), default=0)
    ellipsis = [str(number) for number in reversed(range(covered))]
    known = [label for labels in inputs for label in labels]
    if not arrow:
        return inputs, ellipsis + sorted(label for label in {*known} if known.count(label) == 1 and not label.isdigit())
    before, dots, after = right.partition("...")
    output = [*_letters(before, "the output"), *(ellipsis if dots else []), *_letters(after, "the output")]
    for label in output:
        if output.count(label) > 1:
            raise RuntimeError(f"einsum(): output subscript {label} appears more than once in the output")
        if label not in known:
            raise RuntimeError(f"einsum(): output subscript {label} does not appear in the equation for any input operand")
    return inputs, output


def _labels(term: str, ndim: int, where: str) -> Labels:
    before, dots, after = term.partition("...")
    first, last = _letters(before, where), _letters(after, where)
    covered = ndim - len(first) - len(last)
    if covered < 0 or (covered > 0 and not dots):
        rest = "but no ellipsis was given" if not dots else "for the ellipsis to stand for the others"
        raise RuntimeError(
            f"einsum(): the number of subscripts in the equation ({len(first) + len(last)}) does not match the number of dimensions "
            f"({ndim}) for {where} {rest}"
        )
    return [*first, *(str(number) for number in reversed(range(covered))), *last]


def _letters(text: str, where: str) -> Labels:
    for letter in text:
        if not (letter.isascii() and letter.isalpha()):
            raise RuntimeError(f"einsum(): invalid subscript {letter!r} for {where}, subscripts must be in [a-zA-Z] or an ellipsis")
    return [*text]


def _without_repeats(tensor: Tensor, labels: Labels) -> tuple[Tensor, Labels]:
    """A letter that stands twice in one operand means its diagonal."""
    names = [*labels]
    for label in {*labels}:
        while names.count(label) > 1:
            first = names.index(label)
            second = names.index(label, first + 1)
            if tensor.layout.shape[first] != tensor.layout.shape[second]:
                raise RuntimeError(
                    f"einsum(): subscript {label} is repeated for one operand but the sizes don't match, "
                    f"{tensor.layout.shape[second]} != {tensor.layout.shape[first]}"
                )
            tensor = tensor.diagonal(0, first, second)
            names = [name for at, name in enumerate(names) if at not in (first, second)] + [label]
    return tensor, names


def _check_sizes(operands: Sequence[tuple[Tensor, Labels]]) -> None:
    sizes: dict[str, int] = {}
    for at, (tensor, labels) in enumerate(operands):
        for label, size in zip(labels, tensor.layout.shape, strict=True):
            known = sizes.get(label, 1)
            if 1 not in (size, known) and size != known:
                raise RuntimeError(
                    f"einsum(): subscript {label} has size {size} for operand {at} which does not broadcast "
                    f"with previously seen size {known}"
                )
            sizes[label] = max(size, known) if 0 not in (size, known) else 0


def _contract(left: tuple[Tensor, Labels], right: tuple[Tensor, Labels], wanted: set[str]) -> tuple[Tensor, Labels]:
    """The product of two operands, summed over the labels that nobody wants any more."""
    left, right = _summed(*left, {*right[1], *wanted}), _summed(*right, {*left[1], *wanted})
    (a, a_labels), (b, b_labels) = _same_sizes(left, right), _same_sizes(right, left)
    batch, depth, rows, columns = _roles(a_labels, b_labels, wanted)
    if not depth:
        # nothing is summed: a product of items, which PyTorch takes from any two dtypes
        dtype = promote_types(a.dtype, b.dtype)
        a, b = a.to(dtype), b.to(dtype)
    one = _arranged(a, a_labels, [*batch, *rows, *depth])
    two = _arranged(b, b_labels, [*batch, *depth, *columns])
    size = dict(zip((*a_labels, *b_labels), (*a.layout.shape, *b.layout.shape), strict=True))
    count, height, length, width = (math.prod(size[label] for label in labels) for labels in (batch, rows, depth, columns))
    product = bmm(one.reshape([count, height, length]), two.reshape([count, length, width]))
    labels = [*batch, *rows, *columns]
    return product.reshape([size[label] for label in labels]), labels


def _summed(tensor: Tensor, labels: Labels, wanted: set[str]) -> tuple[Tensor, Labels]:
    dims = [at for at, label in enumerate(labels) if label not in wanted]
    if not dims:
        return tensor, labels
    return tensor.sum(dims, False, dtype=tensor.dtype), [label for label in labels if label in wanted]


def _same_sizes(own: tuple[Tensor, Labels], other: tuple[Tensor, Labels]) -> tuple[Tensor, Labels]:
    """Dimensions of size 1 as large as the other operand's."""
    tensor, labels = own
    sizes = dict(zip(other[1], other[0].layout.shape, strict=True))
    return tensor.expand([sizes.get(label, size) if size == 1 else size for label, size in zip(labels, tensor.layout.shape)]), labels


def _arranged(tensor: Tensor, labels: Labels, order: Labels) -> Tensor:
    """Dimensions in this order; those that it leaves out are summed."""
    tensor, labels = _summed(tensor, labels, {*order})
    return tensor if labels == order else tensor.permute([labels.index(label) for label in order])

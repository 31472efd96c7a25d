"""einsum: products of several tensors summed over the dimensions that an equation leaves out.

In: an equation like `bij,bjk->bik`, where a letter names a dimension and `...` stands for any that are broadcast. Out: a tensor with
the dimensions right of the arrow. Operands are contracted in pairs, each pair as one batch of matrix products.
"""
from __future__ import annotations

import math
from collections.abc import Sequence

from ..tensor import Tensor
from .matrix import bmm
from .table import composite

Labels = list[str]
"""The name of each dimension: a letter, or a number for one that an ellipsis covers (0 is the last)."""


@composite("einsum(str equation, Tensor[] tensors, *, int[]? path=None) -> Tensor")
def einsum(equation: str, tensors: Sequence[Tensor], path: Sequence[int] | None) -> Tensor:
    """The sums of products that `equation` describes; `path` lists the pairs of operands to contract, in order."""
    if not tensors:
        raise RuntimeError("einsum(): must provide at least one operand")
    inputs, output = _parse(equation, tensors)
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


def _parse(equation: str, tensors: Sequence[Tensor]) -> tuple[list[Labels], Labels]:
    left, arrow, right = equation.replace(" ", "").partition("->")
    terms = left.split(",")
    if len(terms) != len(tensors):
        fewer = "fewer" if len(tensors) < len(terms) else "more"
        raise RuntimeError(f"einsum(): {fewer} operands were provided than specified in the equation")
    inputs = [_labels(term, tensor.ndim, f"operand {at}") for at, (term, tensor) in enumerate(zip(terms, tensors, strict=True))]
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
    batch = [label for label in a_labels if label in b_labels and label in wanted]
    depth = [label for label in a_labels if label in b_labels and label not in wanted]
    rows, columns = ([label for label in labels if label not in (*batch, *depth)] for labels in (a_labels, b_labels))
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

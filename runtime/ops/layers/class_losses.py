"""Losses of classes: how little an item's row of scores says for the class it should have.

Scores are (N, C, ...) or (C); dimension 1, or the only one, has the classes. Losses of items are in losses.py.
"""
from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ... import dtype as dtypes
from ...tensor import Tensor, new_empty
from ..dtype_rules import floats_only, type_name
from ..host import bits, wrapped
from ..positions import outside
from ..reduction.softmax import log_softmax
from ..table import composite, host, required
from .losses import MEAN, SUM, reduced

_TAIL = "Tensor target, Tensor? weight=None, int reduction=1, SymInt ignore_index=-100"


def _check_targets(target: Tensor, classes: int, ignored: int) -> Tensor:
    """The targets with 0 for those to leave out; IndexError for other numbers that are no classes."""
    safe: Tensor = target.masked_fill(target == ignored, 0)
    wrong = outside(safe, 0, classes) if safe.layout.numel else None
    if wrong is not None:
        raise IndexError(f"Target {wrong} is out of bounds.")
    return safe


def _check_weight(weight: Tensor | None, classes: int) -> None:
    if weight is not None and not (weight.ndim == 1 and weight.layout.numel == classes):
        raise RuntimeError(
            f"weight tensor should be defined either for all {classes} classes or no classes but got weight tensor of shape: "
            f"{list(weight.layout.shape)}"
        )


def _picked(self: Tensor, target: Tensor, weight: Tensor | None, reduction: int, ignored: int) -> tuple[Tensor, Tensor | int]:
    """-self at the target's class times its weight, reduced; and the sum of the weights that counted, 0 where nothing is reduced."""
    floats_only("nll_loss_out_frame")(self.dtype, (self.dtype,))
    if target.dtype not in (dtypes.int64, dtypes.uint8):
        raise RuntimeError(f"expected scalar type Long but found {type_name(target.dtype)}")
    dim = 0 if self.ndim == 1 else 1
    classes = self.layout.shape[dim]
    _check_weight(weight, classes)
    labels: Tensor = target.to(dtypes.int64)
    plain = _picked_plainly(self, labels, dim, reduction) if weight is None and not 0 <= ignored < classes else None
    if plain is not None:
        return plain
    safe = _check_targets(labels, classes, ignored)
    skipped = labels == ignored
    losses: Tensor = -self.gather(dim, safe.unsqueeze(dim)).squeeze(dim)
    if weight is None:
        counted = (~skipped).to(self.dtype)
    else:
        counted = weight.take(safe).masked_fill(skipped, 0)
        losses = losses * counted
    losses = losses.masked_fill(skipped, 0)
    total = counted.sum()
    if reduction == MEAN:
        return losses.sum() / total, total
    if reduction == SUM:
        return losses.sum(), total
    return losses, 0


def _picked_plainly(self: Tensor, labels: Tensor, dim: int, reduction: int) -> tuple[Tensor, int] | None:
    """`_picked` where every label is a class, which reading at them finds out; None where one is not, or there are none."""
    if not labels.layout.numel:
        return None
    try:
        losses: Tensor = self.gather(dim, labels.unsqueeze(dim)).neg_()
    except (IndexError, RuntimeError):
        return None
    if reduction not in (MEAN, SUM):
        return losses.squeeze(dim), 0
    count, total = labels.layout.numel, losses.sum()
    return (total.div_(count) if reduction == MEAN else total), count


def _with_weight(self: Tensor, found: tuple[Tensor, Tensor | int]) -> tuple[Tensor, Tensor]:
    """A loss and its weight, both as tensors."""
    loss, weight = found
    return loss, weight if isinstance(weight, Tensor) else new_empty((), self.dtype).fill_(weight)


def _check_rows(self: Tensor, target: Tensor) -> None:
    if not 0 < self.ndim <= 2:
        raise RuntimeError("input tensor should be 1D or 2D")
    if target.ndim > 1:
        raise RuntimeError("0D or 1D target tensor expected, multi-target not supported")
    if not (self.ndim == 1 and target.ndim == 0) and self.layout.shape[0] != target.numel():
        raise RuntimeError(f"size mismatch (got input: {list(self.layout.shape)}, target: {list(target.layout.shape)})")


@composite(
    "nll_loss_forward(Tensor self, Tensor target, Tensor? weight, int reduction, SymInt ignore_index) -> "
    "(Tensor output, Tensor total_weight)"
)
def nll_loss_forward(
    self: Tensor, target: Tensor, weight: Tensor | None, reduction: int, ignore_index: int
) -> tuple[Tensor, Tensor]:
    """nll_loss of rows, and the sum of the weights that counted."""
    return _with_weight(self, _of_rows(self, target, weight, reduction, ignore_index))


def _of_rows(self: Tensor, target: Tensor, weight: Tensor | None, reduction: int, ignored: int) -> tuple[Tensor, Tensor | int]:
    _check_rows(self, target)
    if self.ndim == 1 and target.ndim == 1:
        target = target.squeeze(0)
    return _picked(self, target, weight, reduction, ignored)


@composite(f"nll_loss(Tensor self, {_TAIL}) -> Tensor")
def nll_loss(self: Tensor, target: Tensor, weight: Tensor | None, reduction: int, ignore_index: int) -> Tensor:
    """-self[n, target[n]] * weight[target[n]]; the mean divides by the weights that counted."""
    return _of_rows(self, target, weight, reduction, ignore_index)[0]


@composite(
    "nll_loss2d_forward(Tensor self, Tensor target, Tensor? weight, int reduction, SymInt ignore_index) -> "
    "(Tensor output, Tensor total_weight)"
)
def nll_loss2d_forward(
    self: Tensor, target: Tensor, weight: Tensor | None, reduction: int, ignore_index: int
) -> tuple[Tensor, Tensor]:
    """nll_loss of images, and the sum of the weights that counted."""
    if target.ndim != 3:
        raise RuntimeError(f"only batches of spatial targets supported (3D tensors) but got targets of dimension: {target.ndim}")
    if self.ndim != 4:
        raise RuntimeError(f"only batches of spatial inputs supported (4D tensors), but got input of dimension: {self.ndim}")
    return _with_weight(self, _picked(self, target, weight, reduction, ignore_index))


@composite(f"nll_loss2d(Tensor self, {_TAIL}) -> Tensor")
def nll_loss2d(self: Tensor, target: Tensor, weight: Tensor | None, reduction: int, ignore_index: int) -> Tensor:
    """nll_loss of images (N, C, H, W)."""
    return nll_loss2d_forward(self, target, weight, reduction, ignore_index)[0]


@composite(f"nll_loss_nd(Tensor self, {_TAIL}) -> Tensor")
def nll_loss_nd(self: Tensor, target: Tensor, weight: Tensor | None, reduction: int, ignore_index: int) -> Tensor:
    """nll_loss of scores with any number of dimensions behind the classes."""
    if self.ndim < 1:
        raise ValueError(f"Expected 1 or more dimensions (got {self.ndim})")
    if self.ndim != 1 and self.layout.shape[0] != target.layout.shape[0]:
        raise ValueError(f"Expected input batch_size ({self.layout.shape[0]}) to match target batch_size ({target.layout.shape[0]}).")
    if self.ndim <= 2:
        return nll_loss(self, target, weight, reduction, ignore_index)
    wanted = (self.layout.shape[0], *self.layout.shape[2:])
    if target.layout.shape != wanted:
        raise RuntimeError(f"Expected target size {list(wanted)}, got {list(target.layout.shape)}")
    return _picked(self, target, weight, reduction, ignore_index)[0]


# Cross entropy


def _of_probabilities(self: Tensor, target: Tensor, weight: Tensor | None, reduction: int, smoothing: float) -> Tensor:
    dim = 0 if self.ndim == 1 else 1
    if not target.dtype.is_floating_point:
        raise RuntimeError(f"Expected floating point type for target with class probabilities, got {type_name(target.dtype)}")
    classes = self.layout.shape[dim]
    _check_weight(weight, classes)
    if smoothing > 0:
        target = target * (1 - smoothing) + smoothing / classes
    loss: Tensor = log_softmax(self, dim, None) * target
    if weight is not None:
        loss = loss * weight.reshape(_beside(self.ndim, dim, classes))
    if reduction == MEAN:
        return -(loss.sum() / (self.layout.numel // classes)) if self.layout.numel else -loss.sum() * float("nan")
    return -(loss.sum() if reduction == SUM else loss.sum(dim))


def _beside(rank: int, dim: int, size: int) -> Sequence[int]:
    return [size if at == dim else 1 for at in range(rank)]


def _smoothed(self: Tensor, target: Tensor, weight: Tensor | None, reduction: int, ignored: int, smoothing: float) -> Tensor:
    """The loss of classes mixed with the mean over all classes."""
    dim = 0 if self.ndim == 1 else 1
    classes = self.layout.shape[dim]
    scores = log_softmax(self, dim, None)
    exact = nll_loss_nd(scores, target, weight, reduction, ignored)
    weighed: Tensor = scores if weight is None else scores * weight.reshape(_beside(self.ndim, dim, classes))
    skipped = target == ignored
    even: Tensor = (-weighed.sum(dim)).masked_fill(skipped, 0)
    if reduction == MEAN:
        if weight is None:
            even = even.sum() / (~skipped).sum()
        else:
            even = even.sum() / weight.take(target.masked_fill(skipped, 0)).masked_fill(skipped, 0).sum()
    else:
        even = reduced(even, reduction)
    return exact * (1 - smoothing) + even * (smoothing / classes)


@composite(
    "cross_entropy_loss(Tensor self, Tensor target, Tensor? weight=None, int reduction=1, SymInt ignore_index=-100, "
    "float label_smoothing=0.) -> Tensor"
)
def cross_entropy_loss(
    self: Tensor, target: Tensor, weight: Tensor | None, reduction: int, ignore_index: int, label_smoothing: float
) -> Tensor:
    """nll_loss of log_softmax(self); a target of self's shape has probabilities of classes instead."""
    if not 0 <= label_smoothing <= 1:
        raise RuntimeError(f"label_smoothing must be between 0.0 and 1.0. Got: {label_smoothing}")
    if self.layout.shape == target.layout.shape:
        if ignore_index >= 0:
            raise RuntimeError("ignore_index is not supported for floating point target")
        return _of_probabilities(self, target, weight, reduction, label_smoothing)
    if label_smoothing > 0:
        return _smoothed(self, target, weight, reduction, ignore_index, label_smoothing)
    return nll_loss_nd(log_softmax(self, 0 if self.ndim == 1 else 1, None), target, weight, reduction, ignore_index)


# Margins


@composite("multi_margin_loss(Tensor self, Tensor target, Scalar p=1, Scalar margin=1, Tensor? weight=None, int reduction=1) -> Tensor")
def multi_margin_loss(self: Tensor, target: Tensor, p: float, margin: float, weight: Tensor | None, reduction: int) -> Tensor:
    """Mean over the wrong classes of max(0, margin - self[target] + self[class])^p, times weight[target]."""
    if p not in (1, 2):
        raise RuntimeError("only p == 1 and p == 2 supported")
    if self.ndim > 2 or (self.ndim == 2 and self.layout.shape[1] == 0) or self.layout.numel == 0 and self.ndim < 2:
        raise RuntimeError(f"Expected non-empty vector or matrix with optional 0-dim batch size, but got: {list(self.layout.shape)}")
    rows = self.reshape([-1, self.layout.shape[-1]]) if self.ndim else self.reshape([1, 1])
    classes = rows.layout.shape[1]
    if target.ndim > 1 or target.layout.numel != rows.layout.shape[0]:
        raise RuntimeError(f"inconsistent target size, expected {rows.layout.shape[0]} but got {list(target.layout.shape)}")
    if weight is not None and weight.layout.numel != classes:
        raise RuntimeError(f"inconsistent weight size, expected {classes} but got {list(weight.layout.shape)}")
    labels: Tensor = target.reshape([-1, 1])
    wrong = outside(labels, 0, classes) if labels.layout.numel else None
    if wrong is not None:
        raise RuntimeError("target out of range")
    margins: Tensor = margin - rows.gather(1, labels) + rows
    over = required("aten::where.ScalarOther")(margins > 0, margins, 0)
    over = over * over if p == 2 else over
    if weight is not None:
        over = over * weight.take(labels)
    losses = over.scatter(1, labels, 0.0).sum(1) / classes
    return reduced(losses.reshape(target.layout.shape) if reduction not in (MEAN, SUM) else losses, reduction)


@host("multilabel_margin_loss_forward(Tensor self, Tensor target, int reduction) -> (Tensor output, Tensor is_target)")
def multilabel_margin_loss_forward(self: Tensor, target: Tensor, reduction: int) -> tuple[Tensor, Tensor]:
    """The loss, and 1 where a class is a target. A row of targets ends at its first -1."""
    floats_only("multilabel_margin_loss_forward_out_frame")(self.dtype, (self.dtype,))
    if self.ndim > 2 or (self.layout.shape and not self.layout.shape[-1]):
        raise RuntimeError(f"Expected non-empty vector or matrix with optional 0-dim batch size, but got: {list(self.layout.shape)}")
    if target.layout.shape != self.layout.shape:
        raise RuntimeError(f"inconsistent target size: {list(target.layout.shape)} for input of size: {list(self.layout.shape)}")
    classes = self.layout.shape[-1] if self.ndim else 1
    scores = bits(self.to(dtypes.float64)).reshape(-1, classes)
    labels = bits(target).reshape(-1, classes)
    if labels.size and not (-1 <= labels.min() and labels.max() < classes):
        raise RuntimeError("target out of range")
    counts = np.logical_and.accumulate(labels >= 0, 1)
    right = np.zeros(scores.shape, bool)
    rows = np.broadcast_to(np.arange(len(labels))[:, None], labels.shape)
    right[rows[counts], labels[counts]] = True
    over = 1 - scores[rows, np.where(counts, labels, 0)][:, :, None] + scores[:, None, :]
    over = np.where(counts[:, :, None] & ~right[:, None, :] & (over > 0), over, 0)
    losses = wrapped(over.sum((1, 2)) / classes).to(self.dtype)
    flags = wrapped(right.astype(np.float64)).to(self.dtype).reshape(self.layout.shape)
    return reduced(losses.reshape([]) if self.ndim < 2 and reduction == 0 else losses, reduction), flags


@composite("multilabel_margin_loss(Tensor self, Tensor target, int reduction=1) -> Tensor")
def multilabel_margin_loss(self: Tensor, target: Tensor, reduction: int) -> Tensor:
    """Sum over right and wrong classes of max(0, 1 - self[right] + self[wrong]), divided by the number of classes."""
    return required("aten::multilabel_margin_loss_forward")(self, target, reduction)[0]

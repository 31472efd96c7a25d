"""The loss of label sequences: connectionist temporal classification (doi:10.1145/1143844.1143891).

The probability of a label sequence is the sum over all ways to spread its labels, with blanks between them, over the steps of the
input. `_alpha` adds them up step by step in logarithms, for all sequences of the batch together.
"""
from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ... import dtype as dtypes
from ...tensor import Tensor
from ..dtype_rules import type_name
from ..host import Array, bits, wrapped
from ..table import composite, host, required
from .losses import MEAN, SUM


def _labels(targets: Tensor, lengths: Sequence[int]) -> Array:
    """The labels (batch, longest), padded with 0: `targets` has one row per sequence, or all sequences in one."""
    given = bits(targets).astype(np.int64)
    longest = max(lengths, default=0)
    rows = np.zeros((len(lengths), longest), np.int64)
    if given.ndim == 1:
        if sum(lengths) > given.size:
            raise RuntimeError(f"Expected tensor to have size at least {sum(lengths)} at dimension 0, but got size {given.size}")
        ends = np.cumsum([0, *lengths])
        parts = [given[begin:end] for begin, end in zip(ends, ends[1:])]
    else:
        if given.shape[0] != len(lengths) or given.shape[1] < longest:
            raise RuntimeError(
                f"Expected tensor to have size at least {longest} at dimension 1, but got size {list(given.shape)} "
                "for argument #2 'targets'"
            )
        parts = [given[at, :length] for at, length in enumerate(lengths)]
    for row, part in zip(rows, parts):
        row[: len(part)] = part
    return rows


def _alpha(scores: Array, labels: Array, steps: Sequence[int], lengths: Sequence[int], blank: int) -> tuple[Array, Array]:
    """Negative log likelihoods (batch), and the logarithms of the partial sums (batch, steps, 2 * longest + 1)."""
    total, batch = int(scores.shape[0]), int(scores.shape[1])
    states = 2 * labels.shape[1] + 1
    path = np.full((batch, states), blank, np.int64)
    path[:, 1::2] = labels
    # a label may follow the one before it without a blank, unless they are equal
    skips = np.zeros((batch, states), bool)
    skips[:, 3::2] = path[:, 3::2] != path[:, 1:-2:2]
    alpha = np.full((batch, max(total, 1), states), -np.inf)
    rows: Array = np.arange(batch)
    if total:
        alpha[:, 0, 0] = scores[0, :, blank]
        if states > 1:
            alpha[:, 0, 1] = np.where(np.asarray(lengths) > 0, scores[0, rows, path[:, 1]], -np.inf)
    for step in range(1, total):
        before = alpha[:, step - 1]
        one = np.pad(before, ((0, 0), (1, 0)), constant_values=-np.inf)[:, :-1]
        two = np.where(skips, np.pad(before, ((0, 0), (2, 0)), constant_values=-np.inf)[:, :-2], -np.inf)
        alpha[:, step] = np.logaddexp(np.logaddexp(before, one), two) + scores[step, rows[:, None], path]
    last = np.maximum(np.asarray(steps) - 1, 0)
    ends = 2 * np.asarray(lengths)
    whole = alpha[rows, last, ends]
    before_end = np.where(ends > 0, alpha[rows, last, np.maximum(ends - 1, 0)], -np.inf)
    losses = -np.logaddexp(whole, before_end)
    nothing = np.asarray(steps) == 0
    return np.where(nothing, np.where(ends > 0, np.inf, 0.0), losses), alpha


def _check(log_probs: Tensor, targets: Tensor, steps: Sequence[int], lengths: Sequence[int], blank: int) -> None:
    if log_probs.ndim != 3:
        raise RuntimeError(f"ctc_loss: expected 3-dimensional log_probs (steps, batch, classes), but got {log_probs.ndim} dimensions")
    total, batch, classes = log_probs.layout.shape
    if not log_probs.dtype.is_floating_point:
        raise NotImplementedError(f'"ctc_loss_cpu" not implemented for \'{type_name(log_probs.dtype)}\'')
    if targets.dtype not in (dtypes.int64, dtypes.int32):
        raise RuntimeError(
            f"Expected tensor for argument #2 'targets' to have scalar type Int or Long; but got {type_name(targets.dtype)} instead"
        )
    if not 0 <= blank < classes:
        raise RuntimeError("blank must be in label range")
    if len(steps) != batch:
        raise RuntimeError(f"input_lengths must be of size batch_size; expected {batch}, got {len(steps)}")
    if len(lengths) != batch:
        raise RuntimeError(f"target_lengths must be of size batch_size; expected {batch}, got {len(lengths)}")
    for at, step in enumerate(steps):
        if step < 0:
            raise RuntimeError(
                f"Expected input_lengths to have value at least 0, but got value {step} (while checking arguments for ctc_loss_cpu)"
            )
        if step > total:
            raise RuntimeError(
                f"Expected input_lengths to have value at most {total}, but got value {step} (while checking arguments for ctc_loss_cpu)"
            )
        if lengths[at] < 0:
            raise RuntimeError(f"Expected target_lengths to have value at least 0, but got value {lengths[at]}")


@host(
    "_ctc_loss(Tensor log_probs, Tensor targets, int[] input_lengths, int[] target_lengths, int blank=0, bool zero_infinity=False) "
    "-> (Tensor, Tensor)"
)
def ctc_losses(
    log_probs: Tensor, targets: Tensor, input_lengths: Sequence[int], target_lengths: Sequence[int], blank: int, zero_infinity: bool
) -> tuple[Tensor, Tensor]:
    """The negative log likelihood of each sequence, and the logarithms of the partial sums."""
    del zero_infinity
    _check(log_probs, targets, input_lengths, target_lengths, blank)
    labels = _labels(targets, target_lengths)
    classes = log_probs.layout.shape[2]
    if labels.size and not (labels.min() >= 0 and labels.max() < classes):
        raise RuntimeError(f"Expected targets to be classes from 0 to {classes - 1}, but got {int(labels.min())} to {int(labels.max())}")
    with np.errstate(invalid="ignore"):
        losses, alpha = _alpha(bits(log_probs.to(dtypes.float64)), labels, input_lengths, target_lengths, blank)
    return wrapped(losses).to(log_probs.dtype), wrapped(alpha).to(log_probs.dtype)


@composite(
    "ctc_loss.IntList(Tensor log_probs, Tensor targets, int[] input_lengths, int[] target_lengths, int blank=0, int reduction=1, "
    "bool zero_infinity=False) -> Tensor"
)
def ctc_loss(
    log_probs: Tensor, targets: Tensor, input_lengths: Sequence[int], target_lengths: Sequence[int], blank: int, reduction: int,
    zero_infinity: bool,
) -> Tensor:
    """The negative log likelihood of the label sequences; the mean is over sequences divided by their lengths."""
    batched = log_probs.ndim == 3
    scores: Tensor = log_probs if batched else log_probs.unsqueeze(1)
    losses: Tensor = required("aten::_ctc_loss")(scores, targets, input_lengths, target_lengths, blank, zero_infinity)[0]
    if zero_infinity:
        losses = losses.masked_fill(losses == float("inf"), 0)
    if reduction == MEAN:
        lengths = wrapped(np.maximum(np.array(target_lengths, np.int64), 1)).to(losses.dtype)
        return (losses / lengths).mean()
    if reduction == SUM:
        return losses.sum()
    return losses if batched else losses.squeeze(0)


@composite(
    "ctc_loss.Tensor(Tensor log_probs, Tensor targets, Tensor input_lengths, Tensor target_lengths, int blank=0, int reduction=1, "
    "bool zero_infinity=False) -> Tensor"
)
def ctc_loss_tensor(
    log_probs: Tensor, targets: Tensor, input_lengths: Tensor, target_lengths: Tensor, blank: int, reduction: int, zero_infinity: bool
) -> Tensor:
    """`ctc_loss` with lengths in tensors."""
    for name, lengths in (("input_lengths", input_lengths), ("target_lengths", target_lengths)):
        if lengths.dtype.is_floating_point or lengths.dtype.is_complex:
            raise RuntimeError(f"{name} must be integral")
    counts = [lengths.reshape([-1]).tolist() for lengths in (input_lengths, target_lengths)]
    return ctc_loss(log_probs, targets, *counts, blank, reduction, zero_infinity)

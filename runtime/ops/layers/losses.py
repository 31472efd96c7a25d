"""Losses of items: how far each item is from its target, then none, the mean (1) or the sum (2) of them.

Losses of classes are in class_losses.py, of label sequences in sequence_losses.py.
"""
from __future__ import annotations

import math
from typing import Any

from ...kernels.compiling.primitives import maximum
from ...tensor import Tensor, number_of
from ..dtype_rules import floats_only, promote, type_name, whole_or_float
from ..table import composite, pointwise, required

MEAN, SUM = 1, 2


def reduced(loss: Tensor, reduction: int) -> Tensor:
    """The losses themselves, their mean or their sum."""
    if reduction == MEAN:
        return loss.mean()
    return loss.sum() if reduction == SUM else loss


@pointwise("rushlight::squared_error(Tensor self, Tensor target) -> Tensor", dtype=whole_or_float("mse_cpu"))
def _squared_error(a: Any, target: Any) -> Any:
    """(self - target)^2."""
    return (a - target) * (a - target)


@composite("mse_loss(Tensor self, Tensor target, int reduction=1) -> Tensor")
def mse_loss(self: Tensor, target: Tensor, reduction: int) -> Tensor:
    """(self - target)^2."""
    return reduced(required("rushlight::squared_error")(self, target), reduction)


@composite("l1_loss(Tensor self, Tensor target, int reduction=1) -> Tensor")
def l1_loss(self: Tensor, target: Tensor, reduction: int) -> Tensor:
    """|self - target|."""
    return reduced((self - target).abs(), reduction)


@pointwise(
    "rushlight::smooth_error(Tensor self, Tensor target, Scalar beta) -> Tensor",
    dtype=floats_only("smooth_l1_cpu"),
    parameters=("beta",),
)
def _smooth_error(a: Any, target: Any, beta: Any) -> Any:
    """Squared below beta, absolute above."""
    distance = abs(a - target)
    return 0.5 * distance * distance / beta if distance < beta else distance - 0.5 * beta


@composite("smooth_l1_loss(Tensor self, Tensor target, int reduction=1, float beta=1.) -> Tensor")
def smooth_l1_loss(self: Tensor, target: Tensor, reduction: int, beta: float) -> Tensor:
    """(self - target)^2 / (2 * beta) where |self - target| < beta, else |self - target| - beta / 2."""
    if beta < 0:
        raise RuntimeError("smooth_l1_loss does not support negative values for beta.")
    if beta == 0:
        return l1_loss(self, target, reduction)
    return reduced(required("rushlight::smooth_error")(self, target, beta), reduction)


@pointwise(
    "rushlight::huber_error(Tensor self, Tensor target, Scalar delta) -> Tensor",
    dtype=floats_only("huber_cpu"),
    parameters=("delta",),
)
def _huber_error(a: Any, target: Any, delta: Any) -> Any:
    """Squared up to delta, absolute above."""
    distance = abs(a - target)
    return 0.5 * distance * distance if distance <= delta else delta * (distance - 0.5 * delta)


@composite("huber_loss(Tensor self, Tensor target, int reduction=1, float delta=1.) -> Tensor")
def huber_loss(self: Tensor, target: Tensor, reduction: int, delta: float) -> Tensor:
    """(self - target)^2 / 2 where |self - target| <= delta, else delta * (|self - target| - delta / 2)."""
    if delta <= 0:
        raise RuntimeError("huber_loss does not support non-positive values for delta.")
    return reduced(required("rushlight::huber_error")(self, target, delta), reduction)


# Probabilities


@pointwise("rushlight::cross_entropy_items(Tensor self, Tensor target) -> Tensor", dtype=floats_only("binary_cross_entropy"))
def _cross_entropy_items(a: Any, target: Any) -> Any:
    """-(target * log(self) + (1 - target) * log(1 - self)), each logarithm at least -100."""
    return (target - 1) * maximum(math.log1p(-a), -100.0) - target * maximum(math.log(a), -100.0)


@composite("binary_cross_entropy(Tensor self, Tensor target, Tensor? weight=None, int reduction=1) -> Tensor")
def binary_cross_entropy(self: Tensor, target: Tensor, weight: Tensor | None, reduction: int) -> Tensor:
    """-(target * log(self) + (1 - target) * log(1 - self)) * weight."""
    if self.dtype is not target.dtype:
        raise RuntimeError(f"Found dtype {type_name(target.dtype)} but expected {type_name(self.dtype)}")
    if self.layout.numel and not number_of(((self >= 0) & (self <= 1)).all()):
        raise RuntimeError("all elements of input should be between 0 and 1")
    loss = required("rushlight::cross_entropy_items")(self, target)
    return reduced(loss if weight is None else loss * weight, reduction)


@composite(
    "binary_cross_entropy_with_logits(Tensor self, Tensor target, Tensor? weight=None, Tensor? pos_weight=None, int reduction=1) "
    "-> Tensor"
)
def binary_cross_entropy_with_logits(
    self: Tensor, target: Tensor, weight: Tensor | None, pos_weight: Tensor | None, reduction: int
) -> Tensor:
    """binary_cross_entropy of sigmoid(self), its first part times pos_weight."""
    logarithm = required("aten::log_sigmoid")(self)
    if pos_weight is not None:
        logarithm = logarithm * ((pos_weight - 1) * target + 1)
    loss = (1 - target) * self - logarithm
    return reduced(loss if weight is None else loss * weight, reduction)


@composite("kl_div(Tensor self, Tensor target, int reduction=1, *, bool log_target=False) -> Tensor")
def kl_div(self: Tensor, target: Tensor, reduction: int, log_target: bool) -> Tensor:
    """target * (log(target) - self), or exp(target) * (target - self) if log_target."""
    if self.dtype.is_complex or target.dtype.is_complex:
        which, one = ("Input", self) if self.dtype.is_complex else ("Target", target)
        raise RuntimeError(f"kl_div: {which} type {type_name(one.dtype)} is not supported")
    if log_target:
        loss = target.exp() * (target - self)
    else:
        loss = required("aten::xlogy.Tensor")(target, target) - target * self
    return reduced(loss, reduction)


@composite("poisson_nll_loss(Tensor input, Tensor target, bool log_input, bool full, float eps, int reduction) -> Tensor")
def poisson_nll_loss(input: Tensor, target: Tensor, log_input: bool, full: bool, eps: float, reduction: int) -> Tensor:
    """exp(input) - target * input, or input - target * log(input + eps); full adds Stirling's approximation of log(target!)."""
    loss = input.exp() - target * input if log_input else input - target * (input + eps).log()
    if full:
        stirling = target * target.log() - target + 0.5 * (2 * math.pi * target).log()
        loss = loss + stirling.masked_fill(target <= 1, 0)
    return reduced(loss, reduction)


# Pairs and signs


@pointwise("rushlight::signed_margin(Tensor self, Tensor target) -> Tensor", dtype=promote)
def _signed_margin(a: Any, target: Any) -> Any:
    """log(1 + exp(-target * self))."""
    return math.log1p(math.exp(-target * a))


@composite("soft_margin_loss(Tensor self, Tensor target, int reduction=1) -> Tensor")
def soft_margin_loss(self: Tensor, target: Tensor, reduction: int) -> Tensor:
    """log(1 + exp(-target * self))."""
    if self.dtype.itemsize == 2:
        # PyTorch rounds after each step, and exp overflows
        return reduced((-target * self).exp().log1p(), reduction)
    return reduced(required("rushlight::signed_margin")(self, target), reduction)


@composite("margin_ranking_loss(Tensor input1, Tensor input2, Tensor target, float margin=0., int reduction=1) -> Tensor")
def margin_ranking_loss(input1: Tensor, input2: Tensor, target: Tensor, margin: float, reduction: int) -> Tensor:
    """max(0, -target * (input1 - input2) + margin)."""
    return reduced((-target * (input1 - input2) + margin).clamp_min(0), reduction)


@composite("hinge_embedding_loss(Tensor self, Tensor target, float margin=1., int reduction=1) -> Tensor")
def hinge_embedding_loss(self: Tensor, target: Tensor, margin: float, reduction: int) -> Tensor:
    """self where target is 1, max(0, margin - self) where it is -1."""
    far = (margin - self).clamp_min(0).masked_fill(target == 1, 0)
    return reduced(far + self.masked_fill(target == -1, 0), reduction)


@composite("cosine_embedding_loss(Tensor input1, Tensor input2, Tensor target, float margin=0., int reduction=1) -> Tensor")
def cosine_embedding_loss(input1: Tensor, input2: Tensor, target: Tensor, margin: float, reduction: int) -> Tensor:
    """1 - cos(input1, input2) where target is 1, max(0, cos - margin) where it is -1; the rows are (N, D) or (D)."""
    rank = target.ndim
    if rank > 1:
        raise RuntimeError("0D or 1D target tensor expected, multi-target not supported")
    for one in (input1, input2):
        if one.ndim != rank + 1:
            raise RuntimeError(
                f"{rank}D target tensor expects {rank + 1}D input tensors, but found inputs with sizes {list(input1.layout.shape)} and "
                f"{list(input2.layout.shape)}."
            )
    dot = (input1 * input2).sum(rank)
    lengths = ((input1 * input1).sum(rank) + 1e-12) * ((input2 * input2).sum(rank) + 1e-12)
    cosine = dot / lengths.sqrt()
    near = (1 - cosine).masked_fill(target != 1, 0)
    far = (cosine - margin).clamp_min(0).masked_fill(target != -1, 0)
    return reduced(near + far, reduction)


@composite(
    "triplet_margin_loss(Tensor anchor, Tensor positive, Tensor negative, float margin=1., float p=2., float eps=9.9999999999999995e-07, "
    "bool swap=False, int reduction=1) -> Tensor"
)
def triplet_margin_loss(
    anchor: Tensor, positive: Tensor, negative: Tensor, margin: float, p: float, eps: float, swap: bool, reduction: int
) -> Tensor:
    """max(0, |anchor - positive| - |anchor - negative| + margin) by the norm p; swap takes the nearer of anchor and positive."""
    if not anchor.ndim == positive.ndim == negative.ndim:
        raise RuntimeError(
            "The anchor, positive, and negative tensors are expected to have the same number of dimensions, but got: "
            f"anchor {anchor.ndim}D, positive {positive.ndim}D, and negative {negative.ndim}D inputs"
        )
    distance = required("aten::pairwise_distance")
    away = distance(anchor, negative, p, eps, False)
    if swap:
        away = required("aten::minimum")(away, distance(positive, negative, p, eps, False))
    return reduced((margin + distance(anchor, positive, p, eps, False) - away).clamp_min(0), reduction)

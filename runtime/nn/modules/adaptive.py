"""Log probabilities of many classes, frequent ones first: rare classes share clusters with smaller matrices (arXiv:1609.04309)."""
from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any, NamedTuple

from ... import aten
from ...device import Device
from ...dtype import DType
from ...tensor import Tensor
from .. import functional as F
from ..module import Module
from .container import ModuleList, Sequential
from .linear import Linear


class _ASMoutput(NamedTuple):
    output: Tensor
    loss: Tensor


class AdaptiveLogSoftmaxWithLoss(Module):
    """The log probability of each item's class and their negative mean.

    Classes below `cutoffs[0]` are in the head, the rest in clusters between the cutoffs, each of `div_value` times fewer features.
    """

    in_features: int
    n_classes: int
    cutoffs: list[int]
    div_value: float
    head_bias: bool
    head: Linear
    tail: ModuleList

    def __init__(
        self, in_features: int, n_classes: int, cutoffs: Sequence[int], div_value: float = 4.0, head_bias: bool = False,
        device: Device | str | None = None, dtype: DType | None = None,
    ) -> None:
        super().__init__()
        bounds = list(cutoffs)
        if not bounds:
            raise ValueError("cutoffs should be a sequence of length larger than 0")
        is_rising = bounds == sorted(set(bounds))
        if not is_rising or bounds[0] <= 0 or bounds[-1] > n_classes - 1 or any(int(bound) != bound for bound in bounds):
            raise ValueError(
                "cutoffs should be a sequence of unique, positive integers sorted in an increasing order, where "
                "each value is between 1 and n_classes-1"
            )
        self.in_features = in_features
        self.n_classes = n_classes
        self.cutoffs = [*bounds, n_classes]
        self.div_value = div_value
        self.head_bias = head_bias
        self.shortlist_size = self.cutoffs[0]
        self.n_clusters = len(self.cutoffs) - 1
        self.head_size = self.shortlist_size + self.n_clusters
        self.head = Linear(in_features, self.head_size, bias=head_bias, device=device, dtype=dtype)
        self.tail = ModuleList()
        for number, (start, stop) in enumerate(itertools.pairwise(self.cutoffs)):
            width = int(in_features // (div_value ** (number + 1)))
            inner = Linear(in_features, width, bias=False, device=device, dtype=dtype)
            self.tail.append(Sequential(inner, Linear(width, stop - start, bias=False, device=device, dtype=dtype)))

    def reset_parameters(self) -> None:
        """Draw new values for all matrices."""
        self.head.reset_parameters()
        for cluster in self.tail:
            for layer in cluster.children():
                assert isinstance(layer, Linear)
                layer.reset_parameters()

    def forward(self, input_: Tensor, target_: Tensor) -> _ASMoutput:
        """(N, in_features) and N classes, or one item of each: the log probabilities and the loss."""
        _check(input_, target_)
        is_batched = target_.dim() > 0
        input = input_ if is_batched else input_.unsqueeze(0)
        target = target_ if is_batched else target_.unsqueeze(0)
        if bool(((target < 0) | (target >= self.n_classes)).any()):
            raise RuntimeError(
                f"Target values should be in [0, {self.n_classes - 1}], "
                f"but values in range [{target.min().item()}, {target.max().item()}] were found. "
            )
        output = input.new_zeros(target.size(0))
        column = target.clone()
        for number, (start, stop) in enumerate(itertools.pairwise(self.cutoffs)):
            rows = ((target >= start) & (target < stop)).nonzero().squeeze(1)
            if rows.numel() == 0:
                continue
            column.index_fill_(0, rows, self.shortlist_size + number)
            inside = F.log_softmax(self.tail[number](input.index_select(0, rows)), dim=1)
            place = (target.index_select(0, rows) - start).unsqueeze(1)
            output.index_copy_(0, rows, inside.gather(1, place).squeeze(1))
        head = F.log_softmax(self.head(input), dim=1)
        output = output + head.gather(1, column.unsqueeze(1)).squeeze(1)
        loss = (-output).mean()
        return _ASMoutput(output if is_batched else output.squeeze(0), loss)

    def _get_full_log_prob(self, input: Tensor, head_output: Tensor) -> Tensor:
        head = F.log_softmax(head_output, dim=1)
        parts = [head[:, : self.shortlist_size]]
        for number in range(self.n_clusters):
            cluster = F.log_softmax(self.tail[number](input), dim=1)
            parts.append(cluster + head[:, self.shortlist_size + number].unsqueeze(1))
        return aten.cat(parts, dim=1)

    def log_prob(self, input: Tensor) -> Tensor:
        """The log probabilities of all classes: (N, n_classes)."""
        return self._get_full_log_prob(input, self.head(input))

    def predict(self, input: Tensor) -> Tensor:
        """The likeliest class of each item: (N,)."""
        head_output = self.head(input)
        found: Any = aten.argmax(head_output, dim=1)
        is_rare = found >= self.shortlist_size
        if bool(is_rare.any()):
            full = self._get_full_log_prob(input[is_rare], head_output[is_rare])
            found[is_rare] = aten.argmax(full, dim=1)
        return found


def _check(input: Tensor, target: Tensor) -> None:
    if target.dim() == 1:
        if input.size(0) != target.size(0):
            raise RuntimeError("Input and target should have the same size in the batch dimension.")
        if input.dim() != 2:
            raise RuntimeError(f"1D target tensor expects 2D input tensors, but found inputs with size {input.size()}")
    elif target.dim() == 0:
        if input.dim() != 1:
            raise RuntimeError(f"0D target tensor expects 1D input tensors, but found inputs with size {input.size()}")
    else:
        raise RuntimeError("0D or 1D target tensor expected, multi-target not supported")

"""The layer that reorders channels."""
from __future__ import annotations

from ...tensor import Tensor
from .. import functional as F
from ..module import Module


class ChannelShuffle(Module):
    """Channels of `groups` groups, one of each in turn."""

    __constants__ = ["groups"]
    groups: int

    def __init__(self, groups: int) -> None:
        super().__init__()
        self.groups = groups

    def forward(self, input: Tensor) -> Tensor:
        """The input with its channels in another order."""
        return F.channel_shuffle(input, self.groups)

    def extra_repr(self) -> str:
        """The arguments of the constructor."""
        return f"groups={self.groups}"

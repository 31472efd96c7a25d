"""A user's program, for type checkers: what the stubs say of functions, methods, layers and named results.

tests/packaging/check_installs.py runs pyright on it, beside a plain installation.
"""
from __future__ import annotations

from typing import assert_type

import rushlight as rl
import rushlight.nn.functional as F
from rushlight import Tensor, nn


class Net(nn.Module):
    """A layer, a function and a method."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.linear = nn.Linear(width, 4)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.linear(x)).softmax(dim=1)


x = rl.randn(2, 3)
assert_type(x, Tensor)
assert_type(rl.add(x, 1), Tensor)
assert_type(rl.add(x, x, alpha=2), Tensor)
assert_type(x.softmax(dim=1), Tensor)
assert_type(x.view(3, 2), Tensor)
assert_type(x.view([3, 2]).permute(1, 0).add_(x), Tensor)
assert_type(x + 1, Tensor)
assert_type(rl.max(x, x), Tensor)
assert_type(rl.max(x, 1).indices, Tensor)
assert_type(x.topk(1).values, Tensor)
assert_type(x.split(1), tuple[Tensor, ...])
assert_type(rl.linalg.svd(x).S, Tensor)
assert_type(rl.fft.rfft(x), Tensor)
assert_type(F.conv2d(x, x, stride=2, padding=(1, 1)), Tensor)
assert_type(F.gelu(x, approximate="tanh"), Tensor)
assert_type(rl.cat([x, x], dim=0), Tensor)
assert_type(rl.where(x > 0, x, 0.0), Tensor)
assert_type(rl.zeros(2, 3, dtype=rl.int64), Tensor)
assert_type(nn.Linear(3, 4, bias=False).weight.sum(), Tensor)
assert_type(Net(3).eval(), Net)

rl.softmax(x, dim="one")  # pyright: ignore[reportArgumentType, reportCallIssue]
rl.sofmax(x)  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]

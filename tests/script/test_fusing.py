"""optimize_for_inference: what convolutions take up, what stays apart, and that nobody sees the layout of images between them."""

from __future__ import annotations

import numpy as np
import pytest

import rushlight as rl
from rushlight import Tensor, nn
from rushlight.nn import functional as F
from rushlight.runtime.ops.table import required
from rushlight.script.interpreter import compile_graph
from rushlight.script.passes.fusing import fuse_convolutions, prefer_channels_last
from rushlight.script.verifier import verify

FUSED = "rushlight::convolution"


def kinds(graph: object) -> list[str]:
    return [node.kind for node in graph.walk() if node.kind not in ("prim::Constant", "prim::ListConstruct")]  # pyright: ignore


class Chain(nn.Module):
    """Every activation that is taken up, after plain, depthwise, pointwise and strided convolutions; sums from both sides."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.deep = nn.Conv2d(3, 12, 3, padding=1), nn.Conv2d(12, 12, 3, padding=1, groups=12)
        self.point, self.strided, self.last = nn.Conv2d(12, 12, 1), nn.Conv2d(12, 20, 3, 2, bias=False), nn.Conv2d(20, 5, 1)
        self.norm, self.relu6 = nn.BatchNorm2d(12), nn.ReLU6(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.first(x))
        y = self.relu6(self.norm(self.deep(x)))
        y = F.hardtanh(self.point(y), -0.5, 0.75)
        z = self.point(y) + x
        z += self.deep(z)
        w = self.deep(z)
        w += x
        z = rl.relu_(w) + y
        return self.last(self.strided(z).relu())


def test_chain() -> None:
    rl.manual_seed(3)
    model = rl.jit.script(Chain().eval())
    frozen, quick = rl.jit.freeze(model), rl.jit.optimize_for_inference(model)
    verify(quick.graph)
    found = kinds(quick.graph)
    # the sum that is written into memory of others stays, and so does the last convolution, which nothing follows
    assert found.count(FUSED) == 6 and found.count("aten::conv2d") == 2
    assert not {"aten::relu_", "aten::hardtanh", "aten::hardtanh_"} & {*found}
    assert rl.jit.optimize_for_inference(quick) is quick
    for shape in ((2, 3, 9, 11), (1, 3, 16, 16)):
        x = rl.randn(*shape)
        expected = frozen(x)
        for given in (x, x.contiguous(memory_format=rl.channels_last), x.transpose(2, 3).contiguous().transpose(2, 3)):
            result = quick(given)
            assert result.stride() == expected.stride()
            np.testing.assert_allclose(result.numpy(), expected.numpy(), rtol=1e-4, atol=1e-5)


def test_same_bits() -> None:
    frozen = rl.jit.freeze(rl.jit.script(Chain().eval()))
    x = rl.randn(2, 3, 10, 10)
    graph = frozen.graph.copy()
    assert fuse_convolutions(graph)
    assert compile_graph(graph)(frozen._c, x).numpy().tobytes() == frozen(x).numpy().tobytes()


CONVOLUTION = required("rushlight::convolution").callable()


@pytest.mark.parametrize("residual", [None, (2, 4, 5, 6), (4, 1, 1), (1, 6)])
@pytest.mark.parametrize(("dtype", "groups"), [(rl.float32, 1), (rl.float32, 4), (rl.float64, 1), (rl.float16, 1)])
def test_row(residual: tuple[int, ...] | None, dtype: rl.dtype, groups: int) -> None:
    rl.manual_seed(1)
    x, weight, bias = (rl.randn(*shape).to(dtype) for shape in ((2, 4, 5, 6), (4, 4 // groups, 3, 3), (4,)))
    addend = None if residual is None else rl.randn(*residual).to(dtype)
    plain = F.conv2d(x, weight, bias, padding=1, groups=groups)
    expected = (plain if addend is None else plain + addend).clamp(-0.25, 0.5)
    result = CONVOLUTION(x, weight, bias, [1, 1], [1, 1], [1, 1], groups, addend, -0.25, 0.5)
    assert result.dtype is dtype and result.numpy().tobytes() == expected.numpy().tobytes()


def test_row_unbatched_lines_and_volumes() -> None:
    for dims in (1, 2, 3):
        x, weight = rl.randn(3, *[5] * dims), rl.randn(2, 3, *[3] * dims)
        ones, zeros = [1] * dims, [0] * dims
        expected = rl.convolution(x.unsqueeze(0), weight, None, ones, zeros, ones, False, zeros, 1).relu()
        for given, wanted in ((x, expected.squeeze(0)), (x.unsqueeze(0), expected)):
            np.testing.assert_array_equal(CONVOLUTION(given, weight, None, ones, zeros, ones, 1, None, 0, None).numpy(), wanted.numpy())


class Apart(nn.Module):
    """A convolution that two read, one whose activation comes after a write to its input, and one that is added twice."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(2, 2, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = x + 1
        shared = self.conv(x)
        late = self.conv(x)
        x.mul_(2)
        twice = self.conv(x)
        return F.relu(shared) + shared + F.relu(late) + (twice + twice) + F.relu(self.conv(x) * 1)


def test_apart() -> None:
    model = rl.jit.script(Apart().eval())
    quick = rl.jit.optimize_for_inference(model)
    assert FUSED not in kinds(quick.graph)
    x = rl.randn(1, 2, 3, 4)
    np.testing.assert_allclose(quick(x).numpy(), model(x).numpy(), rtol=1e-5, atol=1e-6)


class Heads(nn.Module):
    """Images that are joined, pooled, flattened, viewed, returned in a tuple, and read by what wants rows."""

    def __init__(self) -> None:
        super().__init__()
        self.one, self.two, self.fc = nn.Conv2d(3, 8, 3), nn.Conv2d(8, 8, 1), nn.Linear(8, 4)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        x = F.relu(self.one(x))
        both = rl.cat([x, self.two(x)], 1)
        rows = both.view(both.size(0), 16, -1)
        pooled = F.adaptive_avg_pool2d(F.max_pool2d(self.two(x), 2), 1).flatten(1)
        return both, rows.softmax(-1), F.relu_(self.fc(pooled)), x.mean([2, 3])


def test_heads() -> None:
    model = rl.jit.script(Heads().eval())
    frozen, quick = rl.jit.freeze(model), rl.jit.optimize_for_inference(model)
    verify(quick.graph)
    assert kinds(quick.graph).count("aten::contiguous") == 2
    x = rl.randn(2, 3, 8, 10)
    for result, expected in zip(quick(x), frozen(x), strict=True):
        assert result.stride() == expected.stride()
        np.testing.assert_allclose(result.numpy(), expected.numpy(), rtol=1e-5, atol=1e-6)


class Views(nn.Module):
    """What writes to a view of an image must reach the image, or not, as before."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(2, 3, 1)

    def forward(self, x: Tensor) -> Tensor:
        y = self.conv(x)
        y.flatten(1).relu_()
        return y


class Branches(nn.Module):
    """A branch on data."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(2, 3, 1)

    def forward(self, x: Tensor) -> Tensor:
        y = F.relu(self.conv(x))
        if bool(y.sum() > 0):
            y = y + 1
        return y


@pytest.mark.parametrize("make", [Views, Branches])
def test_layout_is_left_alone(make: type[nn.Module]) -> None:
    model = rl.jit.script(make().eval())
    graph = rl.jit.freeze(model).graph.copy()
    assert not prefer_channels_last(graph)
    x = rl.randn(2, 2, 4, 4)
    np.testing.assert_allclose(rl.jit.optimize_for_inference(model)(x).numpy(), model(x).numpy(), rtol=1e-5, atol=1e-6)


def test_bounds_in_place() -> None:
    x = rl.randn(3, 4)
    view = x[:, 1:]
    expected = view.clamp(-0.5, 0.5)
    version = x._version
    assert view.clamp_(-0.5, 0.5) is view and x._version == version + 1
    np.testing.assert_array_equal(view.numpy(), expected.numpy())
    assert F.hardtanh(view, 0.0, 0.25, inplace=True) is view and view.max().item() <= 0.25
    whole = rl.arange(5)
    assert whole.clamp_(1, 3).tolist() == [1, 1, 2, 3, 3] and whole.clamp_(min=2).tolist() == [2, 2, 2, 3, 3]
    with pytest.raises(RuntimeError):
        whole.clamp_(0.5, 2.5)

"""Quantized archives of PyTorch: loaded, run, saved again, and run in PyTorch; and the operators in them, integer by integer."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import rushlight as rl
from rushlight.runtime.dtype import BY_NAME
from rushlight.runtime.ops.packet import Packet, packet

torch = pytest.importorskip("torch")
nn = torch.nn
pytestmark = pytest.mark.filterwarnings("ignore")
warnings.simplefilter("ignore")


def ours(value: Any) -> Any:
    """A tensor of PyTorch as ours, in the same memory order."""
    if not isinstance(value, torch.Tensor):
        return [ours(one) for one in value] if isinstance(value, list) else value
    if not value.is_quantized:
        return rl.from_numpy(value.detach().numpy())
    dtype = BY_NAME[str(value.dtype).removeprefix("torch.")]
    if value.qscheme() == torch.per_tensor_affine:
        return row("aten::quantize_per_tensor")(ours(value.dequantize()), value.q_scale(), value.q_zero_point(), dtype)
    scales, points = ours(value.q_per_channel_scales()), ours(value.q_per_channel_zero_points())
    return row("aten::quantize_per_channel")(ours(value.dequantize()), scales, points, value.q_per_channel_axis(), dtype)


def row(name: str) -> Packet:
    found = packet(name)
    assert found is not None
    return found


def same(result: Any, expected: Any) -> None:
    """Equal integers, scales and zero points; numbers that are not quantized up to rounding."""
    if isinstance(expected, tuple):
        for one, other in zip(result, expected, strict=True):
            same(one, other)
        return
    if not expected.is_quantized:
        np.testing.assert_allclose(result.numpy(), expected.numpy(), rtol=1e-5, atol=1e-5)
        return
    np.testing.assert_array_equal(result.int_repr().numpy(), expected.int_repr().numpy())
    assert (result.q_scale(), result.q_zero_point()) == (expected.q_scale(), expected.q_zero_point())


def quantized(seed: int, *shape: int, scale: float = 0.05, point: int = 64) -> Any:
    torch.manual_seed(seed)
    return torch.quantize_per_tensor(torch.randn(*shape) * 2, scale, point, torch.quint8)


X, Y = quantized(0, 2, 8, 9, 7), quantized(1, 2, 8, 9, 7, scale=0.03, point=120)
ODD = quantized(2, 2, 3, 8, 6, point=63)
OPERATORS: list[tuple[Any, ...]] = [
    ("quantized::add", X, Y, 0.07, 70), ("quantized::add_relu", X, Y, 0.07, 70), ("quantized::mul", X, Y, 0.04, 100),
    ("quantized::mul_relu", X, Y, 0.04, 100), ("quantized::add", X, 0.5), ("quantized::add", X, -20.0), ("quantized::mul", X, -3.0),
    ("quantized::mul", X, 0.0), ("quantized::sigmoid", X, 1 / 256, 0), ("quantized::leaky_relu", X, 0.1, False, 0.05, 60),
    ("quantized::batch_norm2d", X, torch.rand(8), torch.rand(8), torch.rand(8), torch.rand(8) + 0.5, 1e-5, 0.03, 80),
    ("aten::relu", X), ("aten::sigmoid", X), ("aten::tanh", X), ("aten::hardtanh", X, -1.0, 2.0), ("aten::clamp", X, -1.0, 2.0),
    ("aten::max_pool2d", X, [2, 2]), ("aten::avg_pool2d", X, [3, 3], [2, 2], [1, 1]), ("aten::adaptive_avg_pool2d", X, [3, 2]),
    ("aten::mean", X, [2, 3]), ("aten::flatten", X, 1), ("aten::permute", X, [0, 2, 3, 1]), ("aten::dequantize", X),
    ("aten::int_repr", X), ("aten::cat", [X, X], 1), ("aten::clone", X.transpose(1, 2)),
    ("aten::avg_pool2d", ODD, [2, 2]), ("aten::adaptive_avg_pool2d", ODD, [4, 3]), ("aten::mean", ODD, [2, 3]),
    ("aten::upsample_bilinear2d", ODD, [4, 3], False), ("aten::gt", X, 0.5), ("aten::le", X, Y), ("aten::ne", X, torch.zeros(7)),
    ("aten::sort", X, 1), ("aten::max", X, 1), ("aten::masked_fill", X, torch.rand(8, 9, 7) > 0.5, 0.73),
    ("aten::fill_", quantized(3, 4), -0.3), ("aten::std", X, [1], True, False),
    ("aten::fake_quantize_per_tensor_affine", torch.randn(50), 0.1, 3, 0, 255), ("quantized::threshold", X, 0.1, 0.5),
    ("prim::is_quantized", X), ("prim::is_quantized", torch.ones(2)),
    ("aten::quantized_max_pool2d", X, [2, 2]), ("aten::quantized_max_pool1d", quantized(4, 2, 3, 9), [2]),
    ("aten::quantized_batch_norm", X, torch.rand(8), torch.rand(8), torch.rand(8), torch.rand(8) + 0.5, 1e-5, 0.03, 80),
    ("quantized::linear_dynamic_fp16_unpacked_weight", torch.randn(3, 5), torch.randn(4, 5), torch.randn(4)),
]  # fmt: skip


@pytest.mark.parametrize("case", OPERATORS, ids=lambda case: case[0])
def test_operators_give_pytorchs_integers(case: tuple[Any, ...]) -> None:
    name, *arguments = case
    namespace, _, last = name.partition("::")
    result = row(name)(*map(ours, arguments))
    if last == "is_quantized":
        assert result is arguments[0].is_quantized
        return
    same(result, getattr(getattr(torch.ops, namespace), last)(*arguments))


def weights(*shape: int) -> list[Any]:
    torch.manual_seed(2)
    numbers = torch.randn(*shape) * 0.2
    scales = torch.rand(shape[0]) * 0.01 + 0.005
    per_channel = torch.quantize_per_channel(numbers, scales, torch.zeros(shape[0], dtype=torch.long), 0, torch.qint8)
    return [torch.quantize_per_tensor(numbers, 0.01, 7, torch.qint8), per_channel]


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("relu", ["", "_relu"])
def test_layers_give_pytorchs_integers(which: int, relu: str) -> None:
    weight, bias = weights(12, 8, 3, 3)[which], torch.randn(12)
    settings = ([2, 1], [1, 1], [1, 1], 1)
    packed = torch.ops.quantized.conv2d_prepack(weight, bias, *settings)
    mine = row("quantized::conv2d_prepack")(ours(weight), ours(bias), *settings)
    same(row(f"quantized::conv2d{relu}")(ours(X), mine, 0.1, 30), getattr(torch.ops.quantized, f"conv2d{relu}")(X, packed, 0.1, 30))
    weight, bias = weights(11, 504)[which], torch.randn(11)
    rows = X.flatten(1)
    packed, mine = torch.ops.quantized.linear_prepack(weight, bias), row("quantized::linear_prepack")(ours(weight), ours(bias))
    same(row(f"quantized::linear{relu}")(ours(rows), mine, 0.3, 30), getattr(torch.ops.quantized, f"linear{relu}")(rows, packed, 0.3, 30))
    numbers = torch.randn(5, 504)
    expected = torch.ops.quantized.linear_dynamic(numbers, packed, True)
    same(row("quantized::linear_dynamic")(ours(numbers), mine, True), expected)


CONVOLUTIONS: list[tuple[str, int, bool]] = [(f"conv{kind}{dims}d", dims, bool(kind)) for dims in (1, 2, 3) for kind in ("", "_transpose")]


@pytest.mark.parametrize("reduce_range", [False, True])
@pytest.mark.parametrize("name, dims, transposed", CONVOLUTIONS)
def test_dynamic_convolutions_give_pytorchs_numbers(name: str, dims: int, transposed: bool, reduce_range: bool) -> None:
    torch.manual_seed(0)
    x, bias = torch.randn(2, 4, *(7, 6, 5)[:dims]), torch.randn(6)
    # FBGEMM's sums of two products stop at 32767, so the weights are small
    weight = torch.rand(*((4, 6) if transposed else (6, 4)), *[3] * dims) - 0.5
    weight = torch.quantize_per_tensor(weight, 0.01, 0, torch.qint8)
    settings = ([2] * dims, [1] * dims, *([[1] * dims] if transposed else []), [1] * dims, 1)
    packed = getattr(torch.ops.quantized, f"{name}_prepack")(weight, bias, *settings)
    mine = row(f"quantized::{name}_prepack")(ours(weight), ours(bias), *settings)
    expected = getattr(torch.ops.quantized, f"{name}_dynamic")(x, packed, reduce_range)
    result = row(f"quantized::{name}_dynamic")(ours(x), mine, reduce_range)
    assert np.abs(result.numpy() - expected.numpy()).max() < 1e-6
    if dims > 1:
        for setting in ("stride", "padding", "output_padding", "dilation", "groups", "transpose"):
            key = f"{name}_{setting}"
            assert row(f"quantized::{key}")(mine) == getattr(torch.ops.quantized, key)(packed)


def test_linear_layers_with_a_given_scale() -> None:
    weight, x = weights(4, 8)[0], torch.randn(3, 8)
    packed, mine = torch.ops.quantized.linear_prepack(weight, None), row("quantized::linear_prepack")(ours(weight), None)
    for relu in ("", "relu_"):
        name = f"linear_with_input_q_dq_qweight_dq_{relu}output_fp32"
        same(row(f"quantized::{name}")(ours(x), 0.02, 128, mine), getattr(torch.ops.quantized, name)(x, 0.02, 128, packed))


def test_layers_of_the_first_quantized_archives() -> None:
    torch.manual_seed(0)
    # every second weight is 0: FBGEMM's sums of two products stop at 32767
    weight, bias, x, hidden = torch.randn(12, 6) * torch.tensor([1.0, 0.0] * 3), torch.randn(12), torch.randn(4, 6), torch.randn(4, 3)
    weight = weight / weight.abs().max()
    weight[0, 0], weight[1, 0] = 1.0, -1.0
    integers, offsets, scale, point = torch.fbgemm_linear_quantize_weight(weight)
    mine = row("aten::fbgemm_linear_quantize_weight")(ours(weight))
    assert mine[2:] == (scale, point)
    np.testing.assert_array_equal(mine[0].numpy(), integers.numpy())
    np.testing.assert_array_equal(mine[1].numpy(), offsets.numpy())
    packed, halves = torch.fbgemm_pack_quantized_matrix(integers), torch.fbgemm_pack_gemm_matrix_fp16(weight)
    mine_packed = row("aten::fbgemm_pack_quantized_matrix")(ours(integers))
    mine_halves = row("aten::fbgemm_pack_gemm_matrix_fp16")(ours(weight))
    numbers = (scale, point, bias)
    expected = torch.fbgemm_linear_int8_weight_fp32_activation(x, integers, packed, offsets, *numbers)
    same(row("aten::fbgemm_linear_int8_weight_fp32_activation")(ours(x), mine[0], mine_packed, mine[1], *map(ours, numbers)), expected)
    expected = torch.fbgemm_linear_fp16_weight_fp32_activation(x, halves, bias)
    same(row("aten::fbgemm_linear_fp16_weight_fp32_activation")(ours(x), mine_halves, ours(bias)), expected)
    inner = weight[:, :3].contiguous()
    recurrent = torch.fbgemm_linear_quantize_weight(inner)
    matrices = (integers, recurrent[0], bias, bias, packed, torch.fbgemm_pack_quantized_matrix(recurrent[0]), offsets, recurrent[1])
    same_matrices = [*map(ours, matrices[:4]), mine_packed, mine_packed, *map(ours, matrices[6:])]
    ends = (scale, recurrent[2], point, recurrent[3])
    expected = torch.quantized_lstm_cell(x, [hidden, hidden], *matrices, *ends)
    same(row("aten::quantized_lstm_cell")(ours(x), ours([hidden, hidden]), *same_matrices, *ends), expected)


@pytest.mark.parametrize("kind, bits", [("byte", 8), ("4bit", 4), ("2bit", 2)])
def test_tables_with_scales_in_their_rows(kind: str, bits: int) -> None:
    torch.manual_seed(0)
    table = torch.randn(5, 8)
    table[3] = 1.25
    expected = getattr(torch.ops.quantized, f"embedding_bag_{kind}_prepack")(table)
    packed = row(f"quantized::embedding_bag_{kind}_prepack")(ours(table))
    np.testing.assert_array_equal(packed.numpy(), expected.numpy())
    unpacked = getattr(torch.ops.quantized, f"embedding_bag_{kind}_unpack")(expected)
    same(row(f"quantized::embedding_bag_{kind}_unpack")(packed), unpacked)
    for arguments in BAGS.values():
        name = f"embedding_bag_{kind}_rowwise_offsets"
        same(row(f"quantized::{name}")(packed, *map(ours, arguments)), getattr(torch.ops.quantized, name)(expected, *arguments))


@pytest.mark.parametrize("per_row", [False, True])
@pytest.mark.parametrize("symmetric", [False, True])
def test_fake_quantization_that_watches_ranges(per_row: bool, symmetric: bool) -> None:
    torch.manual_seed(0)
    low, high = (-128, 127) if symmetric else (0, 255)
    size = 3 if per_row else 1
    state = [torch.full([size], float("inf")), torch.full([size], -float("inf")), torch.ones(size), torch.zeros(size, dtype=torch.int32)]
    mine = [ours(one.clone()) for one in state]
    one, zero = torch.tensor([1]), torch.tensor([0])
    for observes, quantizes in ((one, one), (one, zero), (zero, one), (zero, zero)):
        x = torch.randn(3, 4, 2)
        settings = (0.1, low, high, 0, per_row, symmetric)
        expected = torch.fused_moving_avg_obs_fake_quant(x, observes, quantizes, *state, *settings)
        result = row("aten::fused_moving_avg_obs_fake_quant")(ours(x), ours(observes), ours(quantizes), *mine, *settings)
        same((result, *mine), (expected, *state))


def test_dynamic_layers_round_the_sum_with_the_zero_point() -> None:
    numbers = torch.tensor([[-2.952458620071411, 2.7025701999664307, 0.42301399]])
    scale, _ = torch._choose_qparams_per_tensor(numbers, True)
    numbers[0, 2] = float(np.nextafter(np.float32(9.5 * scale), np.float32(0)))
    weight = torch.quantize_per_tensor(torch.eye(3), 1.0, 0, torch.qint8)
    packed, mine = torch.ops.quantized.linear_prepack(weight, None), row("quantized::linear_prepack")(ours(weight), None)
    expected = torch.ops.quantized.linear_dynamic(numbers, packed, True)
    assert round(expected[0, 2].item() / scale) == 10
    same(row("quantized::linear_dynamic")(ours(numbers), mine, True), expected)


POSITIONS = torch.tensor([2, 0, 4, 4, 1])
BAGS: dict[str, tuple[Any, ...]] = {
    "offsets": (POSITIONS, torch.tensor([0, 2])), "rows": (POSITIONS[:4].reshape(2, 2),),
    "int32": (POSITIONS.int(), torch.tensor([0, 0, 5])),
    "last": (POSITIONS, torch.tensor([0, 2, 5]), False, 0, False, None, None, True), "mean": (POSITIONS, torch.tensor([0, 2]), False, 1),
    "factors": (POSITIONS, torch.tensor([0, 2]), False, 0, False, torch.tensor([1.0, -2.0, 0.5, 3.0, 1.0])),
    "pruned": (POSITIONS, torch.tensor([0, 2]), False, 0, True, None, torch.tensor([0, -1, 1, 2, -1], dtype=torch.int32)),
    "whole": (POSITIONS, torch.tensor([0, 2]), False, 0, True, None, torch.tensor([0], dtype=torch.int32)),
}  # fmt: skip


@pytest.mark.parametrize("dtype, name", [(torch.quint8, "byte"), (torch.quint4x2, "4bit")])
def test_embeddings_give_pytorchs_numbers(dtype: Any, name: str) -> None:
    torch.manual_seed(0)
    numbers, scales, points = torch.randn(5, 6), torch.rand(5) * 0.1 + 0.01, torch.rand(5) * 8
    table = torch.quantize_per_channel(numbers, scales, points, 0, dtype)
    mine = rl.quantize_per_channel(ours(numbers), ours(scales), ours(points), 0, getattr(rl, str(dtype).removeprefix("torch.")))
    assert repr(mine) == repr(table)
    np.testing.assert_array_equal(mine.int_repr().numpy(), table.int_repr().numpy())
    packed, ready = torch.ops.quantized.embedding_bag_prepack(table), row("quantized::embedding_bag_prepack")(mine)
    namespace = torch.ops.quantized
    same(row(f"quantized::embedding_{name}")(ready, ours(POSITIONS)), getattr(namespace, f"embedding_{name}")(packed, POSITIONS))
    for arguments in BAGS.values():
        expected = getattr(namespace, f"embedding_bag_{name}")(packed, *arguments)
        same(row(f"quantized::embedding_bag_{name}")(ready, *map(ours, arguments)), expected)
    for wrong in ((POSITIONS,), (POSITIONS + 5, torch.tensor([0])), (POSITIONS.reshape(1, 5), torch.tensor([0]))):
        with pytest.raises(RuntimeError):
            getattr(namespace, f"embedding_bag_{name}")(packed, *wrong)
        with pytest.raises((RuntimeError, IndexError)):
            row(f"quantized::embedding_bag_{name}")(ready, *map(ours, wrong))


class Dynamic(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.linear, self.lstm, self.gru = nn.Linear(8, 16), nn.LSTM(16, 7, 2, bidirectional=True), nn.GRU(14, 6)
        self.cell, self.gru_cell, self.rnn_cell = nn.LSTMCell(6, 4), nn.GRUCell(4, 3), nn.RNNCell(3, 3)

    def forward(self, x: torch.Tensor) -> Any:
        y, _ = self.lstm(torch.relu(self.linear(x)))
        y, _ = self.gru(y)
        h, _ = self.cell(y[0])
        return self.rnn_cell(self.gru_cell(h)), y


class Static(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.quant, self.dequant = torch.ao.quantization.QuantStub(), torch.ao.quantization.DeQuantStub()
        self.conv, self.norm, self.relu = nn.Conv2d(3, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU()
        self.depthwise, self.pool, self.mean = nn.Conv2d(8, 8, 3, groups=8, padding=1), nn.MaxPool2d(2), nn.AdaptiveAvgPool2d(1)
        self.linear, self.sum = nn.Linear(8, 5), torch.ao.nn.quantized.FloatFunctional()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.relu(self.norm(self.conv(self.quant(x))))
        x = self.mean(self.pool(self.sum.add(x, self.depthwise(x)))).flatten(1)
        return self.dequant(self.linear(x))


def static() -> Any:
    torch.manual_seed(0)
    torch.backends.quantized.engine = "fbgemm"
    model = torch.ao.quantization.fuse_modules(Static().eval(), [["conv", "norm", "relu"]])
    model.qconfig = torch.ao.quantization.get_default_qconfig("fbgemm")
    prepared = torch.ao.quantization.prepare(model)
    prepared(torch.randn(4, 3, 8, 8))
    return torch.ao.quantization.convert(prepared)


def dynamic(dtype: Any) -> Any:
    torch.manual_seed(0)
    kinds = {nn.Linear, nn.LSTM, nn.GRU, nn.LSTMCell, nn.GRUCell, nn.RNNCell}
    return torch.ao.quantization.quantize_dynamic(Dynamic().eval(), kinds, dtype=dtype)


IMAGE, SEQUENCE = (2, 3, 8, 8), (3, 2, 8)
MODELS: dict[str, tuple[Callable[[], Any], tuple[int, ...], float]] = {
    "static": (lambda: torch.jit.script(static()), IMAGE, 0.02),
    "static traced": (lambda: torch.jit.trace(static(), torch.randn(IMAGE)), IMAGE, 0.02),
    "static frozen": (lambda: torch.jit.freeze(torch.jit.script(static())), IMAGE, 0.02),
    "dynamic": (lambda: torch.jit.script(dynamic(torch.qint8)), SEQUENCE, 1e-5),
    "dynamic traced": (lambda: torch.jit.trace(dynamic(torch.qint8), torch.randn(SEQUENCE)), SEQUENCE, 1e-5),
    "half": (lambda: torch.jit.script(dynamic(torch.float16)), SEQUENCE, 1e-5),
}


def outputs(model: Any, x: Any) -> list[np.ndarray]:
    result = model(x)
    return [one.detach().numpy() for one in (result if isinstance(result, tuple) else (result,))]


@pytest.mark.parametrize("name", MODELS)
def test_quantized_models_run_and_are_saved_again(name: str) -> None:
    make, shape, tolerance = MODELS[name]
    theirs, archive = make(), io.BytesIO()
    torch.jit.save(theirs, archive)
    archive.seek(0)
    model = rl.jit.load(archive)
    x = np.random.default_rng(0).standard_normal(shape).astype(np.float32)
    expected = outputs(theirs, torch.from_numpy(x))
    for result, wanted in zip(outputs(model, rl.from_numpy(x)), expected, strict=True):
        np.testing.assert_allclose(result, wanted, rtol=0, atol=tolerance)
    saved = io.BytesIO()
    rl.jit.save(model, saved)
    saved.seek(0)
    for result, wanted in zip(outputs(torch.jit.load(saved), torch.from_numpy(x)), expected, strict=True):
        np.testing.assert_array_equal(result, wanted)

"""Contexts of mobile archives and packed parameters: their states are read, run, written, and refused where they are damaged."""

from __future__ import annotations

import io

import numpy as np
import pytest

import rushlight as rl
from rushlight.runtime.dtype import qint8
from rushlight.runtime.packed import ROOT, Convolution2dParameters
from rushlight.serialize.container_writer import ArchiveWriter
from rushlight.serialize.errors import ArchiveError

CODE = """class M(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  layer : __torch__.torch.classes.{kind}
  def forward(self: __torch__.M,
    x: Tensor) -> Tensor:
    layer = self.layer
    return ops.{operator}(x, layer)
"""


def tensor(key: int, shape: tuple[int, ...]) -> bytes:
    """The pickle of a float32 tensor without gaps."""
    strides = np.empty(shape, np.float32).strides
    sizes = [b"(" + b"".join(b"K" + bytes([size]) for size in one) + b"t" for one in (shape, [step // 4 for step in strides])]
    numel = int(np.prod(shape))
    storage = b"(X\x07\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\0" + str(key).encode() + b"X\x03\0\0\0cpuM" + numel.to_bytes(2, "little")
    return b"ctorch._utils\n_rebuild_tensor_v2\n(" + storage + b"tQK\0" + sizes[0] + sizes[1] + b"\x89ccollections\nOrderedDict\n)RtR"


def ints(*values: int) -> bytes:
    return b"ctorch.jit._pickle\nbuild_intlist\n(](" + b"".join(b"K" + bytes([value]) for value in values) + b"etR"


def archive(kind: str, operator: str, state: bytes, *arrays: np.ndarray) -> io.BytesIO:
    module, _, name = f"__torch__.torch.classes.{kind}".rpartition(".")
    value = f"c{module}\n{name}\n".encode() + b")\x81" + state + b"b"
    data = b"\x80\x02c__torch__\nM\n)\x81}(X\x08\0\0\0training\x89X\x05\0\0\0layer" + value + b"ub."
    out = io.BytesIO()
    writer = ArchiveWriter(out.write, "archive")
    for key, array in enumerate(arrays):
        writer.add(f"data/{key}", array.tobytes())
    for record, content in (
        ("data.pkl", data), ("constants.pkl", b"\x80\x02)."), ("version", b"3\n"),
        ("code/__torch__.py", CODE.format(kind=kind, operator=operator).encode()),
    ):  # fmt: skip
        writer.add(record, content)
    writer.finish()
    out.seek(0)
    return out


RNG = np.random.default_rng(0)
WEIGHT, BIAS = RNG.standard_normal((4, 3)).astype(np.float32), RNG.standard_normal(4).astype(np.float32)
FILTERS = RNG.standard_normal((4, 2, 3, 3)).astype(np.float32)
SIX = b"G\x40\x18\0\0\0\0\0\0"
LINEAR = ("xnnpack.LinearOpContext", "prepacked.linear_clamp_run", b"(" + tensor(0, (4, 3)) + tensor(1, (4,)) + b"K\0" + SIX + b"t")
CONV = (
    "xnnpack.Conv2dOpContext", "prepacked.conv2d_clamp_run",
    b"(" + tensor(0, (4, 2, 3, 3)) + tensor(1, (4,)) + ints(2, 1) + ints(1, 1) + ints(1, 1) + b"K\x01NNt",
)  # fmt: skip
TRANSPOSED = (
    "xnnpack.TransposeConv2dOpContext", "prepacked.conv2d_transpose_clamp_run",
    b"(" + tensor(0, (4, 2, 3, 3)) + b"N" + ints(2, 2) + ints(1, 1) + ints(1, 0) + ints(1, 1) + b"K\x01K\0Nt",
)  # fmt: skip


def resaved(model: rl.jit.ScriptModule) -> rl.jit.ScriptModule:
    out = io.BytesIO()
    rl.jit.save(model, out)
    out.seek(0)
    return rl.jit.load(out)


def test_linear_contexts_run() -> None:
    model = rl.jit.load(archive(*LINEAR, WEIGHT, BIAS))
    x = RNG.standard_normal((5, 3)).astype(np.float32) * 4
    expected = np.clip(x @ WEIGHT.T + BIAS, 0, 6)
    for one in (model, resaved(model)):
        np.testing.assert_allclose(one(rl.from_numpy(x)).numpy(), expected, rtol=1e-5, atol=1e-5)


def test_convolution_contexts_run() -> None:
    model = rl.jit.load(archive(*CONV, FILTERS, BIAS))
    x = rl.from_numpy(RNG.standard_normal((1, 2, 6, 5)).astype(np.float32))
    expected = rl.nn.functional.conv2d(x, rl.from_numpy(FILTERS), rl.from_numpy(BIAS), (2, 1), (1, 1))
    for one in (model, resaved(model)):
        np.testing.assert_array_equal(one(x).numpy(), expected.numpy())
    model = rl.jit.load(archive(*TRANSPOSED, FILTERS))
    x = rl.from_numpy(RNG.standard_normal((1, 4, 3, 3)).astype(np.float32))
    expected = rl.nn.functional.conv_transpose2d(x, rl.from_numpy(FILTERS), None, (2, 2), (1, 1), (1, 0)).clamp(min=0)
    np.testing.assert_array_equal(resaved(model)(x).numpy(), expected.numpy())


def test_other_classes_are_named() -> None:
    with pytest.raises(ArchiveError, match=r"acme\.Engine is a class of libtorch that rushlight does not have"):
        rl.jit.load(archive("acme.Engine", "prepacked.linear_clamp_run", b"K\x01"))


NO_LINEAR = [b"N", b"K\x01", b"(t", b"(NNNNt", b"}", LINEAR[2][:-1] + b"K\x01t", b"(" + tensor(0, (4, 3)) + b"K\x01NNt"]


@pytest.mark.parametrize("state", NO_LINEAR)
def test_damaged_states_are_refused(state: bytes) -> None:
    with pytest.raises(ArchiveError):
        rl.jit.load(archive(LINEAR[0], LINEAR[1], state, WEIGHT, BIAS))


TEXT = b"X\x01\0\0\x002"


TOO_MANY = b"(K\x03" + ints(*[9] * 11) + b"](N" + tensor(0, (4, 3)) + b"et"


@pytest.mark.parametrize("state", [b"N", TEXT, b"(" + TEXT + b"]]t", b"(K\x03" + ints(2, 1) + b"]t", TOO_MANY])
def test_damaged_states_of_convolutions_are_refused(state: bytes) -> None:
    with pytest.raises(ArchiveError):
        rl.jit.load(archive("quantized.Conv2dPackedParamsBase", "quantized.conv2d_unpack", state, WEIGHT))


def test_states_of_old_archives_are_read() -> None:
    weight = rl.quantize_per_tensor(rl.from_numpy(FILTERS), 0.1, 0, qint8)
    sizes = [[rl.tensor(size) for size in one] for one in ((2, 1), (1, 1), (1, 1))]
    made = Convolution2dParameters.from_state((weight, None, *sizes, rl.tensor(1)))
    assert isinstance(made, Convolution2dParameters)
    assert (made.stride(), made.padding(), made.groups(), made.transpose()) == ([2, 1], [1, 1], 1, False)
    again = Convolution2dParameters.from_state(made.state())
    assert again.state()[0] == "2"
    with pytest.raises(RuntimeError, match="none that is known"):
        Convolution2dParameters.from_state((1, 2, 3))
    assert made.class_name.startswith(ROOT)

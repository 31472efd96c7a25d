"""The networks that are timed, for each contender: name in, a callable from a numpy array to a numpy array out.

Everyone gets the same weights. Every callable starts from its own library's tensor, prepared beforehand, and ends where the result is
complete in memory; the runner in paired.py times them, `results` lets it compare what they compute first.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper

import rushlight as rl

ROOT = Path(__file__).resolve().parents[1]
DIGITS = ROOT / "tools" / "digits.pt"
MLP_SIZES = (256, 512, 512, 10)

Array = np.ndarray
State = dict[str, Array]


@dataclass(frozen=True)
class Contender:
    """One library's way to run a row: `call` is what is timed, `result` what it computes, as a numpy array."""

    name: str
    call: Callable[[], object]
    result: Callable[[], Array]


class TorchDigits(torch.nn.Module):
    """The network of examples/digits, in PyTorch."""

    def __init__(self) -> None:
        super().__init__()
        nn = torch.nn
        convolutions = [nn.Conv2d(1, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2)]
        convolutions += [nn.Conv2d(16, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(2)]
        self.features = nn.Sequential(*convolutions)
        self.classifier = nn.Sequential(nn.Flatten(), nn.Linear(128, 64), nn.ReLU(), nn.Dropout(0.25), nn.Linear(64, 10))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.classifier(self.features(x))


def mlp(nn: object) -> object:
    """Three linear layers with ReLU between, from either library's `nn`."""
    first, second, third, last = MLP_SIZES
    return nn.Sequential(nn.Linear(first, second), nn.ReLU(), nn.Linear(second, third), nn.ReLU(), nn.Linear(third, last))


def digit_scans(count: int) -> Array:
    """The first held-out scans as the network wants them: (count, 1, 8, 8) floats from 0 to 1."""
    images = np.load(ROOT / "tools" / "digits.npz")["images"]
    return np.ascontiguousarray(images[:count, None].astype(np.float32) / 16)


def mlp_input(count: int) -> Array:
    """Normal random rows, the same every time."""
    return np.random.default_rng(0).standard_normal((count, MLP_SIZES[0]), dtype=np.float32)


def onnx_digits(state: State) -> bytes:
    """The digits network as ONNX, every layer as PyTorch's exporter writes it."""
    nodes = []
    value = "x"
    for layer in (0, 4):
        names = [f"features.{layer}.weight", f"features.{layer}.bias"]
        nodes.append(helper.make_node("Conv", [value, *names], [f"conv{layer}"], kernel_shape=[3, 3], pads=[1, 1, 1, 1]))
        norm = [f"features.{layer + 1}.{part}" for part in ("weight", "bias", "running_mean", "running_var")]
        nodes.append(helper.make_node("BatchNormalization", [f"conv{layer}", *norm], [f"norm{layer}"], epsilon=1e-5))
        nodes.append(helper.make_node("Relu", [f"norm{layer}"], [f"relu{layer}"]))
        nodes.append(helper.make_node("MaxPool", [f"relu{layer}"], [f"pool{layer}"], kernel_shape=[2, 2], strides=[2, 2]))
        value = f"pool{layer}"
    nodes.append(helper.make_node("Flatten", [value], ["flat"]))
    nodes.append(helper.make_node("Gemm", ["flat", "classifier.1.weight", "classifier.1.bias"], ["hidden"], transB=1))
    nodes.append(helper.make_node("Relu", ["hidden"], ["active"]))
    nodes.append(helper.make_node("Gemm", ["active", "classifier.4.weight", "classifier.4.bias"], ["y"], transB=1))
    return onnx_model(nodes, state, ["n", 1, 8, 8])


def onnx_mlp(state: State) -> bytes:
    """The MLP as ONNX."""
    nodes = []
    value = "x"
    for layer in (0, 2, 4):
        result = "y" if layer == 4 else f"linear{layer}"
        nodes.append(helper.make_node("Gemm", [value, f"{layer}.weight", f"{layer}.bias"], [result], transB=1))
        if layer != 4:
            nodes.append(helper.make_node("Relu", [result], [f"relu{layer}"]))
        value = f"relu{layer}"
    return onnx_model(nodes, state, ["n", MLP_SIZES[0]])


def onnx_model(nodes: list[onnx.NodeProto], state: State, shape: list[object]) -> bytes:
    """A checked model from x to y with the weights that its nodes name."""
    used = {name for node in nodes for name in node.input}
    weights = [numpy_helper.from_array(array, name) for name, array in state.items() if name in used]
    inputs = [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)]
    outputs = [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 10])]
    graph = helper.make_graph(nodes, "network", inputs, outputs, weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    return model.SerializeToString()


def numpy_state(module: object) -> State:
    """The state dict of a PyTorch module as numpy arrays."""
    return {name: tensor.detach().numpy() for name, tensor in module.state_dict().items()}


def rushlight_contender(scripted: rl.jit.ScriptModule, x: Array) -> Contender:
    """A scripted module of rushlight, frozen and optimised for inference, called from Python."""
    tensor, model = rl.from_numpy(x), rl.jit.optimize_for_inference(scripted)
    return Contender("rushlight", lambda: model(tensor), lambda: model(tensor).numpy())


def torch_contenders(module: torch.nn.Module, x: Array) -> list[Contender]:
    """PyTorch eager, and the same module scripted, frozen and optimised for inference."""
    tensor = torch.from_numpy(x)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        frozen = torch.jit.optimize_for_inference(torch.jit.freeze(torch.jit.script(module.eval())))
    for _ in range(20):
        frozen(tensor)
    return [
        Contender("torch eager", lambda: module(tensor), lambda: module(tensor).numpy()),
        Contender("torch.jit", lambda: frozen(tensor), lambda: frozen(tensor).numpy()),
    ]


def onnx_contender(model: bytes, x: Array, threads: int) -> Contender:
    """onnxruntime on the CPU with all its optimisations."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    feed = {"x": x}
    return Contender("onnxruntime", lambda: session.run(None, feed), lambda: session.run(None, feed)[0])


def eager_add() -> list[Contender]:
    """Adding two tensors of four elements: what one call costs."""
    a, b = (np.random.default_rng(seed).standard_normal(4, dtype=np.float32) for seed in (1, 2))
    ours = rl.from_numpy(a), rl.from_numpy(b)
    theirs = torch.from_numpy(a), torch.from_numpy(b)
    return [
        Contender("rushlight", lambda: rl.add(*ours), lambda: rl.add(*ours).numpy()),
        Contender("torch eager", lambda: torch.add(*theirs), lambda: torch.add(*theirs).numpy()),
    ]


def digits(count: int, threads: int) -> list[Contender]:
    """The digits network on a batch of scans."""
    x = digit_scans(count)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        state = torch.jit.load(str(DIGITS)).state_dict()
    module = TorchDigits().eval()
    module.load_state_dict(state)
    ours = rushlight_contender(rl.jit.load(str(DIGITS)).eval(), x)
    return [ours, *torch_contenders(module, x), onnx_contender(onnx_digits(numpy_state(module)), x, threads)]


def mlp_row(count: int, threads: int) -> list[Contender]:
    """The MLP on a batch of rows."""
    x = mlp_input(count)
    torch.manual_seed(0)
    module = mlp(torch.nn).eval()
    state = numpy_state(module)
    model = mlp(rl.nn).eval()
    model.load_state_dict({name: rl.from_numpy(array) for name, array in state.items()})
    ours = rushlight_contender(rl.jit.script(model), x)
    return [ours, *torch_contenders(module, x), onnx_contender(onnx_mlp(state), x, threads)]

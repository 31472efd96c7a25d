"""Archives of PyTorch 1.0 to 1.3: `model.json`, sources per module, tables of tensors and attribute values.

The archives are written here after what PyTorch's exporter of that time wrote: PyTorch itself no longer opens them.
"""

from __future__ import annotations

import io
import json
from typing import Any

import numpy as np
import pytest

import rushlight as rl
from rushlight.serialize.container_writer import ArchiveWriter
from rushlight.serialize.errors import ArchiveError
from rushlight.serialize.inspect_archive import inspect_archive

WEIGHT = np.arange(6, dtype=np.float32).reshape(2, 3)
LINEAR = """op_version_set = 1
def forward(self,
    input: Tensor) -> Tensor:
  _0 = torch.addmm(self.bias, input, torch.t(self.weight), beta=1, alpha=1)
  return _0
"""
MODEL = """op_version_set = 1
import __torch__.helpers
def forward(self,
    x: Tensor,
    names: List[str]) -> Tuple[Tensor, str]:
  _0 = torch.mul((getattr(self.layers, "0")).forward(x, ), CONSTANTS.c3)
  _1 = __torch__.helpers.scaled(_0, self.factor, )
  return (torch.add(_1, torch.div(self.steps, 2), alpha=1), torch.select(names, -1))
def count(self) -> int:
  return torch.len(self.words)
"""
HELPERS = """op_version_set = 1
def scaled(x: Tensor,
    factor: float) -> Tensor:
  return torch.mul(x, factor)
"""


def tensor(key: str, dims: list[int], strides: list[int], **others: Any) -> dict[str, Any]:
    fields = {"dims": [str(size) for size in dims], "strides": [str(size) for size in strides], "data": {"key": key}}
    return {**fields, "offset": "0", "dataType": "FLOAT", "requiresGrad": True, "device": "cpu", **others}


def message() -> dict[str, Any]:
    """`model.json` of a module with a linear layer inside a container."""
    tensors = [
        tensor("tensors/0", [2, 3], [3, 1]),
        tensor("tensors/1", [2], [1]),
        tensor("tensors/2", [], [], dataType="INT64", requiresGrad=False),
        tensor("tensors/1", [], [], offset="1", requiresGrad=False),
    ]
    linear = {
        "name": "0", "optimize": True, "torchscriptArena": {"key": "code/model_layers_0.py"},
        "parameters": [{"isBuffer": False, "tensorId": "0", "name": "weight"}, {"tensorId": "1", "name": "bias"}],
    }  # fmt: skip
    main = {
        "name": "model", "optimize": True, "torchscriptArena": {"key": "code/model.py"},
        "submodules": [{"name": "layers", "optimize": True, "submodules": [linear]}],
        "parameters": [{"isBuffer": True, "tensorId": "2", "name": "steps"}],
        "attributes": [
            {"type": "float", "name": "factor", "id": "0"}, {"type": "List[str]", "name": "words", "id": "1"},
            {"type": "bool", "name": "training", "id": "2"},
        ],
    }  # fmt: skip
    return {"protoVersion": "5", "mainModule": main, "producerName": "pytorch", "producerVersion": "1.2", "tensors": tensors}


def archive(message: dict[str, Any], **changed: bytes) -> io.BytesIO:
    strings = b"ctorch.jit._pickle\nrestore_type_tag\n](X\x01\x00\x00\x00aX\x01\x00\x00\x00beX\x09\x00\x00\x00List[str]\x86R"
    records = {
        "version": b"1\n", "code/model.py": MODEL.encode(), "code/model_layers_0.py": LINEAR.encode(),
        "libs/__torch__/helpers.py": HELPERS.encode(), "attributes.pkl": b"\x80\x02(G\x40" + bytes(7) + strings + b"\x89t.",
        "tensors/0": WEIGHT.tobytes(), "tensors/1": np.array([0.5, 10], np.float32).tobytes(), "tensors/2": np.array(7).tobytes(),
        "model.json": json.dumps(message).encode(), **{name.replace("__", "/"): content for name, content in changed.items()},
    }  # fmt: skip
    out = io.BytesIO()
    writer = ArchiveWriter(out.write, "model")
    for name, content in records.items():
        writer.add(name, content)
    writer.finish()
    out.seek(0)
    return out


def check(model: Any) -> None:
    x = rl.tensor([[1.0, 2.0, 3.0]])
    result, last = model(x, ["p", "q"])
    # integers were divided with truncation then: 7 / 2 is 3
    expected = (x.numpy() @ WEIGHT.T + np.array([0.5, 10], np.float32)) * 10 * 2 + 3
    np.testing.assert_allclose(result.numpy(), expected)
    assert (last, model.count()) == ("q", 2)


def test_modules_run_and_are_saved_as_new_ones() -> None:
    model = rl.jit.load(archive(message()))
    check(model)
    assert [name for name, _ in model.named_parameters()] == ["layers.0.weight", "layers.0.bias"]
    assert [name for name, _ in model.named_buffers()] == ["steps"]
    assert model.layers.get_submodule("0").weight.requires_grad
    out = io.BytesIO()
    rl.jit.save(model.eval(), out)
    out.seek(0)
    check(rl.jit.load(out))


def test_archives_are_described() -> None:
    summary = inspect_archive(archive(message()))
    assert summary.version == 1
    forward, count = [method.signature for method in summary.methods]
    assert (forward, count) == ("forward(x: Tensor, names: List[str]) -> Tuple[Tensor, str]", "count() -> int")
    assert [(one.name, one.shape) for one in summary.parameters] == [("layers.0.weight", (2, 3)), ("layers.0.bias", (2,))]
    assert summary.operators["aten::addmm"] == 1


def test_classes_of_the_first_archives_are_in_one_library() -> None:
    code = "op_version_set = 0\ndef forward(self,\n    x: Tensor) -> Tensor:\n  return Pair.__new__(Pair).twice(x, )\n"
    library = "op_version_set = 0\nclass Pair:\n  def twice(self: Pair, x: Tensor) -> Tensor:\n    return torch.add(x, x, alpha=1)\n"
    main = {"name": "model", "torchscriptArena": {"key": "code/model.py"}}
    old = {"protoVersion": "1", "mainModule": main, "libs": {"torchscriptArena": {"key": "libs.py"}}}
    model = rl.jit.load(archive(old, **{"code__model.py": code.encode(), "libs.py": library.encode()}))
    assert model(rl.tensor(2.0)).item() == 4.0


def test_states_are_set() -> None:
    code = "def __getstate__(self) -> int:\n  return self.x\ndef __setstate__(self, state: int) -> None:\n  self.x = torch.add(state, 1)\n"
    main = {
        "name": "model", "torchscriptArena": {"key": "code/model.py"}, "getStateAttributeId": "0",
        "attributes": [{"type": "int", "name": "x", "id": "-1"}],
    }  # fmt: skip
    model = rl.jit.load(archive({"mainModule": main}, **{"code__model.py": code.encode(), "attributes.pkl": b"\x80\x02(K\x04t."}))
    assert model.x == 5


def broken(change: Any) -> dict[str, Any]:
    made = message()
    change(made)
    return made


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "no module": ({}, "None stands where an object"),
    "tensor index": (broken(lambda m: m["mainModule"]["parameters"][0].update(tensorId="4")), "tensor 4 is none of the 4"),
    "attribute index": (broken(lambda m: m["mainModule"]["attributes"][0].update(id="9")), "attribute 9 is none of the 3"),
    "attribute type": (broken(lambda m: m["mainModule"]["attributes"][0].update(type="Tensor")), "declared Tensor"),
    "no type": (broken(lambda m: m["mainModule"]["attributes"][0].update(type="(")), "not understood"),
    "leaves its storage": (broken(lambda m: m["tensors"][0].update(dims=["3", "3"])), "leave storage"),
    "data type": (broken(lambda m: m["tensors"][0].update(dataType="STRING")), "data type 'STRING'"),
    "two types": (broken(lambda m: m["tensors"][3].update(dataType="INT32")), "over a storage of"),
    "number": (broken(lambda m: m["tensors"][0].update(offset="1e3")), "not an integer"),
    "missing record": (broken(lambda m: m["tensors"][0]["data"].update(key="tensors/9")), "missing"),
    "missing code": (broken(lambda m: m["mainModule"]["torchscriptArena"].update(key="code/b.py")), "missing"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_descriptions_are_refused(name: str) -> None:
    description, reason = BAD[name]
    with pytest.raises(ArchiveError, match=reason):
        rl.jit.load(archive(description))


def test_deep_modules_are_refused() -> None:
    main: dict[str, Any] = {"name": "m"}
    for _ in range(100):
        main = {"name": "m", "submodules": [main]}
    with pytest.raises(ArchiveError, match="nested deeper"):
        rl.jit.load(archive({"mainModule": main}))


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"[" * 100000, b'{"mainModule": 1' + b"0" * 10000 + b"}", b"\xff"])
def test_texts_that_are_no_description_are_refused(content: bytes) -> None:
    with pytest.raises(ArchiveError):
        rl.jit.load(archive({}, **{"model.json": content}))

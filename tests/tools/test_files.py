"""`rushlight ls`, `verify` and `convert`: what they print, their exit status, what they import."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import rushlight as rl
from rushlight.tools.cli import main


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str]:
    """Status and output of a command in this process."""
    status = main([str(argument) for argument in arguments])
    said = capsys.readouterr()
    return status, said.out + said.err


def saved(path: Path) -> Path:
    """A file with views, nesting, and values that are no tensors."""
    base = rl.arange(12.0).reshape(3, 4)
    rl.save({"model": {"w": base, "row": base[1], "t": base.t()}, "steps": [rl.arange(3), 7], "half": rl.ones(2).to(rl.bfloat16)}, path)
    return path


def test_ls(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = saved(tmp_path / "model.pt")
    status, said = run(capsys, "ls", path)
    assert status == 0
    assert said.splitlines()[0].endswith("torch.save, 2.3 kB, 5 tensors in 3 storages, 76 bytes"), said
    assert [line.split() for line in said.splitlines()[2:3]] == [
        ["model.row", "float32", "[4]", "16", "bytes", "shares", "storage", "0,", "in", "48", "bytes"]
    ]
    status, said = run(capsys, "ls", path, "--json")
    facts = json.loads(said)
    assert facts["shared"] == {"0": ["model.w", "model.row", "model.t"]} and facts["unlisted"] == []
    assert facts["tensors"][3] == {
        "name": "steps.0", "kind": "tensor", "shape": [3], "dtype": "int64", "nbytes": 24, "location": "cpu", "storage": "1",
        "storage_nbytes": 24,
    }  # fmt: skip


class Own:
    """A class that files may not use."""


def test_ls_and_verify_name_classes_that_load_refuses(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own = Own()
    vars(own).update(x=rl.arange(2))
    rl.save({"own": own, "y": rl.ones(1)}, tmp_path / "model.pt")
    status, said = run(capsys, "ls", tmp_path / "model.pt")
    assert status == 0 and f"  {Own.__module__}.Own" in said.splitlines() and "own.x" in said
    status, said = run(capsys, "verify", tmp_path / "model.pt")
    assert status == 1 and f"not on the list: {Own.__module__}.Own" in said


@pytest.mark.parametrize("folder", ["saves", "archives"])
def test_golden_files_are_listed_and_good(folder: str, golden: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for path in sorted((golden / folder).glob("*.pt")):
        assert run(capsys, "ls", path)[0] == 0, path
        status, said = run(capsys, "verify", path, "--json")
        assert status == 0 and all(rule["ok"] for rule in json.loads(said)["rules"]), said


def test_verify_names_the_rule_that_is_broken(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = saved(tmp_path / "model.pt")
    data = path.read_bytes()

    def rules(changed: bytes) -> dict[str, Any]:
        path.write_bytes(changed)
        status, said = run(capsys, "verify", path, "--json")
        assert status == 1
        return {rule["name"]: rule["ok"] for rule in json.loads(said)["rules"]}

    numbers = np.arange(12, dtype=np.float32).tobytes()
    assert rules(data.replace(numbers, numbers[::-1]))["checksums"] is False
    assert rules(data[:-9]) == {"container": False, "checksums": None, "version": None, "pickle": None, "globals": None}
    assert rules(zipped(b"\x80\x02N.", b"99"))["version"] is False
    assert rules(zipped(b"\x80\x02NN.", b"3")) == {
        "container": True, "checksums": True, "version": True, "pickle": False, "globals": None,
    }  # fmt: skip
    path.write_bytes(b"<html>")
    status, said = run(capsys, "verify", path)
    assert status == 1 and "web page" in said and "not good" in said


def zipped(pickle: bytes, version: bytes) -> bytes:
    """A small file by hand."""
    import io

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("a/data.pkl", pickle)
        file.writestr("a/version", version)
    return out.getvalue()


@pytest.mark.parametrize("ending", ["npz", "safetensors"])
def test_convert_and_back(ending: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if ending == "safetensors":
        pytest.importorskip("safetensors")
    names = "uint8 int8 int16 int32 int64 uint16 uint32 uint64 float16 float32 float64 bool complex64".split()
    state: dict[str, Any] = {name: rl.tensor([[0, 1], [1, 0]]).to(getattr(rl, name)) for name in names}
    state |= {"inner": {"t": rl.arange(6.0).reshape(2, 3).t(), "scalar": rl.tensor(2.5), "empty": rl.zeros(0, 3)}, "name": "x"}
    if ending == "safetensors":
        state["bfloat16"] = rl.ones(3).to(rl.bfloat16)
    rl.save(state, tmp_path / "a.pt")
    status, said = run(capsys, "convert", tmp_path / "a.pt", tmp_path / f"b.{ending}")
    assert status == 0 and "note: name is left out: a str" in said
    status, said = run(capsys, "convert", tmp_path / f"b.{ending}", tmp_path / "c.pt", "--json")
    facts = json.loads(said)
    assert status == 0 and facts["notes"] == [] and facts["tensors"] == len(names) + 3 + (ending == "safetensors")
    back, state = rl.load(tmp_path / "c.pt"), {**state, **{f"inner.{name}": tensor for name, tensor in state["inner"].items()}}
    for name, tensor in back.items():
        assert (tensor.dtype, tensor.shape, tensor.tolist()) == (state[name].dtype, state[name].shape, state[name].tolist())
    first = (tmp_path / f"b.{ending}").read_bytes()
    assert run(capsys, "convert", tmp_path / "a.pt", tmp_path / f"b.{ending}")[0] == 0
    assert (tmp_path / f"b.{ending}").read_bytes() == first
    assert run(capsys, "ls", tmp_path / f"b.{ending}")[0] == 0


def test_convert_takes_the_tensors_of_a_program(golden: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, said = run(capsys, "convert", golden / "archives" / "methods.pt", tmp_path / "a.npz")
    assert (status, said) == (0, f"{tmp_path / 'a.npz'}: 5 tensors, 1.6 kB\n")
    with np.load(tmp_path / "a.npz") as arrays:
        expected = rl.jit.load(golden / "archives" / "methods.pt").state_dict()
        assert set(expected) <= set(arrays) and all(np.array_equal(arrays[name], tensor.numpy()) for name, tensor in expected.items())


def test_what_cannot_be_converted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rl.save({"x": rl.ones(2).to(rl.bfloat16)}, tmp_path / "a.pt")
    rl.save([1], tmp_path / "none.pt")
    np.savez(tmp_path / "text.npz", x=np.array(["a"]))
    (tmp_path / "bad.npz").write_bytes((tmp_path / "text.npz").read_bytes()[:-30])
    for source, target, words in (
        ("a.pt", "b.npz", "NumPy does not have; convert to .safetensors"), ("a.pt", "b.onnx", "the ending says the format"),
        ("none.pt", "b.npz", "there is no tensor"), ("text.npz", "b.pt", "which no tensor has"), ("bad.npz", "b.pt", "no .npz file"),
        ("missing.pt", "b.pt", "No such file"),
    ):  # fmt: skip
        status, said = run(capsys, "convert", tmp_path / source, tmp_path / target)
        assert status == 1 and words in said, said
        assert not (tmp_path / target).exists()


def test_looking_at_files_needs_numpy_alone(tmp_path: Path, golden: Path) -> None:
    saved(tmp_path / "a.pt")
    program = (
        "import sys; from rushlight.tools.cli import main; import warnings; warnings.simplefilter('ignore')\n"
        "assert main(['ls', sys.argv[1]]) == main(['verify', sys.argv[1]]) == main(['verify', sys.argv[2]]) == 0\n"
        "assert main(['convert', sys.argv[2], sys.argv[1] + '.npz']) == main(['convert', sys.argv[1] + '.npz', sys.argv[1]]) == 0\n"
        "assert not {'numba', 'llvmlite'} & set(sys.modules)"
    )
    arguments = [sys.executable, "-c", program, str(tmp_path / "a.pt"), str(golden / "archives" / "methods.pt")]
    done = subprocess.run(arguments, capture_output=True, text=True, env={**os.environ})
    assert done.returncode == 0, done.stdout + done.stderr

"""The command line from outside: output, exit status, one clear line for each mistake."""

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
from rushlight.tools.run import as_data, flatten

DIGITS = Path(__file__).resolve().parents[2] / "tools" / "digits.pt"


def rushlight(*arguments: object, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command line in a process of its own."""
    command = [sys.executable, "-m", "rushlight.tools.cli", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, env={**os.environ, **environment}, capture_output=True, text=True, stdin=subprocess.DEVNULL)


def fails(done: subprocess.CompletedProcess[str], words: str) -> None:
    """The command failed with status 1 and one line that has these words."""
    assert done.returncode == 1, done
    assert done.stdout == ""
    assert done.stderr.startswith("rushlight ") and words in done.stderr
    assert done.stderr.count("\n") == 1 and "Traceback" not in done.stderr


@pytest.fixture
def scans(root: Path) -> np.ndarray[Any, Any]:
    """The first held-out scans, as the network wants them."""
    with np.load(root / "tools" / "digits.npz") as data:
        return data["images"][:6, None].astype(np.float32) / 16


@pytest.fixture
def logits(golden: Path) -> np.ndarray[Any, Any]:
    """What PyTorch gives for them."""
    with np.load(golden / "digits" / "expected.npz") as data:
        return data["logits"][:6]


def test_version(tmp_path: Path) -> None:
    """`rushlight --version` is one line."""
    done = rushlight("--version", cwd=tmp_path)
    assert done.returncode == 0
    assert done.stdout.startswith("rushlight ") and done.stdout.count("\n") == 1


@pytest.mark.parametrize("arguments", [(), ("dance",), ("run",), ("info",)])
def test_wrong_usage(arguments: tuple[str, ...], tmp_path: Path) -> None:
    """Wrong usage has status 2 and says how it goes."""
    done = rushlight(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert "usage: rushlight" in done.stderr


def test_run_writes_an_array(scans: Any, logits: Any, tmp_path: Path) -> None:
    """The result as .npy is PyTorch's."""
    np.save(tmp_path / "x.npy", scans)
    done = rushlight("run", DIGITS, "--input", "x.npy", "--output", "y.npy", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert np.abs(np.load(tmp_path / "y.npy") - logits).max() <= 1e-5 * np.abs(logits).max()


def test_run_takes_foreign_layouts(scans: Any, logits: Any, tmp_path: Path) -> None:
    """Fortran order and the other byte order are the same array."""
    np.save(tmp_path / "x.npy", np.asfortranarray(scans.astype(">f4")))
    done = rushlight("run", DIGITS, "--input", "x.npy", "--output", "y.npz", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert np.abs(np.load(tmp_path / "y.npz")["0"] - logits).max() <= 1e-5 * np.abs(logits).max()


def test_run_prints(scans: Any, tmp_path: Path) -> None:
    """Without --output the result is printed, dtype and shape first."""
    np.save(tmp_path / "x.npy", scans)
    done = rushlight("run", DIGITS, "--input", "x.npy", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("torch.float32 [6, 10]\ntensor([[")


def test_run_prints_json(scans: Any, logits: Any, tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", scans)
    done = rushlight("run", DIGITS, "--input", "x.npy", "--json", cwd=tmp_path)
    result = json.loads(done.stdout)
    assert (result["dtype"], result["shape"]) == ("float32", [6, 10])
    np.testing.assert_allclose(result["values"], logits, rtol=1e-5, atol=1e-5)


def test_results_as_data_and_as_arrays() -> None:
    """Whatever a program returns is JSON or refused; no array takes another's place."""
    result = {"a": (rl.ones(1), None), "b": [float("nan"), float("-inf"), 1.5, True, "text"]}
    values = {"dtype": "float32", "shape": [1], "values": [1.0]}
    assert as_data(result) == {"a": [values, None], "b": ["nan", "-inf", 1.5, True, "text"]}
    assert list(flatten({"a": rl.ones(1), "b": [rl.ones(2), 3]})) == ["a", "b.0", "b.1"]
    with pytest.raises(ValueError, match="two arrays of the result would be called 'a.b'"):
        flatten({"a.b": rl.ones(1), "a": {"b": rl.ones(1)}})


def test_run_mistakes(scans: Any, tmp_path: Path) -> None:
    """Each mistake is one line."""
    np.save(tmp_path / "x.npy", scans)
    (tmp_path / "text.npy").write_text("1 2 3")
    fails(rushlight("run", "none.pt", "--input", "x.npy", cwd=tmp_path), "none.pt: No such file")
    fails(rushlight("run", DIGITS, "--input", "none.npy", cwd=tmp_path), "none.npy: No such file")
    fails(rushlight("run", DIGITS, "--input", "text.npy", cwd=tmp_path), "text.npy: this is no .npy file")
    fails(rushlight("run", DIGITS, "--input", "x.npy", "--output", "y.txt", cwd=tmp_path), "y.txt: the result is written as")
    fails(rushlight("run", DIGITS, "--input", "x.npy", "--output", "none/y.npy", cwd=tmp_path), "there is no such folder")
    fails(rushlight("run", DIGITS, "--input", "x.npy", "--method", "dance", cwd=tmp_path), "there is no method 'dance'")
    fails(rushlight("run", "x.npy", "--input", "x.npy", cwd=tmp_path), "x.npy: this is a NumPy array")


def test_run_refuses_objects(tmp_path: Path) -> None:
    """An array of Python objects is a pickle, and is not read."""
    np.save(tmp_path / "x.npy", np.array([{}, None], dtype=object), allow_pickle=True)
    fails(rushlight("run", DIGITS, "--input", "x.npy", cwd=tmp_path), "Object arrays cannot be loaded")


def test_run_reports_the_error_of_the_model(tmp_path: Path) -> None:
    """What the model raises is said without Python's own traceback."""
    np.save(tmp_path / "x.npy", np.zeros((2, 3, 8, 8), np.float32))
    done = rushlight("run", DIGITS, "--input", "x.npy", cwd=tmp_path)
    assert done.returncode == 1
    assert "rushlight run: " in done.stderr and 'File "/' not in done.stderr.split("\n", 1)[0]
    assert "channels" in done.stderr


@pytest.mark.parametrize(
    "line, words",
    [('raise ValueError("boo")', "ValueError: boo"), ("return [1] * (1 << 50)", "not enough memory")],
)
def test_run_reports_what_a_program_raises(line: str, words: str, tmp_path: Path) -> None:
    """A `raise` in the program, and one that asks for all memory, end in a message."""
    import rushlight as rl

    class Model(rl.nn.Module):
        def forward(self) -> None:
            pass

    module = rl.jit.script(Model())
    module.define(f"def other(self):\n    {line}\n")
    module.save(tmp_path / "model.pt")
    done = rushlight("run", "model.pt", "--method", "other", cwd=tmp_path)
    assert done.returncode == 1
    assert "Traceback (most recent" not in done.stderr
    assert words in done.stderr


def test_info(tmp_path: Path) -> None:
    """Methods, tensors, operators and version, for people."""
    done = rushlight("info", DIGITS, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    for words in (
        "TorchScript archive, 83.9 kB, format version 3",
        "forward(x: Tensor) -> Tensor",
        "features.0.weight    float32  [16, 1, 3, 3]",
        "Parameters: 12 tensors, 13,802 elements, 55.2 kB",
        "aten::conv2d",
    ):
        assert words in done.stdout


def test_info_as_json(tmp_path: Path) -> None:
    """The same for programs."""
    found = json.loads(rushlight("info", DIGITS, "--json", cwd=tmp_path).stdout)
    assert (found["bytes"], found["version"], found["class_name"]) == (83926, 3, "__torch__.DigitNet")
    assert found["methods"] == [{"name": "forward", "signature": "forward(x: Tensor) -> Tensor"}]
    weight = {"name": "features.0.weight", "shape": [16, 1, 3, 3], "dtype": "float32", "location": "cpu", "nbytes": 576}
    assert found["parameters"][0] == weight
    assert len(found["buffers"]) == 6
    assert found["operators"]["aten::batch_norm"] == 1


def test_info_on_other_files(tmp_path: Path) -> None:
    """A web page saved under a model's name is called a web page."""
    (tmp_path / "model.pt").write_text("<!DOCTYPE html>\n<title>Sign in</title>")
    fails(rushlight("info", "model.pt", cwd=tmp_path), "model.pt: this is a web page")
    with zipfile.ZipFile(tmp_path / "state.pt", "w") as archive:
        archive.writestr("state/data.pkl", b"\x80\x02}.")
        archive.writestr("state/version", b"3\n")
    fails(rushlight("info", "state.pt", cwd=tmp_path), "a file of torch.save, not a TorchScript archive")
    fails(rushlight("info", "none.pt", cwd=tmp_path), "none.pt: No such file or directory")
    fails(rushlight("info", tmp_path, cwd=tmp_path), "Is a directory")


def test_info_on_a_damaged_archive(tmp_path: Path) -> None:
    """A cut file is one line too."""
    (tmp_path / "model.pt").write_bytes(DIGITS.read_bytes()[:40_000])
    fails(rushlight("info", "model.pt", cwd=tmp_path), "archive")


def test_names_in_a_file_control_no_terminal(tmp_path: Path) -> None:
    """Escape sequences of a hostile archive are shown, not obeyed."""
    name = b"\x1b]0;evil\x07\xc2\x9b"
    tensor = b"(X\x07\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\x000X\3\0\0\0cpuK\1tQK\0))\x89N"
    state = b"}X" + len(name).to_bytes(4, "little") + name + b"ctorch._utils\n_rebuild_tensor_v2\n(" + tensor + b"tRs"
    quoted = "'\x1b]0;evil\x07\x9b'"
    with zipfile.ZipFile(tmp_path / "model.pt", "w") as archive:
        archive.writestr("m/data.pkl", b"\x80\x02c__torch__\nM\n)\x81" + state + b"b.")
        archive.writestr("m/data/0", b"\0\0\0\0")
        archive.writestr("m/constants.pkl", b"\x80\x02).")
        archive.writestr("m/version", b"3\n")
        archive.writestr("m/code/__torch__.py", f"class M(Module):\n  __parameters__ = [{quoted}]\n  __buffers__ = []\n")
    done = rushlight("info", "model.pt", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert r"\x1b]0;evil\x07\x9b" in done.stdout
    assert "\x1b" not in done.stdout and "\x9b" not in done.stdout
    failed = rushlight("run", "model.pt", cwd=tmp_path)
    assert failed.returncode == 1
    assert "\x1b" not in failed.stderr


def test_a_reader_that_goes_away(tmp_path: Path) -> None:
    """`rushlight info model.pt | head -1` ends quietly."""
    command = f'"{sys.executable}" -m rushlight.tools.cli info "{DIGITS}" --json | head -1'
    done = subprocess.run(["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True)
    assert done.stdout == "{\n"
    assert done.stderr == ""


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_demo(encoding: str, tmp_path: Path) -> None:
    """PyTorch's accuracy, equal outputs after saving and loading, and a line on what to try next, on any terminal."""
    done = rushlight("demo", cwd=tmp_path, PYTHONIOENCODING=encoding)
    assert done.returncode == 0, done.stderr
    assert "446 of 450 held-out scans, 99.11%: exactly what PyTorch gets" in done.stdout
    assert "all 4500 outputs are equal, bit for bit" in done.stdout
    assert done.stdout.splitlines()[-1].startswith("Try next: rushlight info ")
    assert ("█" in done.stdout) == (encoding == "utf-8")


def test_cache(tmp_path: Path) -> None:
    """The folder of kernels is described and emptied without numba or llvmlite."""
    environment = {**os.environ, "RUSHLIGHT_CACHE": str(tmp_path / "cache")}

    def rushlight(program: str) -> str:
        done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def command(*arguments: str) -> str:
        return rushlight(f"import sys; from rushlight.tools.cli import main; main({list(arguments)}); "
                         "assert not {'numba', 'llvmlite'} & set(sys.modules)")

    assert command("cache", "clear").startswith("deleted 0 kernels, 0 bytes")
    rushlight("import rushlight as rl; rl.ones(3) + 1")
    facts = json.loads(command("cache", "info", "--json"))
    assert facts["folder"] == str(tmp_path / "cache") and facts["problem"] == "" and facts["kernels"] >= 1 and facts["bytes"] > 500
    assert f"kernels  {facts['kernels']}, " in command("cache", "info") and "used     yes" in command("cache", "info")
    assert command("cache", "clear").startswith(f"deleted {facts['kernels']} kernel")
    assert json.loads(command("cache", "info", "--json"))["kernels"] == 0
    (tmp_path / "cache").chmod(0o777)
    assert "used     no: others can write to it" in command("cache", "info")

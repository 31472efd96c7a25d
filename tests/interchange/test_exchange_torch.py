"""Archives go both ways between PyTorch and rushlight, and to a C++ program with libtorch, and compute the same."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import rushlight as rl

torch = pytest.importorskip("torch")

HERE = Path(__file__).parent
SOURCE = (HERE / "models_torch.py").read_text()
NAMES = ("Digits", "LoopMLP", "Methods")


def load_source(text: str, name: str, folder: Path) -> ModuleType:
    """The module that a source text is; both libraries read classes from their files."""
    path = folder / f"{name}.py"
    path.write_text(text)
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ModuleType, ModuleType]]:
    """The programs compiled against PyTorch, and the same text against rushlight."""
    folder = tmp_path_factory.mktemp("sources")
    text = SOURCE.replace("import torch\n", "import rushlight as torch\n").replace("from torch import", "from rushlight import")
    assert "\nimport rushlight as torch\n" in text and "\nfrom rushlight import" in text
    yield load_source(SOURCE, "models_of_torch", folder), load_source(text, "models_of_rushlight", folder)
    del sys.modules["models_of_torch"], sys.modules["models_of_rushlight"]


@pytest.fixture(scope="module")
def archives_by_both(sources: tuple[ModuleType, ModuleType], tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, Path]]:
    """For each program: the archive PyTorch writes and the archive rushlight writes, with the same weights."""
    theirs, ours = sources
    folder = tmp_path_factory.mktemp("archives")
    result: dict[str, tuple[Path, Path]] = {}
    for name in NAMES:
        torch.manual_seed(1)
        module = getattr(theirs, name)().eval()
        randomise_statistics(module)
        twin = getattr(ours, name)().eval()
        twin.load_state_dict({key: rl.from_numpy(value.numpy().copy()) for key, value in module.state_dict().items()})
        result[name] = folder / f"{name}_torch.pt", folder / f"{name}_rushlight.pt"
        torch.jit.script(module).save(str(result[name][0]))
        rl.jit.script(twin).save(str(result[name][1]))
    return result


def randomise_statistics(module: Any) -> None:
    """Give batch normalisation statistics that matter."""
    for name, buffer in module.named_buffers():
        if name.endswith("running_mean"):
            buffer.normal_()
        if name.endswith("running_var"):
            buffer.uniform_(0.5, 2.0)


def calls() -> list[tuple[str, str, tuple[int, ...]]]:
    """Class, method and input shape of every call in the source."""
    return [
        ("Digits", "forward", (5, 1, 8, 8)),
        ("LoopMLP", "forward", (3, 8)),
        ("Methods", "forward", (3, 8)),
        ("Methods", "encode", (3, 8)),
        ("Methods", "decode", (3, 4)),
        ("Methods", "both", (3, 8)),
        ("Methods", "powers", (3, 8)),
    ]


def example(shape: Sequence[int]) -> np.ndarray:
    """The same random input for everyone."""
    return np.random.default_rng(len(shape)).standard_normal(shape, dtype=np.float32)


def flat(result: Any) -> np.ndarray:
    """All numbers of a tensor or a tuple of tensors, in order."""
    parts = result if isinstance(result, tuple) else (result,)
    return np.concatenate([part.detach().numpy().ravel() for part in parts])


def assert_close(got: np.ndarray, expected: np.ndarray) -> None:
    """Within 1e-5 of the largest number."""
    assert got.shape == expected.shape
    assert np.abs(got - expected).max() <= 1e-5 * np.abs(expected).max()


def by_torch(path: Path, method: str, x: np.ndarray) -> np.ndarray:
    """What PyTorch computes with an archive."""
    with torch.inference_mode():
        return flat(getattr(torch.jit.load(str(path)), method)(torch.from_numpy(x)))


@pytest.mark.parametrize("name, method, shape", calls())
def test_rushlight_runs_archives_of_pytorch(name: str, method: str, shape: tuple[int, ...], archives_by_both: Any) -> None:
    """torch.jit.save, then rl.jit.load."""
    path = archives_by_both[name][0]
    x = example(shape)
    assert_close(flat(getattr(rl.jit.load(str(path)), method)(rl.from_numpy(x))), by_torch(path, method, x))


@pytest.mark.parametrize("name, method, shape", calls())
def test_pytorch_runs_archives_of_rushlight(name: str, method: str, shape: tuple[int, ...], archives_by_both: Any) -> None:
    """rl.jit.save, then torch.jit.load; the judge is PyTorch's own archive."""
    theirs, ours = archives_by_both[name]
    x = example(shape)
    assert_close(by_torch(ours, method, x), by_torch(theirs, method, x))


@pytest.mark.parametrize("name", NAMES)
def test_archives_hold_the_same_program(name: str, archives_by_both: Any) -> None:
    """PyTorch prints the same code for both archives, method by method."""
    theirs, ours = (torch.jit.load(str(path)) for path in archives_by_both[name])
    assert theirs.code == ours.code
    assert sorted(theirs.state_dict()) == sorted(ours.state_dict())


@pytest.fixture(scope="module")
def run_archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The C++ program, linked with the libtorch of the torch wheel."""
    compiler = shutil.which("g++") or shutil.which("c++")
    if compiler is None:
        pytest.skip("no C++ compiler")
    program = tmp_path_factory.mktemp("cpp") / "run_archive"
    wheel = Path(torch.__file__).parent
    include = [f"-I{wheel / 'include'}", f"-I{wheel / 'include/torch/csrc/api/include'}"]
    abi = f"-D_GLIBCXX_USE_CXX11_ABI={int(torch.compiled_with_cxx11_abi())}"
    link = [f"-L{wheel / 'lib'}", f"-Wl,-rpath,{wheel / 'lib'}", "-Wl,--no-as-needed", "-ltorch", "-ltorch_cpu", "-lc10"]
    command = [compiler, "-std=c++20", "-O0", abi, *include, str(HERE / "run_archive.cpp"), "-o", str(program), *link]
    subprocess.run(command, check=True)
    return program


@pytest.mark.parametrize("name, method, shape", calls())
def test_libtorch_runs_archives_of_rushlight(
    name: str, method: str, shape: tuple[int, ...], archives_by_both: Any, run_archive: Path
) -> None:
    """rl.jit.save, then torch::jit::load in C++."""
    theirs, ours = archives_by_both[name]
    x = example(shape)
    command = [str(run_archive), str(ours), method, *map(str, shape)]
    done = subprocess.run(command, input=x.tobytes(), capture_output=True, check=True)
    assert_close(np.frombuffer(done.stdout, np.float32), by_torch(theirs, method, x))

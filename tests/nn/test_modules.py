"""Each layer against what PyTorch wrote down: printed form, state, first values for a seed, and outputs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import rushlight as rl

FOLDER = Path(__file__).resolve().parents[1] / "golden" / "nn"
CASES = list(enumerate(json.loads((FOLDER / "modules.json").read_text())))
IDS = [case["constructor"] for _, case in CASES]
with np.load(FOLDER / "modules.npz") as _file:
    OUTPUTS = [(n, case, mode) for n, case in CASES for mode in ("eval", "training") if f"{n}/{mode}" in _file.files]


@pytest.fixture(scope="module")
def arrays() -> dict[str, np.ndarray]:
    """Every array of the golden file."""
    with np.load(FOLDER / "modules.npz") as file:
        return {name: file[name] for name in file.files}


def make(case: dict[str, Any]) -> Any:
    """The layer, made after seeding with 0."""
    rl.manual_seed(0)
    return eval(case["constructor"], {name: getattr(rl.nn, name) for name in dir(rl.nn)})


def close(got: Any, expected: np.ndarray) -> None:
    """Equal shapes and dtypes, values within float32 rounding."""
    found = got.detach().numpy()
    assert found.dtype == expected.dtype
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("number, case", CASES, ids=IDS)
def test_printed_form_and_state(number: int, case: dict[str, Any]) -> None:
    """`repr`, the keys with shapes and dtypes, and the version of each class."""
    module = make(case)
    state = module.state_dict()
    assert repr(module) == case["repr"]
    assert {key: [list(value.shape), str(value.dtype)] for key, value in state.items()} == case["state"]
    assert {key: value["version"] for key, value in state._metadata.items()} == case["versions"]


@pytest.mark.parametrize("number, case", CASES, ids=IDS)
def test_first_values(number: int, case: dict[str, Any], arrays: dict[str, np.ndarray]) -> None:
    """The same seed gives the same parameters, bit for bit."""
    for key, value in make(case).state_dict().items():
        np.testing.assert_array_equal(value.numpy(), arrays[f"{number}/initial/{key}"])


@pytest.mark.parametrize("number, case, mode", OUTPUTS, ids=[f"{case['constructor']}-{mode}" for _, case, mode in OUTPUTS])
def test_outputs(number: int, case: dict[str, Any], mode: str, arrays: dict[str, np.ndarray]) -> None:
    """The output for PyTorch's input from PyTorch's parameters, and the statistics that training leaves."""
    expected = arrays[f"{number}/{mode}"]
    module = make(case)
    # The eval outputs were taken after the training step, where there was one.
    kind = "after" if mode == "eval" and f"{number}/training" in arrays else "initial"
    module.load_state_dict({key: rl.from_numpy(arrays[f"{number}/{kind}/{key}"]) for key in case["state"]})
    module.train(mode == "training")
    close(module(rl.from_numpy(arrays[f"{number}/input"].copy())), expected)
    if mode == "training":
        for key, value in module.state_dict().items():
            close(value, arrays[f"{number}/after/{key}"])


def declarations(module: Any) -> list[str]:
    """The lines above the methods of a scripted class, sorted, as make_nn.py takes them from PyTorch's archives."""
    import io
    import re
    import zipfile

    buffer = io.BytesIO()
    rl.jit.save(rl.jit.script(module), buffer)
    archive = zipfile.ZipFile(buffer)
    file = type(module).__module__.rpartition(".")[2]
    pattern = rf"^class {type(module).__name__}\(Module\):\n((?:  (?!def ).*\n)*)"
    for name in archive.namelist():
        if f"torch/nn/modules/{file}" not in name or not name.endswith(".py"):
            continue
        if found := re.search(pattern, archive.read(name).decode(), re.M):
            return sorted(re.sub(r"___torch_mangle_\d+\.", "", line.strip()) for line in found[1].splitlines())
    raise AssertionError("the archive has no such class")


SCRIPTED = [(number, case) for number, case in CASES if case["declarations"]]


@pytest.mark.parametrize("number, case", SCRIPTED, ids=[case["constructor"] for _, case in SCRIPTED])
def test_declarations_of_the_scripted_class(number: int, case: dict[str, Any]) -> None:
    """Attributes, their types, and constants are the ones PyTorch gives the class."""
    assert declarations(make(case)) == case["declarations"]

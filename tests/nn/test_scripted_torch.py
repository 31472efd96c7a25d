"""Scripted layers against PyTorch: the same program text, and archives that either side loads with the same outputs."""

from __future__ import annotations

import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import rushlight as rl

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths:UserWarning")

FOLDER = Path(__file__).resolve().parents[1] / "golden" / "nn"
CASES = [(n, case) for n, case in enumerate(json.loads((FOLDER / "modules.json").read_text())) if case["declarations"]]
IDS = [case["constructor"] for _, case in CASES]


@pytest.fixture(scope="module")
def inputs() -> Any:
    with np.load(FOLDER / "modules.npz") as file:
        return {name: file[name] for name in file.files if name.endswith("/input")}


def pair(case: dict[str, Any]) -> tuple[Any, Any]:
    """The layer of both libraries, with the same values."""
    torch.manual_seed(0)
    rl.manual_seed(0)
    ours = eval(case["constructor"], {name: getattr(rl.nn, name) for name in dir(rl.nn)})
    return ours, eval(case["constructor"], vars(torch.nn).copy())


def archive(library: Any, module: Any) -> bytes:
    buffer = io.BytesIO()
    library.jit.save(library.jit.script(module), buffer)
    return buffer.getvalue()


def programs(data: bytes) -> dict[str, list[str]]:
    """Sources by path; class headers sorted, since PyTorch's order of attributes and constants is a hash table's; mangle numbers out."""
    found: dict[str, list[str]] = {}
    file = zipfile.ZipFile(io.BytesIO(data))
    for name in sorted(name for name in file.namelist() if name.endswith(".py")):
        text = re.sub(r"___torch_mangle_\d+\.", "", file.read(name).decode())
        parts = re.split(r"^(class .*\n(?:  (?!def ).*\n)*)", text, flags=re.M)
        path = re.sub(r"___torch_mangle_\d+", "MANGLED", name.partition("/")[2])
        found.setdefault(re.sub(r"/MANGLED\.py$", ".py", path), []).extend(
            "\n".join(sorted(part.splitlines())) if part.startswith("class ") else part for part in parts if part.strip()
        )
    return {path: sorted(parts) for path, parts in found.items()}


@pytest.mark.parametrize("number, case", CASES, ids=IDS)
def test_program_text(number: int, case: dict[str, Any]) -> None:
    """Every source file of the archive, but for the order of declarations."""
    ours, theirs = pair(case)
    assert programs(archive(rl, ours)) == programs(archive(torch, theirs))


@pytest.mark.parametrize("number, case", CASES, ids=IDS)
def test_archives_are_exchanged(number: int, case: dict[str, Any], inputs: dict[str, np.ndarray]) -> None:
    """PyTorch's archive runs here, ours runs there, and the outputs in eval agree."""
    ours, theirs = pair(case)
    x = inputs[f"{number}/input"]
    expected = theirs.eval()(torch.from_numpy(x.copy())).detach().numpy()
    loaded = rl.jit.load(io.BytesIO(archive(torch, theirs)))
    np.testing.assert_allclose(loaded(rl.from_numpy(x.copy())).detach().numpy(), expected, rtol=1e-5, atol=1e-6)
    returned = torch.jit.load(io.BytesIO(archive(rl, ours.eval())))
    np.testing.assert_allclose(returned(torch.from_numpy(x.copy())).detach().numpy(), expected, rtol=1e-6, atol=1e-7)
    assert list(returned.state_dict()) == list(loaded.state_dict()) == list(theirs.state_dict())
    assert repr(returned) == repr(loaded) == repr(torch.jit.script(theirs))


def plain(graph: Any) -> str:
    """A graph's text without places and mangling; numbers of values, which count values that are gone too, in order of appearance."""
    text = re.sub(r" # .*|___torch_mangle_\d+\.", "", str(graph))
    names: dict[str, str] = {}
    for name in re.findall(r"%[\w.]+", text):
        names.setdefault(name, re.sub(r"\.?\d+$", "", name) + f":{len(names)}")
    return re.sub(r"%[\w.]+", lambda found: names[found[0]], text)


@pytest.mark.parametrize("number, case", CASES, ids=IDS)
def test_graph(number: int, case: dict[str, Any]) -> None:
    """`.graph` has PyTorch's nodes in PyTorch's order."""
    ours, theirs = pair(case)
    assert plain(rl.jit.script(ours).graph) == plain(torch.jit.script(theirs).graph)

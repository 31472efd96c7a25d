"""Archives that other people made with PyTorch 1.0 to 2.x, with calls and PyTorch's results recorded beside them."""

from __future__ import annotations

import importlib.util
import json
import os
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import rushlight as rl

if "RUSHLIGHT_ARCHIVES" not in os.environ:
    pytest.skip("RUSHLIGHT_ARCHIVES is not set", allow_module_level=True)

FOLDER = Path(os.environ["RUSHLIGHT_ARCHIVES"])
ARCHIVES = sorted(path.with_name(path.name.removesuffix(".io.json")) for path in FOLDER.glob("*/*.io.json"))


def load_cases() -> ModuleType:
    """The module beside the archives that reads and compares the recorded calls."""
    spec = importlib.util.spec_from_file_location("cases", FOLDER / "cases.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


CASES = load_cases()


def to_tensor(array: Any, entry: Any) -> Any:
    return rl.from_numpy(np.ascontiguousarray(array)) if array.ndim else rl.tensor(array.item(), dtype=getattr(rl, entry["dtype"]))


def to_numpy(value: Any) -> Any:
    match value:
        case rl.Tensor():
            return value.detach().numpy()
        case list():
            return [to_numpy(item) for item in value]
        case tuple():
            return tuple(to_numpy(item) for item in value)
        case dict():
            return {key: to_numpy(item) for key, item in value.items()}
        case _:
            return value


@pytest.mark.parametrize("path", ARCHIVES, ids=lambda path: path.name)
def test_recorded_calls_give_pytorchs_results(path: Path) -> None:
    module = rl.jit.load(path, map_location="cpu")
    module.eval()
    case = json.loads(path.with_name(f"{path.name}.io.json").read_text())
    with np.load(path.with_name(f"{path.name}.io.npz")) as file:
        arrays = dict(file)
    for call in case["calls"]:
        args = [CASES.decode(entry, arrays, to_tensor) for entry in call["args"]]
        kwargs = {name: CASES.decode(entry, arrays, to_tensor) for name, entry in call.get("kwargs", {}).items()}
        if "raises" in call:
            with pytest.raises(Exception):  # noqa: B017, PT011
                getattr(module, call["method"])(*args, **kwargs)
            continue
        result = to_numpy(getattr(module, call["method"])(*args, **kwargs))
        assert CASES.compare(result, call["out"], arrays, call["rtol"], call["atol"]) == []

"""Bundles of kernels: what one process saves another uses; damage and other machines are refused."""
from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import rushlight as rl
from rushlight.runtime.kernels.running import bundle
from rushlight.runtime.kernels.running.bundle import decode_bundle, load_bundle, save_bundle

USE = """
import os, sys
import rushlight as rl
from rushlight.runtime.kernels.running.bundle import load_bundle, save_bundle
x = rl.tensor([[1.0, -2.0], [3.0, 4.0]])
if sys.argv[1] == "load":
    assert load_bundle(sys.argv[2]) > 3
y = (rl.softmax(x.exp() + x.erf(), 1) @ x).sum().item()
if sys.argv[1] == "save":
    assert save_bundle(sys.argv[2]) > 3
print(y, "numba" in sys.modules, len(os.listdir(os.environ["RUSHLIGHT_CACHE"])) if os.path.isdir(os.environ["RUSHLIGHT_CACHE"]) else 0)
"""


def use(action: str, path: Path, cache: Path) -> list[str]:
    """A process that computes something; its result, whether numba was imported, how many files its cache holds."""
    environment = {**os.environ, "RUSHLIGHT_CACHE": str(cache)}
    done = subprocess.run([sys.executable, "-c", USE, action, str(path)], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_a_bundle_replaces_the_cache(tmp_path: Path) -> None:
    path = tmp_path / "kernels.bundle"
    made = use("save", path, tmp_path / "full")
    assert int(made[2]) > 3
    assert use("load", path, tmp_path / "empty") == [made[0], "False", "0"]
    assert [one.name for one in tmp_path.iterdir() if one.suffix == ".new"] == []


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle of what this process has built."""
    assert rl.add(rl.ones(2), 1).tolist() == [2, 2]
    path = tmp_path_factory.mktemp("bundle") / "kernels.bundle"
    assert save_bundle(path) > 0
    return path


def test_loading_twice_is_loading_once(saved: Path) -> None:
    assert load_bundle(saved) == load_bundle(saved) > 0
    assert rl.add(rl.ones(2), 1).tolist() == [2, 2]


@given(data=st.data())
def test_any_damage_is_noticed(saved: Path, data: st.DataObject) -> None:
    whole = saved.read_bytes()
    at = data.draw(st.integers(0, len(whole) - 1))
    changed = bytearray(whole)
    changed[at] ^= data.draw(st.integers(1, 255))
    for damaged in (bytes(changed), whole[:at]):
        with pytest.raises(ValueError, match="^here: no bundle of kernels, or a damaged one"):
            decode_bundle(damaged, "here")


def test_bundles_of_other_machines_are_refused(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle, "environment", lambda: bytes(64))
    with pytest.raises(ValueError, match="are for another processor or other versions"):
        load_bundle(saved)


def test_models_may_come_with_a_bundle(saved: Path, tmp_path: Path) -> None:
    rl.jit.save(rl.jit.script(rl.nn.ReLU()), str(tmp_path / "model.pt"))
    assert rl.jit.load(str(tmp_path / "model.pt"), bundle=saved)(rl.tensor([-1.0, 1.0])).tolist() == [0, 1]
    with pytest.raises(FileNotFoundError):
        rl.jit.load(str(tmp_path / "model.pt"), bundle=tmp_path / "missing")

"""Hostile files: each raises ArchiveError, or is read where it does no harm, in little time and little memory."""

from __future__ import annotations

import importlib.util
import io
import time
import tracemalloc
from pathlib import Path
from types import ModuleType

import pytest

import rushlight as rl
from rushlight.serialization import ArchiveError


def _make() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_hostile", Path(__file__).with_name("make_hostile.py"))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


MAKE = _make()
MEMORY, RATIO, SECONDS = 192 << 20, 300, 20.0


@pytest.mark.parametrize("name", MAKE.CASES)
def test_hostile_file(name: str) -> None:
    make, words = MAKE.CASES[name]
    data = make()
    tracemalloc.start()
    began = time.process_time()
    try:
        rl.load(io.BytesIO(data))
    except ArchiveError as error:
        assert len(str(error)) < 4_000
        if words:
            with pytest.raises(ArchiveError, match=words):
                raise
    else:
        assert name in MAKE.HARMLESS
    finally:
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert time.process_time() - began < SECONDS
    assert peak < MEMORY + RATIO * len(data)

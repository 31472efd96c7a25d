"""Recurrent rows, attention, pooling and convolution over volumes give the results recorded from PyTorch."""
from __future__ import annotations

import json
import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rushlight.runtime.ops.table import lookup
from rushlight.runtime.tensor import from_numpy

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
MODULE = runpy.run_path(str(GOLDEN / "network_cases.py"))
RECORDED: dict[str, Any] = json.loads((GOLDEN / "networks.json").read_text())


def test_every_case_is_recorded() -> None:
    assert sorted(MODULE["CASES"]) == sorted(RECORDED)


@pytest.mark.parametrize("label", RECORDED)
def test_recorded_results(label: str) -> None:
    key, case = MODULE["CASES"][label]
    row = lookup(f"aten::{key}")
    assert row is not None
    result = row(*MODULE["arguments"](case, from_numpy))
    for got, want in zip(result if isinstance(result, tuple) else (result,), RECORDED[label], strict=True):
        np.testing.assert_allclose(got.numpy(), np.array(want), rtol=1e-12, atol=1e-12)

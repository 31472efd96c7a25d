"""Decoding with a growing cache as one program, against NumPy: lengths, memory, concurrent callers."""
from __future__ import annotations

import runpy
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import rushlight as rl


@pytest.fixture(scope="module")
def decoding(root: Path) -> dict[str, Any]:
    """The names of bench/decoding.py."""
    return runpy.run_path(str(root / "bench" / "decoding.py"))


def reference(rows: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Each step's query against the keys and values so far."""
    results: list[np.ndarray[Any, Any]] = []
    for step in range(len(rows)):
        query, keys, values = rows[step, 0], rows[: step + 1, 1], rows[: step + 1, 2]
        scores = np.exp(keys @ query * 0.125)
        results.append(scores / scores.sum() @ values)
    return np.array(results)


@pytest.mark.parametrize("steps", [1, 2, 32, 300])
def test_all_lengths_run_in_one_program(decoding: dict[str, Any], steps: int) -> None:
    program = decoding["decoding_program"](steps)
    for seed in range(3):
        rows = np.random.default_rng(seed).standard_normal((steps, 3, 64)).astype(np.float32)
        results = np.zeros((steps, 64), np.float32)
        decoding["decode"](program, rows, results)
        np.testing.assert_allclose(results, reference(rows), rtol=1e-4, atol=1e-5)


def test_a_second_run_allocates_nothing(decoding: dict[str, Any]) -> None:
    program = decoding["decoding_program"](32)
    rows, results = np.ones((32, 3, 64), np.float32), np.zeros((32, 64), np.float32)
    decoding["decode"](program, rows, results)
    before = rl.memory_stats()["reserved"]
    for _ in range(5):
        decoding["decode"](program, rows, results)
    assert rl.memory_stats()["reserved"] == before


def test_four_threads_run_one_program(decoding: dict[str, Any]) -> None:
    program = decoding["decoding_program"](32)
    wrong: list[int] = []

    def work(seed: int) -> None:
        rows = np.random.default_rng(seed).standard_normal((32, 3, 64)).astype(np.float32)
        expected, results = reference(rows), np.zeros((32, 64), np.float32)
        for _ in range(50):
            results[...] = 0
            decoding["decode"](program, rows, results)
            if not np.allclose(results, expected, rtol=1e-4, atol=1e-5):
                wrong.append(seed)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []

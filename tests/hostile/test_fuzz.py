"""A few mutated files and calls; `python -m tests.fuzz --count N` and `python -m tests.fuzz_rows` make as many as there is time for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_mutated_files_load_or_raise_the_one_exception(root: Path) -> None:
    done = subprocess.run([sys.executable, "-m", "tests.fuzz", "--count", "300"], cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_operators_called_by_their_schemas_stay_in_their_storages(root: Path) -> None:
    names = ("_fft_c2c", "_reshape_alias", "as_strided", "grid_sampler_2d")
    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzz_rows", "--count", "40", *names], cwd=root, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr

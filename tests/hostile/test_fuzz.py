"""A few mutated files; `python -m tests.fuzz --count N` loads as many as there is time for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_mutated_files_load_or_raise_the_one_exception(root: Path) -> None:
    done = subprocess.run([sys.executable, "-m", "tests.fuzz", "--count", "300"], cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr

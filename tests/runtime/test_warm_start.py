"""A process that finds its kernels in the store: numba and LLVM stay out, and what we add to importing numpy is little."""
from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

BASELINE = "import numpy"


@pytest.mark.skipif(not hasattr(os, "wait4"), reason="the system does not tell what a child process spent")
def test_ten_rows_in_a_warm_process(root: Path, tmp_path: Path) -> None:
    """The best of five; processor time, so that busy neighbours do not count. bench/engine_room.py has the time on the clock."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment["RUSHLIGHT_CACHE"] = str(tmp_path / "cache")
    script = str(root / "bench" / "ten_rows.py")

    def spent(*arguments: str) -> float:
        child = subprocess.Popen([sys.executable, *arguments], env=environment, stdout=subprocess.PIPE, text=True)
        assert child.stdout is not None
        with child.stdout as output:
            said = output.read().strip()
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        assert child.returncode == 0 and said in ("", "without a compiler")
        return usage.ru_utime + usage.ru_stime

    subprocess.run([sys.executable, script], env=environment, check=True, capture_output=True)
    spent("-c", BASELINE)
    pairs = [(spent(script), spent("-c", BASELINE)) for _ in range(5)]
    assert min(ours for ours, _ in pairs) < 1.8 * min(theirs for _, theirs in pairs)

"""What starting costs: which modules `import rushlight` and `rushlight info` load, and how long the import takes."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

# Beyond numpy and what numpy loads itself, `import rushlight` may load these modules of the standard library, each cheap.
ALLOWED = {
    "__future__",
    "_ctypes",
    "_struct",
    "_weakref",
    "_weakrefset",
    "collections",
    "contextlib",
    "copy",
    "ctypes",
    "dataclasses",
    "enum",
    "functools",
    "itertools",
    "math",
    "operator",
    "re",
    "struct",
    "threading",
    "types",
    "typing",
    "warnings",
    "weakref",
}

LIST_MODULES = "import json, sys; print(json.dumps(sorted(sys.modules)))"


def modules_after(statement: str) -> set[str]:
    """The modules a fresh process has loaded after a statement."""
    done = subprocess.run([sys.executable, "-c", f"{statement}\n{LIST_MODULES}"], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_import_loads_little() -> None:
    """`import rushlight` loads numpy, itself, and nothing of the standard library that takes long."""
    extra = modules_after("import rushlight") - modules_after("import numpy")
    foreign = {name for name in extra if name.split(".")[0] != "rushlight" and name.split(".")[0] not in ALLOWED}
    assert foreign == set()


def test_import_is_quick() -> None:
    """Under 0.1 s, the best of five fresh processes, interpreter start not counted."""
    program = "import time; start = time.perf_counter(); import rushlight; print(time.perf_counter() - start)"
    times = [float(subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout) for _ in range(5)]
    assert min(times) < 0.1


def test_info_needs_numpy_alone(root: Path) -> None:
    """Describing a file loads no package from outside the standard library but numpy."""
    statement = f"from rushlight.tools.cli import main; assert main(['info', {str(root / 'tools' / 'digits.pt')!r}]) == 0"
    foreign = {name.split(".")[0] for name in modules_after(statement) - modules_after("pass")} - sys.stdlib_module_names
    assert foreign == {"numpy", "rushlight"}


def test_version_is_quick() -> None:
    """`rushlight --version` answers at once: well under a second even on a busy machine."""
    start = time.perf_counter()
    done = subprocess.run([sys.executable, "-m", "rushlight.tools.cli", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("rushlight ")
    assert time.perf_counter() - start < 2.0

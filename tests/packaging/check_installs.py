"""Installs rushlight plainly and editably into fresh environments; imports every public namespace inside and outside the repository.

In: a folder to work in. Out: one line per check; the exit status says whether all passed. Takes about a minute, so .ci/run calls it and
pytest does not; tests/packaging/test_namespaces.py holds the same imports for the environment at hand.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
IMPORTS = Path(__file__).resolve().parent / "imports.txt"


def run(*command: str, cwd: Path) -> None:
    """Run a command that must succeed, without the caller's PYTHONPATH."""
    environment = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV"}}
    subprocess.run(command, cwd=cwd, env=environment, check=True, stdin=subprocess.DEVNULL)


def environment(folder: Path, editable: bool) -> Path:
    """A new virtual environment with rushlight in it; returns its Python."""
    venv.create(folder, with_pip=True, clear=True)
    python = folder / "bin" / "python"
    if editable:
        run(str(python), "-m", "pip", "install", "--quiet", "--editable", str(ROOT), cwd=folder)
        return python
    # A copy of the sources, so that a plain install leaves no build/ behind in the repository.
    sources = folder / "sources"
    shutil.copytree(ROOT, sources, ignore=shutil.ignore_patterns(".git", "build", "*.egg-info", "__pycache__"))
    run(str(python), "-m", "pip", "install", "--quiet", str(sources), cwd=folder)
    return python


def check(python: Path, cwd: Path) -> None:
    """Every import in a process of its own batch, the console script, and the package data."""
    lines = [line for line in IMPORTS.read_text().splitlines() if line.strip()]
    run(str(python), "-c", "\n".join(lines), cwd=cwd)
    run(str(python.parent / "rushlight"), "--version", cwd=cwd)
    data = "from importlib.resources import files; assert files('rushlight.tools').joinpath('digits.pt').is_file()"
    run(str(python), "-c", data, cwd=cwd)


def check_types(python: Path, folder: Path) -> None:
    """A user's program has the types that the stubs promise; needs pyright, which .ci/run installs."""
    shutil.copy(ROOT / "tests" / "stubs" / "program.py", folder)
    (folder / "pyrightconfig.json").write_text('{"include": ["program.py"], "typeCheckingMode": "strict"}')
    run("pyright", "--pythonpath", str(python), "--project", str(folder), cwd=folder)


def main() -> int:
    """Check both ways to install from both places, and the types that a plain installation shows."""
    work = Path(sys.argv[1]).resolve()
    outside = work / "elsewhere"
    outside.mkdir(parents=True, exist_ok=True)
    for kind in ("plain", "editable"):
        python = environment(work / kind, kind == "editable")
        for place, folder in (("inside", ROOT), ("outside", outside)):
            check(python, folder)
            print(f"ok: {kind} install, imported from {place} the repository")
    check_types(work / "plain" / "bin" / "python", outside)
    print("ok: types of a user's program")
    return 0


if __name__ == "__main__":
    sys.exit(main())

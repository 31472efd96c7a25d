"""Each public namespace is imported the way PyTorch's users import theirs, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

IMPORTS = [line for line in (Path(__file__).parent / "imports.txt").read_text().splitlines() if line.strip()]
PLACES = ("inside", "outside")


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("statement", IMPORTS)
def test_import(statement: str, place: str, root: Path, tmp_path: Path) -> None:
    """The statement alone works, from inside the repository and from elsewhere."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    cwd = root if place == "inside" else tmp_path
    done = subprocess.run([sys.executable, "-W", "error", "-c", statement], cwd=cwd, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_every_submodule_of_the_api_is_tried(root: Path) -> None:
    """A namespace added to api/ is added to imports.txt too."""
    names = set()
    for path in (root / "api").rglob("*.py"):
        parts = path.relative_to(root / "api").with_suffix("").parts
        names.add(".".join(["rushlight", *(part for part in parts if part != "__init__")]))
    tried = {line.split()[1] for line in IMPORTS if line.startswith("import ")}
    assert sorted(name for name in names - tried if "._" not in name) == []

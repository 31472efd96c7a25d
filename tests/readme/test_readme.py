"""README.md and docs/ say what is true: code runs, tables are current, quoted rows and linked files exist."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").glob("*.md"), *ROOT.glob("examples/*/README.md")])


def load_features() -> ModuleType:
    """tests/readme/features.py as a module, known by name so that its classes can be scripted."""
    spec = importlib.util.spec_from_file_location("readme_features", Path(__file__).with_name("features.py"))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


FEATURES = load_features()


def code_blocks(page: Path) -> list[str]:
    """The Python blocks of a page."""
    return re.findall(r"^```python\n(.*?)^```$", page.read_text(), re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("show", [row[2] for row in FEATURES.ROWS], ids=lambda show: show.__name__)
def test_feature(show: object) -> None:
    """The row is as the table says."""
    assert callable(show)
    show()


def test_feature_table_is_in_the_readme() -> None:
    """`python tests/readme/features.py` prints what README.md holds."""
    assert FEATURES.table() in (ROOT / "README.md").read_text()


def test_readme_code_runs(tmp_path: Path) -> None:
    """All Python blocks of README.md, one after the other, in a process without PyTorch."""
    program = tmp_path / "tour.py"
    blocks = code_blocks(ROOT / "README.md")
    assert len(blocks) >= 2
    program.write_text("\n".join([*blocks, "import sys", "assert 'torch' not in sys.modules"]))
    done = subprocess.run([sys.executable, "-W", "error", str(program)], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "(2, 3) float32\n"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    """Every relative link names a file. What stands in back quotes is no link."""
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", re.sub(r"`[^`\n]*`", "", page.read_text()))
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_named_files_exist(page: Path) -> None:
    """Every path in backticks that begins with a folder of the repository names something in it."""
    paths = re.findall(r"`((?:api|runtime|script|serialize|tools|tests|bench|examples|docs|\.ci)/[\w./-]*)`", page.read_text())
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_quoted_rows_are_the_rows() -> None:
    """The rows that docs/adding-an-operator.md quotes stand in the family files, letter for letter."""
    sources = "\n".join(path.read_text() for path in (ROOT / "runtime" / "ops").rglob("*.py"))
    blocks = code_blocks(ROOT / "docs" / "adding-an-operator.md")
    assert blocks and all(block in sources for block in blocks)

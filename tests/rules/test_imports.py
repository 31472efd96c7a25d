"""Imports point one way: runtime <- script <- serialize <- tools, and api above all; also inside functions."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

RANK = {"runtime": 0, "script": 1, "serialize": 2, "tools": 3, "api": 4}


def imported_modules(path: Path, root: Path) -> Iterator[tuple[int, str, bool]]:
    """Line, module in the folders' spelling (`runtime.tensor`) and whether it was written relatively, for each import in a file."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.level > 0:
            base = path.relative_to(root).parent.parts
            base = base[: len(base) - (node.level - 1)]
            module = ".".join([*base, *(node.module or "").split(".")]).strip(".")
            names = [module] if module else [alias.name for alias in node.names]
            yield from ((node.lineno, name, True) for name in names)
        elif isinstance(node, ast.ImportFrom):
            yield node.lineno, node.module or "", False
        elif isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name, False) for alias in node.names)
        elif isinstance(node, ast.Call) and is_import_call(node.func) and node.args and isinstance(node.args[0], ast.Constant):
            yield node.lineno, str(node.args[0].value), False


def is_import_call(function: ast.expr) -> bool:
    """Whether this is `__import__` or `import_module`, with or without `importlib.` before it."""
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    return name in {"__import__", "import_module"}


def files(root: Path, package: str) -> list[Path]:
    """The Python files of a top-level package."""
    return sorted((root / package).rglob("*.py"))


@pytest.mark.parametrize("package", [name for name in RANK if name != "api"])
def test_imports_point_down(root: Path, package: str) -> None:
    """Inside the packages imports are relative and reach no package above their own."""
    wrong: list[str] = []
    for path in files(root, package):
        for line, module, relative in imported_modules(path, root):
            top = module.split(".")[0]
            place = f"{path.relative_to(root)}:{line}: {module}"
            if not relative and (top in RANK or top == "rushlight"):
                wrong.append(f"{place} is imported absolutely; write it relatively")
            if relative and RANK.get(top, len(RANK)) > RANK[package]:
                wrong.append(f"{place} is above {package}")
    assert wrong == []


def test_api_imports_absolutely(root: Path) -> None:
    """api/ is re-exports, spelled as users spell them: `from rushlight.runtime.tensor import Tensor`."""
    wrong = [
        f"{path.relative_to(root)}:{line}: {module}"
        for path in files(root, "api")
        for line, module, relative in imported_modules(path, root)
        if relative or (module.split(".")[0] in RANK)
    ]
    assert wrong == []


def test_judges_are_skipped_without_torch(root: Path) -> None:
    """A test module that imports PyTorch at its top ends the whole run where there is none."""
    for path in sorted((root / "tests").rglob("test_*.py")):
        text = path.read_text()
        if "importorskip(\"torch\")" not in text:
            at_top = [line for line in text.splitlines() if line.startswith(("import torch", "from torch"))]
            assert not at_top, f"{path.relative_to(root)}: {at_top[0]!r} is not skipped: pytest.importorskip(\"torch\") must come first"


def test_torch_is_imported_by_its_judges_only(root: Path) -> None:
    """Only test_*_torch.py, the makers of golden files, bench/ and examples/ may need PyTorch; everything else runs without it."""
    wrong: list[str] = []
    for path in sorted((root / "tests").rglob("*.py")):
        if path.name.endswith("_torch.py") or path.name.startswith("make"):
            continue
        wrong += [f"{path.relative_to(root)}:{line}" for line, module, _ in imported_modules(path, root) if module.split(".")[0] == "torch"]
    assert wrong == []

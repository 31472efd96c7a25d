"""The list of packages in pyproject.toml against the folders on disk."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

FOLDERS = ("api", "runtime", "script", "serialize", "tools")


def setuptools_table(root: Path) -> dict[str, object]:
    """The `[tool.setuptools]` table."""
    return tomllib.loads((root / "pyproject.toml").read_text())["tool"]["setuptools"]


def package_of(folder: Path) -> str:
    """`runtime/ops` is `rushlight.runtime.ops`; `api/nn` is `rushlight.nn`."""
    parts = folder.parts[1:] if folder.parts[0] == "api" else folder.parts
    return ".".join(["rushlight", *parts])


def test_packages_are_the_folders(root: Path) -> None:
    """A folder with Python files that is not listed would be missing from every installation."""
    folders = {path.parent.relative_to(root) for folder in FOLDERS for path in (root / folder).rglob("*.py")}
    # stubs/ holds no Python files: type checkers read it beside the package
    packages = [package_of(folder) for folder in folders] + ["rushlight-stubs"]
    assert sorted(setuptools_table(root)["packages"]) == sorted(packages)


def test_every_package_has_an_init(root: Path) -> None:
    """A folder without `__init__.py` would be a namespace package, which editable and plain installs treat differently."""
    folders = {path.parent for folder in FOLDERS for path in (root / folder).rglob("*.py")}
    assert [str(folder) for folder in sorted(folders) if not (folder / "__init__.py").exists()] == []


def test_no_folder_shadows_the_package(root: Path) -> None:
    """A folder `rushlight` at the root would hide a plain installation from every Python started there."""
    assert not (root / "rushlight").exists()


@pytest.mark.parametrize("package, folder", [("rushlight", "api"), ("rushlight.tools", "tools"), ("rushlight.runtime.ops", "runtime/ops")])
def test_package_data_patterns_match(root: Path, package: str, folder: str) -> None:
    """Each pattern of package data finds a file, and no data file is without a pattern."""
    patterns = setuptools_table(root)["package-data"][package]
    matched = {path.name for pattern in patterns for path in (root / folder).glob(pattern)}
    data = {path.name for path in (root / folder).iterdir() if path.is_file() and path.suffix not in {".py", ".pyc"}}
    assert matched == data
    assert all(list((root / folder).glob(pattern)) for pattern in patterns)

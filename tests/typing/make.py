"""Writes the stubs that let pyright see the folders of this repository as the package `rushlight`.

At run time setuptools maps `rushlight` to api/ and `rushlight.runtime` to runtime/. Static tools know no such mapping, so each module that
api/ is made of or imports from gets a stub of one line. Run it after api/ imports from a new module: `python tests/typing/make.py`.
tests/rules/test_stubs.py compares its result with the files here.
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent


def folder_name(module: str) -> str:
    """The module's name as the folders spell it: `rushlight.runtime.tensor` is `runtime.tensor`, `rushlight.nn` is `api.nn`."""
    parts = module.split(".")[1:]
    if parts and parts[0] in {"runtime", "script", "serialize", "tools"}:
        return ".".join(parts)
    return ".".join(["api", *parts])


def modules() -> set[str]:
    """Every module of api/, every module api/ imports from, and the packages above them."""
    found = {"rushlight"}
    for path in sorted((ROOT / "api").rglob("*.py")):
        parts = path.relative_to(ROOT / "api").with_suffix("").parts
        found.add(".".join(["rushlight", *(part for part in parts if part != "__init__")]))
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module is not None:
                found.add(node.module)
            if isinstance(node, ast.Import):
                found.update(alias.name for alias in node.names)
    found = {name for name in found if name.split(".")[0] == "rushlight"}
    for name in list(found):
        parts = name.split(".")
        found.update(".".join(parts[:end]) for end in range(1, len(parts)))
    return found


def stubs() -> dict[Path, str]:
    """Path (relative to this folder) and text of every stub."""
    result: dict[Path, str] = {}
    for module in sorted(modules()):
        target = folder_name(module)
        source = ROOT / Path(*target.split("."))
        stub = Path(*module.split("."))
        stub = stub / "__init__.pyi" if source.is_dir() else stub.with_suffix(".pyi")
        result[stub] = f"from {target} import *\n"
    return result


def main() -> int:
    """Make the folder hold exactly the stubs."""
    wanted = stubs()
    for path in sorted(HERE.rglob("*.pyi")):
        if path.relative_to(HERE) not in wanted:
            path.unlink()
    for path, text in wanted.items():
        (HERE / path).parent.mkdir(parents=True, exist_ok=True)
        (HERE / path).write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())

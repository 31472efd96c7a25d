"""What every source file keeps to: size, first lines, and what the packages never do."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

FOLDERS = ("api", "runtime", "script", "serialize", "tools")
MAXIMUM_LINES = 600

# Modules that turn bytes into objects or code, and the library this one replaces.
FORBIDDEN_MODULES = {"torch", "pickle", "cPickle", "_pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib", "code", "codeop"}

# exec: the interpreter runs Python source that it made itself from a verified graph, and the calls of pointwise rows are written
# for the kinds of their parameters; text of a file never reaches either.
ALLOWED_CALLS = {("script/interpreter.py", "exec"), ("script/interpreter.py", "compile"), ("runtime/ops/fast_calls.py", "exec")}

# pickle: scripted functions refuse to be pickled with pickle.PickleError, as PyTorch's do.
ALLOWED_MODULES = {("script/module.py", "pickle")}
UNPICKLING = {"load", "loads", "Unpickler"}


def tracked(root: Path) -> list[Path]:
    """The files git knows or would add, and all files where there is no git."""
    done = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=root, capture_output=True, text=True)
    if done.returncode != 0:
        return [path for path in sorted(root.rglob("*")) if path.is_file() and not any(part.startswith(".") for part in path.parts)]
    return [root / name for name in done.stdout.splitlines() if (root / name).is_file()]


def package_files(root: Path) -> list[Path]:
    """All Python files of the packages."""
    return sorted(path for folder in FOLDERS for path in (root / folder).rglob("*.py"))


def test_files_are_short(root: Path) -> None:
    """At most 600 lines: a longer file is two files."""
    lengths = {str(path.relative_to(root)): len(path.read_text().splitlines()) for path in tracked(root) if path.suffix == ".py"}
    assert {name: length for name, length in lengths.items() if length > MAXIMUM_LINES} == {}


def test_files_begin_with_a_docstring(root: Path) -> None:
    """A module says what goes in and what comes out, then imports annotations from the future."""
    wrong: list[str] = []
    for path in package_files(root):
        tree = ast.parse(path.read_text())
        second = tree.body[1] if len(tree.body) > 1 else None
        future = isinstance(second, ast.ImportFrom) and second.module == "__future__"
        if ast.get_docstring(tree) is None or not future:
            wrong.append(str(path.relative_to(root)))
    assert wrong == []


def called_name(node: ast.Call) -> str:
    """`eval` for `eval(...)` and `builtins.eval(...)`; empty for methods of other objects."""
    if isinstance(node.func, ast.Name):
        return node.func.id
    if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name) and node.func.value.id == "builtins":
        return node.func.attr
    return ""


def is_forbidden(module: str, name: str) -> bool:
    """Whether the file `name` may not import this module."""
    return module.split(".")[0] in FORBIDDEN_MODULES and (name, module) not in ALLOWED_MODULES


def forbidden(node: ast.AST, name: str) -> str | None:
    """What a node does that no package may do, or None."""
    match node:
        case ast.Call() if called_name(node) in {"eval", "exec", "compile"} and (name, called_name(node)) not in ALLOWED_CALLS:
            return called_name(node)
        case ast.Import(names=names) if any(is_forbidden(alias.name, name) for alias in names):
            return ", ".join(alias.name for alias in names)
        case ast.Attribute(value=ast.Name(id="pickle"), attr=attribute) if attribute in UNPICKLING:
            return f"pickle.{attribute}"
        case ast.ImportFrom(level=0) if is_forbidden(str(node.module), name):
            return node.module
        case ast.keyword(arg="allow_pickle", value=value) if not (isinstance(value, ast.Constant) and value.value is False):
            return node.arg
        case _:
            return None


def test_packages_execute_no_text(root: Path) -> None:
    """No eval, exec or compile but the interpreter's, and no module that rebuilds objects from bytes."""
    wrong: list[str] = []
    for path in package_files(root):
        name = str(path.relative_to(root))
        wrong += [f"{name}: {word}" for node in ast.walk(ast.parse(path.read_text())) if (word := forbidden(node, name))]
    assert wrong == []


# Written with classes of one letter, so that this file does not match itself.
FOREIGN_WORDS = [
    r"/w[o]rk/",
    r"/tmp/(pl[a]n|ten[v])",
    r"\b(DESIG[N]|CONTRACT[S]|FORMA[T]|STYL[E]|MODEL[S])\.md\b",
    r"\b(DESIG[N]|FORMA[T]) (section )?\d",
    r"(?i)\bissu[e] #?\d",
    r"(?i)\bsub-?agen[t]|\bLL[M]\b|\bclaud[e]\b",
    r"\bTOD[O]\b|\bFIXM[E]\b|\bXX[X]\b",
]


@pytest.mark.parametrize("pattern", FOREIGN_WORDS)
def test_sources_stand_alone(root: Path, pattern: str) -> None:
    """No file points at something a reader of this repository does not have, or at work left undone."""
    found: list[str] = []
    for path in tracked(root):
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        found += [f"{path.relative_to(root)}:{number}" for number, line in enumerate(text.splitlines(), 1) if re.search(pattern, line)]
    assert found == []

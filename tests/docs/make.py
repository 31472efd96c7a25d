"""Writes docs/operators.md, docs/coverage.md and stubs/ from the operator table: `python tests/docs/make.py`.

The reference has every row with its schema, kind, dtypes and measured error; the coverage page has PyTorch's operators that
the table lacks. tests/docs/test_current.py compares both with the table.
"""
from __future__ import annotations

import re
import runpy
import sys
from collections.abc import Iterator
from pathlib import Path

from rushlight.runtime import dtype as dtypes
from rushlight.runtime.dtype import DType
from rushlight.runtime.ops.table import Kind, Op, lookup, rows
from rushlight.runtime.ops.variants import overload_orders

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"

GROUPS = (
    ("all floating", ("float16", "bfloat16", "float32", "float64")), ("complex", ("complex64", "complex128")),
    ("signed", ("int8", "int16", "int32", "int64")), ("unsigned", ("uint8", "uint16", "uint32", "uint64")), ("bool", ("bool",)),
)
KINDS = {
    Kind.POINTWISE: "a compiled loop around the row's scalar function", Kind.REDUCTION: "a compiled reduction",
    Kind.VIEW: "a layout over the same memory", Kind.COMPOSITE: "made of other operators", Kind.KERNEL: "compiled kernels",
    Kind.HOST: "computed by NumPy", Kind.BUILTIN: "a function of Python values",
}


def _takes(op: Op, dtype: DType) -> bool:
    """Whether the rule of a pointwise row accepts operands of one dtype."""
    rule = op.traits.dtype
    assert rule is not None
    operands = [dtype] * max(1, op.text.count("Tensor ") - 1)
    try:
        compute, _ = rule(dtype, operands)
    except (RuntimeError, NotImplementedError):
        return False
    return compute.computes or (compute.is_complex and op.traits.complex is not None)


def dtype_text(op: Op) -> str:
    """The dtypes that a pointwise row takes; other rows check them in their bodies."""
    if op.kind is not Kind.POINTWISE:
        return ""
    known = {name: dtype for name in (one for _, names in GROUPS for one in names) if isinstance(dtype := getattr(
        dtypes, "bool_" if name == "bool" else name), DType)}
    found: list[str] = []
    for group, names in GROUPS:
        taken = [name for name in names if _takes(op, known[name])]
        found += [group] if len(taken) == len(names) else taken
    return ", ".join(found)


def errors() -> dict[str, str]:
    """Name -> largest errors in units in the last place (float32, float64), from the table of accuracy.md."""
    found: dict[str, str] = {}
    for line in (DOCS / "accuracy.md").read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| ") and len(cells) == 5 and re.fullmatch(r"[\d.]+", cells[1]):
            found[cells[0].split(",")[0]] = f"{cells[1]}, {cells[3]}"
    return found


def reference() -> str:
    """The text of operators.md."""
    measured = errors()
    lines = [
        "# Operators", "",
        "Made by `python tests/docs/make.py` from the operator table: every row, with the dtypes that pointwise rows take and the",
        "largest errors measured in units in the last place (float32, float64; [accuracy.md](accuracy.md)). In-place and `out=`",
        "overloads follow from the rows. All run on the CPU; pointwise rows, reductions, copies and products have CUDA kernels too.",
        "The kinds are:", "",
        *(f"- {kind.value}: {text}" for kind, text in KINDS.items()), "",
    ]
    by_family: dict[str, list[Op]] = {}
    for op in rows():
        if op.base is None and not op.key.startswith("rushlight::"):
            by_family.setdefault(op.body.__module__.rpartition(".")[2] if ".ops." in op.body.__module__ else "functions", []).append(op)
    for family in sorted(by_family):
        lines += [f"## {family.replace('_', ' ')}", "", "| schema | kind | dtypes | error |", "|---|---|---|---|"]
        for op in sorted(by_family[family], key=lambda one: one.key):
            schema = op.text.removeprefix("aten::").replace("|", "\\|")
            name = op.name.partition("::")[2].removeprefix("special_")
            lines.append(f"| `{schema}` | {op.kind.value} | {dtype_text(op)} | {measured.get(name, '')} |")
        lines.append("")
    return "\n".join(lines)


def _counted(name: str, overloads: tuple[str, ...]) -> list[str]:
    return [overload for overload in overloads if lookup(f"{name}.{overload}" if overload else name) is None]


def _wrapped(names: list[str]) -> Iterator[str]:
    line = ""
    for name in names:
        if line and len(line) + len(name) > 118:
            yield line
            line = ""
        line += f"{' ' if line else ''}{name}"
    if line:
        yield line


def coverage() -> str:
    """The text of coverage.md."""
    lacking = {name: _counted(name, overloads) for name, overloads in overload_orders().items()}
    total = sum(map(len, overload_orders().values()))
    whole = [name for name, missing in lacking.items() if not missing]
    absent = [name for name, missing in lacking.items() if len(missing) == len(overload_orders()[name])]
    partly = {name: missing for name, missing in lacking.items() if missing and name not in set(absent)}
    exceptions = _names(ROOT / "tests" / "runtime" / "op_db_exceptions.txt")
    lines = [
        "# Coverage", "",
        "Made by `python tests/docs/make.py`: PyTorch 2.13's operators beside the operator table.", "",
        f"- operators: {len(whole)} of {len(lacking)} have every overload, {len(partly)} have some of them, {len(absent)} have none",
        f"- overloads: {total - sum(map(len, lacking.values()))} of {total}",
        f"- entries of PyTorch's `op_db` that pass: {702 - len(exceptions)} of 702, and the",
        "  [list of the others](../tests/runtime/op_db_exceptions.txt) with the reasons", "",
        "## Overloads that are missing", "", "| operator | overloads |", "|---|---|",
        *(f"| `{name.removeprefix('aten::')}` | {', '.join(one or '(unnamed)' for one in missing)} |" for name, missing in partly.items()),
        "", "## Operators that are missing", "", *_wrapped([f"`{name.removeprefix('aten::')}`" for name in absent]), "",
    ]
    return "\n".join(lines)


def _names(path: Path) -> list[str]:
    return [line.partition("\t")[0] for line in path.read_text().splitlines() if line and not line.startswith("#")]


def pages() -> dict[Path, str]:
    """Path and text of each page, and of each stub, which says the same to type checkers (tests/stubs/make.py)."""
    stubs: dict[str, str] = runpy.run_path(str(ROOT / "tests" / "stubs" / "make.py"))["stubs"]()
    found = {DOCS / "operators.md": reference(), DOCS / "coverage.md": coverage()}
    return found | {ROOT / "stubs" / name: text for name, text in stubs.items()}


def main() -> int:
    """Write all of them."""
    for path, text in pages().items():
        path.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())

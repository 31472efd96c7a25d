"""`rushlight info`: what a TorchScript archive holds, as text or JSON; nothing of it is run or compiled.

In: a path. Out: format version, size, methods with signatures, parameters and buffers with shapes and dtypes, operators and how often the
code calls each. serialize/inspect_archive.py reads the archive, recognise.py says what other files are. Needs numpy alone.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Sequence
from dataclasses import asdict

from ..serialize.errors import ArchiveError
from ..serialize.inspect_archive import ArchiveSummary, TensorSummary, inspect_archive
from .plain import plain
from .recognise import require_archive


def info(path: str, *, as_json: bool) -> int:
    """Print what an archive holds. Raises ValueError for a file that is no TorchScript archive, or a damaged one."""
    require_archive(path)
    try:
        summary = inspect_archive(path)
    except ArchiveError as error:
        raise ValueError(f"{path}: {error}") from error
    file = {"file": path, "bytes": os.path.getsize(path)}
    print(json.dumps(file | asdict(summary), indent=2) if as_json else plain(text(path, summary)))
    return 0


def text(path: str, summary: ArchiveSummary) -> str:
    """The report for people."""
    lines = [
        f"{path}: TorchScript archive, {size(os.path.getsize(path))}, format version {summary.version}",
        "",
        f"Module {summary.class_name.removeprefix('__torch__.')}",
        *(f"  {method.signature}" for method in summary.methods),
        "",
        *tensor_table("Parameters", summary.parameters),
        "",
        *tensor_table("Buffers", summary.buffers),
        "",
        f"Operators: {len(summary.operators)}",
        *(f"  {name}{f'  x{count}' if count > 1 else ''}" for name, count in summary.operators.items()),
    ]
    if summary.extra_files:
        lines += ["", "Extra files", *(f"  {name}" for name in summary.extra_files)]
    return "\n".join(lines)


def tensor_table(title: str, tensors: Sequence[TensorSummary]) -> list[str]:
    """A heading with totals, then aligned rows of name, dtype and shape."""
    elements = sum(math.prod(tensor.shape) for tensor in tensors)
    heading = f"{title}: {len(tensors)} tensors, {elements:,} elements, {size(sum(tensor.nbytes for tensor in tensors))}"
    names = max((len(tensor.name) for tensor in tensors), default=0)
    dtypes = max((len(tensor.dtype) for tensor in tensors), default=0)
    return [heading, *(f"  {tensor.name:<{names}}  {tensor.dtype:<{dtypes}}  {list(tensor.shape)}" for tensor in tensors)]


def size(count: int) -> str:
    """A number of bytes for people."""
    for unit, scale in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= scale:
            return f"{count / scale:.1f} {unit}"
    return f"{count} bytes"

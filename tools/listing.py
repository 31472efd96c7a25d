"""`rushlight ls FILE`: the tensors of a file, with shapes, dtypes, sizes and storages that they share.

In: a file of torch.save or torch.jit.save, `.npz` or safetensors. Out: a table or JSON. Nothing is run, and classes that `load` would
refuse are named; of large files only what describes the tensors is read. serialize/file_survey.py looks at the file.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict

from ..serialize.errors import ArchiveError
from ..serialize.file_survey import Survey, TensorRow, survey_file
from ..serialize.interchange import found_format, read_tensors
from .info import size
from .plain import plain


def listing(path: str, *, as_json: bool) -> int:
    """Print what a file holds. Raises ValueError for a damaged file, or one of another kind."""
    try:
        survey = survey_of(path)
    except ArchiveError as error:
        raise ValueError(f"{path}: {error}") from error
    if as_json:
        facts = {"file": path, "bytes": os.path.getsize(path), "kind": survey.kind, "tensors": [asdict(row) for row in survey.tensors]}
        print(json.dumps({**facts, "shared": survey.shared(), "unlisted": survey.unlisted}, indent=2))
    else:
        print(plain(text(path, survey)))
    return 0


def survey_of(path: str) -> Survey:
    """What a file holds, of any of the formats."""
    kind = found_format(path)
    if kind == "torch":
        return survey_file(path)
    tensors, _ = read_tensors(path)
    rows = [
        TensorRow(name, "tensor", tuple(tensor.shape), tensor.dtype.name, tensor.nbytes, "cpu", f"#{index}", tensor.memory.nbytes)
        for index, (name, tensor) in enumerate(tensors.items())
    ]
    return Survey(kind, rows, tensors)


def text(path: str, survey: Survey) -> str:
    """The table for people."""
    shared = survey.shared()
    storages = {row.storage: row.storage_nbytes for row in survey.tensors if row.storage}
    heading = f"{path}: {survey.kind}, {size(os.path.getsize(path))}, {len(survey.tensors)} tensors in {len(storages)} storages"
    cells = [
        (row.name, row.dtype, str(list(row.shape)), size(row.nbytes), remarks(row, row.storage in shared)) for row in survey.tensors
    ]
    widths = [max((len(cell[column]) for cell in cells), default=0) for column in range(4)]
    lines = [f"{heading}, {size(sum(storages.values()))}"]
    for name, dtype, shape, nbytes, remark in cells:
        line = f"  {name:<{widths[0]}}  {dtype:<{widths[1]}}  {shape:<{widths[2]}}  {nbytes:>{widths[3]}}  {remark}"
        lines.append(line.rstrip())
    if survey.unlisted:
        lines += ["", "Classes and functions that load refuses unless they are allowed:", *(f"  {name}" for name in survey.unlisted)]
    return "\n".join(lines)


def remarks(row: TensorRow, is_shared: bool) -> str:
    """What is special about a tensor."""
    found = [row.kind] if row.kind not in ("tensor", "parameter") else []
    if row.location not in ("cpu", "meta"):
        found.append(f"on {row.location}")
    if is_shared:
        found.append(f"shares storage {row.storage}")
    if row.storage_nbytes > row.nbytes:
        found.append(f"in {size(row.storage_nbytes)}")
    return ", ".join(found)

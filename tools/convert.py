"""`rushlight convert IN OUT`: the tensors of a file, in another format: torch.save, `.npz` or safetensors, by the ending of OUT.

In: a file of any of these, or a TorchScript archive, of which the parameters, buffers and other tensors are taken. Out: the file, and a
line for everything that the new format does not hold. Nested values become names with dots. Nothing is compiled.
"""

from __future__ import annotations

import json
import os

from ..serialize.errors import ArchiveError
from ..serialize.interchange import format_of, read_tensors, write_tensors
from .info import size
from .plain import plain


def convert(source: str, target: str, *, as_json: bool) -> int:
    """Convert a file. Raises ValueError for a file that is damaged or has no tensors, and for types that the target lacks."""
    written = format_of(target)
    try:
        tensors, notes = read_tensors(source)
    except ArchiveError as error:
        raise ValueError(f"{source}: {error}") from error
    if not tensors:
        raise ValueError(f"{source}: there is no tensor in this file")
    first: dict[int, str] = {}
    for name, tensor in tensors.items():
        owner = first.setdefault(id(tensor.memory), name)
        if owner != name and written != "torch":
            notes.append(f"{name} shares memory with {owner}, and is written by itself")
    write_tensors(tensors, target)
    nbytes = os.path.getsize(target)
    if as_json:
        print(json.dumps({"source": source, "target": target, "tensors": len(tensors), "bytes": nbytes, "notes": notes}))
        return 0
    for note in notes:
        print(plain(f"note: {note}"))
    print(plain(f"{target}: {len(tensors)} tensors, {size(nbytes)}"))
    return 0

"""`rushlight cache info` and `rushlight cache clear`: the folder of compiled kernels.

In: nothing but the environment. Out: text or JSON. Nothing is compiled or loaded, and numba and llvmlite are not imported.
"""
from __future__ import annotations

import json

from ..runtime.kernels.running.store import LIMIT, default_store


def info(*, as_json: bool) -> int:
    """Print where the folder is, what it holds, and whether it is used."""
    store = default_store()
    files = store.files()
    size, problem = sum(file.size for file in files), store.problem()
    facts = {"folder": store.folder, "kernels": len(files), "bytes": size, "limit": LIMIT, "problem": problem}
    if as_json:
        print(json.dumps(facts))
        return 0
    print(f"folder   {store.folder}")
    print(f"kernels  {len(files)}, {size_text(size)} of at most {size_text(LIMIT)}")
    print(f"used     {f'no: {problem}' if problem else 'yes'}")
    return 0


def clear() -> int:
    """Delete the kernels and say how many there were; processes that run keep theirs."""
    store = default_store()
    count, size = store.clear()
    print(f"deleted {count} kernel{'' if count == 1 else 's'}, {size_text(size)}, from {store.folder}")
    return 0


def size_text(size: int) -> str:
    """A number of bytes as people read it."""
    if size < 1024:
        return f"{size} bytes"
    for unit, scale in (("GiB", 1 << 30), ("MiB", 1 << 20)):
        if size >= scale:
            return f"{size / scale:.1f} {unit}"
    return f"{size / 1024:.1f} KiB"

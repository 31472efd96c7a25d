"""Operators on tensors without data (`device="meta"`), against PyTorch's: dtype, shape, strides and exceptions, over `op_db`.

What differs is listed in meta_exceptions.txt, with the reason; the list only shrinks.
"""
from __future__ import annotations

import itertools
import sys
from importlib import util
from pathlib import Path
from typing import Any

import pytest

from rushlight.runtime.no_data import NoData
from rushlight.runtime.tensor import Tensor

torch = pytest.importorskip("torch")
pytest.importorskip("torch.testing._internal.common_methods_invocations")

HERE = Path(__file__).resolve().parent
SAMPLES = 2
DATA_DEPENDENT = ("masked_select", "nonzero", "argwhere", "unique", "unique_consecutive", "bincount", "equal", "allclose")


def _module() -> Any:
    found = sys.modules.get("op_db_torch")
    if found is not None:
        return found
    spec = util.spec_from_file_location("op_db_torch", HERE / "op_db_torch.py")
    assert spec is not None and spec.loader is not None
    module = util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


op_db = _module()
EXCEPTIONS = dict(
    line.split("\t", 1) for line in (HERE / "meta_exceptions.txt").read_text().splitlines() if line and not line.startswith("#")
)
UNSUPPORTED = {line.split("\t", 1)[0] for line in (HERE / "op_db_exceptions.txt").read_text().splitlines() if not line.startswith("#")}
NAMES = [name for name in op_db.ENTRIES if name not in UNSUPPORTED]


def _without(value: Any) -> Any:
    """The same arguments, tensors of either library without their data."""
    if isinstance(value, Tensor | torch.Tensor):
        return value.to("meta")
    if isinstance(value, dict):
        return {name: _without(one) for name, one in value.items()}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*map(_without, value))
    return type(value)(map(_without, value)) if isinstance(value, tuple | list) else value


def _described(value: Any) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = []
    for part in op_db._parts(value):
        if not isinstance(part, Tensor | torch.Tensor):
            found.append((part,))
            continue
        strides = [stride for size, stride in zip(part.shape, part.stride()) if size > 1] if part.numel() else []
        found.append((part.device.type, str(part.dtype), tuple(part.shape), strides))
    return found


def _samples(info: Any) -> list[Any]:
    supported = info.supported_dtypes("cpu")
    if not supported:
        return []
    dtype = torch.float32 if torch.float32 in supported else min(supported, key=str)
    return op_db._spread(list(info.sample_inputs("cpu", dtype, requires_grad=False)), SAMPLES)


def differences(name: str) -> list[str]:
    """What differs on an entry."""
    info = op_db.ENTRIES[name]
    function = op_db.callee(info)
    found: list[str] = []
    for at, sample in enumerate(_samples(info)):
        arguments = (sample.input, tuple(sample.args), dict(sample.kwargs))
        try:
            mine = [op_db.to_rushlight(value, {}) for value in arguments]
            given, theirs = [_without(value) for value in mine], [_without(value) for value in arguments]
        except (AttributeError, NotImplementedError, RuntimeError):
            continue
        want = op_db.outcome(lambda: info.op(theirs[0], *theirs[1], **theirs[2]))
        got = op_db.outcome(lambda: function(given[0], *given[1], **given[2]))
        # what was worked out without data is kept, and must serve those who have data
        after = op_db.outcome(lambda: function(mine[0], *mine[1], **mine[2]))
        if isinstance(after, NoData):
            found.append(f"{at}: afterwards, with data: {after!r}")
        label = f"{at} {op_db._described(sample)}"
        if isinstance(want, Exception):
            # PyTorch lacks the rule of some operators whose shapes do not follow from items
            lacking = "no fake impl" in str(want) and name not in DATA_DEPENDENT
            if not isinstance(got, Exception) and not lacking:
                found.append(f"{label}: PyTorch raises {want!r}"[:400])
        elif isinstance(got, Exception):
            found.append(f"{label}: {got!r}"[:400])
        else:
            for one, other in itertools.zip_longest(_described(got), _described(want)):
                if one != other:
                    found.append(f"{label}: {one} {other}"[:400])
                    break
    return found


def test_list() -> None:
    """The list names entries that exist, each with a reason, and is no longer than it may be."""
    assert set(EXCEPTIONS) <= set(op_db.ENTRIES)
    assert all(reason.strip() for reason in EXCEPTIONS.values())
    assert len(EXCEPTIONS) <= 13


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", [name for name in NAMES if name not in EXCEPTIONS])
def test_entry(name: str) -> None:
    """Results have no data, and PyTorch's dtypes, shapes and strides; what PyTorch refuses is refused."""
    found = differences(name)
    assert not found, "\n".join(found)

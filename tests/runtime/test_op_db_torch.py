"""PyTorch's own table of operators and sample inputs (`op_db`), entry by entry.

Entries that do not pass are named in op_db_exceptions.txt, with the reason; the list only shrinks. Each run takes a few
samples of every other entry; `pytest --whole` takes all of them, and also says which entries of the list pass by now.
"""
from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")
pytest.importorskip("torch.testing._internal.common_methods_invocations")

HERE = Path(__file__).resolve().parent
MOST_EXCEPTIONS = 25
"""Of 702 entries."""


def _module() -> Any:
    spec = importlib.util.spec_from_file_location("op_db_torch", HERE / "op_db_torch.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


op_db = _module()
EXCEPTIONS = dict(
    line.split("\t", 1) for line in (HERE / "op_db_exceptions.txt").read_text().splitlines() if line and not line.startswith("#")
)


def test_list() -> None:
    """The list names entries that exist, each with a reason, and is no longer than it may be."""
    assert set(EXCEPTIONS) <= set(op_db.ENTRIES)
    assert all(reason.strip() for reason in EXCEPTIONS.values())
    assert len(EXCEPTIONS) <= MOST_EXCEPTIONS


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", [name for name in op_db.ENTRIES if name not in EXCEPTIONS])
def test_entry(name: str, pytestconfig: pytest.Config) -> None:
    """Results equal PyTorch's in dtype, shape, strides and items, and error cases raise the same type of exception."""
    amount = op_db.WHOLE if pytestconfig.getoption("--whole") else op_db.FEW
    found = op_db.failures(op_db.ENTRIES[name], amount)
    assert not found, "\n".join(f"{cause}: {text}" for cause, text in found[:5])


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", EXCEPTIONS)
def test_exception(name: str, pytestconfig: pytest.Config) -> None:
    """An entry of the list that passes whole has to leave it."""
    if not pytestconfig.getoption("--whole"):
        return
    assert op_db.failures(op_db.ENTRIES[name], op_db.WHOLE), f"{name} passes; take it off op_db_exceptions.txt"

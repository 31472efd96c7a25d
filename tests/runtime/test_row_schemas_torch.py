"""Every row of the operator table, and every overload derived from one, has PyTorch's schema to the letter."""
from __future__ import annotations

import pytest

from rushlight.runtime.ops.table import lookup, rows
from rushlight.runtime.ops.variants import overload_orders

torch = pytest.importorskip("torch")

SCHEMAS = {str(schema).partition("(")[0]: str(schema) for schema in torch._C._jit_get_all_schemas()}


def test_rows() -> None:
    """`rushlight::` rows are ours; all others exist in PyTorch and read the same."""
    differing = {
        op.text: SCHEMAS.get(op.key) for op in rows() if not op.key.startswith("rushlight::") and op.text != SCHEMAS.get(op.key)
    }
    assert differing == {}


def test_derived_overloads() -> None:
    """What the table derives in place of a row is what PyTorch declares."""
    keys = [f"{name}.{overload}" if overload else name for name, overloads in overload_orders().items() for overload in overloads]
    derived = [op for key in keys if (op := lookup(key)) is not None and op.base is not None]
    assert derived
    assert {op.text: SCHEMAS[op.key] for op in derived if op.text != SCHEMAS[op.key]} == {}


def test_overload_orders() -> None:
    """The order in which overloads are tried is PyTorch's."""
    for op in rows():
        namespace, _, name = op.name.partition("::")
        if namespace != "aten" or not hasattr(torch.ops.aten, name):
            continue
        expected = tuple("" if overload == "default" else overload for overload in getattr(torch.ops.aten, name).overloads())
        assert overload_orders()[op.name] == expected, op.name

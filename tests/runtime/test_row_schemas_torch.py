"""Every row of the operator table, and every overload derived from one, has PyTorch's schema to the letter."""
from __future__ import annotations

import importlib

import pytest

from rushlight.runtime.ops.table import lookup, rows
from rushlight.runtime.ops.variants import overload_orders
from rushlight.runtime.schema import parse

torch = pytest.importorskip("torch")

for _declaring in ("torch.onnx", "torch.distributed.tensor", "torch._dynamo", "torch.testing._internal.custom_op_db"):
    # These declare operators as they are imported; another test may or may not have done so before.
    importlib.import_module(_declaring)

SCHEMAS = {str(schema).partition("(")[0]: str(schema) for schema in torch._C._jit_get_all_schemas()}
ELSEWHERE = {"prepacked", "torch_cluster", "torch_scatter", "torchaudio", "torchvision"}
"""Namespaces of builds for mobile devices and of other packages, which this PyTorch does not have."""


def test_every_schema_of_pytorch_prints_as_it_was_read() -> None:
    """All its declarations, of operators that are rows here and of others, but those on Python's objects, which no archive can call."""
    texts = [text for text in SCHEMAS.values() if "PyObject" not in text]
    assert len(texts) > 3000
    assert {text: str(parse(text)) for text in texts if str(parse(text)) != text} == {}


def test_rows() -> None:
    """`rushlight::` rows are ours; all others exist in PyTorch and read the same."""
    theirs = [op for op in rows() if op.name.partition("::")[0] not in {"rushlight", *ELSEWHERE - _namespaces()}]
    assert {op.text: SCHEMAS.get(op.key) for op in theirs if op.text != SCHEMAS.get(op.key)} == {}


def _namespaces() -> set[str]:
    return {key.partition("::")[0] for key in SCHEMAS}


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

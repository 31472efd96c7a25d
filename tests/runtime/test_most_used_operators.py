"""The operators that archives use most are covered, every overload of each."""
from __future__ import annotations

from pathlib import Path

from rushlight.runtime.ops.table import lookup
from rushlight.runtime.ops.variants import overload_orders

HERE = Path(__file__).resolve().parent
LACKING = {
    "aten::values": "of sparse tensors",
    "aten::einsum.sublist": "a declaration that no program can call",
    "aten::quantized_gru.input_legacy": "weights of programs from before 1.5",
    "aten::quantized_gru.data_legacy": "weights of programs from before 1.5",
    "aten::dequantize.tensors_out": "lists of quantized tensors to write to",
    "aten::quantize_per_tensor.tensors_out": "lists of quantized tensors to write to",
}
"""What is not here, and why."""


def test_every_overload() -> None:
    """Only what LACKING names is missing."""
    names = [f"aten::{name}" for name in (HERE / "most_used_operators.txt").read_text().splitlines() if not name.startswith("#")]
    assert len(names) == 250
    keys = [f"{name}.{overload}" if overload else name for name in names for overload in overload_orders().get(name, ("",))]
    assert {key for key in keys if lookup(key) is None} == set(LACKING)

"""Tensors inside the text of a script: every form that PyTorch gives them."""

from __future__ import annotations

import pytest

import rushlight as rl
from rushlight.runtime.ops.values.texts import value_text

torch = pytest.importorskip("torch")

torch.manual_seed(0)
CASES = {
    "number": torch.tensor(1), "fraction": torch.tensor(2.5), "bool": torch.tensor(True), "single": torch.tensor(0.1),
    "large": torch.tensor(1e20), "whole": torch.tensor(123456789.0), "double": torch.tensor(1 / 3, dtype=torch.float64),
    "vector": torch.tensor([1, 2, 300]), "fractions": torch.randn(4), "scaled": torch.randn(3, 4) * 1e6, "tiny": torch.tensor([1e-8, 2e-8]),
    "wide": torch.tensor([1.5, 1e9]), "wider": torch.tensor([1e200, 1.5], dtype=torch.float64), "long": torch.tensor([1e12, 3]),
    "columns": torch.randn(3, 40), "scaled columns": torch.randn(2, 30) * 1e7, "integers": torch.arange(100).reshape(2, 50),
    "cube": torch.randn(2, 3, 4), "four dims": torch.randn(2, 2, 3, 4) * 1e-3, "deep columns": torch.randn(3, 2, 30),
    "none": torch.zeros(0), "no rows": torch.zeros(0, 3), "no columns": torch.randn(2, 0, 3),
    "special": torch.tensor([1.0, float("nan"), float("inf")]), "nan": torch.tensor([float("nan")]), "zeros": torch.zeros(2, 2, 2, 2),
    "bools": torch.tensor([True, False]), "negative": torch.tensor([-1, -100]), "minus zero": torch.tensor([-0.0, 1]),
    "small": torch.tensor([0.05, 0.01]), "half": torch.randn(3).half(), "bfloat16": torch.randn(2).to(torch.bfloat16),
}  # fmt: skip


@torch.jit.script
def text(x: torch.Tensor) -> str:
    return f"{x}" + str((x, 1)) + f"{[x, x]}"


@pytest.mark.parametrize("name", CASES)
def test_texts_are_pytorchs(name: str) -> None:
    case = CASES[name]
    ours = rl.tensor(case.tolist(), dtype=getattr(rl, str(case.dtype).removeprefix("torch."))) if case.numel() else rl.zeros(*case.shape)
    assert value_text(ours) + value_text((ours, 1)) + value_text([ours, ours]) == text(case)

"""Functions that are programs in PyTorch (`norm`, `stft`, `cdist`, `unique`), called from compiled code: results and archives."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest

import rushlight as rl

torch = pytest.importorskip("torch")


@rl.jit.script
def norms(x, p: float):  # noqa: ANN001, ANN201 - the program
    first = rl.norm(x), rl.norm(x, 2.0, 1), rl.norm(x, dim=1), rl.norm(x, p="fro", dim=[0, 1])
    return first, rl.norm(x, "nuc", [0, 1]), rl.norm(x, p), rl.norm(x, p, [1], True), rl.norm(x, p, 0)


@rl.jit.script
def others(x):  # noqa: ANN001, ANN201 - the program
    spectra = rl.stft(x.flatten(), 8, return_complex=True), rl.stft(x.flatten(), 8, center=False, return_complex=True)
    return rl.cdist(x, x + 1), rl.cdist(x, x + 1, 1.0), rl.cdist(x, x + 1, 2.0, "donot_use_mm_for_euclid_dist"), spectra


@rl.jit.script
def distinct(x):  # noqa: ANN001, ANN201 - the program
    values, counts = rl.unique(x, return_counts=True)
    rows, places = rl.unique(x, return_inverse=True, dim=0)
    return rl.unique(x), values, counts, rows, places, rl.unique(x, True, True, True)


def flat(result: Any) -> list[Any]:
    return [part for one in result for part in flat(one)] if isinstance(result, tuple) else [result.numpy()]


@pytest.mark.filterwarnings("ignore")
def test_results(tmp_path: Any) -> None:
    x = rl.tensor([[1.0, 2.0, 2.0, 0.5, -3.0, 1.0], [0.0, 1.0, 4.0, 0.5, -3.0, 2.0], [1.0, 2.0, 2.0, 0.5, -3.0, 1.0]])
    t = torch.from_numpy(x.numpy())
    first = torch.norm(t), torch.norm(t, 2.0, 1), torch.norm(t, dim=1), torch.norm(t, p="fro", dim=[0, 1])
    wanted = first, torch.norm(t, "nuc", [0, 1]), torch.norm(t, 3.0), torch.norm(t, 3.0, [1], True), torch.norm(t, 3.0, 0)
    spectra = torch.stft(t.flatten(), 8, return_complex=True), torch.stft(t.flatten(), 8, center=False, return_complex=True)
    more = torch.cdist(t, t + 1), torch.cdist(t, t + 1, 1.0), torch.cdist(t, t + 1, 2.0, "donot_use_mm_for_euclid_dist"), spectra
    counted, placed = torch.unique(t, return_counts=True), torch.unique(t, return_inverse=True, dim=0)
    last = torch.unique(t), *counted, *placed, torch.unique(t, True, True, True)
    for function, rest, expected in ((norms, (3.0,), wanted), (others, (), more), (distinct, (), last)):
        buffer = io.BytesIO(function.save_to_buffer())
        for found in (function(x, *rest), torch.jit.load(buffer)(t, *rest)):
            for mine, theirs in zip(flat(found), flat(expected), strict=True):
                np.testing.assert_allclose(mine, theirs, rtol=1e-5, atol=1e-5)

"""Files that PyTorch wrote, read without it: every format, and what each number of them must be."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import rushlight as rl

TENSORS = ["zip", "stream", "protocol_0", "protocol_4", "big_endian", "tar"]


@pytest.fixture(scope="module")
def expected(golden: Path) -> dict[str, Any]:
    """What PyTorch reads from each file."""
    return json.loads((golden / "saves" / "expected.json").read_text())


def describe(value: rl.Tensor) -> dict[str, object]:
    """A tensor as expected.json has it."""
    numbers = value.detach()
    array = (numbers.to(rl.float32) if numbers.dtype is rl.bfloat16 else numbers).numpy()
    if value.dtype.is_complex:
        array = np.stack((array.real, array.imag), -1)
    return {
        "dtype": repr(value.dtype),
        "shape": list(value.shape),
        "stride": list(value.stride()),
        "numbers": array.tolist(),
        "requires_grad": value.requires_grad,
        "is_parameter": isinstance(value, rl.nn.Parameter),
        "storage": value.memory.nbytes,
    }


@pytest.mark.parametrize("name", TENSORS)
def test_tensors_are_those_that_pytorch_reads(name: str, golden: Path, expected: dict[str, Any]) -> None:
    loaded = rl.load(golden / "saves" / f"{name}.pt")
    assert {key: describe(value) for key, value in loaded.items()} == expected[name]


@pytest.mark.parametrize("name", ["zip", "stream"])
def test_saving_again_gives_the_same_tensors(name: str, golden: Path, expected: dict[str, Any]) -> None:
    buffer = io.BytesIO()
    rl.save(rl.load(golden / "saves" / f"{name}.pt"), buffer, _use_new_zipfile_serialization=name == "zip")
    buffer.seek(0)
    again = rl.load(buffer)
    assert {key: describe(value) for key, value in again.items()} == expected[name]
    assert again["base"].memory is again["part"].memory is again["transposed"].memory


def test_views_of_a_tar_share_their_storage(golden: Path) -> None:
    loaded = rl.load(golden / "saves" / "tar.pt")
    assert loaded["whole"].memory is loaded["stepped"].memory
    loaded["part"].fill_(9.0)
    assert loaded["whole"].tolist() == [[0.0, 1.0, 2.0], [9.0, 9.0, 5.0]]


def test_a_mapped_file_has_the_same_tensors(golden: Path, expected: dict[str, Any]) -> None:
    loaded = rl.load(golden / "saves" / "zip.pt", mmap=True)
    assert {key: describe(value) for key, value in loaded.items()} == expected["zip"]
    with pytest.raises(RuntimeError, match="mmap can only be used with files saved with"):
        rl.load(golden / "saves" / "stream.pt", mmap=True)


def test_a_whole_module_computes_what_it_did(golden: Path, expected: dict[str, Any]) -> None:
    module = rl.load(golden / "saves" / "module.pt")
    assert type(module[0]) is rl.nn.Linear and not module.training
    outputs = module(rl.tensor(expected["module"]["inputs"])).detach()
    np.testing.assert_allclose(outputs.numpy(), expected["module"]["outputs"], rtol=1e-5, atol=1e-7)


def test_kept_tensors(golden: Path, expected: dict[str, Any]) -> None:
    kept = rl.load(golden / "saves" / "kept.pt")
    for name in ("per_tensor", "per_channel"):
        np.testing.assert_allclose(kept[name].dequantize().numpy(), expected["kept"][name], rtol=1e-6)
    dense = np.zeros((2, 2), np.float32)
    dense[tuple(kept["coo"].indices[0].numpy())] = kept["coo"].values.numpy()
    assert dense.tolist() == expected["kept"]["coo"]
    assert kept["csr"].layout == "torch.sparse_csr" and kept["csr"].shape == (2, 2)
    assert kept["meta"].shape == (2, 3) and kept["meta"].dtype is rl.float32

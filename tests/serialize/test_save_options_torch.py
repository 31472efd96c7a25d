"""Options of saving and loading give the files and tensors that they give in PyTorch."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest

import rushlight as rl

torch = pytest.importorskip("torch")
import torch.serialization as theirs  # noqa: E402

import rushlight.serialization as ours  # noqa: E402


def rows(module: Any, value: Any, **options: Any) -> list[tuple[str, int, int]]:
    out = io.BytesIO()
    module.save(value, out, **options)
    found = zipfile.ZipFile(out).infolist()
    # the last record is an identifier of the writer's own
    return [(row.filename, row.CRC if row.CRC == 0 else 1, row.file_size) for row in found]


def test_checksums() -> None:
    for on in (False, True):
        theirs.set_crc32_options(on)
        ours.set_crc32_options(on)
        assert rows(rl, rl.ones(3)) == rows(torch, torch.ones(3))


def test_files_without_data() -> None:
    with theirs.skip_data(), ours.skip_data():
        assert rows(rl, rl.ones(3)) == rows(torch, torch.ones(3))
    out = io.BytesIO()
    with ours.skip_data():
        rl.save(rl.ones(3), out)
    assert torch.load(io.BytesIO(out.getvalue()), weights_only=True).tolist() == [0, 0, 0]


@pytest.mark.parametrize("order", [None, "NATIVE", "LITTLE", "BIG"])
def test_byte_order_of_files_that_do_not_say_it(order: str | None) -> None:
    out = io.BytesIO()
    torch.save(torch.tensor([1, 256], dtype=torch.int16), out, _disable_byteorder_record=True)
    try:
        theirs.set_default_load_endianness(None if order is None else theirs.LoadEndianness[order])
        ours.set_default_load_endianness(None if order is None else ours.LoadEndianness[order])
        assert rl.load(io.BytesIO(out.getvalue())).tolist() == torch.load(io.BytesIO(out.getvalue())).tolist()
    finally:
        theirs.set_default_load_endianness(None)
        ours.set_default_load_endianness(None)

"""Storages as users see them, and memory shared with other libraries by DLPack."""
from __future__ import annotations

import io

import numpy as np
import pytest

import rushlight as rl


def test_views_share_a_storage() -> None:
    base = rl.arange(6, dtype=rl.int16)
    part = base[2:4]
    assert part.untyped_storage().nbytes() == 12 == len(part.untyped_storage())
    assert part.untyped_storage().data_ptr() == base.data_ptr() == part.storage().data_ptr()
    assert part.storage().size() == 6 and part.storage().tolist() == [0, 1, 2, 3, 4, 5]
    assert part.storage().element_size() == 2 and part.untyped_storage().element_size() == 1


def test_items_are_written_through() -> None:
    tensor = rl.zeros(3)
    tensor.storage()[1] = 7
    tensor.untyped_storage()[3] = 0x40
    assert tensor.tolist() == [2.0, 7.0, 0.0]
    copy = tensor.untyped_storage().clone()
    copy.fill_(0)
    assert tensor.tolist() == [2.0, 7.0, 0.0] and isinstance(copy, rl.UntypedStorage)
    assert tensor.untyped_storage()[4:8].tolist() == [0, 0, 0xE0, 0x40]


def test_refusals() -> None:
    storage = rl.zeros(3).storage()
    with pytest.raises(IndexError, match="index 3 out of range for storage of size 3"):
        storage[3]
    with pytest.raises(RuntimeError, match="slices are only supported in UntypedStorage"):
        storage[0:2]
    with pytest.raises(RuntimeError, match="size does not match"):
        storage.copy_(rl.zeros(2).storage())


def test_text() -> None:
    assert repr(rl.tensor([1.0, 2.5]).storage()) == " 1.0\n 2.5\n[torch.storage.TypedStorage(dtype=torch.float32, device=cpu) of size 2]"
    assert repr(rl.UntypedStorage(1).fill_(3)) == " 3\n[torch.storage.UntypedStorage(device=cpu) of size 1]"


def test_memory_is_shared_by_dlpack() -> None:
    array = np.arange(4, dtype=np.float32)
    tensor = rl.from_dlpack(array)
    array[0] = 5
    assert tensor.tolist() == [5.0, 1.0, 2.0, 3.0]
    back = np.from_dlpack(tensor.view(2, 2).t())
    array[1] = 7
    assert back.tolist() == [[5.0, 2.0], [7.0, 3.0]]
    assert rl.from_dlpack(rl.arange(3)).tolist() == [0, 1, 2]


def test_a_storage_of_a_file_is_copied() -> None:
    file = io.BytesIO()
    rl.save(rl.arange(3).storage(), file)
    copy = rl.load(io.BytesIO(file.getvalue())).clone()
    assert isinstance(copy, rl.TypedStorage) and copy.tolist() == [0, 1, 2]

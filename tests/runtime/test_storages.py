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


def test_bytes_and_items_are_two_things_as_in_pytorch() -> None:
    tensor = rl.tensor([1.0, 300.0])
    untyped, typed = tensor.untyped_storage(), tensor.storage()
    assert not isinstance(untyped, rl.TypedStorage) and not isinstance(typed, rl.UntypedStorage)
    assert not hasattr(untyped, "dtype") and typed.dtype is rl.float32
    assert untyped == tensor[1:].untyped_storage() == typed.untyped() and untyped != untyped.clone()
    assert untyped.byte().tolist() == untyped.tolist() == [0, 0, 128, 63, 0, 0, 150, 67]
    assert untyped.float().tolist() == [float(item) for item in untyped.tolist()]
    assert typed.half().dtype is rl.float16 and typed.int().tolist() == [1, 300] and typed.bool().tolist() == [True, True]
    assert untyped.cpu() is untyped and untyped.to(device="cpu") is untyped and not untyped.is_cuda
    assert rl.UntypedStorage([1, 2, 3]).tolist() == [1, 2, 3] and len(rl.UntypedStorage(5)) == 5
    assert rl.TypedStorage([1, 2], rl.int64).nbytes() == 16 and rl.TypedStorage(untyped).tolist() == [1.0, 300.0]
    with pytest.raises(RuntimeError, match="storages stay where they are"):
        untyped.to(device="meta")


def test_a_storage_grows_and_keeps_its_tensors() -> None:
    tensor = rl.arange(3)
    assert tensor.untyped_storage().resizable() and tensor.untyped_storage().resize_(64).nbytes() == 64
    tensor.storage().resize_(10)
    assert tensor.storage().size() == 10 and tensor.tolist() == [0, 1, 2]
    with pytest.raises(RuntimeError, match="tensors may lie in the bytes that would go"):
        tensor.untyped_storage().resize_(8)
    with pytest.raises(RuntimeError, match="not resizable"):
        rl.from_numpy(np.zeros(2)).untyped_storage().resize_(64)


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

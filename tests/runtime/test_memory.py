"""The pool of memory: alignment, reuse, limit, statistics, threads; memory of others that must not be written."""
from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import rushlight as rl
from rushlight.runtime.storage import ALIGNMENT, Storage, derived, keeps_derived, limit_memory

MEGABYTE = 1 << 20


@pytest.fixture(autouse=True)
def pool() -> Iterator[None]:
    """An empty pool; its limit is what it was afterwards."""
    limit = rl.memory_stats()["limit"]
    rl.empty_cache()
    yield
    rl.set_pool_limit(limit)


@given(st.integers(0, 1 << 22))
def test_blocks_are_aligned_and_not_much_larger(nbytes: int) -> None:
    rl.empty_cache()
    before = rl.memory_stats()["allocated"]
    storage = Storage.allocate(nbytes)
    assert storage.address % ALIGNMENT == 0 and storage.nbytes == nbytes
    storage.array[...] = 255
    assert max(nbytes, 1) <= rl.memory_stats()["allocated"] - before <= max(ALIGNMENT, 1.25 * nbytes + ALIGNMENT)


def test_statistics_follow_tensors() -> None:
    rl.reset_peak_memory_stats()
    start = rl.memory_stats()
    tensors = [rl.empty(MEGABYTE // 4) for _ in range(3)]
    held = rl.memory_stats()
    assert held["allocated"] - start["allocated"] == 3 * MEGABYTE
    del tensors
    freed = rl.memory_stats()
    assert freed["allocated"] == start["allocated"] and freed["pooled"] - start["pooled"] == 3 * MEGABYTE
    again = rl.empty(MEGABYTE // 4)
    assert rl.memory_stats()["reserved"] == held["reserved"]
    rl.empty_cache()
    emptied = rl.memory_stats()
    assert emptied["pooled"] == 0 and emptied["reserved"] == emptied["allocated"] == start["allocated"] + again.numel() * 4
    assert emptied["peak_reserved"] == held["reserved"]
    rl.reset_peak_memory_stats()
    assert rl.memory_stats()["peak_reserved"] == emptied["reserved"]


def test_the_pool_keeps_no_more_than_its_limit() -> None:
    rl.set_pool_limit(2 * MEGABYTE)
    tensors = [rl.empty(MEGABYTE // 4) for _ in range(5)]
    del tensors
    assert rl.memory_stats()["pooled"] <= 2 * MEGABYTE
    rl.set_pool_limit(MEGABYTE)
    assert rl.memory_stats()["pooled"] <= MEGABYTE
    rl.set_pool_limit(0)
    assert rl.memory_stats()["pooled"] == 0
    with pytest.raises(ValueError, match="set_pool_limit: expected a number of bytes, got -1"):
        rl.set_pool_limit(-1)


def test_threads_share_the_pool() -> None:
    """No block is given to two, and the counters are right in the end."""
    start = rl.memory_stats()["allocated"]
    wrong: list[int] = []

    def work(number: int) -> None:
        for turn in range(300):
            storage = Storage.allocate(64 * (1 + turn % 5))
            storage.write_word(number)
            other = Storage.allocate(64 * (1 + turn % 3))
            other.write_word(-number)
            if storage.array.view(np.int64)[0] != number:
                wrong.append(number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(1, 7)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert rl.memory_stats()["allocated"] == start


def read_only() -> rl.Tensor:
    """0..5 in memory that must not be written."""
    items = np.arange(6, dtype=np.float32)
    items.flags.writeable = False
    return rl.from_numpy(items)


READS: dict[str, Callable[[rl.Tensor], rl.Tensor]] = {
    "arithmetic": lambda t: t + 1, "reduction": lambda t: t.sum(), "view": lambda t: t.view(2, 3).t(), "copy": lambda t: t.clone(),
    "matrix": lambda t: t.view(2, 3) @ t.view(3, 2), "index": lambda t: t[t > 2],
}
WRITES: dict[str, Callable[[rl.Tensor], object]] = {
    "add_": lambda t: t.add_(1), "zero_": lambda t: t.zero_(), "fill_": lambda t: t.fill_(2), "copy_": lambda t: t.copy_(rl.ones(6)),
    "item": lambda t: t.__setitem__(0, 1), "view": lambda t: t.view(2, 3)[1].mul_(2), "out": lambda t: rl.add(t, 1, out=t),
    "uniform_": lambda t: t.uniform_(), "index_put_": lambda t: t.index_put_((rl.tensor([0]),), rl.tensor(1.0)),
    "masked_fill_": lambda t: t.masked_fill_(t > 1, 0), "scatter_": lambda t: t.scatter_(0, rl.tensor([0]), rl.tensor([1.0])),
    "matrix out": lambda t: rl.mm(t.view(2, 3), t.view(3, 2), out=t[:4].view(2, 2)), "sum out": lambda t: rl.sum(t, 0, out=t[0]),
}


@pytest.mark.parametrize("read", READS)
def test_read_only_memory_can_be_read(read: str) -> None:
    assert READS[read](read_only()).tolist() == READS[read](rl.arange(6, dtype=rl.float32)).tolist()


@pytest.mark.parametrize("write", WRITES)
def test_read_only_memory_is_not_written(write: str) -> None:
    tensor = read_only()
    with pytest.raises(RuntimeError, match=r"the tensor's memory is read-only; write to a copy made with clone\(\)"):
        WRITES[write](tensor)
    assert tensor.tolist() == [0, 1, 2, 3, 4, 5] and tensor._version == 0
    with pytest.raises(ValueError, match="read-only"):
        tensor.numpy()[0] = 1


@pytest.mark.parametrize("write", [name for name in WRITES if name not in ("out", "matrix out", "sum out")])
def test_writes_are_counted(write: str) -> None:
    tensor = rl.arange(6, dtype=rl.float32)
    before, view = tensor._version, tensor.view(2, 3)
    WRITES[write](tensor)
    assert tensor._version > before and view._version == tensor._version


def test_what_was_derived_is_kept_until_the_bytes_may_have_changed() -> None:
    tensor = rl.arange(6, dtype=rl.float32)
    made: list[int] = []

    def total() -> float:
        def make() -> float:
            made.append(1)
            return tensor.clone().sum().item()
        return derived(tensor.memory, "sum", make)

    assert total() == total() == 15 and len(made) == 1
    tensor.add_(1)
    assert total() == total() == 21 and len(made) == 2
    shown = tensor.numpy()
    shown[0] = 10
    assert total() == 30 and (shown.__setitem__(0, 0), total())[1] == 20 and len(made) == 4
    del shown
    assert total() == total() == 20 and len(made) == 5
    tensor.data_ptr()
    assert total() == total() == 20 and len(made) == 7


def test_nothing_is_kept_for_the_memory_of_others() -> None:
    array = np.zeros(4, np.float32)
    tensor = rl.from_numpy(array)
    assert [derived(tensor.memory, "first", lambda: tensor[0].item()), (array.__setitem__(0, 3), tensor[0].item())[1]] == [0, 3]
    assert derived(tensor.memory, "first", lambda: tensor[0].item()) == 3


@pytest.mark.parametrize("dtype", (rl.float32, rl.bfloat16), ids=str)
def test_convolutions_notice_new_weights(dtype: rl.dtype) -> None:
    convolution = rl.nn.Conv2d(4, 8, 3).to(dtype)
    x = rl.rand(1, 4, 6, 6).to(dtype)
    first = convolution(x)
    with rl.no_grad():
        convolution.weight.mul_(2)
        convolution.bias.mul_(2)
    assert rl.equal(convolution(x), first * 2)
    convolution.load_state_dict({"weight": convolution.weight * 2, "bias": convolution.bias * 2})
    assert rl.equal(convolution(x), first * 4)
    convolution.weight.data = convolution.weight * 2
    convolution.bias.data = convolution.bias * 2
    assert rl.equal(convolution(x), first * 8)
    if dtype is rl.float32:
        convolution.weight.detach().numpy()[...] *= 2
        convolution.bias.detach().numpy()[...] *= 2
        assert rl.equal(convolution(x), first * 16)


def test_limits_of_several_threads_end_in_any_order() -> None:
    """The lowest limit that is open holds; none is left when all are closed."""
    low, lower = limit_memory(4 * MEGABYTE, OverflowError), limit_memory(MEGABYTE, LookupError)
    low.__enter__()
    lower.__enter__()
    low.__exit__(None, None, None)
    with pytest.raises(LookupError, match="more memory than its limit"):
        rl.empty(MEGABYTE)
    lower.__exit__(None, None, None)
    assert rl.empty(4 * MEGABYTE).numel() == 4 * MEGABYTE


@pytest.mark.parametrize(
    "make",
    [
        lambda: rl.arange(MEGABYTE),
        lambda: rl.arange(0.0, MEGABYTE),
        lambda: rl.linspace(0, 1, MEGABYTE),
        lambda: rl.logspace(0, 1, MEGABYTE),
        lambda: rl.tril_indices(2000, 2000),
        lambda: rl.randperm(MEGABYTE),
        lambda: rl.multinomial(rl.ones(3), MEGABYTE, replacement=True),
        lambda: rl.nn.functional.one_hot(rl.tensor([1]), MEGABYTE),
        lambda: rl.combinations(rl.arange(300), 100),
        lambda: rl.fft.fft(rl.zeros(1).expand(MEGABYTE)),
        lambda: rl.zeros(1).expand(MEGABYTE).tolist(),
        lambda: rl.nn.functional.pad(rl.ones(1, 2), (MEGABYTE, 0), mode="replicate"),
        lambda: [rl.fft.fft(rl.ones(1000)) for _ in range(1000)],
        lambda: rl.histogramdd(rl.ones(3, 3), [1 << 12] * 3),
        lambda: rl.unbind(rl.zeros(1).expand(1 << 40)),
        lambda: rl.split(rl.zeros(1).expand(1 << 40), 1),
        lambda: rl.chunk(rl.zeros(0), 1 << 40),
        lambda: rl.tensor_split(rl.zeros(4), 1 << 40),
    ],
)
def test_memory_that_is_in_no_storage_is_limited(make: Callable[[], object]) -> None:
    with pytest.raises(LookupError, match="more memory than its limit"), limit_memory(MEGABYTE, LookupError):
        make()
    assert rl.fft.fft(rl.ones(8)).numel() == 8


@pytest.mark.parametrize(
    "make",
    [
        lambda: rl.zeros(1).expand(1 << 40, 1 << 40),
        lambda: rl.zeros(1).as_strided((1 << 62, 1 << 62), (0, 0)),
        lambda: rl.empty(1 << 40, 1 << 40),
        lambda: rl.empty(1 << 40, 1 << 40, device="meta"),
        lambda: rl.zeros(3).resize_(1 << 62),
        lambda: rl.empty_strided((2, 2), (1 << 62, 1)),
        lambda: rl.arange(1 << 62),
        lambda: rl.linspace(0, 1, 1 << 62),
    ],
)
def test_sizes_that_no_64_bits_count_are_refused(make: Callable[[], object]) -> None:
    """As PyTorch does, with a RuntimeError."""
    with pytest.raises(RuntimeError, match="overflow"):
        make()


def test_sizes_beside_a_size_of_zero_may_be_large() -> None:
    assert rl.empty(1 << 62, 0, 1 << 62).numel() == 0


def test_arrays_of_several_threads_are_all_counted() -> None:
    """Nothing is derived from memory while an array shows it; none is forgotten when threads make them at the same time."""
    shared = rl.ones(4)
    lost: list[object] = []
    hook, interval = sys.unraisablehook, sys.getswitchinterval()

    def show() -> None:
        for _ in range(20_000):
            shared.numpy()

    sys.unraisablehook = lost.append
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=show) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
        sys.unraisablehook = hook
    assert not lost and keeps_derived(shared.memory)

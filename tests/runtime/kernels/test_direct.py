"""The built-in function that runs small kernels: operands, numbers that do not fit, outputs over inputs."""
from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np
import pytest

from rushlight.runtime.dtype import bool_, float32, float64, int32, uint8
from rushlight.runtime.dtype import from_numpy as dtype_of
from rushlight.runtime.kernels.loops.pointwise import pointwise_kernel
from rushlight.runtime.kernels.running.direct import OVERLAP, UNFIT, Frame, NumberOperand, TensorOperand, direct


def second(a: object, b: object) -> object:
    return b


def frame_of(target: np.ndarray, inputs: Sequence[TensorOperand | NumberOperand], reach: int = 0) -> Frame:
    dtype = dtype_of(target.dtype)
    kernel = pointwise_kernel(second, (dtype, dtype), dtype, (dtype,), 0, (1, 0, 1))
    return Frame(kernel.address, target.size, inputs, reach, [0] * 4)


@pytest.mark.parametrize(
    "dtype, value",
    [(float32, 2.5), (float32, -1), (float32, True), (float64, 0.1), (int32, -1), (int32, 2**31 - 1), (uint8, 255), (bool_, 3), (bool_, 0)],
)
def test_numbers_are_written_in_their_dtype(dtype: object, value: object) -> None:
    target = np.zeros(3, dtype.numpy)
    frame = frame_of(target, [TensorOperand(target.itemsize, target.nbytes, False), NumberOperand(dtype, 3)])
    assert direct()(frame.address, target.ctypes.data, target.ctypes.data, 0, value) == 0
    assert np.array_equal(target, np.full(3, value, target.dtype))


@pytest.mark.parametrize(
    "dtype, value", [(int32, 2**31), (int32, -(2**31) - 1), (int32, 1.5), (uint8, 256), (float32, 10**400), (float64, "1")]
)
def test_numbers_that_do_not_fit_write_nothing(dtype: object, value: object) -> None:
    target = np.ones(3, dtype.numpy)
    frame = frame_of(target, [TensorOperand(target.itemsize, target.nbytes, False), NumberOperand(dtype, 3)])
    assert direct()(frame.address, target.ctypes.data, target.ctypes.data, 0, value) == UNFIT
    assert target.tolist() == [1, 1, 1]


def test_an_output_may_lie_exactly_over_an_input_and_no_other_way() -> None:
    items = np.zeros(16, np.float32)
    frame = frame_of(items[:4], [TensorOperand(4, 16, True), NumberOperand(float32, 3)], reach=16)
    start = items.ctypes.data
    assert direct()(frame.address, start, start, 0, 1.0) == 0
    assert direct()(frame.address, start + 16, start, 0, 1.0) == 0
    assert direct()(frame.address, start + 12, start, 0, 1.0) == OVERLAP
    assert direct()(frame.address, start, start, 3, 1.0) == OVERLAP
    assert items[:8].tolist() == [1.0] * 8 and not items[8:].any()


def test_operands_go_to_the_words_that_the_frame_names() -> None:
    # the kernel takes the words a, b, output; the call gives b, a
    kernel = pointwise_kernel(second, (float32, float32), float32, (float32,), 0, (1, 1, 1))
    a, b, target = (np.full(4, value, np.float32) for value in (1, 2, 0))
    frame = Frame(kernel.address, 4, [TensorOperand(4, 16, False)] * 2, 0, [0] * 3, (1, 0, 2))
    assert direct()(frame.address, target.ctypes.data, b.ctypes.data, 0, a.ctypes.data, 0) == 0
    assert target.tolist() == [2.0] * 4


def test_a_frame_serves_many_threads() -> None:
    targets = [np.zeros(64, np.float32) for _ in range(4)]
    frame = frame_of(targets[0], [TensorOperand(4, 256, False), NumberOperand(float32, 3)])

    def work(at: int) -> None:
        address = targets[at].ctypes.data
        for _ in range(2000):
            direct()(frame.address, address, address, 0, at + 1)

    threads = [threading.Thread(target=work, args=(at,)) for at in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [set(target.tolist()) for target in targets] == [{1.0}, {2.0}, {3.0}, {4.0}]

"""Running a scalar function over operands of any layout: broadcasting, conversion, the choice of the kernel, the launch.

Pointwise rows, copies and conversions share it. What a call needs is worked out once per combination of layouts and dtypes
(`prepare`) and kept as a `Launch`; after that a call fills words and jumps into the kernel.
"""
from __future__ import annotations

import ctypes
import struct
from collections.abc import Callable, Sequence
from typing import Any

from .. import dtype as dtypes
from ..dtype import DType
from ..kernels.loops.pointwise import identity
from ..kernels.running.cost import moving, nanoseconds
from ..kernels.running.direct import Frame, NumberOperand, TensorOperand, takes_number
from ..kernels.running.engine import Kernel
from ..kernels.running.launch import GRAIN, launch_at
from ..layout import Layout, contiguous_strides, merge
from ..no_data import NO_ADDRESS, require_addresses


class Words:
    """The words of one call, seen as integers and as floats: numbers are written in place, as the kernel reads them."""

    __slots__ = ("address", "doubles", "floats", "integers")

    def __init__(self, template: Sequence[int]) -> None:
        count = len(template)
        self.integers = (ctypes.c_int64 * count)(*template)
        self.floats = (ctypes.c_float * (2 * count)).from_buffer(self.integers)
        self.doubles = (ctypes.c_double * count).from_buffer(self.integers)
        self.address = ctypes.addressof(self.integers)


class Launch:
    """A kernel with everything but the addresses filled in.

    The words are: the address of each operand (inputs, then the output), what the kernel's maker asks for (sizes and
    strides), then two words per number among the inputs, whose address stands for its operand.
    """

    __slots__ = ("free", "items", "kernel", "numbers", "output", "template", "tensors", "work")

    def __init__(
        self, kernel: Kernel, items: int, inputs: Sequence[DType | None], shape_words: Sequence[int], work: int
    ) -> None:
        """`inputs` has the dtype of each number among the inputs, None for tensors."""
        self.kernel = kernel
        self.items = items
        self.work = work
        """Nanoseconds on one thread, roughly."""
        self.output = len(inputs)
        self.tensors = [at for at, number in enumerate(inputs) if number is None]
        first = len(inputs) + 1 + len(shape_words)
        numbers = [(at, number) for at, number in enumerate(inputs) if number is not None]
        self.numbers = [(at, first + 2 * index, number) for index, (at, number) in enumerate(numbers)]
        self.template = [0] * (len(inputs) + 1) + list(shape_words) + [0, 0] * len(self.numbers)
        self.free: list[Words] = []

    def words(self) -> Words:
        """A frame: one call's own, so that concurrent callers never share words."""
        try:
            return self.free.pop()
        except IndexError:
            made = Words(self.template)
            for at, slot, _ in self.numbers:
                made.integers[at] = made.address + 8 * slot
            return made

    def run(self, operands: Sequence[Any], output: int) -> None:
        """Run over `operands` (tensors of the prepared layouts, and numbers) into the memory at `output`."""
        if not self.items or output is NO_ADDRESS:
            require_addresses([operands[at] for at in self.tensors])
            return
        words = self.words()
        integers = words.integers
        for at in self.tensors:
            tensor = operands[at]
            integers[at] = tensor.memory.address + tensor.layout.offset * tensor.dtype.itemsize
        for at, slot, dtype in self.numbers:
            write_number(words, slot, operands[at], dtype)
        integers[self.output] = output
        status = launch_at(self.kernel, words.address, self.items, work=self.work)
        self.free.append(words)
        assert status == 0, "elementwise kernels cannot fail"

    def frame(self, inputs: Sequence[tuple[Layout | None, DType]], output: tuple[Layout, DType] | None = None) -> Frame | None:
        """What kernels/running/direct.py runs this by: inputs as `prepare` took them, and the output if its memory is not fresh.

        None for work that is worth several threads, and for numbers that only `write_number` can write.
        """
        if self.work >= 2 * GRAIN:
            return None
        slots = {at: slot for at, slot, _ in self.numbers}
        operands: list[TensorOperand | NumberOperand] = []
        for at, (layout, dtype) in enumerate(inputs):
            if layout is not None:
                same = output is not None and layout.form is output[0].form and dtype.itemsize == output[1].itemsize
                operands.append(TensorOperand(dtype.itemsize, layout.form.extent * dtype.itemsize, same))
            elif takes_number(dtype):
                operands.append(NumberOperand(dtype, slots[at]))
            else:
                return None
        reach = 0 if output is None else output[0].form.extent * output[1].itemsize
        return Frame(self.kernel.address, self.items, operands, reach, self.template)


def write_number(words: Words, slot: int, value: Any, dtype: DType) -> None:
    """Put a Python number into a word as an item of `dtype`; RuntimeError if it does not fit."""
    if dtype is dtypes.float32:
        words.floats[2 * slot] = value
    elif dtype is dtypes.float64:
        words.doubles[slot] = value
    elif dtype is dtypes.complex64:
        words.floats[2 * slot], words.floats[2 * slot + 1] = value.real, value.imag
    elif dtype is dtypes.complex128:
        words.doubles[slot], words.doubles[slot + 1] = value.real, value.imag
    elif dtype.is_floating_point:
        words.integers[slot] = half_bits(value, dtype)
    else:
        words.integers[slot] = checked_integer(value, dtype)


def half_bits(value: float, dtype: DType) -> int:
    """The 16 bits of a number in float16 or bfloat16, rounded to float32 first, as PyTorch does; infinity where it is too large."""
    single = ctypes.c_float(value).value
    if dtype is dtypes.float16:
        try:
            return int.from_bytes(struct.pack("<e", single), "little")
        except OverflowError:
            return 0xFC00 if single < 0 else 0x7C00
    bits = int.from_bytes(struct.pack("<f", single), "little")
    return 0x7FC0 if single != single else bits + 0x7FFF + (bits >> 16 & 1) >> 16


def checked_integer(value: Any, dtype: DType) -> int:
    """The number as an integer or bool dtype holds it."""
    if dtype.name == "bool":
        return int(bool(value))
    number = int(value)
    bits = 8 * dtype.itemsize
    # PyTorch lets negative numbers wrap into unsigned types, as C does
    low, high = (-(1 << (bits - 1)), 1 << (bits - 1)) if dtype.is_signed else (-(1 << bits) + 1, 1 << bits)
    if not low <= number < high:
        raise RuntimeError(f"value cannot be converted to type {dtype.name}_t without overflow: {value}")
    return number


def prepare(
    body: Callable[..., Any], compute: DType, inputs: Sequence[tuple[Layout | None, DType]], output: Layout, result: DType
) -> Launch:
    """The launch for inputs of these layouts (None for a number) that broadcast to the layout of `output`.

    Inputs are tensors in `compute`, or bool ones (masks), and numbers in any dtype. A body called `identity` converts from
    its input's dtype.
    """
    from ..kernels.loops.pointwise import BROADCAST, CONTIGUOUS, STRIDED, pointwise_kernel

    dims = _long_rows(walked(output, [layout for layout, _ in inputs]))
    # one item: any class fits, and the contiguous kernel is the one most likely built already
    inner = dims[-1][1] if dims else tuple(0 if layout is None else 1 for layout, _ in inputs) + (1,)
    classes = tuple(BROADCAST if step == 0 else CONTIGUOUS if step == 1 else STRIDED for step in inner)
    flat = len(dims) <= 1 and STRIDED not in classes
    kernel = pointwise_kernel(
        body,
        tuple(dtype for _, dtype in inputs),
        tuple(dtype if layout is None or dtype is dtypes.bool_ or body is identity else compute for layout, dtype in inputs),
        (result,),
        0 if flat else len(dims),
        classes,
    )
    words = [] if flat else [size for size, _ in dims] + [steps[operand] for operand in range(len(inputs) + 1) for _, steps in dims]
    moved = result.itemsize + sum(dtype.itemsize for layout, dtype in inputs if layout is not None)
    work = moving(output.numel * moved) + int(output.numel * nanoseconds(body, compute.name))
    return Launch(kernel, output.numel, [dtype if layout is None else None for layout, dtype in inputs], words, work)


def walked(output: Layout, inputs: Sequence[Layout | None]) -> list[tuple[int, tuple[int, ...]]]:
    """The fewest dimensions that walk all operands: (size, steps of the inputs and the output), outermost first.

    Dimensions go in the order in which the output lies in memory; inputs are broadcast, None is a number.
    """
    shape = output.shape
    strides = [(0,) * len(shape) if layout is None else layout.broadcast_to(shape).strides for layout in inputs]
    strides.append(output.strides)
    order = memory_order(shape, [output.strides, *strides[:-1]])
    return merge([shape[dim] for dim in order], [[operand[dim] for dim in order] for operand in strides])


def _long_rows(dims: list[tuple[int, tuple[int, ...]]]) -> list[tuple[int, tuple[int, ...]]]:
    """The same dimensions, where rows would be short with a long one inside that some operand has side by side.

    Three colours per pixel from three planes: three long rows take a third of the time of many rows of three.
    """
    if len(dims) < 2 or dims[-1][0] >= _SHORT_ROW:
        return dims
    inside = max(range(len(dims) - 1), key=lambda at: dims[at][0])
    size, steps = dims[inside]
    if size < _LONG_ROW or 1 not in steps:
        return dims
    return [*dims[:inside], *dims[inside + 1 :], dims[inside]]


_SHORT_ROW, _LONG_ROW = 8, 64


def crosswise(layout: Layout, output: Layout) -> bool:
    """Whether an input walks memory across the output's order, for so long that a copy in that order pays."""
    if layout.shape != output.shape or layout.numel < _CROSSWISE:
        return False
    dims = walked(output, [layout])
    size, steps = dims[-1]
    return size >= 8 and steps[0] >= 8 and any(outer == 1 and length >= 8 for length, (outer, _) in dims[:-1])


_CROSSWISE = 4096
"""Items that fit into the nearest cache whatever the order."""


def dense_layout(shape: tuple[int, ...], operands: Sequence[Layout]) -> Layout:
    """The layout PyTorch gives a fresh result: without gaps, its dimensions in the order in which the operands walk memory."""
    rank = len(shape)
    if rank < 2 or all(layout.is_contiguous and layout.shape == shape for layout in operands):
        return Layout.contiguous(shape)
    strides = [layout.broadcast_to(shape).strides for layout in operands]
    order = memory_order(shape, strides)
    result = [0] * rank
    for dim, stride in zip(reversed(order), reversed(contiguous_strides([shape[dim] for dim in order]))):
        result[dim] = stride
    return Layout.of(shape, tuple(result))


def memory_order(shape: tuple[int, ...], strides: Sequence[tuple[int, ...]]) -> list[int]:
    """Dimensions from the outermost to the innermost in memory; ambiguous ones keep their order."""
    order = list(range(len(shape)))[::-1]
    for start in range(1, len(order)):
        here = start
        for there in range(start - 1, -1, -1):
            compared = _compare(order[there], order[here], shape, strides)
            if compared > 0:
                order[there], order[here] = order[here], order[there]
                here = there
            elif compared < 0:
                break
    return order[::-1]


def _compare(a: int, b: int, shape: tuple[int, ...], strides: Sequence[tuple[int, ...]]) -> int:
    """Negative if dimension `a` belongs inside `b`, positive if outside, 0 if no operand tells."""
    for operand in strides:
        stride_a, stride_b = operand[a], operand[b]
        if stride_a == 0 or stride_b == 0:
            continue
        if stride_a != stride_b:
            return -1 if stride_a < stride_b else 1
        if shape[a] > shape[b]:
            return 1
    return 0

"""Running a small kernel from Python at the cost of a built-in function: no ctypes in between, which takes longer than the work.

In: a `Frame`, which says what does not change between calls of one plan, and for each call the addresses and numbers. Out: a
status. `direct()` answers a built-in function that copies the frame's words to its stack, writes the operands in and runs the
kernel. It holds the GIL all the while and keeps nothing, so callers in several threads may share a frame.

    direct()(frame.address, output, *operands) -> 0 done, positive the kernel's status, OVERLAP, UNFIT

`output` is an address. A tensor among the operands is two arguments, the address of its storage and its layout's offset in items;
an address or a number is one, itself. OVERLAP: the output shares memory with an input other than item by item, and nothing was
run. UNFIT: a number does not fit its dtype or an address is none (see no_data.py), and nothing was run.
"""
from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ...dtype import DType
from ..compiling.compiler import emitted_kernel

if TYPE_CHECKING:
    from ..compiling.emitter import Builder, Value
    from ..compiling.functions import Functions

OVERLAP, UNFIT = -1, -2
_TENSOR, _FLOAT32, _FLOAT64, _WHOLE, _TRUTH, _ADDRESS = range(6)
_FLOATING = {"float32": _FLOAT32, "complex64": _FLOAT32, "float64": _FLOAT64, "complex128": _FLOAT64}
_HEAD, _PER_OPERAND = 6, 5


@dataclass(frozen=True, slots=True)
class TensorOperand:
    """An input in memory: its items' size and how many bytes it reaches; `same` if it may lie exactly where the output lies."""

    itemsize: int
    reach: int
    same: bool


@dataclass(frozen=True, slots=True)
class NumberOperand:
    """A Python number, written as an item of `dtype` into word `slot`, whose address becomes the operand.

    Of a complex dtype it is the real part that is written, and numbers with an imaginary part do not fit.
    """

    dtype: DType
    slot: int


class AddressOperand:
    """An input in memory whose address is given whole, and which the output is known not to meet."""


class Frame:
    """The words of a plan, and what to do with the arguments of a call.

    `template` has the kernel's words: addresses of the inputs and the output (not set), then whatever the kernel wants.
    `reach` is the number of bytes of the output if it may overlap an input, 0 if its memory is fresh. `places` are the words
    of the inputs' addresses and of the output's, where they do not lie in this order.
    """

    __slots__ = ("_words", "address")

    def __init__(
        self, kernel: int, items: int, inputs: Sequence[TensorOperand | NumberOperand | AddressOperand], reach: int,
        template: Sequence[int], places: Sequence[int] = (),
    ) -> None:
        places = places or range(len(inputs) + 1)
        words = [kernel, items, len(inputs), len(template), reach, places[-1]]
        for operand, place in zip(inputs, places):
            words += (*_operand_words(operand), place)
        words += template
        self._words = (ctypes.c_int64 * len(words))(*words)
        self.address = ctypes.addressof(self._words)


def _operand_words(operand: TensorOperand | NumberOperand | AddressOperand) -> list[int]:
    if isinstance(operand, AddressOperand):
        return [_ADDRESS, 0, 0, 0]
    if isinstance(operand, TensorOperand):
        return [_TENSOR, operand.itemsize, operand.reach, int(operand.same)]
    name = operand.dtype.name
    if name in _FLOATING:
        return [_FLOATING[name], operand.slot, 0, 0]
    if name == "bool":
        return [_TRUTH, operand.slot, 0, 0]
    bits = 8 * operand.dtype.itemsize
    # PyTorch lets negative numbers wrap into unsigned types, as C does
    low = -(1 << (bits - 1)) if operand.dtype.is_signed else -(1 << bits) + 1
    high = (1 << (bits - 1)) - 1 if operand.dtype.is_signed else (1 << bits) - 1
    return [_WHOLE, operand.slot, max(low, -(1 << 63)), min(high, (1 << 63) - 1)]


def takes_number(dtype: DType) -> bool:
    """Whether a number operand of this dtype can be passed."""
    return dtype.name in (*_FLOATING, "bool") or dtype.is_integral and dtype.name != "uint64"


class _Method(ctypes.Structure):
    """CPython's PyMethodDef."""

    _fields_ = [("name", ctypes.c_char_p), ("function", ctypes.c_void_p), ("flags", ctypes.c_int), ("doc", ctypes.c_char_p)]


_FASTCALL = 0x80
_made: list[tuple[Callable[..., int], _Method]] = []


def direct() -> Callable[..., int]:
    """The built-in function; it takes what a frame was made for, and checks none of it."""
    if not _made:
        kernel = emitted_kernel("direct", _write)
        method = _Method(b"direct", kernel.address, _FASTCALL, None)
        create = ctypes.PYFUNCTYPE(ctypes.py_object, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)(
            ("PyCFunction_NewEx", ctypes.pythonapi)
        )
        function: Any = create(ctypes.addressof(method), None, None)
        # the function points to its definition
        _made.append((function, method))
    return _made[0][0]


def _write(builder: Builder, functions: Functions) -> None:
    """CPython calls `PyObject *function(PyObject *self, PyObject *const *arguments, Py_ssize_t count)`: a kernel's own signature."""
    del functions
    arguments = builder.pointer("int64", builder.start)
    given = builder.variable(builder.number(2, "int64"))

    def argument() -> Value:
        found = arguments[given.value]
        given.value = given.value + 1
        return found

    frame = builder.pointer("int64", _whole(builder, arguments[0]))
    count, size, reach = frame[2], frame[3], frame[4]
    output = _address(builder, arguments[1])
    end = output + reach
    operands = frame.at(_HEAD)
    words = builder.stack_words(size)
    builder.copy_bytes(words, operands.at(count * _PER_OPERAND), size * 8)
    with builder.loop(count, vectorize=False) as at:
        about = operands.at(at * _PER_OPERAND)
        kind, word = about[0], about[4]
        with builder.when(kind == _TENSOR):
            storage = _address(builder, argument())
            first = storage + _whole(builder, argument()) * about[1]
            words[word] = first
            apart = builder.select(first >= end, 1, builder.select(first + about[2] <= output, 1, 0))
            same = builder.select(first == output, about[3], 0)
            with builder.when(reach > 0):
                with builder.when((apart + same) == 0):
                    _answer(builder, OVERLAP)
        with builder.when(kind == _ADDRESS):
            words[word] = _address(builder, argument())
        with builder.when((kind != _TENSOR) & (kind != _ADDRESS)):
            place = words.at(about[1])
            words[word] = place.address
            _store_number(builder, kind, argument(), place.address, about[2], about[3])
    words[frame[5]] = output
    status = builder.call_kernel(frame[0], words, 0, frame[1])
    builder.return_status(builder.call_c("PyLong_FromLongLong", "int64", status))


def _whole(builder: Builder, value: Value) -> Value:
    """An int that is known to fit; the function for those that may not takes longer."""
    return builder.call_c("PyLong_AsSsize_t", "int64", value)


def _address(builder: Builder, value: Value) -> Value:
    """An address; UNFIT is answered to what is no number."""
    found = _whole(builder, value)
    with builder.when(found == -1):
        _refuse_errors(builder)
    return found


def _answer(builder: Builder, status: int) -> None:
    builder.return_status(builder.call_c("PyLong_FromLongLong", "int64", builder.number(status, "int64")))


def _refuse_errors(builder: Builder) -> None:
    """After a conversion that answered -1: was it an error?"""
    with builder.when(builder.call_c("PyErr_Occurred", "int64") != 0):
        builder.call_c("PyErr_Clear", "")
        _answer(builder, UNFIT)


def _store_number(builder: Builder, kind: Value, number: Value, place: Value, low: Value, high: Value) -> None:
    with builder.when(kind <= _FLOAT64):
        value = builder.call_c("PyFloat_AsDouble", "float64", number)
        with builder.when(value == -1.0):
            _refuse_errors(builder)
        with builder.when(kind == _FLOAT64):
            builder.pointer("float64", place)[0] = value
        with builder.when(kind == _FLOAT32):
            builder.pointer("float32", place)[0] = value.to("float32")
    with builder.when(kind == _WHOLE):
        value = builder.call_c("PyLong_AsLongLong", "int64", number)
        with builder.when(value == -1):
            _refuse_errors(builder)
        with builder.when(value < low):
            _answer(builder, UNFIT)
        with builder.when(value > high):
            _answer(builder, UNFIT)
        builder.pointer("int64", place)[0] = value
    with builder.when(kind == _TRUTH):
        truth = builder.call_c("PyObject_IsTrue", "int32", number)
        with builder.when(truth < 0):
            builder.call_c("PyErr_Clear", "")
            _answer(builder, UNFIT)
        builder.pointer("int64", place)[0] = truth.to("int64")

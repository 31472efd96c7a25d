"""Object code in memory, and the kernels that live in it.

In: object code (store.py or compiling/compiler.py). Out: `Kernel`, something to call. object_file.py places code where it can; elsewhere
one LLVM execution engine for the process does. Importing this module imports neither llvmlite nor anything else of weight.
"""
from __future__ import annotations

import ctypes
import functools
import sys
from collections.abc import Callable, Sequence
from typing import Any

from .object_file import UnsupportedObject, can_place, place
from .store import Entry

# PYFUNCTYPE keeps the GIL: a kernel of an eager operator runs for microseconds.
_Function = ctypes.PYFUNCTYPE(ctypes.c_int64, ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64)
_ReleasingFunction = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64)

ALLOWED_SYMBOLS = frozenset(
    """PyErr_Clear PyErr_Occurred PyFloat_AsDouble PyLong_AsLongLong PyLong_AsSsize_t PyLong_FromLongLong PyObject_IsTrue
    acos acosf acosh acoshf asin asinf asinh asinhf atan atan2 atan2f atanf atanh atanhf cbrt cbrtf cos cosf cosh coshf
    erf erfc erfcf erff exp exp2 exp2f expf expm1 expm1f fmod fmodf hypot hypotf ldexp ldexpf lgamma lgammaf
    log log10 log10f log1p log1pf log2 log2f logf memcpy memmove memset pow powf remainder remainderf
    sin sincos sincosf sinf sinh sinhf tan tanf tanh tanhf tgamma tgammaf
    pthread_mutex_lock pthread_mutex_unlock pthread_cond_wait pthread_cond_signal
    """.split()
)
"""What object code may refer to outside itself: functions of the C and mathematics libraries that keep no state, what the thread
pool sleeps and wakes with, and what direct.py, a built-in function that has the GIL, asks Python."""


class Kernel(_Function):
    """A compiled kernel: `kernel(words, start, stop) -> status`, integers, no check of any of them; words are an address or bytes."""

    # ctypes reads these from the class itself, not from its bases
    _flags_ = _Function._flags_
    _restype_ = ctypes.c_int64
    _argtypes_ = [ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64]

    symbol: str
    """Its name in the engine: what it computes and the first digits of its key."""
    address: int
    """Where its code lies; valid for the life of the process."""

    @functools.cached_property
    def released(self) -> Callable[[int | bytes, int, int], int]:
        """The same kernel, other Python threads running meanwhile: worth it from some 200 microseconds."""
        return _ReleasingFunction(self.address)

    def __repr__(self) -> str:
        return f"<Kernel {self.symbol}>"


_engine: Any = None


def load(entries: Sequence[Entry]) -> list[Kernel]:
    """Put object code into memory, all of it in one step; the kernels in it.

    RuntimeError if some code needs a symbol that is not allowed.
    """
    for entry in entries:
        for name in entry.undefined:
            if name not in ALLOWED_SYMBOLS:
                raise RuntimeError(f"kernel: needs the symbol {name}, which is not among those that object code may use")
    addresses = _place(entries)
    return [_kernel(entry.symbol, address) for entry, address in zip(entries, addresses, strict=True)]


def _place(entries: Sequence[Entry]) -> list[int]:
    if can_place():
        try:
            return place([(entry.code, entry.symbol) for entry in entries], _address_of)
        except UnsupportedObject:
            # LLVM handles everything that it emits
            return _add_to_engine(entries)
    return _add_to_engine(entries)


def _add_to_engine(entries: Sequence[Entry]) -> list[int]:
    """The addresses of kernels that LLVM put into memory."""
    from llvmlite import binding as llvm

    for entry in entries:
        # one unresolved symbol would make every external of the engine null without a word
        for name in entry.undefined:
            llvm.add_symbol(name, _address_of(name))
    engine = _engine or _start(llvm)
    for entry in entries:
        engine.add_object_file(llvm.ObjectFileRef.from_data(entry.code))
    engine.finalize_object()
    return [engine.get_function_address(entry.symbol) for entry in entries]


def _kernel(symbol: str, address: int) -> Kernel:
    if not address:
        raise RuntimeError(f"kernel {symbol}: the object code does not define it")
    kernel = Kernel(address)
    kernel.symbol, kernel.address = symbol, address
    return kernel


def initialize() -> Any:
    """llvmlite's binding module, ready to make code for this machine."""
    from llvmlite import binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    return llvm


def target_machine(llvm: Any, processor: tuple[str, str] | None = None) -> Any:
    """The machine that code is made for: this one with all features of its CPU, or another processor (LLVM's name, features)."""
    cpu, features = processor or (llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten())
    return llvm.Target.from_default_triple().create_target_machine(cpu=cpu, features=features, opt=3, jit=True)


def _start(llvm: Any) -> Any:
    global _engine
    initialize()
    _engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), target_machine(llvm))
    # workers run in its memory until the process is gone
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(_engine))
    return _engine


@functools.cache
def _address_of(name: str) -> int:
    """Where an allowed symbol lies: in the process itself, else in the mathematics library."""
    if name not in ALLOWED_SYMBOLS:
        raise RuntimeError(f"kernel: needs the symbol {name}, which is not among those that object code may use")
    for library in (None, "libm.so.6", _mathematics_library()):
        try:
            found = getattr(ctypes.CDLL(library), name, None)
        except OSError:
            continue
        if found is not None:
            address = ctypes.cast(found, ctypes.c_void_p).value
            assert address is not None
            return address
    raise RuntimeError(f"kernel: the symbol {name} is in no library of this process")


def _mathematics_library() -> str | None:
    if sys.platform == "linux":
        return None
    import ctypes.util

    return ctypes.util.find_library("m")

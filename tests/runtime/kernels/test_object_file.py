"""Object code put into memory by ourselves: the same results as LLVM's engine, and refusals before anything runs."""
from __future__ import annotations

import ctypes

import numpy as np
import pytest

from rushlight.runtime.kernels.compiling.compiler import emit_object
from rushlight.runtime.kernels.compiling.emitter import Builder
from rushlight.runtime.kernels.running import engine
from rushlight.runtime.kernels.running.object_file import ObjectFile, UnsupportedObject, can_place, place

pytestmark = pytest.mark.skipif(not can_place(), reason="code for this machine is placed by LLVM's engine")


def powers(name: str) -> engine.Entry:
    """A kernel with constants of its own: y = 3.5 x + 0.25."""
    builder = Builder(name)
    source, target = builder.pointer("float64", builder.word(0)), builder.pointer("float64", builder.word(1))
    with builder.loop(builder.stop - builder.start) as at:
        item = builder.start + at
        target[item] = source[item] * 3.5 + 0.25
    return emit_object(name, [builder.finish()])


def run(address: int, x: np.ndarray) -> np.ndarray:
    y = np.zeros_like(x)
    words = (ctypes.c_int64 * 2)(x.ctypes.data, y.ctypes.data)
    kernel = engine.Kernel(address)
    assert kernel(ctypes.addressof(words), 0, len(x)) == 0
    return y


def test_placed_code_gives_what_the_engine_gives() -> None:
    x = np.random.default_rng(0).standard_normal(1001)
    entries = [powers(f"powers_{number}") for number in range(3)]
    placed = place([(entry.code, entry.symbol) for entry in entries], engine._address_of)
    loaded = engine._add_to_engine(entries)
    for one, other in zip(placed, loaded, strict=True):
        np.testing.assert_array_equal(run(one, x), run(other, x))


def test_code_memory_cannot_be_written() -> None:
    entry = powers("powers_guarded")
    (address,) = place([(entry.code, entry.symbol)], engine._address_of)
    with open("/proc/self/maps") as maps:
        for line in maps:
            first, _, last = line.split()[0].partition("-")
            if int(first, 16) <= address < int(last, 16):
                assert line.split()[1] == "r-xp"
                return
    pytest.fail("the code lies nowhere")


def test_outside_symbols_are_asked_for_by_name() -> None:
    text = """declare double @sin(double)
define i64 @kernel(ptr %words, i64 %start, i64 %stop) {
  %x = load double, ptr %words
  %y = call double @sin(double %x)
  store double %y, ptr %words
  ret i64 0
}
"""
    code = emit_object("kernel", [text]).code
    asked: list[str] = []

    def resolve(name: str) -> int:
        asked.append(name)
        return engine._address_of(name)

    (address,) = place([(code, "kernel")], resolve)
    word = ctypes.c_double(0.5)
    assert engine.Kernel(address)(ctypes.addressof(word), 0, 1) == 0
    assert word.value == np.sin(0.5) and asked == ["sin"]


def test_code_that_is_not_handled_is_refused() -> None:
    entry = powers("powers_refused")
    with pytest.raises(RuntimeError, match="does not define"):
        place([(entry.code, "another")], engine._address_of)
    with pytest.raises(UnsupportedObject, match="ELF"):
        ObjectFile(b"MZ" + entry.code)
    other_machine = entry.code[:18] + b"\xb7\x00" + entry.code[20:]
    with pytest.raises(UnsupportedObject, match="another machine"):
        place([(other_machine, entry.symbol)], engine._address_of)
    text = """@state = global i64 1
define i64 @kernel(ptr %words, i64 %start, i64 %stop) {
  %old = load i64, ptr @state
  store i64 %start, ptr @state
  ret i64 %old
}
"""
    writable = emit_object("kernel", [text])
    with pytest.raises(UnsupportedObject, match="writable"):
        place([(writable.code, "kernel")], engine._address_of)
    (kernel,) = engine.load([writable])
    assert (kernel(0, 5, 0), kernel(0, 6, 0)) == (1, 5)

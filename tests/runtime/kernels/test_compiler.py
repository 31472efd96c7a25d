"""The pipeline from Python to kernels: literals, refusals, keys, and processes that find everything in the store."""
from __future__ import annotations

import math
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rushlight.runtime.dtype import bool_, float32, float64, int32, uint8
from rushlight.runtime.kernels.compiling import compiler
from rushlight.runtime.kernels.compiling.compiler import Recipe, emit_object, function_kernel, key_of
from rushlight.runtime.kernels.compiling.primitives import float32_pointer, int64_pointer
from rushlight.runtime.kernels.loops.pointwise import CONTIGUOUS, pointwise_kernel, pointwise_recipe
from rushlight.runtime.kernels.running import processor
from rushlight.runtime.kernels.running.engine import load
from rushlight.runtime.kernels.running.object_file import undefined_symbols
from rushlight.runtime.kernels.running.store import Entry, Store


def words(*values: int) -> np.ndarray[Any, np.dtype[np.int64]]:
    return np.array(values, np.int64)


def test_body_that_widens_is_refused() -> None:
    with pytest.raises(TypeError, match=r"returns float64 where float32 computes"):
        pointwise_kernel(lambda a: np.float64(2.0) * a, (float32,), float32, (float32,), 0, (CONTIGUOUS, CONTIGUOUS))


def test_integer_body_with_floating_result_is_refused() -> None:
    with pytest.raises(TypeError, match=r"returns float64 where int32 computes"):
        pointwise_kernel(lambda a: a / 2, (int32,), int32, (int32,), 0, (CONTIGUOUS, CONTIGUOUS))


def test_kernels_that_could_raise_are_refused() -> None:
    def kernel(words: Any, start: int, stop: int) -> int:
        if words[0] == 0:
            raise ValueError("no")
        return 0

    def hidden(words: Any, start: int, stop: int) -> int:
        for at in range(0, 10, words[0]):
            words[1] = at
        return 0

    with pytest.raises(RuntimeError, match="kernel: cannot become a kernel"):
        function_kernel("raises", kernel, "int64")
    with pytest.raises(RuntimeError, match="can raise"):
        function_kernel("range_with_step", hidden, "int64")


def test_kernels_return_a_status() -> None:
    def kernel(words: Any, start: int, stop: int) -> int:
        for at in range(start, stop):
            if int64_pointer(words[0])[at] < 0:
                return at + 1
        return 0

    made = function_kernel("find_negative", kernel, "int64")
    items = np.array([3, 4, -5, 6], np.int64)
    assert made(words(items.ctypes.data).ctypes.data, 0, 2) == 0
    assert made(words(items.ctypes.data).ctypes.data, 0, 4) == 3


def test_symbols_outside_the_list_are_refused() -> None:
    text = "declare i64 @system(i64)\ndefine i64 @kernel(ptr %w, i64 %a, i64 %b) {\n %r = call i64 @system(i64 %a)\n ret i64 %r\n}"
    with pytest.raises(RuntimeError, match="needs system"):
        emit_object("kernel", [text])
    with pytest.raises(RuntimeError, match="needs the symbol system"):
        load([Entry("kernel", ("system",), b"")])


def test_undefined_symbols_of_an_object_are_found() -> None:
    text = "declare float @sinf(float)\ndefine float @kernel(float %a) {\n %r = call float @sinf(float %a)\n ret float %r\n}"
    assert undefined_symbols(emit_object("kernel", [text]).code) == {"sinf"}
    with pytest.raises(RuntimeError, match="ELF"):
        undefined_symbols(b"MZ")


@pytest.mark.parametrize("dtype", [float32, float64])
def test_functions_called_by_a_body_are_compiled_with_it(dtype: Any) -> None:
    scale = 0.1

    def helper(a: Any) -> Any:
        return a * scale

    kernel = pointwise_kernel(lambda a: helper(a) + helper(1), (dtype,), dtype, (dtype,), 0, (CONTIGUOUS, CONTIGUOUS))
    source = np.array([1, 2, 3], dtype.numpy)
    out = np.zeros_like(source)
    assert kernel(words(source.ctypes.data, out.ctypes.data).ctypes.data, 0, 3) == 0
    assert np.array_equal(out, source * dtype.numpy.type(0.1) + dtype.numpy.type(0.1))


def test_float_literals_take_the_compute_dtype() -> None:
    kernel = pointwise_kernel(lambda a: a * 0.1 + 1, (float32,), float32, (float32,), 0, (CONTIGUOUS, CONTIGUOUS))
    source = np.array([1.0, 16777216.0], np.float32)
    out = np.zeros(2, np.float32)
    kernel(words(source.ctypes.data, out.ctypes.data).ctypes.data, 0, 2)
    exact = source.astype(np.float64) * float(np.float32(0.1)) + 1
    assert np.array_equal(out, exact.astype(np.float32))


def test_integers_are_cut_back_to_their_dtype() -> None:
    kernel = pointwise_kernel(lambda a, b: a + b, (uint8, uint8), uint8, (int32,), 0, (CONTIGUOUS,) * 3)
    left, right, out = np.array([200], np.uint8), np.array([100], np.uint8), np.zeros(1, np.int32)
    kernel(words(left.ctypes.data, right.ctypes.data, out.ctypes.data).ctypes.data, 0, 1)
    assert out[0] == 44


def _recipe(body: Callable[..., Any]) -> Recipe:
    return pointwise_recipe(body, (float32,), float32, (bool_,), 0, (CONTIGUOUS, CONTIGUOUS))


def _body_with(helper: Callable[..., Any]) -> Callable[..., Any]:
    return lambda a: helper(a) > 0


def test_key_depends_on_what_a_body_calls() -> None:
    def twice(a: Any) -> Any:
        return a * 2

    def thrice(a: Any) -> Any:
        return a * 3

    def twice_again(a: Any) -> Any:
        return a * 2

    assert key_of(_recipe(_body_with(twice))) != key_of(_recipe(_body_with(thrice)))
    assert key_of(_recipe(_body_with(twice))) == key_of(_recipe(_body_with(twice_again)))


def test_key_depends_on_closure_constants_and_operands() -> None:
    def body(limit: float) -> Callable[..., Any]:
        return lambda a: a > limit

    assert key_of(_recipe(body(1.0))) != key_of(_recipe(body(2.0)))
    assert key_of(_recipe(body(1.0))) != key_of(_recipe(body(1)))
    wide = pointwise_recipe(body(1.0), (float64,), float64, (bool_,), 0, (CONTIGUOUS, CONTIGUOUS))
    assert key_of(_recipe(body(1.0))) != key_of(wide)


def test_math_functions_without_our_version_are_libm() -> None:
    kernel = pointwise_kernel(lambda a: math.sin(a), (float64,), float64, (float64,), 0, (CONTIGUOUS, CONTIGUOUS))
    source = np.linspace(-5, 5, 101)
    out = np.zeros_like(source)
    kernel(words(source.ctypes.data, out.ctypes.data).ctypes.data, 0, 101)
    np.testing.assert_allclose(out, np.sin(source), rtol=1e-15)


def test_kernel_functions_see_pointers() -> None:
    def reverse(words: Any, start: int, stop: int) -> int:
        source, target = float32_pointer(words[0]), float32_pointer(words[1])
        for at in range(start, stop):
            target[at] = source[stop - 1 - at]
        return 0

    source, target = np.arange(5, dtype=np.float32), np.zeros(5, np.float32)
    function_kernel("reverse", reverse, "float32")(words(source.ctypes.data, target.ctypes.data).ctypes.data, 0, 5)
    assert np.array_equal(target, source[::-1])
    reverse(words(source.ctypes.data, source.ctypes.data), 0, 0)


PROCESS = """
import sys
import numpy as np
from rushlight.runtime.dtype import float32
from rushlight.runtime.kernels.loops.pointwise import pointwise_kernel
from rushlight.runtime.kernels.loops.reduction import reduction_kernel
from rushlight.runtime.kernels.loops.reduction_functions import SUM
from rushlight.runtime.kernels.running.row_loop import loop_kernel

def body(a):
    return a * 0.5 if a > 0 else -a

kernel = pointwise_kernel(body, (float32,), float32, (float32,), 0, (1, 1))
reduction_kernel(SUM, float32, float32, float32, columns=False, unit=True)
loop_kernel()
a, out = np.array([2, -3], np.float32), np.zeros(2, np.float32)
words = np.array([a.ctypes.data, out.ctypes.data], np.int64)
assert kernel(words.ctypes.data, 0, 2) == 0 and out.tolist() == [1, 3]
print("numba" in sys.modules)
"""


def test_warm_processes_need_no_numba(tmp_path: Path) -> None:
    script = tmp_path / "kernels.py"
    script.write_text(PROCESS)
    environment = {**os.environ, "RUSHLIGHT_CACHE": str(tmp_path / "cache")}
    said = [
        subprocess.run([sys.executable, str(script)], env=environment, capture_output=True, text=True, check=True).stdout.strip()
        for _ in range(2)
    ]
    assert said == ["True", "False"]
    (damaged, *_) = sorted((tmp_path / "cache").glob("*.kernel"))
    damaged.write_bytes(b"damaged")
    subprocess.run([sys.executable, str(script)], env=environment, check=True, capture_output=True)
    assert damaged.read_bytes() != b"damaged"


def test_many_processes_start_at_once(tmp_path: Path) -> None:
    """All of them get right kernels from one empty folder, and it holds whole entries and nothing else afterwards."""
    script = tmp_path / "kernels.py"
    script.write_text(PROCESS)
    environment = {**os.environ, "RUSHLIGHT_CACHE": str(tmp_path / "cache")}
    started = [subprocess.Popen([sys.executable, str(script)], env=environment, stdout=subprocess.PIPE) for _ in range(6)]
    assert [process.wait(timeout=300) for process in started] == [0] * 6
    for process in started:
        process.communicate()
    store = Store(str(tmp_path / "cache"))
    files = store.files()
    assert len(files) == 3
    assert all(store.read(Path(file.path).name.removesuffix(".kernel")) is not None for file in files)


def test_a_key_is_for_one_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    """What another processor would compile has another key, so a folder that moves between machines gives nothing wrong."""
    recipe = Recipe("name", ("identity",), lambda symbol: ())
    keys = {key_of(recipe)}
    for changed in ({"flags": "fpu avx9"}, {"model": "77"}, {}):
        fields = {**processor._cpuinfo(), **changed} if changed else {}
        monkeypatch.setattr(processor, "_cpuinfo", lambda fields=fields: fields)
        processor.identity.cache_clear()
        compiler.environment.cache_clear()
        keys.add(key_of(recipe))
    monkeypatch.undo()
    processor.identity.cache_clear()
    compiler.environment.cache_clear()
    assert len(keys) == 4
    assert key_of(recipe) in keys

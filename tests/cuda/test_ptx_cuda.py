"""Every CUDA kernel compiles to PTX and assembles for each architecture without spills. Needs the extra `cuda`, and no GPU."""
from __future__ import annotations

import importlib.util
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

if importlib.util.find_spec("numba_cuda") is None or os.environ.get("NUMBA_ENABLE_CUDASIM") == "1":
    pytest.skip("needs the extra `cuda`, and not the simulator", allow_module_level=True)

from rushlight.runtime.cuda.kernel import CudaKernel
from rushlight.runtime.cuda.matrix import gemm_kernel
from rushlight.runtime.cuda.pointwise import pointwise_kernel
from rushlight.runtime.cuda.reduction import join_kernel, partial_kernel
from rushlight.runtime.cuda.transposition import transpose_kernel
from rushlight.runtime.dtype import bool_, float32, float64, int32, int64, uint8
from rushlight.runtime.kernels.loops import reduction_functions as reductions
from rushlight.runtime.kernels.loops.pointwise import identity

CAPABILITIES = ((7, 5), (8, 0), (9, 0))


@pytest.fixture(scope="session")
def ptxas() -> str:
    """The assembler that the extra `cuda` brings; a system's own may be too old for this PTX."""
    import nvidia

    found = [path for folder in nvidia.__path__ for path in Path(folder).glob("**/bin/ptxas")]
    assert found, "the extra `cuda` installs nvidia-cuda-nvcc, which has ptxas"
    return str(found[0])


def assemble(ptxas: str, kernel: CudaKernel, capability: tuple[int, int], folder: Path) -> None:
    """Fails on a spill, on local memory, and on PTX that does not assemble."""
    source = folder / "kernel.ptx"
    source.write_text(kernel.ptx(capability))
    arch = f"-arch=sm_{capability[0]}{capability[1]}"
    done = subprocess.run([ptxas, "-v", arch, str(source), "-o", str(folder / "kernel.cubin")], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    usage = re.search(r"(\d+) bytes stack frame, (\d+) bytes spill stores, (\d+) bytes spill loads", done.stderr)
    assert usage is not None, done.stderr
    assert usage.groups() == ("0", "0", "0"), f"{kernel.name}, sm_{capability}: {usage[0]}"


def test_pointwise_rows(case: Any, ptxas: str, tmp_path: Path) -> None:
    kernel = pointwise_kernel(case.body, (case.input,) * case.operands, case.compute, case.result, 1)
    assemble(ptxas, kernel, (8, 0), tmp_path)


def kernels() -> list[CudaKernel]:
    """One of each maker, in the dtypes and ranks that differ."""

    def where(condition: Any, a: Any, b: Any) -> Any:
        return a if condition else b

    return [
        pointwise_kernel(where, (bool_, float32, float32), (bool_, float32, float32), float32, 4),
        pointwise_kernel(identity, (float32,), float32, uint8, 3),
        pointwise_kernel(identity, (int64,), int64, bool_, 2),
        transpose_kernel(float32, float64),
        transpose_kernel(uint8, uint8),
        gemm_kernel(float32),
        gemm_kernel(float64),
        *(partial_kernel(row, float32, float32, 1, 2) for row in (reductions.SUM, reductions.MAX)),
        partial_kernel(reductions.ANY, bool_, bool_, 2, 1),
        partial_kernel(reductions.PROD, int32, int64, 1, 1),
        join_kernel(reductions.MEAN, float64, float64),
        join_kernel(reductions.ALL, bool_, bool_),
    ]


@pytest.mark.parametrize("capability", CAPABILITIES, ids=str)
@pytest.mark.parametrize("kernel", kernels(), ids=lambda kernel: kernel.name)
def test_makers(kernel: CudaKernel, capability: tuple[int, int], ptxas: str, tmp_path: Path) -> None:
    assemble(ptxas, kernel, capability, tmp_path)

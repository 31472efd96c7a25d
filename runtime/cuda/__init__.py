"""CUDA: the scalar functions of the operator table in kernels for NVIDIA GPUs. Needs the extra `cuda`; nothing imports it unasked.

scalars.py turns a scalar function into a device function; pointwise.py, reduction.py, transposition.py and matrix.py make loops
around them; kernel.py is what they make: something to launch on device arrays, or to compile to PTX where there is no GPU.
"""
from __future__ import annotations

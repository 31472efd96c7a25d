"""Compiled kernels: the pipeline that builds them, the loop makers, the store on disk.

Every kernel has one C signature, `int64 kernel(int64* words, int64 start, int64 stop)`: it does work items start..stop-1
and returns 0, the failing item + 1, or a negative number that asks the host for something. What the words mean is said by
the maker: pointwise.py, reduction.py, softmax.py, matrix.py, convolution.py, pooling.py, normalization.py,
indexing.py, compaction.py, sorting.py, searching.py, embedding_bag.py.

    primitives.py, mathematics*.py  what scalar functions are written with; polynomials.py is made by a script
    tracing.py                      scalar functions of plain arithmetic -> LLVM, by calling them
    lowering.py                     other Python functions -> LLVM, by numba, imported late
    emitter.py, tile.py             loops, branches and register tiles -> LLVM: what loop makers are written with
    vectors.py                      whole vectors in emitted kernels: convolutions and pooling hold them in registers
    compiler.py                     LLVM -> object code, and the keys under which it is kept
    store.py, engine.py             object code on disk, and in memory; a warm process needs no LLVM

Nothing is imported here, so that importing the package costs nothing.
"""
from __future__ import annotations

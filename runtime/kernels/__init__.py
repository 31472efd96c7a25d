"""Compiled kernels: the pipeline that builds them, the loop makers, the store on disk.

Every kernel has one C signature, `int64 kernel(int64* words, int64 start, int64 stop)`: it does work items start..stop-1
and returns 0, the failing item + 1, or a negative number that asks the host for something. What the words mean is said by
the maker, a module of loops/, matrix/ or layers/.

    mathematics/                         scalar functions that vectorize; polynomials.py is made by a script
    compiling/primitives.py              what scalar functions are written with beside arithmetic and `math`
    compiling/tracing.py                 scalar functions of plain arithmetic -> LLVM, by calling them
    compiling/lowering.py                other Python functions -> LLVM, by numba, imported late
    compiling/emitter.py, vectors.py     loops, branches and whole vectors -> LLVM: what makers are written with
    compiling/compiler.py                LLVM -> object code, and the keys under which it is kept
    running/store.py, engine.py          object code on disk, and in memory; a warm process needs no LLVM
    running/launch.py, thread_pool.py    a kernel's items, shared by threads

Nothing is imported here, so that importing the package costs nothing.
"""
from __future__ import annotations

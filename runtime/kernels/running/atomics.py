"""Atomic memory operations and the locks of the C library, for the kernels that run other kernels (thread_pool.py).

In: a `Builder` and pointers to 64-bit words. Out: LLVM text in the kernel being written. All operations are sequentially
consistent but `load` and `store`, which acquire and release.
"""
from __future__ import annotations

from ..compiling.emitter import Builder, Number, Pointer, Value

LOCK_FUNCTIONS = ("pthread_mutex_lock", "pthread_mutex_unlock", "pthread_cond_wait", "pthread_cond_signal")


def _place(pointer: Pointer, at: int) -> str:
    return pointer.at(at).name


def load(pointer: Pointer, at: int) -> Value:
    """Word `at`, and all that was written before it was stored."""
    text = pointer.builder.text
    return Value(pointer.builder, "int64", text.let(f"load atomic i64, ptr {_place(pointer, at)} acquire, align 8"))


def store(pointer: Pointer, at: int, value: Number) -> None:
    """Set word `at`; who loads it sees all that was written before."""
    typed = pointer.builder.number(value, "int64").typed
    pointer.builder.text.add(f"  store atomic {typed}, ptr {_place(pointer, at)} release, align 8")


def exchange(pointer: Pointer, at: int, operation: str, value: Number) -> Value:
    """Apply `operation` (add, sub, xchg, umin) to word `at`; what it was."""
    builder = pointer.builder
    typed = builder.number(value, "int64").typed
    return Value(builder, "int64", builder.text.let(f"atomicrmw {operation} ptr {_place(pointer, at)}, {typed} seq_cst"))


def replace(pointer: Pointer, at: int, expected: Number, new: Number) -> Value:
    """Set word `at` to `new` if it is `expected`; whether it was."""
    builder = pointer.builder
    old, fresh = builder.number(expected, "int64"), builder.number(new, "int64")
    pair = builder.text.let(f"cmpxchg ptr {_place(pointer, at)}, {old.typed}, {fresh.typed} seq_cst acquire")
    return Value(builder, "i1", builder.text.let(f"extractvalue {{ i64, i1 }} {pair}, 1"))


def pause(builder: Builder) -> None:
    """Tell the processor that this loop waits."""
    if _is_x86():
        builder.declare("llvm.x86.sse2.pause", "declare void @llvm.x86.sse2.pause()")
        builder.text.add("  call void @llvm.x86.sse2.pause()")


def call_lock(builder: Builder, name: str, *addresses: Pointer) -> None:
    """Call one of LOCK_FUNCTIONS; it cannot fail on a lock that is in order."""
    assert name in LOCK_FUNCTIONS, name
    builder.declare(name, f"declare i32 @{name}({', '.join(['ptr'] * len(addresses))})")
    builder.text.let(f"call i32 @{name}({', '.join(f'ptr {one.name}' for one in addresses)})")


def _is_x86() -> bool:
    import platform

    return platform.machine().lower() in ("x86_64", "amd64", "i686")

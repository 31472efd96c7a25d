"""Threads that share the items of a kernel: one job at a time, no thread busy between jobs.

In: a kernel, its words, a range of items and a chunk size. Out: the status of the whole range: the smallest positive one if
any chunk failed, and every chunk runs. `ThreadPool` holds the workers of this process; launch.py and the executor use it.

A worker is a daemon Python thread inside one native call. Whoever has a job writes it, publishes a ticket (generation, chunks
not yet taken) and takes chunks itself; workers take chunks by lowering the same ticket, so a late worker cannot touch a job
that is over. Workers spin shortly for the next ticket, then sleep on a condition. A caller who finds the pool busy runs its
items alone. Results do not depend on who ran what, since kernels give the same bits for every split.
"""
from __future__ import annotations

import ctypes
import threading
from typing import Any

from ...forking import hold_at_fork
from ..compiling.compiler import emitted_kernel
from ..compiling.emitter import Builder, Pointer, Value
from ..compiling.functions import Functions
from .atomics import call_lock, exchange, load, pause, replace, store
from .engine import Kernel

# words of the pool; what different threads write lies on different cache lines
_TICKET, _PENDING = 0, 8
_KERNEL, _WORDS, _START, _STOP, _CHUNK, _CHUNKS = range(16, 22)
_STATUS, _BUSY = 24, 32
_SLEEPERS, _QUIT, _WAITING, _ACTIVE = range(40, 44)
_MUTEX, _AVAILABLE, _DONE = 64, 72, 80
_POOL_BYTES = 1024
_COUNT_BITS = 32

SPINS = 1500
"""Pauses before a worker sleeps: some 40 microseconds, so that the next of a run of operators finds it awake."""
ACTIVE_SPINS = 20_000
"""The same while a program with parallel rows runs."""
CALLER_SPINS = 4000
"""Pauses before a caller whose chunks are still being worked on sleeps."""

# words of a call of the pool
POOL, KERNEL, WORDS, CHUNK = range(4)


def worker_kernel() -> Kernel:
    """What a worker runs, with the address of the pool as its words: chunks of jobs, until the pool is told to quit."""
    return emitted_kernel("thread_pool_worker", _write_worker)


def parallel_kernel() -> Kernel:
    """Runs start..stop-1 of another kernel in chunks; words: 0 pool, 1 kernel, 2 its words, 3 items per chunk."""
    return emitted_kernel("thread_pool_run", _write_run)


def _write_worker(builder: Builder, functions: Functions) -> None:
    pool = builder.words
    spins = builder.variable(builder.number(0, "int64"))
    with builder.loop_while(lambda: load(pool, _QUIT) == 0):
        with builder.when(_left(load(pool, _TICKET)) != 0):
            _take_chunks(builder, pool)
            spins.value = 0
        limit = builder.select(load(pool, _ACTIVE) == 0, SPINS, builder.number(ACTIVE_SPINS, "int64"))
        with builder.when(spins.value < limit):
            pause(builder)
        with builder.when(spins.value >= limit):
            _sleep(builder, pool)
            spins.value = 0
        spins.value = spins.value + 1


def _sleep(builder: Builder, pool: Pointer) -> None:
    """Wait for a ticket or the end, counted among the sleepers before looking once more."""
    call_lock(builder, "pthread_mutex_lock", pool.at(_MUTEX))
    exchange(pool, _SLEEPERS, "add", 1)
    with builder.loop_while(lambda: (_left(exchange(pool, _TICKET, "add", 0)) == 0) & (load(pool, _QUIT) == 0)):
        call_lock(builder, "pthread_cond_wait", pool.at(_AVAILABLE), pool.at(_MUTEX))
    exchange(pool, _SLEEPERS, "sub", 1)
    call_lock(builder, "pthread_mutex_unlock", pool.at(_MUTEX))


def _left(ticket: Value) -> Value:
    return ticket & ((1 << _COUNT_BITS) - 1)


def _take_chunks(builder: Builder, pool: Pointer) -> None:
    """Run chunks of the job that the ticket stands for, until none is left.

    The job is read before its ticket is lowered: where that succeeds the job was not over, so nobody had changed it.
    """
    ticket = builder.variable(load(pool, _TICKET))
    with builder.loop_while(lambda: _left(ticket.value) != 0):
        kernel, words, start, stop, chunk, chunks = (load(pool, at) for at in range(_KERNEL, _CHUNKS + 1))
        mine = replace(pool, _TICKET, ticket.value, ticket.value - 1)
        with builder.when(mine):
            begin = start + (chunks - _left(ticket.value)) * chunk
            end = builder.minimum(begin + chunk, stop)
            status = builder.call_kernel(kernel, builder.pointer("int64", words), begin, end)
            with builder.when(status != 0):
                # as unsigned numbers minus one: positive ones come first, none comes last
                exchange(pool, _STATUS, "umin", status - 1)
            with builder.when(exchange(pool, _PENDING, "sub", 1) == 1):
                with builder.when(exchange(pool, _WAITING, "add", 0) != 0):
                    call_lock(builder, "pthread_mutex_lock", pool.at(_MUTEX))
                    call_lock(builder, "pthread_mutex_unlock", pool.at(_MUTEX))
                    call_lock(builder, "pthread_cond_signal", pool.at(_DONE))
        ticket.value = load(pool, _TICKET)


def write_activity(builder: Builder, pool: Value, by: int) -> None:
    """Say that a program with parallel rows begins (`by` 1) or ends (-1): workers spin longer meanwhile."""
    exchange(builder.pointer("int64", pool), _ACTIVE, "add", by)


def _write_run(builder: Builder, functions: Functions) -> None:
    pool = builder.pointer("int64", builder.word(POOL))
    kernel, words, chunk = builder.word(KERNEL), builder.word(WORDS), builder.word(CHUNK)
    chunks = (builder.stop - builder.start + (chunk - 1)) // chunk
    mine = replace(pool, _BUSY, 0, 1)
    with builder.when(mine == builder.number(0, "i1")):
        builder.return_status(builder.call_kernel(kernel, builder.pointer("int64", words), builder.start, builder.stop))
    job = (kernel, words, builder.start, builder.stop, chunk, chunks)
    for at, value in zip(range(_KERNEL, _CHUNKS + 1), job, strict=True):
        store(pool, at, value)
    store(pool, _STATUS, -1)
    store(pool, _PENDING, chunks)
    generation = (load(pool, _TICKET) >> _COUNT_BITS) + 1
    exchange(pool, _TICKET, "xchg", generation * (1 << _COUNT_BITS) + chunks)
    _wake(builder, pool, chunks - 1)
    _take_chunks(builder, pool)
    _await_others(builder, pool)
    status = load(pool, _STATUS) + 1
    store(pool, _BUSY, 0)
    builder.return_status(status)


def _wake(builder: Builder, pool: Pointer, wanted: Value) -> None:
    """Wake as many sleepers as there are chunks for them."""
    sleepers = exchange(pool, _SLEEPERS, "add", 0)
    with builder.when(sleepers > 0):
        # a worker between its last look at the ticket and its sleep holds the mutex
        call_lock(builder, "pthread_mutex_lock", pool.at(_MUTEX))
        call_lock(builder, "pthread_mutex_unlock", pool.at(_MUTEX))
        with builder.loop(builder.minimum(sleepers, wanted), vectorize=False):
            call_lock(builder, "pthread_cond_signal", pool.at(_AVAILABLE))


def _await_others(builder: Builder, pool: Pointer) -> None:
    """Until all chunks are done: spin, then sleep."""
    spins = builder.variable(builder.number(0, "int64"))
    with builder.loop_while(lambda: (load(pool, _PENDING) != 0) & (spins.value < CALLER_SPINS)):
        pause(builder)
        spins.value = spins.value + 1
    with builder.when(load(pool, _PENDING) != 0):
        call_lock(builder, "pthread_mutex_lock", pool.at(_MUTEX))
        exchange(pool, _WAITING, "xchg", 1)
        with builder.loop_while(lambda: exchange(pool, _PENDING, "add", 0) != 0):
            call_lock(builder, "pthread_cond_wait", pool.at(_DONE), pool.at(_MUTEX))
        exchange(pool, _WAITING, "xchg", 0)
        call_lock(builder, "pthread_mutex_unlock", pool.at(_MUTEX))


class ThreadPool:
    """`threads` - 1 workers, started now, that run jobs with whoever calls."""

    def __init__(self, threads: int) -> None:
        self.threads = threads
        memory = ctypes.create_string_buffer(_POOL_BYTES + 64)
        # workers outlive the interpreter, so what they look at is never freed
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(memory))
        self.address = -(-ctypes.addressof(memory) // 64) * 64
        self._sleepers = self._word(_SLEEPERS)
        self._run = parallel_kernel()
        self._run_released = self._run.released
        work = worker_kernel().released
        for number in range(1, threads):
            worker = threading.Thread(target=work, args=(self.address, 0, 0), name=f"rushlight-worker-{number}", daemon=True)
            try:
                worker.start()
            except RuntimeError:
                # the system has no more threads for us: those that are there do the work
                self.threads = number
                break

    def run(self, kernel: Kernel, words: int, start: int, stop: int, chunk: int, releases_gil: bool) -> int:
        """Run a kernel's items start..stop-1, `chunk` at a time, on all threads; the smallest positive status, or 0."""
        call = (ctypes.c_int64 * 4)(self.address, kernel.address, words, chunk)
        run = self._run_released if releases_gil else self._run
        return run(ctypes.addressof(call), start, stop)

    @property
    def sleeps(self) -> bool:
        """Whether a worker must be woken."""
        return self._sleepers.value > 0

    def quit(self) -> None:
        """Let the workers end as soon as they have nothing to do."""
        self._word(_QUIT).value = 1
        library = ctypes.CDLL(None)
        for name, place in (("pthread_mutex_lock", _MUTEX), ("pthread_mutex_unlock", _MUTEX), ("pthread_cond_broadcast", _AVAILABLE)):
            getattr(library, name)(ctypes.c_void_p(self.address + 8 * place))

    def _word(self, at: int) -> Any:
        return ctypes.c_int64.from_address(self.address + 8 * at)


_pool: ThreadPool | None = None
_threads = 0
_lock = threading.Lock()


def thread_count() -> int:
    """How many threads, the caller's included, may work on one kernel."""
    global _threads
    if not _threads:
        from .processors import default_threads

        _threads = default_threads()
    return _threads


def set_thread_count(threads: int) -> None:
    """Use `threads` threads from now on; workers of before end when they have nothing to do."""
    global _threads, _pool
    with _lock:
        if _pool is not None and _pool.threads != threads:
            _pool.quit()
            _pool = None
        _threads = threads


def current_pool() -> ThreadPool | None:
    """The pool of this process, started if it was not; None if one thread does everything."""
    global _pool
    if _pool is None and thread_count() > 1:
        with _lock:
            if _pool is None and _threads > 1:
                _pool = ThreadPool(_threads)
    return _pool


def _forget_pool() -> None:
    """In a forked child: its parent's workers are not here."""
    global _pool
    _pool = None


hold_at_fork(_lock, _forget_pool)

"""Locks of the process and `os.fork`: a child finds every one free, whatever another thread held when it was forked."""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
import os, sys, threading
import rushlight as rl
import rushlight.runtime.executor
rl.jit.script(rl.nn.Linear(2, 2))(rl.ones(2, 2))
kinds = type(threading.Lock()), type(threading.RLock())
locks = {
    f"{name}.{key}": value for name, module in [*sys.modules.items()] if name.startswith("rushlight.")
    for key, value in vars(module).items() if isinstance(value, kinds)
}
assert len(locks) >= 5, locks
for name, lock in locks.items():
    held, asked = threading.Event(), threading.Event()
    def hold():
        with lock:
            held.set()
            asked.wait(0.02)
    thread = threading.Thread(target=hold)
    thread.start()
    held.wait()
    child = os.fork()
    if not child:
        os._exit(0 if all(lock.acquire(timeout=0.5) for lock in locks.values()) else 1)
    assert os.waitpid(child, 0)[1] == 0, name
    asked.set()
    thread.join()
    assert lock.acquire(timeout=0.5), name
    lock.release()
"""


def test_a_forked_child_finds_every_lock_free() -> None:
    subprocess.run([sys.executable, "-W", "ignore::DeprecationWarning", "-c", SCRIPT], check=True, timeout=120)

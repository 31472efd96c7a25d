"""Several Python threads at once: the table loads once for all of them, and nobody sees another's operands."""
from __future__ import annotations

import subprocess
import sys
import threading

import numpy as np

import rushlight as rl

FIRST_CALLS = """
import sys, threading
import rushlight as rl
sys.setswitchinterval(1e-6)
start, failures = threading.Barrier(8), []
def work():
    start.wait()
    try:
        assert rl.matmul(rl.ones(2, 3), rl.ones(3, 2)).relu().sum().item() == 12
    except Exception as error:
        failures.append(error)
threads = [threading.Thread(target=work) for _ in range(8)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
assert not failures, failures
"""


def test_first_calls_of_several_threads_find_every_operator() -> None:
    subprocess.run([sys.executable, "-c", FIRST_CALLS], check=True, timeout=120)


def test_threads_do_not_share_operands() -> None:
    wrong: list[int] = []

    def work(number: int) -> None:
        random = np.random.default_rng(number)
        for _ in range(50):
            rows = int(random.integers(1, 9))
            a, b = (random.standard_normal(shape, np.float32) for shape in ((rows, 4), (4, rows)))
            product = (rl.from_numpy(a) @ rl.from_numpy(b)).relu() + 1
            moved = rl.from_numpy(a).clone().add_(1).t().contiguous()
            if not (np.allclose(product.numpy(), np.maximum(a @ b, 0) + 1, atol=1e-4) and (moved.numpy() == (a + 1).T).all()):
                wrong.append(number)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert wrong == []

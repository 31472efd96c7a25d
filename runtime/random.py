"""Random numbers: PyTorch's CPU generator, so that a seed gives the numbers that it gives in PyTorch.

The engine is the Mersenne Twister (mt19937); `Generator` draws 32- and 64-bit words from it in blocks. How words become
numbers of a distribution is in distributions.py, the operators that fill tensors are in ops/creation/random.py.
"""
from __future__ import annotations

import os
import threading
from collections import abc
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from .device import CPU, Device
from .no_data import is_without_data, placed

if TYPE_CHECKING:
    from .tensor import Tensor

Words = np.ndarray[Any, np.dtype[np.uint64]]

_STATE = np.dtype([
    ("seed", "<u8"), ("left", "<i4"), ("seeded", "<i4"), ("next", "<u8"), ("state", "<u8", 624), ("normal_x", "<f8"),
    ("normal_y", "<f8"), ("normal_rho", "<f8"), ("normal_is_valid", "<i4"), ("padding", "<i4"), ("float_normal", "<f4"),
    ("float_normal_is_valid", "<i4"),
])
"""The bytes of PyTorch's `get_state()`."""


class Generator:
    """A stream of random numbers with a seed of its own: `Generator()`, `Generator("cpu")`, then `manual_seed(n)`.

    A new generator has PyTorch's fixed first seed; the one behind functions that get none is seeded by the system.
    """

    def __init__(self, device: Device | str = "cpu") -> None:
        placed(device)
        self.lock = threading.RLock()
        self._twister: Any = None
        self._seed = 67280421310721
        self.next_normal: float | None = None
        """The second number of a pair of normals, when only the first was asked for."""

    @property
    def device(self) -> Device:
        """The CPU."""
        return CPU

    def manual_seed(self, seed: int) -> Generator:
        """Start the stream that belongs to `seed`; RuntimeError unless it fits 64 bits. Negative seeds count from the top."""
        seed = int(seed)
        if not -(1 << 63) <= seed < 1 << 64:
            raise RuntimeError(f"Overflow when unpacking long long: the seed {seed} is outside [-2**63, 2**64)")
        with self.lock:
            self._seed = seed % (1 << 64)
            self._twister = None
            self.next_normal = None
        return self

    def initial_seed(self) -> int:
        """The seed of the current stream."""
        return self._seed

    def seed(self) -> int:
        """Start a stream that nobody can foresee and answer its seed."""
        self.manual_seed(int.from_bytes(os.urandom(8), "little"))
        return self._seed

    def _engine(self) -> Any:
        if self._twister is None:
            # numpy.random takes 10 ms to import, so only who draws pays
            from numpy.random import MT19937, RandomState

            key = RandomState(self._seed & 0xFFFFFFFF).get_state(legacy=False)["state"]  # pyright: ignore[reportArgumentType, reportCallIssue]
            self._twister = MT19937()
            self._twister.state = {"bit_generator": "MT19937", "state": key}
        return self._twister

    def words32(self, count: int) -> Words:
        """The next `count` 32-bit words; zeros that are not drawn for tensors without data."""
        if is_without_data():
            return np.zeros(count, np.uint64)
        return self._engine().random_raw(count)

    def words64(self, count: int) -> Words:
        """The next `count` 64-bit words: two 32-bit ones each, the upper half first."""
        halves = self.words32(2 * count)
        return (halves[0::2] << np.uint64(32)) | halves[1::2]

    def uniform64(self) -> float:
        """One float64 from [0, 1), of 53 bits: for those who draw until something comes true, and so not in blocks."""
        engine = self._engine()
        high = engine.random_raw()
        return ((high << 32 | engine.random_raw()) & (1 << 53) - 1) * 2.0**-53

    def get_state(self) -> Tensor:
        """The place in the stream, as the uint8 tensor that PyTorch gives."""
        from .ops.host import wrapped

        with self.lock:
            state = self._engine().state["state"]
            packed = np.zeros((), _STATE)
            position = int(state["pos"])
            packed["seed"], packed["left"], packed["seeded"] = self._seed, 625 - position, 1
            packed["next"] = position % 624 if self._is_untouched(state) else position
            packed["state"] = state["key"]
            if self.next_normal is not None:
                packed["normal_y"], packed["normal_is_valid"] = self.next_normal, 1
        return wrapped(np.frombuffer(packed.tobytes(), np.uint8).copy())

    def _is_untouched(self, state: dict[str, Any]) -> bool:
        # PyTorch writes "nothing drawn yet" and "a whole block drawn" differently
        return int(state["pos"]) == 624 and int(state["key"][0]) == self._seed & 0xFFFFFFFF

    def set_state(self, new_state: Tensor) -> Generator:
        """Go to the place in the stream that `get_state` told; RuntimeError if the tensor is no state."""
        array = new_state.numpy()
        if array.dtype != np.uint8:
            raise TypeError("RNG state must be a torch.ByteTensor")
        if array.size != _STATE.itemsize:
            raise RuntimeError(f"RNG state is wrong size: expected {_STATE.itemsize} bytes, but got {array.size}")
        packed = np.frombuffer(array.tobytes(), _STATE)[0]
        left, position = int(packed["left"]), int(packed["next"])
        if not (1 <= left <= 624 and 0 <= position <= 624):
            raise RuntimeError(f"RNG state is invalid: left is {left} and next is {position}")
        with self.lock:
            self._seed = int(packed["seed"])
            self._twister = None
            key = packed["state"].astype(np.uint32)
            self._engine().state = {"bit_generator": "MT19937", "state": {"key": key, "pos": 625 - left}}
            self.next_normal = float(packed["normal_y"]) if packed["normal_is_valid"] else None
        return self

    def clone_state(self) -> Generator:
        """A generator at the same place in the same stream."""
        return Generator().set_state(self.get_state())

    def __repr__(self) -> str:
        return "<torch.Generator device=cpu>"


_default: Generator | None = None


def default_generator() -> Generator:
    """The generator of functions that are given none."""
    global _default
    if _default is None:
        _default = Generator()
        _default.seed()
    return _default


def manual_seed(seed: int) -> Generator:
    """Start the default generator's stream that belongs to `seed`; answers the generator."""
    return default_generator().manual_seed(seed)


def seed() -> int:
    """Start a stream of the default generator that nobody can foresee and answer its seed."""
    return default_generator().seed()


def initial_seed() -> int:
    """The seed of the default generator's stream."""
    return default_generator().initial_seed()


def get_rng_state() -> Tensor:
    """The default generator's place in its stream, as a uint8 tensor."""
    return default_generator().get_state()


def set_rng_state(new_state: Tensor) -> None:
    """Put the default generator where `get_rng_state` said it was."""
    default_generator().set_state(new_state)


@contextmanager
def fork_rng(devices: object = None, enabled: bool = True) -> abc.Generator[None]:
    """`with fork_rng():` whatever is drawn inside does not move the default generator's stream outside."""
    del devices
    if not enabled:
        yield
        return
    before = get_rng_state()
    try:
        yield
    finally:
        set_rng_state(before)

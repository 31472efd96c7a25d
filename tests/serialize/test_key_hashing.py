"""Keys of files are put into dicts and sets by the clock: those that take far too long are refused, many that do not are read."""

from __future__ import annotations

import io
import itertools
from typing import Any

import pytest

import rushlight as rl
from rushlight.serialization import ArchiveError
from rushlight.serialize import key_hashing
from rushlight.serialize.key_hashing import MANY, KeyClock

KEYS = [number << 20 for number in range(2 * MANY)]


def saved(value: Any, **options: Any) -> io.BytesIO:
    out = io.BytesIO()
    rl.save(value, out, **options)
    return io.BytesIO(out.getvalue())


CONTAINERS = pytest.mark.parametrize(
    "value, protocol",
    [(dict.fromkeys(KEYS), 2), (set(KEYS), 2), (set(KEYS), 4), (frozenset(KEYS), 2), ({float(key): key for key in KEYS}, 2)],
    ids=["dict", "set", "set of protocol 4", "frozenset", "floats"],
)


@CONTAINERS
def test_many_keys_are_read(value: Any, protocol: int) -> None:
    found = rl.load(saved(value, pickle_protocol=protocol))
    assert found == value and type(found) is type(value)
    assert not isinstance(value, dict) or list(found) == list(value)


@CONTAINERS
def test_keys_that_take_too_long_are_refused(value: Any, protocol: int, monkeypatch: pytest.MonkeyPatch) -> None:
    file = saved(value, pickle_protocol=protocol)
    seconds = itertools.count(0.0, 0.2)
    monkeypatch.setattr(key_hashing.time, "thread_time", lambda: next(seconds))
    with pytest.raises(ArchiveError, match="keys of a dict or set collide: [0-9]+ of them took 0.6 seconds"):
        rl.load(file)


def test_all_dicts_of_a_pickle_count_together() -> None:
    clock = KeyClock()
    clock.seconds, clock.keys = 1.0, 1000
    with pytest.raises(ArchiveError, match="collide"):
        list(clock.pieces([1, 2]))


def test_pieces_are_all_items() -> None:
    items: list[object] = [*range(10_001)]
    pieces = list(KeyClock().pieces(items))
    assert list(itertools.chain(*pieces)) == items
    assert all(len(piece) % 2 == 0 for piece in pieces[:-1])

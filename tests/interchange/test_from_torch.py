"""`rl.from_torch` needs PyTorch's objects and says so."""

from __future__ import annotations

import pytest

import rushlight as rl


@pytest.mark.parametrize("thing", [rl.nn.ReLU(), 3, None])
def test_other_things_are_refused(thing: object) -> None:
    with pytest.raises(TypeError, match="expected a module or scripted function of PyTorch"):
        rl.from_torch(thing)

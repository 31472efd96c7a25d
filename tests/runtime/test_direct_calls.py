"""Operators below public ones, called as only archives call them: what the public ones check, they check too."""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import rushlight as rl
from rushlight.runtime.ops.table import required


def _floats(*shape: int) -> Any:
    return rl.ones(*shape)


CASES: dict[str, tuple[str, Callable[[], tuple[Any, ...]]]] = {
    "volumes_as_images": ("grid_sampler_2d", lambda: (_floats(1, 1, 2, 3, 4), _floats(1, 2, 2, 2), 0, 0, False)),
    "images_as_volumes": ("grid_sampler_3d", lambda: (_floats(1, 1, 3, 4), _floats(1, 2, 2, 2, 3), 0, 0, False)),
    "positions_of_a_row": ("grid_sampler_2d", lambda: (_floats(1, 1, 3, 4), _floats(1, 2, 2), 0, 0, False)),
    "unknown_interpolation": ("grid_sampler_2d", lambda: (_floats(1, 1, 3, 4), _floats(1, 2, 2, 2), -1, 0, False)),
    "unknown_padding": ("grid_sampler_2d", lambda: (_floats(1, 1, 3, 4), _floats(1, 2, 2, 2), 0, 1 << 62, False)),
}


@pytest.mark.parametrize("case", CASES)
def test_arguments_that_do_not_fit_are_refused(case: str) -> None:
    name, arguments = CASES[case]
    with pytest.raises(RuntimeError):
        required(f"aten::{name}")(*arguments())

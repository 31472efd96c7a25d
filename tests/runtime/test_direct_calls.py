"""Operators below public ones, called as only archives call them: what the public ones check, they check too."""
from __future__ import annotations

import math
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
    "strides_out_of_the_storage": ("_reshape_alias", lambda: (_floats(4), [1, 4], [1, 1 << 20])),
    "negative_strides": ("_reshape_alias", lambda: (_floats(4), [2], [-1])),
    "dims_twice": ("_fft_c2c", lambda: (_floats(5, 4).to(rl.complex64), [-1, 0, -1], 1, False)),
    "dims_twice_real": ("_fft_r2c", lambda: (_floats(4), [0, -1], 1, False)),
    "dims_twice_back": ("_fft_c2r", lambda: (_floats(1, 4, 2).to(rl.complex64), [-1, -1], 0, 2)),
    "transform_of_real_numbers_as_complex": ("_fft_c2c", lambda: (_floats(4), [0], 0, True)),
    "numbers_as_quantized": ("int_repr", lambda: (_floats(2),)),
    "numbers_beyond_int64": ("arange.start_step", lambda: (0, 1e300, 1e299, rl.int64)),
    "singular_values_of_nan": ("linalg_pinv", lambda: (_floats(2, 2) * math.nan, 1e-5, False)),
    "eigenvalues_of_nan": ("linalg_pinv", lambda: (_floats(2, 2) * math.nan, 1e-5, True)),
    "rank_of_nan": ("linalg_matrix_rank", lambda: (_floats(2, 2) * math.nan, 1e-5, False)),
    "squares_of_nan": ("linalg_lstsq", lambda: (_floats(2, 2) * math.nan, _floats(2, 2), None, None)),
    "factor_beyond_float32": ("addmm", lambda: (_floats(2, 2), _floats(2, 2), _floats(2, 2), 1, 1e300)),
    "transform_to_no_items": ("_fft_c2r", lambda: (_floats(4).to(rl.complex64), [0], 0, 0)),
}


@pytest.mark.parametrize("case", CASES)
def test_arguments_that_do_not_fit_are_refused(case: str) -> None:
    name, arguments = CASES[case]
    with pytest.raises(RuntimeError):
        required(f"aten::{name}")(*arguments())


def test_settings_of_packed_weights_stay_as_they_are() -> None:
    """A program may write to the lists that it is given."""
    weight = rl.quantize_per_tensor(_floats(2, 2, 1, 1), 1.0, 0, rl.qint8)
    given = [1, 1]
    packed = required("quantized::conv2d_prepack")(weight, None, given, [0, 0], [1, 1], 1)
    given.append(7)
    packed.stride().append(7)
    packed.padding()[0] = 99
    assert (packed.stride(), packed.padding(), packed.dilation()) == ([1, 1], [0, 0], [1, 1])


def test_steps_beyond_the_result_of_a_transposed_convolution() -> None:
    """A step that leads out of the image makes no work."""
    image, weight = _floats(1, 1, 1, 2), _floats(1, 1, 3, 3)
    result = required("aten::conv_transpose2d.input")(image, weight, None, [1 << 40, 3], [0, 0], [0, 0], 1, [1, 1])
    assert tuple(result.shape) == (1, 1, 3, 6) and result.sum().item() == 18.0

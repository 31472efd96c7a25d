"""Convolution plans against NumPy: every tile, any strides, borders, epilogues, transposition, and any division of the work."""
from __future__ import annotations

import dataclasses
import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rushlight.runtime.dtype import float32
from rushlight.runtime.dtype import from_numpy as dtype_of
from rushlight.runtime.kernels.compiling import isa
from rushlight.runtime.kernels.layers import convolution
from rushlight.runtime.kernels.layers.convolution import ConvolutionPlan, plan_convolution
from rushlight.runtime.kernels.layers.convolution_int8 import plan_int8_convolution
from rushlight.runtime.kernels.layers.convolution_sizes import Layouts, Sizes, Strides
from rushlight.runtime.kernels.layers.depthwise_plan import DepthwisePlan
from rushlight.runtime.kernels.loops.pointwise import BROADCAST, CONTIGUOUS, Step, fused_kernel
from rushlight.runtime.kernels.matrix.epilogue import Epilogue
from rushlight.runtime.kernels.running.launch import launch

Array = np.ndarray[Any, Any]


def random(rng: np.random.Generator, name: str, *shape: int) -> Array:
    """Quarters of small integers: every order of summation is exact."""
    return (rng.integers(-5, 5, shape) / 4).astype(name)


def strides(array: Array) -> Strides:
    first, second, z, y, x = (step // array.itemsize for step in array.strides)
    return Strides(first, second, z, y, x)


def channels_last(array: Array) -> Array:
    """The same items with the second dimension innermost in memory."""
    return np.ascontiguousarray(np.moveaxis(array, 1, -1)).transpose(0, 4, 1, 2, 3)


def convolve(x: Array, weight: Array, bias: Array | None, sizes: Sizes) -> Array:
    """By the definition: every tap of the window adds a slice of the image, or adds the image to a slice."""
    out = np.zeros((sizes.batch, sizes.out_channels, *sizes.out_image), x.dtype)
    wide, small = (out, x) if sizes.transposed else (x, out)
    reach = [gap * (size - 1) + 1 for gap, size in zip(sizes.dilation, sizes.window, strict=True)]
    # room for the last window, though the sizes may not be a whole number of strides
    room = [(pad, pad + far + step) for pad, far, step in zip(sizes.padding, reach, sizes.stride, strict=True)]
    padded = np.pad(wide, [(0, 0), (0, 0), *room])
    inputs, outputs = sizes.channels // sizes.groups, sizes.out_channels // sizes.groups
    for group, tap in itertools.product(range(sizes.groups), itertools.product(*map(range, sizes.window))):
        into, of = slice(group * outputs, group * outputs + outputs), slice(group * inputs, group * inputs + inputs)
        starts = [at * gap for at, gap in zip(tap, sizes.dilation, strict=True)]
        places = tuple(
            slice(start, start + (size - 1) * step + 1, step)
            for start, size, step in zip(starts, small.shape[2:], sizes.stride, strict=True)
        )
        if sizes.transposed:
            padded[(slice(None), into, *places)] += np.einsum("nczyx,co->nozyx", x[:, of], weight[(of, slice(None), *tap)])
        else:
            out[:, into] += np.einsum("nczyx,oc->nozyx", padded[(slice(None), of, *places)], weight[(into, slice(None), *tap)])
    if sizes.transposed:
        inside = tuple(slice(pad, pad + size) for pad, size in zip(sizes.padding, sizes.out_image, strict=True))
        out = padded[(slice(None), slice(None), *inside)]
    return out if bias is None else out + bias[:, None, None, None]


def run(
    plan: ConvolutionPlan | DepthwisePlan, x: Array, weight: Array, bias: Array | None, out: Array, residual: Array | None = None
) -> None:
    packed = plan.pack(weight.ctypes.data)
    addresses = (0 if array is None else array.ctypes.data for array in (bias, out, residual))
    plan.run(x.ctypes.data, packed, *addresses)


TRIPLES = st.tuples(st.integers(1, 2), st.integers(1, 3), st.integers(1, 3))


@st.composite
def convolutions(draw: st.DrawFn) -> Sizes:
    groups, transposed = draw(st.integers(1, 3)), draw(st.booleans())
    window, dilation, stride = draw(TRIPLES), draw(TRIPLES), draw(TRIPLES)
    padding = draw(st.tuples(st.integers(0, 1), st.integers(0, 2), st.integers(0, 2)))
    reach = [gap * (size - 1) + 1 for gap, size in zip(dilation, window, strict=True)]
    least = [1 + 2 * pad for pad in padding] if transposed else [max(far - 2 * pad, 1) for far, pad in zip(reach, padding, strict=True)]
    depth, height, width = (size + draw(st.integers(0, 5)) for size in least)
    return Sizes(
        draw(st.integers(1, 2)), groups * draw(st.integers(1, 9)), (depth, height, width), groups * draw(st.integers(1, 40)), window,
        stride, padding, dilation, groups, transposed,
    )


@given(convolutions(), st.sampled_from(["float32", "float64"]), st.tuples(*[st.booleans()] * 4))
def test_convolutions(sizes: Sizes, name: str, options: tuple[bool, ...]) -> None:
    rng = np.random.default_rng(0)
    has_bias, *last = options
    group = sizes.out_channels // sizes.groups, sizes.channels // sizes.groups
    shape = (sizes.channels, group[0]) if sizes.transposed else (sizes.out_channels, group[1])
    arrays = [random(rng, name, sizes.batch, sizes.channels, *sizes.image), random(rng, name, *shape, *sizes.window)]
    arrays.append(np.full((sizes.batch, sizes.out_channels, *sizes.out_image), 7, name))
    x, weight, out = (channels_last(array) if turned else array for array, turned in zip(arrays, last, strict=True))
    bias = random(rng, name, sizes.out_channels) if has_bias else None
    plan = plan_convolution(dtype_of(x.dtype), sizes, Layouts(strides(x), strides(out), strides(weight)))
    run(plan, x, weight, bias, out)
    assert np.array_equal(out, convolve(x, weight, bias, sizes))


def plain(channels: int, out_channels: int, size: int, window: int, batch: int = 1) -> Sizes:
    pad = window // 2
    return Sizes(batch, channels, (1, size, size), out_channels, (1, window, window), (1, 1, 1), (0, pad, pad), (1, 1, 1), 1)


MANY = [
    plain(64, 40, 4, 3, 30), plain(18, 70, 7, 3, 20), Sizes(60, 60, (1, 4, 5), 90, (1, 3, 2), (1, 2, 1), (0, 1, 1), (1, 1, 2), 3),
    Sizes(20, 30, (3, 4, 2), 40, (3, 1, 3), (1, 1, 1), (1, 0, 1), (1, 1, 1), 1),
]


@pytest.mark.parametrize("turned", [True, False])
@pytest.mark.parametrize("sizes", MANY, ids=lambda sizes: str(sizes.image))
def test_many_small_images(sizes: Sizes, turned: bool) -> None:
    rng = np.random.default_rng(0)
    order = channels_last if turned else np.ascontiguousarray
    x = order(random(rng, "float32", sizes.batch, sizes.channels, *sizes.image))
    weight = random(rng, "float32", sizes.out_channels, sizes.channels // sizes.groups, *sizes.window)
    bias = random(rng, "float32", sizes.out_channels)
    out = order(np.full((sizes.batch, sizes.out_channels, *sizes.out_image), 7, np.float32))
    plan = plan_convolution(float32, sizes, Layouts(strides(x), strides(out), strides(weight)))
    assert plan.before == plan.after == (0, 0, 0)
    run(plan, x, weight, bias, out)
    assert np.array_equal(out, convolve(x, weight, bias, sizes))


@pytest.mark.parametrize("turned", [True, False])
@pytest.mark.parametrize("sizes", [plain(3, 16, 9, 3, 2), plain(600, 24, 3, 1), plain(40, 20, 5, 3)], ids=["rows", "parts", "rest"])
def test_residual_and_bounds(sizes: Sizes, turned: bool) -> None:
    rng = np.random.default_rng(0)
    order = channels_last if turned else np.ascontiguousarray
    x = order(random(rng, "float32", sizes.batch, sizes.channels, *sizes.image))
    weight, bias = random(rng, "float32", sizes.out_channels, sizes.channels, *sizes.window), random(rng, "float32", sizes.out_channels)
    residual = order(random(rng, "float32", sizes.batch, sizes.out_channels, *sizes.out_image))
    out = order(np.zeros_like(residual))
    plan = plan_convolution(float32, sizes, Layouts(strides(x), strides(out), strides(weight)), Epilogue(lowest=0.0, highest=6.0))
    run(plan, x, weight, bias, out, residual)
    assert np.array_equal(out, np.clip(convolve(x, weight, bias, sizes) + residual, 0, 6))


def test_a_producer_may_write_the_border_and_the_output_may_have_one() -> None:
    rng = np.random.default_rng(0)
    sizes = plain(8, 16, 6, 3)
    weight = random(rng, "float32", 16, 8, 1, 3, 3)
    inside = (slice(None), slice(None), slice(None), slice(1, -1), slice(1, -1))
    wide, target = channels_last(np.zeros((1, 8, 1, 8, 8), np.float32)), channels_last(np.full((1, 16, 1, 8, 8), 7, np.float32))
    x, out = wide[inside], target[inside]
    x[...] = random(rng, "float32", 1, 8, 1, 6, 6)
    plan = plan_convolution(float32, sizes, Layouts(strides(x), strides(out), strides(weight), bordered=True))
    assert plan.before == plan.after == (0, 1, 1)
    run(plan, x, weight, None, out)
    assert np.array_equal(out, convolve(x, weight, None, sizes))
    target[inside] = 7
    assert (target == 7).all()


def gelu(a: Any) -> Any:
    return 0.5 * a * (1 + math.erf(a * 0.7071067811865476))


def leaky(a: Any, slope: Any) -> Any:
    return a if a > 0 else a * slope


@pytest.mark.parametrize("turned", [True, False])
@pytest.mark.parametrize("sizes", [plain(600, 20, 3, 1), dataclasses.replace(plain(11, 11, 9, 3), groups=11)], ids=["tiles", "depthwise"])
def test_an_epilogue_gives_the_bits_of_the_rows_it_replaces(sizes: Sizes, turned: bool) -> None:
    rng = np.random.default_rng(0)
    order = channels_last if turned else np.ascontiguousarray
    x = order(rng.standard_normal((sizes.batch, sizes.channels, *sizes.image)).astype("f4"))
    weight = rng.standard_normal((sizes.out_channels, sizes.channels // sizes.groups, *sizes.window)).astype("f4")
    residual = order(rng.standard_normal((sizes.batch, sizes.out_channels, *sizes.out_image)).astype("f4"))
    sums, got, want = (order(np.zeros_like(residual)) for _ in range(3))
    epilogue = Epilogue((Step(gelu, (0,), float32, (float32,)), Step(leaky, (2, 1), float32, (float32,))), (float32,), lowest=-1.0)
    bounds = Epilogue(lowest=-1.0)
    for one, numbers, out in ((bounds, (), sums), (epilogue, (0.25,), got)):
        plan = plan_convolution(float32, sizes, Layouts(strides(x), strides(out), strides(weight)), one, numbers)
        run(plan, x, weight, None, out, residual)
    slope = np.array([0.25], np.float32)
    kernel = fused_kernel((float32, float32), epilogue.steps, (3,), 0, (CONTIGUOUS, BROADCAST, CONTIGUOUS))
    launch(kernel, (sums.ctypes.data, slope.ctypes.data, want.ctypes.data), sums.size)
    assert np.array_equal(got.view("i4"), want.view("i4"))


WINDOWS = [((3, 3), (1, 1), (1, 1), (1, 1)), ((3, 3), (2, 2), (1, 1), (1, 1)), ((2, 5), (3, 2), (2, 1), (2, 4))]


@pytest.mark.parametrize("turned", [(True, True), (False, False), (False, True)], ids=["channels last", "planes", "both"])
@pytest.mark.parametrize("size", [(1, 1), (5, 40), (9, 3), (120, 90)], ids=str)
def test_depthwise(size: tuple[int, int], turned: tuple[bool, bool]) -> None:
    rng = np.random.default_rng(0)
    order, out_order = (channels_last if one else np.ascontiguousarray for one in turned)
    for window, stride, dilation, padding in WINDOWS:
        sizes = Sizes(2, 11, (1, *size), 11, (1, *window), (1, *stride), (0, *padding), (1, *dilation), 11)
        x, weight = order(random(rng, "float32", 2, 11, 1, *size)), random(rng, "float32", 11, 1, 1, *window)
        bias, residual = random(rng, "float32", 11), out_order(random(rng, "float32", 2, 11, *sizes.out_image))
        out = out_order(np.full_like(residual, 7))
        plan = plan_convolution(float32, sizes, Layouts(strides(x), strides(out), strides(weight)), Epilogue(lowest=0.0, highest=6.0))
        assert isinstance(plan, DepthwisePlan)
        run(plan, x, weight, bias, out, residual)
        want = np.clip(convolve(x, weight, bias, sizes) + residual, 0, 6)
        assert np.array_equal(out, want), sizes


def test_results_do_not_depend_on_how_the_work_is_divided(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    sizes = plain(70, 40, 17, 3, 2)
    x = channels_last(rng.standard_normal((2, 70, 1, 17, 17)).astype("f4"))
    weight = rng.standard_normal((40, 70, 1, 3, 3)).astype("f4")
    results: list[Array] = []
    launch = convolution.launch

    def divided(cuts: int) -> Any:
        def launch_parts(kernel: Any, words: Any, items: int, *, start: int = 0, work: int = 0) -> int:
            marks = [items * at // cuts for at in range(cuts + 1)]
            return max(launch(kernel, words, stop, start=begin) for begin, stop in reversed(list(itertools.pairwise(marks))))
        return launch_parts

    for cuts in (1, 2, 5, 1000):
        monkeypatch.setattr(convolution, "launch", divided(cuts))
        out = channels_last(np.zeros((2, 40, 1, 17, 17), np.float32))
        run(plan_convolution(float32, sizes, Layouts(strides(x), strides(out), strides(weight))), x, weight, None, out)
        results.append(out)
    assert all(np.array_equal(out.view("i4"), results[0].view("i4")) for out in results)


def test_nothing_outside_the_image_is_used() -> None:
    sizes = plain(3, 8, 5, 1)
    surrounded = np.full((1, 7, 7, 3), np.nan, np.float32)
    surrounded[:, 1:6, 1:6] = 1
    x = surrounded[:, None, 1:6, 1:6].transpose(0, 4, 1, 2, 3)
    weight, out = np.ones((8, 3, 1, 1, 1), np.float32), np.zeros((1, 8, 1, 5, 5), np.float32)
    run(plan_convolution(float32, sizes, Layouts(strides(x), strides(out), strides(weight))), x, weight, None, out)
    assert (out == 3).all()


def test_infinities_stay_with_their_pixels_and_channels() -> None:
    rng = np.random.default_rng(0)
    sizes = plain(5, 20, 7, 3)
    x, weight = random(rng, "float32", 1, 5, 1, 7, 7), np.abs(random(rng, "float32", 20, 5, 1, 3, 3)) + 1
    x[0, 2, 0, 3, 3] = np.inf
    out = np.zeros((1, 20, 1, 7, 7), np.float32)
    run(plan_convolution(float32, sizes, Layouts(strides(x), strides(out), strides(weight))), x, weight, None, out)
    reached = np.zeros((7, 7), bool)
    reached[2:5, 2:5] = True
    assert (np.isinf(out[0, :, 0]) == reached).all() and not np.isnan(out).any()

RUNNING = [one for one in isa.ALL if one.vector_bytes <= isa.host().vector_bytes]


@pytest.mark.parametrize("forced", RUNNING, ids=lambda one: one.name)
def test_every_instruction_set(forced: isa.Isa) -> None:
    rng = np.random.default_rng(0)
    for sizes in (plain(5, 21, 7, 3, 2), Sizes(2, 19, (1, 9, 11), 19, (1, 3, 3), (1, 2, 2), (0, 1, 1), (1, 1, 1), 19)):
        for order in (channels_last, np.ascontiguousarray):
            x = order(random(rng, "float32", sizes.batch, sizes.channels, *sizes.image))
            weight = random(rng, "float32", sizes.out_channels, sizes.channels // sizes.groups, *sizes.window)
            out = order(np.full((sizes.batch, sizes.out_channels, *sizes.out_image), 7, np.float32))
            with isa.forced(forced):
                plan = plan_convolution(float32, sizes, Layouts(strides(x), strides(out), strides(weight)))
                run(plan, x, weight, None, out)
            assert np.array_equal(out, convolve(x, weight, None, sizes))


@given(convolutions(), st.booleans(), st.booleans(), st.integers(0, 200), st.integers(1, 9))
def test_eight_bits(sizes: Sizes, signed: bool, turned: bool, zero: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    group = sizes.out_channels // sizes.groups, sizes.channels // sizes.groups
    shape = (sizes.channels, group[0]) if sizes.transposed else (sizes.out_channels, group[1])
    least, kind = (-128, "i1") if signed else (0, "u1")
    x = rng.integers(least, least + 256, (sizes.batch, sizes.channels, *sizes.image)).astype(kind)
    x = channels_last(x) if turned else x
    weight = rng.integers(-128, 128, (*shape, *sizes.window)).astype("i1")
    assert np.array_equal(*int8_sums(sizes, x, zero - 100 * signed, weight, rng.integers(-3, 4, sizes.out_channels)))


def int8_sums(sizes: Sizes, x: Array, zero: int, weight: Array, points: Array) -> tuple[Array, Array]:
    """The plan's sums and those by the definition."""
    plan = plan_int8_convolution(dtype_of(x.dtype), sizes, strides(x))
    out = channels_last(np.full((sizes.batch, sizes.out_channels, *sizes.out_image), 7, plan.sums.name))
    plan.run(x.ctypes.data, zero, plan.pack(weight, points.tolist()), out.ctypes.data)
    wide = weight.astype("i4")
    if sizes.transposed:
        by_row = np.tile(points.reshape(sizes.groups, -1), (1, sizes.channels // sizes.groups))
        wide -= by_row.reshape(wide.shape[:2])[..., None, None, None]
    else:
        wide -= points.astype("i4")[:, None, None, None, None]
    return out, convolve(x.astype("i4") - zero, wide, None, sizes)


@pytest.mark.parametrize("forced", RUNNING, ids=lambda one: one.name)
def test_eight_bits_on_every_instruction_set(forced: isa.Isa) -> None:
    rng = np.random.default_rng(0)
    for sizes in (plain(37, 21, 7, 3, 2), Sizes(2, 19, (1, 9, 11), 19, (1, 3, 3), (1, 2, 2), (0, 1, 1), (1, 1, 1), 19)):
        x = channels_last(rng.integers(0, 256, (sizes.batch, sizes.channels, *sizes.image)).astype("u1"))
        weight = rng.integers(-128, 128, (sizes.out_channels, sizes.channels // sizes.groups, *sizes.window)).astype("i1")
        with isa.forced(forced):
            assert np.array_equal(*int8_sums(sizes, x, 255, weight, np.zeros(sizes.out_channels, "i8")))

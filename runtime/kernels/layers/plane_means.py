"""Means over all pixels of images: what global average pooling is.

Words where planes lie side by side: 0 out, 1 in, 2 pixels; items are planes.
Words where channels lie side by side: 0 out (image, channel), 1 in, 2 pixels, 3 channels, at least a vector of them, 4 items from one
image to the next, 5 from one pixel to the next, 6 parts of an image's channels; items are (image, part), the last part ends with the
last channel.
"""
from __future__ import annotations

from functools import cache

from ...dtype import DType
from ..compiling.compiler import emitted_kernel
from ..compiling.emitter import Builder, Pointer, Value
from ..compiling.functions import Functions
from ..compiling.isa import Isa, target
from ..compiling.vectors import Vectors
from ..running.engine import Kernel

GROUP = 4
"""Vectors that are summed side by side."""
_BLOCK = 64
"""Pixels whose sums are added up before they join the others: long sums keep their digits."""


@cache
def plane_means_kernel(dtype: DType, isa: Isa) -> Kernel:
    """Means of contiguous planes; see the module for the words."""

    def write(builder: Builder, functions: Functions) -> None:
        vectors = Vectors(builder, dtype.name, isa=isa)
        count, lanes = builder.word(2), vectors.lanes
        whole = count // lanes
        blocks, rest = whole // GROUP, count - whole * lanes
        mask = vectors.mask(rest)
        totals = vectors.variables(GROUP)
        divisor = count.to(dtype.name)
        with builder.loop(builder.stop - builder.start, vectorize=False) as number:
            plane = builder.start + number
            items = builder.pointer(dtype.name, builder.word(1)).at(plane * count)
            for total in totals:
                total.value = vectors.constant(0.0)
            with builder.loop(blocks, vectorize=False) as block:
                for at, total in enumerate(totals):
                    total.value = vectors.add(total.value, vectors.load(items.at((block * GROUP + at) * lanes)))
            with builder.loop(whole - blocks * GROUP, vectorize=False) as at:
                totals[0].value = vectors.add(totals[0].value, vectors.load(items.at((blocks * GROUP + at) * lanes)))
            with builder.when(rest != 0):
                totals[1].value = vectors.add(totals[1].value, vectors.load(items.at(whole * lanes), mask))
            pairs = [vectors.add(totals[at].value, totals[at + 1].value) for at in range(0, GROUP, 2)]
            builder.pointer(dtype.name, builder.word(0))[plane] = vectors.total(vectors.add(*pairs)) / divisor

    return emitted_kernel(f"plane_means_{dtype.name}", write, dtype.name, isa.name, processor=target(isa))


@cache
def pixel_means_kernel(dtype: DType, isa: Isa) -> Kernel:
    """Means of channels that lie side by side; see the module for the words."""

    def write(builder: Builder, functions: Functions) -> None:
        vectors = Vectors(builder, dtype.name, isa=isa)
        pixels, channels, from_image, from_pixel, parts = (builder.word(at) for at in range(2, 7))
        divisor = vectors.broadcast(pixels.to(dtype.name))
        with builder.loop(builder.stop - builder.start, vectorize=False) as number:
            item = builder.start + number
            image = item // parts
            part = item - image * parts
            for count in (GROUP, 1):
                width = count * vectors.lanes
                fits = channels >= GROUP * vectors.lanes
                with builder.when(fits if count == GROUP else fits == 0):
                    first = builder.minimum(part * width, channels - width)
                    items = builder.pointer(dtype.name, builder.word(1)).at(image * from_image + first)
                    sums = _sums(vectors, items, pixels, from_pixel, count)
                    out = builder.pointer(dtype.name, builder.word(0)).at(image * channels + first)
                    for at, total in enumerate(sums):
                        vectors.store(vectors.divide(total, divisor), out.at(at * vectors.lanes))

    return emitted_kernel(f"pixel_means_{dtype.name}", write, dtype.name, isa.name, processor=target(isa))


def _sums(vectors: Vectors, items: Pointer, pixels: Value, from_pixel: Value, count: int) -> list[str]:
    """The sums of `count` vectors of channels over all pixels, two pixels at a time."""
    builder = vectors.builder
    sums, totals = vectors.variables(count), vectors.variables(2 * count)
    for total in sums:
        total.value = vectors.constant(0.0)
    with builder.loop((pixels + (_BLOCK - 1)) // _BLOCK, vectorize=False) as block:
        for total in totals:
            total.value = vectors.constant(0.0)
        begin = items.at(block * _BLOCK * from_pixel)
        length = builder.minimum(pixels - block * _BLOCK, _BLOCK)
        with builder.loop(length // 2, vectorize=False) as pair:
            for at, total in enumerate(totals):
                pixel = begin.at((pair * 2 + at // count) * from_pixel)
                total.value = vectors.add(total.value, vectors.load(pixel.at(at % count * vectors.lanes)))
        with builder.when(length % 2 != 0):
            pixel = begin.at((length - 1) * from_pixel)
            for at, total in enumerate(totals[:count]):
                total.value = vectors.add(total.value, vectors.load(pixel.at(at * vectors.lanes)))
        for at, total in enumerate(sums):
            total.value = vectors.add(total.value, vectors.add(totals[at].value, totals[count + at].value))
    return [total.value for total in sums]

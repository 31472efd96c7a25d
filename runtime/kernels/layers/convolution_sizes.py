"""The sizes and the memory layouts of one convolution, as its plans and kernels want them: always three dimensions (z, y, x)."""
from __future__ import annotations

from dataclasses import dataclass

Triple = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Sizes:
    """The sizes of one convolution; triples are (depth, height, width)."""

    batch: int
    channels: int
    image: Triple
    out_channels: int
    window: Triple
    stride: Triple
    padding: Triple
    dilation: Triple
    groups: int
    transposed: bool = False
    output_padding: Triple = (0, 0, 0)

    @property
    def out_image(self) -> Triple:
        """The size of the output image; not positive where the window does not fit."""
        reach = [gap * (size - 1) + 1 for gap, size in zip(self.dilation, self.window, strict=True)]
        if self.transposed:
            depth, height, width = (
                (size - 1) * step - 2 * pad + far + more for size, step, pad, far, more in
                zip(self.image, self.stride, self.padding, reach, self.output_padding, strict=True)
            )
        else:
            depth, height, width = (
                (size + 2 * pad - far) // step + 1 for size, pad, far, step in
                zip(self.image, self.padding, reach, self.stride, strict=True)
            )
        return depth, height, width


@dataclass(frozen=True, slots=True)
class Strides:
    """Items from one image, channel, plane, row and pixel to the next."""

    image: int
    channel: int
    z: int
    y: int
    x: int


def channels_last_strides(channels: int, size: Triple) -> Strides:
    """Images without gaps, channels innermost."""
    depth, height, width = size
    return Strides(depth * height * width * channels, 1, height * width * channels, width * channels, channels)


@dataclass(frozen=True, slots=True)
class Layouts:
    """How the operands of one convolution lie in memory."""

    source: Strides
    target: Strides
    weight: Strides
    """`image` steps along the weight's first dimension, `channel` along its second."""
    bordered: bool = False
    """Whether the source lies inside a border of zeros, as wide as `ConvolutionPlan.before` and `after` say."""

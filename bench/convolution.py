"""`python -m bench.convolution`: convolutions, pooling and normalizations of images against the machine's peak and PyTorch, as tables.

Every row is one layer with float32 images and weights, batch 1. rushlight runs a plan with weights packed before, as a program does,
and the eager row; PyTorch runs eager, on channels-last and on contiguous images. Contenders take turns in one process. The peak is that
of fused multiply-adds on registers alone, measured in the same turns with the same number of threads; peak.py says what a quiet turn is.
"""

from __future__ import annotations

import argparse
import functools
import itertools
import math
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch

import rushlight as rl
from rushlight.runtime import dtype as dtypes
from rushlight.runtime.kernels.layers.convolution import plan_convolution
from rushlight.runtime.kernels.layers.convolution_sizes import Layouts, Sizes, Strides
from rushlight.runtime.ops.layers.convolving_int8 import PackedWeight, Requantization

from .paired import burst_length, time_calls
from .peak import LOADS, peak, shares


@dataclass(frozen=True)
class Layer:
    """One convolution of square images."""

    size: int
    channels: int
    out_channels: int
    window: int
    stride: int = 1
    groups: int = 1
    count: int = 1
    """How often the network has it."""

    @property
    def title(self) -> str:
        """As the table names it."""
        kind = "depthwise " if self.groups > 1 else ""
        step = f" / {self.stride}" if self.stride > 1 else ""
        return f"{kind}{self.size}x{self.size}, {self.channels} -> {self.out_channels}, {self.window}x{self.window}{step}"


def resnet50() -> list[Layer]:
    """The 53 convolutions of ResNet-50 on an image of 224 x 224, equal ones together."""
    layers = [Layer(224, 3, 64, 7, 2)]
    size, channels = 56, 64
    for width, blocks, stride in ((64, 3, 1), (128, 4, 2), (256, 6, 2), (512, 3, 2)):
        small = size // stride
        layers += [Layer(size, channels, width, 1), Layer(size, width, width, 3, stride), Layer(size, channels, 4 * width, 1, stride)]
        layers += [Layer(small, 4 * width, width, 1, count=blocks - 1), Layer(small, width, width, 3, count=blocks - 1)]
        layers.append(Layer(small, width, 4 * width, 1, count=blocks))
        size, channels = small, 4 * width
    return layers


def mobilenet() -> list[Layer]:
    """Depthwise convolutions of MobileNet-V2 and a larger window."""
    sizes = (
        (112, 32, 1), (112, 96, 2), (56, 144, 1), (56, 144, 2), (28, 192, 1), (28, 192, 2), (14, 384, 1), (14, 576, 1), (14, 576, 2),
        (7, 960, 1),
    )
    return [Layer(size, channels, channels, 3, stride, channels) for size, channels, stride in sizes] + [Layer(28, 240, 240, 5, 1, 240)]


def strides(tensor: torch.Tensor) -> Strides:
    """As plans want them: images have a depth of one."""
    image, channel, y, x = tensor.stride()
    return Strides(image, channel, 0, y, x)


def contenders(layer: Layer) -> tuple[dict[str, Callable[[], object]], int]:
    """Calls by name, and the floating-point operations of one."""
    pad = layer.window // 2
    rng = np.random.default_rng(0)
    image = torch.from_numpy(rng.standard_normal((1, layer.channels, layer.size, layer.size), dtype=np.float32))
    shape = (layer.out_channels, layer.channels // layer.groups, layer.window, layer.window)
    weight = torch.from_numpy(rng.standard_normal(shape, dtype=np.float32))
    last = image.to(memory_format=torch.channels_last)
    weight_last = weight.to(memory_format=torch.channels_last)

    def theirs(x: torch.Tensor, w: torch.Tensor) -> torch.Tensor:
        return torch.conv2d(x, w, stride=layer.stride, padding=pad, groups=layer.groups)

    expected = theirs(last, weight)
    out = torch.zeros_like(expected)
    sizes = Sizes(
        1, layer.channels, (1, layer.size, layer.size), layer.out_channels, (1, layer.window, layer.window),
        (1, layer.stride, layer.stride), (0, pad, pad), (1, 1, 1), layer.groups,
    )
    plan = plan_convolution(dtypes.float32, sizes, Layouts(strides(last), strides(out), strides(weight)))
    packed = plan.pack(weight.data_ptr())

    def planned() -> None:
        plan.run(last.data_ptr(), packed, 0, out.data_ptr())

    planned()
    if not torch.allclose(out, expected, rtol=1e-4, atol=1e-4 * float(expected.abs().max())):
        raise RuntimeError(f"{layer.title}: rushlight and PyTorch differ")
    own, own_last, own_weight = (rl.from_numpy(tensor.numpy()).clone() for tensor in (image, last, weight))
    calls: dict[str, Callable[[], object]] = {
        "plan": planned,
        "eager, channels last": lambda: rl.conv2d(own_last, own_weight, None, layer.stride, pad, 1, layer.groups),
        "eager": lambda: rl.conv2d(own, own_weight, None, layer.stride, pad, 1, layer.groups),
        "torch, channels last": lambda: theirs(last, weight_last),
        "torch": lambda: theirs(image, weight),
    }
    return calls, 2 * out.numel() * weight[0].numel()


def pools() -> list[tuple[str, dict[str, Callable[[], object]]]]:
    """Pooling in both memory orders."""
    x = torch.from_numpy(np.random.default_rng(0).standard_normal((1, 64, 112, 112), dtype=np.float32))
    rows: list[tuple[str, dict[str, Callable[[], object]]]] = []
    for order, image in (("channels last", x.to(memory_format=torch.channels_last)), ("planes", x)):
        own = rl.from_numpy(image.numpy())
        for title, name, args in (
            ("max 3x3 / 2", "max_pool2d", (3, 2, 1)), ("max 2x2", "max_pool2d", (2,)), ("mean 3x3", "avg_pool2d", (3, 1, 1)),
            ("mean 2x2", "avg_pool2d", (2,)),
        ):
            theirs, ours = getattr(torch.nn.functional, name), getattr(rl.nn.functional, name)
            calls: dict[str, Callable[[], object]] = {
                "eager": lambda ours=ours, own=own, args=args: ours(own, *args),
                "torch": lambda theirs=theirs, image=image, args=args: theirs(image, *args),
            }
            rows.append((f"{title} of 112x112, 64 channels, {order}", calls))
    return rows


def normalizations() -> list[tuple[str, dict[str, Callable[[], object]]]]:
    """Global means, batch norm and group norm in both memory orders."""
    rows: list[tuple[str, dict[str, Callable[[], object]]]] = []
    for size, channels, last in itertools.product((7, 14, 56), (64, 512), (True, False)):
        x = torch.from_numpy(np.random.default_rng(0).standard_normal((1, channels, size, size), dtype=np.float32))
        x = x.to(memory_format=torch.channels_last) if last else x
        vectors = [torch.rand(channels) + 0.5 for _ in range(4)]
        pairs = [(library, images, [one if library is torch else rl.from_numpy(one.numpy()) for one in vectors])
                 for library, images in ((rl, rl.from_numpy(x.numpy())), (torch, x))]
        means, batches, groups = ({} for _ in range(3))
        for name, (library, images, given) in zip(("eager", "torch"), pairs):
            means[name] = functools.partial(library.nn.functional.adaptive_avg_pool2d, images, (1, 1))
            batches[name] = functools.partial(library.batch_norm, images, *given, False, 0.1, 1e-5, False)
            groups[name] = functools.partial(library.group_norm, images, 32, *given[:2])
        title = f"of {size}x{size}, {channels} channels, {'channels last' if last else 'planes'}"
        rows += [(f"global mean {title}", means), (f"batch norm {title}", batches), (f"group norm {title}", groups)]
    return rows


def eight_bits() -> list[tuple[str, dict[str, Callable[[], object]]]]:
    """Convolutions of quint8 images, and the same in float32; PyTorch's are those of its default engine."""
    rows: list[tuple[str, dict[str, Callable[[], object]]]] = []
    for layer in (Layer(56, 64, 64, 3), Layer(28, 128, 128, 3), Layer(14, 256, 1024, 1), Layer(28, 192, 192, 3, 1, 192)):
        pad, generator = layer.window // 2, torch.Generator().manual_seed(0)
        shape = (layer.out_channels, layer.channels // layer.groups, layer.window, layer.window)
        x, w = torch.randn(1, layer.channels, layer.size, layer.size, generator=generator), torch.randn(shape, generator=generator)
        images = torch.quantize_per_tensor(x.to(memory_format=torch.channels_last), 0.03, 128, torch.quint8)
        weight = torch.quantize_per_tensor(w, 0.05, 0, torch.qint8)
        settings = ([layer.stride] * 2, [pad] * 2, [1, 1])
        packed = torch.ops.quantized.conv2d_prepack(weight, None, *settings, layer.groups)
        factors = rl.full((layer.out_channels,), 0.03 * 0.05 / 0.1)
        own = PackedWeight(rl.from_numpy(weight.int_repr().numpy()), [0], layer.groups)
        own_images = rl.from_numpy(images.int_repr().numpy())
        floats = rl.from_numpy(x.to(memory_format=torch.channels_last).numpy()), rl.from_numpy(w.numpy()).clone()
        calls: dict[str, Callable[[], object]] = {
            "eager": functools.partial(own.convolve, own_images, 128, *settings, Requantization(factors, None, 100)),
            "torch": functools.partial(torch.ops.quantized.conv2d, images, packed, 0.1, 100),
            "float32": functools.partial(rl.conv2d, *floats, None, *settings, layer.groups),
        }
        rows.append((layer.title, calls))
    return rows


def plain_table(title: str, rows: list[tuple[str, dict[str, Callable[[], object]]]], rounds: int) -> None:
    """Measure and print rows whose contenders are calls alone."""
    names = list(rows[0][1])
    print(f"\n{title}: ms\n\n| | {' | '.join(names)} | torch / eager |\n|---|{'---|' * (len(names) + 1)}")
    for row, calls in rows:
        seconds = fastest(calls, rounds)
        cells = " | ".join(f"{seconds[name] * 1e3:.4f}" for name in names)
        print(f"| {row} | {cells} | {seconds['torch'] / seconds['eager']:.2f} |", flush=True)


def fastest(calls: dict[str, Callable[[], object]], rounds: int, pause: float = 0.0) -> dict[str, float]:
    """Seconds per call of every contender's fastest turn: against a peak, what others did to the machine meanwhile does not count."""
    counts = {name: max(burst_length(call) // 4, 1) for name, call in calls.items()}
    samples: dict[str, list[float]] = {name: [] for name in calls}
    names = list(calls)
    for turn in range(rounds):
        shift = turn % len(names)
        for name in names[shift:] + names[:shift]:
            # the threads of another library may spin on their cores for some milliseconds after their work
            time.sleep(pause)
            calls[name]()
            samples[name].append(time_calls(calls[name], counts[name]))
    return {name: min(values) for name, values in samples.items()}


def table(title: str, layers: list[Layer], threads: int, rounds: int, budget: float) -> None:
    """Measure and print one network's layers."""
    names = ("plan", "eager, channels last", "eager", "torch, channels last", "torch")
    print(f"\n{title}: GFLOP/s (ms), {threads} thread{'s' if threads > 1 else ''}\n")
    print(f"| layer | plan: of the peak | in quiet turns | {' | '.join(names)} |\n|---|---|---|{'---|' * len(names)}")
    totals, operations = dict.fromkeys(names, 0.0), 0.0
    done, taken = [0.0, 0.0], [0.0, 0.0]
    yardsticks = [peak("float32", loads, threads) for loads in (0, LOADS)]
    for layer in layers:
        calls, count = contenders(layer)
        found = shares([calls["plan"]], count, yardsticks[0], budget, second=yardsticks[1])
        seconds = fastest(calls, rounds, 0.0 if threads == 1 else 0.02) if rounds else {}
        cells = " | ".join(f"{count / seconds[name] / 1e9:.0f} ({seconds[name] * 1e3:.3f})" if rounds else "-" for name in names)
        print(f"| {layer.title} | {found.all[0]:.2f} | {found.quiet[0]:.2f} | {cells} |", flush=True)
        for name in seconds:
            totals[name] += layer.count * seconds[name]
        operations += layer.count * count
        for at, share in enumerate((found.all[0], found.quiet[0])):
            # a layer without a quiet turn is left out there
            if not math.isnan(share):
                done[at] += layer.count * count
                taken[at] += layer.count * count / share
    cells = " | ".join(f"{operations / totals[name] / 1e9:.0f} ({totals[name] * 1e3:.1f})" if rounds else "-" for name in names)
    whole = " | ".join(f"{one / other if other else math.nan:.2f}" for one, other in zip(done, taken, strict=True))
    print(f"| all {sum(layer.count for layer in layers)} | {whole} | {cells} |")


def scaling(layers: list[Layer], threads: int, rounds: int) -> None:
    """How much faster threads are than one, by plans and by the yardstick, which take turns."""
    yardstick, _ = peak("float32", threads=threads)
    print(f"\n{threads} threads beside one: ms\n\n| layer | 1 | {threads} | times as fast | yardstick |\n|---|---|---|---|---|")
    totals, of_peak = [0.0, 0.0], list[float]()
    for layer in layers:
        calls, _ = contenders(layer)
        plan, found = calls["plan"], [list[float](), list[float]()]
        count, ratios = burst_length(plan), list[float]()
        for _ in range(rounds):
            turn: list[float] = []
            for at, used in enumerate((1, threads)):
                rl.set_num_threads(used)
                plan()
                found[at].append(time_calls(plan, count))
                turn.append(time_calls(yardstick, 1))
            ratios.append(turn[0] / turn[1])
        one, many = (statistics.median(times) for times in found)
        of_peak.append(statistics.median(ratios))
        print(f"| {layer.title} | {one * 1e3:.3f} | {many * 1e3:.3f} | {one / many:.2f} | {of_peak[-1]:.2f} |", flush=True)
        totals = [total + layer.count * times for total, times in zip(totals, (one, many), strict=True)]
    cells = " | ".join(f"{total * 1e3:.1f}" for total in totals)
    whole = f"{totals[0] / totals[1]:.2f} | {statistics.median(of_peak):.2f}"
    print(f"| all {sum(layer.count for layer in layers)} | {cells} | {whole} |")


def main() -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(prog="python -m bench.convolution", description=__doc__)
    parser.add_argument("--threads", type=int, default=1, help="threads of every contender (default: 1)")
    parser.add_argument("--rounds", type=int, default=9, help="turns per row (default: 9); 0: shares of the peak alone")
    parser.add_argument("--budget", type=float, default=0.4, help="seconds for the share of the peak, per row (default: 0.4)")
    parser.add_argument("--only", choices=("resnet50", "scaling", "mobilenet", "pools", "normalizations", "int8"), help="one table")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    rl.set_num_threads(options.threads)
    with torch.inference_mode():
        if options.only in (None, "resnet50"):
            table("ResNet-50", resnet50(), options.threads, options.rounds, options.budget)
        if options.only == "scaling":
            scaling(resnet50(), max(options.threads, 2), options.rounds)
        if options.only in (None, "mobilenet"):
            table("MobileNet-V2, depthwise", mobilenet(), options.threads, options.rounds, options.budget)
        if options.only in (None, "pools"):
            plain_table("Pooling", pools(), options.rounds)
        if options.only in (None, "normalizations"):
            plain_table("Global means and normalizations", normalizations(), options.rounds)
        if options.only in (None, "int8"):
            plain_table("Eight bits", eight_bits(), options.rounds)
    return 0


if __name__ == "__main__":
    sys.exit(main())

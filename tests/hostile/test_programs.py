"""Programs of hostile models: absurd sizes and numbers at the ends of their ranges end at once, with an exception or a result."""

from __future__ import annotations

import time

import pytest

import rushlight as rl

LEAST = -(1 << 63)
PROGRAMS = {
    # sizes: what no memory holds is refused before anything is computed
    "tensor": ("torch.zeros([n])", 1 << 60),
    "list": ("[0] * n", 1 << 60),
    "positions": ("torch.zeros([4]).as_strided([2], [1], n)", 1 << 62),
    "strides": ("torch.zeros([4]).as_strided([4], [n], 0)", 1 << 61),
    "repeated": ("torch.zeros([4]).repeat([n, n])", 1 << 33),
    "expanded and copied": ("torch.zeros([1]).expand([n]).contiguous()", 1 << 60),
    "border of a convolution": ("torch.conv1d(torch.zeros([1, 1, 4]), torch.zeros([1, 1, 3]), None, [1], [n])", 1 << 60),
    "expanded channels": ("torch.conv1d(torch.zeros([1, 1, 1]).expand([1, n, 1]), torch.zeros([1, 1, 1]).expand([1, n, 1]))", 1 << 31),
    "expanded window": ("torch.conv1d(torch.zeros([1, 1, 1]).expand([1, 1, n]), torch.zeros([1, 1, 1]).expand([1, 1, n]))", 1 << 31),
    "views": ("torch.zeros([1]).expand([n]).unbind()", 1 << 40),
    "endless windows far apart": ("torch.avg_pool1d(torch.ones([1, 1, 4]), [n], [n // 2 - 1], [n // 2], True, False)", 1 << 40),
    "dimensions of a function": ("torch.mvlgamma(torch.ones([1]), n)", 1 << 31),
    "classes": ("torch.bincount(torch.tensor([n]))", 1 << 60),
    # positions
    "read": ("torch.zeros([4])[torch.tensor([n])]", 1 << 61),
    "scattered": ("torch.zeros([4]).scatter_(0, torch.tensor([n]), 1.0)", LEAST),
    "rows": ("torch.embedding(torch.zeros([4, 2]), torch.tensor([n]))", -1),
    # numbers
    "divided by zero": ("torch.tensor([n]) // 0", 1),
    "remainder by zero": ("torch.tensor([n]) % 0", 1),
    "range without steps": ("[i for i in range(0, n, 0)]", 5),
}
RESULTS = {
    "common divisor of the least integer": ("int(torch.gcd(torch.tensor(n), torch.tensor(-1)))", LEAST, 1),
    "common divisor of both ends": ("int(torch.gcd(torch.tensor(-n - 1), torch.tensor(n)))", LEAST, 1),
    "common multiple of the least integer": ("int(torch.lcm(torch.tensor(n), torch.tensor(-1)))", LEAST, LEAST),
    "quotient of the least integer": ("int(torch.tensor(n) // -1)", LEAST, LEAST),
    "remainder of the least integer": ("int(torch.tensor(n) % -1)", LEAST, 0),
    "plain quotient of the least integer": ("n // -1", LEAST, LEAST),
    "slice with endless steps": ("int((torch.ones([4, 2])[-n::n] + 1).sum())", (1 << 63) - 1, 4),
    "convolution with endless strides": (
        "int(torch.conv1d(torch.ones([1, 1, 4]), torch.ones([1, 1, 1]), None, [n], [0], [n]).sum())", 1 << 62, 1,
    ),
    # windows: no more of their items are visited than lie in the image
    "maxima of endless windows": ("int(torch.max_pool2d(torch.ones([1, 1, 4, 4]), [n, n], [1, 1], [n // 2, n // 2]).sum())", 1 << 40, 25),
    "maxima of endless volumes": ("int(torch.max_pool3d(torch.ones([1, 4, 4, 4]), [n], [1], [n // 2]).sum())", 1 << 40, 125),
    "maximum with endless gaps": ("int(torch.max_pool1d(torch.ones([1, 1, 4]), [1], [1], [0], [n]).sum())", (1 << 63) - 1, 4),
    "sum of endless windows": ("int(torch.avg_pool2d(torch.ones([1, 1, 4, 4]), [n], [1], [n // 2], False, True, 1).sum())", 1 << 40, 400),
}


def _run(expression: str, number: int) -> object:
    torch = rl  # the name that programs use
    program = rl.jit.CompilationUnit(f"def f(n: int):\n    return {expression}\n")
    del torch
    began = time.process_time()
    try:
        with rl.jit.limits(steps=1_000_000, bytes=1 << 28):
            return program.f(number)
    finally:
        assert time.process_time() - began < 20


@pytest.mark.parametrize("name", PROGRAMS)
def test_refused_at_once(name: str) -> None:
    with pytest.raises(RuntimeError):
        _run(*PROGRAMS[name])


@pytest.mark.parametrize("name", RESULTS)
def test_result_at_the_ends(name: str) -> None:
    expression, number, expected = RESULTS[name]
    assert _run(expression, number) == expected

"""Limits stop programs that do not end or take too much memory, and nothing else; programs run as before afterwards."""

from __future__ import annotations

from typing import Dict, List

import pytest

import rushlight as rl


def forever(n: int) -> int:
    while True:
        n = n + 1
    return n


def recursive(n: int) -> int:
    return recursive(n + 1)


def counted(n: int) -> int:
    total = 0
    for i in range(n):
        for j in range(n):
            total += i * j
    return total


def helper(n: int) -> int:
    total = 0
    for i in range(n):
        total += i
    return total


def calls_helper(n: int) -> int:
    total = 0
    for _ in range(n):
        total += helper(n)
    return total


def doubles_list(n: int) -> int:
    values = [1, 2, 3, 4]
    for _ in range(n):
        values = values + values
    return len(values)


def extends_itself(n: int) -> int:
    values = [1, 2]
    for _ in range(n):
        values.extend(values)
    return len(values)


def doubles_string(n: int) -> int:
    text = "ab"
    for _ in range(n):
        text = text + text
    return len(text)


def fills_dict(n: int) -> int:
    table: Dict[int, int] = {}
    for i in range(n):
        table[i] = i
    return len(table)


def repeats_list(n: int) -> int:
    return len([0] * n)


def fills_string(n: int) -> int:
    return len("a".ljust(n))


def joins_strings(n: int) -> int:
    return len("a".rjust(n // (1 << 17)).join(["b"] * 10000))


def replaces_letters(n: int) -> int:
    return len("a".ljust(10000, "a").replace("a", "b".zfill(n // (1 << 17))))


def grows_tensor(x, n: int):
    for _ in range(n):
        x = rl.cat([x, x])
    return x


def keeps_tensors(x, n: int) -> int:
    kept: List[rl.Tensor] = []
    for i in range(n):
        kept.append(x + i)
    return len(kept)


def huge_tensor(n: int):
    return rl.zeros([n, n])


class Loops(rl.nn.Module):
    def forward(self, x: rl.Tensor) -> rl.Tensor:
        while True:
            x = self.step(x)
        return x

    def step(self, x: rl.Tensor) -> rl.Tensor:
        return x + 1


@pytest.mark.parametrize("function", [forever, counted, calls_helper])
def test_steps(function: object) -> None:
    scripted = rl.jit.script(function)
    with pytest.raises(rl.jit.LimitExceeded, match="more than 5000 steps"), rl.jit.limits(steps=5000):
        scripted(100)


def test_steps_in_modules() -> None:
    scripted = rl.jit.script(Loops())
    with pytest.raises(rl.jit.LimitExceeded, match="more than 1000 steps"), rl.jit.limits(steps=1000):
        scripted(rl.ones(2))


@pytest.mark.parametrize(("function", "n"), [(doubles_list, 60), (extends_itself, 60), (doubles_string, 60), (fills_dict, 10**7)])
def test_bytes_of_containers(function: object, n: int) -> None:
    scripted = rl.jit.script(function)
    with pytest.raises(rl.jit.LimitExceeded, match="at least"), rl.jit.limits(bytes=100_000):
        scripted(n)


@pytest.mark.parametrize("function", [repeats_list, fills_string, joins_strings, replaces_letters])
def test_bytes_of_one_step(function: object) -> None:
    """What one operator makes at once is refused before it is made."""
    scripted = rl.jit.script(function)
    with pytest.raises(rl.jit.LimitExceeded, match="more memory"), rl.jit.limits(bytes=10_000_000):
        scripted(1 << 34)


def test_bytes_of_tensors() -> None:
    for function, arguments in ((grows_tensor, (rl.ones(100), 60)), (keeps_tensors, (rl.ones(1000), 10**6)), (huge_tensor, (10**6,))):
        scripted = rl.jit.script(function)
        with pytest.raises(rl.jit.LimitExceeded, match="memory"), rl.jit.limits(bytes=10_000_000):
            scripted(*arguments)


def test_what_stays_within_its_limits() -> None:
    scripted = rl.jit.script(calls_helper)
    with rl.jit.limits(steps=100_000, bytes=1 << 20) as budget:
        assert scripted(20) == calls_helper(20)
        used = 100_000 - budget.steps
    assert 400 <= used <= 20_000
    assert scripted(20) == calls_helper(20)
    # memory that was taken under a limit may be taken afterwards
    assert rl.jit.script(grows_tensor)(rl.ones(100), 15).shape == (100 << 15,)


def test_limits_nest() -> None:
    scripted = rl.jit.script(helper)
    with rl.jit.limits(steps=10_000) as outer:
        with pytest.raises(rl.jit.LimitExceeded), rl.jit.limits(steps=10):
            scripted(1000)
        assert scripted(100) == 4950
        assert outer.steps < 10_000
    with pytest.raises(ValueError, match="steps must be a number"), rl.jit.limits(steps=-1):
        pass


def test_recursion_is_refused() -> None:
    with pytest.raises(RuntimeError, match="recursive"):
        rl.jit.script(recursive)

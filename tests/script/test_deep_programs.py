"""Long and deep programs: hundreds of early exits compile in time that grows with their number, and what is too deep is refused."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from time import process_time
from typing import Any

import pytest

import rushlight as rl


def defined(source: str, folder: Path, name: str = "program") -> Callable[..., Any]:
    path = folder / f"{name}.py"
    path.write_text(source, encoding="utf-8")
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.program


def early_returns(count: int) -> str:
    returns = "".join(f"    if x == {i}:\n        return {i * 7}\n" for i in range(count))
    return f"def program(x: int) -> int:\n{returns}    return -1\n"


def exits_of_a_loop(count: int) -> str:
    exits = "".join(f"        if x == {i} + y:\n            {'break' if i % 2 else 'continue'}\n" for i in range(count))
    return f"def program(x: int) -> int:\n    y = 0\n    while y < 1000:\n        y += 1\n{exits}    return y\n"


@pytest.mark.parametrize("source", [early_returns, exits_of_a_loop])
def test_many_exits(source: Callable[[int], str], tmp_path: Path) -> None:
    function = defined(source(200), tmp_path)
    scripted = rl.jit.script(function)
    for value in (-1, 0, 5, 198, 199, 200):
        assert scripted(value) == function(value)


def test_time_grows_with_the_number_of_exits(tmp_path: Path) -> None:
    def seconds(count: int) -> float:
        """The shortest of three turns: one may fall to the collector of a process that has run many tests."""
        times: list[float] = []
        for turn in range(3):
            function = defined(early_returns(count), tmp_path, f"returns{count}_{turn}")
            start = process_time()
            rl.jit.script(function)
            times.append(process_time() - start)
        return min(times)

    seconds(10)
    # 25 times as long if the time grew with the square of the number
    assert seconds(200) < 12 * seconds(40) + 0.2


def test_what_is_too_deep_is_refused_at_its_place(tmp_path: Path) -> None:
    function = defined(early_returns(2000), tmp_path)
    with pytest.raises(RuntimeError, match=r"program: an expression or block is nested too deeply(.|\n)*line 1\n"):
        rl.jit.script(function)

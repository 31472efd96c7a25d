"""What operators remember per layout is bounded, and answers stay right when it is forgotten."""
from __future__ import annotations

import pytest

import rushlight as rl
from rushlight.runtime.ops import plans
from rushlight.runtime.ops.plans import Plans


def test_a_full_cache_starts_anew() -> None:
    kept = Plans[int, str]()
    for number in range(plans.LIMIT):
        kept[number] = "x"
    assert len(kept) == plans.LIMIT
    kept[plans.LIMIT] = "y"
    assert kept == {plans.LIMIT: "y"}


def test_ever_new_shapes_keep_giving_right_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plans, "LIMIT", 3)
    base = rl.arange(20.0)
    for size in [*range(1, 20), *range(1, 20)]:
        x = base[:size]
        assert (x + 1).sum().item() == size * (size + 1) / 2
        assert x.clone().add_(x).tolist() == [2.0 * item for item in range(size)]
        assert rl.cat([x, x]).tolist() == rl.where(rl.cat([x, x]) < 0, 0.0, rl.cat([x, x])).tolist()


def test_in_place_calls_with_converted_or_overlapping_inputs_are_not_confused() -> None:
    for _ in range(2):
        whole, part = rl.arange(6.0), rl.arange(5.0)
        assert whole.clone()[1:].add_(part).tolist() == [1, 3, 5, 7, 9]
        square = rl.arange(4.0).reshape(2, 2)
        for target, source in ((whole[1:], whole[:-1]), (square, square.t())):
            with pytest.raises(RuntimeError, match="refer to a single memory location"):
                target.add_(source)
        assert whole.tolist() == [0, 1, 2, 3, 4, 5] and square.tolist() == [[0, 1], [2, 3]]
        assert rl.arange(4.0).reshape(2, 2).add_(rl.arange(4.0).reshape(2, 2).t()).tolist() == [[0, 3], [3, 6]]
        assert rl.zeros(3).add_(rl.tensor([1, 2, 3])).tolist() == [1, 2, 3]
        assert rl.zeros(3).add_(rl.tensor([[1], [2], [3]]).t()[0]).tolist() == [1, 2, 3]

"""`out` tensors that share memory with an input: refused exactly where PyTorch refuses them."""
from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import pytest

import rushlight as rl

torch = pytest.importorskip("torch")


def places(m: Any, v: Any) -> Any:
    return m.arange(len(v))


CALLS: dict[str, Callable[[Any, Any, Any], Any]] = {
    "add": lambda m, v, out: m.add(v, 1, out=out),
    "exp": lambda m, v, out: m.exp(v, out=out),
    "clamp": lambda m, v, out: m.clamp(v, 0, 2, out=out),
    "isposinf": lambda m, v, out: m.eq(v, v, out=out),
    "cumsum": lambda m, v, out: m.cumsum(v, 0, out=out),
    "cumprod": lambda m, v, out: m.cumprod(v, 0, out=out),
    "gather": lambda m, v, out: m.gather(v, 0, places(m, v), out=out),
    "index_select": lambda m, v, out: m.index_select(v, 0, places(m, v), out=out),
    "take": lambda m, v, out: m.take(v, places(m, v), out=out),
    "cat": lambda m, v, out: m.cat([v], out=out),
    "stack": lambda m, v, out: m.stack([v], out=out.view(1, -1)),
    "sort": lambda m, v, out: m.sort(v, out=(out, places(m, v))),
    "topk": lambda m, v, out: m.topk(v, len(v), out=(out, places(m, v))),
    "masked_select": lambda m, v, out: m.masked_select(v, v >= 0, out=out),
    "scatter": lambda m, v, out: m.scatter(v, 0, places(m, v), v.clone(), out=out),
    "index_add": lambda m, v, out: m.index_add(v, 0, places(m, v), v.clone(), out=out),
    "index_copy": lambda m, v, out: m.index_copy(v, 0, places(m, v), v.clone(), out=out),
    "softmax": lambda m, v, out: m.softmax(v, 0, out=out),
}


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("shift", [0, 1])
def test_refused_where_pytorch_refuses(name: str, shift: int) -> None:
    refused: list[str] = []
    for library in (torch, rl):
        whole: Any = library.arange(6.0)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                CALLS[name](library, whole[shift:], whole[: 6 - shift])
            refused.append("")
        except RuntimeError as error:
            assert library is not rl or whole.tolist() == [0, 1, 2, 3, 4, 5]
            refused.append(str(error)[:60])
    assert refused[0] == refused[1]


WRITES: dict[str, Callable[[Any, Any], Any]] = {
    "index_put_": lambda m, x: x.index_put_((m.tensor([0, 1]),), m.tensor([[1.0, 2, 3], [4, 5, 6]])),
    "added": lambda m, x: x.index_put_((m.tensor([0, 0]),), m.tensor(1.0), accumulate=True),
    "positions": lambda m, x: x.__setitem__(m.tensor([1]), 7.0), "mask": lambda m, x: x.__setitem__(x[:, :1].squeeze(1) == 0, 2.0),
    "index_fill_": lambda m, x: x.index_fill_(1, m.tensor([-1]), 3.0),
    "masked_fill_": lambda m, x: x.masked_fill_(m.tensor([[True, False, False], [False, False, True]]), 4.0),
    "masked_fill_ tensor": lambda m, x: x.masked_fill_(m.tensor([True, False, True]), m.tensor(5)),
    "index_copy_": lambda m, x: x.index_copy_(0, m.tensor([0]), m.ones(1, 3)), "scatter_": lambda m, x: x.scatter_(0, m.tensor([[0]]), 1.0),
    "index_add_": lambda m, x: x.index_add_(0, m.tensor([0]), m.ones(1, 3)), "fill_": lambda m, x: x.fill_(2.0),
    "index_reduce_": lambda m, x: x.index_reduce_(0, m.tensor([0]), m.ones(1, 3), "prod"), "add_": lambda m, x: x.add_(1),
}


@pytest.mark.parametrize("name", WRITES)
def test_expanded_tensors_are_written_where_pytorch_only_warns(name: str) -> None:
    found: list[Any] = []
    for library in (torch, rl):
        whole: Any = library.arange(3.0)
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")
            try:
                WRITES[name](library, whole.expand(2, 3))
                failed = ""
            except RuntimeError as error:
                failed = str(error)[:60]
        texts = {str(each.message).split("(Triggered")[0].strip() for each in seen}
        # PyTorch fills under a mask by another operator, which warns a second time
        found.append((failed, whole.tolist(), {text for text in texts if name != "mask" or "index_put_" in text}))
    assert found[0] == found[1]

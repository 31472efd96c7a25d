"""The short way through a call that was seen before: from arguments to the result without deciding anything.

In: a pattern, a letter for each parameter of a pointwise row. Out: makers of the functions that users' calls reach. They look
up a plan by the layouts and dtypes of the tensors, the types of the numbers and the values of the rest, and run its frame (see
kernels/running/direct.py); whatever has no plan, or turns out to need more care, goes to the general way in pointwise_call.py.

A function is written as source for its pattern, because packing and unpacking arguments costs more than all that it does.
"""
from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

from ..storage import Storage
from ..tensor import Tensor
from .plans import Plans

TENSOR, NUMBER, OTHER = "tno"
"""Letters of a pattern: an operand in memory, a number, and what is neither but chooses the scalar function."""


class _Texts:
    """The pieces of source that differ between patterns."""

    def __init__(self, pattern: str) -> None:
        names = [f"x{at}" for at in range(len(pattern))]
        tensors = [name for name, letter in zip(names, pattern) if letter == TENSOR]
        self.names = ", ".join(names)
        self.layouts = "; ".join(f"{name}_layout = {name}.layout" for name in tensors)
        keys = {TENSOR: "{0}_layout.form, {0}.dtype", NUMBER: "{0}.__class__", OTHER: "{0}"}
        self.key = ", ".join(keys[letter].format(name) for name, letter in zip(names, pattern))
        passed = {TENSOR: "{0}.memory.address, {0}_layout.offset", NUMBER: "{0}", OTHER: ""}
        self.operands = ", ".join(passed[letter].format(name) for name, letter in zip(names, pattern) if letter != OTHER)


_FRESH = """
def make(get, general, allocate, Tensor):
    def run({names}):
        {layouts}
        plan = get(({key},))
        if plan is not None:
            direct, frame, nbytes, layout, dtype, _ = plan
            storage = allocate(nbytes)
            if not direct(frame, storage.address, {operands}):
                return Tensor(storage, layout, dtype)
        return general({names})
    return run
"""
_IN_PLACE = """
def make(get, general):
    def run_in_place({names}):
        {layouts}
        plan = get(({key},))
        if plan is not None:
            direct, frame, _ = plan
            storage = x0.memory
            if storage.writable and not direct(frame, storage.address + x0_layout.offset * x0.dtype.itemsize, {operands}):
                storage.version += 1
                return x0
        return general({names})
    return run_in_place
"""
_OUT = """
def make(get, general):
    def run_out({names}, out):
        {layouts}; out_layout = out.layout
        plan = get(({key}, out_layout.form, out.dtype))
        if plan is not None:
            direct, frame, _ = plan
            storage = out.memory
            if storage.writable and not direct(frame, storage.address + out_layout.offset * out.dtype.itemsize, {operands}):
                storage.version += 1
                return out
        return general({names}, out)
    return run_out
"""
_KEY = """
def key({names}):
    {layouts}
    return ({key},)
"""


@functools.cache
def _compiled(template: str, pattern: str) -> dict[str, Any]:
    names: dict[str, Any] = {}
    exec(template.format(**vars(_Texts(pattern))), names)
    return names


def key_maker(pattern: str) -> Callable[..., tuple[Any, ...]]:
    """What plans are kept under: from arguments to a tuple. The functions below write the same expression out."""
    return _compiled(_KEY, pattern)["key"]


def fresh(pattern: str, defaults: Sequence[Any], plans: Plans[Any, Any], general: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """Into a fresh tensor; a plan is (direct, address of the frame, bytes of the result, its layout, its dtype, frame).

    `defaults` are those of the last parameters.
    """
    run = _compiled(_FRESH, pattern)["make"](plans.get, general, Storage.allocate, Tensor)
    run.__defaults__ = tuple(defaults)
    return run


def in_place(pattern: str, defaults: Sequence[Any], plans: Plans[Any, Any], general: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """Into the first operand; a plan is (direct, address of the frame, frame)."""
    run = _compiled(_IN_PLACE, pattern)["make"](plans.get, general)
    run.__defaults__ = tuple(defaults)
    return run


def into_out(pattern: str, plans: Plans[Any, Any], general: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """Into the tensor that is the last argument; plans are as those in place, keys end with its form and dtype."""
    return _compiled(_OUT, pattern)["make"](plans.get, general)


_PLACING = """
def make(call, values, readers, again):
    {readers}
    def run(args, kwargs):
        {lists}
        return call({given})
    return run
"""
_LIST = """
        list{at} = read{at}({place})
        if list{at} is None:
            return again(args, kwargs)
"""
Place = int | str | slice | None
"""Where a call has an argument: by number or name; a slice are all positional ones from its start on, as one list; None: nowhere."""
Reader = Callable[[Any], list[Any] | float | None]
"""What makes a list, or a float of an int, of an argument; None where it cannot."""


def placing(
    call: Callable[..., Any], places: Sequence[Place], values: Sequence[Any], readers: dict[int, Reader], again: Callable[..., Any]
) -> Callable[..., Any]:
    """`run(args, kwargs)` that calls `call` with each argument from its place; `values` has those without one.

    `readers` are for arguments that are converted, by their number; where one answers None, `again` takes the whole call.
    """
    given: list[str] = []
    lists: list[str] = []
    for at, place in enumerate(places):
        text = _place_text(at, place)
        if at in readers:
            lists.append(_LIST.format(at=at, place=text))
        given.append(f"list{at}" if at in readers else text)
    named = "; ".join(f"read{at} = readers[{at}]" for at in readers)
    names: dict[str, Any] = {}
    exec(_PLACING.format(given=", ".join(given), lists="".join(lists), readers=named), names)
    return names["make"](call, values, readers, again)


def _place_text(at: int, place: Place) -> str:
    if place is None:
        return f"values[{at}]"
    if isinstance(place, slice):
        return f"[*args[{place.start}:]]" if place.start else "[*args]"
    return f"args[{place}]" if isinstance(place, int) else f"kwargs[{place!r}]"

"""From a row to the function that runs it on complete arguments."""
from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, assert_never

from .. import typesystem as types
from ..layout import Layout
from ..tensor import Tensor
from .overlap import check_out, check_writable
from .plans import Plans
from .pointwise_call import check_castable, pointwise_callable
from .quantized.quantized_forms import with_form
from .resizing import resize_output
from .shape.copying import copy_into
from .table import Kind, Op, Sharing


def make_callable(op: Op) -> Callable[..., Any]:
    """The function behind `op(...)`."""
    if op.kind is Kind.POINTWISE:
        return pointwise_callable(op)
    run = with_form(op.key, _functional(op))
    if op.base is None:
        return run
    if len(op.schema.returns) > 1:
        return _into_several(op, run, len(op.schema.returns))
    return _into_out(op, run) if op.writes_out else _into_self(run)


def _functional(op: Op) -> Callable[..., Any]:
    match op.kind:
        case Kind.VIEW:
            return _view(op)
        case Kind.COMPOSITE | Kind.KERNEL | Kind.HOST | Kind.BUILTIN | Kind.REDUCTION | Kind.POINTWISE:
            return op.body
        case _:
            assert_never(op.kind)


def _view(op: Op) -> Callable[..., Any]:
    body = op.body
    rest = {argument.type for argument in op.schema.args[1:]}
    if not rest <= {types.INT, types.ListType(types.INT)}:

        def run_anew(self: Tensor, *args: Any) -> Tensor | list[Tensor]:
            return _over(self, body(self.layout, *args))

        return run_anew
    # a result follows from the layout and some integers, and takes longer to work out than to find again
    known = Plans[tuple[Any, ...], Any]()
    get = known.get
    has_lists = types.ListType(types.INT) in rest

    def run(self: Tensor, *args: Any) -> Tensor | list[Tensor]:
        layout = self.layout
        key = (layout, *[tuple(arg) if arg.__class__ is list else arg for arg in args]) if has_lists else (layout, *args)
        found = get(key)
        if found is None:
            found = known[key] = body(layout, *args)
        return Tensor(self.memory, found, self.dtype) if found.__class__ is Layout else _over(self, found)

    return run


def spread_view(op: Op, rest: tuple[Any, ...]) -> Callable[..., Any] | None:
    """What runs a view on a tensor and ints one by one, which are its first list, with `rest` after them: `x.view(2, 3)`.

    None for other rows. It is the shortest way to the most frequent calls of models.
    """
    if op.kind is not Kind.VIEW or with_form(op.key, op.body) is not op.body:
        return None
    body = op.body
    known = Plans[tuple[Any, ...], Any]()
    get = known.get

    def run(self: Tensor, *sizes: int) -> Tensor | list[Tensor]:
        layout = self.layout
        found = get((layout, *sizes))
        if found is None:
            found = known[layout, *sizes] = body(layout, [*sizes], *rest)
        return Tensor(self.memory, found, self.dtype) if found.__class__ is Layout else _over(self, found)

    return run


def _over(self: Tensor, found: Any) -> Tensor | list[Tensor]:
    """The memory of a tensor with another layout, or with each of several."""
    if found.__class__ is Layout:
        return Tensor(self.memory, found, self.dtype)
    return [Tensor(self.memory, layout, self.dtype) for layout in found]


def _into_self(run: Callable[..., Tensor]) -> Callable[..., Tensor]:
    def run_in_place(self: Tensor, *args: Any) -> Tensor:
        result = run(self, *args)
        check_castable(result.dtype, self.dtype)
        return copy_into(self, result)

    return run_in_place


def _into_out(op: Op, run: Callable[..., Tensor]) -> Callable[..., Tensor]:
    complete, same = _completed(op), op.traits.same_out

    def run_into(*args: Any) -> Tensor:
        out = args[-1]
        result = run(*complete(args))
        if same is not None and result.dtype is not out.dtype:
            raise RuntimeError(same(result.dtype, out.dtype))
        check_castable(result.dtype, out.dtype)
        if op.traits.out is Sharing.NONE:
            check_writable(out)
        resize_output(out, result.layout.shape)
        check_out(op.traits.out, args[:-1], out)
        return copy_into(out, result)

    return run_into


def _into_several(op: Op, run: Callable[..., tuple[Tensor, ...]], count: int) -> Callable[..., tuple[Tensor, ...]]:
    def run_into_several(*args: Any) -> tuple[Tensor, ...]:
        results, outs = run(*args[:-count]), args[-count:]
        for result, out in zip(results, outs):
            if op.traits.same_out is not None and result.dtype is not out.dtype:
                raise RuntimeError(op.traits.same_out(result.dtype, out.dtype))
            check_castable(result.dtype, out.dtype)
            resize_output(out, result.layout.shape)
            check_out(op.traits.out, args[:-count], out)
            copy_into(out, result)
        # a tuple with named parts, as without out=
        return type(results)(*outs) if hasattr(results, "_fields") else outs

    return run_into_several


def _completed(op: Op) -> Callable[[tuple[Any, ...]], Sequence[Any]]:
    """From the arguments of an out= overload to those of its functional row.

    A dtype that only the row takes is `out`'s, and so is one that a reduction is not given.
    """
    assert op.base is not None
    given = [argument.name for argument in op.schema.args[:-1]]
    wanted = [argument.name for argument in op.base.schema.args]
    if given == wanted and not (op.kind is Kind.REDUCTION and "dtype" in given):
        return lambda args: args[:-1]
    places = [given.index(name) if name in given else None for name in wanted]
    dtype = wanted.index("dtype")

    def complete(args: tuple[Any, ...]) -> list[Any]:
        values = [None if place is None else args[place] for place in places]
        if values[dtype] is None:
            values[dtype] = args[-1].dtype
        return values

    return complete

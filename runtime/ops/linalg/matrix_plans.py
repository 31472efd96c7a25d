"""Plans of matrix products: from layouts and dtypes to what runs the product, kept so that it is worked out once.

`planned` takes two matrices or two batches; `batched` takes tensors whose leading dimensions broadcast, and copies nothing where
strides allow. A `Plan` allocates and runs. `ShortProducts` remembers plans a second time, under the arguments of the function that
was called: a product seen before begins without a question, a small one without ctypes.
"""
from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

from ...dtype import DType
from ...kernels.matrix.epilogue import PLAIN, Epilogue
from ...kernels.matrix.products import Panels, Product, Sizes, Strides, TurnedProduct, plan_product, plan_weights
from ...kernels.matrix.words import Types
from ...kernels.running.direct import direct
from ...layout import Layout
from ...storage import derived, keeps_derived
from ...tensor import Tensor, new_like
from ..fast_calls import fresh, key_maker
from ..host import bits, wrapped
from ..plans import Plans


class Plan:
    """A product of matrices, or of batches of them, of given strides and dtypes."""

    __slots__ = ("dtype", "layout", "product")

    def __init__(self, product: Product | TurnedProduct | None, shape: Sequence[int], dtype: DType) -> None:
        self.product, self.layout, self.dtype = product, Layout.contiguous(tuple(shape)), dtype
        """What runs it, None for an empty or complex result; layout and dtype of the result."""

    def run(self, a: Tensor, b: Tensor, bias: Tensor | None = None) -> Tensor:
        """epilogue(a @ b + bias)."""
        if self.dtype.is_complex:
            product = wrapped(bits(a) @ bits(b))
            return product if bias is None else wrapped(bits(product) + bits(bias))
        first, second = a.address, b.address
        out = new_like(self.layout, self.dtype)
        if self.product is not None:
            self.product.run(first, second, out.address, 0 if bias is None else bias.address)
        return out


def _strides(layout: Layout) -> Strides:
    strides = layout.strides
    return Strides(strides[-2], strides[-1], strides[0] if len(strides) == 3 else 0)


_plans = Plans[tuple[Any, ...], Plan]()


def planned(
    a: Tensor, b: Tensor, bias: Tensor | None = None, out: DType | None = None, epilogue: Epilogue = PLAIN, numbers: tuple[float, ...] = ()
) -> Plan:
    """The plan for two matrices, or two batches, of one dtype whose sizes fit; the bias has the product's shape, contiguous rows.

    `out` is the dtype of the result, the operands' unless given; the bias has either.
    """
    form, dtype = (None, a.dtype) if bias is None else (bias.layout.form, bias.dtype)
    key = (a.layout.form, b.layout.form, a.dtype, form, dtype, out, epilogue, numbers)
    plan = _plans.get(key)
    if plan is None:
        plan = _plans[key] = _plan(a, b, bias, out or a.dtype, epilogue, numbers)
    return plan


def _plan(a: Tensor, b: Tensor, bias: Tensor | None, out: DType, epilogue: Epilogue, numbers: tuple[float, ...]) -> Plan:
    shape = (*a.layout.shape[:-1], b.layout.shape[-1])
    if out.is_complex:
        return Plan(None, shape, out)
    sizes = Sizes(shape[-2], shape[-1], a.layout.shape[-1], shape[0] if len(shape) == 3 else 1)
    types = Types(a.dtype.name, out.name, (a if bias is None else bias).dtype.name, epilogue)
    c, addend = _strides(Layout.contiguous(shape)), None if bias is None else _strides(bias.layout)
    return Plan(plan_product(types, sizes, _strides(a.layout), _strides(b.layout), c, addend, numbers), shape, out)


def batched(a: Tensor, b: Tensor, batch: tuple[int, ...]) -> Plan | None:
    """The plan for tensors of two or more dimensions and one dtype, whose leading dimensions broadcast to `batch`.

    None where the matrices of one of them lie as no two strides say: a copy is needed.
    """
    rows, depth = a.layout.shape[-2:]
    columns = b.layout.shape[-1]
    levels = _levels(batch, _batch_strides(a.layout, batch), _batch_strides(b.layout, batch))
    left, right = a.layout.strides[-2:], b.layout.strides[-2:]
    if len(levels) == 1 and levels[0][2] == 0 and levels[0][1] == rows * left[0]:
        # matrices below one another times the same one are one matrix
        rows, levels = rows * levels[0][0], []
    if len(levels) > 2:
        return None
    outer, inner = ((1, 0, 0), (1, 0, 0), *levels)[-2:]
    sizes = Sizes(rows, columns, depth, outer[0] * inner[0], inner[0])
    types = Types(a.dtype.name, a.dtype.name, a.dtype.name)
    first, second = Strides(left[0], left[1], inner[1], outer[1]), Strides(right[0], right[1], inner[2], outer[2])
    product = plan_product(types, sizes, first, second, Strides(columns, 1, rows * columns))
    return Plan(product, (*batch, a.layout.shape[-2], columns), a.dtype)


def _batch_strides(layout: Layout, batch: tuple[int, ...]) -> list[int]:
    """From each matrix to the next along the dimensions of `batch`."""
    shape, strides = layout.shape[:-2], layout.strides[:-2]
    own = [0 if size == 1 else stride for size, stride in zip(shape, strides)]
    return [0] * (len(batch) - len(own)) + own


def _levels(batch: tuple[int, ...], a: list[int], b: list[int]) -> list[tuple[int, int, int]]:
    """Sizes and both strides of the batch's dimensions, of which those that adjoin in both tensors are one."""
    found: list[tuple[int, int, int]] = []
    for size, left, right in zip(batch, a, b, strict=True):
        if size == 1:
            continue
        if found and found[-1][1] == left * size and found[-1][2] == right * size:
            found[-1] = (found[-1][0] * size, left, right)
        else:
            found.append((size, left, right))
    return found


class WeightProduct:
    """A product with a matrix whose panels are kept beside it (`storage.derived`), of given strides and dtypes."""

    __slots__ = ("layout", "panels", "product")

    def __init__(self, panels: Panels, product: Product, shape: Sequence[int]) -> None:
        self.panels, self.product, self.layout = panels, product, Layout.contiguous(tuple(shape))

    def run(self, a: Tensor, b: Tensor, bias: Tensor | None = None) -> Tensor:
        """a @ b + bias, in the shape that was given."""
        out = new_like(self.layout, a.dtype)
        panels = self.panels
        packed = derived(b.memory, (b.layout.offset, panels.identity), lambda: panels.pack(b.address))
        self.product.run(a.address, packed.address, out.address, 0 if bias is None else bias.address)
        return out


def weight_product(a: Tensor, b: Tensor, bias: Tensor | None, shape: Sequence[int]) -> WeightProduct | None:
    """The product of two matrices, seen in a shape, if it is worth keeping the panels of b and they can be kept."""
    if a.dtype.is_complex or not keeps_derived(b.memory) or (bias is not None and bias.dtype is not a.dtype):
        return None
    (rows, depth), columns = a.layout.shape, b.layout.shape[1]
    addend = None if bias is None else _strides(bias.layout)
    name = a.dtype.name
    found = plan_weights(
        Types(name, name, name), Sizes(rows, columns, depth), _strides(a.layout), _strides(b.layout), Strides(columns, 1), addend
    )
    return None if found is None else WeightProduct(*found, shape)


class ShortProducts:
    """Products by the arguments of a function: the letters of its parameters as in fast_calls.py."""

    def __init__(self, pattern: str) -> None:
        self._pattern, self._key = pattern, key_maker(pattern)
        self._plans = Plans[tuple[Any, ...], Any]()

    def remember(self, plan: Plan, arguments: tuple[Any, ...], operands: str, used: Sequence[Tensor], shape: Sequence[int]) -> None:
        """`plan`, run on `used`, and seen in `shape`, is what these arguments come to.

        `operands` has a letter for each tensor among the arguments, as for `Product.frame`. Nothing is remembered where a copy
        of one of them was used.
        """
        tensors = [argument for argument in arguments if isinstance(argument, Tensor)]
        places = ["ab+".index(letter) for letter in operands]
        if plan.product is None or any(used[at].memory is not tensor.memory for at, tensor in zip(places, tensors, strict=True)):
            return
        layout = Layout.contiguous(tuple(shape))
        itemsizes = [tensor.dtype.itemsize for tensor in tensors]
        frame = plan.product.frame(itemsizes, operands)
        if frame is None:
            order = [operands.index(letter) for letter in "ab+" if letter in operands]
            run, address = _long_run(plan.product, [(2 * at, itemsizes[at]) for at in order]), 0
        else:
            run, address = direct(), frame.address
        self._plans[self._key(*arguments)] = run, address, layout.numel * plan.dtype.itemsize, layout, plan.dtype, frame

    def before(self, general: Callable[..., Tensor], defaults: tuple[Any, ...] = ()) -> Callable[..., Tensor]:
        """The function that tries what is remembered, and then the general way."""
        return functools.update_wrapper(fresh(self._pattern, defaults, self._plans, general), general)


def _long_run(product: Product | TurnedProduct, places: Sequence[tuple[int, int]]) -> Callable[..., int]:
    """What takes the place of `direct()` for a product that no frame runs; `places` of A, B and the bias among the operands, item sizes."""
    run = product.run

    def call(frame: int, out: int, *operands: int) -> int:
        del frame
        a, b, *bias = [operands[at] + operands[at + 1] * itemsize for at, itemsize in places]
        run(a, b, out, *bias)
        return 0

    return call

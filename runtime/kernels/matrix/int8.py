"""Products of int8 matrices in int32: two neighbours along the depth are one 32-bit item, which one instruction multiplies and adds.

In: A (rows x depth) of int8 or uint8, B (depth x columns) of int8, any strides. Out: C in int32, contiguous. `pairs_kernel` widens
both to 16 bits, side by side; then they are multiplied as matrices of int32 items by the packed tiles of gemm.py. Sums wrap.
"""
from __future__ import annotations

import functools

from ...dtype import DType, int8
from ...storage import Storage
from ..compiling.compiler import emitted_kernel
from ..compiling.emitter import Builder, Pointer, Value
from ..compiling.functions import Functions
from ..compiling.isa import Isa, current
from ..running.engine import Kernel
from ..running.launch import launch
from .products import Product, Sizes, Strides, plan_pairs


def multiply_int8(left: DType, sizes: Sizes, a: Strides, b: Strides, a_address: int, b_address: int, c_address: int) -> None:
    """C = A @ B for matrices at these addresses; `left` is A's dtype."""
    pairs = -(-sizes.depth // 2)
    plan = _plan(Sizes(sizes.rows, sizes.columns, pairs), current())
    if plan is None:
        return
    rows, columns = Storage.allocate(max(4 * sizes.rows * pairs, 1)), Storage.allocate(max(4 * sizes.columns * pairs, 1))
    words = (a_address, rows.address, pairs, sizes.depth, a.row, 2 * a.column, a.column)
    launch(pairs_kernel(left, False), words, sizes.rows, work=sizes.rows * pairs)
    words = (b_address, columns.address, sizes.columns, sizes.depth, 2 * b.row, b.column, b.row)
    launch(pairs_kernel(int8, True), words, pairs, work=sizes.columns * pairs)
    plan.run(rows.address, columns.address, c_address)


@functools.lru_cache(maxsize=256)
def _plan(sizes: Sizes, isa: Isa) -> Product | None:
    """Planning takes longer than small products do; `isa` is what plans are made for."""
    del isa
    return plan_pairs(sizes)


@functools.cache
def pairs_kernel(dtype: DType, along_rows: bool) -> Kernel:
    """Item (i, j) of the target holds two items of the source, 16 bits each; the second is 0 behind the end of the depth.

    Words: 0 source, 1 target (int32, rows contiguous), 2 columns of the target, 3 depth, 4 row stride, 5 column stride, 6 from the
    first of a pair to the second. Items are rows. Pairs are counted by rows (`along_rows`) or by columns.
    """

    def write(builder: Builder, functions: Functions) -> None:
        columns, depth, row_stride, column_stride, beside = (builder.word(at) for at in range(2, 7))
        with builder.loop(builder.stop - builder.start, vectorize=False) as number:
            row = builder.start + number
            source = builder.pointer(dtype.name, builder.word(0)).at(row * row_stride).independent()
            target = builder.pointer("int32", builder.word(1)).at(row * columns).independent()
            whole = builder.select(row * 2 + 1 < depth, columns, 0) if along_rows else depth // 2
            with builder.loop(whole, independent=True) as at:
                target[at] = _pair(source.at(at * column_stride), beside)
            with builder.loop(columns - whole, independent=True) as at:
                target[whole + at] = source[(whole + at) * column_stride].to("int32") & 0xFFFF

    return emitted_kernel(f"pairs_{dtype.name}_{'rows' if along_rows else 'columns'}", write, dtype.name, along_rows)


def _pair(source: Pointer, beside: Value) -> Value:
    return (source[0].to("int32") & 0xFFFF) | (source[beside].to("int32") << 16)

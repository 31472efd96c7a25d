"""Copies: into another tensor, into another dtype, into another memory order."""
from __future__ import annotations

from collections.abc import Callable

from ... import dtype as dtypes
from ...dtype import DType
from ...kernels.loops.pointwise import identity
from ...kernels.loops.row_copies import row_copy_plan
from ...kernels.loops.transposing import transposing_plan
from ...kernels.running.cost import moving
from ...kernels.running.direct import Frame, direct
from ...layout import Layout, broadcast_shapes
from ...storage import Storage
from ...tensor import Tensor, new_like
from ..elementwise import Launch, dense_layout, prepare, walked
from ..host import decoded, encode
from ..overlap import check_writable, input_for_write
from ..plans import Plans

_Key = tuple[Layout, DType, Layout, DType]
_launches = Plans[_Key, Launch]()
_short = Plans[_Key, tuple[Callable[..., int], int, Frame]]()
"""Small copies: the built-in function that runs a frame, its address, the frame."""
_dense = Plans[Layout, Layout]()


def copy_items(target: Tensor, source: Tensor) -> None:
    """Copy items of broadcastable `source` into `target`, which does not overlap it; nothing is checked or counted."""
    key = (target.layout.form, target.dtype, source.layout.form, source.dtype)
    short = _short.get(key)
    if short is not None:
        short[0](short[1], target.address, source.memory.address, source.layout.offset)
        return
    if not (_converts(target.dtype) and _converts(source.dtype)):
        if target.dtype is source.dtype and target.dtype.numpy is None:
            _copy_bits(target, source)
        else:
            encode(target, decoded(source))
        return
    launch = _launches.get(key)
    if launch is None:
        launch = _launches[key] = _copy(*key)
        frame = launch.frame([(source.layout, source.dtype)])
        if frame is not None:
            _short[key] = direct(), frame.address, frame
    launch.run((source,), target.address)


def short_copy(target: Tensor, source: Tensor) -> tuple[Callable[..., int], int, Frame] | None:
    """What repeats a small copy made before, for callers that keep it: `found[0](found[1], address, source's address, its offset)`."""
    return _short.get((target.layout.form, target.dtype, source.layout.form, source.dtype))


def _copy(target: Layout, target_dtype: DType, source: Layout, source_dtype: DType) -> Launch:
    """The launch of a copy between these layouts: whole rows, crosswise in blocks, else item by item."""
    if source_dtype is target_dtype:
        dims = walked(target, [source])
        pairs = [(size, (steps[0], steps[1])) for size, steps in dims]
        found = row_copy_plan(target_dtype.itemsize, pairs) or transposing_plan(target_dtype.itemsize, pairs)
        if found is not None:
            kernel, items, words = found
            return Launch(kernel, items, [None], words, moving(2 * target.numel * target_dtype.itemsize))
    return prepare(identity, target_dtype, [(source, source_dtype)], target, target_dtype)


def laid_out(source: Tensor, layout: Layout, dtype: DType | None = None) -> Tensor:
    """A copy of `source` in the memory order of `layout`, which has no gaps and the shape of `source`, and in a dtype."""
    result = new_like(layout, dtype or source.dtype)
    copy_items(result, source)
    if result.dtype.is_quantized:
        result.memory.quantizer = source.memory.quantizer
    return result


def _converts(dtype: DType) -> bool:
    return dtype.computes or dtype is dtypes.complex64 or dtype is dtypes.complex128


def _copy_bits(target: Tensor, source: Tensor) -> None:
    """Copy items of a dtype that NumPy lacks as plain bits of the same size."""
    carrier = dtypes.uint8 if target.dtype.itemsize == 1 else dtypes.int16 if target.dtype.itemsize == 2 else dtypes.int32
    copy_items(Tensor(target.memory, target.layout, carrier), Tensor(source.memory, source.layout, carrier))


_into = Plans[_Key, tuple[Callable[..., int], int, Frame]]()
"""Small copies into memory that the source may share: the built-in function, its frame's address, the frame."""


def copy_into(target: Tensor, source: Tensor) -> Tensor:
    """Copy the items of `source`, broadcast and converted, into `target`; answers `target`."""
    to, storage = target.layout, target.memory
    key = (to.form, target.dtype, source.layout.form, source.dtype)
    short = _into.get(key)
    if short is not None and storage.writable:
        address = storage.address + to.offset * target.dtype.itemsize
        if not short[0](short[1], address, source.memory.address, source.layout.offset):
            storage.version += 1
            return target
    check_writable(target)
    shapes = target.layout.shape, source.layout.shape
    if shapes[0] != shapes[1] and broadcast_shapes(shapes) != shapes[0]:
        raise RuntimeError(
            f"output with shape {list(target.layout.shape)} doesn't match the broadcast shape "
            f"{list(broadcast_shapes([target.layout.shape, source.layout.shape]))}"
        )
    copy_items(target, input_for_write(source, target))
    storage.version += 1
    launch = _launches.get(key)
    frame = None if launch is None else launch.frame([(source.layout, source.dtype)], (to, target.dtype))
    if frame is not None:
        _into[key] = direct(), frame.address, frame
    return target


def converted(source: Tensor, dtype: DType, *, copy: bool = False) -> Tensor:
    """`source` itself if it has the dtype already (and no copy is asked for), else a fresh tensor in the same memory order."""
    if source.dtype is dtype and not copy:
        return source
    form = source.layout.form
    layout = _dense.get(form)
    if layout is None:
        layout = _dense[form] = dense_layout(form.shape, [form])
    return laid_out(source, layout, dtype)


_clones = Plans[tuple[Layout, DType], tuple[Callable[..., int], int, int, Layout, Frame]]()
"""Small copies into fresh memory: the built-in function, its frame's address, bytes and layout of the copy, the frame."""


def clone(source: Tensor) -> Tensor:
    """A copy in the same memory order."""
    layout, dtype = source.layout, source.dtype
    known = _clones.get((layout.form, dtype))
    if known is not None:
        direct, frame, nbytes, dense, _ = known
        storage = Storage.allocate(nbytes)
        direct(frame, storage.address, source.memory.address, layout.offset)
        return Tensor(storage, dense, dtype)
    result = converted(source, dtype, copy=True)
    short = short_copy(result, source)
    if short is not None:
        _clones[layout.form, dtype] = short[0], short[1], result.layout.numel * dtype.itemsize, result.layout, short[2]
    return result


def contiguous(source: Tensor) -> Tensor:
    """`source` itself if its items lie in row-major order without gaps, else a copy that does."""
    if source.layout.is_contiguous:
        return source
    return laid_out(source, Layout.contiguous(source.layout.shape))

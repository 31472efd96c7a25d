"""Copies: into another tensor, into another dtype, into another memory order."""
from __future__ import annotations

from .. import dtype as dtypes
from ..dtype import DType
from ..kernels.pointwise import identity
from ..layout import Layout, broadcast_shapes
from ..tensor import Tensor, new_empty, new_like
from .elementwise import Launch, dense_layout, prepare
from .host import decoded, encode
from .overlap import check_writable, input_for_write
from .plans import Plans

_launches = Plans[tuple[Layout, DType, Layout, DType], Launch]()


def copy_items(target: Tensor, source: Tensor) -> None:
    """Copy items of broadcastable `source` into `target`, which does not overlap it; nothing is checked or counted."""
    if not (target.dtype.computes and source.dtype.computes):
        if target.dtype is source.dtype and target.dtype.numpy is None:
            _copy_bits(target, source)
        else:
            encode(target, decoded(source))
        return
    key = (target.layout.form, target.dtype, source.layout.form, source.dtype)
    launch = _launches.get(key)
    if launch is None:
        launch = _launches[key] = prepare(identity, target.dtype, [(source.layout, source.dtype)], target.layout, target.dtype)
    launch.run((source,), target.address)


def _copy_bits(target: Tensor, source: Tensor) -> None:
    """Copy items of a dtype that NumPy lacks as plain bits of the same size."""
    carrier = dtypes.uint8 if target.dtype.itemsize == 1 else dtypes.int16 if target.dtype.itemsize == 2 else dtypes.int32
    copy_items(Tensor(target.storage, target.layout, carrier), Tensor(source.storage, source.layout, carrier))


def copy_into(target: Tensor, source: Tensor) -> Tensor:
    """Copy the items of `source`, broadcast and converted, into `target`; answers `target`."""
    check_writable(target)
    if broadcast_shapes([target.layout.shape, source.layout.shape]) != target.layout.shape:
        raise RuntimeError(
            f"output with shape {list(target.layout.shape)} doesn't match the broadcast shape "
            f"{list(broadcast_shapes([target.layout.shape, source.layout.shape]))}"
        )
    copy_items(target, input_for_write(source, target))
    target.storage.version += 1
    return target


def converted(source: Tensor, dtype: DType, *, copy: bool = False) -> Tensor:
    """`source` itself if it has the dtype already (and no copy is asked for), else a fresh tensor in the same memory order."""
    if source.dtype is dtype and not copy:
        return source
    result = new_like(dense_layout(source.layout.shape, [source.layout]), dtype)
    copy_items(result, source)
    return result


def clone(source: Tensor) -> Tensor:
    """A copy in the same memory order."""
    return converted(source, source.dtype, copy=True)


def contiguous(source: Tensor) -> Tensor:
    """`source` itself if its items lie in row-major order without gaps, else a copy that does."""
    if source.layout.is_contiguous:
        return source
    result = new_empty(source.layout.shape, source.dtype)
    copy_items(result, source)
    return result

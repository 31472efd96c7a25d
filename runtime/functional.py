"""Functions of PyTorch's namespace that take any number of tensors where the operator behind them takes a list."""
from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from .dtype import bool_, int64
from .layout import broadcast_shapes as common_shape
from .meta_storage import also_without_data
from .tensor import Size, Tensor

if TYPE_CHECKING:
    from .ops.table import Op


def _row(key: str) -> Op:
    from .ops.table import required

    return required(f"aten::{key}")


def _listed(tensors: tuple[Any, ...]) -> list[Tensor]:
    """`f(a, b)` and `f([a, b])` mean the same."""
    if len(tensors) == 1 and isinstance(tensors[0], list | tuple):
        return [*cast("Sequence[Tensor]", tensors[0])]
    return [*tensors]


@also_without_data
def broadcast_tensors(*tensors: Any) -> tuple[Tensor, ...]:
    """All tensors repeated to their common shape; RuntimeError where they have none."""
    return tuple(_row("broadcast_tensors")(_listed(tensors)))


def broadcast_shapes(*shapes: int | Sequence[int]) -> Size:
    """The shape that tensors of these shapes have together; RuntimeError where they have none."""
    listed = [(shape,) if isinstance(shape, int) else tuple(shape) for shape in shapes]
    if any(size < 0 for shape in listed for size in shape):
        raise RuntimeError(f"Trying to create tensor with negative dimension: {listed}")
    return Size(common_shape(listed)) if listed else Size(())


@also_without_data
def meshgrid(*tensors: Any, indexing: str = "ij") -> tuple[Tensor, ...]:
    """Each vector repeated along the others' dimensions: indexed as matrices are ("ij"), or x before y ("xy")."""
    return tuple(_row("meshgrid.indexing")(_listed(tensors), indexing))


@also_without_data
def nonzero(input: Tensor, *, out: Tensor | None = None, as_tuple: bool = False) -> Any:
    """The positions of the items that are not 0, a row each; or one vector per dimension."""
    if out is None:
        return input.nonzero(as_tuple=as_tuple)
    return _row("nonzero.out")(input, out)


@also_without_data
def block_diag(*tensors: Any) -> Tensor:
    """A matrix with the tensors along its diagonal and zeros elsewhere."""
    return _row("block_diag")(list(tensors))


@also_without_data
def einsum(equation: str, *operands: Any) -> Tensor:
    """Products of tensors summed over the dimensions that `equation` leaves out: `einsum("bij,bjk->bik", a, b)`."""
    return _row("einsum")(equation, _listed(operands), None)


@also_without_data
def tensordot(a: Tensor, b: Tensor, dims: int | Tensor | Sequence[Sequence[int]] = 2, out: Tensor | None = None) -> Tensor:
    """Products summed over pairs of dimensions: the last `dims` of `a` and the first of `b`, or two lists of dimensions."""
    if isinstance(dims, Tensor):
        dims = dims.tolist() if dims.numel() > 1 else int(dims.item())
    if isinstance(dims, int):
        if dims < 0:
            raise RuntimeError(f"tensordot expects dims >= 0, but got dims={dims}")
        if dims > min(a.ndim, b.ndim):
            raise RuntimeError(f"tensordot expects dims < ndim_a or ndim_b, but got dims={dims}")
        left, right = [*range(-dims, 0)], [*range(dims)]
    else:
        left, right = ([*one] for one in dims)
    return _row("tensordot")(a, b, left, right) if out is None else _row("tensordot.out")(a, b, left, right, out)


@also_without_data
def chain_matmul(*matrices: Tensor, out: Tensor | None = None) -> Tensor:
    """The product of all matrices, in the order that multiplies least."""
    return _row("chain_matmul")([*matrices]) if out is None else _row("chain_matmul.out")([*matrices], out)


@also_without_data
def cartesian_prod(*tensors: Any) -> Tensor:
    """All combinations of the items of several vectors, one per row."""
    return _row("cartesian_prod")(list(tensors))


def _at_least(rank: int, tensors: tuple[Any, ...]) -> Any:
    found = _row(f"atleast_{rank}d.Sequence")(_listed(tensors))
    alone = len(tensors) == 1 and isinstance(tensors[0], Tensor)
    return found[0] if alone else tuple(found)


def atleast_1d(*tensors: Any) -> Any:
    """Each tensor with at least one dimension."""
    return _at_least(1, tensors)


def atleast_2d(*tensors: Any) -> Any:
    """Each tensor with at least two dimensions; a vector becomes a row."""
    return _at_least(2, tensors)


def atleast_3d(*tensors: Any) -> Any:
    """Each tensor with at least three dimensions; a vector becomes (1, n, 1), a matrix (m, n, 1)."""
    return _at_least(3, tensors)


@also_without_data
def unique(
    input: Tensor, sorted: bool = True, return_inverse: bool = False, return_counts: bool = False, dim: int | None = None
) -> Any:
    """The distinct items in ascending order, or slices of `dim`; with the place of each item's like and the counts if asked for."""
    if dim is None:
        found = _row("_unique2")(input, sorted, return_inverse, return_counts)
    else:
        found = _row("unique_dim")(input, dim, sorted, return_inverse, return_counts)
    return _wanted(found, return_inverse, return_counts)


@also_without_data
def unique_consecutive(input: Tensor, return_inverse: bool = False, return_counts: bool = False, dim: int | None = None) -> Any:
    """One item, or slice of `dim`, for each run of equal ones; with the run of each item and the runs' lengths if asked for."""
    return _wanted(_row("unique_consecutive")(input, return_inverse, return_counts, dim), return_inverse, return_counts)


def _wanted(found: tuple[Tensor, Tensor, Tensor], inverse: bool, counts: bool) -> Any:
    parts = (found[0], *found[1:2] * inverse, *found[2:] * counts)
    return parts if len(parts) > 1 else parts[0]


@also_without_data
def stft(
    input: Tensor, n_fft: int, hop_length: int | None = None, win_length: int | None = None, window: Tensor | None = None,
    center: bool = True, pad_mode: str = "reflect", normalized: bool = False, onesided: bool | None = None,
    return_complex: bool | None = None, align_to_window: bool | None = None,
) -> Tensor:
    """The spectrum of each window of `n_fft` samples; `center` pads both ends by half a window (ops/spectral/stft.py says the rest)."""
    return _row("stft.center")(
        input, n_fft, hop_length, win_length, window, center, pad_mode, normalized, onesided, return_complex, align_to_window
    )


@also_without_data
def norm(input: Tensor, p: Any = "fro", dim: Any = None, keepdim: bool = False, out: Tensor | None = None, dtype: Any = None) -> Tensor:
    """The norm of all items or over dims, of order `p`: a number, "fro" (2) or "nuc" (the sum of singular values)."""
    from .aten import linalg_vector_norm, nuclear_norm

    dims = [dim] if isinstance(dim, int) else None if dim is None else list(dim)
    named = {} if out is None else {"out": out}
    if p == "nuc":
        return nuclear_norm(input, keepdim, **named) if dims is None else nuclear_norm(input, dims, keepdim, **named)
    if isinstance(p, str) and p != "fro":
        raise RuntimeError(f"only valid string values are 'fro' and 'nuc', found {p}")
    return linalg_vector_norm(input, 2 if p in ("fro", None) else p, dims, keepdim, dtype=dtype, **named)


@also_without_data
def unravel_index(indices: Tensor, shape: int | Sequence[int]) -> tuple[Tensor, ...]:
    """The position along each dimension of items counted through a tensor of `shape`."""
    from .factories import tensor
    if indices.dtype.is_floating_point or indices.dtype.is_complex or indices.dtype is bool_:
        raise TypeError(f"expected 'indices' to be integer dtype, but got {indices.dtype}")
    if not isinstance(shape, int | Sequence):
        raise TypeError(f"expected 'shape' to be int or sequence of ints, but got {type(shape)}")
    sizes = [shape] if isinstance(shape, int) else list(shape)
    for size in sizes:
        if not isinstance(size, int):
            raise TypeError(f"expected 'shape' sequence to only contain ints, but got {type(size)}")
    if any(size < 0 for size in sizes):
        raise ValueError(f"'shape' cannot have negative values, but got {tuple(sizes)}")
    steps = [math.prod(sizes[at + 1 :]) for at in range(len(sizes))]
    whole = _row("floor_divide")(indices.unsqueeze(-1), tensor(steps, dtype=int64))
    return tuple((whole % tensor(sizes, dtype=int64)).unbind(-1))


@also_without_data
def cdist(x1: Tensor, x2: Tensor, p: float = 2.0, compute_mode: str = "use_mm_for_euclid_dist_if_necessary") -> Tensor:
    """The distance of order `p` from every row of x1 to every row of x2; by matrix products as `compute_mode` says."""
    modes = {"use_mm_for_euclid_dist_if_necessary": None, "use_mm_for_euclid_dist": 1, "donot_use_mm_for_euclid_dist": 2}
    if compute_mode not in modes:
        raise ValueError(f"{compute_mode} is not a valid value for compute_mode")
    return _row("cdist")(x1, x2, p, modes[compute_mode])


@also_without_data
def lu(A: Tensor, pivot: bool = True, get_infos: bool = False, out: Any = None) -> tuple[Tensor, ...]:
    """The factors L and U in one matrix, and the rows exchanged at each step; with the places of zero pivots if `get_infos`."""
    found = _row("_lu_with_info")(A, pivot, not get_infos)
    return tuple(found) if get_infos else tuple(found)[:2]

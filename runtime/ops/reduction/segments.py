"""Reductions of runs of slices along one dimension, whose lengths or ends are given."""
from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ... import dtype as dtypes
from ...layout import wrap_dim
from ...tensor import Tensor
from ..host import Array, decoded, wrapped
from ..positions import POSITIONS, unsupported
from ..shape.copying import converted
from ..table import host

_REDUCTIONS: dict[str, tuple[Callable[..., Any], float]] = {
    "sum": (np.sum, 0.0), "mean": (np.sum, 0.0), "prod": (np.prod, 1.0), "max": (np.max, -math.inf), "amax": (np.max, -math.inf),
    "min": (np.min, math.inf), "amin": (np.min, math.inf),
}
"""Name -> the function of a run, and what it starts from."""


@host(
    "segment_reduce(Tensor data, str reduce, *, Tensor? lengths=None, Tensor? indices=None, Tensor? offsets=None, int axis=0, "
    "bool unsafe=False, Scalar? initial=None) -> Tensor"
)
def segment_reduce(
    data: Tensor, reduce: str, lengths: Tensor | None, indices: Tensor | None, offsets: Tensor | None, axis: int, unsafe: bool, initial: Any
) -> Tensor:
    """Each run of slices along `axis` reduced to one: lengths (..., runs) or offsets (..., runs + 1) have the dimensions up to `axis`.

    A run without slices gives `initial`, or what the reduction starts from; for a mean, NaN.
    """
    axis = wrap_dim(axis, data.ndim)
    if reduce not in _REDUCTIONS:
        raise RuntimeError(f"reduce argument must be either sum, prod, mean, amax or amin, got {reduce}")
    if indices is not None:
        raise RuntimeError("segment_reduce(): indices based reduction is not supported yet.")
    if not data.dtype.is_floating_point:
        raise unsupported("_segment_reduce_cpu", data.dtype)
    starts, ends = _runs(data, lengths, offsets, axis, unsafe)
    values = decoded(data)
    rest = values.shape[axis + 1 :]
    rows = values.reshape(math.prod(values.shape[:axis]), values.shape[axis], math.prod(rest))
    combine, first = _REDUCTIONS[reduce]
    begin = first if initial is None else initial
    result = np.empty((rows.shape[0], starts.shape[-1], rows.shape[2]), values.dtype)
    for place, (start, end) in zip(np.ndindex(result.shape[:2]), zip(starts.ravel().tolist(), ends.ravel().tolist())):
        run = rows[place[0], start:end]
        result[place] = combine(run, axis=0, initial=begin)
        if reduce == "mean":
            result[place] = result[place] / len(run) if len(run) else np.nan if initial is None else begin
    return converted(wrapped(result.reshape(*values.shape[:axis], starts.shape[-1], *rest)), data.dtype)


def _runs(data: Tensor, lengths: Tensor | None, offsets: Tensor | None, axis: int, unsafe: bool) -> tuple[Array, Array]:
    """Where each run starts and ends, within the dimension: two arrays (rows, runs)."""
    given = lengths if lengths is not None else offsets
    name = "lengths" if lengths is not None else "offsets"
    if given is None:
        raise RuntimeError("segment_reduce(): Either lengths or offsets must be defined.")
    if given.ndim > data.ndim:
        raise RuntimeError(f"segment_reduce(): data has {data.ndim} dimensions, and {name} {given.ndim}")
    if axis != given.ndim - 1:
        raise RuntimeError(f"segment_reduce(): Expected axis to be the last dimension of {name} but got {axis}.")
    if given.layout.shape[:-1] != data.layout.shape[:axis]:
        raise RuntimeError(f"segment_reduce(): {name} {list(given.layout.shape)} for data {list(data.layout.shape)}")
    if given.dtype not in POSITIONS:
        raise unsupported("_segment_reduce_lengths_cpu_kernel1", given.dtype)
    size = data.layout.shape[axis]
    numbers = decoded(converted(given, dtypes.int64)).reshape(-1, given.layout.shape[-1])
    if lengths is None:
        return np.clip(numbers[:, :-1], 0, size), np.clip(numbers[:, 1:], 0, size)
    checked = not (unsafe or given.is_meta)
    if checked and (numbers < 0).any():
        raise RuntimeError("lengths contains negative value!")
    if checked and (numbers.sum(-1) != size).any():
        raise RuntimeError(
            "segment_reduce(): Expected all rows of lengths along axis to sum to data.size(lengths.dim()-1) when !unsafe."
        )
    ends = np.cumsum(numbers, -1)
    return np.clip(ends - numbers, 0, size), np.clip(ends, 0, size)

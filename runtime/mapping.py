"""`vmap`: a function of tensors becomes one of batches of them.

In: a function and which dimension of each argument counts the calls. Out: a function that calls it once per index and stacks the results.
"""
from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from .tensor import Tensor

InDims = Any
"""A dimension, None, or a tuple, list or dict of such in the form of an argument."""


def vmap(
    func: Callable[..., Any], in_dims: InDims = 0, out_dims: Any = 0, randomness: str = "error", *, chunk_size: int | None = None
) -> Callable[..., Any]:
    """`func` over a dimension of its arguments: one call per index, results stacked along `out_dims`.

    `in_dims` gives the dimension of every argument, None for what all calls share; keyword arguments count along 0. ValueError where
    sizes differ, there is nothing to map over, or `in_dims` has another form than the arguments. Random numbers differ from call to call.
    """
    if randomness not in ("error", "different", "same"):
        raise RuntimeError(f"Only allowed values for randomness are 'error', 'different', or 'same'. Got {randomness}")
    del chunk_size

    @wraps(func)
    def mapped(*args: Any, **kwargs: Any) -> Any:
        if isinstance(in_dims, int):
            dims: Any = (in_dims,) * len(args)
        elif isinstance(in_dims, tuple | list) and len(cast("list[Any]", in_dims)) == len(args):
            dims = tuple(cast("list[Any]", in_dims))
        else:
            raise ValueError(f"vmap: in_dims must be an int or have an entry for each argument, got {in_dims} for {len(args)} arguments")
        size = _size((args, kwargs), (dims, 0))
        calls = [
            func(*_sliced(args, dims, index), **_sliced(kwargs, 0, index))
            for index in range(size)
        ]
        if not calls:
            raise ValueError("vmap: the mapped dimension has size 0; call the function on at least one index")
        return _stacked(calls, out_dims)

    return mapped


def _parts(value: Any, dims: Any) -> list[tuple[Any, Any]] | None:
    """The members of a container, each with its dims; None for what is no container."""
    if isinstance(value, dict):
        members = cast("dict[Any, Any]", value)
        return [(members[key], dims[key] if isinstance(dims, dict) else dims) for key in members]
    if not isinstance(value, tuple | list):
        return None
    items = cast("list[Any]", value)
    if not isinstance(dims, tuple | list):
        return [(item, dims) for item in items]
    if len(cast("list[Any]", dims)) != len(items):
        raise ValueError(f"vmap: in_dims {dims} has another form than its argument, which has {len(items)} members")
    return list(zip(items, cast("list[Any]", dims)))


def _size(value: Any, dims: Any) -> int:
    """The number of calls that the arguments ask for."""
    sizes = set(_sizes(value, dims))
    if not sizes:
        raise ValueError("vmap: at least one argument must be a tensor to map over")
    if len(sizes) > 1:
        raise ValueError(f"vmap: Expected all tensors to have the same size in the mapped dimension, got sizes {sorted(sizes)}")
    return sizes.pop()


def _sizes(value: Any, dims: Any) -> list[int]:
    parts = _parts(value, dims)
    if parts is not None:
        return [size for part, dim in parts for size in _sizes(part, dim)]
    if dims is None:
        return []
    if not isinstance(value, Tensor):
        raise ValueError(f"vmap: got in_dim={dims} for an input of type {type(value).__name__}, which is no tensor; use in_dim=None")
    if not -value.ndim <= dims < value.ndim:
        raise ValueError(f"vmap: got in_dim={dims} for a tensor of dimensionality {value.ndim}")
    return [value.shape[dims]]


def _sliced(value: Any, dims: Any, index: int) -> Any:
    """The arguments of one call."""
    if isinstance(value, dict):
        members = cast("dict[Any, Any]", value)
        return {key: _sliced(part, dim, index) for key, (part, dim) in zip(members, _parts(members, dims) or ())}
    parts = _parts(value, dims)
    if parts is None:
        return value if dims is None else value.select(dims, index)
    kind = cast("type[Any]", type(value))
    slices = [_sliced(part, dim, index) for part, dim in parts]
    return kind(*slices) if hasattr(kind, "_fields") else kind(slices)


def _stacked(results: list[Any], out_dims: Any) -> Any:
    """The results of all calls as one, each tensor along its dimension."""
    first = results[0]
    if isinstance(first, Tensor):
        from .aten import stack

        return first if out_dims is None else stack(results, out_dims)
    if isinstance(first, dict):
        return {key: _stacked([result[key] for result in results], out_dims) for key in cast("dict[Any, Any]", first)}
    if isinstance(first, tuple | list):
        members = cast("list[Any]", first)
        dims: list[Any] = [out_dims] * len(members) if isinstance(out_dims, int) or out_dims is None else list(out_dims)
        stacked = [_stacked([result[at] for result in results], dim) for at, dim in enumerate(dims)]
        kind: type[Any] = type(members)
        return kind(*stacked) if hasattr(kind, "_fields") else kind(stacked)
    raise ValueError(f"vmap: the function must return tensors, got type {type(first).__name__} as a return")

"""Batches of a data set's samples (`rl.utils.data.DataLoader`), made by the process that asks for them.

In: a data set (datasets.py) and an order (samplers.py). Out: batches, samples of one kind stacked.
"""
from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, cast

import numpy as np

from .datasets import Dataset, IterableDataset
from .dtype import float64
from .factories import as_tensor, tensor
from .random import Generator
from .samplers import BatchSampler, RandomSampler, SequentialSampler, drawn_seed
from .tensor import Tensor


def default_collate(batch: Sequence[Any]) -> Any:
    """A batch of samples: tensors, arrays and numbers stacked, containers member by member, text as a list; TypeError for others."""
    from .aten import stack

    first = batch[0]
    if isinstance(first, Tensor):
        return stack(list(batch))
    if isinstance(first, np.ndarray | np.generic):
        return stack([as_tensor(item) for item in batch])
    if isinstance(first, float):
        return tensor(batch, dtype=float64)
    if isinstance(first, int):
        return tensor(batch)
    if isinstance(first, str | bytes):
        return batch
    if isinstance(first, Mapping):
        keys = cast("Mapping[Any, Any]", first)
        return _like(keys, {key: default_collate([sample[key] for sample in batch]) for key in keys})
    if isinstance(first, tuple | list):
        members = cast("Sequence[Any]", first)
        if any(len(sample) != len(members) for sample in batch):
            raise RuntimeError("each element in list of batch should be of equal size")
        columns = [default_collate(column) for column in zip(*batch)]
        return _like(members, columns) if hasattr(members, "_fields") else columns
    raise TypeError(f"default_collate: batch must contain tensors, numpy arrays, numbers, dicts or lists; found {type(first)}")


def default_convert(data: Any) -> Any:
    """A sample with its arrays as tensors: what a loader without batches gives."""
    if isinstance(data, np.ndarray | np.generic):
        return as_tensor(data)
    if isinstance(data, Mapping):
        members = cast("Mapping[Any, Any]", data)
        return _like(members, {key: default_convert(value) for key, value in members.items()})
    if isinstance(data, tuple | list):
        items = cast("Sequence[Any]", data)
        converted = [default_convert(item) for item in items]
        return _like(items, converted) if hasattr(items, "_fields") else converted
    return data


def _like(container: Any, members: Any) -> Any:
    """A container of the same class, or a plain one where the class takes no members."""
    kind = cast("type[Any]", type(container))
    try:
        return kind(*members) if hasattr(container, "_fields") else kind(members)
    except TypeError:
        return members


def get_worker_info() -> None:
    """None: no other process loads."""


class DataLoader:
    """Iterates over batches of `dataset`; `len` is their number.

    `batch_size=None` gives single samples. `num_workers`, `pin_memory` and their kin are accepted: this process loads everything.
    ValueError for arguments that exclude each other.
    """

    def __init__(
        self,
        dataset: Any,
        batch_size: int | None = 1,
        shuffle: bool | None = None,
        sampler: Iterable[Any] | None = None,
        batch_sampler: Iterable[Any] | None = None,
        num_workers: int = 0,
        collate_fn: Callable[[Any], Any] | None = None,
        pin_memory: bool = False,
        drop_last: bool = False,
        timeout: float = 0,
        worker_init_fn: Callable[[int], None] | None = None,
        multiprocessing_context: Any = None,
        generator: Generator | None = None,
        **workers: Any,
    ) -> None:
        self.dataset = dataset
        self.num_workers = num_workers
        self.pin_memory = pin_memory
        self.generator = generator
        self._streams = isinstance(dataset, IterableDataset)
        if num_workers < 0:
            raise ValueError("num_workers option should be non-negative; use num_workers=0 to disable multiprocessing.")
        if self._streams and (shuffle or sampler is not None or batch_sampler is not None):
            raise ValueError("DataLoader with IterableDataset: expected unspecified shuffle, sampler and batch_sampler options")
        if sampler is not None and shuffle:
            raise ValueError("sampler option is mutually exclusive with shuffle")
        if batch_sampler is not None:
            if batch_size != 1 or shuffle or sampler is not None or drop_last:
                raise ValueError("batch_sampler option is mutually exclusive with batch_size, shuffle, sampler, and drop_last")
            batch_size = None
        elif batch_size is None and drop_last:
            raise ValueError("batch_size=None option disables auto-batching and is mutually exclusive with drop_last")
        self.batch_size = batch_size
        self.drop_last = drop_last
        if sampler is None and not self._streams:
            sampler = RandomSampler(dataset, generator=generator) if shuffle else SequentialSampler(dataset)
        self.sampler = sampler
        if batch_size is not None and not self._streams:
            batch_sampler = BatchSampler(cast("Iterable[Any]", sampler), batch_size, drop_last)
        self.batch_sampler = batch_sampler
        in_batches = batch_sampler is not None or batch_size is not None
        self.collate_fn = collate_fn or (default_collate if in_batches else default_convert)

    def __class_getitem__(cls, item: Any) -> type[DataLoader]:
        """`DataLoader[int]` in annotations is the class itself."""
        return cls

    def __iter__(self) -> Iterator[Any]:
        # PyTorch draws a seed for its workers, whether it has some or not: what is drawn later must agree
        drawn_seed(self.generator)
        return self._batches()

    def _batches(self) -> Iterator[Any]:
        if self._streams:
            yield from self._stream()
        elif self.batch_sampler is not None:
            for indices in self.batch_sampler:
                yield self.collate_fn(self._fetched(indices))
        else:
            for index in cast("Iterable[Any]", self.sampler):
                yield self.collate_fn(self.dataset[index])

    def _fetched(self, indices: Sequence[Any]) -> Sequence[Any]:
        at_once = getattr(self.dataset, "__getitems__", None)
        return at_once(indices) if at_once is not None else [self.dataset[index] for index in indices]

    def _stream(self) -> Iterator[Any]:
        samples = iter(cast("Dataset", self.dataset))  # pyright: ignore[reportArgumentType, reportCallIssue]
        if self.batch_size is None:
            yield from map(self.collate_fn, samples)
            return
        while batch := list(islice(samples, self.batch_size)):
            if len(batch) == self.batch_size or not self.drop_last:
                yield self.collate_fn(batch)

    def __len__(self) -> int:
        if not self._streams:
            return len(cast("Any", self.batch_sampler if self.batch_sampler is not None else self.sampler))
        if self.batch_size is None:
            return len(self.dataset)
        return len(self.dataset) // self.batch_size if self.drop_last else -(-len(self.dataset) // self.batch_size)

"""Sequences of different lengths: padded to the longest, or packed step by step without padding, as recurrent.py takes them."""
from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...tensor import Tensor, new_empty
from ..host import wrapped
from ..shape.joining import cat
from ..table import composite


@composite("_pack_padded_sequence(Tensor input, Tensor lengths, bool batch_first) -> (Tensor, Tensor)")
def pack_padded_sequence(input: Tensor, lengths: Tensor, batch_first: bool) -> tuple[Tensor, Tensor]:
    """The items of step 0 of all sequences, then of step 1, ..., and how many sequences have each step; lengths must not grow."""
    steps = input.transpose(0, 1) if batch_first else input
    if lengths.ndim != 1 or not lengths.layout.numel or input.layout.numel == 0:
        raise RuntimeError("Cannot pack empty tensors.")
    counts: list[int] = lengths.tolist()
    if len(counts) != steps.layout.shape[1]:
        raise RuntimeError(
            f"Expected `len(lengths)` to be equal to batch_size, but got {len(counts)} (batch_size={steps.layout.shape[1]})"
        )
    if counts[-1] <= 0:
        raise RuntimeError(
            "Length of all samples has to be greater than 0, but found an element in 'lengths' that is <= 0"
        )
    if any(count < later for count, later in zip(counts, counts[1:])):
        raise RuntimeError(
            "`lengths` array must be sorted in decreasing order when `enforce_sorted` is True. You can pass `enforce_sorted=False` to "
            "pack_padded_sequence and/or pack_sequence to sidestep this requirement if you do not need ONNX exportability."
        )
    if counts[0] > steps.layout.shape[0]:
        raise RuntimeError(f"start (0) + length ({counts[0]}) exceeds dimension size ({steps.layout.shape[0]}).")
    sizes = (np.asarray(counts)[None, :] > np.arange(counts[0])[:, None]).sum(1)
    data = cat([steps.select(0, step).narrow(0, 0, int(size)) for step, size in enumerate(sizes)])
    return data, wrapped(sizes.astype(np.int64))


@composite(
    "_pad_packed_sequence(Tensor data, Tensor batch_sizes, bool batch_first, Scalar padding_value, int total_length) -> (Tensor, Tensor)"
)
def pad_packed_sequence(
    data: Tensor, batch_sizes: Tensor, batch_first: bool, padding_value: Any, total_length: int
) -> tuple[Tensor, Tensor]:
    """Packed items as (steps, batch, ...), or batch first, and the lengths of the sequences."""
    sizes: list[int] = batch_sizes.tolist()
    steps, batch = max(len(sizes), total_length), sizes[0]
    if 0 < total_length < len(sizes):
        raise RuntimeError(
            "Expected total_length to be at least the length of the longest sequence in input, but got "
            f"total_length={total_length} and max sequence length being {len(sizes)}"
        )
    padded = new_empty((steps, batch, *data.layout.shape[1:]), data.dtype).fill_(padding_value)
    offset = 0
    for step, size in enumerate(sizes):
        padded.select(0, step).narrow(0, 0, size).copy_(data.narrow(0, offset, size))
        offset += size
    lengths = (np.asarray(sizes)[:, None] > np.arange(batch)[None, :]).sum(0)
    return padded.transpose(0, 1) if batch_first else padded, wrapped(lengths.astype(np.int64))


@composite('pad_sequence(Tensor[] sequences, bool batch_first=False, float padding_value=0., str padding_side="right") -> Tensor')
def pad_sequence(sequences: Sequence[Tensor], batch_first: bool, padding_value: float, padding_side: str) -> Tensor:
    """Tensors (length, ...) as one (longest, batch, ...), or batch first, filled up behind ("right") or in front ("left")."""
    if not sequences:
        raise RuntimeError("received an empty list of sequences")
    if padding_side not in ("left", "right"):
        raise RuntimeError(f"Expected padding_side to be one of left or right, but got {padding_side}.")
    trailing = sequences[0].layout.shape[1:]
    longest = max(one.layout.shape[0] for one in sequences)
    padded = new_empty((len(sequences), longest, *trailing), sequences[0].dtype).fill_(padding_value)
    for row, one in zip(padded.unbind(0), sequences):
        if one.layout.shape[1:] != trailing:
            raise RuntimeError(
                f"The size of tensor a ({list(one.layout.shape)}) must match the size of the others behind dimension 0: {list(trailing)}"
            )
        count = one.layout.shape[0]
        row.narrow(0, 0 if padding_side == "right" else longest - count, count).copy_(one)
    return padded if batch_first else _steps_first(padded)


def _steps_first(padded: Tensor) -> Tensor:
    return padded.transpose(0, 1).contiguous()

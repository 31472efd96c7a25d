"""Batches of sequences of different lengths: padded to the longest, or packed without padding as the recurrent layers take them.

Packed data has the items of step 0 of all sequences, longest first, then those of step 1 of all that have one, and so on.
"""
from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, Self

from ... import aten
from ... import dtype as dtypes
from ...dtype import DType
from ...factories import as_tensor
from ...scripting import is_scripting
from ...tensor import Tensor


class PackedSequence_(NamedTuple):
    """The fields of a PackedSequence."""

    data: Tensor
    batch_sizes: Tensor
    sorted_indices: Tensor | None
    unsorted_indices: Tensor | None


class PackedSequence(PackedSequence_):
    """Packed items (total, ...), the number of sequences at each step (int64), and the permutation that sorted the sequences.

    Made by `pack_padded_sequence` and `pack_sequence`.
    """

    def __new__(
        cls, data: Tensor, batch_sizes: Tensor | None = None, sorted_indices: Tensor | None = None, unsorted_indices: Tensor | None = None
    ) -> Self:
        return super().__new__(cls, *_packed_sequence_init_args(data, batch_sizes, sorted_indices, unsorted_indices))

    def to(self, *args: Any, **kwargs: Any) -> Self:
        """The same with converted data."""
        data = self.data.to(*args, **kwargs)
        if data is self.data:
            return self
        return type(self)(data, self.batch_sizes, self.sorted_indices, self.unsorted_indices)

    def _with(self, dtype: DType) -> Self:
        return self.to(dtype=dtype)

    def cpu(self) -> Self:
        """Itself: tensors are on the CPU."""
        return self

    def pin_memory(self) -> Self:
        """Itself: there is no other device to copy to."""
        return self

    def double(self) -> Self:
        """With float64 data."""
        return self._with(dtypes.float64)

    def float(self) -> Self:
        """With float32 data."""
        return self._with(dtypes.float32)

    def half(self) -> Self:
        """With float16 data."""
        return self._with(dtypes.float16)

    def long(self) -> Self:
        """With int64 data."""
        return self._with(dtypes.int64)

    def int(self) -> Self:
        """With int32 data."""
        return self._with(dtypes.int32)

    def short(self) -> Self:
        """With int16 data."""
        return self._with(dtypes.int16)

    def char(self) -> Self:
        """With int8 data."""
        return self._with(dtypes.int8)

    def byte(self) -> Self:
        """With uint8 data."""
        return self._with(dtypes.uint8)

    @property
    def is_cuda(self) -> bool:
        """False: tensors are on the CPU."""
        return self.data.is_cuda

    def is_pinned(self) -> bool:
        """False: nothing is pinned."""
        return False


def _packed_sequence_init_args(
    data: Tensor, batch_sizes: Tensor | None = None, sorted_indices: Tensor | None = None, unsorted_indices: Tensor | None = None
) -> tuple[Tensor, Tensor, Tensor | None, Tensor | None]:
    """The fields; `data` may be a pair of data and batch sizes, as old programs have it."""
    if unsorted_indices is None:
        unsorted_indices = invert_permutation(sorted_indices)
    if batch_sizes is not None:
        return data, batch_sizes, sorted_indices, unsorted_indices
    if not (isinstance(data, (list, tuple)) and len(data) == 2):
        raise AssertionError("Expected data to be a list or tuple of length 2")
    return data[0], data[1], sorted_indices, unsorted_indices


def _packed_sequence_init(
    data: Tensor, batch_sizes: Tensor | None = None, sorted_indices: Tensor | None = None, unsorted_indices: Tensor | None = None
) -> PackedSequence:
    """A PackedSequence; compiled code calls this function where eager code calls the class."""
    data, batch_sizes, sorted_indices, unsorted_indices = _packed_sequence_init_args(data, batch_sizes, sorted_indices, unsorted_indices)
    return PackedSequence(data, batch_sizes, sorted_indices, unsorted_indices)


def bind(optional: Any, fn: Callable[[Any], Any]) -> Any:
    """`fn(optional)`, and None for None."""
    return None if optional is None else fn(optional)


def invert_permutation(permutation: Tensor | None) -> Tensor | None:
    """The permutation (int64) that undoes `permutation`; None for None."""
    if permutation is None:
        return None
    output = aten.empty_like(permutation)
    output.scatter_(0, permutation, aten.arange(0, permutation.numel(), device=permutation.device))
    return output


def pack_padded_sequence(
    input: Tensor, lengths: Tensor | list[int], batch_first: bool = False, enforce_sorted: bool = True
) -> PackedSequence:
    """Padded sequences (T, N, ...), or (N, T, ...) if `batch_first`, without their padding.

    Lengths fall from one sequence to the next unless `enforce_sorted` is false: then they are sorted, and the order is kept.
    """
    if not isinstance(lengths, Tensor):
        lengths = as_tensor(lengths, dtype=dtypes.int64)
    else:
        lengths = lengths.to(dtype=dtypes.int64)
    if enforce_sorted:
        sorted_indices = None
    else:
        lengths, sorted_indices = aten.sort(lengths, descending=True)
        sorted_indices = sorted_indices.to(input.device)
        batch_dim = 0 if batch_first else 1
        input = input.index_select(batch_dim, sorted_indices)
    data, batch_sizes = aten._pack_padded_sequence(input, lengths, batch_first)
    return _packed_sequence_init(data, batch_sizes, sorted_indices, None)


def pad_packed_sequence(
    sequence: PackedSequence, batch_first: bool = False, padding_value: float = 0.0, total_length: int | None = None
) -> tuple[Tensor, Tensor]:
    """Packed sequences padded to the longest, or to `total_length`, in their first order; and their lengths."""
    max_seq_length = sequence.batch_sizes.size(0)
    if total_length is not None:
        if total_length < max_seq_length:
            raise ValueError(
                "Expected total_length to be at least the length of the longest sequence in input, but got "
                f"total_length={total_length} and max sequence length being {max_seq_length}"
            )
        max_seq_length = total_length
    padded_output, lengths = aten._pad_packed_sequence(sequence.data, sequence.batch_sizes, batch_first, padding_value, max_seq_length)
    unsorted_indices = sequence.unsorted_indices
    if unsorted_indices is not None:
        batch_dim = 0 if batch_first else 1
        return (padded_output.index_select(batch_dim, unsorted_indices), lengths[unsorted_indices.cpu()])
    return (padded_output, lengths)


def pad_sequence(
    sequences: Tensor | list[Tensor], batch_first: bool = False, padding_value: float = 0.0, padding_side: str = "right"
) -> Tensor:
    """Tensors (L, ...) of different lengths as one (T, N, ...), or (N, T, ...) if `batch_first`."""
    if not is_scripting():
        if not isinstance(sequences, Iterable):
            raise RuntimeError(f"pad_sequence: Expected iterable for input sequences, but got arg of type: {type(sequences)}")
        sequences = tuple(sequences)  # pyright: ignore[reportAssignmentType, reportUnknownVariableType, reportUnknownArgumentType]
    elif isinstance(sequences, Tensor):
        sequences = sequences.unbind(0)
    return aten.pad_sequence(sequences, batch_first, padding_value, padding_side)


def unpad_sequence(padded_sequences: Tensor, lengths: Tensor, batch_first: bool = False) -> list[Tensor]:
    """The sequences of a padded batch, cut to their lengths."""
    unpadded_sequences: list[Tensor] = []
    if not batch_first:
        padded_sequences.transpose_(0, 1)
    max_length = padded_sequences.shape[1]
    idx = aten.arange(max_length, device=lengths.device)
    for seq, length in zip(padded_sequences, lengths):
        mask = idx < length
        unpadded_sequences.append(seq[mask])
    return unpadded_sequences


def pack_sequence(sequences: list[Tensor], enforce_sorted: bool = True) -> PackedSequence:
    """Tensors (L, ...) of different lengths, packed."""
    lengths = as_tensor([v.size(0) for v in sequences])
    return pack_padded_sequence(pad_sequence(sequences), lengths, enforce_sorted=enforce_sorted)


def unpack_sequence(packed_sequences: PackedSequence) -> list[Tensor]:
    """The sequences of a packed batch."""
    padded_sequences, lengths = pad_packed_sequence(packed_sequences, batch_first=True)
    return unpad_sequence(padded_sequences, lengths, batch_first=True)

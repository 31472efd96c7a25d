"""Looking values up: searchsorted, bucketize, isin."""
from __future__ import annotations

from typing import Any

from ... import dtype as dtypes
from ...dtype import DType
from ...kernels.loops.searching import LEFT, MEMBER, RIGHT, search_kernel
from ...kernels.running.launch import launch
from ...promotion import promote_types
from ...tensor import Tensor, new_beside, new_empty
from ...type_info import result_type
from ..creation.factories import fill_number
from ..dtype_rules import type_name
from ..positions import outside, unsupported
from ..shape.copying import contiguous, converted
from ..table import kernel
from .sorting import sort


def _search(sequence: Tensor, values: Tensor, sorter: Tensor | None, result: DType, which: str) -> Tensor:
    out = new_beside(values, values.layout.shape, result)
    if not out.layout.numel:
        return out
    sequence, values = contiguous(sequence), contiguous(values)
    sorter = None if sorter is None else contiguous(sorter)
    length = sequence.layout.shape[-1]
    many = len(sequence.layout.shape) > 1
    each = values.layout.shape[-1] if many else values.layout.numel
    words = (
        sequence.address, values.address, out.address, sorter.address if sorter is not None else 0, length, each, length if many else 0,
    )
    launch(search_kernel(values.dtype.name, result.name, which), words, out.layout.numel, work=20 * out.layout.numel)
    return out


def _check_sorter(sequence: Tensor, sorter: Tensor) -> None:
    if sorter.layout.shape != sequence.layout.shape:
        raise RuntimeError(
            f"torch.searchsorted(): boundary and sorter must have the same size, but got boundary tensor {list(sequence.layout.shape)}"
            f"and got sorter tensor {list(sorter.layout.shape)}"
        )
    if sorter.dtype is not dtypes.int64:
        raise RuntimeError(
            f"torch.searchsorted(): sorter must be a tensor of long dtype but got dtype {type_name(sorter.dtype)}"
        )
    if outside(sorter, 0, sequence.layout.shape[-1]) is not None:
        raise RuntimeError("torch.searchsorted(): sorter index out of range")


@kernel(
    "searchsorted.Tensor(Tensor sorted_sequence, Tensor self, *, bool out_int32=False, bool right=False, str? side=None, "
    "Tensor? sorter=None) -> Tensor"
)
def searchsorted(sorted_sequence: Tensor, self: Tensor, out_int32: bool = False, right: bool = False, side: str | None = None,
                 sorter: Tensor | None = None) -> Tensor:
    """Where each item has to go into a sorted sequence (the last dimension) to keep it sorted."""
    if side not in (None, "left", "right"):
        raise RuntimeError(f"torch.searchsorted(): side can only be 'left' or 'right' but got {side}")
    if side == "left" and right:
        raise RuntimeError("torch.searchsorted(): side and right can't be set to opposites, got side of left while right was True")
    sequence_shape, shape = sorted_sequence.layout.shape, self.layout.shape
    if len(sequence_shape) == 0:
        raise RuntimeError("torch.searchsorted(): boundaries tensor should have positive dimension, but got 0 dimension")
    if len(sequence_shape) > 1 and sequence_shape[:-1] != shape[:-1]:
        raise RuntimeError(
            "torch.searchsorted(): boundaries tensor should be 1 dimension or the first N-1 dimensions of boundaries tensor and input "
            f"value tensor must match, but we got boundaries tensor {list(sequence_shape)} and input value tensor {list(shape)}"
        )
    if sorter is not None:
        _check_sorter(sorted_sequence, sorter)
    length = sequence_shape[len(sequence_shape) - 1]
    if out_int32 and length >= 1 << 31:
        raise RuntimeError(
            f"torch.searchsorted(): the size of boundaries' last dimension should be less than {(1 << 31) - 1}, but we got {length}"
        )
    common = sorted_sequence.dtype if sorted_sequence.dtype is self.dtype else result_type(sorted_sequence, self)
    if common.is_complex or common is dtypes.bool_:
        raise unsupported("searchsorted_out_cpu", common)
    wanted = dtypes.int32 if out_int32 else dtypes.int64
    which = RIGHT if right or side == "right" else LEFT
    return _search(converted(sorted_sequence, common), converted(self, common), sorter, wanted, which)


def _number_like(value: Any, like: Tensor) -> Tensor:
    """A 0-dim tensor of a number that compares with `like` as PyTorch's numbers do."""
    dtype = result_type(like, value)
    return fill_number(new_empty((), dtype), value)


@kernel(
    "searchsorted.Scalar(Tensor sorted_sequence, Scalar self, *, bool out_int32=False, bool right=False, str? side=None, "
    "Tensor? sorter=None) -> Tensor"
)
def searchsorted_number(sorted_sequence: Tensor, self: Any, out_int32: bool = False, right: bool = False, side: str | None = None,
                        sorter: Tensor | None = None) -> Tensor:
    """Where a number has to go into a sorted vector to keep it sorted."""
    if len(sorted_sequence.layout.shape) != 1:
        raise RuntimeError(
            "torch.searchsorted(): input value can be a scalar only when boundaries tensor dimension is 1, but we got boundaries tensor "
            f"dim({len(sorted_sequence.layout.shape)}) and input value's dim(0) numel(1)"
        )
    return searchsorted(sorted_sequence, _number_like(self, sorted_sequence), out_int32, right, side, sorter)


def _require_vector(boundaries: Tensor) -> None:
    if len(boundaries.layout.shape) != 1:
        raise RuntimeError(f"bucketize: boundaries tensor must be 1 dimension, but got dim({len(boundaries.layout.shape)})")


@kernel("bucketize.Tensor(Tensor self, Tensor boundaries, *, bool out_int32=False, bool right=False) -> Tensor")
def bucketize(self: Tensor, boundaries: Tensor, out_int32: bool = False, right: bool = False) -> Tensor:
    """The number of the bucket between sorted boundaries that each item falls into."""
    _require_vector(boundaries)
    return searchsorted(boundaries, self, out_int32, right)


@kernel("bucketize.Scalar(Scalar self, Tensor boundaries, *, bool out_int32=False, bool right=False) -> Tensor")
def bucketize_number(self: Any, boundaries: Tensor, out_int32: bool = False, right: bool = False) -> Tensor:
    """The number of the bucket between sorted boundaries that a number falls into."""
    _require_vector(boundaries)
    return searchsorted_number(boundaries, self, out_int32, right)


# Membership

@kernel("isin.Tensor_Tensor(Tensor elements, Tensor test_elements, *, bool assume_unique=False, bool invert=False) -> Tensor")
def isin(elements: Tensor, test_elements: Tensor, assume_unique: bool = False, invert: bool = False) -> Tensor:
    """Whether each item is among the test elements."""
    del assume_unique
    for tensor in (elements, test_elements):
        if tensor.dtype is dtypes.bool_ or tensor.dtype.is_complex:
            raise RuntimeError(f"Unsupported input type encountered for isin(): {type_name(tensor.dtype)}")
    common = promote_types(elements.dtype, test_elements.dtype)
    if not test_elements.layout.numel:
        return fill_number(new_beside(elements, elements.layout.shape, dtypes.bool_), invert)
    tests = converted(test_elements, common).reshape([-1])
    if common.is_floating_point and not tests.is_meta:
        # NaN equals nothing, and would end the search
        tests = tests[tests == tests]
    found = _search(sort(tests).values, converted(elements, common), None, dtypes.bool_, MEMBER)
    return found.logical_not_() if invert else found


@kernel("isin.Tensor_Scalar(Tensor elements, Scalar test_element, *, bool assume_unique=False, bool invert=False) -> Tensor")
def isin_number(elements: Tensor, test_element: Any, assume_unique: bool = False, invert: bool = False) -> Tensor:
    """Whether each item is the number."""
    del assume_unique
    return elements != test_element if invert else elements == test_element


@kernel("isin.Scalar_Tensor(Scalar element, Tensor test_elements, *, bool assume_unique=False, bool invert=False) -> Tensor")
def isin_one(element: Any, test_elements: Tensor, assume_unique: bool = False, invert: bool = False) -> Tensor:
    """Whether a number is among the test elements; a 0-dim tensor."""
    found = (test_elements == element).any()
    del assume_unique
    return found.logical_not() if invert else found

"""Functions of PyTorch's `torch.functional` that are programs, as compiled code has them: their text is what archives of PyTorch hold.

In: nothing. Out: `SCRIPTED_FUNCTIONS`: what stands in compiled code for functions of `runtime/functional.py`, which do the same for eager
callers.
"""

# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false
from __future__ import annotations

from typing import Any, List, Optional, Tuple, Union  # noqa: UP035 - TorchScript's own spelling

from ..runtime import aten, functional
from ..runtime.nn.functional import pad
from ..runtime.scripting import BooleanDispatch, annotate, overloaded
from ..runtime.tensor import Tensor

# ruff: noqa: UP006, UP007, UP045 - archives hold these annotations


def stft(
    input: Tensor, n_fft: int, hop_length: Optional[int] = None, win_length: Optional[int] = None, window: Optional[Tensor] = None,
    center: bool = True, pad_mode: str = "reflect", normalized: bool = False, onesided: Optional[bool] = None,
    return_complex: Optional[bool] = None, align_to_window: Optional[bool] = None,
) -> Tensor:
    """The spectrum of each window; `center` pads both ends by half a window."""
    if align_to_window is not None and center:
        raise RuntimeError("stft only supports align_to_window for center = False.")
    if center:
        signal_dim = input.dim()
        extended_shape = [1] * (3 - signal_dim) + list(input.size())
        half = int(n_fft // 2)
        input = pad(input.view(extended_shape), [half, half], pad_mode)
        input = input.view(input.shape[-signal_dim:])
    return aten.stft(input, n_fft, hop_length, win_length, window, normalized, onesided, return_complex, align_to_window)


def cdist(
    x1: Tensor, x2: Tensor, p: float = 2.0, compute_mode: str = "use_mm_for_euclid_dist_if_necessary"
) -> Tensor:
    """The distance of order `p` from every row of x1 to every row of x2."""
    if compute_mode == "use_mm_for_euclid_dist_if_necessary":
        return aten.cdist(x1, x2, p, None)
    elif compute_mode == "use_mm_for_euclid_dist":  # noqa: RET505 - the graph is PyTorch's
        return aten.cdist(x1, x2, p, 1)
    elif compute_mode == "donot_use_mm_for_euclid_dist":
        return aten.cdist(x1, x2, p, 2)
    else:
        raise ValueError(f"{compute_mode} is not a valid value for compute_mode")


@overloaded
def norm(  # noqa: D103 - a signature # pyright: ignore[reportRedeclaration]
    input: Tensor, p: str = "fro", dim: Optional[List[int]] = None, keepdim: bool = False, out: Optional[Tensor] = None,
    dtype: Optional[int] = None,
) -> Tensor: ...


@overloaded
def norm(  # noqa: D103, F811 - a signature # pyright: ignore[reportRedeclaration]
    input: Tensor, p: Optional[Union[int, float, complex]], dim: Optional[List[int]] = None, keepdim: bool = False,
    out: Optional[Tensor] = None, dtype: Optional[int] = None,
) -> Tensor: ...


@overloaded
def norm(  # noqa: D103, F811 - a signature # pyright: ignore[reportRedeclaration]
    input: Tensor, p: Optional[Union[int, float, complex]], dim: Optional[int] = None, keepdim: bool = False, out: Optional[Tensor] = None,
    dtype: Optional[int] = None,
) -> Tensor: ...


@overloaded
def norm(  # noqa: D103, F811 - a signature # pyright: ignore[reportRedeclaration]
    input: Tensor, p: str = "fro", dim: Optional[int] = None, keepdim: bool = False, out: Optional[Tensor] = None,
    dtype: Optional[int] = None,
) -> Tensor: ...


def norm(input, p="fro", dim=None, keepdim=False, out=None, dtype=None):  # type: ignore # noqa: ANN001, ANN201, F811, FBT002 - typed above
    """The norm of all items or over dims, of order `p`: a number, "fro" (2) or "nuc" (the sum of singular values)."""
    if dim is not None:
        if isinstance(dim, int):
            _dim = [dim]
        else:
            _dim = dim  # pyright: ignore[reportUnknownVariableType]
    else:
        _dim = None
    if isinstance(p, str):
        if p == "fro":
            if out is None:
                return aten.linalg_vector_norm(input, 2, _dim, keepdim, dtype=dtype)
            else:
                return aten.linalg_vector_norm(input, 2, _dim, keepdim, dtype=dtype, out=out)
        if p != "nuc":
            raise RuntimeError(f"only valid string values are 'fro' and 'nuc', found {p}")
        if _dim is None:
            if out is None:
                return aten.nuclear_norm(input, keepdim=keepdim)
            else:
                return aten.nuclear_norm(input, keepdim=keepdim, out=out)
        if out is None:
            return aten.nuclear_norm(input, _dim, keepdim=keepdim)
        else:
            return aten.nuclear_norm(input, _dim, keepdim=keepdim, out=out)
    else:  # noqa: RET505 - compiled for one kind of `p` at a time
        order = 2.0 if p is None else p
        if out is None:
            return aten.linalg_vector_norm(input, order, _dim, keepdim, dtype=dtype)
        else:
            return aten.linalg_vector_norm(input, order, _dim, keepdim, dtype=dtype, out=out)


@overloaded
def tensordot(  # noqa: D103 - a signature # pyright: ignore[reportRedeclaration]
    a: Tensor, b: Tensor, dims: int = 2, out: Optional[Tensor] = None
) -> Tensor: ...


@overloaded
def tensordot(  # noqa: D103, F811 - a signature # pyright: ignore[reportRedeclaration]
    a: Tensor, b: Tensor, dims: Tuple[List[int], List[int]], out: Optional[Tensor] = None
) -> Tensor: ...


@overloaded
def tensordot(  # noqa: D103, F811 - a signature # pyright: ignore[reportRedeclaration]
    a: Tensor, b: Tensor, dims: List[List[int]], out: Optional[Tensor] = None
) -> Tensor: ...


@overloaded
def tensordot(  # noqa: D103, F811 - a signature # pyright: ignore[reportRedeclaration]
    a: Tensor, b: Tensor, dims: Tensor, out: Optional[Tensor] = None
) -> Tensor: ...


def tensordot(a, b, dims=2, out=None):  # type: ignore # noqa: ANN001, ANN201, F811 - typed above
    """Products summed over pairs of dimensions: the last `dims` of `a` and the first of `b`, or two lists of dimensions."""
    if not isinstance(dims, (tuple, list, Tensor, int)):
        raise RuntimeError(
            f"tensordot expects dims to be int or Tuple[List[int], List[int]] or List[List[int]] containing two lists, but got dims={dims}"
        )
    dims_a: List[int] = []
    dims_b: List[int] = []
    if isinstance(dims, (tuple, list)):
        dims_a, dims_b = dims
    if isinstance(dims, Tensor):
        num_elements = dims.numel()
        if num_elements > 1:
            assert dims.size()[0] == 2
            dims_a = annotate(List[int], dims[0].tolist())
            dims_b = annotate(List[int], dims[1].tolist())
        else:
            dims_val = int(dims.item())
            if dims_val < 0:
                raise RuntimeError(f"tensordot expects dims >= 0, but got dims={dims}")
            dims_a = list(range(-dims_val, 0))
            dims_b = list(range(dims_val))
    if isinstance(dims, int):
        if dims < 0:
            raise RuntimeError(f"tensordot expects dims >= 0, but got dims={dims}")
        if dims > min(a.dim(), b.dim()):
            raise RuntimeError(f"tensordot expects dims < ndim_a or ndim_b, but got dims={dims}")
        dims_a = list(range(-dims, 0))
        dims_b = list(range(dims))
    if out is None:
        return aten.tensordot(a, b, dims_a, dims_b)
    else:  # noqa: RET505 - the graph is PyTorch's
        return aten.tensordot(a, b, dims_a, dims_b, out=out)


def _unique_both(
    input: Tensor, sorted: bool = True, return_inverse: bool = False, return_counts: bool = False, dim: Optional[int] = None
) -> Tuple[Tensor, Tensor, Tensor]:
    if dim is not None:
        output, inverse_indices, counts = aten.unique_dim(input, dim, sorted, return_inverse, return_counts)
    else:
        output, inverse_indices, counts = aten._unique2(input, sorted, return_inverse, return_counts)
    return output, inverse_indices, counts


def _unique_counts(
    input: Tensor, sorted: bool = True, return_inverse: bool = False, return_counts: bool = False, dim: Optional[int] = None
) -> Tuple[Tensor, Tensor]:
    output, _, counts = _unique_both(input, sorted, return_inverse, return_counts, dim)
    return output, counts


def _unique_inverse(
    input: Tensor, sorted: bool = True, return_inverse: bool = False, return_counts: bool = False, dim: Optional[int] = None
) -> Tuple[Tensor, Tensor]:
    output, inverse_indices, _ = _unique_both(input, sorted, return_inverse, return_counts, dim)
    return output, inverse_indices


def _unique_output(
    input: Tensor, sorted: bool = True, return_inverse: bool = False, return_counts: bool = False, dim: Optional[int] = None
) -> Tensor:
    output, _, _ = _unique_both(input, sorted, return_inverse, return_counts, dim)
    return output


_with_counts = BooleanDispatch(
    "unique", "return_inverse", 2, default=False, if_true=_unique_both, if_false=_unique_counts
)
_without_counts = BooleanDispatch(
    "unique", "return_inverse", 2, default=False, if_true=_unique_inverse, if_false=_unique_output
)
unique = BooleanDispatch("unique", "return_counts", 3, default=False, if_true=_with_counts, if_false=_without_counts)


def _consecutive_return_inverse_and_counts(
    input: Tensor, return_inverse: bool = False, return_counts: bool = False, dim: Optional[int] = None
) -> Tuple[Tensor, Tensor, Tensor]:
    output, inverse_indices, counts = aten.unique_consecutive(
        input, return_inverse=return_inverse, return_counts=return_counts, dim=dim
    )
    return output, inverse_indices, counts


def _consecutive_return_counts(
    input: Tensor, return_inverse: bool = False, return_counts: bool = False, dim: Optional[int] = None
) -> Tuple[Tensor, Tensor]:
    output, _, counts = _consecutive_return_inverse_and_counts(input, return_inverse, return_counts, dim)
    return output, counts


def _consecutive_return_inverse(
    input: Tensor, return_inverse: bool = False, return_counts: bool = False, dim: Optional[int] = None
) -> Tuple[Tensor, Tensor]:
    output, inverse_indices, _ = _consecutive_return_inverse_and_counts(input, return_inverse, return_counts, dim)
    return output, inverse_indices


def _consecutive_return_output(
    input: Tensor, return_inverse: bool = False, return_counts: bool = False, dim: Optional[int] = None
) -> Tensor:
    output, _, _ = _consecutive_return_inverse_and_counts(input, return_inverse, return_counts, dim)
    return output


_consecutive_with_inverse = BooleanDispatch(
    "unique_consecutive", "return_counts", 2, default=False, if_true=_consecutive_return_inverse_and_counts,
    if_false=_consecutive_return_inverse,
)  # fmt: skip
_consecutive_without_inverse = BooleanDispatch(
    "unique_consecutive", "return_counts", 2, default=False, if_true=_consecutive_return_counts, if_false=_consecutive_return_output
)
unique_consecutive = BooleanDispatch(
    "unique_consecutive", "return_inverse", 1, default=False, if_true=_consecutive_with_inverse, if_false=_consecutive_without_inverse
)

_NAMED: dict[str, Any] = {
    "stft": stft, "cdist": cdist, "norm": norm, "tensordot": tensordot,
    **{
        function.__name__: function
        for function in (_consecutive_return_counts, _consecutive_return_inverse, _consecutive_return_output)
    },
}  # fmt: skip
for _name, _function in _NAMED.items():
    vars(_function)["_jit_override_qualname"] = f"__torch__.torch.functional.{_name}"

SCRIPTED_FUNCTIONS: dict[Any, Any] = {
    functional.stft: stft, functional.cdist: cdist, functional.norm: norm, functional.tensordot: tensordot,
    functional.unique: unique, functional.unique_consecutive: unique_consecutive,
}  # fmt: skip
"""By the function that programs name."""

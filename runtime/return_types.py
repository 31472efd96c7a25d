"""Results with named parts, as PyTorch returns them from operators of several results.

Bodies of operators return the tuples of this file; callers of an operator get them as `torch.return_types.<operator>`, a class made of the
names that its schema gives the results.
"""
from __future__ import annotations

from functools import cache
from operator import itemgetter
from typing import Any, NamedTuple

from .tensor import Tensor


class NamedResult(tuple[Any, ...]):
    """The results of one operator: a tuple whose parts have names too. The class of an operator takes an iterable of all parts."""

    __slots__ = ()
    __match_args__: tuple[str, ...] = ()
    n_fields = 0

    def __repr__(self) -> str:
        parts = ",\n".join(f"{name}={value!r}" for name, value in zip(self.__match_args__, self))
        return f"torch.return_types.{type(self).__name__}(\n{parts})"

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuilt, (type(self).__name__, self.__match_args__, tuple(self))


def _rebuilt(operator: str, fields: tuple[str, ...], parts: tuple[Any, ...]) -> NamedResult:
    return named_result(operator, fields)(parts)


@cache
def named_result(operator: str, fields: tuple[str, ...]) -> type[NamedResult]:
    """The class of an operator's results."""
    members: dict[str, Any] = {name: property(itemgetter(place)) for place, name in enumerate(fields)}
    count = len(fields)
    members |= {"__slots__": (), "__module__": "torch.return_types", "__match_args__": fields}
    members |= {"n_fields": count, "n_sequence_fields": count}
    return type(operator, (NamedResult,), members)


class ValuesIndices(NamedTuple):
    """What `max(x, dim)`, `min(x, dim)` and their like give: the items and their places along the dimension."""

    values: Tensor
    indices: Tensor


class MinMax(NamedTuple):
    """What `aminmax` gives."""

    min: Tensor
    max: Tensor


class MantissaExponent(NamedTuple):
    """What `frexp` gives."""

    mantissa: Tensor
    exponent: Tensor


class CholeskyInfo(NamedTuple):
    """What `linalg_cholesky_ex` gives."""

    L: Tensor
    info: Tensor


class AFactor(NamedTuple):
    """What `geqrf` gives."""

    a: Tensor
    tau: Tensor


class QrFactors(NamedTuple):
    """What `linalg_qr` gives."""

    Q: Tensor
    R: Tensor


class LuFactors(NamedTuple):
    """What `linalg_lu_factor` gives."""

    LU: Tensor
    pivots: Tensor


class LuFactorsInfo(NamedTuple):
    """What `linalg_lu_factor_ex` gives."""

    LU: Tensor
    pivots: Tensor
    info: Tensor


class LuParts(NamedTuple):
    """What `linalg_lu` gives."""

    P: Tensor
    L: Tensor
    U: Tensor


class SvdFactors(NamedTuple):
    """What `linalg_svd` gives."""

    U: Tensor
    S: Tensor
    Vh: Tensor


class SvdOld(NamedTuple):
    """What `svd` gives."""

    U: Tensor
    S: Tensor
    V: Tensor


class EigenSystem(NamedTuple):
    """What `linalg_eig` and `linalg_eigh` give."""

    eigenvalues: Tensor
    eigenvectors: Tensor


class SignLog(NamedTuple):
    """What `linalg_slogdet` gives."""

    sign: Tensor
    logabsdet: Tensor


class SolutionInfo(NamedTuple):
    """What `linalg_solve_ex` gives."""

    result: Tensor
    info: Tensor


class InverseInfo(NamedTuple):
    """What `linalg_inv_ex` gives."""

    inverse: Tensor
    info: Tensor


class LeastSquares(NamedTuple):
    """What `linalg_lstsq` gives."""

    solution: Tensor
    residuals: Tensor
    rank: Tensor
    singular_values: Tensor


class TriangularSolution(NamedTuple):
    """What `triangular_solve` gives."""

    solution: Tensor
    cloned_coefficient: Tensor

"""Ready-made parametrizations: weight normalisation, spectral normalisation, orthogonal matrices.

Each registers a module by parametrize.py; the older forms, which work by hooks, are in weight_norm.py and spectral_norm.py.
"""
from __future__ import annotations

from enum import Enum, auto
from typing import Any

from ... import aten
from ...factories import eye, randn, zeros_like
from ...formats import contiguous_format
from ...grad_mode import no_grad
from ...tensor import Tensor
from ...type_info import finfo
from .. import functional as F
from ..module import Module
from ..modules.conv import ConvTranspose1d, ConvTranspose2d, ConvTranspose3d
from . import parametrize


def _is_orthogonal(matrix: Tensor) -> bool:
    rows, columns = matrix.size(-2), matrix.size(-1)
    tolerance = 10.0 * rows * finfo(matrix.dtype).eps
    return aten.allclose(matrix.mH @ matrix, eye(columns, dtype=matrix.dtype), atol=tolerance)


def _make_orthogonal(matrix: Tensor) -> Tensor:
    """The orthogonal factor nearest in sign: tall matrices only."""
    reflectors, tau = aten.geqrf(matrix)
    product = aten.linalg_householder_product(reflectors, tau)
    return product * reflectors.diagonal(dim1=-2, dim2=-1).sgn().unsqueeze(-2)


class _OrthMaps(Enum):
    matrix_exp = auto()
    cayley = auto()
    householder = auto()


class _Orthogonal(Module):
    base: Tensor

    def __init__(self, weight: Tensor, orthogonal_map: _OrthMaps, *, use_trivialization: bool = True) -> None:
        super().__init__()
        if weight.is_complex() and orthogonal_map == _OrthMaps.householder:
            raise ValueError("The householder parametrization does not support complex tensors.")
        self.shape = weight.shape
        self.orthogonal_map = orthogonal_map
        if use_trivialization:
            self.register_buffer("base", None)

    def forward(self, X: Tensor) -> Tensor:
        """The orthogonal matrix that belongs to `X`: from its triangle below the diagonal."""
        is_wide = X.size(-2) < X.size(-1)
        tall = X.mT if is_wide else X
        found = self._from_reflectors(tall) if self.orthogonal_map == _OrthMaps.householder else self._from_skew(tall)
        if hasattr(self, "base"):
            found = self.base @ found
        return found.mT if is_wide else found

    def _from_skew(self, tall: Tensor) -> Tensor:
        rows, columns = tall.size(-2), tall.size(-1)
        lower = tall.tril()
        if rows != columns:
            filler = lower.new_zeros(rows, rows - columns).expand(*lower.shape[:-2], -1, -1)
            lower = aten.cat([lower, filler], dim=-1)
        skew = lower - lower.mH
        if self.orthogonal_map == _OrthMaps.matrix_exp:
            found = aten.matrix_exp(skew)
        else:
            unit = eye(rows, dtype=skew.dtype)
            found = aten.linalg_solve(aten.add(unit, skew, alpha=-0.5), aten.add(unit, skew, alpha=0.5))
        return found[..., :columns] if rows != columns else found

    def _from_reflectors(self, tall: Tensor) -> Tensor:
        lower = tall.tril(diagonal=-1)
        tau = 2.0 / (1.0 + (lower * lower).sum(dim=-2))
        # the diagonal holds the signs of the columns
        return aten.linalg_householder_product(lower, tau) * tall.diagonal(dim1=-2, dim2=-1).int().unsqueeze(-2)

    @no_grad()
    def right_inverse(self, Q: Tensor) -> Tensor:
        """What gives an orthogonal `Q`; another matrix is made orthogonal first if the parametrization has a base."""
        if Q.shape != self.shape:
            raise ValueError(
                f"Expected a matrix or batch of matrices of shape {self.shape}. Got a tensor of shape {Q.shape}."
            )
        is_wide = Q.size(-2) < Q.size(-1)
        tall = Q.mT if is_wide else Q
        if hasattr(self, "base"):
            self.base = self._as_base(tall)
            negative: Any = zeros_like(Q)
            negative.diagonal(dim1=-2, dim2=-1).fill_(-1.0)
            return negative
        if self.orthogonal_map != _OrthMaps.householder:
            raise NotImplementedError(
                "It is not possible to assign to the matrix exponential "
                "or the Cayley parametrizations when use_trivialization=False."
            )
        reflectors, tau = aten.geqrf(tall)
        diagonal = reflectors.diagonal(dim1=-2, dim2=-1)
        diagonal.sign_()
        diagonal[tau == 0.0] *= -1
        return reflectors.mT if is_wide else reflectors

    def _as_base(self, tall: Tensor) -> Tensor:
        rows, columns = tall.size(-2), tall.size(-1)
        if rows != columns:
            noise = randn(*tall.size()[:-2], rows, rows - columns, dtype=tall.dtype)
            return _make_orthogonal(aten.cat([tall, noise], dim=-1))
        return tall.clone() if _is_orthogonal(tall) else _make_orthogonal(tall)


def _tensor_of(module: Module, name: str) -> Tensor:
    weight = getattr(module, name, None)
    if not isinstance(weight, Tensor):
        raise ValueError(f"Module '{module}' has no parameter or buffer with name '{name}'")
    return weight


def orthogonal(
    module: Module, name: str = "weight", orthogonal_map: str | None = None, *, use_trivialization: bool = True
) -> Module:
    """Make a parameter orthogonal (unitary if complex): its rows or columns, whichever are fewer, are orthonormal.

    Maps: "matrix_exp" and "cayley" of a skew matrix, "householder" reflections. Source: arXiv:1909.09501.
    """
    weight = _tensor_of(module, name)
    if weight.ndim < 2:
        raise ValueError(f"Expected a matrix or batch of matrices. Got a tensor of {weight.ndim} dimensions.")
    if orthogonal_map is None:
        is_square = weight.size(-2) == weight.size(-1)
        orthogonal_map = "matrix_exp" if is_square or weight.is_complex() else "householder"
    found = _OrthMaps.__members__.get(orthogonal_map)
    if found is None:
        raise ValueError(f'orthogonal_map has to be one of "matrix_exp", "cayley", "householder". Got: {orthogonal_map}')
    made = _Orthogonal(weight, found, use_trivialization=use_trivialization)
    return parametrize.register_parametrization(module, name, made, unsafe=True)


class _WeightNorm(Module):
    def __init__(self, dim: int | None = 0) -> None:
        super().__init__()
        self.dim = -1 if dim is None else dim

    def forward(self, weight_g: Tensor, weight_v: Tensor) -> Tensor:
        """The weight from its length and its direction."""
        return aten._weight_norm(weight_v, weight_g, self.dim)

    def right_inverse(self, weight: Tensor) -> tuple[Tensor, Tensor]:
        """Length and direction of a weight."""
        return aten.norm_except_dim(weight, 2, self.dim), weight


def weight_norm(module: Module, name: str = "weight", dim: int | None = 0) -> Module:
    """Compute a parameter from its length (`original0`) and its direction (`original1`). Source: arXiv:1602.07868.

    States that the older `nn.utils.weight_norm` saved are loaded too.
    """
    parametrize.register_parametrization(module, name, _WeightNorm(dim), unsafe=True)

    def take_older_keys(state_dict: dict[str, Any], prefix: str, *rest: object) -> None:
        older = [f"{prefix}{name}_g", f"{prefix}{name}_v"]
        if all(key in state_dict for key in older):
            for number, key in enumerate(older):
                state_dict[f"{prefix}parametrizations.{name}.original{number}"] = state_dict.pop(key)

    module._register_load_state_dict_pre_hook(take_older_keys)
    return module


class _SpectralNorm(Module):
    _u: Tensor
    _v: Tensor

    def __init__(self, weight: Tensor, n_power_iterations: int = 1, dim: int = 0, eps: float = 1e-12) -> None:
        super().__init__()
        rank = weight.ndim
        if dim >= rank or dim < -rank:
            raise IndexError(f"Dimension out of range (expected to be in range of [-{rank}, {rank - 1}] but got {dim})")
        if n_power_iterations <= 0:
            raise ValueError(f"Expected n_power_iterations to be positive, but got n_power_iterations={n_power_iterations}")
        self.dim = dim if dim >= 0 else dim + rank
        self.eps = eps
        if rank > 1:
            self.n_power_iterations = n_power_iterations
            matrix = self._reshape_weight_to_matrix(weight)
            rows, columns = matrix.size()
            left = matrix.new_empty(rows).normal_(0, 1)
            right = matrix.new_empty(columns).normal_(0, 1)
            self.register_buffer("_u", F.normalize(left, dim=0, eps=self.eps))
            self.register_buffer("_v", F.normalize(right, dim=0, eps=self.eps))
            # so that the first values are close
            self._power_method(matrix, 15)

    def _reshape_weight_to_matrix(self, weight: Tensor) -> Tensor:
        if self.dim != 0:
            weight = weight.permute(self.dim, *[d for d in range(weight.dim()) if d != self.dim])
        return weight.flatten(1)

    @no_grad()
    def _power_method(self, matrix: Tensor, n_power_iterations: int) -> None:
        for _ in range(n_power_iterations):
            self._u.copy_(F.normalize(aten.mv(matrix, self._v), dim=0, eps=self.eps))
            self._v.copy_(F.normalize(aten.mv(matrix.mH, self._u), dim=0, eps=self.eps))

    def forward(self, weight: Tensor) -> Tensor:
        """The weight divided by its largest singular value, as the power method knows it; in training it goes a step further."""
        if weight.ndim == 1:
            return F.normalize(weight, dim=0, eps=self.eps)
        matrix = self._reshape_weight_to_matrix(weight)
        if self.training:
            self._power_method(matrix, self.n_power_iterations)
        left = self._u.clone(memory_format=contiguous_format)
        right = self._v.clone(memory_format=contiguous_format)
        return weight / aten.vdot(left, aten.mv(matrix, right))

    def right_inverse(self, value: Tensor) -> Tensor:
        """`value`: whoever assigns a weight is taken to know its norm."""
        return value


def spectral_norm(
    module: Module, name: str = "weight", n_power_iterations: int = 1, eps: float = 1e-12, dim: int | None = None
) -> Module:
    """Divide a parameter by its largest singular value. Source: arXiv:1802.05957."""
    weight = _tensor_of(module, name)
    if dim is None:
        dim = 1 if isinstance(module, ConvTranspose1d | ConvTranspose2d | ConvTranspose3d) else 0
    return parametrize.register_parametrization(module, name, _SpectralNorm(weight, n_power_iterations, dim, eps))

"""Functions over operators, as `rushlight.<name>` has them too."""
from __future__ import annotations

from rushlight.runtime.aten import family
from rushlight.runtime.functional import atleast_1d as atleast_1d
from rushlight.runtime.functional import atleast_2d as atleast_2d
from rushlight.runtime.functional import atleast_3d as atleast_3d
from rushlight.runtime.functional import block_diag as block_diag
from rushlight.runtime.functional import broadcast_shapes as broadcast_shapes
from rushlight.runtime.functional import broadcast_tensors as broadcast_tensors
from rushlight.runtime.functional import cartesian_prod as cartesian_prod
from rushlight.runtime.functional import cdist as cdist
from rushlight.runtime.functional import chain_matmul as chain_matmul
from rushlight.runtime.functional import einsum as einsum
from rushlight.runtime.functional import lu as lu
from rushlight.runtime.functional import meshgrid as meshgrid
from rushlight.runtime.functional import norm as norm
from rushlight.runtime.functional import stft as stft
from rushlight.runtime.functional import tensordot as tensordot
from rushlight.runtime.functional import unique as unique
from rushlight.runtime.functional import unique_consecutive as unique_consecutive
from rushlight.runtime.functional import unravel_index as unravel_index

_operator = family("")
istft = _operator("istft")
split = _operator("split")

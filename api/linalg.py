"""Linear algebra: `rushlight.linalg.svd` is the operator `aten::linalg_svd`."""
from __future__ import annotations

from rushlight.runtime.aten import family
from rushlight.runtime.ops.linalg.lapack import LinAlgError as LinAlgError

__getattr__ = family("linalg_")

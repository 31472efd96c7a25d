"""Ready-made parametrizations."""
from __future__ import annotations

from rushlight.runtime.nn.utils.parametrizations import orthogonal as orthogonal
from rushlight.runtime.nn.utils.parametrizations import spectral_norm as spectral_norm
from rushlight.runtime.nn.utils.parametrizations import weight_norm as weight_norm

"""What goes with the layers."""
from __future__ import annotations

from rushlight.nn.utils import rnn as rnn
from rushlight.runtime.nn.utils.spectral_norm import remove_spectral_norm as remove_spectral_norm
from rushlight.runtime.nn.utils.spectral_norm import spectral_norm as spectral_norm
from rushlight.runtime.nn.utils.weight_norm import remove_weight_norm as remove_weight_norm
from rushlight.runtime.nn.utils.weight_norm import weight_norm as weight_norm

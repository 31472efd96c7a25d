"""Which implementation of attention runs: there is one, so choosing changes nothing."""
from __future__ import annotations

from rushlight.runtime.nn.attention_choice import SDPBackend as SDPBackend
from rushlight.runtime.nn.attention_choice import sdpa_kernel as sdpa_kernel

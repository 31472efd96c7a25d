"""What goes with the layers: sequences of different lengths, and parameters that are computed from others."""

from __future__ import annotations

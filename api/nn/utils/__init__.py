"""What goes with the layers."""
from __future__ import annotations

from rushlight.nn.utils import rnn as rnn

"""What stands around models in PyTorch, as far as models themselves use it."""
from __future__ import annotations

from rushlight.utils import checkpoint as checkpoint
from rushlight.utils import data as data
from rushlight.utils import dlpack as dlpack
from rushlight.utils import hooks as hooks
from rushlight.utils import serialization as serialization

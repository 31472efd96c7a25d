"""How parameters get their first values."""
from __future__ import annotations

from typing import Any

from rushlight.runtime.nn import init as _init
from rushlight.runtime.nn.init import calculate_gain as calculate_gain
from rushlight.runtime.nn.init import constant_ as constant_
from rushlight.runtime.nn.init import dirac_ as dirac_
from rushlight.runtime.nn.init import eye_ as eye_
from rushlight.runtime.nn.init import kaiming_normal_ as kaiming_normal_
from rushlight.runtime.nn.init import kaiming_uniform_ as kaiming_uniform_
from rushlight.runtime.nn.init import normal_ as normal_
from rushlight.runtime.nn.init import ones_ as ones_
from rushlight.runtime.nn.init import orthogonal_ as orthogonal_
from rushlight.runtime.nn.init import sparse_ as sparse_
from rushlight.runtime.nn.init import trunc_normal_ as trunc_normal_
from rushlight.runtime.nn.init import uniform_ as uniform_
from rushlight.runtime.nn.init import xavier_normal_ as xavier_normal_
from rushlight.runtime.nn.init import xavier_uniform_ as xavier_uniform_
from rushlight.runtime.nn.init import zeros_ as zeros_


def __getattr__(name: str) -> Any:
    """PyTorch's own helpers, e.g. `_calculate_fan_in_and_fan_out`, which programs use too."""
    return getattr(_init, name)

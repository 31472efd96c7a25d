"""The layers by the file they are in, for programs that say `torch.nn.modules.linear.Linear`."""
from __future__ import annotations

import sys

from rushlight.runtime.nn import module as module
from rushlight.runtime.nn.module import Module as Module
from rushlight.runtime.nn.modules import *  # noqa: F403
from rushlight.runtime.nn.modules import activation as activation
from rushlight.runtime.nn.modules import batchnorm as batchnorm
from rushlight.runtime.nn.modules import container as container
from rushlight.runtime.nn.modules import conv as conv
from rushlight.runtime.nn.modules import dropout as dropout
from rushlight.runtime.nn.modules import flatten as flatten
from rushlight.runtime.nn.modules import linear as linear
from rushlight.runtime.nn.modules import pooling as pooling

for _module in (activation, batchnorm, container, conv, dropout, flatten, linear, module, pooling):
    # `import rushlight.nn.modules.linear` finds the one module there is, not a second copy of its classes.
    sys.modules[f"{__name__}.{_module.__name__.rpartition('.')[2]}"] = _module

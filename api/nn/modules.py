"""The layers by the file they are in, for programs that say `torch.nn.modules.linear.Linear`."""
from __future__ import annotations

import sys

import rushlight.runtime.nn.modules.utils as utils
from rushlight.runtime.nn import module as module
from rushlight.runtime.nn.module import Module as Module
from rushlight.runtime.nn.modules import *  # noqa: F403
from rushlight.runtime.nn.modules import activation as activation
from rushlight.runtime.nn.modules import adaptive as adaptive
from rushlight.runtime.nn.modules import batchnorm as batchnorm
from rushlight.runtime.nn.modules import channelshuffle as channelshuffle
from rushlight.runtime.nn.modules import container as container
from rushlight.runtime.nn.modules import conv as conv
from rushlight.runtime.nn.modules import distance as distance
from rushlight.runtime.nn.modules import dropout as dropout
from rushlight.runtime.nn.modules import flatten as flatten
from rushlight.runtime.nn.modules import fold as fold
from rushlight.runtime.nn.modules import instancenorm as instancenorm
from rushlight.runtime.nn.modules import lazy as lazy
from rushlight.runtime.nn.modules import linear as linear
from rushlight.runtime.nn.modules import loss as loss
from rushlight.runtime.nn.modules import normalization as normalization
from rushlight.runtime.nn.modules import padding as padding
from rushlight.runtime.nn.modules import pixelshuffle as pixelshuffle
from rushlight.runtime.nn.modules import pooling as pooling
from rushlight.runtime.nn.modules import rnn as rnn
from rushlight.runtime.nn.modules import sparse as sparse
from rushlight.runtime.nn.modules import transformer as transformer
from rushlight.runtime.nn.modules import upsampling as upsampling

_FILES = (
    activation, adaptive, batchnorm, channelshuffle, container, conv, distance, dropout, flatten, fold, instancenorm, lazy, linear,
    loss, normalization, padding, pixelshuffle, pooling, rnn, sparse, transformer, upsampling, utils, module,
)
for _module in _FILES:
    # `import rushlight.nn.modules.linear` finds the one module there is, not a second copy of its classes.
    sys.modules[f"{__name__}.{_module.__name__.rpartition('.')[2]}"] = _module

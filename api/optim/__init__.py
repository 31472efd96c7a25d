"""Optimizers, which need gradients and refuse to be made; their names exist, so that files with training code can be imported."""
from __future__ import annotations

from rushlight.optim import lr_scheduler as lr_scheduler
from rushlight.runtime.surroundings import Training


class ASGD(Training):
    """RuntimeError when made."""


class Adadelta(Training):
    """RuntimeError when made."""


class Adafactor(Training):
    """RuntimeError when made."""


class Adagrad(Training):
    """RuntimeError when made."""


class Adam(Training):
    """RuntimeError when made."""


class AdamW(Training):
    """RuntimeError when made."""


class Adamax(Training):
    """RuntimeError when made."""


class LBFGS(Training):
    """RuntimeError when made."""


class NAdam(Training):
    """RuntimeError when made."""


class Optimizer(Training):
    """RuntimeError when made."""


class RAdam(Training):
    """RuntimeError when made."""


class RMSprop(Training):
    """RuntimeError when made."""


class Rprop(Training):
    """RuntimeError when made."""


class SGD(Training):
    """RuntimeError when made."""


class SparseAdam(Training):
    """RuntimeError when made."""

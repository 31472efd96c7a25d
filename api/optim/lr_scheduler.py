"""Schedules of learning rates, which refuse to be made like the optimizers."""
from __future__ import annotations

from rushlight.runtime.surroundings import Training


class ChainedScheduler(Training):
    """RuntimeError when made."""


class ConstantLR(Training):
    """RuntimeError when made."""


class CosineAnnealingLR(Training):
    """RuntimeError when made."""


class CosineAnnealingWarmRestarts(Training):
    """RuntimeError when made."""


class CyclicLR(Training):
    """RuntimeError when made."""


class ExponentialLR(Training):
    """RuntimeError when made."""


class LRScheduler(Training):
    """RuntimeError when made."""


class LambdaLR(Training):
    """RuntimeError when made."""


class LinearLR(Training):
    """RuntimeError when made."""


class MultiStepLR(Training):
    """RuntimeError when made."""


class MultiplicativeLR(Training):
    """RuntimeError when made."""


class OneCycleLR(Training):
    """RuntimeError when made."""


class PolynomialLR(Training):
    """RuntimeError when made."""


class ReduceLROnPlateau(Training):
    """RuntimeError when made."""


class SequentialLR(Training):
    """RuntimeError when made."""


class StepLR(Training):
    """RuntimeError when made."""


_LRScheduler = LRScheduler

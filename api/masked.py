"""Reductions and normalizations of the items that a mask keeps: `rushlight.masked.mean(x, 1, mask=m)`."""
from __future__ import annotations

from rushlight.runtime.masked import amax as amax
from rushlight.runtime.masked import amin as amin
from rushlight.runtime.masked import argmax as argmax
from rushlight.runtime.masked import argmin as argmin
from rushlight.runtime.masked import cumprod as cumprod
from rushlight.runtime.masked import cumsum as cumsum
from rushlight.runtime.masked import log_softmax as log_softmax
from rushlight.runtime.masked import logaddexp as logaddexp
from rushlight.runtime.masked import logsumexp as logsumexp
from rushlight.runtime.masked import mean as mean
from rushlight.runtime.masked import median as median
from rushlight.runtime.masked import norm as norm
from rushlight.runtime.masked import normalize as normalize
from rushlight.runtime.masked import prod as prod
from rushlight.runtime.masked import softmax as softmax
from rushlight.runtime.masked import softmin as softmin
from rushlight.runtime.masked import std as std
from rushlight.runtime.masked import sum as sum
from rushlight.runtime.masked import var as var

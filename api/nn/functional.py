"""The operations behind the layers; those that are one operator are that operator's packet."""
from __future__ import annotations

from typing import Any

from rushlight.runtime.nn import functional as _functional
from rushlight.runtime.nn.functional import adaptive_avg_pool2d as adaptive_avg_pool2d
from rushlight.runtime.nn.functional import adaptive_avg_pool3d as adaptive_avg_pool3d
from rushlight.runtime.nn.functional import adaptive_max_pool1d as adaptive_max_pool1d
from rushlight.runtime.nn.functional import adaptive_max_pool1d_with_indices as adaptive_max_pool1d_with_indices
from rushlight.runtime.nn.functional import adaptive_max_pool2d as adaptive_max_pool2d
from rushlight.runtime.nn.functional import adaptive_max_pool2d_with_indices as adaptive_max_pool2d_with_indices
from rushlight.runtime.nn.functional import adaptive_max_pool3d as adaptive_max_pool3d
from rushlight.runtime.nn.functional import adaptive_max_pool3d_with_indices as adaptive_max_pool3d_with_indices
from rushlight.runtime.nn.functional import batch_norm as batch_norm
from rushlight.runtime.nn.functional import dropout as dropout
from rushlight.runtime.nn.functional import fractional_max_pool2d as fractional_max_pool2d
from rushlight.runtime.nn.functional import fractional_max_pool2d_with_indices as fractional_max_pool2d_with_indices
from rushlight.runtime.nn.functional import fractional_max_pool3d as fractional_max_pool3d
from rushlight.runtime.nn.functional import fractional_max_pool3d_with_indices as fractional_max_pool3d_with_indices
from rushlight.runtime.nn.functional import log_softmax as log_softmax
from rushlight.runtime.nn.functional import lp_pool1d as lp_pool1d
from rushlight.runtime.nn.functional import lp_pool2d as lp_pool2d
from rushlight.runtime.nn.functional import lp_pool3d as lp_pool3d
from rushlight.runtime.nn.functional import max_pool1d as max_pool1d
from rushlight.runtime.nn.functional import max_pool1d_with_indices as max_pool1d_with_indices
from rushlight.runtime.nn.functional import max_pool2d as max_pool2d
from rushlight.runtime.nn.functional import max_pool2d_with_indices as max_pool2d_with_indices
from rushlight.runtime.nn.functional import max_pool3d as max_pool3d
from rushlight.runtime.nn.functional import max_pool3d_with_indices as max_pool3d_with_indices
from rushlight.runtime.nn.functional import max_unpool1d as max_unpool1d
from rushlight.runtime.nn.functional import max_unpool2d as max_unpool2d
from rushlight.runtime.nn.functional import max_unpool3d as max_unpool3d
from rushlight.runtime.nn.functional import pad as pad
from rushlight.runtime.nn.functional import relu as relu
from rushlight.runtime.nn.functional import sigmoid as sigmoid
from rushlight.runtime.nn.functional import softmax as softmax
from rushlight.runtime.nn.functional import softmin as softmin
from rushlight.runtime.nn.functional import tanh as tanh


def __getattr__(name: str) -> Any:
    """The functions that are one operator (`linear`, `conv2d`, ...), and PyTorch's own helpers."""
    return getattr(_functional, name)

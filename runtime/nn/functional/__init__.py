"""The operations behind the layers, under the names of `torch.nn.functional`, one file per family.

Functions that PyTorch defines as one operator are that operator's packet (`linear`, `conv2d`, `gelu`, ...). The others are
written in the subset of Python that the script compiler reads; archives hold them as compiled functions of `torch.nn.functional`,
whichever file of this folder they are in, so each compiles to the same graph as PyTorch's function of that name.
"""
from __future__ import annotations

from ... import aten
from ...ops.packet import Packet
from .activation import _get_softmax_dim as _get_softmax_dim
from .activation import log_softmax as log_softmax
from .activation import relu as relu
from .activation import sigmoid as sigmoid
from .activation import softmax as softmax
from .activation import softmin as softmin
from .activation import tanh as tanh
from .dropout import dropout as dropout
from .fractional_pooling import _fractional_max_pool2d as _fractional_max_pool2d
from .fractional_pooling import _fractional_max_pool3d as _fractional_max_pool3d
from .fractional_pooling import fractional_max_pool2d as fractional_max_pool2d
from .fractional_pooling import fractional_max_pool2d_with_indices as fractional_max_pool2d_with_indices
from .fractional_pooling import fractional_max_pool3d as fractional_max_pool3d
from .fractional_pooling import fractional_max_pool3d_with_indices as fractional_max_pool3d_with_indices
from .max_pooling import _adaptive_max_pool1d as _adaptive_max_pool1d
from .max_pooling import _adaptive_max_pool2d as _adaptive_max_pool2d
from .max_pooling import _adaptive_max_pool3d as _adaptive_max_pool3d
from .max_pooling import _max_pool1d as _max_pool1d
from .max_pooling import _max_pool2d as _max_pool2d
from .max_pooling import _max_pool3d as _max_pool3d
from .max_pooling import _unpool_output_size as _unpool_output_size
from .max_pooling import adaptive_max_pool1d as adaptive_max_pool1d
from .max_pooling import adaptive_max_pool1d_with_indices as adaptive_max_pool1d_with_indices
from .max_pooling import adaptive_max_pool2d as adaptive_max_pool2d
from .max_pooling import adaptive_max_pool2d_with_indices as adaptive_max_pool2d_with_indices
from .max_pooling import adaptive_max_pool3d as adaptive_max_pool3d
from .max_pooling import adaptive_max_pool3d_with_indices as adaptive_max_pool3d_with_indices
from .max_pooling import max_pool1d as max_pool1d
from .max_pooling import max_pool1d_with_indices as max_pool1d_with_indices
from .max_pooling import max_pool2d as max_pool2d
from .max_pooling import max_pool2d_with_indices as max_pool2d_with_indices
from .max_pooling import max_pool3d as max_pool3d
from .max_pooling import max_pool3d_with_indices as max_pool3d_with_indices
from .max_pooling import max_unpool1d as max_unpool1d
from .max_pooling import max_unpool2d as max_unpool2d
from .max_pooling import max_unpool3d as max_unpool3d
from .norm_pooling import lp_pool1d as lp_pool1d
from .norm_pooling import lp_pool2d as lp_pool2d
from .norm_pooling import lp_pool3d as lp_pool3d
from .normalization import _verify_batch_size as _verify_batch_size
from .normalization import batch_norm as batch_norm
from .pooling import _list_with_default as _list_with_default
from .pooling import adaptive_avg_pool2d as adaptive_avg_pool2d
from .pooling import adaptive_avg_pool3d as adaptive_avg_pool3d
from .resampling import pad as pad

_OPERATORS = frozenset({
    "adaptive_avg_pool1d", "avg_pool1d", "avg_pool2d", "avg_pool3d", "bilinear", "celu_", "channel_shuffle", "conv1d", "conv2d",
    "conv3d", "conv_tbc", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d", "cosine_similarity", "elu_", "gelu",
    "hardshrink", "hardtanh_", "leaky_relu_", "linear", "logsigmoid", "one_hot", "pixel_shuffle", "pixel_unshuffle", "prelu",
    "relu_", "rrelu_", "scaled_dot_product_attention", "selu_", "softplus", "softshrink", "threshold_",
})
_RENAMED = {"logsigmoid": "log_sigmoid"}


def __getattr__(name: str) -> Packet:
    """The functions that are operators; AttributeError where the operator table has no row yet."""
    if name not in _OPERATORS:
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    found = globals()[name] = getattr(aten, _RENAMED.get(name, name))
    return found

"""The operations behind the layers, under the names of `torch.nn.functional`, one file per family.

Functions that PyTorch defines as one operator are that operator's packet (`linear`, `conv2d`, `gelu`, ...). The others are
written in the subset of Python that the script compiler reads; archives hold them as compiled functions of `torch.nn.functional`,
whichever file of this folder they are in, so each compiles to the same graph as PyTorch's function of that name.
"""
from __future__ import annotations

from ... import aten
from ...ops.packet import Packet
from .activation import _get_softmax_dim as _get_softmax_dim
from .activation import _threshold as _threshold
from .activation import celu as celu
from .activation import elu as elu
from .activation import glu as glu
from .activation import gumbel_softmax as gumbel_softmax
from .activation import hardsigmoid as hardsigmoid
from .activation import hardswish as hardswish
from .activation import hardtanh as hardtanh
from .activation import leaky_relu as leaky_relu
from .activation import log_softmax as log_softmax
from .activation import mish as mish
from .activation import relu as relu
from .activation import relu6 as relu6
from .activation import rrelu as rrelu
from .activation import selu as selu
from .activation import sigmoid as sigmoid
from .activation import silu as silu
from .activation import softmax as softmax
from .activation import softmin as softmin
from .activation import softsign as softsign
from .activation import tanh as tanh
from .activation import tanhshrink as tanhshrink
from .activation import threshold as threshold
from .attention import _canonical_mask as _canonical_mask
from .attention import _check_key_padding_mask as _check_key_padding_mask
from .attention import _in_projection as _in_projection
from .attention import _in_projection_packed as _in_projection_packed
from .attention import _mha_shape_check as _mha_shape_check
from .attention import _none_or_dtype as _none_or_dtype
from .attention import multi_head_attention_forward as multi_head_attention_forward
from .dropout import alpha_dropout as alpha_dropout
from .dropout import dropout as dropout
from .dropout import dropout1d as dropout1d
from .dropout import dropout2d as dropout2d
from .dropout import dropout3d as dropout3d
from .dropout import feature_alpha_dropout as feature_alpha_dropout
from .embedding import embedding as embedding
from .embedding import embedding_bag as embedding_bag
from .fractional_pooling import _fractional_max_pool2d as _fractional_max_pool2d
from .fractional_pooling import _fractional_max_pool3d as _fractional_max_pool3d
from .fractional_pooling import fractional_max_pool2d as fractional_max_pool2d
from .fractional_pooling import fractional_max_pool2d_with_indices as fractional_max_pool2d_with_indices
from .fractional_pooling import fractional_max_pool3d as fractional_max_pool3d
from .fractional_pooling import fractional_max_pool3d_with_indices as fractional_max_pool3d_with_indices
from .losses import binary_cross_entropy as binary_cross_entropy
from .losses import binary_cross_entropy_with_logits as binary_cross_entropy_with_logits
from .losses import cosine_embedding_loss as cosine_embedding_loss
from .losses import cross_entropy as cross_entropy
from .losses import ctc_loss as ctc_loss
from .losses import gaussian_nll_loss as gaussian_nll_loss
from .losses import hinge_embedding_loss as hinge_embedding_loss
from .losses import huber_loss as huber_loss
from .losses import kl_div as kl_div
from .losses import l1_loss as l1_loss
from .losses import linear_cross_entropy as linear_cross_entropy
from .losses import margin_ranking_loss as margin_ranking_loss
from .losses import mse_loss as mse_loss
from .losses import multi_margin_loss as multi_margin_loss
from .losses import multilabel_margin_loss as multilabel_margin_loss
from .losses import multilabel_soft_margin_loss as multilabel_soft_margin_loss
from .losses import nll_loss as nll_loss
from .losses import poisson_nll_loss as poisson_nll_loss
from .losses import smooth_l1_loss as smooth_l1_loss
from .losses import soft_margin_loss as soft_margin_loss
from .losses import triplet_margin_loss as triplet_margin_loss
from .losses import triplet_margin_with_distance_loss as triplet_margin_with_distance_loss
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
from .normalization import _verify_spatial_size as _verify_spatial_size
from .normalization import batch_norm as batch_norm
from .normalization import group_norm as group_norm
from .normalization import instance_norm as instance_norm
from .normalization import layer_norm as layer_norm
from .normalization import local_response_norm as local_response_norm
from .normalization import rms_norm as rms_norm
from .pooling import _list_with_default as _list_with_default
from .pooling import adaptive_avg_pool2d as adaptive_avg_pool2d
from .pooling import adaptive_avg_pool3d as adaptive_avg_pool3d
from .resampling import _is_integer as _is_integer
from .resampling import affine_grid as affine_grid
from .resampling import assert_int_or_pair as assert_int_or_pair
from .resampling import fold as fold
from .resampling import grid_sample as grid_sample
from .resampling import interpolate as interpolate
from .resampling import normalize as normalize
from .resampling import pad as pad
from .resampling import unfold as unfold
from .resampling import upsample as upsample
from .resampling import upsample_bilinear as upsample_bilinear
from .resampling import upsample_nearest as upsample_nearest

_OPERATORS = frozenset({
    "_no_grad_embedding_renorm_", "adaptive_avg_pool1d", "avg_pool1d", "avg_pool2d", "avg_pool3d", "bilinear", "celu_",
    "channel_shuffle", "conv1d", "conv2d", "conv3d", "conv_tbc", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d",
    "cosine_similarity", "elu_", "gelu", "hardshrink", "hardtanh_", "leaky_relu_", "linear", "logsigmoid", "native_channel_shuffle",
    "one_hot", "pairwise_distance", "pdist", "pixel_shuffle", "pixel_unshuffle", "prelu", "relu_", "rrelu_",
    "scaled_dot_product_attention", "selu_", "softplus", "softshrink", "threshold_",
})
_RENAMED = {"logsigmoid": "log_sigmoid"}


def __getattr__(name: str) -> Packet:
    """The functions that are operators; AttributeError where the operator table has no row yet."""
    if name not in _OPERATORS:
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    found = globals()[name] = getattr(aten, _RENAMED.get(name, name))
    return found

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
from rushlight.runtime.nn.functional import affine_grid as affine_grid
from rushlight.runtime.nn.functional import alpha_dropout as alpha_dropout
from rushlight.runtime.nn.functional import assert_int_or_pair as assert_int_or_pair
from rushlight.runtime.nn.functional import batch_norm as batch_norm
from rushlight.runtime.nn.functional import binary_cross_entropy as binary_cross_entropy
from rushlight.runtime.nn.functional import binary_cross_entropy_with_logits as binary_cross_entropy_with_logits
from rushlight.runtime.nn.functional import celu as celu
from rushlight.runtime.nn.functional import cosine_embedding_loss as cosine_embedding_loss
from rushlight.runtime.nn.functional import cross_entropy as cross_entropy
from rushlight.runtime.nn.functional import ctc_loss as ctc_loss
from rushlight.runtime.nn.functional import dropout as dropout
from rushlight.runtime.nn.functional import dropout1d as dropout1d
from rushlight.runtime.nn.functional import dropout2d as dropout2d
from rushlight.runtime.nn.functional import dropout3d as dropout3d
from rushlight.runtime.nn.functional import elu as elu
from rushlight.runtime.nn.functional import embedding as embedding
from rushlight.runtime.nn.functional import embedding_bag as embedding_bag
from rushlight.runtime.nn.functional import feature_alpha_dropout as feature_alpha_dropout
from rushlight.runtime.nn.functional import fold as fold
from rushlight.runtime.nn.functional import fractional_max_pool2d as fractional_max_pool2d
from rushlight.runtime.nn.functional import fractional_max_pool2d_with_indices as fractional_max_pool2d_with_indices
from rushlight.runtime.nn.functional import fractional_max_pool3d as fractional_max_pool3d
from rushlight.runtime.nn.functional import fractional_max_pool3d_with_indices as fractional_max_pool3d_with_indices
from rushlight.runtime.nn.functional import gaussian_nll_loss as gaussian_nll_loss
from rushlight.runtime.nn.functional import glu as glu
from rushlight.runtime.nn.functional import grid_sample as grid_sample
from rushlight.runtime.nn.functional import group_norm as group_norm
from rushlight.runtime.nn.functional import gumbel_softmax as gumbel_softmax
from rushlight.runtime.nn.functional import hardsigmoid as hardsigmoid
from rushlight.runtime.nn.functional import hardswish as hardswish
from rushlight.runtime.nn.functional import hardtanh as hardtanh
from rushlight.runtime.nn.functional import hinge_embedding_loss as hinge_embedding_loss
from rushlight.runtime.nn.functional import huber_loss as huber_loss
from rushlight.runtime.nn.functional import instance_norm as instance_norm
from rushlight.runtime.nn.functional import interpolate as interpolate
from rushlight.runtime.nn.functional import kl_div as kl_div
from rushlight.runtime.nn.functional import l1_loss as l1_loss
from rushlight.runtime.nn.functional import layer_norm as layer_norm
from rushlight.runtime.nn.functional import leaky_relu as leaky_relu
from rushlight.runtime.nn.functional import linear_cross_entropy as linear_cross_entropy
from rushlight.runtime.nn.functional import local_response_norm as local_response_norm
from rushlight.runtime.nn.functional import log_softmax as log_softmax
from rushlight.runtime.nn.functional import lp_pool1d as lp_pool1d
from rushlight.runtime.nn.functional import lp_pool2d as lp_pool2d
from rushlight.runtime.nn.functional import lp_pool3d as lp_pool3d
from rushlight.runtime.nn.functional import margin_ranking_loss as margin_ranking_loss
from rushlight.runtime.nn.functional import max_pool1d as max_pool1d
from rushlight.runtime.nn.functional import max_pool1d_with_indices as max_pool1d_with_indices
from rushlight.runtime.nn.functional import max_pool2d as max_pool2d
from rushlight.runtime.nn.functional import max_pool2d_with_indices as max_pool2d_with_indices
from rushlight.runtime.nn.functional import max_pool3d as max_pool3d
from rushlight.runtime.nn.functional import max_pool3d_with_indices as max_pool3d_with_indices
from rushlight.runtime.nn.functional import max_unpool1d as max_unpool1d
from rushlight.runtime.nn.functional import max_unpool2d as max_unpool2d
from rushlight.runtime.nn.functional import max_unpool3d as max_unpool3d
from rushlight.runtime.nn.functional import mish as mish
from rushlight.runtime.nn.functional import mse_loss as mse_loss
from rushlight.runtime.nn.functional import multi_head_attention_forward as multi_head_attention_forward
from rushlight.runtime.nn.functional import multi_margin_loss as multi_margin_loss
from rushlight.runtime.nn.functional import multilabel_margin_loss as multilabel_margin_loss
from rushlight.runtime.nn.functional import multilabel_soft_margin_loss as multilabel_soft_margin_loss
from rushlight.runtime.nn.functional import nll_loss as nll_loss
from rushlight.runtime.nn.functional import normalize as normalize
from rushlight.runtime.nn.functional import pad as pad
from rushlight.runtime.nn.functional import poisson_nll_loss as poisson_nll_loss
from rushlight.runtime.nn.functional import relu as relu
from rushlight.runtime.nn.functional import relu6 as relu6
from rushlight.runtime.nn.functional import rms_norm as rms_norm
from rushlight.runtime.nn.functional import rrelu as rrelu
from rushlight.runtime.nn.functional import selu as selu
from rushlight.runtime.nn.functional import sigmoid as sigmoid
from rushlight.runtime.nn.functional import silu as silu
from rushlight.runtime.nn.functional import smooth_l1_loss as smooth_l1_loss
from rushlight.runtime.nn.functional import soft_margin_loss as soft_margin_loss
from rushlight.runtime.nn.functional import softmax as softmax
from rushlight.runtime.nn.functional import softmin as softmin
from rushlight.runtime.nn.functional import softsign as softsign
from rushlight.runtime.nn.functional import tanh as tanh
from rushlight.runtime.nn.functional import tanhshrink as tanhshrink
from rushlight.runtime.nn.functional import threshold as threshold
from rushlight.runtime.nn.functional import triplet_margin_loss as triplet_margin_loss
from rushlight.runtime.nn.functional import triplet_margin_with_distance_loss as triplet_margin_with_distance_loss
from rushlight.runtime.nn.functional import unfold as unfold
from rushlight.runtime.nn.functional import upsample as upsample
from rushlight.runtime.nn.functional import upsample_bilinear as upsample_bilinear
from rushlight.runtime.nn.functional import upsample_nearest as upsample_nearest


def __getattr__(name: str) -> Any:
    """The functions that are one operator (`linear`, `conv2d`, ...), and PyTorch's own helpers."""
    return getattr(_functional, name)

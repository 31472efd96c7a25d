"""Made by tests/docs/make.py from the operator table."""
from builtins import bool as _bool
from builtins import complex as _complex
from builtins import float as _float
from builtins import int as _int
from builtins import str as _str
from collections.abc import Sequence
from typing import Any, NamedTuple, overload

from rushlight.runtime.device import Device
from rushlight.runtime.dtype import DType
from rushlight.runtime.formats import MemoryFormat
from rushlight.runtime.layout import LayoutKind
from rushlight.runtime.random import Generator
from rushlight.runtime.tensor import Tensor

_Number = _int | _float | _bool | _complex
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

@overload
def adaptive_avg_pool1d(input: Tensor, output_size: _int | Sequence[_int]) -> Tensor:
    """The mean of each of `output_size` windows that cover the line evenly."""
    ...
@overload
def adaptive_avg_pool1d(input: Tensor, output_size: _int | Sequence[_int], *, out: Tensor) -> Tensor: ...
@overload
def avg_pool1d(input: Tensor, kernel_size: _int | Sequence[_int], stride: _int | Sequence[_int] = ..., padding: _int | Sequence[_int] = ..., ceil_mode: _bool = False, count_include_pad: _bool = True) -> Tensor:
    """The mean of each window; padding counts as zeros, and in the divisor if `count_include_pad`."""
    ...
@overload
def avg_pool1d(input: Tensor, kernel_size: _int | Sequence[_int], stride: _int | Sequence[_int] = ..., padding: _int | Sequence[_int] = ..., ceil_mode: _bool = False, count_include_pad: _bool = True, *, out: Tensor) -> Tensor: ...
@overload
def avg_pool2d(input: Tensor, kernel_size: _int | Sequence[_int], stride: _int | Sequence[_int] = ..., padding: _int | Sequence[_int] = ..., ceil_mode: _bool = False, count_include_pad: _bool = True, divisor_override: _int | None = None) -> Tensor:
    """The mean of each window; padding counts as zeros, and in the divisor if `count_include_pad`."""
    ...
@overload
def avg_pool2d(input: Tensor, kernel_size: _int | Sequence[_int], stride: _int | Sequence[_int] = ..., padding: _int | Sequence[_int] = ..., ceil_mode: _bool = False, count_include_pad: _bool = True, divisor_override: _int | None = None, *, out: Tensor) -> Tensor: ...
@overload
def avg_pool3d(input: Tensor, kernel_size: _int | Sequence[_int], stride: _int | Sequence[_int] = ..., padding: _int | Sequence[_int] = ..., ceil_mode: _bool = False, count_include_pad: _bool = True, divisor_override: _int | None = None) -> Tensor:
    """The mean of each window; padding counts as zeros, and in the divisor if `count_include_pad`."""
    ...
@overload
def avg_pool3d(input: Tensor, kernel_size: _int | Sequence[_int], stride: _int | Sequence[_int] = ..., padding: _int | Sequence[_int] = ..., ceil_mode: _bool = False, count_include_pad: _bool = True, divisor_override: _int | None = None, *, out: Tensor) -> Tensor: ...
def bilinear(input1: Tensor, input2: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """input1 (..., I) @ weight (O, I, J) @ input2 (..., J) + bias (O,): (..., O)."""
    ...
def celu_(input: Tensor, alpha: _Number | Tensor = 1.0) -> Tensor:
    """self where positive, else alpha * (exp(self / alpha) - 1). Source: arXiv:1704.07483."""
    ...
@overload
def channel_shuffle(input: Tensor, groups: _int) -> Tensor:
    """Channels (dimension 1) of groups, one of each in turn. Source: arXiv:1707.01083."""
    ...
@overload
def channel_shuffle(input: Tensor, groups: _int, *, out: Tensor) -> Tensor: ...
@overload
def conv1d(input: Tensor, weight: Tensor, bias: Tensor | None = None, stride: _int | Sequence[_int] = ..., padding: _int | Sequence[_int] = ..., dilation: _int | Sequence[_int] = ..., groups: _int = 1) -> Tensor:
    """As conv2d over one dimension."""
    ...
@overload
def conv1d(input: Tensor, weight: Tensor, bias: Tensor | None = None, stride: _int | Sequence[_int] = ..., padding: _str = ..., dilation: _int | Sequence[_int] = ..., groups: _int = 1) -> Tensor: ...
@overload
def conv2d(input: Tensor, weight: Tensor, bias: Tensor | None = None, stride: _int | Sequence[_int] = ..., padding: _int | Sequence[_int] = ..., dilation: _int | Sequence[_int] = ..., groups: _int = 1) -> Tensor:
    """Cross-correlation of images with windows of weights, plus a bias per output channel."""
    ...
@overload
def conv2d(input: Tensor, weight: Tensor, bias: Tensor | None = None, stride: _int | Sequence[_int] = ..., padding: _str = ..., dilation: _int | Sequence[_int] = ..., groups: _int = 1) -> Tensor: ...
@overload
def conv3d(input: Tensor, weight: Tensor, bias: Tensor | None = None, stride: _int | Sequence[_int] = ..., padding: _int | Sequence[_int] = ..., dilation: _int | Sequence[_int] = ..., groups: _int = 1) -> Tensor:
    """As conv2d over volumes."""
    ...
@overload
def conv3d(input: Tensor, weight: Tensor, bias: Tensor | None = None, stride: _int | Sequence[_int] = ..., padding: _str = ..., dilation: _int | Sequence[_int] = ..., groups: _int = 1) -> Tensor: ...
@overload
def conv_tbc(input: Tensor, weight: Tensor, bias: Tensor, pad: _int = 0) -> Tensor:
    """conv1d of (time, batch, channels) with weights (window, channels, out channels) and `pad` zeros on both sides."""
    ...
@overload
def conv_tbc(input: Tensor, weight: Tensor, bias: Tensor, pad: _int = 0, *, out: Tensor) -> Tensor: ...
def conv_transpose1d(input: Tensor, weight: Tensor, bias: Tensor | None = None, stride: _int | Sequence[_int] = ..., padding: _int | Sequence[_int] = ..., output_padding: _int | Sequence[_int] = ..., groups: _int = 1, dilation: _int | Sequence[_int] = ...) -> Tensor:
    """Every item of the input spreads its window of weights (in channel, out channel / groups, size) over the output, where they add up."""
    ...
def conv_transpose2d(input: Tensor, weight: Tensor, bias: Tensor | None = None, stride: _int | Sequence[_int] = ..., padding: _int | Sequence[_int] = ..., output_padding: _int | Sequence[_int] = ..., groups: _int = 1, dilation: _int | Sequence[_int] = ...) -> Tensor:
    """As conv_transpose1d over two dimensions."""
    ...
def conv_transpose3d(input: Tensor, weight: Tensor, bias: Tensor | None = None, stride: _int | Sequence[_int] = ..., padding: _int | Sequence[_int] = ..., output_padding: _int | Sequence[_int] = ..., groups: _int = 1, dilation: _int | Sequence[_int] = ...) -> Tensor:
    """As conv_transpose1d over three dimensions."""
    ...
def cosine_similarity(x1: Tensor, x2: Tensor, dim: _int = 1, eps: _float = 1e-08) -> Tensor:
    """The cosine of the angle between vectors along `dim`; their lengths count as at least eps."""
    ...
def elu_(input: Tensor, alpha: _Number | Tensor = 1, scale: _Number | Tensor = 1, input_scale: _Number | Tensor = 1) -> Tensor:
    """scale * self where positive, else scale * alpha * (exp(input_scale * self) - 1)."""
    ...
@overload
def gelu(input: Tensor, *, approximate: _str = ...) -> Tensor:
    """self times the normal distribution function at self, exact or by its tanh approximation (arXiv:1606.08415)."""
    ...
@overload
def gelu(input: Tensor, *, approximate: _str = ..., out: Tensor) -> Tensor: ...
@overload
def hardshrink(input: Tensor, lambd: _Number | Tensor = 0.5) -> Tensor:
    """self outside of [-lambd, lambd], else zero; NaN stays NaN."""
    ...
@overload
def hardshrink(input: Tensor, lambd: _Number | Tensor = 0.5, *, out: Tensor) -> Tensor: ...
def hardtanh_(input: Tensor, min_val: _Number | Tensor = -1, max_val: _Number | Tensor = 1) -> Tensor:
    """As `hardtanh`, in the memory of `self`."""
    ...
def leaky_relu_(input: Tensor, negative_slope: _Number | Tensor = 0.01) -> Tensor:
    """self where positive, else negative_slope * self."""
    ...
@overload
def linear(input: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """input @ weight.T + bias over the last dimension of `input`; weight is (out, in), or (in,) for a single output."""
    ...
@overload
def linear(input: Tensor, weight: Tensor, bias: Tensor | None = None, *, out: Tensor) -> Tensor: ...
@overload
def logsigmoid(input: Tensor) -> Tensor:
    """log(sigmoid(self)), without the overflow of the two in turn; contiguous whatever self is, as PyTorch's."""
    ...
@overload
def logsigmoid(input: Tensor, *, out: Tensor) -> Tensor: ...
def native_channel_shuffle(input: Tensor, groups: _int) -> Tensor:
    """Channels (dimension 1) of groups, one of each in turn. Source: arXiv:1707.01083."""
    ...
def one_hot(input: Tensor, num_classes: _int = -1) -> Tensor:
    """A 1 at each class number along a new last dimension; as many classes as the largest number needs if -1."""
    ...
def pairwise_distance(x1: Tensor, x2: Tensor, p: _float = 2.0, eps: _float = 1e-06, keepdim: _bool = False) -> Tensor:
    """The norm of order p of x1 - x2 + eps over the last dim."""
    ...
def pdist(input: Tensor, p: _float = 2.0) -> Tensor:
    """The distance of order p of every pair of rows."""
    ...
@overload
def pixel_shuffle(input: Tensor, upscale_factor: _int) -> Tensor:
    """(..., C * r * r, H, W) to (..., C, H * r, W * r). Source: arXiv:1609.05158."""
    ...
@overload
def pixel_shuffle(input: Tensor, upscale_factor: _int, *, out: Tensor) -> Tensor: ...
@overload
def pixel_unshuffle(input: Tensor, downscale_factor: _int) -> Tensor:
    """(..., C, H * r, W * r) to (..., C * r * r, H, W)."""
    ...
@overload
def pixel_unshuffle(input: Tensor, downscale_factor: _int, *, out: Tensor) -> Tensor: ...
def prelu(input: Tensor, weight: Tensor) -> Tensor:
    """self where positive, else weight * self; one weight, or one for each channel (dimension 1)."""
    ...
def relu_(input: Tensor) -> Tensor:
    """self where positive, else zero; NaN stays NaN."""
    ...
def rrelu_(input: Tensor, lower: _Number | Tensor = 0.125, upper: _Number | Tensor = 0.3333333333333333, training: _bool = False, generator: Generator | None = None) -> Tensor:
    """self where positive, else self times a slope from [lower, upper), or times their mean outside of training."""
    ...
def scaled_dot_product_attention(query: Tensor, key: Tensor, value: Tensor, attn_mask: Tensor | None = None, dropout_p: _float = 0.0, is_causal: _bool = False, *, scale: _float | None = None, enable_gqa: _bool = False) -> Tensor:
    """Values (..., S, V) weighed for each query (..., L, E) by its products with the keys (..., S, E): (..., L, V)."""
    ...
def selu_(input: Tensor) -> Tensor:
    """The scaled elu that keeps mean 0 and variance 1. Source: arXiv:1706.02515."""
    ...
@overload
def softplus(input: Tensor, beta: _Number | Tensor = 1, threshold: _Number | Tensor = 20) -> Tensor:
    """log(1 + exp(beta * self)) / beta, and self itself where beta * self is above the threshold."""
    ...
@overload
def softplus(input: Tensor, beta: _Number | Tensor = 1, threshold: _Number | Tensor = 20, *, out: Tensor) -> Tensor: ...
@overload
def softshrink(input: Tensor, lambd: _Number | Tensor = 0.5) -> Tensor:
    """self moved towards zero by lambd, zero where it is nearer."""
    ...
@overload
def softshrink(input: Tensor, lambd: _Number | Tensor = 0.5, *, out: Tensor) -> Tensor: ...
def threshold_(input: Tensor, threshold: _Number | Tensor, value: _Number | Tensor) -> Tensor:
    """self where above the threshold, else value; NaN stays NaN."""
    ...

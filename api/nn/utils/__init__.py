"""What goes with the layers."""
from __future__ import annotations

from rushlight.nn.utils import parametrizations as parametrizations
from rushlight.nn.utils import parametrize as parametrize
from rushlight.nn.utils import prune as prune
from rushlight.nn.utils import rnn as rnn
from rushlight.nn.utils import stateless as stateless
from rushlight.runtime.nn.utils.fusion import fuse_conv_bn_eval as fuse_conv_bn_eval
from rushlight.runtime.nn.utils.fusion import fuse_conv_bn_weights as fuse_conv_bn_weights
from rushlight.runtime.nn.utils.fusion import fuse_linear_bn_eval as fuse_linear_bn_eval
from rushlight.runtime.nn.utils.fusion import fuse_linear_bn_weights as fuse_linear_bn_weights
from rushlight.runtime.nn.utils.parameters import clip_grad_norm as clip_grad_norm
from rushlight.runtime.nn.utils.parameters import clip_grad_norm_ as clip_grad_norm_
from rushlight.runtime.nn.utils.parameters import clip_grad_value_ as clip_grad_value_
from rushlight.runtime.nn.utils.parameters import clip_grads_with_norm_ as clip_grads_with_norm_
from rushlight.runtime.nn.utils.parameters import convert_conv2d_weight_memory_format as convert_conv2d_weight_memory_format
from rushlight.runtime.nn.utils.parameters import convert_conv3d_weight_memory_format as convert_conv3d_weight_memory_format
from rushlight.runtime.nn.utils.parameters import get_total_norm as get_total_norm
from rushlight.runtime.nn.utils.parameters import parameters_to_vector as parameters_to_vector
from rushlight.runtime.nn.utils.parameters import skip_init as skip_init
from rushlight.runtime.nn.utils.parameters import vector_to_parameters as vector_to_parameters
from rushlight.runtime.nn.utils.spectral_norm import remove_spectral_norm as remove_spectral_norm
from rushlight.runtime.nn.utils.spectral_norm import spectral_norm as spectral_norm
from rushlight.runtime.nn.utils.weight_norm import remove_weight_norm as remove_weight_norm
from rushlight.runtime.nn.utils.weight_norm import weight_norm as weight_norm

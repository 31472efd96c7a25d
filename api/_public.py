"""The names of `rushlight` that are no operators: types, element types, factories, switches, numbers."""
from __future__ import annotations

from rushlight.runtime import random as _random
from rushlight.runtime.device import Device
from rushlight.runtime.device import get_default_device as get_default_device
from rushlight.runtime.device import set_default_device as set_default_device
from rushlight.runtime.dtype import DType, bool_
from rushlight.runtime.dtype import bfloat16 as bfloat16
from rushlight.runtime.dtype import complex32 as complex32
from rushlight.runtime.dtype import complex64 as complex64
from rushlight.runtime.dtype import complex128 as complex128
from rushlight.runtime.dtype import float8_e4m3fn as float8_e4m3fn
from rushlight.runtime.dtype import float8_e4m3fnuz as float8_e4m3fnuz
from rushlight.runtime.dtype import float8_e5m2 as float8_e5m2
from rushlight.runtime.dtype import float8_e5m2fnuz as float8_e5m2fnuz
from rushlight.runtime.dtype import float8_e8m0fnu as float8_e8m0fnu
from rushlight.runtime.dtype import float16 as float16
from rushlight.runtime.dtype import float32 as float32
from rushlight.runtime.dtype import float64 as float64
from rushlight.runtime.dtype import int8 as int8
from rushlight.runtime.dtype import int16 as int16
from rushlight.runtime.dtype import int32 as int32
from rushlight.runtime.dtype import int64 as int64
from rushlight.runtime.dtype import qint8 as qint8
from rushlight.runtime.dtype import qint32 as qint32
from rushlight.runtime.dtype import quint4x2 as quint4x2
from rushlight.runtime.dtype import quint8 as quint8
from rushlight.runtime.dtype import uint8 as uint8
from rushlight.runtime.dtype import uint16 as uint16
from rushlight.runtime.dtype import uint32 as uint32
from rushlight.runtime.dtype import uint64 as uint64
from rushlight.runtime.factories import arange as arange
from rushlight.runtime.factories import as_tensor as as_tensor
from rushlight.runtime.factories import asarray as asarray
from rushlight.runtime.factories import empty as empty
from rushlight.runtime.factories import empty_like as empty_like
from rushlight.runtime.factories import empty_permuted as empty_permuted
from rushlight.runtime.factories import empty_strided as empty_strided
from rushlight.runtime.factories import eye as eye
from rushlight.runtime.factories import from_dlpack as from_dlpack
from rushlight.runtime.factories import frombuffer as frombuffer
from rushlight.runtime.factories import full as full
from rushlight.runtime.factories import full_like as full_like
from rushlight.runtime.factories import is_tensor as is_tensor
from rushlight.runtime.factories import linspace as linspace
from rushlight.runtime.factories import logspace as logspace
from rushlight.runtime.factories import normal as normal
from rushlight.runtime.factories import ones as ones
from rushlight.runtime.factories import ones_like as ones_like
from rushlight.runtime.factories import rand as rand
from rushlight.runtime.factories import rand_like as rand_like
from rushlight.runtime.factories import randint as randint
from rushlight.runtime.factories import randint_like as randint_like
from rushlight.runtime.factories import randn as randn
from rushlight.runtime.factories import randn_like as randn_like
from rushlight.runtime.factories import randperm as randperm
from rushlight.runtime.factories import range as range
from rushlight.runtime.factories import scalar_tensor as scalar_tensor
from rushlight.runtime.factories import tensor as tensor
from rushlight.runtime.factories import to_dlpack as to_dlpack
from rushlight.runtime.factories import tril_indices as tril_indices
from rushlight.runtime.factories import triu_indices as triu_indices
from rushlight.runtime.factories import zeros as zeros
from rushlight.runtime.factories import zeros_like as zeros_like
from rushlight.runtime.formats import MemoryFormat
from rushlight.runtime.formats import channels_last as channels_last
from rushlight.runtime.formats import channels_last_3d as channels_last_3d
from rushlight.runtime.formats import contiguous_format as contiguous_format
from rushlight.runtime.formats import preserve_format as preserve_format
from rushlight.runtime.functional import atleast_1d as atleast_1d
from rushlight.runtime.functional import atleast_2d as atleast_2d
from rushlight.runtime.functional import atleast_3d as atleast_3d
from rushlight.runtime.functional import block_diag as block_diag
from rushlight.runtime.functional import broadcast_shapes as broadcast_shapes
from rushlight.runtime.functional import broadcast_tensors as broadcast_tensors
from rushlight.runtime.functional import cartesian_prod as cartesian_prod
from rushlight.runtime.functional import cdist as cdist
from rushlight.runtime.functional import chain_matmul as chain_matmul
from rushlight.runtime.functional import einsum as einsum
from rushlight.runtime.functional import lu as lu
from rushlight.runtime.functional import meshgrid as meshgrid
from rushlight.runtime.functional import nonzero as nonzero
from rushlight.runtime.functional import norm as norm
from rushlight.runtime.functional import stft as stft
from rushlight.runtime.functional import tensordot as tensordot
from rushlight.runtime.functional import unique as unique
from rushlight.runtime.functional import unique_consecutive as unique_consecutive
from rushlight.runtime.functional import unravel_index as unravel_index
from rushlight.runtime.grad_mode import enable_grad as enable_grad
from rushlight.runtime.grad_mode import inference_mode as inference_mode
from rushlight.runtime.grad_mode import is_grad_enabled as is_grad_enabled
from rushlight.runtime.grad_mode import is_inference_mode_enabled as is_inference_mode_enabled
from rushlight.runtime.grad_mode import no_grad as no_grad
from rushlight.runtime.grad_mode import set_grad_enabled as set_grad_enabled
from rushlight.runtime.layout import LayoutKind
from rushlight.runtime.layout import jagged as jagged
from rushlight.runtime.layout import sparse_bsc as sparse_bsc
from rushlight.runtime.layout import sparse_bsr as sparse_bsr
from rushlight.runtime.layout import sparse_coo as sparse_coo
from rushlight.runtime.layout import sparse_csc as sparse_csc
from rushlight.runtime.layout import sparse_csr as sparse_csr
from rushlight.runtime.layout import strided as strided
from rushlight.runtime.legacy import BFloat16Tensor as BFloat16Tensor
from rushlight.runtime.legacy import BoolTensor as BoolTensor
from rushlight.runtime.legacy import ByteTensor as ByteTensor
from rushlight.runtime.legacy import CharTensor as CharTensor
from rushlight.runtime.legacy import DoubleTensor as DoubleTensor
from rushlight.runtime.legacy import FloatTensor as FloatTensor
from rushlight.runtime.legacy import HalfTensor as HalfTensor
from rushlight.runtime.legacy import IntTensor as IntTensor
from rushlight.runtime.legacy import LongTensor as LongTensor
from rushlight.runtime.legacy import ShortTensor as ShortTensor
from rushlight.runtime.legacy import set_default_tensor_type as set_default_tensor_type
from rushlight.runtime.low_rank import pca_lowrank as pca_lowrank
from rushlight.runtime.low_rank import svd_lowrank as svd_lowrank
from rushlight.runtime.mapping import vmap as vmap
from rushlight.runtime.names import cond as cond
from rushlight.runtime.names import e as e
from rushlight.runtime.names import inf as inf
from rushlight.runtime.names import nan as nan
from rushlight.runtime.names import newaxis as newaxis
from rushlight.runtime.names import pi as pi
from rushlight.runtime.names import sym_float as sym_float
from rushlight.runtime.names import sym_int as sym_int
from rushlight.runtime.names import sym_ite as sym_ite
from rushlight.runtime.names import sym_max as sym_max
from rushlight.runtime.names import sym_min as sym_min
from rushlight.runtime.names import sym_not as sym_not
from rushlight.runtime.names import sym_sqrt as sym_sqrt
from rushlight.runtime.names import sym_sum as sym_sum
from rushlight.runtime.names import typename as typename
from rushlight.runtime.names import while_loop as while_loop
from rushlight.runtime.ops.methods import publish
from rushlight.runtime.ops.namespaces import ops as ops
from rushlight.runtime.printing import get_printoptions as get_printoptions
from rushlight.runtime.printing import printoptions as printoptions
from rushlight.runtime.printing import set_printoptions as set_printoptions
from rushlight.runtime.promotion import get_default_dtype as get_default_dtype
from rushlight.runtime.promotion import set_default_dtype as set_default_dtype
from rushlight.runtime.random import Generator as Generator
from rushlight.runtime.random import get_rng_state as get_rng_state
from rushlight.runtime.random import initial_seed as initial_seed
from rushlight.runtime.random import manual_seed as manual_seed
from rushlight.runtime.random import seed as seed
from rushlight.runtime.random import set_rng_state as set_rng_state
from rushlight.runtime.settings import are_deterministic_algorithms_enabled as are_deterministic_algorithms_enabled
from rushlight.runtime.settings import get_autocast_dtype as get_autocast_dtype
from rushlight.runtime.settings import get_deterministic_debug_mode as get_deterministic_debug_mode
from rushlight.runtime.settings import get_float32_matmul_precision as get_float32_matmul_precision
from rushlight.runtime.settings import is_deterministic_algorithms_warn_only_enabled as is_deterministic_algorithms_warn_only_enabled
from rushlight.runtime.settings import set_deterministic_debug_mode as set_deterministic_debug_mode
from rushlight.runtime.settings import set_float32_matmul_precision as set_float32_matmul_precision
from rushlight.runtime.settings import use_deterministic_algorithms as use_deterministic_algorithms
from rushlight.runtime.storage import empty_cache as empty_cache
from rushlight.runtime.storage import memory_stats as memory_stats
from rushlight.runtime.storage import reset_peak_memory_stats as reset_peak_memory_stats
from rushlight.runtime.storage import set_pool_limit as set_pool_limit
from rushlight.runtime.storages import TypedStorage as TypedStorage
from rushlight.runtime.storages import UntypedStorage as UntypedStorage
from rushlight.runtime.storages import is_storage as is_storage
from rushlight.runtime.surroundings import OutOfMemoryError as OutOfMemoryError
from rushlight.runtime.surroundings import accept, always, check, never
from rushlight.runtime.surroundings import autocast as autocast
from rushlight.runtime.surroundings import compile as compile
from rushlight.runtime.tensor import Size as Size
from rushlight.runtime.tensor import Tensor as Tensor
from rushlight.runtime.tensor import from_numpy as from_numpy
from rushlight.runtime.threads import get_num_interop_threads as get_num_interop_threads
from rushlight.runtime.threads import get_num_threads as get_num_threads
from rushlight.runtime.threads import set_num_interop_threads as set_num_interop_threads
from rushlight.runtime.threads import set_num_threads as set_num_threads
from rushlight.runtime.type_info import can_cast as can_cast
from rushlight.runtime.type_info import finfo as finfo
from rushlight.runtime.type_info import iinfo as iinfo
from rushlight.runtime.type_info import promote_types as promote_types
from rushlight.runtime.type_info import result_type as result_type
from rushlight.serialize.save_reader import load as load
from rushlight.serialize.save_writer import save as save

device = Device
dtype = DType
bool = bool_
layout = LayoutKind
memory_format = MemoryFormat
chalf = complex32
cfloat = complex64
cdouble = complex128
half = float16
float = float32
double = float64
short = int16
int = int32
long = int64
_assert = check
set_warn_always = accept
set_flush_denormal = never
compiled_with_cxx11_abi = always
is_autocast_cpu_enabled = never
is_warn_always_enabled = never
legacy_contiguous_format = contiguous_format
default_generator = _random.default_generator()

publish(Tensor)

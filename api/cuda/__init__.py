"""What programs ask about CUDA devices: there are none."""
from __future__ import annotations

from rushlight.cuda import amp as amp
from rushlight.cuda import nvtx as nvtx
from rushlight.runtime.surroundings import OutOfMemoryError as OutOfMemoryError
from rushlight.runtime.surroundings import accept, never, no_cuda, no_device, no_devices, nothing

is_available = never
is_initialized = never
is_bf16_supported = never
is_tf32_supported = never
is_current_stream_capturing = never
device_count = no_devices
memory_allocated = no_devices
max_memory_allocated = no_devices
memory_reserved = no_devices
max_memory_reserved = no_devices
memory_cached = no_devices
max_memory_cached = no_devices
get_arch_list = nothing
get_rng_state_all = nothing
manual_seed = accept
manual_seed_all = accept
seed = accept
seed_all = accept
empty_cache = accept
reset_peak_memory_stats = accept
reset_max_memory_allocated = accept
set_rng_state_all = accept
init = no_cuda
current_device = no_cuda
current_stream = no_cuda
default_stream = no_cuda
synchronize = no_cuda
set_device = no_cuda
get_device_name = no_cuda
get_device_properties = no_cuda
get_device_capability = no_cuda
mem_get_info = no_cuda
memory_summary = no_cuda
get_rng_state = no_cuda
set_rng_state = no_cuda
initial_seed = no_cuda
ipc_collect = no_cuda
utilization = no_cuda
Stream = no_cuda
Event = no_cuda
CUDAGraph = no_cuda
graph = no_cuda
FloatTensor = no_cuda
DoubleTensor = no_cuda
HalfTensor = no_cuda
BFloat16Tensor = no_cuda
LongTensor = no_cuda
IntTensor = no_cuda
ShortTensor = no_cuda
CharTensor = no_cuda
ByteTensor = no_cuda
BoolTensor = no_cuda
device = no_device
device_of = no_device
stream = no_device

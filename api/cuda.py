"""What programs ask about CUDA devices: there are none."""
from __future__ import annotations

from types import SimpleNamespace

from rushlight.runtime.surroundings import accept, cuda_autocast, never, no_cuda, no_devices

is_available = never
is_initialized = never
is_bf16_supported = never
device_count = no_devices
manual_seed = accept
manual_seed_all = accept
empty_cache = accept
current_device = no_cuda
synchronize = no_cuda
set_device = no_cuda
get_device_name = no_cuda
get_device_properties = no_cuda
Stream = no_cuda
Event = no_cuda
amp = SimpleNamespace(autocast=cuda_autocast)

"""What programs ask about the CPU as a device."""
from __future__ import annotations

from rushlight.runtime.surroundings import accept, always, one_device, processor

is_available = always
is_initialized = always
device_count = one_device
current_device = processor
set_device = accept
synchronize = accept

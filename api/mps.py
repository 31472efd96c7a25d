"""What programs ask about Apple's GPUs, which are not used."""
from __future__ import annotations

from rushlight.runtime.surroundings import accept, never, no_devices

is_available = never
device_count = no_devices
empty_cache = accept
manual_seed = accept
current_allocated_memory = no_devices

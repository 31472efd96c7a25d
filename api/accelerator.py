"""What programs ask about accelerators: there are none."""
from __future__ import annotations

from rushlight.runtime.surroundings import accept, never, no_devices

is_available = never
device_count = no_devices
current_accelerator = accept

"""Which library computes on quantized tensors: the engine is a name that programs set and read."""
from __future__ import annotations

engine = "x86"
supported_engines = ["qnnpack", "onednn", "x86", "fbgemm"]

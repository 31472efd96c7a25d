"""Whether a model is being exported: never."""
from __future__ import annotations

from rushlight.runtime.surroundings import never, no_export

is_in_onnx_export = never
export = no_export

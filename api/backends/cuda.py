"""Switches of CUDA libraries, which are not here."""
from __future__ import annotations

from types import SimpleNamespace

from rushlight.runtime.nn.attention_choice import sdp_kernel as sdp_kernel
from rushlight.runtime.surroundings import accept, always, never

is_built = never
enable_cudnn_sdp = accept
enable_flash_sdp = accept
enable_math_sdp = accept
enable_mem_efficient_sdp = accept
cudnn_sdp_enabled = always
flash_sdp_enabled = always
math_sdp_enabled = always
mem_efficient_sdp_enabled = always
preferred_linalg_library = accept
matmul = SimpleNamespace(
    allow_tf32=False, allow_fp16_reduced_precision_reduction=True, allow_bf16_reduced_precision_reduction=True, fp32_precision="none"
)

"""rushlight: TorchScript without PyTorch. The public face; everything here is re-exported from the packages below it."""

from __future__ import annotations

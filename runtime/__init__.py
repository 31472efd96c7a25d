"""Tensors, operators, kernels, the executor and nn. Imports nothing else of rushlight."""

from __future__ import annotations

"""From Python that describes a kernel to machine code."""

from __future__ import annotations

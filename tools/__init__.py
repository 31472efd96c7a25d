"""What people use around a model: the command line and the demo."""

from __future__ import annotations

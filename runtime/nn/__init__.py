"""Neural network modules and functions, built on the operator table."""

from __future__ import annotations

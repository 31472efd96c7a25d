"""Speed: `pytest bench/` tracks rushlight's own times, `python -m bench` compares them with its peers' in one process."""

from __future__ import annotations

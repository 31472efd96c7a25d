"""Rewrites of graphs, one per file: functions of a graph that say whether they changed anything. `pipeline.py` has the order."""

from __future__ import annotations

"""From Python or TorchScript source to a typed graph, and from a graph to something callable."""

from __future__ import annotations

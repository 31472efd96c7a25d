"""Rows that make tensors: filled, from data, evenly spaced, at random."""

from __future__ import annotations

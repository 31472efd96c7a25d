"""The operator table, the packets made from it, and one file of rows per operator family."""

from __future__ import annotations

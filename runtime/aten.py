"""Every operator of the table as a name: `aten.relu(x)` calls the packet of `aten::relu`.

Names are looked up when they are first used, so importing this module loads no operator. Code that the script compiler
reads (`nn/functional/`) calls operators through it, and `rushlight.<operator>` is the same lookup.
"""
from __future__ import annotations

from collections.abc import Callable

from .ops.packet import Packet, packet


def __getattr__(name: str) -> Packet:
    """The packet of the operator `name`; AttributeError where the table has none."""
    found = None if name.startswith("__") else packet(f"aten::{name}")
    if found is None:
        raise AttributeError(f"the operator table has no aten::{name}")
    globals()[name] = found
    return found


def family(prefix: str) -> Callable[[str], Packet]:
    """A look-up of operators by what follows `prefix` in their names: `family("fft_")("rfft")` is `fft_rfft`."""

    def find(name: str) -> Packet:
        return __getattr__(name if name.startswith("__") else f"{prefix}{name}")

    return find

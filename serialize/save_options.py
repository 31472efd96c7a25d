"""How `rushlight.save` and `rushlight.load` do what nobody told them otherwise: PyTorch's options, for the whole process.

In: calls of the functions below, or the members of `load` and `save` (`rushlight.utils.serialization.config`). save_reader.py and
save_writer.py ask here when a call begins; `skip_data` holds for the thread that entered it.
"""

from __future__ import annotations

import enum
import sys
import threading
from dataclasses import dataclass
from mmap import MAP_PRIVATE, MAP_SHARED
from typing import Literal


class LoadEndianness(enum.Enum):
    """The byte order of files that do not say theirs."""

    NATIVE = 1
    LITTLE = 2
    BIG = 3


@dataclass(slots=True)
class LoadOptions:
    """What `load` does unless it is told otherwise: map the file, how to map it, and the byte order of files without a record of it."""

    mmap: bool = False
    endianness: LoadEndianness | None = None
    mmap_flags: int = MAP_PRIVATE


@dataclass(slots=True)
class SaveOptions:
    """What `save` does: compute the checksum of each record."""

    compute_crc32: bool = True


load, save = LoadOptions(), SaveOptions()


def get_crc32_options() -> bool:
    """Whether `save` computes the checksum of each record: True unless told otherwise."""
    return save.compute_crc32


def set_crc32_options(compute_crc32: bool) -> None:
    """Without checksums saving is faster, damage is not noticed, and programs for zip files may complain."""
    save.compute_crc32 = compute_crc32


def get_default_mmap_options() -> int:
    """How `load(mmap=True)` maps files: `mmap.MAP_PRIVATE` unless told otherwise."""
    return load.mmap_flags


class set_default_mmap_options:  # noqa: N801 - PyTorch's name
    """Map files with `mmap.MAP_PRIVATE`, or with `mmap.MAP_SHARED`, where what is written into tensors is written into the file.

    A call sets it; as a context it is set back at the end. ValueError for other flags.
    """

    def __init__(self, flags: int) -> None:
        if flags not in (MAP_PRIVATE, MAP_SHARED):
            raise ValueError(
                f"Invalid argument in function set_default_mmap_options, expected mmap.MAP_PRIVATE or mmap.MAP_SHARED, but got {flags}"
            )
        self._before = load.mmap_flags
        load.mmap_flags = flags

    def __enter__(self) -> None:
        pass

    def __exit__(self, *exception: object) -> None:
        load.mmap_flags = self._before


def get_default_load_endianness() -> LoadEndianness | None:
    """The byte order of files that do not say theirs; None, which is little-endian, unless told otherwise."""
    return load.endianness


def set_default_load_endianness(endianness: LoadEndianness | None) -> None:
    """Read files that do not say their byte order in this one. TypeError for what is none."""
    if not isinstance(endianness, LoadEndianness | None):
        raise TypeError(
            f"Invalid argument type in function set_default_load_endianness: expected LoadEndianness or None, got {endianness!r}"
        )
    load.endianness = endianness


def default_byte_order() -> Literal["little", "big"]:
    """That of files that do not say theirs."""
    if load.endianness is LoadEndianness.NATIVE:
        return sys.byteorder
    return "big" if load.endianness is LoadEndianness.BIG else "little"


class _Local(threading.local):
    skips_data: bool = False


_local = _Local()


class skip_data:  # noqa: N801 - PyTorch's name
    """Inside the `with`, `save` leaves the places of tensors' bytes empty, and `load` fills tensors with zeros and reads no bytes of them
    (files from before PyTorch 1.6 are read whole).

    The bytes can be written into the file, or read from it, by themselves. `materialize_fake_tensors` means nothing here: there are none.
    """

    def __init__(self, materialize_fake_tensors: bool = False) -> None:
        self.materialize_fake_tensors = materialize_fake_tensors
        self._before = False

    def __enter__(self) -> None:
        self._before = _local.skips_data
        _local.skips_data = True

    def __exit__(self, *exception: object) -> None:
        _local.skips_data = self._before


def skips_data() -> bool:
    """Whether this thread is inside of `skip_data`."""
    return _local.skips_data

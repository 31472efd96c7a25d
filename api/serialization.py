"""Saving and loading objects, their options, and the classes that files may use: `rushlight.serialization`."""
from __future__ import annotations

from rushlight.serialize.errors import ArchiveError as ArchiveError
from rushlight.serialize.file_survey import get_unsafe_globals_in_checkpoint as get_unsafe_globals_in_checkpoint
from rushlight.serialize.inert import InertObject as InertObject
from rushlight.serialize.save_options import LoadEndianness as LoadEndianness
from rushlight.serialize.save_options import get_crc32_options as get_crc32_options
from rushlight.serialize.save_options import get_default_load_endianness as get_default_load_endianness
from rushlight.serialize.save_options import get_default_mmap_options as get_default_mmap_options
from rushlight.serialize.save_options import set_crc32_options as set_crc32_options
from rushlight.serialize.save_options import set_default_load_endianness as set_default_load_endianness
from rushlight.serialize.save_options import set_default_mmap_options as set_default_mmap_options
from rushlight.serialize.save_options import skip_data as skip_data
from rushlight.serialize.save_reader import load as load
from rushlight.serialize.save_writer import save as save
from rushlight.serialize.trust import add_safe_globals as add_safe_globals
from rushlight.serialize.trust import clear_safe_globals as clear_safe_globals
from rushlight.serialize.trust import get_safe_globals as get_safe_globals
from rushlight.serialize.trust import safe_globals as safe_globals

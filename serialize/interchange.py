"""Named tensors in and out of `.npz` and safetensors files, and out of whatever `load` opens.

In: a path. Out: tensors by name; or the other way. safetensors files are read and written by the package of that name (the extra
`safetensors`). Saving is atomic, as `save` is.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Mapping
from typing import Any, cast

import numpy as np

from ..runtime.dtype import BY_NAME, DType
from ..runtime.layout import Layout
from ..runtime.storage import Storage, view_memory
from ..runtime.tensor import Tensor
from .container import INFLATION_CONSTANT, INFLATION_RATIO, Archive, open_archive
from .errors import ArchiveError
from .file_survey import SurveyBuilder, is_script, script_value, walk
from .output import open_output
from .recognition import HEAD, is_safetensors
from .save_reader import ZIP, load_with
from .save_writer import save
from .script_pickle import PickledStorage, PickledTensor
from .value_reader import read_storage

MISSING = "safetensors files need the package safetensors; install it with `pip install 'rushlight[safetensors]'`"
CODES = {
    "F64": "float64", "F32": "float32", "F16": "float16", "BF16": "bfloat16", "I64": "int64", "I32": "int32", "I16": "int16", "I8": "int8",
    "U64": "uint64", "U32": "uint32", "U16": "uint16", "U8": "uint8", "BOOL": "bool", "C64": "complex64", "F8_E5M2": "float8_e5m2",
    "F8_E4M3": "float8_e4m3fn", "F8_E5M2FNUZ": "float8_e5m2fnuz", "F8_E4M3FNUZ": "float8_e4m3fnuz", "F8_E8M0": "float8_e8m0fnu",
}  # fmt: skip
"""The dtypes of safetensors files."""
EVERY_MODULE = ("training", "_is_full_backward_hook")
"""Attributes that every module of an archive has, which nobody misses."""
FORMATS = {".npz": "npz", ".safetensors": "safetensors", ".pt": "torch", ".pth": "torch", ".bin": "torch", ".ckpt": "torch"}


def format_of(path: str) -> str:
    """What to write to a path: `npz`, `safetensors` or `torch`, by its ending; ValueError for another one."""
    ending = os.path.splitext(path)[1].lower()
    if ending not in FORMATS:
        raise ValueError(f"{path}: the ending says the format: {', '.join(FORMATS)}; {ending or 'none'} is no format that is written")
    return FORMATS[ending]


def found_format(path: str) -> str:
    """What a file is, by its contents."""
    with open(path, "rb") as file:
        head = file.read(HEAD)
    if is_safetensors(head):
        return "safetensors"
    length = int.from_bytes(head[26:28], "little")
    return "npz" if head[:4] == ZIP and head[30 : 30 + length].endswith(b".npy") else "torch"


def read_tensors(path: str) -> tuple[dict[str, Tensor], list[str]]:
    """The tensors of a file by name, and a note for each thing that is left out. ArchiveError for a damaged file."""
    match found_format(path):
        case "npz":
            return _read_npz(path), []
        case "safetensors":
            return _read_safetensors(path)
        case _:
            return _read_torch(path)


def write_tensors(tensors: Mapping[str, Tensor], path: str) -> None:
    """Write named tensors in the format that the path's ending says. ValueError for types that the format does not have."""
    match format_of(path):
        case "npz":
            _write_npz(tensors, path)
        case "safetensors":
            _write_safetensors(tensors, path)
        case _:
            save(dict(tensors), path)


def _read_torch(path: str) -> tuple[dict[str, Tensor], list[str]]:
    with open(path, "rb") as file:
        is_zip = file.read(4) == ZIP
    archive = open_archive(path) if is_zip else None
    if archive is not None and is_script(archive):
        value: object = script_value(archive)
    else:
        # names that are on no list are kept as data: their tensors are written too
        archive, value = None, load_with(SurveyBuilder, path, "cpu")
    tensors: dict[str, Tensor] = {}
    notes: list[str] = []
    storages: dict[str, Storage] = {}
    for name, one in walk(value):
        name = name or "tensor"
        if archive is not None and isinstance(one, PickledTensor):
            one = _live(archive, one, storages)
        if archive is not None and name.rpartition(".")[2] in EVERY_MODULE:
            continue
        if isinstance(one, Tensor) and (one.dtype.is_quantized or one.is_meta):
            notes.append(f"{name} is left out: a tensor {'without data' if one.is_meta else f'of {one.dtype}'}")
        elif not isinstance(one, Tensor):
            notes.append(f"{name} is left out: {'None' if one is None else f'a {type(one).__name__}'}")
        elif name in tensors:
            raise ValueError(f"two tensors are called {name}")
        else:
            tensors[name] = one
    return tensors, notes


def _live(archive: Archive, pickled: PickledTensor, storages: dict[str, Storage]) -> Tensor:
    known: PickledStorage = pickled.storage
    storage = storages.get(known.key)
    if storage is None:
        storage = storages[known.key] = read_storage(archive, known)
    return Tensor(storage, Layout.of(pickled.shape, pickled.strides, pickled.offset), pickled.dtype)


def _read_npz(path: str) -> dict[str, Tensor]:
    limit = INFLATION_CONSTANT + INFLATION_RATIO * os.path.getsize(path)
    try:
        with open(path, "rb") as opened, np.load(opened, allow_pickle=False) as file:
            if sum(row.file_size for row in file.zip.infolist()) > limit:
                raise ArchiveError(f"the arrays would inflate to more than {limit} bytes")
            arrays = {name: np.asarray(file[name]) for name in file.files}
    except (OSError, ArchiveError):
        raise
    except Exception as error:
        raise ArchiveError(f"no .npz file of numbers: {error}") from error
    return {name: _from_array(name, array) for name, array in arrays.items()}


def _from_array(name: str, array: np.ndarray[Any, Any]) -> Tensor:
    if array.dtype.name not in BY_NAME:
        raise ValueError(f"{name} is an array of {array.dtype}, which no tensor has")
    return _tensor(array.astype(array.dtype.newbyteorder("="), order="C").tobytes(), BY_NAME[array.dtype.name], array.shape)


def _tensor(raw: bytes | bytearray, dtype: DType, shape: tuple[int, ...]) -> Tensor:
    storage = Storage.allocate(len(raw))
    storage.array[:] = np.frombuffer(raw, np.uint8)
    return Tensor(storage, Layout.contiguous(shape), dtype)


def items_of(tensor: Tensor) -> np.ndarray[Any, Any]:
    """The items in row-major order, as numbers where NumPy has the type, otherwise as their bits."""
    size, layout = tensor.dtype.itemsize, tensor.layout
    name = tensor.dtype.name
    kind = np.dtype(name) if name in NUMPY else np.dtype(f"u{size}")
    strides = tuple(stride * size for stride in layout.strides)
    return np.ascontiguousarray(view_memory(tensor.memory, tensor.address, layout.shape, strides, kind)).reshape(layout.shape)


NUMPY = frozenset("float64 float32 float16 int64 int32 int16 int8 uint64 uint32 uint16 uint8 bool complex64 complex128".split())


def _write_npz(tensors: Mapping[str, Tensor], path: str) -> None:
    for name, tensor in tensors.items():
        if tensor.dtype.name not in NUMPY:
            raise ValueError(f"{name} is a tensor of {tensor.dtype}, which NumPy does not have; convert to .safetensors instead")
    with open_output(path) as write:
        cast("Any", np.savez)(_File(write), **{name: items_of(tensor) for name, tensor in tensors.items()})


class _File:
    """What numpy.savez writes to: it looks for `write` and `flush`, and finds no `seek`."""

    def __init__(self, write: Any) -> None:
        self.write = self._write
        self._to = write

    def _write(self, data: Any) -> int:
        self._to(data)
        return len(memoryview(data).cast("B"))

    def read(self) -> bytes:
        """NumPy tells files by this method."""
        raise OSError("this file is written only")

    def flush(self) -> None:
        """Nothing waits here."""


def _safetensors() -> Any:
    try:
        return importlib.import_module("safetensors")
    except ImportError as error:
        raise RuntimeError(MISSING) from error


def _read_safetensors(path: str) -> tuple[dict[str, Tensor], list[str]]:
    package = _safetensors()
    with open(path, "rb") as file:
        data = file.read()
    try:
        rows = package.deserialize(data)
    except Exception as error:
        raise ArchiveError(f"no safetensors file: {error}") from error
    tensors: dict[str, Tensor] = {}
    for name, row in rows:
        if row["dtype"] not in CODES:
            raise ValueError(f"{name} is a tensor of {row['dtype']}, which is not read")
        tensors[name] = _tensor(row["data"], BY_NAME[CODES[row["dtype"]]], tuple(row["shape"]))
    with package.safe_open(path, framework="np") as opened:
        metadata: dict[str, str] = opened.metadata() or {}
    return tensors, [f"the metadata entry {key} is left out" for key in sorted(metadata) if key != "format"]


def _write_safetensors(tensors: Mapping[str, Tensor], path: str) -> None:
    package = _safetensors()
    arrays = {name: items_of(tensor) for name, tensor in tensors.items()}
    rows: dict[str, object] = {}
    for name, tensor in tensors.items():
        if tensor.dtype.name not in CODES.values():
            raise ValueError(f"{name} is a tensor of {tensor.dtype}, which safetensors files do not have")
        array = arrays[name]
        shape = list(tensor.layout.shape)
        rows[name] = package.TensorSpec(dtype=tensor.dtype.name, shape=shape, data_ptr=array.ctypes.data, data_len=array.nbytes)
    data = package.serialize(rows, {"format": "pt"})
    with open_output(path) as write:
        write(data)

"""`rushlight run`: an archive and arrays in, the result of one method out, printed or written as .npy or .npz.

serialize/jit.py opens the archive; recognise.py says what a file is that is none.
"""

from __future__ import annotations

import io
import json
import math
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast

import numpy as np

from ..runtime.nn.module import Module
from ..runtime.tensor import Tensor, from_numpy
from ..serialize.errors import ArchiveError
from ..serialize.jit import load
from ..serialize.output import open_output
from .recognise import require_archive


def run(model: str, inputs: Sequence[str], output: str | None, method: str, *, as_json: bool = False) -> int:
    """Call a method of an archive, in eval mode, on the arrays of .npy files; print its result or write it to `output`."""
    check_output(output)
    arguments = [from_numpy(read_array(path)) for path in inputs]
    module = open_model(model)
    call = getattr(module, method, None)
    if not callable(call):
        raise ValueError(f"{model}: there is no method {method!r}; `rushlight info {model}` lists them")
    result = call(*arguments)
    if output is None:
        print(json.dumps(as_data(result), indent=2, allow_nan=False) if as_json else describe(result))
        return 0
    write(result, Path(output))
    return 0


def open_model(path: str) -> Module:
    """The module of an archive, in eval mode."""
    require_archive(path)
    try:
        return load(path, map_location="cpu").eval()
    except ArchiveError as error:
        raise ValueError(f"{path}: {error}") from error


def check_output(output: str | None) -> None:
    """Refuse a result file that could not be written before any work is done."""
    if output is None:
        return
    if Path(output).suffix not in {".npy", ".npz"}:
        raise ValueError(f"{output}: the result is written as .npy or .npz; choose a name that ends so")
    if not os.path.isdir(os.path.dirname(output) or "."):
        raise ValueError(f"{output}: there is no such folder")


def read_array(path: str) -> np.ndarray:
    """The array of a .npy file, in this machine's byte order."""
    with open(path, "rb") as file:
        if file.read(6) != b"\x93NUMPY":
            raise ValueError(f"{path}: this is no .npy file; write one with numpy.save")
        file.seek(0)
        try:
            array = np.lib.format.read_array(file, allow_pickle=False)
        except (ValueError, EOFError) as error:
            raise ValueError(f"{path}: {error}") from error
    return np.ascontiguousarray(array).reshape(array.shape).astype(array.dtype.newbyteorder("="), copy=False)


def flatten(result: object, name: str = "") -> dict[str, np.ndarray]:
    """Every tensor of a result under its place in it: `{"0": ..., "1.scores": ...}`; a lone tensor has the name ""."""
    if isinstance(result, Tensor):
        return {name: result.numpy()}
    if isinstance(result, bool | int | float):
        return {name: np.asarray(result)}
    if isinstance(result, Mapping):
        parts = list(cast("Mapping[object, object]", result).items())
    elif isinstance(result, list | tuple):
        parts = list(enumerate(cast("Sequence[object]", result)))
    else:
        raise ValueError(f"the result has a {type(result).__name__} in it, which no array file holds; leave out --output to print it")
    prefix = f"{name}." if name else ""
    arrays: dict[str, np.ndarray] = {}
    for key, value in parts:
        for place, array in flatten(value, f"{prefix}{key}").items():
            if place in arrays:
                raise ValueError(f"two arrays of the result would be called {place!r}; leave out --output to print it")
            arrays[place] = array
    return arrays


def write(result: object, path: Path) -> None:
    """Write a result: one tensor as .npy, several as .npz."""
    arrays = flatten(result)
    if path.suffix == ".npz":
        write_arrays(path, {name or "0": array for name, array in arrays.items()})
        return
    if list(arrays) != [""]:
        raise ValueError(f"{path}: the result holds {len(arrays)} arrays ({', '.join(arrays)}); write them to a .npz file")
    contents = io.BytesIO()
    np.save(contents, arrays[""], allow_pickle=False)
    replace(path, contents)


def write_arrays(path: Path, arrays: dict[str, np.ndarray]) -> None:
    """What numpy.savez writes, for any names: savez cannot take an array called "file"."""
    from zipfile import ZipFile

    contents = io.BytesIO()
    with ZipFile(contents, "w") as archive:
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as file:
                np.lib.format.write_array(file, array, allow_pickle=False)
    replace(path, contents)


def replace(path: Path, contents: io.BytesIO) -> None:
    """Write a file whole or not at all."""
    with open_output(path) as write_bytes:
        write_bytes(contents.getbuffer())


def as_data(result: object) -> object:
    """A result as JSON holds it: tensors with dtype, shape and nested values; what is no number is its text ("nan", "inf")."""
    if isinstance(result, Tensor):
        return {"dtype": result.dtype.name, "shape": list(result.shape), "values": as_data(result.detach().tolist())}
    if isinstance(result, Mapping):
        return {str(key): as_data(value) for key, value in cast("Mapping[object, object]", result).items()}
    if isinstance(result, list | tuple):
        return [as_data(value) for value in cast("Sequence[object]", result)]
    if result is None or isinstance(result, str | bool | int) or (isinstance(result, float) and math.isfinite(result)):
        return result
    return str(result)


def describe(result: object) -> str:
    """A result for people: tensors with shape and dtype before their values, containers line by line."""
    if isinstance(result, Tensor):
        return f"{result.dtype} {list(result.shape)}\n{result}"
    if isinstance(result, Mapping):
        return "\n".join(f"{key}: {describe(value)}" for key, value in cast("Mapping[object, object]", result).items())
    if isinstance(result, list | tuple):
        return "\n".join(f"[{index}] {describe(value)}" for index, value in enumerate(cast("Sequence[object]", result)))
    return repr(result)

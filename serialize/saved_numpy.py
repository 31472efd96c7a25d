"""NumPy's scalars, arrays and dtypes in torch.save files.

In: the arguments and states that a file gives. Out: the values. No array of objects is made of bytes, no dtype holds itself, and an array
gets its memory once, because tensors may lie in it.
"""

from __future__ import annotations

import re
from typing import Any, cast

import numpy as np

from .errors import ArchiveError, shown
from .saved_plain import Plain
from .script_pickle import arguments_of

Arguments = tuple[object, ...]
NumpyDType = np.dtype[Any]
_DTYPE = re.compile(r"[<>|=]?(?:b1|[iuf][1248]|f16|c8|c16|c32|[SUV][1-9]\d{0,5}|[mM]8|O8?)")
_UNITS = ("Y", "M", "W", "D", "h", "m", "s", "ms", "us", "ns", "ps", "fs", "as", "generic")
MAX_PARTS = 1000
"""Fields of a structure, those of its structures included."""
MAX_DEPTH = 8
"""Structures in structures."""
MAX_DIMS = 32


def _dtype(arguments: Arguments) -> object:
    name, _, _ = arguments_of("numpy.dtype", arguments, ("name", "align", "copy"), 1)
    if not isinstance(name, str) or _DTYPE.fullmatch(name) is None:
        raise ArchiveError(f"numpy.dtype: {shown(name)} is no type of numbers or texts")
    # a copy of its own, because its state may change the order of its bytes
    return np.dtype(np.dtype(name), copy=True)


def _build_dtype(instance: NumpyDType, state: object) -> object:
    parts = cast("Arguments", state) if isinstance(state, tuple) else ()
    _, order, inner, names, fields, size, _, _, details = arguments_of(
        "the state of a NumPy dtype", parts, ("version", "order", "inner", "names", "fields", "size", "alignment", "flags", "details"), 2
    )
    if not isinstance(order, str) or order not in ("<", ">", "|", "="):
        raise ArchiveError("the state of a NumPy dtype begins with a version and its byte order")
    if instance.kind == "V":
        if instance.names is not None or instance.subdtype is not None:
            raise ArchiveError("a NumPy dtype is given a state twice")
        made = instance if inner is None and names is None else _structure(instance.itemsize, inner, names, fields, size)
    elif instance.kind in "mM":
        made = _time(instance.kind, details)
    else:
        made = instance
    order = order if order in "<>" and made.kind not in "VO" else made.byteorder
    # NumPy takes whatever a state says, so it gets one that NumPy itself made
    cast("Any", instance).__setstate__(cast("Any", made.newbyteorder(cast("Any", order))).__reduce__()[2])
    return instance


def _structure(itemsize: int, inner: object, names: object, fields: object, size: object) -> NumpyDType:
    """A dtype of fields, or of an array of another dtype, with this size; the dtypes in it are copies, so that none is changed later."""
    if inner is not None:
        kind, shape = arguments_of("an array in a NumPy dtype", inner, ("dtype", "shape"), 2)
        made = np.dtype((_part(kind), _sizes(shape)))
    else:
        named = cast("Arguments", names) if isinstance(names, tuple) else ()
        rows = cast("dict[object, object]", fields) if isinstance(fields, dict) else {}
        if not 0 < len(named) <= MAX_PARTS or not all(isinstance(name, str) for name in named) or len(rows) != len(named):
            raise ArchiveError(f"the fields of a NumPy dtype are a tuple of at most {MAX_PARTS} names, and a dict")
        found = [arguments_of("a field of a NumPy dtype", rows.get(name), ("dtype", "offset"), 2) for name in named]
        offsets = [offset for _, offset in found]
        if not all(type(offset) is int and 0 <= offset < 1 << 31 for offset in offsets):
            raise ArchiveError("the offset of a field must be an int")
        formats = [_part(kind) for kind, _ in found]
        made = np.dtype(cast("Any", {"names": list(named), "formats": formats, "offsets": offsets, "itemsize": itemsize}))
    if size != itemsize or made.itemsize != itemsize:
        raise ArchiveError(f"a NumPy dtype of {itemsize} bytes has fields of {shown(size)}, that is {made.itemsize}")
    if _count_parts(made, 0) > MAX_PARTS:
        raise ArchiveError(f"a NumPy dtype has more than {MAX_PARTS} parts")
    return made


def _part(kind: object) -> NumpyDType:
    """A copy of a dtype for a part of another."""
    if not isinstance(kind, np.dtype) or cast("NumpyDType", kind).hasobject:
        raise ArchiveError("a part of a NumPy dtype must be a dtype without objects")
    return np.dtype(cast("NumpyDType", kind), copy=True)


def _count_parts(kind: NumpyDType, depth: int) -> int:
    """How many dtypes lie in one, itself included; more than MAX_PARTS counts as many."""
    if depth > MAX_DEPTH:
        raise ArchiveError(f"structures of a NumPy dtype lie {depth} deep")
    count = 1
    below = [kind.subdtype[0]] if kind.subdtype else [row[0] for row in (kind.fields or {}).values()]
    for part in below:
        count += _count_parts(part, depth + 1)
        if count > MAX_PARTS:
            break
    return count


def _sizes(shape: object) -> tuple[int, ...]:
    sizes = cast("Arguments", shape) if isinstance(shape, tuple) else (shape,)
    if len(sizes) > MAX_DIMS or not all(type(size) is int and 0 < size < 1 << 31 for size in sizes):
        raise ArchiveError(f"the shape in a NumPy dtype is a tuple of at most {MAX_DIMS} sizes")
    return cast("tuple[int, ...]", sizes)


def _time(kind: str, details: object) -> NumpyDType:
    """datetime64 or timedelta64 with its unit."""
    _, unit = arguments_of("the details of a NumPy dtype", details, ("metadata", "unit"), 2)
    name, count, divisor, event = arguments_of("the unit of a NumPy dtype", unit, ("name", "count", "divisor", "event"), 4)
    name = name.decode("latin-1") if isinstance(name, bytes) else name
    if name not in _UNITS or type(count) is not int or not 0 < count < 1 << 31 or divisor != 1 or event != 1:
        raise ArchiveError("the unit of a NumPy time is a name and a count")
    return np.dtype(f"{kind}8" if name == "generic" else f"{kind}8[{count}{name}]")


def _scalar(arguments: Arguments) -> object:
    dtype, raw = arguments_of("numpy scalar", arguments, ("dtype", "bytes"), 2)
    if isinstance(raw, str):
        raw = raw.encode("latin-1")
    if not isinstance(dtype, np.dtype) or cast("NumpyDType", dtype).hasobject or not isinstance(raw, bytes) or len(raw) != dtype.itemsize:
        raise ArchiveError("a NumPy scalar takes a dtype and the bytes of one item")
    return np.frombuffer(raw, cast("NumpyDType", dtype))[0]


def _array(arguments: Arguments) -> object:
    if len(arguments) != 3:
        raise ArchiveError("a NumPy array is made of its class, a shape and a code")
    kind: str = getattr(arguments[0], "name", "")
    if kind not in ("numpy.ndarray", ""):
        raise ArchiveError(f"a NumPy array of the class {kind}")
    return np.empty((0,), np.int8)


def _build_array(instance: np.ndarray[Any, Any], state: object) -> object:
    parts = cast("Arguments", state) if isinstance(state, tuple) else ()
    if len(parts) != 5:
        raise ArchiveError("the state of a NumPy array is (version, shape, dtype, is_fortran, bytes)")
    version, shape, dtype, is_fortran, raw = parts
    sizes = cast("Arguments", shape) if isinstance(shape, tuple) and len(cast("Arguments", shape)) <= MAX_DIMS else (None,)
    if isinstance(raw, str):
        raw = raw.encode("latin-1")
    if not isinstance(dtype, np.dtype) or type(version) is not int or not isinstance(is_fortran, bool | int):
        raise ArchiveError("the state of a NumPy array is (version, shape, dtype, is_fortran, bytes)")
    if instance.shape != (0,) or instance.dtype != np.int8:
        raise ArchiveError("a NumPy array is given a state twice")
    count = 1
    for size in sizes:
        if type(size) is not int or not 0 <= size < 1 << 63:
            raise ArchiveError(f"the shape of a NumPy array is a tuple of at most {MAX_DIMS} sizes")
        count *= size
    kind = cast("NumpyDType", dtype)
    if not isinstance(raw, list if kind.kind == "O" else bytes) or (kind.hasobject and kind.kind != "O"):
        raise ArchiveError(f"a NumPy array of {kind} is made of {'bytes' if isinstance(raw, bytes) else shown(cast('object', raw))}")
    length = len(cast("bytes | list[object]", raw))
    if count * (1 if kind.kind == "O" else kind.itemsize) != length:
        raise ArchiveError(f"a NumPy array of shape {sizes} and {kind} has {length} {'objects' if kind.kind == 'O' else 'bytes'}")
    array: Any = instance
    array.__setstate__((1, sizes, kind, bool(is_fortran), raw))
    return instance


def _from_buffer(arguments: Arguments) -> object:
    """The form of protocol 5: (bytes, dtype, shape, order)."""
    raw, dtype, shape, order, axes = arguments_of("_frombuffer", arguments, ("bytes", "dtype", "shape", "order", "axes"), 4)
    if not isinstance(raw, bytes | bytearray) or type(order) is not str or order not in ("C", "F") or axes is not None:
        raise ArchiveError("_frombuffer takes bytes, a dtype, a shape, and C or F")
    return _build_array(np.empty((0,), np.int8), (1, shape, dtype, order == "F", bytes(raw)))


def build_numpy(instance: object, state: object) -> object:
    """BUILD: an array or a dtype with the state that the file gives it, None for any other object."""
    if isinstance(instance, np.ndarray):
        return _build_array(cast("np.ndarray[Any, Any]", instance), state)
    if isinstance(instance, np.dtype):
        return _build_dtype(cast("NumpyDType", instance), state)
    return None


NUMPY: dict[str, Plain] = {
    "numpy.dtype": Plain(_dtype),
    "numpy.ndarray": Plain(_array),
    "numpy.core.multiarray.scalar": Plain(_scalar),
    "numpy._core.multiarray.scalar": Plain(_scalar),
    "numpy.core.numeric._frombuffer": Plain(_from_buffer),
    "numpy._core.numeric._frombuffer": Plain(_from_buffer),
    "numpy.core.multiarray._reconstruct": Plain(_array),
    "numpy._core.multiarray._reconstruct": Plain(_array),
}
"""`module.name` -> what it means."""

_KINDS = (
    "bool_", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float16", "float32", "float64", "longdouble",
    "complex64", "complex128", "str_", "bytes_", "void", "datetime64", "timedelta64",
)
SCALAR_CLASSES: dict[str, object] = {"numpy.bool": np.bool_, **{f"numpy.{name}": getattr(np, name) for name in _KINDS}}
"""The classes of scalars, which configurations name; they are values, and no file calls them."""

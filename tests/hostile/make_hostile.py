"""Makes hostile files, one for each known attack on readers of PyTorch's files: `python tests/hostile/make_hostile.py FOLDER`.

`CASES` has what is in each file by its name, and the words that the answer must have. Nothing here needs PyTorch, and no file does
harm to a reader that keeps the promises of docs/safety.md. Do not open them with another one.
"""

from __future__ import annotations

import io
import struct
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

MAGIC = b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.\x80\x02}."
"""What a stream begins with: magic number, protocol and system information."""


def text(value: str) -> bytes:
    """BINUNICODE."""
    return b"X" + struct.pack("<L", len(value.encode())) + value.encode()


def number(value: int) -> bytes:
    """An int of any size."""
    raw = value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True)
    return b"\x8a" + bytes([len(raw)]) + raw if len(raw) < 256 else b"\x8b" + struct.pack("<l", len(raw)) + raw


def name(module: str, item: str) -> bytes:
    """GLOBAL."""
    return f"c{module}\n{item}\n".encode()


def items(*parts: bytes) -> bytes:
    """A tuple."""
    return b"(" + b"".join(parts) + b"t"


def call(function: bytes, *arguments: bytes) -> bytes:
    """REDUCE."""
    return function + items(*arguments) + b"R"


def storage(key: bytes = text("0"), count: int = 4, kind: str = "FloatStorage", location: str = "cpu") -> bytes:
    """A persistent identifier."""
    return items(text("storage"), name("torch", kind), key, text(location), number(count)) + b"Q"


HOOKS = call(name("collections", "OrderedDict"))
REBUILD = name("torch._utils", "_rebuild_tensor_v2")


def tensor(
    size: tuple[int, ...] = (4,), stride: tuple[int, ...] = (1,), offset: int = 0, source: bytes | None = None, tail: bytes = b""
) -> bytes:
    """A tensor over the storage '0' of four floats."""
    sizes, strides = items(*map(number, size)), items(*map(number, stride))
    return call(REBUILD, source or storage(), number(offset), sizes, strides, b"\x89", HOOKS, tail)


def records(pickle: bytes, **more: bytes) -> dict[str, bytes]:
    """The records of a small file."""
    return {"data.pkl": b"\x80\x02" + pickle + b".", "byteorder": b"little", "data/0": bytes(16), "version": b"3\n", **more}


def archive(pickle: bytes, method: int = zipfile.ZIP_STORED, **more: bytes) -> bytes:
    """A zip file."""
    return zipped([(f"archive/{key}", value) for key, value in records(pickle, **more).items()], method)


def zipped(members: list[tuple[str, bytes]], method: int = zipfile.ZIP_STORED) -> bytes:
    """A zip file of these members, in this order, however they are called."""
    out = io.BytesIO()
    central = b""
    for key, value in members:
        raw, packed = key.encode(), value
        if method == zipfile.ZIP_DEFLATED:
            packer = zlib.compressobj(9, zlib.DEFLATED, -15)
            packed = packer.compress(value) + packer.flush()
        fields = struct.pack("<5H3L2H", 20, 0x800, method, 0, 0x21, zlib.crc32(value), len(packed), len(value), len(raw), 0)
        central += b"PK\x01\x02\x14\0" + fields + struct.pack("<3H2L", 0, 0, 0, 0, out.tell()) + raw
        out.write(b"PK\x03\x04" + fields + raw + packed)
    start = out.tell()
    out.write(central + b"PK\x05\x06" + struct.pack("<4H2LH", 0, 0, len(members), len(members), len(central), start, 0))
    return out.getvalue()


def changed(old: bytes, new: bytes, which: int = 0) -> bytes:
    """A good zip file in which one place is changed."""
    data = archive(tensor())
    place = -1
    for _ in range(which + 1):
        place = data.index(old, place + 1)
    return data[:place] + new + data[place + len(old) :]


def swapped_headers() -> bytes:
    """The local header of the first record has another name than the directory."""
    return changed(b"archive/data.pkl", b"archive/DATA.pkl")


def overlapping() -> bytes:
    """Two rows of the directory have the same bytes."""
    data = archive(tensor(), extra=bytes(16))
    offset = data.index(b"PK\x01\x02", data.index(b"PK\x01\x02") + 1)
    first = data.index(b"PK\x01\x02")
    return data[: offset + 42] + data[first + 42 : first + 46] + data[offset + 46 :]


def memo_laughs(depth: int = 40) -> bytes:
    """A value of a few bytes that is endless when it is printed: each list holds the one before it twice."""
    return b"]q\x00" + b"".join(b"](h" + bytes([level]) + b"h" + bytes([level]) + b"eq" + bytes([level + 1]) for level in range(depth))


def colliding_tuples(count: int) -> bytes:
    """A set of keys whose hashes are chosen: complex numbers, whose parts are added up."""
    pairs = (
        call(name("__builtin__", "complex"), b"G" + struct.pack(">d", -1000003.0 * n), b"G" + struct.pack(">d", float(n)))
        for n in range(count)
    )
    return call(name("__builtin__", "set"), b"](" + b"".join(pairs) + b"e")


def colliding_integers(bits: int, more: int) -> list[int]:
    """Keys for a dict whose table has two to the power of `bits` places: each of the last `more` looks at many places that are taken.

    A dict tries one place after the other: `place * 5 + rest + 1`, where `rest` is what is left of the hash. The first keys are small and
    fill half of that walk; the others come to it when nothing is left of their hashes, and follow it to its end.
    """
    mask = (1 << bits) - 1
    walk = [0]
    while len(walk) < 1 << bits - 1:
        walk.append((5 * walk[-1] + 1) & mask)
    steps = {place: step for step, place in enumerate(walk)}
    keys: list[int] = []
    candidate = 1 << bits + 5
    while len(keys) < more:
        candidate += 977
        place, rest = candidate & mask, candidate
        while rest and place in steps:
            rest >>= 5
            place = (place * 5 + rest + 1) & mask
        if not rest and steps.get(place, len(walk)) < len(walk) // 2:
            keys.append(candidate)
    return walk + keys


def wide_tuple() -> bytes:
    """A tuple of 61 times the same tuple, four deep: a few hundred bytes with fourteen million parts."""
    levels = (b"(" + (b"h" + bytes([level])) * 61 + b"tq" + bytes([level + 1]) + b"0" for level in range(4))
    return b"K\x01q\x000" + b"".join(levels) + b"h\x04"


def module(kind: str, members: bytes) -> bytes:
    """A layer whose members the file chooses."""
    return name(f"torch.nn.modules.{kind.rpartition('.')[0]}", kind.rpartition(".")[2]) + b")\x81}" + members + b"b"


def array(dtype: str, shape: bytes, raw: bytes, state: bytes = b"") -> bytes:
    """A NumPy array."""
    kind = call(name("numpy", "dtype"), text(dtype), b"\x89", b"\x88") + state
    content = call(name("_codecs", "encode"), text(raw.decode("latin-1")), text("latin1"))
    start = call(name("numpy.core.multiarray", "_reconstruct"), name("numpy", "ndarray"), items(b"K\x00"), text("b"))
    return start + items(b"K\x01", shape, kind, b"\x89", content) + b"b"


def array_state(kind: str, shape: bytes, raw: bytes) -> bytes:
    """The state of a NumPy array."""
    content = call(name("_codecs", "encode"), text(raw.decode("latin-1")), text("latin1"))
    return items(b"K\x01", shape, dtype(kind), b"\x89", content) + b"b"


def dtype(code: str) -> bytes:
    """A NumPy type."""
    return call(name("numpy", "dtype"), text(code), b"\x89", b"\x88")


def field(title: str, kind: bytes, offset: int) -> tuple[bytes, bytes]:
    """A field of a structure: its name, its type and its place."""
    return text(title), items(kind, number(offset))


def structure(size: int, *fields: tuple[bytes, bytes]) -> bytes:
    """The state that makes a structure of a type of NumPy."""
    rows = b"}" + b"".join(title + row + b"s" for title, row in fields)
    names = items(*(title for title, _ in fields))
    return items(b"K\x03", text("|"), b"N", names, rows, number(size), b"K\x01", b"K\x00") + b"b"


def deep_structures(depth: int) -> bytes:
    """Structures that lie in each other."""
    made = dtype("i4")
    for _ in range(depth):
        made = dtype("V4") + structure(4, field("a", made, 0))
    return made


def wide_structures(depth: int) -> bytes:
    """Each structure has ten times the parts of the one in it, all in the same bytes, which the file says once."""
    made = dtype("i4") + b"q\x20"
    for level in range(depth):
        fields = [field(f"f{index}", b"h" + bytes([32 + level]), 0) for index in range(10)]
        made += dtype("V4") + structure(4, *fields) + b"q" + bytes([33 + level])
    return items(made)


def quantized(kind: str, shape: bytes, strides: bytes, point: bytes = b"K\x00") -> bytes:
    """A quantized tensor over sixteen bytes."""
    quantizer = items(name("torch", "per_tensor_affine"), b"G" + struct.pack(">d", 0.5), point)
    where = storage(kind=kind, count=16)
    return call(name("torch._utils", "_rebuild_qtensor"), where, b"K\x00", shape, strides, quantizer, b"\x89", HOOKS)


def dtype_state(order: bytes, size: int) -> bytes:
    """The state of a NumPy type that says how long its items are."""
    return items(b"K\x03", order, b"NNN", number(size), number(1), b"K\x08") + b"b"


def tar_member(key: bytes, content: bytes, size: int | None = None, kind: bytes = b"0") -> bytes:
    """A member of a tar archive."""
    header = bytearray(512)
    header[: len(key)] = key
    header[124:136] = b"%011o\0" % (len(content) if size is None else size)
    header[156:157] = kind
    header[257:263] = b"ustar\0"
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header) + content + bytes(-len(content) % 512)


SYSTEM = name("posix", "system")
INTERFACE = b"}" + text("__array_interface__") + b"}" + text("data") + items(number(4096), b"\x88") + b"ss"
FROM_TYPE = name("torch._tensor", "_rebuild_from_type_v2")
PARTS = items(storage(), b"K\x00", items(b"K\x04"), items(b"K\x01"), b"\x89", HOOKS)
LONG_TUPLE = b"(" + b"K\x01" * 100_000 + b"tq\x07"

CASES: dict[str, tuple[Callable[[], bytes], str]] = {
    # names
    "system_call": (lambda: archive(call(SYSTEM, text("touch /tmp/pwned"))), "not on the list"),
    "system_call_in_a_stream": (lambda: MAGIC + b"\x80\x02" + call(SYSTEM, text("id")) + b".\x80\x02].", "not on the list"),
    "system_call_instead_of_the_magic_number": (lambda: b"\x80\x02" + call(SYSTEM, text("id")) + b".", "not on the list"),
    "eval": (lambda: archive(call(name("__builtin__", "eval"), text("1"))), "not on the list"),
    "getattr_chain": (
        lambda: archive(call(name("__builtin__", "getattr"), name("torch", "Tensor"), text("__subclasses__"))),
        "not on the list",
    ),
    "dotted_name": (lambda: archive(text("torch") + text("Tensor.__init__.__globals__") + b"\x93"), "not on the list"),
    "name_beside_a_listed_one": (lambda: archive(name("collections", "OrderedDict.__class__")), "not on the list"),
    "inner_module_of_a_listed_one": (lambda: archive(name("torch.nn.modules.module", "importlib")), "not on the list"),
    "instance_of_protocol_0": (lambda: archive(b"(" + text("id") + b"iposix\nsystem\n"), "not on the list"),
    "object_of_protocol_1": (lambda: archive(b"(" + SYSTEM + text("id") + b"o"), "not on the list"),
    "hub_load": (lambda: archive(call(name("torch.hub", "load"), text("a"))), "not on the list"),
    "persistent_name": (lambda: archive(b"Pposix.system\n"), "identifier"),
    "extension_code": (lambda: archive(b"\x82\x01"), "opcode 0x82 is not allowed"),
    # the machine
    "deep_nesting": (lambda: archive(b"]" * 100_000 + b"a" * 99_999), ""),
    "deep_tuples": (lambda: archive(b")" + b"\x85" * 200_000), ""),
    "deep_state": (lambda: archive((name("argparse", "Namespace") + b")\x81}" + text("a")) * 20_000 + b"N" + b"sb" * 20_000), ""),
    "memo_bomb": (lambda: archive(b"Nr\xff\xff\xff\x3f"), "as they come"),
    "memo_out_of_nothing": (lambda: archive(b"h\x05"), "memo entry 5"),
    "long_string": (lambda: archive(b"\x8d" + struct.pack("<Q", 1 << 62)), "runs over the end"),
    "long_bytes": (lambda: archive(b"B\xff\xff\xff\xff"), "runs over the end"),
    "negative_count": (lambda: archive(b"T\xff\xff\xff\xff"), "a count of -1"),
    "long_int": (lambda: archive(b"\x8b" + struct.pack("<L", 3_000) + b"\x7f" * 3_000), "an int of 3000 bytes"),
    "hexadecimal_int": (lambda: archive(b"I0x10\n"), "is no int"),
    "int_with_underscores": (lambda: archive(b"I1_0\n"), "is no int"),
    "empty_stack": (lambda: archive(b"R"), "needs a value"),
    "pop_under_the_mark": (lambda: archive(b"N(a"), "needs a value"),
    "two_results": (lambda: archive(b"NN"), "STOP with 2 values"),
    "no_stop": (lambda: zipped([("archive/data.pkl", b"\x80\x02N"), ("archive/version", b"3\n")]), "without STOP"),
    "items_of_no_dict": (lambda: archive(b"]K\x00K\x01s"), "not in a dict"),
    "items_of_a_tensor": (lambda: archive(tensor() + b"K\x00K\x01s"), "not in a dict"),
    "items_of_a_tuple": (lambda: archive(b")K\x01a"), "not to a list"),
    "set_items_of_a_frozenset": (lambda: archive(b"(\x91(K\x01\x90"), "not to a set"),
    "object_without_state": (lambda: archive(name("torch.nn.modules.linear", "Linear") + b")\x81"), ""),
    "object_of_a_function": (lambda: archive(REBUILD + b")\x81"), "_rebuild_tensor_v2 takes"),
    "array_without_state": (lambda: archive(name("numpy", "ndarray") + b")\x81"), "ndarray|array"),
    "call_of_a_list": (lambda: archive(b"])R"), "is called"),
    "call_with_a_list": (lambda: archive(REBUILD + b"]R"), "not with a tuple"),
    "arguments_by_name": (lambda: archive(name("argparse", "Namespace") + b")}" + text("a") + b"K\x01s\x92"), "by name"),
    "arguments_that_compare": (lambda: archive(name("argparse", "Namespace") + b")" + tensor() + b"\x92"), "by name"),
    "unhashable_key": (lambda: archive(b"}]K\x01s"), "cannot be the key"),
    "tensor_key": (lambda: archive(b"}" + array("f4", items(b"K\x01"), bytes(4)) + b"K\x01s"), "cannot be the key"),
    "wide_tuple_key": (lambda: archive(b"}" + wide_tuple() + b"K\x01s"), "cannot be the key"),
    "colliding_keys": (lambda: archive(colliding_tuples(20_000)), "more than"),
    "colliding_pairs": (
        lambda: archive(
            call(
                name("collections", "OrderedDict"), b"](" + b"".join(b"](" + number(n * ((1 << 61) - 1)) + b"Ne" for n in range(50)) + b"e"
            )
        ),
        "pairs of a name",
    ),
    "colliding_integers": (
        lambda: archive(b"}(" + b"".join(number(key) + b"N" for key in colliding_integers(17, 5_000)) + b"u"),
        "keys of a dict or set collide",
    ),
    "numbers_of_the_memo": (lambda: archive(b"".join(b"Nr" + struct.pack("<L", key << 20) for key in range(1, 99))), "as they come"),
    "copies_of_a_tuple": (
        lambda: archive(LONG_TUPLE + b"(" + (name("__builtin__", "list") + b"h\x07\x85R") * 2_000 + b"t\x86"),
        "over and over",
    ),
    "copies_of_bytes": (
        lambda: archive(
            text("x" * 1_000_000) + b"q\x07(" + (name("_codecs", "encode") + b"h\x07" + text("latin1") + b"\x86R") * 200 + b"t\x86"
        ),
        "over and over",
    ),
    "paths_of_many_parts": (
        lambda: archive(
            name("pathlib", "PosixPath") + b"q\x070" + items(*[text("a")] * 200) + b"q\x080](" + b"h\x07h\x08R" * 20_000 + b"e"
        ),
        "over and over",
    ),
    "attributes_of_many_tensors": (
        lambda: archive(
            b"}(" + b"".join(text(f"a{n}") + b"N" for n in range(5_000)) + b"uq\x070" + FROM_TYPE + b"q\x080"
            + items(REBUILD, name("torch", "Tensor"), PARTS, b"h\x07") + b"q\x090](" + b"h\x08h\x09R" * 2_000 + b"e"
        ),
        "over and over",
    ),
    "modules_in_masses": (
        lambda: archive(name("torch.nn.modules.linear", "Linear") + b"q\x07](" + b"h\x07)\x81" * 100_000 + b"e\x86"),
        "over and over",
    ),
    # texts of what has no end
    "endless_text_as_dtype": (
        lambda: archive(call(name("numpy", "dtype"), memo_laughs(), b"\x89", b"\x88")),
        "no type of numbers|STOP|values",
    ),
    "endless_text_as_layout": (
        lambda: archive(memo_laughs() + b"0" * 41 + call(name("torch.serialization", "_get_layout"), b"h\x28")),
        "no layout|mark|value",
    ),
    "endless_text_as_size": (
        lambda: archive(
            memo_laughs() + b"0" * 40 + b"0" + call(REBUILD, storage(), b"K\x00", items(b"h\x28"), items(b"K\x01"), b"\x89", HOOKS)
        ),
        "no size|mark|value",
    ),
    "endless_text_as_key": (lambda: MAGIC + b"\x80\x02" + memo_laughs() + b".", ""),
    "comparing_tensors": (lambda: archive(call(name("_codecs", "encode"), text("a"), tensor())), "takes a text"),
    "comparing_arrays": (lambda: archive(items(array("f4", items(b"K\x02"), bytes(8)), b"NNNN") + b"Q"), "identifier"),
    # storages and tensors
    "storage_too_short": (lambda: archive(tensor(source=storage(count=5))), "16"),
    "storage_too_long": (lambda: archive(tensor(source=storage(count=3))), "16"),
    "negative_count_of_items": (lambda: archive(tensor(source=storage(count=-1))), "identifier"),
    "huge_count_of_items": (lambda: archive(tensor(source=storage(count=1 << 62))), "has"),
    "overflowing_count_of_items": (lambda: archive(tensor(source=storage(count=1 << 1999))), ""),
    "storage_on_no_device": (lambda: archive(tensor(source=storage(location=":pu"))), "no device"),
    "missing_storage": (lambda: archive(tensor(source=storage(key=text("7")))), "missing"),
    "storage_of_another_folder": (lambda: archive(tensor(source=storage(key=text("../version")))), "missing"),
    "storage_of_two_types": (lambda: archive(items(tensor(), tensor(source=storage(kind="IntStorage")))), "two ways"),
    "long_key": (lambda: archive(tensor(source=storage(key=number(1 << 8_000)))), "short string"),
    "storage_that_is_none": (lambda: archive(tensor(source=text("0"))), "must be a storage"),
    "size_beyond_the_storage": (lambda: archive(tensor(size=(5,))), "leave storage"),
    "stride_beyond_the_storage": (lambda: archive(tensor(size=(2,), stride=(4,))), "leave storage"),
    "offset_beyond_the_storage": (lambda: archive(tensor(offset=1)), "leave storage"),
    "negative_size": (lambda: archive(tensor(size=(-1,))), "no size"),
    "negative_stride": (lambda: archive(tensor(stride=(-1,), offset=3)), "no size or stride"),
    "negative_offset": (lambda: archive(tensor(offset=-1)), "offset"),
    "overflowing_size": (lambda: archive(tensor(size=(1 << 62, 1 << 62), stride=(0, 0))), "leave storage"),
    "overflowing_stride": (lambda: archive(tensor(size=(2, 2), stride=((1 << 63) - 1, (1 << 63) - 1))), "leave storage"),
    "wrapping_stride": (lambda: archive(tensor(size=(2,), stride=(1 << 64,))), "no size"),
    "many_dimensions": (lambda: archive(tensor(size=(1,) * 1_000, stride=(1,) * 1_000)), "at most 64"),
    "fewer_strides": (lambda: archive(tensor(size=(2, 2), stride=(1,))), "strides"),
    "expanded_conjugate": (lambda: archive(tensor(size=(1 << 40,), stride=(0,), tail=b"}" + text("neg") + b"\x88s")), "over and over"),
    "grad_of_ints": (
        lambda: archive(call(REBUILD, storage(kind="IntStorage"), b"K\x00", items(b"K\x04"), items(b"K\x01"), b"\x88", HOOKS)),
        "requires grad",
    ),
    "storage_that_nobody_filled": (lambda: MAGIC + b"\x80\x02" + tensor() + b".\x80\x02].", "identifier|no contents"),
    "storage_larger_than_the_stream": (
        lambda: (
            MAGIC
            + b"\x80\x02"
            + items(text("storage"), name("torch", "FloatStorage"), text("0"), text("cpu"), number(1 << 40), b"N")
            + b"Q.\x80\x02]."
        ),
        "cut off",
    ),
    "stream_view_outside": (
        lambda: (
            MAGIC
            + b"\x80\x02"
            + items(text("storage"), name("torch", "FloatStorage"), text("0"), text("cpu"), b"K\x01", items(text("1"), b"K\x01", b"K\x01"))
            + b"Q.\x80\x02]."
        ),
        "which has 1",
    ),
    # attributes
    "array_interface": (lambda: archive(call(FROM_TYPE, REBUILD, name("torch", "Tensor"), PARTS, INTERFACE)), "no attribute"),
    "array_interface_of_a_parameter": (
        lambda: archive(call(name("torch._utils", "_rebuild_parameter_with_state"), tensor(), b"\x89", HOOKS, INTERFACE)),
        "no attribute",
    ),
    "array_interface_of_a_module": (lambda: archive(module("linear.Linear", INTERFACE[1:])), "hide a method"),
    "reduce_of_a_tensor": (lambda: archive(tensor() + b"}" + text("__reduce_ex__") + SYSTEM + b"sb"), "not on the list"),
    "storage_of_a_tensor": (lambda: archive(tensor() + b"}" + text("storage") + b"K\x01sb"), "no attribute"),
    "layout_of_a_tensor": (lambda: archive(tensor() + b"}" + text("layout") + b"K\x01sb"), "no attribute"),
    "method_of_a_tensor": (lambda: archive(tensor() + b"}" + text("numpy") + b"K\x01sb"), "no attribute"),
    "class_of_a_tensor": (lambda: archive(tensor() + b"}" + text("__class__") + name("torch", "Tensor") + b"sb"), "no attribute"),
    "method_of_a_module": (lambda: archive(module("linear.Linear", text("forward") + b"K\x01s")), "hide a method"),
    "parameters_that_are_none": (
        lambda: archive(module("linear.Linear", text("_parameters") + b"}" + text("weight") + b"K\x05ss")),
        "is a int",
    ),
    "modules_that_are_none": (
        lambda: archive(module("container.Sequential", text("_modules") + b"}" + text("0") + b"K\x05ss")),
        "is a int",
    ),
    "members_that_are_no_dict": (lambda: archive(name("torch.nn.modules.linear", "Linear") + b")\x81K\x01b"), "must be a dict"),
    "state_of_attention": (lambda: archive(module("activation.MultiheadAttention", text("in_proj_weight") + b"K\x01s")), ""),
    "state_of_a_recurrent_layer": (lambda: archive(module("rnn.LSTM", text("_all_weights") + b"](]K\x01aK\x05es")), ""),
    "attributes_of_a_dict": (lambda: archive(HOOKS + b"}" + text("items") + b"K\x01sb"), "must be a dict with names"),
    "state_of_a_dtype": (lambda: archive(name("torch", "float32") + b"}b"), "does not take"),
    # plain data
    "long_text_type": (lambda: archive(array("U0", items(number(1 << 60)), b"")), "no type of numbers"),
    "text_type_of_negative_size": (lambda: archive(array("U2", items(b"K\x02"), bytes(16), dtype_state(text(">"), -1))), ""),
    "array_of_objects": (lambda: archive(array("O", items(b"K\x01"), bytes(8))), "made of bytes"),
    "array_of_structures_of_objects": (
        lambda: archive(array("V8", items(b"K\x01"), bytes(8), structure(8, field("a", dtype("O8"), 0)))),
        "without objects",
    ),
    "array_that_gets_memory_twice": (
        lambda: archive(array("u1", items(b"K\x04"), bytes(4)) + array_state("u1", items(b"K\x02"), bytes(2))),
        "twice",
    ),
    "tensor_over_an_array_that_moves": (
        lambda: archive(
            array("u1", items(b"K\x04"), bytes(4))
            + b"q\x09"
            + call(name("torch._utils", "_rebuild_device_tensor_from_numpy"), b"h\x09", name("torch", "uint8"), text("cpu"), b"\x89")
            + b"h\x09"
            + array_state("u1", items(b"K\x02"), bytes(2))
            + b"\x86"
        ),
        "twice",
    ),
    "structure_that_holds_itself": (
        lambda: archive(
            dtype("V4") + b"q\x09" + dtype("V4") + structure(4, field("a", b"h\x09", 0)) + b"q\x0a"
            + b"h\x09" + structure(4, field("a", b"h\x0a", 0)) + b"\x87"
        ),
        "",
    ),
    "structure_twice": (
        lambda: archive(dtype("V4") + structure(4, field("a", dtype("i4"), 0)) * 2),
        "twice",
    ),
    "deep_structures": (lambda: archive(deep_structures(12)), "deep"),
    "wide_structures": (lambda: archive(wide_structures(4)), "parts"),
    "field_outside": (lambda: archive(dtype("V4") + structure(4, field("a", dtype("i4"), 2))), ""),
    "field_before": (lambda: archive(dtype("V4") + structure(4, field("a", dtype("i4"), -4))), "offset"),
    "structure_of_another_size": (lambda: archive(dtype("V4") + structure(8, field("a", dtype("i4"), 0))), "of 4 bytes"),
    "unit_of_time": (
        lambda: archive(
            dtype("M8") + items(b"K\x04", text("<"), b"NNNK\x08K\x08K\x00", b"}(" + text("x") + b"K\x01K\x01K\x01t\x86") + b"b"
        ),
        "unit",
    ),
    "key_that_is_a_signaling_nan": (lambda: archive(b"}" + call(name("decimal", "Decimal"), text("sNaN")) + b"Ns"), "key"),
    "identifier_of_many_bits": (
        lambda: archive(name("uuid", "UUID") + b")\x81}" + text("int") + number(1 << 200) + b"sb"),
        "128 bits",
    ),
    "map_of_no_maps": (lambda: archive(name("collections", "ChainMap") + b")\x81}" + text("maps") + b"]K\x01asb"), "holds dicts"),
    "hook_under_a_private_name": (
        lambda: archive(
            name("torch.nn.utils.weight_norm", "WeightNorm")
            + (b")\x81}" + text("name") + text("__class__") + b"s" + text("dim") + b"K\x00sb")
        ),
        "WeightNorm",
    ),
    "quantized_dtype_without_quantizer": (
        lambda: archive(
            call(
                name("torch._utils", "_rebuild_tensor_v3"), storage(kind="UntypedStorage", count=16), b"K\x00", items(b"K\x04"),
                items(b"K\x01"), b"\x89", HOOKS, name("torch", "qint8"), b"}",
            )
        ),
        "no dtype",
    ),
    "meta_tensor_of_endless_sizes": (
        lambda: archive(
            call(
                name("torch._utils", "_rebuild_meta_tensor_no_storage"), name("torch", "float32"), items(number(1 << 40), number(1 << 40)),
                items(b"K\x01", b"K\x00"), b"\x89",
            )
        ),
        "too large",
    ),
    "four_bits_outside": (lambda: archive(quantized("QUInt4x2Storage", items(b"K\x21"), items(b"K\x01"))), "leave storage"),
    "quantized_in_two_ways": (
        lambda: archive(items(*(quantized("QUInt8Storage", items(b"K\x04"), items(b"K\x01"), point) for point in (b"K\x00", b"K\x01")))),
        "two ways",
    ),
    "zero_point_out_of_range": (
        lambda: archive(quantized("QUInt8Storage", items(b"K\x04"), items(b"K\x01"), number(1 << 40))),
        "zero_point",
    ),
    "generator_of_no_state": (
        lambda: archive(
            call(name("torch._C", "Generator"), call(name("torch", "device"), text("cpu"))) + items(b"K\x01", b"N", tensor()) + b"b"
        ),
        "RNG state",
    ),
    "array_too_large": (lambda: archive(array("f4", items(number(1 << 40)), bytes(4))), "has 4 bytes"),
    "array_of_overflowing_shape": (lambda: archive(array("f4", items(number(1 << 62), b"K\x04", b"K\x00"), b"")), ""),
    "array_of_many_dimensions": (lambda: archive(array("f4", items(*[b"K\x01"] * 1_000), bytes(4))), "at most 32"),
    "dtype_order": (lambda: archive(call(name("numpy", "dtype"), text("i4"), b"\x89", b"\x88") + dtype_state(b"]", 4)), "byte order"),
    "invalid_hour": (
        lambda: archive(call(name("datetime", "time"), call(name("_codecs", "encode"), text("\xc8\xc8\x00\x00\x00\x00"), text("latin1")))),
        "datetime.time",
    ),
    "set_of_lists": (lambda: archive(call(name("__builtin__", "set"), b"]]a")), "cannot be an item"),
    # containers
    "differing_headers": (swapped_headers, "header|name"),
    "overlapping_records": (overlapping, ""),
    "duplicate_records": (
        lambda: zipped([("a/data.pkl", b"\x80\x02N."), ("a/data.pkl", b"\x80\x02K\x01."), ("a/version", b"3\n")]),
        "twice|two|duplicate",
    ),
    "case_folded_records": (
        lambda: zipped([("a/data.pkl", b"\x80\x02N."), ("a/DATA.pkl", b"\x80\x02K\x01."), ("a/version", b"3\n")]),
        "case",
    ),
    "two_folders": (lambda: zipped([("a/data.pkl", b"\x80\x02N."), ("b/version", b"3\n")]), "missing"),
    "parent_folder": (lambda: zipped([("a/data.pkl", b"\x80\x02N."), ("a/../../etc", b""), ("a/version", b"3\n")]), r"\.\."),
    "absolute_name": (lambda: zipped([("/data.pkl", b"\x80\x02N."), ("/version", b"3\n")]), ""),
    "wrong_checksum": (lambda: changed(bytes(16), b"\1" + bytes(15)), "CRC"),
    "size_of_another_record": (lambda: changed(struct.pack("<2L", 16, 16), struct.pack("<2L", 8, 8), 1), ""),
    "zip_bomb": (lambda: archive(b"", zipfile.ZIP_DEFLATED, **{"data/1": bytes(200 << 20)}), "inflate"),
    "pickle_bomb": (lambda: archive(b"N0" * (8 << 20), zipfile.ZIP_DEFLATED), "inflate"),
    "version_without_number": (lambda: zipped([("a/data.pkl", b"\x80\x02N."), ("a/version", b"x")]), "version"),
    "version_of_the_future": (lambda: zipped([("a/data.pkl", b"\x80\x02N."), ("a/version", b"99")]), "version"),
    "odd_byte_order": (lambda: archive(b"N", byteorder=b"little\n"), "byte order"),
    "junk_before_the_archive": (lambda: b"junk" + archive(b"N"), "neither a zip"),
    "tar_member_without_end": (lambda: tar_member(b"sys_info", b"", 1 << 30), "cut off"),
    "sparse_tar_member": (lambda: tar_member(b"sys_info", b"") + tar_member(b"pickle", b"", kind=b"S"), "kind"),
    "tar_with_an_extended_size": (lambda: tar_member(b"sys_info", b"") + tar_member(b"x", b"12 size=-512\n", kind=b"x"), "kind"),
    "tar_with_two_pickles": (
        lambda: tar_member(b"sys_info", b"") + tar_member(b"pickle", b"a") + tar_member(b"pickle", b"b"),
        "two members",
    ),
    "tar_with_a_system_call": (
        lambda: b"".join(
            tar_member(key, b"\x80\x02" + call(SYSTEM, text("id")) + b".") for key in (b"sys_info", b"pickle", b"storages", b"tensors")
        ),
        "not on the list",
    ),
}

HARMLESS = frozenset((
    "deep_nesting", "deep_tuples", "deep_state", "object_without_state", "endless_text_as_key", "array_of_overflowing_shape",
    "state_of_attention", "state_of_a_recurrent_layer", "text_type_of_negative_size", "structure_that_holds_itself", "colliding_integers",
))  # fmt: skip
"""Files that may also be read: what they hold is odd and does no harm."""


def main(folder: Path) -> None:
    """Write them all."""
    folder.mkdir(parents=True, exist_ok=True)
    for key, (make, _) in CASES.items():
        (folder / f"{key}.pt").write_bytes(make())


if __name__ == "__main__":
    main(Path(sys.argv[1]))

"""The pickle machine: what it reads, and that nothing a pickle says makes it crash, hang or do anything but build values."""

from __future__ import annotations

import pickle
import struct
import time
import tracemalloc
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rushlight.serialize.errors import ArchiveError
from rushlight.serialize.opcodes import Dialect
from rushlight.serialize.script_pickle import (
    PickledEnum,
    PickledObject,
    PickledStorage,
    PickledTensor,
    ScriptBuilder,
    Tagged,
    read_script_pickle,
)
from rushlight.serialize.unpickler import Builder, unpickle

SIZES = {"data/0": 24, "data/1": 2, "code/__torch__.py": 10}


class NoGlobals:
    """A builder that knows nothing."""

    def find_global(self, module: str, name: str) -> object:
        raise ArchiveError(f"{module}.{name} is not allowed")

    def call(self, function: object, argument: object) -> object:
        raise ArchiveError("nothing can be called")

    def make(self, kind: object, argument: object) -> object:
        raise ArchiveError("nothing can be made")

    def build(self, instance: object, state: object) -> object:
        raise ArchiveError("nothing can be built")

    def load_persistent(self, identifier: object) -> object:
        raise ArchiveError("nothing is persistent")


def read(body: bytes) -> object:
    return read_script_pickle(b"\x80\x02" + body + b".", ScriptBuilder("data", dict(SIZES)), "data.pkl")


def text(value: str) -> bytes:
    return b"X" + struct.pack("<L", len(value.encode())) + value.encode()


def storage(key: str = "0", numel: int = 6, kind: str = "FloatStorage", location: str = "cpu") -> bytes:
    numel_bytes = b"J" + struct.pack("<l", numel)
    return b"(" + text("storage") + f"ctorch\n{kind}\n".encode() + text(key) + text(location) + numel_bytes + b"tQ"


def tensor(shape: bytes = b"K\x02K\x03\x86", strides: bytes = b"K\x03K\x01\x86", offset: bytes = b"K\x00", grad: bytes = b"\x89") -> bytes:
    tail = offset + shape + strides + grad + b"ccollections\nOrderedDict\n)R"
    return b"ctorch._utils\n_rebuild_tensor_v2\n(" + storage() + tail + b"tR"


plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**31), 2**31 - 1) | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(st.text() | st.integers(-(2**31), 2**31 - 1), inner, max_size=4)
    ),
)


@given(plain)
def test_plain_values_of_pythons_pickler_are_read(value: object) -> None:
    data = pickle.dumps(value, protocol=2)
    builder: Builder = NoGlobals()
    for dialect in (Dialect.SCRIPT, Dialect.SAVE):
        assert unpickle(data, builder, dialect, "data.pkl") == value


def test_storages_of_the_first_archives_name_no_view() -> None:
    value = read(storage()[:-2] + b"NtQ")
    assert isinstance(value, PickledStorage)
    assert (value.record, value.nbytes) == ("data/0", 24)


def test_a_tensor_is_a_view_of_its_storage() -> None:
    value = read(tensor())
    assert isinstance(value, PickledTensor)
    assert (value.shape, value.strides, value.offset, str(value.dtype)) == ((2, 3), (3, 1), 0, "torch.float32")
    assert (value.storage.record, value.storage.nbytes, value.storage.location) == ("data/0", 24, "cpu")


def test_objects_enums_and_tags_stay_descriptions() -> None:
    value = read(b"c__torch__\nM\n)\x81}(" + text("a") + b"K\x01ub")
    assert isinstance(value, PickledObject)
    assert (value.qualified_name, value.state) == ("__torch__.M", {"a": 1})
    member = read(b"c__torch__\nColor\nK\x02R")
    assert isinstance(member, PickledEnum)
    assert (member.qualified_name, member.value) == ("__torch__.Color", 2)
    tagged = read(b"ctorch.jit._pickle\nrestore_type_tag\n](" + text("a") + b"e" + text("List[str]") + b"\x86R")
    assert isinstance(tagged, Tagged)
    assert (tagged.value, tagged.type_text) == (["a"], "List[str]")
    numbers = read(b"ctorch.jit._pickle\nbuild_intlist\n(](K\x01K\x02etR")
    assert isinstance(numbers, Tagged)
    assert (numbers.value, numbers.type_text) == ([1, 2], "List[int]")


def test_memo_keeps_sharing_and_bytes_after_stop_are_ignored() -> None:
    value = read(b"]q\x00h\x00\x86.junk")
    assert isinstance(value, tuple)
    assert value[0] is value[1]


REDUCE_SYSTEM = b"cos\nsystem\n" + text("true") + b"\x85R"

HOSTILE: dict[str, tuple[bytes, str]] = {
    "unknown_opcode": (b"P0\n", "opcode 0x50 is not allowed"),
    "opcodes_of_other_files": (b"\x8f", "opcode 0x8f is not allowed"),
    "pop": (b"N0", "opcode 0x30 is not allowed"),
    "protocol_4": (b"\x80\x04N", "only protocol 2 at the start"),
    "system": (REDUCE_SYSTEM, "os.system is no function that archives may call, and no class: there is no code/os.py"),
    "builtin_eval": (b"cbuiltins\neval\n", "builtins.eval is no function"),
    "unknown_torch_global": (b"ctorch\nload\n", "torch.load is none of the globals"),
    "class_without_source": (b"c__torch__.missing\nM\n", "there is no code/__torch__/missing.py"),
    "stack_underflow": (b"R", "needs a value"),
    "pop_through_a_mark": (b"K\x01(K\x02\x86", "none above the mark"),
    "no_mark": (b"K\x01t", "needs a mark"),
    "two_results": (b"NN", "STOP with 2 values"),
    "mark_left": (b"N(", "1 marks on the stack"),
    "string_longer_than_the_pickle": (b"X\xff\xff\xff\x7fab", "runs over the end"),
    "huge_string_of_8_byte_length": (b"\x8d" + b"\xff" * 8, "runs over the end"),
    "argument_cut_short": (b"K", "the pickle ends without STOP"),
    "long_of_other_lengths": (b"\x8a\x01\x05", "archives hold ints of 8 bytes"),
    "endless_name": (b"c" + b"a" * 5000 + b"\nb\n", "a line is longer than"),
    "memo_never_written": (b"h\x07", "memo entry 7 was never written"),
    "append_to_a_tuple": (b")K\x01a", "appended to a tuple"),
    "set_item_in_a_list": (b"](K\x01K\x02u", "set in a list"),
    "key_without_value": (b"}(K\x01u", "a key has no value"),
    "list_as_a_key": (b"}]K\x01s", "cannot be the key"),
    "deep_tuple_as_a_key": (b"})" + b"\x85" * 300 + b"K\x01s", "cannot be the key"),
    "call_of_a_number": (b"K\x01)R", "a int is called"),
    "call_without_a_tuple": (b"ctorch\ndevice\nK\x01R", "called with a int, not with a tuple"),
    "object_with_arguments": (b"c__torch__\nM\nK\x01\x85\x81", "with arguments"),
    "object_of_a_function": (b"ctorch\ndevice\n)\x81", "no class of the archive"),
    "build_twice": (b"c__torch__\nM\n)\x81}b}b", "an object without state"),
    "build_of_a_number": (b"K\x01}b", "an object without state"),
    "persistent_number": (b"K\x01Q", "got 0 values"),
    "storage_record_missing": (storage("9"), "the record data/9, which is missing"),
    "storage_longer_than_its_record": (storage("0", 1000), "1000 items, that is 4000 bytes, but the record data/0 has 24"),
    "storage_shorter_than_its_record": (storage("0", 2), "the record data/0 has 24"),
    "storage_inside_another": (storage()[:-2] + b"K\x01tQ", "part of another one"),
    "storage_with_negative_length": (storage("0", -6), "that is -24 bytes"),
    "storage_with_two_types": (storage("0", 6) + storage("0", 3, "LongStorage") + b"\x86", "described in two ways"),
    "storage_of_unknown_class": (storage("0", 6, "EvilStorage"), "torch.EvilStorage is none of the globals"),
    "storage_quantized_too_long": (storage("0", 6, "QInt8Storage"), "that is 6 bytes"),
    "view_beyond_the_storage": (tensor(b"K\x02K\x04\x86"), "leave storage '0' of 6 items"),
    "offset_beyond_the_storage": (tensor(offset=b"K\x01"), "leave storage '0' of 6 items"),
    "negative_offset": (tensor(offset=b"J\xff\xff\xff\xff"), "the offset -1"),
    "negative_size": (tensor(b"J\xff\xff\xff\xffK\x03\x86"), "-1 is no size or stride"),
    "negative_stride": (tensor(strides=b"J\xff\xff\xff\xffK\x01\x86"), "-1 is no size or stride"),
    "overflowing_sizes": (tensor(b"\x8a\x08" + b"\xff" * 7 + b"\x7fK\x03\x86"), "leave storage '0'"),
    "overflowing_product": (tensor(b"\x8a\x08" + b"\xff" * 7 + b"\x7fK\x03\x86", b"K\x00K\x00\x86"), "leave storage '0'"),
    "sizes_and_strides_differ": (tensor(b"K\x02\x85"), "1 sizes but 2 strides"),
    "bool_as_a_size": (tensor(b"\x88\x88\x86"), "True is no size"),
    "grad_is_no_bool": (tensor(grad=b"K\x01"), "requires_grad 1 a bool"),
    "tensor_without_hooks": (b"ctorch._utils\n_rebuild_tensor_v2\n(" + storage() + b"K\x00)))tR", "takes storage, offset, size, stride"),
    "tensor_of_no_storage": (b"ctorch._utils\n_rebuild_tensor_v2\n(NK\x00))\x89NtR", "must be a storage, but it is a NoneType"),
    "device_unknown": (b"ctorch\ndevice\n" + text("evil") + b"\x85R", "device type at start of device string"),
    "rebuild_from_type": (b"ctorch._tensor\n_rebuild_from_type_v2\n)R", "tensors with Python attributes are not supported"),
}


@pytest.mark.parametrize("body, message", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_pickle(body: bytes, message: str) -> None:
    with pytest.raises(ArchiveError, match=message) as caught:
        read(body)
    assert caught.value.record == "data.pkl"
    assert caught.value.offset is not None


@pytest.mark.parametrize("data", [b"", b"\x80\x02", b"N.", b"\x80"], ids=["empty", "no_stop", "no_protocol", "half_a_protocol"])
def test_a_pickle_without_its_frame_is_refused(data: bytes) -> None:
    with pytest.raises(ArchiveError):
        read_script_pickle(data, ScriptBuilder("data", {}), "data.pkl")


BIG = 100_000
STRESS: dict[str, Callable[[], bytes]] = {
    "deep_tuples": lambda: b")" + b"\x85" * BIG,
    "deep_lists": lambda: b"]" * BIG + b"a" * (BIG - 1),
    "many_marks": lambda: b"(" * BIG + b"t" * BIG,
    "many_memo_entries": lambda: b"N" + b"".join(b"r" + struct.pack("<L", 4_000_000_000 + index) for index in range(BIG)),
    "shared_doublings": lambda: b"]q\x00" + b"h\x00h\x00\x86q\x00" * 30_000 + b"\x86" * 30_000,
    "many_empty_dicts": lambda: b"(" + b"}" * BIG + b"t",
    "colliding_complex_keys": lambda: b"}(" + b"".join(
        b"cbuiltins\ncomplex\nG" + struct.pack(">d", -1000003.0 * index) + b"G" + struct.pack(">d", float(index)) + b"\x86RN"
        for index in range(20_000)
    ) + b"u",
}  # fmt: skip


@pytest.mark.parametrize("make", STRESS.values(), ids=STRESS.keys())
def test_time_and_memory_stay_in_proportion(make: Callable[[], bytes]) -> None:
    body = make()
    tracemalloc.start()
    started = time.process_time()
    with suppress(ArchiveError):
        read(body)
    elapsed = time.process_time() - started
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert elapsed < 20
    assert peak < 200 * len(body) + (10 << 20)


@given(st.binary(max_size=200))
def test_random_bytes_never_raise_anything_else(body: bytes) -> None:
    for dialect in (Dialect.SCRIPT, Dialect.SAVE):
        with suppress(ArchiveError):
            unpickle(b"\x80\x02" + body, ScriptBuilder("data", dict(SIZES)), dialect, "data.pkl")


@given(st.data())
def test_damaged_pickles_never_raise_anything_else(data: st.DataObject) -> None:
    body = bytearray(b"\x80\x02(" + tensor() + storage() + b"ctorch.jit._pickle\nbuild_intlist\n(](K\x01K\x02etR" + b"t.")
    for _ in range(data.draw(st.integers(1, 4))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    with suppress(ArchiveError):
        read_script_pickle(bytes(body), ScriptBuilder("data", dict(SIZES)), "data.pkl")

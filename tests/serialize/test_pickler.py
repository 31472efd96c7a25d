"""Values of declared types survive the pickler and the reader, and are written as PyTorch writes them."""

from __future__ import annotations

import io
import math
import pickletools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rushlight.runtime.device import Device
from rushlight.runtime.layout import Layout
from rushlight.runtime.tensor import Tensor, from_numpy
from rushlight.runtime.type_text import parse_annotation
from rushlight.runtime.typesystem import (
    ANY,
    BOOL,
    COMPLEX,
    DEVICE,
    FLOAT,
    INT,
    NONE,
    STR,
    TENSOR,
    ClassType,
    DictType,
    EnumType,
    ListType,
    TupleType,
    Type,
    optional,
    union,
)
from rushlight.script.object import EnumMember, Object
from rushlight.serialize.container import Archive
from rushlight.serialize.container_writer import ArchiveWriter
from rushlight.serialize.errors import ArchiveError
from rushlight.serialize.naming import Names
from rushlight.serialize.pickler import Pickler
from rushlight.serialize.script_pickle import ScriptBuilder, read_script_pickle
from rushlight.serialize.value_reader import ValueReader

COLOR = EnumType("__torch__.Color", INT, [("RED", 1), ("GREEN", 2)])
POINT = TupleType([TENSOR, INT], "__torch__.Point", ["x", "label"])


def round_trip(value: object, type_: Type, *, classes: dict[str, Type] | None = None) -> object:
    """Write a value and its storages into an archive, and read it back as the same type."""
    pickler = Pickler(Names())
    data = pickler.dump(value, type_)
    out = io.BytesIO()
    writer = ArchiveWriter(out.write, "archive")
    for key, storage in enumerate(pickler.storages):
        writer.add(f"data/{key}", storage.array.tobytes())
    writer.add("code/__torch__.py", b"")
    writer.finish()
    archive = Archive(out.getvalue())
    sizes = {name: record.size for name, record in archive.records.items()}
    pickled = read_script_pickle(data, ScriptBuilder("data", sizes), "data.pkl")
    reader = ValueReader(archive, "data.pkl", find_class=(classes or {}).__getitem__, parse_type=parse_annotation)
    return reader.read(pickled, type_)


def typed_values(depth: int = 2) -> st.SearchStrategy[tuple[Type, object]]:
    """A type, and a value of it."""
    return types(depth).flatmap(lambda type_: st.tuples(st.just(type_), values(type_)))


def types(depth: int) -> st.SearchStrategy[Type]:
    simple = st.sampled_from([INT, FLOAT, BOOL, STR, COMPLEX, NONE, DEVICE])
    if depth == 0:
        return simple
    inner = types(depth - 1)
    return (
        simple
        | inner.map(ListType)
        | st.builds(DictType, st.sampled_from([INT, STR, FLOAT, BOOL]), inner)
        | st.lists(inner, max_size=5).map(TupleType)
        | inner.map(optional)
    )


def values(type_: Type) -> st.SearchStrategy[object]:
    """Values of a type."""
    simple: dict[Type, st.SearchStrategy[object]] = {
        INT: st.integers(-(2**63), 2**63 - 1) | st.integers(-300, 300),
        FLOAT: st.floats(allow_nan=False),
        BOOL: st.booleans(),
        STR: st.text(max_size=6),
        COMPLEX: st.complex_numbers(allow_nan=False),
        NONE: st.none(),
        DEVICE: st.sampled_from([Device("cpu"), Device("cuda:1")]),
    }
    if isinstance(type_, ListType):
        return st.lists(values(type_.element), max_size=4)
    if isinstance(type_, DictType):
        return st.dictionaries(values(type_.key), values(type_.value), max_size=4)
    if isinstance(type_, TupleType):
        return st.tuples(*(values(element) for element in type_.elements))
    if type_ in simple:
        return simple[type_]
    return st.none() | values(type_.contained[0])


@given(typed_values())
def test_typed_values_round_trip(pair: tuple[Type, object]) -> None:
    type_, value = pair
    assert round_trip(value, type_) == value


@given(typed_values())
def test_every_opcode_written_is_protocol_2(pair: tuple[Type, object]) -> None:
    type_, value = pair
    infos = list(pickletools.genops(Pickler(Names()).dump(value, type_)))
    assert {info.proto for info, _, _ in infos} <= {0, 1, 2}
    assert (infos[0][0].name, infos[-1][0].name) == ("PROTO", "STOP")


def test_numbers_beyond_64_bits_are_refused() -> None:
    with pytest.raises(RuntimeError, match="has more than 64 bits"):
        Pickler(Names()).dump(2**63, INT)


def test_nan_and_negative_zero_survive() -> None:
    found = round_trip([math.nan, -0.0, math.inf], ListType(FLOAT))
    assert isinstance(found, list)
    assert math.isnan(found[0])
    assert math.copysign(1, found[1]) == -1


@pytest.mark.parametrize("dtype", ["f4", "f8", "i8", "i4", "u1", "?", "f2", "i2", "i1", "c8", "c16", "u2", "u4", "u8"])
def test_tensors_round_trip(dtype: str) -> None:
    array = np.arange(6).astype(dtype).reshape(2, 3)
    found = round_trip(from_numpy(array), TENSOR)
    assert isinstance(found, Tensor)
    assert found.memory.array.tobytes() == array.tobytes()
    assert (found.shape, found.dtype.numpy) == ((2, 3), np.dtype(dtype))


def test_views_that_share_a_storage_share_it_again() -> None:
    base = from_numpy(np.arange(12, dtype=np.float32))
    view = Tensor(base.memory, Layout.of((3, 2), (1, 4), 2), base.dtype)
    found = round_trip([base, view, base], ListType(TENSOR))
    assert isinstance(found, list)
    assert found[0] is found[2]
    assert found[1].memory is found[0].memory
    assert (found[1].layout.shape, found[1].layout.strides, found[1].layout.offset) == ((3, 2), (1, 4), 2)


def test_one_storage_seen_as_two_dtypes_is_refused() -> None:
    base = from_numpy(np.zeros(4, np.float32))
    other = Tensor(base.memory, Layout.of((4,), (1,)), from_numpy(np.zeros(1, np.int32)).dtype)
    with pytest.raises(RuntimeError, match="share a storage; copy one of them"):
        Pickler(Names()).dump([base, other], ListType(TENSOR))


def test_shared_lists_stay_one_list_and_equal_lists_stay_two() -> None:
    names = ["a"]
    kind = TupleType([ListType(STR)] * 3)
    found = round_trip((names, names, ["a"]), kind)
    assert isinstance(found, tuple)
    assert found[0] is found[1]
    assert found[0] is not found[2]


def test_shared_tuples_are_written_once() -> None:
    value: object = (1,)
    for _ in range(40):
        value = (value, value)
    assert len(Pickler(Names()).dump(value, ANY)) < 1000


def test_cycles_are_refused() -> None:
    values: list[object] = []
    values.append(values)
    with pytest.raises(RuntimeError, match="contains itself"):
        Pickler(Names()).dump(values, ListType(ANY))


def test_values_nested_beyond_pythons_recursion_limit_are_written() -> None:
    owner = ClassType("__torch__.Link")
    owner.add_attribute("next", optional(owner))
    link = Object(owner, {"next": None})
    for _ in range(5000):
        link = Object(owner, {"next": link})
    found = round_trip(link, owner, classes={"__torch__.Link": owner})
    depth = 0
    while isinstance(found, Object):
        found, depth = found.slots["next"], depth + 1
    assert depth == 5001


def test_objects_enums_and_named_tuples_round_trip() -> None:
    kind = ClassType("__torch__.M", is_module=True)
    for name, type_ in {"color": COLOR, "point": POINT, "colors": ListType(COLOR), "self_like": optional(INT)}.items():
        kind.add_attribute(name, type_)
    red, green = EnumMember.of(COLOR, "RED"), EnumMember.of(COLOR, "GREEN")
    made = Object(kind, {"color": red, "point": (from_numpy(np.ones(2)), 3), "colors": [green, red], "self_like": None})
    pair = TupleType([kind, kind])
    found = round_trip((made, made), pair, classes={"__torch__.M": kind, "__torch__.Color": COLOR})
    assert isinstance(found, tuple)
    assert found[0] is found[1]
    assert found[0].slots["color"] is red
    assert found[0].slots["colors"] == [green, red]
    assert found[0].slots["point"][1] == 3


def test_any_and_unions_keep_the_type_that_a_value_has() -> None:
    assert round_trip(["a"], ANY) == ["a"]
    assert round_trip({"a": 1}, ANY) == {"a": 1}
    kind = union([ListType(INT), ListType(STR), INT])
    for value in (["a"], [1], 3, []):
        assert round_trip(value, kind) == value


def test_an_int_in_a_float_slot_becomes_a_float() -> None:
    assert isinstance(round_trip(1, FLOAT), float)


def test_an_attribute_without_a_value_is_refused() -> None:
    kind = ClassType("__torch__.M")
    kind.add_attribute("count", INT)
    with pytest.raises(RuntimeError, match="attribute 'count' of __torch__.M has no value"):
        Pickler(Names()).dump(Object(kind), kind)


@pytest.mark.parametrize(
    "type_, body, message",
    [
        (TENSOR, b"X\x01\x00\x00\x00a", "is declared Tensor, but the file has a str"),
        (INT, b"\x88", "is declared int, but the file has a bool"),
        (FLOAT, b"K\x01", "is declared float, but the file has an int"),
        (INT, b"N", "but the file has None"),
        (ListType(INT), b"(K\x01X\x01\x00\x00\x00aK\x02t", "is declared List\\[int\\], but the file has a tuple"),
        (ListType(INT), b"](K\x01X\x01\x00\x00\x00ae", r"the value\[1\] is declared int, but the file has a str"),
        (TupleType([INT, INT]), b"K\x01\x85", "is declared Tuple"),
        (optional(STR), b"K\x01", "is declared Optional\\[str\\]"),
        (DictType(STR, INT), b"}K\x01K\x02s", "a key of the value is declared str, but the file has an int"),
        (COLOR, b"c__torch__\nColor\nK\x07R", "7 is not the value of a member"),
        (ANY, b"]" * 150 + b"a" * 149, "but the file has a list|nested deeper"),
        (ANY, b"N" + b"\x85" * 150, "nested deeper than 100"),
    ],
)  # fmt: skip
def test_a_value_that_does_not_fit_its_declaration_is_refused(type_: Type, body: bytes, message: str) -> None:
    pickled = read_script_pickle(b"\x80\x02" + body + b".", ScriptBuilder("data", {"code/__torch__.py": 0}), "data.pkl")
    reader = ValueReader(Archive(_EMPTY), "data.pkl", find_class={"__torch__.Color": COLOR}.__getitem__, parse_type=parse_annotation)
    with pytest.raises(ArchiveError, match=message):
        reader.read(pickled, type_)


def _empty_archive() -> bytes:
    out = io.BytesIO()
    ArchiveWriter(out.write, "archive").finish()
    return out.getvalue()


_EMPTY = _empty_archive()


def test_untagged_containers_of_old_files_take_their_declared_type() -> None:
    pickled = read_script_pickle(b"\x80\x02](K\x01K\x02e.", ScriptBuilder("data", {}), "data.pkl")
    reader = ValueReader(Archive(_EMPTY), "data.pkl", find_class={}.__getitem__, parse_type=parse_annotation)
    assert reader.read(pickled, ListType(INT)) == [1, 2]


def test_names_are_numbered_by_first_use_in_each_archive() -> None:
    first, second, third = (ClassType(f"__torch__.a.___torch_mangle_{number}.M") for number in (7, 9, 3))
    for _ in range(2):
        names = Names()
        assert names.type_name(second) == "__torch__.a.M"
        assert names.type_name(first) == "__torch__.a.___torch_mangle_0.M"
        assert names.annotation(ListType(optional(third))) == "List[Optional[__torch__.a.___torch_mangle_1.M]]"
        assert names.type_name(second) == "__torch__.a.M"

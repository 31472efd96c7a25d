"""Archives that PyTorch wrote: values, sharing, places, and what is refused; and that saving them again changes nothing."""

from __future__ import annotations

import gc
import io
import linecache
import math
import time
import weakref
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rushlight as rl
from rushlight.runtime.device import Device
from rushlight.runtime.tensor import Tensor, from_numpy
from rushlight.script.object import EnumMember, Object
from rushlight.serialize.archive_reader import load
from rushlight.serialize.archive_writer import save, save_to_buffer
from rushlight.serialize.container import Archive, open_archive
from rushlight.serialize.container_writer import ArchiveWriter
from rushlight.serialize.errors import ArchiveError

GOLDEN = Path(__file__).parents[1] / "golden" / "archives"
SCRIPTED = ["attributes", "function", "gelu", "methods", "traced"]


def archive_of(records: dict[str, bytes]) -> io.BytesIO:
    out = io.BytesIO()
    writer = ArchiveWriter(out.write, "archive")
    for name, data in records.items():
        writer.add(name, data)
    writer.finish()
    out.seek(0)
    return out


def small(code: str = "", state: bytes = b"}", version: bytes = b"3\n", **records: bytes) -> io.BytesIO:
    """An archive of one module `M`; `code` follows its empty head, `state` is the pickle of its attributes."""
    head = "class M(Module):\n  __parameters__ = []\n  __buffers__ = []\n"
    return archive_of({
        "data.pkl": b"\x80\x02c__torch__\nM\n)\x81" + state + b"b.",
        "constants.pkl": b"\x80\x02).",
        "version": version,
        "code/__torch__.py": (head + code).encode(),
        **{name.replace("__", "/").replace("_pkl", ".pkl"): data for name, data in records.items()},
    })  # fmt: skip


def changed(name: str, **records: bytes) -> io.BytesIO:
    """A golden archive with some records replaced."""
    archive = open_archive(GOLDEN / f"{name}.pt")
    kept = [record for record in archive if not record.startswith(".data/serialization_id")]
    return archive_of({record: records.get(record.replace("/", "__").replace(".", "_"), archive.read(record)) for record in kept})


def array(value: object) -> np.ndarray:
    assert isinstance(value, Tensor)
    return value.numpy()


def test_every_type_of_attribute_is_read() -> None:
    found = load(GOLDEN / "attributes.pt")
    value = found.slots
    assert found.type.qualified_name == "__torch__.Attributes"
    assert (value["names"], value["empty_strings"], value["counts"]) == (["a", "b", "a"], [], {"k": 1, "l": -1})
    assert value["by_number"] == {300: [1.5, math.inf], 70000: []}
    assert (value["maybe"], value["nothing"], value["absent"]) == (None, None, None)
    assert value["pairs"] == [(1, "x"), (2, "y")]
    assert isinstance(value["color"], EnumMember)
    assert (value["color"].name, value["color"].value) == ("GREEN", 2)
    assert (value["big"], value["smallest"], value["negative"], value["ratio"]) == (2**40, -(2**63), -5, 0.1)
    assert (value["number"], value["device"], value["dtype"]) == (1 + 2j, Device("cpu"), 7)
    assert (value["triple"], value["five"]) == ((1, 2.5, "x"), (1, 2, 3, 4, 5))
    assert (value["numbers"], value["ratios"], value["switches"]) == ([1, 2, 70000], [0.5], [True, False])
    assert value["nested"] == [[1], [2, 3]]
    assert value["text"] == "line\n\"quoted\" 'it' \\ naïve"
    assert value["training"] is True
    assert array(value["view"]).tolist() == np.arange(12.0).reshape(3, 4).T[1:3].tolist()
    assert array(value["scalar"]).item() == 7
    assert array(value["flags"]).tolist() == [True, False]
    assert array(value["float16s"]).tolist() == [0.5, -2.0]
    assert array(value["empty"]).shape == (0,)
    assert value["point"].label == 3  # type: ignore[attr-defined]


def test_what_was_shared_is_shared() -> None:
    found = load(GOLDEN / "attributes.pt")
    linear = found.slots["linear"]
    assert isinstance(linear, Object)
    assert linear.slots["weight"] is found.slots["tied"]
    assert isinstance(found.slots["tied"], Tensor)
    assert found.slots["tied"].requires_grad


@pytest.mark.parametrize("name", SCRIPTED)
def test_methods_run(name: str) -> None:
    found = load(GOLDEN / f"{name}.pt")
    shape = {"attributes": (2, 3), "traced": (1, 1, 4, 4), "methods": (2, 4)}.get(name, (2,))
    arguments = [0.5] if name == "function" else []
    result = found.method("forward")(from_numpy(np.ones(shape, np.float32)), *arguments)
    assert isinstance(result, Tensor)
    assert np.isfinite(result.numpy()).all()


@pytest.mark.parametrize("name", SCRIPTED)
def test_saving_again_gives_pytorchs_records(name: str) -> None:
    golden = open_archive(GOLDEN / f"{name}.pt")
    again = Archive(save_to_buffer(load(GOLDEN / f"{name}.pt")))
    # numbers that tell equal names apart begin at 0 in each archive here
    renamed = {"methods": ("data.pkl", "code/__torch__/torch/nn/modules/container.py", "code/__torch__/torch/nn/modules/linear")}.get(
        name, ()
    )
    for record in golden:
        if record.startswith((*renamed, "extra/", "traced_inputs", ".data/serialization_id")) or record.endswith(".debug_pkl"):
            continue
        assert again.read(record) == golden.read(record), record


@pytest.mark.parametrize("name", SCRIPTED)
def test_saving_is_deterministic(name: str) -> None:
    module = load(GOLDEN / f"{name}.pt")
    once = save_to_buffer(module)
    assert save_to_buffer(module) == once
    assert save_to_buffer(load(io.BytesIO(once))) == once


def test_paths_give_the_root_and_buffers_do_not(tmp_path: Path) -> None:
    module = load(GOLDEN / "gelu.pt")
    save(module, tmp_path / "a.b.pt")
    buffer = io.BytesIO()
    save(module, buffer)
    assert open_archive(tmp_path / "a.b.pt").root == "a.b"
    assert Archive(buffer.getvalue()).root == "archive"


def test_extra_files_are_written_and_read(tmp_path: Path) -> None:
    extra: dict[str, str | bytes] = {"note.txt": "", "absent": "x"}
    module = load(GOLDEN / "attributes.pt", extra_files=extra)
    assert extra == {"note.txt": b"hello", "absent": b""}
    save(module, tmp_path / "m.pt", {"a/b": b"\0\1", "text": "naïve"})
    extra = {"a/b": "", "text": ""}
    load(tmp_path / "m.pt", extra_files=extra)
    assert extra == {"a/b": b"\0\1", "text": "naïve".encode()}


def test_tensors_of_a_file_are_mapped_and_private(tmp_path: Path) -> None:
    path = tmp_path / "m.pt"
    path.write_bytes((GOLDEN / "methods.pt").read_bytes())
    module = load(path)
    array(module.slots["calls"])[0] = 5
    assert array(load(path).slots["calls"])[0] == 0
    save(module, path)
    assert array(module.slots["calls"])[0] == 5
    assert array(load(path).slots["calls"])[0] == 5


def test_cuda_tensors_need_map_location() -> None:
    pickle = open_archive(GOLDEN / "methods.pt").read("data.pkl").replace(b"X\x03\x00\x00\x00cpu", b"X\x06\x00\x00\x00cuda:0")
    with pytest.raises(RuntimeError, match=r"Attempting to deserialize object on a CUDA device.*map_location=torch.device\('cpu'\)"):
        load(changed("methods", data_pkl=pickle))
    for place in ("cpu", Device("cpu")):
        assert array(load(changed("methods", data_pkl=pickle), place).slots["calls"]).tolist() == [0]


@pytest.mark.parametrize("place, error", [("cuda", RuntimeError), (3, ValueError), ("nonsense", RuntimeError)])
def test_other_map_locations_are_refused(place: object, error: type[Exception]) -> None:
    with pytest.raises(error):
        load(GOLDEN / "gelu.pt", place)  # type: ignore[arg-type]


def test_a_module_that_is_gone_leaves_nothing_behind() -> None:
    def use() -> weakref.ref[object]:
        module = load(GOLDEN / "methods.pt")
        module.method("forward")(from_numpy(np.ones((2, 4), np.float32)))
        with pytest.raises(RuntimeError):
            module.method("forward")(from_numpy(np.ones((2, 5), np.float32)))
        return weakref.ref(module.type.methods["forward"])

    gc.collect()
    before = len(linecache.cache)
    kept = use()
    assert len(linecache.cache) > before
    gc.collect()
    assert kept() is None
    assert len(linecache.cache) <= before


def test_a_path_that_is_no_file_is_the_callers_mistake(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="does not exist"):
        load(tmp_path / "none.pt")
    with pytest.raises(ValueError, match="is a directory"):
        load(tmp_path)


def test_a_failed_save_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "m.pt"
    path.write_bytes(b"old")
    module = load(GOLDEN / "methods.pt")
    module.slots["calls"] = object()
    with pytest.raises(RuntimeError, match="a value of class object in a slot of type Tensor cannot be saved"):
        save(module, path)
    with pytest.raises(TypeError, match="must be str or bytes"):
        save(load(GOLDEN / "gelu.pt"), path, {"a": 3})  # type: ignore[dict-item]
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["m.pt"]


def test_all_unknown_operators_are_listed_at_once() -> None:
    code = (
        "  def forward(self: __torch__.M,\n    x: Tensor) -> Tensor:\n"
        "    y = torch.no_such_thing(x, ops.acme.spin(x))\n"
        "    return torch.no_such_thing(y, torch.neg(x))\n"
    )
    with pytest.raises(RuntimeError) as caught:
        load(small(code))
    assert str(caught.value) == (
        "load: the archive calls 2 operators that rushlight does not have:\n"
        "  acme::spin (1 call): code/__torch__.py:6\n"
        "  aten::no_such_thing (2 calls): code/__torch__.py:6, code/__torch__.py:7"
    )


def test_setstate_runs_when_an_object_is_read() -> None:
    code = """  count : int
  def __getstate__(self: __torch__.M) -> Tuple[int, int]:
    return (self.count, 1)
  def __setstate__(self: __torch__.M,
    state: Tuple[int, int]) -> NoneType:
    a, b, = state
    self.count = torch.add(a, b)
    return None
"""
    found = load(small(code, b"K\x05K\x02\x86"))
    assert found.slots == {"count": 7}
    assert load(io.BytesIO(save_to_buffer(found))).slots == {"count": 8}


def test_interfaces_and_submodules_share_their_types() -> None:
    code = """  first : __torch__.Sub
  second : __torch__.Sub
class Sub(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
"""
    state = b"}(X\x05\x00\x00\x00firstc__torch__\nSub\n)\x81}X\x08\x00\x00\x00training\x88sbq\x01X\x06\x00\x00\x00secondh\x01u"
    found = load(small(code, state))
    assert found.slots["first"] is found.slots["second"]


def test_untagged_lists_of_version_2_are_read() -> None:
    state = b"}X\x05\x00\x00\x00names](X\x01\x00\x00\x00aX\x01\x00\x00\x00bes"
    assert load(small("  names : List[str]\n", state, b"2\n")).slots["names"] == ["a", "b"]


def test_historic_headers_are_skipped() -> None:
    archive = small("  training : bool\n", b"}X\x08\x00\x00\x00training\x89s")
    records = Archive(archive.getvalue())
    code = b"op_version_set = 1\nimport __torch__.a\n" + records.read("code/__torch__.py")
    found = load(archive_of({**{name: records.read(name) for name in records if name[0] != "."}, "code/__torch__.py": code}))
    assert found.slots == {"training": False}


SETSTATE = "  def __setstate__(self: __torch__.M, s: int) -> NoneType:\n"
SHARED_STATE = b"}X\x01\0\0\0ac__torch__\nC\n)\x81}q\x01X\x01\0\0\0xK\x01sbsX\x01\0\0\0bc__torch__\nC\n)\x81h\x01bs"

BAD = {
    "no_such_class": (lambda: small("  a : __torch__.Missing\n"), "unknown type name '__torch__.Missing'|Unknown type name"),
    "attribute_without_value": (lambda: small("  a : int\n"), "attribute 'a' of __torch__.M has no value"),
    "value_of_another_type": (lambda: small("  a : int\n", b"}X\x01\x00\x00\x00aX\x01\x00\x00\x00bs"), "__torch__.M.a is declared int"),
    "state_is_no_dict": (lambda: small("", b"K\x01"), "are no dict"),
    "code_does_not_parse": (lambda: small("  def forward(self:\n"), "the code does not parse"),
    "code_does_not_compile": (lambda: small("  def forward(self: __torch__.M) -> int:\n    return missing\n"), "the code does not compile"),
    "attribute_twice": (lambda: small("  a : int\n  a : str\n"), "declared twice"),
    "method_twice": (lambda: small("  def f(self: __torch__.M) -> int:\n    return 1\n" * 2), "defined twice"),
    "class_twice": (lambda: small("class M(Module):\n  a : int\n"), "defined twice"),
    "unknown_base": (lambda: small("  a : __torch__.X\nclass X(Evil):\n  a : int\n"), "bases of class"),
    "default_that_computes": (
        lambda: small("  def f(self: __torch__.M,\n    x: int=torch.add(1, 2)) -> int:\n    return x\n"),
        "no constant",
    ),
    "constant_that_computes": (lambda: small("  k : Final[int] = torch.add(1, 2)\n"), "no constant"),
    "constant_out_of_range": (lambda: small("  def f(self: __torch__.M) -> Tensor:\n    return CONSTANTS.c0\n"), "0 constants"),
    "constants_are_no_tuple": (lambda: small("", constants_pkl=b"\x80\x02K\x01."), "constants are no tuple"),
    "data_is_no_module": (lambda: small("", data_pkl=b"\x80\x02K\x01."), "the archive holds a int"),
    "endless_named_tuples": (
        lambda: small("  a : __torch__.T0\n" + "".join(f"class T{i}(NamedTuple):\n  a : __torch__.T{i + 1}\n" for i in range(5000))),
        "levels deep",
    ),
    "named_tuple_of_itself": (lambda: small("  a : __torch__.T\nclass T(NamedTuple):\n  a : __torch__.T\n"), "levels deep|unknown type"),
    "two_objects_with_one_state": (
        lambda: small("  a : __torch__.C\n  b : __torch__.C\nclass C:\n  x : int\n", SHARED_STATE),
        "are those of another object too",
    ),
    "setstate_that_fails": (
        lambda: small(SETSTATE + '    ops.prim.RaiseException("boo")\n', b"K\x01"),
        "(?s)__setstate__ of .* failed.*boo",
    ),
    "setstate_without_a_state": (
        lambda: small("  def __setstate__(self: __torch__.M) -> NoneType:\n    pass\n", b"K\x01"),
        "__setstate__ of __torch__.M takes 1 values",
    ),
    "setstate_that_never_ends": (
        lambda: small(SETSTATE + "    while True:\n      s = torch.add(s, 1)\n", b"K\x01"),
        "(?s)__setstate__ of .* failed.*steps",
    ),
    "setstate_that_wants_all_memory": (
        lambda: small(SETSTATE + "    x = torch.zeros([s])\n    print(x)\n", b"\x8a\x08" + bytes(6) + b"\x10\0"),
        "more memory|needs more",
    ),
    "missing_storage": (lambda: changed("methods", data_pkl=_storage_missing()), "which is missing"),
    "version_of_the_future": (lambda: small(version=b"11\n"), "version 11"),
    "no_version": (lambda: archive_of({"data.pkl": b"", "constants.pkl": b""}), "the record is missing"),
    "torch_save_file": (lambda: io.BytesIO((GOLDEN / "state_dict.pt").read_bytes()), "a file of torch.save"),
    "mobile_without_code": (
        lambda: archive_of({"version": b"3\n", "data.pkl": b"", "constants.pkl": b"", "bytecode.pkl": b""}),
        "bytecode and no code/",
    ),
    "flatbuffer": (lambda: io.BytesIO(b"\x20\0\0\0PTMF" + bytes(64)), "a flatbuffer file of mobile PyTorch"),
    "no_archive": (lambda: io.BytesIO(b"hello"), "no zip archive"),
}


def _storage_missing() -> bytes:
    return open_archive(GOLDEN / "methods.pt").read("data.pkl").replace(b"X\x01\x00\x00\x004", b"X\x01\x00\x00\x009")


@pytest.mark.parametrize("make, message", BAD.values(), ids=BAD.keys())
def test_a_bad_archive_raises_archive_error(make: object, message: str) -> None:
    with pytest.raises(ArchiveError, match=message):
        load(make(), compiled=True)  # type: ignore[operator]


def test_methods_are_compiled_when_they_are_called_and_leave_nothing_half_made() -> None:
    code = (
        "  calls : int\n"
        "  def forward(self: __torch__.M,\n    x: int) -> int:\n"
        "    if torch.gt(x, 0):\n      y = (self).broken(x, )\n    else:\n      y = x\n    return y\n"
        "  def broken(self: __torch__.M,\n    x: int) -> int:\n    return missing\n"
        "  def worse(self: __torch__.M) -> int:\n    return 1 +\n"
    )
    found = load(small(code, b"}" + text(b"calls") + b"K\0s"))
    assert found.method("forward")(-3) == -3
    for _ in range(2):
        with pytest.raises(ArchiveError, match="(?s)the code does not compile.*missing"):
            found.method("forward")(3)
        with pytest.raises(ArchiveError, match=r"byte .*the code does not parse: expected an expression"):
            found.method("worse")()
    assert found.type.methods["broken"].schema.returns[0].type.annotation() == "int"
    assert not found.type.methods["broken"].is_compiled  # type: ignore[attr-defined]


def layers() -> io.BytesIO:
    """Classes that differ in their names, in the type of an attribute, in a constant, and in the class of an inner object."""
    code, state = "", b""
    kinds = {
        "A": ("int", "", b"K\2"), "B": ("int", "", b"K\3"), "C": ("float", "", b"G\x3f\xe0\0\0\0\0\0\0"),
        "D": ("int", "  n : Final[int] = 1\n", b"K\0"), "E": ("int", "  n : Final[int] = 2\n", b"K\0"),
        "F": ("__torch__.A", "", b"A"), "G": ("__torch__.B", "", b"B"), "H": ("__torch__.C", "", b"C"),
        "I": ("int", "  unread : Final[int] = 1\n", b"K\4"),
    }  # fmt: skip
    made: dict[bytes, bytes] = {}
    for name, (kind, constant, value) in kinds.items():
        body = "return torch.add((self.k).forward(x, ), 1)" if "." in kind else "return torch.mul(torch.floordiv(6, x), self.k)"
        if "  n " in constant:
            body = "return self.n"
        result = "float" if name in "CH" else "int"
        method = f"  def forward(self: __torch__.{name},\n    x: int) -> {result}:\n    {body}\n"
        code += f"class {name}(Module):\n  __parameters__ = []\n  __buffers__ = []\n  k : {kind}\n{constant}{method}"
        made[name.encode()] = b"c__torch__\n" + name.encode() + b"\n)\x81}" + text(b"k") + made.get(value, value) + b"sb"
        state += text(name.lower().encode()) + made[name.encode()]
    members = "".join(f"  {name.lower()} : __torch__.{name}\n" for name in kinds)
    return small(members + code, b"}(" + state + b"u")


def test_classes_of_one_shape_share_their_programs() -> None:
    found = load(layers())
    objects = {name: value for name, value in found.slots.items() if isinstance(value, Object)}
    assert [value.method("forward")(2) for value in objects.values()] == [6, 9, 1.5, 1, 2, 7, 10, 2.5, 12]
    compiled = [name for name, value in objects.items() if value.type.methods["forward"].is_compiled]  # type: ignore[attr-defined]
    assert compiled == ["a", "c", "d", "e", "f", "h"]
    for name in ("a", "b", "g"):
        with pytest.raises(RuntimeError, match="division by 0") as caught:
            objects[name].method("forward")(0)
        inner = {"g": "B"}.get(name, name.upper())
        lines = open_archive(layers()).read("code/__torch__.py").decode().split("\n")
        number = lines.index(f"  def forward(self: __torch__.{inner},") + 3
        assert f'File "code/__torch__.py", line {number}, in forward' in str(caught.value)


def test_threads_that_call_first_agree() -> None:
    chain = "".join(f"def f{i}(x: int) -> int:\n  return __torch__.f{i + 1}(torch.add(x, 1), )\n" for i in range(30))
    code = "  def forward(self: __torch__.M,\n    x: int) -> int:\n    return __torch__.f0(x, )\n"
    found = load(small(f"{code}{chain}def f30(x: int) -> int:\n  return x\n"))
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(found.method("forward"), range(8))) == [30 + x for x in range(8)]


def text(value: bytes) -> bytes:
    return b"X" + len(value).to_bytes(4, "little") + value


def long_places() -> io.BytesIO:
    """Many values inside a value with a long name."""
    return small("  d : Dict[str, List[int]]\n", b"}" + text(b"d") + b"}" + text(b"k" * 2_000_000) + b"](" + b"K\1" * 100_000 + b"ess")


def long_tags() -> io.BytesIO:
    """One long type that many containers have."""
    tag = b"Dict[str, Tuple[" + b"int, " * 20_000 + b"int]]"
    tagged = b"}" + text(b"z") + b"ctorch.jit._pickle\nrestore_type_tag\nq\1}" + text(tag) + b"q\2\x86Rs"
    return small("  d : List[Any]\n", tagged + text(b"d") + b"](" + b"h\1}h\2\x86R" * 3000 + b"es")


def long_types() -> io.BytesIO:
    """One value of a long type, many times."""
    state = b"}" + text(b"d") + b"]((" + b"K\1" * 5000 + b"tq\1" + b"h\1" * 100_000 + b"es"
    return small(f"  d : List[Tuple[{'int, ' * 5000}]]\n", state)


def many_attributes() -> io.BytesIO:
    """A class with many attributes, all of them named as parameters."""
    names = [f"a{index}" for index in range(20_000)]
    lists = f"  __parameters__ = [{', '.join(map(repr, names))}]\n"
    state = b"}(" + b"".join(text(name.encode()) + b"K\1" for name in names) + b"u"
    return small(lists + "".join(f"  {name} : int\n" for name in names), state)


@pytest.mark.parametrize("make", [long_places, long_tags, long_types, many_attributes])
def test_time_stays_in_proportion(make: Callable[[], io.BytesIO]) -> None:
    archive = make()
    start = time.process_time()
    load(archive)
    assert time.process_time() - start < 10


def test_classes_may_refer_to_each_other_in_long_chains() -> None:
    code = "  a : Optional[__torch__.C0]\n" + "".join(f"class C{i}:\n  next : Optional[__torch__.C{(i + 1) % 3000}]\n" for i in range(3000))
    assert load(small(code, b"}X\x01\x00\x00\x00aNs")).slots == {"a": None}


def test_functions_may_call_each_other_in_long_chains() -> None:
    functions = "".join(f"def f{i}(x: int) -> int:\n  return __torch__.f{i + 1}(x, )\n" for i in range(500))
    code = f"  def forward(self: __torch__.M) -> int:\n    return __torch__.f0(3, )\n{functions}def f500(x: int) -> int:\n  return x\n"
    assert load(small(code)).method("forward") is not None


@pytest.mark.parametrize("depth", [100, 250, 400])
def test_deep_blocks_are_compiled_or_refused(depth: int) -> None:
    code = "  def forward(self: __torch__.M,\n    x: int) -> int:\n"
    for level in range(depth):
        indent = "    " + "  " * level
        code += f"{indent}if torch.eq(x, {level}):\n{indent}  y = {level}\n{indent}else:\n"
    code += "    " + "  " * depth + "y = -1\n    return y\n"
    forward = load(small(code)).method("forward")
    try:
        assert forward(50) == 50
    except ArchiveError as error:
        assert depth > 100
        assert "nested" in str(error)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_damaged_code_and_pickles_raise_nothing_else(data: st.DataObject) -> None:
    """Records that were changed inside an intact container: the file loads, or an ArchiveError or a list of operators says why not."""
    archive = open_archive(GOLDEN / f"{data.draw(st.sampled_from(SCRIPTED))}.pt")
    names = [name for name in archive if name.endswith((".py", ".pkl")) and "debug" not in name]
    target = data.draw(st.sampled_from(names))
    content = bytearray(archive.read(target))
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(
            st.sampled_from(b"\0\n (),:[]{}=.019aNxX\x80\xff") | st.integers(0, 255)
        )
    records = {name: archive.read(name) for name in archive if name != ".data/serialization_id"}
    try:
        load(archive_of({**records, target: bytes(content)}))
    except ArchiveError:
        return
    except RuntimeError as error:
        assert str(error).startswith(("load: the archive calls", "Attempting to deserialize"))


def test_a_loaded_module_outlives_its_file(tmp_path: Path) -> None:
    """Truncating and rewriting the file that a module came from leaves the module as it was."""
    path = tmp_path / "a.pt"
    rl.jit.save(rl.jit.script(rl.nn.Linear(64, 64)), path)
    module = rl.jit.load(path)
    before = module.weight.detach().clone()
    with open(path, "wb") as file:
        rl.jit.save(module, file)
    assert bool((module.weight.detach() == before).all())
    assert bool((rl.jit.load(path).weight.detach() == before).all())


def test_a_module_without_forward_has_no_text_of_it() -> None:
    module = rl.jit.load(small("  def go(self: __torch__.M) -> int:\n    return 3\n"))
    assert module.go() == 3
    for name in ("code", "code_with_constants", "inlined_graph"):
        assert not hasattr(module, name)
    with pytest.raises(RuntimeError, match="Method 'forward' is not defined"):
        _ = module.graph

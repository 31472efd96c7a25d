"""rl.save and rl.load: what goes in comes out, storages stay shared, files are replaced at once or not at all, messages help."""

from __future__ import annotations

import collections
import datetime
import gc
import io
import math
import os
import pickle
import subprocess
import sys
import types
import uuid
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rushlight as rl
from rushlight.serialization import (
    ArchiveError,
    add_safe_globals,
    clear_safe_globals,
    get_safe_globals,
    get_unsafe_globals_in_checkpoint,
    safe_globals,
)
from rushlight.serialize.errors import UnlistedError

FORMATS = pytest.mark.parametrize("zipped", [True, False], ids=["zip", "stream"])


def again(value: Any, **options: Any) -> Any:
    """A value saved and loaded."""
    return rl.load(io.BytesIO(saved(value, **options)))


def saved(value: Any, **options: Any) -> bytes:
    out = io.BytesIO()
    rl.save(value, out, **options)
    return out.getvalue()


ATOMS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=False),
    st.text(max_size=8),
    st.binary(max_size=8),
    st.complex_numbers(allow_nan=False),
)
KEYS = st.one_of(st.text(max_size=4), st.integers(-(2**40), 2**40), st.tuples(st.text(max_size=2), st.integers(0, 9)))
PLAIN = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.tuples(inner, inner),
        st.tuples(inner, inner, inner, inner),
        st.dictionaries(KEYS, inner, max_size=4),
        st.dictionaries(st.text(max_size=3), inner, max_size=3).map(collections.OrderedDict),
        st.frozensets(st.text(max_size=3), max_size=4),
        st.sets(st.integers(-9, 9), max_size=4),
    ),
    max_leaves=12,
)


@settings(max_examples=150)
@given(value=PLAIN, protocol=st.integers(2, 5), zipped=st.booleans())
def test_plain_data_comes_out_as_it_went_in(value: Any, protocol: int, zipped: bool) -> None:
    loaded = again(value, pickle_protocol=protocol, _use_new_zipfile_serialization=zipped)
    assert repr(loaded) == repr(value) or loaded == value
    assert type(loaded) is type(value)


@settings(max_examples=60)
@given(data=st.data())
def test_views_come_out_with_their_layout(data: st.DataObject) -> None:
    base = rl.arange(60).reshape(3, 4, 5).to(data.draw(st.sampled_from([rl.float32, rl.int64, rl.uint8, rl.float16])))
    view = base.permute(*data.draw(st.permutations(range(3))))
    view = view[tuple(slice(data.draw(st.integers(0, 2)), None, data.draw(st.integers(1, 3))) for _ in range(3))]
    first, second = again([base, view], _use_new_zipfile_serialization=data.draw(st.booleans()))
    assert first.memory is second.memory
    assert (second.shape, second.stride(), second.storage_offset()) == (view.shape, view.stride(), view.storage_offset())
    assert second.tolist() == view.tolist()


@FORMATS
def test_tensors_that_share_numbers_share_them_again(zipped: bool) -> None:
    """The first example of PyTorch's notes on serialization."""
    numbers = rl.arange(1, 10)
    evens = numbers[1::2]
    loaded_numbers, loaded_evens = again([numbers, evens], _use_new_zipfile_serialization=zipped)
    loaded_evens *= 2
    assert loaded_numbers.tolist() == [1, 4, 3, 8, 5, 12, 7, 16, 9]


@FORMATS
def test_a_slice_saves_its_whole_storage_and_a_clone_does_not(zipped: bool) -> None:
    """The second example of PyTorch's notes on serialization."""
    large = rl.arange(1, 1000)
    small = large[0:5]
    assert again(small, _use_new_zipfile_serialization=zipped).memory.nbytes == 999 * 8
    assert again(small.clone(), _use_new_zipfile_serialization=zipped).memory.nbytes == 5 * 8


def test_values_that_hold_themselves() -> None:
    items: list[Any] = [1]
    items.append(items)
    loaded = again(items)
    assert loaded[1] is loaded
    shared = {"a": 1}
    first, second = again([shared, shared])
    assert first is second


def test_saving_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    value = {"x": rl.arange(5), "set": {"b", "a", "c"}, "numbers": {3, 1, 2}, "frozen": frozenset("xyz")}
    rl.save(value, tmp_path / "model.pt")
    first = (tmp_path / "model.pt").read_bytes()
    rl.save(again(value), tmp_path / "model.pt")
    assert (tmp_path / "model.pt").read_bytes() == first


def test_the_order_of_a_set_does_not_depend_on_the_process() -> None:
    program = "import io, sys, rushlight as rl; f = io.BytesIO(); rl.save({'a', 'b', 'c', 'd'}, f); sys.stdout.buffer.write(f.getvalue())"
    outputs = {
        subprocess.run([sys.executable, "-c", program], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1


class Refusing(io.RawIOBase):
    """A file object that takes some bytes and then no more."""

    def __init__(self, room: int) -> None:
        self.room = room

    def write(self, data: Any, /) -> int:
        self.room -= len(data)
        if self.room < 0:
            raise OSError(28, "No space left on device")
        return len(data)


def test_a_failed_save_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "model.pt"
    rl.save([1], path)
    before = path.read_bytes()
    with pytest.raises(TypeError, match="cannot be saved"):
        rl.save({"x": rl.arange(3), "y": (number for number in range(3))}, path)
    assert path.read_bytes() == before and os.listdir(tmp_path) == ["model.pt"]
    with pytest.raises(OSError, match="No space left"):
        rl.save(rl.zeros(1000), Refusing(500))
    with pytest.raises(FileNotFoundError):
        rl.save([1], tmp_path / "missing" / "model.pt")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    rl.save([1], tmp_path / "model.pt")
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(PermissionError):
            rl.save([2], tmp_path / "model.pt")
    finally:
        tmp_path.chmod(0o700)
    assert rl.load(tmp_path / "model.pt") == [1]


# Places


def on_cuda(value: Any) -> io.BytesIO:
    """A file whose storages say that they come from cuda:0."""
    stream = saved(value, _use_new_zipfile_serialization=False)
    return io.BytesIO(stream.replace(b"X\x03\x00\x00\x00cpu", b"X\x06\x00\x00\x00cuda:0"))


def test_map_location() -> None:
    seen: list[str] = []

    def place(storage: Any, location: str) -> Any:
        seen.append(location)
        return storage

    for target in ("cpu", rl.device("cpu"), {"cuda:0": "cpu"}, place):
        assert rl.load(on_cuda(rl.arange(3)), map_location=target).tolist() == [0, 1, 2]
    assert seen == ["cuda:0"]


def ignore(storage: Any, location: str) -> None:
    """A function for `map_location` that leaves everything to the default."""


@pytest.mark.parametrize("target", [None, {"cuda:1": "cpu"}, ignore])
def test_tensors_of_a_missing_device(target: Any) -> None:
    with pytest.raises(RuntimeError, match="Attempting to deserialize object on a CUDA device but torch.cuda.is_available"):
        rl.load(on_cuda(rl.arange(3)), map_location=target)
    with pytest.raises(TypeError, match="map_location must be a device, a dict or a function"):
        rl.load(on_cuda(rl.arange(3)), map_location=3)  # pyright: ignore[reportArgumentType]


def test_mapped_files_are_read_and_not_written(tmp_path: Path) -> None:
    rl.save({"x": rl.arange(100.0)}, tmp_path / "model.pt")
    before = (tmp_path / "model.pt").read_bytes()
    loaded = rl.load(tmp_path / "model.pt", mmap=True)
    loaded["x"].fill_(1.0)
    assert (tmp_path / "model.pt").read_bytes() == before
    with pytest.raises(ValueError, match="f must be a file path"):
        rl.load(io.BytesIO(before), mmap=True)


def test_several_streams_in_one_file() -> None:
    file = io.BytesIO(saved([1], _use_new_zipfile_serialization=False) + saved({"x": rl.arange(3)}, _use_new_zipfile_serialization=False))
    assert rl.load(file) == [1]
    assert rl.load(file)["x"].tolist() == [0, 1, 2]


def test_strings_of_python_2() -> None:
    body = b"\x80\x02}U\x01aU\x02\xe9bs."
    stream = saved(0, _use_new_zipfile_serialization=False).replace(b"\x80\x02K\x00.", body)
    assert rl.load(io.BytesIO(stream), encoding="latin1") == {"a": "éb"}
    assert rl.load(io.BytesIO(stream), encoding="ISO-8859-1", pickle_module=pickle) == {"a": "éb"}
    assert rl.load(io.BytesIO(stream), encoding="bytes") == {b"a": b"\xe9b"}
    with pytest.raises(ArchiveError, match="another `encoding` may read it, such as 'latin1'"):
        rl.load(io.BytesIO(stream))


# What callers trust


class WithState:
    def __init__(self) -> None:
        self.x = 1

    def __getstate__(self) -> dict[str, int]:
        return {"y": self.x}

    def __setstate__(self, state: dict[str, int]) -> None:
        self.x = state["y"] + 10


class WithSlots:
    __slots__ = ("a",)

    def __init__(self, a: int) -> None:
        self.a = a


class Reduced:
    def __init__(self, n: int) -> None:
        self.n = n

    def __reduce__(self) -> tuple[Any, ...]:
        return Reduced, (self.n,)


class Point(NamedTuple):
    x: int
    y: int


def test_classes_that_the_caller_allows() -> None:
    value = [WithState(), WithSlots(4), Reduced(5), Point(1, 2)]
    with pytest.raises(ArchiveError, match=r"WithState, which is not on the list.*add_safe_globals\(\[WithState\]\).*state_dict"):
        again(value[:1])
    with safe_globals([WithState, WithSlots, Reduced, Point]):
        first, second, third, fourth = again(value)
        assert get_safe_globals() == [WithState, WithSlots, Reduced, Point]
    assert (first.x, second.a, third.n, fourth) == (11, 4, 5, Point(1, 2)) and type(fourth) is Point
    assert get_safe_globals() == []
    add_safe_globals([(Reduced, f"{__name__}.Reduced")])
    assert again(Reduced(3)).n == 3
    clear_safe_globals()
    with pytest.raises(ArchiveError, match="not on the list"):
        again(Reduced(3))


class Layer:
    """Stands for a module of the user's, and holds what such a module holds."""

    def __init__(self, **modules: object) -> None:
        self._parameters = {"weight": rl.nn.Parameter(rl.arange(3.0)), "bias": None}
        self._buffers = {"mean": rl.zeros(2), "cache": rl.ones(2)}
        self._non_persistent_buffers_set = {"cache"}
        self._modules = modules


class Settings(dict[str, Any]):
    """A dict of the user's."""


class Pair(list[Any]):
    """A list of the user's."""


def test_all_names_that_are_not_listed_are_told_at_once() -> None:
    content = saved({"model": rl.nn.Sequential(), "settings": Settings(a=1), "layer": Layer(inner=Reduced(1))})
    names = [f"{__name__}.{name}" for name in ("Settings", "Layer", "Reduced")]
    with pytest.raises(UnlistedError, match="Settings and 2 more") as caught:
        rl.load(io.BytesIO(content))
    assert list(caught.value.names) == names == get_unsafe_globals_in_checkpoint(io.BytesIO(content))
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
    with safe_globals([Reduced]):
        assert get_unsafe_globals_in_checkpoint(io.BytesIO(content)) == names[:2]


def test_code_of_the_callers_does_not_run_for_a_file_that_is_refused() -> None:
    class Loud:
        def __setstate__(self, state: object) -> None:
            raise AssertionError("ran")

    with safe_globals([(Loud, f"{__name__}.WithState")]), pytest.raises(ArchiveError, match="Layer, which is not on the list"):
        again([Layer(), WithState()])


@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize("protocol", [2, 5])
def test_objects_of_classes_that_are_not_here_are_kept_as_data(protocol: int, zipped: bool) -> None:
    value = {
        "layer": Layer(inner=rl.nn.Linear(2, 2), other=Layer()), "settings": Settings(a=1), "pair": Pair([1, 2]), "reduced": Reduced(5),
        "slots": WithSlots(3), "point": Point(1, 2), "class": Layer, "state": WithState(),
    }
    content = saved(value, pickle_protocol=protocol, _use_new_zipfile_serialization=zipped)
    with safe_globals(get_unsafe_globals_in_checkpoint(io.BytesIO(content))):
        kept = rl.load(io.BytesIO(content))
    assert kept["layer"].name == f"{__name__}.Layer" and kept["settings"].pairs == {"a": 1} and kept["pair"].items == [1, 2]
    assert kept["reduced"].arguments == (5,) and kept["slots"].attributes == {"a": 3} and kept["state"].state == {"y": 1}
    state = kept["layer"].state_dict()
    assert list(state) == [
        "weight", "mean", "inner.weight", "inner.bias", "other.weight", "other.mean",
    ]
    assert state["weight"].tolist() == [0, 1, 2]
    with pytest.raises(TypeError, match="not callable"):
        kept["class"]()
    assert saved(kept, pickle_protocol=protocol, _use_new_zipfile_serialization=zipped) == content


def test_a_sequence_of_modules_that_are_kept_as_data(monkeypatch: pytest.MonkeyPatch) -> None:
    class Ours(rl.nn.Module):
        """A layer whose class is nowhere when the file is read."""

    Ours.__module__, Ours.__qualname__ = "somewhere", "Ours"
    monkeypatch.setitem(sys.modules, "somewhere", types.SimpleNamespace(Ours=Ours))  # type: ignore[arg-type]
    content = saved(rl.nn.Sequential(rl.nn.Linear(2, 2), Ours()))
    with safe_globals(["somewhere.Ours"]):
        model = rl.load(io.BytesIO(content))
    assert list(model.state_dict()) == ["0.weight", "0.bias"] and "<somewhere.Ours, kept as data>" in repr(model)
    assert saved(model) == content


def test_what_may_be_allowed() -> None:
    with pytest.raises(TypeError, match="an entry is a class"):
        add_safe_globals([3])
    assert get_safe_globals() == []


def test_functions_and_objects_of_whole_modules() -> None:
    layer = rl.nn.utils.weight_norm(rl.nn.Linear(2, 3))
    packed = rl.nn.utils.rnn.pack_sequence([rl.arange(2.0), rl.arange(1.0)])
    generator = rl.Generator().manual_seed(3)
    functions = [rl.nn.functional.relu, rl.tanh, rl.nn.functional.gelu, rl.nn.functional.logsigmoid]
    value = [functions, rl.nn.DataParallel(layer), packed, generator, rl.nn.TransformerEncoderLayer(4, 2, 8)]
    loaded = again(value)
    x = rl.ones(2, 2)
    assert loaded[0] == functions and loaded[1](x).tolist() == layer(x).tolist() == loaded[1].module(x).tolist()
    assert type(loaded[2]) is type(packed) and loaded[2].data.tolist() == packed.data.tolist()
    assert rl.rand(3, generator=loaded[3]).tolist() == rl.rand(3, generator=generator).tolist()
    assert loaded[4].activation is rl.nn.functional.relu


def test_plain_objects_of_python_and_numpy() -> None:
    kinds = np.dtype([("a", "<f4"), ("b", ">i8", (2,)), ("c", [("d", "S3")])])
    value = [
        uuid.UUID(int=5),
        collections.ChainMap({"a": 1}, {"b": 2}),
        collections.UserDict(a=1),
        collections.UserList([1]),
        collections.defaultdict(collections.OrderedDict, {"a": collections.OrderedDict(b=1)}),
        [type(None), type(...)],
        {np.int64(1), rl.float32, datetime.date(2020, 1, 2)},
        np.zeros(3, kinds),
        np.zeros(3, kinds)[0],
        kinds,
        np.array(["2020-01-01", "NaT"], "M8[3D]").view("M8[3D]"),
        np.timedelta64(3, "s"),
        np.datetime64("2020-01-01T00:00", "m"),
        np.array([1, "a", None], object),
        np.void(b"abc"),
        np.longdouble(1.5),
        [np.float32, np.bool_, np.dtype("O"), np.dtype(">i2")],
        collections.deque([1, 2, 3], 5),
        collections.deque("ab"),
        np.array(["abc", "d"]),
        np.array([b"ab"]),
        np.array([1, 2], ">i4"),
        np.str_("x"),
        np.float32(1.5),
        range(1, 9, 2),
        slice(1, None, 2),
        collections.Counter("aab"),
        {(1, 2): 3, "x": (1, (2, 3))},
    ]
    for one, loaded in zip(value, again(value), strict=True):
        assert type(one) is type(loaded)
        if isinstance(one, np.ndarray):
            # arrays in the other byte order come out in this machine's, as NumPy reads them
            assert loaded.dtype in (one.dtype, one.dtype.newbyteorder("=")) and str(one.tolist()) == str(loaded.tolist())
        else:
            assert one == loaded


# Files that are something else


@pytest.mark.parametrize("content, message", [
    (b"<!DOCTYPE html><html><head>", "web page"), (b"  <html>", "web page"), (b"", "empty"),
    (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "git lfs pull"),
    (b"\x40\0\0\0\0\0\0\0{\"x\":{\"dtype\":\"F32\"}}", "safetensors"), (b"\x08\x07\x12\x07pytorch onnx", "ONNX"),
    (b"\x93NUMPY\x01\0", "numpy.load"), (b"\x89HDF\r\n", "HDF5"), (b"\x1f\x8b\x08", "decompress"), (b"GGUF\x03", "GGUF"),
    (b"hello, world", "neither a zip archive nor"), (b"PK\x03\x04 and no more", "archive"),
])  # fmt: skip
def test_files_that_are_something_else(content: bytes, message: str, tmp_path: Path) -> None:
    (tmp_path / "model.pt").write_bytes(content)
    for source in (tmp_path / "model.pt", io.BytesIO(content)):
        with pytest.raises(ArchiveError, match=message):
            rl.load(source)


@FORMATS
def test_a_download_that_was_cut_off(zipped: bool) -> None:
    whole = saved({"x": rl.arange(100.0)}, _use_new_zipfile_serialization=zipped)
    for length in range(4, len(whole), 97):
        with pytest.raises(ArchiveError):
            rl.load(io.BytesIO(whole[:length]))
    with pytest.raises(ArchiveError, match="cut off|cut short"):
        rl.load(io.BytesIO(whole[:-50]))


def test_a_script_archive_goes_to_jit_load(golden: Path) -> None:
    with pytest.warns(UserWarning, match="looks like a TorchScript archive dispatching to 'torch.jit.load'") as warned:
        loaded = rl.load(golden / "archives" / "gelu.pt")
    assert isinstance(loaded, rl.jit.ScriptModule) and warned[0].filename == __file__


def test_what_cannot_be_asked_for(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        rl.load(tmp_path / "missing.pt")
    with pytest.raises(ValueError, match="pickle_protocol is 2"):
        rl.save(1, io.BytesIO(), pickle_protocol=1)
    with pytest.raises(RuntimeError, match="view the same data as different types"):
        x = rl.arange(4)
        rl.save([x, x.view(rl.float64)], io.BytesIO())
    assert math.isnan(again(math.nan))


def test_a_mapped_file_is_not_read_to_check_it(tmp_path: Path) -> None:
    rl.save({"x": rl.zeros(100)}, tmp_path / "model.pt")
    data = (tmp_path / "model.pt").read_bytes()
    (tmp_path / "model.pt").write_bytes(data.replace(bytes(400), bytes(399) + b"\x40"))
    assert rl.load(tmp_path / "model.pt", mmap=True)["x"][-1].item() == 2.0
    with pytest.raises(ArchiveError, match="CRC-32"):
        rl.load(tmp_path / "model.pt")
    (tmp_path / "model.pt").write_bytes(data.replace(b"FloatStorage", b"FloatStoragf"))
    with pytest.raises(ArchiveError, match="CRC-32"):
        rl.load(tmp_path / "model.pt", mmap=True)


def test_map_location_gets_bytes_and_garbage_is_collected_afterwards() -> None:
    file = io.BytesIO()
    rl.save(rl.arange(3.0), file)
    seen: list[object] = []

    def place(storage: rl.UntypedStorage, location: str) -> rl.UntypedStorage:
        seen.extend((type(storage), storage.nbytes(), location, gc.isenabled()))
        return storage.clone().fill_(0)

    for enabled in (True, False):
        (gc.enable if enabled else gc.disable)()
        try:
            assert rl.load(io.BytesIO(file.getvalue()), map_location=place).tolist() == [0, 0, 0]
            with pytest.raises(ArchiveError):
                rl.load(io.BytesIO(file.getvalue()[:-1]))
            assert gc.isenabled() is enabled
        finally:
            gc.enable()
    assert seen == [rl.UntypedStorage, 12, "cpu", False] * 2


@pytest.mark.parametrize("value", [rl.ones(2), {"a": rl.ones(2)}, [1, 2]], ids=["tensor", "dict", "plain"])
def test_a_file_of_pickle_dump_explains_itself(value: object) -> None:
    with pytest.raises(ArchiveError, match="If pickle.dump wrote it, PyTorch's torch.load does not read it either"):
        rl.load(io.BytesIO(pickle.dumps(value)))
    with pytest.raises(ArchiveError, match="If pickle.dump wrote it"):
        get_unsafe_globals_in_checkpoint(io.BytesIO(pickle.dumps(value)))


def test_modules_of_pytorch_1_2_have_a_dict_of_overloads() -> None:
    module = rl.nn.Linear(2, 3)
    vars(module)["__overloads__"] = {}
    loaded = again(module)
    assert vars(loaded)["__overloads__"] == {} and rl.equal(loaded.weight, module.weight)
    vars(module)["__array_interface__"] = {}
    with pytest.raises(ArchiveError, match="member __array_interface__ of a Linear would hide a method"):
        again(module)

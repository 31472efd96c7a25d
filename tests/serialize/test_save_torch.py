"""rl.save and rl.load against torch.save and torch.load: every format and protocol, both ways."""
from __future__ import annotations

import argparse
import collections
import datetime
import enum
import functools
import io
import pathlib
import warnings
import zipfile
from typing import Any

import numpy as np
import pytest

import rushlight as rl
from rushlight.serialization import ArchiveError

torch = pytest.importorskip("torch")

pytestmark = pytest.mark.filterwarnings("ignore")
FORMATS = pytest.mark.parametrize("zipped", [True, False], ids=["zip", "stream"])


def checkpoint() -> dict[str, Any]:
    """One value of every kind that checkpoints hold."""
    base = torch.arange(12.0).reshape(3, 4)
    return {
        "a": base, "view": base[1:, ::2], "transposed": base.t(), "expanded": torch.ones(1).expand(5),
        "i": torch.arange(5), "b": torch.tensor([True, False]), "bf": torch.randn(3).bfloat16(), "h": torch.randn(3).half(),
        "c": torch.randn(3, dtype=torch.complex64), "conj": torch.randn(3, dtype=torch.complex64).conj(),
        "e": torch.empty(0, 3), "z": torch.tensor(3.0), "p": torch.nn.Parameter(torch.randn(2)),
        "l": [1, 2.5, None, True, "s", (1, 2, (3,)), {1, 2}, b"bytes", b"", 2**70, -5, -(2**31), 1 + 2j],
        "od": collections.OrderedDict(a=1), "size": torch.Size([1, 2]), "dtype": torch.float32, "device": torch.device("cpu"),
        "state": torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.BatchNorm1d(3)).state_dict(), "bytes": bytearray(b"xy"),
        "counter": collections.Counter("abca"),
    }


def plain() -> dict[str, Any]:
    """Data that PyTorch reads only when it trusts a file."""
    return {
        "np": np.arange(6.0).reshape(2, 3).T, "number": np.float32(2.5), "ns": argparse.Namespace(lr=1.0, name="x"),
        "path": pathlib.PurePosixPath("/a/b"), "when": datetime.datetime(2020, 1, 2, 3, 4, 5), "for": datetime.timedelta(1, 2),
        "dd": collections.defaultdict(list, {1: [2]}), "slice": slice(1, 2, None), "frozen": frozenset([1, 2]),
    }


def assert_same(ours: Any, theirs: Any, place: str = "x") -> None:
    """The same values, layouts and kinds."""
    if isinstance(theirs, torch.Tensor):
        expected = theirs.detach().resolve_conj()
        assert tuple(ours.shape) == tuple(expected.shape), place
        assert repr(ours.dtype) == str(expected.dtype) and ours.requires_grad == theirs.requires_grad, place
        assert not theirs.numel() or theirs.is_conj() or ours.stride() == theirs.stride(), place
        assert ours.detach().to(rl.float32 if "float" in str(expected.dtype) else ours.dtype).tolist() == expected.tolist(), place
        assert isinstance(ours, rl.nn.Parameter) == isinstance(theirs, torch.nn.Parameter)
    elif isinstance(theirs, dict):
        assert list(ours) == list(theirs) and type(ours) is type(theirs), place
        for key in theirs:
            assert_same(ours[key], theirs[key], f"{place}[{key}]")
    elif isinstance(theirs, list | tuple):
        assert len(ours) == len(theirs)
        for index, (mine, other) in enumerate(zip(ours, theirs, strict=True)):
            assert_same(mine, other, f"{place}[{index}]")
    elif isinstance(theirs, torch.dtype | torch.device):
        assert repr(ours) == repr(theirs)
    elif isinstance(theirs, np.ndarray):
        np.testing.assert_array_equal(ours, theirs)
    else:
        assert ours == theirs, place


def saved(value: Any, zipped: bool, protocol: int = 2) -> io.BytesIO:
    buffer = io.BytesIO()
    torch.save(value, buffer, pickle_protocol=protocol, _use_new_zipfile_serialization=zipped)
    buffer.seek(0)
    return buffer


@FORMATS
@pytest.mark.parametrize("protocol", range(6))
def test_files_of_pytorch_load(zipped: bool, protocol: int) -> None:
    value = {**checkpoint(), **plain()}
    loaded = rl.load(saved(value, zipped, protocol))
    assert_same(loaded, value)
    assert loaded["a"].memory is loaded["view"].memory


@FORMATS
def test_pytorch_loads_our_files_without_trusting_them(zipped: bool) -> None:
    value = checkpoint()
    del value["conj"]
    # PyTorch writes empty bytes as a call of `bytes`, which it does not read again
    value["l"].remove(b"")
    ours = rl.load(saved(value, zipped))
    buffer = io.BytesIO()
    rl.save(ours, buffer, _use_new_zipfile_serialization=zipped)
    buffer.seek(0)
    theirs = torch.load(buffer, weights_only=True)
    assert_same(ours, theirs)
    assert theirs["a"].untyped_storage().data_ptr() == theirs["view"].untyped_storage().data_ptr()


@pytest.mark.parametrize("protocol", range(2, 6))
def test_pytorch_loads_plain_data_of_ours(protocol: int) -> None:
    value = plain()
    buffer = io.BytesIO()
    rl.save(value, buffer, pickle_protocol=protocol)
    buffer.seek(0)
    theirs = torch.load(buffer, weights_only=False)
    np.testing.assert_array_equal(theirs.pop("np"), value.pop("np"))
    assert theirs == value


def test_state_dicts_have_the_bytes_of_pytorchs() -> None:
    state = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.BatchNorm1d(3)).state_dict()
    theirs, ours = saved(state, True), io.BytesIO()
    rl.save(rl.load(theirs), ours)
    first, second = zipfile.ZipFile(theirs), zipfile.ZipFile(ours)
    assert first.namelist() == second.namelist()
    assert [name for name in first.namelist() if first.read(name) != second.read(name)] == ["archive/.data/serialization_id"]


@FORMATS
def test_every_dtype_goes_both_ways(zipped: bool) -> None:
    names = "uint8 int8 int16 int32 int64 float16 bfloat16 float32 float64 complex64 complex128 bool".split()
    names += ["uint16", "uint32", "uint64"] if zipped else []
    value = {name: torch.tensor([0, 1, 1]).to(getattr(torch, name)) for name in names}
    ours = rl.load(saved(value, zipped))
    buffer = io.BytesIO()
    rl.save(ours, buffer, _use_new_zipfile_serialization=zipped)
    buffer.seek(0)
    theirs = torch.load(buffer, weights_only=True)
    for name in names:
        assert str(theirs[name].dtype) == repr(ours[name].dtype) and theirs[name].tolist() == [0, 1, 1]


def test_whole_modules_of_standard_layers() -> None:
    module = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.ReLU(), torch.nn.BatchNorm1d(3)).eval()
    ours = rl.load(saved(module, True))
    x = torch.randn(4, 2)
    np.testing.assert_allclose(ours(rl.from_numpy(x.numpy())).detach().numpy(), module(x).detach().numpy(), rtol=1e-6)
    buffer = io.BytesIO()
    rl.save(rl.nn.Sequential(rl.nn.Linear(2, 3), rl.nn.ReLU()), buffer)
    buffer.seek(0)
    theirs = torch.load(buffer, weights_only=False)
    assert isinstance(theirs[0], torch.nn.Linear) and theirs(x).shape == (4, 3)


def test_quantized_sparse_and_meta_tensors_are_kept() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        per_tensor = torch.quantize_per_tensor(torch.randn(3, 4), 0.1, 3, torch.quint8)
        scales, zeros = torch.tensor([0.1, 0.2, 0.3]), torch.tensor([1, 2, 3])
        per_channel = torch.quantize_per_channel(torch.randn(3, 4), scales, zeros, 0, torch.qint8)
        sparse = [torch.eye(3).to_sparse(), torch.eye(3).to_sparse_csr()]
        loaded = rl.load(saved([per_tensor, per_channel, *sparse, torch.empty(2, 3, device="meta")], True))
        buffer = io.BytesIO()
        rl.save(loaded, buffer)
        buffer.seek(0)
        theirs = torch.load(buffer, weights_only=False)
    for ours, original in zip(loaded[:2], (per_tensor, per_channel), strict=True):
        np.testing.assert_array_equal(ours.dequantize().numpy(), original.dequantize().numpy())
        assert repr(ours.dtype) == str(original.dtype)
    assert rl.relu(loaded[0]).dequantize().tolist() == torch.relu(per_tensor).dequantize().tolist()
    assert torch.equal(theirs[0].dequantize(), per_tensor.dequantize()) and torch.equal(theirs[1].dequantize(), per_channel.dequantize())
    assert torch.equal(theirs[2].to_dense(), torch.eye(3)) and torch.equal(theirs[3].to_dense(), torch.eye(3))
    assert theirs[4].is_meta and theirs[4].shape == (2, 3)


@pytest.mark.parametrize("attack", ["os.system", "builtins.eval", "torch.hub.load"])
def test_what_is_not_listed_is_refused_as_pytorch_refuses_it(attack: str) -> None:
    class Attack:
        def __reduce__(self) -> Any:
            import os

            return {"os.system": os.system, "builtins.eval": eval, "torch.hub.load": torch.hub.load}[attack], ("1",)

    buffer = saved({"a": Attack()}, True)
    with pytest.raises(Exception, match=r"Unsupported|unsupported|not an allowed|Weights only"):
        torch.load(buffer, weights_only=True)
    buffer.seek(0)
    with pytest.raises(ArchiveError, match=r"is not on the list of what files may use"):
        rl.load(buffer)


def test_many_tensors_have_the_very_pickle_of_pytorch() -> None:
    """Templates take over where all names are known: every kind of tensor before and after that, also over storages that are shared."""
    made: dict[str, Any] = {}
    for index in range(120):
        made[f"w{index}"] = torch.arange(12).reshape(3, 4).to((torch.float32, torch.float64, torch.int32, torch.uint16)[index % 4])
        made[f"t{index}"] = made[f"w{index}"].t() if index % 5 == 0 else torch.empty(0, index % 3)
        made[f"p{index}"] = torch.nn.Parameter(torch.ones(2), requires_grad=index % 2 == 0) if index % 7 == 0 else torch.ones(2, 2).t()
        made[f"again{index}"] = made[f"w{index // 2}"]
    ours = io.BytesIO()
    rl.save(rl.load(saved(made, True)), ours)
    assert pickle_of(ours) == pickle_of(saved(made, True))


def pickle_of(file: io.BytesIO) -> bytes:
    """The pickle in a file."""
    with zipfile.ZipFile(file) as archive:
        return archive.read("archive/data.pkl")


@FORMATS
def test_quantized_tensors_have_the_very_pickle_of_pytorch(zipped: bool) -> None:
    scales, zeros = torch.tensor([0.1, 0.2, 0.3, 0.4]), torch.tensor([1, 2, 3, 4])
    whole = torch.quantize_per_tensor(torch.randn(4, 4), 0.1, 3, torch.quint8)
    value = {
        "whole": whole, "rows": whole[1:], "transposed": whole.t(),
        "int32": torch.quantize_per_tensor(torch.randn(3), 0.1, 3, torch.qint32),
        "channels": torch.quantize_per_channel(torch.randn(4, 2), scales, zeros, 0, torch.qint8),
        "floats": torch.quantize_per_channel(torch.randn(4, 4), scales, zeros.float(), 0, torch.quint8),
        "four_bits": torch.quantize_per_channel(torch.randn(4, 4), scales, zeros.float(), 0, torch.quint4x2),
    }
    theirs, ours = saved(value, zipped), io.BytesIO()
    loaded = rl.load(theirs)
    assert loaded["rows"].memory is loaded["whole"].memory
    rl.save(loaded, ours, _use_new_zipfile_serialization=zipped)
    if zipped:
        assert pickle_of(ours) == pickle_of(theirs)
    ours.seek(0)
    for name, one in torch.load(ours, weights_only=True).items():
        assert torch.equal(one.dequantize(), value[name].dequantize())


KEPT = {
    "dtype": lambda: [torch.qint8, torch.bits8, torch.int4, torch.float4_e2m1fn_x2], "bits": lambda: torch.zeros(3, dtype=torch.bits8),
    "four_bits": lambda: torch.zeros(3, dtype=torch.float4_e2m1fn_x2), "meta": lambda: torch.empty(3, 2, device="meta"),
    "meta_parameter": lambda: torch.nn.Parameter(torch.empty(3, device="meta")), "storage": lambda: torch.FloatStorage([1.0, 2.0]),
    "bytes": lambda: torch.UntypedStorage(4),
    "jagged": lambda: torch.nested.nested_tensor([torch.ones(2), torch.ones(3)], layout=torch.jagged),
    "nested": lambda: torch.nested.nested_tensor([torch.ones(2), torch.ones(3)]), "generator": lambda: torch.Generator().get_state(),
}  # fmt: skip


@pytest.mark.parametrize("name", KEPT)
def test_values_that_are_only_kept_go_back(name: str) -> None:
    """PyTorch's own restricted reader opens them again, and finds what it wrote."""
    value, ours = KEPT[name](), io.BytesIO()
    rl.save(rl.load(saved({"x": value}, True)), ours)
    ours.seek(0)
    back = torch.load(ours, weights_only=True)["x"]
    assert type(back) is type(torch.load(saved({"x": value}, True))["x"])
    if isinstance(value, list):
        assert back == value
    elif isinstance(value, torch.storage.TypedStorage | torch.UntypedStorage):
        assert back.tolist() == value.tolist()
    elif name in ("jagged", "nested"):
        assert all(torch.equal(one, other) for one, other in zip(back.unbind(), value.unbind(), strict=True))
    elif value.is_meta:
        assert (back.shape, back.stride(), back.dtype) == (value.shape, value.stride(), value.dtype)
        assert back.requires_grad == value.requires_grad
    else:
        size = torch.uint8
        assert back.dtype == value.dtype and torch.equal(back.view(size), value.view(size))


def test_every_name_that_pytorch_allows_is_known() -> None:
    from torch._weights_only_unpickler import _get_allowed_globals

    from rushlight.serialize.saved_globals import SavedBuilder
    from rushlight.serialize.saved_storages import Storages

    class NoStorages(Storages):
        """None is asked for."""

    builder, missing = SavedBuilder(NoStorages(), {}), []
    for name in _get_allowed_globals():
        module, _, last = name.rpartition(".")
        try:
            builder.find_global(module, last)
        except ArchiveError:
            missing.append(name)
    assert missing == []


def whole_modules() -> dict[str, Any]:
    """Whole modules with functions, hooks and wrappers."""
    return {
        "transformer": torch.nn.TransformerEncoder(torch.nn.TransformerEncoderLayer(4, 2, 8, batch_first=True), 2).eval(),
        "gelu": torch.nn.TransformerEncoderLayer(4, 2, 8, activation=torch.nn.functional.gelu, batch_first=True).eval(),
        "weight_norm": torch.nn.utils.weight_norm(torch.nn.Linear(4, 3)), "parallel": torch.nn.DataParallel(torch.nn.Linear(4, 3)),
        "lists": torch.nn.Sequential(torch.nn.Linear(4, 4), torch.nn.Sequential(torch.nn.Tanh(), torch.nn.Dropout())).eval(),
    }


@pytest.mark.parametrize("protocol", [2, 4])
@pytest.mark.parametrize("name", ["transformer", "gelu", "weight_norm", "parallel", "lists"])
def test_whole_modules_compute_the_same_and_go_back(name: str, protocol: int) -> None:
    module, x = whole_modules()[name], torch.randn(2, 3, 4)
    expected = module(x).detach().numpy()
    ours = rl.load(saved(module, True, protocol))
    np.testing.assert_allclose(ours(rl.from_numpy(x.numpy())).detach().numpy(), expected, rtol=1e-5, atol=1e-6)
    buffer = io.BytesIO()
    rl.save(ours, buffer)
    buffer.seek(0)
    np.testing.assert_allclose(torch.load(buffer, weights_only=False)(x).detach().numpy(), expected, rtol=1e-5, atol=1e-6)


class Config(dict[str, Any]):
    """A dict of the user's."""


class Mode(enum.Enum):
    """An enum of the user's."""

    FAST = 1


class Net(torch.nn.Module):
    """A module of the user's, with others inside."""

    def __init__(self) -> None:
        super().__init__()
        self.body = torch.nn.Sequential(torch.nn.Linear(2, 2), Block())
        self.config = Config(lr=0.1)


class Block(torch.nn.Module):
    """A part of it."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = torch.nn.Parameter(torch.ones(3))
        self.make = functools.partial(torch.nn.functional.relu, inplace=True)


@pytest.mark.parametrize("protocol", [2, 5])
def test_objects_of_the_users_classes_are_kept_as_data_and_go_back(protocol: int) -> None:
    optimizer = torch.optim.Adam([torch.nn.Parameter(torch.ones(2))])
    value = {
        "model": Net(), "mode": Mode.FAST, "optimizer": optimizer, "schedule": torch.optim.lr_scheduler.StepLR(optimizer, 3),
        "masked": torch.masked.masked_tensor(torch.ones(2), torch.tensor([True, False])), "matrix": np.ma.array([1, 2], mask=[0, 1]),
        "nested": collections.defaultdict(functools.partial(collections.defaultdict, list)), "generator": np.random.default_rng(0),
    }
    file = saved(value, True, protocol)
    names = rl.serialization.get_unsafe_globals_in_checkpoint(file)
    assert f"{__name__}.Net" in names and f"{__name__}.Block" in names and "torch.optim.adam.Adam" in names
    with pytest.raises(ArchiveError, match="Net and .*Block.*Mode"):
        rl.load(file)
    file.seek(0)
    with rl.serialization.safe_globals(names):
        kept = rl.load(file)
    assert list(kept["model"].state_dict()) == list(value["model"].state_dict())
    assert kept["model"].attributes["config"].pairs == {"lr": 0.1} and kept["mode"].arguments == (1,)
    buffer = io.BytesIO()
    rl.save(kept, buffer, pickle_protocol=protocol)
    buffer.seek(0)
    theirs = torch.load(buffer, weights_only=False)
    assert theirs["mode"] is Mode.FAST and type(theirs["model"].body[1]) is Block and theirs["nested"]["a"]["b"] == []
    assert theirs["model"].body[1].make(torch.tensor([-1.0])).tolist() == [0] and theirs["schedule"].step_size == 3
    assert theirs["generator"].random() == value["generator"].random() and theirs["matrix"].sum() == 1


@FORMATS
@pytest.mark.parametrize("location", ["meta", {"cpu": "meta"}])
def test_tensors_are_mapped_to_the_device_without_data(location: Any, zipped: bool) -> None:
    value = {"a": torch.ones(2, 3).t(), "p": torch.nn.Parameter(torch.ones(2))}
    theirs, ours = torch.load(saved(value, zipped), map_location=location), rl.load(saved(value, zipped), map_location=location)
    for name in value:
        assert ours[name].is_meta and theirs[name].is_meta
        assert (tuple(ours[name].shape), ours[name].stride()) == (tuple(theirs[name].shape), theirs[name].stride())
    buffer = io.BytesIO()
    rl.save({"linear": rl.nn.Linear(2, 3, device="meta").state_dict(), "x": rl.empty(2, 3, device="meta").t()}, buffer)
    buffer.seek(0)
    back = torch.load(buffer, weights_only=True)
    assert back["linear"]["weight"].is_meta and back["x"].stride() == (1, 3)


def test_pytorch_loads_the_state_of_our_modules_without_trusting_it() -> None:
    ours = rl.nn.Sequential(rl.nn.Linear(2, 3), rl.nn.BatchNorm1d(3))
    buffer = io.BytesIO()
    rl.save({"state": ours.state_dict(), "typed": collections.OrderedDict[str, int](a=1)}, buffer)
    buffer.seek(0)
    theirs = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.BatchNorm1d(3))
    theirs.load_state_dict(torch.load(buffer, weights_only=True)["state"])
    assert_same(ours.state_dict(), theirs.state_dict())


class Holder:
    """Holds a class that files name by way of it."""

    class Mode(enum.Enum):
        FAST = 1


@pytest.mark.parametrize("protocol", [2, 5])
def test_names_by_way_of_others(protocol: int) -> None:
    theirs = {"mode": Holder.Mode.FAST, "max": torch.ones(2, 2).max(0), "buffer": torch.nn.Buffer(torch.ones(2))}
    ours = {"mode": Holder.Mode.FAST, "max": rl.ones(2, 2).max(0), "buffer": rl.nn.Buffer(rl.ones(2))}
    with rl.serialization.safe_globals([Holder.Mode]):
        read = rl.load(saved(theirs, True, protocol))
    buffer = io.BytesIO()
    rl.save(ours, buffer, pickle_protocol=protocol)
    back = torch.load(io.BytesIO(buffer.getvalue()), weights_only=False)
    for one, tensors in ((read, rl), (back, torch)):
        assert one["mode"] is Holder.Mode.FAST and one["max"].values.tolist() == [1, 1]
        assert type(one["max"]) is tensors.return_types.max and isinstance(one["buffer"], tensors.nn.Buffer)
    buffer = io.BytesIO()
    rl.save(ours["buffer"], buffer)
    assert isinstance(torch.load(io.BytesIO(buffer.getvalue()), weights_only=True), torch.nn.Buffer)

"""Names in files of torch.save: classes that lie in classes, results with named parts, buffers, and names that lead elsewhere."""

from __future__ import annotations

import enum
import io
from collections.abc import Generator
from typing import Any

import pytest

import rushlight as rl
from rushlight.serialization import ArchiveError, get_unsafe_globals_in_checkpoint, safe_globals, set_crc32_options
from rushlight.serialize.inert import InertObject


class Config:
    """Holds what files name by way of it."""

    class Mode(enum.Enum):
        FAST = 1

    class Inner:
        class Deep:
            value = 3


class Elsewhere:
    def __reduce__(self) -> str:
        return "nowhere"


def saved(value: Any, **options: Any) -> bytes:
    out = io.BytesIO()
    rl.save(value, out, **options)
    return out.getvalue()


PROTOCOLS = pytest.mark.parametrize("protocol", [2, 3, 4, 5])


@PROTOCOLS
def test_classes_that_lie_in_classes(protocol: int) -> None:
    data = saved([Config.Mode.FAST, Config.Mode.FAST, Config.Inner.Deep()], pickle_protocol=protocol)
    with pytest.raises(ArchiveError, match=r"Config\.Mode.*not on the list"):
        rl.load(io.BytesIO(data))
    with safe_globals([Config.Mode, Config.Inner.Deep]):
        mode, same, deep = rl.load(io.BytesIO(data))
        assert get_unsafe_globals_in_checkpoint(io.BytesIO(data)) == []
    assert mode is same is Config.Mode.FAST and type(deep) is Config.Inner.Deep


@PROTOCOLS
def test_what_lies_in_an_allowed_class_is_allowed_by_itself(protocol: int) -> None:
    with safe_globals([Config]), pytest.raises(ArchiveError, match=r"Config\.Mode.* not on the list"):
        rl.load(io.BytesIO(saved(Config.Mode.FAST, pickle_protocol=protocol)))


@PROTOCOLS
def test_names_alone_keep_what_lies_in_classes_as_data(protocol: int) -> None:
    data = saved([Config.Mode.FAST, Config.Inner.Deep()], pickle_protocol=protocol)
    with safe_globals(get_unsafe_globals_in_checkpoint(io.BytesIO(data))):
        mode, deep = rl.load(io.BytesIO(data))
    assert isinstance(mode, InertObject) and isinstance(deep, InertObject)
    assert mode.name.endswith(".Config.Mode") and mode.arguments == (1,)
    again = saved([mode, deep], pickle_protocol=protocol)
    with safe_globals([Config.Mode, Config.Inner.Deep]):
        assert rl.load(io.BytesIO(again))[0] is Config.Mode.FAST


@pytest.fixture
def no_checksums() -> Generator[None]:
    """So that a file can be changed."""
    set_crc32_options(False)
    yield
    set_crc32_options(True)


@pytest.mark.usefixtures("no_checksums")
def test_getattr_leads_to_nothing_else() -> None:
    data = saved(Config.Mode.FAST).replace(b"X\x04\0\0\0Mode", b"X\x04\0\0\0mro_")
    for entries in ([Config], [Config.Mode], [Config, Config.Mode]):
        with safe_globals(entries), pytest.raises(ArchiveError, match=r"Config\.mro_.* not on the list"):
            rl.load(io.BytesIO(data))


@pytest.mark.usefixtures("no_checksums")
def test_results_with_named_parts() -> None:
    found = rl.tensor([[1.0, 3.0], [5.0, 4.0]]).max(1)
    again = rl.load(io.BytesIO(saved({"max": found, "same": found})))
    assert type(again["max"]) is rl.return_types.max and again["max"] is again["same"]
    assert again["max"].values.tolist() == [3, 5] and again["max"].indices.tolist() == [1, 0]
    data = saved(found)
    for name in (b"mux", b"add", b"__x"):
        with pytest.raises(ArchiveError, match="not on the list"):
            rl.load(io.BytesIO(data.replace(b"return_types\nmax\n", b"return_types\n" + name + b"\n")))


def test_buffers_stay_buffers() -> None:
    kept, lost = rl.load(io.BytesIO(saved([rl.nn.Buffer(rl.ones(2)), rl.nn.Buffer(rl.ones(2), persistent=False)])))
    assert isinstance(kept, rl.nn.Buffer) and kept.persistent
    assert isinstance(lost, rl.nn.Buffer) and not lost.persistent


def test_a_name_that_leads_elsewhere_is_not_written() -> None:
    with pytest.raises(TypeError, match="nowhere cannot be saved, because that name does not lead to it"):
        saved(Elsewhere())

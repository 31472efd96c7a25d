"""What inspection tells of archives, and what it says of other files."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from rushlight.serialize.container import Archive, open_archive
from rushlight.serialize.container_writer import ArchiveWriter
from rushlight.serialize.errors import ArchiveError
from rushlight.serialize.inspect_archive import inspect_archive
from rushlight.serialize.script_pickle import PickledObject, ScriptBuilder, read_script_pickle
from rushlight.serialize.versions import parse_version, version_for

GOLDEN = Path(__file__).parents[1] / "golden" / "archives"


def archive_of(records: dict[str, bytes]) -> io.BytesIO:
    out = io.BytesIO()
    writer = ArchiveWriter(out.write, "archive")
    for name, data in records.items():
        writer.add(name, data)
    writer.finish()
    out.seek(0)
    return out


SMALL = {
    "data.pkl": b"\x80\x02c__torch__\nM\n)\x81}b.",
    "constants.pkl": b"\x80\x02).",
    "version": b"3\n",
    "code/__torch__.py": b"class M(Module):\n  __parameters__ = []\n  __buffers__ = []\n",
}


def test_a_module_with_methods_parameters_and_buffers() -> None:
    found = inspect_archive(GOLDEN / "methods.pt")
    assert (found.root, found.version, found.class_name) == ("methods", 3, "__torch__.Methods")
    assert [method.signature for method in found.methods] == [
        "forward(x: Tensor, times: int=2) -> Tensor",
        "count(x: Tensor) -> Tuple[Tensor, int]",
    ]
    assert [(tensor.name, tensor.shape, tensor.dtype, tensor.nbytes) for tensor in found.parameters] == [
        ("layers.0.weight", (4, 4), "float32", 64),
        ("layers.0.bias", (4,), "float32", 16),
        ("layers.2.weight", (2, 4), "float32", 32),
        ("layers.2.bias", (2,), "float32", 8),
    ]
    assert [(tensor.name, tensor.shape, tensor.dtype) for tensor in found.buffers] == [("calls", (1,), "int64")]
    assert found.operators == {
        "aten::add": 1, "aten::dim": 1, "aten::gt": 1, "aten::linear": 2, "aten::neg": 1, "aten::relu": 1, "aten::relu_": 1, "aten::sum": 1,
    }  # fmt: skip
    assert found.classes[0] == "__torch__.Methods"
    assert ("data/0", 8, 8) in [(record.name, record.size, record.stored_size) for record in found.records]


def test_extra_files_and_the_dotted_version_record() -> None:
    assert inspect_archive(GOLDEN / "attributes.pt").extra_files == ["empty", "note.txt"]
    assert inspect_archive(GOLDEN / "gelu.pt").version == 10


def test_operators_that_nobody_has_do_not_matter() -> None:
    body = b"  def forward(self: __torch__.M) -> Tensor:\n    return torch.no_such_operator(ops.acme.spin(self), torch.autograd.grad([]))\n"
    found = inspect_archive(archive_of({**SMALL, "code/__torch__.py": SMALL["code/__torch__.py"] + body}))
    assert found.operators == {"acme::spin": 1, "aten::grad": 1, "aten::no_such_operator": 1}


@pytest.mark.parametrize(
    "records, message",
    [
        ({"version": b"3\n"}, "no data.pkl and no constants.pkl"),
        ({"version": b"3\n", "data.pkl": b""}, "a file of torch.save"),
        ({"version": b"1\n", "model.json": b"{}"}, "None stands where an object"),
        ({".data/version": b"6\n", ".data/extern_modules": b""}, "a file of torch.package"),
        ({**SMALL, "version": b"11\n"}, "version 11; versions 1 to 10 are read"),
        ({**SMALL, "version": b"x"}, "is no number"),
        ({**SMALL, ".data/version": b"99"}, "version 99"),
        ({key: value for key, value in SMALL.items() if key != "version"}, "record 'version': the record is missing"),
        ({**SMALL, "code/__torch__.py": b"class M(Module:\n"}, "the code does not parse"),
        ({**SMALL, "code/__torch__.py": b"\xff"}, "the code is no UTF-8"),
        ({**SMALL, "code/__torch__.py": b"class N(Module):\n  x : int\n"}, "there is no class __torch__.M"),
        ({**SMALL, "data.pkl": b"\x80\x02K\x01."}, "the archive holds a int, not a module"),
    ],
)
def test_what_is_wrong_is_said(records: dict[str, bytes], message: str) -> None:
    with pytest.raises(ArchiveError, match=message):
        inspect_archive(archive_of(records))


@pytest.mark.parametrize("text, number", [(b"3", 3), (b" \n7xyz", 7), (b"+10\n", 10), (b"010", 10)])
def test_version_numbers_are_read_as_c_reads_them(text: bytes, number: int) -> None:
    assert parse_version(text, "version") == number


@pytest.mark.parametrize("text", [b"", b"abc", b"-1", b"0", b"11", b"9" * 100])
def test_other_version_numbers_are_refused(text: bytes) -> None:
    with pytest.raises(ArchiveError):
        parse_version(text, "version")


@pytest.mark.parametrize(
    "operators, number",
    [
        ([], 3),
        (["aten::div.Tensor"], 4),
        (["aten::div.int"], 3),
        (["aten::full"], 5),
        (["aten::gelu", "aten::full"], 10),
        (["aten::linspace"], 8),
    ],
)
def test_the_version_is_the_largest_that_an_operator_needs(operators: list[str], number: int) -> None:
    assert version_for(operators) == number


def test_reading_needs_neither_numba_nor_zipfile() -> None:
    program = f"""
import sys
from rushlight.serialize.inspect_archive import inspect_archive
inspect_archive({str(GOLDEN / "methods.pt")!r})
print([name for name in ("numba", "llvmlite", "zipfile", "torch") if name in sys.modules])
"""
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


ARCHIVES = Path(os.environ["RUSHLIGHT_ARCHIVES"]) if "RUSHLIGHT_ARCHIVES" in os.environ else None
REAL = [] if ARCHIVES is None else sorted(path for path in ARCHIVES.glob("*/*") if not path.name.endswith((".io.json", ".io.npz")))


@pytest.mark.skipif(ARCHIVES is None, reason="RUSHLIGHT_ARCHIVES is not set")
@pytest.mark.parametrize("path", REAL, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_real_archives_are_read(path: Path) -> None:
    """Containers, pickles and code of archives that other people made."""
    archive: Archive = open_archive(path)
    for name in archive:
        archive.view(name)
    assert inspect_archive(path).methods
    if "model.json" in archive:
        return
    sizes = {name: record.size for name, record in archive.records.items()}
    assert isinstance(read_script_pickle(archive.view("data.pkl"), ScriptBuilder("data", sizes), "data.pkl"), PickledObject)
    assert isinstance(read_script_pickle(archive.view("constants.pkl"), ScriptBuilder("constants", sizes), "constants.pkl"), tuple)

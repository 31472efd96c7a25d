"""The golden files of the differential suite are what PyTorch makes of the programs."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest

torch = pytest.importorskip("torch")

FILES = sorted(path.stem for path in (Path(__file__).parent / "language").glob("*.py") if path.stem != "differences")


@pytest.mark.parametrize("name", FILES)
def test_golden_records_are_pytorchs(name: str, language: ModuleType) -> None:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        found = {program.name: language.record(program, torch) for program in language.load(name, torch)}
    finally:
        torch.set_num_threads(threads)
    expected = language.read(language.GOLDEN / f"{name}.test")
    assert list(found) == list(expected)
    for title, got in found.items():
        assert (got.accepted, got.schema, got.graph) == (expected[title].accepted, expected[title].schema, expected[title].graph), title
        assert all(map(language.same, got.outcomes, expected[title].outcomes)), title

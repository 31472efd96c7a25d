"""Settings and fixtures that all tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

# A test machine may be busy, so time is no criterion; the same examples every time, so that a failure can be repeated.
settings.register_profile("rushlight", deadline=None, derandomize=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "rushlight"))


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--whole`: compare every sample input of PyTorch's operators, not a few of each."""
    parser.addoption("--whole", action="store_true", help="every sample input of PyTorch's op_db: hours, not minutes")


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository's root."""
    return Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def golden(root: Path) -> Path:
    """The folder of files that real PyTorch made; tests/golden/make.py is how."""
    return root / "tests" / "golden"


@pytest.fixture(scope="session")
def archives() -> Path:
    """The folder RUSHLIGHT_ARCHIVES names: archives from other projects, which this repository does not hold."""
    folder = os.environ.get("RUSHLIGHT_ARCHIVES")
    if folder is None or not Path(folder).is_dir():
        pytest.skip("RUSHLIGHT_ARCHIVES names no folder of archives")
    return Path(folder)

"""`rushlight code` and `rushlight graph` on archives of PyTorch."""

from __future__ import annotations

from pathlib import Path

import pytest

from rushlight.tools.cli import main


def test_code_and_graph_of_a_method_are_shown(golden: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["code", str(golden / "archives" / "methods.pt")]) == 0
    assert "x0 = torch.add(x0, 1)" in capsys.readouterr().out
    assert main(["graph", str(golden / "archives" / "gelu.pt"), "forward"]) == 0
    assert "aten::gelu" in capsys.readouterr().out


def test_a_method_that_is_missing_is_said(golden: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["code", str(golden / "archives" / "gelu.pt"), "nope"]) == 1
    assert "there is no method 'nope'; the module has forward" in capsys.readouterr().err

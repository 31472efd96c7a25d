"""Quantized archives of PyTorch, with a call and its results in extra files: run, printed and saved where there is no PyTorch."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import rushlight as rl
from rushlight.runtime.quantization import packed_halves, quantizer_of, unpacked_halves
from rushlight.serialize.archive_writer import save_to_buffer
from rushlight.tools.cli import main

GOLDEN = Path(__file__).parents[1] / "golden" / "quantized"
NAMES = ["dynamic", "static"]


def results(model: Any, given: Any) -> list[np.ndarray]:
    found = model(rl.tensor(given))
    return [one.detach().numpy() for one in (found if isinstance(found, tuple) else (found,))]


@pytest.mark.parametrize("name", NAMES)
def test_recorded_results_before_and_after_saving(name: str) -> None:
    extra: dict[str, Any] = {"input": "", "results": "", "absent": "x"}
    model = rl.jit.load(GOLDEN / f"{name}.pt", _extra_files=extra)
    assert extra["absent"] == b""
    given, expected = json.loads(extra["input"]), json.loads(extra["results"])
    saved = io.BytesIO()
    rl.jit.save(model, saved)
    saved.seek(0)
    for one in (model, rl.jit.load(saved)):
        for found, wanted in zip(results(one, given), expected, strict=True):
            # a number beside the middle of two integers may become either one
            np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-5 if name == "dynamic" else 0.05)


@pytest.mark.parametrize("name", NAMES)
def test_what_was_saved_again_is_saved_the_same(name: str) -> None:
    first = save_to_buffer(rl.jit.load(GOLDEN / f"{name}.pt")._c)
    assert save_to_buffer(rl.jit.load(io.BytesIO(first))._c) == first


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("command", ["info", "code", "graph", "verify"])
def test_the_command_line_knows_them(name: str, command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, str(GOLDEN / f"{name}.pt")]) == 0
    assert {"info": "quantized::", "code": "forward", "graph": "aten::", "verify": ""}[command] in capsys.readouterr().out


def test_the_table_of_an_embedding_prints_its_numbers() -> None:
    weight = rl.jit.load(GOLDEN / "dynamic.pt").table._packed_params._weight()
    text = repr(weight)
    assert "quantization_scheme=torch.per_channel_affine_float_qparams" in text
    assert text.endswith("axis=0)")
    assert quantizer_of(weight).zero_points is not None
    np.testing.assert_allclose(weight.dequantize().numpy()[0, 0], float(text[len("tensor([[") :].split(",")[0]), atol=1e-4)


def test_quantized_tensors_print_their_numbers() -> None:
    text = repr(rl.quantize_per_tensor(rl.tensor([-1.0, 0.5]), 0.1, 3, rl.qint8))
    numbers = "tensor([-1.0000,  0.5000], size=(2,), dtype=torch.qint8,\n"
    assert text == f"{numbers}       quantization_scheme=torch.per_tensor_affine, scale=0.1, zero_point=3)"


def test_items_of_four_bits_lie_two_in_a_byte_of_a_file() -> None:
    scales, points = rl.tensor([0.5, 0.25]), rl.tensor([7.0, 0.5])
    numbers = rl.tensor([[0.0, 1.0, -9.0], [0.0, 1.0, 9.0]])
    items = rl.quantize_per_channel(numbers, scales, points, 0, rl.quint4x2)
    assert items.int_repr().tolist() == [0x97, 0x00, 0xF4]
    assert unpacked_halves(packed_halves(items.memory)).array.tolist() == [7, 9, 0, 0, 4, 15]
    saved = io.BytesIO()
    rl.save(items, saved)
    saved.seek(0)
    again = rl.load(saved)
    assert (again.dtype, again.dequantize().tolist()) == (rl.quint4x2, items.dequantize().tolist())


def test_packed_parameters_that_contradict_themselves_are_refused() -> None:
    table = rl.jit.load(GOLDEN / "dynamic.pt").table._packed_params._packed_weight
    version, weights, numbers, bits = table.state()
    assert (version, numbers, bits) == (1, [], [8])
    for wrong in ((1, weights, [], [4]), (2, weights, [], [8]), (1, [], [], [8]), (1, [rl.ones(2, 2)], [], [8])):
        with pytest.raises(RuntimeError):
            type(table).from_state(wrong)

"""Operators mean in an old archive what they meant when it was written."""

from __future__ import annotations

import io

import numpy as np
import pytest

from rushlight.runtime.tensor import Tensor, from_numpy
from rushlight.serialize.archive_reader import load
from rushlight.serialize.archive_writer import save_to_buffer
from rushlight.serialize.container import Archive
from rushlight.serialize.container_writer import ArchiveWriter
from rushlight.serialize.errors import ArchiveError

HEAD = """class M(Module):
  __parameters__ = []
  __buffers__ = []
  def forward(self: __torch__.M,
    a: Tensor,
    b: Tensor) -> Tensor:
"""
DIVISIONS = {
    "Tensor": "    return torch.div(a, b)\n",
    "Scalar": "    return torch.div(a, 2)\n",
    "in_place": "    return torch.div_(torch.clone(a), 2)\n",
    "function": "    return __torch__.divide(a, b, )\ndef divide(a: Tensor,\n    b: Tensor) -> Tensor:\n  return torch.div(a, b)\n",
}


def archive(body: str, version: int, head: str = HEAD) -> io.BytesIO:
    out = io.BytesIO()
    writer = ArchiveWriter(out.write, "archive")
    writer.add("data.pkl", b"\x80\x02c__torch__\nM\n)\x81}b.")
    writer.add("constants.pkl", b"\x80\x02).")
    writer.add("version", f"{version}\n".encode())
    writer.add("code/__torch__.py", (head + body).encode())
    writer.finish()
    out.seek(0)
    return out


def run(file: io.BytesIO, a: list[float], b: list[float]) -> np.ndarray:
    dtype = np.float32 if any(isinstance(item, float) for item in a) else np.int64
    result = load(file).method("forward")(from_numpy(np.array(a, dtype)), from_numpy(np.array(b, np.int64)))
    assert isinstance(result, Tensor)
    return result.numpy()


@pytest.mark.parametrize("kind", ["Tensor", "Scalar", "in_place"])
@pytest.mark.parametrize("version", [1, 2, 3])
def test_integers_were_divided_with_truncation(kind: str, version: int) -> None:
    found = run(archive(DIVISIONS[kind], version), [7, -7], [2, 2])
    assert (found.tolist(), found.dtype) == ([3, -3], np.int64)


@pytest.mark.parametrize("kind", DIVISIONS)
@pytest.mark.parametrize("version", [3, 4])
def test_floats_were_always_divided_truly(kind: str, version: int) -> None:
    assert run(archive(DIVISIONS[kind], version), [7.0, -7.0], [2, 2]).tolist() == [3.5, -3.5]


@pytest.mark.parametrize("kind, version", [("Tensor", 4), ("Scalar", 4), ("Tensor", 10), ("function", 3)])
def test_integers_are_divided_truly_since_version_4_and_in_functions(kind: str, version: int) -> None:
    assert run(archive(DIVISIONS[kind], version), [7, -7], [2, 2]).tolist() == [3.5, -3.5]


@pytest.mark.parametrize("version, dtype", [(4, np.float32), (5, np.int64)])
def test_full_was_of_the_default_dtype(version: int, dtype: type) -> None:
    assert run(archive("    return torch.full([2], 3)\n", version), [1], [1]).dtype == dtype


RANGES = {"": 100, ", None": 100, ", 7": 7, ", steps=7": 7, ", steps=None, dtype=7": 100}


@pytest.mark.parametrize("given", RANGES)
@pytest.mark.parametrize("name, version", [("linspace", 7), ("logspace", 8)])
def test_ranges_had_a_hundred_steps(name: str, version: int, given: str) -> None:
    found = run(archive(f"    return torch.{name}(0, 1{given})\n", version), [1], [1])
    assert (found.shape, found.dtype) == ((RANGES[given],), np.float64 if "dtype" in given else np.float32)
    assert (found[0], found[-1]) == (0 if name == "linspace" else 1, 1 if name == "linspace" else 10)


def with_option(body: str, version: int) -> io.BytesIO:
    """An archive whose method has a parameter that may be None."""
    return archive(body, version, HEAD.replace("b: Tensor)", "b: Optional[int]=None)"))


@pytest.mark.parametrize("name, version", [("linspace", 7), ("logspace", 8)])
@pytest.mark.parametrize("steps", ["b", "steps=b"])
def test_steps_that_a_variable_may_lack(name: str, version: int, steps: str) -> None:
    data = with_option(f"    return torch.{name}(0, 1, {steps})\n", version).getvalue()
    for saved in (data, save_to_buffer(load(io.BytesIO(data)))):
        forward = load(io.BytesIO(saved)).method("forward")
        for given, count in (((), 100), ((7,), 7)):
            found = forward(from_numpy(np.ones(1)), *given)
            assert isinstance(found, Tensor)
            assert found.shape == (count,)


@pytest.mark.parametrize("fill", ["3", "True", "torch.len(torch.size(a))"])
def test_a_dtype_that_a_variable_may_lack(fill: str) -> None:
    forward = load(with_option(f"    return torch.full([2], {fill}, dtype=b)\n", 4)).method("forward")
    for given, dtype in (((), np.float32), ((4,), np.int64), ((7,), np.float64)):
        found = forward(from_numpy(np.ones(1)), *given)
        assert isinstance(found, Tensor)
        assert found.numpy().dtype == dtype


MODES = ["torch.div(a, b, rounding_mode={})", 'torch.div(a, 2, rounding_mode={})', "torch.div_(torch.clone(a), b, rounding_mode={})",
    "torch.div(a, b, rounding_mode={}, out=torch.empty([2], dtype=7))"]  # fmt: skip


@pytest.mark.parametrize("text", MODES)
def test_divisions_that_name_their_rounding_never_changed(text: str) -> None:
    for mode, expected in (('"floor"', [3, -4]), ('"trunc"', [3, -3])):
        assert run(archive(f"    return {text.format(mode)}\n", 3), [7, -7], [2, 2]).tolist() == expected


@pytest.mark.parametrize("name, operator", [("linspace", "[0, 1, 5]"), ("logspace", "[0, 1, 5]"), ("full", "[[5], 3]"), ("gelu", "[a]")])
def test_results_in_a_tensor_that_is_given(name: str, operator: str) -> None:
    text = f"    return torch.{name}({operator[1:-1]}, out=torch.empty([5]))\n"
    given = [1.0, -1.0, 2.0, 0.0, 0.5]
    np.testing.assert_array_equal(run(archive(text, 3), given, [1]), run(archive(text, 10), given, [1]))


@pytest.mark.parametrize("name, version", [("linspace", 8), ("logspace", 9)])
def test_ranges_need_steps_since(name: str, version: int) -> None:
    with pytest.raises(ArchiveError, match="steps not provided"):
        load(archive(f"    return torch.{name}(0, 1)\n", version), compiled=True)


def test_division_into_a_tensor_followed_its_dtype() -> None:
    whole = "    return torch.div(a, b, out=torch.empty([2], dtype=4))\n"
    assert run(archive(whole, 3), [7, -7], [2, 2]).tolist() == [3, -3]
    assert run(archive(whole.replace("dtype=4", "dtype=6"), 3), [7, -7], [2, 2]).tolist() == [3.5, -3.5]


@pytest.mark.parametrize("version", [3, 9, 10])
def test_gelu_was_exact(version: int) -> None:
    found = run(archive("    return torch.gelu(a)\n", version), [1.0, -2.0], [1])
    np.testing.assert_allclose(found, [0.8413447, -0.04550027], rtol=1e-5)


def test_an_upgraded_program_is_saved_with_what_it_does_now() -> None:
    data = save_to_buffer(load(archive(DIVISIONS["Tensor"], 3)))
    saved = Archive(data)
    assert saved.read("version") == b"4\n"
    assert b'torch.div(a, b, rounding_mode="trunc")' in saved.read("code/__torch__.py")
    assert run(io.BytesIO(data), [7, -7], [2, 2]).tolist() == [3, -3]

"""Recurrent rows and attention against PyTorch on random shapes, options and initial states, and their errors."""
from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

from rushlight.runtime.ops.table import lookup
from rushlight.runtime.tensor import Tensor, from_numpy

torch = pytest.importorskip("torch")

TOLERANCE = {"float32": 3e-6, "float64": 1e-13}
GATES = {"lstm": 4, "gru": 3, "rnn_tanh": 1, "rnn_relu": 1}


def row(key: str) -> Any:
    """The row of the table."""
    found = lookup(f"aten::{key}")
    assert found is not None
    return found


def outcome(call: Any) -> Any:
    """The result of a call, or the exception it raised."""
    try:
        return call()
    except Exception as error:
        return error


def convert(value: Any, make: Any) -> Any:
    """Arrays, and arrays in lists, as tensors of one library."""
    if isinstance(value, np.ndarray):
        return make(value)
    return [convert(item, make) for item in value] if isinstance(value, list) else value


def compare(key: str, args: tuple[Any, ...], label: str, tolerance: float) -> None:
    """The row and PyTorch's overload on the same arguments: results, or errors of one type."""
    name, _, overload = key.partition(".")
    theirs = getattr(getattr(torch.ops.aten, name), overload or "default")
    keywords = {"scaled_dot_product_attention": ("scale", "enable_gqa")}.get(name, ())
    positional = args[: len(args) - len(keywords)]
    got = outcome(lambda: row(key)(*convert(list(args), from_numpy)))
    want = outcome(
        lambda: theirs(*convert(list(positional), torch.from_numpy), **dict(zip(keywords, args[len(positional) :], strict=True)))
    )
    assert_same(got, want, label, tolerance)


def assert_same(got: Any, want: Any, label: str, tolerance: float) -> None:
    """Equal tensors (relative to the largest item) or tuples of them."""
    if isinstance(want, Exception):
        assert type(got) is type(want), f"{label}: {got!r} where PyTorch raises {want!r}"
        return
    if isinstance(want, tuple):
        assert isinstance(got, tuple), f"{label}: {got!r}"
        for one, other in zip(got, want, strict=True):
            assert_same(one, other, label, tolerance)
        return
    assert isinstance(got, Tensor), f"{label}: {got!r}"
    assert repr(got.dtype) == str(want.dtype) and tuple(got.shape) == tuple(want.shape), label
    scale = max(float(want.abs().max()), 1.0) if want.numel() else 1.0
    np.testing.assert_allclose(got.numpy(), want.numpy(), rtol=tolerance, atol=tolerance * scale, err_msg=label)


def parameters(rng: Any, name: str, reads: int, sizes: tuple[int, int], layers: int, directions: int, biases: bool, dtype: str) -> Any:
    """Parameters of all layers: hidden size and the size of the state that is passed on, smaller where it is projected."""
    size, output = sizes
    found: list[Any] = []
    for at in range(layers * directions):
        width = reads if at < directions else output * directions
        shapes: list[tuple[int, ...]] = [(GATES[name] * size, width), (GATES[name] * size, output)]
        shapes += [(GATES[name] * size,)] * 2 if biases else []
        shapes += [(output, size)] if output != size else []
        found += [(rng.standard_normal(shape) / 2).astype(dtype) for shape in shapes]
    return found


def network(source: random.Random, name: str, dtype: str) -> tuple[Any, Any, Any, int, int, bool, bool, int]:
    """Random sizes: generator, states, parameters, features, layers, whether there are biases and two directions, batch."""
    rng = np.random.default_rng(source.randrange(1 << 30))
    features, size, layers, batch = source.randint(1, 6), source.randint(2, 9), source.randint(1, 3), source.randint(1, 4)
    biases, bidirectional = source.random() < 0.7, source.random() < 0.5
    directions = 1 + bidirectional
    output = source.randint(1, size) if name == "lstm" and source.random() < 0.4 else size
    params = parameters(rng, name, features, (size, output), layers, directions, biases, dtype)
    states = [rng.standard_normal((layers * directions, batch, output)).astype(dtype)]
    if name == "lstm":
        states.append(rng.standard_normal((layers * directions, batch, size)).astype(dtype))
    return rng, states if name == "lstm" else states[0], params, features, layers, biases, bidirectional, batch


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("name", GATES)
@pytest.mark.filterwarnings("ignore")
def test_sequences(name: str, dtype: str) -> None:
    source = random.Random(1)
    for trial in range(25):
        rng, states, params, features, layers, biases, bidirectional, batch = network(source, name, dtype)
        batch_first = source.random() < 0.5
        shape = (source.randint(1, 7), batch, features)
        items = rng.standard_normal((shape[1], shape[0], shape[2]) if batch_first else shape).astype(dtype)
        args = (items, states, params, biases, layers, 0.0, source.random() < 0.5, bidirectional, batch_first)
        label = f"{trial} {name} {items.shape} {layers} {biases} {bidirectional}"
        compare(f"{name}.input", args, label, TOLERANCE[dtype])


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("name", GATES)
@pytest.mark.filterwarnings("ignore")
def test_packed_sequences(name: str, dtype: str) -> None:
    source = random.Random(2)
    for trial in range(25):
        rng, states, params, features, layers, biases, bidirectional, batch = network(source, name, dtype)
        lengths = [source.randint(1, 6) for _ in range(batch)]
        sizes = [sum(length > step for length in lengths) for step in range(max(lengths))]
        items = rng.standard_normal((sum(sizes), features)).astype(dtype)
        args = (items, np.array(sizes), states, params, biases, layers, 0.0, False, bidirectional)
        compare(f"{name}.data", args, f"{trial} {name} {sizes} {layers} {biases} {bidirectional}", TOLERANCE[dtype])


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("name", GATES)
def test_cells(name: str, dtype: str) -> None:
    rng = np.random.default_rng(3)
    for batch, features, size in ((1, 1, 1), (3, 4, 5), (2, 7, 3)):
        params = parameters(rng, name, features, (size, size), 1, 1, True, dtype)
        states = [rng.standard_normal((batch, size)).astype(dtype) for _ in range(1 + (name == "lstm"))]
        args = (rng.standard_normal((batch, features)).astype(dtype), states if name == "lstm" else states[0])
        for biases in (params[2:], [None, None]):
            compare(f"{name}_cell", (*args, *params[:2], *biases), f"{name} {batch} {features} {size}", TOLERANCE[dtype])


def test_sequences_that_cannot_be() -> None:
    rng = np.random.default_rng(4)
    params = parameters(rng, "rnn_tanh", 3, (2, 2), 1, 1, True, "float32")
    items, state = rng.standard_normal((5, 2, 3)).astype("f4"), np.zeros((1, 2, 2), "f4")
    rest = (params, True, 1, 0.0, False, False, False)
    for label, args in (
        ("no steps", (items[:0], state, *rest)),
        ("batches of two sizes", (items, state[:, :1], *rest)),
        ("hidden size", (items, state[..., :1], *rest)),
        ("features", (items[..., :2], state, *rest)),
        ("dtypes", (items.astype("f8"), state, *rest)),
        ("too few parameters", (items, state, params[:3], *rest[1:])),
        ("too few layers", (items, state, params, True, 2, *rest[3:])),
        ("no second direction", (items, state, *rest[:5], True, False)),
    ):
        compare("rnn_tanh.input", args, label, 1e-6)
    lstm = (parameters(rng, "lstm", 3, (2, 2), 1, 1, True, "float32"), *rest[1:])
    compare("lstm.input", (items, [state], *lstm), "one state", 1e-6)
    compare("lstm.input", (items[0], [state, state], *lstm), "two dimensions", 1e-6)


def test_cells_that_cannot_be() -> None:
    rng = np.random.default_rng(5)
    params = parameters(rng, "gru", 3, (2, 2), 1, 1, True, "float32")
    items, state = rng.standard_normal((2, 3)).astype("f4"), np.zeros((2, 2), "f4")
    for label, args in (
        ("batches of two sizes", (items, state[:1])), ("one dimension", (items[0], state[0])), ("features", (items[:, :2], state)),
        ("hidden size", (items, state[:, :1])),
    ):
        compare("gru_cell", (*args, *params), label, 1e-6)


def test_dropout_between_layers_only_in_training() -> None:
    rng = np.random.default_rng(6)
    params = [from_numpy(array) for array in parameters(rng, "gru", 3, (8, 8), 2, 1, True, "float32")]
    items, state = from_numpy(rng.standard_normal((5, 2, 3)).astype("f4")), from_numpy(np.zeros((2, 2, 8), "f4"))
    plain, certain = (row("gru.input")(items, state, params, True, 2, chance, True, False, False)[0].numpy() for chance in (0.0, 1.0))
    resting = row("gru.input")(items, state, params, True, 2, 1.0, False, False, False)[0].numpy()
    assert (plain == resting).all()
    # with every item dropped the second layer sees zeros, whatever the input was
    other = row("gru.input")(items * 3, state, params, True, 2, 1.0, True, False, False)[0].numpy()
    assert (certain == other).all() and (certain != plain).any()


def attention_arrays(source: random.Random, dtype: str) -> tuple[Any, Any, list[int], list[int]]:
    """Query, key and value, the sizes before the last two, and (L, S)."""
    rng = np.random.default_rng(source.randrange(1 << 30))
    leading = [source.randint(1, 3) for _ in range(source.randint(0, 2))]
    length, keys, width, values = (source.randint(1, 9) for _ in range(4))
    shapes = ([*leading, length, width], [*leading, keys, width], [*leading, keys, values if source.random() < 0.4 else width])
    return rng, [rng.standard_normal(shape).astype(dtype) for shape in shapes], leading, [length, keys]


@pytest.mark.parametrize("dtype", TOLERANCE)
def test_attention(dtype: str) -> None:
    source = random.Random(7)
    for trial in range(120):
        rng, arrays, leading, plane = attention_arrays(source, dtype)
        shape = [*[size if source.random() < 0.5 else 1 for size in leading], *plane]
        mask = source.choice((None, rng.random(shape) < 0.6, rng.standard_normal(shape).astype(dtype)))
        causal = mask is None and source.random() < 0.5
        # PyTorch's kernel masks before it scales, so a negative scale turns its minus infinities around
        scale = source.choice((None, 0.3, 1.5 if causal else -0.7))
        label = f"{trial} {[a.shape for a in arrays]} {None if mask is None else (mask.dtype, mask.shape)} {causal} {scale}"
        compare("scaled_dot_product_attention", (*arrays, mask, 0.0, causal, scale, False), label, TOLERANCE[dtype])


def test_attention_with_fewer_heads_of_keys() -> None:
    rng = np.random.default_rng(8)
    for heads, own in ((4, 2), (6, 1), (3, 3), (4, 3)):
        arrays = [rng.standard_normal((2, count, 5, 8)).astype("f4") for count in (heads, own, own)]
        for causal in (False, True):
            compare("scaled_dot_product_attention", (*arrays, None, 0.0, causal, None, True), f"{heads} {own} {causal}", 3e-6)


def test_attention_with_rows_that_see_nothing_or_infinities() -> None:
    rng = np.random.default_rng(9)
    arrays = [rng.standard_normal((2, 3, 4)).astype("f4") for _ in range(3)]
    none, infinite = np.zeros((3, 3), bool), np.full((3, 3), -np.inf, "f4")
    none[1, 2], infinite[0, 1] = True, 0.5
    for mask in (none, infinite):
        compare("scaled_dot_product_attention", (*arrays, mask, 0.0, False, None, False), str(mask.dtype), 3e-6)
    compare("scaled_dot_product_attention", (arrays[0], arrays[1][:, :0], arrays[2][:, :0], None, 0.0, False, None, False), "no keys", 0)
    both = [array[None] for array in arrays]
    compare("scaled_dot_product_attention", (*both, np.tri(3, k=1).astype(bool), 0.0, True, None, False), "mask and causal", 3e-6)


def test_attention_that_cannot_be() -> None:
    rng = np.random.default_rng(10)
    q = rng.standard_normal((2, 3, 4)).astype("f4")
    rest = (0.0, False, None, False)
    for label, args in (
        ("mask and causal", (q, q, q, np.ones((3, 3), bool), 0.0, True, None, False)), ("dtypes", (q.astype("f8"), q, q, None, *rest)),
        ("mask of another dtype", (q, q, q, np.ones((3, 3)), *rest)), ("one dimension", (q[0, 0], q[0], q[0], None, *rest)),
        ("integers", (q.astype(int), q.astype(int), q.astype(int), None, *rest)), ("chance", (q, q, q, None, 1.5, *rest[1:])),
        ("mask of another shape", (q, q, q, np.ones((2, 3), bool), *rest)), ("widths", (q, q[..., :3], q, None, *rest)),
    ):
        compare("scaled_dot_product_attention", args, label, 1e-6)

"""What programs ask around their models: gradients, devices, switches, data, comparisons. True answers or clear refusals."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest

import rushlight as rl
from rushlight.utils.data import ConcatDataset, DataLoader, Dataset, IterableDataset, RandomSampler, Subset, TensorDataset, random_split


def test_layout_is_strided() -> None:
    """A tensor's layout is, prints as and equals `strided`, and is taken where a layout is asked for."""
    x = rl.ones(2, 3)
    assert x.layout == rl.strided and rl.strided == x.layout and not x.layout != rl.strided
    assert repr(x.layout) == "torch.strided" and isinstance(x.layout, rl.layout)
    assert rl.empty(2, layout=x.layout).shape == (2,)
    assert copy.deepcopy(x.layout) is rl.strided
    assert x.layout != rl.sparse_coo


def test_gradients_are_refused() -> None:
    """Whatever needs gradients says so; hooks for gradients can be registered and never run."""
    x = rl.ones(2, requires_grad=True)
    calls = [lambda: x.sum().backward(), lambda: rl.autograd.grad(x.sum(), x), lambda: rl.func.grad(rl.sum)(x), lambda: rl.optim.Adam([x])]
    for call in calls:
        with pytest.raises(RuntimeError, match="records no gradients"):
            call()
    x.register_hook(print).remove()
    x.retain_grad()
    with pytest.raises(RuntimeError, match="doesn't require gradient"):
        rl.ones(2).register_hook(print)
    assert isinstance(rl.autograd.Variable(rl.ones(2), volatile=True), rl.autograd.Variable)


def test_other_places_are_refused() -> None:
    """Memory is neither pinned nor shared, nothing is sparse, and no CUDA device is there."""
    x = rl.ones(2)
    for call in (x.pin_memory, x.share_memory_, x.to_sparse, x.xpu, rl.cuda.current_stream, lambda: rl.cuda.device(0)):
        with pytest.raises(RuntimeError):
            call()
    assert x.to_dense() is x and not x.is_shared() and not x.is_nested and (x.sparse_dim(), x.dense_dim()) == (0, 1)
    with rl.cuda.stream(None):
        assert rl.cuda.memory_allocated() == 0
    assert not rl.accelerator.is_available() and rl.accelerator.current_accelerator() is None
    assert rl.cpu.is_available() and rl.backends.cpu.get_cpu_capability() in ("AVX512", "AVX2", "DEFAULT")


def test_older_spellings() -> None:
    """Methods that programs of all ages call."""
    x = rl.arange(4.0)
    assert x.new(2, 3).shape == (2, 3) and x.new([1, 2]).tolist() == [1.0, 2.0]
    assert x.clone().apply_(lambda item: item * 2).tolist() == [0.0, 2.0, 4.0, 6.0]
    assert x.clone().map_(rl.ones(1), lambda a, b: a - b).tolist() == [-1.0, 0.0, 1.0, 2.0]
    assert list(reversed(rl.arange(3)).tolist()) == [2, 1, 0]
    assert rl.ones(2, 3).t().dim_order() == (1, 0)
    assert memoryview(x.__buffer__(0)).tolist() == x.tolist()
    with pytest.raises(BufferError):
        x.bfloat16().__buffer__(0)
    assert isinstance(np.sin(x), rl.Tensor) and np.isnan(x).dtype is rl.uint8
    assert type(x.as_subclass(rl.nn.Parameter)) is rl.nn.Parameter
    rl.set_default_tensor_type("torch.DoubleTensor")
    assert rl.ones(1).dtype is rl.float64
    rl.set_default_tensor_type(rl.FloatTensor)
    assert rl.ones(1).dtype is rl.float32


def test_switches_are_read_back() -> None:
    """What was set is what is read."""
    rl.set_float32_matmul_precision("high")
    assert rl.get_float32_matmul_precision() == "high"
    rl.set_float32_matmul_precision("highest")
    rl.use_deterministic_algorithms(True, warn_only=True)
    assert rl.are_deterministic_algorithms_enabled() and rl.get_deterministic_debug_mode() == 1
    rl.use_deterministic_algorithms(False)
    with pytest.raises(RuntimeError, match="must be one of"):
        rl.set_float32_matmul_precision("low")
    with rl.nn.attention.sdpa_kernel([rl.nn.attention.SDPBackend.MATH]):
        pass


def test_functions_of_numbers_and_flow() -> None:
    """`sym_*`, `cond` and `while_loop` on plain values."""
    assert (rl.sym_max(1, 2.5), rl.sym_min(1, 2.5), rl.sym_int(2.5), rl.sym_ite(False, 1, 2), rl.sym_not(True)) == (2.5, 1.0, 2, 2, False)
    assert rl.cond(rl.tensor(True), lambda x: x + 1, lambda x: x - 1, (rl.ones(1),)).tolist() == [2.0]
    assert rl.while_loop(lambda i: i < 3, lambda i: (i + 1,), (0,)) == (3,)


def test_vmap() -> None:
    """One call per index, results stacked; what does not fit is refused."""
    x, w = rl.arange(6.0).reshape(3, 2), rl.ones(2)
    assert rl.vmap(rl.dot, in_dims=(0, None))(x, w).tolist() == [1.0, 5.0, 9.0]
    assert rl.vmap(lambda pair: pair["a"] * 2, in_dims=({"a": 1},), out_dims=1)({"a": x}).tolist() == (x * 2).tolist()
    assert rl.vmap(rl.vmap(rl.mul, (None, 0)), (0, None))(rl.arange(2), rl.arange(3)).tolist() == [[0, 0, 0], [0, 1, 2]]
    with pytest.raises(ValueError, match="same size"):
        rl.vmap(rl.add)(rl.ones(2), rl.ones(3))
    with pytest.raises(ValueError, match="dimensionality"):
        rl.vmap(rl.neg)(rl.tensor(1.0))


def test_modules_of_one_class_are_stacked() -> None:
    """Parameters of an ensemble, called as one by `vmap`."""
    models = [rl.nn.Linear(2, 1) for _ in range(3)]
    parameters, buffers = rl.func.stack_module_state(models)
    assert parameters["weight"].shape == (3, 1, 2) and buffers == {}
    x = rl.ones(4, 2)
    found = rl.vmap(lambda p: rl.func.functional_call(models[0], p, (x,)))(parameters)
    assert rl.equal(found, rl.stack([model(x) for model in models]))


class Squares(Dataset):
    """Numbers and their squares."""

    def __len__(self) -> int:
        return 5

    def __getitem__(self, index: int) -> dict[str, Any]:
        return {"x": float(index), "y": rl.tensor(index * index), "name": f"n{index}"}


class Count(IterableDataset):
    """0 to 4."""

    def __iter__(self) -> Any:
        return iter(range(5))


def test_batches() -> None:
    """Samples become batches of their kind."""
    batches = list(DataLoader(Squares(), batch_size=2, num_workers=2, pin_memory=False))
    assert [batch["name"] for batch in batches] == [["n0", "n1"], ["n2", "n3"], ["n4"]]
    assert batches[0]["x"].dtype is rl.float64 and batches[1]["y"].tolist() == [4, 9]
    assert len(DataLoader(Squares(), batch_size=2, drop_last=True)) == 2
    assert [batch.tolist() for batch in DataLoader(Count(), batch_size=3)] == [[0, 1, 2], [3, 4]]
    pairs = TensorDataset(rl.arange(4), rl.arange(4) * 10)
    assert [[part.tolist() for part in batch] for batch in DataLoader(pairs, 2)] == [[[0, 1], [0, 10]], [[2, 3], [20, 30]]]
    assert len(ConcatDataset([pairs, Subset(pairs, [1])])) == 5 and (pairs + pairs)[5][1].item() == 10
    assert sorted(i for part in random_split(range(10), [0.75, 0.25]) for i in part.indices) == list(range(10))
    with pytest.raises(ValueError, match="mutually exclusive"):
        DataLoader(Squares(), shuffle=True, sampler=RandomSampler(Squares()))
    with pytest.raises(TypeError, match="default_collate"):
        next(iter(DataLoader([object()])))


def test_comparisons_say_what_differs() -> None:
    """`assert_close` passes within tolerance, and names the greatest differences otherwise."""
    close = rl.testing.assert_close
    close(rl.tensor([1.0, float("nan")]), rl.tensor([1.0 + 1e-7, float("nan")]), equal_nan=True)
    close({"a": [1, rl.ones(2)]}, {"a": [1, rl.ones(2)]})
    with pytest.raises(AssertionError, match=r"Mismatched elements: 1 / 2 \(50.0%\)\nGreatest absolute difference: 1.0 at index \(1,\)"):
        close(rl.tensor([1.0, 2.0]), rl.tensor([1.0, 1.0]))
    with pytest.raises(AssertionError, match="not equal"):
        close(rl.tensor([1 << 62]), rl.tensor([(1 << 62) + 1]))
    for other in (rl.ones(3), rl.ones(2, dtype=rl.float64)):
        with pytest.raises(AssertionError, match="do not match"):
            close(rl.ones(2), other)

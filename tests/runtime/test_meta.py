"""Tensors without data for those who use them: factories, moves, modules, what is refused, and that nothing real comes of them."""
from __future__ import annotations

import copy
import pickle

import pytest

import rushlight as rl


def test_factories_and_moves() -> None:
    x = rl.empty(3, 4, device="meta", dtype=rl.float16)
    assert (x.is_meta, x.is_cpu, x.device, tuple(x.shape), x.dtype) == (True, False, rl.device("meta"), (3, 4), rl.float16)
    assert repr(x) == "tensor(..., device='meta', size=(3, 4), dtype=torch.float16)"
    assert rl.ones(2).to("meta").is_meta and rl.zeros_like(rl.ones(2), device="meta").is_meta and rl.zeros_like(x).is_meta
    assert x.to("meta") is x and x.to(rl.float64).is_meta and x.new_ones(2).is_meta and rl.tensor([1, 2], device="meta").is_meta
    assert rl.empty_like(x, device="cpu").is_cpu
    for moved in (lambda: x.cpu(), lambda: x.to("cpu"), lambda: rl.ones(3, 4).copy_(x), lambda: x.tolist()):
        with pytest.raises(NotImplementedError, match="no data"):
            moved()


def test_default_device() -> None:
    assert rl.get_default_device() == rl.device("cpu")
    with rl.device("meta"):
        assert rl.get_default_device() == rl.device("meta")
        assert rl.zeros(2).is_meta and rl.tensor([1.0]).is_meta and rl.arange(3).is_meta and rl.randn(2).is_meta
        assert rl.ones(2, device="cpu").is_cpu
        with rl.device("cpu"):
            assert rl.ones(2).is_cpu
    assert rl.zeros(2).is_cpu
    rl.set_default_device("meta")
    try:
        assert rl.zeros(2).is_meta
    finally:
        rl.set_default_device(None)
    assert rl.zeros(2).is_cpu


def test_items_are_refused() -> None:
    x = rl.empty(3, device="meta")
    with pytest.raises(RuntimeError, match="cannot be called on meta tensors"):
        x.sum().item()
    with pytest.raises(RuntimeError):
        bool(x[0])
    with pytest.raises(TypeError, match="can't convert meta device type tensor to numpy"):
        x.numpy()
    for call in (x.nonzero, x.unique, lambda: x[x > 0], lambda: rl.masked_select(x, x > 0), lambda: rl.equal(x, x)):
        with pytest.raises(NotImplementedError):
            call()
    assert x.data_ptr() == 0
    with pytest.raises(RuntimeError, match="not on the expected device"):
        x + rl.ones(3)
    with pytest.raises(NotImplementedError):
        rl.ones(3).add_(x)
    assert (x + rl.tensor(1.0)).is_meta


def test_writing_and_views() -> None:
    x = rl.empty(2, 3, device="meta")
    x[0] = 1.0
    x[x > 0] = 2.0
    x.add_(1).t()[1:].mul_(2.0)
    view = x.t()
    assert view.memory is x.memory and view[1].is_meta
    assert copy.deepcopy(x).is_meta and pickle.loads(pickle.dumps(x)).is_meta
    assert x.resize_(100).is_meta


def test_random_numbers_are_not_drawn() -> None:
    rl.manual_seed(3)
    expected = rl.rand(2).tolist()
    rl.manual_seed(3)
    rl.nn.Linear(4, 4, device="meta")
    rl.empty(5, device="meta").normal_()
    rl.normal(rl.empty(5, device="meta"), 1.0)
    rl.nn.functional.dropout(rl.empty(5, device="meta"))
    rl.randperm(5, device="meta")
    assert rl.rand(2).tolist() == expected


def test_modules() -> None:
    """A network far larger than memory has shapes; then it gets memory, and then a state_dict."""
    with rl.device("meta"):
        net = rl.nn.Sequential(rl.nn.Linear(1 << 20, 1 << 20), rl.nn.BatchNorm1d(1 << 20), rl.nn.ReLU(), rl.nn.Linear(1 << 20, 8))
    assert all(value.is_meta for value in net.state_dict().values())
    out = net(rl.empty(4, 1 << 20, device="meta"))
    assert out.is_meta and tuple(out.shape) == (4, 8)

    small = rl.nn.Linear(3, 2)
    other = rl.nn.Linear(3, 2, device="meta")
    with pytest.warns(UserWarning, match="is a no-op"):
        other.load_state_dict(small.state_dict())
    assert other.weight.is_meta
    other.load_state_dict(small.state_dict(), assign=True)
    assert isinstance(other.weight, rl.nn.Parameter) and other.weight.tolist() == small.weight.tolist()

    filled = rl.nn.Linear(3, 2).to("meta")
    assert filled.weight.is_meta and filled.weight.requires_grad
    assert filled.to_empty(device="cpu").weight.is_cpu
    filled.load_state_dict(small.state_dict())
    assert filled(rl.ones(3)).tolist() == small(rl.ones(3)).tolist()


def test_attention_and_recurrence() -> None:
    layer = rl.nn.TransformerEncoderLayer(64, 4, batch_first=True, device="meta").eval()
    assert tuple(layer(rl.empty(2, 5, 64, device="meta")).shape) == (2, 5, 64)
    with rl.device("meta"):
        lstm = rl.nn.LSTM(8, 16, num_layers=2)
    out, (hidden, cell) = lstm(rl.empty(7, 3, 8, device="meta"))
    assert (tuple(out.shape), tuple(hidden.shape), tuple(cell.shape)) == ((7, 3, 16), (2, 3, 16), (2, 3, 16))
    assert out.is_meta and hidden.is_meta and cell.is_meta

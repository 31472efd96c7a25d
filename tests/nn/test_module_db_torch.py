"""PyTorch's own list of modules (`module_db`): each on all of its inputs, in train and eval, with the values of PyTorch's state_dict.

What does not pass yet is named in module_db_exceptions.txt, with the reason; a module that passes must leave the list.
"""
from __future__ import annotations

import copy
import functools
import io
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import rushlight as rl

torch = pytest.importorskip("torch")
common_modules = pytest.importorskip("torch.testing._internal.common_modules")

HERE = Path(__file__).resolve().parent
BEYOND = ("Lazy", "FractionalMaxPool")
SCRIPTED_INPUTS = 5


def exceptions(section: str) -> dict[str, str]:
    """Module -> reason, from one section of the list."""
    found: dict[str, str] = {}
    current = ""
    for line in (HERE / "module_db_exceptions.txt").read_text().splitlines():
        if line.startswith("["):
            current = line.strip("[]")
        elif current == section and line:
            name, _, reason = line.partition(" ")
            found[name] = reason
    return found


def is_ours(info: Any) -> bool:
    return not info.name.removeprefix("nn.").startswith(BEYOND)


INFOS = [info for info in common_modules.module_db if is_ours(info)]
NAMES = [info.name.removeprefix("nn.") for info in INFOS]


def to_rushlight(value: Any) -> Any:
    """PyTorch's values as ours; strides are kept."""
    if isinstance(value, torch.Tensor):
        found = rl.from_numpy(value.detach().numpy().copy(order="K"))
        return found
    if isinstance(value, torch.dtype):
        return getattr(rl, str(value).removeprefix("torch."))
    if isinstance(value, torch.nn.Module):
        return converted(value)
    if isinstance(value, tuple | list):
        return type(value)(to_rushlight(item) for item in value)
    if isinstance(value, dict):
        return {name: to_rushlight(item) for name, item in value.items()}
    if value in FUNCTIONS:
        return FUNCTIONS[value]
    if isinstance(value, str) or not callable(value):
        return value
    raise TypeError(f"no counterpart of {value!r}")


FUNCTIONS = {getattr(torch.nn.functional, name): getattr(rl.nn.functional, name) for name in ("relu", "gelu")}


def converted(module: Any) -> Any:
    """A module that is another's argument, as ours, with the same values."""
    name = type(module).__name__
    if name == "TransformerEncoderLayer":
        attention = module.self_attn
        ours = rl.nn.TransformerEncoderLayer(
            attention.embed_dim, attention.num_heads, module.linear1.out_features, module.dropout.p, to_rushlight(module.activation),
            module.norm1.eps, attention.batch_first, module.norm_first, module.linear1.bias is not None,
        )
    else:
        ours = getattr(rl.nn, name)()
    ours.load_state_dict({key: to_rushlight(value) for key, value in module.state_dict().items()})
    return ours


def outcome(call: Any) -> Any:
    """The result of a call, or the exception it raised."""
    try:
        return call()
    except Exception as error:
        return error


def assert_same(got: Any, want: Any, label: str) -> None:
    """Equal in dtype, shape, strides and items, part by part."""
    if isinstance(want, Exception):
        assert isinstance(got, Exception), f"{label}: PyTorch raises {want}"
        return
    if isinstance(got, Exception):
        raise AssertionError(f"{label}: {type(got).__name__}: {got}") from got
    if isinstance(want, tuple | list):
        assert len(got) == len(want), label
        for one, other in zip(got, want):
            assert_same(one, other, label)
        return
    if not isinstance(want, torch.Tensor):
        assert got == want, label
        return
    assert str(got.dtype) == str(want.dtype) and tuple(got.shape) == tuple(want.shape), f"{label}: {got.dtype} {got.shape} {want.shape}"
    found, wanted = got.detach().numpy(), want.detach().numpy()
    np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-5, err_msg=label)


def pair(info: Any, given: Any) -> tuple[Any, Any]:
    """The module of both libraries after the same seed: printed form, names and first values agree; then PyTorch's values in both."""
    args, kwargs = given.constructor_input.args, dict(given.constructor_input.kwargs)
    ours_class = getattr(rl.nn, info.name.removeprefix("nn."))
    mine = to_rushlight(args), to_rushlight(kwargs)
    torch.manual_seed(3)
    rl.manual_seed(3)
    theirs = info.module_cls(*args, **kwargs)
    ours = ours_class(*mine[0], **mine[1])
    assert repr(ours) == repr(theirs)
    first, state = ours.state_dict(), theirs.state_dict()
    assert list(first) == list(state)
    for name, value in state.items():
        np.testing.assert_array_equal(first[name].numpy(), value.numpy(), err_msg=f"first value of {name}")
    ours.load_state_dict({name: to_rushlight(value) for name, value in state.items()})
    return theirs, ours


def inputs_of(info: Any, training: bool) -> list[Any]:
    torch.manual_seed(11)
    return list(info.module_inputs_func(info, device="cpu", dtype=torch.float32, requires_grad=False, training=training))


def check(info: Any, training: bool, is_scripted: bool) -> None:
    """Every input of one module, some of them scripted; where scripting fails here, it fails in PyTorch."""
    inputs = inputs_of(info, training)
    for at, given in enumerate(inputs):
        # compiling is what takes the time: a few inputs from all over the list
        if is_scripted and at % (len(inputs) // SCRIPTED_INPUTS + 1):
            continue
        label = f"{info.name} {'train' if training else 'eval'} input {at} {given.desc}"
        theirs, ours = pair(info, given)
        theirs.train(training)
        ours.train(training)
        args, kwargs = given.forward_input.args, given.forward_input.kwargs
        mine = to_rushlight(args), to_rushlight(kwargs)
        torch.manual_seed(5)
        rl.manual_seed(5)
        want = outcome(functools.partial(theirs, *copy.deepcopy(args), **copy.deepcopy(kwargs)))
        got = outcome(lambda: (rl.jit.script(ours) if is_scripted else ours)(*mine[0], **mine[1]))
        if is_scripted and isinstance(got, Exception):
            alike = outcome(lambda: torch.jit.script(theirs)(*copy.deepcopy(args), **copy.deepcopy(kwargs)))
            if isinstance(alike, Exception):
                continue
        assert_same(got, want, label)
        for name, value in theirs.state_dict().items():
            assert_same(ours.state_dict()[name], value, f"{label}: {name} afterwards")


def run(info: Any, section: str) -> None:
    name = info.name.removeprefix("nn.")
    listed = exceptions(section)
    modes = (True, False) if info.train_and_eval_differ else (False,)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            for training in modes:
                check(info, training, section == "scripted")
        except Exception:
            if name not in listed:
                raise
            return
    assert name not in listed, f"{name} passes: take it out of module_db_exceptions.txt"


@pytest.mark.parametrize("info", INFOS, ids=NAMES)
def test_eager(info: Any) -> None:
    """Called as it is."""
    run(info, "eager")


@pytest.mark.parametrize("info", INFOS, ids=NAMES)
def test_scripted(info: Any) -> None:
    """Scripted, it does what PyTorch does eagerly."""
    run(info, "scripted")


def test_the_list_names_modules() -> None:
    """Every line stands for a module of the database."""
    for section in ("eager", "scripted"):
        assert set(exceptions(section)) <= set(NAMES)


class Overloaded(rl.nn.Module):
    """Layers and functions with several signatures: the call chooses one."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm = rl.nn.LSTM(3, 4, 2, bidirectional=True)
        self.gru = rl.nn.GRU(8, 5)
        self.up = rl.nn.Upsample(scale_factor=2.0, mode="bilinear")

    def forward(self, x: rl.Tensor, lengths: rl.Tensor) -> tuple[rl.Tensor, rl.Tensor]:
        packed = rl.nn.utils.rnn.pack_padded_sequence(x, lengths)
        states, _ = self.lstm(packed)
        padded, _ = rl.nn.utils.rnn.pad_packed_sequence(states)
        after, _ = self.gru(padded)
        return after, rl.nn.functional.interpolate(self.up(after.unsqueeze(0)), size=[3, 4])


def test_overloads_are_saved_and_loaded() -> None:
    """The program chooses the signatures that PyTorch's would, and PyTorch runs the archive."""
    rl.manual_seed(0)
    model = Overloaded().eval()
    x, lengths = rl.randn(5, 2, 3), rl.tensor([5, 3])
    expected = model(x, lengths)
    compiled = rl.jit.script(model)
    buffer = io.BytesIO()
    rl.jit.save(compiled, buffer)
    loaded = torch.jit.load(io.BytesIO(buffer.getvalue()))
    theirs = loaded(torch.from_numpy(x.numpy()), torch.tensor([5, 3]))
    for one, other, third in zip(expected, compiled(x, lengths), theirs):
        np.testing.assert_allclose(other.detach().numpy(), one.detach().numpy(), rtol=1e-6, atol=1e-7)
        np.testing.assert_allclose(third.detach().numpy(), one.detach().numpy(), rtol=1e-5, atol=1e-6)

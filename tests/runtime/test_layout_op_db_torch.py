"""Views, joining, indexing and factories on PyTorch's own samples and error cases (`op_db`): items, strides and exceptions."""
from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

import rushlight as rl
from rushlight.runtime.layout import Layout
from rushlight.runtime.ops.packet import packet
from rushlight.runtime.storage import Storage
from rushlight.runtime.tensor import Tensor

torch = pytest.importorskip("torch")
common_methods = pytest.importorskip("torch.testing._internal.common_methods_invocations")

DTYPES = ("float32", "int64", "bool")
LIMIT = 12
NAMES = """
    view view_as reshape reshape_as flatten unflatten transpose permute t movedim squeeze unsqueeze select narrow expand expand_as
    broadcast_to diagonal as_strided swapaxes unbind split split_with_sizes chunk tensor_split hsplit vsplit ravel
    broadcast_tensors meshgrid atleast_1d atleast_2d atleast_3d rot90 resize_ resize_as_ contiguous clone to type_as cat concat
    concatenate stack vstack hstack dstack column_stack block_diag repeat repeat_interleave tile flip fliplr flipud roll
    cartesian_prod index_select gather scatter scatter_add index_add index_copy index_fill index_put masked_fill masked_select
    masked_scatter take take_along_dim nonzero argwhere count_nonzero isin searchsorted bucketize zeros ones full zeros_like
    ones_like full_like new_zeros new_ones new_full arange linspace logspace eye tril triu tril_indices triu_indices scalar_tensor
    fill zero allclose equal item index_reduce scatter_reduce put
""".split()
INFOS = [info for info in common_methods.op_db if info.name in NAMES and info.variant_test_name != "polymorphic"]

# PyTorch refuses an out tensor that overlaps an input, or whose storage cannot grow; here the result is made first and copied
REFUSES_MORE = ("some elements of the input tensor", "more than one element of the written-to tensor", "Trying to resize storage",
                "Expected out tensor to have dtype")


def to_rushlight(value: Any) -> Any:
    """PyTorch's values as ours; a tensor keeps its strides, its offset and what its storage holds around it."""
    if isinstance(value, torch.Tensor):
        storage = torch.empty(0, dtype=torch.uint8).set_(value.detach().untyped_storage()).numpy().copy()
        layout = Layout.of(tuple(value.shape), tuple(value.stride()), value.storage_offset())
        return Tensor(Storage.wrap(storage), layout, getattr(rl, str(value.dtype).removeprefix("torch.")))
    if isinstance(value, torch.dtype | torch.memory_format | torch.layout):
        return getattr(rl, str(value).removeprefix("torch."))
    if isinstance(value, torch.device):
        return rl.device(str(value))
    if isinstance(value, torch.Size):
        return tuple(value)
    if isinstance(value, tuple | list):
        return type(value)(to_rushlight(item) for item in value)
    return value


def outcome(call: Any) -> Any:
    """The result of a call, or the exception it raised."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return call()
        except Exception as error:
            return error


def callee(name: str, first: Any) -> Any:
    """The function, or the method where there is only one."""
    if name in ("contiguous", "to", "item", "type_as"):
        return lambda self, *args, **kwargs: getattr(self, name)(*args, **kwargs)
    return getattr(rl, name, None) or packet(f"aten::{name}")


def assert_same(got: Any, want: Any, label: str) -> None:
    """Equal in dtype, shape, strides and items; exceptions in type."""
    if isinstance(want, Exception):
        assert type(got) is type(want), f"{label}: PyTorch raises {want!r}, here {got!r}"
        return
    assert not isinstance(got, Exception), f"{label}: {got!r}"
    if isinstance(want, tuple | list):
        assert len(got) == len(want), label
        for one, other in zip(got, want):
            assert_same(one, other, label)
        return
    if not isinstance(want, torch.Tensor):
        assert got == want, label
        return
    assert isinstance(got, Tensor), f"{label}: {got!r}"
    assert repr(got.dtype) == str(want.dtype) and tuple(got.shape) == tuple(want.shape), label
    # PyTorch counts the columns of an empty result of nonzero in another way
    assert got.stride() == want.stride() or want.numel() == 0, f"{label}: {got.stride()} {want.stride()}"
    np.testing.assert_allclose(got.numpy(), want.numpy(), rtol=1e-6, atol=1e-6, err_msg=label)


@pytest.mark.parametrize("info", INFOS, ids=lambda info: f"{info.name}-{info.variant_test_name}".rstrip("-"))
def test_samples(info: Any) -> None:
    for dtype in DTYPES:
        torch_dtype = getattr(torch, dtype)
        if torch_dtype not in info.supported_dtypes("cpu"):
            continue
        for at, sample in enumerate(info.sample_inputs("cpu", torch_dtype, requires_grad=False)):
            if at == LIMIT:
                break
            args = (sample.input, *sample.args)
            mine = [to_rushlight(value) for value in args]
            keywords = {name: to_rushlight(value) for name, value in sample.kwargs.items()}
            label = f"{info.name} {dtype} sample {at}: {[getattr(x, 'shape', x) for x in args]} {sample.kwargs}"
            want = outcome(lambda: info.op(*args, **sample.kwargs))
            assert_same(outcome(lambda: callee(info.name, mine[0])(*mine, **keywords)), want, label)


@pytest.mark.parametrize("info", [info for info in INFOS if info.error_inputs_func], ids=lambda info: info.name)
def test_errors(info: Any) -> None:
    for case in info.error_inputs("cpu"):
        sample = case.sample_input
        args = (sample.input, *sample.args)
        want = outcome(lambda: info.op(*args, **sample.kwargs))
        if isinstance(want, Exception) and any(text in str(want) for text in REFUSES_MORE):
            continue
        mine = [to_rushlight(value) for value in args]
        keywords = {name: to_rushlight(value) for name, value in sample.kwargs.items()}
        label = f"{info.name}: {[getattr(x, 'shape', x) for x in args]} {sample.kwargs}"
        assert_same(outcome(lambda: callee(info.name, mine[0])(*mine, **keywords)), want, label)

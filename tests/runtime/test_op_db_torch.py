"""Operators on PyTorch's own sample inputs (`op_db`): the inputs that PyTorch tests itself with.

A name joins `NAMES` when its samples pass; a sample whose arguments the table does not take is a failure, not a skip.
"""
from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import rushlight as rl
from rushlight.runtime.ops.packet import Packet, packet
from rushlight.runtime.tensor import Tensor

torch = pytest.importorskip("torch")
common_methods = pytest.importorskip("torch.testing._internal.common_methods_invocations")

DTYPES = ("float32", "int64", "bool")
NAMES = (
    "abs", "add", "sub", "mul", "rsub", "neg", "sign", "exp", "expm1", "log", "log2", "log10", "log1p", "sqrt", "rsqrt", "reciprocal",
    "sin", "cos", "tan", "tanh", "sigmoid", "erf", "floor", "ceil", "trunc", "maximum", "minimum", "fmod", "remainder", "floor_divide",
    "eq", "ne", "lt", "le", "gt", "ge", "logical_and", "logical_or", "logical_xor", "logical_not", "bitwise_and", "bitwise_or",
    "bitwise_xor", "bitwise_not", "isnan", "clamp_min", "clamp_max", "atan2", "hypot", "square", "pow",
    "sum", "mean", "amax", "amin", "argmax", "argmin", "all", "any", "prod", "logsumexp", "softmax", "log_softmax",
    "var", "std", "var_mean", "std_mean", "count_nonzero", "nansum", "nanmean", "aminmax", "linalg.vector_norm", "dist",
    "cumsum", "cumprod", "cummax", "cummin", "logcumsumexp",
    "nn.functional.avg_pool1d", "nn.functional.avg_pool2d", "nn.functional.adaptive_avg_pool1d", "nn.functional.group_norm",
    "nn.functional.layer_norm", "nn.functional.rms_norm",
)
FLOATING_NAMES = (
    "nn.functional.conv1d", "nn.functional.conv2d", "nn.functional.conv3d", "nn.functional.conv_transpose1d",
    "nn.functional.conv_transpose2d", "nn.functional.avg_pool3d",
)
"""Operators that do not take integers here, though PyTorch's do."""
LIMIT = 25
INFOS = [info for info in common_methods.op_db if info.name in (*NAMES, *FLOATING_NAMES) and not info.variant_test_name]


def to_rushlight(value: Any) -> Any:
    """PyTorch's values as ours; strides are kept."""
    if isinstance(value, torch.Tensor):
        return rl.from_numpy(value.detach().numpy())
    if isinstance(value, torch.dtype):
        return getattr(rl, str(value).removeprefix("torch."))
    if isinstance(value, tuple | list):
        return type(value)(to_rushlight(item) for item in value)
    return value


def outcome(call: Any) -> Any:
    """The result of a call, or the exception it raised."""
    try:
        return call()
    except Exception as error:
        return error


def assert_same(got: Any, want: Any, label: str) -> None:
    """Equal in dtype, shape and items, part by part."""
    if isinstance(want, Exception):
        assert isinstance(got, Exception), f"{label}: PyTorch raises {want}"
        return
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
    np.testing.assert_allclose(got.numpy(), want.numpy(), rtol=1e-5, atol=1e-5, err_msg=label)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("info", INFOS, ids=lambda info: info.name)
def test_samples(info: Any, dtype: str) -> None:
    torch_dtype = getattr(torch, dtype)
    if torch_dtype not in info.supported_dtypes("cpu") or (dtype != "float32" and info.name in FLOATING_NAMES):
        return
    operator = packet(f"aten::{info.name.replace('linalg.', 'linalg_').rpartition('.')[2]}")
    assert isinstance(operator, Packet)
    for at, sample in enumerate(info.sample_inputs("cpu", torch_dtype, requires_grad=False)):
        if at == LIMIT:
            break
        args = (sample.input, *sample.args)
        label = f"{info.name} {dtype} sample {at}: {[getattr(x, 'shape', x) for x in args]} {sample.kwargs}"
        mine = [to_rushlight(value) for value in args]
        keywords = {name: to_rushlight(value) for name, value in sample.kwargs.items()}
        want = outcome(lambda: info.op(*args, **sample.kwargs))
        assert_same(outcome(lambda: operator(*mine, **keywords)), want, label)

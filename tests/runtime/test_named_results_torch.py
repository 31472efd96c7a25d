"""Results with names: their class, text and fields are PyTorch's, and methods whose `self` is not the operator's first argument."""
from __future__ import annotations

import copy
import pickle
import re
import warnings
from typing import Any

import pytest

import rushlight as rl

torch = pytest.importorskip("torch")

CALLS = (
    "t.max(x, 1)", "x.max(dim=1)", "t.sort(x)", "x.topk(1)", "t.linalg.qr(x).R.abs()", "t.frexp(x)",
    "t.aminmax(x)", "x.median(0)", "x.mode(1)", "t.kthvalue(x, 1)", "t.linalg.slogdet(x)", "t.linalg.eigh(x).eigenvalues",
    "t.histogram(x, bins=2)", "x.cummax(0)", "t.std_mean(x)", "t.lu_unpack(*t.linalg.lu_factor(x))", "x.min(1, keepdim=True)",
    "t.max(x, 1, out=(t.empty(2), t.empty(2, dtype=t.long)))", "t.return_types.max((1, 2))", "t.return_types.topk", "x.max(0)[0]",
    "x.where(x > 2, t.zeros(2, 2))", "x.where(condition=x > 2, other=t.zeros(1))", "x.polygamma(1).shape", "t.return_types.max.n_fields",
)


@pytest.mark.parametrize("call", CALLS)
def test_text(call: str) -> None:
    """The printed results are equal."""
    values = [[1.0, 2.0], [4.0, 3.0]]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = [repr(eval(call, {"t": t, "x": t.tensor(values)})) for t in (rl, torch)]
    assert re.sub(r"\s+", " ", found[0]) == re.sub(r"\s+", " ", found[1])


def test_results_are_tuples() -> None:
    """They unpack, copy and pickle."""
    found: Any = rl.tensor([3.0, 5.0]).max(0)
    values, indices = found
    assert (values.item(), indices.item()) == (5.0, 1)
    assert isinstance(found, rl.return_types.max) and isinstance(found, tuple)
    for twin in (pickle.loads(pickle.dumps(found)), copy.deepcopy(found)):
        assert type(twin) is type(found) and repr(twin) == repr(found)
    with pytest.raises(AttributeError, match="no attribute 'relu'"):
        rl.return_types.relu

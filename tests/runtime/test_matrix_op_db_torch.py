"""Matrix products on PyTorch's own sample inputs (`op_db`), functions, in-place and out= forms."""
from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import rushlight as rl
from rushlight.runtime.tensor import Tensor

torch = pytest.importorskip("torch")
common_methods = pytest.importorskip("torch.testing._internal.common_methods_invocations")

NAMES = (
    "mm", "bmm", "addmm", "baddbmm", "addbmm", "addmv", "mv", "dot", "vdot", "outer", "ger", "matmul", "__rmatmul__",
    "nn.functional.linear", "nn.functional.bilinear", "einsum", "tensordot", "linalg.multi_dot", "addr", "kron", "inner",
)
DTYPES = ("float32", "float64", "int64", "bfloat16", "float16", "complex64")
COMPLEX = ("mm", "bmm", "mv", "dot", "vdot")
"""What does not need complex arithmetic outside NumPy."""
TOLERANCES = {"float32": 1e-5, "float64": 1e-12, "bfloat16": 2e-2, "float16": 3e-3, "complex64": 1e-5}
INFOS = [info for info in common_methods.op_db if info.name in NAMES]
FUNCTIONS = {
    "linalg.multi_dot": "linalg_multi_dot", "nn.functional.linear": "linear", "nn.functional.bilinear": "bilinear",
}


def to_rushlight(value: Any) -> Any:
    """PyTorch's values as ours; strides are kept."""
    if isinstance(value, torch.Tensor):
        value = value.detach().resolve_conj()
        if value.dtype is torch.bfloat16:
            return rl.from_numpy(value.view(torch.int16).numpy()).view(rl.bfloat16)
        return rl.from_numpy(value.numpy())
    if isinstance(value, tuple | list):
        return type(value)(to_rushlight(item) for item in value)
    return value


def items(tensor: Any) -> Any:
    """The items of either library's tensor as an array of a type that NumPy has."""
    if isinstance(tensor, Tensor):
        return (tensor.to(rl.float32) if tensor.dtype is rl.bfloat16 else tensor).numpy()
    return (tensor.float() if tensor.dtype is torch.bfloat16 else tensor.detach().resolve_conj()).numpy()


def outcome(call: Any) -> Any:
    """The result of a call, or the exception it raised."""
    try:
        return call()
    except Exception as error:
        return error


def assert_same(got: Any, want: Any, label: str, dtype: str) -> None:
    """Equal in dtype and shape, items within the rounding of the dtype."""
    if isinstance(want, Exception):
        assert isinstance(got, Exception), f"{label}: PyTorch raises {want}"
        return
    assert isinstance(got, Tensor), f"{label}: {got!r}"
    assert repr(got.dtype) == str(want.dtype) and tuple(got.shape) == tuple(want.shape), label
    tolerance = TOLERANCES.get(dtype, 0.0)
    expected = items(want)
    scale = float(np.abs(expected).max()) if expected.size and tolerance else 0.0
    np.testing.assert_allclose(items(got), expected, rtol=tolerance, atol=tolerance * scale, err_msg=label)


def call_of(info: Any) -> Any:
    """Our function for an entry of op_db."""
    if info.name == "__rmatmul__":
        return lambda a, b: rl.matmul(b, a)
    if info.name == "einsum":
        return lambda operands, equation: rl.einsum(equation, *operands)
    return getattr(rl, FUNCTIONS.get(info.name, info.name))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("info", INFOS, ids=lambda info: f"{info.name}{info.variant_test_name}")
def test_samples(info: Any, dtype: str) -> None:
    torch_dtype = getattr(torch, dtype)
    if torch_dtype not in info.supported_dtypes("cpu") or (dtype == "complex64" and info.name not in COMPLEX):
        return
    function = call_of(info)
    for at, sample in enumerate(info.sample_inputs("cpu", torch_dtype, requires_grad=False)):
        args = (sample.input, *sample.args)
        label = f"{info.name} {dtype} sample {at}: {[getattr(x, 'shape', x) for x in args]} {sample.kwargs}"
        mine = [to_rushlight(value) for value in args]
        keywords = {name: to_rushlight(value) for name, value in sample.kwargs.items()}
        want = outcome(lambda: info.op(*args, **sample.kwargs))
        assert_same(outcome(lambda: function(*mine, **keywords)), want, label, dtype)


def float_matrix(rng: np.random.Generator, *shape: int) -> Any:
    return rng.standard_normal(shape).astype("f4")


@pytest.mark.parametrize("name", ("addmm", "addmv", "baddbmm", "addbmm", "addr"))
def test_in_place_and_out(name: str) -> None:
    rng = np.random.default_rng(1)
    shapes = {
        "addmm": [(4, 5), (4, 3), (3, 5)], "addmv": [(4,), (4, 3), (3,)], "baddbmm": [(2, 4, 5), (2, 4, 3), (2, 3, 5)],
        "addbmm": [(4, 5), (2, 4, 3), (2, 3, 5)], "addr": [(4, 5), (4,), (5,)],
    }
    arrays = [float_matrix(rng, *shape) for shape in shapes[name]]
    mine, theirs = [rl.from_numpy(a.copy()) for a in arrays], [torch.from_numpy(a.copy()) for a in arrays]
    out, expected = rl.empty(0), torch.empty(0)
    getattr(rl, name)(*mine, beta=2, alpha=0.5, out=out)
    getattr(torch, name)(*theirs, beta=2, alpha=0.5, out=expected)
    np.testing.assert_allclose(out.numpy(), expected.numpy(), rtol=1e-5, atol=1e-5)
    getattr(mine[0], f"{name}_")(*mine[1:], beta=0)
    getattr(theirs[0], f"{name}_")(*theirs[1:], beta=0)
    np.testing.assert_allclose(mine[0].numpy(), theirs[0].numpy(), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("left", ("int8", "uint8"))
def test_int_mm(left: str) -> None:
    rng = np.random.default_rng(2)
    for n, k, m in ((17, 8, 24), (33, 129, 40), (1, 5, 3), (200, 64, 16), (20, 0, 8)):
        a = rng.integers(-128 if left == "int8" else 0, 128 if left == "int8" else 256, (n, k)).astype(left)
        b = rng.integers(-128, 128, (k, m)).astype("i1")
        for right in (b, np.ascontiguousarray(b.T).T):
            got = rl._int_mm(rl.from_numpy(a), rl.from_numpy(right))
            assert got.dtype is rl.int32
            assert np.array_equal(got.numpy(), a.astype("i4") @ b.astype("i4")), (n, k, m)


_OUTS: list[Any] = [
    lambda library, d: library.mm(d.float(), d.float(), out=d),
    lambda library, d: library.bmm(d[None].float(), d[None].float(), out=d[None]),
    lambda library, d: library.matmul(d.float(), d.float(), out=d),
    lambda library, d: library.addmm(d.float(), d.float(), d.float(), out=d),
    lambda library, d: library.baddbmm(d[None].float(), d[None].float(), d[None].float(), out=d[None]),
    lambda library, d: library.mv(d.float(), d[0].float(), out=d[0]),
    lambda library, d: library.addmv(d[0].float(), d.float(), d[0].float(), out=d[0]),
    lambda library, d: library.dot(d[0].float(), d[0].float(), out=d[0, 0]),
    lambda library, d: library._int_mm(d.to(library.int8), d.to(library.int8), out=d.long()),
]
"""Products into an `out` of another dtype, which is float64."""


@pytest.mark.parametrize("dtype", ("float32", "bfloat16"))
@pytest.mark.parametrize("use_gelu", (False, True))
def test_addmm_activation(dtype: str, use_gelu: bool) -> None:
    rng = np.random.default_rng(3)
    for beta, alpha in ((1, 1), (0.5, 2)):
        arrays = [float_matrix(rng, *shape) for shape in ((20,), (9, 30), (30, 20))]
        mine, theirs = ([library.from_numpy(a).to(getattr(library, dtype)) for a in arrays] for library in (rl, torch))
        got = rl._addmm_activation(*mine, beta=beta, alpha=alpha, use_gelu=use_gelu)
        want = torch._addmm_activation(*theirs, beta=beta, alpha=alpha, use_gelu=use_gelu)
        assert_same(got, want, f"{beta} {alpha}", dtype)


def test_sums_of_16_bits_unrounded() -> None:
    rng = np.random.default_rng(4)
    a, b = (rl.from_numpy(float_matrix(rng, *shape)).to(rl.bfloat16) for shape in ((2, 5, 300), (2, 300, 40)))
    c = rl.from_numpy(float_matrix(rng, 40))
    product = rl.matmul(a.float(), b.float()).numpy()
    for got, want in (
        (rl.mm(a[0], b[0], out_dtype=rl.float32), product[0]), (rl.bmm(a, b, out_dtype=rl.float32), product),
        (rl.addmm(c, a[0], b[0], out_dtype=rl.float32), product[0] + c.numpy()),
        (rl.baddbmm(c, a, b, out_dtype=rl.float32, beta=2, alpha=0.5), product / 2 + 2 * c.numpy()),
    ):
        assert got.dtype is rl.float32
        np.testing.assert_allclose(got.numpy(), want, rtol=1e-5, atol=1e-4)
    with pytest.raises(RuntimeError, match="out_dtype"):
        rl.mm(a[0], b[0], out_dtype=rl.float64)


def test_batches_that_lie_anyhow() -> None:
    """Heads beside each other, broadcast and copied batches, rows of several matrices as one matrix."""
    rng = np.random.default_rng(5)
    a, b, w = float_matrix(rng, 2, 9, 3, 8), float_matrix(rng, 2, 11, 3, 8), float_matrix(rng, 8, 5)
    calls: list[Any] = [
        lambda library, a, b, w: library.matmul(a.transpose(1, 2), b.permute(0, 2, 3, 1)),
        lambda library, a, b, w: library.matmul(a[:, :, :1].transpose(1, 2), b.permute(0, 2, 3, 1)),
        lambda library, a, b, w: library.matmul(a, w),
        lambda library, a, b, w: library.matmul(a.transpose(1, 2), w),
        lambda library, a, b, w: library.matmul(a[:, ::2], w.t().t()[None]),
        lambda library, a, b, w: library.matmul(w.t(), a.permute(1, 0, 3, 2)),
        lambda library, a, b, w: library.matmul(a[:, None, :3, ::2], b[:1, :3, None, 0].mT),
        lambda library, a, b, w: library.matmul(a, w[:, 0]),
        lambda library, a, b, w: library.matmul(w[:, 0], b.permute(0, 2, 3, 1)),
        lambda library, a, b, w: library.matmul(w.t(), a[0, 0, 0]),
        lambda library, a, b, w: library.matmul(a[:0], w),
    ]
    for at, call in enumerate(calls):
        for _ in range(2):
            got = call(rl, *map(rl.from_numpy, (a, b, w)))
            want = call(torch, *map(torch.from_numpy, (a, b, w)))
            assert_same(got, want, f"case {at}", "float32")


def test_factors_of_integer_matrices() -> None:
    arrays = [np.arange(6).reshape(2, 3), np.arange(8).reshape(2, 4), np.arange(12).reshape(4, 3)]
    for beta, alpha in ((2, 3), (0, 3), (2, 1), (1, 2)):
        got = rl.addmm(*map(rl.from_numpy, arrays), beta=beta, alpha=alpha)
        assert np.array_equal(got.numpy(), torch.addmm(*map(torch.from_numpy, arrays), beta=beta, alpha=alpha).numpy())


def test_errors() -> None:
    def calls(library: Any) -> list[Any]:
        f, d, i = library.ones(2, 2), library.ones(2, 2).double(), library.ones(2, 2).long()
        u, b = library.ones(2, 2).to(library.uint16), library.ones(2, 2).bool()
        return [
            lambda: library.mm(f, d),
            lambda: library.mm(i, f),
            lambda: library.mm(u, u),
            lambda: library.mm(b, b),
            lambda: library.mm(f[0], f),
            lambda: library.bmm(f[None], d[None]),
            lambda: library.bmm(b[None], b[None]),
            lambda: library.mv(f, d[0]),
            lambda: library.mv(b, b[0]),
            lambda: library.dot(f[0], d[0]),
            lambda: library.dot(b[0], b[0]),
            lambda: library.addmm(d, f, f),
            lambda: library.addmm(f, f, d),
            lambda: library.addmm(library.ones(3), f, f),
            lambda: library.addmm(f[None], f, f),
            lambda: library.baddbmm(d[None], f[None], f[None]),
            lambda: library.addmv(library.ones(3), f, f[0]),
            lambda: library.addmv(d[0], f, f[0]),
            lambda: library.outer(f, f),
            lambda: library.inner(f, library.ones(3, 3)),
            lambda: library.addr(f, f, f[0]),
            lambda: library.addr(i, i[0], i[0], beta=0.5),
            lambda: library.addbmm(f, library.ones(2, 2, 3), library.ones(2, 4, 2)),
            lambda: library.tensordot(f, d, 1),
            lambda: library.tensordot(f, f, -1),
            lambda: library.einsum("ij,jk", f),
            lambda: library.einsum("ij->k", f),
            lambda: library.einsum("i->i", f),
            lambda: library.einsum("ij->ii", f),
            lambda: library.einsum("i1->i", f),
            lambda: library.einsum("ij,ij->i", f, library.ones(3, 3)),
            lambda: library.bilinear(f, f, library.ones(3, 2, 2).double()),
            *(lambda call=call: call(library, d) for call in _OUTS),
            lambda: library.matmul(library.ones(2, 3, 4), library.ones(2, 3, 4)),
            lambda: library.matmul(library.ones(2, 3, 4), library.ones(2, 4, 4).double()),
            lambda: library.matmul(library.ones(2, 3, 4), library.ones(3, 4, 4)),
            lambda: library.matmul(library.ones(2, 3, 4), library.ones(3, 4)),
            lambda: library.matmul(library.ones(2, 3, 4), library.ones(3)),
            lambda: library.addmm(f, f, f, beta=1j),
        ]

    for at, (mine, theirs) in enumerate(zip(calls(rl), calls(torch), strict=True)):
        got, want = outcome(mine), outcome(theirs)
        assert isinstance(want, Exception) and type(got) is type(want), f"case {at}: {got!r} where PyTorch raises {want!r}"

"""Every real dtype converted to every other, bit for bit as PyTorch does: in range, out of range, NaN, denormals."""
from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rushlight.runtime import dtype as dtypes
from rushlight.runtime.kernels.compiling import conversions
from rushlight.runtime.kernels.compiling.compiler import compile_recipe
from rushlight.runtime.kernels.loops import pointwise
from rushlight.runtime.kernels.running.engine import load
from rushlight.runtime.kernels.running.launch import launch
from rushlight.runtime.ops.host import bits
from rushlight.runtime.tensor import Tensor, from_numpy, new_empty

torch = pytest.importorskip("torch")

REAL = [dtype for dtype in dtypes.ALL if dtype.computes and not dtype.is_complex]
CARRIERS = {1: torch.uint8, 2: torch.int16, 4: torch.int32, 8: torch.int64}
NUMBERS = [
    0.0, -0.0, 1, -1, 0.5, -0.5, 1.5, 2.5, -1.5, 127, 128, 129, -128, -129, 255, 256, 300, -300, 32767, 32768, -32769, 65504, 65519,
    65520, 65535, 65536, -70000, 2**31 - 1, 2**31, -(2**31) - 1, 3e9, 3000000001.0, 2**32 - 1, 2**32, -3e9, 2.0**40 + 5, 2.0**63 - 1024,
    2.0**63, -(2.0**63), 2.0**64 - 2048, 2.0**64, 1e20, -1e20, 1e30, 1e39, 1e300, -1e300, np.inf, -np.inf, np.nan, 1e-8, 6e-8, 2.9e-8,
    1e-40, 1e-45, 1e-310, 1.0009765625, 1.00048828125, 1.00146484375, 1.00390625, 1.01171875, np.pi, 1 / 3,
]


def source_items(name: str) -> Any:
    """The awkward numbers of a dtype, as PyTorch's tensor; of the formats of 16 bits every number."""
    if name in ("float16", "bfloat16"):
        return torch.arange(-32768, 32768, dtype=torch.int32).to(torch.int16).view(getattr(torch, name))
    items = torch.tensor(NUMBERS * 3, dtype=torch.float64).to(getattr(torch, name))
    if not name.startswith(("int", "uint")):
        return items
    any_bits = torch.randint(-(2**63), 2**63 - 1, (200,), generator=torch.Generator().manual_seed(0))
    return torch.cat([items, any_bits.to(items.dtype), (any_bits >> 20).to(items.dtype)])


def as_bits(items: Any) -> np.ndarray[Any, Any]:
    """The bit patterns of PyTorch's tensor, every NaN the same."""
    if items.dtype.is_floating_point:
        items = torch.where(torch.isnan(items), torch.full_like(items, torch.nan), items)
    return (items.to(torch.uint8) if items.dtype == torch.bool else items.view(CARRIERS[items.element_size()])).numpy()


def ours(items: Any) -> Tensor:
    """The same bits as a tensor of ours."""
    carrier = from_numpy(items.view(CARRIERS[items.element_size()]).numpy().copy())
    return Tensor(carrier.memory, carrier.layout, dtypes.by_name(str(items.dtype).removeprefix("torch.")))


def theirs(tensor: Tensor) -> Any:
    """The same bits as PyTorch's tensor."""
    return torch.from_numpy(bits(tensor)).view(getattr(torch, tensor.dtype.name))


@pytest.mark.parametrize("source", REAL, ids=lambda dtype: dtype.name)
def test_cast(source: dtypes.DType) -> None:
    items = source_items(source.name)
    for target in REAL:
        want = items.to(getattr(torch, target.name))
        got = theirs(ours(items).to(target))
        same = as_bits(got) == as_bits(want)
        if (source.name, target.name) == ("float16", "uint32"):
            # PyTorch gives 0 for NaN and -inf here, and 2**31 from every other floating dtype
            same |= ~(items > -torch.inf).numpy()
        assert same.all(), f"{target.name}: {items[~torch.from_numpy(same)][:5]}"


def test_float16_without_instructions(monkeypatch: pytest.MonkeyPatch) -> None:
    """CPUs that lack F16C convert by arithmetic on the bits."""
    monkeypatch.setattr(conversions, "has_half_instructions", lambda: False)

    def convert(source: dtypes.DType, target: dtypes.DType, items: Any) -> Any:
        recipe = pointwise.pointwise_recipe(pointwise.identity, (source,), source, (target,), 0, (1, 1))
        entry = compile_recipe(recipe, f"without_f16c_{source.name}")
        assert not entry.undefined

        given = ours(items)
        out = new_empty((len(items),), target)
        launch(load([entry])[0], (given.address, out.address), len(items))
        return theirs(out)

    halves = source_items("float16")
    singles = torch.cat([source_items("float32"), halves.float(), halves.float() * 1.00049, torch.rand(20000) * 1e-7])
    assert (as_bits(convert(dtypes.float16, dtypes.float32, halves)) == as_bits(halves.float())).all()
    assert (as_bits(convert(dtypes.float32, dtypes.float16, singles)) == as_bits(singles.half())).all()

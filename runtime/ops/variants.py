"""In-place and `out=` overloads, made from the functional row that they belong to.

PyTorch names most of them mechanically: `add_.Tensor` belongs to `add.Tensor`, `sum.IntList_out` to `sum.IntList`. Which of
these names exist is read from overload_order.txt, which also says in which order PyTorch tries the overloads of a name.
"""
from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from .table import Kind, Op, keys_of, lookup

_DERIVING = (Kind.POINTWISE, Kind.REDUCTION, Kind.KERNEL, Kind.COMPOSITE, Kind.HOST)


@cache
def overload_orders() -> dict[str, tuple[str, ...]]:
    """Operator name -> its overload names in the order PyTorch 2.13 tries them ("" is the unnamed one)."""
    text = files("rushlight.runtime.ops").joinpath("overload_order.txt").read_text("ascii")
    orders: dict[str, tuple[str, ...]] = {}
    for line in text.splitlines():
        name, _, overloads = line.partition("\t")
        orders[name] = tuple("" if overload == "<default>" else overload for overload in overloads.split())
    return orders


def derive(key: str) -> Op | None:
    """The in-place or out= overload called `key`, if PyTorch has it and the table has its functional row."""
    name, _, overload = key.partition(".")
    if overload not in overload_orders().get(name, ()):
        return None
    if key in _PAIRS:
        return _derive_pair(key, name, *_PAIRS[key])
    if overload.endswith("out"):
        return _derive_out(key, name, overload)
    if name.endswith("_") and not name.endswith("__"):
        return _derive_in_place(key, name, overload)
    return None


def _derive_in_place(key: str, name: str, overload: str) -> Op | None:
    # pow_.Scalar belongs to pow.Tensor_Scalar: pow.Scalar is the one of a number to the power of a tensor
    for candidate in (overload, f"Tensor_{overload}"):
        base_key = f"{name[:-1]}.{candidate}" if candidate else name[:-1]
        base = lookup(base_key) if base_key in keys_of(name[:-1]) else None
        if base is None or base.kind not in _DERIVING or "(Tensor self" not in base.text or not base.text.endswith(" -> Tensor"):
            continue
        arguments = base.text[base.text.index("(") :].replace("(Tensor self", "(Tensor(a!) self", 1)
        return Op(key, f"{key}{arguments}(a!)", base.kind, base.body, base.traits, base)
    return None


_OUT_OF = {
    "aten::all": "dim", "aten::any": "dim", "aten::max": "other", "aten::min": "other", "aten::mean": "dim", "aten::clamp": "",
    "aten::clamp_min": "", "aten::clamp_max": "", "aten::std": "dim", "aten::var": "dim",
}
"""Which overload the one called `out` belongs to, where it is neither `Tensor` nor the unnamed one."""
_PAIRS = {
    "aten::max.dim_max": ("dim", "max", "max_values"), "aten::min.dim_min": ("dim", "min", "min_indices"),
    "aten::aminmax.out": ("", "min", "max"), "aten::cummax.out": ("", "values", "indices"), "aten::cummin.out": ("", "values", "indices"),
    "aten::sort.values": ("", "values", "indices"), "aten::sort.values_stable": ("stable", "values", "indices"),
    "aten::topk.values": ("", "values", "indices"), "aten::kthvalue.values": ("", "values", "indices"),
    "aten::mode.values": ("", "values", "indices"), "aten::median.dim_values": ("dim", "values", "indices"),
    "aten::nanmedian.dim_values": ("dim", "values", "indices"),
}
"""Overloads that write two results: the overload each belongs to, and the names of its outputs."""
_OPTIONS = re.compile(r", ScalarType\? dtype=(None|4), Layout\? layout=None, Device\? device=None, bool\? pin_memory=None")
"""What factories take to choose a tensor's dtype and place: `out` says these already."""


def _bases_of_out(name: str, overload: str) -> tuple[str, ...]:
    if overload != "out":
        # sum.IntList_out belongs to sum.dim_IntList, prod.int_out to prod.dim_int
        return overload.removesuffix("_out"), f"dim_{overload.removesuffix('_out')}"
    return (_OUT_OF[name],) if name in _OUT_OF else ("Tensor", "")


def _derive_out(key: str, name: str, overload: str) -> Op | None:
    for candidate in _bases_of_out(name, overload):
        base_key = f"{name}.{candidate}" if candidate else name
        base = lookup(base_key) if base_key in keys_of(name) else None
        if base is None or base.kind not in _DERIVING or not base.text.endswith(") -> Tensor"):
            continue
        arguments = _OPTIONS.sub("", base.text[base.text.index("(") + 1 : -len(") -> Tensor")]).removesuffix(", *")
        star = "" if "*, " in arguments else "*, "
        return Op(key, f"{key}({arguments}, {star}Tensor(a!) out) -> Tensor(a!)", base.kind, base.body, base.traits, base)
    return None


def _derive_pair(key: str, name: str, overload: str, first: str, second: str) -> Op | None:
    base_key = f"{name}.{overload}" if overload else name
    base = lookup(base_key) if base_key in keys_of(name) else None
    if base is None:
        return None
    arguments, results = base.text[base.text.index("(") + 1 :].split(") -> (")
    star = "" if "*, " in arguments else "*, "
    results = results.replace("Tensor ", "Tensor(a!) ", 1).replace(", Tensor ", ", Tensor(b!) ", 1)
    text = f"{key}({arguments}, {star}Tensor(a!) {first}, Tensor(b!) {second}) -> ({results}"
    return Op(key, text, base.kind, base.body, base.traits, base)

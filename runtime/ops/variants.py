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
    if overload not in overload_orders().get(name, ()) and not (name.startswith("rushlight::") and name.endswith("_")):
        return None
    if key in _SEVERAL:
        return _derive_several(key, name, *_SEVERAL[key])
    if overload.endswith("out") or key in _BASES:
        return _derive_out(key, name, overload) or _derive_several(key, name, overload.removesuffix("out").removesuffix("_"), "")
    if name.endswith("_") and not name.endswith("__"):
        return _derive_in_place(key, name, overload)
    return None


def _derive_in_place(key: str, name: str, overload: str) -> Op | None:
    # pow_.Scalar belongs to pow.Tensor_Scalar: pow.Scalar is the one of a number to the power of a tensor
    for candidate in (overload, f"Tensor_{overload}" if overload else "Tensor", ""):
        base_key = f"{name[:-1]}.{candidate}" if candidate else name[:-1]
        base = lookup(base_key) if base_key in keys_of(name[:-1]) else None
        if base is None or base.kind not in _DERIVING or "(Tensor self" not in base.text or not base.text.endswith(" -> Tensor"):
            continue
        arguments = base.text[base.text.index("(") :].replace("(Tensor self", "(Tensor(a!) self", 1)
        return Op(key, f"{key}{arguments}(a!)", base.kind, base.body, base.traits, base)
    return None


_OUT_OF = {
    "aten::all": "dim", "aten::any": "dim", "aten::max": "other", "aten::min": "other", "aten::mean": "dim", "aten::clamp": "",
    "aten::clip": "", "aten::clamp_min": "", "aten::clamp_max": "", "aten::std": "dim", "aten::var": "dim",
}
"""Which overload the one called `out` belongs to, where it is neither `Tensor` nor the unnamed one."""
_BASES = {
    "aten::div.out_mode": "Tensor_mode", "aten::divide.out_mode": "Tensor_mode", "aten::max.unary_out": "", "aten::min.unary_out": "",
    "aten::mean.dtype_out": "", "aten::norm.out": "ScalarOpt_dim", "aten::norm.dtype_out": "ScalarOpt_dim_dtype",
    "aten::frobenius_norm.out": "dim", "aten::all.all_out": "", "aten::any.all_out": "", "aten::empty.out": "memory_format",
    "aten::xlogy.OutTensor": "Tensor", "aten::xlogy.OutScalar_Self": "Scalar_Self", "aten::xlogy.OutScalar_Other": "Scalar_Other",
    "aten::linalg_matrix_rank.out_tol_tensor": "tol_tensor", "aten::linalg_pinv.out_rcond_tensor": "rcond_tensor", "aten::range.out_": "",
}
"""Overloads with `out` whose functional overload cannot be told from their names."""
_SEVERAL: dict[str, tuple[str, str]] = {
    "aten::max_pool2d_with_indices.out": ("", "out indices"), "aten::max_pool3d_with_indices.out": ("", "out indices"),
    "aten::adaptive_max_pool2d.out": ("", "out indices"), "aten::adaptive_max_pool3d.out": ("", "out indices"),
    "aten::fractional_max_pool2d.output": ("", "output indices"), "aten::fractional_max_pool3d.output": ("", "output indices"),
    "aten::nll_loss_forward.output": ("", "output total_weight"), "aten::nll_loss2d_forward.output": ("", "output total_weight"),
    "aten::multilabel_margin_loss_forward.output": ("", "output is_target"),
    "aten::max.dim_max": ("dim", "max max_values"), "aten::min.dim_min": ("dim", "min min_indices"), "aten::aminmax.out": ("", ""),
    "aten::cummax.out": ("", ""), "aten::cummin.out": ("", ""), "aten::sort.values": ("", ""),
    "aten::sort.values_stable": ("stable", ""), "aten::topk.values": ("", ""), "aten::kthvalue.values": ("", ""),
    "aten::mode.values": ("", ""), "aten::median.dim_values": ("dim", ""), "aten::nanmedian.dim_values": ("dim", ""),
    "aten::frexp.Tensor_out": ("Tensor", ""), "aten::linalg_cholesky_ex.L": ("", ""), "aten::geqrf.a": ("", ""),
    "aten::linalg_qr.out": ("", ""), "aten::qr.Q": ("", ""), "aten::linalg_lu_factor_ex.out": ("", ""),
    "aten::linalg_lu_factor.out": ("", ""), "aten::linalg_lu.out": ("", ""), "aten::lu_unpack.out": ("", ""),
    "aten::linalg_svd.U": ("", ""), "aten::_linalg_svd.U": ("", ""), "aten::svd.U": ("", ""),
    "aten::linalg_eigh.eigvals": ("", "eigvals eigvecs"), "aten::_linalg_eigh.eigenvalues": ("", ""), "aten::linalg_eig.out": ("", ""),
    "aten::native_batch_norm.out": ("", "out save_mean save_invstd"),
    "aten::_native_batch_norm_legit.out": ("", "out save_mean save_invstd"),
    "aten::_native_batch_norm_legit.no_stats_out": ("no_stats", "out save_mean save_invstd"),
    "aten::_batch_norm_with_update.out": ("", "out save_mean save_invstd reserve"),
    "aten::linalg_slogdet.out": ("", ""), "aten::slogdet.out": ("", ""), "aten::linalg_inv_ex.inverse": ("", ""),
    "aten::linalg_solve_ex.out": ("", ""), "aten::linalg_lstsq.out": ("", ""), "aten::triangular_solve.X": ("", "X M"),
}
"""Overloads that write several results: the overload each belongs to, and its outputs' names where they are not the results'."""
_OUT_NAMES = {"aten::_softmax_backward_data.out": "grad_input"}
"""Overloads whose one result has another name than `out`."""
_OPTIONS = re.compile(r", ScalarType\? dtype=(None|4), Layout\? layout=None, Device\? device=None, bool\? pin_memory=None")
"""What factories take to choose a tensor's dtype and place: `out` says these already."""


def _bases_of_out(name: str, overload: str) -> tuple[str, ...]:
    if f"{name}.{overload}" in _BASES:
        return (_BASES[f"{name}.{overload}"],)
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
        out = _OUT_NAMES.get(key, "out")
        return Op(key, f"{key}({arguments}, {star}Tensor(a!) {out}) -> Tensor(a!)", base.kind, base.body, base.traits, base)
    return None


def _derive_several(key: str, name: str, overload: str, outputs: str) -> Op | None:
    base_key = f"{name}.{overload}" if overload else name
    base = lookup(base_key) if base_key in keys_of(name) else None
    if base is None or ") -> (Tensor" not in base.text or base.kind not in _DERIVING:
        return None
    arguments, results = base.text[base.text.index("(") + 1 :].split(") -> (")
    # PyTorch's makers of overloads count results without names
    names = [result.removeprefix("Tensor") for result in results.removesuffix(")").split(", ")]
    star = "" if "*, " in arguments else "*, "
    given = outputs.split() or [name.strip() or f"out{at}" for at, name in enumerate(names)]
    letters = "defg" if "!)" in arguments else "abcd"
    written = ", ".join(f"Tensor({letter}!) {one}" for letter, one in zip(letters, given))
    if outputs and key.endswith(".output"):
        names = [""] * len(names)
    returned = ", ".join(f"Tensor({letter}!){one}" for letter, one in zip(letters, names))
    return Op(key, f"{key}({arguments}, {star}{written}) -> ({returned})", base.kind, base.body, base.traits, base)

"""LLVM text of functions that are wanted seldom (`primitives.seldom`): out of line, with a test for a whole vector at a time.

In: the symbol of the function as numba compiled it, and the range in which it is not wanted. Out: the text of a module with a
function in numba's convention that gives `usual` inside that range. LLVM's vectorizer replaces calls of its core by the
variants for vectors (they are named by the attribute "vector-function-abi-variant"), which compiler.py then has inlined: a
vector pays two comparisons and a branch. The wanted values are worked out in one loop over the items of the vector.
"""
from __future__ import annotations

import hashlib
import struct

from .llvm_text import CHECK, STORAGE

_WIDTHS = (2, 4, 8, 16)
_NAMES = ("x", "y")


def seldom_text(symbol: str, inner: str, dtype: str, count: int, low: float, high: float) -> str:
    """The module of `symbol(x, usual)` around `inner(x)`, or of `symbol(x, y, usual)` around `inner(x, y)`: `count` is 1 or 2.

    Both are in numba's convention, `dtype` is floating.
    """
    kind, names = STORAGE[dtype], _NAMES[:count]
    core = f"rushlight_seldom_{hashlib.blake2b(symbol.encode(), digest_size=8).hexdigest()}"
    variants = ",".join(f"_ZGV_LLVM_N{width}{'v' * (count + 1)}_{core}({core}_{width})" for width in _WIDTHS)
    bounds = _constant(low, dtype), _constant(high, dtype)
    used = ", ".join(f"ptr @{core}_{width}" for width in _WIDTHS)
    attributes = f'noinline nounwind willreturn memory(none) "vector-function-abi-variant"="{variants}"'
    parameters = _listed(kind, (*names, "usual"))
    return f"""{CHECK}
declare i32 @"{inner}"(ptr, ptr{f", {kind}" * count})
{_each(kind, core, inner, names, bounds)}
define internal {kind} @{core}({parameters}) {attributes} {{
{_choose(kind, kind, "i1", 1, core, names, bounds)}
}}
{"".join(_variant(kind, width, core, names, bounds) for width in _WIDTHS)}
@llvm.compiler.used = appending global [{len(_WIDTHS)} x ptr] [{used}], section "llvm.metadata"
define i32 @"{symbol}"(ptr %result, ptr %exception, {parameters}) alwaysinline {{
  %value = call {kind} @{core}({parameters})
  store {kind} %value, ptr %result
  ret i32 0
}}
!1 = !{{!"branch_weights", i32 10000, i32 1}}
"""


def _listed(kind: str, names: tuple[str, ...]) -> str:
    return ", ".join(f"{kind} %{name}" for name in names)


def _each(kind: str, core: str, inner: str, names: tuple[str, ...], bounds: tuple[str, str]) -> str:
    """The function over those items of a vector that want it, whose first argument is replaced by the results."""
    loads = "\n".join(
        f"  %{name}_place = getelementptr {kind}, ptr %{name}_items, i64 %i\n  %{name} = load {kind}, ptr %{name}_place" for name in names
    )
    pointers = ", ".join(f"ptr noalias %{name}_items" for name in names)
    return f"""define internal void @{core}_each({pointers}, i64 %count) noinline cold nounwind willreturn memory(argmem: readwrite) {{
entry:
  %result = alloca {kind}
  %exception = alloca ptr
  br label %loop
loop:
  %i = phi i64 [0, %entry], [%j, %next]
{loads}
{_inside(kind, "i1", bounds)}
  br i1 %inside, label %next, label %wanted
wanted:
  %status = call i32 @"{inner}"(ptr %result, ptr %exception, {_listed(kind, names)})
  call void @rushlight_check(i32 %status)
  %value = load {kind}, ptr %result
  store {kind} %value, ptr %x_place
  br label %next
next:
  %j = add nuw nsw i64 %i, 1
  %more = icmp slt i64 %j, %count
  br i1 %more, label %loop, label %done
done:
  ret void
}}"""


def _variant(kind: str, width: int, core: str, names: tuple[str, ...], bounds: tuple[str, str]) -> str:
    vector, flags = f"<{width} x {kind}>", f"<{width} x i1>"
    splats = f"splat ({kind} {bounds[0]})", f"splat ({kind} {bounds[1]})"
    return f"""
declare i1 @llvm.vector.reduce.and.v{width}i1({flags})
define internal {vector} @{core}_{width}({_listed(vector, (*names, "usual"))}) alwaysinline nounwind willreturn memory(none) {{
{_choose(vector, kind, flags, width, core, names, splats)}
}}
"""


def _choose(whole: str, kind: str, flags: str, width: int, core: str, names: tuple[str, ...], bounds: tuple[str, str]) -> str:
    """The body of one variant."""
    every = f"  %all = call i1 @llvm.vector.reduce.and.v{width}i1({flags} %inside)" if width > 1 else "  %all = and i1 %inside, true"
    memory = "\n".join(f"  %{name}_items = alloca [{width} x {kind}], align 64" for name in names)
    stores = "\n".join(f"  store {whole} %{name}, ptr %{name}_items" for name in names)
    return f"""entry:
{memory}
{_inside(whole, flags, bounds)}
{every}
  br i1 %all, label %done, label %far, !prof !1
far:
{stores}
  call void @{core}_each({", ".join(f"ptr %{name}_items" for name in names)}, i64 {width})
  %values = load {whole}, ptr %x_items
  %mixed = select {flags} %inside, {whole} %usual, {whole} %values
  br label %done
done:
  %out = phi {whole} [%usual, %entry], [%mixed, %far]
  ret {whole} %out"""


def _inside(whole: str, flags: str, bounds: tuple[str, str]) -> str:
    """%inside: where %x is in the range; one comparison where there is no upper end, which holds for NaN."""
    if _INFINITE in bounds[1]:
        return f"  %inside = fcmp uge {whole} %x, {bounds[0]}"
    return f"""  %above = fcmp oge {whole} %x, {bounds[0]}
  %below = fcmp ole {whole} %x, {bounds[1]}
  %inside = and {flags} %above, %below"""


_INFINITE = "0x7FF0000000000000"


def _constant(value: float, dtype: str) -> str:
    exact = struct.unpack("<f", struct.pack("<f", value))[0] if dtype == "float32" else value
    return f"0x{struct.unpack('<Q', struct.pack('<d', exact))[0]:016X}"

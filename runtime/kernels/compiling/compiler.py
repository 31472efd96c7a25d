"""From a recipe to a kernel: the store first, else its LLVM text, linked, optimized, emitted, kept.

In: a `Recipe`, everything that a kernel's code depends on and a way to make its LLVM text. Out: `Kernel`. numba is imported
only by recipes that need it, when the store has no entry; with an entry neither numba nor llvmlite is. Loop makers (loops/pointwise.py,
loops/reduction.py, ...) write recipes, through `emitted_kernel` where loops are emitted, `function_kernel` where numba makes them.

The key of an entry is a digest of the recipe's identity: the bytecode of the scalar functions and of all they call, the
sources of the loop maker and of what it imports here, the versions of Python, numba and llvmlite, the CPU's name and features.
"""
from __future__ import annotations

import functools
import hashlib
import os
import sys
import threading
import types
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ...forking import hold_at_fork
from ..running import engine
from ..running.engine import Kernel
from ..running.object_file import undefined_symbols
from ..running.processor import identity as processor_identity
from ..running.sources import digest_sources
from ..running.store import Entry, default_store
from .llvm_text import CHECK, RAISES

if TYPE_CHECKING:
    from .emitter import Builder
    from .functions import Functions


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to make one kernel."""

    name: str
    """What the kernel does, as the beginning of its symbol: letters, digits, underscores."""
    identity: tuple[object, ...]
    """What its code depends on: strings, numbers, functions (and what they call), tuples of these."""
    emit: Callable[[str], Iterable[str]]
    """LLVM modules as text, the first of which defines the symbol that it is given."""
    maker: str = __name__
    """The module whose source says how `emit` writes the kernel."""
    processor: tuple[str, str] | None = None
    """LLVM's processor and features to compile for; None: this host's (isa.py)."""


_kernels: dict[str, Kernel] = {}
_entries: dict[str, Entry] = {}
# one engine, and numba's lowering keeps state: a kernel is built by one thread at a time
_lock = threading.RLock()
# a child must not find the engine in the middle of a change
hold_at_fork(_lock)


def build(recipe: Recipe) -> Kernel:
    """The kernel of `recipe`: known, stored, or compiled now (some 30 ms)."""
    with _lock:
        key = key_of(recipe)
        known = _kernels.get(key)
        if known is not None:
            return known
        store = default_store()
        entry = store.read(key)
        if entry is None:
            entry = compile_recipe(recipe, f"{recipe.name}_{key[:12]}")
            store.write(key, entry)
        return _load({key: entry})[0]


def load_entries(entries: Mapping[str, Entry]) -> None:
    """Make kernels known by their keys, loaded in one step; those known already stay."""
    with _lock:
        _load({key: entry for key, entry in entries.items() if key not in _kernels})


def built_entries() -> dict[str, Entry]:
    """The object code of all kernels that this process has built or loaded, by key."""
    with _lock:
        return dict(_entries)


def _load(entries: Mapping[str, Entry]) -> list[Kernel]:
    kernels = engine.load(list(entries.values()))
    _kernels.update(zip(entries, kernels, strict=True))
    _entries.update(entries)
    return kernels


def compile_recipe(recipe: Recipe, symbol: str) -> Entry:
    """Object code of `recipe`, whatever the store has; RuntimeError if it would raise or needs a symbol not allowed."""
    return emit_object(symbol, list(recipe.emit(symbol)), recipe.processor)


def emit_object(symbol: str, texts: list[str], processor: tuple[str, str] | None = None) -> Entry:
    """LLVM modules -> one optimized object that shows `symbol` alone."""
    llvm = engine.initialize()
    machine = engine.target_machine(llvm, processor)
    module = llvm.parse_assembly(texts[0])
    for text in texts[1:]:
        module.link_in(llvm.parse_assembly(text))
    module.triple, module.data_layout = machine.triple, str(machine.target_data)
    for item in (*module.functions, *module.global_variables):
        if not item.is_declaration and item.name != symbol and not item.name.startswith("llvm."):
            item.linkage = "internal"
    for item in module.functions:
        # a loop over a call is not vectorized, and the inliner leaves out what is large
        if not item.is_declaration and item.name != symbol and not any(b"noinline" in words for words in item.attributes):
            item.add_function_attribute("alwaysinline")
    options = llvm.create_pipeline_tuning_options(2)
    # vectorized loops are interleaved already; unrolling the others doubles the time to compile and gains nothing
    options.loop_unrolling = False
    passes = llvm.create_pass_builder(machine, options)
    passes.getModulePassManager().run(module, passes)
    if any(item.name == "llvm.compiler.used" for item in module.global_variables):
        # the vector variants of functions that are wanted seldom stood apart for the vectorizer alone
        inliner = llvm.create_new_module_pass_manager()
        inliner.add_always_inliner_pass()
        inliner.run(module, passes)
    if any(item.name == RAISES for item in module.functions):
        raise RuntimeError(f"kernel {symbol}: its code can raise; a kernel returns a status instead")
    code = machine.emit_object(module)
    undefined = tuple(sorted(undefined_symbols(code)))
    foreign = [name for name in undefined if name not in engine.ALLOWED_SYMBOLS]
    if foreign:
        raise RuntimeError(f"kernel {symbol}: needs {', '.join(foreign)}, which kernels may not use; see engine.ALLOWED_SYMBOLS")
    return Entry(symbol, undefined, code)


def disassemble(recipe: Recipe) -> str:
    """The machine code of `recipe` as text, to see whether a loop vectorized."""
    import subprocess
    import tempfile

    entry = compile_recipe(recipe, "kernel")
    with tempfile.NamedTemporaryFile(suffix=".o") as file:
        file.write(entry.code)
        file.flush()
        return subprocess.run(["objdump", "-d", "--no-show-raw-insn", file.name], capture_output=True, text=True, check=True).stdout


def wrap_kernel(symbol: str, lowered_symbol: str) -> str:
    """LLVM text of the plain C function `symbol` around a kernel in numba's calling convention."""
    return f"""{CHECK}
declare i32 @"{lowered_symbol}"(ptr, ptr, ptr, i64, i64)
define i64 @{symbol}(ptr %words, i64 %start, i64 %stop) {{
  %result = alloca i64
  %exception = alloca ptr
  %raised = call i32 @"{lowered_symbol}"(ptr %result, ptr %exception, ptr %words, i64 %start, i64 %stop)
  call void @rushlight_check(i32 %raised)
  %status = load i64, ptr %result
  ret i64 %status
}}
"""


def function_kernel(name: str, function: Callable[..., Any], compute: str, *identity: object) -> Kernel:
    """The kernel of a Python function `function(words, start, stop) -> status`, written with primitives.py.

    `compute` names the dtype that the scalar functions which it calls compute in. `identity` is what its code depends on
    beside its own bytecode, its closure and what it calls.
    """

    def emit(symbol: str) -> Iterable[str]:
        from .lowering import lower_kernel

        lowered = lower_kernel(function, compute)
        if str(lowered.result) != "int64":
            raise RuntimeError(f"kernel {name}: returns {lowered.result}, not an int64 status")
        return (wrap_kernel(symbol, lowered.symbol), *lowered.texts)

    return build(Recipe(name, ("function", function, compute, *identity), emit, function.__module__))


def emitted_kernel(
    name: str, write: Callable[[Builder, Functions], None], *identity: object, processor: tuple[str, str] | None = None
) -> Kernel:
    """The kernel that `write` describes with a builder (emitter.py), which takes some 10 ms.

    `identity` is what `write` depends on beside the source of its module: dtypes, options, scalar functions. `processor` is
    another target than this host (isa.target).
    """
    return build(emitted_recipe(name, write, *identity, processor=processor))


def emitted_recipe(
    name: str, write: Callable[[Builder, Functions], None], *identity: object, processor: tuple[str, str] | None = None
) -> Recipe:
    """The recipe of `emitted_kernel`, to look at its code."""

    def emit(symbol: str) -> Iterable[str]:
        from .emitter import Builder
        from .functions import Functions

        builder, functions = Builder(symbol), Functions()
        write(builder, functions)
        if functions.texts and not _has_function(identity):
            raise RuntimeError(f"kernel {name}: calls scalar functions that numba compiles, so its identity must hold them")
        return (builder.finish(), *functions.texts)

    return Recipe(name, ("emitted", *identity), emit, write.__module__, processor)


# Keys

_PIPELINE = tuple(f"{__package__}.{name}" for name in ("compiler", "emitter"))
_SCALAR_PIPELINE = tuple(f"{__package__}.{name}" for name in ("functions", "lowering", "pointwise_steps", "seldom"))
"""Makers of scalar functions, and what their literals and calls of `math` become."""


def key_of(recipe: Recipe) -> str:
    """Hex digits that differ whenever the code of `recipe` might."""
    pipeline = _PIPELINE + _SCALAR_PIPELINE if _has_function(recipe.identity) else _PIPELINE
    digest = hashlib.blake2b(environment() + digest_sources(*pipeline, recipe.maker), digest_size=24)
    absorb(digest.update, recipe.name, {})
    absorb(digest.update, recipe.identity, {})
    absorb(digest.update, recipe.processor, {})
    return digest.hexdigest()


def _has_function(value: object) -> bool:
    return isinstance(value, types.FunctionType) or (isinstance(value, tuple) and any(_has_function(item) for item in value))


def absorb(update: Callable[[bytes], None], value: object, seen: dict[int, int]) -> None:
    """Feed a value into a digest so that different values are different texts; functions by what they do."""
    if isinstance(value, types.FunctionType):
        _absorb_function(update, value, seen)
    elif isinstance(value, tuple):
        update(b"(")
        for item in value:
            absorb(update, item, seen)
        update(b")")
    elif isinstance(value, types.CodeType):
        update(value.co_code)
        absorb(update, (value.co_consts, value.co_names, value.co_varnames, value.co_freevars, value.co_argcount), seen)
        absorb(update, getattr(value, "co_exceptiontable", b""), seen)
    elif isinstance(value, types.ModuleType):
        update(f"module {value.__name__};".encode())
    elif isinstance(value, type) or callable(value):
        update(f"{getattr(value, '__module__', '')}.{getattr(value, '__qualname__', repr(value))};".encode())
    else:
        text = f"{type(value).__name__} {value!r};"
        assert " at 0x" not in text, f"a kernel depends on {text} whose text differs in every process"
        update(b"%d:" % len(text) + text.encode())


def _absorb_function(update: Callable[[bytes], None], function: types.FunctionType, seen: dict[int, int]) -> None:
    if id(function) in seen:
        update(b"again %d;" % seen[id(function)])
        return
    seen[id(function)] = len(seen)
    absorb(update, function.__code__, seen)
    absorb(update, (function.__defaults__ or (), *sorted((function.__kwdefaults__ or {}).items())), seen)
    for cell in function.__closure__ or ():
        absorb(update, cell.cell_contents, seen)
    names = _names(function.__code__)
    for name in names:
        if name in function.__globals__:
            value = function.__globals__[name]
            absorb(update, (name, value), seen)
            if isinstance(value, types.ModuleType) and value.__name__.startswith("rushlight."):
                absorb(update, tuple(getattr(value, attribute) for attribute in names if hasattr(value, attribute)), seen)
    for name, marked in function.__dict__.get("_implementations", {}).items():
        absorb(update, (name, marked), seen)
    update(b"typed;" if function.__dict__.get("_typed") else b";")


def _names(code: types.CodeType) -> list[str]:
    names = list(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            names.extend(_names(constant))
    return names


@functools.cache
def environment() -> bytes:
    """What all kernels of this process depend on."""
    import llvmlite

    parts = (sys.implementation.cache_tag, sys.hexversion, _numba_version(), llvmlite.__version__, processor_identity())
    return hashlib.blake2b(repr(parts).encode()).digest()


def _numba_version() -> str:
    """numba's version without importing it: the name of the folder that its installer left beside it."""
    if "numba" in sys.modules:
        return sys.modules["numba"].__version__
    from importlib.util import find_spec

    found = find_spec("numba")
    if found is None or found.origin is None:
        return ""
    package = os.path.dirname(found.origin)
    for name in sorted(os.listdir(os.path.dirname(package))):
        if name.startswith("numba-") and name.endswith((".dist-info", ".egg-info")):
            return name.split("-")[1].removesuffix(".dist").removesuffix(".egg")
    with open(os.path.join(package, "_version.py"), encoding="utf-8") as file:
        return file.read()

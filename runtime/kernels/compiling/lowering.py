"""Python functions to LLVM text, by numba. Importing this module imports numba: only compiler.py does, when it compiles.

numba's own pipeline is cut to what straight scalar code and loops over pointers need, which halves its time, and stops at
LLVM text: numba neither optimizes nor loads anything. Two passes are ours: literals of a scalar function take the compute
dtype, and plain Python functions that it calls are compiled with it.
"""
# numba's annotations describe its private parts wrongly
# pyright: reportAttributeAccessIssue=false, reportPrivateImportUsage=false
# pyright: reportArgumentType=false, reportIncompatibleMethodOverride=false
from __future__ import annotations

import math
import types as python_types
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import compiler, cpu, funcdesc, lowering
from numba.core import ir as numba_ir
from numba.core.compiler_lock import global_compiler_lock
from numba.core.compiler_machinery import FunctionPass, LoweringPass, PassManager, register_pass
from numba.core.datamodel import models
from numba.core.errors import NumbaError
from numba.core.imputils import lower_constant
from numba.core.registry import cpu_target
from numba.core.typed_passes import IRLegalization, NopythonTypeInference, PreLowerStripPhis
from numba.core.typing import signature
from numba.core.untyped_passes import FixupArgs, IRProcessing, ReconstructSSA, TranslateByteCode
from numba.extending import lower_builtin, register_model, type_callable, typeof_impl

from ..mathematics.functions import VECTORIZED
from . import primitives
from .seldom import seldom_text

NUMBA_TYPES: dict[str, Any] = {
    "float32": types.float32,
    "float64": types.float64,
    "int64": types.int64,
    "uint64": types.uint64,
    "int32": types.int32,
    "uint8": types.uint8,
    "bool": types.boolean,
}
_LITERALS: dict[str, tuple[type[np.generic], ...]] = {
    # how a float literal and an int literal are spelled where this dtype computes
    "float32": (np.float32, np.float32),
    "float64": (np.float64, np.float64),
    "int64": (np.float64, np.int64),
    "uint64": (np.float64, np.uint64),
    "int32": (np.float64, np.int32),
    "uint8": (np.float64, np.uint8),
    "bool": (np.float64, np.int64),
}
_WORDS = types.CPointer(types.int64)
KERNEL_ARGUMENTS = (_WORDS, types.int64, types.int64)


class LoweringError(RuntimeError):
    """A function that cannot become a kernel, and why."""


@dataclass(frozen=True, slots=True)
class Lowered:
    """One compiled function: its symbol in numba's calling convention, its result, and all LLVM modules that it needs."""

    symbol: str
    result: Any
    texts: tuple[str, ...]


def lower_scalar(function: Callable[..., Any], arguments: Sequence[str], compute: str) -> Lowered:
    """`function` for arguments of these dtypes; its literals are of dtype `compute`."""
    return _lower(function, tuple(NUMBA_TYPES[name] for name in arguments), compute)


def lower_kernel(function: Callable[..., Any], compute: str) -> Lowered:
    """`function(words, start, stop) -> status`; the scalar functions that it calls compute in `compute`."""
    return _lower(primitives.typed(function), KERNEL_ARGUMENTS, compute)


def _lower(function: Callable[..., Any], arguments: tuple[Any, ...], compute: str) -> Lowered:
    _refresh()
    nested = _nested(function, compute)
    try:
        compiled = nested.compile(arguments)
    except NumbaError as error:
        raise LoweringError(f"{function.__qualname__}: cannot become a kernel: {error}") from error
    texts: dict[str, str] = {}
    _collect(compiled, texts)
    return Lowered(compiled.descriptor.llvm_func_name, types.unliteral(compiled.result), tuple(texts.values()))


def _refresh() -> None:
    cpu_target.typing_context.refresh()
    cpu_target.target_context.refresh()


def _collect(compiled: Compiled, texts: dict[str, str]) -> None:
    if compiled.descriptor.llvm_func_name in texts:
        return
    texts[compiled.descriptor.llvm_func_name] = compiled.text
    for library in compiled.libraries:
        if library.name not in texts and library.name != "nrt":
            texts[library.name] = library.get_llvm_str()
    for nested in compiled.calls:
        for one in list(nested.by_arguments.values()):
            _collect(one, texts)


# numba's pipeline


class Compiled:
    """What numba made of one function for one list of argument types."""

    def __init__(self, descriptor: Any, text: str, libraries: list[Any], result: Any, calls: list[Nested]) -> None:
        self.descriptor, self.text, self.libraries, self.result, self.calls = descriptor, text, libraries, result, calls


class Nested:
    """A plain Python function as a constant of the code that calls it."""

    def __init__(self, function: Callable[..., Any], compute: str) -> None:
        self.source = function
        self.function = function.__dict__.get("_implementations", {}).get(compute, function)
        self.compute = compute = function.__dict__.get("_compute", compute)
        self.literals = None if self.function.__dict__.get("_typed") else _LITERALS[compute]
        self.by_arguments: dict[tuple[Any, ...], Compiled] = {}
        self.calls: list[Nested] = []

    def compile(self, arguments: tuple[Any, ...]) -> Compiled:
        """Compile for these argument types, once."""
        known = self.by_arguments.get(arguments)
        if known is None:
            pipeline = type("_Pipeline", (_Pipeline,), {"nested": self})
            with global_compiler_lock:
                known = compiler.compile_extra(
                    cpu_target.typing_context, cpu_target.target_context, self.function, arguments, None, _flags(), {},
                    pipeline_class=pipeline,
                )
            if "_seldom" in self.function.__dict__:
                _lay_apart(known, arguments, self.function.__dict__["_seldom"])
            self.by_arguments[arguments] = known
            cpu_target.target_context.insert_user_function(known, known.descriptor)
        return known


def _lay_apart(compiled: Compiled, arguments: tuple[Any, ...], bounds: tuple[float, float]) -> None:
    """Replace what numba made of a function marked `seldom`; the function that it may call is the one that it calls."""
    inner = compiled.calls[0].by_arguments[arguments[:-1]]
    compiled.text = seldom_text(
        compiled.descriptor.llvm_func_name, inner.descriptor.llvm_func_name, str(arguments[0]), len(arguments) - 1, *bounds
    )


_shared: dict[tuple[Callable[..., Any], str], Nested] = {}


def _nested(function: Callable[..., Any], compute: str) -> Nested:
    """One `Nested` per function of a module, so that a helper such as exp is lowered once per process."""
    if "<locals>" in function.__qualname__ or "<lambda>" in function.__qualname__:
        return Nested(function, compute)
    known = _shared.get((function, compute))
    if known is None:
        known = _shared[function, compute] = Nested(function, compute)
    return known


def _flags() -> Any:
    flags = compiler.Flags()
    flags.no_cpython_wrapper = True
    flags.no_cfunc_wrapper = True
    flags.error_model = "numpy"
    flags.fastmath = cpu.FastMathOptions({"contract"})
    return flags


class _Pipeline(compiler.CompilerBase):
    nested: Nested

    def define_pipelines(self) -> list[Any]:
        manager = PassManager("rushlight")
        self.state.nested = self.nested
        for step in (
            TranslateByteCode, FixupArgs, IRProcessing, _Constants, ReconstructSSA,
            NopythonTypeInference, PreLowerStripPhis, IRLegalization, _Emit,
        ):
            manager.add_pass(step, step.__name__)
        manager.finalize()
        return [manager]


@register_pass(mutates_CFG=False, analysis_only=False)
class _Constants(FunctionPass):
    """float32: `x * 0.5` -> `x * float32(0.5)`; `helper(x)`, `math.exp(x)` -> calls of functions compiled for float32."""

    _name = "rushlight_constants"

    def __init__(self) -> None:
        FunctionPass.__init__(self)

    def run_pass(self, state: Any) -> bool:
        nested: Nested = state.nested
        _replace_math(state.func_ir, nested)
        for block in state.func_ir.blocks.values():
            for assignment in block.find_insts(numba_ir.Assign):
                source = assignment.value
                if isinstance(source, (numba_ir.Const, numba_ir.Global, numba_ir.FreeVar)):
                    value = _constant(source.value, nested)
                    if value is not source.value:
                        assignment.value = numba_ir.Global("constant", value, source.loc)
        return True


def _replace_math(func_ir: Any, nested: Nested) -> None:
    """`math.exp(x)` -> our exp, where mathematics/functions.py has one for the compute dtype: libm's are not vectorized."""
    modules = {
        assignment.target.name
        for block in func_ir.blocks.values()
        for assignment in block.find_insts(numba_ir.Assign)
        if isinstance(assignment.value, (numba_ir.Global, numba_ir.FreeVar)) and assignment.value.value is math
    }
    for block in func_ir.blocks.values() if modules else ():
        for assignment in block.find_insts(numba_ir.Assign):
            source = assignment.value
            if isinstance(source, numba_ir.Expr) and source.op == "getattr" and source.value.name in modules:
                ours = VECTORIZED.get((source.attr, nested.compute))
                if ours is not None:
                    assignment.value = numba_ir.Global("constant", _call_target(ours, nested), source.loc)


def _call_target(function: Callable[..., Any], caller: Nested) -> Nested:
    called = next((one for one in caller.calls if one.source is function), None)
    if called is None:
        called = _nested(function, caller.compute)
        caller.calls.append(called)
    return called


def _constant(value: Any, nested: Nested) -> Any:
    if isinstance(value, python_types.FunctionType) and value not in _PRIMITIVES:
        return _call_target(value, nested)
    if nested.literals is None:
        return value
    if type(value) is float:
        return nested.literals[0](value)
    if type(value) is int:
        made = np.int64(value).astype(nested.literals[1])
        return made if made == value else value
    if type(value) is tuple:
        return tuple(_constant(item, nested) for item in value)
    return value


@register_pass(mutates_CFG=True, analysis_only=False)
class _Emit(LoweringPass):
    """Typed numba IR -> the text of one LLVM module."""

    _name = "rushlight_emit"

    def __init__(self) -> None:
        LoweringPass.__init__(self)

    def run_pass(self, state: Any) -> bool:
        library = state.targetctx.codegen().create_library(state.func_id.func_qualname)
        modules: list[Any] = []
        libraries: list[Any] = []
        library.add_ir_module = modules.append
        library.add_linking_library = libraries.append
        descriptor = funcdesc.PythonFunctionDescriptor.from_specialized_function(
            state.func_ir, state.typemap, state.return_type, state.calltypes, mangler=state.targetctx.mangler,
            inline=False, noalias=False, abi_tags=(),
        )
        with state.targetctx.push_code_library(library):
            lowering.Lower(state.targetctx, library, descriptor, state.func_ir, metadata={}).lower()
        state.cr = Compiled(descriptor, str(modules[0]), libraries, state.return_type, state.nested.calls)
        return True


class NestedType(types.Callable, types.Opaque):
    """The type of a `Nested`: a call compiles it for the arguments' types."""

    def __init__(self, nested: Nested) -> None:
        self.nested = nested
        super().__init__(f"Nested({nested.function.__qualname__}, {id(nested)})")

    @property
    def key(self) -> Any:
        return self.nested

    def get_call_type(self, context: Any, args: Any, kws: Any) -> Any:
        if kws:
            name = self.nested.function.__qualname__
            raise LoweringError(f"{name}: called with keywords {sorted(kws)}; kernels pass arguments by position")
        compiled = self.nested.compile(tuple(types.unliteral(argument) for argument in args))
        return signature(compiled.result, *compiled.descriptor.argtypes)

    def get_call_signatures(self) -> tuple[list[Any], bool]:
        return [signature(one.result, *arguments) for arguments, one in self.nested.by_arguments.items()], True

    def get_impl_key(self, sig: Any) -> Any:
        return self.nested.by_arguments[tuple(sig.args)]


@typeof_impl.register(Nested)
def _type_of_nested(value: Nested, context: Any) -> NestedType:
    return NestedType(value)


register_model(NestedType)(models.OpaqueModel)


@lower_constant(NestedType)
def _lower_nested(context: Any, builder: Any, type_: Any, value: Any) -> Any:
    return context.get_dummy_value()


# Primitives

_PRIMITIVES: set[Callable[..., Any]] = set()
_FLOATS = (types.float32, types.float64)


def _primitive(function: Callable[..., Any], result: Any, arguments: tuple[Any, ...], emit: Callable[[Any, list[Any]], Any]) -> None:
    """Give `function` its meaning for these argument types: `emit(builder, values)`."""
    _SIGNATURES.setdefault(function, {})[arguments] = result
    if function not in _PRIMITIVES:
        _PRIMITIVES.add(function)
        table = _SIGNATURES[function]

        def typer(context: Any) -> Callable[..., Any]:
            def resolve(*given: Any) -> Any:
                exact = tuple(types.unliteral(one) for one in given)
                if exact not in table and all(isinstance(one, types.Integer | types.Boolean) for one in exact):
                    # numba has widened one of them: int32 beside int64
                    exact = (types.int64,) * len(exact)
                return signature(table[exact], *exact) if exact in table else None

            # numba binds a call to the signature of the typer, so it needs the right number of named parameters
            return _WITH_PARAMETERS[len(arguments)](resolve)

        type_callable(function)(typer)
    lower_builtin(function, *arguments)(lambda context, builder, sig, values: emit(builder, values))


_SIGNATURES: dict[Callable[..., Any], dict[tuple[Any, ...], Any]] = {}
_WITH_PARAMETERS: dict[int, Callable[[Callable[..., Any]], Callable[..., Any]]] = {
    0: lambda resolve: lambda: resolve(),
    1: lambda resolve: lambda a: resolve(a),
    2: lambda resolve: lambda a, b: resolve(a, b),
    3: lambda resolve: lambda a, b, c: resolve(a, b, c),
}


def _intrinsic(name: str) -> Callable[[Any, list[Any]], Any]:
    def emit(builder: Any, values: list[Any]) -> Any:
        kind = values[0].type
        suffix = {"float": "f32", "double": "f64"}.get(str(kind), str(kind))
        full_name = f"llvm.{name}.{suffix}"
        function = builder.module.globals.get(full_name)
        if function is None:
            function = ir.Function(builder.module, ir.FunctionType(kind, [kind] * len(values)), full_name)
        return builder.call(function, values)

    return emit


def _same(result: Any) -> Callable[[Any, list[Any]], Any]:
    return lambda builder, values: builder.bitcast(values[0], result)


def _scratch(kind: Any) -> Callable[[Any, list[Any]], Any]:
    def emit(builder: Any, values: list[Any]) -> Any:
        with builder.goto_entry_block():
            block = builder.alloca(ir.ArrayType(kind, primitives.SCRATCH))
        block.align = 32
        return builder.bitcast(block, kind.as_pointer())

    return emit


def _register() -> None:
    for kind in _FLOATS:
        _primitive(primitives.accumulate, kind, (kind, kind), lambda b, v: b.fadd(v[0], v[1], flags=("reassoc", "contract")))
        _primitive(primitives.accumulate_product, kind, (kind, kind), lambda b, v: b.fmul(v[0], v[1], flags=("reassoc",)))
        _primitive(primitives.maximum, kind, (kind, kind), _intrinsic("maximum"))
        _primitive(primitives.minimum, kind, (kind, kind), _intrinsic("minimum"))
        _primitive(primitives.fused_multiply_add, kind, (kind, kind, kind), _intrinsic("fma"))
        _primitive(primitives.round_half_even, kind, (kind,), _intrinsic("rint"))
        _primitive(primitives.floor, kind, (kind,), _intrinsic("floor"))
        _primitive(primitives.ceil, kind, (kind,), _intrinsic("ceil"))
        _primitive(primitives.truncate, kind, (kind,), _intrinsic("trunc"))
        _primitive(primitives.larger, kind, (kind, kind), _intrinsic("maximum"))
        _primitive(primitives.smaller, kind, (kind, kind), _intrinsic("minimum"))
        _primitive(primitives.square_root, kind, (kind,), _intrinsic("sqrt"))
        _primitive(primitives.rest_toward_zero, kind, (kind, kind), lambda b, v: b.frem(v[0], v[1]))
    for kind in (types.int64, types.int32, types.uint8, types.uint64):
        _primitive(primitives.accumulate, kind, (kind, kind), lambda b, v: b.add(v[0], v[1]))
        _primitive(primitives.accumulate_product, kind, (kind, kind), lambda b, v: b.mul(v[0], v[1]))
        sign = "s" if kind.signed else "u"
        _primitive(primitives.maximum, kind, (kind, kind), _intrinsic(f"{sign}max"))
        _primitive(primitives.minimum, kind, (kind, kind), _intrinsic(f"{sign}min"))
        for function in (primitives.round_half_even, primitives.floor, primitives.ceil, primitives.truncate):
            _primitive(function, kind, (kind,), lambda b, v: v[0])
    _primitive(primitives.maximum, types.boolean, (types.boolean, types.boolean), lambda b, v: b.or_(v[0], v[1]))
    _primitive(primitives.minimum, types.boolean, (types.boolean, types.boolean), lambda b, v: b.and_(v[0], v[1]))
    _primitive(primitives.float32_bits, types.int32, (types.float32,), _same(ir.IntType(32)))
    _primitive(primitives.float32_from_bits, types.float32, (types.int32,), _same(ir.FloatType()))
    # numba widens int32 arithmetic, so the bits often arrive as int64
    _primitive(
        primitives.float32_from_bits, types.float32, (types.int64,),
        lambda b, v: b.bitcast(b.trunc(v[0], ir.IntType(32)), ir.FloatType()),
    )
    _primitive(primitives.float64_bits, types.int64, (types.float64,), _same(ir.IntType(64)))
    _primitive(primitives.float64_from_bits, types.float64, (types.int64,), _same(ir.DoubleType()))
    stored = {"float32": ir.FloatType(), "float64": ir.DoubleType(), "int64": ir.IntType(64), "int32": ir.IntType(32)}
    for name, function in primitives.POINTERS.items():
        kind = stored.get(name, ir.IntType(8))
        pointer = kind.as_pointer()
        made = types.CPointer(types.uint8 if name == "bool" else NUMBA_TYPES[name])
        _primitive(function, made, (types.int64,), lambda b, v, pointer=pointer: b.inttoptr(v[0], pointer))
        _primitive(primitives.advance, made, (made, types.int64), lambda b, v: b.gep(v[0], [v[1]]))
        _primitive(primitives.SCRATCHES[name], made, (), _scratch(kind))


_register()

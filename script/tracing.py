"""`trace` and `trace_module`: programs by running them once on example inputs.

In: a function or module, and inputs. Out: a `ScriptFunction` or `RecursiveScriptModule` that does on every call what happened on this one,
with the sizes of its own inputs. Submodules stay submodules: each call of one is a call of a method of its traced form.
"""

from __future__ import annotations

import inspect
import os
import warnings
from collections.abc import Callable, Mapping
from types import MethodType
from typing import Any, cast

from ..runtime.nn.module import Module
from ..runtime.ops.values.texts import value_text
from ..runtime.schema import Argument, OpSchema
from ..runtime.tensor import Tensor
from ..runtime.typesystem import BOOL, NONE, STR, TENSOR, ClassType, DictType, ListType, TupleType, Type
from .function import BoundMethod, Function
from .inference import InferenceError, infer_type
from .ir import Value
from .module import RecursiveScriptModule, ScriptFunction, ScriptModule
from .object import Object
from .qualified_names import NAMES, qualified_name
from .script_methods import SCRIPTED
from .trace_checks import Arguments, TracingCheckError, check
from .trace_lowering import Lowering
from .trace_patches import TracerWarning, recording
from .trace_recorder import Recorder, type_of_example
from .traced_numbers import TracedFloat, TracedInt

__all__ = ["TopLevelTracedModule", "TracedModule", "TracerWarning", "TracingCheckError", "trace", "trace_module"]


def trace(
    func: Any, example_inputs: Any = None, optimize: Any = None, check_trace: bool = True, check_inputs: Any = None,
    check_tolerance: float = 1e-5, strict: bool = True, _force_outplace: bool = False, _module_class: Any = None,
    _compilation_unit: Any = None, example_kwarg_inputs: Mapping[str, Any] | None = None, _store_inputs: bool = True,
) -> Any:
    """Run a function or a module's forward on example inputs and give the program of what it did.

    `example_inputs` is a tuple of arguments, or one tensor. Numbers that Python computed from tensors are constants of the program, with a
    `TracerWarning`; control flow is what was taken. `check_trace` runs the program again and compares; `strict` refuses lists and
    dictionaries as results.
    """  # fmt: skip
    del optimize, _force_outplace, _module_class, _compilation_unit, _store_inputs
    if os.environ.get("PYTORCH_JIT", "1") == "0":
        return func
    if isinstance(func, ScriptModule | ScriptFunction) and SCRIPTED not in func.__dict__:
        warnings.warn(
            f"The input to trace is already a {'ScriptModule' if isinstance(func, ScriptModule) else 'ScriptFunction'}, tracing it is a "
            "no-op. Returning the object as is.",
            stacklevel=2,
        )
        return func
    is_keywords = isinstance(example_kwarg_inputs, dict)
    if not is_keywords and (example_inputs is None or example_kwarg_inputs is not None):
        raise RuntimeError("example_kwarg_inputs should be a dict")
    method = func if isinstance(func, MethodType) and isinstance(func.__self__, Module) else None
    if isinstance(func, Module) or (method is not None and method.__name__ == "forward"):
        inputs = {"forward": example_kwarg_inputs if example_inputs is None else example_inputs}
        return trace_module(
            cast("Module", func if method is None else method.__self__), inputs, None, check_trace,
            None if check_inputs is None else [{"forward": one} for one in check_inputs], check_tolerance, strict,
            example_inputs_is_kwarg=is_keywords,
        )  # fmt: skip
    if method is not None:
        raise AttributeError("trace doesn't support compiling individual module's functions.\nPlease use trace_module")
    if not callable(func):
        raise RuntimeError("Could not get name of python class object")
    given = _arguments(example_kwarg_inputs if is_keywords else example_inputs, is_keywords)
    traced = _trace_function(func, *given, strict)
    if check_trace:
        cases = [given] if check_inputs is None else [_arguments(one, is_keywords) for one in check_inputs]
        check(func, traced, lambda case: _trace_function(func, *case, strict), cases, check_tolerance)
    return traced


def _arguments(inputs: Any, is_keywords: bool) -> Arguments:
    """Example inputs as arguments; a dictionary holds `is_keywords` ones, or is one itself."""
    if is_keywords and isinstance(inputs, dict):
        return (), dict(cast("dict[str, Any]", inputs))
    return ((cast("Any", inputs),) if isinstance(inputs, Tensor | dict) else tuple(inputs)), {}


def trace_module(
    mod: Module, inputs: Mapping[str, Any], optimize: Any = None, check_trace: bool = True, check_inputs: Any = None,
    check_tolerance: float = 1e-5, strict: bool = True, _force_outplace: bool = False, _module_class: Any = None,
    _compilation_unit: Any = None, example_inputs_is_kwarg: bool = False, _store_inputs: bool = True,
) -> RecursiveScriptModule:
    """Trace several methods of a module: `inputs` has the example arguments of each by its name."""  # fmt: skip
    del optimize, _force_outplace, _module_class, _compilation_unit, _store_inputs
    if not isinstance(mod, Module):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise AttributeError("expected torch.nn.Module as the first argument")
    if not isinstance(inputs, dict):
        raise AttributeError("expected a dictionary of (method_name, input) pairs")
    mod = mod.__dict__.get(SCRIPTED, mod)
    if isinstance(mod, RecursiveScriptModule):
        return mod
    module = mod
    given = {name: _arguments(one, example_inputs_is_kwarg) for name, one in inputs.items()}
    made = _trace_methods(module, given, strict)
    for name in given if check_trace else ():
        cases = [given[name]] if check_inputs is None else [_arguments(one[name], example_inputs_is_kwarg) for one in check_inputs]

        def retrace(case: Arguments, name: str = name) -> BoundMethod:
            return getattr(_trace_methods(module, {name: case}, strict), name)

        check(module if name == "forward" else getattr(module, name), getattr(made, name), retrace, cases, check_tolerance)
    return made


def _trace_methods(module: Module, given: Mapping[str, Arguments], strict: bool) -> TopLevelTracedModule:
    tree = _Tree(module)
    for name, (args, kwargs) in given.items():
        _trace_method(tree, name, args, kwargs, strict)
    return TopLevelTracedModule(tree.owner)


class TracedModule(RecursiveScriptModule):
    """A module that tracing made."""


class TopLevelTracedModule(TracedModule):
    """What `trace` and `trace_module` give for a module; its submodules are scripted modules as any other."""


class _Tree:
    """The types and objects of a module and all its submodules."""

    def __init__(self, root: Module) -> None:
        self.root = root
        self.types: dict[str, ClassType] = {}
        self.modules: dict[int, str] = {}
        self.tensors: dict[int, str] = {}
        self.kept: list[Tensor] = []
        self.owner = self._add(root, "")

    def _add(self, module: Module, path: str) -> Object:
        module = module.__dict__.get(SCRIPTED, module)
        if isinstance(module, RecursiveScriptModule):
            self.modules.setdefault(id(module._c), path)
            self.types[path] = module._c.type
            return module._c
        kind = self.types[path] = ClassType(NAMES.claim(qualified_name(type(module))), is_module=True)
        self.modules.setdefault(id(module), path)
        made = Object(kind)
        before = f"{path}." if path else ""
        for is_parameter, tensors in ((True, module._parameters), (False, module._buffers)):
            for name, tensor in tensors.items():
                kind.add_attribute(name, TENSOR if tensor is not None else NONE, is_parameter, not is_parameter)
                made.slots[name] = tensor
                if tensor is not None:
                    self.tensors.setdefault(id(tensor), f"{before}{name}")
                    self.kept.append(tensor)
        kind.add_attribute("training", BOOL)
        made.slots["training"] = module.training
        for name, child in module._modules.items():
            if child is None:
                kind.add_attribute(name, NONE)
                made.slots[name] = None
                continue
            found = self._add(child, f"{before}{name}")
            kind.add_attribute(name, found.type)
            made.slots[name] = found
        return made


def _compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    from .jit import script_function

    return script_function(function)


def _trace_function(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], strict: bool) -> ScriptFunction:
    recorder = Recorder({}, {}, ())
    names, values = _record(recorder, function, function, args, kwargs, strict)
    graph = Lowering({}).function(recorder.graph.block, None, values, list(recorder.graph.outputs))
    arguments = [Argument(name, value.type) for name, value in zip(names, values, strict=True)]
    name = NAMES.claim(qualified_name(function)) if hasattr(function, "__name__") else NAMES.claim(f"__torch__.{type(function).__name__}")
    schema = OpSchema("", name.rpartition(".")[2], "", tuple(arguments), (Argument("", graph.outputs[0].type),))
    made = ScriptFunction(Function(name, schema=schema, graph=graph), function if hasattr(function, "__name__") else None)
    vars(made)["is_random"] = recorder.is_random
    return made


def _trace_method(tree: _Tree, name: str, args: tuple[Any, ...], kwargs: dict[str, Any], strict: bool) -> None:
    recorder = Recorder(tree.tensors, tree.modules, tree.kept)
    method = getattr(tree.root, name)
    known = _parameters(method)
    for key in kwargs:
        if key not in known:
            raise NameError(
                f"'{key}' is not in forward() method's arguments,\n                         valid arguments name are [{','.join(known)}]"
            )
    names, values = _record(recorder, tree.root if name == "forward" else method, method, args, kwargs, strict)
    lowering = Lowering(tree.types)
    graph = lowering.function(recorder.graph.block, "", values, list(recorder.graph.outputs))
    arguments = [Argument(name, value.type) for name, value in zip(names, values, strict=True)]
    lowering.method("", name, graph, arguments, graph.outputs[0].type)


def _record(
    recorder: Recorder, call: Callable[..., Any], signature: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], strict: bool
) -> tuple[list[str], list[Value]]:
    """Run `call`, recorded; the names and values of its inputs."""
    known = _parameters(signature)
    # keywords are inputs in the order of the parameters
    kwargs = {name: kwargs[name] for name in sorted(kwargs, key=lambda name: known.index(name) if name in known else len(known))}
    names = [*known[: len(args)], *(f"argument_{place}" for place in range(len(known) + 1, len(args) + 1)), *kwargs]
    given = [*args, *kwargs.values()]
    kinds = [type_of_example(value) for value in given]
    if not all(kind is not None and _is_traceable(kind) for kind in kinds):
        found = ", ".join(type(value).__name__ for value in given)
        raise RuntimeError(
            f"Type 'Tuple[{found}]' cannot be traced. Only Tensors and (possibly nested) Lists, Dicts, and Tuples of Tensors can be traced"
        )
    values = [recorder.graph.add_input(name, cast("Type", kind)) for name, kind in zip(names, kinds, strict=True)]
    passed = [_take_apart(recorder, one, value) for one, value in zip(given, values, strict=True)]
    root = recorder.modules.pop(id(call), None)
    try:
        with recording(recorder, _compiled):
            result = call(*passed[: len(args)], **dict(zip(kwargs, passed[len(args) :], strict=True)))
            recorder.graph.add_output(_put_together(recorder, result, strict))
    finally:
        if root is not None:
            recorder.modules[id(call)] = root
    return names, values


def _is_traceable(kind: Type) -> bool:
    return kind is TENSOR or (isinstance(kind, TupleType | ListType | DictType) and all(map(_is_traceable, _items(kind))))


def _items(kind: TupleType | ListType | DictType) -> tuple[Type, ...]:
    return kind.elements if isinstance(kind, TupleType) else (kind.value,) if isinstance(kind, DictType) else (kind.element,)


def _parameters(function: Callable[..., Any]) -> list[str]:
    """The names of parameters that stand at a place."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return []
    return [one.name for one in parameters if one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD)]


def _take_apart(recorder: Recorder, given: Any, value: Value) -> Any:
    """An input as the program gets it: tensors of its own, known to the recorder."""
    graph = recorder.graph
    if isinstance(given, Tensor):
        made = given.detach()
        made.requires_grad = given.requires_grad
        recorder.know(made, value)
        return made
    if isinstance(value.type, DictType):
        items: dict[str, Any] = {}
        for key, item in given.items():
            found = graph.emit("aten::__getitem__.Dict_str", (value, graph.constant(key)), value.type.value)
            items[key] = _take_apart(recorder, item, found)
        return items
    if isinstance(value.type, TupleType | ListType) and given:
        kind = value.type
        types = kind.elements if isinstance(kind, TupleType) else (kind.element,) * len(given)
        node = graph.insert(graph.create(f"prim::{'Tuple' if isinstance(kind, TupleType) else 'List'}Unpack", (value,), types))
        parts = [_take_apart(recorder, item, inner) for item, inner in zip(given, node.outputs, strict=True)]
        if isinstance(given, tuple):
            kept = cast("tuple[Any, ...]", given)
            return cast("Any", type(kept))(*parts) if hasattr(kept, "_fields") else tuple(parts)
        return parts
    return given


def _put_together(recorder: Recorder, result: Any, strict: bool) -> Value:
    """The value of what the program gave."""
    if result is None:
        raise RuntimeError(
            "The traced function didn't return any values! Side-effects are not captured in traces, so it would be a no-op."
        )
    try:
        kind = infer_type(result) if not isinstance(result, list) or result else ListType(TENSOR)
    except InferenceError as error:
        with recorder.paused():
            raise RuntimeError(f"Tracer cannot infer type of {result!r}\n:{error}") from None
    return _gathered(recorder, result, kind, strict)


def _gathered(recorder: Recorder, result: Any, kind: Type, strict: bool) -> Value:
    if isinstance(result, TracedInt | TracedFloat):
        return result.value
    if isinstance(kind, TupleType) and kind.elements:
        parts = [_gathered(recorder, item, element, strict) for item, element in zip(result, kind.elements, strict=True)]
        return recorder.graph.emit("prim::TupleConstruct", parts, TupleType([part.type for part in parts]))
    if isinstance(kind, DictType):
        if strict:
            raise RuntimeError(f"Encountering a dict at the output of the tracer{_STRICT}")
        pair = kind.value.elements if isinstance(kind.value, TupleType) else (kind.value,)
        if kind.key not in (STR, TENSOR) or any(part is not TENSOR for part in pair):
            with recorder.paused():
                raise RuntimeError(
                    f"output 1 ({value_text(result)}) of traced region cannot be understood by the tracer, only outputs matching "
                    "dict[Union[str, Tensor], Union[Tensor, Tuple[Tensor, ...]]] can be a dictionary output of a traced function"
                )
    elif kind == ListType(TENSOR):
        if strict:
            warnings.warn(f"Encountering a list at the output of the tracer{_STRICT}", TracerWarning, stacklevel=4)
    elif kind is not TENSOR:
        raise RuntimeError("Only tensors, lists, tuples of tensors, or dictionary of tensors can be output from traced functions")
    return recorder.argument(result, kind)


_STRICT = (
    " might cause the trace to be incorrect, this is only valid if the container structure does not change based on the module's inputs. "
    "Consider using a constant container instead (e.g. for `list`, use a `tuple` instead. for `dict`, use a `NamedTuple` instead). If you "
    "absolutely need this and know the side effects, pass strict=False to trace() to allow this behavior."
)

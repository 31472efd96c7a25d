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
from ..runtime.schema import Argument, OpSchema
from ..runtime.tensor import Tensor
from ..runtime.typesystem import BOOL, NONE, TENSOR, ClassType, DictType, ListType, TupleType, Type
from .function import Function
from .ir import Value
from .module import RecursiveScriptModule, ScriptFunction, ScriptModule
from .object import Object
from .qualified_names import NAMES, qualified_name
from .script_methods import SCRIPTED
from .trace_checks import TracingCheckError, check
from .trace_lowering import Lowering
from .trace_patches import TracerWarning, recording
from .trace_recorder import Recorder, type_of_example

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
    if example_inputs is None and example_kwarg_inputs is None:
        raise RuntimeError("example_kwarg_inputs should be a dict")
    if isinstance(func, Module):
        inputs = {"forward": example_inputs if example_kwarg_inputs is None else dict(example_kwarg_inputs)}
        return trace_module(
            func, inputs, None, check_trace, None if check_inputs is None else [{"forward": one} for one in check_inputs], check_tolerance,
            strict, example_inputs_is_kwarg=example_kwarg_inputs is not None,
        )  # fmt: skip
    if isinstance(func, MethodType) and isinstance(func.__self__, Module):
        if example_kwarg_inputs is not None:
            raise RuntimeError("trace: keyword arguments are given for modules and functions; trace the module")
        made = trace_module(func.__self__, {func.__name__: example_inputs}, None, check_trace, check_inputs, check_tolerance, strict)
        return made if func.__name__ == "forward" else getattr(made, func.__name__)
    args, kwargs = _arguments(example_inputs, example_kwarg_inputs)
    traced = _trace_function(func, args, kwargs, strict)
    if check_trace:
        check(func, traced, [(args, kwargs)] if check_inputs is None else [_arguments(one, None) for one in check_inputs], check_tolerance)
    return traced


def _arguments(inputs: Any, keywords: Mapping[str, Any] | None) -> tuple[tuple[Any, ...], dict[str, Any]]:
    if inputs is None:
        inputs = ()
    if isinstance(inputs, Tensor | dict):
        inputs = (inputs,)
    return tuple(inputs), dict(keywords or {})


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
    tree = _Tree(mod)
    for name, given in inputs.items():
        args, kwargs = ((), dict(given)) if example_inputs_is_kwarg else _arguments(given, None)
        _trace_method(tree, name, args, kwargs, strict)
    made = TopLevelTracedModule(tree.owner)
    if check_trace:
        for name, given in inputs.items():
            args = ((), dict(given)) if example_inputs_is_kwarg else _arguments(given, None)
            cases = [args] if check_inputs is None else [_arguments(one[name], None) for one in check_inputs]
            check(mod if name == "forward" else getattr(mod, name), getattr(made, name), cases, check_tolerance)
    return made


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
    names, values = _record(recorder, tree.root if name == "forward" else method, method, args, kwargs, strict)
    lowering = Lowering(tree.types)
    graph = lowering.function(recorder.graph.block, "", values, list(recorder.graph.outputs))
    arguments = [Argument(name, value.type) for name, value in zip(names, values, strict=True)]
    lowering.method("", name, graph, arguments, graph.outputs[0].type)


def _record(
    recorder: Recorder, call: Callable[..., Any], signature: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], strict: bool
) -> tuple[list[str], list[Value]]:
    """Run `call`, recorded; the names and values of its inputs."""
    names = _parameter_names(signature, args, kwargs)
    given = [*args, *kwargs.values()]
    kinds = [type_of_example(value) for value in given]
    if None in kinds:
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


def _parameter_names(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[str]:
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        parameters = []
    names = [one.name for one in parameters if one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD)][: len(args)]
    return [*names, *(f"argument_{place}" for place in range(len(names) + 1, len(args) + 1)), *kwargs]


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
    if isinstance(result, list | dict) and strict:
        kind = type(cast("Any", result)).__name__
        raise RuntimeError(
            f"Encountering a {kind} at the output of the tracer might cause the trace to be incorrect, this is only valid if the container "
            "structure does not change based on the module's inputs. Consider using a constant container instead (e.g. for `list`, use a "
            "`tuple` instead. for `dict`, use a `NamedTuple` instead). If you absolutely need this and know the side effects, pass "
            "strict=False to trace() to allow this behavior."
        )
    kind = type_of_example(result) if result is not None else None
    if kind is None or (isinstance(result, tuple) and not result):
        raise RuntimeError("Only tensors, lists, tuples of tensors, or dictionary of tensors can be output from traced functions")
    return _gathered(recorder, result, kind, strict)


def _gathered(recorder: Recorder, result: Any, kind: Type, strict: bool) -> Value:
    if isinstance(kind, TupleType):
        parts = [_put_together(recorder, item, strict) for item in result]
        return recorder.graph.emit("prim::TupleConstruct", parts, TupleType([part.type for part in parts]))
    return recorder.argument(result, kind)



"""`freeze`: a scripted module as one graph per method, its values built in.

In: a `RecursiveScriptModule` in eval mode. Out: a new one without submodules, whose attributes are those that its methods change and those
that were to be preserved; everything else is a constant. The module that was given stays as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from ..runtime.schema import Argument, OpSchema
from ..runtime.typesystem import ClassType
from .function import Function
from .ir import Graph
from .module import RecursiveScriptModule, ScriptModule, wrap_module
from .object import Object
from .passes.autocast import cast_operands
from .passes.constant_propagation import propagate_constants
from .passes.dead_code import eliminate_dead_code
from .passes.exceptions import eliminate_exceptions
from .passes.folding import fold_batch_norms, fold_lists, fold_tensors, fold_tests_for_none
from .passes.freezing import Frozen, Place, calls_methods, has_type, used_attributes
from .passes.fusing import fuse_convolutions, prefer_channels_last
from .passes.pipeline import clean_up
from .qualified_names import NAMES
from .script_methods import SCRIPTED


def freeze(mod: ScriptModule, preserved_attrs: Sequence[str] | None = None, optimize_numerics: bool = True) -> RecursiveScriptModule:
    """A copy of a scripted module in eval mode with calls inlined and attributes as constants.

    `preserved_attrs` names methods and attributes to keep besides `forward`, those of submodules as "block.scale". `optimize_numerics`
    computes what needs constants only and folds batch normalization into convolutions. RuntimeError for modules in training mode,
    modules that are not scripted, and unknown names.
    """
    mod = mod.__dict__.get(SCRIPTED, mod)
    if not isinstance(mod, RecursiveScriptModule):
        raise RuntimeError(
            "Freezing expects a ScriptModule as input. Please use torch.jit.script or torch.jit.trace to script your 'nn.Module'."
        )
    owner = mod._c
    if owner.slots.get("training") is True:
        raise RuntimeError(
            "Freezing is currently only implemented for modules in eval mode. Please call .eval() on your module before freezing."
        )
    preserved = tuple(preserved_attrs or ())
    methods = [*_methods(owner, preserved), *_hooks(owner)]
    graphs = [_inlined(function) for function in methods]
    places = [_place(owner, name) for name in preserved]
    kept = frozenset(name.partition(".")[0] for name, place in zip(preserved, places, strict=True) if place is not None)
    frozen = Frozen(graphs, owner, frozenset(place for place in places if place is not None))
    if not calls_methods(graphs):
        frozen.replace()
    for graph in graphs:
        _tidy(graph, optimize_numerics)
    return wrap_module(_rebuilt(owner, methods, graphs, kept))


def optimize_for_inference(mod: ScriptModule, other_methods: Sequence[str] | None = None) -> RecursiveScriptModule:
    """`freeze`, keeping `other_methods`, and then convolutions that take the sum and the activation behind them into one pass, over
    images with channels last. A module that is frozen already is taken as it is. What comes back is for running here: its operators
    are not all PyTorch's, so save what `freeze` gives.
    """
    if not isinstance(mod, RecursiveScriptModule) or "training" in mod._c.type.attributes:
        mod = freeze(mod.eval(), preserved_attrs=other_methods)
    owner = mod._c
    methods = [*_methods(owner, [name for name in owner.type.methods if name != "forward"]), *_hooks(owner)]
    graphs = [function.graph.copy() for function in methods]
    changed = False
    for graph in graphs:
        changed |= fuse_convolutions(graph)
        changed |= prefer_channels_last(graph)
    if not changed:
        return mod
    return wrap_module(_rebuilt(owner, methods, graphs, frozenset(owner.type.attributes)))


def run_frozen_optimizations(
    mod: RecursiveScriptModule, optimize_numerics: bool = True, preserved_methods: Sequence[str] | None = None
) -> None:
    """What `freeze` does with the graphs of a module, for one that was frozen with `optimize_numerics=False`; changes the module."""
    for function in _methods(mod._c, preserved_methods or ()):
        _tidy(function.graph, optimize_numerics)
        function.rerun()


def _methods(owner: Object, preserved: Sequence[str]) -> list[Function]:
    names = ["forward", *preserved] if "forward" in owner.type.methods else list(preserved)
    found: list[Function] = []
    for name in dict.fromkeys(names):
        if name in owner.type.methods:
            found.append(cast("Function", owner.type.methods[name]))
        elif _place(owner, name) is None:
            raise RuntimeError(f"Unknown name: {name}")
    if not found:
        raise RuntimeError("freeze: the module has no forward; name the methods to keep in preserved_attrs")
    return found


def _place(owner: Object, path: str) -> Place | None:
    """The attribute that a name means, of the object or, with dots, of a module inside; None if there is none."""
    *modules, name = path.split(".")
    for module in modules:
        inner = owner.slots.get(module)
        if not isinstance(inner, Object):
            return None
        owner = inner
    return (id(owner), name) if name in owner.type.attributes else None


def _hooks(owner: Object) -> list[Function]:
    return cast("list[Function]", [*owner.type.forward_pre_hooks, *owner.type.forward_hooks])


def _inlined(function: Function) -> Graph:
    graph = function.inlined_graph
    cast_operands(graph)
    clean_up(graph)
    return graph


def _tidy(graph: Graph, optimize_numerics: bool) -> None:
    propagate_constants(graph)
    eliminate_dead_code(graph)
    eliminate_exceptions(graph)
    fold_lists(graph)
    if fold_tests_for_none(graph):
        propagate_constants(graph)
        fold_tests_for_none(graph)
        eliminate_dead_code(graph)
    if optimize_numerics:
        fold_batch_norms(graph)
        fold_tensors(graph)
    clean_up(graph)
    eliminate_dead_code(graph)


def _rebuilt(owner: Object, methods: list[Function], graphs: list[Graph], kept: frozenset[str]) -> Object:
    """The object of a new type that has the frozen methods, and the attributes that they still use."""
    kind = ClassType(NAMES.claim(owner.type.qualified_name), is_module=True)
    used = {*used_attributes(graphs), *kept}
    if calls_methods(graphs):
        # the object itself is given to something: it stays whole
        used = set(owner.type.attributes)
    for name, attribute in owner.type.attributes.items():
        if name in used:
            kind.add_attribute(name, attribute.type, attribute.is_parameter, attribute.is_buffer)
    for function, graph in zip(methods, graphs, strict=True):
        has_type(graph, kind)
        schema = function.schema
        arguments = (Argument(schema.args[0].name, kind), *schema.args[1:])
        frozen = OpSchema("", schema.name, "", arguments, schema.returns)
        made = Function(f"{kind.qualified_name}.{function.name}", schema=frozen, graph=graph)
        before, after = function in owner.type.forward_pre_hooks, function in owner.type.forward_hooks
        if before:
            kind.forward_pre_hooks.append(made)
        if after:
            kind.forward_hooks.append(made)
        if not (before or after):
            kind.methods[function.name] = made
    return Object(kind, {name: owner.slots[name] for name in kind.attributes if name in owner.slots})

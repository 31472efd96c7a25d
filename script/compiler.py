"""From a function's tree to its typed graph.

In: a `FunctionDef`, the names it can see, the object it is a method of, live defaults. Out: the function's schema and its graph, after the
passes that PyTorch runs before it shows a graph. What is emitted how is in the `emit_*.py` files, which this class completes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from ..runtime.schema import Argument, OpSchema
from ..runtime.typesystem import NONE, TENSOR, ClassType, ListType, Type
from . import syntax
from .boundary import CastError, caster
from .emit_statements import Definition, StatementEmitter
from .emitter import LoopStatus
from .environment import meaningful
from .ir import Value
from .matching import unwrap_optional
from .passes.pipeline import finish
from .source import NotSupportedError, ScriptError, Span
from .special_values import ClosureValue
from .values import SugaredValue

if TYPE_CHECKING:
    from .function import Function
    from .ir import Block, Graph
    from .resolver import Resolver
    from .syntax import FunctionDef, Parameter


class SelfParameter:
    """The object that a method belongs to: its type, and what `self` stands for in the body."""

    def __init__(self, kind: Type, sugar: Callable[[Value], SugaredValue]) -> None:
        self.kind = kind
        self.sugar = sugar


class FunctionEmitter(StatementEmitter):
    """Emits one function."""

    def __init__(
        self, function: Function, resolver: Resolver, tree: FunctionDef, defaults: dict[str, object], *, is_overload: bool
    ) -> None:
        super().__init__(function, resolver)
        self.tree = tree
        self.defaults = defaults
        self.is_overload = is_overload
        self.definitions: list[Definition] = []

    def emit(self, owner: SelfParameter | None) -> OpSchema:
        """Emit everything and give the schema."""
        if owner is not None and not self.tree.parameters:
            raise ScriptError("methods must have a self argument", self.tree.span)
        arguments = self._define(self.tree, self.graph.block, owner)
        result = self.graph.outputs[0].type
        return OpSchema("", self.function.name, "", tuple(arguments), (Argument("", result),))

    def _define(self, tree: FunctionDef, block: Block, owner: SelfParameter | None) -> list[Argument]:
        definition = Definition(self._declared_result(tree))
        self.definitions.append(definition)
        arguments = self._parameters(tree, block, owner)
        self.statements(tree.body)
        self._close(tree, block, definition)
        assert definition.merged is not None
        # the pass that turns `prim::ReturnStmt` into outputs puts the real value here
        block.add_output(self.insert("prim::Uninitialized", [], definition.merged))
        self.definitions.pop()
        return arguments

    def _declared_result(self, tree: FunctionDef) -> Type | None:
        return self.type_of(tree.returns) if tree.returns is not None else None

    def _parameters(self, tree: FunctionDef, block: Block, owner: SelfParameter | None) -> list[Argument]:
        parameters = list(tree.parameters)
        arguments: list[Argument] = []
        if owner is not None:
            first = parameters.pop(0)
            value = block.add_input(owner.kind, first.name)
            self.environment.assign(first.span, first.name, owner.sugar(value), None)
            arguments.append(Argument(first.name, owner.kind))
        inferred: set[str] = set()
        state = _state_type(tree, owner)
        for parameter in parameters:
            if state is not None:
                arguments.append(Argument(parameter.name, state))
                self.environment.set_value(parameter.span, parameter.name, block.add_input(state))
                continue
            if parameter.annotation is None:
                inferred.add(parameter.name)
            argument = self._argument(parameter)
            arguments.append(argument)
            value = block.add_input(argument.type)
            if meaningful(parameter.name):
                value.name = parameter.name
            self.environment.set_value(parameter.span, parameter.name, value)
        self.function.inferred = frozenset(inferred)
        return arguments

    def _argument(self, parameter: Parameter) -> Argument:
        kind, size = (TENSOR, None) if parameter.annotation is None else self.resolver.annotation(parameter.annotation)
        name = parameter.name
        if name not in self.defaults:
            return Argument(name, kind, None, False, parameter.keyword_only, None, size)
        try:
            default = converted_default(self.defaults[name], kind, size, parameter.span)
        except NotSupportedError:
            if not self.is_overload:
                raise
            # the definition's default is of the type of another overload
            return Argument(name, kind, None, False, parameter.keyword_only, None, size)
        return Argument(name, kind, default, True, parameter.keyword_only, None, size)

    def _close(self, tree: FunctionDef, block: Block, definition: Definition) -> None:
        """What a function gives that ends without `return`, or never ends at all."""
        if id(block) not in self.exits:
            if definition.declared is not None and definition.declared is not NONE:
                raise ScriptError("Function was not annotated as having type None, but does not return along all paths", tree.span)
            self.statements((syntax.Return(None, tree.span),))
        elif definition.merged is None:
            # it always raises
            definition.merged = definition.declared or NONE

    def closure(self, tree: FunctionDef) -> ClosureValue:
        value = self.insert("prim::Closure", [], NONE)
        block = value.node.add_block()
        saved, self.loop = self.loop, LoopStatus.NONE
        with self.frame(block):
            self._define(tree, block, None)
        self.loop = saved
        return ClosureValue(value)


def _state_type(tree: FunctionDef, owner: SelfParameter | None) -> Type | None:
    """What `__setstate__` takes where it does not say: what `__getstate__` gives."""
    if tree.name != "__setstate__" or owner is None or not isinstance(owner.kind, ClassType):
        return None
    given = owner.kind.methods.get("__getstate__")
    if given is None or len(tree.parameters) != 2 or tree.parameters[1].annotation is not None:
        return None
    return cast("Function", given).schema.returns[0].type


def converted_default(value: object, kind: Type, size: int | None, span: Span) -> object:
    """A default as a value of its parameter's type; one number stands for a list where the parameter says how long."""
    if value is None and kind is TENSOR:
        # PyTorch has a tensor without contents for this
        return None
    if size is not None and isinstance(unwrap_optional(kind), ListType) and isinstance(value, int | float):
        value = (value,) * size
    try:
        result = caster(kind)(value)
    except CastError as error:
        raise NotSupportedError(
            f"default {value!r} of type {type(value).__name__} does not fit the type {kind.annotation()}: {error}", span
        ) from None
    return tuple(cast("list[object]", result)) if isinstance(result, list) else result


def compile_function(
    function: Function,
    tree: FunctionDef,
    resolver: Resolver,
    *,
    owner: SelfParameter | None = None,
    defaults: dict[str, object] | None = None,
    is_overload: bool = False,
    rewrite: Callable[[Graph], object] | None = None,
) -> None:
    """Compile `tree` into `function`; `rewrite` may change the graph first. Raises `ScriptError` with the place where the program is
    wrong, and leaves `function` as it was."""
    emitter = FunctionEmitter(function, resolver, tree, defaults or {}, is_overload=is_overload)
    schema = emitter.emit(owner)
    finish(emitter.graph)
    if rewrite is not None:
        rewrite(emitter.graph)
    function.finish(schema, emitter.graph)

"""Compiled functions: compiled when their schema or graph is first wanted, checked and run when they are called.

In: how to compile the function, or a finished graph. Out: schema, graph, and calls from Python with PyTorch's argument checks. Methods are
functions whose first parameter is the object; `bind` gives them one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ..runtime.limits import LOCAL
from .recursion import deep
from .source import ScriptError, Source, Span

if TYPE_CHECKING:
    from ..runtime.schema import OpSchema
    from .boundary import Binder
    from .ir import Graph
    from .object import Object
    from .syntax import FunctionDef

NOWHERE = Source("").span(0, 0)


class Function:
    """A function, or a method of a class, in TorchScript."""

    __slots__ = (
        "__weakref__", "_binder", "_define", "_graph", "_run", "_run_limited", "_schema", "call_name", "definition", "inferred",
        "is_compiling", "place", "qualified_name",
    )  # fmt: skip

    def __init__(
        self,
        qualified_name: str,
        define: Callable[[Function], None] | None = None,
        *,
        schema: OpSchema | None = None,
        graph: Graph | None = None,
        call_name: str | None = None,
        definition: FunctionDef | None = None,
    ) -> None:
        self.qualified_name = qualified_name
        """Full name, e.g. `__torch__.torch.nn.functional.relu`."""
        self.call_name = call_name or self.name
        """What error messages call it: methods have their class's name in front."""
        self.definition = definition
        """The tree it was compiled from, where there is one."""
        self.place = definition.span if definition is not None else NOWHERE
        self.inferred: frozenset[str] = frozenset()
        """Parameters that are tensors because nothing was said about them."""
        self.is_compiling = False
        self._define = define
        self._schema = schema
        self._graph = graph
        self._binder: Binder | None = None
        self._run: Callable[..., object] | None = None
        self._run_limited: Callable[..., object] | None = None

    @property
    def name(self) -> str:
        """The last part of the qualified name."""
        return self.qualified_name.rpartition(".")[2]

    @property
    def is_compiled(self) -> bool:
        """Whether schema and graph are there."""
        return self._define is None

    def finish(self, schema: OpSchema, graph: Graph) -> None:
        """Set what compiling gave; called by the compiler."""
        self._schema = schema
        self._graph = graph
        self._define = None

    def compile(self) -> None:
        """Compile the function if that was not done yet; `ScriptError` where that fails, also the next time."""
        self.compile_for(None)

    def _compile(self) -> None:
        if self._define is None:
            return
        assert not self.is_compiling, f"{self.qualified_name}: compiled while it is being compiled"
        self.is_compiling = True
        try:
            with deep(self.call_name, lambda: self.place):
                self._define(self)
        finally:
            self.is_compiling = False

    def compile_for(self, span: Span | None) -> None:
        """Compile the function for a call at `span`; errors say how the compiler came here."""
        try:
            self._compile()
        except ScriptError as error:
            raise error.called_from(self.call_name, span) from None

    @property
    def schema(self) -> OpSchema:
        """Parameters and result."""
        if self._schema is None:
            self.compile()
        assert self._schema is not None
        return self._schema

    @property
    def graph(self) -> Graph:
        """The typed graph, as PyTorch's `.graph` shows it."""
        if self._graph is None:
            self.compile()
        assert self._graph is not None
        return self._graph

    @property
    def inlined_graph(self) -> Graph:
        """The graph with the bodies of everything it calls."""
        from .passes.inlining import inline

        copied = self.graph.copy()
        inline(copied)
        return copied

    def graph_for(self, *args: object, **kwargs: object) -> Graph:
        """The graph that a call with these arguments runs."""
        from .passes.pipeline import prepare

        self(*args, **kwargs)
        return prepare(self.graph)

    @property
    def run(self) -> Callable[..., object]:
        """The compiled function on complete, checked arguments."""
        if self._run is None:
            from .interpreter import compile_graph
            from .passes.pipeline import prepare

            with deep(self.call_name, lambda: self.place):
                self._run = compile_graph(prepare(self.graph), self.name)
        return self._run

    def rerun(self) -> None:
        """Forget what was made of the graph to run it, because the graph was changed."""
        self._run = self._run_limited = None

    @property
    def run_limited(self) -> Callable[..., object]:
        """As `run`, counting what the program takes; see `runtime/limits.py`."""
        if self._run_limited is None:
            from .interpreter import compile_graph
            from .passes.pipeline import prepare

            with deep(self.call_name, lambda: self.place):
                self._run_limited = compile_graph(prepare(self.graph), self.name, limited=True)
        return self._run_limited

    @property
    def binder(self) -> Binder:
        """Checks and converts the arguments of calls from Python."""
        if self._binder is None:
            from .boundary import Binder

            self._binder = Binder(self.schema, self.inferred)
        return self._binder

    def __call__(self, *args: object, **kwargs: object) -> object:
        binder = self._binder or self.binder
        if LOCAL.budget is not None:
            return binder.result(self.run_limited(*binder.arguments(args, kwargs)))
        return binder.result((self._run or self.run)(*binder.arguments(args, kwargs)))

    def bind(self, owner: Object) -> BoundMethod:
        """The function as a method of `owner`."""
        return BoundMethod(self, owner)

    def __repr__(self) -> str:
        return f"<Function {self.qualified_name}>"


class BoundMethod:
    """A method together with its object."""

    __slots__ = ("__dict__", "function", "owner")

    def __init__(self, function: Function, owner: Object) -> None:
        self.function = function
        self.owner = owner

    @property
    def name(self) -> str:
        """Name of the method."""
        return self.function.name

    @property
    def schema(self) -> OpSchema:
        """Parameters, the object first, and result."""
        return self.function.schema

    @property
    def graph(self) -> Graph:
        """The typed graph."""
        return self.function.graph

    @property
    def inlined_graph(self) -> Graph:
        """The graph with the bodies of everything it calls."""
        return self.function.inlined_graph

    def graph_for(self, *args: object, **kwargs: object) -> Graph:
        """The graph that a call with these arguments runs."""
        return self.function.graph_for(self.owner, *args, **kwargs)

    def __call__(self, *args: object, **kwargs: object) -> object:
        return self.function(self.owner, *args, **kwargs)

    def __repr__(self) -> str:
        return f"<method {self.function.qualified_name}>"

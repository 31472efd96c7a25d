"""Running graphs: the interpreter compiles a graph to Python source once and calls that.

In: a graph (`code_generator.py` writes its source). Out: a callable on complete arguments, which planned programs must agree with.
A failure surfaces as PyTorch's exceptions (`errors.py`); Python's own tracebacks show the generated lines through `linecache`.
"""

from __future__ import annotations

import linecache
import weakref
from itertools import count
from types import CodeType
from typing import TYPE_CHECKING, NamedTuple, cast

from ..runtime.limits import LimitExceeded
from ..runtime.typesystem import ClassType
from .code_generator import generate, resolving
from .errors import located

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..runtime.typesystem import FunctionLike
    from .code_generator import Callee
    from .errors import Place
    from .ir import Graph
    from .source import Span


class _File(NamedTuple):
    """What a generated file stands for; it must not keep what the program refers to alive."""

    name: str
    spans: list[Span | None]
    parts: range
    moved: Callable[[Span], Span] | None
    """From the spans to those of the function that the file was made for, where they are another's."""


_numbers = count()
_files: dict[str, _File] = {}


def compile_graph(graph: Graph, name: str = "", *, limited: bool = False) -> Callable[..., object]:
    """The graph as a function of its inputs; `name` is what tracebacks call it; `limited` programs count their steps (`limits`).

    Its attribute `raw` is the same without the translation of exceptions: what generated code calls. `UnsupportedOperators` lists the
    operators that this runtime does not have.
    """
    return Compiled(graph, limited=limited).run(name)


class Compiled:
    """The generated code of a graph, from which callables are made: for the graph's own function, and for others of the same text."""

    def __init__(self, graph: Graph, *, limited: bool = False) -> None:
        self._generated = generated = generate(graph, _raw_limited if limited else _raw, limited=limited)
        self._limited = limited
        self._names = dict(generated.names)
        self._code = compile(generated.source, "<rushlight>", "exec")
        self._lines = generated.source.splitlines(keepends=True)

    def run(self, name: str) -> Callable[..., object]:
        """The callable for the graph; `name` is what tracebacks call it."""
        return self._callable(name, self._generated.names, None)

    def run_for(self, name: str, owner: ClassType, moved: Callable[[Span], Span]) -> Callable[..., object]:
        """The callable for the same method of a class of the same shape; `moved` gives the place in its text for one in the first's."""
        names = dict(self._names)
        for entry, callee in self._generated.callees.items():
            names[entry] = resolving(names, entry, _twin(callee, owner), _raw)
        return self._callable(name, names, moved)

    def _callable(self, name: str, names: dict[str, object], moved: Callable[[Span], Span] | None) -> Callable[..., object]:
        file = f"<rushlight {next(_numbers)} {name}>"
        linecache.cache[file] = (len(self._generated.source), None, self._lines, file)
        exec(_in_file(self._code, file), names)
        raw = cast("Callable[..., object]", names["run"])
        _files[file] = _File(name, self._generated.spans, self._generated.parts, moved)
        weakref.finalize(raw, _forget, file).atexit = False
        limited = self._limited

        def run(*arguments: object) -> object:
            try:
                return raw(*arguments)
            except LimitExceeded:
                raise
            except MemoryError as error:
                if limited:
                    raise LimitExceeded(f"the program needs more memory than there is: {error}") from error
                raise
            except Exception as error:
                raise located(error, _place_of) from error

        run.raw = raw  # pyright: ignore[reportFunctionMemberAccess]
        return run


def _in_file(code: CodeType, file: str) -> CodeType:
    """The code as if it had been compiled from another file."""
    constants = tuple(_in_file(one, file) if isinstance(one, CodeType) else one for one in code.co_consts)
    return code.replace(co_filename=file, co_consts=constants)


def _twin(callee: Callee, owner: ClassType) -> FunctionLike:
    """What a method of `owner` calls where the program of a class of its shape calls `callee`."""
    if callee.path is None:
        return callee.function
    kind = owner
    for name in callee.path:
        held = kind.attributes[name].type
        assert isinstance(held, ClassType)
        kind = held
    return kind.methods[callee.function.name]


def _forget(file: str) -> None:
    """A program is gone: nobody can ask for its lines any more."""
    _files.pop(file, None)
    linecache.cache.pop(file, None)


def _raw(function: FunctionLike) -> Callable[..., object]:
    run = getattr(function, "run", None)
    if run is None:
        return cast("Callable[..., object]", function)
    return cast("Callable[..., object]", getattr(run, "raw", run))


def _raw_limited(function: FunctionLike) -> Callable[..., object]:
    run = getattr(function, "run_limited", None)
    return _raw(function) if run is None else cast("Callable[..., object]", getattr(run, "raw", run))


def _place_of(file: str, line: int) -> tuple[Place, bool] | None:
    """What a line of generated code stands for; for `errors.located`."""
    known = _files.get(file)
    if known is None:
        return None
    span = known.spans[line - 1]
    if span is not None and known.moved is not None:
        span = known.moved(span)
    return (known.name, span), line in known.parts

"""Running graphs: the interpreter compiles a graph to Python source once and calls that.

In: a graph (`code_generator.py` writes its source). Out: a callable on complete arguments, which planned programs must agree with.
A failure surfaces as PyTorch's exceptions (`errors.py`); Python's own tracebacks show the generated lines through `linecache`.
"""

from __future__ import annotations

import linecache
import weakref
from itertools import count
from typing import TYPE_CHECKING, NamedTuple, cast

from ..runtime.limits import LimitExceeded
from .code_generator import Generated, generate
from .errors import located

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..runtime.typesystem import FunctionLike
    from .errors import Place
    from .ir import Graph
    from .source import Span


class _File(NamedTuple):
    """What a generated file stands for; it must not keep what the program refers to alive."""

    name: str
    spans: list[Span | None]
    parts: range


_numbers = count()
_files: dict[str, _File] = {}


def compile_graph(graph: Graph, name: str = "", *, limited: bool = False) -> Callable[..., object]:
    """The graph as a function of its inputs; `name` is what tracebacks call it; `limited` programs count their steps (`limits`).

    Its attribute `raw` is the same without the translation of exceptions: what generated code calls. `UnsupportedOperators` lists the
    operators that this runtime does not have.
    """
    generated = generate(graph, _raw_limited if limited else _raw, limited=limited)
    file = f"<rushlight {next(_numbers)} {name}>"
    raw = _define(generated, file)
    _files[file] = _File(name, generated.spans, generated.parts)
    weakref.finalize(raw, _forget, file).atexit = False

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


def _define(generated: Generated, file: str) -> Callable[..., object]:
    linecache.cache[file] = (len(generated.source), None, generated.source.splitlines(keepends=True), file)
    exec(compile(generated.source, file, "exec"), generated.names)
    return cast("Callable[..., object]", generated.names["run"])


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
    return (known.name, known.spans[line - 1]), line in known.parts

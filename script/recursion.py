"""Room for programs that are nested deeply: the compiler walks trees and graphs by recursion.

In: a block of code that walks. Out: the same with a higher recursion limit, and `NotSupportedError` where even that does not do.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager

from .source import NotSupportedError, Span

# frames of Python, a few hundred bytes of C stack each at most, of the 8 MiB that threads have
LIMIT = 3000


@contextmanager
def deep(what: str, place: Callable[[], Span]) -> Generator[None]:
    """Within the `with`, recursion may go `LIMIT` deep; beyond, `NotSupportedError` says that `what` is nested too deeply,
    at the place that is known by then."""
    before = sys.getrecursionlimit()
    if before < LIMIT:
        sys.setrecursionlimit(LIMIT)
    try:
        yield
    except RecursionError:
        raise NotSupportedError(f"{what}: an expression or block is nested too deeply; use local variables", place()) from None
    finally:
        if before < LIMIT:
            sys.setrecursionlimit(before)

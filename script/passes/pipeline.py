"""The order in which a freshly compiled graph is rewritten into what `.graph` shows.

In: a graph as the compiler emits it. Out: the graph that is printed, saved and run. Read it from top to bottom; the steps are PyTorch's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .constant_pooling import pool_constants
from .constant_propagation import propagate_constants
from .exits import transform_exits
from .forks import lift_forks
from .list_literals import erase_list_literals
from .loops import canonicalize_modified_loops
from .outputs import canonicalize_outputs
from .to_ssa import convert_to_ssa
from .tuples import lower_simple_tuples

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..ir import Graph

# What only a compiled graph needs, once.
FROM_SOURCE: tuple[Callable[[Graph], bool], ...] = (
    convert_to_ssa, transform_exits, canonicalize_modified_loops, erase_list_literals, lift_forks,
)  # fmt: skip

# What keeps any graph tidy.
CLEANUP: tuple[Callable[[Graph], bool], ...] = (lower_simple_tuples, propagate_constants, pool_constants, canonicalize_outputs)


def finish(graph: Graph) -> None:
    """Bring a graph that the compiler emitted into its final form."""
    for rewrite in (*FROM_SOURCE, *CLEANUP):
        rewrite(graph)


def clean_up(graph: Graph) -> bool:
    """Tidy a graph that is in SSA form already; True if something changed."""
    changes = [rewrite(graph) for rewrite in CLEANUP]
    return any(changes)

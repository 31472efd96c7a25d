"""The order in which graphs are rewritten: into what `.graph` shows, and then into what the interpreter runs.

In: a graph as the compiler emits it. Out: the graph that is printed and saved, and from that the one that is run. Read it from top to
bottom; the steps are PyTorch's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .autocast import cast_operands, enters_autocast
from .common_subexpressions import eliminate_common_subexpressions, repetition_key
from .constant_pooling import pool_constants
from .constant_propagation import propagate_constants
from .exits import transform_exits
from .forks import lift_forks
from .list_literals import erase_list_literals
from .loops import canonicalize_modified_loops
from .outputs import canonicalize_outputs
from .peephole_dims import is_dims_question, simplify_dims
from .peephole_lists import is_list_question, simplify_lists
from .peephole_numbers import is_simple_arithmetic, simplify_numbers
from .scalar_operands import takes_number, use_numbers
from .to_ssa import convert_to_ssa
from .tuples import lower_simple_tuples
from .unrolling import is_short_loop, unroll_loops

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..ir import Graph

# What only a compiled graph needs, once.
FROM_SOURCE: tuple[Callable[[Graph], bool], ...] = (
    convert_to_ssa, transform_exits, canonicalize_modified_loops, erase_list_literals, lift_forks,
)  # fmt: skip

# What keeps any graph tidy.
CLEANUP: tuple[Callable[[Graph], bool], ...] = (lower_simple_tuples, propagate_constants, pool_constants, canonicalize_outputs)

# What decides about dtypes when a program runs, then what makes it shorter without changing what it computes, bit for bit.
PREPARATION: tuple[Callable[[Graph], bool], ...] = (
    cast_operands, use_numbers, unroll_loops, propagate_constants, pool_constants, simplify_lists, simplify_dims, simplify_numbers,
    eliminate_common_subexpressions,
)  # fmt: skip


def finish(graph: Graph) -> None:
    """Bring a graph that the compiler emitted into its final form."""
    for rewrite in (*FROM_SOURCE, *CLEANUP):
        rewrite(graph)


def clean_up(graph: Graph) -> bool:
    """Tidy a graph that is in SSA form already; True if something changed."""
    changes = [rewrite(graph) for rewrite in CLEANUP]
    return any(changes)


def prepare(graph: Graph) -> Graph:
    """The graph that the interpreter runs; the given one stays as it is, and is run itself where there is nothing to gain."""
    if not _has_something_to_gain(graph):
        return graph
    copied = graph.copy()
    for rewrite in PREPARATION:
        rewrite(copied)
    return copied


def _has_something_to_gain(graph: Graph) -> bool:
    """Whether a pass of the preparation may find something: most graphs offer nothing, and looking is cheaper than copying."""
    seen: set[object] = set()
    for node in graph.walk():
        if node.is_constant:
            continue
        if takes_number(node) or is_short_loop(node) or is_list_question(node) or is_dims_question(node) or is_simple_arithmetic(node):
            return True
        if enters_autocast(node):
            return True
        key = repetition_key(node)
        if key is not None and key in seen:
            return True
        seen.add(key)
    return False

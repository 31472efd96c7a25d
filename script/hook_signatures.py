"""Hooks of scripted modules: what their signatures must be, and PyTorch's words where they are not.

In: a module's Python hooks, and their compiled form beside its `forward`. Out: nothing, or `RuntimeError`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..runtime.schema import OpSchema
from ..runtime.typesystem import NONE, ClassType, FunctionLike, TupleType, Type
from .qualified_names import unmangled


def check_names(owner: str, hooks: Sequence[Callable[..., Any]], pre_hooks: Sequence[Callable[..., Any]]) -> None:
    """Each name may stand for one function only."""
    known: dict[str, Callable[..., Any]] = {}
    for sort, functions in (("Hook", hooks), ("Pre-hook", pre_hooks)):
        for hook in functions:
            if known.setdefault(hook.__name__, hook) is not hook:
                raise RuntimeError(
                    f"{sort} '{hook.__name__}' on {owner} has at least two different python definitions. Please use unique names for all "
                    "hooks."
                )


def check_free(kind: ClassType, name: str) -> None:
    """A hook may not be called as a method is."""
    if name in kind.methods:
        raise RuntimeError(
            f"Can't define hook: {name} on class: {kind.qualified_name} because a method or hook with that name already exists."
        )


def check_hook(kind: ClassType, hook: FunctionLike, result: Type) -> None:
    """`hook(self, input: Tuple[...], output)`: the arguments of forward, and what it or the hook before gave, `result`."""
    owner, forward, schema = _class_name(kind), kind.methods["forward"].schema, hook.schema
    head = f"Hook '{hook.name}' on module '{owner}' "
    tail = (
        f"This error occurred while scripting the forward hook '{hook.name}' on module {owner}. If you did not want to script this hook "
        "remove it from the original NN module before scripting. This hook was expected to have the following signature: "
        f"{hook.name}(self, input: {_inputs(forward)}, output: {result.annotation()}). The type of the output arg is the returned type "
        "from either the forward method or the previous hook if it exists. Note that hooks can return anything, but if the hook is on a "
        "submodule the outer module is expecting the same return type as the submodule's forward."
    )
    _check_count(schema, 3, head, tail)
    _check_inputs(forward, schema, head, tail)
    found = schema.args[2].type
    if found != result:
        raise RuntimeError(
            f"{head}has the wrong type for the output argument. Received type: '{found.annotation()}'. Expected type: "
            f"'{result.annotation()}'.\n{tail}\n"
        )


def check_pre_hook(kind: ClassType, hook: FunctionLike) -> None:
    """`hook(self, input: Tuple[...])` gives None, the arguments of forward as a tuple, or its only one that is no tuple."""
    owner, forward, schema = _class_name(kind), kind.methods["forward"].schema, hook.schema
    expected = [argument.type for argument in forward.args[1:]]
    single = len(expected) == 1 and not isinstance(expected[0], TupleType)
    one = f", '{expected[0].annotation()}'," if single else ""
    head = f"Pre-hook '{hook.name}' on module '{owner}' "
    tail = (
        f"This error occurred while scripting the forward pre-hook '{hook.name}' on module '{owner}'. If you did not want to script this "
        f"pre-hook remove it from the original NN module before scripting. Pre-hooks for module '{owner}' are expected to have the "
        f"following signature: {hook.name}(self, input: {_inputs(forward)}) with a return type of either 'None'"
        f"{one} or '{_inputs(forward)}'.\n"
    )
    _check_count(schema, 2, head, tail)
    _check_inputs(forward, schema, head, tail)
    found = schema.returns[0].type
    wrong = f"{head}returned the wrong type of: '{found.annotation()}'."
    if found is NONE or (single and found == expected[0]):
        return
    if expected == [found]:
        raise RuntimeError(
            f"{wrong} When forward has a single tuple input argument, the return needs to be 'None' or a nested tuple containing forward's "
            f"input tuple argument as in: 'Tuple[{found.annotation()}]'.\n{tail}"
        )
    if not isinstance(found, TupleType):
        raise RuntimeError(wrong + tail)
    if not expected and found.elements:
        raise RuntimeError(f"{wrong} Was expecting either 'None' or 'Tuple[()]' since forward had no arguments.\n{tail}")
    if len(found.elements) != len(expected):
        raise RuntimeError(f"{wrong} The returned tuple contains the wrong number of contained types.\n{tail}")
    if list(found.elements) != expected:
        raise RuntimeError(f"{wrong} The returned tuple contains the wrong inner types.\n{tail}")


def _class_name(kind: ClassType) -> str:
    return unmangled(kind.qualified_name).rpartition(".")[2]


def _inputs(forward: OpSchema) -> str:
    return f"Tuple[{', '.join(argument.type.annotation() for argument in forward.args[1:]) or '()'}]"


def _check_count(schema: OpSchema, count: int, head: str, tail: str) -> None:
    if len(schema.args) != count:
        raise RuntimeError(f"{head}was expected to only have exactly {count} inputs but it had {len(schema.args)} inputs. {tail}\n")


def _check_inputs(forward: OpSchema, schema: OpSchema, head: str, tail: str) -> None:
    """The second argument of a hook is a tuple of what forward takes."""
    found, expected = schema.args[1].type, [argument.type for argument in forward.args[1:]]
    if not isinstance(found, TupleType):
        raise RuntimeError(
            f"{head}expected the input argument to be typed as a Tuple but found type: '{found.annotation()}' instead.\n{tail}\n"
        )
    if not expected and found.elements:
        raise RuntimeError(f"{head}was expecting Tuple[()] as the input type. Received type: '{found.annotation()}'.\n{tail}\n")
    if len(found.elements) != len(expected):
        problem = "has the wrong number of contained types for the input argument's Tuple"
    elif list(found.elements) != expected:
        problem = "has the wrong inner types for the input tuple argument"
    else:
        return
    raise RuntimeError(f"{head}{problem}. Received type: '{found.annotation()}'.\n{tail}\n")

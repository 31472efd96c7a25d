"""Overloads that a program declares: signatures without a body, followed by the one definition that all of them share.

In: functions under `rl.jit._overload`, methods under `rl.jit._overload_method`. Out: the definition under each declared signature, as
`Function`s for `recursive.py` and `live_modules.py`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from ..runtime.scripting import overloaded, overloads_of
from . import syntax
from .python_reader import read_function, read_signature
from .source import NotSupportedError

overload = overload_method = overloaded
"""Declare a signature of the function or method that is defined further down under the same name."""
function_overloads = method_overloads = overloads_of
"""The signatures declared for a function or method; none for others."""


def overloaded_tree(definition: Callable[..., Any], declared: Callable[..., Any]) -> syntax.FunctionDef:
    """The definition's tree with the parameter and result types of a declared signature."""
    tree, signature = read_function(definition), read_signature(declared)
    _check_defaults(definition, declared, signature)
    names = [parameter.name for parameter in tree.parameters]
    if names != [parameter.name for parameter in signature.parameters]:
        raise NotSupportedError(
            f"Overload must have same number of parameters, with the same names: {signature.name} is defined with {', '.join(names)}",
            signature.span,
        )
    parameters = tuple(
        syntax.Parameter(mine.name, theirs.annotation, mine.default, mine.keyword_only, mine.span)
        for mine, theirs in zip(tree.parameters, signature.parameters, strict=True)
    )
    return syntax.FunctionDef(tree.name, parameters, signature.returns or tree.returns, tree.body, tree.decorators, tree.span)


def _check_defaults(definition: Callable[..., Any], declared: Callable[..., Any], signature: syntax.FunctionDef) -> None:
    defaults = inspect.signature(definition).parameters
    for name, parameter in inspect.signature(declared).parameters.items():
        if parameter.default is inspect.Parameter.empty:
            continue
        if name not in defaults or defaults[name].default != parameter.default:
            raise NotSupportedError(
                "Default parameters on overloads do not affect the runtime so they must not set to the default value on the overload "
                f"declaration function, found on parameter {name}",
                signature.span,
            )

"""Type variables of operator schemas: `append.t(t[](a!) self, t(c -> *) el)` fits any list, once `t` is bound.

In: a formal type with variables and the actual type of an argument. Out: bindings (`bind_variables`) and the formal type with the
bindings put in (`substitute`). The types themselves are `typesystem.py`'s.
"""

from __future__ import annotations

from .typesystem import NONE, ListType, OptionalType, TupleType, Type, VarType, unify


def has_variables(type_: Type) -> bool:
    """True if the type contains a type variable."""
    return isinstance(type_, VarType) or any(map(has_variables, type_.contained))


def bind_variables(formal: Type, actual: Type, bindings: dict[str, Type]) -> str | None:
    """Match an actual argument type against a formal one, adding to `bindings`; returns why it does not match, or None.

    Only the structure down to the variables is compared; whether the actual type is a subtype of the substituted formal is the caller's
    question.
    """
    if isinstance(formal, VarType):
        bound = bindings.get(formal.name)
        if bound is None or bound == actual:
            bindings[formal.name] = actual
            return None
        unified = unify(bound, actual)
        if unified is None:
            return f"Type variable '{formal.name}' previously matched to type {bound.annotation()} is matched to type {actual.annotation()}"
        bindings[formal.name] = unified
        return None
    if not has_variables(formal):
        return None
    if isinstance(formal, OptionalType):
        if actual is NONE:
            return None
        return bind_variables(formal.element, actual.element if isinstance(actual, OptionalType) else actual, bindings)
    if isinstance(formal, ListType) and isinstance(actual, TupleType):
        actual = _as_list(actual)
    if type(formal) is not type(actual) or len(formal.contained) != len(actual.contained):
        return f"Cannot match {formal.annotation()} to {actual.annotation()}"
    for inner, given in zip(formal.contained, actual.contained, strict=True):
        reason = bind_variables(inner, given, bindings)
        if reason is not None:
            return reason
    return None


def _as_list(actual: TupleType) -> Type:
    """A tuple of one element type may be given for a list."""
    first: Type | None = actual.elements[0] if actual.elements else None
    for element in actual.elements[1:]:
        first = None if first is None else unify(first, element)
    return actual if first is None else ListType(first)


def substitute(type_: Type, bindings: dict[str, Type]) -> Type | None:
    """The type with its variables replaced; None if one has no binding."""
    if isinstance(type_, VarType):
        return bindings.get(type_.name)
    if not has_variables(type_):
        return type_
    parts = [substitute(t, bindings) for t in type_.contained]
    return None if None in parts else type_.rebuild(tuple(p for p in parts if p is not None))

"""A module called with other parameters and buffers than its own, which it has back afterwards."""
from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, cast

from .. import aten
from ..tensor import Tensor
from .module import Module


def _untied(module: Module, given: dict[str, Any]) -> dict[str, Any]:
    """`given` with every name of a tensor that the module has under several names."""
    names_of: dict[int, list[str]] = {}
    for members in (module.named_parameters(remove_duplicate=False), module.named_buffers(remove_duplicate=False)):
        for name, value in members:
            names_of.setdefault(id(value), []).append(name)
    found = dict(given)
    for names in names_of.values():
        values = {id(given[name]): given[name] for name in names if name in given}
        if len(values) > 1:
            raise ValueError(
                f"functional_call got multiple values for keys {sorted(names)}, "
                "which are tied. Consider using tie_weights=False"
            )
        found.update((name, value) for name in names for value in values.values())
    return found


def _check_names(module: Module, given: dict[str, Any]) -> None:
    names = {name for name, _ in module.named_parameters(remove_duplicate=False)}
    names |= {name for name, _ in module.named_buffers(remove_duplicate=False)}
    messages: list[str] = []
    if unexpected := [name for name in given if name not in names]:
        messages.append(f"Unexpected key(s): {', '.join(map(repr, unexpected))}.")
    if missing := sorted(names - given.keys()):
        messages.append(f"Missing key(s): {', '.join(map(repr, missing))}.")
    if messages:
        raise RuntimeError("Error(s) in reparametrizing for {}:\n\t{}".format(module._get_name(), "\n\t".join(messages)))


def _table(module: Module, path: str) -> tuple[dict[str, Any], str]:
    """The dictionary that holds the member at `path`, and its name there; what is no member becomes a parameter for the call."""
    owner_path, _, name = path.rpartition(".")
    owner = module
    for part in owner_path.split(".") if owner_path else ():
        found: Any = getattr(owner, part, None)
        if not hasattr(owner, part):
            raise AttributeError(f"{owner._get_name()} has no attribute `{part}`")
        if not isinstance(found, Module):
            raise TypeError(f"submodule `{part}`: {found} is not an instance of torch.nn.Module")
        owner = found
    if name in owner._buffers:
        return owner._buffers, name
    if name not in owner._parameters and hasattr(owner, name):
        raise TypeError(f"attribute `{name}`: {getattr(owner, name)} is not an instance of torch.Tensor")
    return owner._parameters, name


@contextmanager
def _replaced(module: Module, given: dict[str, Any]) -> Generator[None]:
    places = {path: _table(module, path) for path in given}
    for value in given.values():
        if not isinstance(value, Tensor):
            raise TypeError(f"{value} is not an instance of torch.Tensor")
    former = {path: (table, name, name in table, table.get(name)) for path, (table, name) in places.items()}
    try:
        for path, (table, name) in places.items():
            table[name] = given[path]
        yield
    finally:
        for table, name, was_there, value in former.values():
            if was_there:
                table[name] = value
            else:
                table.pop(name, None)


def functional_call(
    module: Module, parameter_and_buffer_dicts: Mapping[str, Tensor] | Sequence[Mapping[str, Tensor]],
    args: Any = None, kwargs: dict[str, Any] | None = None, *, tie_weights: bool = True, strict: bool = False,
) -> Any:
    """`module(*args, **kwargs)` with the given tensors, by path, in place of its parameters and buffers.

    A tensor that the module has under several names is replaced under all of them unless `tie_weights` is false; with `strict` every
    member must be given and nothing else. RuntimeError for compiled modules.
    """
    given: dict[str, Tensor] = {}
    if isinstance(parameter_and_buffer_dicts, Mapping):
        given.update(parameter_and_buffer_dicts)
    else:
        for one in parameter_and_buffer_dicts:
            if repeated := [name for name in one if name in given]:
                raise ValueError(f"{repeated} appeared in multiple dictionaries; behavior of functional call is ambiguous")
            given.update(one)
    if hasattr(module, "_c"):
        raise RuntimeError("The stateless API can't be used with Jitted modules")
    given = _untied(module, given) if tie_weights else given
    if strict:
        _check_names(module, given)
    positional = () if args is None else cast("tuple[Any, ...]", args) if isinstance(args, tuple) else (args,)
    with _replaced(module, given):
        return module(*positional, **(kwargs or {}))


def stack_module_state(models: Sequence[Module]) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """The parameters and the buffers of modules of one class, those of one name stacked; RuntimeError if their classes or modes differ."""
    if not models:
        raise RuntimeError("stack_module_state: Expected at least one model, got 0.")
    if len({model.training for model in models}) > 1:
        raise RuntimeError("stack_module_state: Expected all models to have the same training/eval mode.")
    if len({type(model) for model in models}) > 1:
        raise RuntimeError("stack_module_state: Expected all models to be of the same class.")
    parameters = [dict(model.named_parameters()) for model in models]
    buffers = [dict(model.named_buffers()) for model in models]
    return _stacked(parameters), _stacked(buffers)


def _stacked(members: Sequence[dict[str, Any]]) -> dict[str, Tensor]:
    return {name: aten.stack([held[name].detach() for held in members]) for name in members[0]}

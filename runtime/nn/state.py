"""A module's state as a flat dictionary of tensors, and back: the work behind `state_dict` and `load_state_dict`.

Keys are paths (`layer1.0.weight`). The dictionary has an attribute `_metadata` with each module's `_version`, by which a
class reads states that were saved before its members changed. Messages are PyTorch's.
"""
from __future__ import annotations

import warnings
from collections import OrderedDict
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from ..grad_mode import no_grad
from ..tensor import Tensor
from .parameter import Parameter, is_lazy

if TYPE_CHECKING:
    from .module import Module

EXTRA_STATE = "_extra_state"
"""The key under which a module's own, non-tensor state is kept."""


class _IncompatibleKeys(NamedTuple):
    missing_keys: list[str]
    unexpected_keys: list[str]

    def __repr__(self) -> str:
        if not self.missing_keys and not self.unexpected_keys:
            return "<All keys matched successfully>"
        return f"_IncompatibleKeys(missing_keys={self.missing_keys}, unexpected_keys={self.unexpected_keys})"

    __str__ = __repr__


def collect(module: Module, destination: Any, prefix: str, keep_vars: bool) -> Any:
    """Add the state of `module` and its children to `destination`, a new ordered dictionary if it is None."""
    if destination is None:
        # not OrderedDict[str, Any](): that would stay on the dictionary as an attribute, and be saved with it
        destination = cast("Any", OrderedDict())
        destination._metadata = cast("Any", OrderedDict())
    local_metadata: dict[str, Any] = {"version": module._version}
    if hasattr(destination, "_metadata"):
        destination._metadata[prefix[:-1]] = local_metadata
    for pre_hook in module._state_dict_pre_hooks.values():
        pre_hook(module, prefix, keep_vars)
    module._save_to_state_dict(destination, prefix, keep_vars)
    for name, child in module._modules.items():
        if child is not None:
            child.state_dict(destination=destination, prefix=f"{prefix}{name}.", keep_vars=keep_vars)
    for hook in module._state_dict_hooks.values():
        replaced = hook(module, destination, prefix, local_metadata)
        if replaced is None:
            continue
        if getattr(hook, "_from_public_api", False):
            raise RuntimeError("state_dict post-hook must return None")
        destination = replaced
    return destination


def save_own(module: Module, destination: dict[str, Any], prefix: str, keep_vars: bool, has_extra: bool) -> None:
    """Add the parameters and persistent buffers of `module` itself; detached unless `keep_vars`."""
    for name, parameter in module._parameters.items():
        if parameter is not None:
            destination[prefix + name] = parameter if keep_vars else parameter.detach()
    for name, buffer in module._buffers.items():
        if buffer is not None and name not in module._non_persistent_buffers_set:
            destination[prefix + name] = buffer if keep_vars else buffer.detach()
    if has_extra:
        destination[prefix + EXTRA_STATE] = module.get_extra_state()


def load(module: Module, state_dict: Mapping[str, Any], strict: bool, assign: bool) -> _IncompatibleKeys:
    """Copy `state_dict` into `module` and its children; RuntimeError listing everything that does not fit."""
    if not isinstance(state_dict, Mapping):
        raise TypeError(f"Expected state_dict to be dict-like, got {type(state_dict)}.")
    missing: list[str] = []
    unexpected: list[str] = []
    errors: list[str] = []
    metadata: Mapping[str, dict[str, Any]] | None = getattr(state_dict, "_metadata", None)
    # Classes that upgrade old states write into the dictionary, so it is copied first.
    copied: Any = OrderedDict(state_dict)
    if metadata is not None:
        copied._metadata = metadata

    def visit(target: Module, local: dict[str, Any], prefix: str) -> None:
        found = {} if metadata is None else metadata.get(prefix[:-1], {})
        if assign:
            found["assign_to_params_buffers"] = assign
        target._load_from_state_dict(local, prefix, found, True, missing, unexpected, errors)
        for name, child in target._modules.items():
            if child is not None:
                path = f"{prefix}{name}."
                visit(child, {key: value for key, value in local.items() if key.startswith(path)}, path)
        for hook in target._load_state_dict_post_hooks.values():
            if hook(target, _IncompatibleKeys(missing, unexpected)) is not None:
                raise AssertionError(
                    "Hooks registered with ``register_load_state_dict_post_hook`` are not expected to return new values, "
                    "if incompatible_keys need to be modified, it should be done inplace."
                )

    visit(module, copied, "")
    if strict:
        if unexpected:
            errors.insert(0, f"Unexpected key(s) in state_dict: {_quoted(unexpected)}. ")
        if missing:
            errors.insert(0, f"Missing key(s) in state_dict: {_quoted(missing)}. ")
    if errors:
        raise RuntimeError("Error(s) in loading state_dict for {}:\n\t{}".format(type(module).__name__, "\n\t".join(errors)))
    return _IncompatibleKeys(missing, unexpected)


def load_own(
    module: Module, state_dict: dict[str, Any], prefix: str, local_metadata: Mapping[str, Any], strict: bool,
    missing_keys: list[str], unexpected_keys: list[str], error_msgs: list[str], has_extra: bool,
) -> None:
    """Copy what `state_dict` has for `module` itself, and note missing keys, unexpected keys and values that do not fit."""
    for hook in module._load_state_dict_pre_hooks.values():
        hook(state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs)
    buffers = {name: buffer for name, buffer in module._buffers.items() if name not in module._non_persistent_buffers_set}
    members = {name: member for name, member in (*module._parameters.items(), *buffers.items()) if member is not None}
    assign = bool(local_metadata.get("assign_to_params_buffers", False))
    for name, member in members.items():
        key = prefix + name
        if key in state_dict:
            _load_tensor(module, name, member, key, state_dict[key], assign, error_msgs)
        elif strict:
            missing_keys.append(key)
    extra_key = prefix + EXTRA_STATE
    if has_extra:
        if extra_key in state_dict:
            module.set_extra_state(state_dict[extra_key])
        elif strict:
            missing_keys.append(extra_key)
    elif strict and extra_key in state_dict:
        unexpected_keys.append(extra_key)
    if not strict:
        return
    for key in state_dict:
        if not key.startswith(prefix) or key == extra_key:
            continue
        name, dot, _ = key[len(prefix) :].partition(".")
        if name not in (module._modules if dot else members):
            unexpected_keys.append(key)


def _load_tensor(
    module: Module, name: str, member: Tensor, key: str, value: object, assign: bool, error_msgs: list[str]
) -> None:
    if not isinstance(value, Tensor):
        error_msgs.append(
            f'While copying the parameter named "{key}", expected torch.Tensor or Tensor-like object from checkpoint '
            f"but received {type(value)}"
        )
        return
    if is_lazy(member):
        return
    # Files from before zero-dimensional tensors hold one item where a scalar belongs.
    if len(member.shape) == 0 and tuple(value.shape) == (1,):
        value = value[0]
    if value.shape != member.shape:
        error_msgs.append(
            f"size mismatch for {key}: copying a param with shape {value.shape} from checkpoint, "
            f"the shape in current model is {member.shape}."
        )
        return
    try:
        with no_grad():
            if not assign:
                if member.is_meta and not value.is_meta:
                    warnings.warn(
                        f"for {key}: copying from a non-meta parameter in the checkpoint to a meta parameter in the current model, which "
                        "is a no-op. (Did you mean to pass `assign=True` to assign items in the state dictionary to their corresponding "
                        "key in the module instead of copying them in place?)",
                        stacklevel=2,
                    )
                member.copy_(value)
                return
            if isinstance(member, Parameter):
                value = value if isinstance(value, Parameter) else Parameter(value)
                value.requires_grad_(member.requires_grad)
            setattr(module, name, value)
    except Exception as error:
        error_msgs.append(
            f'While copying the parameter named "{key}", whose dimensions in the model are {member.size()} and '
            f"whose dimensions in the checkpoint are {value.size()}, an exception occurred : {error.args}."
        )


def _quoted(names: list[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)

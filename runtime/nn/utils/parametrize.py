"""Parametrizations: a parameter computed from other tensors by a module whenever it is read.

In: a module, the name of one of its parameters or buffers, and a module that computes it. Out: the same module, whose class is now a
subclass with a property of that name; the tensors behind it are in `module.parametrizations.<name>` (`original`, or `original0`,
`original1`, ... if `right_inverse` gave several), which is how PyTorch's state dictionaries spell them. The ready-made
parametrizations are in parametrizations.py.
"""
from __future__ import annotations

import copy
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from typing import Any, cast

from ...grad_mode import no_grad
from ...scripting import is_scripting
from ...tensor import Tensor
from ..module import Module
from ..modules.container import ModuleDict, ModuleList
from ..parameter import Parameter


class _Cache:
    """What `cached` keeps: nesting depth, and the computed tensor by module and name."""

    depth = 0
    tensors: dict[tuple[int, str], Any] = {}


@contextmanager
def cached() -> Generator[None]:
    """Inside, each parametrized tensor is computed once; what it depends on must not change meanwhile."""
    _Cache.depth += 1
    try:
        yield
    finally:
        _Cache.depth -= 1
        if not _Cache.depth:
            _Cache.tensors = {}


def _register_parameter_or_buffer(module: Module, name: str, tensor: Tensor) -> None:
    if isinstance(tensor, Parameter):
        module.register_parameter(name, tensor)
    else:
        module.register_buffer(name, tensor)


def _check_kept(what: str, before: str, was: Any, after: str, now: Any) -> None:
    """ValueError unless dtype and shape of a tensor stayed as they were."""
    for attribute in ("dtype", "shape"):
        old, new = getattr(was, attribute), getattr(now, attribute)
        if old != new:
            lines = [what.format(attribute), before.format(attribute, old), after.format(attribute, new)]
            raise ValueError("\n".join(lines))


class ParametrizationList(ModuleList):
    """The parametrizations of one tensor, applied in order, and the original tensors they begin with."""

    original: Tensor
    unsafe: bool

    def __init__(self, modules: Sequence[Module], original: Tensor, unsafe: bool = False) -> None:
        if len(modules) == 0:
            raise ValueError("ParametrizationList requires one or more modules.")
        super().__init__(modules)
        self.unsafe = unsafe
        shape, dtype = original.shape, original.dtype
        new = self._inverted(original)
        if not isinstance(new, Tensor | Sequence):
            expected = "'right_inverse' must return a Tensor or a Sequence of tensors (list, tuple...). "
            raise ValueError(f"{expected}Got {type(new).__name__}")
        self.is_tensor = isinstance(new, Tensor)
        parts = [new] if isinstance(new, Tensor) else cast("Sequence[Any]", new)
        self.ntensors = len(parts)
        if isinstance(new, Tensor):
            self._keep_one(original, new)
        else:
            self._keep_several(original, parts)
        if not self.unsafe:
            self._check(shape, dtype)

    def _inverted(self, original: Tensor) -> Any:
        new: Any = original
        with no_grad():
            for module in reversed([*self]):
                inverse: Any = getattr(module, "right_inverse", None)
                if inverse is None:
                    continue
                try:
                    new = inverse(new)
                except NotImplementedError:
                    # a parametrization that cannot be inverted starts from the tensor as it is
                    continue
        return new

    def _keep_one(self, original: Tensor, new: Tensor) -> None:
        if original.dtype != new.dtype:
            raise ValueError(
                "When `right_inverse` outputs one tensor, it may not change the dtype.\n"
                f"original.dtype: {original.dtype}\nright_inverse(original).dtype: {new.dtype}"
            )
        original.data = new.detach()
        _register_parameter_or_buffer(self, "original", original)

    def _keep_several(self, original: Tensor, new: Sequence[Any]) -> None:
        for number, tensor in enumerate(new):
            if not isinstance(tensor, Tensor):
                expected = "'right_inverse' must return a Tensor or a Sequence of tensors (list, tuple...). "
                raise ValueError(f"{expected}Got element {number} of the sequence with type {type(tensor).__name__}.")
            kept = Parameter(tensor, original.requires_grad) if isinstance(original, Parameter) else tensor
            kept.requires_grad_(original.requires_grad)
            _register_parameter_or_buffer(self, f"original{number}", kept)

    def _check(self, shape: Any, dtype: Any) -> None:
        computed = self()
        if not isinstance(computed, Tensor):
            raise ValueError(f"A parametrization must return a tensor. Got {type(computed).__name__}.")
        was = Parametrized(dtype, shape)
        what = "Registering a parametrization may not change the {} of the tensor, unless `unsafe` flag is enabled."
        _check_kept(what, "unparametrized {}: {}", was, "parametrized {}: {}", computed)

    def right_inverse(self, value: Tensor) -> None:
        """Set the original tensors so that the parametrized one becomes `value`, if the parametrizations allow it."""
        found: Any = value
        with no_grad():
            for module in reversed([*self]):
                inverse: Any = getattr(module, "right_inverse", None)
                if inverse is None:
                    raise RuntimeError(f"parametrization {type(module).__name__} does not implement right_inverse.")
                found = inverse(found)
        if self.is_tensor:
            self._set_one(found)
        else:
            self._set_several(found)

    def _set_one(self, value: Any) -> None:
        if not isinstance(value, Tensor):
            raise ValueError(f"`right_inverse` should return a tensor. Got {type(value).__name__}")
        if value.dtype != self.original.dtype:
            raise ValueError(
                f"The tensor returned by `right_inverse` has dtype {value.dtype} while `original` has dtype {self.original.dtype}"
            )
        self.original.data = value.detach()

    def _set_several(self, value: Any) -> None:
        if not isinstance(value, Sequence):
            raise ValueError(f"'right_inverse' must return a sequence of tensors. Got {type(value).__name__}.")
        values = cast("Sequence[Any]", value)
        if len(values) != self.ntensors:
            expected = f"'right_inverse' must return a sequence of tensors of length {self.ntensors}."
            raise ValueError(f"{expected} Got a sequence of length {len(values)}.")
        for number, tensor in enumerate(values):
            if not isinstance(tensor, Tensor):
                expected = "'right_inverse' must return a sequence of tensors or reference-type opaques."
                raise ValueError(f"{expected} Got element {number} of type {type(tensor).__name__}.")
            original = getattr(self, f"original{number}")
            if original.dtype != tensor.dtype:
                raise ValueError(
                    f"Tensor {number} returned by `right_inverse` has dtype {tensor.dtype} "
                    f"while `original{number}` has dtype {original.dtype}"
                )
            original.data = tensor.detach()

    def forward(self) -> Tensor:
        """The parametrized tensor."""
        if is_scripting():
            raise RuntimeError("Parametrization is not working with scripting.")
        originals = [self.original] if self.is_tensor else [getattr(self, f"original{number}") for number in range(self.ntensors)]
        first, *rest = self
        value: Any = first(*originals)
        for module in rest:
            value = module(value)
        return value


class Parametrized:
    """The dtype and shape that a tensor had."""

    def __init__(self, dtype: Any, shape: Any) -> None:
        self.dtype = dtype
        self.shape = shape


def _deepcopy(self: Module, memo: dict[int, Any]) -> Module:
    found = memo.get(id(self))
    if found is not None:
        return found
    replica = self.__new__(type(self))
    memo[id(self)] = replica
    replica.__dict__ = copy.deepcopy(self.__dict__, memo)
    return replica


def _refuse_pickling(self: Module) -> Any:
    raise RuntimeError(
        "Serialization of parametrized modules is only supported through state_dict(). See:\n"
        "https://pytorch.org/tutorials/beginner/saving_loading_models.html"
        "#saving-loading-a-general-checkpoint-for-inference-and-or-resuming-training"
    )


def _inject_new_class(module: Module) -> None:
    """Give the module a class of its own, which can hold properties for this object alone."""
    cls = type(module)
    members: dict[str, Any] = {"__getstate__": _refuse_pickling}
    if not hasattr(cls, "__deepcopy__"):
        members["__deepcopy__"] = _deepcopy
    module.__class__ = type(f"Parametrized{cls.__name__}", (cls,), members)


def _inject_property(module: Module, tensor_name: str) -> None:
    key = id(module), tensor_name

    def get_parametrized(self: Any) -> Tensor:
        if is_scripting():
            raise RuntimeError("Parametrization is not working with scripting.")
        parametrization = self.parametrizations[tensor_name]
        if not _Cache.depth:
            return parametrization()
        if key not in _Cache.tensors:
            _Cache.tensors[key] = parametrization()
        return _Cache.tensors[key]

    def set_original(self: Any, value: Tensor) -> None:
        if is_scripting():
            raise RuntimeError("Parametrization is not working with scripting.")
        self.parametrizations[tensor_name].right_inverse(value)

    setattr(type(module), tensor_name, property(get_parametrized, set_original))


def register_parametrization(module: Module, tensor_name: str, parametrization: Module, *, unsafe: bool = False) -> Module:
    """Compute `module.<tensor_name>` by `parametrization` from now on; further ones are applied after those that are there.

    ValueError if the tensor does not exist, or if its dtype or shape would change and it is not `unsafe`.
    """
    parametrization.train(module.training)
    if is_parametrized(module, tensor_name):
        if not unsafe:
            _check_further(module, tensor_name, parametrization)
        parametrizations: Any = module.parametrizations[tensor_name]
        parametrizations.append(parametrization)
        parametrizations.unsafe |= unsafe
    elif tensor_name in module._buffers or tensor_name in module._parameters:
        made = ParametrizationList([parametrization], getattr(module, tensor_name), unsafe=unsafe)
        delattr(module, tensor_name)
        if not is_parametrized(module):
            _inject_new_class(module)
            module.parametrizations = ModuleDict()
        _inject_property(module, tensor_name)
        module.parametrizations[tensor_name] = made
    else:
        raise ValueError(
            f"Module '{module}' does not have a parameter, a buffer, or a parametrized element with name '{tensor_name}'"
        )
    return module


def _check_further(module: Module, tensor_name: str, parametrization: Module) -> None:
    was = getattr(module, tensor_name)
    now = parametrization(was)
    if not isinstance(now, Tensor):
        raise ValueError(f"A parametrization must return a tensor. Got {type(now).__name__}.")
    what = "Registering a parametrization may not change the {} of the tensor, unless the `unsafe` flag is enabled."
    _check_kept(what, f"module.{tensor_name}.{{}}: {{}}", was, f"parametrization(module.{tensor_name}).{{}}: {{}}", now)
    inverse: Any = getattr(parametrization, "right_inverse", None)
    if inverse is None:
        return
    try:
        back = inverse(now)
    except NotImplementedError:
        return
    if not isinstance(back, Tensor):
        raise ValueError(f"parametrization.right_inverse must return a tensor. Got: {type(back).__name__}")
    what = (
        "The tensor returned by parametrization.right_inverse must have the same {} "
        f"as module.{tensor_name}, unless the `unsafe` flag is enabled."
    )
    _check_kept(what, f"module.{tensor_name}.{{}}: {{}}", was, "returned {}: {}", back)


def is_parametrized(module: Module, tensor_name: str | None = None) -> bool:
    """Whether the module has a parametrized tensor, or one of that name."""
    parametrizations = getattr(module, "parametrizations", None)
    if not isinstance(parametrizations, ModuleDict):
        return False
    return len(parametrizations) > 0 if tensor_name is None else tensor_name in parametrizations


def remove_parametrizations(module: Module, tensor_name: str, leave_parametrized: bool = True) -> Module:
    """Make the tensor a plain one again: with its computed value, or the original if not `leave_parametrized`."""
    if not is_parametrized(module, tensor_name):
        raise ValueError(f"Module {module} does not have a parametrization on {tensor_name}")
    parametrizations: Any = module.parametrizations[tensor_name]
    if parametrizations.is_tensor:
        original = parametrizations.original
        if leave_parametrized:
            original.data = getattr(module, tensor_name).detach()
    elif leave_parametrized:
        computed = getattr(module, tensor_name)
        # nothing is recorded here, so what it was computed from says whether gradients are wanted
        wants = any(getattr(parametrizations, f"original{number}").requires_grad for number in range(parametrizations.ntensors))
        original = Parameter(computed.detach()) if wants else computed
    else:
        raise ValueError(
            "Cannot leave unparametrized (`leave_parametrized=False`) a tensor "
            "that is parametrized in terms of a sequence of tensors."
        )
    delattr(type(module), tensor_name)
    del module.parametrizations[tensor_name]
    _register_parameter_or_buffer(module, tensor_name, original)
    if not is_parametrized(module):
        delattr(module, "parametrizations")
        module.__class__ = type(module).__bases__[0]
    return module


def type_before_parametrizations(module: Module) -> type[Module]:
    """The module's class as it was written."""
    return type(module).__bases__[0] if is_parametrized(module) else type(module)


def transfer_parametrizations_and_params(from_module: Module, to_module: Module, tensor_name: str | None = None) -> Module:
    """Register the parametrizations of `from_module` (of one tensor, if named) on `to_module` too, over the same originals."""
    if not is_parametrized(from_module):
        return to_module
    names: Iterable[str] = [*from_module.parametrizations] if tensor_name is None else [tensor_name]
    for name in names:
        if not hasattr(to_module, name):
            setattr(to_module, name, Parameter(getattr(from_module, name)))
        theirs: Any = from_module.parametrizations[name]
        for parametrization in theirs:
            register_parametrization(to_module, name, parametrization)
        ours: Any = to_module.parametrizations[name]
        for original in [*theirs._parameters, *theirs._buffers]:
            setattr(ours, original, getattr(theirs, original))
    return to_module

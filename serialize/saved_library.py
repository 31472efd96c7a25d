"""What whole modules of a torch.save file hold beside layers: activation functions, weight_norm's hook, packed sequences, generators.

In: names, arguments and states of the file. Out: rushlight's own functions and objects. A function is only handed out as a value, for a
module that calls it when it is run; reading calls none. save_pickler.py writes them under the same names.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, cast

from ..runtime import aten, random
from ..runtime.device import Device
from ..runtime.nn import functional
from ..runtime.nn.utils.rnn import PackedSequence
from ..runtime.nn.utils.weight_norm import WeightNorm
from ..runtime.return_types import NamedResult
from ..runtime.tensor import Tensor
from .errors import ArchiveError
from .inert import InertName
from .saved_plain import Plain
from .script_pickle import arguments_of

Arguments = tuple[object, ...]
ACTIVATIONS = (
    "celu", "elu", "gelu", "glu", "hardshrink", "hardsigmoid", "hardswish", "hardtanh", "leaky_relu", "log_softmax", "logsigmoid", "mish",
    "prelu", "relu", "relu6", "rrelu", "selu", "sigmoid", "silu", "softmax", "softmin", "softplus", "softshrink", "softsign", "tanh",
    "tanhshrink", "threshold",
)
"""Functions of torch.nn.functional that layers are made with."""
BUILTINS = {"log_sigmoid": "logsigmoid"}
"""Where a function of torch._C._nn has another name than in torch.nn.functional."""
TENSOR_FUNCTIONS = ("celu", "erf", "exp", "relu", "selu", "sigmoid", "sin", "softmax", "tanh")
"""Functions of torch that layers are made with."""


@functools.cache
def functions() -> dict[str, object]:
    """`module.name` -> the function."""
    found: dict[str, object] = {}
    for name in TENSOR_FUNCTIONS:
        found[f"torch.{name}"] = getattr(aten, name)
    for name in ACTIVATIONS:
        found[f"torch.nn.functional.{name}"] = found[f"torch._C._nn.{name}"] = getattr(functional, name)
    for name, public in BUILTINS.items():
        found[f"torch._C._nn.{name}"] = getattr(functional, public)
    return found


@functools.cache
def names_of_functions() -> dict[int, str]:
    """The name that each function is written under, by its address; all of them live as long as the process."""
    return {id(value): name for name, value in reversed(functions().items()) if not name.startswith("torch._C.")}


OWNER = InertName("torch._C", "_VariableFunctionsClass")
"""The class that functions of torch are asked of before protocol 4."""


def function_of(arguments: Arguments) -> object:
    """What `getattr` gives for a function of torch, None for anything else."""
    if len(arguments) != 2 or arguments[0] is not OWNER or not isinstance(arguments[1], str):
        return None
    return functions().get(f"torch.{arguments[1]}")


def named_results(operator: str) -> Callable[[Arguments], object] | None:
    """What `torch.return_types.<operator>` makes of a tuple of its parts and a dict; None if its results have no names."""
    # on first use: it needs the operators, which nothing else here does
    from ..runtime.ops.packet import class_of_results

    kind = class_of_results(operator)
    if kind is None:
        return None
    made: type[NamedResult] = kind

    def make(arguments: Arguments) -> object:
        parts, _ = arguments_of(f"torch.return_types.{operator}", arguments, ("parts", "hidden"), 1)
        if not isinstance(parts, tuple) or len(cast("Arguments", parts)) != made.n_fields:
            raise ArchiveError(f"torch.return_types.{operator} takes a tuple of {made.n_fields} parts")
        return made(cast("Arguments", parts))

    return make


def _packed_sequence(arguments: Arguments) -> object:
    data, sizes, *order = arguments_of("PackedSequence", arguments, ("data", "batch_sizes", "sorted_indices", "unsorted_indices"), 2)
    if not isinstance(data, Tensor) or not isinstance(sizes, Tensor) or not all(isinstance(one, Tensor | None) for one in order):
        raise ArchiveError("PackedSequence takes tensors")
    return PackedSequence(data, sizes, *cast("list[Tensor | None]", order))


def _generator(arguments: Arguments) -> object:
    (device,) = arguments_of("torch.Generator", arguments, ("device",), 1)
    if not isinstance(device, Device):
        raise ArchiveError("torch.Generator takes a device")
    return random.Generator(device)


def _weight_norm(arguments: Arguments) -> object:
    if arguments:
        raise ArchiveError("WeightNorm is made with arguments")
    return WeightNorm("weight", 0)


def build_library(instance: object, state: object) -> object:
    """BUILD: one of these objects with the state that the file gives it, None for any other object."""
    if isinstance(instance, random.Generator):
        seed, _, numbers = arguments_of("torch.Generator", cast("Any", state), ("seed", "offset", "state"), 3)
        if type(seed) is not int or not isinstance(numbers, Tensor):
            raise ArchiveError("the state of a torch.Generator is a seed, an offset and a tensor")
        return instance.manual_seed(seed).set_state(numbers)
    if isinstance(instance, WeightNorm):
        members = cast("dict[object, object]", state) if isinstance(state, dict) else {}
        name, dim = members.get("name"), members.get("dim")
        if len(members) != 2 or not isinstance(name, str) or not name.isidentifier() or name.startswith("__") or type(dim) is not int:
            raise ArchiveError("the state of a WeightNorm is the name of a parameter and a dimension")
        instance.name, instance.dim = name, dim
        return instance
    return None


LIBRARY: dict[str, Plain] = {
    "torch.nn.utils.rnn.PackedSequence": Plain(_packed_sequence),
    "torch._C.Generator": Plain(_generator),
    "torch.nn.utils.weight_norm.WeightNorm": Plain(_weight_norm),
}
"""`module.name` -> what it means."""

"""Values that files hold and rushlight cannot compute with: kept with everything they say, so that nothing of a file is lost.

They are made by saved_tensors.py and written back by save_pickler.py.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any, cast

from ..runtime.tensor import Size, Tensor


@dataclass(frozen=True, slots=True)
class QuantizationScheme:
    """How the integers of a quantized tensor stand for numbers: `per_tensor_affine`, `per_channel_affine` and the like."""

    name: str

    def __repr__(self) -> str:
        return f"torch.{self.name}"


@dataclass(frozen=True, slots=True)
class OtherDType:
    """A dtype that no tensor here has: `torch.qint8`, `torch.bits8`, `torch.float4_e2m1fn_x2`, `torch.int4` and the like."""

    name: str

    def __repr__(self) -> str:
        return f"torch.{self.name}"


@dataclass(frozen=True, slots=True, eq=False)
class OtherTensor:
    """A tensor of such a dtype: `items` has its bits, as unsigned integers of the same size."""

    items: Tensor
    dtype: OtherDType

    @property
    def shape(self) -> Size:
        """The sizes."""
        return self.items.shape


@dataclass(frozen=True, slots=True)
class InertName:
    """A class or function that a file names, kept as its name: nothing is imported, and it cannot be called."""

    module: str
    name: str

    def __repr__(self) -> str:
        return f"<{self.module}.{self.name}, kept as a name>"


@dataclass(slots=True, eq=False)
class InertObject:
    """An object of a class that is only known by name: what the file says of it, and no behaviour of its own.

    `maker` and `arguments` say how it was to be made (`is_new`: by the class's `__new__`), `state` what it was to be given, and `items`
    and `pairs` what it holds as a list or dict.
    """

    maker: object
    arguments: tuple[object, ...]
    is_new: bool = False
    state: object = None
    items: list[object] = field(default_factory=list[object])
    pairs: dict[object, object] = field(default_factory=dict[object, object])

    @property
    def name(self) -> str:
        """The class or function, as `module.name`."""
        maker = self.maker
        while isinstance(maker, InertObject):
            maker = maker.maker
        return f"{maker.module}.{maker.name}" if isinstance(maker, InertName) else str(getattr(maker, "name", ""))

    @property
    def attributes(self) -> dict[str, object]:
        """The state by name, if it is a dict or a pair of dicts, as those of ordinary objects are."""
        state: object = self.state
        parts = cast("tuple[object, ...]", state) if isinstance(state, tuple) else (state,)
        found: dict[str, object] = {}
        for part in parts if all(isinstance(part, dict | None) for part in parts) else ():
            found.update(cast("dict[str, object]", part or {}))
        return found

    def state_dict(
        self, *, destination: OrderedDict[str, Any] | None = None, prefix: str = "", keep_vars: bool = False
    ) -> OrderedDict[str, Any]:
        """The tensors of a module by name, as `nn.Module.state_dict` gives them; empty for an object that is no module."""
        found: OrderedDict[str, Any] = OrderedDict() if destination is None else destination
        attributes = self.attributes
        hidden = attributes.get("_non_persistent_buffers_set")
        for group in ("_parameters", "_buffers"):
            for name, value in _members(attributes.get(group)):
                if isinstance(value, Tensor) and not (group == "_buffers" and isinstance(hidden, set) and name in hidden):
                    found[f"{prefix}{name}"] = value if keep_vars else value.detach()
        for name, value in _members(attributes.get("_modules")):
            if value is not None and hasattr(value, "state_dict"):
                cast("Any", value).state_dict(destination=found, prefix=f"{prefix}{name}.", keep_vars=keep_vars)
        return found

    def __repr__(self) -> str:
        return f"<{self.name}, kept as data>"


def _members(value: object) -> list[tuple[object, object]]:
    return list(cast("dict[object, object]", value).items()) if isinstance(value, dict) else []


@dataclass(slots=True, eq=False)
class DimRange:
    """What PyTorch's compiler notes about a dimension: the dimension, its least and its greatest size."""

    parts: tuple[int | None, ...] = ()


@dataclass(slots=True, eq=False)
class JaggedTensor:
    """A nested tensor of the layout `torch.jagged`: `members` has its values, offsets and lengths, `attributes` what else it holds."""

    members: dict[str, object]
    attributes: dict[str, object]


@dataclass(frozen=True, slots=True, eq=False)
class QuantizedTensor:
    """A quantized tensor of a type that the runtime does not compute with: items of 2 bits, or of 4 that a file has behind its pickle.

    `integers` has the bytes of the whole storage, `dtype` names the quantized type; `scale` and `zero_point` are numbers, or tensors
    with one value for each index of dimension `axis`.
    """

    integers: Tensor
    dtype: str
    shape: Size
    strides: tuple[int, ...]
    offset: int
    scheme: QuantizationScheme
    scale: float | Tensor
    zero_point: int | Tensor
    axis: int | None
    requires_grad: bool


@dataclass(frozen=True, slots=True, eq=False)
class SparseTensor:
    """A sparse tensor by its parts: `indices` (of COO), or compressed and plain indices (of CSR, CSC, BSR, BSC), and `values`."""

    layout: str
    indices: tuple[Tensor, ...]
    values: Tensor
    shape: Size
    is_coalesced: bool | None = None


@dataclass(frozen=True, slots=True, eq=False)
class NestedTensor:
    """Tensors of different sizes in one buffer: their sizes, strides and offsets."""

    buffer: Tensor
    sizes: Tensor
    strides: Tensor
    offsets: Tensor

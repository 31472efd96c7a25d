"""Values of the classes that libtorch implements in C++: weights of quantized layers and of mobile ones, made ready once.

In: what an archive keeps of such a value (its state), or the arguments of a prepacking operator. Out: `Packed` objects, which operators of
the folder ops/quantized take. `CLASSES` has them by qualified name; the names and the states are PyTorch's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, cast

from .dtype import float16, float32, int16, qint8, quint4x2, quint8
from .tensor import Tensor

if TYPE_CHECKING:
    from .ops.layers.convolving_int8 import PackedWeight

ROOT = "__torch__.torch.classes."


class Packed:
    """A value of one of these classes: immutable; programs get lists of their own from its methods."""

    class_name: ClassVar[str]
    state_type: ClassVar[str]
    """The type of states that are read, in the style of schemas."""
    written_type: ClassVar[str] = ""
    """The type of `state()`."""
    methods: ClassVar[dict[str, str]] = {}
    """What compiled code may call without arguments, with the types of the results."""
    _ready: Any = None

    @classmethod
    def from_state(cls, state: Any) -> Packed:
        """The value that `state()` was taken from; RuntimeError where the state is none."""
        raise NotImplementedError

    def state(self) -> Any:
        """What an archive keeps."""
        raise NotImplementedError

    def __deepcopy__(self, memo: object) -> Packed:
        return self

    def __repr__(self) -> str:
        return f"<{self.class_name}>"


class LinearParameters(Packed):
    """Weight and bias of a linear layer: qint8 (out, in), or float16 kept in float32."""

    class_name = f"{ROOT}quantized.LinearPackedParamsBase"
    state_type = written_type = "(Tensor, Tensor?)"
    methods = {"unpack": "(Tensor, Tensor?)", "bias": "Tensor?"}

    def __init__(self, weight: Tensor, bias: Tensor | None, *, half: bool = False) -> None:
        if weight.ndim != 2:
            raise RuntimeError(f"linear_prepack: the weight must have 2 dims, but it has {weight.ndim}")
        if not half and weight.dtype is not qint8:
            raise RuntimeError(f"linear_prepack: expected a weight of qint8, got {weight.dtype}")
        if bias is not None and tuple(bias.shape) != (weight.shape[0],):
            raise RuntimeError(f"linear_prepack: bias should be a vector of {weight.shape[0]} items, but it is {list(bias.shape)}")
        # a matrix of float16 weights is held in float32, rounded
        self.weight = weight.to(float16).to(float32) if half else weight
        self._bias = bias
        self.half = half

    @classmethod
    def from_state(cls, state: Any) -> LinearParameters:
        weight, bias = state
        return cls(weight, bias, half=weight.dtype is not qint8)

    def state(self) -> tuple[Tensor, Tensor | None]:
        return self.weight, self._bias

    def unpack(self) -> tuple[Tensor, Tensor | None]:
        """Weight and bias."""
        return self.weight, self._bias

    def bias(self) -> Tensor | None:
        """The bias."""
        return self._bias

    def convolution(self) -> PackedWeight:
        """The weight for exact sums: rows of a matrix are the pixels of an image."""
        if self._ready is None:
            self._ready = int8_weight(self.weight.unsqueeze(2), 1, transposed=False)
        return self._ready


def int8_weight(weight: Tensor, groups: int, *, transposed: bool) -> PackedWeight:
    """A weight of qint8 for the convolutions of eight-bit numbers."""
    from .ops.layers.convolving_int8 import PackedWeight
    from .quantization import integers_of, quantizer_of

    quantizer = quantizer_of(weight)
    points = [quantizer.zero_point] if quantizer.zero_points is None else quantizer.zero_points.tolist()
    return PackedWeight(integers_of(weight), points, groups, transposed=transposed)


class ConvolutionParameters(Packed):
    """Weight, bias and settings of a convolution."""

    state_type = "Any"
    written_type = "(str, Tensor[], Tensor?[])"
    dims: ClassVar[int]
    methods = {
        "unpack": "(Tensor, Tensor?)", "stride": "int[]", "padding": "int[]", "output_padding": "int[]", "dilation": "int[]",
        "groups": "int", "transpose": "bool",
    }  # fmt: skip

    def __init__(
        self, weight: Tensor, bias: Tensor | None, stride: Sequence[int], padding: Sequence[int], dilation: Sequence[int], groups: int,
        *, output_padding: Sequence[int] = (), transpose: bool = False,
    ) -> None:  # fmt: skip
        if weight.dtype is not qint8 or weight.ndim != self.dims + 2:
            raise RuntimeError(f"conv_prepack: expected a weight of qint8 with {self.dims + 2} dims, got {weight.dtype} with {weight.ndim}")
        settings = (stride, padding, dilation, output_padding or [0] * self.dims)
        if any(len(one) != self.dims or any(type(size) is not int for size in one) for one in settings):
            raise RuntimeError(f"conv_prepack: stride, padding, dilation and output padding must have {self.dims} sizes, got {settings}")
        self.weight = weight
        self._bias = bias
        self._settings = [list(one) for one in settings]
        self._groups = groups
        self._transpose = transpose

    @classmethod
    def from_state(cls, state: Any) -> ConvolutionParameters:
        config, weight, bias = _convolution_state(state)
        dims = cls.dims
        if len(config) != 3 + 4 * dims or config[0] != dims:
            raise RuntimeError(f"{cls.class_name}: {len(config)} settings of a convolution in {config[0] if config else 0} dims")
        stride, padding, dilation, added = (config[1 + dims * at : 1 + dims * (at + 1)] for at in range(4))
        groups, flags = config[-2:]
        return cls(weight, bias, stride, padding, dilation, groups, output_padding=added, transpose=bool(flags & 1))

    def state(self) -> tuple[str, list[Tensor], list[Tensor | None]]:
        from .factories import tensor

        settings = [size for one in self._settings for size in one]
        return "2", [tensor([self.dims, *settings, self._groups, int(self._transpose)], dtype=int16), self.weight], [self._bias]

    def unpack(self) -> tuple[Tensor, Tensor | None]:
        """Weight and bias."""
        return self.weight, self._bias

    def bias(self) -> Tensor | None:
        """The bias."""
        return self._bias

    def stride(self) -> list[int]:
        """The step between windows."""
        return [*self._settings[0]]

    def padding(self) -> list[int]:
        """The width of the border."""
        return [*self._settings[1]]

    def dilation(self) -> list[int]:
        """The step between taps."""
        return [*self._settings[2]]

    def output_padding(self) -> list[int]:
        """What is added to the sizes of a transposed convolution's result."""
        return [*self._settings[3]]

    def groups(self) -> int:
        """The number of groups of channels."""
        return self._groups

    def transpose(self) -> bool:
        """Whether the convolution is transposed."""
        return self._transpose

    def convolution(self) -> PackedWeight:
        """The weight for exact sums."""
        if self._ready is None:
            self._ready = int8_weight(self.weight, self._groups, transposed=self._transpose)
        return self._ready


def _convolution_state(state: Any) -> tuple[list[int], Tensor, Tensor | None]:
    """Settings, weight and bias of the forms that archives of PyTorch 1.5 on have."""
    parts = cast("tuple[Any, ...]", state if isinstance(state, tuple) else ())
    match parts:
        case ("2", [Tensor() as config, Tensor() as weight], [(Tensor() | None) as bias]):
            return [int(size) for size in config.tolist()], weight, bias
        case ("2" | "1", [Tensor() as config, Tensor() as weight], []):
            return [int(size) for size in config.tolist()], weight, None
        case (3, [*config], [None, Tensor() as weight, (Tensor() | None) as bias]):
            return config, weight, bias
        case (3, [*config], [None, Tensor() as weight]):
            return config, weight, None
        case (Tensor() as weight, (Tensor() | None) as bias, [*stride], [*padding], [*dilation], Tensor() as groups):
            # PyTorch 1.4 and 1.5: sizes are tensors of one item each
            sizes = [[int(cast("Tensor", size).item()) for size in one] for one in (stride, padding, dilation)]
            dims = len(sizes[0])
            return [dims, *sizes[0], *sizes[1], *sizes[2], *[0] * dims, int(groups.item()), 0], weight, bias
        case _:
            raise RuntimeError("the state of a convolution's packed parameters is none that is known")


class Convolution2dParameters(ConvolutionParameters):
    """Those of a convolution in one or two dims."""

    class_name = f"{ROOT}quantized.Conv2dPackedParamsBase"
    dims = 2


class Convolution3dParameters(ConvolutionParameters):
    """Those of a convolution in three dims."""

    class_name = f"{ROOT}quantized.Conv3dPackedParamsBase"
    dims = 3


class EmbeddingParameters(Packed):
    """The table of an embedding: rows of quint8 or quint4x2, each with a scale and a zero point that is a number."""

    class_name = f"{ROOT}quantized.EmbeddingPackedParamsBase"
    state_type = written_type = "(int, Tensor[], float[], int[])"
    methods = {"unpack": "Tensor", "bit_rate": "int"}

    def __init__(self, weight: Tensor) -> None:
        from .quantization import quantizer_of

        if weight.ndim != 2 or weight.dtype not in (quint8, quint4x2):
            raise RuntimeError(f"embedding_bag_prepack: expected a weight of quint8 or quint4x2 with 2 dims, got {weight.dtype}")
        if quantizer_of(weight).scheme != "per_channel_affine_float_qparams" or quantizer_of(weight).axis != 0:
            raise RuntimeError("embedding_bag_prepack: expected scales and zero points of floating point for each row of the weight")
        self.weight = weight

    @classmethod
    def from_state(cls, state: Any) -> EmbeddingParameters:
        version, weights, _, bits = state
        if version != 1 or len(weights) != 1:
            raise RuntimeError(f"{cls.class_name}: a state of version {version} with {len(weights)} tensors")
        made = cls(weights[0])
        if bits[:1] != [made.bit_rate()]:
            raise RuntimeError(f"{cls.class_name}: {bits} bits for items of {made.weight.dtype}")
        return made

    def state(self) -> tuple[int, list[Tensor], list[float], list[int]]:
        return 1, [self.weight], [], [self.bit_rate()]

    def unpack(self) -> Tensor:
        """The table."""
        return self.weight

    def bit_rate(self) -> int:
        """Bits of an item."""
        return 4 if self.weight.dtype is quint4x2 else 8

    def factors(self) -> tuple[Tensor, Tensor]:
        """What an integer of each row is multiplied by, and what is added then; those of four bits are rounded to float16."""
        from .quantization import quantizer_of

        if self._ready is None:
            quantizer = quantizer_of(self.weight)
            assert quantizer.scales is not None and quantizer.zero_points is not None
            added = quantizer.scales * quantizer.zero_points * -1.0
            pair = quantizer.scales, added
            self._ready = tuple(one.to(float16).to(float32) for one in pair) if self.weight.dtype is quint4x2 else pair
        return self._ready


class CellParameters(Packed):
    """The weights of one direction of one recurrent layer: `kind` is `quantized_dynamic` or `quantized_fp16`."""

    class_name = f"{ROOT}rnn.CellParamsBase"
    state_type = written_type = f"(str, Tensor[], float[], int[], {LinearParameters.class_name}[])"

    def __init__(
        self, kind: str, input: LinearParameters, hidden: LinearParameters, biases: tuple[Tensor | None, Tensor | None], reduce_range: bool
    ) -> None:
        self.kind = kind
        self.input = input
        self.hidden = hidden
        self.biases = biases
        self.reduce_range = reduce_range

    @classmethod
    def from_state(cls, state: Any) -> CellParameters:
        match state:
            case ("quantized_dynamic", [Tensor() as input, Tensor() as hidden], _, [reduce_range], [first, second]):
                return cls("quantized_dynamic", first, second, (input, hidden), bool(reduce_range))
            case ("quantized_fp16", _, _, _, [first, second]):
                return cls("quantized_fp16", first, second, (first.bias(), second.bias()), False)
            case (str() as kind, *_):
                raise RuntimeError(f"{cls.class_name}: parameters of kind {kind[:64]!r} are not supported")
            case _:
                raise RuntimeError(f"{cls.class_name}: the state is none that is known")

    def state(self) -> tuple[str, list[Tensor], list[float], list[int], list[LinearParameters]]:
        if self.kind == "quantized_fp16":
            return self.kind, [], [], [], [self.input, self.hidden]
        biases = [one for one in self.biases if one is not None]
        return self.kind, biases, [], [int(self.reduce_range)], [self.input, self.hidden]


class LinearContext(Packed):
    """A linear layer of a mobile archive: weight, bias, and bounds that its results are cut to."""

    class_name = f"{ROOT}xnnpack.LinearOpContext"
    state_type = written_type = "(Tensor, Tensor?, Scalar?, Scalar?)"

    def __init__(self, weight: Tensor, bias: Tensor | None, low: float | None, high: float | None) -> None:
        self.weight, self.bias, self.low, self.high = weight, bias, low, high

    @classmethod
    def from_state(cls, state: Any) -> LinearContext:
        return cls(*state)

    def state(self) -> tuple[Any, ...]:
        return self.weight, self.bias, self.low, self.high


class ConvolutionContext(Packed):
    """A convolution of a mobile archive."""

    class_name = f"{ROOT}xnnpack.Conv2dOpContext"
    state_type = written_type = "(Tensor, Tensor?, int[], int[], int[], int, Scalar?, Scalar?)"

    def __init__(
        self, weight: Tensor, bias: Tensor | None, stride: list[int], padding: list[int], dilation: list[int], groups: int,
        low: float | None, high: float | None,
    ) -> None:  # fmt: skip
        self.weight, self.bias, self.low, self.high = weight, bias, low, high
        self.stride, self.padding, self.dilation, self.groups = stride, padding, dilation, groups

    @classmethod
    def from_state(cls, state: Any) -> ConvolutionContext:
        return cls(*state)

    def state(self) -> tuple[Any, ...]:
        return self.weight, self.bias, self.stride, self.padding, self.dilation, self.groups, self.low, self.high


class TransposedConvolutionContext(Packed):
    """A transposed convolution of a mobile archive."""

    class_name = f"{ROOT}xnnpack.TransposeConv2dOpContext"
    state_type = written_type = "(Tensor, Tensor?, int[], int[], int[], int[], int, Scalar?, Scalar?)"

    def __init__(
        self, weight: Tensor, bias: Tensor | None, stride: list[int], padding: list[int], output_padding: list[int], dilation: list[int],
        groups: int, low: float | None, high: float | None,
    ) -> None:  # fmt: skip
        self.weight, self.bias, self.low, self.high = weight, bias, low, high
        self.stride, self.padding, self.output_padding, self.dilation, self.groups = stride, padding, output_padding, dilation, groups

    @classmethod
    def from_state(cls, state: Any) -> TransposedConvolutionContext:
        return cls(*state)

    def state(self) -> tuple[Any, ...]:
        settings = (self.stride, self.padding, self.output_padding, self.dilation, self.groups)
        return (self.weight, self.bias, *settings, self.low, self.high)


class RecordFunction(Packed):
    """A named part of a program that PyTorch's profiler measures."""

    class_name = f"{ROOT}profiler._RecordFunction"
    state_type = "str"

    def __init__(self, name: str) -> None:
        self.name = name

    @classmethod
    def from_state(cls, state: Any) -> RecordFunction:
        raise RuntimeError(f"{cls.class_name}: archives hold none")


CLASSES: dict[str, type[Packed]] = {
    one.class_name: one
    for one in (
        LinearParameters, Convolution2dParameters, Convolution3dParameters, EmbeddingParameters, CellParameters, LinearContext,
        ConvolutionContext, TransposedConvolutionContext, RecordFunction,
    )
}  # fmt: skip

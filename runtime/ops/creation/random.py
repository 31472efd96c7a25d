"""Operators that draw random numbers: in-place fills, the tensors made by them, and dropout.

A tensor is filled in the order in which its items lie in memory, as PyTorch does.
"""
from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ... import dtype as dtypes
from ...distributions import bounded_integers, normal, permutation, uniform, uniform32, uniform64
from ...dtype import DType, as_dtype
from ...promotion import get_default_dtype
from ...random import Generator, default_generator
from ...storage import require_memory
from ...tensor import Tensor
from ..dtype_rules import type_name
from ..elementwise import memory_order
from ..host import Array, decoded, encode, wrapped
from ..overlap import check_writable
from ..pointwise.complex_numbers import view_as_real
from ..shape.copying import converted, copy_into
from ..shape.views import expanded, permuted
from ..table import composite, host, required
from .factories import check_options, empty_like, fresh

_OPTIONS = "ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None"
_INT_OPTIONS = "ScalarType? dtype=4, Layout? layout=None, Device? device=None, bool? pin_memory=None"
_LIKE = f"{_OPTIONS}, MemoryFormat? memory_format=None"
_GENERATOR = "Generator? generator=None"


def fill_in_memory_order(tensor: Tensor, generator: Generator | None, draw: Callable[[Generator, int], Array]) -> Tensor:
    """Write what `draw` draws from a generator, an item each, into `tensor` in memory order; nothing is drawn for no data."""
    check_writable(tensor)
    if tensor.is_meta:
        return tensor
    source = generator or default_generator()
    with source.lock:
        values = draw(source, tensor.layout.numel)
    layout = tensor.layout
    ordered = permuted(layout, memory_order(layout.shape, [layout.strides]))
    encode(Tensor(tensor.memory, ordered, tensor.dtype), values.reshape(ordered.shape))
    tensor.memory.version += 1
    return tensor


def _floating(tensor: Tensor, name: str) -> Any:
    """The NumPy dtype to draw in: float32 for formats of 16 bits."""
    if tensor.dtype is dtypes.float32 or tensor.dtype is dtypes.float64:
        return tensor.dtype.numpy
    if tensor.dtype.is_floating_point:
        return np.dtype(np.float32)
    raise NotImplementedError(f"\"{name}\" not implemented for '{type_name(tensor.dtype)}'")


def uniform_into(tensor: Tensor, low: float, high: float, generator: Generator | None) -> Tensor:
    """Fill with values from [low, high); both parts of complex numbers."""
    if tensor.dtype.is_complex:
        uniform_into(view_as_real(tensor), low, high, generator)
        return tensor
    dtype = _floating(tensor, "check_uniform_bounds")
    if low > high:
        raise RuntimeError(f"uniform_ expects to return a [from, to) range, but found from={low:g} > to={high:g}")
    fill_in_memory_order(tensor, generator, lambda source, count: uniform(source, count, dtype, low, high))
    if tensor.dtype.itemsize == 2 and low < high:
        # what was rounded up to the bound, which is outside, becomes the other bound
        tensor.masked_fill_(tensor == tensor.new_full([], high), low)
    return tensor


def normal_into(tensor: Tensor, mean: float, std: float, generator: Generator | None) -> Tensor:
    """Fill with normal values; both parts of complex numbers share the variance."""
    if std < 0:
        raise RuntimeError(f"normal expects std >= 0.0, but found std {std:g}")
    if tensor.dtype.is_complex:
        normal_into(view_as_real(tensor), mean, std / math.sqrt(2), generator)
        return tensor
    dtype = _floating(tensor, "normal_kernel_cpu")
    contiguous, halves = tensor.layout.is_contiguous, tensor.dtype.itemsize == 2
    return fill_in_memory_order(
        tensor, generator, lambda source, count: normal(source, count, dtype, mean, std, contiguous=contiguous, whole_blocks=halves)
    )


def bernoulli_into(tensor: Tensor, p: float, generator: Generator | None) -> Tensor:
    """Fill with ones of probability `p`, zeros otherwise.

    PyTorch on Intel processors takes these from MKL, with other numbers; these are the ones of every other processor.
    """
    if not 0 <= p <= 1:
        raise RuntimeError(f"bernoulli_ expects p to be in [0, 1], but got p={p:g}")
    return fill_in_memory_order(tensor, generator, lambda source, count: uniform64(source, count) < p)


@host(f"uniform_(Tensor(a!) self, float from=0., float to=1., *, {_GENERATOR}) -> Tensor(a!)", random=True)
def uniform_in_place(self: Tensor, low: float = 0.0, high: float = 1.0, generator: Generator | None = None) -> Tensor:
    """Filled with values from [from, to)."""
    return uniform_into(self, low, high, generator)


@host(f"normal_(Tensor(a!) self, float mean=0., float std=1., *, {_GENERATOR}) -> Tensor(a!)", random=True)
def normal_in_place(self: Tensor, mean: float = 0.0, std: float = 1.0, generator: Generator | None = None) -> Tensor:
    """Filled with normal values."""
    return normal_into(self, mean, std, generator)


@host("_no_grad_uniform_(Tensor(a!) tensor, float a, float b, Generator? generator=None) -> Tensor(a!)", random=True)
def no_grad_uniform(tensor: Tensor, a: float, b: float, generator: Generator | None = None) -> Tensor:
    """Filled with values from [a, b)."""
    return uniform_into(tensor, a, b, generator)


@host("_no_grad_normal_(Tensor(a!) tensor, float mean, float std, Generator? generator=None) -> Tensor(a!)", random=True)
def no_grad_normal(tensor: Tensor, mean: float, std: float, generator: Generator | None = None) -> Tensor:
    """Filled with normal values."""
    return normal_into(tensor, mean, std, generator)


@host("_no_grad_fill_(Tensor(a!) tensor, float val) -> Tensor(a!)")
def no_grad_fill(tensor: Tensor, val: float) -> Tensor:
    """Filled with a number."""
    from .factories import fill_number

    return fill_number(tensor, val)


@host("_no_grad_zero_(Tensor(a!) tensor) -> Tensor(a!)")
def no_grad_zero(tensor: Tensor) -> Tensor:
    """Filled with 0."""
    return no_grad_fill(tensor, 0)


# Bernoulli


@host(f"bernoulli_.float(Tensor(a!) self, float p=0.5, *, {_GENERATOR}) -> Tensor(a!)", random=True)
def bernoulli_in_place(self: Tensor, p: float = 0.5, generator: Generator | None = None) -> Tensor:
    """Filled with ones of probability `p`, zeros otherwise."""
    return bernoulli_into(self, p, generator)


@host(f"bernoulli_.Tensor(Tensor(a!) self, Tensor p, *, {_GENERATOR}) -> Tensor(a!)", random=True)
def bernoulli_tensor_in_place(self: Tensor, p: Tensor, generator: Generator | None = None) -> Tensor:
    """Filled with ones of the probability that stands at the item's place in `p`, zeros otherwise."""
    dtype = _floating(p, "bernoulli_tensor_cpu_p_")
    if self.is_meta:
        return self
    probabilities = decoded(Tensor(p.memory, expanded(p.layout, self.layout.shape), p.dtype))
    if not ((probabilities >= 0) & (probabilities <= 1)).all():
        raise RuntimeError("Expected p_in >= 0 && p_in <= 1 to be true, but got false")
    order = memory_order(self.layout.shape, [self.layout.strides])
    ordered = probabilities.transpose(order)
    draw = uniform32 if dtype == np.float32 else uniform64
    return fill_in_memory_order(self, generator, lambda source, count: draw(source, count).reshape(ordered.shape) < ordered)


@host(f"bernoulli(Tensor self, *, {_GENERATOR}) -> Tensor", random=True)
def bernoulli(self: Tensor, generator: Generator | None = None) -> Tensor:
    """Ones with the probabilities that `self` holds, zeros otherwise."""
    return bernoulli_tensor_in_place(self.new_empty(self.layout.shape), self, generator)


@host(f"bernoulli.p(Tensor self, float p, *, {_GENERATOR}) -> Tensor", random=True)
def bernoulli_p(self: Tensor, p: float, generator: Generator | None = None) -> Tensor:
    """A tensor like `self` of ones with probability `p`, zeros otherwise."""
    return bernoulli_into(self.new_empty(self.layout.shape), p, generator)


# Whole numbers


def _limits(dtype: DType) -> tuple[int, int]:
    """The smallest and the largest whole number that random integers of a dtype may be."""
    if dtype.is_floating_point:
        digits = {"float64": 53, "float32": 24, "float16": 11, "bfloat16": 8}[dtype.name]
        return -(1 << digits), 1 << digits
    if dtype is dtypes.bool_:
        return 0, 1
    width = 8 * dtype.itemsize
    return (-(1 << (width - 1)), (1 << (width - 1)) - 1) if dtype.is_signed else (0, (1 << width) - 1)


def integers_into(tensor: Tensor, low: int, high: int, generator: Generator | None) -> Tensor:
    """Fill with whole numbers from [low, high)."""
    if low >= high:
        raise RuntimeError(f"random_ expects 'from' to be less than 'to', but got from={low} >= to={high}")
    least, most = _limits(tensor.dtype)
    for name, value in (("from", low), ("to - 1", high - 1)):
        if not least <= value <= most:
            raise RuntimeError(f"{name} is out of bounds for {tensor.dtype}: {value} is outside [{least}, {most}]")
    return fill_in_memory_order(tensor, generator, lambda source, count: bounded_integers(source, count, low, high - low))


@host(f"random_.from(Tensor(a!) self, int from, int? to, *, {_GENERATOR}) -> Tensor(a!)", random=True)
def random_from_in_place(self: Tensor, low: int, high: int | None, generator: Generator | None = None) -> Tensor:
    """Filled with whole numbers from [from, to), up to the dtype's largest if `to` is None."""
    return integers_into(self, low, _limits(self.dtype)[1] + 1 if high is None else high, generator)


@host(f"random_.to(Tensor(a!) self, int to, *, {_GENERATOR}) -> Tensor(a!)", random=True)
def random_to_in_place(self: Tensor, high: int, generator: Generator | None = None) -> Tensor:
    """Filled with whole numbers from [0, to)."""
    return integers_into(self, 0, high, generator)


@host(f"random_(Tensor(a!) self, *, {_GENERATOR}) -> Tensor(a!)", random=True)
def random_in_place(self: Tensor, generator: Generator | None = None) -> Tensor:
    """Filled with whole numbers from 0 up to the dtype's largest (2**24 and 2**53 for float32 and float64)."""
    span = np.uint64(_limits(self.dtype)[1] + 1)
    wide = self.dtype.itemsize == 8
    return fill_in_memory_order(
        self, generator, lambda source, count: (source.words64(count) if wide else source.words32(count)) % span
    )


def _randint(low: int, high: int, size: Sequence[int], dtype: Any, layout: Any, device: Any, generator: Any) -> Tensor:
    check_options(layout, device)
    return integers_into(fresh(size, as_dtype(dtype) or dtypes.int64, "randint"), low, high, generator)


@host(f"randint(SymInt high, SymInt[] size, *, {_INT_OPTIONS}) -> Tensor", random=True)
def randint(high: int, size: Sequence[int], dtype: Any = 4, layout: Any = None, device: Any = None, pin_memory: Any = None) -> Tensor:
    """Whole numbers from [0, high)."""
    return _randint(0, high, size, dtype, layout, device, None)


@host(f"randint.low(SymInt low, SymInt high, SymInt[] size, *, {_INT_OPTIONS}) -> Tensor", random=True)
def randint_low(low: int, high: int, size: Sequence[int], dtype: Any = 4, layout: Any = None, device: Any = None,
                pin_memory: Any = None) -> Tensor:
    """Whole numbers from [low, high)."""
    return _randint(low, high, size, dtype, layout, device, None)


@host(f"randint.generator(SymInt high, SymInt[] size, *, Generator? generator, {_INT_OPTIONS}) -> Tensor", random=True)
def randint_generator(high: int, size: Sequence[int], generator: Any, dtype: Any = 4, layout: Any = None, device: Any = None,
                      pin_memory: Any = None) -> Tensor:
    """Whole numbers from [0, high), drawn from `generator`."""
    return _randint(0, high, size, dtype, layout, device, generator)


@host(f"randint.low_generator(SymInt low, SymInt high, SymInt[] size, *, Generator? generator, {_INT_OPTIONS}) -> Tensor", random=True)
def randint_low_generator(low: int, high: int, size: Sequence[int], generator: Any, dtype: Any = 4, layout: Any = None,
                          device: Any = None, pin_memory: Any = None) -> Tensor:
    """Whole numbers from [low, high), drawn from `generator`."""
    return _randint(low, high, size, dtype, layout, device, generator)


@host(f"randint_like(Tensor self, SymInt high, *, {_LIKE}) -> Tensor", random=True)
def randint_like(self: Tensor, high: int, dtype: Any = None, layout: Any = None, device: Any = None, pin_memory: Any = None,
                 memory_format: Any = None) -> Tensor:
    """A tensor like `self` of whole numbers from [0, high)."""
    return integers_into(empty_like(self, dtype, layout, device, pin_memory, memory_format), 0, high, None)


@host(f"randint_like.low_dtype(Tensor self, SymInt low, SymInt high, *, {_LIKE}) -> Tensor", random=True)
def randint_like_low(self: Tensor, low: int, high: int, dtype: Any = None, layout: Any = None, device: Any = None,
                     pin_memory: Any = None, memory_format: Any = None) -> Tensor:
    """A tensor like `self` of whole numbers from [low, high)."""
    return integers_into(empty_like(self, dtype, layout, device, pin_memory, memory_format), low, high, None)


def _randperm(n: int, dtype: Any, layout: Any, device: Any, generator: Generator | None) -> Tensor:
    check_options(layout, device)
    if n < 0:
        raise RuntimeError(f"n must be non-negative, got{n}")
    # lists of Python's integers, before they are an array
    require_memory(64 * n)
    source = generator or default_generator()
    with source.lock:
        order = wrapped(permutation(source, n))
    return converted(order, as_dtype(dtype) or dtypes.int64)


@host(f"randperm(SymInt n, *, {_INT_OPTIONS}) -> Tensor", random=True)
def randperm(n: int, dtype: Any = 4, layout: Any = None, device: Any = None, pin_memory: Any = None) -> Tensor:
    """0 .. n-1 in random order."""
    return _randperm(n, dtype, layout, device, None)


@host(f"randperm.generator(SymInt n, *, Generator? generator, {_INT_OPTIONS}) -> Tensor", random=True)
def randperm_generator(n: int, generator: Any, dtype: Any = 4, layout: Any = None, device: Any = None, pin_memory: Any = None) -> Tensor:
    """0 .. n-1 in random order, drawn from `generator`."""
    return _randperm(n, dtype, layout, device, generator)


# Fresh tensors


@host(f"rand(SymInt[] size, *, {_OPTIONS}) -> Tensor", random=True)
def rand(size: Sequence[int], dtype: Any = None, layout: Any = None, device: Any = None, pin_memory: Any = None) -> Tensor:
    """Values from [0, 1)."""
    return rand_generator(size, None, dtype, layout, device, pin_memory)


@host(f"rand.generator(SymInt[] size, *, Generator? generator, {_OPTIONS}) -> Tensor", random=True)
def rand_generator(size: Sequence[int], generator: Any, dtype: Any = None, layout: Any = None, device: Any = None,
                   pin_memory: Any = None) -> Tensor:
    """Values from [0, 1), drawn from `generator`."""
    check_options(layout, device)
    return uniform_into(fresh(size, as_dtype(dtype) or get_default_dtype(), "rand"), 0.0, 1.0, generator)


@host(f"randn(SymInt[] size, *, {_OPTIONS}) -> Tensor", random=True)
def randn(size: Sequence[int], dtype: Any = None, layout: Any = None, device: Any = None, pin_memory: Any = None) -> Tensor:
    """Standard normal values."""
    return randn_generator(size, None, dtype, layout, device, pin_memory)


@host(f"randn.generator(SymInt[] size, *, Generator? generator, {_OPTIONS}) -> Tensor", random=True)
def randn_generator(size: Sequence[int], generator: Any, dtype: Any = None, layout: Any = None, device: Any = None,
                    pin_memory: Any = None) -> Tensor:
    """Standard normal values, drawn from `generator`."""
    check_options(layout, device)
    return normal_into(fresh(size, as_dtype(dtype) or get_default_dtype(), "randn"), 0.0, 1.0, generator)


@host(f"rand_like(Tensor self, *, {_LIKE}) -> Tensor", random=True)
def rand_like(self: Tensor, dtype: Any = None, layout: Any = None, device: Any = None, pin_memory: Any = None,
              memory_format: Any = None) -> Tensor:
    """A tensor like `self` of values from [0, 1)."""
    return uniform_into(empty_like(self, dtype, layout, device, pin_memory, memory_format), 0.0, 1.0, None)


@host(f"randn_like(Tensor self, *, {_LIKE}) -> Tensor", random=True)
def randn_like(self: Tensor, dtype: Any = None, layout: Any = None, device: Any = None, pin_memory: Any = None,
               memory_format: Any = None) -> Tensor:
    """A tensor like `self` of standard normal values."""
    return normal_into(empty_like(self, dtype, layout, device, pin_memory, memory_format), 0.0, 1.0, None)


@host(f"normal.float_float(float mean, float std, SymInt[] size, *, Generator? generator=None, {_OPTIONS}) -> Tensor", random=True)
def normal_numbers(mean: float, std: float, size: Sequence[int], generator: Any = None, dtype: Any = None, layout: Any = None,
                   device: Any = None, pin_memory: Any = None) -> Tensor:
    """Normal values of one mean and deviation."""
    check_options(layout, device)
    return normal_into(fresh(size, as_dtype(dtype) or get_default_dtype(), "normal"), mean, std, generator)


@host(f"normal.Tensor_float(Tensor mean, float std=1., *, {_GENERATOR}) -> Tensor", random=True)
def normal_means(mean: Tensor, std: float = 1.0, generator: Any = None) -> Tensor:
    """Normal values around each item of `mean`."""
    result = normal_into(mean.new_empty(mean.layout.shape), 0.0, std, generator)
    return copy_into(result, result + mean)


@host(f"normal.float_Tensor(float mean, Tensor std, *, {_GENERATOR}) -> Tensor", random=True)
def normal_deviations(mean: float, std: Tensor, generator: Any = None) -> Tensor:
    """Normal values of one mean with each deviation of `std`."""
    _check_deviations(std)
    result = normal_into(std.new_empty(std.layout.shape), 0.0, 1.0, generator)
    return result * std + mean


@host(f"normal.Tensor_Tensor(Tensor mean, Tensor std, *, {_GENERATOR}) -> Tensor", random=True)
def normal_tensors(mean: Tensor, std: Tensor, generator: Any = None) -> Tensor:
    """Normal values with the means and deviations of two tensors."""
    from ...layout import broadcast_shapes

    _check_deviations(std)
    shape = broadcast_shapes([mean.layout.shape, std.layout.shape])
    result = normal_into(mean.new_empty(shape), 0.0, 1.0, generator)
    return result * std + mean


def _check_deviations(std: Tensor) -> None:
    if std.layout.numel and not decoded(std).min() >= 0:
        raise RuntimeError("normal expects all elements of std >= 0.0")


# Dropout


def _dropped(tensor: Tensor, p: float) -> Tensor:
    """`tensor` with items set to 0 at probability `p` and the others scaled, so that the expected sum stays."""
    if p == 1:
        return tensor * 0
    noise = bernoulli_into(empty_like(tensor), 1 - p, None)
    return tensor * (noise / (1 - p))


def _check_probability(p: float) -> None:
    if not 0 <= p <= 1:
        raise RuntimeError(f"dropout probability has to be between 0 and 1, but got {p:g}")


@composite("dropout(Tensor input, float p, bool train) -> Tensor", random=True)
def dropout(input: Tensor, p: float, train: bool) -> Tensor:
    """While training, items set to 0 with probability `p` and the others divided by 1-p; otherwise the tensor itself."""
    _check_probability(p)
    return _dropped(input, p) if train and p and input.layout.numel else input


@composite("dropout_(Tensor(a!) self, float p, bool train) -> Tensor(a!)", random=True)
def dropout_in_place(self: Tensor, p: float, train: bool) -> Tensor:
    """`dropout`, written into the tensor."""
    _check_probability(p)
    return copy_into(self, _dropped(self, p)) if train and p and self.layout.numel else self


@composite("native_dropout(Tensor input, float p, bool? train) -> (Tensor, Tensor)", random=True)
def native_dropout(input: Tensor, p: float, train: bool | None) -> tuple[Tensor, Tensor]:
    """`dropout` (training unless `train` is False), and where items were kept."""
    if train is False:
        return input.clone(), required("aten::ones_like")(input, dtypes.bool_, None, None, None, None)
    mask = bernoulli_into(empty_like(input), 1 - p, None)
    return input * mask * (1 / (1 - p) if p < 1 else 0.0), mask.to(dtypes.bool_)


@composite("native_dropout_backward(Tensor grad_output, Tensor mask, float scale) -> Tensor")
def native_dropout_backward(grad_output: Tensor, mask: Tensor, scale: float) -> Tensor:
    """The gradient of `native_dropout` before it, from where items were kept."""
    return grad_output * (mask.to(grad_output.dtype) * scale)


@composite("feature_dropout(Tensor input, float p, bool train) -> Tensor", random=True)
def feature_dropout(input: Tensor, p: float, train: bool) -> Tensor:
    """`dropout` that keeps or drops whole channels (the first two dimensions)."""
    _check_probability(p)
    if not (train and p and input.layout.numel):
        return input
    if p == 1:
        return input * 0
    rank = len(input.layout.shape)
    if rank < 2:
        raise RuntimeError("Feature dropout requires at least 2 dimensions in the input")
    noise = bernoulli_into(input.new_empty((*input.layout.shape[:2], *[1] * (rank - 2))), 1 - p, None)
    return input * (noise / (1 - p))


@composite("feature_dropout_(Tensor(a!) self, float p, bool train) -> Tensor(a!)", random=True)
def feature_dropout_in_place(self: Tensor, p: float, train: bool) -> Tensor:
    """`feature_dropout`, written into the tensor."""
    return copy_into(self, feature_dropout(self, p, train)) if train and p and self.layout.numel else self


_ALPHA = 1.7580993408473766
"""Minus the value that selu tends to: what dropped items become."""


def _alpha_dropped(tensor: Tensor, p: float, shape: Sequence[int] | None) -> Tensor:
    """`tensor` with items set to selu's lower bound at probability `p`, shifted and scaled so that mean and variance stay."""
    if p == 1:
        return tensor * 0
    like = tensor.new_empty(shape) if shape is not None else empty_like(tensor)
    noise = bernoulli_into(like, 1 - p, None)
    scale = 1 / math.sqrt((_ALPHA * _ALPHA * p + 1) * (1 - p))
    shift = (noise - 1) * (_ALPHA * scale) + _ALPHA * scale * p
    return tensor * (noise * scale) + shift


@composite("alpha_dropout(Tensor input, float p, bool train) -> Tensor", random=True)
def alpha_dropout(input: Tensor, p: float, train: bool) -> Tensor:
    """Dropout that keeps mean and variance of what selu gives."""
    _check_probability(p)
    return _alpha_dropped(input, p, None) if train and p and input.layout.numel else input


@composite("alpha_dropout_(Tensor(a!) self, float p, bool train) -> Tensor(a!)", random=True)
def alpha_dropout_in_place(self: Tensor, p: float, train: bool) -> Tensor:
    """`alpha_dropout`, written into the tensor."""
    return copy_into(self, alpha_dropout(self, p, train)) if train and p and self.layout.numel else self


@composite("feature_alpha_dropout(Tensor input, float p, bool train) -> Tensor", random=True)
def feature_alpha_dropout(input: Tensor, p: float, train: bool) -> Tensor:
    """`alpha_dropout` that keeps or drops whole channels (the first two dimensions)."""
    _check_probability(p)
    if not (train and p and input.layout.numel):
        return input
    rank = len(input.layout.shape)
    if rank < 2:
        raise RuntimeError("Feature dropout requires at least 2 dimensions in the input")
    return _alpha_dropped(input, p, (*input.layout.shape[:2], *[1] * (rank - 2)))


@composite("feature_alpha_dropout_(Tensor(a!) self, float p, bool train) -> Tensor(a!)", random=True)
def feature_alpha_dropout_in_place(self: Tensor, p: float, train: bool) -> Tensor:
    """`feature_alpha_dropout`, written into the tensor."""
    return copy_into(self, feature_alpha_dropout(self, p, train)) if train and p and self.layout.numel else self


# The generator itself


@host("Generator(*, Device? device=None, int? seed=None) -> Generator")
def generator_row(device: Any = None, seed: int | None = None) -> Generator:
    """A generator, seeded if a seed is given."""
    made = Generator(device or "cpu")
    return made if seed is None else made.manual_seed(seed)


@host("manual_seed.generator(Generator(a!) self, int seed) -> Generator(a!)", random=True)
def manual_seed_generator(self: Generator, seed: int) -> Generator:
    """The generator, at the start of the stream of `seed`."""
    return self.manual_seed(seed)


@host("manual_seed(int seed) -> ()", random=True)
def manual_seed_row(seed: int) -> None:
    """Puts the default generator at the start of the stream of `seed`."""
    default_generator().manual_seed(seed)


@host("initial_seed(Generator self) -> int")
def initial_seed_row(self: Generator) -> int:
    """The seed of the generator's stream."""
    return self.initial_seed()


@host("seed(Generator(a!) self) -> int", random=True)
def seed_row(self: Generator) -> int:
    """Starts a stream that nobody can foresee; its seed."""
    return self.seed()

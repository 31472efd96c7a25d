"""Short-time Fourier transforms and the windows they use."""
from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from ...dtype import DType, as_dtype
from ...promotion import get_default_dtype
from ...tensor import Tensor, number_of
from ..creation.factories import check_options, full, zeros
from ..creation.ranges import arange
from ..dtype_rules import real_dtype, type_name
from ..pointwise.complex_numbers import view_as_real
from ..table import composite, required
from .spectral import complex_to_complex, complex_to_real, real_to_complex


def _shape_text(tensor: Tensor) -> str:
    return f"torch.{type_name(tensor.dtype)}Tensor[{', '.join(map(str, tensor.layout.shape))}]"


def _option(value: Any) -> str:
    return "None" if value is None else str(int(value)) if isinstance(value, bool) else str(value)


def _window_text(window: Tensor | None) -> str:
    return "None" if window is None else f"torch.{type_name(window.dtype)}Tensor{{{list(window.layout.shape)}}}"


def _check_window(window: Tensor | None, win_length: int, describe: Callable[[], str]) -> None:
    if window is not None and window.layout.shape != (win_length,):
        raise RuntimeError(
            f"{describe()}: expected a 1D window tensor of size equal to win_length={win_length}, but got window with size "
            f"{list(window.layout.shape)}"
        )


def _centred(window: Tensor | None, win_length: int, n_fft: int, dtype: DType) -> Tensor | None:
    """The window with zeros on both sides, n_fft long."""
    if win_length == n_fft:
        return window
    whole = zeros((n_fft,), window.dtype if window is not None else dtype)
    part = whole.narrow(0, (n_fft - win_length) // 2, win_length)
    _ = part.fill_(1) if window is None else part.copy_(window)
    return whole


@composite(
    'stft.center(Tensor self, int n_fft, int? hop_length=None, int? win_length=None, Tensor? window=None, bool center=True, '
    'str pad_mode="reflect", bool normalized=False, bool? onesided=None, bool? return_complex=None, bool? align_to_window=None) -> Tensor'
)
def stft_center(
    self: Tensor, n_fft: int, hop_length: int | None, win_length: int | None, window: Tensor | None, center: bool, pad_mode: str,
    normalized: bool, onesided: bool | None, return_complex: bool | None, align_to_window: bool | None,
) -> Tensor:
    """The spectrum of each window of `n_fft` samples, `hop_length` apart: (batch..., frequencies, windows).

    `center` pads both ends by half a window. RuntimeError for sizes that do not fit and for real input without
    `return_complex`.
    """
    hop = n_fft // 4 if hop_length is None else hop_length
    length = n_fft if win_length is None else win_length
    if return_complex is None:
        if not self.dtype.is_complex and (window is None or not window.dtype.is_complex):
            raise RuntimeError(
                "stft requires the return_complex parameter be given for real inputs, and will further require that "
                "return_complex=True in a future PyTorch release."
            )
        return_complex = True
    options = f"normalized={_option(normalized)}, onesided={_option(onesided)}, return_complex={_option(return_complex)}"

    def refuse(signal: Tensor, problem: str) -> None:
        raise RuntimeError(
            f"stft({_shape_text(signal)}, n_fft={n_fft}, hop_length={hop}, win_length={length}, window={_window_text(window)}, {options}) "
            f": {problem}"
        )

    if not self.dtype.is_floating_point and not self.dtype.is_complex:
        refuse(self, "expected a tensor of floating point or complex values")
    if not 1 <= self.ndim <= 2:
        refuse(self, "expected a 1D or 2D tensor")
    signal = self if self.ndim == 2 else self.unsqueeze(0)
    if center:
        half = n_fft // 2
        signal = required("aten::pad")(signal.unsqueeze(1), [half, half], pad_mode, None).squeeze(1)
    samples = signal.layout.shape[1]
    if not 0 < n_fft <= samples:
        refuse(signal, f"expected 0 < n_fft < {samples}, but got n_fft={n_fft}")
    if hop <= 0:
        refuse(signal, f"expected hop_length > 0, but got hop_length={hop}")
    if not 0 < length <= n_fft:
        refuse(signal, f"expected 0 < win_length <= n_fft, but got win_length={length}")
    _check_window(window, length, lambda: f"stft({_shape_text(signal)}, n_fft={n_fft}, win_length={length}) ")
    found = _centred(window, length, n_fft, signal.dtype)
    count = 1 + (samples - n_fft) // hop
    rows, strides = signal.layout.shape[0], signal.layout.strides
    frames = signal.as_strided([rows, count, n_fft], [strides[0], hop * strides[1], strides[1]], signal.layout.offset)
    if found is not None:
        frames = frames * found
    if onesided is None:
        onesided = not frames.dtype.is_complex
    scale = 1 if normalized else 0
    if frames.dtype.is_complex:
        if onesided:
            raise RuntimeError("Cannot have onesided output if window or input is complex")
        spectrum = complex_to_complex(frames, [2], scale, True)
    else:
        spectrum = real_to_complex(frames, [2], scale, onesided)
    spectrum = spectrum.transpose(1, 2)
    if self.ndim == 1:
        spectrum = spectrum.squeeze(0)
    return spectrum if return_complex else view_as_real(spectrum)


@composite(
    "stft(Tensor self, int n_fft, int? hop_length=None, int? win_length=None, Tensor? window=None, bool normalized=False, "
    "bool? onesided=None, bool? return_complex=None, bool? align_to_window=None) -> Tensor"
)
def stft(
    self: Tensor, n_fft: int, hop_length: int | None, win_length: int | None, window: Tensor | None, normalized: bool,
    onesided: bool | None, return_complex: bool | None, align_to_window: bool | None,
) -> Tensor:
    """`stft` of a signal that was padded before, as programs call it."""
    return stft_center(
        self, n_fft, hop_length, win_length, window, False, "constant", normalized, onesided, return_complex, align_to_window
    )


@composite(
    "istft(Tensor self, int n_fft, int? hop_length=None, int? win_length=None, Tensor? window=None, bool center=True, "
    "bool normalized=False, bool? onesided=None, int? length=None, bool return_complex=False) -> Tensor"
)
def istft(
    self: Tensor, n_fft: int, hop_length: int | None, win_length: int | None, window: Tensor | None, center: bool, normalized: bool,
    onesided: bool | None, length: int | None, return_complex: bool,
) -> Tensor:
    """The signal whose `stft` this is: windows are transformed back, added where they overlap, and divided by the windows' sum.

    RuntimeError for sizes that do not fit, and where the windows leave a sample without weight.
    """
    hop = n_fft // 4 if hop_length is None else hop_length
    win = n_fft if win_length is None else win_length
    _check_spectrum(self, n_fft, hop, win, window, onesided, return_complex)
    onesided = self.layout.shape[-2] != n_fft if onesided is None else onesided
    real = real_dtype(self.dtype)
    weights = _centred(full((win,), 1, real) if window is None else window, win, n_fft, real)
    assert weights is not None
    spectrum = (self if self.ndim == 3 else self.unsqueeze(0)).transpose(1, 2)
    scale = 1 if normalized else 2
    if return_complex:
        frames = complex_to_complex(spectrum, [2], scale, False)
    else:
        half = spectrum if onesided else spectrum.narrow(2, 0, n_fft // 2 + 1)
        frames = complex_to_real(half, [2], scale, n_fft)
    count = frames.layout.shape[1]
    total = n_fft + hop * (count - 1)
    signal = _overlapped(frames * weights, hop, total)
    envelope = _overlapped((weights * weights).expand([1, count, n_fft]), hop, total)
    start = n_fft // 2 if center else 0
    end = start + length if length is not None else total - (n_fft // 2 if center else 0)
    kept = max(min(end, total) - start, 0)
    signal, envelope = signal.narrow(1, start, kept), envelope.narrow(1, start, kept)
    if not number_of((envelope.abs() > 1e-11).all()):
        raise RuntimeError(f"istft({_shape_text(self)}, n_fft={n_fft}, hop_length={hop}, win_length={win}) window overlap add min: 1")
    result = signal / envelope
    if self.ndim == 2:
        result = result.squeeze(0)
    if end > total:
        result = required("aten::constant_pad_nd")(result, [0, end - total], 0)
    return result


def _overlapped(frames: Tensor, hop: int, total: int) -> Tensor:
    """The sums of windows (rows, count, size) that begin `hop` apart: (rows, total)."""
    rows, count, size = frames.layout.shape
    result = zeros((rows, total), frames.dtype)
    for at in range(count):
        part = result.narrow(1, at * hop, size)
        part.add_(frames.select(1, at))
    return result


def _check_spectrum(
    self: Tensor, n_fft: int, hop: int, win: int, window: Tensor | None, onesided: bool | None, return_complex: bool
) -> None:
    if not self.dtype.is_complex:
        raise RuntimeError("istft requires a complex-valued input tensor matching the output from stft with return_complex=True.")
    name = f"istft({_shape_text(self)}, n_fft={n_fft}, hop_length={hop}, win_length={win}) : "
    if self.layout.numel == 0:
        raise RuntimeError(f"{name}input tensor cannot be empty.")
    if self.ndim not in (2, 3):
        raise RuntimeError(f"{name}expected a tensor with 2 or 3 dimensions, but got {self.ndim}")
    rows = self.layout.shape[-2]
    if onesided if onesided is not None else rows != n_fft:
        if n_fft // 2 + 1 != rows:
            raise RuntimeError(
                f"{name}expected the frequency dimension (3rd to the last) of the input tensor to match n_fft / 2 + 1 when "
                f"onesided=True, but got {rows}"
            )
    elif n_fft != rows:
        raise RuntimeError(
            f"{name}expected the frequency dimension (3rd to the last) of the input tensor to match n_fft when onesided=False, "
            f"but got {rows}"
        )
    if not 0 < hop <= win:
        raise RuntimeError(f"{name}expected 0 < hop_length <= win_length")
    if not 0 < win <= n_fft:
        raise RuntimeError(f"{name}expected 0 < win_length <= n_fft")
    _check_window(window, win, lambda: name)
    if return_complex:
        if onesided:
            raise RuntimeError("Cannot have onesided output if window or input is complex")
    elif window is not None and window.dtype.is_complex:
        raise RuntimeError("Complex windows are incompatible with return_complex=False")


# Windows

_OPTIONS = "ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None"


def _window(
    name: str, length: int, periodic: bool, dtype: Any, layout: Any, device: Any, formula: Callable[[Tensor, int], Tensor]
) -> Tensor:
    """A window of `length` items; `formula` takes their numbers and the length of the symmetric window they are cut from."""
    check_options(layout, device)
    found = as_dtype(dtype) or get_default_dtype()
    if not found.is_floating_point:
        raise RuntimeError(f"{name} expects floating point dtypes, got: TensorOptions(dtype={type_name(found)})")
    if length < 0:
        raise RuntimeError(f"{name} requires non-negative window_length, got window_length={length}")
    if length < 2:
        return full((length,), 1, found)
    symmetric = length + 1 if periodic else length
    window = formula(arange(symmetric, found), symmetric)
    return window.narrow(0, 0, length) if periodic else window


def _hamming(
    name: str, length: int, periodic: bool, alpha: float, beta: float, dtype: Any, layout: Any, device: Any
) -> Tensor:
    def formula(at: Tensor, length: int) -> Tensor:
        return (at * (2 * math.pi / (length - 1))).cos() * -beta + alpha

    return _window(name, length, periodic, dtype, layout, device, formula)


@composite(f"hann_window(int window_length, *, {_OPTIONS}) -> Tensor")
def hann(window_length: int, dtype: Any = None, layout: Any = None, device: Any = None, pin_memory: Any = None) -> Tensor:
    """0.5 - 0.5 cos(2 pi n / length)."""
    return _hamming("hann_window", window_length, True, 0.5, 0.5, dtype, layout, device)


@composite(f"hann_window.periodic(int window_length, bool periodic, *, {_OPTIONS}) -> Tensor")
def hann_periodic(
    window_length: int, periodic: bool, dtype: Any = None, layout: Any = None, device: Any = None, pin_memory: Any = None
) -> Tensor:
    """`hann_window`; one that is not periodic ends as it begins."""
    return _hamming("hann_window", window_length, periodic, 0.5, 0.5, dtype, layout, device)


@composite(f"hamming_window(int window_length, *, {_OPTIONS}) -> Tensor")
def hamming(window_length: int, dtype: Any = None, layout: Any = None, device: Any = None, pin_memory: Any = None) -> Tensor:
    """0.54 - 0.46 cos(2 pi n / length)."""
    return _hamming("hamming_window", window_length, True, 0.54, 0.46, dtype, layout, device)


@composite(f"hamming_window.periodic(int window_length, bool periodic, *, {_OPTIONS}) -> Tensor")
def hamming_periodic(
    window_length: int, periodic: bool, dtype: Any = None, layout: Any = None, device: Any = None, pin_memory: Any = None
) -> Tensor:
    """`hamming_window`; one that is not periodic ends as it begins."""
    return _hamming("hamming_window", window_length, periodic, 0.54, 0.46, dtype, layout, device)


@composite(f"hamming_window.periodic_alpha(int window_length, bool periodic, float alpha, *, {_OPTIONS}) -> Tensor")
def hamming_alpha(
    window_length: int, periodic: bool, alpha: float, dtype: Any = None, layout: Any = None, device: Any = None, pin_memory: Any = None
) -> Tensor:
    """alpha - 0.46 cos(2 pi n / length)."""
    return _hamming("hamming_window", window_length, periodic, alpha, 0.46, dtype, layout, device)


@composite(f"hamming_window.periodic_alpha_beta(int window_length, bool periodic, float alpha, float beta, *, {_OPTIONS}) -> Tensor")
def hamming_alpha_beta(
    window_length: int, periodic: bool, alpha: float, beta: float, dtype: Any = None, layout: Any = None, device: Any = None,
    pin_memory: Any = None,
) -> Tensor:
    """alpha - beta cos(2 pi n / length)."""
    return _hamming("hamming_window", window_length, periodic, alpha, beta, dtype, layout, device)


@composite(f"bartlett_window(int window_length, *, {_OPTIONS}) -> Tensor")
def bartlett(window_length: int, dtype: Any = None, layout: Any = None, device: Any = None, pin_memory: Any = None) -> Tensor:
    """A triangle."""
    return bartlett_periodic(window_length, True, dtype, layout, device, pin_memory)


@composite(f"bartlett_window.periodic(int window_length, bool periodic, *, {_OPTIONS}) -> Tensor")
def bartlett_periodic(
    window_length: int, periodic: bool, dtype: Any = None, layout: Any = None, device: Any = None, pin_memory: Any = None
) -> Tensor:
    """A triangle; one that is not periodic ends as it begins."""

    def formula(at: Tensor, length: int) -> Tensor:
        window = at * (2 / (length - 1))
        first = (length - 1) // 2 + 1
        window.narrow(0, first, length - first).mul_(-1).add_(2)
        return window

    return _window("bartlett_window", window_length, periodic, dtype, layout, device, formula)


@composite(f"blackman_window(int window_length, *, {_OPTIONS}) -> Tensor")
def blackman(window_length: int, dtype: Any = None, layout: Any = None, device: Any = None, pin_memory: Any = None) -> Tensor:
    """0.42 - 0.5 cos(2 pi n / length) + 0.08 cos(4 pi n / length)."""
    return blackman_periodic(window_length, True, dtype, layout, device, pin_memory)


@composite(f"blackman_window.periodic(int window_length, bool periodic, *, {_OPTIONS}) -> Tensor")
def blackman_periodic(
    window_length: int, periodic: bool, dtype: Any = None, layout: Any = None, device: Any = None, pin_memory: Any = None
) -> Tensor:
    """`blackman_window`; one that is not periodic ends as it begins."""

    def formula(at: Tensor, length: int) -> Tensor:
        turned = at * (math.pi / (length - 1))
        return (turned * 4).cos() * 0.08 - (turned * 2).cos() * 0.5 + 0.42

    return _window("blackman_window", window_length, periodic, dtype, layout, device, formula)


@composite(f"kaiser_window(int window_length, *, {_OPTIONS}) -> Tensor")
def kaiser(window_length: int, dtype: Any = None, layout: Any = None, device: Any = None, pin_memory: Any = None) -> Tensor:
    """A bell whose steepness is 12."""
    return kaiser_beta(window_length, True, 12.0, dtype, layout, device, pin_memory)


@composite(f"kaiser_window.periodic(int window_length, bool periodic, *, {_OPTIONS}) -> Tensor")
def kaiser_periodic(
    window_length: int, periodic: bool, dtype: Any = None, layout: Any = None, device: Any = None, pin_memory: Any = None
) -> Tensor:
    """`kaiser_window`; one that is not periodic ends as it begins."""
    return kaiser_beta(window_length, periodic, 12.0, dtype, layout, device, pin_memory)


@composite(f"kaiser_window.beta(int window_length, bool periodic, float beta, *, {_OPTIONS}) -> Tensor")
def kaiser_beta(
    window_length: int, periodic: bool, beta: float, dtype: Any = None, layout: Any = None, device: Any = None, pin_memory: Any = None
) -> Tensor:
    """i0(beta sqrt(1 - x*x)) / i0(beta) for x from -1 to 1."""

    def formula(at: Tensor, length: int) -> Tensor:
        half = (length - 1) / 2
        apart = (at - half) / half
        bessel = required("aten::i0")
        return bessel((1 - apart * apart).clamp(0).sqrt() * beta) / bessel(full((), beta, at.dtype))

    return _window("kaiser_window", window_length, periodic, dtype, layout, device, formula)

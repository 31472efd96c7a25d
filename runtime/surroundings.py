"""What programs ask of the parts of PyTorch around models: devices, switches, compilers, checkpoints.

Model definitions ask such things when they are imported or called (`torch.cuda.is_available()`, `torch.fx.wrap`, checkpointing). The
answers here are true ones: there is one device with memory, the CPU; nothing is traced by bytecode, and there are no gradients. What
cannot be done is refused with RuntimeError and a way out; switches that change no result are accepted.
"""
from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Self, TypeVar

from .tensor import Tensor
from .tensor_surface import gradients_missing

if TYPE_CHECKING:
    from types import TracebackType

F = TypeVar("F", bound=Callable[..., Any])


def never() -> bool:
    """False: what is asked for is not here, or is not going on."""
    return False


def always() -> bool:
    """True."""
    return True


def no_devices(*args: Any) -> int:
    """0: no devices, and no memory of theirs."""
    return 0


def accept(*args: Any, **kwargs: Any) -> None:
    """Nothing: the switch changes no result here."""


def same_function(fn: F) -> F:
    """The function itself, for decorators that only matter to compilers of bytecode."""
    return fn


def disable(fn: Callable[..., Any] | None = None, recursive: bool = True, **kwargs: Any) -> Any:
    """The function itself: nothing compiles bytecode here."""
    return same_function if fn is None else fn


def wrap(fn_or_name: str | Callable[..., Any]) -> str | Callable[..., Any]:
    """The function itself, or its name: nothing traces symbolically here."""
    return fn_or_name


def compile(model: Any = None, **kwargs: Any) -> Any:
    """The module or function itself, which gives what PyTorch's compiled one gives, or a decorator; `rl.jit.script` compiles."""
    return same_function if model is None else model


def no_cuda(*args: Any, **kwargs: Any) -> Any:
    """RuntimeError: there is no CUDA device."""
    raise RuntimeError("cuda: rushlight runs on the cpu here; ask cuda.is_available() first")


def one_device() -> int:
    """1."""
    return 1


def processor() -> str:
    """"cpu": the current device."""
    return "cpu"


def nothing(*args: Any) -> list[Any]:
    """An empty list: none of what is asked for is here."""
    return []


def vector_instructions() -> str:
    """PyTorch's name for the widest vectors that the kernels here are made of: "AVX512", "AVX2" or "DEFAULT"."""
    from .kernels.compiling.isa import host

    return {"avx512": "AVX512", "avx2": "AVX2"}.get(host().name, "DEFAULT")


def no_network(*args: Any, **kwargs: Any) -> Any:
    """RuntimeError: nothing is fetched from a network."""
    raise RuntimeError("hub: nothing is downloaded here; fetch the file yourself and pass it to rl.load or rl.jit.load")


def no_export(*args: Any, **kwargs: Any) -> Any:
    """RuntimeError: ONNX files are not written."""
    raise RuntimeError("onnx: models are saved as TorchScript here; use rl.jit.script(model).save(path) and export that with PyTorch")


def no_override(*args: Any, **kwargs: Any) -> Any:
    """RuntimeError: no argument brings an implementation of its own."""
    raise RuntimeError("handle_torch_function: no argument has an implementation of its own; ask has_torch_function first")


def no_gradients(name: str) -> Callable[..., Any]:
    """A function that refuses: it would need gradients."""

    def refuse(*args: Any, **kwargs: Any) -> Any:
        raise gradients_missing(name)

    refuse.__name__ = name
    return refuse


class Training:
    """The base of optimizers and their schedules: making one raises RuntimeError."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        raise gradients_missing(type(self).__name__)


class GradScaler:
    """Scales losses on CUDA devices; here it is disabled, and what it is given goes through."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        pass

    def is_enabled(self) -> bool:
        """False."""
        return False

    def scale(self, outputs: Any) -> Any:
        """The outputs themselves."""
        return outputs


def custom_fwd(fwd: Any = None, *, device_type: str = "cuda", cast_inputs: Any = None) -> Any:
    """The function itself: inputs are not cast, for autocast is never on."""
    return same_function if fwd is None else fwd


def custom_bwd(bwd: Any = None, *, device_type: str = "cuda") -> Any:
    """The function itself."""
    return same_function if bwd is None else bwd


class _VariableKind(type):
    """The class of `Variable`: calling it gives a plain tensor, and every tensor counts as its instance."""

    def __call__(cls, data: Tensor, requires_grad: bool = False, volatile: bool | None = None) -> Tensor:
        made = data.detach()
        return made.requires_grad_() if requires_grad else made

    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, Tensor)


class Variable(metaclass=_VariableKind):
    """Tensors under the name that old programs wrap them with."""


class switch:
    """A switch that changes nothing, as a function call or in `with`."""

    def __init__(self, mode: bool = True, *args: Any, **kwargs: Any) -> None:
        self.mode = mode

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        return None


class flags_of_cudnn(switch):
    """`with torch.backends.cudnn.flags(enabled=False):` changes nothing."""

    def __init__(self, enabled: bool = False, *args: Any, **kwargs: Any) -> None:
        super().__init__(enabled)


class OutOfMemoryError(RuntimeError):
    """What a CUDA device without memory would raise."""


class no_device:
    """`with torch.cuda.stream(None):` and its kin: nothing changes, for there is no such device; RuntimeError where one is named."""

    def __init__(self, device: Any = None) -> None:
        if device is not None and not isinstance(device, Tensor) and device not in (-1, "cpu"):
            no_cuda()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        return None


def load_state_dict_from_url(url: str, *args: Any, **kwargs: Any) -> Any:
    """RuntimeError: nothing is fetched from a network."""
    raise RuntimeError(f"load_state_dict_from_url: nothing is downloaded here; fetch {url} and pass the file to rl.load")


def check(condition: Any, message: str) -> None:
    """AssertionError with the message unless the condition holds: `torch._assert`."""
    if isinstance(condition, Tensor):
        condition = bool(condition)
    assert condition, message


def checkpoint(function: Callable[..., Any], *args: Any, use_reentrant: bool | None = None, **kwargs: Any) -> Any:
    """`function(*args)`: nothing is recorded, so nothing has to be computed again."""
    for name in ("preserve_rng_state", "context_fn", "determinism_check", "debug", "early_stop"):
        kwargs.pop(name, None)
    return function(*args, **kwargs)


def checkpoint_sequential(functions: Any, segments: int, input: Any, use_reentrant: bool | None = None, **kwargs: Any) -> Any:
    """The functions, one after the other."""
    steps: Sequence[Callable[[Any], Any]] = list(functions.children()) if hasattr(functions, "children") else functions
    for step in steps:
        input = step(input)
    return input


class autocast:
    """`with autocast("cuda"):` warns that there is no such device and changes nothing; on the CPU it must be disabled.

    Choosing lower precision by operator is not done here: RuntimeError says to convert the model instead.
    """

    def __init__(
        self, device_type: str, dtype: Any = None, enabled: bool = True, cache_enabled: bool | None = None
    ) -> None:
        if enabled and device_type == "cpu":
            raise RuntimeError("autocast: precision is not chosen per operator; convert the model with bfloat16(), or pass enabled=False")
        if enabled:
            message = f"User provided device_type of '{device_type}', but {device_type.upper()} is not available. Disabling"
            warnings.warn(message, UserWarning, stacklevel=2)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        return None

    def __call__(self, function: F) -> F:
        return function


class cuda_autocast(autocast):
    """`torch.cuda.amp.autocast(enabled)`: as `autocast("cuda", enabled=enabled)`."""

    def __init__(self, enabled: bool = True, dtype: Any = None, cache_enabled: bool = True) -> None:
        super().__init__("cuda", dtype, enabled, cache_enabled)


class Context:
    """What `Function.forward` gets: it keeps what a backward pass would need."""

    saved_tensors: tuple[Any, ...] = ()
    needs_input_grad: tuple[bool, ...] = ()

    def save_for_backward(self, *tensors: Any) -> None:
        """Keep tensors as `saved_tensors`."""
        self.saved_tensors = tensors

    def mark_dirty(self, *tensors: Any) -> None:
        """Nothing: it concerns gradients."""

    def mark_non_differentiable(self, *tensors: Any) -> None:
        """Nothing: it concerns gradients."""

    def set_materialize_grads(self, value: bool) -> None:
        """Nothing: it concerns gradients."""


class Function:
    """An operation with its own gradient: subclasses define `forward`, and `apply` calls it. `backward` is never called here."""

    @staticmethod
    def forward(*args: Any, **kwargs: Any) -> Any:
        """Defined by subclasses: with the context first, unless they define `setup_context` too."""
        raise NotImplementedError("You must implement the forward function for custom autograd.Function.")

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Any) -> Any:
        """Defined by subclasses that keep the context out of `forward`."""
        raise NotImplementedError("setup_context is not implemented.")

    @classmethod
    def apply(cls, *args: Any) -> Any:
        """The result of `forward`."""
        context = Context()
        context.needs_input_grad = tuple(isinstance(value, Tensor) and value.requires_grad for value in args)
        if cls.setup_context is Function.setup_context:
            return cls.forward(context, *args)
        output = cls.forward(*args)
        cls.setup_context(context, args, output)
        return output

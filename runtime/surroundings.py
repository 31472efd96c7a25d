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

if TYPE_CHECKING:
    from types import TracebackType

F = TypeVar("F", bound=Callable[..., Any])


def never() -> bool:
    """False: what is asked for is not here, or is not going on."""
    return False


def no_devices() -> int:
    """0."""
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


def compile_bytecode(model: Any = None, **kwargs: Any) -> Any:
    """RuntimeError: there is no compiler of Python bytecode."""
    raise RuntimeError("compile: there is no compiler of Python bytecode here; use rl.jit.script(model), or call the model as it is")


def no_cuda(*args: Any, **kwargs: Any) -> Any:
    """RuntimeError: there is no CUDA device."""
    raise RuntimeError("cuda: rushlight runs on the cpu here; ask cuda.is_available() first")


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

"""What is different in the process while a trace is recorded: operators, sizes, indexing and calls of modules report to the recorder.

In: a recorder. Out: a context in which eager code is recorded. Classes of the runtime get other methods for that time, so eager calls cost
nothing at any other time.
"""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from ..runtime import aten
from ..runtime.dtype import DType
from ..runtime.nn.module import Module
from ..runtime.ops.packet import Packet, eager_conversion, forget_calls
from ..runtime.ops.table import Op, required
from ..runtime.scripting import TRACING
from ..runtime.tensor import Size, Tensor
from .function import Function

if TYPE_CHECKING:
    from .trace_recorder import Recorder


class TracerWarning(Warning):
    """Something in a traced program may not mean the same for other inputs."""


_CONSTANT = (
    "We can't record the data flow of Python values, so this value will be treated as a constant in the future. This means that the trace "
    "might not generalize to other inputs!"
)


def warn(action: str, reason: str = _CONSTANT) -> None:
    """Say that something of this trace holds for all inputs."""
    warnings.warn(f"{action} might cause the trace to be incorrect. {reason}", TracerWarning, stacklevel=3)


def warn_of_constant(name: str) -> None:
    """Say that a tensor was made of numbers of this trace."""
    warnings.warn(
        f"{name} results are registered as constants in the trace. You can safely ignore this warning if you use this function to create "
        "tensors out of constant variables that would be the same every time you call this function. In any other case, this might cause "
        "the trace to be incorrect.",
        TracerWarning,
        stacklevel=5,
    )


_HERE = str(Path(__file__).resolve().parents[1])
_INSIDE = tuple(f"{_HERE}/{folder}/" for folder in ("runtime", "script", "api"))


def is_machinery(name: str) -> bool:
    """Whether a file is none that programs are written in."""
    return (name.startswith(_INSIDE) and "/nn/" not in name) or name.startswith("<") or name == contextlib.__file__


@contextmanager
def recording(recorder: Recorder, compiled: Callable[[Callable[..., Any]], Callable[..., Any]]) -> Generator[None]:
    """Within the `with`, eager calls of this thread are recorded."""
    if TRACING.active:
        raise RuntimeError("Tracing can't be nested")
    replaced = [(kind, name, kind.__dict__.get(name, None)) for kind, name, _ in _patches(recorder)]
    forget_calls()
    for kind, name, method in _patches(recorder):
        setattr(kind, name, method)
    TRACING.active, before = True, TRACING.compiled
    TRACING.compiled, TRACING.made = compiled, recorder.made
    try:
        yield
    finally:
        TRACING.active = False
        TRACING.compiled, TRACING.made = before, None
        for kind, name, method in replaced:
            if method is None:
                delattr(kind, name)
            else:
                setattr(kind, name, method)
        forget_calls()


def _patches(recorder: Recorder) -> list[tuple[type, str, Any]]:
    return [*_operators(recorder), *_questions(recorder), *_conversions(recorder), *_methods(recorder), *_calls(recorder)]


def _operators(recorder: Recorder) -> list[tuple[type, str, Any]]:
    resolve = Packet.resolve

    def traced(self: Packet, args: tuple[Any, ...], kwargs: dict[str, Any], *, without: bool = False) -> Any:
        if without or not recorder.is_recording:
            return resolve(self, args, kwargs, without=without)
        found = self.bound(args, kwargs)
        if found is None:
            # the message of the eager call, or what it does without an overload
            return resolve(self, args, kwargs)
        op, values = found
        convert, result = eager_conversion(op), recorder.call(op, values)
        return result if convert is None else convert(result)

    run = Op.__call__

    def traced_row(self: Op, *args: Any) -> Any:
        if not recorder.is_recording:
            return run(self, *args)
        rest: list[Any] = [argument.default for argument in self.schema.args[len(args) :]]
        return recorder.call(self, [*args, *(list(cast("tuple[Any, ...]", value)) if type(value) is tuple else value for value in rest)])

    return [(Packet, "resolve", traced), (Packet, "_remember", _remember_nothing), (Op, "__call__", traced_row)]


def _remember_nothing(*arguments: object) -> None:
    """Calls that were seen before come by again."""
    del arguments


def _questions(recorder: Recorder) -> list[tuple[type, str, Any]]:
    size = Tensor.size

    def traced_shape(self: Tensor) -> Size:
        found = Size(self.layout.shape)
        if not recorder.is_recording:
            return found
        return Size(recorder.size(self, dim, number) for dim, number in enumerate(found))

    def traced_size(self: Tensor, dim: int | None = None) -> Any:
        if dim is None:
            return traced_shape(self)
        found = size(self, dim)
        return recorder.size(self, dim, found) if recorder.is_recording else found

    def numel(self: Tensor) -> int:
        return recorder.count(self, "aten::numel", self.layout.numel) if recorder.is_recording else self.layout.numel

    return [
        (Tensor, "shape", property(traced_shape)), (Tensor, "size", traced_size), (Tensor, "numel", numel), (Tensor, "nelement", numel),
    ]  # fmt: skip


def _conversions(recorder: Recorder) -> list[tuple[type, str, Any]]:
    def warning(name: str, conversion: str) -> Any:
        original: Callable[..., Any] = getattr(Tensor, name)

        def convert(self: Tensor, *args: Any) -> Any:
            if not recorder.is_recording:
                return original(self, *args)
            if recorder.is_known(self):
                warn(f"Converting a tensor to {conversion}")
            with recorder.paused():
                return original(self, *args)

        return convert

    names = {
        "__bool__": "a Python boolean", "__int__": "a Python integer", "__float__": "a Python float", "__index__": "a Python index",
        "item": "a Python number", "tolist": "a Python list", "numpy": "a NumPy array", "__array__": "a NumPy array",
    }  # fmt: skip
    made = [(Tensor, name, warning(name, conversion)) for name, conversion in names.items()]
    length, iterate = Tensor.__len__, Tensor.__iter__

    def traced_length(self: Tensor) -> int:
        if recorder.is_recording and recorder.is_known(self):
            warn(
                "Using len to get tensor shape",
                "Recommended usage would be tensor.shape[0]. Passing a tensor of different shape might lead to errors or silently give "
                "incorrect results.",
            )
        return length(self)

    def traced_iterate(self: Tensor) -> Iterator[Tensor]:
        if not recorder.is_recording or not self.layout.shape:
            return iterate(self)
        if recorder.is_known(self):
            warn(
                "Iterating over a tensor",
                "Passing a tensor of different shape won't change the number of iterations executed (and might lead to errors or silently "
                "give incorrect results).",
            )
        return iter(aten.unbind(self, 0))

    return [*made, (Tensor, "__len__", traced_length), (Tensor, "__iter__", traced_iterate)]


def _methods(recorder: Recorder) -> list[tuple[type, str, Any]]:
    """Methods of tensors that are no packets."""
    from ..runtime import indexing
    from .trace_indexing import get_item, set_item

    plain_to = Tensor.to

    def to(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        if not recorder.is_recording or not recorder.is_known(self):
            return plain_to(self, *args, **kwargs)
        other = next((value for value in args if isinstance(value, Tensor)), None)
        with recorder.paused():
            converted = plain_to(self, *args, **kwargs)
        given = [value for value in (*args, kwargs.get("dtype")) if isinstance(value, DType)]
        copy = bool(kwargs.get("copy", False)) or any(value is True for value in args)
        rest = [False, copy, kwargs.get("memory_format")]
        if other is not None:
            return recorder.call(required("aten::to.other"), [self, other, *rest])
        if not given:
            return converted if converted is self else recorder.call(required("aten::clone"), [self, kwargs.get("memory_format")])
        return recorder.call(required("aten::to.dtype"), [self, given[0], *rest])

    def routed(name: str) -> Any:
        original: Any = Tensor.__dict__[name]
        plain: Callable[..., Any] = cast("Any", original.fget) if isinstance(original, property) else original

        def call(self: Tensor, *args: Any, **kwargs: Any) -> Any:
            return getattr(aten, name)(self, *args, **kwargs) if recorder.is_recording else plain(self, *args, **kwargs)

        return property(call) if isinstance(original, property) else call

    def nonzero(self: Tensor, *, as_tuple: bool = False) -> Any:
        return (aten.nonzero_numpy if as_tuple else aten.nonzero)(self)

    def indexed(self: Tensor, index: Any) -> Tensor:
        return get_item(self, index) if recorder.is_recording else indexing.get_item(self, index)

    def assigned(self: Tensor, index: Any, value: Any) -> None:
        if recorder.is_recording:
            set_item(self, index, value)
        else:
            indexing.set_item(self, index, value)

    plain = [(Tensor, name, routed(name)) for name in ("detach", "real", "imag")]
    return [*plain, (Tensor, "to", to), (Tensor, "nonzero", nonzero), (Tensor, "__getitem__", indexed), (Tensor, "__setitem__", assigned)]


def _calls(recorder: Recorder) -> list[tuple[type, str, Any]]:
    call_module, call_function = Module.__call__, Function.__call__

    def traced_module(self: Module, *args: Any, **kwargs: Any) -> Any:
        path = recorder.modules.get(id(self)) if recorder.is_recording else None
        around = recorder.frames[-1]
        if path is None or "_c" in self.__dict__ or not path.startswith(f"{around}." if around else ""):
            return call_module(self, *args, **kwargs)
        with recorder.inside(path):
            return call_module(self, *args, **kwargs)

    def traced_function(self: Function, *args: object, **kwargs: object) -> object:
        if not recorder.is_recording:
            return call_function(self, *args, **kwargs)
        return self.binder.result(recorder.call_function(self, self.binder.arguments(args, kwargs)))

    return [(Module, "__call__", traced_module), (Function, "__call__", traced_function)]

"""Words that mean something to the script compiler and next to nothing in eager code.

They stand down here, not in `script`, because the modules and functions of `runtime/nn` are written with them. The
compiler recognises each by identity: `is_scripting` is true inside compiled code, `annotate` gives an empty literal its
type, a `BooleanDispatch` call becomes a call of the branch that its constant flag selects, and `BroadcastingList2[int]`
is the type `int[2]`: a list that one number may stand for.
"""
from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from types import GenericAlias
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

if TYPE_CHECKING:
    from .tensor import Tensor

T = TypeVar("T")
R = TypeVar("R")
F = TypeVar("F", bound=Callable[..., Any])


def is_scripting() -> bool:
    """False in eager code; compiled code reads it as the constant True and leaves the other branch out."""
    return False


def annotate(the_type: Any, the_value: T) -> T:
    """`the_value`, unchanged; compiled code gives it the type `the_type`."""
    del the_type
    return the_value


class Future(Generic[T]):
    """The result of a `fork`, which has run already: its value, or the exception that `wait` raises."""

    __slots__ = ("_error", "_value")

    def __init__(self, value: T | None = None, error: Exception | None = None) -> None:
        self._value = value
        self._error = error

    @staticmethod
    def of(function: Callable[..., R], *args: Any, **kwargs: Any) -> Future[R]:
        """Run `function` and keep what it gives or raises."""
        made: Future[R] = Future()
        try:
            made._value = function(*args, **kwargs)
        except Exception as error:
            made._error = error
        return made

    def wait(self) -> T:
        """The result."""
        if self._error is not None:
            raise self._error
        return cast("T", self._value)

    def value(self) -> T:
        """The result."""
        return self.wait()

    def done(self) -> bool:
        """True."""
        return True


def fork(func: Callable[..., T], *args: Any, **kwargs: Any) -> Future[T]:
    """Call `func`; compiled code may run it beside the caller. `wait` gives the result, or raises what `func` raised."""
    return Future.of(func, *args, **kwargs)


def wait(future: Future[T]) -> T:
    """The result of a `fork`."""
    return future.wait()


def script_if_tracing(fn: F) -> F:
    """Compile `fn` where a trace calls it, so that its control flow stays; elsewhere it is the Python function."""

    @wraps(fn)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return TRACING.compiled(fn)(*args, **kwargs) if TRACING.active else fn(*args, **kwargs)

    vars(wrapper)["script_if_tracing"] = fn
    return cast("F", wrapper)


def _as_it_is(function: Callable[..., Any]) -> Callable[..., Any]:
    return function


class Tracing:
    """Whether eager calls are being recorded, and what is done for a record; `script/trace_patches.py` sets all."""

    active: bool = False
    compiled: Callable[[Callable[..., Any]], Callable[..., Any]] = staticmethod(_as_it_is)
    """How a function is compiled."""
    made: Callable[[Tensor, Any, str], None] | None = None
    """Told a tensor, the data it was made of, and by which function."""


TRACING = Tracing()


def is_tracing() -> bool:
    """Whether a trace is being recorded; false inside compiled code."""
    if is_scripting():
        return False
    else:  # noqa: RET505 - compiled code leaves this branch out
        return TRACING.active


def unwrap_optional(x: T | None) -> T:
    """`x`, which must not be None; compiled code gives it the type without None."""
    assert x is not None, "Unwrapping null optional"
    return x


def copy_to_script_wrapper(method: F) -> F:
    """Mark a method of a Python module that its scripted form keeps as a Python method, e.g. `__len__` of a container."""
    vars(method)["_copy_to_script_wrapper"] = True
    return method


_signatures: dict[tuple[str, str], list[Callable[..., Any]]] = {}


def overloaded(func: F) -> F:
    """Declare a signature, without a body: the function or method defined further down under the same name has it in compiled code."""
    declared = _signatures.setdefault((func.__module__, func.__qualname__), [])
    place = func.__code__.co_firstlineno
    # a module that is executed again declares its overloads again
    if declared and place <= declared[-1].__code__.co_firstlineno:
        declared.clear()
    declared.append(func)
    return func


def overloads_of(function: Callable[..., Any]) -> list[Callable[..., Any]]:
    """The signatures that were declared for a function or method, in order; none for most."""
    key = getattr(function, "__module__", None), getattr(function, "__qualname__", None)
    return _signatures.get(cast("tuple[str, str]", key), [])


class BooleanDispatch:
    """A function with two result types: a flag, constant wherever compiled code calls it, says which of two functions runs.

    `F.max_pool2d(x, 2, return_indices=True)` returns two tensors, and one without the flag. Compiled code calls `if_true`
    or `if_false`; both have the same parameters, the flag included.
    """

    def __init__(
        self, name: str, argument: str, index: int, *, default: bool, if_true: Callable[..., Any], if_false: Callable[..., Any]
    ) -> None:
        self.__name__ = name
        self.__doc__ = if_false.__doc__
        self.__module__ = if_false.__module__
        self.argument = argument
        """The flag's name, for calls with a keyword."""
        self.index = index
        """The flag's position, for calls without."""
        self.default = default
        self.if_true = if_true
        self.if_false = if_false

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        flag = args[self.index] if self.index < len(args) else kwargs.get(self.argument, self.default)
        return (self.if_true if flag else self.if_false)(*args, **kwargs)

    def __repr__(self) -> str:
        return f"<function {self.__name__}>"


if TYPE_CHECKING:
    BroadcastingList1 = T | Sequence[T]
    BroadcastingList2 = T | Sequence[T]
    BroadcastingList3 = T | Sequence[T]
else:

    class BroadcastingList1:
        """`BroadcastingList1[int]` is `int[1]`: an alias whose `__origin__` has the size and whose `__args__` has the element."""

        size = 1
        __class_getitem__ = classmethod(GenericAlias)

    class BroadcastingList2(BroadcastingList1):
        """`int[2]`."""

        size = 2

    class BroadcastingList3(BroadcastingList1):
        """`int[3]`."""

        size = 3

"""Marks, overloads, forks, and the rest of the jit interface."""

# ruff: noqa

import functools
from typing import Any, Dict, List, Optional, Tuple, Union

import rushlight as torch
from rushlight import Tensor


def plus(a: int, b: int = 2) -> int:
    return a + b


def untyped(x, y):
    return x + y


@torch.jit.ignore
def ignored(x: Tensor, n: int) -> Tensor:
    return x * n


@torch.jit.ignore
def ignored_untyped(x):
    return x + 1


@torch.jit.unused
def unused(x: Tensor) -> Tensor:
    raise ValueError("python only")


@torch.jit.ignore(drop=True)
def dropped(x: Tensor) -> Tensor:
    return x


@runs((torch.ones(2),))
def call_ignored(x: Tensor):
    return ignored(x, 3) + 1


@runs((torch.ones(2),))
def call_ignored_untyped(x: Tensor):
    return ignored_untyped(x)


@runs((torch.ones(2), False), (torch.ones(2), True))
def call_unused(x: Tensor, flag: bool):
    if flag:
        x = unused(x)
    return x


@runs((torch.ones(2), False))
def call_dropped(x: Tensor, flag: bool):
    if flag:
        x = dropped(x)
    return x


@builds()
def script_ignored():
    return ignored


@torch.jit.script_if_tracing
def if_tracing(x, n: int):
    for i in range(n):
        x = x + i
    return x


@runs((torch.ones(2),))
def call_script_if_tracing(x: Tensor):
    return if_tracing(x, 3)


@torch.jit._overload
def overloaded(x: int) -> int: ...


@torch.jit._overload
def overloaded(x: str) -> str: ...


def overloaded(x):
    if torch.jit.isinstance(x, int):
        return x + 1
    else:
        return x + "!"


@torch.jit._overload
def by_count(x, y):
    # type: (int, int) -> int
    pass


@torch.jit._overload
def by_count(x, y):
    # type: (float, float) -> float
    pass


def by_count(x, y):
    return x + y


@torch.jit._overload
def with_default(x: int, y: Optional[int] = None) -> int: ...


@torch.jit._overload
def with_default(x: Tensor, y: Optional[int] = None) -> Tensor: ...


def with_default(x, y=None):
    if y is None:
        return x
    return x + y


@runs((1, "a"))
def call_overloaded(a: int, b: str):
    return overloaded(a), overloaded(b)


@runs((1, 2.5))
def call_overloaded_simple(a: int, b: float):
    return by_count(a, a), by_count(b, b)


@runs((torch.ones(2), 3))
def call_overloaded_default(x: Tensor, a: int):
    return with_default(x), with_default(a, 4)


@runs((True,))
def call_overloaded_wrong(a: bool):
    return by_count("a", "b")


@builds()
def script_overloaded():
    return by_count


@runs((torch.ones(2),))
def fork_and_wait(x: Tensor):
    future = torch.jit.fork(untyped, x, x)
    return torch.jit.wait(future)


@runs((torch.ones(2),))
def fork_several(x: Tensor):
    futures = [torch.jit.fork(untyped, x, x + i) for i in range(3)]
    total = torch.zeros(2)
    for future in futures:
        total = total + torch.jit.wait(future)
    return total


@runs((torch.ones(2),))
def fork_annotated(x: Tensor):
    futures: List[torch.jit.Future[Tensor]] = []
    for i in range(2):
        futures.append(torch.jit.fork(untyped, x, x))
    return torch.jit.wait(futures[0]) + torch.jit.wait(futures[1])


@runs((3,))
def fork_keywords(a: int):
    future = torch.jit.fork(plus, a, b=5)
    return torch.jit.wait(future)


@runs((3,))
def fork_method_wait(a: int):
    future = torch.jit.fork(plus, a)
    return future.wait()


@runs((3,))
def fork_wrong_arguments(a: int):
    return torch.jit.wait(torch.jit.fork(plus, "a"))


@runs((3,))
def fork_no_function(a: int):
    return torch.jit.fork()


@runs((3,))
def wait_no_future(a: int):
    return torch.jit.wait(a)


@runs((3,))
def is_scripting(a: int):
    return torch.jit.is_scripting(), torch.jit.is_tracing()


@runs((3,))
def is_scripting_imported(a: int):
    if torch.jit.is_scripting():
        return a
    else:
        return undefined_thing


@runs((3,))
def is_scripting_and(a: int):
    if not torch.jit.is_scripting() and undefined_thing(a):
        a = undefined_thing(a)
    return a


@builds((2,))
def already_scripted():
    @torch.jit.script
    def inner(a: int) -> int:
        return a + 1

    return inner


@builds((2,))
def calls_scripted():
    @torch.jit.script
    def inner(a: int) -> int:
        return a + 1

    def outer(a: int) -> int:
        return inner(a) * 2

    return outer


@builds((torch.ones(2),))
def decorated():
    def passing(f):
        return f

    @passing
    def inner(x):
        return x * 2

    return inner


@builds((torch.ones(2),))
def wrapped():
    def doubling(f):
        @functools.wraps(f)
        def wrapper(x):
            return f(x) * 2

        return wrapper

    @doubling
    def inner(x):
        return x + 1

    return inner


@builds((torch.ones(2),))
def lambda_scripted():
    return lambda x: x + 1


@builds()
def scripted_number():
    return 5


@builds()
def scripted_string():
    return "text"


@builds()
def scripted_builtin():
    return len


@builds((torch.ones(2),))
def scripted_operator():
    return torch.relu


@builds()
def scripted_list():
    return [1, 2]


@builds((2,))
def callable_object():
    class Callable:
        def __call__(self, x: int) -> int:
            return x + 1

    return Callable()


@builds((2,))
def bound_method():
    class Holder:
        def method(self, x: int) -> int:
            return x + 1

    return Holder().method


def helper_wrong(x):
    return x.nothing_like_it()


@runs((torch.ones(2),))
def error_in_callee(x):
    return helper_wrong(x)


@runs((3,))
def mutual_one(n: int) -> int:
    if n <= 0:
        return 0
    return mutual_two(n - 1) + 1


def mutual_two(n: int) -> int:
    if n <= 0:
        return 0
    return mutual_one(n - 1) + 1


@runs((3,))
def recursive_without_type(n: int):
    if n <= 0:
        return 0
    return recursive_without_type(n - 1)


class Namespace:
    @staticmethod
    def helper(x: int) -> int:
        return x * 7


@runs((3,))
def static_of_python_class(n: int):
    return Namespace.helper(n)


@runs((torch.ones(2),))
def in_no_grad(x: Tensor):
    with torch.no_grad():
        y = x * 2
    return y


@runs((torch.ones(2),))
def in_enable_grad(x: Tensor):
    with torch.enable_grad():
        y = x * 2
    return y


@runs((torch.ones(2),))
def in_inference_mode(x: Tensor):
    with torch.inference_mode():
        y = x * 2
    return y


@runs((torch.ones(2),))
def in_set_grad(x: Tensor):
    with torch.set_grad_enabled(False):
        y = x * 2
    return y


@runs((torch.ones(2),))
def in_record_function(x: Tensor):
    with torch.autograd.profiler.record_function("name"):
        y = x * 2
    return y


@runs((torch.ones(2),))
def grad_enabled_inside(x: Tensor):
    with torch.no_grad():
        a = torch.is_grad_enabled()
    return a


@runs((2.0,))
def warns(x: float):
    import_free = x
    return import_free


@runs((3,))
def unchecked(x: Optional[int]) -> int:
    if x is not None:
        return torch.jit._unwrap_optional(x)
    return 0


@runs((torch.ones(2),))
def getattr_static(x: Tensor):
    return getattr(x, "shape"), getattr(torch, "relu")(x)


@runs((torch.ones(2),))
def hasattr_static(x: Tensor):
    return hasattr(x, "shape"), hasattr(x, "nothing")


@runs((torch.ones(2), "relu"))
def getattr_dynamic(x: Tensor, name: str):
    return getattr(torch, name)(x)

"""Functions that run around a module's forward: their handles, and the call that runs them.

`Module.__call__` comes here only when a hook is registered.
"""
from __future__ import annotations

import warnings
import weakref
from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import TracebackType

    from .module import Module

Hooks = OrderedDict[int, Callable[..., Any]]
Marks = OrderedDict[int, bool]


class RemovableHandle:
    """What registering a hook returns: `remove()` takes the hook out again; as a context manager, at the end of the block."""

    next_id = 0

    def __init__(self, hooks: OrderedDict[int, Any], *marks: Marks) -> None:
        self.id = RemovableHandle.next_id
        RemovableHandle.next_id += 1
        self._tables = tuple(weakref.ref(table) for table in (hooks, *marks))

    def remove(self) -> None:
        """Unregister the hook; a second call does nothing."""
        for reference in self._tables:
            table = reference()
            if table is not None:
                table.pop(self.id, None)

    def __getstate__(self) -> tuple[int, tuple[OrderedDict[int, Any] | None, ...]]:
        return self.id, tuple(reference() for reference in self._tables)

    def __setstate__(self, state: tuple[int, tuple[OrderedDict[int, Any] | None, ...]]) -> None:
        self.id, tables = state
        self._tables = tuple(weakref.ref(table) for table in tables if table is not None)
        RemovableHandle.next_id = max(RemovableHandle.next_id, self.id + 1)

    def __enter__(self) -> RemovableHandle:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        self.remove()


def held(table: Hooks, hook: Callable[..., Any], prepend: bool = False, *marks: Marks) -> RemovableHandle:
    """Put a hook into its table, first if `prepend`; the handle takes it out again, and out of `marks`."""
    handle = RemovableHandle(table, *marks)
    table[handle.id] = hook
    if prepend:
        table.move_to_end(handle.id, last=False)
    return handle


GLOBAL_PRE_HOOKS = Hooks()
GLOBAL_HOOKS = Hooks()
GLOBAL_WITH_KWARGS = Marks()
GLOBAL_ALWAYS_CALLED = Marks()


def register_module_forward_pre_hook(hook: Callable[..., Any]) -> RemovableHandle:
    """Run `hook(module, args)` before the forward of every module, before the module's own hooks."""
    return held(GLOBAL_PRE_HOOKS, hook)


def register_module_forward_hook(
    hook: Callable[..., Any], *, with_kwargs: bool = False, always_call: bool = False
) -> RemovableHandle:
    """Run `hook(module, args, output)` after the forward of every module, before the module's own hooks."""
    handle = held(GLOBAL_HOOKS, hook, False, GLOBAL_WITH_KWARGS, GLOBAL_ALWAYS_CALLED)
    if with_kwargs:
        GLOBAL_WITH_KWARGS[handle.id] = True
    if always_call:
        GLOBAL_ALWAYS_CALLED[handle.id] = True
    return handle


def call_with_hooks(module: Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """`module.forward` between its forward pre-hooks and its forward hooks; hooks may replace arguments and result.

    Hooks registered with `always_call` run after an error too; what they raise then becomes a warning.
    """
    called: set[int] = set()
    result: Any = None
    try:
        args, kwargs = _run_pre_hooks(module, args, kwargs)
        result = module.forward(*args, **kwargs)
        for number, hook in [*GLOBAL_HOOKS.items(), *module._forward_hooks.items()]:
            called.add(number)
            result = _run_hook(module, number, hook, args, kwargs, result)
        return result
    except Exception:
        for number, hook in [*GLOBAL_HOOKS.items(), *module._forward_hooks.items()]:
            is_always_called = number in module._forward_hooks_always_called or number in GLOBAL_ALWAYS_CALLED
            if number in called or not is_always_called:
                continue
            try:
                result = _run_hook(module, number, hook, args, kwargs, result)
            except Exception as error:
                warnings.warn(
                    "module forward hook with ``always_call=True`` raised an exception that was silenced "
                    f"as another error was raised in forward: {error}",
                    stacklevel=3,
                )
        raise


def _run_pre_hooks(module: Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
    for number, hook in [*GLOBAL_PRE_HOOKS.items(), *module._forward_pre_hooks.items()]:
        with_kwargs = number in module._forward_pre_hooks_with_kwargs
        changed: Any = hook(module, args, kwargs) if with_kwargs else hook(module, args)
        if changed is None:
            continue
        is_tuple = issubclass(type(changed), tuple)
        if not with_kwargs:
            args = changed if is_tuple else (changed,)
        elif is_tuple and len(changed) == 2:
            args, kwargs = changed
        else:
            raise RuntimeError(f"forward pre-hook must return None or a tuple of (new_args, new_kwargs), but got {changed}.")
    return args, kwargs


def _run_hook(
    module: Module, number: int, hook: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], result: Any
) -> Any:
    with_kwargs = number in module._forward_hooks_with_kwargs or number in GLOBAL_WITH_KWARGS
    changed = hook(module, args, kwargs, result) if with_kwargs else hook(module, args, result)
    return result if changed is None else changed

"""Modules that hold modules: `Sequential` runs them in turn, `ModuleList` is a list, `ModuleDict` a dictionary."""
from __future__ import annotations

import operator
from collections import OrderedDict
from collections.abc import ItemsView, Iterable, Iterator, KeysView, Mapping, ValuesView
from typing import Any, Self, cast, overload

from ...scripting import copy_to_script_wrapper
from ...tensor import Tensor
from ..module import Module, indent
from .parameter_containers import ParameterDict as ParameterDict
from .parameter_containers import ParameterList as ParameterList
from .parameter_containers import check_pair


class _Numbered(Module):
    """What `Sequential` and `ModuleList` share: the methods of a list."""

    @copy_to_script_wrapper
    def __len__(self) -> int:
        return len(self._modules)

    @copy_to_script_wrapper
    def __iter__(self) -> Iterator[Any]:
        return iter(self._modules.values())

    @copy_to_script_wrapper
    def __dir__(self) -> list[str]:
        return [name for name in super().__dir__() if not name.isdigit()]

    def _name_at(self, index: int) -> str:
        number = operator.index(index)
        size = len(self._modules)
        if not -size <= number < size:
            raise IndexError(f"index {number} is out of range")
        return list(self._modules)[number]

    def __setitem__(self, index: int, module: Module) -> None:
        setattr(self, self._name_at(index), module)

    def __delitem__(self, index: int | slice) -> None:
        names = list(self._modules)[index] if isinstance(index, slice) else [self._name_at(index)]
        for name in names:
            delattr(self, name)
        self._modules = {str(number): module for number, module in enumerate(self._modules.values())}

    def append(self, module: Module) -> Self:
        """Add one module at the end."""
        self.add_module(str(len(self)), module)
        return self

    def _insert(self, index: int, module: Module) -> None:
        modules = list(self._modules.values())
        modules.insert(index, module)
        self._modules.update((str(number), module) for number, module in enumerate(modules))


class Container(Module):
    """The children that are given by name; it has no forward of its own."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__()
        for key, value in kwargs.items():
            self.add_module(key, value)


class Sequential(_Numbered):
    """Runs modules one after the other, each on the result of the one before; made from modules or an OrderedDict of them."""

    _modules: dict[str, Any]

    @overload
    def __init__(self, *args: Module) -> None: ...

    @overload
    def __init__(self, arg: OrderedDict[str, Module], /) -> None: ...

    def __init__(self, *args: Any) -> None:
        super().__init__()
        named: dict[str, Any] = {str(number): module for number, module in enumerate(args)}
        if len(args) == 1 and isinstance(args[0], OrderedDict):
            named = cast("OrderedDict[str, Any]", args[0])
        for name, module in named.items():
            self.add_module(name, module)

    def forward(self, input: Tensor):
        """The result of the last module."""
        for module in self:
            input = module(input)
        return input

    @copy_to_script_wrapper
    def __getitem__(self, index: int | slice) -> Any:
        """One module, or a Sequential of some (under their names)."""
        if isinstance(index, slice):
            return type(self)(OrderedDict(list(self._modules.items())[index]))
        return self._modules[self._name_at(index)]

    def insert(self, index: int, module: Module) -> Self:
        """Add one module before the one at `index`."""
        if not isinstance(module, Module):
            raise AssertionError(f"module should be of type: {Module}")
        if not -len(self) <= index <= len(self):
            raise IndexError(f"Index out of range: {index}")
        self._insert(index, module)
        return self

    def extend(self, sequential: Iterable[Module]) -> Self:
        """Add modules at the end."""
        for module in sequential:
            self.append(module)
        return self

    def pop(self, key: int | slice) -> Any:
        """Take out one module, or a Sequential of some."""
        found = self[key]
        del self[key]
        return found

    def __add__(self, other: Any) -> Sequential:
        self._require_sequential(other)
        return Sequential(*self, *other)

    def __iadd__(self, other: Any) -> Self:
        self._require_sequential(other)
        return self.extend(list(other))

    def __mul__(self, times: int) -> Sequential:
        self._require_positive(times)
        return Sequential(*(module for _ in range(times) for module in self))

    def __rmul__(self, times: int) -> Sequential:
        return self * times

    def __imul__(self, times: int) -> Self:
        self._require_positive(times)
        return self.extend([module for _ in range(times - 1) for module in self])

    @staticmethod
    def _require_sequential(other: object) -> None:
        if not isinstance(other, Sequential):
            raise ValueError(f"add operator supports only objects of Sequential class, but {type(other)} is given.")

    def _require_positive(self, times: int) -> None:
        if not isinstance(times, int):
            raise TypeError(f"unsupported operand type(s) for *: {type(self)} and {type(times)}")
        if times <= 0:
            raise ValueError(f"Non-positive multiplication factor {times} for {type(self)}")


class ModuleList(_Numbered):
    """A list of modules, which count as children of the module that holds it."""

    _modules: dict[str, Any]

    def __init__(self, modules: Iterable[Module] | None = None) -> None:
        super().__init__()
        if modules is not None:
            self.extend(modules)

    @copy_to_script_wrapper
    def __getitem__(self, index: int | slice) -> Any:
        """One module, or a ModuleList of some."""
        if isinstance(index, slice):
            return type(self)(list(self._modules.values())[index])
        return self._modules[self._name_at(index)]

    def insert(self, index: int, module: Module) -> None:
        """Add one module before the one at `index`."""
        self._insert(index, module)

    def extend(self, modules: Iterable[Module]) -> Self:
        """Add modules at the end."""
        if not isinstance(modules, Iterable):
            raise TypeError(f"ModuleList.extend should be called with an iterable, but got {type(modules).__name__}")
        for module in list(modules):
            self.append(module)
        return self

    def pop(self, key: int | slice) -> Any:
        """Take out one module, or a ModuleList of some."""
        found = self[key]
        del self[key]
        return found

    def __iadd__(self, modules: Iterable[Module]) -> Self:
        return self.extend(modules)

    def __add__(self, other: Iterable[Module]) -> ModuleList:
        return ModuleList([*self, *other])

    def __repr__(self) -> str:
        # Neighbours that print the same are written once, with their range.
        runs: list[tuple[int, int, str]] = []
        for number, module in enumerate(self):
            text = repr(module)
            if runs and runs[-1][2] == text:
                runs[-1] = (runs[-1][0], number, text)
            else:
                runs.append((number, number, text))
        if not runs:
            return f"{self._get_name()}()"
        lines = [
            f"({first}): {text}" if first == last else f"({first}-{last}): {last - first + 1} x {text}"
            for first, last, text in runs
        ]
        return "{}(\n  {}\n)".format(self._get_name(), "\n  ".join(indent(line) for line in lines))


class ModuleDict(Module):
    """A dictionary of modules by name, which count as children of the module that holds it."""

    _modules: dict[str, Any]

    def __init__(self, modules: Mapping[str, Module] | None = None) -> None:
        super().__init__()
        if modules is not None:
            self.update(modules)

    @copy_to_script_wrapper
    def __getitem__(self, key: str) -> Any:
        return self._modules[key]

    def __setitem__(self, key: str, module: Module) -> None:
        self.add_module(key, module)

    def __delitem__(self, key: str) -> None:
        del self._modules[key]

    @copy_to_script_wrapper
    def __len__(self) -> int:
        return len(self._modules)

    @copy_to_script_wrapper
    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    @copy_to_script_wrapper
    def __contains__(self, key: str) -> bool:
        return key in self._modules

    def clear(self) -> None:
        """Remove every module."""
        self._modules.clear()

    def pop(self, key: str) -> Any:
        """Take out one module."""
        found = self[key]
        del self[key]
        return found

    @copy_to_script_wrapper
    def keys(self) -> KeysView[str]:
        """The names."""
        return self._modules.keys()

    @copy_to_script_wrapper
    def items(self) -> ItemsView[str, Any]:
        """Names and modules."""
        return self._modules.items()

    @copy_to_script_wrapper
    def values(self) -> ValuesView[Any]:
        """The modules."""
        return self._modules.values()

    def update(self, modules: Mapping[str, Module]) -> None:
        """Add what a mapping or pairs of names and modules have."""
        if not isinstance(modules, Iterable):
            raise TypeError(f"ModuleDict.update should be called with an iterable of key/value pairs, but got {type(modules).__name__}")
        if isinstance(modules, ModuleDict | Mapping):
            for key, module in modules.items():
                self[key] = module
            return
        for at, pair in enumerate(cast("Iterable[tuple[str, Module]]", modules)):
            check_pair("ModuleDict", at, pair)
            self[pair[0]] = pair[1]

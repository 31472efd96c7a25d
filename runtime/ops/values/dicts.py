"""TorchScript's operators on dictionaries.

In: Python dicts, which the writing operators change in place; a tensor is a key by identity. Out: values, new lists or new dicts.
"""

from __future__ import annotations

from typing import Any

from ..table import builtin
from .texts import value_text


@builtin(
    "__getitem__.Dict_str(Dict(str, t) self, str key) -> t(*)", "__getitem__.Dict_int(Dict(int, t) self, int key) -> t(*)",
    "__getitem__.Dict_bool(Dict(bool, t) self, bool key) -> t(*)", "__getitem__.Dict_float(Dict(float, t) self, float key) -> t(*)",
    "__getitem__.Dict_complex(Dict(complex, t) self, complex key) -> t(*)",
    "__getitem__.Dict_Tensor(Dict(Tensor, t) self, Tensor key) -> t(*)",
)  # fmt: skip
def getitem(self: dict[Any, Any], key: Any) -> Any:
    """The value under a key, which must be there."""
    try:
        return self[key]
    except KeyError:
        raise KeyError(value_text(key)) from None


@builtin(
    "_set_item.str(Dict(str, t)(a!) l, str(b -> *) idx, t(c -> *) v) -> ()",
    "_set_item.int(Dict(int, t)(a!) l, int(b -> *) idx, t(c -> *) v) -> ()",
    "_set_item.bool(Dict(bool, t)(a!) l, bool(b -> *) idx, t(c -> *) v) -> ()",
    "_set_item.float(Dict(float, t)(a!) l, float(b -> *) idx, t(c -> *) v) -> ()",
    "_set_item.complex(Dict(complex, t)(a!) l, complex(b -> *) idx, t(c -> *) v) -> ()",
    "_set_item.Tensor(Dict(Tensor, t)(a!) l, Tensor(b -> *) idx, t(c -> *) v) -> ()",
)  # fmt: skip
def set_item(l: dict[Any, Any], idx: Any, v: Any) -> None:  # noqa: E741
    """Put a value under a key."""
    l[idx] = v


@builtin(
    "Delete.Dict_str(Dict(str, t)(a!) self, str key) -> ()", "Delete.Dict_int(Dict(int, t)(a!) self, int key) -> ()",
    "Delete.Dict_bool(Dict(bool, t)(a!) self, bool key) -> ()", "Delete.Dict_float(Dict(float, t)(a!) self, float key) -> ()",
    "Delete.Dict_complex(Dict(complex, t)(a!) self, complex key) -> ()", "Delete.Dict_Tensor(Dict(Tensor, t)(a!) self, Tensor key) -> ()",
)  # fmt: skip
def delete(self: dict[Any, Any], key: Any) -> None:
    """Remove a key, which must be there."""
    if key not in self:
        raise KeyError(value_text(key))
    del self[key]


@builtin(
    "__contains__.str(Dict(str, t) dict, str key) -> bool", "__contains__.int(Dict(int, t) dict, int key) -> bool",
    "__contains__.bool(Dict(bool, t) dict, bool key) -> bool", "__contains__.float(Dict(float, t) dict, float key) -> bool",
    "__contains__.complex(Dict(complex, t) dict, complex key) -> bool", "__contains__.Tensor(Dict(Tensor, t) dict, Tensor key) -> bool",
)  # fmt: skip
def contains(dict: dict[Any, Any], key: Any) -> bool:  # noqa: A002
    """Whether the key is there."""
    return key in dict


@builtin(
    "keys.str(Dict(str, t) self) -> str[](*)", "keys.int(Dict(int, t) self) -> int[](*)", "keys.bool(Dict(bool, t) self) -> bool[](*)",
    "keys.float(Dict(float, t) self) -> float[](*)", "keys.complex(Dict(complex, t) self) -> complex[](*)",
    "keys.Tensor(Dict(Tensor, t) self) -> Tensor[](*)",
)  # fmt: skip
def keys(self: dict[Any, Any]) -> list[Any]:
    """The keys, in the order they were added."""
    return list(self)


@builtin(
    "values.str(Dict(str, t) self) -> t[](*)", "values.int(Dict(int, t) self) -> t[](*)", "values.bool(Dict(bool, t) self) -> t[](*)",
    "values.float(Dict(float, t) self) -> t[](*)", "values.complex(Dict(complex, t) self) -> t[](*)",
    "values.Tensor(Dict(Tensor, t) self) -> t[](*)",
)  # fmt: skip
def values(self: dict[Any, Any]) -> list[Any]:
    """The values, in the order of the keys."""
    return list(self.values())


@builtin(
    "items.str(Dict(str, t) self) -> ((str, t)[])", "items.int(Dict(int, t) self) -> ((int, t)[])",
    "items.bool(Dict(bool, t) self) -> ((bool, t)[])", "items.float(Dict(float, t) self) -> ((float, t)[])",
    "items.complex(Dict(complex, t) self) -> ((complex, t)[])", "items.Tensor(Dict(Tensor, t) self) -> ((Tensor, t)[])",
)  # fmt: skip
def items(self: dict[Any, Any]) -> list[tuple[Any, Any]]:
    """Keys with their values."""
    return list(self.items())


@builtin(
    "get.str(Dict(str, t) self, str key) -> t(*)?", "get.int(Dict(int, t) self, int key) -> t(*)?",
    "get.bool(Dict(bool, t) self, bool key) -> t(*)?", "get.float(Dict(float, t) self, float key) -> t(*)?",
    "get.complex(Dict(complex, t) self, complex key) -> t(*)?", "get.Tensor(Dict(Tensor, t) self, Tensor key) -> t(*)?",
)  # fmt: skip
def get(self: dict[Any, Any], key: Any) -> Any:
    """The value under a key, None where there is none."""
    return self.get(key)


@builtin(
    "get.default_str(Dict(str, t) self, str key, t default_value) -> t(*)",
    "get.default_int(Dict(int, t) self, int key, t default_value) -> t(*)",
    "get.default_bool(Dict(bool, t) self, bool key, t default_value) -> t(*)",
    "get.default_float(Dict(float, t) self, float key, t default_value) -> t(*)",
    "get.default_complex(Dict(complex, t) self, complex key, t default_value) -> t(*)",
    "get.default_Tensor(Dict(Tensor, t) self, Tensor key, t default_value) -> t(*)",
)  # fmt: skip
def get_default(self: dict[Any, Any], key: Any, default_value: Any) -> Any:
    """The value under a key, or the default where there is none."""
    return self.get(key, default_value)


@builtin(
    "setdefault.str(Dict(str, t)(a!) self, str(b -> *) key, t(c -> *) default_value) -> t(*)",
    "setdefault.int(Dict(int, t)(a!) self, int(b -> *) key, t(c -> *) default_value) -> t(*)",
    "setdefault.bool(Dict(bool, t)(a!) self, bool(b -> *) key, t(c -> *) default_value) -> t(*)",
    "setdefault.float(Dict(float, t)(a!) self, float(b -> *) key, t(c -> *) default_value) -> t(*)",
    "setdefault.complex(Dict(complex, t)(a!) self, complex(b -> *) key, t(c -> *) default_value) -> t(*)",
    "setdefault.Tensor(Dict(Tensor, t)(a!) self, Tensor(b -> *) key, t(c -> *) default_value) -> t(*)",
)  # fmt: skip
def setdefault(self: dict[Any, Any], key: Any, default_value: Any) -> Any:
    """The value under a key, which is put there first where there is none."""
    return self.setdefault(key, default_value)


@builtin(
    "pop.Dict_str(Dict(str, t)(a!) self, str key) -> t(*)", "pop.Dict_int(Dict(int, t)(a!) self, int key) -> t(*)",
    "pop.Dict_bool(Dict(bool, t)(a!) self, bool key) -> t(*)", "pop.Dict_float(Dict(float, t)(a!) self, float key) -> t(*)",
    "pop.Dict_complex(Dict(complex, t)(a!) self, complex key) -> t(*)", "pop.Dict_Tensor(Dict(Tensor, t)(a!) self, Tensor key) -> t(*)",
)  # fmt: skip
def pop(self: dict[Any, Any], key: Any) -> Any:
    """Remove a key, which must be there, and give back its value."""
    if key not in self:
        raise KeyError(value_text(key))
    return self.pop(key)


@builtin(
    "pop.Dict_default_str(Dict(str, t)(a!) self, str key, t default_value) -> t(*)",
    "pop.Dict_default_int(Dict(int, t)(a!) self, int key, t default_value) -> t(*)",
    "pop.Dict_default_bool(Dict(bool, t)(a!) self, bool key, t default_value) -> t(*)",
    "pop.Dict_default_float(Dict(float, t)(a!) self, float key, t default_value) -> t(*)",
    "pop.Dict_default_complex(Dict(complex, t)(a!) self, complex key, t default_value) -> t(*)",
    "pop.Dict_default_Tensor(Dict(Tensor, t)(a!) self, Tensor key, t default_value) -> t(*)",
)  # fmt: skip
def pop_default(self: dict[Any, Any], key: Any, default_value: Any) -> Any:
    """Remove a key and give back its value, or the default where there is none."""
    return self.pop(key, default_value)


@builtin(
    "popitem.str(Dict(str, t)(a!) self) -> ((str, t))", "popitem.int(Dict(int, t)(a!) self) -> ((int, t))",
    "popitem.bool(Dict(bool, t)(a!) self) -> ((bool, t))", "popitem.float(Dict(float, t)(a!) self) -> ((float, t))",
    "popitem.complex(Dict(complex, t)(a!) self) -> ((complex, t))", "popitem.Tensor(Dict(Tensor, t)(a!) self) -> ((Tensor, t))",
)  # fmt: skip
def popitem(self: dict[Any, Any]) -> tuple[Any, Any]:
    """Remove the first key and give it back with its value."""
    if not self:
        raise KeyError("popitem(): dictionary is empty")
    key = next(iter(self))
    return key, self.pop(key)


@builtin(
    "clear.str(Dict(str, t)(a!) self) -> ()", "clear.int(Dict(int, t)(a!) self) -> ()", "clear.bool(Dict(bool, t)(a!) self) -> ()",
    "clear.float(Dict(float, t)(a!) self) -> ()", "clear.complex(Dict(complex, t)(a!) self) -> ()",
    "clear.Tensor(Dict(Tensor, t)(a!) self) -> ()",
)  # fmt: skip
def clear(self: dict[Any, Any]) -> None:
    """Remove all keys."""
    self.clear()


@builtin(
    "update.str(Dict(str, t)(a!) self, Dict(str, t)(a!) to_add) -> ()",
    "update.int(Dict(int, t)(a!) self, Dict(int, t)(a!) to_add) -> ()",
    "update.bool(Dict(bool, t)(a!) self, Dict(bool, t)(a!) to_add) -> ()",
    "update.float(Dict(float, t)(a!) self, Dict(float, t)(a!) to_add) -> ()",
    "update.complex(Dict(complex, t)(a!) self, Dict(complex, t)(a!) to_add) -> ()",
    "update.Tensor(Dict(Tensor, t)(a!) self, Dict(Tensor, t)(a!) to_add) -> ()",
)  # fmt: skip
def update(self: dict[Any, Any], to_add: dict[Any, Any]) -> None:
    """Add the keys of another dict; its values win."""
    self.update(to_add)


@builtin(
    "copy.Dict_str(Dict(str, t)(a) self) -> Dict(str, t)", "copy.Dict_int(Dict(int, t)(a) self) -> Dict(int, t)",
    "copy.Dict_bool(Dict(bool, t)(a) self) -> Dict(bool, t)", "copy.Dict_float(Dict(float, t)(a) self) -> Dict(float, t)",
    "copy.Dict_complex(Dict(complex, t)(a) self) -> Dict(complex, t)", "copy.Dict_Tensor(Dict(Tensor, t)(a) self) -> Dict(Tensor, t)",
    "dict.Dict_str(Dict(str, t)(a) self) -> Dict(str, t)", "dict.Dict_int(Dict(int, t)(a) self) -> Dict(int, t)",
    "dict.Dict_bool(Dict(bool, t)(a) self) -> Dict(bool, t)", "dict.Dict_float(Dict(float, t)(a) self) -> Dict(float, t)",
    "dict.Dict_complex(Dict(complex, t)(a) self) -> Dict(complex, t)", "dict.Dict_Tensor(Dict(Tensor, t)(a) self) -> Dict(Tensor, t)",
)  # fmt: skip
def copy(self: dict[Any, Any]) -> dict[Any, Any]:
    """A new dict with the same keys and values."""
    return self.copy()


@builtin("dict() -> Dict(str, Tensor)")
def new_dict() -> dict[str, Any]:
    """An empty dict."""
    return {}


@builtin(
    "dict.str((str, tVal)[] inputs) -> Dict(str, tVal)", "dict.int((int, tVal)[] inputs) -> Dict(int, tVal)",
    "dict.bool((bool, tVal)[] inputs) -> Dict(bool, tVal)", "dict.float((float, tVal)[] inputs) -> Dict(float, tVal)",
    "dict.complex((complex, tVal)[] inputs) -> Dict(complex, tVal)", "dict.Tensor((Tensor, tVal)[] inputs) -> Dict(Tensor, tVal)",
)  # fmt: skip
def from_pairs(inputs: list[tuple[Any, Any]]) -> dict[Any, Any]:
    """A dict of pairs of key and value."""
    return dict(inputs)

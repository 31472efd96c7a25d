"""Lists and dictionaries written where an Optional is wanted: they keep that type."""

# ruff: noqa

from typing import Dict, List, Optional

import rushlight as torch


def maybe_dict(x: Optional[Dict[str, int]]) -> Optional[Dict[str, int]]:
    return x


@runs((2,))
def annotated_optional_dict(n: int):
    state = torch.jit.annotate(Optional[Dict[str, int]], {})
    for _ in range(n):
        state = maybe_dict(state)
    return state


@runs((2,), (0,))
def annotated_optional_dict_then_none(n: int):
    state = torch.jit.annotate(Optional[Dict[str, int]], {})
    if n > 0:
        state = None
    return state


@runs((2,))
def annotated_optional_list(n: int):
    state = torch.jit.annotate(Optional[List[int]], [n])
    return state


@runs((2,))
def annotated_optional_list_appended(n: int):
    state = torch.jit.annotate(Optional[List[int]], [n])
    state.append(2)
    return state


@runs((2,))
def returned_optional_list(n: int) -> Optional[List[int]]:
    return [n]


@runs((2,))
def returned_optional_dict(n: int) -> Optional[Dict[str, int]]:
    return {"a": n}


@runs((2,))
def optional_dict_filled(n: int):
    state: Optional[Dict[str, int]] = {}
    if state is not None:
        state["a"] = n
    return state


@runs((["a", "b"],))
def annotated_optional_dict_comprehension(names: List[str]):
    return torch.jit.annotate(Optional[Dict[str, int]], {name: 1 for name in names})


@runs(([1, 2],))
def annotated_optional_list_comprehension(numbers: List[int]):
    return torch.jit.annotate(Optional[List[int]], [n for n in numbers])

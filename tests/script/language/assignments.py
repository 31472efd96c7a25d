"""Assignments in every form."""

# ruff: noqa

from typing import Dict, List, Optional, Tuple

import rushlight as torch
from rushlight import Tensor


@runs((1, 2))
def plain_assignment(a: int, b: int) -> int:
    c = a
    d = c + b
    return d


@runs((1,))
def chained_assignment(a: int) -> Tuple[int, int, int]:
    b = c = d = a + 1
    return b, c, d


@runs((1, 2))
def tuple_assignment(a: int, b: int) -> Tuple[int, int]:
    a, b = b, a
    return a, b


@runs((1, 2, 3))
def nested_tuple_assignment(a: int, b: int, c: int):
    (x, y), z = (a, b), c
    return x + y * z


@runs((1, 2, 3))
def starred_last(a: int, b: int, c: int):
    x, *y = a, b, c
    return x, y


@runs((1, 2, 3))
def starred_first(a: int, b: int, c: int):
    *x, y = a, b, c
    return x, y


@runs((1, 2, 3, 4))
def starred_middle(a: int, b: int, c: int, d: int):
    x, *y, z = a, b, c, d
    return x, y, z


@runs(([1, 2],), ([1, 2, 3],))
def unpack_list(values: List[int]) -> int:
    a, b = values
    return a - b


@runs(([[1, 2], [3, 4]],))
def unpack_nested_list(values: List[List[int]]) -> int:
    (a, b), (c, d) = values
    return a - b + c * d


@runs((torch.tensor([1.0, 2.0]),))
def unpack_tensor(x: Tensor):
    a, b = x
    return a - b


@runs((1,))
def annotated_assignment(a: int) -> int:
    b: int = a + 1
    return b


@runs((1,))
def annotated_optional(a: int):
    b: Optional[int] = a
    return b


@runs(())
def annotated_list():
    b: List[int] = []
    b.append(3)
    return b


@runs(())
def annotated_list_pep585():
    b: list[int] = []
    c: dict[str, list[float]] = {}
    d: tuple[int, str] = (1, "a")
    b.append(3)
    return b, c, d


@runs((None,), (3,))
def pep604(a: int | None) -> int:
    if a is None:
        return 0
    return a


@runs((1,))
def annotated_wrong(a: int) -> int:
    b: str = a
    return a


@runs((1,))
def annotated_twice(a: int) -> int:
    b: int = a
    b: int = a + 1
    return b


@runs((1,))
def annotated_in_branch(a: int) -> int:
    b = 0
    if a > 0:
        b: int = a + 1
    return b


@runs((1,))
def bare_annotation(a: int) -> int:
    b: int
    b = a
    return b


@runs((5, 3))
def augmented_int(a: int, b: int) -> int:
    a += b
    a -= 1
    a *= 3
    a //= 2
    a %= 5
    return a


@runs((5, 3))
def augmented_bits(a: int, b: int) -> int:
    a |= b
    a &= 6
    a ^= 1
    a <<= 2
    a >>= 1
    return a


@runs((5, 3))
def augmented_simple(a: int, b: int) -> int:
    a += b
    a -= 1
    a *= 3
    return a


@runs((5.0, 3.0))
def augmented_float(a: float, b: float) -> float:
    a += b
    a -= 1.0
    a *= 3.0
    a /= 2.0
    return a


@runs((5.0,))
def augmented_power(a: float) -> float:
    a **= 2.0
    return a


@runs((torch.ones(3), torch.arange(3.0)))
def augmented_tensor(x: Tensor, y: Tensor) -> Tensor:
    x += y
    x -= 1
    x *= y
    x /= 2
    return x


@runs((torch.tensor([5, 3]),))
def augmented_tensor_bits(x: Tensor) -> Tensor:
    x |= 1
    x &= 7
    x ^= 2
    return x


@runs((torch.tensor([5, 3]),))
def augmented_tensor_shift(x: Tensor) -> Tensor:
    x <<= 1
    return x


@runs((torch.tensor([5.0, 3.0]),))
def augmented_tensor_others(x: Tensor) -> Tensor:
    x **= 2
    x %= 4
    return x


@runs((torch.eye(2),))
def augmented_matmul(x: Tensor) -> Tensor:
    x @= x
    return x


@runs(([1],))
def augmented_list(a: List[int]) -> List[int]:
    a += [2, 3]
    return a


@runs(("a",))
def augmented_string(a: str) -> str:
    a += "b"
    return a


@runs(([1, 2],))
def augmented_list_item(a: List[int]) -> List[int]:
    a[0] += 5
    a[1] *= 3
    return a


@runs(({"a": 1},))
def augmented_dict_item(a: Dict[str, int]) -> Dict[str, int]:
    a["a"] += 5
    return a


@runs((torch.zeros(2, 2),))
def augmented_tensor_item(a: Tensor) -> Tensor:
    a[0] += 5
    a[1, 1] -= 2
    a[:, 0] *= 2
    return a


@runs(([1, 2], 1))
def list_item(a: List[int], i: int) -> List[int]:
    a[i] = 5
    a[-2] = 7
    return a


@runs(({"a": 1},))
def dict_item(a: Dict[str, int]) -> Dict[str, int]:
    a["b"] = 2
    a["a"] = 3
    return a


@runs((torch.zeros(3),))
def tensor_item(a: Tensor) -> Tensor:
    a[0] = 1
    a[1:] = 2.5
    return a


@runs(([1, 2, 3],))
def assign_items_from_tuple(a: List[int]) -> List[int]:
    a[0], a[1] = a[1], a[0]
    return a


@runs(([1, 2, 3, 4],))
def assign_slice(a: List[int]) -> List[int]:
    a[1:3] = [7, 8]
    return a

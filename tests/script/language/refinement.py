"""Optional, Union, Any: refinement by tests, assertions, exits, and boolean operators; annotations in all spellings."""

# ruff: noqa

from typing import Any, Dict, List, Optional, Tuple, Union

import typing
import rushlight as torch
from rushlight import Tensor


@runs((None,), (1,))
def is_none(x: Optional[int]) -> int:
    if x is None:
        return 0
    else:
        return x + 1


@runs((None,), (1,))
def is_not_none(x: Optional[int]) -> int:
    if x is not None:
        return x + 1
    return 0


@runs((None,), (1,))
def equals_none(x: Optional[int]) -> int:
    if x == None:
        return 0
    return x + 1


@runs((None,), (1,))
def not_is_none(x: Optional[int]) -> int:
    if not x is None:
        return x + 1
    return 0


@runs((None, 1), (1, 1))
def refined_by_and(x: Optional[int], y: int) -> int:
    if x is not None and x > 0:
        return x + y
    return y


@runs((None, 1), (1, 1))
def refined_by_or(x: Optional[int], y: int) -> int:
    if x is None or x < 0:
        return y
    return x + y


@runs((None, None), (1, None), (1, 2))
def refined_both(x: Optional[int], y: Optional[int]) -> int:
    if x is not None and y is not None:
        return x + y
    return 0


@runs((None, None), (1, None), (1, 2))
def refined_neither(x: Optional[int], y: Optional[int]) -> int:
    if x is None or y is None:
        return 0
    return x + y


@runs((None,), (1,))
def refined_ternary(x: Optional[int]) -> int:
    return x + 1 if x is not None else 0


@runs((None,), (1,))
def default_by_assignment(x: Optional[int]) -> int:
    if x is None:
        x = 5
    return x + 1


@runs((None,), (torch.ones(2),))
def default_tensor(x: Optional[Tensor]) -> Tensor:
    if x is None:
        x = torch.zeros(2)
    return x + 1


@runs((None,), (1,))
def truth_of_optional(x: Optional[int]) -> int:
    if x:
        return x
    return 0


@runs((None,), (1,))
def arithmetic_on_optional(x: Optional[int]) -> int:
    return x + 1


@runs((None,), ([1],))
def optional_list(x: Optional[List[int]]) -> int:
    if x is None:
        return 0
    x.append(1)
    return len(x)


@runs((None,), (1,))
def unwrapped(x: Optional[int]) -> int:
    return torch.jit._unwrap_optional(x)


@runs(())
def none_variable():
    x = None
    return x


@runs((True,), (False,))
def none_then_int(flag: bool):
    x = None
    if flag:
        x = 1
    return x


@runs((True,), (False,))
def annotated_none_then_int(flag: bool):
    x: Optional[int] = None
    if flag:
        x = 1
    return x


@runs((True,), (False,))
def branch_none_int(flag: bool):
    if flag:
        x = 1
    else:
        x = None
    return x


@runs((True,), (False,))
def ternary_none_int(flag: bool):
    x = 1 if flag else None
    return x


@runs((3,),)
def none_in_loop(n: int) -> int:
    last: Optional[int] = None
    total = 0
    for i in range(n):
        if last is not None:
            total += last
        last = i
    return total


@runs((None,), (1,))
def refined_in_while(x: Optional[int]) -> int:
    n = 0
    while x is not None and n < 3:
        n += x
    return n


@runs(([None, 1],))
def refined_element(values: List[Optional[int]]) -> int:
    value = values[0]
    if value is None:
        value = 10
    return value


@runs(([None, 1],))
def refined_subscript(values: List[Optional[int]]) -> int:
    if values[1] is not None:
        return values[1]
    return 0


@runs((1,), ("a",))
def union_isinstance(x: Union[int, str]) -> int:
    if isinstance(x, int):
        return x + 1
    return len(x)


@runs((1,), ("a",))
def union_isinstance_else(x: Union[int, str]) -> str:
    if isinstance(x, str):
        y = x + "!"
    else:
        y = str(x + 1)
    return y


@runs((1,), ("a",), (2.5,))
def union_three(x: Union[int, str, float]) -> str:
    if isinstance(x, int):
        return "int"
    elif isinstance(x, str):
        return x
    else:
        return str(x * 2.0)


@runs((1,), ("a",))
def union_pep604(x: int | str) -> int:
    if isinstance(x, int):
        return x
    return 0


@runs((1,), ("a",), (None,))
def union_with_none(x: Union[int, str, None]) -> int:
    if x is None:
        return -1
    if isinstance(x, int):
        return x
    return 0


@runs((1,), ("a",))
def union_tuple_of_types(x: Union[int, str, float]) -> int:
    if isinstance(x, (int, float)):
        return 1
    return 0


@runs((1,), ("a",))
def union_not_isinstance(x: Union[int, str]) -> int:
    if not isinstance(x, int):
        return 0
    return x


@runs((1,), ("a",))
def union_assert(x: Union[int, str]) -> int:
    assert isinstance(x, int)
    return x + 1


@runs(([1],), ({"a": 1},))
def union_containers(x: Union[List[int], Dict[str, int]]) -> int:
    if torch.jit.isinstance(x, List[int]):
        return x[0]
    return 0


@runs((1,), ("a",))
def union_return(x: int) -> Union[int, str]:
    if x == 1:
        return "one"
    return x


@runs((True,))
def union_variable(flag: bool):
    x: Union[int, str] = 1
    if flag:
        x = "a"
    return x


@runs((1,), ("a",))
def union_arithmetic(x: Union[int, str]):
    return x + 1


@runs((1,), (2.5,))
def union_numbers(x: Union[int, float]):
    return x


@runs((torch.ones(2),), ([torch.ones(2)],))
def union_tensor_or_list(x: Union[Tensor, List[Tensor]]) -> Tensor:
    if isinstance(x, Tensor):
        return x
    return x[0]


@runs((1,), ("a",), ([1],))
def any_isinstance(x: Any) -> int:
    if isinstance(x, int):
        return x + 1
    if isinstance(x, str):
        return len(x)
    return -1


@runs(([1],), (["a"],), ({"a": 1},), ((1, "a"),))
def any_jit_isinstance(x: Any) -> int:
    if torch.jit.isinstance(x, List[int]):
        return x[0]
    if torch.jit.isinstance(x, List[str]):
        return len(x[0])
    if torch.jit.isinstance(x, Dict[str, int]):
        return x["a"]
    if torch.jit.isinstance(x, Tuple[int, str]):
        return x[0] + 100
    return -1


@runs((1,))
def any_arithmetic(x: Any):
    return x + 1


@runs((1,), ("a",))
def any_passed_on(x: Any) -> Any:
    return x


@runs((1,))
def isinstance_known(x: int) -> int:
    if isinstance(x, int):
        return 1
    return "wrong type in dead code"


@runs((torch.ones(1),))
def isinstance_tensor(x) -> int:
    if isinstance(x, torch.Tensor):
        return 1
    return 0


@runs(([1],))
def isinstance_list(x: List[int]) -> int:
    if isinstance(x, list):
        return 1
    return 0


@runs(((1, 2),))
def isinstance_tuple(x: Tuple[int, int]) -> int:
    if isinstance(x, tuple):
        return 1
    return 0


@runs((1.5,))
def isinstance_several(x: float) -> bool:
    return isinstance(x, (int, float))


@runs((1.5,))
def isinstance_none(x: Optional[float]) -> bool:
    return isinstance(x, type(None))


@runs((1.5,), (None,))
def isinstance_optional(x: Optional[float]) -> float:
    if isinstance(x, float):
        return x
    return 0.0


@runs((1,))
def isinstance_wrong(x: int) -> bool:
    return isinstance(x, 5)


@runs((1,))
def annotated_call(x: int):
    y = torch.jit.annotate(Optional[int], x)
    z = torch.jit.annotate(List[int], [])
    z.append(x)
    return y, z


@runs((1,))
def annotated_call_wrong(x: int):
    return torch.jit.annotate(str, x)


@runs((1,))
def annotated_call_dict(x: int):
    y = torch.jit.annotate(Dict[str, List[int]], {})
    y["a"] = [x]
    return y


@runs((1, 2.5))
def type_comment(a, b):
    # type: (int, float) -> float
    return a + b


@runs((1, 2.5, [1]))
def type_comment_multiple_lines(a,  # type: int
                                b,  # type: float
                                c   # type: List[int]
                                ):
    # type: (...) -> float
    return a + b + c[0]


@runs((1,))
def type_comment_variable(a: int):
    b = []  # type: List[int]
    b.append(a)
    return b


@runs((1,))
def type_comment_wrong_count(a, b):
    # type: (int) -> int
    return a


@runs((1,))
def type_comment_optional(a):
    # type: (Optional[int]) -> Tuple[int, Optional[int]]
    if a is None:
        return 0, a
    return 1, a


@runs((1,))
def quoted_annotation(a: "int") -> "List[int]":
    return [a]


@runs((1,))
def typing_attribute(a: typing.Optional[int]) -> typing.List[int]:
    if a is None:
        return []
    return [a]


@runs((1,))
def unknown_annotation(a: "Something") -> int:
    return a


@runs(({1, 2},))
def set_annotation(a: typing.Set[int]):
    return a


@runs(([1],))
def sequence_annotation(a: typing.Sequence[int]):
    return a


@runs(([1],))
def bare_list_annotation(a: List):
    return a


@runs(([1],))
def lower_bare_list_annotation(a: list):
    return a


@runs(((1, 2),))
def variadic_tuple_annotation(a: Tuple[int, ...]):
    return a


@runs((lambda x: x,))
def callable_annotation(a: typing.Callable[[int], int]):
    return a


@runs((1,))
def type_variable_annotation(a: typing.TypeVar("T")):
    return a


@runs((torch.float32,))
def dtype_annotation(a: torch.dtype):
    return torch.zeros(2, dtype=a)


@runs((torch.device("cpu"),))
def device_annotation(a: torch.device):
    return torch.zeros(2, device=a)


@runs(([2, 3],))
def size_annotation(a: torch.Size):
    return a


@runs((3,))
def number_annotation(a: Union[int, float, complex]):
    return a


@runs((torch.ones(2), None), (torch.ones(2), torch.ones(2)))
def optional_argument_default(x: Tensor, bias: Optional[Tensor] = None) -> Tensor:
    if bias is not None:
        x = x + bias
    return x


@runs((torch.ones(2),))
def default_none_without_optional(x: Tensor, bias: Tensor = None) -> Tensor:
    return x


@runs((1, None), (1, 2))
def early_exit_refines_two(x: Optional[int], y: Optional[int]) -> int:
    if x is None:
        return 0
    if y is None:
        return x
    return x + y


@runs((None, True), (1, True))
def refined_lost_in_branch(x: Optional[int], flag: bool) -> int:
    if x is None:
        x = 1
    if flag:
        x = x + 1
    return x


@runs((None,), (1,))
def refinement_is_lost_by_assignment(x: Optional[int]) -> int:
    if x is not None:
        x = None
    return x


@runs((None,), (1,))
def refined_by_variable(x: Optional[int]) -> int:
    known = x is not None
    if known:
        return x
    return 0


@runs(((None, 1),))
def refined_tuple_element(x: Tuple[Optional[int], int]) -> int:
    a, b = x
    if a is not None:
        return a
    return b


@runs((None,), ("a",))
def optional_string(x: Optional[str]) -> str:
    return x if x is not None else "none"


@runs((None, 3), (1, 3))
def or_as_default(x: Optional[int], y: int) -> int:
    return x or y


@runs((1,), (None,))
def none_compare_both(x: Optional[int]):
    return x is None, x is not None, None is None


@runs((1,))
def none_test_of_int(x: int) -> int:
    if x is None:
        return "wrong type in dead code"
    return x


@runs((1, 1), (1, 2))
def is_of_ints(x: int, y: int) -> bool:
    return x is y

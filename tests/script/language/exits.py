"""Early returns, raising, assertions, and their mixtures with loops and refinement."""

# ruff: noqa

from typing import Dict, List, Optional, Tuple

import rushlight as torch
from rushlight import Tensor


@runs((1,), (5,))
def early(x: int) -> int:
    if x > 3:
        return 1
    return 2


@runs((1,), (5,))
def both_branches(x: int) -> int:
    if x > 3:
        return 1
    else:
        return 2


@runs((1,), (5,), (9,))
def three_ways(x: int) -> int:
    if x > 7:
        return 1
    elif x > 3:
        return 2
    return 3


@runs((1,), (5,))
def code_after_both(x: int) -> int:
    if x > 3:
        return 1
    else:
        return 2
    return 3


@runs((1, True), (5, False), (5, True))
def nested_early(x: int, y: bool) -> int:
    if x > 3:
        if y:
            return 1
        x = x + 100
    return x


@runs(([1, 2, 3], 2), ([1], 5))
def from_loop(values: List[int], wanted: int) -> int:
    for value in values:
        if value == wanted:
            return value * 10
    return -1


@runs(([1, 2, 3], 2), ([1], 5))
def from_loop_with_state(values: List[int], wanted: int) -> Tuple[int, int]:
    count = 0
    for value in values:
        count += 1
        if value == wanted:
            return count, value
        count += 10
    return count, -1


@runs((3, 2), (5, 100))
def from_nested_loops(n: int, wanted: int) -> int:
    for i in range(n):
        for j in range(n):
            if i * j == wanted:
                return i * 10 + j
    return -1


@runs((3,), (10,))
def from_while(n: int) -> int:
    while n < 8:
        n += 1
        if n == 6:
            return 600
    return n


@runs((0,), (3,), (7,))
def mixed_loop_exits(n: int) -> int:
    total = 0
    for i in range(10):
        if i == n:
            continue
        if i > 5:
            break
        if total > 8:
            return total
        total += i
    return -total


@runs((1,), (-1,))
def raise_in_branch(x: int) -> int:
    if x < 0:
        raise ValueError("negative")
    return x


@runs((1,), (-1,))
def raise_in_else(x: int) -> int:
    if x > 0:
        y = x
    else:
        raise RuntimeError("not positive")
    return y


@runs((1,), (-1,))
def raise_formatted(x: int) -> int:
    if x < 0:
        raise ValueError(f"negative: {x}")
    return x


@runs((1,), (-1,))
def raise_class(x: int) -> int:
    if x < 0:
        raise ValueError
    return x


@runs((1,), (-1,))
def raise_two_arguments(x: int) -> int:
    if x < 0:
        raise ValueError("a", "b")
    return x


@runs((1,), (-1,))
def raise_not_implemented(x: int) -> int:
    if x < 0:
        raise NotImplementedError
    return x


@runs((1,))
def raise_always(x: int) -> int:
    raise RuntimeError("always")


@runs((1,))
def raise_string(x: int) -> int:
    raise "text"


@runs((1,))
def raise_from(x: int) -> int:
    if x < 0:
        raise ValueError("a") from None
    return x


@runs((1,))
def raise_alone(x: int) -> int:
    raise


class CustomError(Exception):
    pass


@runs((1,), (-1,))
def raise_custom(x: int) -> int:
    if x < 0:
        raise CustomError("custom")
    return x


@runs((1,), (-1,))
def assert_plain(x: int) -> int:
    assert x > 0
    return x


@runs((1,), (-1,))
def assert_message(x: int) -> int:
    assert x > 0, "must be positive"
    return x


@runs((1,), (-1,))
def assert_formatted(x: int) -> int:
    assert x > 0, f"must be positive, is {x}"
    return x


@runs((1,), (-1,))
def assert_concatenated(x: int) -> int:
    assert x > 0, "must be positive, is " + str(x)
    return x


@runs((torch.ones(2),), (torch.zeros(2),))
def assert_tensor(x: Tensor) -> Tensor:
    assert x.sum() > 1
    return x


@runs((1,))
def assert_false(x: int) -> int:
    assert False, "never"


@runs((1,), (-1,))
def assert_false_in_branch(x: int) -> int:
    if x > 0:
        return x
    else:
        assert False


@runs((1,), (-1,))
def assert_tuple(x: int) -> int:
    assert (x > 0, "always true")
    return x


@runs((None,), (1,))
def assert_not_none(x: Optional[int]) -> int:
    assert x is not None
    return x + 1


@runs((None,), (1,))
def raise_if_none(x: Optional[int]) -> int:
    if x is None:
        raise ValueError("none")
    return x + 1


@runs((None,), (1,))
def return_if_none(x: Optional[int]) -> int:
    if x is None:
        return 0
    return x + 1


@runs(([None, 1, 2],))
def continue_if_none(values: List[Optional[int]]) -> int:
    total = 0
    for value in values:
        if value is None:
            continue
        total += value
    return total


@runs(([1, None, 2],))
def break_if_none(values: List[Optional[int]]) -> int:
    total = 0
    for value in values:
        if value is None:
            break
        total += value
    return total


@runs((0,), (2,), (5,))
def missing_return_after_loop(n: int) -> int:
    for i in range(n):
        if i == 3:
            return i


@runs((0,))
def missing_return_one_branch(n: int) -> int:
    if n > 0:
        return 1


@runs((0,))
def different_types(n: int):
    if n > 0:
        return 1
    return "a"


@runs((0,), (1,))
def optional_by_returns(n: int):
    if n > 0:
        return 1
    return None


@runs((0,), (1,))
def optional_declared(n: int) -> Optional[int]:
    if n > 0:
        return 1
    return None


@runs((0,), (1,))
def optional_missing_end(n: int) -> Optional[int]:
    if n > 0:
        return 1


@runs((0,), (1,))
def int_or_float(n: int):
    if n > 0:
        return 1
    return 2.5


@runs((0,), (1,))
def tuple_and_tuple(n: int):
    if n > 0:
        return 1, "a"
    return 2, "b"


@runs((0,), (1,))
def tuple_of_optional(n: int) -> Tuple[int, Optional[str]]:
    if n > 0:
        return 1, "a"
    return 2, None


@runs((torch.ones(2), 1), (torch.ones(2), -1))
def tensor_returns(x: Tensor, n: int):
    if n > 0:
        return x * 2
    y = x + 1
    if n < -5:
        return y
    return y * 3


@runs((3,))
def unreachable_wrong_code(n: int) -> int:
    return n
    return undefined_thing


@runs((3,))
def unreachable_after_raise(n: int) -> int:
    raise ValueError("x")
    n = n.something


@runs((3,), (0,))
def return_in_while_true(n: int) -> int:
    while True:
        if n > 2:
            return n
        n += 1


@runs((3,), (0,))
def deep_returns(n: int) -> int:
    if n > 0:
        if n > 1:
            if n > 2:
                return 1
            else:
                n += 1
        else:
            return 2
        n += 1
    else:
        n -= 1
    return n


@runs((2,), (3,), (4,))
def return_in_loop_in_branch(n: int) -> int:
    if n > 2:
        for i in range(n):
            if i == 3:
                return 100
        n = n + 50
    return n


@runs(({"a": 1}, "a"), ({"a": 1}, "b"))
def lookup_or_raise(table: Dict[str, int], key: str) -> int:
    if key not in table:
        raise KeyError(key)
    return table[key]


@runs((5,))
def variable_of_loop_after(n: int) -> int:
    for i in range(n):
        y = i
    return y


@runs((5,), (-5,))
def variable_defined_before_exit(n: int) -> int:
    if n > 0:
        y = 5
    else:
        raise ValueError("x")
    return y


@runs((5,), (-5,))
def variable_defined_before_return(n: int) -> int:
    if n > 0:
        y = 5
    else:
        return -1
    return y


@runs((5,))
def variable_defined_in_true(n: int) -> int:
    if True:
        y = 5
    return y


@runs((5,))
def variable_defined_in_scripting(n: int) -> int:
    if torch.jit.is_scripting():
        y = 5
    else:
        z = undefined_thing.somewhere
    return n


@runs((5,))
def not_scripting(n: int) -> int:
    if not torch.jit.is_scripting():
        n = some_python_function(n)
    return n


@runs((5,))
def variable_defined_in_while_true(n: int) -> int:
    while True:
        y = n
        break
    return y


@runs((5,), (-5,))
def exception_message_from_call(n: int) -> int:
    if n < 0:
        raise RuntimeError("a {} b {}".format(n, 2.5))
    return n


@runs((torch.ones(2, 3),), (torch.ones(2),))
def shape_check(x: Tensor) -> Tensor:
    if x.dim() != 2:
        raise ValueError(f"expected 2 dimensions, got {x.dim()}")
    assert x.size(0) == 2 and x.size(1) == 3, "shape"
    return x.t()

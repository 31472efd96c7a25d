"""Programs that do not compile, one mistake each. Read by the compiler as a user's program; `rushlight` stands for either library."""

from typing import List, Optional, Tuple

import rushlight as torch

LIMIT = 3


def undefined_name(x):
    return y


def global_number(x):
    return x + LIMIT


def one_branch_only(n: int):
    if n > 1:
        y = n
    return y


def other_branch_only(n: int):
    if n > 1:
        z = n
    else:
        y = n
    return y


def types_of_branches(n: int, x):
    if n > 1:
        y = 1
    else:
        y = x
    return y


def retyped_in_branch(n: int):
    y = 1
    if n > 1:
        y = "a"
    return y


def retyped_in_loop(n: int, x):
    y = [1]
    for i in range(n):
        y = [x]
    return y


def conditional_types(n: int):
    return 1 if n > 1 else "a"


def mixed_returns(n: int):
    if n > 1:
        return 1
    return "a"


def declared_return(n: int) -> str:
    return n


def return_missing(n: int) -> int:
    if n > 1:
        return n


def optional_operand(x: Optional[torch.Tensor]):
    return x + 1


def missing_argument(x):
    return torch.transpose(x, 0)


def too_many_arguments(x):
    return torch.neg(x, 1, 2, 3)


def unknown_keyword(x):
    return torch.neg(x, axs=1)


def unknown_method(x):
    return x.frobnicate()


def wrong_argument(x, s: str):
    return torch.matmul(x, s)


def helper(a: int, b: float = 1.0):
    return a


def helper_wrong_type(x):
    return helper("a")


def helper_int_for_float(x):
    return helper(1, 2)


def helper_too_few(x):
    return helper()


def helper_too_many(x):
    return helper(1, 2.0, 3)


def helper_keyword(x):
    return helper(1, c=3)


def recursion(n: int) -> int:
    return recursion(n - 1)


def list_of_other(n: int):
    a: List[int] = ["a"]
    return a


def append_other(n: int):
    a = [1]
    a.append("b")
    return a


def dict_keys(n: int):
    return {"a": 1, 2: 3}


def unpack_too_few(t: Tuple[int, int]):
    a, b, c = t
    return a


def unpack_too_many(t: Tuple[int, int, int]):
    a, b = t
    return a


def unpack_number(n: int):
    a, b = n
    return a


def tuple_index(t: Tuple[int, str], n: int):
    return t[n]


def tuple_range(t: Tuple[int, str]):
    return t[2]


def iterate_number(n: int):
    for i in n:
        pass
    return n


def range_of_float(f: float):
    for i in range(f):
        pass
    return f


def break_outside(n: int):
    if n > 1:
        n = n + 1
    return n.missing


def break_unrolled(t: Tuple[int, int]):
    for v in t:
        if v > 1:
            break
    return t


def raise_text(n: int):
    raise "a"


def subscript_number(n: int):
    return n[0]


def index_type(x, s: str):
    return x[s]


def item_of_tuple(t: Tuple[int, int]):
    t[0] = 1
    return t


def annotated_again(n: int):
    a: int = 1
    if n > 1:
        a: int = 2
    return a


def annotated_other(n: int):
    a: str = n
    return a


def wrong_annotate(n: int):
    return torch.jit.annotate(str, n)


def set_attribute(n: int):
    n.x = 1
    return n


def delete_unknown(n: int):
    del m
    return n


def unknown_in_namespace(x):
    return torch.frobnicate(x)


def keyword_twice(x):
    return torch.transpose(x, 0, 1, dim0=1)


def augmented_type(s: str):
    s -= 1
    return s


def getattr_unknown(x):
    return x.dtypes


def functions():
    """The functions that do not compile, by name."""
    return {name: value for name, value in globals().items() if callable(value) and name not in _NOT_TESTED}


_NOT_TESTED = {"helper", "functions", "Dict", "List", "Optional", "Tuple"}

"""Programs that the passes rewrite, by pass. Read by the compiler as a user's program; `rushlight` stands for either library."""

from typing import Dict, List, Optional

import rushlight as torch


def neutral_numbers(x: int, y: float):
    return x * 1, x + 0, 0 + x, 1 * x, x - 0, x // 1, y * 1.0, y + 0.0, x * 0


def regrouped_sums(x: int):
    return (x + 3) + 4, (x - 3) + 4, 5 + (x + 1), (x + 2) - 2, (x * 3) * 4, 3 - (x + 1)


def conditions(x: bool, y: bool):
    return x and True, y or False, True if x else False, False if y else True


def none_tests(x: int, y: Optional[int]):
    return x is None, x is not None, y is None, None is None


def lists_taken_apart(x, y):
    pair = [x, y + 1]
    a, b = pair
    return pair[0] + pair[-1] + a + b + len(pair)


def lists_joined(x: int):
    return [1, x] + [3], [1, x, 3][0:2], [1, x][1:], len([x, x])


def lists_that_grow(x: int):
    numbers = [x, x + 1]
    numbers.append(3)
    return numbers[0], len(numbers)


def repeated_sums(x, y):
    a = x + y
    b = x + y
    if bool(a.sum() > 0):
        c = x + y
    else:
        c = x - y
    return a * b + c + (x - y) + (x - y)


def written_between(x):
    a = x + 1
    x.add_(1)
    b = x + 1
    return a * b


def views_written_between(x):
    y = x * 2
    a = y + 1
    y.t()[0].add_(1)
    b = y + 1
    return a * b


def elements_written_between(x):
    y = x * 2
    parts = [y, x]
    a = y + 1
    for part in parts:
        part.mul_(2)
    return a * (y + 1)


def repeated_reads(x: List[int], d: Dict[str, int]):
    return x[0] + x[0] + d["a"] + d["a"]


def reads_of_what_grows(x: List[int]):
    a = x[0]
    x.append(3)
    return a + x[0]


def random_numbers(x):
    return torch.rand_like(x) - torch.rand_like(x)


def returned_twice(x):
    return x + 1, x + 1


def short_loops(x: int, n: int):
    y = 0
    for i in range(3):
        y = y + i * x
        for j in range(2):
            y = y - j * n
    for i in range(n):
        y = y * 3
    return y


def loops_that_stop(x: int):
    for i in range(3):
        if x == i:
            break
        x = x - 5
    return x


PASSES = {
    "peephole": ("neutral_numbers", "regrouped_sums", "conditions", "none_tests"),
    "lists": ("lists_taken_apart", "lists_joined", "lists_that_grow"),
    "common_subexpressions": (
        "repeated_sums", "written_between", "views_written_between", "elements_written_between", "repeated_reads", "reads_of_what_grows",
        "random_numbers", "returned_twice",
    ),
    "unrolling": ("short_loops", "loops_that_stop"),
}  # fmt: skip


def cases():
    x = torch.tensor([[1.0, -2.0, 0.5], [0.25, 3.0, -1.0]])
    top = 2**63 - 1
    return {
        "neutral_numbers": [(7, -0.0), (-(2**63), 1.5), (top, float("inf"))],
        "regrouped_sums": [(1,), (top,), (-(2**63),)],
        "conditions": [(True, False), (False, True)],
        "none_tests": [(1, None), (0, 3)],
        "lists_taken_apart": [(x, x * 2)],
        "lists_joined": [(5,)],
        "lists_that_grow": [(5,)],
        "repeated_sums": [(x, x * 3), (-x, x)],
        "written_between": [(x.clone(),)],
        "views_written_between": [(x,)],
        "elements_written_between": [(x.clone(),)],
        "repeated_reads": [([4], {"a": 2})],
        "reads_of_what_grows": [([4],)],
        "returned_twice": [(x,)],
        "short_loops": [(3, 2), (-1, 0), (2**40, 20)],
        "loops_that_stop": [(0,), (-4,), (1,), (9,)],
    }

"""Hooks of modules and what their signatures must be."""

# ruff: noqa

from typing import Tuple

import rushlight as torch
import rushlight.nn as nn
from rushlight import Tensor

X = torch.arange(3.0)


class Named(nn.Module):
    def forward(self, x: Tensor, s: str) -> str:
        return s + "!"


class Around(nn.Module):
    def __init__(self, inner):
        super().__init__()
        self.inner = inner

    def forward(self, x: Tensor):
        return self.inner(x, "q")


class Counting(nn.Module):
    def forward(self, n: int) -> int:
        return n + 1


class OfPair(nn.Module):
    def forward(self, pair: Tuple[int, int]) -> int:
        return pair[0]


class OfNothing(nn.Module):
    def forward(self) -> int:
        return 1


def hooked(module, *hooks, before=()):
    for hook in hooks:
        module.register_forward_hook(hook)
    for hook in before:
        module.register_forward_pre_hook(hook)
    return module


def longer(self, input: Tuple[Tensor, str], output: str) -> str:
    return output + "h"


def silent(self, input: Tuple[Tensor, str], output: str):
    print(output)


def counted(self, input: Tuple[Tensor, str], output: str) -> int:
    return len(output)


def doubled(self, input: Tuple[Tensor, str], output: int) -> int:
    return output * 2


def without_output(self, input: Tuple[Tensor, str]):
    return None


def of_tensor(self, input: Tensor, output: str):
    return None


def of_strings(self, input: Tuple[str, str], output: str):
    return output


def of_one(self, input: Tuple[Tensor], output: str):
    return output


def unannotated(self, input, output):
    return output


def of_three(self, input: Tuple[Tensor, str], output: str, more: int):
    return output


def prefixed(self, input: Tuple[Tensor, str]) -> Tuple[Tensor, str]:
    return input[0], "p" + input[1]


def only_looks(self, input: Tuple[Tensor, str]) -> None:
    print(input[1])


def gives_string(self, input: Tuple[Tensor, str]) -> str:
    return "a"


def takes_tensor(self, input: Tensor) -> None:
    pass


def takes_number(self, input: Tuple[int, str]) -> None:
    pass


def gives_number(self, input: Tuple[Tensor, str]) -> Tuple[Tensor, int]:
    return input[0], 1


def gives_less(self, input: Tuple[Tensor, str]) -> Tuple[Tensor]:
    return (input[0],)


def takes_output(self, input: Tuple[Tensor, str], output: str) -> None:
    pass


def next_number(self, input: Tuple[int]) -> int:
    return input[0] + 1


def next_number_in_tuple(self, input: Tuple[int]) -> Tuple[int]:
    return (input[0] + 2,)


def plain_pair(self, input: Tuple[Tuple[int, int]]) -> Tuple[int, int]:
    return (5, 6)


def nested_pair(self, input: Tuple[Tuple[int, int]]) -> Tuple[Tuple[int, int]]:
    return ((5, 6),)


def after_nothing(self, input: Tuple[()], output: int) -> int:
    return output + 1


def other_longer(self, input: Tuple[Tensor, str], output: str) -> str:
    return output + "2"


other_longer.__name__ = "longer"


def called_forward(self, input: Tuple[Tensor, str], output: str) -> str:
    return output + "2"


called_forward.__name__ = "forward"


@builds((X, "s"))
def hook():
    return hooked(Named(), longer)


@builds((X, "s"))
def hook_twice():
    return hooked(Named(), longer, longer, before=[prefixed, prefixed])


@builds((X, "s"))
def hook_gives_nothing():
    return hooked(Named(), silent)


@builds((X,))
def hook_of_submodule():
    return Around(hooked(Named(), longer, before=[prefixed]))


@builds((X, "s"))
def hook_gives_another_type():
    return hooked(Named(), counted)


@builds((X, "s"))
def hooks_in_a_row():
    return hooked(Named(), counted, doubled)


@builds((X, "s"))
def hook_without_output():
    return hooked(Named(), without_output)


@builds((X, "s"))
def hook_of_tensor():
    return hooked(Named(), of_tensor)


@builds((X, "s"))
def hook_of_strings():
    return hooked(Named(), of_strings)


@builds((X, "s"))
def hook_of_one():
    return hooked(Named(), of_one)


@builds((X, "s"))
def hook_unannotated():
    return hooked(Named(), unannotated)


@builds((X, "s"))
def hook_of_three():
    return hooked(Named(), of_three)


@builds((X, "s"))
def hook_after_another_type():
    return hooked(Named(), counted, longer)


@builds((X, "s"))
def hooks_of_one_name():
    return hooked(Named(), longer, other_longer)


@builds((X, "s"))
def hook_called_forward():
    return hooked(Named(), called_forward)


@builds((X, "s"))
def pre_hook():
    return hooked(Named(), before=[prefixed])


@builds((X, "s"))
def pre_hook_gives_nothing():
    return hooked(Named(), before=[only_looks])


@builds((X, "s"))
def pre_hook_gives_string():
    return hooked(Named(), before=[gives_string])


@builds((X, "s"))
def pre_hook_takes_tensor():
    return hooked(Named(), before=[takes_tensor])


@builds((X, "s"))
def pre_hook_takes_number():
    return hooked(Named(), before=[takes_number])


@builds((X, "s"))
def pre_hook_gives_number():
    return hooked(Named(), before=[gives_number])


@builds((X, "s"))
def pre_hook_gives_less():
    return hooked(Named(), before=[gives_less])


@builds((X, "s"))
def pre_hook_takes_output():
    return hooked(Named(), before=[takes_output])


@builds((1,))
def pre_hook_of_one_argument():
    return hooked(Counting(), before=[next_number])


@builds((1,))
def pre_hook_gives_tuple_of_one():
    return hooked(Counting(), before=[next_number_in_tuple])


@builds(((1, 2),))
def pre_hook_of_pair():
    return hooked(OfPair(), before=[plain_pair])


@builds(((1, 2),))
def pre_hook_of_nested_pair():
    return hooked(OfPair(), before=[nested_pair])


@builds(())
def hook_of_nothing():
    return hooked(OfNothing(), after_nothing)

"""How older programs are written: type comments without a result, names that nothing imports, functions of torch with several forms."""

# ruff: noqa

from math import inf, nan
from typing import Dict, List, Optional, Tuple

import rushlight as torch
from rushlight import Tensor


@runs((1,))
def comment_without_result(x):
    # type: (int)
    if x > 0:
        return x + 1
    return x


@runs((torch.ones(2), [1, 2]))
def comment_of_two_without_result(x, sizes):
    # type: (Tensor, List[int])
    return x * sizes[0], sizes


@runs((1, 2))
def comment_with_too_many(x):
    # type: (int, int)
    return x


@runs((None,))
def none_type(x):
    # type: (NoneType) -> bool
    return x is None


@runs(())
def imported_infinity():
    return inf, -inf


@runs(())
def imported_not_a_number():
    return nan


@runs((torch.arange(24.0).reshape(2, 3, 4),))
def ellipsis_by_name(x):
    return x[0, Ellipsis], x[Ellipsis, 1]


@runs((torch.arange(6.0).reshape(2, 3), torch.arange(6.0).reshape(3, 2)))
def tensordot_of_number(a, b):
    return torch.tensordot(a, b, 1), torch.tensordot(a, b, dims=0)


@runs((torch.arange(6.0).reshape(2, 3), torch.arange(6.0).reshape(2, 3)))
def tensordot_of_lists(a, b):
    return torch.tensordot(a, b, ([0, 1], [0, 1])), torch.tensordot(a, b, [[0], [0]])


@runs((torch.arange(6.0).reshape(2, 3), torch.arange(6.0).reshape(3, 2), torch.tensor([[1], [0]])), (torch.ones(2, 3), torch.ones(3, 2), torch.tensor(1)))
def tensordot_of_tensor(a, b, dims):
    return torch.tensordot(a, b, dims)


@runs((torch.ones(2, 3), torch.ones(2, 3)))
def tensordot_too_many(a, b):
    return torch.tensordot(a, b, 3)


class Helper(torch.nn.Module):
    @staticmethod
    def plus_one(x):
        return x + 1


@builds((torch.ones(2),))
def static_method_by_class():
    class M(torch.nn.Module):
        @staticmethod
        def twice(x):
            return x * 2

        def forward(self, x):
            return M.twice(x)

    return M()


@runs((torch.ones(2),))
def static_method_by_class_that_is_not_compiled(x):
    return Helper.plus_one(x)


@builds((torch.ones(2),))
def state_without_type():
    class M(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.n = 1
            self.w = torch.ones(2)

        @torch.jit.export
        def __getstate__(self):
            return (self.n, self.w, self.training)

        @torch.jit.export
        def __setstate__(self, state):
            self.n = state[0]
            self.w = state[1] + 1
            self.training = state[2]

        def forward(self, x):
            return x * self.w

    return M()


@runs((torch.ones(2), 3))
def comment_on_parts(
    x,  # type: Tensor
    n,  # type: int
):
    # type: (...) -> Tuple[Tensor, int]
    return x, n


@runs((torch.tensor([[3.0, 4.0], [0.0, 5.0]]), torch.zeros(2)), (torch.tensor([[1.0, 2.0], [2.0, 4.0]]), torch.zeros(2)))
def norm_into(x, target):
    torch.norm(x, dim=1, out=target)
    return target, torch.norm(x, 1.0, dim=0, out=target)


@builds((torch.ones(2),))
def prepared_modules():
    class Plain(torch.nn.Module):
        def forward(self, x):
            return x * 3

    class Wrapped(torch.nn.Module):
        def __prepare_scriptable__(self):
            return Plain()

        def forward(self, x):
            return (lambda y: y * 3)(x)

    class M(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = Wrapped()
            self.more = torch.nn.ModuleList([Wrapped(), Plain()])

        def forward(self, x):
            for module in self.more:
                x = module(x)
            return self.inner(x)

    return M()


class Broken:
    def method(self):
        import math

        return math.pi


@runs((1,))
def class_with_unsupported_method(x: int):
    return Broken()

"""Blocks of automatic precision: what is cast inside, also in what is called there. Only programs have them on the CPU here."""

# ruff: noqa

import rushlight as torch
from rushlight import Tensor

M = torch.arange(16.0).reshape(4, 4) / 16


@runs((M,))
def on_cuda(x: Tensor):
    with torch.cuda.amp.autocast():
        y = torch.mm(x, x)
    with torch.autocast("cuda", enabled=False):
        z = torch.mm(x, x)
    return y, z


@runs((M,))
def on_the_cpu(x: Tensor):
    if not torch.jit.is_scripting():
        return x
    with torch.autocast("cpu"):
        y = torch.mm(x, x)
        z = torch.exp(y), y + 1, torch.relu(y), y.softmax(0).round(), y.log_softmax(0), torch.sum(y, 0, dtype=torch.float64)
    return y, z, torch.mm(x, x)


@runs((M,))
def given_dtype(x: Tensor):
    if not torch.jit.is_scripting():
        return x
    with torch.autocast(device_type="cpu", dtype=torch.float16):
        return x.matmul(x)


def product(x: Tensor):
    return torch.mm(x, x)


@runs((M, True), (M, False))
def called(x: Tensor, flag: bool):
    if not torch.jit.is_scripting():
        return x
    with torch.autocast("cpu"):
        y = product(x)
        if flag:
            with torch.autocast("cpu", enabled=False):
                y = product(x)
        for _ in range(2):
            y = torch.mm(y, x)
    return y


@runs((M, True))
def switched_by_an_argument(x: Tensor, flag: bool):
    if not torch.jit.is_scripting():
        return x
    with torch.autocast("cpu", enabled=flag):
        return torch.mm(x, x)


@runs((M,))
def refused_inside(x: Tensor):
    if not torch.jit.is_scripting():
        return x
    with torch.autocast("cpu"):
        return torch.nn.functional.binary_cross_entropy(x, x)


@runs((M,))
def named(x: Tensor):
    if not torch.jit.is_scripting():
        return x
    with torch.autocast("cpu") as precision:
        return torch.mm(x, x)

"""Indexing, methods, factories. Read by the compiler as a user's program; `rushlight` stands for either library."""

from typing import List

import rushlight as torch


def attributes(x):
    return x.shape, x.T, x.ndim, 1 - x, 2 / x, x // 2, x.size(0), 3 > x, x.mT, x.double(), x.dtype, x.device, x.requires_grad


def reads(x, items: List[int], n: int):
    a = x[0], x[0, 1], x[None], x[..., 0], x[:, 1:], x[1:2], x[n], x[n:], x[:, None, n], x[::2], x[:n]
    b = x[torch.tensor([0, 1])], x[[0, 1]], x[[0, 1], [0, 1]], x[x > 0], x[0, :, None]
    s = slice(0, 2)
    return a, b, x[s], items[:n], items[n:]


def writes(x, y):
    x[0] = 1
    x[0, 1] = x[1, 0]
    x[1] += 2
    x[:, 0] = 5
    x[x > 3] = 0
    x[0, 1] += 1
    x[1:] *= 2
    x[1] = y
    return x


def arithmetic(x, n: int):
    y = x.clone()
    y += 1
    y *= x
    y -= n
    y /= 2
    a = x @ y.t()
    c = -x
    e = x > 0
    f = x.sum().item()
    g = float(x.sum())
    h = int(x.size(0))
    i = x.shape[0] + x.dim() + x.numel()
    j = torch.where(e, x, y)
    k = x.view(x.size(0), -1)
    m = x.to(dtype=torch.float64)
    s = x if x.is_floating_point() else y
    t = len(x)
    u = ~e
    v = (x == y) & (x != y) | (x <= y)
    return a, c, f, g, h, i, j, k, m, s, t, u, v


def gathered_arguments(x):
    a = x.view(1, -1), torch.zeros(2, 3), x.permute(1, 0), torch.cat([x, x]), torch.stack([x, x], dim=0), x.sum(dim=1)
    b = x.sum(0, keepdim=True), torch.full([2], 3.0), x.to(torch.float64), torch.ones(2, dtype=torch.int64), x.flatten(0)
    return a, b, x.reshape(3, 2), x.transpose(0, 1), x.expand(2, 2, 3)


def several_results(x):
    values, indices = x.max(1)
    return values, indices, torch.max(x, 0).values, x.split(1)


def factories(x):
    d = torch.device("cpu")
    y = torch.zeros(2, device=d)
    z = torch.ones([2, 3], dtype=x.dtype, device=x.device)
    a = torch.arange(3)
    b = torch.arange(0, 3, 1, dtype=torch.float32)
    c = torch.tensor([1.0, 2.0])
    e = torch.tensor(3)
    f = torch.full((2, 2), 1.5)
    h = torch.zeros_like(x)
    return y, z, a, b, c, e, f, h, x.device == d, d.type


def to_lists(x):
    a: List[float] = x[0].tolist()
    b: List[List[float]] = x.tolist()
    return a, b


def cases():
    x = torch.tensor([[1.0, -2.0, 0.5], [0.25, 3.0, -1.0]])
    return {
        "attributes": [(x,)],
        "reads": [(x, [1, 2, 3], 1)],
        "writes": [(x, x[0])],
        "arithmetic": [(x, 2)],
        "gathered_arguments": [(x,)],
        "several_results": [(x,)],
        "factories": [(x,)],
        "to_lists": [(x,)],
    }

"""Indexing of tensors, their attributes and sizes."""

# ruff: noqa

from typing import List, Optional, Tuple

import rushlight as torch
import rushlight.nn.functional as F
from rushlight import Tensor

M = torch.arange(12.0).reshape(3, 4)
V = torch.arange(4.0)
I = torch.tensor([0, 2])


@runs((M, 1))
def index_int(x: Tensor, i: int):
    return x[0], x[-1], x[i], x[i][2]


@runs((M, 1))
def index_two(x: Tensor, i: int):
    return x[0, 1], x[i, -1], x[i, i]


@runs((M, 1))
def index_slices(x: Tensor, i: int):
    return x[1:], x[:2], x[::2], x[i:], x[:-1], x[:]


@runs((M, 1))
def index_mixed(x: Tensor, i: int):
    return x[0, 1:], x[:, 0], x[1:, ::2], x[i:, i]


@runs((M,))
def index_none(x: Tensor):
    return x[None].shape, x[:, None].shape, x[None, :, None, 0].shape


@runs((M,))
def index_ellipsis(x: Tensor):
    return x[..., 0], x[0, ...], x[..., None].shape, x[...]


@runs((M, I))
def index_tensor(x: Tensor, i: Tensor):
    return x[i], x[:, i], x[i, i], x[i][:, i]


@runs((M, I))
def index_tensor_mixed(x: Tensor, i: Tensor):
    return x[i, 1:], x[1, i], x[i, None].shape, x[..., i]


@runs((M,))
def index_mask(x: Tensor):
    return x[x > 5], x[x[:, 0] > 3]


@runs((M,))
def index_list(x: Tensor):
    return x[[0, 2]], x[:, [1, 3]]


@runs((M,))
def index_bool(x: Tensor):
    return x[True], x[False]


@runs((M,))
def index_tuple_variable(x: Tensor):
    t = (0, 1)
    return x[t]


@runs((M, "a"))
def index_string(x: Tensor, s: str):
    return x[s]


@runs((M, 1.5))
def index_float(x: Tensor, s: float):
    return x[s]


@runs((M,))
def index_too_many(x: Tensor):
    return x[0, 0, 0]


@runs((M, 7))
def index_out_of_range(x: Tensor, i: int):
    return x[i]


@runs((M, None), (M, 1))
def index_optional(x: Tensor, i: Optional[int]):
    return x[:i]


@runs((M,))
def index_range(x: Tensor):
    return x[range(2)]


@runs((M.clone(), I))
def set_items(x: Tensor, i: Tensor):
    x[0] = 1.0
    x[1, 2] = V[1]
    x[:, 3] = 9
    x[i, 0] = -1
    x[x > 8] = 0
    return x


@runs((M.clone(), I))
def set_items_tensors(x: Tensor, i: Tensor):
    x[i] = torch.ones(2, 4)
    x[..., 0] = torch.arange(3.0)
    x[1:, 1:3] += 1
    return x


@runs((M.clone(), I))
def set_items_augmented(x: Tensor, i: Tensor):
    x[i] += 1
    x[i, 1] *= 2
    x[x > 5] -= 3
    return x


@runs((M.clone(),))
def set_none_index(x: Tensor):
    x[None, 0] = 3
    return x


@runs((M,))
def attributes(x: Tensor):
    return x.shape, x.dtype, x.device, x.ndim, x.requires_grad, x.is_cuda, x.layout


@runs((M,))
def attributes_more(x: Tensor):
    return x.T.shape, x.mT.shape, x.is_sparse, x.is_quantized, x.itemsize, x.nbytes


@runs((torch.ones(2, dtype=torch.complex64),))
def attributes_complex(x: Tensor):
    return x.real, x.imag


@runs((M,))
def attribute_data(x: Tensor):
    return x.data + 1


@runs((M,))
def attribute_grad(x: Tensor):
    return x.grad


@runs((M,))
def attribute_unknown(x: Tensor):
    return x.nothing_like_it


@runs((M,))
def attribute_set(x: Tensor):
    x.requires_grad = False
    return x


@runs((M,))
def sizes(x: Tensor):
    a, b = x.shape
    c, d = x.size()
    return a * b, x.size(0), x.size(-1), x.shape[1], len(x.shape), len(x), x.numel(), x.dim(), c - d


@runs((M,))
def strides(x: Tensor):
    return x.stride(), x.stride(0), x.is_contiguous(), x.t().is_contiguous(), x.storage_offset()


@runs((M,))
def shape_arithmetic(x: Tensor):
    n = x.shape[0] * x.shape[1]
    return x.view(n), x.reshape(x.size(0), -1, 2), x.view(-1)


@runs((M,))
def shape_list(x: Tensor):
    return x.view([2, 6]), x.reshape((6, 2)), x.expand(2, 3, 4), x.expand(-1, -1), x.permute(1, 0), x.permute([1, 0])


@runs((M,))
def shape_slices(x: Tensor):
    return x.reshape(x.shape[:1] + [2, 2]), x.view(x.shape), x.new_zeros(x.shape[1:])


@runs((M,))
def shape_compare(x: Tensor):
    return x.shape == [3, 4], x.shape[0] == 3

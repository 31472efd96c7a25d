"""Tensor operators, methods and functions with every sort of argument."""

# ruff: noqa

from typing import List, Optional, Tuple

import rushlight as torch
import rushlight.nn.functional as F
from rushlight import Tensor

M = torch.arange(12.0).reshape(3, 4)
V = torch.arange(4.0)
I = torch.tensor([0, 2])


@runs((M, V))
def arithmetic(x: Tensor, y: Tensor):
    return x + y, x - y, x * y, x / (y + 1), x @ y, x ** 2, -x, x % 3, x // 2


@runs((M, 2, 1.5))
def arithmetic_scalars(x: Tensor, a: int, b: float):
    return x + a, a + x, x - b, b - x, x * a, a * x, x / b, b / (x + 1), 2 ** x[0], a // (x + 1), x ** b


@runs((M, V))
def comparisons(x: Tensor, y: Tensor):
    return x > y, x >= 2, x < y, 3 <= x, x == y, x != y


@runs((torch.tensor([True, False]), torch.tensor([True, True])))
def tensor_logic(x: Tensor, y: Tensor):
    return x & y, x | y, x ^ y, ~x, x.logical_and(y), x == y


@runs((M, V))
def tensor_and_tensor(x: Tensor, y: Tensor):
    return x and y


@runs((torch.tensor(True), torch.tensor(False)))
def tensor_and_bool(x: Tensor, y: Tensor):
    return bool(x) and bool(y), not x, not bool(y)


@runs((M,))
def reductions(x: Tensor):
    return x.sum(), x.sum(0), x.sum(1, keepdim=True), x.mean(), x.mean((0, 1)), x.max(), x.min(), x.prod(), x.std()


@runs((M,))
def reduction_pairs(x: Tensor):
    values, indices = x.max(1)
    smallest = torch.min(x, dim=0)
    return values, indices, smallest[0], smallest.values, smallest.indices


@runs((M,))
def reduction_dtype(x: Tensor):
    return x.sum(dtype=torch.float64), x.sum(0, dtype=torch.int64), torch.sum(x, (0, 1), True)


@runs((M,))
def topk_sort(x: Tensor):
    v, i = x.topk(2)
    s = torch.sort(x, descending=True)
    return v, i, s[0], s.indices, x.argmax(), x.argsort(1)[0]


@runs(())
def creation():
    return torch.zeros(2, 3), torch.ones([2]), torch.full((2,), 3.5), torch.arange(5), torch.eye(2), torch.empty(0)


@runs(())
def creation_options():
    return torch.zeros(2, dtype=torch.int64), torch.ones(2, 2, device="cpu"), torch.arange(1, 6, 2), torch.arange(0.0, 1.0, 0.25)


@runs((3,))
def creation_of_variables(n: int):
    return torch.zeros(n), torch.zeros(n, n), torch.zeros((n, 2)), torch.zeros([n]), torch.arange(n), torch.linspace(0, 1, n)


@runs((M,))
def creation_like(x: Tensor):
    return torch.zeros_like(x), torch.ones_like(x, dtype=torch.int32), x.new_ones(2), x.new_full((2,), 3.0), torch.full_like(x, 2.0)


@runs((3, 2.5))
def creation_from_scalars(a: int, b: float):
    return torch.tensor(a), torch.tensor(b), torch.tensor([a, 2]), torch.tensor([[b, 1.0], [2.0, b]]), torch.tensor(True)


@runs(([1, 2],))
def creation_from_list(a: List[int]):
    return torch.tensor(a), torch.tensor(a, dtype=torch.float32), torch.as_tensor(a)


@runs((M,))
def creation_from_tensor(x: Tensor):
    return torch.tensor(x)


@runs(())
def legacy_creation():
    return torch.FloatTensor([1.0, 2.0]), torch.LongTensor([1])


@runs(())
def legacy_tensor_constructor():
    return torch.Tensor([1.0])


@runs((M,))
def conversion(x: Tensor):
    return x.to(torch.int64), x.float(), x.long(), x.double(), x.int(), x.bool(), x.half().float(), x.to("cpu"), x.type(torch.int32)


@runs((M, V))
def conversion_to_other(x: Tensor, y: Tensor):
    return x.to(y), x.type_as(y), x.to(y.device), x.to(y.dtype), x.to(device=y.device, dtype=torch.float64)


@runs((M,))
def conversion_keywords(x: Tensor):
    return x.to(torch.float64, non_blocking=True), x.to(dtype=torch.int32, copy=True), x.cpu(), x.contiguous(), x.clone(), x.detach()


@runs((M,))
def joining(x: Tensor):
    return torch.cat([x, x]), torch.cat((x, x), dim=1), torch.stack([x, x], 0), torch.cat([x, x, x], -1).shape


@runs((M,))
def splitting(x: Tensor):
    a, b = x.chunk(2, 1)
    c = x.split(2)
    d, e = torch.split(x, [1, 3], dim=1)
    return a, b, c[0], d, e, x.unbind(0)[1], torch.unbind(x)[0]


@runs((M,))
def splitting_three(x: Tensor):
    q, k, v = x.unbind(0)
    return q + k * v


@runs((M,))
def views(x: Tensor):
    return x.t(), x.transpose(0, 1), x.unsqueeze(0).shape, x.unsqueeze(0).squeeze(0), x.flatten(), x.flatten(0, 1), x[:, :2].squeeze()


@runs((M,))
def in_place(x: Tensor):
    y = x.clone()
    y.add_(1).mul_(2)
    y.clamp_(max=9)
    y.fill_(3)
    y.zero_()
    y.copy_(x)
    return y


@runs((M,))
def out_argument(x: Tensor):
    y = torch.empty_like(x)
    torch.add(x, x, out=y)
    return y


@runs((M,))
def alpha_argument(x: Tensor):
    return torch.add(x, x, alpha=2), x.sub(x, alpha=3), torch.addmm(x[:, :3], x[:, :3], x[:, :3], beta=0.5)


@runs((M,))
def clamps(x: Tensor):
    return x.clamp(1, 5), x.clamp(min=2.0), torch.clamp(x, max=3), x.clamp_min(2)


@runs((M,))
def conditions(x: Tensor):
    return torch.where(x > 5, x, torch.zeros_like(x)), torch.where(x > 5, 1.0, 0.0), x.masked_fill(x > 3, -1.0)


@runs((M, I))
def gathering(x: Tensor, i: Tensor):
    return x.gather(1, i.unsqueeze(0)), x.index_select(0, i), torch.take(x, i), x.scatter(1, i.unsqueeze(1), 5.0)


@runs((M,))
def matrices(x: Tensor):
    return x @ x.t(), torch.matmul(x, x.t()), x.mm(x.t()), torch.bmm(x[None], x.t()[None]), torch.einsum("ij,kj->ik", x, x)


@runs((M,))
def einsum_list(x: Tensor):
    return torch.einsum("ij,kj->ik", [x, x])


@runs((M,))
def functional(x: Tensor):
    return F.relu(x), F.softmax(x, dim=-1), F.gelu(x), F.dropout(x, 0.5, False), F.pad(x, (1, 1)), F.log_softmax(x, 1), F.silu(x)


@runs((M,))
def functional_inplace(x: Tensor):
    return F.relu(x.clone(), inplace=True), F.leaky_relu(x, 0.2), F.elu(x), F.hardtanh(x), F.normalize(x)


@runs((M,))
def functional_norms(x: Tensor):
    return F.layer_norm(x, (4,)), F.layer_norm(x, [4], eps=1e-3), F.linear(x, x)


@runs((torch.arange(32.0).reshape(1, 2, 4, 4),))
def functional_images(x: Tensor):
    w = torch.ones(3, 2, 3, 3)
    return F.conv2d(x, w, padding=1), F.max_pool2d(x, 2), F.avg_pool2d(x, 2), F.adaptive_avg_pool2d(x, 1), F.interpolate(x, scale_factor=2.0)


@runs((torch.arange(32.0).reshape(1, 2, 4, 4),))
def functional_max_indices(x: Tensor):
    y, i = F.max_pool2d(x, 2, return_indices=True)
    return y, i


@runs((I,))
def functional_tokens(i: Tensor):
    return F.embedding(i, M), F.one_hot(i, 4)


@runs((M, torch.tensor([0, 1, 2])))
def functional_losses(x: Tensor, y: Tensor):
    return F.cross_entropy(x, y), F.mse_loss(x, x + 1), F.nll_loss(x, y, reduction="sum"), F.l1_loss(x, x)


@runs((M,))
def dtype_logic(x: Tensor):
    if x.dtype == torch.float32:
        return 1
    return 0


@runs((M,))
def dtype_tests(x: Tensor):
    return x.is_floating_point(), torch.is_floating_point(x), x.is_complex(), x.dtype in [torch.float16, torch.float32]


@runs((M,))
def device_logic(x: Tensor):
    if x.device.type == "cpu":
        return 1
    return x.device.index


@runs((M,))
def device_made(x: Tensor):
    d = torch.device("cpu")
    return x.to(d), d, d.type, torch.device("cuda", 0).index


@runs((M,))
def finfo(x: Tensor):
    return torch.finfo(x.dtype).min


@runs((M,))
def to_list(x: Tensor):
    y: List[List[float]] = x.tolist()
    return y


@runs((M,))
def to_list_without_type(x: Tensor):
    return x.tolist()


@runs((M,))
def to_numpy(x: Tensor):
    return x.numpy()


@runs((M,))
def item_of(x: Tensor):
    return x[0, 0].item(), float(x[0, 1]), int(x[0, 2]), x.sum().item() > 3


@runs((M,))
def item_in_arithmetic(x: Tensor):
    return x[0, 1].item() + 1


@runs((M,))
def loop_over_rows(x: Tensor):
    out: List[Tensor] = []
    for row in x:
        out.append(row.sum())
    return torch.stack(out)


@runs((M,))
def loop_over_size(x: Tensor):
    total = torch.zeros(x.size(1))
    for i in range(x.size(0)):
        total = total + x[i] * i
    return total


@runs((M,))
def list_index_assign(x: Tensor):
    parts = [x, x]
    parts[0] = parts[0] + 1
    parts[1] += 5
    return parts


@runs((M,))
def tensor_in_list(x: Tensor):
    return x in [x]


@runs((M,))
def tensor_contains(x: Tensor):
    return 3.0 in x


@runs((M,))
def tensor_truth(x: Tensor):
    if (x > 100).any():
        return 1
    if torch.all(x >= 0):
        return 2
    return 3


@runs((M,))
def sum_of_list(x: Tensor):
    return sum([x, x])


@runs((M,))
def max_of_tensor(x: Tensor):
    return max(x.size(0), x.size(1)), min(x.shape)


@runs((M,))
def wrong_keyword(x: Tensor):
    return torch.sum(x, axis=1)


@runs((M,))
def wrong_keyword_name(x: Tensor):
    return torch.sum(x, dimension=1)


@runs((M,))
def wrong_type(x: Tensor):
    return torch.transpose(x, "a", "b")


@runs((M,))
def missing_argument(x: Tensor):
    return torch.matmul(x)


@runs((M,))
def unknown_function(x: Tensor):
    return torch.nothing_like_it(x)


@runs((M,))
def unknown_method(x: Tensor):
    return x.nothing_like_it()


@runs((M,))
def runtime_error(x: Tensor):
    return x.view(5, 5)


@runs((M,))
def random_shapes(x: Tensor):
    return torch.rand(2, 3).shape, torch.randn_like(x).shape, torch.randint(0, 5, (2,)).shape, torch.empty(2, 2).uniform_().shape


@runs((M,))
def function_namespaces(x: Tensor):
    return torch.linalg.norm(x), torch.special.expit(x), torch.nn.functional.relu(x), torch.fft.fft(x[0]).abs()


@runs((M,))
def ops_namespace(x: Tensor):
    return torch.ops.aten.relu(x), torch.ops.aten.add(x, 1)


@runs((M,))
def tensor_class_functions(x: Tensor):
    return torch.Tensor.add(x, 1)


@runs((M, V))
def broadcast(x: Tensor, y: Tensor):
    a, b = torch.broadcast_tensors(x, y)
    return a + b, x.expand_as(x), y.repeat(2, 1), torch.tile(y, [2])


@runs((M,))
def meshgrid(x: Tensor):
    a, b = torch.meshgrid([torch.arange(2), torch.arange(3)], indexing="ij")
    return a, b


@runs((M,))
def chained_methods(x: Tensor):
    return x.add(1).relu().sum(dim=1).softmax(0).unsqueeze(-1).expand(3, 2).contiguous().view(-1)


@runs((M,))
def constants_of_torch(x: Tensor):
    return x * torch.pi, torch.inf, torch.long == torch.int64


@runs((M,))
def dtype_variable(x: Tensor):
    dtype = torch.float64 if x.dim() == 2 else torch.float32
    return x.to(dtype), torch.zeros(2, dtype=x.dtype, device=x.device)


@runs((M,))
def memory_format(x: Tensor):
    return x[None, None].contiguous(memory_format=torch.channels_last).stride(), x.clone(memory_format=torch.contiguous_format)


@runs((M, None), (M, V))
def optional_tensor_to_operator(x: Tensor, b: Optional[Tensor]):
    return F.linear(x, x, None), F.layer_norm(x, (4,), b, b)


@runs(([], [], [], [[], []]))
def tensors_of_empty_lists(a: List[int], b: List[float], c: List[bool], d: List[List[int]]):
    return torch.tensor(a), torch.tensor(b), torch.tensor(c), torch.tensor(d), torch.as_tensor(a), torch.tensor(a, dtype=torch.float64)


@runs((0.1, 300, True))
def tensors_of_numbers_in_another_dtype(x: float, n: int, b: bool):
    # through the dtype of the number
    floats = torch.tensor(x, dtype=torch.float64), torch.tensor([x], dtype=torch.float64), torch.as_tensor(x, dtype=torch.float64)
    return floats, torch.tensor(n, dtype=torch.uint8), torch.tensor([n, -n], dtype=torch.int8), torch.tensor(b, dtype=torch.float16)


@runs((1e300,), (3.4028235677973366e38,), (3.4028234e38,), (float("inf"),), (float("nan"),))
def tensor_of_a_large_number(x: float):
    return torch.tensor(x)


@runs((-3,), (2**40 + 2**16 + 1,), (2**53 + 1,), (2**62 + 12345,), (-(2**63),))
def tensor_of_an_integer_in_another_dtype(n: int):
    return torch.tensor(n), torch.tensor(n, dtype=torch.float32), torch.tensor(n, dtype=torch.float64)


@runs((1e300,))
def tensor_of_large_numbers(x: float):
    return torch.tensor([x, -x])


@runs((torch.tensor([[1.0, 2.0, 3.0]]),), (torch.tensor(2.0),), (torch.ones(2),), (torch.ones(1, 2, 3),))
def conjugate_transpose(x: Tensor):
    return x.mH


@runs((torch.tensor([[1.0, 2.0, 3.0]]),), (torch.tensor(2.0),), (torch.ones(2),), (torch.ones(1, 2, 3),))
def conjugate_transpose_of_matrix(x: Tensor):
    return x.H


@runs((torch.ones(2),), (torch.ones(1, 2),), (torch.tensor([1, 2]),), (torch.zeros(0),), (torch.ones(2, dtype=torch.float64),))
def list_of_floats(x: Tensor):
    numbers: List[float] = x.tolist()
    return numbers


@runs((torch.tensor([1, 2]),), (torch.tensor([1, 2], dtype=torch.int32),), (torch.tensor(1),), (torch.tensor([True]),))
def list_of_ints(x: Tensor):
    numbers: List[int] = x.tolist()
    return numbers


@runs((torch.tensor(True),), (torch.tensor([True]),), (torch.tensor(1),))
def bool_from_list(x: Tensor):
    number: bool = x.tolist()
    return number


@runs((torch.ones(2),))
def limits_of_dtype(x: Tensor):
    return torch.finfo(torch.float32).max


@runs((torch.tensor([1, 1, 2, 2, 2, 1]),))
def runs_of_equal_items(x: Tensor):
    return torch.unique_consecutive(x)


@runs((torch.tensor([1, 1, 2, 2, 2, 1]),))
def runs_along_a_dim(x: Tensor):
    return torch.unique_consecutive(x, dim=-1)


@runs((torch.tensor([1, 1, 2, 2, 2, 1]),))
def runs_and_lengths(x: Tensor):
    items, lengths = torch.unique_consecutive(x, return_counts=True)
    return items, lengths


@runs((torch.tensor([1, 1, 2, 2, 2, 1]),))
def runs_and_places(x: Tensor):
    items, places = torch.unique_consecutive(x, return_inverse=True, dim=0)
    return items, places


@runs((torch.tensor([1, 1, 2, 2, 2, 1]),))
def runs_places_and_lengths(x: Tensor):
    items, places, lengths = torch.unique_consecutive(x, return_inverse=True, return_counts=True)
    return items, places, lengths


@runs((torch.tensor([1, 1, 2, 2, 2, 1]),))
def runs_of_method(x: Tensor):
    return x.unique_consecutive()

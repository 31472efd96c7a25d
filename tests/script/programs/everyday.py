"""What everyday models do. Read by the compiler as a user's program; `rushlight` stands for either library."""

from typing import Dict, List, Optional, Tuple, Union

import rushlight as torch
import rushlight.nn.functional as F
from rushlight import Tensor


def shapes(x: Tensor):
    b, c = x.shape
    d, e = x.size()
    f = x.shape[-1]
    g = x.size()[1:]
    h = x.size(-1)
    return x.view(b, c), x.reshape([b * c]), f, g, h, x.new_ones(2), d, e


def functional(x: Tensor):
    y = F.relu(x, inplace=True)
    z = F.softmax(y, dim=-1)
    w = F.linear(x, y)
    v = F.dropout(x, 0.5, training=False)
    u = F.gelu(x)
    t = F.max_pool2d(x.view(1, 1, 2, 2), 2)
    s = F.log_softmax(x, 1)
    return z, w, v, u, t, s, torch.sigmoid(x), x.tanh(), torch.exp(x)


def scripting_or_not(x: Tensor, n: int):
    if torch.jit.is_scripting() and n > 1:
        return x
    if not torch.jit.is_scripting() or n > 2:
        return x + 1
    return x


def tracing(x):
    if torch.jit.is_tracing():
        return x
    return x + 1


def assert_isinstance(x: Optional[Tensor]):
    assert isinstance(x, Tensor)
    return x + 1


def isinstance_of_list(x: Union[List[int], int]):
    if torch.jit.isinstance(x, List[int]):
        return x[0]
    else:
        return x


def declared_none(x: Tensor) -> None:
    x.add_(1)


def declared_tuple(x: Tensor) -> Tuple[Tensor, int]:
    return x, 1


def chained(a: int, b: int, c: int):
    return a < b < c, a == b == c


def membership(a: int, s: str, d: Dict[str, int]):
    return a in [1, 2, 3], s in ["a"], s in d, a not in (1, 2), "x" not in s


def augmented(a: int, b: float, x: Tensor):
    a += 1
    a -= 2
    a *= 3
    b /= 2.0
    b += a
    x **= 2
    x -= b
    return a, b, x


def condition_on_tensor(x: Tensor):
    while x.sum() < 10:
        x = x + 1
    return x


def multiple_with_none(x: Optional[Tensor] = None, y: Optional[int] = None, z: float = 1.0, n: str = "a"):
    if x is None:
        x = torch.zeros(1)
    y_ = y if y is not None else 3
    return x + y_ * z


def float_int(a: int, b: float):
    c = a + b
    d = float(a) * b
    e = int(b) // a
    return c, d, e, a * 1.5, 2 ** a


def list_of_tensors(xs: List[Tensor]):
    out = []
    for x in xs:
        out.append(x * 2)
    return torch.cat(out), torch.stack(xs), len(out)


def perhaps_empty(n: int):
    res: List[Tensor] = []
    for i in range(n):
        res.append(torch.zeros(i))
    if len(res) == 0:
        return torch.zeros(1)
    return res[0]


def optional_tuple(x: Optional[Tuple[Tensor, Tensor]]):
    if x is None:
        h = torch.zeros(1)
        c = torch.zeros(1)
    else:
        h, c = x
    return h + c


def raise_classes(n: int):
    if n == 0:
        raise RuntimeError("a" + str(n))
    if n == 1:
        raise ValueError("x {}".format(n))
    if n == 2:
        raise Exception
    if n == 3:
        raise TypeError("a", "b")
    if n == 4:
        raise AssertionError("z")
    return n


def type_comment(x, n):
    # type: (Tensor, int) -> Tensor
    return x + n


def ellipsis(x):
    return x[..., 0], x[..., None], x[0, ...], x[..., 1:2]


def casts(x):
    return int(x), float(x), bool(x), x.item(), int(3.5), str(x.dim()), bool(1), float("1.5"), int("3")


def extrema(a: int, b: int, xs: List[float]):
    return min(a, b), max(a, b), min(xs), max(xs), abs(a), sum(xs), all([True, False]), any([True])


def loop_tuple_list(ts: List[Tuple[str, int]]):
    n = 0
    for name, k in ts:
        if name == "a":
            n += k
    return n


def enumerate_start(xs: List[int]):
    t = 0
    for i, x in enumerate(xs, 1):
        t += i * x
    for i, x in enumerate(xs, start=2):
        t += i * x
    return t


def gradient_mode(x):
    with torch.no_grad():
        a = torch.is_grad_enabled()
    return a, torch.is_grad_enabled(), x


def optional_list(sizes: Optional[List[int]] = None):
    if sizes is None:
        sizes = [1, 2]
    return torch.zeros(sizes)


def inplace(x):
    x.mul_(2).add_(1)
    x[0].zero_()
    x.t_()
    return x.clone().detach().contiguous()


def bools(a: bool, b: bool):
    c = a and b
    d = a or not b
    e = a ^ b
    f = a & b | a
    return c, d, e, f, a == b, a != b


def cases():
    x = torch.tensor([[1.0, -2.0], [0.25, 3.0]])
    return {
        "shapes": [(x,)],
        "functional": [(x,)],
        "scripting_or_not": [(x, 2), (x, 3), (x, 1)],
        "tracing": [(x,)],
        "assert_isinstance": [(x,), (None,)],
        "isinstance_of_list": [([3],), (4,)],
        "declared_none": [(x,)],
        "declared_tuple": [(x,)],
        "chained": [(1, 2, 3), (1, 1, 1)],
        "membership": [(1, "a", {"a": 1}), (5, "x", {})],
        "augmented": [(1, 2.0, x)],
        "condition_on_tensor": [(x,)],
        "multiple_with_none": [(), (x, 2, 0.5, "b")],
        "float_int": [(3, 2.5)],
        "list_of_tensors": [([x, x],)],
        "perhaps_empty": [(0,), (2,)],
        "optional_tuple": [(None,), ((x, x),)],
        "raise_classes": [(0,), (1,), (2,), (3,), (4,), (5,)],
        "type_comment": [(x, 1)],
        "ellipsis": [(x,)],
        "casts": [(x[0, 0],)],
        "extrema": [(1, -2, [0.5, 2.0])],
        "loop_tuple_list": [([("a", 1), ("b", 2)],)],
        "enumerate_start": [([3, 4],)],
        "gradient_mode": [(x,)],
        "optional_list": [(None,), ([2],)],
        "inplace": [(x,)],
        "bools": [(True, False), (False, False)],
    }

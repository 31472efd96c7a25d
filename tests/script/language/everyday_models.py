"""Programs as people write them: layers, decoders, post-processing, bookkeeping."""

# ruff: noqa

import math
from typing import Dict, List, NamedTuple, Optional, Tuple, Union

import rushlight as torch
import rushlight.nn as nn
import rushlight.nn.functional as F
from rushlight import Tensor

X = torch.arange(12.0).reshape(1, 3, 4) / 10


def _filled(*shape):
    n = 1
    for size in shape:
        n *= size
    return (torch.arange(float(n)) / n - 0.5).reshape(shape)


@builds((X,), (X, torch.tensor([[True, True, False]])))
def attention():
    class Attention(nn.Module):
        def __init__(self, dim: int, heads: int):
            super().__init__()
            self.heads = heads
            self.head_dim = dim // heads
            self.scale = self.head_dim ** -0.5
            self.qkv = nn.Parameter(_filled(3 * dim, dim))
            self.out = nn.Parameter(_filled(dim, dim))

        def forward(self, x: Tensor, mask: Optional[Tensor] = None) -> Tensor:
            B, N, C = x.shape
            qkv = F.linear(x, self.qkv).reshape(B, N, 3, self.heads, self.head_dim).permute(2, 0, 3, 1, 4)
            q, k, v = qkv.unbind(0)
            scores = (q @ k.transpose(-2, -1)) * self.scale
            if mask is not None:
                scores = scores.masked_fill(~mask[:, None, None, :], float("-inf"))
            weights = scores.softmax(dim=-1)
            y = (weights @ v).transpose(1, 2).reshape(B, N, C)
            return F.linear(y, self.out)

    return Attention(4, 2)


@builds((X,))
def recurrent_cell():
    class Cell(nn.Module):
        def __init__(self, n: int, h: int):
            super().__init__()
            self.h = h
            self.wi = nn.Parameter(_filled(4 * h, n))
            self.wh = nn.Parameter(_filled(4 * h, h))

        def forward(self, x: Tensor, state: Tuple[Tensor, Tensor]) -> Tuple[Tensor, Tuple[Tensor, Tensor]]:
            hx, cx = state
            gates = torch.mm(x, self.wi.t()) + torch.mm(hx, self.wh.t())
            i, f, g, o = gates.chunk(4, 1)
            cy = torch.sigmoid(f) * cx + torch.sigmoid(i) * torch.tanh(g)
            hy = torch.sigmoid(o) * torch.tanh(cy)
            return hy, (hy, cy)

    class Layer(nn.Module):
        def __init__(self):
            super().__init__()
            self.cell = Cell(4, 2)

        def forward(self, x: Tensor) -> Tuple[Tensor, Tuple[Tensor, Tensor]]:
            state = (torch.zeros(x.size(0), 2), torch.zeros(x.size(0), 2))
            outputs = torch.jit.annotate(List[Tensor], [])
            for i in range(x.size(1)):
                out, state = self.cell(x[:, i], state)
                outputs += [out]
            return torch.stack(outputs, 1), state

    return Layer()


@builds((torch.arange(32.0).reshape(1, 2, 4, 4),))
def residual_block():
    class Block(nn.Module):
        def __init__(self, channels: int, stride: int = 1, downsample: Optional[nn.Module] = None):
            super().__init__()
            self.weight = nn.Parameter(_filled(channels, channels, 3, 3))
            self.relu = nn.ReLU(inplace=True)
            self.downsample = downsample
            self.stride = stride

        def forward(self, x: Tensor) -> Tensor:
            identity = x
            out = F.conv2d(x, self.weight, None, self.stride, 1)
            out = self.relu(out)
            if self.downsample is not None:
                identity = self.downsample(x)
            out += identity
            return self.relu(out)

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.blocks = nn.Sequential(Block(2), Block(2, 2, nn.MaxPool2d(2)))

        def forward(self, x):
            x = self.blocks(x)
            return torch.flatten(F.adaptive_avg_pool2d(x, (1, 1)), 1)

    return Net()


@builds((torch.arange(6.0).reshape(2, 3),))
def dense_block():
    class Layer(nn.Module):
        def forward(self, inputs: List[Tensor]) -> Tensor:
            return torch.cat(inputs, 1).relu()

    class Block(nn.ModuleDict if False else nn.Module):
        def __init__(self, n: int):
            super().__init__()
            self.layers = nn.ModuleList([Layer() for _ in range(n)])

        def forward(self, x: Tensor) -> Tensor:
            features = [x]
            for layer in self.layers:
                features.append(layer(features))
            return torch.cat(features, 1)

    return Block(3)


@runs((torch.tensor([[0.0, 0.0, 2.0, 2.0], [0.1, 0.1, 2.1, 2.1], [3.0, 3.0, 4.0, 4.0]]), torch.tensor([0.9, 0.8, 0.7]), 0.5))
def suppression(boxes: Tensor, scores: Tensor, threshold: float) -> Tensor:
    x1, y1, x2, y2 = boxes.unbind(1)
    areas = (x2 - x1) * (y2 - y1)
    order = scores.argsort(descending=True)
    keep: List[int] = []
    while order.numel() > 0:
        i = int(order[0])
        keep.append(i)
        if order.numel() == 1:
            break
        rest = order[1:]
        xx1 = torch.maximum(x1[i], x1[rest])
        yy1 = torch.maximum(y1[i], y1[rest])
        xx2 = torch.minimum(x2[i], x2[rest])
        yy2 = torch.minimum(y2[i], y2[rest])
        inter = (xx2 - xx1).clamp(min=0) * (yy2 - yy1).clamp(min=0)
        overlap = inter / (areas[i] + areas[rest] - inter)
        order = rest[overlap <= threshold]
    return torch.tensor(keep)


@runs((torch.tensor([[0.1, 0.6, 0.3], [0.2, 0.2, 0.6], [0.5, 0.3, 0.2]]), 2))
def beam_search(probabilities: Tensor, width: int) -> List[Tuple[List[int], float]]:
    beams: List[Tuple[List[int], float]] = [([], 0.0)]
    for t in range(probabilities.size(0)):
        candidates: List[Tuple[float, int, int]] = []
        for b, (tokens, score) in enumerate(beams):
            for k in range(probabilities.size(1)):
                candidates.append((score + math.log(float(probabilities[t, k])), b, k))
        candidates.sort(reverse=True) if False else None
        best: List[Tuple[List[int], float]] = []
        while len(best) < width:
            top = 0
            for i in range(len(candidates)):
                if candidates[i][0] > candidates[top][0]:
                    top = i
            score, b, k = candidates.pop(top)
            best.append((beams[b][0] + [k], score))
        beams = best
    return beams


@runs((torch.tensor([[3, 1, 2], [4, 4, 0]]), 0))
def greedy_until_end(tokens: Tensor, end: int) -> List[List[int]]:
    out: List[List[int]] = []
    for row in tokens:
        words: List[int] = []
        for token in row:
            value = int(token.item())
            if value == end:
                break
            words.append(value)
        out.append(words)
    return out


@runs((torch.tensor([0, 1, 1, 0, 2, 2, 2]),))
def collapse_repeats(labels: Tensor) -> List[int]:
    out: List[int] = []
    previous = -1
    for i in range(labels.size(0)):
        label = int(labels[i])
        if label != previous and label != 0:
            out.append(label)
        previous = label
    return out


class Boxes(NamedTuple):
    boxes: Tensor
    labels: List[int]
    scores: Optional[Tensor] = None


@runs((Boxes(torch.ones(2, 4), [1, 2]),), (Boxes(torch.ones(2, 4), [1, 2], torch.ones(2)),))
def post_process(found: Boxes) -> Dict[str, Tensor]:
    out: Dict[str, Tensor] = {"boxes": found.boxes * 2, "labels": torch.tensor(found.labels)}
    scores = found.scores
    if scores is not None:
        out["scores"] = scores
    return out


@builds((X,))
def positional_encoding():
    class Encoding(nn.Module):
        def __init__(self, d: int, n: int):
            super().__init__()
            position = torch.arange(n).unsqueeze(1)
            div = torch.exp(torch.arange(0, d, 2) * (-math.log(10000.0) / d))
            pe = torch.zeros(1, n, d)
            pe[0, :, 0::2] = torch.sin(position * div)
            pe[0, :, 1::2] = torch.cos(position * div)
            self.register_buffer("pe", pe)

        def forward(self, x: Tensor) -> Tensor:
            return x + self.pe[:, : x.size(1)]

    return Encoding(4, 8)


@builds((X,), (X, 2))
def cache_in_module():
    class Cache(nn.Module):
        cache: Dict[str, Tensor]

        def __init__(self):
            super().__init__()
            self.cache = {}
            self.hits = 0

        def forward(self, x: Tensor, n: int = 1) -> Tuple[Tensor, int]:
            key = f"{n}"
            if key in self.cache:
                self.hits += 1
                return self.cache[key], self.hits
            y = x * n
            self.cache[key] = y
            return y, self.hits

    return Cache()


@builds((torch.arange(4.0),), (torch.arange(4.0),))
def running_mean():
    class Mean(nn.Module):
        count: int

        def __init__(self):
            super().__init__()
            self.count = 0
            self.register_buffer("mean", torch.zeros(4))

        def forward(self, x: Tensor) -> Tensor:
            self.count += 1
            self.mean.add_((x - self.mean) / self.count)
            return self.mean.clone()

    return Mean()


@builds((X,), (X, "gelu"), (X, "other"))
def activation_by_name():
    def activate(x: Tensor, name: str) -> Tensor:
        if name == "relu":
            return F.relu(x)
        elif name == "gelu":
            return F.gelu(x)
        raise RuntimeError(f"activation should be relu or gelu, not {name}")

    class Net(nn.Module):
        def forward(self, x: Tensor, name: str = "relu") -> Tensor:
            return activate(x, name)

    return Net()


@builds((X,))
def rotary():
    def rotate_half(x: Tensor) -> Tensor:
        a, b = x.chunk(2, dim=-1)
        return torch.cat((-b, a), dim=-1)

    class Rotary(nn.Module):
        def __init__(self, dim: int):
            super().__init__()
            inv = 1.0 / (10000 ** (torch.arange(0, dim, 2).float() / dim))
            self.register_buffer("inv", inv)

        def forward(self, x: Tensor) -> Tensor:
            t = torch.arange(x.shape[1], device=x.device).type_as(self.inv)
            freqs = torch.einsum("i,j->ij", t, self.inv)
            emb = torch.cat((freqs, freqs), dim=-1)
            return x * emb.cos()[None] + rotate_half(x) * emb.sin()[None]

    return Rotary(4)


@builds((torch.tensor([1, 2, 0]),))
def bag_of_words():
    class Bag(nn.Module):
        def __init__(self):
            super().__init__()
            self.table = nn.Parameter(_filled(4, 3))
            self.pad = 0

        def forward(self, tokens: Tensor) -> Tensor:
            mask = (tokens != self.pad).to(self.table.dtype).unsqueeze(-1)
            vectors = F.embedding(tokens, self.table)
            return (vectors * mask).sum(0) / mask.sum(0).clamp(min=1.0)

    return Bag()


@builds((X,))
def gated_list():
    class Expert(nn.Module):
        def __init__(self, k: float):
            super().__init__()
            self.k = k

        def forward(self, x: Tensor) -> Tensor:
            return x * self.k

    class Mixture(nn.Module):
        def __init__(self):
            super().__init__()
            self.experts = nn.ModuleList([Expert(float(i)) for i in range(3)])
            self.gate = nn.Parameter(_filled(3, 4))

        def forward(self, x: Tensor) -> Tensor:
            weights = F.softmax(F.linear(x, self.gate), dim=-1)
            out = torch.zeros_like(x)
            for i, expert in enumerate(self.experts):
                out = out + weights[..., i : i + 1] * expert(x)
            return out

    return Mixture()


@runs(("3 4 + 2 *",), ("1 2 -",), ("5 0 /",), ("x",))
def stack_machine(program: str) -> float:
    stack: List[float] = []
    for word in program.split(" "):
        if word.isdigit():
            stack.append(float(word))
        elif word in ["+", "-", "*", "/"]:
            b = stack.pop()
            a = stack.pop()
            if word == "+":
                stack.append(a + b)
            elif word == "-":
                stack.append(a - b)
            elif word == "*":
                stack.append(a * b)
            else:
                stack.append(a / b)
        else:
            raise ValueError("unknown word: " + word)
    return stack[-1]


@runs(("the cat the dog",))
def vocabulary(text: str) -> Tuple[Dict[str, int], List[int]]:
    ids: Dict[str, int] = {}
    out: List[int] = []
    for word in text.split():
        if word not in ids:
            ids[word] = len(ids)
        out.append(ids[word])
    return ids, out


@runs(([[1, 2], [3, 4]], [[5, 6], [7, 8]]))
def matrix_product(a: List[List[int]], b: List[List[int]]) -> List[List[int]]:
    return [[sum([a[i][k] * b[k][j] for k in range(len(b))]) for j in range(len(b[0]))] for i in range(len(a))]


@runs((5,))
def pascal(n: int) -> List[List[int]]:
    rows = [[1]]
    for i in range(1, n):
        last = rows[-1]
        rows.append([1] + [last[j] + last[j + 1] for j in range(i - 1)] + [1])
    return rows


@runs(({"a": ["b", "c"], "b": ["d"], "c": [], "d": []}, "a"))
def breadth_first(graph: Dict[str, List[str]], start: str) -> List[str]:
    seen = {start: True}
    queue = [start]
    order: List[str] = []
    while len(queue) > 0:
        node = queue.pop(0)
        order.append(node)
        for after in graph[node]:
            if after not in seen:
                seen[after] = True
                queue.append(after)
    return order


@runs(("kitten", "sitting"))
def edit_distance(a: str, b: str) -> int:
    previous = list(range(len(b) + 1))
    for i in range(len(a)):
        current = [i + 1]
        for j in range(len(b)):
            cost = 0 if a[i] == b[j] else 1
            current.append(min(min(current[j] + 1, previous[j + 1] + 1), previous[j] + cost))
        previous = current
    return previous[-1]


@runs((torch.arange(10.0), 3, 2))
def sliding_windows(x: Tensor, size: int, step: int) -> List[Tensor]:
    return [x[i : i + size] for i in range(0, x.numel() - size + 1, step)]


@runs(([torch.ones(2), torch.ones(3)],))
def pad_sequences(parts: List[Tensor]) -> Tuple[Tensor, Tensor]:
    lengths = [part.size(0) for part in parts]
    longest = max(lengths)
    out = torch.zeros(len(parts), longest)
    for i, part in enumerate(parts):
        out[i, : part.size(0)] = part
    return out, torch.tensor(lengths)


@runs((torch.ones(2, 3), "mean"), (torch.ones(2, 3), "sum"), (torch.ones(2, 3), "none"), (torch.ones(2, 3), "x"))
def reduce_by_name(x: Tensor, reduction: str = "mean") -> Tensor:
    if reduction == "none":
        result = x
    elif reduction == "mean":
        result = x.mean()
    elif reduction == "sum":
        result = x.sum()
    else:
        raise ValueError(f"{reduction} is not valid")
    return result


@runs((torch.ones(2, 3, 4, 4), None, 2.0), (torch.ones(2, 3, 4, 4), [3, 5], None), (torch.ones(2, 3, 4, 4), None, None))
def output_size(x: Tensor, size: Optional[List[int]], scale: Optional[float]) -> List[int]:
    if size is None and scale is None:
        raise ValueError("either size or scale must be given")
    if size is not None:
        return size
    assert scale is not None
    return [int(math.floor(float(x.size(i + 2)) * scale)) for i in range(x.dim() - 2)]

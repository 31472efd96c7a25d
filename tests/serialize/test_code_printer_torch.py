"""PyTorch's graphs, printed by us, are byte for byte the code PyTorch prints.

The graphs are PyTorch's own, copied node by node, so this tests the printer and not the compiler.
"""

from __future__ import annotations

import linecache
from types import SimpleNamespace
from typing import Any

import pytest

from rushlight.runtime.device import Device
from rushlight.runtime.schema import OpSchema, parse
from rushlight.runtime.type_text import parse_annotation
from rushlight.runtime.typesystem import FunctionType, Type
from rushlight.script.ir import Block, Graph, Node
from rushlight.script.ir_values import Value
from rushlight.serialize.code_literals import ConstantTable, Literals
from rushlight.serialize.code_printer import CodePrinter
from rushlight.serialize.code_text import TextBuilder

torch = pytest.importorskip("torch")

HEAD = "def f(x: Tensor, i: int, l: List[int], d: Dict[str, List[int]], t: Tuple[List[int], Tensor], o: Optional[int]):\n"
SNIPPETS = """
print(l[0], [i,2][i], d["a"][i], x.shape[0], t[0][1], "abc"[i], l[i:], l[::2], x.size()[1:], {"a": i}["a"])
---
print(x.size(0), l.copy()[0], (l + l)[1])
---
p: Optional[int] = None
if i > 2:
    p = 3
else:
    p = o
print(p)
if i > 3:
    p = None
print(p)
---
p: Optional[int] = None
for j in range(i):
    p = j
print(p)
---
y0 = x + 1
y = x + 2
print(y0, y)
y = x + 3
print(y)
y = x + 4
print(y)
y0 = x + 5
print(y0)
y0 = x + 6
print(y0)
y = x + 6
print(y)
---
if i > 3:
    z = 1
else:
    z = 2
print(z)
---
aten = i + 2
print(aten, aten)
---
print(torch.jit._unwrap_optional(o))
---
while True:
    i += 1
    if i > 10:
        break
print(i)
---
if i > 3:
    if i > 4:
        raise RuntimeError("a")
else:
    raise ValueError("b")
---
s = ("this is a rather long literal for a tuple", 1, [1,2])
print(s)
---
print(1 if i > 3 else 2, float(i), x if i > 2 else x + 1)
---
a, b = x.max(0)
c, = [i]
d_, e = [i, i]
u = 1 + 2j
print(a, b, c, d_, e, u)
---
m = min(i, 3); mm = max([1, i])
x.add_(1).mul_(2)
torch.add(x, x, out=x)
---
print(torch.add(x, x, alpha=2), x.sum(0), x.sum([0, 1], True), x.to("cpu"), x.half(), torch.ones([2]), x.mean(dim=0, keepdim=True))
---
print(torch.nn.functional.gelu(x), torch.arange(3), torch.full([2], 1.0), x.type_as(x), torch.cat([x, x], 1), torch.cat((x, x)))
---
print(x ** 2, 2 - x, 1 / x, i // 2, i % 2, i / 2, -i, i << 1, i & 1, round(2.5), abs(i), 2 ** i, i ** 0.5)
---
print(i > 0 and i < 3, not i, i is None, "a" in {"a": 1}, i in [1], len("abc"), str(i), f"{i}", "{} {}".format(i, x), "a" + "b")
---
print(x.device, x.is_cuda, x.ndim, x.requires_grad)
---
print((), [()], [(i,)], (i, (i, i)))
---
e: Dict[str, int] = {}
print(e, {"a": [i]})
---
print([None, i])
---
print(1 if x.sum() > 3 else 2)
---
assert isinstance(o, int)
print(o + 1)
---
z = [x]
for a in l:
    z.append(x)
print(z)
for a in x: print(a)
for k in d: print(k)
for a, b in zip(l, l): print(a)
for a, b in enumerate(l): print(a)
---
print([a + 1 for a in l], {a: 1 for a in l})
---
y = x
y += 1
x[0] = 1
x[1:] += 2
l[0] += 1
d["a"] = l
print(y)
---
print(x[:, None], x[..., 0], x[0, 1:2, ::2], x[x > 0], x[l])
---
print(1e9, 1e100, 3.0, -1, -1.5, 1e-3, 1e-320, 9e9, 123456789.25, "tab\\t 'q' \\"q\\" \\a\\b\\f\\v \\001\\177 \\\\")
---
b = bool(x)
if x.sum():
    print(int(x), float(x), x.item())
---
def_ = x.dtype
print(def_, torch.zeros(2, dtype=def_), torch.zeros(2, device=x.device, dtype=torch.int64))
---
print(torch.randn(2, 3), torch.rand_like(x), x.new_zeros(2), x.view(-1), x.reshape([1, 2]), x.permute(0, 1), x.flatten(1))
---
x_1 = x * 2
_ = x * 3
_1 = x * 4
print(_, _1, x_1)
---
print(x.sum().item() + 1, x.tolist() if False else 1)
---
raise NotImplementedError
---
raise ValueError(x, i)
---
if o is None:
    o = 3
print(o)
---
print(float("nan"), float("-inf"), 1j, -0.0, 3 - 4.5j)
---
print(l[1:3], x[1:3], x[-1], x[:, -1])
---
if i > 1:
    return_x = x
    if i > 2:
        print(return_x)
    else:
        return_x = x + 1
    print(return_x)
---
print(not x.is_cuda and i > 3 or i < 1)
---
for a in l:
    if a > 3:
        continue
    for b in range(a):
        if b == 2:
            break
        x = x + b
    if a > i:
        return x
return x * 2
---
while i > 3 and x.sum() > 0:
    i -= 1
    for j in range(2, i, 3):
        print(j, "a rather long string constant for a line of print")
        x = (x + j) * x.relu().exp().mean(0, True).unsqueeze(0).sigmoid().tanh()
print(x, i)
""".strip().split("---\n")


def function_of(text: str, name: str) -> Any:
    """A scripted function with this body."""
    source = "from typing import *\nimport torch\nfrom torch import Tensor\n" + HEAD
    source += "".join(f"    {line}\n" for line in text.strip().splitlines())
    filename = f"<snippet {name}>"
    linecache.cache[filename] = (len(source), None, source.splitlines(True), filename)
    names: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(source, filename, "exec"), names)
    return torch.jit.script(names["f"])


class Copy:
    """Copies a graph of PyTorch's into ours."""

    def __init__(self) -> None:
        self.values: dict[int, Value] = {}

    def graph(self, graph: Any) -> Graph:
        result = Graph()
        for value in graph.inputs():
            self.name(value, result.add_input("", self.type(value)))
        self.nodes(graph, result.block)
        for value in graph.outputs():
            result.add_output(self.values[value.unique()])
        return result

    def nodes(self, source: Any, block: Block) -> None:
        for node in source.nodes():
            self.node(node, block)

    def node(self, node: Any, block: Block) -> None:
        kind = node.kind()
        schema = None if node.schema() == "(no schema)" else parse(node.schema())
        inputs = [self.values[value.unique()] for value in node.inputs()]
        made = block.graph.create(schema.key if schema is not None else kind, inputs, attributes=self.attributes(node))
        if schema is not None:
            made._op = SimpleNamespace(schema=schema)  # type: ignore[assignment]
        block.append(made)
        for value in node.outputs():
            self.name(value, made.add_output(self.type(value)))
        for inner in node.blocks():
            copied = made.add_block()
            for value in inner.inputs():
                self.name(value, copied.add_input(self.type(value)))
            self.nodes(inner, copied)
            for value in inner.outputs():
                copied.add_output(self.values[value.unique()])

    def attributes(self, node: Any) -> dict[str, object]:
        if node.kind() == "prim::Constant":
            if node.output().type().kind() == "FunctionType":
                return {"function": SimpleNamespace(qualified_name=node.output().type().annotation_str)}
            value = node.output().toIValue()
            return {} if value is None else {"value": Device(str(value)) if isinstance(value, torch.device) else value}
        found: dict[str, object] = {}
        for name in node.attributeNames():
            match node.kindOf(name):
                case "i":
                    found[name] = node.i(name)
                case "s":
                    found[name] = node.s(name)
                case "tys":
                    found[name] = [parse_annotation(kind.annotation_str) for kind in node.tys(name)]
        return found

    def type(self, value: Any) -> Type:
        kind = value.type()
        return FunctionType(kind.annotation_str) if kind.kind() == "FunctionType" else parse_annotation(kind.annotation_str)

    def name(self, source: Any, value: Value) -> None:
        self.values[source.unique()] = value
        if not source.debugName().isdigit():
            value.name = source.debugName()


class Notes:
    """Forgets everything."""

    def add_type(self, kind: Type) -> None:
        pass

    def add_function(self, function: Any) -> str:
        return function.qualified_name

    def add_operator(self, node: Node) -> None:
        pass


def printed(function: Any) -> str:
    graph = Copy().graph(function.graph)
    schema: OpSchema = parse(str(function.schema))
    out = TextBuilder()
    literals = Literals(ConstantTable(), lambda kind: kind.annotation())
    CodePrinter(out, literals, Notes()).function(SimpleNamespace(name=function.name, schema=schema, graph=graph), graph)  # type: ignore[arg-type]
    return out.text()


@pytest.mark.parametrize("index", range(len(SNIPPETS)))
def test_same_text(index: int) -> None:
    function = function_of(SNIPPETS[index], str(index))
    assert printed(function) == function.code


FUNCTIONAL = [
    "softmax", "log_softmax", "relu", "adaptive_avg_pool2d", "dropout", "batch_norm", "layer_norm",
    "cross_entropy", "embedding", "normalize", "multi_head_attention_forward", "grid_sample", "ctc_loss",
    "embedding_bag", "triplet_margin_loss", "hardtanh", "group_norm", "instance_norm", "rrelu",
    "lp_pool2d", "gumbel_softmax", "mse_loss", "nll_loss", "kl_div", "local_response_norm", "affine_grid", "_threshold",
]  # fmt: skip


@pytest.mark.parametrize("name", FUNCTIONAL)
def test_same_text_of_library_functions(name: str) -> None:
    function = torch.jit.script(getattr(torch.nn.functional, name))
    assert printed(function) == function.code

"""The feature table of README.md: each row is a function here that shows what the row says, and fails when it is not so.

`python tests/readme/features.py` prints the table, for README.md; test_readme.py compares the two and calls every function. Rows that
say "no" are shown too: their functions fail on the day the feature works, and the row is rewritten then.
"""

from __future__ import annotations

import io
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

import rushlight as rl
from rushlight import nn

ROOT = Path(__file__).resolve().parents[2]
ROWS: list[tuple[str, str, Callable[[], None]]] = []


def feature(title: str, status: str) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Make a function a row of the table."""

    def add(show: Callable[[], None]) -> Callable[[], None]:
        ROWS.append((title, status, show))
        return show

    return add


def refuses(call: Callable[[], object], *kinds: type[Exception]) -> None:
    """The call raises one of these exceptions."""
    try:
        call()
    except kinds:
        return
    raise AssertionError("this works now; README.md says it does not")


class Scaled(nn.Module):
    """A layer with a buffer, and a method beside forward."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(3, 2)
        self.register_buffer("offset", rl.ones(2))

    def forward(self, x: rl.Tensor, scale: float = 2.0) -> rl.Tensor:
        return self.linear(x) * scale + self.offset

    @rl.jit.export
    def clipped(self, x: rl.Tensor, limit: float | None = None) -> rl.Tensor:
        if limit is None:
            limit = 1.0
        return rl.clamp(x, -limit, limit)


@feature("Load and run archives of `torch.jit.save`", "yes")
def load_archive() -> None:
    """The digits archive gives PyTorch's outputs."""
    model = rl.jit.load(str(ROOT / "tools" / "digits.pt")).eval()
    images = np.load(ROOT / "tools" / "digits.npz")["images"][:, None].astype(np.float32) / 16
    expected = np.load(ROOT / "tests" / "golden" / "digits" / "expected.npz")["logits"]
    assert np.abs(model(rl.from_numpy(images)).numpy() - expected).max() <= 1e-5 * np.abs(expected).max()


@feature("Write archives for `torch.jit.load` and libtorch", "yes")
def save_archive() -> None:
    """A scripted module, saved and loaded again; tests/interchange does the same with PyTorch and C++."""
    model = rl.jit.script(Scaled().eval())
    with tempfile.TemporaryDirectory() as folder:
        model.save(str(Path(folder) / "scaled.pt"))
        again = rl.jit.load(str(Path(folder) / "scaled.pt"))
    x = rl.ones(4, 3)
    assert again(x, 3.0).tolist() == model(x, 3.0).tolist()


@feature("`BytesIO`, `_extra_files`, `map_location`", "yes")
def files_and_extras() -> None:
    """Through memory, with a file beside the model."""
    buffer = io.BytesIO()
    rl.jit.save(rl.jit.script(Scaled()), buffer, _extra_files={"labels.txt": "a b"})
    buffer.seek(0)
    extra = {"labels.txt": ""}
    rl.jit.load(buffer, map_location="cpu", _extra_files=extra)
    assert extra["labels.txt"] == b"a b"


@feature("`jit.script` for modules, `jit.export`", "yes")
def script_module() -> None:
    """Attributes, buffers, submodules, defaults, an exported method with an Optional."""
    module = Scaled().eval()
    scripted = rl.jit.script(module)
    x = rl.ones(1, 3)
    assert scripted(x).tolist() == module(x).tolist()
    assert scripted.clipped(5.0 * x).tolist() == [[1.0, 1.0, 1.0]]
    assert "aten::mul" in str(scripted.graph)


@feature("`jit.script` for functions: `if`, `for`, `while`, early return, lists, tuples, Optional, `raise`", "yes")
def script_function() -> None:
    """A function with most of the language, against itself in Python."""
    scripted = rl.jit.script(collatz)
    assert [scripted(n, 50) for n in (1, 6, 7)] == [collatz(n, 50) for n in (1, 6, 7)]
    refuses(lambda: scripted(27, 5), Exception)


def collatz(start: int, limit: int) -> tuple[int, list[int]]:
    """Steps to 1, and the numbers on the way."""
    path: list[int] = []
    number = start
    for step in range(limit):
        path.append(number)
        if number == 1:
            return step, path
        if number % 2 == 0:
            number = number // 2
        else:
            number = 3 * number + 1
    raise ValueError(f"no end after {limit} steps")


@feature("`torch.nn`: every layer, container, loss and function; `nn.init`, packed sequences, parametrizations, pruning", "yes")
def modules() -> None:
    """Layers, states, a lazy layer, a normalised weight and a mask."""
    layers = "Linear Conv2d BatchNorm2d GELU LSTM Transformer MultiheadAttention Embedding CrossEntropyLoss Upsample ModuleDict"
    assert all(hasattr(nn, name) for name in layers.split())
    module = Scaled()
    again = Scaled()
    again.load_state_dict(module.state_dict())
    assert sorted(module.state_dict()) == ["linear.bias", "linear.weight", "offset"]
    assert again.linear.weight.tolist() == module.linear.weight.tolist()
    assert nn.LazyLinear(2)(rl.ones(1, 3)).shape == (1, 2)
    normalised = nn.utils.parametrizations.weight_norm(nn.Linear(2, 2))
    assert "parametrizations.weight.original0" in normalised.state_dict()
    assert nn.utils.prune.l1_unstructured(nn.Linear(2, 2), "weight", 3).weight_mask.sum().item() == 1


@feature("Views, broadcasting, type promotion, in-place and `out=` forms", "yes")
def tensors() -> None:
    """A view writes into its base; an integer and a float make a float."""
    x = rl.zeros(2, 3)
    x.t()[1].add_(1)
    assert x.tolist() == [[0.0, 1.0, 0.0], [0.0, 1.0, 0.0]]
    assert (rl.tensor([1, 2]) + 0.5).dtype is rl.float32
    out = rl.empty(2)
    rl.add(rl.ones(2), rl.ones(1), out=out)
    assert out.tolist() == [2.0, 2.0]


@feature("float16 to float64, bfloat16, all integers, bool", "yes")
def dtypes() -> None:
    """One sum each; 16-bit floats round it."""
    whole = (rl.int8, rl.int16, rl.int32, rl.int64, rl.uint8, rl.uint16, rl.uint32, rl.uint64)
    for dtype in (rl.float16, rl.bfloat16, rl.float32, rl.float64, *whole):
        assert (rl.ones(3, dtype=dtype) + rl.ones(3, dtype=dtype)).tolist() == [2, 2, 2]
    assert (rl.full((1,), 2048.0, dtype=rl.float16) + 1).tolist() == [2048.0]
    assert (rl.ones(1, dtype=rl.bool) | rl.zeros(1, dtype=rl.bool)).tolist() == [True]


@feature("Reading and writing at positions, masks, sorting, topk, unique, searching, histograms", "yes")
def positions() -> None:
    """A position outside raises and changes nothing; NaN sorts last."""
    x = rl.tensor([3.0, 1.0, float("nan"), 2.0])
    assert x[rl.tensor([1, -1])].tolist() == [1.0, 2.0] and x[x < 3].tolist() == [1.0, 2.0]
    assert rl.sort(x).indices.tolist() == [1, 3, 0, 2] and rl.topk(x[:2], 1).values.tolist() == [3.0]
    refuses(lambda: x.scatter_(0, rl.tensor([0, 4]), 0.0), RuntimeError)
    assert x[0].item() == 3.0 and rl.unique(rl.tensor([2, 1, 2])).tolist() == [1, 2]
    assert rl.searchsorted(rl.tensor([1, 3, 5]), rl.tensor([4])).tolist() == [2]
    assert rl.bincount(rl.tensor([0, 2, 2])).tolist() == [1, 0, 2]


@feature("Several threads (`set_num_threads`), results the same for every number of them", "yes")
def threads() -> None:
    before = rl.get_num_threads()
    x = rl.randn(300, 1000)
    results: list[rl.Tensor] = []
    try:
        for number in (1, 2):
            rl.set_num_threads(number)
            assert rl.get_num_threads() == number
            results.append(rl.softmax(x.exp(), 1))
    finally:
        rl.set_num_threads(before)
    assert rl.equal(results[0], results[1])


@feature("complex64 and complex128: arithmetic, functions, parts as views", "yes")
def complex_numbers() -> None:
    """Products, sizes and functions; the parts share the number's memory."""
    z = rl.tensor([3 + 4j, 1j])
    assert (z * z).tolist() == [-7 + 24j, -1 + 0j] and z.abs().tolist() == [5, 1] and rl.sqrt(z)[0].item() == 2 + 1j
    z.imag[0] = 0
    assert z.tolist() == [3 + 0j, 1j]


@feature("Sums, products and means of complex tensors", "yes")
def complex_sums() -> None:
    """Of two items."""
    x = rl.tensor([1 + 2j, 3j])
    assert [x.sum().item(), x.prod().item(), x.mean().item()] == [1 + 5j, -6 + 3j, 0.5 + 2.5j]


@rl.jit._overload
def _twice(x: int) -> int: ...
@rl.jit._overload
def _twice(x: str) -> str: ...
def _twice(x):  # noqa: F811
    return x + x


def _forks(n: int) -> int:
    future = rl.jit.fork(_twice, n)
    return rl.jit.wait(future) + len(_twice("ab"))


@feature("`jit._overload`, `fork` and `wait`, `script_if_tracing`, calls left to Python (`ignore`)", "yes")
def jit_words() -> None:
    """A function with two signatures, forked."""
    assert rl.jit.script(_forks)(3) == 10


@feature("`jit.freeze`, `jit.optimize_for_inference`", "yes")
def freezing() -> None:
    """Parameters become constants."""
    frozen = rl.jit.freeze(rl.jit.script(rl.nn.Linear(2, 2).eval()))
    assert list(frozen.parameters()) == [] and frozen(rl.ones(1, 2)).shape == (1, 2)


def _endless(n: int) -> int:
    while True:
        n += 1
    return n


@feature("`jit.limits(steps=, bytes=)` stops programs that nobody has read (not in PyTorch)", "yes")
def limits() -> None:
    """A loop without an end."""
    endless = rl.jit.script(_endless)
    with rl.jit.limits(steps=10_000):
        refuses(lambda: endless(1), rl.jit.LimitExceeded)


@feature("`jit.trace`, `jit.trace_module`: submodules stay submodules, sizes are asked for at each call", "yes")
def tracing() -> None:
    """A traced module does on other inputs what the module does."""
    module = Scaled()
    traced = rl.jit.trace(module, rl.ones(2, 3))
    x = rl.rand(5, 3)
    assert traced(x).tolist() == module(x).tolist() and traced.linear.weight is module.linear.weight
    both = rl.jit.trace_module(module, {"forward": rl.ones(2, 3), "clipped": rl.ones(2)})
    assert both.clipped(rl.full((4,), 3.0)).tolist() == [1.0] * 4


class Marked(rl.jit.ScriptModule):
    """A module of the older kind."""

    def __init__(self) -> None:
        super().__init__()
        self.factor = nn.Parameter(rl.full((2,), 3.0))
        self.define("def twice(self, x: Tensor) -> Tensor:\n    return self.forward(x) * 2\n")

    @rl.jit.script_method
    def forward(self, x):  # noqa: ANN001, ANN201 - TorchScript takes it for a tensor
        with rl.profiler.record_function("scaling"):
            y = rl.ops.aten.mul(x, self.factor)
        return y


@feature("`jit.ScriptModule` with `script_method` and `define`; `rl.ops.aten.add.Tensor`; `profiler.record_function`", "yes")
def older_words() -> None:
    """Marked methods and those given as text are compiled; operators are called by name and overload."""
    assert Marked().twice(rl.ones(2)).tolist() == [6.0, 6.0]
    assert rl.ops.aten.add.Tensor(rl.ones(2), rl.ones(2), alpha=3).tolist() == [4.0, 4.0]


@feature("`torch.save` and `torch.load`, every format, nothing built that is not listed", "yes")
def save_and_load() -> None:
    """An object through memory; tensors that shared a storage share it again."""
    import io

    x = rl.arange(6).reshape(2, 3)
    buffer = io.BytesIO()
    rl.save({"x": x, "row": x[1], "rate": 0.5}, buffer)
    buffer.seek(0)
    loaded = rl.load(buffer)
    loaded["row"][0] = 7
    assert loaded["x"].tolist() == [[0, 1, 2], [7, 4, 5]] and loaded["rate"] == 0.5


@feature("Weights to and from `.npz` and safetensors (`rushlight convert`, `ls`, `verify`)", "yes")
def convert_weights() -> None:
    """Nested names get dots; every command works on what the one before wrote."""
    from rushlight.tools.cli import main

    with tempfile.TemporaryDirectory() as folder:
        first, second, third = (f"{folder}/a.{ending}" for ending in ("pt", "npz", "pth"))
        rl.save({"model": {"w": rl.arange(3.0)}}, first)
        for command in (["convert", first, second], ["convert", second, third], ["verify", third], ["ls", third]):
            assert main(command) == 0
        assert rl.load(third)["model.w"].tolist() == [0.0, 1.0, 2.0]


@feature("`conj()` as a view of the same memory", "no, a copy")
def lazy_conjugates() -> None:
    """The conjugates are computed at once, so nothing is left for `resolve_conj` to do."""
    z = rl.tensor([1 + 2j])
    conjugates = z.conj()
    z[0] = 5
    assert conjugates.tolist() == [1 - 2j] and not conjugates.is_conj()


@feature("Sparse tensors", "no")
def sparse_tensors() -> None:
    """Every tensor has an item for each position."""
    refuses(lambda: rl.zeros(2, layout=rl.sparse_coo), RuntimeError)


@feature("Tensors on CUDA (the kernel makers are there: docs/architecture.md)", "no")
def cuda() -> None:
    """Tensors live in the memory of the CPU."""
    refuses(lambda: rl.zeros(1, device="cuda"), Exception)


@feature("Training", "no, by design")
def training() -> None:
    """`requires_grad` is kept, saved and loaded; nothing is recorded."""
    x = rl.ones(2)
    x.requires_grad = True
    assert x.requires_grad
    refuses(lambda: (x * 2).sum().backward(), RuntimeError)


def table() -> str:
    """The rows as markdown."""
    lines = ["| feature of PyTorch | here | shown by |", "|---|---|---|"]
    return "\n".join([*lines, *(f"| {title} | {status} | `{show.__name__}` |" for title, status, show in ROWS)])


if __name__ == "__main__":
    print(table())
    sys.exit(0)

"""Recording eager calls: each call of an operator becomes a node, each call of a submodule a node with a block.

In: operators with their complete arguments, as `trace_patches.py` sees them. Out: one graph. Tensors are known by identity; one that was
never seen is a constant. Parameters and buffers are `prim::TracedAttr[name=path]`, and a submodule's forward is the block of a
`prim::TracedModuleForward[name=path]`; `trace_lowering.py` turns both into attributes and methods.
"""

from __future__ import annotations

import linecache
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from threading import get_ident
from typing import TYPE_CHECKING, Any, cast

from ..runtime.ops.table import lookup, required
from ..runtime.ops.values.texts import value_text
from ..runtime.scripting import TRACING
from ..runtime.tensor import Tensor
from ..runtime.typesystem import FLOAT, INT, NONE, NUMBER, STR, TENSOR, DictType, ListType, OptionalType, TupleType, Type
from .ir import Block, Graph, Value
from .source import Source, Span
from .trace_patches import is_machinery, warn_of_constant
from .traced_numbers import TracedFloat, TracedInt, traced_number

if TYPE_CHECKING:
    from ..runtime.ops.table import Op
    from ..runtime.schema import Argument
    from .function import Function


class Recorder:
    """The graph of one trace, while it grows."""

    def __init__(self, paths: dict[int, str], modules: dict[int, str], tensors: Sequence[Tensor]) -> None:
        self.graph = Graph()
        self.paths = paths
        """The paths of parameters and buffers, by the identity of the tensor."""
        self.modules = modules
        """The paths of submodules, by identity."""
        self.values: dict[int, Value] = {}
        self.kept: list[object] = list(tensors)
        self.known: set[int] = set()
        self.frames: list[str] = [""]
        self.thread = get_ident()
        self.depth = 0
        self.is_random = False
        self.sources: dict[str, Source] = {}

    @property
    def is_recording(self) -> bool:
        """Whether what happens now belongs to the trace: not inside an operator, and not in another thread."""
        return self.depth == 0 and TRACING.active and get_ident() == self.thread

    @contextmanager
    def paused(self) -> Generator[None]:
        """Within the `with`, nothing is recorded."""
        self.depth += 1
        try:
            yield
        finally:
            self.depth -= 1

    # values

    def know(self, tensor: Tensor, value: Value) -> None:
        """From here on the tensor is this value."""
        self.values[id(tensor)] = value
        self.kept.append(tensor)

    def is_known(self, tensor: object) -> bool:
        """Whether a tensor comes from the trace or belongs to the module."""
        return id(tensor) in self.values or id(tensor) in self.paths

    def tensor(self, tensor: Tensor, *, written: bool = False) -> Value:
        """The value of a tensor; a new constant for one that was never seen."""
        found = self.values.get(id(tensor))
        if found is not None:
            return found
        path = self.paths.get(id(tensor))
        graph = self.graph
        if path is not None:
            node = graph.block.prepend(graph.create("prim::TracedAttr", (), TENSOR, {"name": path}))
            self.know(tensor, node.output)
            return node.output
        with self.paused():
            if tensor.requires_grad:
                raise RuntimeError(
                    "Cannot insert a Tensor that requires grad as a constant. Consider making it a parameter or input, or detaching the "
                    f"gradient\nTensor:\n{value_text(tensor)}"
                )
            copied = tensor.detach().clone()
        value = graph.constant(copied, TENSOR, self.place())
        if written:
            # each call begins with the same constant
            value = graph.emit("aten::clone", (value, graph.constant(None)), TENSOR, span=self.place())
        self.know(tensor, value)
        return value

    def argument(self, given: Any, kind: Type, *, written: bool = False) -> Value:
        """The value of an argument of an operator."""
        if isinstance(given, Tensor):
            return self.tensor(given, written=written)
        if isinstance(kind, OptionalType) and given is not None:
            return self.argument(given, kind.element, written=written)
        if isinstance(given, TracedInt | TracedFloat):
            return self.number(given, kind)
        if isinstance(given, list | tuple | dict) and isinstance(kind, ListType | TupleType | DictType):
            return self.container(given, kind)
        return self.constant(given, kind)

    def container(self, given: Any, kind: ListType | TupleType | DictType) -> Value:
        """A list, tuple or dictionary, put together of its elements."""
        if isinstance(kind, DictType):
            parts = [self.argument(part, side) for pair in given.items() for part, side in zip(pair, (kind.key, kind.value), strict=True)]
        else:
            types = kind.elements if isinstance(kind, TupleType) else (kind.element,) * len(given)
            parts = [self.argument(item, type_) for item, type_ in zip(given, types, strict=True)]
        name = {ListType: "List", TupleType: "Tuple", DictType: "Dict"}[type(kind)]
        return self.graph.emit(f"prim::{name}Construct", parts, kind, span=self.place())

    def constant(self, given: Any, kind: Type) -> Value:
        """What is neither a tensor nor holds any."""
        if given is None:
            return self.graph.constant(None)
        given = getattr(given, "code", given)
        return self.graph.constant(float(given) if kind is FLOAT else given, None, self.place())

    def number(self, given: TracedInt | TracedFloat, kind: Type) -> Value:
        """A traced number as an argument of this type."""
        if kind is TENSOR:
            return given.value
        if kind is INT or kind is FLOAT:
            return self.graph.emit(f"aten::{'Int' if kind is INT else 'Float'}.Tensor", (given.value,), kind, span=self.place())
        return self.graph.emit("aten::ScalarImplicit", (given.value,), NUMBER, span=self.place())

    # what is recorded

    def call(self, op: Op, values: list[Any]) -> Any:
        """Run an operator on its complete arguments and add its node."""
        op, values = _tensor_overload(*_general_convolution(op, values))
        self.is_random |= op.random
        inputs = [self.input(argument, value) for argument, value in zip(op.schema.args, values, strict=True)]
        with self.paused():
            result = op.callable()(*map(_plain, values))
        self.add(op, inputs, result)
        return result

    def input(self, argument: Argument, value: Any) -> Value:
        """The value that a node reads for an argument."""
        return self.argument(value, argument.type, written=argument.alias is not None and argument.alias.writes)

    def add(self, op: Op, inputs: list[Value], result: Any) -> None:
        """Add the node of an operator that gave `result`."""
        types = [one.type for one in op.schema.returns]
        node = self.graph.insert(self.graph.create(op.key, inputs, types, span=self.place()))
        results = [result] if len(types) == 1 else list(result) if types else []
        for value, one, kind in zip(node.outputs, results, types, strict=True):
            self.result(value, one, kind)

    def result(self, value: Value, result: Any, kind: Type) -> None:
        """From here on the tensors in a result are what the value, or its elements, are."""
        if isinstance(result, Tensor):
            self.know(result, value)
        elif isinstance(result, list | tuple) and isinstance(kind, ListType | TupleType):
            items = cast("Sequence[Any]", result)
            types = kind.elements if isinstance(kind, TupleType) else (kind.element,) * len(items)
            if not any(isinstance(item, Tensor | list | tuple) for item in items):
                return
            unpack = "prim::TupleUnpack" if isinstance(kind, TupleType) else "prim::ListUnpack"
            node = self.graph.insert(self.graph.create(unpack, (value,), types, span=self.place()))
            for inner, item, type_ in zip(node.outputs, items, types, strict=True):
                self.result(inner, item, type_)

    def size(self, tensor: Tensor, dim: int, size: int) -> int:
        """A size of a tensor, which the trace asks for when it runs."""
        if not self.is_known(tensor):
            return size
        graph, place = self.graph, self.place()
        found = graph.emit("aten::size.int", (self.tensor(tensor), graph.constant(dim, INT, place)), INT, span=place)
        return cast("int", traced_number(size, graph.emit("prim::NumToTensor.Scalar", (found,), TENSOR), self))

    def count(self, tensor: Tensor, key: str, number: int) -> int:
        """A number about a tensor by a row that gives it."""
        if not self.is_known(tensor):
            return number
        found = self.graph.emit(key, (self.tensor(tensor),), INT, span=self.place())
        return cast("int", traced_number(number, self.graph.emit("prim::NumToTensor.Scalar", (found,), TENSOR), self))

    def arithmetic(self, key: str, operands: tuple[Any, Any]) -> Value:
        """A sum, product or quotient of traced numbers, on tensors without dims."""
        inputs = [self.operand(value) for value in operands]
        op = required(key)
        inputs += [self.graph.constant(argument.default) for argument in op.schema.args[2:]]
        return self.graph.emit(key, inputs, TENSOR, span=self.place())

    def operand(self, value: Any) -> Value:
        """A number as a tensor without dims."""
        if isinstance(value, TracedInt | TracedFloat):
            return value.value
        from ..runtime.factories import tensor

        with self.paused():
            made = tensor(value)
        return self.graph.constant(made, TENSOR, self.place())

    def made(self, tensor: Tensor, data: Any, name: str) -> None:
        """A tensor that a program makes of `data`: of a traced number what that is, and a constant of all else."""
        if not self.is_recording:
            return
        if not isinstance(data, TracedInt | TracedFloat):
            if not self.is_known(data) and not is_machinery(sys._getframe(3).f_code.co_filename):
                warn_of_constant(name)
            return
        graph, place = self.graph, self.place()
        settings = (graph.constant(value, None, place) for value in (tensor.device, tensor.dtype.code, False, True, None))
        value = graph.emit("aten::detach", (data.value,), TENSOR, span=place)
        value = graph.emit("aten::to.device", (value, *settings), TENSOR, span=place)
        self.know(tensor, graph.emit("aten::detach", (value,), TENSOR, span=place))

    def call_function(self, function: Function, arguments: list[Any]) -> Any:
        """Run a compiled function, or a method of a scripted submodule, and add a call of it."""
        schema = function.schema
        with self.paused():
            result = self.renewed(function.run(*map(_plain, arguments)))
        kind = schema.returns[0].type
        owner = self.scripted_path(arguments[0]) if arguments else None
        place = self.place()
        given = list(zip(schema.args, arguments, strict=True))
        if owner is not None:
            this = self.graph.block.prepend(self.graph.create("prim::TracedAttr", (), schema.args[0].type, {"name": owner})).output
            inputs = [this, *(self.input(*pair) for pair in given[1:])]
            value = self.graph.emit("prim::CallMethod", inputs, kind, {"name": function.name}, place)
        else:
            value = self.graph.call_function(function, function.qualified_name, [self.input(*pair) for pair in given], kind, place)
        self.result(value, result, kind)
        return result

    def renewed(self, result: Any) -> Any:
        """A result without tensors that are known already: a function may give back its argument now, and another tensor the next time."""
        if isinstance(result, Tensor):
            return result.detach() if self.is_known(result) else result
        if type(result) in (list, tuple):
            return type(result)(map(self.renewed, cast("Sequence[Any]", result)))
        return result

    def scripted_path(self, owner: object) -> str | None:
        """The path of a scripted submodule."""
        from .object import Object

        return self.modules.get(id(owner)) if isinstance(owner, Object) else None

    @contextmanager
    def inside(self, path: str) -> Generator[None]:
        """Within the `with`, nodes belong to the forward of the submodule at `path`."""
        node = self.graph.insert(self.graph.create("prim::TracedModuleForward", (), (), {"name": path}, self.place()))
        block: Block = node.add_block()
        self.frames.append(path)
        try:
            with self.graph.insert_point(block):
                yield
        finally:
            self.frames.pop()

    def place(self) -> Span | None:
        """The line of the program that runs: the innermost one outside of this library's machinery."""
        frame = sys._getframe(1)
        while frame is not None and is_machinery(frame.f_code.co_filename):
            frame = frame.f_back
        if frame is None:
            return None
        name = frame.f_code.co_filename
        source = self.sources.get(name)
        if source is None:
            source = self.sources[name] = Source("".join(linecache.getlines(name)), name)
        starts = source.line_starts()
        line = frame.f_lineno - 1
        return source.span(starts[line], starts[line]) if line < len(starts) else None


def _plain(value: Any) -> Any:
    """Traced numbers as numbers."""
    if isinstance(value, TracedInt):
        return int.__add__(value, 0)
    if isinstance(value, TracedFloat):
        return float.__add__(value, 0.0)
    return [_plain(item) for item in cast("list[Any]", value)] if type(value) is list else value


def _tensor_overload(op: Op, values: list[Any]) -> tuple[Op, list[Any]]:
    """For a traced number where a number stands beside a tensor, the overload that takes a tensor, as PyTorch records it."""
    if not op.key.endswith(".Scalar") or not any(isinstance(value, TracedInt | TracedFloat) for value in values):
        return op, values
    other = lookup(f"{op.key.removesuffix('.Scalar')}.Tensor")
    if other is None or len(other.schema.args) != len(values):
        return op, values
    from ..runtime.factories import tensor

    made: list[Any] = []
    for value, argument in zip(values, other.schema.args, strict=True):
        if isinstance(value, TracedInt | TracedFloat) and argument.type is TENSOR:
            with value.recorder.paused():
                stand_in = tensor(_plain(value))
            value.recorder.know(stand_in, value.value)
            made.append(stand_in)
        else:
            made.append(value)
    return other, made


def _general_convolution(op: Op, values: list[Any]) -> tuple[Op, list[Any]]:
    """Convolutions of all kinds as the one operator that PyTorch records."""
    dims = _CONVOLUTIONS.get(op.key)
    if op.key.startswith("aten::conv") and op.key.endswith(".padding") and values[0].ndim == values[1].ndim:
        return required("aten::_convolution_mode"), values
    if dims is None:
        return op, values
    input, weight, bias, stride, padding, *rest = values
    if op.schema.name.startswith("conv_transpose"):
        output_padding, groups, dilation = rest
    else:
        dilation, groups = rest
        output_padding = [0] * dims
    transposed = op.schema.name.startswith("conv_transpose")
    settings = [stride, padding, dilation, transposed, output_padding, groups, False, False, True, True]
    return required("aten::_convolution"), [input, weight, bias, *settings]


_CONVOLUTIONS = {
    "aten::conv1d": 1, "aten::conv2d": 2, "aten::conv3d": 3, "aten::conv_transpose1d": 1, "aten::conv_transpose2d.input": 2,
    "aten::conv_transpose3d.input": 3,
}  # fmt: skip


def type_of_example(value: Any) -> Type | None:
    """The type of an input of a trace: a tensor, or tuples, lists and dictionaries of them; None for anything else."""
    if isinstance(value, Tensor):
        return TENSOR
    if value is None:
        return NONE
    if isinstance(value, tuple):
        elements = [type_of_example(item) for item in cast("tuple[Any, ...]", value)]
        return None if None in elements else TupleType(cast("list[Type]", elements))
    if isinstance(value, list | dict):
        items = list(cast("dict[Any, Any]", value).values()) if isinstance(value, dict) else cast("list[Any]", value)
        kinds = {type_of_example(item) for item in items}
        if len(kinds) != 1 or None in kinds:
            return None
        element = cast("Type", kinds.pop())
        if isinstance(value, list):
            return ListType(element)
        return DictType(STR, element) if all(isinstance(key, str) for key in cast("dict[Any, Any]", value)) else None
    return None

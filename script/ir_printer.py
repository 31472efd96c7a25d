"""Graphs as text, in PyTorch's form.

In: a graph, block or node. Out: the text that PyTorch prints for it; `ir_parser.py` reads it back.

    graph(%self : __torch__.M,
          %x.1 : Tensor):
      %2 : int = prim::Constant[value=1]() # m.py:4:19
      %y : Tensor = aten::add(%x.1, %2, %2) # m.py:4:15
      return (%y)
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, cast

from ..runtime.schema import float_text, quote
from ..runtime.typesystem import Type

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .ir import Block, Graph, Node, Value


def graph_text(graph: Graph) -> str:
    """The whole graph, followed by the subgraphs its nodes hold (`with prim::fork_0 = graph(...)`). Ends with a newline."""
    printer = _Printer()
    printer.graph(graph)
    # Subgraphs may hold subgraphs, so the list grows while it is read.
    for number, (kind, subgraph) in enumerate(printer.subgraphs):
        printer.lines.append(f"with {kind}_{number} = ")
        printer.graph(subgraph)
    return "\n".join(printer.lines) + "\n"


def node_text(node: Node) -> str:
    """One node with its blocks, without an ending newline."""
    printer = _Printer()
    printer.node(node, 0)
    return "\n".join(printer.lines)


class _Printer:
    """Collects lines."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.subgraphs: list[tuple[str, Graph]] = []

    def graph(self, graph: Graph) -> None:
        head = self.lines.pop() if self.lines and self.lines[-1].endswith(" = ") else ""
        inputs = ",\n      ".join(map(_definition, graph.inputs))
        self.lines.append(f"{head}graph({inputs}):")
        for node in graph.nodes:
            self.node(node, 1)
        self.lines.append(f"  return ({_names(graph.outputs)})")

    def node(self, node: Node, level: int) -> None:
        indent = "  " * level
        outputs = ", ".join(map(_definition, node.outputs))
        self.lines.append(f"{indent}{outputs} = {self._operation(node)}({_names(node.inputs)}){_comment(node)}")
        for number, block in enumerate(node.blocks):
            self._block(block, number, level + 1)

    def _block(self, block: Block, number: int, level: int) -> None:
        indent = "  " * level
        inputs = ", ".join(map(_definition, block.inputs))
        self.lines.append(f"{indent}block{number}({inputs}):")
        for node in block.nodes:
            self.node(node, level + 1)
        self.lines.append(f"{indent}  -> ({_names(block.outputs)})")

    def _operation(self, node: Node) -> str:
        if node.kind == "prim::PythonOp":
            return f"^{getattr(node.attributes['function'], '__name__', 'function')}[]()"
        subgraph = node.attributes.get("Subgraph")
        if subgraph is not None:
            self.subgraphs.append((node.kind, cast("Graph", subgraph)))
            return f"{node.kind}_{len(self.subgraphs) - 1}"
        parts = [f"{name}={attribute_text(value)}" for name, value in node.attributes.items() if name != "function"]
        return f"{node.kind}[{', '.join(parts)}]" if parts else node.kind


def _definition(value: Value) -> str:
    return f"%{value.name} : {value.type.graph_text()}"


def _names(values: Iterable[Value]) -> str:
    return ", ".join(f"%{value.name}" for value in values)


def _comment(node: Node) -> str:
    scope = f", scope: {node.scope}" if node.scope else ""
    if node.span is None or node.span.source.filename is None:
        return scope
    return f"{scope} # {node.span}"


def attribute_text(value: object) -> str:
    """An attribute's value: bools as 0 and 1, strings in quotes, types by their graph spelling, small tensors in full."""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, str):
        return quote(value)
    if isinstance(value, float):
        return float_text(value)
    if isinstance(value, complex):
        return complex_text(value)
    if isinstance(value, Type):
        return value.graph_text()
    if isinstance(value, Enum):
        return f"{type(value).__name__}.{value.name}"
    if isinstance(value, list):
        return f"[{', '.join(map(_element_text, cast('list[object]', value)))}]"
    if isinstance(value, tuple):
        items = [_element_text(item) for item in cast("tuple[object, ...]", value)]
        return f"({', '.join(items)}{',' if len(items) == 1 else ''})"
    if isinstance(value, dict):
        pairs = cast("dict[object, object]", value).items()
        return f"{{{', '.join(f'{_element_text(key)}: {_element_text(item)}' for key, item in pairs)}}}"
    return _object_text(value)


def _element_text(value: object) -> str:
    return str(value) if isinstance(value, bool) else attribute_text(value)


def complex_text(value: complex) -> str:
    """`3.-4.j`: both parts as floats are written."""
    sign = "" if str(value.imag).startswith("-") else "+"
    return f"{float_text(value.real)}{sign}{float_text(value.imag)}j"


def _object_text(value: object) -> str:
    from ..runtime.device import Device
    from ..runtime.tensor import Tensor

    if isinstance(value, Device):
        return quote(str(value))
    if not isinstance(value, Tensor):
        return str(value)
    if not value.shape and not value.dtype.is_complex:
        return f"{{{_element_text(value.item())}}}"
    if value.layout.numel <= 10:
        return f" {str(value).removeprefix('tensor(').removesuffix(')')} "
    return "<Tensor>"

"""Code of functions, classes and files: inlining, names, and what the text refers to."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import rushlight as rl
from rushlight.runtime.schema import Argument, OpSchema
from rushlight.runtime.typesystem import (
    BOOL,
    INT,
    NONE,
    TENSOR,
    ClassType,
    EnumType,
    InterfaceType,
    ListType,
    OptionalType,
    TupleType,
    Type,
)
from rushlight.script.function import Function
from rushlight.script.ir import Graph
from rushlight.script.object import Object
from rushlight.script.source import Source
from rushlight.script.statements import parse_file
from rushlight.serialize.archive_code import Code, function_code, object_classes, print_code
from rushlight.serialize.naming import Names


def schema(name: str, parameters: dict[str, Type], result: Type, **defaults: object) -> OpSchema:
    arguments = tuple(Argument(key, kind, defaults.get(key), key in defaults) for key, kind in parameters.items())
    return OpSchema("", name, "", arguments, (Argument("", result),))


def function(
    graph: Graph, name: str = "f", parameters: dict[str, Type] | None = None, result: Type = TENSOR, **defaults: object
) -> Function:
    kinds = parameters or {value.name: value.type for value in graph.inputs}
    return Function(f"__torch__.{name}", schema=schema(name, kinds, result, **defaults), graph=graph)


def module(*functions: Function, name: str = "__torch__.M", **attributes: Type) -> ClassType:
    kind = ClassType(name, is_module=True)
    for key, attribute in attributes.items():
        kind.add_attribute(key, attribute)
    kind.methods.update({method.name: method for method in functions})
    return kind


def body(graph: Graph, result: Type = TENSOR) -> str:
    """The statements of a method with this graph."""
    kind = ClassType("__torch__.M", is_module=True)
    kind.methods["f"] = function(graph, result=result)
    text = print_code(Object(kind)).files[0].text
    lines = text[text.index("  def f(") :].splitlines()
    head = next(index for index, line in enumerate(lines) if line.endswith(":"))
    return "\n".join(line.removeprefix("    ") for line in lines[head + 1 :] if line)


def test_expressions_are_inlined_in_order() -> None:
    graph = Graph()
    x = graph.add_input("x")
    left = graph.emit("aten::relu", [x], TENSOR)
    right = graph.emit("aten::t", [x], TENSOR)
    graph.add_output(graph.emit("aten::mm", [left, right], TENSOR))
    assert body(graph) == "return torch.mm(torch.relu(x), torch.t(x))"


def test_a_change_of_order_needs_a_line() -> None:
    graph = Graph()
    x = graph.add_input("x")
    right = graph.emit("aten::neg", [x], TENSOR)
    left = graph.emit("aten::relu", [x], TENSOR)
    graph.add_output(graph.emit("aten::mul.Tensor", [left, right], TENSOR))
    assert body(graph) == "_0 = torch.neg(x)\nreturn torch.mul(torch.relu(x), _0)"


def test_two_uses_and_names_need_a_line() -> None:
    graph = Graph()
    x = graph.add_input("x")
    twice = graph.emit("aten::neg", [x], TENSOR)
    product = graph.emit("aten::mul.Tensor", [twice, twice], TENSOR)
    product.name = "product.1"
    graph.add_output(graph.emit("aten::relu", [product], TENSOR))
    assert body(graph) == "_0 = torch.neg(x)\nproduct = torch.mul(_0, _0)\nreturn torch.relu(product)"


def test_long_expressions_are_split_with_what_comes_before() -> None:
    graph = Graph()
    x = graph.add_input("a_rather_long_name_for_a_parameter")
    first = graph.emit("aten::neg", [graph.emit("aten::relu_", [x], TENSOR)], TENSOR)
    second = graph.emit("aten::relu", [x], TENSOR)
    graph.add_output(graph.emit("aten::mul.Tensor", [first, second], TENSOR))
    name = "a_rather_long_name_for_a_parameter"
    expected = f"_0 = torch.relu_({name})\n_1 = torch.neg(_0)\n_2 = torch.relu({name})\nreturn torch.mul(_1, _2)"
    assert body(graph) == expected


@pytest.mark.parametrize("name", ["as", "_", "torch", "ops", "CONSTANTS", "lambda", "range", "int", "print"])
def test_reserved_words_are_not_names(name: str) -> None:
    graph = Graph()
    x = graph.add_input("x")
    y = graph.emit("aten::neg", [x], TENSOR)
    y.name = name
    graph.add_output(graph.emit("aten::mul.Tensor", [y, y], TENSOR))
    assert body(graph) == f"{name}0 = torch.neg(x)\nreturn torch.mul({name}0, {name}0)"


def test_names_become_identifiers() -> None:
    graph = Graph()
    x = graph.add_input("weight.0.x-y.3")
    y = graph.emit("aten::neg", [x], TENSOR)
    y.name = "3a.é.2"
    graph.add_output(graph.emit("aten::mul.Tensor", [y, y], TENSOR))
    kind = ClassType("__torch__.M", is_module=True)
    kind.methods["f"] = function(graph, parameters={"self": TENSOR})
    assert "    _3a__ = torch.neg(self)\n    return torch.mul(_3a__, _3a__)\n" in print_code(Object(kind)).files[0].text


def test_if_and_pass() -> None:
    graph = Graph()
    x, c = graph.add_input("x"), graph.add_input("c", BOOL)
    node = graph.insert(graph.create("prim::If", [c]))
    for _ in range(2):
        node.add_block()
    other = graph.insert(graph.create("prim::If", [c], OptionalType(TENSOR)))
    other.output.name = "y"
    other.add_block().add_output(x)
    block = other.add_block()
    with graph.insert_point(block):
        block.add_output(graph.constant(None))
    graph.add_output(other.output)
    expected = "if c:\n  pass\nelse:\n  pass\nif c:\n  y : Optional[Tensor] = x\nelse:\n  y = None\nreturn y"
    assert body(graph, OptionalType(TENSOR)) == expected


def loop(trip: int | None, counts: bool, condition: bool | None) -> Graph:
    graph = Graph()
    n, c = graph.add_input("n", INT), graph.add_input("c", BOOL)
    count = n if trip is None else graph.constant(trip)
    begin = c if condition is None else graph.constant(condition)
    node = graph.insert(graph.create("prim::Loop", [count, begin, n], INT))
    block = node.add_block()
    index, carried = block.add_input(INT), block.add_input(INT)
    with graph.insert_point(block):
        following = graph.emit("aten::add.int", [carried, index if counts else carried], INT)
    block.add_output(begin)
    block.add_output(following)
    graph.add_output(node.output)
    return graph


def test_loops() -> None:
    counted = "_0 = n\nfor _1 in range(n):\n  _0 = torch.add(_0, _1)\nreturn _0"
    assert body(loop(None, True, True), INT) == counted
    endless = "_0 = n\n_1 = c\nwhile _1:\n  _1, _0 = c, torch.add(_0, _0)\nreturn _0"
    assert body(loop(2**63 - 1, False, None), INT) == endless
    forever = "_0 = n\n_1 = True\nwhile _1:\n  _1, _0 = True, torch.add(_0, _0)\nreturn _0"
    assert body(loop(2**63 - 1, False, True), INT) == forever
    with pytest.raises(RuntimeError, match="loop that counts and tests a condition"):
        body(loop(None, True, None), INT)


def test_deep_chains_cost_no_stack() -> None:
    graph = Graph()
    value = graph.add_input("x")
    for _ in range(5000):
        value = graph.emit("aten::relu", [value], TENSOR)
    graph.add_output(value)
    assert body(graph).count("torch.relu") == 5000


def test_trailing_defaults_are_left_out() -> None:
    graph = Graph()
    x = graph.add_input("x")
    one = graph.constant(1)
    y = graph.emit("aten::add.Tensor", [x, x, one], TENSOR)
    z = graph.emit("aten::add.Tensor", [y, x, graph.constant(2)], TENSOR)
    graph.add_output(graph.emit("aten::add.Tensor", [z, x, graph.constant(1.0)], TENSOR))
    text = body(graph)
    assert text == "_0 = torch.add(torch.add(x, x), x, alpha=2)\nreturn torch.add(_0, x, alpha=1.)"


def test_raise_without_a_class() -> None:
    graph = Graph()
    x = graph.add_input("x")
    graph.insert(graph.create("prim::RaiseException", [graph.constant("no"), graph.constant(None)]))
    graph.insert(graph.create("prim::RaiseException", [graph.constant("no"), graph.constant("builtins.ValueError")]))
    graph.add_output(x)
    assert body(graph) == 'ops.prim.RaiseException("no")\nops.prim.RaiseException("no", "builtins.ValueError")\nreturn x'


def example() -> tuple[Object, ClassType]:
    color = EnumType("__torch__.Color", INT, (("RED", 1), ("BLUE", 2)))
    pair = TupleType((INT, TENSOR), "__torch__.NT", ("a", "b"))
    interface = InterfaceType("__torch__.I", is_module=True)
    interface.methods["forward"] = schema("forward", {"self": interface, "x": TENSOR, "c": color}, TENSOR)
    sub = ClassType("__torch__.lib.Sub", is_module=True)
    sub.add_attribute("training", BOOL)
    plain = ClassType("__torch__.Plain")
    kind = ClassType("__torch__.M", is_module=True)
    kind.add_attribute("weight", TENSOR, is_parameter=True)
    kind.add_attribute("mean", TENSOR, is_buffer=True)
    kind.add_attribute("0", sub)
    kind.add_attribute("other", interface)
    kind.constants.update({"size": 3, "names": ["a", "b"], "rate": 1.0})
    graph = Graph()
    owner, items = graph.add_input("self", kind), graph.add_input("items", ListType(pair))
    callee = Graph()
    callee.add_output(callee.add_input("x"))
    helper = function(callee, "helper", x=None)
    weight = graph.insert(graph.create("prim::GetAttr", [owner], TENSOR, {"name": "weight"})).output
    inner = graph.insert(graph.create("prim::GetAttr", [owner], sub, {"name": "0"})).output
    inner.name = "inner"
    graph.insert(graph.create("prim::Print", [inner, items]))
    made = graph.insert(graph.create("prim::CreateObject", [], plain)).output
    graph.insert(graph.create("prim::CallMethod", [made], NONE, {"name": "__init__"}))
    graph.add_output(graph.call_function(helper, helper.qualified_name, [weight], TENSOR))
    kind.methods["forward"] = function(graph, "forward", {"self": kind, "items": ListType(pair)})
    return Object(kind, {"weight": rl.ones(1), "mean": rl.ones(1), "0": Object(sub, {"training": True}), "other": Object(sub)}), plain


EXPECTED = """class M(Module):
  __parameters__ = ["weight", ]
  __buffers__ = ["mean", ]
  weight : Tensor
  mean : Tensor
  __annotations__["0"] = __torch__.lib.Sub
  other : __torch__.I
  size : Final[int] = 3
  names : Final[Tuple[str, str]] = ("a", "b")
  rate : Final[float] = 1.
  def forward(self: __torch__.M,
    items: List[__torch__.NT]) -> Tensor:
    weight = self.weight
    inner = getattr(self, "0")
    print(inner, items)
    _0 = __torch__.Plain.__new__(__torch__.Plain)
    _1 = (_0).__init__()
    return __torch__.helper(weight, )
class I(ModuleInterface):
  def forward(self, x: Tensor, c: __torch__.Color) -> Tensor:
    pass
class NT(NamedTuple):
  a : int
  b : Tensor
def helper(x: Tensor=None) -> Tensor:
  return x
class Plain:
  pass
class Color(Enum):
  RED = 1
  BLUE = 2
"""


def code() -> Code:
    root, _ = example()
    graph: Any = root.type.methods["forward"].graph
    next(iter(graph.nodes)).output.name = "weight"
    return print_code(root)


def test_classes_and_files() -> None:
    texts = code().texts()
    assert list(texts) == ["code/__torch__.py", "code/__torch__/lib.py"]
    assert texts["code/__torch__.py"] == EXPECTED
    assert texts["code/__torch__/lib.py"] == "class Sub(Module):\n  __parameters__ = []\n  __buffers__ = []\n  training : bool\n"


def test_what_prints_also_parses() -> None:
    for path, text in code().texts().items():
        assert parse_file(Source(text, path)).definitions


def test_annotations_are_announced_when_the_first_attribute_has_no_identifier() -> None:
    kind = ClassType("__torch__.M", is_module=True)
    kind.add_attribute("0", INT)
    kind.add_attribute("1", INT)
    text = print_code(Object(kind)).files[0].text
    assert '  __annotations__ = []\n  __annotations__["0"] = int\n  __annotations__["1"] = int\n' in text


def test_equal_names_are_told_apart() -> None:
    first, second = module(name="__torch__.a.Sub"), module(name="__torch__.a.___torch_mangle_7.Sub")
    root = module(name="__torch__.M", x=first, y=second, z=first)
    code = print_code(Object(root, {"x": Object(first), "y": Object(second), "z": Object(first)}))
    assert list(code.texts()) == ["code/__torch__.py", "code/__torch__/a.py", "code/__torch__/a/___torch_mangle_0.py"]
    assert "  x : __torch__.a.Sub\n  y : __torch__.a.___torch_mangle_0.Sub\n  z : __torch__.a.Sub\n" in code.files[0].text


def test_numbers_of_temporaries_run_on_in_a_file() -> None:
    def graph() -> Graph:
        made = Graph()
        x = made.add_input("x")
        y = made.emit("aten::neg", [x], TENSOR)
        made.add_output(made.emit("aten::mul.Tensor", [y, y], TENSOR))
        return made

    kind = module(function(graph(), "f"), function(graph(), "g"))
    text = print_code(Object(kind)).files[0].text
    assert "_0 = torch.neg(x)\n    return torch.mul(_0, _0)" in text
    assert "_1 = torch.neg(x)\n    return torch.mul(_1, _1)" in text


def test_classes_of_objects_come_in_the_order_of_pickling() -> None:
    leaf, plain, root = module(name="__torch__.Leaf"), ClassType("__torch__.Plain"), module(name="__torch__.M")
    shared = Object(leaf)
    value = Object(root, {"a": [Object(plain, {"x": shared})], "b": {"k": shared}, "c": 1})
    value.slots["self"] = value
    assert object_classes(value) == [root, plain, leaf]


def test_marks_and_operators() -> None:
    source = Source("return x.relu().neg()\n", "f.py", 3)
    graph = Graph()
    x = graph.add_input("x")
    relu = graph.insert(graph.create("aten::relu", [x], TENSOR, span=source.span(7, 15))).output
    graph.add_output(graph.insert(graph.create("aten::neg", [relu], TENSOR, span=source.span(7, 21))).output)
    code = print_code(Object(module(function(graph))), Names())
    assert code.operators == {"aten::relu", "aten::neg"}
    (file,) = code.files
    places = [(file.text[mark.offset :][:10], mark.span.text if mark.span else None) for mark in file.marks]
    assert ("torch.neg(", "x.relu().neg()") in places and ("torch.relu", "x.relu()") in places
    assert [mark.offset for mark in file.marks] == sorted(mark.offset for mark in file.marks)


def test_one_function_on_its_own() -> None:
    root, _ = example()
    forward: Any = root.type.methods["forward"]
    text, constants = function_code(forward)
    assert text.startswith("def forward(self,\n    items: List[__torch__.NT]) -> Tensor:\n  _0 = self.weight\n")
    assert constants == []
    graph = Graph()
    graph.add_input("x")
    graph.add_output(graph.constant("é"))
    assert function_code(function(graph, result=TENSOR)) == ("def f(x: Tensor) -> Tensor:\n  return CONSTANTS.c0\n", ["é"])


def test_native_classes_have_no_source() -> None:
    native = ClassType("__torch__.torch.classes.ns.Native")
    kind = module(x=native)
    assert list(print_code(Object(kind, {"x": SimpleNamespace()})).texts()) == ["code/__torch__.py"]


class CallsPython(rl.nn.Module):
    @rl.jit.ignore
    def size(self, x: rl.Tensor) -> int:
        return int(x.numel())

    def forward(self, x: rl.Tensor) -> rl.Tensor:
        return x * self.size(x)


def test_calls_of_python_are_shown_and_not_saved(tmp_path: Path) -> None:
    scripted = rl.jit.script(CallsPython())
    assert "torch.mul(x, ^size()(self, x))" in scripted.code
    with pytest.raises(RuntimeError, match="Could not export Python function call 'size'"):
        rl.jit.save(scripted, tmp_path / "module.pt")
    assert not list(tmp_path.iterdir())

"""The parser of archive text: precedence, statements, and what it refuses."""

from __future__ import annotations

import re
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rushlight.script import syntax
from rushlight.script.parser import Limits, parse_expression
from rushlight.script.source import ScriptError, Source
from rushlight.script.statements import parse_file, parse_function

Printer = Callable[[syntax.Expression], str]


def body(text: str) -> tuple[syntax.Statement, ...]:
    lines = "".join(f"  {line}\n" for line in text.splitlines())
    return parse_function(Source(f"def f(x):\n{lines}")).body


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a or b and c", "((((a) or (b))) and (c))"),
        ("a and b or c", "((((a) and (b))) or (c))"),
        ("~a == b", "(~ (((a) == (b))))"),
        ("not a == b", "(not (((a) == (b))))"),
        ("not a and b", "(((not (a))) and (b))"),
        ("a == not b", "((a) == ((not (b))))"),
        ("a < b < c", "((((a) < (b))) < (c))"),
        ("a == b in c is not d not in e", "((((((((a) == (b))) in (c))) is not (d))) not in (e))"),
        ("a | b ^ c & d", "((a) | (((b) ^ (((c) & (d))))))"),
        ("a << b + c", "((a) << (((b) + (c))))"),
        ("a + b * c - d", "((((a) + (((b) * (c))))) - (d))"),
        ("a * b @ c // d % e", "((((((((a) * (b))) @ (c))) // (d))) % (e))"),
        ("-a ** b", "(- (((a) ** (b))))"),
        ("a ** -b ** c", "((a) ** ((- (((b) ** (c))))))"),
        ("a ** b ** c", "((a) ** (((b) ** (c))))"),
        ("-a * b", "(((- (a))) * (b))"),
        ("a if b else c if d else e", "((a) if (b) else (((c) if (d) else (e))))"),
        ("a or b if c else d", "((((a) or (b))) if (c) else (d))"),
        ("a.b(c)[d].e", "((((a).b)(c))[d]).e"),
        ("a.from.lambda.is", "(((a).from).lambda).is"),
        ("-1", "-1"),
        ("- -1", "1"),
        ("a-1", "((a) - (1))"),
        ("(a, b), c", "((a, b, ), c, )"),
        ("(a,)", "(a, )"),
        ("()", "()"),
        ("[a, b, ]", "[a, b]"),
        ("{a: b, c: d}", "{a: b, c: d}"),
        ("{}", "{}"),
        ("f(a, b=c, )", "(f)(a, b=c)"),
        ("f(*a)", "(f)(*(a))"),
        ("a[1:, ::2, ..., :b]", "(a)[1:, ::2, ..., :b]"),
        ("a[()]", "(a)[()]"),
        ("[a + b for a in c]", "[(((a) + (b))) for a in (c)]"),
        ("f(a for a, b in c)", "(f)([(a) for (a, b, ) in (c)])"),
        ("3.-4.j", "((3.0) - (4j))"),
        ("(\n a +\n b)", "((a) + (b))"),
    ],
)
def test_expressions(text: str, expected: str, text_of: Printer) -> None:
    tree = parse_expression(Source(text))
    assert text_of(tree) == expected
    assert repr(parse_expression(Source(expected))) == repr(tree)


@pytest.mark.parametrize(
    ("text", "message", "column"),
    [
        ("+a", "expected an expression but found '+'", 0),
        ("{a: b, }", "expected an expression but found '}'", 7),
        ("[a for a in b if c]", "expected else but found ']'", 18),
        ("a <> b", "expected an expression but found '>'", 3),
        ("lambda: 1", "expected end but found ':'", 6),
        ("f(a=1, b)", "positional argument follows keyword argument", 7),
        ("a[]", "expected an index", 2),
        ("a.1", "expected end but found '.1'", 1),
        ("a..b", "expected a name after '.'", 2),
        ("(a", "expected ) but found 'end'", 2),
        ("a b", "expected end but found 'b'", 2),
        ("", "expected an expression but found 'end'", 0),
    ],
)
def test_expressions_refused(text: str, message: str, column: int) -> None:
    with pytest.raises(ScriptError, match=re.escape(message)) as caught:
        parse_expression(Source(text, "code/__torch__.py", 7))
    assert (caught.value.filename, caught.value.line, caught.value.column) == ("code/__torch__.py", 7, column)


NAMES = st.sampled_from(["a", "b", "self", "_0"])
SPAN = Source("").span(0, 0)


def nodes(inner: st.SearchStrategy[syntax.Expression]) -> st.SearchStrategy[syntax.Expression]:
    lists = st.lists(inner, max_size=3).map(tuple)
    return st.one_of(
        st.builds(syntax.Attribute, inner, NAMES, st.just(SPAN)),
        st.builds(syntax.Unary, st.sampled_from(["not", "~"]), inner, st.just(SPAN)),
        st.builds(syntax.Binary, st.sampled_from("+ - * / // % ** @ & | ^ << >>".split()), inner, inner, st.just(SPAN)),
        st.builds(syntax.Boolean, st.sampled_from(["and", "or"]), inner, inner, st.just(SPAN)),
        st.builds(
            syntax.Compare,
            st.tuples(inner, inner),
            st.sampled_from(["==", "!=", "<", "<=", ">", ">=", "is", "is not", "in", "not in"]).map(lambda name: (name,)),
            st.just(SPAN),
        ),
        st.builds(syntax.Conditional, inner, inner, inner, st.just(SPAN)),
        st.builds(syntax.TupleLiteral, lists, st.just(SPAN)),
        st.builds(syntax.ListLiteral, lists, st.just(SPAN)),
        st.builds(syntax.Call, inner, lists, st.just(()), st.just(SPAN)),
        st.builds(syntax.Subscript, inner, st.lists(inner, min_size=1, max_size=3).map(tuple), st.just(SPAN)),
        st.builds(syntax.ListComprehension, inner, st.builds(syntax.Name, NAMES, st.just(SPAN)), inner, st.just(SPAN)),
    )


EXPRESSIONS = st.recursive(
    st.builds(syntax.Name, NAMES, st.just(SPAN))
    | st.builds(
        syntax.Constant,
        st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False) | st.booleans() | st.none() | st.just("x"),
        st.just(SPAN),
    ),
    nodes,
    max_leaves=12,
)


@given(tree=EXPRESSIONS)
def test_what_prints_also_parses(text_of: Printer, tree: syntax.Expression) -> None:
    assert repr(parse_expression(Source(text_of(tree)))) == repr(tree)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("return", syntax.Return),
        ("return x, 1", syntax.Return),
        ("x = y = 1", syntax.Assign),
        ("x, (y, *z), = t", syntax.Assign),
        ("x : List[int] = []", syntax.Assign),
        ("x.a[0] = 1", syntax.Assign),
        ("x[0] **= 2", syntax.AugmentedAssign),
        ("x <<= 2", syntax.AugmentedAssign),
        ("raise Foo(1)", syntax.Raise),
        ("assert x", syntax.Assert),
        ("assert x, 'm'", syntax.Assert),
        ("del x, y[0]", syntax.Delete),
        ("pass", syntax.Pass),
        ("while x:\n  break", syntax.While),
        ("for i, j in x:\n  continue", syntax.For),
        ("with a as b, c:\n  pass", syntax.With),
        ("if x:\n  pass\nelif y:\n  pass\nelse:\n  pass", syntax.If),
        ("def g(a: int=1):\n  return a", syntax.FunctionDef),
        ("def g(a): return a", syntax.FunctionDef),
        ("print(x)", syntax.ExpressionStatement),
    ],
)
def test_statements(text: str, expected: type) -> None:
    (statement,) = body(text)
    assert type(statement) is expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = 1", "expected newline but found 'end'"),
        ("f() = 1\n", "unexpected expression on left-hand side"),
        ("1 += x\n", "unexpected expression on left-hand side"),
        ("*a, *b = x\n", "only one starred"),
        ("x //= 2\n", "expected an expression but found '='"),
        ("raise\n", "expected an expression but found 'newline'"),
        ("while x:\n    pass\n  else:\n    pass\n", "expected an expression but found 'else'"),
        ("x = 1\n    y = 2\n", "expected an expression but found 'indent'"),
        ("if x: pass\n", "expected newline but found 'pass'"),
        ("x = 1 y = 2\n", "expected newline but found 'y'"),
        ("class A:\n    pass\n", "expected an expression but found 'class'"),
    ],
)
def test_statements_refused(text: str, message: str) -> None:
    with pytest.raises(ScriptError, match=re.escape(message)):
        parse_file(Source(f"def f(x):\n  {text}"))


def test_elif_is_an_if_in_else() -> None:
    (chained,) = body("if a:\n  x = 1\nelif b:\n  x = 2\nelif c:\n  x = 3\nelse:\n  x = 4")
    (nested,) = body(
        "if a:\n  x = 1\nelse:\n  if b:\n    x = 2\n  else:\n    if c:\n      x = 3\n    else:\n      x = 4",
    )
    assert chained == nested


def test_blocks_end_where_they_should() -> None:
    first, second = body("if a:\n  for i in b:\n    if c:\n      pass\n    x = i\ny = 1")
    assert isinstance(first, syntax.If)
    assert isinstance(second, syntax.Assign)
    (loop,) = first.body
    assert isinstance(loop, syntax.For)
    assert [type(line) for line in loop.body] == [syntax.If, syntax.Assign]
    assert first.orelse == ()


def test_parameters() -> None:
    function = parse_function(Source("def f(self: A.B,\n  x: int=1, *, y: Optional[Tensor], ) -> Tensor:\n  'doc'\n  return x\n"))
    assert [(p.name, p.keyword_only, p.default is None) for p in function.parameters] == [
        ("self", False, True),
        ("x", False, False),
        ("y", True, True),
    ]
    assert len(function.body) == 1
    assert function.span.text.startswith("def f(") and function.span.text.endswith("-> Tensor")


def test_type_comments() -> None:
    function = parse_function(Source("def f(self, x):\n\n  # type: (int) -> List[int]\n  return [x]\n"))
    assert function.parameters[0].annotation is None
    assert function.parameters[1].annotation == syntax.Name("int", SPAN)
    assert function.returns is not None and function.returns.span.text == "List[int]"
    with pytest.raises(ScriptError, match=r"Number of type annotations \(3\) did not match the number of function parameters \(2\)"):
        parse_function(Source("def f(self, x):\n  # type: (int, int, int) -> int\n  return [x]\n"))


def test_class_members() -> None:
    text = """op_version_set = 1
import __torch__.a.b
class M(Module):
  __parameters__ = ["w", ]
  __buffers__ = []
  __forward_pre_hooks__ = ["h", ]
  __annotations__ = []
  __annotations__["0"] = __torch__.Sub
  w : Tensor
  K : Final[int] = 3
  def forward(self: __torch__.M) -> Tensor:
    return self.w
  def other(self: __torch__.M) -> None:
    pass
class Color(Enum):
  RED = 1
def f() -> None:
  return
"""
    module, color, function = parse_file(Source(text)).definitions
    assert isinstance(module, syntax.ClassDef) and isinstance(color, syntax.ClassDef) and isinstance(function, syntax.FunctionDef)
    assert (module.parameters, module.buffers, module.forward_pre_hooks, module.forward_hooks) == (("w",), (), ("h",), ())
    assert [attribute.name for attribute in module.attributes] == ["0", "w"]
    assert [(constant.name, constant.annotation) for constant in module.constants] == [("K", syntax.Name("int", SPAN))]
    assert [method.name for method in module.methods] == ["forward", "other"]
    assert [constant.name for constant in color.constants] == ["RED"]


@pytest.mark.parametrize("line", ["return 1", "x += 1", "if x:\n    pass", "f()", "__parameters__ = [x]"])
def test_class_bodies_only_declare(line: str) -> None:
    with pytest.raises(ScriptError):
        parse_file(Source(f"class M(Module):\n  {line}\n"))


@pytest.mark.parametrize("text", ["x = 1\n", "@a\ndef f():\n  pass\n", "  def f():\n    pass\n", "'doc'\n"])
def test_files_only_define(text: str) -> None:
    with pytest.raises(ScriptError):
        parse_file(Source(text))


HOSTILE = {
    "parentheses": "(" * 500_000,
    "lists": "[" * 500_000,
    "calls": "f(" * 300_000,
    "dictionaries": "{a:" * 300_000,
    "unary": "not " * 300_000,
    "minus": "-" * 500_000 + "1",
    "powers": "a ** " * 200_000 + "a",
    "sums": "a + " * 300_000 + "a",
    "attributes": "a" + ".a" * 300_000,
    "conditionals": "a if b else " * 100_000 + "a",
    "conditions": "a if " * 100_000,
    "subscripts": "a[" * 300_000,
    "closed": "(" * 1000 + "a" + ")" * 1000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_deep_expressions_end_in_a_clear_error(name: str) -> None:
    with pytest.raises(ScriptError, match="nested more than 80 levels deep"):
        parse_file(Source(f"def f(a):\n  return {HOSTILE[name]}\n"))


def test_depth_that_is_allowed() -> None:
    parse_file(Source(f"def f(a):\n  return {'(' * 78}a{')' * 78}\n"))
    parse_file(Source(f"def f(a):\n  return {'a + ' * 78}a\n"))


def nested_ifs(levels: int) -> str:
    return "def f(a):\n" + "".join(f"{' ' * level}if a:\n" for level in range(1, levels)) + " " * levels + "pass\n"


def test_blocks_are_limited_by_a_number_and_not_by_the_stack() -> None:
    limit = sys.getrecursionlimit()
    chain = "def f(a):\n  if a:\n    pass\n" + "  elif a:\n    pass\n" * 200
    parse_file(Source(nested_ifs(250)))
    parse_file(Source(chain))
    with pytest.raises(ScriptError, match="blocks are nested more than 256 levels deep"):
        parse_file(Source(nested_ifs(2000)))
    with pytest.raises(ScriptError, match="blocks are nested more than 256 levels deep"):
        parse_file(Source(chain + "  elif a:\n    pass\n" * 2000))
    assert sys.getrecursionlimit() == limit


def test_length_and_count_are_limited() -> None:
    text = "def f(a):\n" + "  a = a\n" * 100
    parse_file(Source(text))
    with pytest.raises(ScriptError, match="at most 500 are read"):
        parse_file(Source(text), Limits(characters=500))
    with pytest.raises(ScriptError, match="more than 250 syntax nodes"):
        parse_file(Source(text), Limits(nodes=250))


@given(
    st.text(alphabet="ab1. \n\t()[]{}:=,'\"\\+-*#\r")
    | st.lists(st.sampled_from("def f class if else : \n   ( ) x = 1 ,".split(" "))).map(" ".join)
)
def test_no_text_gives_another_error(text: str) -> None:
    try:
        parse_file(Source(f"def f(x):\n  {text}"))
    except ScriptError as error:
        assert str(error)


def test_real_archives(archives: Path) -> None:
    count = 0
    for path in sorted(archives.glob("*/*")):
        if not zipfile.is_zipfile(path):
            continue
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                if name.endswith(".py"):
                    tree = parse_file(Source(archive.read(name).decode(), name))
                    count += len(tree.definitions)
    assert count > 80

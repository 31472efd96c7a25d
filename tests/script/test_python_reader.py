"""The reader of live Python: the same trees as from text, places in the user's file, and errors that name the construct."""
# ruff: noqa

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Final, List, NamedTuple, Optional

import pytest

from rushlight.script import syntax
from rushlight.script.python_reader import read_class, read_function, read_signature
from rushlight.script.source import FrontendError, NotSupportedError, Source, UnsupportedNodeError
from rushlight.script.statements import parse_function


def both(x, y: Optional[int] = None):
    z: List[int] = []
    a, (b, *c) = d = x, 1
    for i, (j, k) in enumerate(y):
        z[0:i, ..., None] += [-1, -i, 2.5]
        while not (a and b or x is not None):
            break
        if x @ y**2 == 3:
            raise ValueError("ab")
        elif i in z:
            continue
        else:
            del z[0], a
    with a.b(*c, key=1) as e, f:
        pass
    assert x, "text"
    g = {1: 2, "a": None}
    h = {k: v for k, v in g}
    x.y = [t for t in z] if False else (x,) if z else ()
    return sum(t for t in z)


def test_same_tree_as_text() -> None:
    source = inspect.getsource(both)
    assert repr(read_function(both)) == repr(parse_function(Source(source)))


class Holder:
    """Methods are indented."""

    size: Final[int] = 3
    scale: Final = 2.0
    names: List[str]
    count = 7

    def method(self, x):
        # type: (Tensor) -> Tensor
        """Docstrings are left out."""
        naïve = "é"
        y = []  # type: List[int]
        return x

    @property
    def value(self) -> int:
        return 1

    def multi(
        self,
        x,  # type: int
        *,
        k: str,
    ):
        # type: (...) -> int
        text = """
at column 0
"""
        return x

    def chained(self, a: int):
        return 0 < a <= 3, f"{a}-{a + 1}", a.b[()], -9223372036854775808


def test_places_are_those_of_the_file() -> None:
    function = read_function(Holder.method)
    assignment = function.body[1]
    lines = Path(__file__).read_text(encoding="utf-8").splitlines()
    assert assignment.span.source.filename == __file__
    assert lines[assignment.span.line - 1][assignment.span.column :].startswith("y = []")
    assert function.span.text == "def method(self, x)"
    assert isinstance(assignment, syntax.Assign) and assignment.annotation is not None


def test_type_comments() -> None:
    method, multi = read_function(Holder.method), read_function(Holder.multi)
    assert [repr(p.annotation) for p in method.parameters] == ["None", "Name(identifier='Tensor')"]
    assert repr(method.returns) == "Name(identifier='Tensor')"
    assert [repr(p.annotation) for p in multi.parameters] == ["None", "Name(identifier='int')", "Name(identifier='str')"]
    assert [p.keyword_only for p in multi.parameters] == [False, False, True]
    assert repr(multi.returns) == "Name(identifier='int')"


def test_what_only_python_has() -> None:
    (statement,) = read_function(Holder.chained).body
    assert isinstance(statement, syntax.Return) and isinstance(statement.value, syntax.TupleLiteral)
    compare, formatted, subscript, smallest = statement.value.elements
    assert isinstance(compare, syntax.Compare) and compare.operators == ("<", "<=")
    assert isinstance(formatted, syntax.FormatString) and formatted.template == "{}-{}" and len(formatted.arguments) == 2
    assert isinstance(subscript, syntax.Subscript) and repr(subscript.indices) == "(TupleLiteral(elements=()),)"
    assert isinstance(smallest, syntax.Constant) and smallest.value == -(2**63)


def test_class() -> None:
    tree = read_class(Holder)
    assert [(c.name, repr(c.annotation)) for c in tree.constants] == [
        ("size", "Name(identifier='int')"),
        ("scale", "None"),
        ("count", "None"),
    ]
    assert [attribute.name for attribute in tree.attributes] == ["names"]
    assert [method.name for method in tree.methods] == ["method", "value", "multi", "chained"]
    assert repr(tree.methods[1].decorators) == "(Name(identifier='property'),)"


def test_signature_of_any_function() -> None:
    def anything(x: int, y=lambda: 1) -> str:
        try:
            return ""
        finally:
            pass

    function = read_signature(anything)
    assert [p.name for p in function.parameters] == ["x", "y"] and function.body == ()
    assert function.parameters[1].default is not None


def _try():
    try:
        pass
    except ValueError:
        pass


def _lambda():
    return lambda: 1


def _nested():
    def inner():
        pass


def _variable(*args):
    pass


def _keywords(**kwargs):
    pass


def _default(*, x=1):
    pass


def _walrus():
    if x := 1:
        pass


def _match(x):
    match x:
        case 1:
            pass


def _set():
    return {1}


def _conversion(x):
    return f"{x!r}"


def _specification(x):
    return f"{x:3}"


def _generators(x):
    return [a for b in x for a in b]


def _filter(x):
    return [a for a in x if a]


def _annotation():
    x: int


def _yield():
    yield 1


async def _async():
    pass


def _global():
    global y
    y = 1


def _class():
    class A:
        pass


def _import():
    import os


def _while_else():
    while True:
        pass
    else:
        pass


def _for_else(x):
    for a in x:
        pass
    else:
        pass


def _floor(x):
    x //= 2


def _raise():
    raise


def _plus(x):
    return +x


def _bytes():
    return b"a"


def _big():
    return 9223372036854775808


def _expansion(x):
    return x(**x)


def _dict_expansion(x):
    return {**x}


def _reserved():
    __jit_x = 1


ERRORS = [
    (_try, "try blocks aren't supported", "try"),
    (_lambda, "lambda functions aren't supported", "lambda: 1"),
    (_nested, "function definitions inside of functions aren't supported", "def"),
    (_variable, "variable number of arguments", "args"),
    (_keywords, "variable number of arguments", "kwargs"),
    (_default, "keyword-only arguments with defaults", "1"),
    (_walrus, "assignments inside of expressions", "x := 1"),
    (_match, "match statements aren't supported", "match"),
    (_set, "set literals aren't supported", "{1}"),
    (_conversion, "conversions such as !r", None),
    (_specification, "format specifications", None),
    (_generators, "only a single generator", None),
    (_filter, "comprehension ifs are not supported", "a"),
    (_annotation, "annotations without a value", "x: int"),
    (_yield, "yield expressions aren't supported", "yield 1"),
    (_async, "async function definitions aren't supported", "async"),
    (_global, "global variables aren't supported", "global"),
    (_class, "class definitions inside of functions", "class"),
    (_import, "import statements aren't supported", "import"),
    (_while_else, "else branches of while loops", "while"),
    (_for_else, "else branches of for loops", "for"),
    (_floor, "unsupported kind of augmented assignment: //=; write x = x // ...", "x //= 2"),
    (_raise, "raise needs an exception", "raise"),
    (_plus, "unary plus signs aren't supported", "+x"),
    (_bytes, "constants of type bytes aren't supported", 'b"a"'),
    (_big, "integral constant out of range", "9223372036854775808"),
    (_expansion, "keyword-arg expansion is not supported", "**x"),
    (_dict_expansion, "dictionary expansion", "{**x}"),
    (_reserved, "can't start with __jit", "__jit_x"),
]


@pytest.mark.parametrize(("function", "message", "text"), ERRORS, ids=[row[0].__name__ for row in ERRORS])
def test_unsupported(function, message: str, text: str | None) -> None:
    with pytest.raises(FrontendError) as caught:
        read_function(function)
    assert isinstance(caught.value, RuntimeError)
    assert message in str(caught.value)
    assert f'File "{__file__}", line ' in str(caught.value) and "<--- HERE" in str(caught.value)
    assert caught.value.span is not None
    if text is not None:
        assert caught.value.span.text == text


def test_classes_of_errors() -> None:
    with pytest.raises(UnsupportedNodeError):
        read_function(_try)
    with pytest.raises(NotSupportedError):
        read_function(_variable)


@pytest.mark.parametrize("thing", [len, 3, NamedTuple])
def test_source_that_cannot_be_read(thing) -> None:
    with pytest.raises(FrontendError):
        read_function(thing)


def test_lambda() -> None:
    with pytest.raises(UnsupportedNodeError, match="lambda functions aren't supported"):
        read_function(lambda x: x)

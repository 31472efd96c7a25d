"""Types from annotations: text rows are what PyTorch 2.13 reads, objects what its Python front end reads."""

# ruff: noqa: UP006, UP007, UP035, UP045

from __future__ import annotations

import collections
import enum
import typing
from typing import Any, Callable, Dict, Final, List, Literal, NamedTuple, Optional, Sequence, Set, Tuple, Union

import pytest

import rushlight as rl
from rushlight.runtime.dtype import DType
from rushlight.runtime.typesystem import INT, STR, TENSOR, EnumType, TupleType, Type
from rushlight.script.annotations import PythonAnnotations, parameter_type
from rushlight.script.parser import parse_expression
from rushlight.script.source import FrontendError, ScriptError, Source, Span

NAMED = TupleType((INT, STR), "__torch__.NT", ("a", "b"))


def resolve(name: str, span: Span) -> Type | None:
    return NAMED if name == "__torch__.NT" else None


def text_type(text: str) -> tuple[Type, int | None]:
    return parameter_type(parse_expression(Source(text, "a.py")), resolve)


@pytest.mark.parametrize(
    ("text", "annotation", "size"),
    [
        ("Tensor", "Tensor", None),
        ("LongTensor", "Tensor", None),
        ("torch.Tensor", "Tensor", None),
        ("int", "int", None),
        ("number", "number", None),
        ("Device", "Device", None),
        ("torch.device", "Device", None),
        ("Generator", "Generator", None),
        ("None", "NoneType", None),
        ("NoneType", "NoneType", None),
        ("Any", "Any", None),
        ("Capsule", "Capsule", None),
        ("Future[int]", "Future[int]", None),
        ("Await[int]", "Await[int]", None),
        ("RRef[int]", "RRef[int]", None),
        ("List[int]", "List[int]", None),
        ("list[int]", "List[int]", None),
        ("dict[str, int]", "Dict[str, int]", None),
        ("Dict[Tensor, int]", "Dict[Tensor, int]", None),
        ("Tuple[int, str]", "Tuple[int, str]", None),
        ("tuple[int]", "Tuple[int]", None),
        ("Tuple[()]", "Tuple[()]", None),
        ("Optional[Optional[int]]", "Optional[int]", None),
        ("Union[int, str]", "Union[int, str]", None),
        ("Union[int, None]", "Optional[int]", None),
        ("int | str", "Union[int, str]", None),
        ("int | None", "Optional[int]", None),
        ("int | str | None", "Union[int, NoneType, str]", None),
        ("Union[Tensor, Optional[int], str]", "Union[Tensor, int, NoneType, str]", None),
        ("BroadcastingList1[int]", "List[int]", 1),
        ("BroadcastingList3[float]", "List[float]", 3),
        ("_size_2_t", "List[int]", 2),
        ("Final[int]", "int", None),
        ("'int'", "int", None),
        ("List[__torch__.NT]", "List[__torch__.NT]", None),
    ],
)
def test_text(text: str, annotation: str, size: int | None) -> None:
    found, length = text_type(text)
    assert (found.annotation(), length) == (annotation, size)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Foo", "unknown type name 'Foo'"),
        ("List", "unknown type name 'List'"),
        ("object", "unknown type name 'object'"),
        ("Set[int]", "unknown type constructor Set"),
        ("List[int, str]", "List takes exactly one element type but has 2"),
        ("Dict[int]", "Dict takes exactly 2 element types but has 1"),
        ("Dict[List[int], int]", r"cannot create dict for key type 'int\[\]'"),
        ("Tuple[int, ...]", "cannot be used as a type"),
        ("BroadcastingList2[Tensor]", "int and float only"),
        ("(int, str)", "cannot be used as a type"),
        ("1", "cannot be used as a type"),
        ("f(x)", "cannot be used as a type"),
        ("'a b'", "annotation 'a b' is no type"),
    ],
)
def test_text_refused(text: str, message: str) -> None:
    with pytest.raises(ScriptError, match=message):
        text_type(text)


class Color(enum.Enum):
    RED = 1
    BLUE = 2


class Mixed(enum.Enum):
    RED = 1
    BLUE = "b"


class Pair(NamedTuple):
    a: int
    b: rl.Tensor


class Plain:
    pass


PLAIN_TYPE = EnumType("__torch__.Plain", INT, ())
Old = collections.namedtuple("Old", ["x"])


def lookup(name: str) -> object:
    try:
        return {**vars(typing), **globals(), "int": int, "str": str}[name]
    except KeyError:
        raise NameError(name) from None


PYTHON = PythonAnnotations(lookup, lambda kind: f"__torch__.{kind.__name__}", lambda kind: PLAIN_TYPE if kind is Plain else None)


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        (rl.Tensor, "Tensor"),
        (int, "int"),
        (bool, "bool"),
        (None, "NoneType"),
        (DType, "int"),
        (Any, "Any"),
        (Optional[int], "Optional[int]"),
        (int | None, "Optional[int]"),
        (Union[int, str, None], "Union[int, NoneType, str]"),
        (List[int], "List[int]"),
        (list[Dict[str, "int"]], "List[Dict[str, int]]"),
        (Tuple[int, rl.Tensor], "Tuple[int, Tensor]"),
        (tuple[()], "Tuple[()]"),
        (Tuple[()], "Tuple[()]"),
        (Final[int], "int"),
        (typing.Annotated[int, 3], "int"),
        (Color, "__torch__.Color"),
        (Pair, "__torch__.Pair"),
        (Old, "__torch__.Old"),
        (List["Pair"], "List[__torch__.Pair]"),
        (Plain, "__torch__.Plain"),
        ("Optional[List[rl.Tensor]]", "Optional[List[Tensor]]"),
        ("'int'", "int"),
        ("int | 'Color'", "Union[__torch__.Color, int]"),
        ("typing.Dict[str, int]", "Dict[str, int]"),
        ("Tuple[()]", "Tuple[()]"),
        ("BroadcastingList2[int]", "List[int]"),
        ("number", "number"),
    ],
)
def test_objects(annotation: object, expected: str) -> None:
    assert PYTHON.of_object(annotation).annotation() == expected


def test_contents_of_classes() -> None:
    color, pair, old = (PYTHON.of_object(kind) for kind in (Color, Pair, Old))
    assert color == EnumType("__torch__.Color", INT, (("RED", 1), ("BLUE", 2)))
    assert pair == TupleType((INT, TENSOR), "__torch__.Pair", ("a", "b"))
    assert old == TupleType((TENSOR,), "__torch__.Old", ("x",))


@pytest.mark.parametrize(
    ("annotation", "message"),
    [
        (List, r"Attempted to use List without a contained type. Please add a contained type, e.g. List\[int\]"),
        (dict, r"Attempted to use Dict without contained types. Please add contained type, e.g. Dict\[int, int\]"),
        (Tuple[int, ...], "has no fixed length"),
        (Callable[[int], int], "is no type of TorchScript"),
        (Set[int], "is no type of TorchScript"),
        (Sequence[int], "is no type of TorchScript"),
        (Literal[1], "is no type of TorchScript"),
        (object, "annotation object is no type of TorchScript"),
        (Mixed, "has values of int, str; all must be of one type"),
        ("Nowhere", "unknown type name 'Nowhere'"),
        ("typing.Nowhere", "has no attribute 'Nowhere'"),
        ("lookup('x')", "cannot be used as a type"),
        ("int[str]", "annotation: "),
        (Dict[Tuple[int, int], int], "cannot create dict for key type"),
    ],
)
def test_objects_refused(annotation: object, message: str) -> None:
    with pytest.raises(ScriptError, match=message):
        PYTHON.of_object(annotation)


def test_mistakes_in_python_are_frontend_errors() -> None:
    with pytest.raises(FrontendError):
        PYTHON.of_object(List)


def test_unions_are_bounded() -> None:
    """Members are compared with one another, so a short text with thousands of them would take minutes."""
    members = ", ".join("List[" * depth + "int" + "]" * depth for depth in range(60))
    assert text_type(f"Union[{members}]")[0].annotation().startswith("Union[")
    many = ", ".join(f"Dict[str, {'List[' * (n // 16)}Tuple[{', '.join(['int'] * (n % 16 + 1))}]{']' * (n // 16)}]" for n in range(200))
    with pytest.raises(ScriptError, match="at most 128 members are supported, but got 200"):
        text_type(f"Union[{many}]")

"""Types: spellings parse back; subtyping, unions and unification follow PyTorch's rules."""

from __future__ import annotations

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rushlight.runtime.schema import parse
from rushlight.runtime.type_matching import bind_variables, substitute
from rushlight.runtime.type_text import parse_annotation, parse_type
from rushlight.runtime.typesystem import (
    ANY,
    ANY_LIST,
    BOOL,
    COMPLEX,
    DEVICE,
    FLOAT,
    INT,
    NONE,
    NUMBER,
    STR,
    TENSOR,
    ClassType,
    CustomClassType,
    DictType,
    EnumType,
    FutureType,
    InterfaceType,
    ListType,
    OptionalType,
    TupleType,
    Type,
    UnionType,
    VarType,
    is_subtype,
    optional,
    unify,
    union,
)

SCALARS = st.sampled_from([TENSOR, INT, FLOAT, BOOL, STR, COMPLEX, NUMBER, DEVICE])
TYPES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        inner.map(ListType),
        inner.map(optional),
        inner.map(FutureType),
        st.tuples(st.sampled_from([INT, STR, TENSOR]), inner).map(lambda pair: DictType(*pair)),
        st.lists(inner, max_size=3).map(TupleType),
        st.lists(inner, min_size=1, max_size=3).map(union),
    ),
    max_leaves=6,
)


@given(TYPES)
def test_spellings_parse_back(type_: Type) -> None:
    assert parse_type(str(type_)) == type_
    assert parse_type(type_.graph_text().replace("Union[", "Union(")) == type_
    assert parse_annotation(type_.annotation()) == type_
    assert hash(parse_type(str(type_))) == hash(type_)


@given(TYPES, TYPES)
def test_unify_holds_both(a: Type, b: Type) -> None:
    both = unify(a, b)
    assert both is None or isinstance(a, ListType | DictType | TupleType | OptionalType) or (is_subtype(a, both) and is_subtype(b, both))
    assert is_subtype(a, union([a, b])) and is_subtype(b, union([a, b]))


NT = TupleType([INT, optional(TupleType([INT, STR]))], "__torch__.NT", ["a", "b"])

# PyTorch's own spellings: schema, graph, annotation.
SPELLINGS: list[tuple[Type, str, str, str]] = [
    (ListType(optional(INT)), "int?[]", "int?[]", "List[Optional[int]]"),
    (DictType(STR, ListType(INT)), "Dict(str, int[])", "Dict(str, int[])", "Dict[str, List[int]]"),
    (NT, "__torch__.NT", "NamedTuple(a : int, b : (int, str)?)", "__torch__.NT"),
    (EnumType("__torch__.Col", INT, [("R", 1)]), "Enum<__torch__.Col>", "Enum<__torch__.Col>", "__torch__.Col"),
    (union([INT, STR, ListType(INT)]), "Union(int[], int, str)", "Union(int[], int, str)", "Union[List[int], int, str]"),
    (optional(union([INT, STR])), "Union(int, NoneType, str)", "Union(int, NoneType, str)", "Union[int, NoneType, str]"),
    (TupleType([]), "()", "()", "Tuple[()]"),
    (TupleType([INT]), "(int)", "(int)", "Tuple[int]"),
    (FutureType(INT), "Future(int)", "Future[int]", "Future[int]"),
    (optional(ListType(TupleType([INT, FLOAT]))), "(int, float)[]?", "(int, float)[]?", "Optional[List[Tuple[int, float]]]"),
    (union([INT, FLOAT, COMPLEX]), "Scalar", "Scalar", "number"),
    (union([INT, FLOAT, COMPLEX, NONE]), "Scalar?", "Scalar?", "Optional[number]"),
    (InterfaceType("__torch__.I"), "InterfaceType<__torch__.I>", "InterfaceType<__torch__.I>", "__torch__.I"),
    (ClassType("__torch__.K"), "__torch__.K", "__torch__.K", "__torch__.K"),
]  # fmt: skip


@pytest.mark.parametrize(("type_", "schema", "graph", "annotation"), SPELLINGS, ids=[row[3] for row in SPELLINGS])
def test_spelling(type_: Type, schema: str, graph: str, annotation: str) -> None:
    assert (str(type_), type_.graph_text(), type_.annotation()) == (schema, graph, annotation)


def test_values_are_immutable_and_identity_is_kept() -> None:
    with pytest.raises(AttributeError, match="immutable"):
        ListType(INT).contained = ()  # pyright: ignore
    assert copy.deepcopy(INT) is INT
    module = ClassType("__torch__.M")
    assert copy.deepcopy(ListType(module)) == ListType(module)
    assert ClassType("__torch__.M") != ClassType("__torch__.M")
    assert CustomClassType("__torch__.torch.classes.a.B") == CustomClassType("__torch__.torch.classes.a.B")
    assert ListType(INT) != OptionalType(INT)


SUBTYPES: list[tuple[Type, Type, bool]] = [
    (INT, NUMBER, True),
    (BOOL, NUMBER, False),
    (INT, FLOAT, False),
    (NONE, optional(INT), True),
    (INT, optional(INT), True),
    (optional(INT), INT, False),
    (optional(INT), optional(NUMBER), True),
    (ListType(INT), ListType(NUMBER), False),
    (ListType(INT), ANY_LIST, True),
    (TupleType([INT, STR]), TupleType([NUMBER, STR]), True),
    (NT, TupleType(NT.elements), True),
    (TupleType(NT.elements), NT, False),
    (INT, union([INT, STR]), True),
    (union([INT, STR]), union([INT, STR, TENSOR]), True),
    (union([INT, TENSOR]), union([INT, STR]), False),
    (optional(INT), union([INT, STR, NONE]), True),
    (NUMBER, union([INT, FLOAT, COMPLEX, STR]), True),
    (FutureType(INT), FutureType(NUMBER), True),
    (ClassType("__torch__.K"), ANY, True),
]


@pytest.mark.parametrize(("a", "b", "wanted"), SUBTYPES, ids=[f"{a!r}<:{b!r}" for a, b, _ in SUBTYPES])
def test_subtype(a: Type, b: Type, wanted: bool) -> None:
    assert is_subtype(a, b) is wanted


def test_interface_is_implemented_by_its_methods() -> None:
    class Method:
        name = "f"
        schema = parse("f(Tensor self, Tensor x) -> Tensor")
        graph = None

    interface, good, bad = InterfaceType("__torch__.I"), ClassType("__torch__.A"), ClassType("__torch__.B")
    interface.methods["f"] = parse("f(Any self, Tensor x) -> Tensor")
    good.methods["f"] = Method()
    assert is_subtype(good, interface)
    assert not is_subtype(bad, interface)


UNIFICATIONS: list[tuple[Type, Type, Type | None]] = [
    (INT, INT, INT),
    (INT, FLOAT, None),
    (INT, NONE, optional(INT)),
    (optional(INT), NONE, optional(INT)),
    (INT, NUMBER, NUMBER),
    (TupleType([INT, NONE]), TupleType([INT, STR]), TupleType([INT, optional(STR)])),
    (ListType(INT), ListType(STR), None),
    (DictType(STR, INT), DictType(INT, INT), None),
]


@pytest.mark.parametrize(("a", "b", "wanted"), UNIFICATIONS)
def test_unify(a: Type, b: Type, wanted: Type | None) -> None:
    assert unify(a, b) == wanted
    assert unify(b, a) == wanted


def test_union_is_normal() -> None:
    assert union([INT]) == INT
    assert union([INT, NONE]) == OptionalType(INT)
    assert union([union([INT, STR]), optional(TENSOR)]) == UnionType((TENSOR, INT, NONE, STR))


def test_type_variables() -> None:
    bindings: dict[str, Type] = {}
    assert bind_variables(DictType(STR, VarType("t")), DictType(STR, INT), bindings) is None
    assert substitute(optional(VarType("t")), bindings) == optional(INT)
    assert substitute(VarType("other"), bindings) is None
    assert "previously matched to type int" in (bind_variables(VarType("t"), STR, bindings) or "")
    assert "Cannot match" in (bind_variables(ListType(VarType("s")), INT, bindings) or "")


@pytest.mark.parametrize("text", ["", "int[", "Dict(int)", "(int", "int]", "Foo", "int int", "(" * 500])
def test_bad_type_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="type "):
        parse_type(text)


@pytest.mark.parametrize("text", ["", "List", "List[int", "Dict[int]", "Foo[int]", "Optional[int, str]", "List[" * 500, "Scalar"])
def test_bad_annotation_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="type "):
        parse_annotation(text)


def test_resolve_names_classes() -> None:
    klass = ClassType("__torch__.a.B")
    known = {"__torch__.a.B": klass}
    assert parse_annotation("List[__torch__.a.B]", known.get) == ListType(klass)
    assert parse_annotation("int | None") == OptionalType(INT)
    assert parse_annotation("Tuple[()]") == TupleType([])

"""TorchScript's types: immutable values with subtyping, unification and three spellings.

In: nothing but other types. Out: `Type` and its classes, the singletons (`TENSOR`, `INT`, ...), `optional`, `union`, `is_subtype`, `unify`.
`str(t)` is the schema style (`int[]`), `t.graph_text()` the graph style (named tuples in full), `t.annotation()` the Python style
(`List[int]`). `type_text.py` reads the spellings back, `type_matching.py` binds type variables, `schema.py` builds operator schemas.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .schema import OpSchema


class Type:
    """One TorchScript type: frozen, hashable, compared by value (classes and interfaces by identity)."""

    __slots__ = ("_key", "contained")
    order = 0
    contained: tuple[Type, ...]
    _key: tuple[object, ...]

    def __init__(self, key: tuple[object, ...], contained: tuple[Type, ...] = ()) -> None:
        object.__setattr__(self, "_key", key)
        object.__setattr__(self, "contained", contained)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} is immutable: cannot set {name}")

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Type) and type(self) is type(other) and self._key == other._key)

    def __hash__(self) -> int:
        return hash(self._key)

    def __repr__(self) -> str:
        return self.annotation()

    def __str__(self) -> str:
        raise NotImplementedError

    def graph_text(self) -> str:
        """The spelling inside a printed graph."""
        return str(self)

    def annotation(self) -> str:
        """The spelling as a Python annotation, also that of the files."""
        return str(self)

    def rebuild(self, contained: tuple[Type, ...]) -> Type:
        """The same kind of type around other contained types."""
        return self

    def __deepcopy__(self, memo: object) -> Type:
        return self


class SimpleType(Type):
    """A type without parts; one instance per name, from `simple_type`."""

    __slots__ = ("_annotation", "name", "order")
    name: str

    def __init__(self, name: str, order: int, annotation: str | None = None) -> None:
        super().__init__((name,))
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "order", order)
        object.__setattr__(self, "_annotation", annotation or name)

    def __str__(self) -> str:
        return self.name

    def annotation(self) -> str:
        return self._annotation


# The second number is PyTorch's kind number: members of a union are sorted by it.
ANY = SimpleType("Any", 0)
ANY_ENUM = SimpleType("AnyEnumType", 2)
TENSOR = SimpleType("Tensor", 3)
STORAGE = SimpleType("Storage", 4)
NUMBER = SimpleType("Scalar", 8, "number")
FLOAT = SimpleType("float", 9)
COMPLEX = SimpleType("complex", 10)
INT = SimpleType("int", 14)
NONE = SimpleType("NoneType", 15)
STR = SimpleType("str", 16)
GENERATOR = SimpleType("Generator", 17)
QUANTIZER = SimpleType("Quantizer", 18)
BOOL = SimpleType("bool", 19)
DEVICE = SimpleType("Device", 22)
STREAM = SimpleType("Stream", 23)
CAPSULE = SimpleType("Capsule", 27)
QSCHEME = SimpleType("QScheme", 29)
ANY_LIST = SimpleType("list", 33)
ANY_TUPLE = SimpleType("tuple", 34)
ANY_CLASS = SimpleType("AnyClassType", 35)

SIMPLE_TYPES: dict[str, SimpleType] = {
    t.name: t
    for t in (
        ANY, ANY_ENUM, TENSOR, STORAGE, NUMBER, FLOAT, COMPLEX, INT, NONE, STR, GENERATOR, QUANTIZER, BOOL, DEVICE, STREAM, CAPSULE,
        QSCHEME, ANY_LIST, ANY_TUPLE, ANY_CLASS,
    )
}  # fmt: skip


class VarType(Type):
    """A type variable of an operator schema."""

    __slots__ = ("name",)
    order = 21
    name: str

    def __init__(self, name: str) -> None:
        super().__init__((name,))
        object.__setattr__(self, "name", name)

    def __str__(self) -> str:
        return self.name


class ListType(Type):
    """`List[element]`."""

    __slots__ = ()
    order = 6

    def __init__(self, element: Type) -> None:
        super().__init__((element,), (element,))

    @property
    def element(self) -> Type:
        return self.contained[0]

    def __str__(self) -> str:
        return f"{self.element}[]"

    def graph_text(self) -> str:
        return f"{self.element.graph_text()}[]"

    def annotation(self) -> str:
        return f"List[{self.element.annotation()}]"

    def rebuild(self, contained: tuple[Type, ...]) -> Type:
        return ListType(*contained)


class DictType(Type):
    """`Dict[key, value]`."""

    __slots__ = ()
    order = 7

    def __init__(self, key: Type, value: Type) -> None:
        super().__init__((key, value), (key, value))

    @property
    def key(self) -> Type:
        return self.contained[0]

    @property
    def value(self) -> Type:
        return self.contained[1]

    def __str__(self) -> str:
        return f"Dict({self.key}, {self.value})"

    def annotation(self) -> str:
        return f"Dict[{self.key.annotation()}, {self.value.annotation()}]"

    def rebuild(self, contained: tuple[Type, ...]) -> Type:
        return DictType(*contained)


class OptionalType(Type):
    """`Optional[element]`; made by `optional`, which keeps it free of nesting."""

    __slots__ = ()
    order = 20

    def __init__(self, element: Type) -> None:
        super().__init__((element,), (element,))

    @property
    def element(self) -> Type:
        return self.contained[0]

    def __str__(self) -> str:
        return f"{self.element}?"

    def graph_text(self) -> str:
        return f"{self.element.graph_text()}?"

    def annotation(self) -> str:
        return f"Optional[{self.element.annotation()}]"

    def rebuild(self, contained: tuple[Type, ...]) -> Type:
        return optional(*contained)


class UnionType(Type):
    """`Union[members]`, flat, sorted as PyTorch sorts; made by `union`."""

    __slots__ = ()
    order = 39

    def __init__(self, members: tuple[Type, ...]) -> None:
        super().__init__(members, members)

    @property
    def members(self) -> tuple[Type, ...]:
        return self.contained

    def __str__(self) -> str:
        return f"Union({', '.join(map(str, self.members))})"

    def annotation(self) -> str:
        return f"Union[{', '.join(m.annotation() for m in self.members)}]"

    def rebuild(self, contained: tuple[Type, ...]) -> Type:
        return union(contained)


class TupleType(Type):
    """`Tuple[elements]`; with `name` and `fields` a named tuple class."""

    __slots__ = ("fields", "name")
    order = 5
    name: str | None
    fields: tuple[str, ...] | None

    def __init__(self, elements: Iterable[Type], name: str | None = None, fields: Iterable[str] | None = None) -> None:
        elements = tuple(elements)
        names = None if fields is None else tuple(fields)
        if names is not None and len(names) != len(elements):
            raise ValueError(f"TupleType: {len(elements)} elements but {len(names)} field names")
        super().__init__((elements, name, names), elements)
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "fields", names)

    @property
    def elements(self) -> tuple[Type, ...]:
        return self.contained

    def __str__(self) -> str:
        return self.name if self.name is not None else f"({', '.join(map(str, self.elements))})"

    def graph_text(self) -> str:
        if self.fields is None:
            return f"({', '.join(e.graph_text() for e in self.elements)})"
        return f"NamedTuple({', '.join(f'{f} : {e.graph_text()}' for f, e in zip(self.fields, self.elements, strict=True))})"

    def annotation(self) -> str:
        if self.name is not None:
            return self.name
        return f"Tuple[{', '.join(e.annotation() for e in self.elements)}]" if self.elements else "Tuple[()]"

    def rebuild(self, contained: tuple[Type, ...]) -> Type:
        return TupleType(contained, self.name, self.fields)


class WrapperType(Type):
    """What `Future`, `Await` and `RRef` share: one element, spelled `Name(T)` in schemas and `Name[T]` elsewhere."""

    __slots__ = ()
    word = ""

    def __init__(self, element: Type) -> None:
        super().__init__((element,), (element,))

    @property
    def element(self) -> Type:
        return self.contained[0]

    def __str__(self) -> str:
        return f"{self.word}({self.element})"

    def graph_text(self) -> str:
        return f"{self.word}[{self.element.graph_text()}]"

    def annotation(self) -> str:
        return f"{self.word}[{self.element.annotation()}]"

    def rebuild(self, contained: tuple[Type, ...]) -> Type:
        return type(self)(*contained)


class FutureType(WrapperType):
    """`Future[element]`."""

    __slots__ = ()
    word = "Future"
    order = 11


class AwaitType(WrapperType):
    """`Await[element]`."""

    __slots__ = ()
    word = "Await"
    order = 12


class RRefType(WrapperType):
    """`RRef[element]`."""

    __slots__ = ()
    word = "RRef"
    order = 13


class FunctionType(Type):
    """The type of a compiled function used as a value."""

    __slots__ = ("qualified_name",)
    order = 24
    qualified_name: str

    def __init__(self, qualified_name: str) -> None:
        super().__init__((qualified_name,))
        object.__setattr__(self, "qualified_name", qualified_name)

    def __str__(self) -> str:
        return "Function"

    def annotation(self) -> str:
        return self.qualified_name


class CustomClassType(Type):
    """A class that libtorch implements in C++, known by name only (`__torch__.torch.classes.quantized.Conv2dPackedParamsBase`)."""

    __slots__ = ("qualified_name",)
    order = 25
    qualified_name: str

    def __init__(self, qualified_name: str) -> None:
        super().__init__((qualified_name,))
        object.__setattr__(self, "qualified_name", qualified_name)

    def __str__(self) -> str:
        return self.qualified_name


class EnumType(Type):
    """A Python `Enum` class: its members by name, all values of one type (int, float or str)."""

    __slots__ = ("members", "qualified_name", "value_type")
    order = 1
    qualified_name: str
    value_type: Type
    members: tuple[tuple[str, object], ...]

    def __init__(self, qualified_name: str, value_type: Type, members: Iterable[tuple[str, object]]) -> None:
        pairs = tuple(members)
        super().__init__((qualified_name, value_type, pairs))
        object.__setattr__(self, "qualified_name", qualified_name)
        object.__setattr__(self, "value_type", value_type)
        object.__setattr__(self, "members", pairs)

    def __str__(self) -> str:
        return f"Enum<{self.qualified_name}>"

    def annotation(self) -> str:
        return self.qualified_name


class InterfaceType(Type):
    """Method schemas that a class must offer; compared by identity. `methods` is filled while the interface is defined."""

    __slots__ = ("is_module", "methods", "qualified_name")
    order = 28
    qualified_name: str
    is_module: bool
    methods: dict[str, OpSchema]

    def __init__(self, qualified_name: str, is_module: bool = False) -> None:
        super().__init__((id(self),))
        object.__setattr__(self, "qualified_name", qualified_name)
        object.__setattr__(self, "is_module", is_module)
        object.__setattr__(self, "methods", {})

    def __str__(self) -> str:
        return f"InterfaceType<{self.qualified_name}>"

    def annotation(self) -> str:
        return self.qualified_name


class Attribute(NamedTuple):
    """One slot of a class: its type, and whether a module lists it as parameter or buffer."""

    type: Type
    is_parameter: bool = False
    is_buffer: bool = False


class FunctionLike(Protocol):
    """What the type system needs of a compiled function (`script.function.Function`)."""

    @property
    def name(self) -> str: ...

    @property
    def schema(self) -> OpSchema: ...

    @property
    def graph(self) -> object: ...


class Property(NamedTuple):
    """A property of a class: the methods that read and write it."""

    getter: FunctionLike
    setter: FunctionLike | None = None


class ClassType(Type):
    """A scripted module or class: mutable while it is being defined, compared by identity.

    `attributes` keeps declaration order; `constants` holds values that `Final` or `__constants__` named; `methods` is in compilation order.
    A module's hooks are functions of the module and the forward method's arguments (and result).
    """

    __slots__ = (
        "attributes", "class_variables", "constants", "forward_hooks", "forward_pre_hooks", "is_module", "methods", "properties",
        "qualified_name", "static_methods",
    )  # fmt: skip
    order = 25
    qualified_name: str
    is_module: bool
    attributes: dict[str, Attribute]
    class_variables: set[str]
    """What the Python class has and compiled code cannot see; for messages."""
    constants: dict[str, object]
    methods: dict[str, FunctionLike]
    static_methods: dict[str, FunctionLike]
    properties: dict[str, Property]
    forward_hooks: list[FunctionLike]
    forward_pre_hooks: list[FunctionLike]

    def __init__(self, qualified_name: str, is_module: bool = False) -> None:
        super().__init__((id(self),))
        object.__setattr__(self, "qualified_name", qualified_name)
        object.__setattr__(self, "is_module", is_module)
        object.__setattr__(self, "attributes", {})
        object.__setattr__(self, "class_variables", set())
        object.__setattr__(self, "constants", {})
        object.__setattr__(self, "methods", {})
        object.__setattr__(self, "static_methods", {})
        object.__setattr__(self, "properties", {})
        object.__setattr__(self, "forward_hooks", [])
        object.__setattr__(self, "forward_pre_hooks", [])

    @property
    def name(self) -> str:
        """The last part of the qualified name."""
        return self.qualified_name.rpartition(".")[2]

    def rename(self, qualified_name: str) -> None:
        """Give the class another qualified name (mangling)."""
        object.__setattr__(self, "qualified_name", qualified_name)

    def add_attribute(self, name: str, type_: Type, is_parameter: bool = False, is_buffer: bool = False) -> None:
        """Declare a slot; `ValueError` if the name is taken."""
        if name in self.attributes or name in self.constants:
            raise ValueError(f"{self.qualified_name}: attribute '{name}' is declared twice")
        self.attributes[name] = Attribute(type_, is_parameter, is_buffer)

    def __str__(self) -> str:
        return self.qualified_name


def optional(element: Type) -> Type:
    """`Optional[element]`, flattened: an optional, None or Any stays what it is, a union gains None."""
    if isinstance(element, OptionalType) or element is NONE or element is ANY:
        return element
    if isinstance(element, UnionType):
        return union((*element.members, NONE))
    return OptionalType(element)


def union_members(type_: Type) -> tuple[Type, ...]:
    """The alternatives of a union, an optional or `number`; a type on its own otherwise."""
    if isinstance(type_, UnionType):
        return tuple(m for member in type_.members for m in union_members(member))
    if isinstance(type_, OptionalType):
        return (*union_members(type_.element), NONE)
    return (INT, FLOAT, COMPLEX) if type_ is NUMBER else (type_,)


MAX_UNION = 128
"""Members of a union; programs have a handful, hostile files thousands."""


def union(members: Iterable[Type]) -> Type:
    """The union of the members in normal form: flat, without subsumed members, sorted; `number` or `Optional` where they say the same."""
    flat = [m for member in members for m in union_members(member)]
    if not flat:
        raise ValueError("union: needs at least one member")
    distinct = list(dict.fromkeys(flat))
    if len(distinct) > MAX_UNION:
        # every member is compared with every other
        raise ValueError(f"union: at most {MAX_UNION} members are supported, but got {len(distinct)}")
    kept = [m for m in distinct if not any(m != other and is_subtype(m, other) and not is_subtype(other, m) for other in distinct)]
    if all(t in kept for t in (INT, FLOAT, COMPLEX)):
        kept = [m for m in kept if m not in (INT, FLOAT, COMPLEX)] + [NUMBER]
    if len(kept) == 1:
        return kept[0]
    if len(kept) == 2 and NONE in kept:
        return OptionalType(kept[0] if kept[1] is NONE else kept[1])
    return UnionType(tuple(sorted(kept, key=lambda m: (m.order, str(m)))))


def is_subtype(type_: Type, other: Type) -> bool:
    """True if a value of `type_` may be used where `other` is declared."""
    if type_ == other or other is ANY:
        return True
    if isinstance(type_, (UnionType, OptionalType)):
        return all(is_subtype(m, other) for m in union_members(type_))
    if isinstance(other, OptionalType):
        return type_ is NONE or is_subtype(type_, other.element)
    if isinstance(other, UnionType):
        alternatives = union_members(other)
        return any(is_subtype(type_, m) for m in alternatives) or (type_ is NUMBER and {INT, FLOAT, COMPLEX} <= set(alternatives))
    if other is NUMBER:
        return type_ in (INT, FLOAT, COMPLEX)
    if other is ANY_LIST:
        return isinstance(type_, ListType)
    if other is ANY_TUPLE:
        return isinstance(type_, TupleType)
    if other is ANY_ENUM:
        return isinstance(type_, EnumType)
    if other is ANY_CLASS:
        return isinstance(type_, (ClassType, CustomClassType))
    if isinstance(type_, TupleType) and isinstance(other, TupleType):
        return _is_subtuple(type_, other)
    if isinstance(type_, WrapperType) and type(type_) is type(other):
        return is_subtype(type_.contained[0], other.contained[0])
    if isinstance(other, InterfaceType):
        return _implements(type_, other)
    return False


def _is_subtuple(type_: TupleType, other: TupleType) -> bool:
    if len(type_.elements) != len(other.elements):
        return False
    if other.name is not None and (type_.name != other.name or type_.fields != other.fields):
        return False
    return all(is_subtype(a, b) for a, b in zip(type_.elements, other.elements, strict=True))


def _implements(type_: Type, interface: InterfaceType) -> bool:
    if isinstance(type_, InterfaceType):
        offered = type_.methods
    elif isinstance(type_, ClassType) and type_.is_module == interface.is_module:
        offered = {name: method.schema for name, method in type_.methods.items()}
    else:
        return False
    return all(name in offered and _schema_fits(offered[name], wanted) for name, wanted in interface.methods.items())


def _schema_fits(offered: OpSchema, wanted: OpSchema) -> bool:
    """Parameters may accept more, results may be narrower; the first parameter is `self` and is not compared."""
    if len(offered.args) != len(wanted.args) or len(offered.returns) != len(wanted.returns):
        return False
    pairs = zip(offered.args[1:], wanted.args[1:], strict=True)
    if not all(a.name == b.name and a.keyword_only == b.keyword_only and is_subtype(b.type, a.type) for a, b in pairs):
        return False
    return all(is_subtype(a.type, b.type) for a, b in zip(offered.returns, wanted.returns, strict=True))


def unify(type_: Type, other: Type) -> Type | None:
    """The smallest type that holds both without making a union, or None."""
    if is_subtype(type_, other):
        return other
    if is_subtype(other, type_):
        return type_
    if type_ is NONE or other is NONE:
        return optional(other if type_ is NONE else type_)
    if isinstance(type_, OptionalType) or isinstance(other, OptionalType):
        inner = unify(
            type_.element if isinstance(type_, OptionalType) else type_,
            other.element if isinstance(other, OptionalType) else other,
        )
        return None if inner is None else optional(inner)
    if isinstance(type_, TupleType) and isinstance(other, TupleType) and len(type_.elements) == len(other.elements):
        elements = [unify(a, b) for a, b in zip(type_.elements, other.elements, strict=True)]
        return None if None in elements else TupleType(e for e in elements if e is not None)
    if isinstance(type_, ListType) and isinstance(other, ListType):
        element = unify(type_.element, other.element)
        return None if element is None else ListType(element)
    if isinstance(type_, DictType) and isinstance(other, DictType) and type_.key == other.key:
        value = unify(type_.value, other.value)
        return None if value is None else DictType(type_.key, value)
    return None

"""The operator table: one row per operator, everything else is derived from the row.

A row is a decorated function. The decorator says what kind of operator it is, the schema string (PyTorch's spelling; no
namespace means `aten::`) says types, defaults, overload and aliasing, and the body is the definition:

    @pointwise("hypot(Tensor self, Tensor other) -> Tensor", dtype=promote_float)
    def hypot(a, b):
        return math.hypot(a, b)

What the bodies of each kind receive and return is said by their decorators below. In-place and `out=` overloads follow
from the functional row (variants.py). Rows live in the family files of the folders here, which are imported on first look-up;
`lookup` finds a row by key, packet.py groups rows by name into what users call.
"""
from __future__ import annotations

import enum
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any

from .. import schema as schemas
from ..forking import hold_at_fork

if TYPE_CHECKING:
    from ..dtype import DType
    from ..schema import OpSchema
    from .dtype_rules import DTypeRule

FAMILIES = {
    "pointwise": ("arithmetic", "comparison", "activation", "selection", "blending", "special", "complex_numbers", "special_functions",
        "floating_point", "integers"),
    "reduction": ("reductions", "statistics", "scans", "softmax", "quantiles", "counting", "histograms", "calculus", "segments"),
    "linalg": ("matrix", "matrix_sums", "contractions", "einsum", "products", "decompositions", "solving", "matrix_functions"),
    "layers": ("convolution", "fused_convolution", "plain_convolutions", "device_convolutions", "pooling", "pooling1d", "pooling3d",
        "unpooling", "fractional_pooling", "normalization", "group_normalization", "layer_normalization", "native_normalization",
        "padding", "attention", "native_attention", "grid_sampling", "recurrent", "embedding_bag", "random_slopes", "losses",
        "class_losses", "sequence_losses", "packing", "shuffling", "detection", "graphs", "regions", "resampling"),
    "shape": ("views", "splitting", "reshaping", "conversion", "joining", "properties", "view_copies"),
    "creation": ("factories", "from_data", "ranges", "random", "random_distributions"),
    "indexing": ("indexing", "gathering", "writing", "scattering", "sorting", "searching", "unique", "unchecked"),
    "values": ("modes", "scalars", "scalar_math", "strings", "lists", "dicts", "profiling"),
    "spectral": ("spectral", "stft", "filtering"),
    "quantized": ("quantizing", "quantized_layers", "quantized_recurrent", "quantized_arithmetic", "quantized_embeddings",
        "quantized_dynamic", "quantized_pooling", "rowwise_embeddings", "observed_ranges", "fbgemm", "prepacked"),
}
"""The folders here and their modules that hold rows."""
NAMES_ANEW = ("aliases", "compatibility")
"""The modules whose rows are other names for rows of the families, and come after them."""


class Kind(enum.Enum):
    """How a row's body is to be read."""

    POINTWISE = "pointwise"
    REDUCTION = "reduction"
    VIEW = "view"
    COMPOSITE = "composite"
    KERNEL = "kernel"
    HOST = "host"
    BUILTIN = "builtin"


class Sharing(enum.Enum):
    """What memory the `out` of a row may share with an input; results are complete before they are written in any case."""

    ANY = "any"
    SAME = "item by item"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Traits:
    """What a row says about itself beyond its schema; each decorator documents the ones it takes."""

    dtype: DTypeRule | None = None
    parameters: tuple[str, ...] = ()
    choose: str | None = None
    integral: Callable[..., Any] | None = None
    complex: Callable[..., Any] | None = None
    exact_numbers: bool = False
    random: bool = False
    out: Sharing = Sharing.ANY
    same_out: Callable[[DType, DType], str] | None = None


class Op:
    """One overload of one operator: a row, or a variant derived from a row.

    Calling it takes all arguments, in the order of the schema, as Python values. `callable()` gives the function behind
    the call, for callers that run it often.
    """

    __slots__ = ("_callable", "_schema", "base", "body", "key", "kind", "text", "traits")

    def __init__(self, key: str, text: str, kind: Kind, body: Callable[..., Any], traits: Traits, base: Op | None = None) -> None:
        self.key = key
        """`namespace::name.overload`, or `namespace::name` where the overload has no name."""
        self.text = text
        self.kind = kind
        self.body = body
        self.traits = traits
        self.base = base
        """The functional row that an in-place or out= overload was derived from."""
        self._schema: OpSchema | None = None
        self._callable: Callable[..., Any] | None = None

    @property
    def schema(self) -> OpSchema:
        """The parsed schema."""
        if self._schema is None:
            self._schema = schemas.parse(self.text)
        return self._schema

    @property
    def name(self) -> str:
        """`namespace::name`."""
        return self.key.partition(".")[0]

    @property
    def writes(self) -> bool:
        """Whether a call changes one of its arguments."""
        return any(argument.alias is not None and argument.alias.writes for argument in self.schema.args)

    @property
    def writes_out(self) -> bool:
        """Whether the last argument is the tensor that a call writes its result to."""
        last = self.schema.args[-1]
        return last.keyword_only and last.alias is not None and last.alias.writes

    @property
    def random(self) -> bool:
        """Whether a call draws from the random generator."""
        return self.traits.random

    def callable(self) -> Callable[..., Any]:
        """The function that runs this operator on complete arguments."""
        if self._callable is None:
            from .calling import make_callable

            self._callable = make_callable(self)
        return self._callable

    def __call__(self, *args: Any) -> Any:
        return (self._callable or self.callable())(*args)

    def __repr__(self) -> str:
        return f"<Op {self.text}>"


@dataclass(slots=True)
class _Table:
    rows: dict[str, Op] = field(default_factory=dict[str, Op])
    names: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    loading: bool = False
    loaded: bool = False


_table = _Table()
# threads that come while one imports the families wait for all of them
_lock = threading.RLock()
hold_at_fork(_lock)


def _key(text: str) -> str:
    head = text[: text.index("(")]
    return head if "::" in head else f"aten::{head}"


def add_row(text: str, kind: Kind, body: Callable[..., Any], traits: Traits = Traits()) -> Op:
    """Put one row into the table; its key must be new."""
    key = _key(text)
    op = Op(key, text if "::" in text[: len(key)] else f"aten::{text}", kind, body, traits)
    if key in _table.rows:
        raise ValueError(f"{key}: already in the table")
    _table.rows[key] = op
    _table.names.setdefault(op.name, []).append(key)
    return op


def load_rows() -> None:
    """Import every family once."""
    if _table.loaded:
        return
    with _lock:
        if _table.loading or _table.loaded:
            return
        _table.loading = True
        try:
            for folder, families in FAMILIES.items():
                for family in families:
                    import_module(f"{__package__}.{folder}.{family}")
            for module in NAMES_ANEW:
                import_module(f"{__package__}.{module}")
            _table.loaded = True
        finally:
            _table.loading = False


def rows() -> Iterator[Op]:
    """Every row, in the order of the files."""
    load_rows()
    yield from list(_table.rows.values())


def keys_of(name: str) -> list[str]:
    """The keys of the rows called `namespace::name`, in the order of the files."""
    load_rows()
    return _table.names.get(name, [])


def lookup(key: str) -> Op | None:
    """The overload with this key: a row, or a variant derived from one; None if the table has neither."""
    load_rows()
    found = _table.rows.get(key)
    if found is None:
        from .variants import derive

        found = derive(key)
        if found is not None:
            _table.rows[key] = found
    return found


def required(key: str) -> Op:
    """The overload with this key, for rows that are defined by another: KeyError if the table lacks it."""
    found = lookup(key)
    if found is None:
        raise KeyError(f"{key}: not in the operator table")
    return found


_Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def _decorator(texts: tuple[str, ...], kind: Kind, traits: Traits = Traits()) -> _Decorator:
    def add(body: Callable[..., Any]) -> Callable[..., Any]:
        for text in texts:
            add_row(text, kind, body, traits)
        return body

    return add


def pointwise(
    *texts: str,
    dtype: DTypeRule,
    parameters: tuple[str, ...] = (),
    choose: str | None = None,
    integral: Callable[..., Any] | None = None,
    complex: Callable[..., Any] | None = None,
    exact_numbers: bool = False,
) -> _Decorator:
    """Each item of the result follows from the items at its place. The body takes one item per operand and returns one.

    Operands are the `Tensor` and `Scalar` arguments, in schema order; they arrive in the compute dtype of the rule
    `dtype`, and the result is cast to its result dtype. Scalars that are keyword-only or named in `parameters` reach the
    body too but do not take part in promotion. `choose` names a str or bool argument that selects the body: the decorated
    function then takes its value and returns the scalar function. `integral` is the body for integer and bool dtypes where
    it differs, `complex` the one over real and imaginary parts (kernels/mathematics/complex_functions.py); rows without it refuse complex
    operands. Several texts share one body (`.Tensor` and `.Scalar`). Scalars that take part in promotion are rounded to
    the compute dtype, unless the row has `exact_numbers`: then beside float16 and bfloat16 they stay float32, as in PyTorch.
    """
    traits = Traits(dtype=dtype, parameters=parameters, choose=choose, integral=integral, complex=complex, exact_numbers=exact_numbers)
    return _decorator(texts, Kind.POINTWISE, traits)


def view(*texts: str) -> _Decorator:
    """Results over the memory of `self`. The body takes self's Layout and the other arguments and returns a Layout or a list of them."""
    return _decorator(texts, Kind.VIEW)


def composite(
    *texts: str, random: bool = False, out: Sharing = Sharing.ANY, same_out: Callable[[DType, DType], str] | None = None
) -> _Decorator:
    """Defined by other operators: the body takes and returns tensors and calls packets. `out` and `same_out` as for kernels."""
    return _decorator(texts, Kind.COMPOSITE, Traits(random=random, out=out, same_out=same_out))


def kernel(
    *texts: str, random: bool = False, out: Sharing = Sharing.ANY, same_out: Callable[[DType, DType], str] | None = None
) -> _Decorator:
    """The body takes tensors, allocates the results and runs compiled kernels on them.

    `out` says which memory PyTorch lets the `out=` tensor share with an input. With `same_out` it must have the result's very
    dtype; from both dtypes that makes the message of the error.
    """
    return _decorator(texts, Kind.KERNEL, Traits(random=random, out=out, same_out=same_out))


def reduction(*texts: str, same_out: Callable[[DType, DType], str] | None = None) -> _Decorator:
    """Many items become one: the body takes tensors and runs a kernel of kernels/loops/reduction.py. `same_out` as for kernels."""
    return _decorator(texts, Kind.REDUCTION, Traits(same_out=same_out))


def host(*texts: str, random: bool = False, same_out: Callable[[DType, DType], str] | None = None) -> _Decorator:
    """The body does its arithmetic in NumPy. `same_out` as for kernels."""
    return _decorator(texts, Kind.HOST, Traits(random=random, same_out=same_out))


def builtin(*texts: str) -> _Decorator:
    """An operator on Python values (int, float, bool, str, list, dict): the body is a plain Python function."""
    return _decorator(texts, Kind.BUILTIN)

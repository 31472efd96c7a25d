"""The text of stubs/: what editors and type checkers see of the operators, from the operator table. tests/docs/make.py writes it.

At run time `rl.softmax` and `x.softmax` are looked up in the table; these files say it statically, with a signature for each overload.
They are installed as `rushlight-stubs`, which type checkers read beside the package (a partial stub package). program.py is a
program that tests/packaging/check_installs.py has checked with them.
"""
from __future__ import annotations

import ast
import keyword
import math
from collections.abc import Iterable, Iterator
from pathlib import Path

from rushlight import _public
from rushlight.runtime.nn import functional
from rushlight.runtime.ops.packet import Packet, packet, result_class
from rushlight.runtime.ops.table import Op
from rushlight.runtime.ops.variants import overload_orders
from rushlight.runtime.schema import Argument
from rushlight.runtime.tensor import Tensor
from rushlight.runtime.typesystem import ListType, OptionalType, Type

ROOT = Path(__file__).resolve().parents[2]

HEADER = '''"""Made by tests/docs/make.py from the operator table."""
from builtins import bool as _bool
from builtins import complex as _complex
from builtins import float as _float
from builtins import int as _int
from builtins import str as _str
from collections.abc import Sequence
from typing import Any, NamedTuple, overload

from rushlight.runtime.device import Device
from rushlight.runtime.dtype import DType
from rushlight.runtime.formats import MemoryFormat
from rushlight.runtime.layout import LayoutKind
from rushlight.runtime.random import Generator
from rushlight.runtime.tensor import Tensor

_Number = _int | _float | _bool | _complex
'''
WORDS = {
    "Tensor": "Tensor", "int": "_int", "float": "_float", "bool": "_bool", "str": "_str", "Scalar": "_Number | Tensor", "complex": "_complex",
    "Device": "Device | _str", "Generator": "Generator", "ScalarType": "DType", "Layout": "LayoutKind", "MemoryFormat": "MemoryFormat",
    "SymInt": "_int", "Storage": "Any",
}
FAMILIES = {"fft": "fft_", "linalg": "linalg_", "special": "special_"}


class Unsaid(Exception):
    """The schema has a type that Python programs do not pass."""


def plain(type_: Type, spelling: str) -> str:
    """A type that is neither optional nor a list."""
    word = spelling or str(type_)
    if word not in WORDS:
        raise Unsaid(word)
    return WORDS[word]


def annotation(argument: Argument, *, widens: bool = False) -> str:
    """The Python type of an argument; `widens` says that a number stands for a tensor."""
    type_, is_optional = argument.type, False
    if isinstance(type_, OptionalType):
        type_, is_optional = type_.element, True
    if not isinstance(type_, ListType):
        text = plain(type_, argument.spelling)
        text = f"{text} | _Number" if text == "Tensor" and widens else text
    else:
        element = type_.element
        inner = plain(element.element, "") + " | None" if isinstance(element, OptionalType) else plain(element, argument.spelling)
        text = f"Sequence[{inner}]"
        text = f"{inner} | {text}" if argument.list_size is not None and inner in {"_int", "_float", "_bool"} else text
    return f"{text} | None" if is_optional else text


def default(argument: Argument) -> str:
    """` = 1`, ` = ...` where the text would say little, or nothing."""
    if not argument.has_default:
        return ""
    value = argument.default
    is_plain = value is None or isinstance(value, bool) or isinstance(value, int | float) and math.isfinite(value)
    return f" = {value}" if is_plain else " = ..."


def named(name: str) -> str:
    """The name of a parameter, which may be a word of Python's."""
    return f"{name}_" if keyword.iskeyword(name) else name


def parameters(arguments: Iterable[Argument], *, widens: bool) -> list[str]:
    """The parameters' texts; those that are written beside results become `out`."""
    found: list[str] = []
    outs = 0
    starred = False
    for argument in arguments:
        if argument.keyword_only and not starred:
            found.append("*")
            starred = True
        if argument.keyword_only and argument.writes:
            outs += 1
            continue
        optional = default(argument)
        # PyTorch has parameters without default after ones with
        optional = " = ..." if not optional and not starred and any("=" in one for one in found) else optional
        found.append(f"{named(argument.name)}: {annotation(argument, widens=widens and argument.name == 'other')}{optional}")
    if outs:
        found.append("out: Tensor" if outs == 1 else f"out: tuple[{', '.join(['Tensor'] * outs)}]")
    return found


def result(op: Op) -> str:
    """The type of the result."""
    if result_class(op) is not None:
        return class_name(op)
    texts = [annotation(one).replace("Sequence[Tensor]", "tuple[Tensor, ...]") for one in op.schema.returns]
    return texts[0] if len(texts) == 1 else f"tuple[{', '.join(texts)}]" if texts else "None"


def class_name(op: Op) -> str:
    """The name of the class of results with names."""
    return f"_{op.name.partition('::')[2]}_result"


def overloads(found: Packet, *, is_method: bool) -> list[str]:
    """`(parameters) -> result` for each overload that can be said, each once; sizes may be given one by one."""
    texts: list[str] = []
    # `x + 1` adds a tensor without dimensions; `max(x, 1)` is along a dimension
    widens = not any(len(op.schema.args) > 1 and str(op.schema.args[1].type) == "int" for op in found.eager)
    for op in found.eager:
        arguments = [one for one in op.schema.args if not (is_method and one.name == "self")]
        is_own = len(arguments) < len(op.schema.args)
        if is_method and (not is_own or any(one.writes and one.keyword_only for one in arguments)):
            continue
        try:
            given, returned = parameters(arguments, widens=widens), result(op)
        except Unsaid:
            continue
        if not is_method:
            given = [f"input{text[4:]}" if text.startswith("self:") else text for text in given]
        texts.append(f"({', '.join(['self', *given] if is_method else given)}) -> {returned}")
        first = arguments[0] if is_method and arguments else None
        spreads = first is not None and isinstance(first.type, ListType) and str(first.type.element) == "int" and first.list_size is None
        if spreads and all(one.keyword_only or one.has_default for one in arguments[1:]):
            rest = [text if "=" in text or text.startswith("out") else f"{text} = ..." for text in given[1:] if text != "*"]
            texts.append(f"({', '.join(['self', f'*{first.name}: _int', *rest])}) -> {returned}")
    return list(dict.fromkeys(texts))


def function(name: str, found: Packet, *, is_method: bool = False) -> list[str]:
    """The lines of one function or method; none if no overload can be said."""
    texts = overloads(found, is_method=is_method)
    documented = next((op.body.__doc__ for op in found.overloads if op.body.__doc__), None)
    lines: list[str] = []
    for at, text in enumerate(texts):
        if len(texts) > 1:
            lines.append("@overload")
        if documented and at == 0:
            summary = documented.strip().splitlines()[0].replace("\\", "\\\\").replace('"""', "'''")
            lines += [f"def {name}{text}:", f'    """{summary}"""', "    ..."]
        else:
            lines.append(f"def {name}{text}: ...")
    return lines


def operators(prefix: str = "") -> Iterator[tuple[str, Packet]]:
    """Name (without the prefix) and packet of every operator that users call."""
    for key in sorted(overload_orders()):
        space, _, name = key.partition("::")
        short = name.removeprefix(prefix)
        if space == "aten" and name.startswith(prefix) and not name.startswith("_") and short.isidentifier() and not keyword.iskeyword(short):
            found = packet(key)
            if found is not None:
                yield short, found


def result_classes() -> list[str]:
    """The classes of results with names."""
    lines: list[str] = []
    seen: set[str] = set()
    for _, found in operators():
        for op in found.eager:
            if result_class(op) is None or class_name(op) in seen:
                continue
            seen.add(class_name(op))
            fields = [one.name for one in op.schema.returns]
            lines += ["", f"class {class_name(op)}(NamedTuple):", *(f"    {name}: {WORDS['Tensor']}" for name in fields)]
    return lines


def result_names() -> list[str]:
    """The names of those classes."""
    return [line.split()[1].partition("(")[0] for line in result_classes() if line.startswith("class")]


def method_stub() -> str:
    """runtime/operators.pyi: Python's operators as runtime/operators.py declares them, and every operator as a method."""
    tree = ast.parse((ROOT / "runtime" / "operators.py").read_text())
    owner = next(node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "Operators")
    branch = next(node for node in owner.body if isinstance(node, ast.If))
    written = [node for node in branch.body if isinstance(node, ast.FunctionDef)]
    lines = ["class Operators:", *(f"    {line}" for node in written for line in ast.unparse(node).replace(":\n    ...", ": ...").splitlines())]
    known = {node.name for node in written} | set(vars(Tensor).keys() - {name for name, _ in operators()})
    own = ast.parse((ROOT / "runtime" / "tensor.py").read_text())
    body = next(node for node in own.body if isinstance(node, ast.ClassDef) and node.name == "Tensor").body
    known |= {node.name for node in body if isinstance(node, ast.FunctionDef)}
    for name, found in operators():
        if name not in known:
            lines += [f"    {line}" for line in function(name, found, is_method=True)]
    after = "from rushlight.runtime.tensor import Tensor\n"
    header = HEADER.replace(after, f"{after}from rushlight._operators import {', '.join(result_names())}\n")
    return header + "\n" + "\n".join(lines) + "\n"


def stubs() -> dict[str, str]:
    """Path below stubs/ and text of every file."""
    written = {name for name in vars(_public) if not name.startswith("_")}
    lines = result_classes() + [""]
    for name, found in operators():
        if name not in written:
            lines += function(name, found)
    files = {"_operators.pyi": HEADER + "\n".join(lines) + "\n", "runtime/operators.pyi": method_stub(), "py.typed": "partial\n"}
    for family, prefix in FAMILIES.items():
        family_lines = [line for name, found in operators(prefix) for line in function(name, found)]
        imports = "".join(f"from rushlight._operators import {name}\n" for name in result_names() if any(name in line for line in family_lines))
        files[f"{family}.pyi"] = HEADER + imports + "\n" + "\n".join(family_lines) + "\n"
    source = (ROOT / "api" / "nn" / "functional.py").read_text()
    names = sorted(name for name in functional._OPERATORS if not name.startswith("_"))
    packets = [line for name in names for line in function(name, getattr(functional, name))]
    imported = "\n".join(line for line in source.splitlines() if line.startswith("from rushlight"))
    files["nn/functional.pyi"] = f"{HEADER}{imported}\n\n" + "\n".join(packets) + "\n"
    tree = ast.parse((ROOT / "api" / "__init__.py").read_text())
    branch = next(node for node in tree.body if isinstance(node, ast.If))
    head = "\n".join(ast.unparse(node) for node in branch.body)
    files["__init__.pyi"] = f'{HEADER.splitlines()[0]}\nfrom rushlight._operators import *\n{head}\n\n__version__: str\n'
    return files

"""Archives of PyTorch 1.0 to 1.3, which hold a `model.json` in place of `data.pkl`: modules as records of JSON, not classes.

In: an archive with a `model.json`. Out: an `OldModel`: one class per module, made of its attributes and of the methods in its source
file, and the same unpickled objects that script_pickle.py gives for newer archives, so everything after it is shared.

`model.json` is a message of protocol buffers (`ModelDef`) as JSON: 64-bit integers are strings, absent fields have their defaults.
"""

from __future__ import annotations

import json
import keyword
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeVar, cast

from ..runtime.dtype import BY_NAME
from ..script import syntax
from ..script.outline import Outline, outline_tree
from ..script.parser import parse_expression
from ..script.source import ScriptError, Source
from .code_reader import ArchiveCode
from .container import Archive
from .errors import ArchiveError, shown
from .script_pickle import (
    ClassReference,
    Function,
    PickledObject,
    PickledStorage,
    PickledTensor,
    ScriptBuilder,
    Tagged,
    make_view,
    read_script_pickle,
)

RECORD = "model.json"
MAX_SIZE = 1 << 26
MAX_DEPTH = 64
"""Modules inside modules."""

ROOT = "__torch__"
# caffe2.TensorProto.DataType, by the names that JSON has
DTYPES = {
    "FLOAT": "float32", "DOUBLE": "float64", "FLOAT16": "float16", "INT8": "int8", "INT16": "int16", "INT32": "int32", "INT64": "int64",
    "UINT8": "uint8", "BYTE": "uint8", "BOOL": "bool",
}  # fmt: skip

Kind = TypeVar("Kind")


def is_old(archive: Archive) -> bool:
    """Whether an archive is one of those."""
    return RECORD in archive and "data.pkl" not in archive


class OldModel:
    """The modules of an old archive as classes and objects. It stands where `ArchiveCode` stands for newer archives."""

    def __init__(self, archive: Archive) -> None:
        """Read everything but the storages. Raises ArchiveError where the file breaks a rule."""
        self.archive = archive
        self.code = ArchiveCode(archive)
        message = _message(archive)
        storages: dict[str, PickledStorage] = {}
        self.tensors = [_tensor(archive, _record(one), index, storages) for index, one in enumerate(_list(message, "tensors"))]
        self.objects: list[PickledObject] = []
        """In the order in which PyTorch completed them: inner modules first."""
        self._libraries = _key(_optional(message, "libs"))
        self._classes: dict[str, list[syntax.ClassDef]] = {}
        self._values = self._attribute_values()
        self.root = self._module(_record(message.get("mainModule")), [ROOT], 0)

    def file(self, path: str) -> syntax.File | None:
        """The definitions in a record of newer archives, e.g. `code/__torch__.py`: modules, and what the libraries hold under that name."""
        classes = self._classes.get(path, [])
        library = self.code.file(f"libs/{path.removeprefix('code/')}")
        if library is None and not classes and self._libraries is not None:
            library = self.code.file(self._libraries)
        if library is None and not classes:
            return None
        source = library.source if library is not None else Source("", path)
        return syntax.File((*classes, *(library.definitions if library is not None else ())), source)

    def outline(self, path: str) -> list[Outline] | None:
        """The same, as `ArchiveCode.outline` gives it."""
        file = self.file(path)
        return None if file is None else outline_tree(file.definitions)

    def paths(self) -> list[str]:
        """All records that `file` knows."""
        libraries = [f"code/{name.removeprefix('libs/')}" for name in self.archive if name.startswith("libs/") and name.endswith(".py")]
        shared = ["code/.py"] if self._libraries is not None else []
        return list(dict.fromkeys([*self._classes, *libraries, *shared]))

    def _attribute_values(self) -> tuple[object, ...]:
        """The table of attribute values."""
        if "attributes.pkl" not in self.archive:
            return ()
        builder = _Builder("attributes", {name: record.size for name, record in self.archive.records.items()}, tensors=self.tensors)
        value = read_script_pickle(self.archive.view("attributes.pkl"), builder, "attributes.pkl")
        self.objects += builder.objects
        plain = value.value if isinstance(value, Tagged) else value
        if not isinstance(plain, tuple | list):
            raise ArchiveError("the attributes are no tuple", record="attributes.pkl")
        return tuple(cast("tuple[object, ...] | list[object]", plain))

    def _value(self, index: object) -> object:
        if type(index) is not int or not 0 <= index < len(self._values):
            raise ArchiveError(f"attribute {shown(index)} is none of the {len(self._values)} in attributes.pkl", record=RECORD)
        return self._values[index]

    def _module(self, message: dict[str, object], namespace: list[str], depth: int) -> PickledObject:
        """The object of a module, whose class is entered under the names of the modules around it."""
        if depth > MAX_DEPTH:
            raise ArchiveError(f"modules are nested deeper than {MAX_DEPTH}", record=RECORD)
        path = f"code/{'/'.join(namespace)}.py"
        taken = self._classes.setdefault(path, [])
        name = _identifier(_field(message, "name", str, "module"), {one.name for one in taken})
        text = _Declarations(".".join(namespace))
        made = PickledObject(f"{text.namespace}.{name}", is_built=True)
        place = len(taken)
        # the name is taken before inner modules look for theirs
        taken.append(text.definition(name, ()))
        state: dict[object, object] = {}
        for sub in _list(message, "submodules"):
            inner = _record(sub)
            value = self._module(inner, [*namespace, name], depth + 1)
            text.add(_field(inner, "name", str), value.qualified_name)
            state[_field(inner, "name", str)] = value
        self._add_tensors(message, text, state)
        self._add_attributes(message, text, state)
        taken[place] = text.definition(name, self._methods(message))
        made.state = state
        if "getStateAttributeId" in message:
            made.state = self._value(_integer(message, "getStateAttributeId"))
        self.objects.append(made)
        return made

    def _add_tensors(self, message: dict[str, object], text: _Declarations, state: dict[object, object]) -> None:
        """Parameters and buffers."""
        for one in _list(message, "parameters"):
            parameter = _record(one)
            name = _field(parameter, "name", str)
            state[name] = self._tensor_at(_integer(parameter, "tensorId"))
            text.add(name, "Tensor", is_buffer=bool(parameter.get("isBuffer", False)), is_parameter=True)

    def _add_attributes(self, message: dict[str, object], text: _Declarations, state: dict[object, object]) -> None:
        for one in _list(message, "attributes"):
            attribute = _record(one)
            name = _field(attribute, "name", str)
            if name in state:
                # a parameter or a module is listed as an attribute too
                continue
            index = _integer(attribute, "id")
            state[name] = self._value(index) if index >= 0 else None
            text.add(name, _field(attribute, "type", str))

    def _tensor_at(self, index: int) -> PickledTensor:
        if not 0 <= index < len(self.tensors):
            raise ArchiveError(f"tensor {index} is none of the {len(self.tensors)} in the table", record=RECORD)
        return self.tensors[index]

    def _methods(self, message: dict[str, object]) -> tuple[syntax.FunctionDef, ...]:
        """The functions in the source file of a module."""
        key = _key(message)
        if key is None:
            return ()
        file = self.code.file(key)
        if file is None:
            raise ArchiveError("the record is missing", record=key)
        methods = [definition for definition in file.definitions if isinstance(definition, syntax.FunctionDef)]
        if len(methods) != len(file.definitions):
            raise ArchiveError("the source of a module holds something that is no method", record=key)
        return tuple(methods)


class _Declarations:
    """The attributes of one class while they are collected."""

    def __init__(self, namespace: str) -> None:
        self.namespace = namespace
        self.attributes: list[syntax.AttributeDeclaration] = []
        self.parameters: list[str] = []
        self.buffers: list[str] = []

    def add(self, name: str, annotation: str, *, is_parameter: bool = False, is_buffer: bool = False) -> None:
        """Declare an attribute; its type is in Python style."""
        source = Source(annotation, RECORD)
        try:
            tree = parse_expression(source)
        except ScriptError as error:
            raise ArchiveError(f"the type of attribute {shown(name)} is not understood: {error}", record=RECORD) from error
        self.attributes.append(syntax.AttributeDeclaration(name, tree, source.span(0, len(annotation))))
        if is_buffer:
            self.buffers.append(name)
        elif is_parameter:
            self.parameters.append(name)

    def definition(self, name: str, methods: tuple[syntax.FunctionDef, ...]) -> syntax.ClassDef:
        """The class as newer archives spell it out."""
        source = Source(f"class {name}(Module):\n", RECORD)
        span = source.span(0, len(source.text) - 1)
        return syntax.ClassDef(
            name, (syntax.Name("Module", span),), tuple(self.parameters), tuple(self.buffers), (), (), tuple(self.attributes), (),
            methods, (), span,
        )  # fmt: skip


@dataclass(slots=True)
class _Builder(ScriptBuilder):
    """The builder of `attributes.pkl`, whose tensors are those of the table."""

    tensors: list[PickledTensor] = field(default_factory=list[PickledTensor])

    def find_global(self, module: str, name: str) -> object:
        if (module, name) in (("__main__", "TensorID"), ("torch.jit._pickle", "build_tensor_from_id")):
            return Function(name, self._tensor)
        if (module, name) == ("__main__", "IntList"):
            return super(_Builder, self).find_global("torch.jit._pickle", "build_intlist")
        if f"libs/{module.replace('.', '/')}.py" in self.record_sizes:
            return ClassReference(f"{module}.{name}")
        return super(_Builder, self).find_global(module, name)

    def _tensor(self, arguments: tuple[object, ...]) -> object:
        index = arguments[0] if len(arguments) == 1 else None
        if type(index) is not int or not 0 <= index < len(self.tensors):
            raise ArchiveError(f"tensor {shown(index)} is none of the {len(self.tensors)} in the table")
        return self.tensors[index]


def _message(archive: Archive) -> dict[str, object]:
    content = archive.view(RECORD)
    if len(content) > MAX_SIZE:
        raise ArchiveError(f"the record is longer than {MAX_SIZE} bytes", record=RECORD)
    try:
        value: object = json.loads(bytes(content))
    except ValueError as error:
        raise ArchiveError(f"the record is no JSON: {error}", record=RECORD) from error
    return _record(value)


def _record(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise ArchiveError(f"{shown(value)} stands where an object is expected", record=RECORD)
    return cast("dict[str, object]", value)


def _optional(message: dict[str, object], name: str) -> dict[str, object]:
    return _record(message.get(name, {}))


def _list(message: dict[str, object], name: str) -> Iterator[object]:
    return iter(cast("list[object]", _field(message, name, list, [])))


def _field(message: dict[str, object], name: str, kind: type[Kind], default: Kind | None = None) -> Kind:
    value = message.get(name, default)
    if not isinstance(value, kind):
        raise ArchiveError(f"the field {name} is {shown(value)}, not a {kind.__name__}", record=RECORD)
    return value


def _integer(message: dict[str, object], name: str, default: int = 0) -> int:
    """A 64-bit integer, which JSON has as a number or as a string."""
    return _as_integer(message.get(name, default), name)


def _as_integer(value: object, name: str) -> int:
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,19}", value):
        return int(value)
    if type(value) is not int or not -(1 << 63) <= value < 1 << 63:
        raise ArchiveError(f"the field {name} is {shown(value)}, not an integer", record=RECORD)
    return value


def _key(message: dict[str, object]) -> str | None:
    """The record with the source of a module or of the libraries."""
    arena = _optional(message, "torchscriptArena")
    return _field(arena, "key", str) if "key" in arena else None


def _tensor(archive: Archive, message: dict[str, object], index: int, storages: dict[str, PickledStorage]) -> PickledTensor:
    """One tensor of the table, over a record of its own or one that it shares."""
    spelled = _field(message, "dataType", str, "FLOAT")
    dtype = BY_NAME.get(DTYPES.get(spelled, ""))
    if dtype is None:
        raise ArchiveError(f"tensor {index} has the data type {shown(spelled)}, which is not read", record=RECORD)
    if message.get("isQuantized", False):
        raise ArchiveError(f"tensor {index} is quantized; such tensors are not read from a model.json", record=RECORD)
    record = _field(_optional(message, "data"), "key", str)
    storage = storages.get(record)
    if storage is None:
        location = _field(message, "device", str, "cpu")
        storage = storages[record] = PickledStorage(record, record, dtype, location, archive.size(record))
    sizes = tuple(_as_integer(size, "dims") for size in _list(message, "dims"))
    strides = tuple(_as_integer(size, "strides") for size in _list(message, "strides"))
    gradient = bool(message.get("requiresGrad", False))
    return make_view(f"tensor {index}", storage, dtype, _integer(message, "offset"), sizes, strides, gradient)


def _identifier(name: str, taken: set[str]) -> str:
    """A name that a class may have: a module's name is any text."""
    made = re.sub(r"[^A-Za-z0-9_]", "_", name)
    if not made or made[0].isdigit() or keyword.iskeyword(made):
        made = f"_{made}"
    number = 0
    while (made if not number else f"{made}_{number}") in taken:
        number += 1
    return made if not number else f"{made}_{number}"

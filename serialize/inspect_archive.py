"""What a TorchScript archive holds, told from its records, pickles and parsed code: nothing is compiled, no storage is read.

In: a path or file object. Out: an `ArchiveSummary`. It works for programs whose operators do not exist here. archive_reader.py makes
archives run.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import cast

from ..script import syntax
from .code_reader import ArchiveCode, path_of
from .code_survey import operator_calls
from .container import Archive, Source, open_archive
from .errors import ArchiveError
from .model_json import OldModel, is_old
from .script_pickle import PickledObject, PickledTensor, ScriptBuilder, read_script_pickle
from .versions import parse_version

MAX_NAMES = 1 << 26
"""Characters that the names of all attributes may have together: those of nested modules repeat the names around them."""


@dataclass(frozen=True, slots=True)
class MethodSummary:
    """A method of the root module: `signature` is `forward(x: Tensor, times: int=2) -> Tensor`."""

    name: str
    signature: str


@dataclass(frozen=True, slots=True)
class TensorSummary:
    """A parameter or buffer of the root module or of a submodule (`layers.0.weight`)."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    location: str
    nbytes: int


@dataclass(frozen=True, slots=True)
class RecordSummary:
    """A record of the zip archive; `stored_size` is what it takes in the file."""

    name: str
    size: int
    stored_size: int


@dataclass(frozen=True, slots=True)
class ArchiveSummary:
    """All of it. `operators` counts the calls in the code by `namespace::name`."""

    root: str
    version: int
    class_name: str
    methods: list[MethodSummary]
    parameters: list[TensorSummary]
    buffers: list[TensorSummary]
    operators: dict[str, int]
    classes: list[str]
    extra_files: list[str]
    records: list[RecordSummary]


def inspect_archive(file: Source) -> ArchiveSummary:
    """Describe an archive. Raises OSError if the file cannot be opened, ArchiveError if it is no TorchScript archive or a damaged one."""
    archive = open_archive(file, mapped=True)
    version = read_version(archive)
    require_script(archive)
    if is_old(archive):
        code = OldModel(archive)
        module = code.root
    else:
        code, module = ArchiveCode(archive), _root(archive)
    classes, operators = _survey(code)
    parameters, buffers = _tensors(module, classes)
    root = classes.get(module.qualified_name)
    if root is None:
        raise ArchiveError(f"there is no class {module.qualified_name}", record=path_of(module.qualified_name))
    return ArchiveSummary(
        root=archive.root,
        version=version,
        class_name=module.qualified_name,
        methods=[MethodSummary(method.name, _signature(method)) for method in root.methods],
        parameters=parameters,
        buffers=buffers,
        operators=dict(sorted(operators.items())),
        classes=list(classes),
        extra_files=[name.removeprefix("extra/") for name in archive if name.startswith("extra/")],
        records=[RecordSummary(name, record.size, record.compressed_size) for name, record in archive.records.items()],
    )


def _root(archive: Archive) -> PickledObject:
    sizes = {name: record.size for name, record in archive.records.items()}
    module = read_script_pickle(archive.view("data.pkl"), ScriptBuilder("data", sizes), "data.pkl")
    if not isinstance(module, PickledObject):
        raise ArchiveError(f"the archive holds a {type(module).__name__}, not a module", record="data.pkl")
    return module


def read_version(archive: Archive) -> int:
    """The archive's version number. Raises ArchiveError if there is none, or one that is not read."""
    for record in (".data/version", "version"):
        if record in archive:
            return parse_version(archive.read(record), record)
    raise ArchiveError("the record is missing", record="version")


def require_script(archive: Archive) -> None:
    """Raise ArchiveError, saying what the file is, unless it is a TorchScript archive."""
    if is_old(archive):
        return
    if "data.pkl" in archive and "constants.pkl" in archive:
        if "bytecode.pkl" in archive and not any(name.startswith("code/") for name in archive):
            raise ArchiveError("a mobile archive that has bytecode and no code/, so it runs in the lite interpreter of PyTorch only")
        return
    if "data.pkl" in archive:
        raise ArchiveError("a file of torch.save, not a TorchScript archive (there is no constants.pkl); open it with load")
    if ".data/extern_modules" in archive or ".data/python_version" in archive:
        raise ArchiveError("a file of torch.package, which executes Python by design and is not read")
    raise ArchiveError("a zip archive, but no TorchScript archive: there is no data.pkl and no constants.pkl")


def _survey(code: ArchiveCode | OldModel) -> tuple[dict[str, syntax.ClassDef], Counter[str]]:
    """Every class by qualified name, and how often each operator is called."""
    classes: dict[str, syntax.ClassDef] = {}
    operators: Counter[str] = Counter()
    for path in code.paths():
        file = code.file(path)
        assert file is not None
        namespace = path.removeprefix("code/").removesuffix(".py").replace("/", ".")
        for definition in file.definitions:
            if isinstance(definition, syntax.ClassDef):
                classes[f"{namespace}.{definition.name}"] = definition
            operators.update(name for name, _ in operator_calls(definition))
    return classes, operators


def _signature(method: syntax.FunctionDef) -> str:
    """The text of a method's head, without the object itself."""
    parameters: list[str] = []
    for parameter in method.parameters[1:]:
        text = parameter.name
        if parameter.annotation is not None:
            text += f": {parameter.annotation.span.text}"
        if parameter.default is not None:
            text += f"={parameter.default.span.text}"
        parameters.append(text)
    returns = f" -> {method.returns.span.text}" if method.returns is not None else ""
    return f"{method.name}({', '.join(parameters)}){returns}"


def _tensors(root: PickledObject, classes: dict[str, syntax.ClassDef]) -> tuple[list[TensorSummary], list[TensorSummary]]:
    """Parameters and buffers of the module and its submodules, in declaration order; shared modules appear under their first name."""
    parameters: list[TensorSummary] = []
    buffers: list[TensorSummary] = []
    kinds: dict[str, tuple[frozenset[str], frozenset[str]]] = {}
    length = 0
    pending = [(root, "")]
    seen = {id(root)}
    while pending:
        owner, prefix = pending.pop()
        definition = classes.get(owner.qualified_name)
        if definition is None or not isinstance(owner.state, dict):
            continue
        if owner.qualified_name not in kinds:
            kinds[owner.qualified_name] = (frozenset(definition.parameters), frozenset(definition.buffers))
        as_parameters, as_buffers = kinds[owner.qualified_name]
        below: list[tuple[PickledObject, str]] = []
        for name, value in cast("dict[object, object]", owner.state).items():
            place = f"{prefix}{name}"
            length += len(place)
            if length > MAX_NAMES:
                raise ArchiveError(f"the names of attributes are longer than {MAX_NAMES} characters together", record="data.pkl")
            if isinstance(value, PickledTensor) and name in as_parameters:
                parameters.append(_summary(place, value))
            elif isinstance(value, PickledTensor) and name in as_buffers:
                buffers.append(_summary(place, value))
            elif isinstance(value, PickledObject) and id(value) not in seen:
                seen.add(id(value))
                below.append((value, f"{place}."))
        pending += reversed(below)
    return parameters, buffers


def _summary(name: str, tensor: PickledTensor) -> TensorSummary:
    nbytes = tensor.dtype.itemsize
    for size in tensor.shape:
        nbytes *= size
    return TensorSummary(name, tensor.shape, tensor.dtype.name, tensor.storage.location, nbytes)

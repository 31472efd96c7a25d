"""Programs of the differential suite: what compiling and running them gives, as text that both libraries make alike.

In: a file of tests/script/language and the library that `rushlight` stands for in it. Out: a `Record` per program. make_language.py writes
PyTorch's records into language/; tests/script/test_language.py compares rushlight's with them.

A program is a function under `@runs(case, ...)`, or whatever a function under `@builds(case, ...)` gives: a module, a class, a nested
function. A case is a tuple of arguments. `generated()` in a file gives further programs as text, by name, with their cases.
"""

from __future__ import annotations

import copy
import importlib
import importlib.util
import json
import linecache
import re
import sys
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from types import ModuleType
from typing import Any

from graph_text import methods_of, normal

PROGRAMS = Path(__file__).resolve().parents[1] / "script" / "language"
GOLDEN = Path(__file__).resolve().parent / "language"
_ALIASES = ("", ".nn", ".nn.functional", ".jit")
_NODE = re.compile(r"(?:%\S+ : .*? = )?((?:\w+::)+\w+|\^\w+)")


@dataclass(eq=False)
class Program:
    """One program: what to script, and the arguments to call it with."""

    name: str
    make: Callable[[], Any]
    cases: list[tuple[Any, ...]]


@dataclass
class Record:
    """What a program is to a library."""

    accepted: bool
    schema: str = ""
    graph: str = ""
    outcomes: list[str] = field(default_factory=list)
    eager: list[str] = field(default_factory=list)
    error: str = ""

    @property
    def kinds(self) -> list[str]:
        """The node kinds in order, with the blocks they are in."""
        return kinds(self.graph)


def names() -> list[str]:
    """The files of programs."""
    return sorted(path.stem for path in PROGRAMS.glob("*.py") if path.stem != "differences")


def load(name: str, library: ModuleType) -> list[Program]:
    """The programs of a file, in which `import rushlight` gives `library`."""
    found: list[Program] = []

    def runs(*cases: tuple[Any, ...]) -> Callable[[Any], Any]:
        def register(function: Any) -> Any:
            found.append(Program(function.__name__, lambda: function, list(cases)))
            return function

        return register

    def builds(*cases: tuple[Any, ...]) -> Callable[[Any], Any]:
        def register(function: Any) -> Any:
            found.append(Program(function.__name__, function, list(cases)))
            return function

        return register

    with _standing_for(library), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        module = _module(name, library, runs=runs, builds=builds)
        for title, (source, cases) in getattr(module, "generated", dict)().items():
            found.append(Program(title, _maker(source, title, name, module), cases))
    return found


def _module(name: str, library: ModuleType, **names: object) -> ModuleType:
    path = PROGRAMS / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"{library.__name__}_language_{name}", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    vars(module).update(names)
    sys.modules[module.__name__] = module
    _forget_overloads(module.__name__)
    spec.loader.exec_module(module)
    return module


def _forget_overloads(module: str) -> None:
    """PyTorch keeps overloads by qualified name: a second loading of a file would add to those of the first."""
    internal = sys.modules.get("torch._jit_internal")
    if internal is not None:
        for registry in (internal._overloaded_fns, internal._overloaded_methods):
            for key in [key for key in registry if f".{module}." in f".{key}"]:
                del registry[key]


def _maker(source: str, title: str, name: str, module: ModuleType) -> Callable[[], Any]:
    file = f"<{module.__name__}.{title}>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    # the programs' own names must not be changed by those of the text
    space = dict(vars(module))
    exec(compile(source, file, "exec", dont_inherit=True), space)
    function = space[title]
    return lambda: function


class _standing_for:  # noqa: N801
    """While it lasts, `import rushlight` gives another library."""

    def __init__(self, library: ModuleType) -> None:
        self.library = library
        self.saved: dict[str, ModuleType | None] = {}

    def __enter__(self) -> None:
        for part in _ALIASES:
            self.saved[f"rushlight{part}"] = sys.modules.get(f"rushlight{part}")
            sys.modules[f"rushlight{part}"] = importlib.import_module(f"{self.library.__name__}{part}")

    def __exit__(self, *_: object) -> None:
        for key, value in self.saved.items():
            if value is None:
                del sys.modules[key]
            else:
                sys.modules[key] = value


def record(program: Program, library: ModuleType) -> Record:
    """Script and run one program."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            target = program.make()
            scripted = library.jit.script(target)
        except Exception as error:
            return Record(False, error=f"{kind_of(error)}: {message(error).partition(chr(10))[0]}")
        schema, graph = _described(scripted)
        made = Record(True, schema, graph)
        if not isinstance(target, type):
            judge = copy.deepcopy(target) if hasattr(target, "state_dict") else target
            for case in program.cases:
                made.outcomes.append(outcome(scripted, case))
                made.eager.append(outcome(judge, case))
    return made


def _described(scripted: Any) -> tuple[str, str]:
    """Schema and graphs of a function or of a module's methods."""
    if hasattr(scripted, "schema") and hasattr(scripted, "graph") and not hasattr(scripted, "_modules"):
        return plain_names(str(scripted.schema)), normal(scripted.graph)
    if not hasattr(scripted, "_modules"):
        return "", ""
    graphs = methods_of(scripted, "self", _methods, _children)
    schema = str(getattr(getattr(scripted, "forward", None), "schema", ""))
    return plain_names(schema), "\n".join(f"{path}\n{normal(graph)}" for path, graph in graphs.items())


def plain_names(text: str) -> str:
    """Qualified names without the module that holds the programs and without mangling."""
    text = text.replace("\n", " ")
    text = re.sub(r"___torch_mangle_\d+\.| \(of Python compilation unit at: 0x\w+\)", "", text)
    return re.sub(r"__torch__\.(torch|rushlight)_language_(\w+)", r"__torch__.\2", text)


def _methods(module: Any) -> list[tuple[str, Any]]:
    inner = module._c
    if hasattr(inner, "_get_method"):
        return [(name, inner._get_method(name).graph) for name in inner._method_names()]
    return [(name, function.graph) for name, function in inner.type.methods.items()]


def _children(module: Any) -> Iterator[tuple[str, Any]]:
    return ((name, getattr(module, name)) for name in module._modules.keys())


def outcome(function: Any, case: tuple[Any, ...]) -> str:
    """The result and the arguments after the call, or the kind of error and its last line."""
    arguments = copy.deepcopy(case)
    try:
        return json.dumps([plain(function(*arguments)), [plain(argument) for argument in arguments]])
    except Exception as error:
        return json.dumps({"raises": kind_of(error), "message": message(error).rpartition("\n")[2]})


def kind_of(error: Exception) -> str:
    """The class of an error that both libraries have."""
    return "RuntimeError" if isinstance(error, RuntimeError) or type(error).__name__ == "Error" else type(error).__name__


def message(error: Exception) -> str:
    """What an error says before it shows the place."""
    text = str(error).replace("Tensor (inferred)", "Tensor")
    return "\n".join(plain_names(line.rstrip()) for line in text.partition('  File "')[0].strip().splitlines())


def plain(value: Any) -> Any:
    """A result as JSON has it, either library's alike."""
    if hasattr(value, "storage_offset"):
        value = value.detach().resolve_conj() if hasattr(value, "resolve_conj") else value.detach()
        return {"tensor": str(value.dtype).rpartition(".")[2], "shape": list(value.shape), "values": plain(value.tolist())}
    if isinstance(value, Enum):
        return {"enum": value.name}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, tuple):
        fields = list(value._fields) if hasattr(value, "_fields") else None
        return {"tuple": [plain(item) for item in value], "fields": fields}
    if isinstance(value, dict):
        return {"dict": [[plain(key), plain(item)] for key, item in value.items()]}
    if isinstance(value, complex):
        return {"complex": [value.real, value.imag]}
    if value is None or isinstance(value, bool | int | float | str):
        return value
    kind = type(value).__name__.lower()
    return {kind: str(value).rpartition(".")[2]} if kind in ("device", "dtype") else {"object": kind}


def same(got: str, expected: str) -> bool:
    """Whether two outcomes agree: numbers closely, errors in being errors of one kind."""
    return _close(json.loads(got), json.loads(expected))


def _close(got: Any, expected: Any) -> bool:
    if isinstance(expected, dict) and "raises" in expected:
        return isinstance(got, dict) and got.get("raises") == expected["raises"]
    if type(got) is not type(expected):
        return False
    if isinstance(expected, float):
        near = abs(got - expected) <= 1e-6 + 1e-5 * abs(expected)
        return near or got == expected or (got != got and expected != expected)
    if isinstance(expected, list):
        return len(got) == len(expected) and all(map(_close, got, expected))
    if isinstance(expected, dict):
        return got.keys() == expected.keys() and all(_close(got[key], expected[key]) for key in expected)
    return got == expected


def kinds(graph: str) -> list[str]:
    """The node kinds of a printed graph in order; blocks and what ends them count."""
    found: list[str] = []
    for line in graph.splitlines():
        text = line.strip()
        node = _NODE.match(text)
        if node is not None:
            found.append(node[1])
        elif text.startswith(("block", "->", "return", "graph")):
            found.append(text.split("(")[0].rstrip("0123456789"))
    return found


def write(path: Path, records: dict[str, Record]) -> None:
    """A file of records; `read` reads it."""
    parts: list[str] = []
    for name, entry in records.items():
        parts.append(f"--- {name}\n")
        if not entry.accepted:
            parts.append(f"error {json.dumps(entry.error)}\n")
            continue
        parts.append(f"schema {entry.schema}\n")
        parts.extend(f"gives {text}\n" for text in entry.outcomes)
        # what Python itself gives is there where it is something else
        for index, (scripted, eager) in enumerate(zip(entry.outcomes, entry.eager, strict=True)):
            if not same(eager, scripted):
                parts.append(f"eager {index} {eager}\n")
        parts.append(f"{entry.graph}\n")
    path.write_text("".join(parts), encoding="utf-8")


def read(path: Path) -> dict[str, Record]:
    """What `write` wrote."""
    found: dict[str, Record] = {}
    parts = re.split(r"^--- (.*)\n", path.read_text(encoding="utf-8"), flags=re.M)
    for name, text in zip(parts[1::2], parts[2::2], strict=True):
        entry = found[name] = Record(True)
        graph: list[str] = []
        for line in text.splitlines():
            word, _, rest = line.partition(" ")
            match word:
                case "error":
                    entry.accepted, entry.error = False, json.loads(rest)
                case "schema":
                    entry.schema = rest
                case "gives":
                    entry.outcomes.append(rest)
                    entry.eager.append(rest)
                case "eager":
                    index, _, told = rest.partition(" ")
                    entry.eager[int(index)] = told
                case _:
                    graph.append(line)
        entry.graph = "\n".join(graph)
    return found

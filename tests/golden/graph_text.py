"""Programs for either library, and graphs as text that both print alike: used by make_graphs.py and by tests/script."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

PROGRAMS = Path(__file__).resolve().parents[1] / "script" / "programs"
NAMES = ("control_flow", "containers", "everyday", "tensors", "classes", "modules")
_ALIASES = ("", ".nn", ".nn.functional", ".jit")


def load_program(name: str, library: ModuleType) -> ModuleType:
    """The program `name`, in which `import rushlight` gives `library`."""
    path = PROGRAMS / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"{library.__name__}_{name}", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[module.__name__] = module
    saved = {f"rushlight{part}": sys.modules.get(f"rushlight{part}") for part in _ALIASES}
    for part in _ALIASES:
        sys.modules[f"rushlight{part}"] = importlib.import_module(f"{library.__name__}{part}")
    try:
        spec.loader.exec_module(module)
    finally:
        for key, value in saved.items():
            if value is None:
                del sys.modules[key]
            else:
                sys.modules[key] = value
    return module


def normal(graph: Any) -> str:
    """A graph's text without places in files, mangling, and the numbers of values, which count what is no longer in the graph too."""
    text = re.sub(r" # ?\S*:\d+:\d+$|  # .*$", "", str(graph), flags=re.M)
    text = re.sub(r"___torch_mangle_\d+\.", "", text)
    text = re.sub(r"__torch__\.(torch|rushlight)_(\w+)", r"__torch__.\2", text)
    text = re.sub(r"InterfaceType<__torch__\.\w+\.", "InterfaceType<", text)
    text = re.sub(r'"(torch|rushlight)_(\w+\.)', r'"\2', text)
    names: dict[str, str] = {}
    for name in re.findall(r"%([\w.]+)", text):
        stem = "" if name.isdigit() else re.sub(r"\.\d+$", "", name) + "."
        names.setdefault(name, f"{stem}{len(names)}")
    return re.sub(r"%([\w.]+)", lambda found: f"%{names[found[1]]}", text).rstrip("\n")


def message(error: Exception) -> str:
    """What an error says before it shows the place, in the words of both libraries."""
    text = str(error).replace("Tensor (inferred)", "Tensor")
    return "\n".join(line.rstrip() for line in text.partition('  File "')[0].strip().splitlines())


def functions_of(program: ModuleType) -> list[str]:
    """The functions of a program that have cases."""
    return list(program.cases())


def methods_of(scripted: Any, prefix: str, names: Any, children: Any) -> dict[str, Any]:
    """Every method's graph of a scripted module and those in it, by path; `names` and `children` ask the library."""
    found = {f"{prefix}.{name}": graph for name, graph in names(scripted)}
    for name, child in children(scripted):
        found |= methods_of(child, f"{prefix}.{name}", names, children)
    return found


def write_sections(path: Path, sections: dict[str, str]) -> None:
    """A file of named texts."""
    path.write_text("".join(f"--- {name}\n{text}\n" for name, text in sections.items()), encoding="utf-8")


def read_sections(path: Path) -> dict[str, str]:
    """What `write_sections` wrote."""
    parts = re.split(r"^--- (.*)\n", path.read_text(encoding="utf-8"), flags=re.M)
    return {name: text.rstrip("\n") for name, text in zip(parts[1::2], parts[2::2], strict=True)}

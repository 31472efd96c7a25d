"""Writes graphs/*.test with real PyTorch: `cd tests/golden && python make_graphs.py`.

One file per program of tests/script/programs, one section per function or method: the graph that PyTorch's compiler makes of it, or for
errors.py the message.
"""

import warnings
from pathlib import Path

import torch
from graph_text import NAMES, functions_of, load_program, message, methods_of, normal, write_sections

FOLDER = Path(__file__).parent / "graphs"


def names(module):
    return [(name, module._c._get_method(name).graph) for name in module._c._method_names()]


def children(module):
    return [(name, getattr(module, name)) for name in module._modules.keys()]


def main():
    warnings.simplefilter("ignore")
    for name in NAMES:
        program = load_program(name, torch)
        if name == "modules":
            graphs = {}
            for key, module in program.instances().items():
                graphs |= methods_of(torch.jit.script(module), key, names, children)
        else:
            graphs = {function: torch.jit.script(getattr(program, function)).graph for function in functions_of(program)}
        write_sections(FOLDER / f"{name}.test", {key: normal(graph) for key, graph in graphs.items()})
    messages = {}
    for key, function in load_program("errors", torch).functions().items():
        try:
            torch.jit.script(function)
        except RuntimeError as error:
            messages[key] = message(error)
    write_sections(FOLDER / "errors.test", messages)


if __name__ == "__main__":
    main()

"""Writes graphs/*.test with real PyTorch: `cd tests/golden && python make_graphs.py`.

One file per program of tests/script/programs, one section per function or method: the graph that PyTorch's compiler makes of it, or for
errors.py the message. passes.test has the graphs of programs/passes.py after PyTorch's passes.
"""

import warnings
from pathlib import Path

import torch
from graph_text import NAMES, functions_of, load_program, message, methods_of, normal, write_sections

FOLDER = Path(__file__).parent / "graphs"


PASSES = {
    "peephole": (lambda graph: torch._C._jit_pass_peephole(graph, False),),
    "lists": (torch._C._jit_pass_peephole_list_idioms,),
    "common_subexpressions": (torch._C._jit_pass_cse,),
    "unrolling": (torch._C._jit_pass_constant_loop_unrolling, torch._C._jit_pass_constant_propagation),
}


def after(passes, graph):
    """The graph as these passes leave it."""
    graph = graph.copy()
    for rewrite in (*passes, torch._C._jit_pass_constant_pooling, torch._C._jit_pass_dce):
        rewrite(graph)
    return graph


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
    passes = load_program("passes", torch)
    graphs = {}
    for name, functions in passes.PASSES.items():
        for function in functions:
            graphs[f"{name}.{function}"] = after(PASSES[name], torch.jit.script(getattr(passes, function)).graph)
    write_sections(FOLDER / "passes.test", {key: normal(graph) for key, graph in graphs.items()})
    messages = {}
    for key, function in load_program("errors", torch).functions().items():
        try:
            torch.jit.script(function)
        except RuntimeError as error:
            messages[key] = message(error)
    write_sections(FOLDER / "errors.test", messages)


if __name__ == "__main__":
    main()

"""Writes language/*.test with real PyTorch: `cd tests/golden && python make_language.py [FILE ...]`.

One file per file of tests/script/language, one section per program: schema, results and graph where PyTorch compiles it, else its error.
"""

import sys

import torch
from language import GOLDEN, load, names, record, write


def main():
    torch.set_num_threads(1)
    for name in sys.argv[1:] or names():
        write(GOLDEN / f"{name}.test", {program.name: record(program, torch) for program in load(name, torch)})


if __name__ == "__main__":
    main()

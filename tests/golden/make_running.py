"""Writes running.json with real PyTorch: `cd tests/golden && python make_running.py`.

For each function of tests/script/programs/running.py: what PyTorch returns or raises for each of its cases.
"""

import json
import warnings
from pathlib import Path

import torch
from graph_text import load_program
from outcomes import outcome


def main():
    warnings.simplefilter("ignore")
    program = load_program("running", torch)
    results = {
        function.__name__: [outcome(torch.jit.script(function), arguments) for arguments in cases]
        for function, cases in program.CASES.items()
    }
    (Path(__file__).parent / "running.json").write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()

"""Writes expressions/*.json with real PyTorch: `cd tests/golden && python make_expressions.py`."""

import json
import runpy
from pathlib import Path

import torch

HERE = Path(__file__).resolve().parent


def main() -> None:
    """One file per group: expression -> what PyTorch answers."""
    program = runpy.run_path(str(HERE / "expressions.py"))
    for group, (expressions, _) in program["GROUPS"].items():
        answers = {expression: program["answer"](expression, torch) for expression in expressions}
        (HERE / "expressions" / f"{group}.json").write_text(json.dumps(answers, indent=0) + "\n")
        print(f"{group}: {len(answers)}")


if __name__ == "__main__":
    main()

"""Writes builtins.json with real PyTorch: `cd tests/golden && python make_builtins.py`.

For each row on Python values that has cases (builtin_cases.py): what PyTorch's operator of that key gives.
"""

import json
from pathlib import Path

import torch
from builtin_cases import cases, outcome, rows


def operator(key):
    namespace, name = key.split("::")
    name, _, overload = name.partition(".")
    return getattr(getattr(getattr(torch.ops, namespace), name), overload or "default")


def main():
    found = {}
    for key, types in rows():
        arguments = cases(key, types)
        if arguments:
            found[key] = [outcome(operator(key), case) for case in arguments]
    lines = ",\n".join(f"{json.dumps(key)}: {json.dumps(outcomes)}" for key, outcomes in sorted(found.items()))
    (Path(__file__).parent / "builtins.json").write_text(f"{{\n{lines}\n}}\n")


if __name__ == "__main__":
    main()

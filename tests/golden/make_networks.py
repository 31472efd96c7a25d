"""Writes networks.json with real PyTorch: `cd tests/golden && python make_networks.py`.

The results of recurrent rows, attention, pooling and convolution over volumes on the arguments of network_cases.py.
"""

import json
from pathlib import Path

import torch
from network_cases import CASES, arguments


def operator(key):
    name, _, overload = key.partition(".")
    return getattr(getattr(torch.ops.aten, name), overload or "default")


def listed(result):
    return [part.tolist() for part in (result if isinstance(result, tuple) else (result,))]


def call(key, args):
    # keyword-only arguments come after the positional ones in a schema
    taken = [argument.name for argument in operator(key)._schema.arguments]
    positional = sum(not argument.kwarg_only for argument in operator(key)._schema.arguments)
    return operator(key)(*args[:positional], **dict(zip(taken[positional:], args[positional:], strict=True)))


def main():
    found = {label: listed(call(key, arguments(case, torch.from_numpy))) for label, (key, case) in CASES.items()}
    lines = ",\n".join(f"{json.dumps(label)}: {json.dumps(results)}" for label, results in sorted(found.items()))
    (Path(__file__).parent / "networks.json").write_text(f"{{\n{lines}\n}}\n")


if __name__ == "__main__":
    main()

"""Writes nn/modules.json, nn/modules.npz and nn/behaviours.json with real PyTorch: `cd tests/golden && python make_nn.py`.

For each constructor call below: the printed form, the state's keys with shapes and dtypes, the class's versions, the declarations in the
scripted class, and (in the .npz) the values after `manual_seed(0)`, an input, and the outputs in eval and in training. What each program of
nn_behaviours.py returns is kept as text.
"""

import io
import json
import re
import runpy
import warnings
import zipfile
from pathlib import Path

import numpy as np
import torch
from torch import nn

FOLDER = Path(__file__).parent / "nn"

CASES = [
    ("Identity()", (2, 3)),
    ("Identity(54, unused=True)", (2, 3)),
    ("Linear(5, 3)", (4, 5)),
    ("Linear(5, 3, bias=False)", (2, 4, 5)),
    ("Linear(1, 1)", (1,)),
    ("Conv2d(3, 8, 3)", (2, 3, 7, 6)),
    ("Conv2d(4, 6, (3, 2), stride=(2, 1), padding=(1, 2), dilation=(1, 2), groups=2)", (1, 4, 9, 8)),
    ("Conv2d(2, 4, 3, padding='same', bias=False)", (1, 2, 5, 5)),
    ("Conv2d(2, 4, (4, 3), padding='same', dilation=(1, 2))", (2, 6, 7)),
    ("Conv2d(2, 2, 1, padding='valid')", (1, 2, 3, 3)),
    ("Conv1d(4, 6, 3, stride=2, padding=1, groups=2)", (2, 4, 9)),
    ("Conv3d(2, 3, (1, 2, 3), padding=(0, 1, 1))", (1, 2, 3, 4, 5)),
    ("BatchNorm2d(3)", (2, 3, 4, 4)),
    ("BatchNorm2d(3, eps=0.001, momentum=None)", (2, 3, 4, 4)),
    ("BatchNorm2d(3, affine=False)", (2, 3, 4, 4)),
    ("BatchNorm2d(3, track_running_stats=False)", (2, 3, 4, 4)),
    ("BatchNorm2d(3, bias=False)", (2, 3, 4, 4)),
    ("BatchNorm1d(4)", (3, 4)),
    ("ReLU()", (2, 3)),
    ("ReLU(inplace=True)", (2, 3)),
    ("GELU()", (2, 3)),
    ("GELU(approximate='tanh')", (2, 3)),
    ("Sigmoid()", (2, 3)),
    ("Tanh()", (2, 3)),
    ("Softmax(dim=1)", (2, 3)),
    ("LogSoftmax(-1)", (2, 3)),
    ("MaxPool2d(2)", (1, 2, 5, 6)),
    ("MaxPool2d((3, 2), stride=2, padding=1, ceil_mode=True)", (1, 2, 5, 6)),
    ("MaxPool2d(2, dilation=2)", (2, 5, 6)),
    ("AvgPool2d(2)", (1, 2, 5, 6)),
    ("AvgPool2d(3, stride=1, padding=1, count_include_pad=False)", (1, 2, 5, 6)),
    ("AdaptiveAvgPool2d(1)", (1, 2, 5, 6)),
    ("AdaptiveAvgPool2d((2, 3))", (1, 2, 5, 6)),
    ("AdaptiveAvgPool2d((None, 2))", (1, 2, 5, 6)),
    ("Flatten()", (2, 3, 4)),
    ("Flatten(0, 1)", (2, 3, 4)),
    ("Dropout()", (2, 3)),
    ("Dropout(0.25, inplace=True)", (2, 3)),
    ("Sequential()", (2, 3)),
    ("Sequential(Linear(3, 4), ReLU(), Linear(4, 2))", (2, 3)),
    ("Sequential(Sequential(Conv2d(1, 2, 3), BatchNorm2d(2)), ReLU(), Sequential(Flatten(), Dropout()))", (2, 1, 4, 4)),
    ("LeakyReLU(0.1)", (2, 3)),
    ("ELU(0.5, inplace=True)", (2, 3)),
    ("CELU()", (2, 3)),
    ("SELU()", (2, 3)),
    ("PReLU(3)", (2, 3)),
    ("Mish()", (2, 3)),
    ("SiLU()", (2, 3)),
    ("Hardswish()", (2, 3)),
    ("Hardtanh(-0.5, 0.5)", (2, 3)),
    ("GLU()", (2, 4)),
    ("Softplus(2.0)", (2, 3)),
    ("Softshrink()", (2, 3)),
    ("LayerNorm(3)", (2, 3)),
    ("GroupNorm(2, 4)", (2, 4, 3)),
    ("InstanceNorm2d(3, affine=True)", (2, 3, 4, 4)),
    ("RMSNorm(3)", (2, 3)),
    ("LocalResponseNorm(2)", (2, 4, 3)),
    ("PixelShuffle(2)", (1, 8, 2, 3)),
    ("Unfold(2)", (1, 2, 3, 4)),
    ("ReflectionPad2d((1, 2, 0, 1))", (1, 2, 3, 4)),
    ("ConstantPad1d(1, 2.0)", (2, 3)),
    ("CircularPad1d(1)", (1, 2, 3)),
    ("ModuleList()", None),
    ("ModuleList([Linear(2, 2), Linear(2, 2), ReLU(), ReLU(), Tanh()])", None),
    ("ModuleList([Sequential(Linear(2, 2), ReLU()), Sequential(Linear(2, 2), ReLU())])", None),
]
RANDOM_IN_TRAINING = ("Dropout",)


def make(text: str) -> nn.Module:
    torch.manual_seed(0)
    return eval(text, vars(nn).copy())


def declarations(module: nn.Module) -> list[str] | None:
    """The lines above the methods in the scripted class, sorted; None if PyTorch does not script it."""
    buffer = io.BytesIO()
    try:
        torch.jit.save(torch.jit.script(module), buffer)
    except RuntimeError:
        return None
    archive = zipfile.ZipFile(buffer)
    code = {name: archive.read(name).decode() for name in archive.namelist() if name.endswith(".py")}
    pattern = rf"^class {type(module).__name__}\(Module\):\n((?:  (?!def ).*\n)*)"
    for name in code:
        if f"torch/nn/modules/{type(module).__module__.rpartition('.')[2]}" in name and (found := re.search(pattern, code[name], re.M)):
            return sorted(re.sub(r"___torch_mangle_\d+\.", "", line.strip()) for line in found[1].splitlines())
    raise AssertionError("no class found")


def describe(number: int, text: str, shape: tuple[int, ...] | None, arrays: dict[str, np.ndarray]) -> dict[str, object]:
    module = make(text)
    state = module.state_dict()
    for key, value in state.items():
        arrays[f"{number}/initial/{key}"] = value.numpy().copy()
    if shape is not None:
        x = torch.randn(shape, generator=torch.Generator().manual_seed(number))
        arrays[f"{number}/input"] = x.numpy().copy()
        if not any(word in text for word in RANDOM_IN_TRAINING):
            arrays[f"{number}/training"] = module(x.clone()).detach().numpy().copy()
            for key, value in module.state_dict().items():
                arrays[f"{number}/after/{key}"] = value.numpy().copy()
        arrays[f"{number}/eval"] = module.eval()(x.clone()).detach().numpy().copy()
    return {
        "constructor": text,
        "repr": repr(module),
        "state": {key: [list(value.shape), str(value.dtype)] for key, value in state.items()},
        "versions": {key: value["version"] for key, value in state._metadata.items()},
        "declarations": None if isinstance(module, nn.ModuleList) else declarations(make(text)),
    }


def main() -> None:
    arrays: dict[str, np.ndarray] = {}
    programs = runpy.run_path(str(FOLDER.parent / "nn_behaviours.py"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        described = [describe(number, text, shape, arrays) for number, (text, shape) in enumerate(CASES)]
        outcomes = {name: str(programs["attempt"](program, torch)) for name, program in programs["ALL"].items()}
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / "modules.json").write_text(json.dumps(described, indent=1) + "\n")
    (FOLDER / "behaviours.json").write_text(json.dumps(outcomes, indent=1) + "\n")
    np.savez_compressed(FOLDER / "modules.npz", **arrays)


if __name__ == "__main__":
    main()

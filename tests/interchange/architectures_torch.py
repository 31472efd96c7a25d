"""Archives of the architectures that people deploy, made by PyTorch: scripted, traced, frozen and in half precision.

`python tests/interchange/architectures_torch.py FOLDER` writes them all; test_architectures_torch.py makes them as it needs them.
"""

from __future__ import annotations

import importlib.util
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import torch

HERE = Path(__file__).parent
SCRIPTED_ONLY = ("detector", "gpt_cache", "seq2seq", "beam_search", "ctc", "voice_detector", "lstm_policy", "packed_tagger")
"""Their control flow depends on data, they keep a state, or they answer what a trace cannot."""
FROZEN = (
    "resnet_bottleneck", "mobilenet_v3", "densenet", "convnext", "unet", "vit", "detector", "bert", "gpt_cache", "lstm_tagger", "ctc",
    "spectrogram", "flow", "dlrm", "seq2seq",
)  # fmt: skip
HALF = ("resnet_basic", "mobilenet_v3", "vit", "convnext", "unet", "wavenet", "pointnet")


def part(name: str) -> ModuleType:
    """A file beside this one."""
    spec = importlib.util.spec_from_file_location(name, HERE / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


VISION, SEQUENCES = part("vision_torch"), part("sequences_torch")
MODELS: dict[str, tuple[Any, Any]] = {**VISION.MODELS, **SEQUENCES.MODELS}


def names() -> Iterator[str]:
    """The names of all archives."""
    for name in MODELS:
        yield f"{name}_scripted"
        if name not in SCRIPTED_ONLY:
            yield f"{name}_traced"
        if name in FROZEN:
            yield f"{name}_frozen"
        if name in HALF:
            yield f"{name}_half"


def inputs(name: str) -> torch.Tensor:
    """What the model is called with."""
    torch.manual_seed(1)
    shape = MODELS[name.rpartition("_")[0]][1]
    if shape == "ids":
        ids = torch.randint(1, 20, (2, 9))
        ids[1, 6:] = 0
        return ids
    x = torch.randn(shape)
    return x.half() if name.endswith("_half") else x


def make(name: str) -> Any:
    """The scripted, traced or frozen module of an archive."""
    torch.manual_seed(0)
    base, _, kind = name.rpartition("_")
    model = MODELS[base][0]().eval()
    for norm in model.modules():
        if isinstance(norm, torch.nn.modules.batchnorm._BatchNorm) and norm.running_var is not None:
            torch.nn.init.uniform_(norm.running_mean, -0.2, 0.2)
            torch.nn.init.uniform_(norm.running_var, 0.5, 1.5)
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        if kind == "half":
            return torch.jit.script(model.half())
        if kind == "traced":
            return torch.jit.trace(model, inputs(name), check_trace=False)
        scripted = torch.jit.script(model)
        return torch.jit.freeze(scripted) if kind == "frozen" else scripted


if __name__ == "__main__":
    for one in names():
        torch.jit.save(make(one), Path(sys.argv[1]) / f"{one}.pt")

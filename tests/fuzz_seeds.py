"""What the fuzzer (fuzz.py) starts from: golden files, and files made here of values that no golden file has."""

from __future__ import annotations

import collections
import datetime
import decimal
import fractions
import functools
import io
import pathlib
import types
import uuid
from argparse import Namespace
from pathlib import Path
from typing import Any

import numpy as np

import rushlight as rl
from rushlight.runtime.dtype import qint8, quint8

from .serialize.test_archive_reader import small
from .serialize.test_prepacked import BIAS, CONV, FILTERS, LINEAR, WEIGHT, archive

GOLDEN = Path(__file__).parent / "golden"


def saves() -> list[bytes]:
    """Files of torch.save."""
    return [*_golden("saves"), *(_saved(value, **options) for value in (_plain(), _modules(), _arrays()) for options in OPTIONS)]


def scripts() -> list[bytes]:
    """TorchScript archives."""
    made = [archive(*LINEAR, WEIGHT, BIAS), archive(*CONV, FILTERS, BIAS), small(STATEFUL, b"K\x05K\x02\x86"), _scripted()]
    return [*_golden("archives"), *(one.getvalue() for one in made)]


OPTIONS: tuple[dict[str, Any], ...] = ({}, {"pickle_protocol": 5}, {"_use_new_zipfile_serialization": False})

STATEFUL = """  count : int
  def __getstate__(self: __torch__.M) -> Tuple[int, int]:
    return (self.count, 1)
  def __setstate__(self: __torch__.M,
    state: Tuple[int, int]) -> NoneType:
    a, b, = state
    total = 0
    for i in range(a):
      if torch.gt(i, b):
        total = torch.add(total, i)
      else:
        pass
    self.count = total
    return None
"""
"""A program that runs while its archive is read."""


def _golden(kind: str) -> list[bytes]:
    return [path.read_bytes() for path in sorted(GOLDEN.glob(f"{kind}/*.pt"))]


def _saved(value: object, **options: Any) -> bytes:
    out = io.BytesIO()
    rl.save(value, out, **options)
    return out.getvalue()


class Unknown:
    """A class that the reader does not know."""

    def __init__(self, **attributes: object) -> None:
        vars(self).update(attributes)


def _plain() -> list[object]:
    zone = datetime.timezone(datetime.timedelta(hours=2), "x")
    return [
        uuid.UUID(int=5), decimal.Decimal("1.5"), fractions.Fraction(1, 3), pathlib.PurePosixPath("/a"), Namespace(a=1),
        types.SimpleNamespace(b=[1]), datetime.datetime(2020, 1, 2, tzinfo=zone), datetime.timedelta(1), collections.deque([1], 3),
        collections.ChainMap({"a": 1}), collections.UserDict(a=1), collections.defaultdict(list, {1: [2]}), {(1, 2): {3, "x"}},
        functools.partial(int, base=2), slice(1, None), bytearray(b"xy"), type(None), Unknown(tensor=rl.ones(2), inner=Unknown()),
    ]  # fmt: skip


def _modules() -> list[object]:
    packed = rl.nn.utils.rnn.pack_sequence([rl.arange(2.0), rl.arange(1.0)])
    layers = rl.nn.Sequential(rl.nn.utils.weight_norm(rl.nn.Linear(2, 2)), rl.nn.LSTM(2, 2), rl.nn.MultiheadAttention(2, 1))
    quantized = [
        rl.quantize_per_tensor(rl.ones(2, 2), 0.1, 3, quint8),
        rl.quantize_per_channel(rl.ones(2, 2), rl.tensor([0.1, 0.2]), rl.tensor([1, 2]), 0, qint8),
    ]
    return [layers, packed, rl.Generator(), rl.nn.functional.relu, rl.nn.ParameterDict({"a": rl.ones(2)}), quantized]


def _arrays() -> list[object]:
    kinds = np.dtype([("a", "<f4"), ("b", ">i8", (2,)), ("c", [("d", "S3")])])
    return [
        np.zeros(3, kinds), np.zeros(3, kinds)[0], np.array(["2020"], "M8[3D]"), np.timedelta64(3, "s"), np.array([1, "a"], object),
        np.array(["ab"]), np.float32(1), np.arange(6.0).reshape(2, 3).T, np.float32, np.dtype(">i2"), {np.int64(1): 2},
    ]  # fmt: skip


class _Cell(rl.nn.Module):
    """A program with lists, dicts, loops and a branch."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = rl.nn.Linear(2, 2)
        self.names = ["a", "b"]
        self.sizes = {"a": 1}

    def forward(self, x: rl.Tensor, count: int = 2) -> rl.Tensor:
        """Something of everything."""
        for index in range(count):
            if index > 0:
                x = self.layer(x) + len(self.names)
            else:
                x = rl.relu(x) * self.sizes["a"]
        return x


def _scripted() -> io.BytesIO:
    out = io.BytesIO()
    rl.jit.save(rl.jit.script(_Cell()), out)
    return out

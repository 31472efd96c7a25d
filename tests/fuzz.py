"""Mutated files: `python -m tests.fuzz --count N` changes files (fuzz_seeds.py) on four levels and loads them.

The levels are the fields of the container, the opcodes of a pickle, its values, and the code of a TorchScript archive. Every file must
load or raise ArchiveError, in a process with a limit on its memory and an alarm; the first one that does anything else is written to
fuzz-SEED.pt and ends the run.
"""

from __future__ import annotations

import argparse
import io
import pickletools
import random
import resource
import signal
import sys
import time
import traceback
import warnings
import zipfile
from dataclasses import dataclass
from pathlib import Path

import rushlight as rl
from rushlight.serialization import ArchiveError
from rushlight.serialize import archive_reader
from rushlight.serialize.container_writer import ArchiveWriter
from rushlight.serialize.errors import UnlistedError
from rushlight.serialize.opcodes import OPCODES, Argument

from . import fuzz_seeds

PLAIN_OPCODES = [bytes([opcode.code]) for opcode in OPCODES if opcode.argument is Argument.NONE]
NUMBERS = (b"\0", b"\1", b"\x7f", b"\x80", b"\xff", b"\0\0\0\0", b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f", b"\xff" * 8, b"\0" * 8)
SIGNATURES = {b"PK\x03\x04": 64, b"PK\x07\x08": 24, b"PK\x01\x02": 64, b"PK\x06\x06": 56, b"PK\x06\x07": 20, b"PK\x05\x06": 22}
MEMORY, SECONDS = 8 << 30, 20
ALLOWED = ("Attempting to deserialize object on", "device type", "load: the archive calls")
"""What a good file may say too: its tensors are on a device, or its code calls operators, that are not here."""


@dataclass
class Seed:
    """A golden file, cut up: where its headers are, what its records hold, and the opcodes of its pickles."""

    data: bytes
    headers: list[int]
    records: dict[str, bytes]
    opcodes: dict[str, list[bytes]]

    @staticmethod
    def of(data: bytes) -> Seed:
        """The parts of a file."""
        if not data.startswith(b"PK"):
            return Seed(data, [], {}, {"": _split(data)})
        headers = [
            at + place
            for signature, length in SIGNATURES.items()
            for at in range(len(data))
            if data.startswith(signature, at)
            for place in range(min(length, len(data) - at))
        ]
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            records = {name.partition("/")[2]: file.read(name) for name in file.namelist() if not name.endswith("serialization_id")}
        return Seed(data, headers, records, {name: _split(content) for name, content in records.items() if name.endswith("pkl")})


def _split(data: bytes) -> list[bytes]:
    """The opcodes of the pickles that the data begins with, each with its argument; what follows them is one piece."""
    parts: list[bytes] = []
    position = 0
    try:
        while position < len(data):
            places = [at for _, _, at in pickletools.genops(data[position:])]
            parts += [data[position + begin : position + end] for begin, end in zip(places, [*places[1:], places[-1] + 1])]
            position += places[-1] + 1
    except ValueError:
        parts.append(data[position:])
    return parts


def mutated(seeds: list[Seed], number: int) -> bytes:
    """A file with one to four changes on one level."""
    choice = random.Random(number)
    seed = seeds[number % len(seeds)]
    level = choice.choice(("container", "opcodes", "opcodes", "values", "code"))
    if level == "container":
        return _changed(seed.data, choice, seed.headers)
    pickles = [name for name in seed.opcodes if name]
    names = [name for name in seed.records if name.endswith(".py")] if level == "code" else pickles
    name = choice.choice(names or pickles or [""])
    if level == "opcodes":
        content = _reordered(seed.opcodes[name], choice, seeds)
    else:
        content = _changed(seed.records.get(name, seed.data), choice, [])
    return _archive({**seed.records, name: content}) if name else content


def _archive(records: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    writer = ArchiveWriter(out.write, "archive")
    for name, content in records.items():
        writer.add(name, content)
    writer.finish()
    return out.getvalue()


def _changed(data: bytes, choice: random.Random, places: list[int]) -> bytes:
    """The bytes with some of them changed, at one of the places or anywhere."""
    # an empty record gets something to change
    result = bytearray(data) or bytearray(1)
    for _ in range(choice.randint(1, 4)):
        place = min(choice.choice(places), len(result) - 1) if places and choice.random() < 0.75 else choice.randrange(len(result))
        match choice.randrange(5):
            case 0:
                result[place] ^= 1 << choice.randrange(8)
            case 1:
                result[place] = choice.randrange(256)
            case 2:
                number = choice.choice(NUMBERS)
                result[place : place + len(number)] = number
            case 3:
                del result[place : place + choice.randint(1, 16)]
            case _:
                other = choice.randrange(len(result))
                result[place:place] = result[other : other + choice.randint(1, 64)]
        if not result:
            return b""
    return bytes(result)


def _reordered(opcodes: list[bytes], choice: random.Random, seeds: list[Seed]) -> bytes:
    """A pickle with whole opcodes left out, repeated, exchanged, or taken from another file, or with other arguments."""
    result = list(opcodes)
    for _ in range(choice.randint(1, 4)):
        place = choice.randrange(len(result))
        match choice.randrange(6):
            case 0:
                del result[place : place + choice.choice((1, 1, 2, 8))]
            case 1:
                result.insert(place, choice.choice(PLAIN_OPCODES))
            case 2:
                result[place] = choice.choice(result)
            case 3:
                other = choice.choice([*choice.choice(seeds).opcodes.values()])
                begin = choice.randrange(len(other))
                result[place:place] = other[begin : begin + choice.choice((1, 2, 8, 32))]
            case 4:
                result[place : place + 2] = reversed(result[place : place + 2])
            case _:
                code, argument = result[place][:1], bytearray(result[place][1:])
                number = choice.choice(NUMBERS)
                argument[: len(number)] = number[: len(argument)]
                result[place] = code + argument
        if not result:
            return b""
    return b"".join(result)


def main() -> int:
    """Load so many mutated files; 1 if one of them did what none may do."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description="Load mutated files of torch.save and TorchScript.")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    saves, scripts = ([Seed.of(data) for data in files] for files in (fuzz_seeds.saves(), fuzz_seeds.scripts()))
    # archives take a hundred times as long, because what is left of their code is compiled
    seeds = [*saves * (1 + 7 * len(scripts) // len(saves)), *scripts]
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    warnings.simplefilter("ignore")
    loaded, slowest, began = 0, 0.0, time.monotonic()
    for seed in range(options.seed, options.seed + options.count):
        data = mutated(seeds, seed)
        started = time.monotonic()
        signal.alarm(SECONDS)
        try:
            loaded += _load(data)
        except ArchiveError:
            pass
        except RuntimeError as error:
            if not any(words in str(error) for words in ALLOWED):
                return _report(data, seed)
        except Exception:
            return _report(data, seed)
        signal.alarm(0)
        slowest = max(slowest, time.monotonic() - started)
    seconds, peak = time.monotonic() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    print(f"{options.count} files in {seconds:.0f} s: {loaded} load, the others raise ArchiveError; slowest {slowest:.2f} s, {peak} MiB")
    return 0


def _load(data: bytes) -> bool:
    """Load a file, and with it what it refers to that is on no list, as data; compile all of a program. ArchiveError for a bad file."""
    try:
        value: object = rl.load(io.BytesIO(data))
    except UnlistedError as error:
        with rl.serialization.safe_globals(error.names):
            value = rl.load(io.BytesIO(data))
    if isinstance(value, rl.jit.ScriptModule):
        archive_reader.load(io.BytesIO(data), compiled=True)
    return True


def _report(data: bytes, seed: int) -> int:
    traceback.print_exc()
    Path(f"fuzz-{seed}.pt").write_bytes(data)
    print(f"fuzz-{seed}.pt raises what no file may raise", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())

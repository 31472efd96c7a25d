"""Mutated files: `python -m tests.fuzz --count N` changes golden files on three levels and loads them.

The levels are the bytes of the container, the opcodes of the pickle and its values. Every file must load or raise ArchiveError, in a
process with a limit on its memory and an alarm; the first one that does anything else is written to fuzz-SEED.pt and ends the run.
"""

from __future__ import annotations

import argparse
import io
import random
import resource
import signal
import sys
import time
import traceback
import warnings
import zipfile
from pathlib import Path

import rushlight as rl
from rushlight.serialization import ArchiveError
from rushlight.serialize.container_writer import ArchiveWriter
from rushlight.serialize.opcodes import OPCODES

GOLDEN = Path(__file__).parent / "golden"
CODES = bytes(opcode.code for opcode in OPCODES)
NUMBERS = (b"\0", b"\1", b"\x7f", b"\x80", b"\xff", b"\0\0\0\0", b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f", b"\xff" * 8, b"\0" * 8)
MEMORY, SECONDS = 8 << 30, 20


def mutated(data: bytes, seed: int) -> bytes:
    """A file with one to four changes on one level."""
    choice = random.Random(seed)
    changes = choice.randint(1, 4)
    level = choice.choice(("container", "opcodes", "values"))
    if level == "container" or not data.startswith(b"PK"):
        return _changed(data, choice, changes, level)
    out = io.BytesIO()
    writer = ArchiveWriter(out.write, "archive")
    with zipfile.ZipFile(io.BytesIO(data)) as old:
        pickles = [name for name in old.namelist() if name.endswith(".pkl")]
        chosen = choice.choice(pickles)
        for name in (name for name in old.namelist() if not name.endswith("serialization_id")):
            content = old.read(name)
            writer.add(name.partition("/")[2], _changed(content, choice, changes, level) if name == chosen else content)
    writer.finish()
    return out.getvalue()


def _changed(data: bytes, choice: random.Random, changes: int, level: str) -> bytes:
    result = bytearray(data)
    for _ in range(changes):
        place = choice.randrange(len(result))
        match choice.randrange(5):
            case 0:
                result[place] ^= 1 << choice.randrange(8)
            case 1:
                result[place] = choice.choice(CODES) if level == "opcodes" else choice.randrange(256)
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


def main() -> int:
    """Load so many mutated files; 1 if one of them did what none may do."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description="Load mutated files of torch.save and TorchScript.")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    files = [path.read_bytes() for path in sorted(GOLDEN.glob("saves/*.pt")) + sorted(GOLDEN.glob("archives/*.pt"))]
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    warnings.simplefilter("ignore")
    loaded, slowest, began = 0, 0.0, time.monotonic()
    for seed in range(options.seed, options.seed + options.count):
        data = mutated(files[seed % len(files)], seed)
        started = time.monotonic()
        signal.alarm(SECONDS)
        try:
            rl.load(io.BytesIO(data))
            loaded += 1
        except ArchiveError:
            pass
        except RuntimeError as error:
            if "Attempting to deserialize" not in str(error) and "device" not in str(error):
                return _report(data, seed)
        except Exception:
            return _report(data, seed)
        signal.alarm(0)
        slowest = max(slowest, time.monotonic() - started)
    seconds, peak = time.monotonic() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    print(f"{options.count} files in {seconds:.0f} s: {loaded} load, the others raise ArchiveError; slowest {slowest:.2f} s, {peak} MiB")
    return 0


def _report(data: bytes, seed: int) -> int:
    traceback.print_exc()
    Path(f"fuzz-{seed}.pt").write_bytes(data)
    print(f"fuzz-{seed}.pt raises what no file may raise", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())

"""The command line: `rushlight demo`, `run`, `info`, `ls`, `verify`, `convert` and `cache`.

In: arguments. Out: text on standard output, errors on standard error, and an exit status: 0 done, 1 the work failed, 2 wrong usage.
Each command is imported when it is called, because `info` must not pay for what `run` needs.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib.metadata import version
from typing import cast

from ..script.errors import Error
from .plain import plain


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status; `arguments` defaults to the process's own."""
    options = parser().parse_args(arguments)
    command = cast("str", options.command)
    try:
        status = dispatch(command, options)
        sys.stdout.flush()
        return status
    except BrokenPipeError:
        # The reader of our output went away (`rushlight info model.pt | head`); nothing may be written at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        return 130
    except OSError as error:
        return fail(command, f"{error.filename}: {error.strerror}" if error.filename is not None else str(error))
    except MemoryError as error:
        return fail(command, f"not enough memory{f': {error}' if str(error) else ''}")
    except (Error, RuntimeError, ValueError, TypeError, IndexError, KeyError, NotImplementedError) as error:
        return fail(command, str(error))


def dispatch(command: str, options: argparse.Namespace) -> int:
    """Import the command and run it."""
    if command == "demo":
        from .demo import demo

        return demo()
    if command == "run":
        from .run import run

        return run(options.model, options.input, options.output, options.method, as_json=options.json)
    if command == "cache":
        from . import cache

        return cache.clear() if options.action == "clear" else cache.info(as_json=options.json)
    if command == "ls":
        from .listing import listing

        return listing(options.file, as_json=options.json)
    if command == "verify":
        from .verify import verify

        return verify(options.file, as_json=options.json)
    if command == "convert":
        from .convert import convert

        return convert(options.source, options.target, as_json=options.json)
    if command in ("code", "graph"):
        from . import program

        return (program.code if command == "code" else program.graph)(options.file, options.method)
    from .info import info

    return info(options.file, as_json=options.json)


def fail(command: str, message: str) -> int:
    """Say what is wrong; the status of a failure."""
    print(f"rushlight {command}: {plain(message)}", file=sys.stderr)
    return 1


def parser() -> argparse.ArgumentParser:
    """The argument parser."""
    top = argparse.ArgumentParser(prog="rushlight", description="TorchScript without PyTorch.")
    top.add_argument("--version", action="version", version=f"rushlight {version('rushlight')}")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    commands.add_parser("demo", help="classify handwritten digits with a model that PyTorch saved")

    text = "run a TorchScript archive on arrays"
    run = commands.add_parser("run", help=text, description=f"{text.capitalize()}, in eval mode.")
    run.add_argument("model", metavar="MODEL", help="a TorchScript archive")
    run.add_argument("--input", action="append", default=[], metavar="X.npy", help="an argument, as a .npy file; once per argument")
    run.add_argument("--output", metavar="Z.npy", help="where the result goes: .npy for a tensor, .npz for several; default: printed")
    run.add_argument("--method", default="forward", help="the method to run (default: forward)")
    run.add_argument("--json", action="store_true", help="print the result as JSON")

    text = "say what a TorchScript archive holds"
    info = commands.add_parser("info", help=text, description=f"{text.capitalize()}; nothing of it is run.")
    info.add_argument("file", metavar="FILE", help="a TorchScript archive")
    info.add_argument("--json", action="store_true", help="print JSON")

    for command, text in (
        ("code", "show a method of a TorchScript archive as text"), ("graph", "show the graph of a method of a TorchScript archive"),
    ):  # fmt: skip
        shown = commands.add_parser(command, help=text, description=f"{text.capitalize()}; nothing of it is run.")
        shown.add_argument("file", metavar="FILE", help="a TorchScript archive")
        shown.add_argument("method", metavar="METHOD", nargs="?", default="forward", help="the method to show (default: forward)")

    text = "list the tensors of a file: shapes, dtypes, sizes, shared storages"
    listing = commands.add_parser("ls", help=text, description=f"{text.capitalize()}; nothing of it is run.")
    listing.add_argument("file", metavar="FILE", help="a file of torch.save or torch.jit.save, .npz or .safetensors")
    listing.add_argument("--json", action="store_true", help="print JSON")

    text = "check every rule that a file must keep; the exit status is 1 if it breaks one"
    verify = commands.add_parser("verify", help=text, description=f"{text.capitalize()}. Nothing of it is run.")
    verify.add_argument("file", metavar="FILE", help="a file of torch.save or torch.jit.save")
    verify.add_argument("--json", action="store_true", help="print JSON")

    text = "write the tensors of a file in another format"
    convert = commands.add_parser("convert", help=text, description=f"{text.capitalize()}; nothing of it is run.")
    convert.add_argument("source", metavar="IN", help="a file of torch.save or torch.jit.save, .npz or .safetensors")
    convert.add_argument("target", metavar="OUT", help="the ending says the format: .pt, .npz or .safetensors")
    convert.add_argument("--json", action="store_true", help="print JSON")

    text = "look at the folder of compiled kernels, or empty it"
    actions = commands.add_parser("cache", help=text, description=f"{text.capitalize()}.").add_subparsers(dest="action", required=True)
    show = actions.add_parser("info", help="where it is, how many kernels it holds, and whether it is used")
    show.add_argument("--json", action="store_true", help="print JSON")
    actions.add_parser("clear", help="delete the kernels; they are compiled anew when they are needed")
    return top


if __name__ == "__main__":
    sys.exit(main())

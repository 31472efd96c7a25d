"""`rushlight verify FILE`: whether a file keeps the rules of its format, each by name; the exit status is 1 if it breaks one.

In: a file of torch.save or torch.jit.save. Out: a line or JSON object for each rule. Every byte is read and every checksum computed;
nothing is run, and programs are compiled only as far as their graphs.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TypeVar

from ..serialize import archive_reader
from ..serialize.container import Archive, open_archive
from ..serialize.errors import ArchiveError
from ..serialize.file_survey import Survey, is_script, survey_file
from ..serialize.inspect_archive import read_version
from ..serialize.save_reader import ZIP
from .plain import plain

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: whether the file keeps it, None if an earlier failure left it unchecked; and what is wrong."""

    name: str
    meaning: str
    ok: bool | None
    message: str = ""


def verify(path: str, *, as_json: bool) -> int:
    """Print the rules and whether the file keeps them. Raises OSError if it cannot be opened."""
    rules = check(path)
    is_good = all(rule.ok for rule in rules)
    if as_json:
        print(json.dumps({"file": path, "ok": is_good, "rules": [asdict(rule) for rule in rules]}, indent=2))
        return 0 if is_good else 1
    words = {True: "ok", False: "FAILED", None: "not checked"}
    width = max(len(rule.name) for rule in rules)
    for rule in rules:
        print(plain(f"  {rule.name:<{width}}  {words[rule.ok]:<11}  {rule.meaning}{f': {rule.message}' if rule.message else ''}"))
    print(plain(f"{path}: {'good' if is_good else 'not good'}"))
    return 0 if is_good else 1


def check(path: str) -> list[Rule]:
    """Every rule for a file of its kind."""
    with open(path, "rb") as file:
        is_zip = file.read(4) == ZIP
    checks = _Checks()
    if not is_zip:
        survey = checks.rule("stream", lambda: survey_file(path))
        checks.rule("globals", lambda: _listed(survey))
        return checks.rules
    archive = checks.rule("container", lambda: open_archive(path, mapped=True))
    checks.rule("checksums", lambda: _read_all(archive))
    checks.rule("version", lambda: read_version(_present(archive)))
    if archive is not None and is_script(archive):
        checks.rule("program", lambda: archive_reader.load(path, "cpu", compiled=True))
        return checks.rules
    survey = checks.rule("pickle", lambda: survey_file(path))
    checks.rule("globals", lambda: _listed(survey))
    return checks.rules


RULES = {
    "stream": "magic number, pickles and storages follow each other as the format says",
    "container": "one zip file with one meaning: directory, headers, names, sizes, no overlaps",
    "checksums": "every record has the CRC-32 that the directory says",
    "version": "the format's version is known",
    "pickle": "opcodes are known and balanced, tensors lie inside storages, storages are whole",
    "globals": "classes and functions are on the list of what files may use",
    "program": "pickles, tensors and code are sound, every class and operator exists",
}
"""Every rule and its meaning. Files from before PyTorch 1.6 have `stream` in place of the first four; programs end with `program`."""


class _Checks:
    """Rules that were checked; after the first failure the others are only named."""

    def __init__(self) -> None:
        self.rules: list[Rule] = []

    def rule(self, name: str, work: Callable[[], Result]) -> Result | None:
        """Do the work of one rule; None if the file breaks it."""
        if any(not rule.ok for rule in self.rules):
            self.rules.append(Rule(name, RULES[name], None))
            return None
        try:
            result = work()
        except RuntimeError as error:
            self.rules.append(Rule(name, RULES[name], False, str(error)))
            return None
        self.rules.append(Rule(name, RULES[name], True))
        return result


def _listed(survey: Survey | None) -> None:
    assert survey is not None
    if survey.unlisted:
        raise ArchiveError(f"not on the list: {', '.join(survey.unlisted)}")


def _present(archive: Archive | None) -> Archive:
    assert archive is not None
    return archive


def _read_all(archive: Archive | None) -> None:
    for name in _present(archive):
        _present(archive).view(name)

"""Texts beyond ASCII: TorchScript counts, cuts and compares the bytes of UTF-8, and knows no letters but ASCII's."""

# ruff: noqa

from typing import Dict, List

import rushlight as torch

TEXTS = [("é",), ("aé€b",), ("😀x",), ("Àb É",), ("ßtraße",), ("x²٣",)]


@runs(*TEXTS)
def length(s: str):
    return len(s), len(list(s)), s[len(s):]


@runs(*TEXTS)
def numbers(s: str):
    return [ord(s[i]) for i in range(len(s))], [ord(c) for c in s], ord(s[-1])


@runs(*TEXTS)
def put_together(s: str):
    return s[0:1] + s[1:2] + s[2:], s[0:1] + s[1:] == s, "".join([s[0:1], s[1:]]), "é".join(["a", "b"])


@runs(*TEXTS)
def cut(s: str):
    return s[0:1]


@runs(*TEXTS)
def cut_in_list(s: str):
    return [s[0:1]]


@runs(*TEXTS)
def cut_in_keys(s: str):
    return {s[0:1]: 1}


@runs(*TEXTS)
def cases(s: str):
    return s.upper(), s.lower(), s.swapcase(), s.capitalize(), s.title()


@runs(*TEXTS)
def tests(s: str):
    return s.isupper(), s.islower(), s.isalpha(), s.isdigit(), s.isalnum(), s.isspace(), s.isdecimal(), s.isnumeric(), s.isidentifier(), s.istitle()


@runs(*TEXTS)
def printable(s: str):
    return s.isprintable()


@runs(*TEXTS)
def justified(s: str):
    return s.center(8), s.ljust(8, "*"), s.rjust(8), s.zfill(9), s.expandtabs(4)


@runs(*TEXTS)
def filled_with_two_bytes(s: str):
    return s.center(8, "é")


@runs(*TEXTS)
def found(s: str):
    return s.find("b"), s.rfind("x"), s.find("€"), s.index("b") if "b" in s else -5, s.count("é"), "é" in s, s[1:2] in s


@runs(*TEXTS)
def words(s: str):
    return s.split(), s.split(None, 1)


@runs(*TEXTS)
def word_lengths(s: str):
    return [len(word) for word in (s + " a\x1fb c\x1cd").split(None, 1)]


@runs(*TEXTS)
def parts(s: str):
    return s.split("€"), s.rsplit("a"), s.partition("€"), s.rpartition("b")


@runs(*TEXTS)
def lines(s: str):
    return s.splitlines()


@runs(*TEXTS)
def stripped(s: str):
    return s.strip("é"), s.lstrip("a"), s.rstrip("b€")


@runs(*TEXTS)
def replaced(s: str):
    return s.replace("é", "e"), s.startswith("a"), s.endswith("b"), s.startswith("é", 0), s[1:].startswith(s[1:2])


@runs(())
def from_numbers():
    return chr(0xc3) + chr(0xa9), ord(chr(8364)), "%c%c" % (0xc3, 0xa9)


@runs(())
def half_from_number():
    return "A" + chr(233)


@runs(())
def number_of_two_bytes():
    return ord("é")


@runs(*TEXTS)
def formatted(s: str):
    return "{}{}".format(s[0:1], s[1:]), f"{s}!", "%s é" % s, str([s])


@runs(*TEXTS)
def counted(s: str):
    counts: Dict[str, int] = {}
    for c in s:
        counts[c] = counts.get(c, 0) + 1
    return len(counts), list(counts.values()), sorted([s, "z", "é", "a"])


@runs(())
def decoder():
    vocabulary = ["h", chr(0xc3), chr(0xa9), "!"]
    text = ""
    for i in [0, 1, 2, 3]:
        text += vocabulary[i]
    return text, len(text)

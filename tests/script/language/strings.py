"""Strings: literals, formatting, methods, operators; conversions between scalars and strings; printing."""

# ruff: noqa

from typing import Dict, List, Optional, Tuple

import rushlight as torch
from rushlight import Tensor


@runs(())
def literals():
    return "a", 'b', """c
d""", "e" "f", "\t\n\\\"", "\x41\u00e9", r"\n"


@runs(("a", "b"))
def concatenated(a: str, b: str):
    return a + b + "c"


@runs(("ab",))
def repeated(a: str):
    return a * 3


@runs(("ab", "b"), ("a", "a"))
def compared(a: str, b: str):
    return a == b, a != b, a < b


@runs(("abc", "b"))
def contained(a: str, b: str):
    return b in a


@runs(("abc", "b"))
def not_contained(a: str, b: str):
    return b not in a


@runs(("abcdef",))
def indexed(a: str):
    return a[0], a[-1], a[1:3], a[::2], a[:-1]


@runs(("abc", 5))
def indexed_out_of_range(a: str, i: int):
    return a[i]


@runs(("abc",))
def length(a: str):
    return len(a)


@runs(("aBc Def",))
def cases(a: str):
    return a.upper(), a.lower(), a.swapcase(), a.capitalize(), a.title()


@runs(("abc",), ("12",), ("A",), ("",))
def tests(a: str):
    return a.isupper(), a.islower(), a.isalpha(), a.isdigit(), a.isalnum(), a.isspace()


@runs(("abc",), ("12",))
def tests_more(a: str):
    return a.isdecimal(), a.isnumeric(), a.isidentifier(), a.istitle(), a.isprintable()


@runs(("abc",))
def ends(a: str):
    return a.startswith("ab"), a.endswith("bc")


@runs(("abcabc",))
def found(a: str):
    return a.find("c"), a.rfind("c"), a.find("x"), a.count("b")


@runs(("abcabc",), ("xyz",))
def index_of(a: str):
    return a.index("c"), a.rindex("c")


@runs(("a,b,,c",))
def split(a: str):
    return a.split(","), a.split(",", 1), a.rsplit(",", 1)


@runs(("a b  c",))
def split_whitespace(a: str):
    return a.split()


@runs(("a\nb",))
def splitlines(a: str):
    return a.splitlines()


@runs(("a\r\nb\n\nc\r",), ("",), ("\n",), ("a\x0bb\x1cc\x1fd",))
def splitlines_at_every_end(a: str):
    return a.splitlines(), a.splitlines(True)


@runs(("a,b",))
def partitioned(a: str):
    return a.partition(","), a.rpartition(",")


@runs(("  a ",))
def stripped(a: str):
    return a.strip(), a.lstrip(), a.rstrip()


@runs(("xxaxx",))
def stripped_letters(a: str):
    return a.strip("x"), a.lstrip("x"), a.rstrip("x")


@runs((["a", "b"],))
def joined(a: List[str]):
    return "-".join(a)


@runs(("abab",))
def replaced(a: str):
    return a.replace("a", "c"), a.replace("a", "c", 1)


@runs(("ab",))
def justified(a: str):
    return a.center(6), a.ljust(6), a.rjust(6), a.zfill(6)


@runs(("ab",))
def justified_fill(a: str):
    return a.center(6, "*"), a.ljust(6, "-"), a.rjust(6, ".")


@runs(("a\tb",))
def expanded(a: str):
    return a.expandtabs()


@runs((1, 2.5, "x"))
def formatted(a: int, b: float, c: str):
    return "{} {} {}".format(a, b, c)


@runs((1, 2.5, "x"))
def formatted_f(a: int, b: float, c: str):
    return f"{a} and {b} and {c}!"


@runs((1, 2.5, "x"))
def formatted_percent(a: int, b: float, c: str):
    return "%d %f %s" % (a, b, c)


@runs((1,))
def formatted_percent_one(a: int):
    return "%d" % a


@runs((1,))
def formatted_percent_s(a: int):
    return "%s" % a


@runs((1.5,))
def formatted_spec(a: float):
    return f"{a:.2f}"


@runs((1.5,))
def formatted_method_spec(a: float):
    return "{:.2f}".format(a)


@runs((1.5,))
def formatted_repr(a: float):
    return f"{a!r}"


@runs((1, 2))
def formatted_numbered(a: int, b: int):
    return "{1} {0}".format(a, b)


@runs((1, 2))
def formatted_named(a: int, b: int):
    return "{a} {b}".format(a=a, b=b)


@runs(([1, 2], (1, "a")))
def formatted_containers(a: List[int], b: Tuple[int, str]):
    return f"{a} {b}"


@runs((True, None))
def formatted_others(a: bool, b: Optional[int]):
    return f"{a} {b}"


@runs((1,))
def formatted_nothing(a: int):
    return f"text"


@runs((1,))
def formatted_braces(a: int):
    return f"{{{a}}}"


@runs((1,))
def formatted_expression(a: int):
    return f"{a + 1} {str(a) + 'x'}"


@runs((1, 2.5, True))
def converted_to_string(a: int, b: float, c: bool):
    return str(a), str(b), str(c)


@runs(([1, 2], (1, 2.5)))
def containers_to_string(a: List[int], b: Tuple[int, float]):
    return str(a), str(b)


@runs((["a"], {"k": 1}))
def more_containers_to_string(a: List[str], b: Dict[str, int]):
    return str(a), str(b)


@runs(("12", "2.5"), ("x", "1"))
def string_to_number(a: str, b: str):
    return int(a), float(b)


@runs((3.7, True), (-3.7, False))
def number_to_int(a: float, b: bool):
    return int(a), int(b)


@runs((3, True))
def number_to_float(a: int, b: bool):
    return float(a), float(b)


@runs((3, 0.0))
def number_to_bool(a: int, b: float):
    return bool(a), bool(b)


@runs(("inf",), ("nan",), ("-1e5",))
def special_floats(a: str):
    return float(a)


@runs(())
def constant_special_floats():
    return float("inf"), float("-inf")


@runs((3, 4.0))
def number_to_complex(a: int, b: float):
    return complex(a, b), complex(b, a)


@runs((65, "a"))
def characters(a: int, b: str):
    return chr(a), ord(b)


@runs((255,), (-3,))
def bases(a: int):
    return hex(a), oct(a), bin(a)


@runs((torch.tensor(3),))
def tensor_to_number(x: Tensor):
    return int(x), float(x), bool(x)


@runs((torch.tensor([1, 2]),))
def tensor_to_number_wrong(x: Tensor):
    return int(x)


@runs((torch.tensor(2.5),))
def tensor_item(x: Tensor):
    return x.item()


@runs((1, "a"))
def prints(a: int, b: str):
    print(a, b)
    print()
    return a


@runs((torch.ones(2),))
def string_of_tensor(x: Tensor):
    return str(x)


@runs((torch.ones(2),))
def format_of_tensor(x: Tensor):
    return f"{x}"


@runs((torch.ones(2, 3),))
def format_of_shape(x: Tensor):
    return f"{x.shape} {x.size()}"


@runs(("a",), ("b",), ("c",))
def dispatch_on_string(mode: str) -> int:
    if mode == "a":
        return 1
    elif mode in ["b", "d"]:
        return 2
    else:
        return 3


@runs(("abc",))
def reversed_by_loop(a: str) -> str:
    out = ""
    for i in range(len(a)):
        out += a[len(a) - 1 - i]
    return out


@runs(("abc",))
def reversed_by_slice(a: str) -> str:
    return a[::-1]


@runs(("hello world",))
def count_letters(a: str) -> Dict[str, int]:
    counts: Dict[str, int] = {}
    for letter in a:
        if letter in counts:
            counts[letter] += 1
        else:
            counts[letter] = 1
    return counts


@runs(("the cat sat",))
def word_lengths(text: str):
    return {word: len(word) for word in text.split(" ")}


@runs(("a",))
def unknown_method(a: str):
    return a.casefold()


@runs(("a",))
def string_plus_int(a: str):
    return a + 1


@runs(("a",))
def string_attribute(a: str):
    return a.length


@runs((b"abc",))
def bytes_argument(a: bytes):
    return a


@runs(())
def bytes_literal():
    return b"abc"


@runs((1,))
def hashed(a: int):
    return hash(a) == hash(a)


@runs(("a", "b"))
def max_of_strings(a: str, b: str):
    return max(a, b)


@runs(("b,a",))
def sort_words(a: str):
    words = a.split(",")
    words.sort()
    return ",".join(words)


@runs(("ab",))
def enumerate_string(a: str):
    out: List[Tuple[int, str]] = []
    for i, letter in enumerate(a):
        out.append((i, letter))
    return out


@runs(("ab", "cd"))
def zip_strings(a: str, b: str):
    out = ""
    for x, y in zip(a, b):
        out += x + y
    return out

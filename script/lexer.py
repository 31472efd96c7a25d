"""Tokens of the text that archives hold.

In: a `Source`. Out: one token at a time, with Python-like `newline`, `indent` and `dedent` tokens. The language is not Python's: numbers
follow C's rules (`017` is 15), strings know fewer escapes, `is not` and `not in` are single tokens with a single space, and a character
of indentation counts one whether it is a blank or a tab. Next: `parser.py`.
"""

from __future__ import annotations

import math
import re

from ..runtime.byte_text import byte_text, joined_text
from .source import ScriptError, Source, Span

KEYWORDS = frozenset(
    "def class if elif else while for in is not and or None True False return raise assert pass break continue del with as import global "
    "NoneType Ellipsis".split()
)

# Each alternative is linear in what it matches, and the first failure ends the reading, so hostile text costs no more than its length.
_TOKEN = re.compile(
    r"""
    [ \t\f\v\r]*(?:
    (?P<skip>\\\r?\n|\#[^\n]*)
  | (?P<newline>\n)
  | (?P<number>(?:0[xX][0-9a-fA-F]+(?:\.[0-9a-fA-F]*)?(?:[pP][+-]?[0-9]+)?|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)j?)
  | (?P<word>is[ ]not(?![A-Za-z0-9_])|not[ ]in(?![A-Za-z0-9_])|[A-Za-z_][A-Za-z0-9_]*)
  | (?P<string>'''|\"\"\"|'|\")
  | (?P<operator>\.\.\.|->|==|!=|<=|>=|<<=|>>=|<<|>>|//|\*\*=|\*\*|\+=|-=|\*=|/=|%=|&=|\|=|\^=|[-+*/%@&|^~<>=()\[\]{},:.])
  )
    """,
    re.VERBOSE,
)
_STRING_END = {
    "'": re.compile(r"[^'\\\n]*(?:\\[\s\S][^'\\\n]*)*'"),
    '"': re.compile(r'[^"\\\n]*(?:\\[\s\S][^"\\\n]*)*"'),
    "'''": re.compile(r"[^'\\]*(?:(?:\\[\s\S]|'(?!''))[^'\\]*)*'''"),
    '"""': re.compile(r'[^"\\]*(?:(?:\\[\s\S]|"(?!""))[^"\\]*)*"""'),
}
_ESCAPE = re.compile(r"\\([0-7]{3}|[\s\S]|$)")
_ESCAPES = {"\\": "\\", "'": "'", '"': '"', "\n": "", "a": "\a", "b": "\b", "f": "\f", "n": "\n", "t": "\t", "v": "\v"}
_BLANKS = re.compile(r"[ \t\f\v\r]*")
_BLANK_LINE = re.compile(r"[ \t\f\v\r]*\n")
_SIGNATURE_COMMENT = re.compile(r"[ \t\r]*#\s*type:\s*([^\n]*)")
_OPEN = frozenset("([{")
_CLOSE = frozenset(")]}")


class Lexer:
    """Reads tokens forward; the current one is in `kind`, `text`, `start`, `end`.

    `kind` is the token itself for operators and keywords, else one of `name`, `number`, `string`, `newline`, `indent`, `dedent`, `end`.
    `text` is the spelling; of a string, its quotes included. With `begin` and `stop` the lexer reads this part of one line only, without
    `newline` and indentation; with `indentation` too, the lines from the one that `begin` is in, which is indented so far. Raises
    `ScriptError` for text that is no token.
    """

    __slots__ = (
        "_brackets", "_levels", "_line_open", "_pending", "_position", "_stop", "end", "kind", "previous_end", "source", "start", "text",
    )  # fmt: skip

    def __init__(self, source: Source, begin: int = 0, stop: int | None = None, indentation: int = 0) -> None:
        self.source = source
        self.kind: str = ""
        self.text = ""
        self.start = 0
        self.end = 0
        self.previous_end = 0
        self._position = begin
        self._stop = len(source.text) if stop is None else stop
        self._brackets = 0
        self._levels = [indentation]
        self._pending = 0
        self._line_open = stop is not None
        self.advance()

    def span(self) -> Span:
        """Where the current token is."""
        return Span(self.source, self.start, self.end)

    def since(self, start: int) -> Span:
        """From `start` to the end of the token before the current one."""
        return Span(self.source, start, max(start, self.previous_end))

    def error(self, message: str) -> ScriptError:
        """An error at the current token."""
        return ScriptError(message, self.span())

    def describe(self) -> str:
        """The current token, for messages."""
        return self.text if self.kind in ("name", "number", "string") and len(self.text) < 40 else self.kind

    def signature_comment(self) -> tuple[int, int] | None:
        """Where the text of a `# type:` comment is that follows the current `newline` token, with which a function's head ends."""
        position = self.end
        while match := _BLANK_LINE.match(self.source.text, position):
            position = match.end()
        match = _SIGNATURE_COMMENT.match(self.source.text, position)
        return match.span(1) if match else None

    def advance(self) -> None:
        """Move to the next token; at the end of the text stay at `end`."""
        self.previous_end = self.end
        if self._pending:
            self._pending -= 1
            self._set("dedent", self._position, self._position)
            return
        if not self._line_open and self._start_line():
            return
        text = self.source.text
        while True:
            match = _TOKEN.match(text, self._position, self._stop)
            if match is None:
                self._no_token()
                return
            group = match.lastgroup
            start, end = match.span(group or 0)
            if group == "skip":
                self._position = end
                continue
            if group == "newline":
                self._position = end
                if self._brackets:
                    continue
                self._line_open = False
                self._set("newline", start, end)
                return
            if group == "string":
                end = self._string_end(text[start:end], end)
            self._position = end
            self.start = start
            self.end = end
            self.text = spelling = text[start:end]
            if group == "word":
                self.kind = spelling if spelling in KEYWORDS or " " in spelling else "name"
            elif group == "operator":
                self.kind = spelling
                if spelling in _OPEN:
                    self._brackets += 1
                elif spelling in _CLOSE:
                    self._brackets -= 1 if self._brackets else 0
            else:
                self.kind = group or ""
            return

    def _set(self, kind: str, start: int, end: int) -> None:
        self.kind = kind
        self.text = ""
        self.start = start
        self.end = end

    def _start_line(self) -> bool:
        """Skip blank lines and compare the indentation; True when a token came of it."""
        text = self.source.text
        while True:
            match = _BLANKS.match(text, self._position, self._stop)
            assert match is not None
            line, position = match.span()
            following = text[position : position + 1] if position < self._stop else ""
            if following == "#":
                position = text.find("\n", position)
                following = "\n" if position >= 0 else ""
            if following == "\n":
                self._position = position + 1
                continue
            break
        if not following:
            self._position = self._stop
            return self._finish()
        self._position = position
        self._line_open = True
        depth = position - line
        if depth == self._levels[-1]:
            return False
        if depth > self._levels[-1]:
            self._levels.append(depth)
            self._set("indent", line, position)
            return True
        count = 0
        while len(self._levels) > 1 and self._levels[-1] > depth:
            self._levels.pop()
            count += 1
        self._set("dedent", position, position)
        if self._levels[-1] != depth:
            raise self.error(f"invalid indent level {depth}; the enclosing block has {self._levels[-1]}")
        self._pending = count - 1
        return True

    def _finish(self) -> bool:
        end = self._stop
        if len(self._levels) > 1:
            self._pending = len(self._levels) - 2
            del self._levels[1:]
            self._set("dedent", end, end)
        else:
            self._set("end", end, end)
        return True

    def _no_token(self) -> None:
        blanks = _BLANKS.match(self.source.text, self._position, self._stop)
        position = blanks.end() if blanks is not None else self._position
        if position >= self._stop:
            # PyTorch wants a line feed at the end of the text, and so does the parser: it asks for `newline` and meets this
            self._set("end", position, position)
            return
        self._set("", position, position + 1)
        raise self.error(f"expected a valid token but found {self.source.text[position]!r}")

    def _string_end(self, quote: str, position: int) -> int:
        match = _STRING_END[quote].match(self.source.text, position, self._stop)
        if match is None:
            self._set("", position - len(quote), position)
            raise self.error("string has no closing quote")
        return match.end()


def decode_string(spelling: str, span: Span) -> str:
    """Value of a string token; octal escapes are bytes of UTF-8. Raises `ScriptError` for escapes that the language lacks."""
    width = 3 if spelling[:3] in ("'''", '"""') else 1
    body = spelling[width:-width]
    if "\\" not in body:
        return body

    def value(match: re.Match[str]) -> str:
        escape = match.group(1)
        if len(escape) == 3:
            code = int(escape, 8)
            if code > 255:
                raise ScriptError(f"escape \\{escape} is no byte; octal escapes end at \\377", span)
            return byte_text(code)
        plain = _ESCAPES.get(escape)
        if plain is None:
            raise ScriptError(f"escape \\{escape} is not known here; write three octal digits", span)
        return plain

    return joined_text(_ESCAPE.sub(value, body))


def decode_number(spelling: str, signed: bool, span: Span) -> int | float | complex:
    """Value of a number token, by the rules of C's `strtoll` and `strtod`; `signed` when a minus belongs to it.

    Raises `ScriptError` beyond 64 bits.
    """
    if spelling.endswith("j"):
        return complex(0.0, float(spelling[:-1]))
    hexadecimal = spelling[:2] in ("0x", "0X")
    if hexadecimal and "." in spelling:
        try:
            return float.fromhex(spelling)
        except OverflowError:
            return math.inf
    if hexadecimal and ("p" in spelling or "P" in spelling):
        raise ScriptError(f"number {spelling} has an exponent but no point; write {spelling.lower().replace('p', '.p')}", span)
    if not hexadecimal and any(mark in spelling for mark in ".eE"):
        return float(spelling)
    if len(spelling) > 32:
        raise ScriptError("integral constant out of range (must fit in a signed 64 bit integer)", span)
    if hexadecimal:
        value = int(spelling, 16)
    elif spelling[0] == "0":
        digits = re.match("[0-7]*", spelling)
        value = int(digits.group(), 8) if digits is not None else 0
    else:
        value = int(spelling)
    # the sign is read apart: 2**63 is the smallest integer's
    if value > (1 << 63 if signed else (1 << 63) - 1):
        raise ScriptError("integral constant out of range (must fit in a signed 64 bit integer)", span)
    return value

"""The outline of a source file of an archive: which classes and functions it defines, without reading the functions' bodies.

In: the text of a file. Out: its definitions; a function is parsed when its tree is first wanted, so a large program costs at load what its
classes declare. Text that is laid out as PyTorch prints it is cut at its lines; any other text is parsed whole, so both give the same
definitions. Next: `importer.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from . import syntax
from .lexer import KEYWORDS
from .parser import parse_expression
from .source import ScriptError, Source, Span
from .statements import NAME_LISTS, Members, parse_definition, parse_file, parse_line

# What makes a line something else than it looks, or an indentation count otherwise than in blanks
_UNUSUAL = ("\t", "\r", "\f", "\v", "\\\n", "'''", '"""')
_OUTER_LINE = re.compile(r"\n([^ \n][^\n]*)")
_MEMBER_LINE = re.compile(r"\n {0,2}([^ \n][^\n]*)")
_CLASS = re.compile(r"class ([A-Za-z_]\w*)(?:\(([A-Za-z_]\w*)\))?:", re.ASCII)
_FUNCTION = re.compile(r"def ([A-Za-z_]\w*)\(", re.ASCII)
_ATTRIBUTE = re.compile(r"([A-Za-z_]\w*) : ((?:[A-Za-z_]\w*\.)*[A-Za-z_]\w*(\[[\w.\[\], ]*\])?)", re.ASCII)
_NAME_LIST = re.compile(r'(__\w+__) = \[((?:"\w*", )*)\]', re.ASCII)


class _Unlike(Exception):
    """The text is not laid out as printed text is."""


class Unparsed(ScriptError):
    """The text of a function does not parse."""


class FunctionOutline:
    """A function or method whose tree is made when it is first wanted."""

    __slots__ = ("_read", "_tree", "name", "span", "whole")

    def __init__(self, name: str, span: Span, read: Callable[[], syntax.FunctionDef], whole: Span | None = None) -> None:
        self.name = name
        self.span = span
        """Its head, as far as its line goes."""
        self.whole = whole
        """All of its text, where that is known before it is parsed."""
        self._read = read
        self._tree: syntax.FunctionDef | None = None

    def tree(self) -> syntax.FunctionDef:
        """The whole function. Raises `Unparsed` where its text does not parse."""
        if self._tree is None:
            try:
                self._tree = self._read()
            except ScriptError as error:
                raise Unparsed(error.diagnostic.message, error.span) from None
        return self._tree

    @staticmethod
    def of(tree: syntax.FunctionDef) -> FunctionOutline:
        """The outline of a function that was parsed already."""
        return FunctionOutline(tree.name, tree.span, lambda: tree)


class ClassOutline:
    """A class; `tree` has everything but the methods."""

    __slots__ = ("methods", "tree")

    def __init__(self, tree: syntax.ClassDef, methods: Iterable[FunctionOutline]) -> None:
        self.tree = tree
        self.methods = tuple(methods)

    @property
    def name(self) -> str:
        """Name of the class."""
        return self.tree.name

    @property
    def span(self) -> Span:
        """Its head."""
        return self.tree.span


Outline = ClassOutline | FunctionOutline


def outline_tree(definitions: Iterable[syntax.Definition]) -> list[Outline]:
    """The outline of definitions that were parsed already."""
    return [
        FunctionOutline.of(one) if isinstance(one, syntax.FunctionDef) else ClassOutline(one, map(FunctionOutline.of, one.methods))
        for one in definitions
    ]


class Outliner:
    """Outlines the files of one archive: annotations are spelled again and again, so each spelling is parsed once."""

    def __init__(self) -> None:
        self._annotations: dict[str, syntax.Expression] = {}

    def outline(self, source: Source) -> list[Outline]:
        """The definitions in a file, in order. Raises `ScriptError` where what is read of it does not parse."""
        text = source.text
        if not text.startswith(("class ", "def ")) or not text.endswith("\n") or any(mark in text for mark in _UNUSUAL):
            return outline_tree(parse_file(source).definitions)
        try:
            return self._definitions(source)
        except _Unlike:
            return outline_tree(parse_file(source).definitions)

    def _definitions(self, source: Source) -> list[Outline]:
        text = source.text
        starts = [0, *(match.start(1) for match in _OUTER_LINE.finditer(text))]
        found: list[Outline] = []
        for start, stop in zip(starts, [*starts[1:], len(text)], strict=True):
            match = _CLASS.match(text, start)
            if match is not None and text[match.end()] == "\n":
                found.append(self._class(source, match, stop))
            else:
                found.append(_function(source, start, stop, 0))
        return found

    def _class(self, source: Source, head: re.Match[str], stop: int) -> ClassOutline:
        """A class whose text goes up to `stop`; declarations stand before the methods, and each on a line of its own."""
        text = source.text
        lines = [match.span(1) for match in _MEMBER_LINE.finditer(text, head.end(), stop)]
        members = Members()
        methods: list[FunctionOutline] = []
        expected = head.end() + 3
        for index, (start, end) in enumerate(lines):
            if text[start - 3 : start] != "\n  ":
                raise _Unlike
            following = lines[index + 1][0] - 2 if index + 1 < len(lines) else stop
            if text.startswith("def ", start):
                methods.append(_function(source, start, following, 2))
                continue
            if methods or start != expected:
                raise _Unlike
            self._declaration(source, members, start, end)
            expected = end + 3
        if not methods and text[expected - 2 : stop].strip("\n"):
            raise _Unlike
        span = source.span(head.start(), head.end() - 1)
        base = head[2]
        bases = () if base is None else (syntax.Name(base, source.span(*head.span(2))),)
        return ClassOutline(members.definition(head[1], bases, span), methods)

    def _declaration(self, source: Source, members: Members, start: int, end: int) -> None:
        """One line of a class body."""
        text = source.text
        match = _ATTRIBUTE.fullmatch(text, start, end)
        if match is not None and match[1] not in KEYWORDS:
            annotation = self._annotation(source, match)
            members.attributes.append(syntax.AttributeDeclaration(match[1], annotation, source.span(start, end)))
            return
        match = _NAME_LIST.fullmatch(text, start, end)
        if match is not None and match[1] in NAME_LISTS:
            members.names[match[1]] = tuple(match[2][1:-3].split('", "')) if match[2] else ()
            return
        try:
            statement = parse_line(source, start, end + 1)
        except ScriptError:
            raise _Unlike from None
        members.add(statement)

    def _annotation(self, source: Source, match: re.Match[str]) -> syntax.Expression:
        spelling = match[2]
        known = self._annotations.get(spelling)
        if known is None and match[3] is None and spelling not in KEYWORDS:
            # one node for all of a qualified name
            known = self._annotations[spelling] = syntax.Name(spelling, source.span(*match.span(2)))
        if known is None:
            try:
                known = self._annotations[spelling] = parse_expression(source, *match.span(2))
            except ScriptError:
                raise _Unlike from None
        return known


def _function(source: Source, start: int, stop: int, indentation: int) -> FunctionOutline:
    match = _FUNCTION.match(source.text, start)
    if match is None:
        raise _Unlike

    def read() -> syntax.FunctionDef:
        return parse_definition(source, start, stop, indentation)

    return FunctionOutline(match[1], source.span(start, source.text.index("\n", start)), read, source.span(start, stop))

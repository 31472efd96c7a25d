"""Places and messages: lines, columns, excerpts with their marker."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rushlight.script.source import Diagnostic, ScriptError, Source

TEXT = "def f(x):\n    y = x + \\\n        x\n    return y\n# 1\n# 2\n# 3\n# 4\n"
SOURCE = Source(TEXT, "a.py", 10)


def test_excerpt_marks_every_line() -> None:
    span = SOURCE.span(TEXT.index("x +"), TEXT.index("    return") - 1)
    assert (span.line, span.column, str(span)) == (11, 8, "a.py:11:8")
    assert span.highlight("f") == (
        '  File "a.py", line 11, in f\ndef f(x):\n    y = x + \\\n        ~~~~~\n        x\n        ~ <--- HERE\n    return y\n# 1\n'
    )


def test_excerpt_of_everything_is_the_text() -> None:
    assert SOURCE.span(0, len(TEXT)).highlight() == TEXT


def test_excerpt_at_the_end_of_the_text() -> None:
    source = Source("a\nb = (", "a.py")
    assert source.span(6, 7).highlight() == '  File "a.py", line 2\na\nb = (\n    ~ <--- HERE\n'


def test_diagnostic_tells_the_calls() -> None:
    inner, outer = Source("g()\nh\n", "g.py").span(0, 1), Source("f()\ng\n", "f.py").span(4, 5)
    error = ScriptError("unknown name", inner).called_from("g", outer).called_from("f", None)
    assert str(error) == (
        'unknown name:\n  File "g.py", line 1\ng()\n~ <--- HERE\nh\n'
        "'g' is being compiled since it was called from 'f'\n"
        '  File "f.py", line 2\nf()\ng\n~ <--- HERE\n'
    )
    assert (error.filename, error.line, error.column) == ("g.py", 1, 0)
    assert str(Diagnostic("plain")) == "plain"


def test_original_place() -> None:
    generated = Source("_0 = 1\n", "code/__torch__.py", original=lambda offset: SOURCE.span(offset, offset + 1))
    place = generated.span(4, 6).original()
    assert place is not None and (place.source, place.start) == (SOURCE, 4)
    assert SOURCE.span(0, 1).original() is None


@given(st.text(alphabet="ab \n", max_size=60), st.integers(0, 60), st.integers(0, 60))
def test_every_span_has_an_excerpt(text: str, start: int, length: int) -> None:
    source = Source(text, "a.py", 3)
    span = source.span(min(start, len(text)), min(start + length, len(text)))
    line, column = source.position(span.start)
    assert line == 3 + text[: span.start].count("\n")
    assert column == span.start - (text.rfind("\n", 0, span.start) + 1)
    assert span.highlight().endswith("\n") or span.text == text

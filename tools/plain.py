"""Text from files, made fit for a terminal: names and code of an archive may hold control sequences, or halves of characters."""

from __future__ import annotations


def plain(text: str) -> str:
    """The text with everything but printable characters and line feeds written as an escape."""
    if text.isascii() and text.replace("\n", "").isprintable():
        return text
    return "".join(letter if letter.isprintable() or letter == "\n" else ascii(letter)[1:-1] for letter in text)

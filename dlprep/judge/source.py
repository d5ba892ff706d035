"""The submission's text, for showing lines of it; it is never compiled or imported here."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dlprep.verdict import Location

LONGEST = 500  # characters of a line that are shown


class Source:
    """The lines of a submission, counted as Python counts them."""

    def __init__(self, source: bytes) -> None:
        self.lines = re.split(r"\r\n|\r|\n", source.decode("utf-8", errors="replace"))

    def at(self, line: int | None, note: str = "", column: int | None = None) -> Location | None:
        """The location of ``line`` (from 1), or None where the file has no such line."""
        if line is None or not 1 <= line <= len(self.lines):
            return None
        return Location(line, self.lines[line - 1].strip("\f\ufeff")[:LONGEST], note, column)

    def loop(self, running: Sequence[int]) -> int | None:
        """Where an endless loop is, if these lines were running, the innermost function's first.

        It is the outermost loop of the innermost function that is in one: the same whatever
        moment was caught. Read by its indentation, for the text may be hostile to a parser.
        """
        for line in (line for line in running if line <= len(self.lines)):
            found, margin = None, None
            for n in range(line, 0, -1):
                text = self.lines[n - 1]
                word = re.match(r"[ \t]*(\w*)", text)
                indent = len(text) - len(text.lstrip(" \t"))
                if word is None or not word[1] or (margin is not None and indent >= margin):
                    continue  # blank, a comment, the middle of a statement, or no block around it
                margin = indent
                if word[1] in ("while", "for"):
                    found = n
                if word[1] in ("def", "class", "async"):
                    break
            if found is not None:
                return found
        return None


def not_utf8(source: bytes) -> int | None:
    """The line (from 1) of the first byte that is not UTF-8, unless the file names its encoding."""
    if re.search(rb"^[ \t\f]*#.*?coding[:=]", b"\n".join(source.split(b"\n", 2)[:2]), re.MULTILINE):
        return None
    try:
        source.decode("utf-8")
    except UnicodeDecodeError as error:
        return source.count(b"\n", 0, error.start) + 1
    return None

"""The submission's text, for showing lines of it; it is never compiled or imported here."""

from __future__ import annotations

import re

from dlprep.model import Location

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


def not_utf8(source: bytes) -> int | None:
    """The line (from 1) of the first byte that is not UTF-8, unless the file names its encoding."""
    if re.search(rb"^[ \t\f]*#.*?coding[:=]", b"\n".join(source.split(b"\n", 2)[:2]), re.MULTILINE):
        return None
    try:
        source.decode("utf-8")
    except UnicodeDecodeError as error:
        return source.count(b"\n", 0, error.start) + 1
    return None

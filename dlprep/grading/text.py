"""Text of a submission in a report: visible, cut, and never a command to what reads the report."""

from __future__ import annotations

import json
import re
from typing import Any

# ``::error::`` at a line's start and ``##[error]`` anywhere in it are commands to a build server,
# and any report may be printed to its log.
_LINE_COMMAND = re.compile(r"(?m)^([^\S\n]*):(?=:)")  # within a line: else it is quadratic
_LOG_COMMAND = re.compile(r"##(?=\[|vso\[)")
MOST = 20_000  # characters of one text; the reports cut to less, but escaping is slow


def printable(text: str) -> str:
    r"""``text`` with all but visible characters and newlines as escapes, such as ``\x1b``.

    What is left is legal in XML and can be encoded: no control character, no lone surrogate. Tabs
    become blanks.
    """
    text = clip(text, MOST).replace("\r\n", "\n").expandtabs(4)
    if not text.replace("\n", "").isprintable():
        text = "".join(
            char if char.isprintable() or char == "\n" else _escape(char) for char in text
        )
    return _LOG_COMMAND.sub(r"#\\x23", _LINE_COMMAND.sub(r"\1\\x3a", text))


def one_line(text: str) -> str:
    """``text`` as one printable line, its blanks and newlines as single blanks."""
    return printable(" ".join(clip(text, MOST).split()))


def clip(text: str, most: int, note: str = " … (cut)") -> str:
    """``text`` in at most ``most`` characters; ``note`` is the end of what was cut."""
    return text if len(text) <= most else text[: most - len(note)] + note


def as_json(data: Any, indent: int | None = None) -> str:
    """``data`` as JSON in ASCII, of which nothing is a command to a build server's log."""
    return _LOG_COMMAND.sub(
        r"#\\u0023", json.dumps(data, indent=indent, ensure_ascii=True, allow_nan=False)
    )


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")

"""Text that can be shown: visible, in the reader's encoding, and never a command to a log."""

from __future__ import annotations

import codecs
import json
import re
from typing import Any

_PLAIN = {"✗": "x", "✓": "+", "·": "-", "…": "...", "×": "x", "•": "*", "─": "-", "▌": "|"}
_PLAIN |= {"★": "*", "░": ":", "▒": "+", "▓": "%", "█": "#", "│": "|"}
_PLAIN |= {"–": "-", "—": "-", "‘": "'", "’": "'", "“": '"', "”": '"', "≤": "<=", "≥": ">="}

# ``::error::`` at a line's start and ``##[error]`` or ``##vso[…]`` anywhere in it are commands to a
# build server, and any page or report may be printed to its log.
_LINE_COMMAND = r"(?m)^([^\S\n]*):(?=:)"  # within a line: else it is quadratic
_LOG_COMMAND = r"##(?=\[|vso\[)"
MOST = 20_000  # characters of one text; the reports cut to less, but escaping is slow


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


def _nearest(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    unknown = error.object[error.start : error.end]
    return "".join(_PLAIN.get(char) or _escape(char) for char in unknown), error.end


codecs.register_error("dlprep.nearest", _nearest)


def encodable(text: str, encoding: str) -> str:
    """``text`` in characters that ``encoding`` has: in ASCII, ✗ becomes x."""
    return text if text.isascii() else text.encode(encoding, "dlprep.nearest").decode(encoding)


def visible(text: str) -> str:
    """``text`` with invisible characters, and what starts a command to a log, as escapes."""
    if "##" in text:
        text = re.sub(_LOG_COMMAND, r"#\\x23", text)
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else _escape(char) for char in text)


def plural(count: int, noun: str, nouns: str = "") -> str:
    """``1 case``, ``2 cases``; ``nouns`` where they are not made with an s."""
    return f"{count} {noun}" if count == 1 else f"{count} {nouns or f'{noun}s'}"


def printable(text: str) -> str:
    r"""``text`` with all but visible characters and newlines as escapes, and tabs as blanks.

    The result is legal in XML and can be encoded: no control character, no lone surrogate.
    """
    lines = clip(text, MOST).replace("\r\n", "\n").expandtabs(4).split("\n")
    return re.sub(_LINE_COMMAND, r"\1\\x3a", "\n".join(map(visible, lines)))


def one_line(text: str) -> str:
    """``text`` as one printable line, with a single blank for blanks and newlines."""
    return printable(" ".join(clip(text, MOST).split()))


def clip(text: str, most: int) -> str:
    """``text`` in at most ``most`` characters, with a note at the end of what was cut."""
    note = " … (cut)"
    return text if len(text) <= most else text[: most - len(note)] + note


def as_json(data: Any, indent: int | None = None) -> str:
    """``data`` as JSON in ASCII, without commands to a build server's log."""
    text = json.dumps(data, indent=indent, ensure_ascii=True, allow_nan=False)
    return re.sub(_LOG_COMMAND, r"#\\u0023", text)

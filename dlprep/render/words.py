"""Text that can be shown: visible, in the console's encoding, and within a width."""

from __future__ import annotations

import codecs
import re

from rich.cells import cell_len, chop_cells

_PLAIN = {"✗": "x", "✓": "+", "·": "-", "…": "...", "×": "x", "•": "*", "─": "-", "▌": "|"}
_PLAIN |= {"░": ":", "▒": "+", "▓": "%", "█": "#", "│": "|"}
_PLAIN |= {"–": "-", "—": "-", "‘": "'", "’": "'", "“": '"', "”": '"', "≤": "<=", "≥": ">="}

# A whole string, or what opens, closes or separates arguments.
_TOKEN = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|[\[({]|[\])}]|,")

_LOG_COMMAND = re.compile(r"##(?=\[|vso\[)")


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
    return text.encode(encoding, "dlprep.nearest").decode(encoding)


def visible(text: str) -> str:
    """``text`` with control, format and other invisible characters as Python escapes.

    So is what starts a command to a build server: ``##[error]`` or ``##vso[…]`` in its log.
    """
    text = _LOG_COMMAND.sub(r"#\\x23", text)
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else _escape(char) for char in text)


def plural(count: int, noun: str, nouns: str = "") -> str:
    """``1 case``, ``2 cases``; ``nouns`` where they are not made with an s."""
    return f"{count} {noun}" if count == 1 else f"{count} {nouns or f'{noun}s'}"


def fold(line: str, width: int, hang: str = "", *, whole_words: bool = False) -> list[str]:
    """``line`` in pieces of at most ``width`` cells, broken at blanks where there are any.

    Every piece but the first starts with ``hang``. With ``whole_words`` a longer word sticks out.
    """
    pieces: list[str] = []
    rest, room = line.rstrip(), width
    while cell_len(rest) > room:
        head = (chop_cells(rest[: room + 1], room) or [rest[:room]])[0]
        text_starts = len(rest) - len(rest.lstrip())
        cut = rest.rfind(" ", text_starts, len(head) + 1)
        if cut < 0 and whole_words:
            cut = rest.find(" ", len(head))
            if cut < 0:
                break
        cut = max(len(head), 1) if cut < 0 else cut
        pieces.append(rest[:cut].rstrip())
        rest, room = rest[cut:].lstrip(), width - len(hang)
    pieces.append(rest)
    return pieces[:1] + [hang + piece for piece in pieces[1:]]


def split_call(line: str, width: int) -> list[str]:
    """A call that is longer than ``width``, broken between its arguments, which stay whole."""
    if cell_len(line) <= width:
        return [line]
    arguments: list[str] = []
    depth, start, hang = 0, 0, 4
    for match in _TOKEN.finditer(line):
        token = match.group()
        if token in "([{":
            depth += 1
            if depth == 1 and match.end() <= width // 3:
                hang = match.end()
        elif token in ")]}":
            depth -= 1
        elif token == "," and depth == 1:
            arguments.append(line[start : match.end()])
            start = match.end()
    lines = [""]
    for argument in [*arguments, line[start:]]:
        if lines[-1] and cell_len(lines[-1] + argument) > width:
            lines.append(" " * hang + argument.lstrip())
        else:
            lines[-1] += argument
    return lines

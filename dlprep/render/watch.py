"""The screen of ``dlprep watch`` as lines of text: a page, and below it what the keys do."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rich.console import Console
from rich.text import Text

from dlprep.model import Exercise
from dlprep.render.catalogue import exercise_table
from dlprep.render.page import Page
from dlprep.render.words import encodable

Drawing = Callable[[Console], None]

CHOSEN = "> "  # before the line of a list that Enter would take
ROOMY = 16  # rows from which on a blank line sets the page apart
_LINK = re.compile(r"\x1b\]8;[^\x1b]*\x1b\\")  # which prompt_toolkit would show as text


@dataclass(frozen=True, slots=True)
class View:
    """What is to be seen.

    ``status`` is one line in pieces, the first of which a narrow terminal loses; ``keys`` are keys
    and what they do; ``busy`` when none of them counts but the quitting ones; ``choosing`` when
    the arrows move the choice in a list instead of the page; ``newest_last`` when it is the page's
    end that is to be seen first.
    """

    page: Drawing
    status: tuple[str, ...]
    keys: tuple[tuple[str, str], ...]
    notes: tuple[str, ...] = ()
    busy: bool = False
    choosing: bool = False
    newest_last: bool = False


@dataclass(frozen=True, slots=True)
class Drawn:
    """A screen: its lines with their colours as ANSI codes, and how it is scrolled.

    ``top`` is the page's first line that is in sight, ``last`` the largest ``top``, ``height`` how
    many lines are in sight.
    """

    text: str
    top: int
    last: int
    height: int


def draw(view: View, columns: int, rows: int, top: int | None = None) -> Drawn:
    """A screen of exactly so many rows, with the page scrolled to the line ``top``."""
    columns = max(columns, 20)
    page = _page_lines(view.page, columns)
    notes, keys = _notes(view, columns), _keys(view, columns)
    height = max(1, rows - len(notes) - len(keys) - 1 - (rows >= ROOMY))
    last = max(0, len(page) - height)
    if top is None:
        top = last if view.newest_last else 0
    if view.choosing:
        chosen = next((n for n, line in enumerate(page) if line.plain.startswith(CHOSEN)), 0)
        top = min(max(top, chosen - height + 2), max(chosen - 2, 0))  # with its track's name
    top = min(max(top, 0), last)
    shown = page[top : top + height]
    lines = shown + [Text()] * (height - len(shown) + (rows >= ROOMY))
    lines += [*notes, _status(view, columns, top, last - top), *keys]
    return Drawn(_ansi(Text("\n").join(lines[:rows]), columns), top, last, height)


def choice_page(rows: Sequence[tuple[Exercise, str]], chosen: int, console: Console) -> None:
    """Print the list of exercises, with a mark before the one that is chosen."""
    exercise_table(rows, console, chosen=rows[chosen][0].slug, mark=CHOSEN)


@lru_cache(maxsize=2)  # a key that scrolls renders nothing anew
def _page_lines(page: Drawing, columns: int) -> list[Text]:
    console = _console(columns)
    page(console)
    text = Text.from_ansi(_LINK.sub("", _printed(console)).rstrip())
    return list(text.split("\n", allow_blank=True))


def _notes(view: View, columns: int) -> list[Text]:
    page = Page(_console(columns))
    for note in view.notes:
        page.prose(note, indent=0, style="bold")
    return page.lines[:5]


def _status(view: View, columns: int, above: int, below: int) -> Text:
    """One line: how it stands, and at its right end how much of the page is out of sight."""
    mark = ", ".join(
        f"{count} {where}" for count, where in ((above, "above"), (below, "below")) if count
    )
    mark = f"more lines: {mark}" if mark and columns >= 70 else mark
    pieces = list(view.status)
    while pieces and len(", ".join(pieces)) + 2 + len(mark) > columns:
        del pieces[0]
    status = _shown(", ".join(pieces))
    gap = " " * (columns - len(status) - len(mark)) if mark else ""
    return Text.assemble((status, "bold" if view.busy else "dim"), gap, (mark, "bold"))


def _keys(view: View, columns: int) -> list[Text]:
    lines = [Text()]
    for key, what in view.keys:
        item = Text.assemble((_shown(key), "bold"), " ", (what, "dim"))
        if lines[-1] and len(lines[-1]) + 2 + len(item) > columns:
            lines.append(Text())
        if lines[-1]:
            lines[-1].append("  ")
        lines[-1].append_text(item)
    return lines


def _shown(text: str) -> str:
    return encodable(text, sys.stdout.encoding)


def _console(columns: int) -> Console:
    """A console that keeps what is printed, with the colours of this terminal."""
    file = io.TextIOWrapper(io.BytesIO(), encoding=sys.stdout.encoding, newline="\n")
    return Console(
        file=file, width=columns, force_terminal=True, markup=False, emoji=False, highlight=False
    )


def _printed(console: Console) -> str:
    file = console.file
    assert isinstance(file, io.TextIOWrapper)
    file.seek(0)
    return file.read()


def _ansi(text: Text, columns: int) -> str:
    console = _console(columns)
    console.print(text, soft_wrap=True, end="")
    return _printed(console)

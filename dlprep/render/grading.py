"""The pages of ``dlprep grade``: the table of verdicts with its totals, and the dry run."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TextIO

from rich.cells import cell_len, chop_cells
from rich.console import Console

from dlprep.render.page import Page
from dlprep.render.words import plural

STYLES = {"passed": "green", "failed": "red", "error": "red", "fault": "bold red", "missing": "dim"}
PIPE_WIDTH = 80
LEAST_REMARK = 12  # a remark cut to less says nothing
MOST_LEFT_OUT = 50  # lines of what is not judged: the other reports have them all
PAGE = 500  # rows that are laid out at once: a long table is never all of it in memory


@dataclass(frozen=True, slots=True)
class Row:
    """What the table shows of a submission; ``remark`` is what is wrong, in a line."""

    who: str
    exercise: str
    status: str
    passing: int
    total: int
    remark: str


def grade_table(
    rows: Sequence[Row],
    left_out: Sequence[str],
    footnote: str,
    screen: TextIO | None,
) -> Iterator[str]:
    """Rows in groups: one an exercise, or one person's exercises as one; then what is left out.

    The text fits ``screen``, its width and its colours, or without one a pipe.
    """
    console = Console(file=screen or io.StringIO(), markup=False, emoji=False, highlight=False)
    if not console.is_terminal:
        console.width = PIPE_WIDTH
    one_person = len({row.who for row in rows}) == 1
    page = Page(console)
    cases = max((len(_cases(row)) for row in rows), default=0)
    width = max((cell_len(page.clean(_named(row, one_person)[1])) for row in rows), default=0)
    width = max(min(width, page.width // 2, page.width - len("    missing  ") - cases), 1)
    for heading, group in groupby(rows, key=lambda row: _named(row, one_person)[0]):
        if heading:
            page.line((_fit(page, heading, page.measure), "bold"))
        for row in group:
            if len(page.lines) >= PAGE:
                yield _shown(page)
            _line(page, _named(row, one_person)[1], width, row, cases)
        page.gap()
    if left_out:
        more = len(left_out) - MOST_LEFT_OUT
        _list(page, "not judged", [*left_out[:MOST_LEFT_OUT], *[f"and {more} more"] * (more > 0)])
    page.gap()
    counts: Counter[str] = Counter(row.status for row in rows)
    parts = [f"{counts[status]} {status}" for status in STYLES if counts[status]]
    said = (
        f"{plural(len(rows), 'submission')}: {', '.join(parts)}" if rows else "Nothing was graded"
    )
    page.prose(f"{said}; {len(left_out)} not judged" if left_out else said)
    page.prose(footnote, style="dim")
    yield _shown(page)


def dry_run_page(
    to_judge: Sequence[str], left_out: Sequence[str], ignored: Sequence[str], console: Console
) -> None:
    """Print what would be judged, what would not and why, and what has nothing to do with it."""
    page = Page(console)
    for heading, lines in (
        ("would be judged", to_judge),
        ("not judged", left_out),
        ("ignored", ignored),
    ):
        if lines:
            _list(page, f"{heading}: {len(lines)}", lines)
    page.show()


def _list(page: Page, heading: str, lines: Sequence[str]) -> None:
    page.gap()
    page.line((heading, "bold"))
    for line in lines:
        page.prose(page.clean(line))


def _shown(page: Page) -> str:
    """The page so far as text, which is then empty again."""
    with page.console.capture() as captured:
        page.show()
    page.lines.clear()
    return captured.get()


def _named(row: Row, one_person: bool) -> tuple[str, str]:
    """The heading under which a row stands, and its name there."""
    return (row.who, row.exercise) if one_person else (row.exercise, row.who)


def _line(page: Page, name: str, width: int, row: Row, cases: int) -> None:
    left = f"  {_fit(page, name, width)}  "
    status, count = f"{row.status:<7}", f"  {_cases(row):>{cases}}  "
    room = page.measure - cell_len(left) - len(status) - len(count)
    remark = _fit(page, row.remark, room) if room >= LEAST_REMARK else ""
    page.line(left, (status, STYLES[row.status]), count, remark)


def _cases(row: Row) -> str:
    return f"{row.passing}/{row.total}" if row.total else ""


def _fit(page: Page, text: str, width: int) -> str:
    """``text`` in exactly ``width`` cells."""
    text, dots = page.clean(text), page.clean("…")
    if cell_len(text) > width:
        text = chop_cells(text, width - len(dots))[0].rstrip() + dots
    return text + " " * (width - cell_len(text))

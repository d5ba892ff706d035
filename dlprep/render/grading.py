"""The table of ``dlprep grade``: every submission's verdict in a line, and the totals."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING, TextIO

from rich.cells import cell_len, chop_cells
from rich.console import Console

from dlprep.render.page import Page
from dlprep.render.words import plural

if TYPE_CHECKING:
    from dlprep.grading.formats.table import Row

STYLES = {"passed": "green", "failed": "red", "error": "red", "fault": "bold red", "missing": "dim"}
PIPE_WIDTH = 80
LEAST_REMARK = 12  # a remark cut to less says nothing
PAGE = 500  # rows that are printed at once: a long table is never all of it laid out


def grade_table(rows: list[Row], footnote: str, stream: TextIO) -> None:
    """Print the rows in groups: one an exercise, or one person's exercises as one."""
    console = Console(file=stream, markup=False, emoji=False, highlight=False)
    if not console.is_terminal:
        console.width = PIPE_WIDTH
    one_person = len({row.who for row in rows}) == 1
    named = sorted(
        (((row.who, row.exercise) if one_person else (row.exercise, row.who)), n)
        for n, row in enumerate(rows)
    )
    page = Page(console)
    cases = max((len(_cases(row)) for row in rows), default=0)
    width = max((cell_len(page.clean(name)) for (_, name), _ in named), default=0)
    width = max(min(width, page.width // 2, page.width - len("    missing  ") - cases), 1)
    for heading, group in groupby(named, key=lambda item: item[0][0]):
        if heading:
            page.line((_fit(page, heading, page.measure), "bold"))
        for (_, name), n in group:
            if len(page.lines) >= PAGE:
                page.show()
                page.lines.clear()
            _line(page, name, width, rows[n], cases)
        page.gap()
    if rows:
        counts: Counter[str] = Counter(row.status for row in rows)
        parts = [f"{counts[status]} {status}" for status in STYLES if counts[status]]
        page.prose(f"{plural(len(rows), 'submission')}: {', '.join(parts)}")
    else:
        page.prose("Nothing was graded.")
    page.prose(footnote, style="dim")
    page.show()


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

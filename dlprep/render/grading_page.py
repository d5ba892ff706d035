"""The pages of ``dlprep grade``: the table of verdicts with its totals, and the dry run."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TextIO

from rich.cells import cell_len, chop_cells
from rich.console import Console

from dlprep.render.page import Page
from dlprep.text import plural

STYLES = {"passed": "green", "failed": "red", "error": "red", "fault": "bold red", "missing": "dim"}
PIPE_WIDTH = 80
LEAST_REMARK = 12  # a remark cut to less says nothing
MOST_LEFT_OUT = 20  # lines of what is not judged: the other reports have them all
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
    rows: Callable[[], Iterable[Row]], left_out: Sequence[str], footnote: str, screen: TextIO | None
) -> Iterator[str]:
    """Rows in groups: one an exercise, or one person's exercises as one; then what is left out.

    ``rows`` goes through them twice: there may be more than fit into memory. The text fits
    ``screen``, its width and its colours, or without one a pipe.
    """
    console = Console(file=screen or io.StringIO(), markup=False, emoji=False, highlight=False)
    if not console.is_terminal:
        console.width = PIPE_WIDTH
    page = Page(console)
    counts: Counter[str] = Counter()
    cases, widths, people = 0, [0, 0], set[str]()
    for row in rows():
        counts[row.status] += 1
        cases = max(cases, len(_cases(row)))
        for n, name in enumerate((row.who, row.exercise)):
            widths[n] = max(widths[n], cell_len(page.clean(name)))
        people = people if len(people) > 1 else people | {row.who}
    one_person = len(people) == 1
    most = min(page.width // 2, page.width - len("    missing  ") - cases)
    width = max(min(widths[one_person], most), 1)
    for heading, group in groupby(rows(), lambda row: row.who if one_person else row.exercise):
        if heading:
            page.line((_fit(page, heading, page.measure), "bold"))
        for row in group:
            if len(page.lines) >= PAGE:
                yield _shown(page)
            _line(page, row.exercise if one_person else row.who, width, row, cases)
        page.gap()
    if left_out:
        more = len(left_out) - MOST_LEFT_OUT
        _list(page, "not judged", [*left_out[:MOST_LEFT_OUT], *[f"and {more} more"] * (more > 0)])
    page.gap()
    parts = [f"{counts[status]} {status}" for status in STYLES if counts[status]]
    said = f"{plural(counts.total(), 'submission')}: {', '.join(parts)}"
    said = said if parts else "Nothing was graded"
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

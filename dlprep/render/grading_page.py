"""The pages of ``dlprep grade``: the table of verdicts with its totals, and the dry run."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from rich.cells import cell_len
from rich.console import Console

from dlprep.render import PIPE_WIDTH, make_console
from dlprep.render.page import Page
from dlprep.text import plural

STYLES = {"passed": "green", "failed": "red", "error": "red", "fault": "bold red", "missing": "dim"}
LEAST_REMARK = 12  # a remark cut to less says nothing
MOST_LEFT_OUT = 20  # lines of what is not judged: the other reports have them all
PAGE = 500  # rows that are laid out at once: a long table is never all of it in memory


class Row(NamedTuple):
    """What the table shows of a submission: ``cases`` is 14/17, ``remark`` what is wrong."""

    who: str
    exercise: str
    status: str
    cases: str
    remark: str


def grade_table(
    rows: Callable[[], Iterable[Row]], left_out: Sequence[str], footnote: str, on_screen: bool
) -> Iterator[str]:
    """Rows in groups: one an exercise, or one person's exercises as one; then what is left out.

    ``rows`` is called twice: there may be more rows than fit into memory. The text is for standard
    output, or, if it is not ``on_screen``, for a file.
    """
    file = Console(file=io.StringIO(), width=PIPE_WIDTH, markup=False, emoji=False, highlight=False)
    page = Page(make_console() if on_screen else file)
    counts: Counter[str] = Counter()
    cases = who_width = exercise_width = 0
    first, one_person = None, True
    for row in rows():
        counts[row.status] += 1
        cases = max(cases, len(row.cases))
        who_width = max(who_width, cell_len(page.clean(row.who)))
        exercise_width = max(exercise_width, cell_len(page.clean(row.exercise)))
        first = row.who if first is None else first
        one_person = one_person and row.who == first
    most = min(page.width // 2, page.width - len("    missing  ") - cases)
    width = max(min(exercise_width if one_person else who_width, most), 1)
    for heading, group in groupby(rows(), lambda row: row.who if one_person else row.exercise):
        if heading:
            page.line((page.fit(heading, page.measure), "bold"))
        for row in group:
            if len(page.lines) >= PAGE:
                yield _shown(page)
            name = page.fit(row.exercise if one_person else row.who, width)
            status, count = f"{row.status:<7}", f"  {row.cases:>{cases}}  "
            room = page.measure - width - len(f"    {status}{count}")
            remark = page.fit(row.remark, room) if room >= LEAST_REMARK else ""
            page.line(f"  {name}  ", (status, STYLES[row.status]), count, remark)
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


def dry_run_page(lists: Mapping[str, Sequence[str]], console: Console) -> None:
    """Print lists under their headings, without the empty ones."""
    page = Page(console)
    for heading, lines in lists.items():
        if lines:
            _list(page, f"{heading}: {len(lines)}", lines)
    page.show()


def _list(page: Page, heading: str, lines: Sequence[str]) -> None:
    page.gap()
    page.line((heading, "bold"))
    for line in lines:
        page.prose(page.clean(line))


def _shown(page: Page) -> str:
    """The page so far as text; the page is empty afterwards."""
    with page.console.capture() as captured:
        page.show()
    page.lines.clear()
    return captured.get()

"""The pages of ``dlprep grade``: the table of verdicts with its totals, and the dry run."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import groupby

from rich import progress as columns
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from dlprep.render import PIPE_WIDTH, make_console
from dlprep.render.page import Page
from dlprep.text import plural

STYLES = {"passed": "green", "failed": "red", "error": "red", "fault": "bold red", "missing": "dim"}
LEAST_REMARK = 12  # a remark cut to less says nothing
MOST_LEFT_OUT = 20  # lines of what is not judged: the other reports have them all
PAGE = 500  # rows that are laid out at once: a long table is never all of it in memory
Row = tuple[str, str, str, str, str, str]  # who, exercise, status, cases as 14/17, polish, remark


def grade_table(rows: Callable[[], Iterable[Row]], footnote: str, on_screen: bool) -> Iterator[str]:
    """Rows in groups: one an exercise, or one person's exercises as one; then what is not judged.

    ``rows`` is called twice: there may be more rows than fit into memory. The text is for standard
    output, or, if it is not ``on_screen``, for a file.
    """
    file = Console(file=io.StringIO(), width=PIPE_WIDTH, markup=False, emoji=False, highlight=False)
    page = Page(make_console() if on_screen else file)
    counts: Counter[str] = Counter()
    left_out, people, exercises = list[str](), set[str](), set[str]()
    widths = 0, 0  # of the cases, and of the polish
    for who, exercise, status, cases, polish, remark in rows():
        if status not in STYLES:
            left_out.append(remark)
            continue
        counts[status] += 1
        people.add(who)
        exercises.add(exercise)
        widths = max(widths[0], len(cases)), max(widths[1], len(polish) if page.width >= 60 else 0)
    heading, name = (0, 1) if len(people) == 1 else (1, 0)  # of the columns
    names = map(page.clean, exercises if len(people) == 1 else people)
    most = min(page.width // 2, page.width - len(f"    missing{_figures('', '', widths)}"))
    width = max(min(max(map(cell_len, names), default=0), most), 1)
    judged = (row for row in rows() if row[2] in STYLES)
    for title, group in groupby(judged, lambda row: row[heading]):
        if title:
            page.line((page.fit(title, page.measure), "bold"))
        for row in group:
            if len(page.lines) >= PAGE:
                yield _shown(page)
            *_, status, cases, polish, remark = row
            verdict, count = f"{status:<7}", _figures(cases, polish, widths)
            room = page.measure - width - len(f"    {verdict}{count}")
            remark = page.fit(remark, room) if room >= LEAST_REMARK else ""
            page.line(f"  {page.fit(row[name], width)}  ", (verdict, STYLES[status]), count, remark)
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


def _figures(cases: str, polish: str, widths: tuple[int, int]) -> str:
    shown = f"{polish and 'polish':>6} {polish:>{widths[1]}}  " if widths[1] else ""
    return f"  {cases:>{widths[0]}}  {shown}"


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


class _Rate(columns.ProgressColumn):
    def render(self, task: columns.Task) -> Text:
        """Submissions per second, over the last half minute: ``12.3/s``."""
        return Text("" if task.speed is None else f"{task.speed:.1f}/s", no_wrap=True)


@contextmanager
def progress(total: int, console: Console) -> Iterator[Callable[[], None]]:
    """A bar with rate and time left, gone at the end; call the value for each one that is done.

    In a pipe nothing is shown.
    """
    with columns.Progress(
        columns.BarColumn(),
        columns.MofNCompleteColumn(),
        _Rate(),
        columns.TimeRemainingColumn(compact=True),
        "left",
        console=console,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
        disable=not console.is_terminal,
    ) as bar:
        task = bar.add_task("", total=total)
        yield lambda: bar.advance(task)

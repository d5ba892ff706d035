"""The pages about exercises: the list of them, and the task of one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from rich.cells import cell_len
from rich.console import Console

from dlprep import command
from dlprep.catalog import Exercise
from dlprep.render.page import Page, document
from dlprep.text import plural

# Each status: how the list shows it, and in which style.
STATUSES = {
    "new": ("new", "dim"),
    "started": ("started", ""),
    "failing": ("failing", "red"),
    "passed": ("passed", "green"),
    "polished": ("passed ★", "green"),
}
IMPORTS = "Import NumPy, and simple standard modules such as math."
# The table is in checks/values.py, which loads NumPy.
ALLOWED = "An answer is right within 1e-9 of the expected one (relative, in float64)."
POLISH = (
    "Your code passes when its answers are right. Polish is what good library code does besides: it"
    " never fails you, and all of it earns a ★."
)
LEAST_TITLE = 12  # a title cut to less says nothing: then there is no column of titles


def exercise_table(
    rows: Sequence[tuple[Exercise, str]], console: Console, *, chosen: str = "", mark: str = ""
) -> None:
    """Print exercises and their status, by track, in the order given; a mark before the chosen.

    A narrow terminal loses the titles' ends first, then the titles, the minutes, the difficulty.
    """
    page = Page(console)
    slugs = max((len(exercise.slug) for exercise, _ in rows), default=0)
    spare = page.width - slugs - len("    passed ★")
    difficulties = page.piped or spare >= len("medium  ")
    minutes = page.piped or spare >= len("medium  100 min  ")
    titles = max((cell_len(page.clean(exercise.title)) for exercise, _ in rows), default=0)
    if not page.piped:
        titles = min(titles, spare - len("medium  100 min  ") - 2)
    track = ""
    for exercise, status in rows:
        if exercise.track != track:
            track = exercise.track
            page.gap()
            page.line((track, "bold"))
        page.line(
            (mark, "bold") if exercise.slug == chosen else "  ",
            (f"{exercise.slug:<{slugs}}  ", "bold" if exercise.slug == chosen else ""),
            page.fit(exercise.title, titles) + "  " if titles >= LEAST_TITLE else "",
            (f"{exercise.difficulty:<6}  " if difficulties else "", "dim"),
            (f"{exercise.minutes:>3} min  " if minutes else "", "dim"),
            STATUSES[status],
        )
    page.gap()
    if rows:
        counts = Counter(status for _, status in rows)
        parts = [f"{counts[status]} {said}" for status, (said, _) in STATUSES.items()]
        parts = [part for part in parts if not part.startswith("0 ")]
        page.prose(f"{plural(len(rows), 'exercise')}: {', '.join(parts)}")
        if counts["polished"]:
            page.prose("★ polished: it passes, and does all that good library code does besides.")
    else:
        page.prose("No exercise matches.", indent=0)
    page.show()


def prompt_page(exercise: Exercise, markdown: str, console: Console) -> None:
    """Print the task of an exercise; in a pipe, its Markdown as it is. The house's lines follow."""
    effort = f"{exercise.track} · {exercise.difficulty} · {exercise.minutes} min"
    document(exercise.title, effort, markdown, console)
    page = Page(console)
    page.line()
    page.prose(IMPORTS, indent=0, whole=page.piped, style="dim")
    page.prose(ALLOWED, indent=0, whole=page.piped, style="dim")
    polish = f"Polish: the house conventions ({command('show --conventions')})"
    page.prose(polish, indent=0, style="dim")
    page.show()


def conventions_page(
    conventions: Mapping[str, str], allowed: Mapping[str, str], console: Console
) -> None:
    """Print the house conventions with what fixes code that does not keep them; then tolerances."""
    page = Page(console)
    page.heading("The house conventions")
    page.gap()
    page.prose(POLISH)
    page.gap()
    for label, fix in conventions.items():
        page.prose(label, mark="-")
        page.prose(f"{fix[:1].upper()}{fix[1:]}.", indent=page.indent, style="dim")
    page.heading("How far off an answer may be")
    page.gap()
    column = page.column(list(allowed))
    for what, how_far in allowed.items():
        page.labelled(what, how_far, column)
    page.show()

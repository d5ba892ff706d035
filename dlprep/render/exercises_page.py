"""The pages about exercises: the list of them, and the task of one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rich.cells import cell_len
from rich.console import Console

from dlprep.catalog import Exercise
from dlprep.render.page import Page, document
from dlprep.text import plural

STATUS_STYLES = {"new": "dim", "started": "", "failing": "red", "passed": "green"}
LEAST_TITLE = 12  # a title cut to less says nothing: then there is no column of titles


def exercise_table(
    rows: Sequence[tuple[Exercise, str]], console: Console, *, chosen: str = "", mark: str = ""
) -> None:
    """Print exercises and their status, by track, in the order given; a mark before the chosen.

    A narrow terminal loses the titles' ends first, then the titles, the minutes, the difficulty.
    """
    page = Page(console)
    slugs = max((len(exercise.slug) for exercise, _ in rows), default=0)
    spare = page.width - slugs - len("    started")
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
            (status, STATUS_STYLES.get(status, "")),
        )
    page.gap()
    if rows:
        counts = Counter(status for _, status in rows)
        parts = [f"{counts[status]} {status}" for status in STATUS_STYLES if counts[status]]
        page.prose(f"{plural(len(rows), 'exercise')}: {', '.join(parts)}")
    else:
        page.prose("No exercise matches.", indent=0)
    page.show()


def prompt_page(exercise: Exercise, markdown: str, console: Console) -> None:
    """Print the task of an exercise; in a pipe, its Markdown as it is."""
    effort = f"{exercise.track} · {exercise.difficulty} · {exercise.minutes} min"
    document(exercise.title, effort, markdown, console)

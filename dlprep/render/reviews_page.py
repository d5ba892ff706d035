"""What to do now, and what is due: the pages after ``dlprep next`` and ``dlprep review``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import groupby
from typing import TYPE_CHECKING

from rich.console import Console

from dlprep import command
from dlprep.catalog import Exercise
from dlprep.render.page import Page
from dlprep.text import plural

if TYPE_CHECKING:
    from dlprep.practice.advice import Advice
    from dlprep.practice.reviews import Review

AHEAD = timedelta(days=7)
STUB_AGAIN = "The stub comes back; your text stays in the history."


def next_page(
    advice: Advice, exercise: Exercise | None, console: Console, *, keys: bool = False
) -> None:
    """Print what to do now; ``exercise`` is the one that the advice is about.

    With ``keys`` the next step is a key of ``watch``, which says so itself.
    """
    page = Page(console)
    if exercise:
        effort = f"{exercise.track} · {exercise.difficulty} · {exercise.minutes} min"
        _heading(page, exercise, effort)
        page.gap()
    page.prose(advice.reason)
    if advice.kind == "review":
        page.prose(STUB_AGAIN)
    if advice.words and not keys:
        page.gap()
        page.prose(command(advice.words), indent=page.indent)
    page.show()


def home_page(
    passed: int, total: int, advice: Advice, exercise: Exercise | None, console: Console
) -> None:
    """Print how far the user is, what to do now, and the commands of an evening."""
    page = Page(console)
    page.line(("dlprep", "bold"), f"   {passed} of {total} exercises passed")
    page.gap()
    if exercise:
        page.prose(f"{exercise.slug}: {exercise.title}", style="bold")
    page.prose(advice.reason)
    if advice.words:
        page.prose(command(advice.words), indent=page.indent)
    page.gap()
    width = max(len(command(words)) for words in EVENING)
    for words, what in EVENING.items():
        page.prose(what, indent=width + 4, mark=f"  {command(words)}")
    page.gap()
    page.prose(f"All commands: {command('--help')}", style="dim")
    page.show()


EVENING = {
    "list": "the exercises, and how far you are",
    "start EX": "put an exercise's file here, and show the task",
    "check": "judge your file: what is wrong, and why",
    "watch": "judge it at every save",
    "hint": "one more hint",
    "next": "what to do now, and why",
}


def reviews_page(
    due: Sequence[Review],
    coming: Sequence[Review],
    exercises: Mapping[str, Exercise],
    console: Console,
) -> None:
    """Print the reviews that are due, most urgent first, and those ``coming`` in a week.

    ``exercises`` are all of which there are reviews, by their names.
    """
    page = Page(console)
    if due:
        few = "1 review is due" if len(due) == 1 else f"{len(due)} reviews are due"
        page.prose(f"{few}{'.' if len(due) == 1 else ', the most urgent first.'}")
    elif coming:
        first = coming[0]
        alone = f" The next one is {first.exercise}, {first.when}." if len(coming) == 1 else ""
        page.prose(f"No review is due.{alone}")
    else:
        page.prose("Nothing to review yet: what you pass or give up comes back here in some days.")
        page.prose(f"What to do now: {command('next')}")
    for review in due:
        page.gap()
        _heading(page, exercises[review.exercise], f"due {review.since}")
        begun = " (begun: the stub is back)" if review.begun else ""
        page.prose(f"{review.why}{begun}", indent=page.indent)
        page.prose(command(review.words), indent=page.indent)
    if not all(review.begun for review in due):
        page.gap()
        page.prose(STUB_AGAIN, style="dim")
    _coming(page, coming, nothing_due=not due)
    page.show()


def _coming(page: Page, coming: Sequence[Review], nothing_due: bool) -> None:
    week = [review for review in coming if review.due <= review.today + AHEAD]
    later = len(coming) - len(week)
    if not coming or (nothing_due and len(coming) == 1):  # the line above names the only one
        return
    page.gap()
    if not week:
        first = f"{coming[0].exercise}, {coming[0].when}"
        page.prose(
            f"Nothing in the next seven days; {plural(later, 'review')} after that: {first}."
        )
        return
    page.prose("In the next seven days:")
    for when, reviews in groupby(week, key=lambda review: review.when):
        names = ", ".join(review.exercise for review in reviews)
        page.prose(f"{when.removeprefix('on ')}: {names}", indent=4)
    if later:
        page.prose(f"and {later} after that", indent=4, style="dim")


def _heading(page: Page, exercise: Exercise, right: str) -> None:
    title = (f"   {exercise.title}", "")
    if not page.spread((exercise.slug, "bold"), title, right=right):
        page.prose(exercise.slug, indent=0, style="bold")
        page.prose(exercise.title, indent=page.indent)
        page.prose(right, indent=page.indent, style="dim")

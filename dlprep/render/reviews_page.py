"""What to do now, and what is due: the pages of ``dlprep``, ``dlprep next``, ``dlprep review``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import groupby
from typing import TYPE_CHECKING

from rich.console import Console

from dlprep import command
from dlprep.render.page import Page

if TYPE_CHECKING:
    from dlprep.practice.reviews import Advice, Review

AHEAD = timedelta(days=7)
STUB_AGAIN = "The stub comes back; your text stays in the history."
EVENING = {
    "list": "the exercises, and how far you are",
    "start EX": "put an exercise's file here, and show the task",
    "check": "judge your file: what is wrong, and why",
    "watch": "judge it at every save",
    "hint": "one more hint",
    "next": "what to do now, and why",
}


def next_page(advice: Advice, console: Console, *, keys: bool = False) -> None:
    """Print what to do now. With ``keys``, ``watch`` itself offers the next step as a key."""
    page = Page(console)
    _advice(page, advice, keys)
    page.show()


def _advice(page: Page, advice: Advice, keys: bool) -> None:
    if exercise := advice.exercise:
        effort = f"{exercise.track} · {exercise.difficulty} · {exercise.minutes} min"
        page.heading(exercise.slug, exercise.title, right=effort)
        page.gap()
    page.prose(advice.reason)
    if advice.kind == "review":
        page.prose(STUB_AGAIN)
    if advice.command and not keys:
        page.gap()
        page.prose(advice.command, indent=page.indent)


def home_page(passed: int, total: int, advice: Advice, console: Console) -> None:
    """Print how far the user is, what to do now, and the commands of an evening."""
    page = Page(console)
    page.line(("dlprep", "bold"), f"   {passed} of {total} exercises passed")
    page.gap()
    _advice(page, advice, keys=False)
    page.gap()
    width = max(len(command(words)) for words in EVENING)
    for words, what in EVENING.items():
        page.prose(what, indent=width + 4, mark=f"  {command(words)}")
    page.gap()
    page.prose(f"All commands: {command('--help')}", style="dim")
    page.show()


def reviews_page(due: Sequence[Review], coming: Sequence[Review], console: Console) -> None:
    """Print the reviews that are due, most urgent first, and those ``coming`` in a week.

    When none comes in a week, the next one is shown.
    """
    page = Page(console)
    if due or coming:
        are = f"{len(due) or 'No'} review{'s are' if len(due) > 1 else ' is'} due"
        page.prose(f"{are}{', the most urgent first' if len(due) > 1 else ''}.")
    else:
        page.prose("Nothing to review yet: what you pass or give up comes back here in some days.")
        page.prose(f"What to do now: {command('next')}")
    for review in due:
        page.heading(review.exercise.slug, review.exercise.title, right=f"due {review.when}")
        begun = " (begun: the stub is back)" if review.begun else ""
        page.prose(f"{review.why}{begun}\n{review.command}", indent=page.indent)
    if not all(review.begun for review in due):
        page.gap()
        page.prose(STUB_AGAIN, style="dim")
    if coming:
        page.gap()
        page.prose("To come:")
    week = [review for review in coming if review.due <= review.today + AHEAD] or coming[:1]
    for when, reviews in groupby(week, key=lambda review: review.when):
        names = ", ".join(review.exercise.slug for review in reviews)
        page.prose(f"{when.removeprefix('on ')}: {names}", indent=4)
    if len(coming) > len(week):
        page.prose(f"and {len(coming) - len(week)} after that", indent=4, style="dim")
    page.show()

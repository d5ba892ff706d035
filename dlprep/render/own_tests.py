"""The page after ``dlprep test``: which mistakes the tests catch, and which tests are wrong."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rich.console import Console

from dlprep import command
from dlprep.model import Location
from dlprep.render.page import MARKS, Page
from dlprep.render.verdict import ISOLATION
from dlprep.render.words import plural

if TYPE_CHECKING:
    from dlprep.judge.score import FailedTest, Invalid, Score, ScoredMistake

MOST_SHOWN = 3  # tests that fail; the others' names are enough for now
UNWRITTEN = "NotImplementedError"
SAID_LINES, SAID_CHARACTERS = 8, 200  # of what a test says of its failure
PRINTED_LINES, PRINTED_CHARACTERS = 5, 200
HINT_OF_PYTEST = re.compile(r"\n\s*(\n\s*)?Use -v to get more diff")  # there is no such option here


def own_tests_page(score: Score, console: Console) -> None:
    """Print a score: the tests that fail or do not count first, then the mistakes."""
    page = Page(console)
    _header(page, score)
    if score.problem is not None:
        page.gap()
        page.prose(score.problem.message, mark="✗")
        _location(page, f"{score.exercise}.py", score.problem.location)
        page.prose("The tests were scored against dlprep's own solutions alone.", style="dim")
    _failures(page, score)
    for one in score.invalid:
        page.gap()
        _failure(page, score, one.failure, _why(one, score), mark=one.kind != "skipped")
    page.gap()
    caught = [one for one in score.mistakes if one.caught_by]
    missed = [one for one in score.mistakes if not one.caught_by]
    several = len({name for one in score.mistakes for name in one.functions}) > 1
    _mistakes(page, "caught", caught, several)
    _mistakes(page, "missed", missed, several)
    page.gap()
    if score.left_out:
        names = ", ".join(score.left_out)
        page.prose(
            f"Left out, since no plain test shows it: {names}."
            if len(score.left_out) == 1
            else f"Left out, since no plain test shows them: {names}.",
            style="dim",
        )
    if missed:
        page.prose(
            f"Which input would show one that is missed? Then: {command(f'test {score.exercise}')}"
        )
    page.gap()
    level = ISOLATION.get(score.isolation, f"isolation: {score.isolation}")
    page.prose(level, style="dim")
    page.show()


def _header(page: Page, score: Score) -> None:
    mark = "✓ " if score.complete else ""
    total = plural(len(score.mistakes), "mistake")
    state = f"   your tests catch {score.caught} of {total}"
    run = f"{plural(len(score.tests), 'test')} · {score.seconds:.1f} s"
    if page.spread((mark, MARKS["✓"]), (score.exercise, "bold"), (state, ""), right=run):
        return
    page.prose(f"{mark}{score.exercise}{state}", indent=0, style="bold")
    page.prose(run, style="dim")


def _failures(page: Page, score: Score) -> None:
    """The tests that fail on the user's file; one that does not count is told of elsewhere."""
    invalid, file = {one.failure.test for one in score.invalid}, f"{score.exercise}.py"
    failures = [one for one in score.failures if one.test not in invalid]
    unwritten = [one for one in failures if one.text == UNWRITTEN]
    if unwritten:
        page.gap()
        call = "calls" if len(unwritten) == 1 else "call"
        count = plural(len(unwritten), "test")
        page.prose(f"{count} {call} what is not implemented yet:", mark="✗")
        places = {one.solution.line: one.solution for one in unwritten if one.solution}
        for _, place in sorted(places.items()):
            _location(page, file, place)
    failures = [one for one in failures if one.text != UNWRITTEN]
    for failure in failures[:MOST_SHOWN]:
        page.gap()
        _failure(page, score, failure, f"fails on {file}")
    if more := failures[MOST_SHOWN:]:
        page.gap()
        fails = "fails" if len(more) == 1 else "fail"
        names = ", ".join(" ".join(one.test.split()) for one in more)
        page.prose(f"{plural(len(more), 'more test')} {fails} on {file}: {names}", mark="✗")


def _why(one: Invalid, score: Score) -> str:
    """Why a test does not count."""
    where = one.solution
    if where != "the reference":
        where = f"another right solution ({where})"
    said = {
        "wrong": f"is wrong: it fails on {where}, and does not count",
        "over-specific": f"asks too much: it fails on {where}, and does not count",
        "flaky": f"is flaky: on {where} it passes and fails, and does not count",
        "refused": "asks for what is refused here, and does not count",
        "skipped": f"is skipped on {where}, and does not count",
        "not run": f"was not run on {where}, and does not count",
    }[one.kind]
    if one.passes_own and one.kind in ("wrong", "over-specific"):
        said += f" (on {score.exercise}.py it passes)"
    return said


def _failure(
    page: Page, score: Score, failure: FailedTest, what: str, *, mark: bool = True
) -> None:
    name = " ".join(failure.test.split())
    page.prose(f"{name} {what}", mark="✗" if mark else "-", style="bold" if mark else "")
    page.listing(HINT_OF_PYTEST.sub("", failure.text), SAID_LINES, SAID_CHARACTERS)
    _location(page, f"test_{score.exercise}.py", failure.location)
    _location(page, f"{score.exercise}.py", failure.solution)
    if failure.printed.strip():
        page.prose("you printed", indent=page.indent, style="dim")
        page.listing(failure.printed, PRINTED_LINES, PRINTED_CHARACTERS)


def _location(page: Page, file: str, location: Location | None) -> None:
    if location is not None:
        page.location(f"{file}:{location.line}", location.note, location.code, location.column)


def _mistakes(page: Page, label: str, mistakes: list[ScoredMistake], several: bool) -> None:
    """The mistakes by name; of an exercise with several functions, with those that they are in."""
    for one in mistakes:
        where = f" (in {', '.join(one.functions)})" if several and one.functions else ""
        page.labelled(label, f"{one.name}{where}", page.column(["caught"]))
        label = ""

"""The page after ``dlprep test``: which mistakes the tests catch, and which tests are wrong."""

from __future__ import annotations

import re

from rich.console import Console

from dlprep import command
from dlprep.render.page import MARKS, Page
from dlprep.text import plural
from dlprep.verdict import FailedTest, Location, Score, ScoredMistake

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
        _failure(page, score, one, _why(one, score))
    page.gap()
    caught = [one for one in score.mistakes if one.caught_by]
    missed = [one for one in score.mistakes if not one.caught_by]
    several = len({name for one in score.mistakes for name in one.functions}) > 1
    _mistakes(page, "caught", caught, several)
    _mistakes(page, "missed", missed, several)
    page.gap()
    if score.left_out:
        names = ", ".join(score.left_out)
        page.prose(f"Not asked for, since no plain test shows it: {names}.", style="dim")
    if missed:
        page.prose(
            f"Which input would show one that is missed? Then: {command(f'test {score.exercise}')}"
        )
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
    invalid, file = {one.test for one in score.invalid}, f"{score.exercise}.py"
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


def _why(one: FailedTest, score: Score) -> str:
    """Why a test does not count."""
    on = one.on if one.on == "the reference" else f"another right solution ({one.on})"
    said = {
        "wrong": f"is wrong: it fails on {on}",
        "over-specific": f"asks too much: it fails on {on}",
        "flaky": f"is flaky: on {on} it passes and fails",
        "skipped": f"is skipped on {on}",
        "not run": f"was not run on {on}",
    }[one.kind]
    own = one.passes_own and one.kind in ("wrong", "over-specific")
    return f"{said}, and does not count" + f" (on {score.exercise}.py it passes)" * own


def _failure(page: Page, score: Score, one: FailedTest, what: str) -> None:
    mark = "-" if one.kind == "skipped" else "✗"
    page.prose(f"{' '.join(one.test.split())} {what}", mark=mark, style="bold" * (mark == "✗"))
    page.listing(HINT_OF_PYTEST.sub("", one.text), SAID_LINES, SAID_CHARACTERS)
    _location(page, f"test_{score.exercise}.py", one.location)
    _location(page, f"{score.exercise}.py", one.solution)
    if one.printed.strip():
        page.prose("you printed", indent=page.indent, style="dim")
        page.listing(one.printed, PRINTED_LINES, PRINTED_CHARACTERS)


def _location(page: Page, file: str, location: Location | None) -> None:
    if location is not None:
        page.location(f"{file}:{location.line}", location.note, location.code, location.column)


def _mistakes(page: Page, label: str, mistakes: list[ScoredMistake], several: bool) -> None:
    """The mistakes by name; of an exercise with several functions, with those that they are in."""
    for one in mistakes:
        where = f" (in {', '.join(one.functions)})" if several and one.functions else ""
        page.labelled(label, f"{one.name}{where}", page.column(["caught"]))
        label = ""

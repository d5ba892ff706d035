"""The page after ``dlprep test``: which mistakes the tests catch, and which tests are wrong."""

from __future__ import annotations

import re

from rich.console import Console

from dlprep import command
from dlprep.render.page import Page
from dlprep.text import plural
from dlprep.verdict import OwnTest, Score

MOST_SHOWN = 3  # tests that fail; of the others the names are enough for now
UNWRITTEN = "NotImplementedError"
MESSAGE_LINES, PRINTED_LINES, LONGEST = 8, 5, 200  # LONGEST: characters of a line
HINT_OF_PYTEST = re.compile(r"\n\s*(\n\s*)?Use -v to get more diff")  # there is no such option here


def own_tests_page(score: Score, console: Console) -> None:
    """Print a score: the tests that fail or do not count first, then the mistakes."""
    page, file = Page(console), f"{score.exercise}.py"
    state = f"your tests catch {score.caught} of {plural(len(score.mistakes), 'mistake')}"
    run = f"{plural(len(score.tests), 'test')} · {score.seconds:.1f} s"
    page.heading(score.exercise, state, right=run, mark="✓" if score.complete else "")
    if score.problem is not None:
        page.gap()
        page.prose(score.problem.message, mark="✗")
        page.location(file, score.problem.location)
        page.prose("The tests were scored against dlprep's own solutions alone.", style="dim")
    invalid = {one.test for one in score.invalid}  # their own fault is the news
    _failures(page, file, [one for one in score.failures if one.test not in invalid])
    for one in score.invalid:
        _failure(page, file, one, _why_not_counted(one, file))
    page.gap()
    several = len({name for one in score.mistakes for name in one.functions}) > 1
    label = ""
    for mistake in sorted(score.mistakes, key=lambda one: not one.caught_by):
        above, label = label, "caught" if mistake.caught_by else "missed"
        functions = f" (in {', '.join(mistake.functions)})" if several and mistake.functions else ""
        shown = "" if label == above else label  # at the first of them alone
        page.labelled(shown, mistake.name + functions, page.column([label]))
    page.gap()
    if score.left_out:
        names = ", ".join(score.left_out)
        page.prose(f"Not asked for, since no plain test shows it: {names}.", style="dim")
    if score.caught < len(score.mistakes):
        then = command(f"test {score.exercise}")
        page.prose(f"Which input would show one that is missed? Then: {then}")
    page.show()


def _failures(page: Page, file: str, failures: list[OwnTest]) -> None:
    """The tests that fail on the user's file."""
    if unwritten := [one for one in failures if one.text == UNWRITTEN]:
        page.gap()
        call = "calls" if len(unwritten) == 1 else "call"
        tests = plural(len(unwritten), "test")
        page.prose(f"{tests} {call} what is not implemented yet:", mark="✗")
        places = {one.solution.line: one.solution for one in unwritten if one.solution}
        for _, place in sorted(places.items()):
            page.location(file, place)
    failures = [one for one in failures if one.text != UNWRITTEN]
    for one in failures[:MOST_SHOWN]:
        _failure(page, file, one, f"fails on {file}")
    if more := failures[MOST_SHOWN:]:
        page.gap()
        fails = "fails" if len(more) == 1 else "fail"
        names = ", ".join(one.test for one in more)
        page.prose(f"{plural(len(more), 'more test')} {fails} on {file}: {names}", mark="✗")


def _why_not_counted(one: OwnTest, file: str) -> str:
    on = one.on if one.on == "the reference" else f"another right solution ({one.on})"
    reason = {
        "wrong": f"is wrong: it fails on {on}",
        "over-specific": f"asks too much: it fails on {on}",
        "flaky": f"is flaky: on {on} it passes and fails",
        "skipped": f"is skipped on {on}",
        "not run": f"was not run on {on}",
    }[one.kind]
    own = one.passes_own and one.kind in ("wrong", "over-specific")
    return f"{reason}, and does not count" + (f" (on {file} it passes)" if own else "")


def _failure(page: Page, file: str, one: OwnTest, what: str) -> None:
    page.gap()
    mark, style = ("-", "") if one.kind == "skipped" else ("✗", "bold")
    page.prose(f"{one.test} {what}", mark=mark, style=style)
    page.listing(HINT_OF_PYTEST.sub("", one.text), MESSAGE_LINES, LONGEST)
    page.location(f"test_{file}", one.location)
    page.location(file, one.solution)
    if one.printed.strip():
        page.prose("you printed", indent=page.indent, style="dim")
        page.listing(one.printed, PRINTED_LINES, LONGEST)

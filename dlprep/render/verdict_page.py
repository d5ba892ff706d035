"""The page after ``dlprep check``: what is wrong and why, or that all is well, and what is next."""

from __future__ import annotations

from rich.console import Console

from dlprep import command
from dlprep.render.page import Page
from dlprep.text import plural
from dlprep.verdict import CaseResult, Location, Problem, Verdict

PRINTED_LINES = 10
PRINTED_CHARACTERS = 300  # of one line
ISOLATION = {
    "process": "judged in a separate process; no operating-system lock",
    "full": "judged in full isolation: a separate process, locked by the operating system",
}


def verdict_page(
    verdict: Verdict,
    console: Console,
    *,
    everything: bool = False,
    case: str | None = None,
    keys: bool = False,
    verbose: bool = False,
) -> None:
    """Print a verdict: its first failing case, or with ``everything`` all of its cases.

    With ``case`` the page is about that case alone, passed or not. With ``keys`` the next step is
    a key of ``watch``, or to save the file. Full isolation is mentioned only if ``verbose``.
    """
    page, failing = Page(console), verdict.failing
    if verdict.problem:
        _problem(page, verdict, verdict.problem)
    elif failing and failing[0].kind == "not implemented" and not case:
        _unwritten(page, verdict, failing, keys)
    else:
        _cases(page, verdict, everything, case, keys)
    if not_run := sum(result.status == "not run" for result in verdict.cases):
        was = "was" if not_run == 1 else "were"
        page.prose(f"{plural(not_run, 'case')} {was} not run: the time was used up.")
    if verdict.isolation and (verbose or verdict.isolation != "full"):
        page.gap()
        level = ISOLATION.get(verdict.isolation, f"isolation: {verdict.isolation}")
        page.prose(level, style="dim")
    page.show()


def _cases(page: Page, verdict: Verdict, everything: bool, case: str | None, keys: bool) -> None:
    _header(page, verdict, _score(verdict), mark="✓" if verdict.status == "passed" else "")
    failing = verdict.failing
    shown = failing if everything else failing[:1]
    if case:
        shown = [result for result in verdict.cases if result.name == case] or list(verdict.cases)
    for result in shown:
        page.gap()
        _case(page, verdict, result)
    page.gap()
    for result in verdict.cases if everything else ():
        label = " ".join(result.label.split())
        if result.status == "passed" and result not in shown:
            page.prose(label, mark="✓")
        elif result not in shown:
            page.prose(f"{label} ({result.status})", mark="-", style="dim")
    if verdict.status == "passed" and not case:
        # many cases meet the same warning
        advice = dict.fromkeys(one for result in verdict.cases for one in result.advice)
        page.gap()
        if advice:
            page.prose("The answers are right. Worth a look all the same:")
        for location in advice:
            page.location(verdict.file, location)
    else:
        _printed(page, verdict.printed, "printed when the file was loaded")
    calls = [result.call for result in shown if result.call]
    for mistake in verdict.mistakes:
        page.gap()
        hint = " ".join((mistake.hint or mistake.name).split())
        shows_it = any(call.startswith(f"{mistake.function}(") for call in calls)
        if calls and not shows_it and mistake.function not in hint:
            hint = f"In {mistake.function}: {hint}"  # the case above is another function's
        page.prose(hint)
    page.gap()
    _next(page, verdict, len(failing) - len(shown), case, keys)


def _next(page: Page, verdict: Verdict, more: int, case: str | None, keys: bool) -> None:
    if case:
        page.prose(f"All cases: {command(f'check {verdict.exercise}')}")
    elif more > 0:
        fails = "fails" if more == 1 else "fail"
        step = _step(f"check {verdict.exercise} --all", "a", keys)
        page.prose(f"{plural(more, 'more case')} {fails}: {step}")
    elif verdict.status == "passed":
        solution = _step(f"solution {verdict.exercise}", "s", keys)
        page.prose(f"The solution, beside yours: {solution}")
        page.prose(f"What to do next: {_step('next', 'n', keys)}")


def _step(words: str, key: str, keys: bool) -> str:
    return key if keys else command(words)


def _problem(page: Page, verdict: Verdict, problem: Problem) -> None:
    fault = verdict.status == "fault"
    _header(page, verdict, "the grader failed" if fault else "not judged")
    page.gap()
    page.prose(problem.message, mark="✗")
    page.location(verdict.file, problem.location)
    _printed(page, verdict.printed, "printed before that")
    page.gap()
    if problem.help:
        page.prose(problem.help)


def _unwritten(page: Page, verdict: Verdict, failing: list[CaseResult], keys: bool) -> None:
    _header(page, verdict, _score(verdict) if verdict.passing else "nothing is implemented yet")
    page.gap()
    if verdict.passing:
        call = "calls" if len(failing) == 1 else "call"
        page.prose(f"{plural(len(failing), 'case')} {call} what is not implemented yet:")
    places = {result.location.line: result.location for result in failing if result.location}
    for _, location in sorted(places.items()):
        page.location(verdict.file, Location(location.line, location.code))
    page.gap()
    then = "and save it." if keys else f"then: {command(f'check {verdict.exercise}')}"
    page.prose(f"Open {verdict.file}, write the code, {then}")
    page.prose(f"The task again: {_step(f'show {verdict.exercise}', 't', keys)}")
    page.prose(f"A hint: {_step(f'hint {verdict.exercise}', 'h', keys)}")
    page.gap()


def _score(verdict: Verdict) -> str:
    passing, total = verdict.passing, len(verdict.cases)
    cases = "case" if passing == total == 1 else "cases"
    return f"{passing} of {total} {cases} {'passes' if passing == 1 else 'pass'}"


def _header(page: Page, verdict: Verdict, state: str, mark: str = "") -> None:
    seconds = f"{verdict.seconds:.2f}" if verdict.seconds < 10 else f"{verdict.seconds:.1f}"
    run = f"seed {verdict.seed} · {seconds} s"
    page.heading(" ".join(verdict.exercise.split()), state, right=run, mark=mark)


def _case(page: Page, verdict: Verdict, result: CaseResult) -> None:
    mark = "✓" if result.status == "passed" else "✗"
    label = " ".join(result.label.split()) or result.name
    page.heading(label, right=result.name, mark=mark)  # the name is what --case takes
    findings(page, result)
    for location in dict.fromkeys((result.location, *result.advice)):
        page.location(verdict.file, location)
    _printed(page, result.printed, "you printed")


def findings(page: Page, result: CaseResult) -> None:
    """Add the call of a case that failed, and what was found."""
    if result.call:
        page.call(result.call)
    column = page.column([finding.label for finding in result.findings])
    for finding in result.findings:
        if finding.label:
            page.labelled(finding.label, finding.text, column)
        else:
            page.prose(finding.text, indent=page.indent, whole=page.piped)


def _printed(page: Page, printed: str, heading: str) -> None:
    if printed.strip():
        page.gap()
        page.prose(heading, indent=page.indent, style="dim")
        page.listing(printed, PRINTED_LINES, PRINTED_CHARACTERS)

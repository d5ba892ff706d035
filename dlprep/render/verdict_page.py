"""The page after ``dlprep check``: what is wrong and why, or that all is well, and what is next."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console

from dlprep import command
from dlprep.render.page import Page
from dlprep.text import clip, one_line, plural
from dlprep.verdict import FIX, UNWRITTEN, CaseResult, Finding, Location, Problem, Verdict

PRINTED_LINES = 10
PRINTED_CHARACTERS = 300  # of one line
MOST_FOUND = 60  # characters of what was found
POLISH = "what good library code does besides"
NO_FAILURE = "it never fails you"
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
    strict: bool = False,
) -> None:
    """Print a verdict: its first failing case, or with ``everything`` all of its cases.

    With ``case`` the page is about that case alone, passed or not. With ``keys`` the next step is
    a key of ``watch``, or to save the file. Full isolation is mentioned only if ``verbose``.
    ``strict``: the exit code asks for the polish too.
    """
    page, failing = Page(console), verdict.failing
    if verdict.problem:
        _problem(page, verdict, verdict.problem)
    elif verdict.status != "passed" and failing and failing[0].kind == UNWRITTEN and not case:
        _unwritten(page, verdict, keys)
    else:
        _cases(page, verdict, everything, case, keys, strict)
    if not_run := sum(result.status == "not run" for result in verdict.cases):
        was = "was" if not_run == 1 else "were"
        page.prose(f"{plural(not_run, 'case')} {was} not run: the time was used up.")
    if verdict.isolation and (verbose or verdict.isolation != "full"):
        page.gap()
        level = ISOLATION.get(verdict.isolation, f"isolation: {verdict.isolation}")
        page.prose(level, style="dim")
    page.show()


def _cases(
    page: Page, verdict: Verdict, everything: bool, case: str | None, keys: bool, strict: bool
) -> None:
    passed, failing = verdict.status == "passed", verdict.failing
    star = " ★" if verdict.polished and verdict.polish and not case else ""
    _header(page, verdict, _score(verdict), mark="✓" if passed else "", star=star)
    if case:
        shown = [result for result in verdict.cases if result.name == case] or list(verdict.cases)
    else:
        shown = [one for one in failing if one.tier == "core"][: None if everything else 1]
    _shown(page, verdict, shown)
    if everything:
        _others(page, verdict.core)
    _also(page, verdict, shown)
    if not passed or case:
        _printed(page, verdict.printed, "printed when the file was loaded")
    _remarks(page, verdict, with_advice=passed and not case)
    if verdict.polish and not case:
        _polish(page, verdict, everything, strict)
    page.gap()
    more = sum(one.tier == "core" for one in failing) - len(shown)
    _next(page, verdict, more, case, keys, is_all=everything)


def _shown(page: Page, verdict: Verdict, cases: Sequence[CaseResult]) -> None:
    """Add cases. What is the same for several stands with the first."""
    hinted, compared = set[str](), set[tuple[Finding, ...]]()
    for result in cases:
        page.gap()
        failed = result.status != "passed"
        apart = tuple(verdict.told_apart(result)) if failed else ()
        hints = [hint for hint in verdict.hints(result) if hint not in hinted] if failed else []
        _case(page, verdict, result, () if apart in compared else apart, hints)
        compared.add(apart)
        hinted.update(hints)


def _others(page: Page, cases: Sequence[CaseResult]) -> None:
    """Add a line for each case that is not shown by itself: it passed, or was not run."""
    page.gap()
    for result in cases:
        label = " ".join(result.label.split())
        if result.status == "passed":
            page.prose(label, mark="✓")
        elif result.status == "not run":
            page.prose(f"{label} ({result.status})", mark="-", style="dim")


def _also(page: Page, verdict: Verdict, shown: Sequence[CaseResult]) -> None:
    """Add the mistakes that explain core cases which are not shown, by function."""
    told = {one.text for result in shown for one in verdict.named(result)}
    also: dict[str, list[str]] = {}
    for result in verdict.failing:
        for one in verdict.named(result) if result.tier == "core" else ():
            if one.text not in told:
                told.add(one.text)
                also.setdefault(one.function, []).append(one.text)
    for function, hints in also.items():
        page.gap()
        page.prose(f"Also, in {function}:")
        for hint in hints:
            page.prose(hint, indent=page.indent)


def _polish(page: Page, verdict: Verdict, everything: bool, strict: bool) -> None:
    """Add what is open of the polish; one line about it while a core case fails."""
    passed, score = verdict.status == "passed", f"{verdict.polish_passing} of {len(verdict.polish)}"
    failing = [result for result in verdict.failing if result.tier == "polish"]
    page.gap()
    if not passed:
        page.prose(f"polish: {score} ({POLISH}; {NO_FAILURE})", style="dim")
    elif failing:
        law = "--strict asks for it, so the exit code is 1" if strict else NO_FAILURE
        page.prose(f"Polish is {POLISH}; {law}. Still open:")
    if everything:
        _shown(page, verdict, failing)
        _others(page, verdict.polish)
        return
    for result in failing if passed else ():
        page.prose(f"{' '.join(result.label.split())}: {_found(result)}", mark="-")
        for hint in verdict.hints(result)[:1]:
            page.prose(hint, indent=page.indent, style="dim")


def _found(result: CaseResult) -> str:
    """What a case found, in few words."""
    found = {finding.label: finding.text for finding in reversed(result.findings)}
    if raised := found.get("raised"):
        return f"raised {raised.partition(':')[0]}"
    if result.kind in ("values", "stability", "gradient"):
        return "wrong values"
    label, text = next(iter(found.items()), ("", result.kind))
    got = found.get("got")
    said = f"got {got}" if got else f"{label} {text}"
    return clip(one_line(said), MOST_FOUND)


def _remarks(page: Page, verdict: Verdict, with_advice: bool = False) -> None:
    """Add the lines that are no failure, and with ``with_advice`` the warnings too."""
    # many cases meet the same warning
    advice = [one for result in verdict.cases for one in result.advice] if with_advice else []
    places = dict.fromkeys((*advice, *verdict.remarks))
    page.gap()
    if places:
        right = "The answers are right. Worth a look all the same:"
        page.prose(right if with_advice else "No failure, but worth a look:")
    for place in places:
        page.location(verdict.file, place)
    page.gap()


def _next(
    page: Page, verdict: Verdict, more: int, case: str | None, keys: bool, is_all: bool
) -> None:
    slug, passed = verdict.exercise, verdict.status == "passed"
    to_all = _step(f"check {slug} --all", "a", keys)
    if case:
        page.prose(f"All cases: {command(f'check {slug}')}")
    elif more > 0:
        fails = "fails" if more == 1 else "fail"
        page.prose(f"{plural(more, 'more case')} {fails}: {to_all}")
    elif passed:
        if verdict.failing and not is_all:
            page.prose(f"The calls that show it: {to_all}")
        page.prose(f"The solution, beside yours: {_step(f'solution {slug}', 's', keys)}")
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
    _remarks(page, verdict)
    page.gap()
    if problem.help:
        page.prose(problem.help)


def _unwritten(page: Page, verdict: Verdict, keys: bool) -> None:
    failing = [result for result in verdict.failing if result.tier == "core"]
    _header(page, verdict, _score(verdict) if verdict.passing else "nothing is implemented yet")
    page.gap()
    if verdict.passing:
        call = "calls" if len(failing) == 1 else "call"
        page.prose(f"{plural(len(failing), 'case')} {call} what is not implemented yet:")
    places = {result.location.line: result.location for result in failing if result.location}
    for _, location in sorted(places.items()):
        page.location(verdict.file, Location(location.line, location.code))
    _remarks(page, verdict)
    page.gap()
    then = "and save it." if keys else f"then: {command(f'check {verdict.exercise}')}"
    page.prose(f"Open {verdict.file}, write the code, {then}")
    page.prose(f"The task again: {_step(f'show {verdict.exercise}', 't', keys)}")
    page.prose(f"A hint: {_step(f'hint {verdict.exercise}', 'h', keys)}")
    page.gap()


def _score(verdict: Verdict) -> str:
    """How many core cases pass, and on a pass the polish too; of a polish case alone, that one."""
    passing, total = verdict.passing, len(verdict.core)
    if not total:
        passing, total = verdict.polish_passing, len(verdict.polish)
    cases = "case" if passing == total == 1 else "cases"
    score = f"{passing} of {total} {cases} {'passes' if passing == 1 else 'pass'}"
    if verdict.status == "passed" and verdict.core and verdict.polish:
        score += f" · polish {verdict.polish_passing} of {len(verdict.polish)}"
    return score


def _header(page: Page, verdict: Verdict, state: str, mark: str = "", star: str = "") -> None:
    seconds = f"{verdict.seconds:.2f}" if verdict.seconds < 10 else f"{verdict.seconds:.1f}"
    run = f"seed {verdict.seed} · {seconds} s"
    page.heading(" ".join(verdict.exercise.split()) + star, state, right=run, mark=mark)


def _case(
    page: Page,
    verdict: Verdict,
    result: CaseResult,
    apart: Sequence[Finding],
    hints: Sequence[str],
) -> None:
    mark = "✓" if result.status == "passed" else "✗"
    label = " ".join(result.label.split()) or result.name
    page.heading(label, right=result.name, mark=mark)  # the name is what --case takes
    findings(page, result, apart)
    for location in dict.fromkeys((result.location, *result.advice)):
        page.location(verdict.file, location)
    for hint in hints:
        page.gap()
        page.prose(hint)
    _printed(page, result.printed, "you printed")


def findings(page: Page, result: CaseResult, more: Sequence[Finding] = ()) -> None:
    """Add the call of a case that failed, what was found, and ``more``; what fixes it is a hint."""
    if result.call:
        page.call(result.call)
    found = [finding for finding in (*result.findings, *more) if finding.label != FIX]
    column = page.column([finding.label for finding in found])
    for finding in found:
        if finding.label:
            page.labelled(finding.label, finding.text, column)
        else:
            page.prose(finding.text, indent=page.indent, whole=page.piped)


def _printed(page: Page, printed: str, heading: str) -> None:
    if printed.strip():
        page.gap()
        page.prose(heading, indent=page.indent, style="dim")
        page.listing(printed, PRINTED_LINES, PRINTED_CHARACTERS)

"""What reports say of a submission: a remark, and the entries of a test report."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Literal

from dlprep.grading import Feedback, Graded
from dlprep.text import one_line, plural, printable
from dlprep.verdict import CaseResult, Location, Problem

MISSING = Problem("missing", "There is no submission.")
UNSOUND = Problem("fault", "The verdict does not follow from its cases.")
UNSAID = "The submission was not judged."
NOT_JUDGED = "not judged"
REASONS = {
    "failed": "this case fails",
    "error": "the submission crashed, or was stopped",
    "not run": "not run: the time was used up",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A case, or what stands for all of them. Every text is printable.

    ``failed`` is a wrong answer; ``error`` is all else that is not passed. ``message`` is a line
    that stands alone, ``detail`` the whole story, to stand below the label. ``share`` of this
    entry's points are earned, from 0 to 1.
    """

    name: str
    label: str
    status: Literal["passed", "failed", "error"]
    kind: str = ""
    message: str = ""
    detail: str = ""
    printed: str = ""
    line: int | None = None
    share: float = 0.0


def entries(graded: Graded, feedback: Feedback) -> list[Entry]:
    """The entries of one submission to one exercise, at least one; the first bad one has the hints.

    All are passed exactly if the verdict is.
    """
    verdict, problem = graded.verdict, _problem(graded)
    if verdict is None or problem:
        return [_unjudged(graded, problem or MISSING)]
    if feedback == "score":
        said, exercise = counted(graded), one_line(graded.exercise)
        status = "error" if verdict.status == "fault" else verdict.status
        return [Entry(exercise, exercise, status, status, said, said, share=graded.share)]
    found = [_case(graded, case) for case in verdict.cases]
    if verdict.mistakes:
        bad = first_bad(found)
        hints = "\n".join(one_line(mistake.hint or mistake.name) for mistake in verdict.mistakes)
        found[found.index(bad)] = replace(bad, detail=f"{bad.detail}\n\n{hints}")
    return found


def first_bad(found: list[Entry]) -> Entry:
    """What to look at first: a wrong answer before what is not written yet."""
    bad = [one for one in found if one.status != "passed"]
    return min(bad or found, key=lambda one: one.kind == "not implemented")


def remark(graded: Graded) -> str:
    """What is wrong, in a line: the problem, the mistake's name, or the first bad case's label."""
    verdict = graded.verdict
    if verdict is None:
        return ""
    if problem := _problem(graded):
        return one_line(problem.message) or UNSAID
    if verdict.mistakes:
        return ", ".join(one_line(mistake.name) for mistake in verdict.mistakes)
    for bad in verdict.failing:
        kind = f" ({bad.kind})" if bad.status == "error" and bad.kind else ""  # timeout, crash …
        return one_line((bad.label or bad.name) + kind)
    return ""


def counted(graded: Graded) -> str:
    """``14 of 17 cases pass``, or that there is nothing to count."""
    if not graded.total:
        return "could not be judged" if graded.verdict else "no submission"
    return f"{graded.passing} of {plural(graded.total, 'case passes', 'cases pass')}"


def _problem(graded: Graded) -> Problem | None:
    """Why the cases are not shown, if they are not; a log may have been edited."""
    verdict = graded.verdict
    if verdict is None:
        return MISSING
    sound = verdict.cases and (verdict.status == "passed") == (graded.share == 1)
    return verdict.problem or (None if sound else UNSOUND)


def _unjudged(graded: Graded, problem: Problem) -> Entry:
    message = one_line(problem.message) or UNSAID
    lines = [message, *_place(graded, problem.location)]
    lines += ["", problem.help] if problem.help else []
    label, detail = "the submission can be judged", printable("\n".join(lines))
    printed = printable(graded.verdict.printed) if graded.verdict else ""
    line = problem.location.line if problem.location else None
    return Entry("load", label, "error", problem.kind, message, detail, printed, line)


def _case(graded: Graded, case: CaseResult) -> Entry:
    label = one_line(case.label or case.name)
    detail = printable("\n".join(_detail(graded, case)))
    line = case.location.line if case.location else None
    name, printed = one_line(case.name), printable(case.printed)
    if case.status == "passed":
        return Entry(name, label, "passed", "", "", detail, printed, line, share=1.0)
    parts = (one_line(f"{finding.label} {finding.text}") for finding in case.findings)
    reason = "; ".join(parts) or REASONS[case.status]
    kind, message, detail = case.kind or case.status, f"{label}: {reason}", detail or reason
    status: Literal["failed", "error"] = "failed" if case.status == "failed" else "error"
    return Entry(name, label, status, kind, message, detail, printed, line)


def _detail(graded: Graded, case: CaseResult) -> list[str]:
    lines = [case.call] if case.call else []
    column = max((len(finding.label) for finding in case.findings), default=0) + 3
    for finding in case.findings:
        first, *rest = finding.text.split("\n")
        margin = column if finding.label else 0
        lines += [finding.label.ljust(margin) + first, *(" " * margin + line for line in rest)]
    if case.advice and case.status == "passed":
        lines.append("The answer is right. Worth a look all the same:")
    for location in dict.fromkeys((case.location, *case.advice)):
        lines += _place(graded, location)
    return lines


def _place(graded: Graded, location: Location | None) -> list[str]:
    if location is None:
        return []
    file = one_line(PurePath(graded.file).name or f"{graded.exercise}.py")
    note = f"   {location.note}" if location.note else ""
    code = [f"    {location.code.strip()}"] if location.code.strip() else []
    return [f"{file}:{location.line}{note}", *code]

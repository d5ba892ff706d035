"""A verdict as the entries of a test report: one a case, or one that says why there are none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Literal, TypeVar

from dlprep.grading.model import Feedback, Graded
from dlprep.text import one_line, printable
from dlprep.verdict import CaseResult, Location, Problem, Verdict

MISSING = Problem("missing", "There is no submission.")
UNSOUND = Problem("fault", "The verdict does not follow from its cases.")
NOT_JUDGED = "not judged"
UNSAID = "The submission was not judged."
REASONS = {
    "failed": "this case fails",
    "error": "the submission crashed, or was stopped",
    "not run": "not run: the time was used up",
}
Outcome = Literal["passed", "failed", "error"]


@dataclass(frozen=True, slots=True)
class Entry:
    """A case, or what stands for all of them. Every text is printable.

    ``failed`` is a wrong answer; ``error`` is all else that is not passed. ``message`` is a line
    that stands alone, ``detail`` the whole story, to stand below the label. ``earned`` of
    ``weight`` is this entry's part of the exercise.
    """

    name: str
    label: str
    status: Outcome
    weight: float = 1.0
    earned: float = 0.0
    kind: str = ""
    message: str = ""
    detail: str = ""
    printed: str = ""
    line: int | None = None


T = TypeVar("T", Entry, CaseResult)


def entries(graded: Graded, feedback: Feedback) -> list[Entry]:
    """The entries of one submission to one exercise, at least one; hints stand in the first bad.

    All are passed exactly if the verdict is.
    """
    verdict = graded.verdict
    if verdict is None or not judged(verdict):
        return [_unjudged(graded)]
    if feedback == "score":
        said, exercise = counted(graded), one_line(graded.exercise)
        status: Outcome = "error" if verdict.status == "fault" else verdict.status
        return [Entry(exercise, exercise, status, 1.0, graded.share, status, said, said)]
    found = [_case(graded, case, len(verdict.cases)) for case in verdict.cases]
    if verdict.mistakes and (bad := first_bad(found)):
        hints = "\n".join(one_line(mistake.hint or mistake.name) for mistake in verdict.mistakes)
        found[found.index(bad)] = replace(bad, detail=f"{bad.detail}\n\n{hints}")
    return found


def first_bad(found: Sequence[T]) -> T | None:
    """What to look at first: a wrong answer before what is not written yet."""
    bad = [one for one in found if one.status != "passed"]
    return min(bad, key=lambda one: one.kind == "not implemented", default=None)


def judged(verdict: Verdict) -> bool:
    """Whether cases tell the story: there are some, and the verdict is passed if all of them are.

    The judge's always follow from each other; a log may have been edited.
    """
    if verdict.problem is not None or not verdict.cases:
        return False
    return (verdict.status == "passed") == (verdict.passing == len(verdict.cases))


def remark(graded: Graded) -> str:
    """What is wrong, in a line: the problem, the mistake's name, or the first bad case's label."""
    verdict = graded.verdict
    if verdict is None:
        return ""
    if not judged(verdict):
        return one_line((verdict.problem or UNSOUND).message) or UNSAID
    if verdict.mistakes:
        return ", ".join(one_line(mistake.name) for mistake in verdict.mistakes)
    bad = first_bad(verdict.cases)
    if bad is None:
        return ""
    kind = f" ({bad.kind})" if bad.status == "error" and bad.kind else ""  # timeout, crash …
    return one_line((bad.label or bad.name) + kind)


def score(graded: Graded, points: float) -> float:
    """The points of a submission: the share of its cases that passed."""
    return rounded(points * graded.share)


def rounded(points: float) -> float:
    """Points without the noise of binary fractions."""
    return round(points, 4)


def counted(graded: Graded) -> str:
    """``14 of 17 cases pass``, or that there is nothing to count."""
    verdict = graded.verdict
    if verdict is None or not verdict.cases:
        return "no submission" if verdict is None else "could not be judged"
    cases = "case passes" if len(verdict.cases) == 1 else "cases pass"
    return f"{verdict.passing} of {len(verdict.cases)} {cases}"


def _unjudged(graded: Graded) -> Entry:
    problem, printed = MISSING, ""
    if graded.verdict is not None:
        problem, printed = graded.verdict.problem or UNSOUND, graded.verdict.printed
    message = one_line(problem.message) or UNSAID
    lines = [message, *_place(graded, problem.location)]
    lines += ["", problem.help] if problem.help else []
    return Entry(
        "load",
        "the submission can be judged",
        "error",
        kind=problem.kind,
        message=message,
        detail=printable("\n".join(lines)),
        printed=printable(printed),
        line=problem.location.line if problem.location else None,
    )


def _case(graded: Graded, case: CaseResult, total: int) -> Entry:
    passed = case.status == "passed"
    label = one_line(case.label or case.name)
    parts = (one_line(f"{finding.label} {finding.text}") for finding in case.findings)
    reason = "" if passed else "; ".join(parts) or REASONS[case.status]
    return Entry(
        one_line(case.name),
        label,
        "passed" if passed else "failed" if case.status == "failed" else "error",
        weight=1.0 / total,
        earned=1.0 / total if passed else 0.0,
        kind="" if passed else case.kind or case.status,
        message=f"{label}: {reason}" if reason else "",
        detail=printable("\n".join(_detail(graded, case))) or reason,
        printed=printable(case.printed),
        line=case.location.line if case.location else None,
    )


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

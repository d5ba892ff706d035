"""Reports for programs that read test results: JUnit XML, and Gradescope's ``results.json``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Literal
from xml.etree import ElementTree as ET

from dlprep.errors import UserError
from dlprep.grading import Feedback, Graded, Results
from dlprep.grading.reports.rows import MISSING, NOT_JUDGED, counted, problem_of
from dlprep.text import as_json, clip, one_line, printable
from dlprep.verdict import CaseResult, Location, Problem

MOST_MESSAGE, MOST_DETAIL = 500, 10_000  # characters, in JUnit
MOST_OUTPUT = 5_000  # characters of one test's output, in Gradescope
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
    verdict = graded.verdict
    if verdict is None:
        return [_load(graded, MISSING)]
    if problem := problem_of(verdict):
        return [_load(graded, problem, verdict.printed)]
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


def first_bad(found: Sequence[Entry]) -> Entry:
    """What to look at first: a wrong answer before what is not written yet."""
    bad = [one for one in found if one.status != "passed"]
    return min(bad or found, key=lambda one: one.kind == "not implemented")


def _load(graded: Graded, problem: Problem, printed: str = "") -> Entry:
    """What stands for all cases when none was judged."""
    message, place = one_line(problem.message), problem.location
    lines = [message, *_place(graded, place), *(["", problem.help] if problem.help else [])]
    detail, line = printable("\n".join(lines)), place.line if place else None
    label = "the submission can be judged"
    return Entry("load", label, "error", problem.kind, message, detail, printable(printed), line)


def _case(graded: Graded, case: CaseResult) -> Entry:
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
    name, label = one_line(case.name), one_line(case.label or case.name)
    detail, printed = printable("\n".join(lines)), printable(case.printed)
    line = case.location.line if case.location else None
    if case.status == "passed":
        return Entry(name, label, "passed", "", "", detail, printed, line, share=1.0)
    parts = (one_line(f"{finding.label} {finding.text}") for finding in case.findings)
    reason = "; ".join(parts) or REASONS[case.status]
    kind, message, detail = case.kind or case.status, f"{label}: {reason}", detail or reason
    status: Literal["failed", "error"] = "failed" if case.status == "failed" else "error"
    return Entry(name, label, status, kind, message, detail, printed, line)


def _place(graded: Graded, location: Location | None) -> list[str]:
    if location is None:
        return []
    file = one_line(PurePath(graded.file).name or f"{graded.exercise}.py")
    note = f"   {location.note}" if location.note else ""
    code = [f"    {location.code.strip()}"] if location.code.strip() else []
    return [f"{file}:{location.line}{note}", *code]


def junit(results: Results) -> Iterator[str]:
    """JUnit XML as pytest's ``xunit2``: a suite a submission, a test case a case.

    A wrong answer is a failure; a crash, a time-out, a missing or unjudged file is an error. As in
    pytest's, only suites have counts. The time of a single case is not known, and not made up.
    """
    shown = results.runs[-1:] if not results.students else ()
    times = {"timestamp": shown[0].started} if shown else {}
    yield '<?xml version="1.0" encoding="utf-8"?>\n<testsuites name="dlprep grade">\n'
    for graded in results.graded():
        verdict = graded.verdict
        properties = {"status": graded.status, "isolation": verdict.isolation if verdict else ""}
        if not results.students:
            properties |= {"file": graded.file, "seed": str(verdict.seed) if verdict else ""}
        found = entries(graded, results.feedback)
        yield _suite([graded.who, graded.exercise], properties, found, times)
    for one in results.left_out():
        entry = Entry(one.path, one.path, "error", NOT_JUDGED, str(one), str(one))
        yield _suite([one.who, NOT_JUDGED], {"status": NOT_JUDGED}, [entry], times)
    yield "</testsuites>\n"


def _suite(
    whose: Sequence[str],
    properties: Mapping[str, str],
    found: Sequence[Entry],
    times: Mapping[str, str],
) -> str:
    statuses = [entry.status for entry in found]
    counts = {"errors": statuses.count("error"), "failures": statuses.count("failed")}
    counts |= {"skipped": 0, "tests": len(found)}
    top = ET.Element("testsuites")
    suite = _add(top, "testsuite", name="/".join(filter(None, whose)), **counts, **times)
    listed = _add(suite, "properties")
    for name, value in properties.items():
        if value:
            _add(listed, "property", name=name, value=value)
    for entry in found:
        case = _add(suite, "testcase", classname=".".join(filter(None, whose)), name=entry.name)
        shown = entry.printed
        if entry.status == "passed":
            shown = "\n".join(filter(None, [entry.detail, entry.printed]))
        else:
            message = clip(entry.message, MOST_MESSAGE)
            tag = "failure" if entry.status == "failed" else "error"
            why = _add(case, tag, type=entry.kind, message=message)
            why.text = clip(printable(entry.detail), MOST_DETAIL)
        if shown:
            _add(case, "system-out").text = clip(printable(shown), MOST_DETAIL)
    ET.indent(suite, "")
    text: bytes = ET.tostring(suite, "us-ascii")  # right whatever the stream's encoding
    return text.decode() + "\n"


def _add(parent: ET.Element, tag: str, **attributes: object) -> ET.Element:
    clean = {name: one_line(str(value)) for name, value in attributes.items()}
    return ET.SubElement(parent, tag, clean)


def require_one(people: Iterable[str]) -> None:
    """``UserError`` if these are several students: Gradescope's format has room for one."""
    names = list(dict.fromkeys(people))
    if len(names) > 1:
        raise UserError(
            "The format gradescope holds the results of one student, and there are several "
            f"({one_line(names[0])}, {one_line(names[1])} …): grade one at a time, or choose "
            "csv or jsonl."
        )


def gradescope(results: Results) -> Iterator[str]:
    """Gradescope's document, for one student: ``UserError`` when there are more.

    Students read it: it has no seed and no times. Every test is visible, since a hidden one would
    hide the total; what a course does not show is left out instead.
    """
    results = replace(results, students=True)
    done = list(results.graded())
    require_one(graded.who for graded in done)
    text = {"output_format": "text", "visibility": "visible"}
    lines, tests = [], []
    for number, graded in enumerate(done, 1):
        exercise = one_line(graded.exercise)
        lines.append(f"{exercise}: {counted(graded)}")
        found = entries(graded, results.feedback)
        for place, entry in enumerate(found, 1):
            several = len(done) > 1 and entry.label != exercise
            said = f"\n\nyou printed:\n{entry.printed}" if entry.printed.strip() else ""
            test = {
                "name": f"{exercise}: {entry.label}" if several else entry.label,
                "number": f"{number}.{place}" if len(done) > 1 else f"{place}",
                "score": round(results.points * entry.share / len(found), 4),
                "max_score": round(results.points / len(found), 4),
                "status": "passed" if entry.status == "passed" else "failed",
                "output": clip((entry.detail + said).strip("\n"), MOST_OUTPUT),
            }
            tests.append(test | text)
    lines += [one_line(f"not judged: {one}") for one in results.left_out()]
    output = "\n".join([*(lines or ["Nothing was graded."]), "", results.footnote])
    document = {
        "score": round(results.points * sum(graded.share for graded in done), 4),
        "output": clip(output, MOST_OUTPUT),
        **text,
        "stdout_visibility": "hidden",  # what the command prints is the teacher's
        "tests": tests,
    }
    yield as_json(document, indent=2) + "\n"

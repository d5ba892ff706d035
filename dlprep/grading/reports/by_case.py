"""Reports with an entry for each case: JUnit XML, Gradescope, GitHub Actions.

GitHub gets annotations, lines of the build's log ``::error file=,line=,title=::message``, of which
it shows ten of a step, and a step summary of a mebibyte at most. Students read both.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import PurePath
from xml.etree import ElementTree as ET

from dlprep.errors import UserError
from dlprep.grading import Feedback, Graded, Results
from dlprep.grading.reports.rows import MISSING, NOT_JUDGED, counted, problem_of, rows
from dlprep.text import as_json, clip, one_line, printable
from dlprep.verdict import FIX, CaseResult, Finding, Problem

MOST_MESSAGE, MOST_DETAIL = 500, 10_000  # characters, in JUnit
MOST_OUTPUT = 5_000  # characters of one test's output, in Gradescope
MOST_ANNOTATIONS = 10
MOST_ANNOTATION = 2_000  # characters of its text
MOST_CELL = 200  # characters of a cell in the summary
MOST_SUMMARY = 1_000_000  # bytes, of 1,048,576
STATUSES = ("passed", "failed", "error", "fault", "missing", NOT_JUDGED)
HEAD = "| who | exercise | verdict | cases | polish | remark |\n|---|---|---|---|---|---|\n"
JUDGED = "the submission can be judged"  # the label of the one case of a submission that cannot
REASONS = {
    "failed": "this case fails",
    "error": "the submission crashed, or was stopped",
    "not run": "not run: the time was used up",
}


def cases_of(graded: Graded, feedback: Feedback) -> list[CaseResult]:
    """The cases of one submission; one case in their place, which fails, if it is not judged."""
    verdict = graded.verdict
    problem = problem_of(verdict) if verdict else MISSING
    if verdict is None or problem:
        return [_not_judged("load", problem or MISSING, verdict.printed if verdict else "")]
    if feedback == "score":
        status = "error" if verdict.status == "fault" else verdict.status
        said = (Finding("", counted(graded)),)
        return [CaseResult(graded.exercise, graded.exercise, status, status, findings=said)]
    return list(verdict.cases)


def _not_judged(name: str, problem: Problem, printed: str = "") -> CaseResult:
    said = (Finding("", f"{problem.message}\n{problem.help}".strip()),)
    return CaseResult(name, JUDGED, "error", problem.kind, "", said, problem.location, printed)


def first_bad(graded: Graded, cases: Sequence[CaseResult]) -> CaseResult:
    """Which of the cases to look at first."""
    failing = [case for case in graded.verdict.failing if case in cases] if graded.verdict else []
    return next((case for case in [*failing, *cases] if case.status != "passed"), cases[0])


def headline(case: CaseResult) -> list[str]:
    """The label of a case, if it tells more than what is said of the case."""
    return [] if case.label == JUDGED else [one_line(case.label or case.name)]


def reason(case: CaseResult) -> str:
    """Why a case did not pass, in a line."""
    found = (finding for finding in case.findings if finding.label != FIX)
    parts = (one_line(f"{finding.label} {finding.text}") for finding in found)
    return "; ".join(parts) or REASONS[case.status]


def detail(graded: Graded, case: CaseResult) -> str:
    """The whole story of a case, to stand below its label, with its hints at the end."""
    lines, verdict = [case.call] if case.call else [], graded.verdict
    bad = verdict is not None and case in verdict.cases and case.status != "passed"
    apart = verdict.told_apart(case) if verdict and bad else []
    found = [finding for finding in (*case.findings, *apart) if finding.label != FIX]
    column = max((len(finding.label) for finding in found), default=0) + 3
    for finding in found:
        first, *rest = finding.text.split("\n")
        margin = column if finding.label else 0
        lines += [finding.label.ljust(margin) + first, *(" " * margin + line for line in rest)]
    if case.advice and case.status == "passed":
        lines.append("The answer is right. Worth a look all the same:")
    file = PurePath(graded.file).name or f"{graded.exercise}.py"
    for place in dict.fromkeys((case.location, *case.advice)):
        if place:
            note = f"   {place.note}" if place.note else ""
            code = [f"    {place.code.strip()}"] if place.code.strip() else []
            lines += [f"{one_line(file)}:{place.line}{note}", *code]
    if not lines and case.status != "passed":
        lines = [reason(case)]
    if verdict and bad and (hints := verdict.hints(case)):
        lines += ["", *hints]
    return printable("\n".join(lines))


def junit(results: Results) -> Iterator[str]:
    """JUnit XML as pytest's ``xunit2``: a suite a submission, a test case a case.

    A wrong answer is a failure; a crash, a time-out, a missing or unjudged file is an error. Open
    polish is a skipped test, so that it fails no build. As in pytest's, only suites have counts.
    The time of a single case is not known, and not made up.
    """
    shown = results.runs[-1:] if not results.students else ()
    times = {"timestamp": shown[0].started} if shown else {}
    yield '<?xml version="1.0" encoding="utf-8"?>\n<testsuites name="dlprep grade">\n'
    for graded in results.graded():
        verdict = graded.verdict
        passing, polish = graded.polish
        properties = {
            "status": graded.status,
            "polish": f"{passing} of {polish}" if polish else "",
            "isolation": verdict.isolation if verdict else "",
        }
        if not results.students:
            properties |= {"file": graded.file, "seed": str(verdict.seed) if verdict else ""}
        yield _suite(graded, cases_of(graded, results.feedback), properties, times)
    for one in results.left_out():
        case = _not_judged(one.path, Problem(NOT_JUDGED, str(one)))
        left = Graded(one.who, NOT_JUDGED, one.path, None)
        yield _suite(left, [case], {"status": NOT_JUDGED}, times)
    yield "</testsuites>\n"


def _suite(
    graded: Graded,
    cases: Sequence[CaseResult],
    properties: Mapping[str, str],
    times: Mapping[str, str],
) -> str:
    whose = [*filter(None, (graded.who, graded.exercise))]
    tags = Counter(map(_tag, cases))
    counts = {"errors": tags["error"], "failures": tags["failure"], "skipped": tags["skipped"]}
    counts["tests"] = len(cases)
    suite = _add(ET.Element("testsuites"), "testsuite", name="/".join(whose), **counts, **times)
    listed = _add(suite, "properties")
    for name, value in properties.items():
        if value:
            _add(listed, "property", name=name, value=value)
    for case in cases:
        test = _add(suite, "testcase", classname=".".join(whose), name=case.name)
        shown = [printable(case.printed)]
        if not (tag := _tag(case)):
            shown.insert(0, detail(graded, case))
        else:
            message = clip(": ".join([*headline(case), reason(case)]), MOST_MESSAGE)
            why = _add(test, tag, type=case.kind or case.status, message=message)
            why.text = clip(detail(graded, case), MOST_DETAIL)
        if text := "\n".join(filter(None, shown)):
            _add(test, "system-out").text = clip(text, MOST_DETAIL)
    ET.indent(suite, "")
    encoded: bytes = ET.tostring(suite, "us-ascii")  # right whatever the stream's encoding
    return encoded.decode() + "\n"


def _tag(case: CaseResult) -> str:
    """The element that says why a case did not pass; "" if it did."""
    if case.status == "passed":
        return ""
    if case.tier == "polish":
        return "skipped"
    return "failure" if case.status == "failed" else "error"


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
    hide the total; what a course does not show is left out instead. A polish case is a test without
    points, and without a status unless it passed: nothing red for what costs nothing.
    """
    results = replace(results, students=True)
    done = list(results.graded())
    require_one(graded.who for graded in done)
    text = {"output_format": "text", "visibility": "visible"}
    lines, tests = [], []
    for number, graded in enumerate(done, 1):
        exercise = one_line(graded.exercise)
        lines.append(f"{exercise}: {counted(graded)}")
        cases = cases_of(graded, results.feedback)
        of = sum(case.tier == "core" for case in cases)
        for place, case in enumerate(cases, 1):
            label, said = one_line(case.label or case.name), detail(graded, case)
            several = len(done) > 1 and label != exercise
            if case.printed.strip():
                said += f"\n\nyou printed:\n{printable(case.printed)}"
            share = float(case.status == "passed")
            if results.feedback == "score" and case.label != JUDGED:
                share = graded.share
            label = f"polish: {label}" if case.tier == "polish" else label
            worth: dict[str, float | str] = {}
            if case.tier == "core":
                worth = {"score": round(results.points * share / of, 4)}
                worth["max_score"] = round(results.points / of, 4)
            if case.tier == "core" or case.status == "passed":
                worth["status"] = "passed" if case.status == "passed" else "failed"
            test = {
                "name": f"{exercise}: {label}" if several else label,
                "number": f"{number}.{place}" if len(done) > 1 else f"{place}",
                **worth,
                "output": clip(said.strip("\n"), MOST_OUTPUT),
            }
            tests.append({**test, **text})
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


def github(results: Results) -> Iterator[str]:
    """The annotations of what did not pass or was not judged."""
    for file, line, title, text in islice(_wrong(results), MOST_ANNOTATIONS):
        path = PurePath(file)  # GitHub knows the checkout's; no other is a student's business
        properties = {
            "file": "" if path.is_absolute() or ".." in path.parts else file,
            "line": str(line or ""),
            "title": ": ".join(filter(None, title)),
        }
        shown = ",".join(
            f"{key}={_escaped(one_line(value), ':,')}" for key, value in properties.items() if value
        )
        yield f"::error {shown}::{_escaped(clip(printable(text), MOST_ANNOTATION))}\n"


def _wrong(results: Results) -> Iterator[tuple[str, int | None, list[str], str]]:
    """File, line, title and text of each annotation."""
    for graded in results.graded():
        if graded.status != "passed":  # polish is no error
            case = first_bad(graded, cases_of(graded, results.feedback))
            text = "\n".join([*headline(case), detail(graded, case)])
            line = case.location.line if case.location else None
            yield graded.file, line, [graded.who, graded.exercise, counted(graded)], text
    shown = replace(results, students=True).left_out()
    for one, said in zip(results.not_judged, shown, strict=True):
        yield one.path, None, [one.who, NOT_JUDGED], str(said)


def summary(results: Results) -> str:
    """The step summary, in Markdown: what did not pass or was not judged, and then the rest."""
    results = replace(results, students=True)
    counts = Counter(row[2] for row in rows(results))
    said = [f"{counts[status]} {status}" for status in STATUSES if counts[status]]
    shown, room = [], MOST_SUMMARY
    for good in (False, True):
        for row in rows(results):
            line = f"| {' | '.join(map(_markdown, row))} |\n"  # ASCII
            if (row[2] == "passed") is good and len(line) <= room:
                shown.append(line)
                room -= len(line)
    lines = [f"### dlprep: {', '.join(said) or 'nothing was graded'}\n\n"]
    if shown:
        lines += [HEAD, *shown, "\n"]
    if left := counts.total() - len(shown):
        lines.append(f"and {left} more, for which there is no room here\n\n")
    return "".join([*lines, _markdown(results.footnote), "\n"])


def _escaped(text: str, more: str = "") -> str:
    """``text`` for a command of the log; ``more`` characters end a property."""
    return re.sub(f"[%\r\n{more}]", lambda found: f"%{ord(found[0]):02X}", text)


def _markdown(text: str) -> str:
    """``text`` for a cell: no character of it means anything in Markdown or HTML."""
    safe = re.sub(r"[^\w ]|_", lambda found: f"&#{ord(found[0])};", clip(one_line(text), MOST_CELL))
    return safe.encode("ascii", "xmlcharrefreplace").decode("ascii")

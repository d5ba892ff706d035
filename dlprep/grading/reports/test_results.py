"""Reports for programs that read test results: JUnit XML, and Gradescope's ``results.json``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree as ET

from dlprep.errors import UserError
from dlprep.grading import Graded, Results
from dlprep.grading.reports.entries import NOT_JUDGED, Entry, counted, entries
from dlprep.text import as_json, clip, one_line, printable

MOST_MESSAGE, MOST_DETAIL = 500, 10_000  # characters, in JUnit
MOST_OUTPUT = 5_000  # characters of one test's output, in Gradescope


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
    suite = ET.Element("testsuite")
    counts = {"errors": statuses.count("error"), "failures": statuses.count("failed")}
    counts |= {"skipped": 0, "tests": len(found)}
    _set(suite, name="/".join(filter(None, whose)), **counts, **times)
    listed = ET.SubElement(suite, "properties")
    for name, value in properties.items():
        if value:
            _set(ET.SubElement(listed, "property"), name=name, value=value)
    for entry in found:
        case = ET.SubElement(suite, "testcase")
        _set(case, classname=".".join(filter(None, whose)), name=entry.name)
        out = [entry.printed]
        if entry.status == "passed":
            out = [entry.detail, entry.printed]
        else:
            why = ET.SubElement(case, "failure" if entry.status == "failed" else "error")
            _set(why, type=entry.kind, message=clip(entry.message, MOST_MESSAGE))
            why.text = clip(printable(entry.detail), MOST_DETAIL)
        if shown := "\n".join(filter(None, out)):
            ET.SubElement(case, "system-out").text = clip(printable(shown), MOST_DETAIL)
    ET.indent(suite, "")
    text: bytes = ET.tostring(suite, "us-ascii")  # right whatever the stream's encoding
    return text.decode() + "\n"


def _set(element: ET.Element, **attributes: object) -> None:
    for name, value in attributes.items():
        element.set(name, one_line(str(value)))


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
    lines = [f"{one_line(graded.exercise)}: {counted(graded)}" for graded in done]
    lines += [one_line(f"not judged: {one}") for one in results.left_out()]
    output = [*(lines or ["Nothing was graded."]), "", results.footnote]
    document = {
        "score": round(results.points * sum(graded.share for graded in done), 4),
        "output": clip("\n".join(output), MOST_OUTPUT),
        "output_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",  # what the command prints is the teacher's
        "tests": [
            test
            for number, graded in enumerate(done, 1)
            for test in _tests(graded, results, f"{number}." if len(done) > 1 else "")
        ],
    }
    yield as_json(document, indent=2) + "\n"


def _tests(graded: Graded, results: Results, number: str) -> Iterator[dict[str, Any]]:
    """The tests of a submission; ``number`` is before theirs if there are several submissions."""
    found, exercise = entries(graded, results.feedback), one_line(graded.exercise)
    for place, entry in enumerate(found, 1):
        prefix = f"{exercise}: " if number and entry.label != exercise else ""
        said = f"\n\nyou printed:\n{entry.printed}" if entry.printed.strip() else ""
        yield {
            "name": prefix + entry.label,
            "number": f"{number}{place}",
            "score": round(results.points * entry.share / len(found), 4),
            "max_score": round(results.points / len(found), 4),
            "status": "passed" if entry.status == "passed" else "failed",
            "output": clip((entry.detail + said).strip("\n"), MOST_OUTPUT),
            "output_format": "text",
            "visibility": "visible",
        }

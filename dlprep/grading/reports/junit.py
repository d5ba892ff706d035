"""JUnit XML as pytest's ``xunit2``: a suite a submission, a test case a case.

The counts stand on the suites alone, as pytest has it. There is no time of a single case, and none
is made up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr

from dlprep.grading.model import Results
from dlprep.grading.reports.entries import NOT_JUDGED, Entry, entries
from dlprep.text import clip, one_line, printable

MOST_MESSAGE, MOST_DETAIL = 500, 10_000  # characters


def junit(results: Results) -> Iterator[str]:
    """A wrong answer is a failure; a crash, a time-out, a missing or unjudged file is an error."""
    shown = results.runs[-1:] if not results.students else ()
    times = {"timestamp": shown[0].started} if shown else {}
    yield '<?xml version="1.0" encoding="utf-8"?>\n<testsuites name="dlprep grade">\n'
    for graded in results.graded():
        verdict, whose = graded.verdict, [graded.who, graded.exercise]
        properties = {"status": graded.status, "isolation": verdict.isolation if verdict else ""}
        if not results.students:
            properties |= {"file": graded.file, "seed": str(verdict.seed) if verdict else ""}
        yield _suite(whose, properties, entries(graded, results.feedback), times)
    for one in results.left_out():
        said = str(one)
        entry = Entry(one.path, one.path, "error", kind=NOT_JUDGED, message=said, detail=said)
        yield _suite([one.who, NOT_JUDGED], {"status": NOT_JUDGED}, [entry], times)
    yield "</testsuites>\n"


def _suite(
    whose: Sequence[str],
    properties: Mapping[str, str],
    found: Sequence[Entry],
    times: Mapping[str, str],
) -> str:
    statuses = [entry.status for entry in found]
    suite = _attributes(
        name="/".join(filter(None, whose)),
        errors=statuses.count("error"),
        failures=statuses.count("failed"),
        skipped=0,
        tests=len(found),
        **times,
    )
    lines = [f"<testsuite{suite}>", "<properties>"]
    lines += [f"<property{_attributes(name=k, value=v)} />" for k, v in properties.items() if v]
    lines += ["</properties>", *(_testcase(whose, entry) for entry in found), "</testsuite>"]
    # in ASCII, which is right whatever the stream's encoding
    return "\n".join([*lines, ""]).encode("ascii", "xmlcharrefreplace").decode("ascii")


def _testcase(whose: Sequence[str], entry: Entry) -> str:
    inner = ""
    if entry.status != "passed":
        tag = "failure" if entry.status == "failed" else "error"
        shown = _attributes(type=entry.kind, message=clip(entry.message, MOST_MESSAGE))
        inner = f"<{tag}{shown}>{_text(entry.detail)}</{tag}>"
    out = "\n".join(filter(None, (entry.detail if not inner else "", entry.printed)))
    if out:
        inner += f"<system-out>{_text(out)}</system-out>"
    named = _attributes(classname=".".join(filter(None, whose)), name=entry.name)
    return f"<testcase{named}>{inner}</testcase>"


def _attributes(**values: object) -> str:
    return "".join(f" {key}={quoteattr(one_line(str(value)))}" for key, value in values.items())


def _text(text: str) -> str:
    return escape(clip(printable(text), MOST_DETAIL))

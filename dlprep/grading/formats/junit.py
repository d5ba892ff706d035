"""JUnit XML as pytest's ``xunit2``: a suite a submission, a test case a case.

Written as the verdicts come: the counts stand on the suites alone, as pytest has it, so that no
run is too large. There is no time of a single case, and none is made up.
"""

from __future__ import annotations

from typing import TextIO
from xml.sax.saxutils import escape, quoteattr

from dlprep.grading.formats.base import RunInfo, Writer
from dlprep.grading.formats.entries import Entry, entries
from dlprep.grading.formats.text import clip, one_line, printable
from dlprep.grading.model import Graded

MOST_MESSAGE, MOST_DETAIL = 500, 10_000  # characters


class JUnit(Writer):
    """A wrong answer is a failure; a crash, a time-out, a missing file … is an error."""

    def __init__(self, stream: TextIO, run: RunInfo) -> None:
        super().__init__(stream, run)
        self.put('<?xml version="1.0" encoding="utf-8"?>\n<testsuites name="dlprep grade">\n')

    def take(self, graded: Graded) -> None:
        """Write one submission's suite."""
        found = entries(graded, self.run.feedback)
        statuses = [entry.status for entry in found]
        verdict = graded.verdict
        suite = _attributes(
            name="/".join(filter(None, (graded.who, graded.exercise))),
            errors=statuses.count("error"),
            failures=statuses.count("failed"),
            skipped=0,
            tests=len(found),
            time=f"{verdict.seconds if verdict else 0.0:.3f}",
            timestamp=self.run.started,
        )
        properties = {
            "file": graded.file,
            "seed": verdict.seed if verdict else self.run.seed,
            "isolation": (verdict and verdict.isolation) or self.run.isolation,
            "status": graded.status,
        }
        lines = [f"<testsuite{suite}>", "<properties>"]
        lines += [f"<property{_attributes(name=k, value=v)} />" for k, v in properties.items()]
        lines += ["</properties>", *(_testcase(graded, entry) for entry in found), "</testsuite>"]
        # in ASCII, which is right whatever the stream's encoding
        text = "\n".join(lines).encode("ascii", "xmlcharrefreplace").decode("ascii")
        self.put(text + "\n")

    def close(self) -> None:
        """End the document."""
        self.put("</testsuites>\n")


def _testcase(graded: Graded, entry: Entry) -> str:
    classname = ".".join(filter(None, (graded.who, graded.exercise)))
    inner = ""
    if entry.status != "passed":
        tag = "failure" if entry.status == "failed" else "error"
        shown = _attributes(type=entry.kind, message=clip(entry.message, MOST_MESSAGE))
        inner = f"<{tag}{shown}>{_text(entry.detail)}</{tag}>"
    out = "\n".join(filter(None, (entry.detail if not inner else "", entry.printed)))
    if out:
        inner += f"<system-out>{_text(out)}</system-out>"
    return f"<testcase{_attributes(classname=classname, name=entry.name)}>{inner}</testcase>"


def _attributes(**values: object) -> str:
    return "".join(f" {key}={quoteattr(one_line(str(value)))}" for key, value in values.items())


def _text(text: str) -> str:
    return escape(clip(printable(text), MOST_DETAIL))

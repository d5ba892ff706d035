"""GitHub Actions: annotations of what did not pass, and a step summary of everything.

An annotation is a line of the log, ``::error file=,line=,title=::message``. GitHub shows ten of a
step, and a summary of a mebibyte at most.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import TextIO

from dlprep.errors import UserError
from dlprep.grading.formats.base import RunInfo, Writer
from dlprep.grading.formats.entries import counted, entries, first_bad, remark
from dlprep.grading.formats.text import clip, one_line, printable
from dlprep.grading.model import Graded

MOST_ANNOTATIONS = 10
MOST_MESSAGE = 2_000  # characters of an annotation's text
MOST_CELL = 200  # characters of a cell in the summary
MOST_SUMMARY = 1_000_000  # bytes, of 1,048,576
STATUSES = ("passed", "failed", "error", "fault", "missing")
HEAD = "| who | exercise | verdict | cases | what is wrong |\n|---|---|---|---|---|\n"


class GitHub(Writer):
    """Annotations are written as verdicts come; the file ``summary`` is appended to at the end."""

    def __init__(self, stream: TextIO, run: RunInfo, summary: Path | None = None) -> None:
        super().__init__(stream, run)
        self.summary = summary
        self._counts: Counter[str] = Counter()
        self._bad, self._good = _Rows(), _Rows()

    def take(self, graded: Graded) -> None:
        """Write an annotation if this did not pass, and remember the row of the summary."""
        self._counts[graded.status] += 1
        bad = graded.status != "passed"
        if bad and self._counts.total() - self._counts["passed"] <= MOST_ANNOTATIONS:
            self.put(self._annotation(graded))
        if self.summary is not None:
            cells = (graded.who, graded.exercise, graded.status, counted(graded), remark(graded))
            (self._bad if bad else self._good).add(f"| {' | '.join(map(_cell, cells))} |\n")

    def close(self) -> None:
        """Append the summary to its file."""
        if self.summary is None:
            return
        counts = [f"{self._counts[status]} {status}" for status in STATUSES if self._counts[status]]
        total = self._counts.total()
        lines = [f"### dlprep: {', '.join(counts) or 'nothing was graded'}\n\n"]
        if total:
            rows = _Rows()
            for row in self._bad.rows + self._good.rows:
                rows.add(row)
            lines += [HEAD, *rows.rows, "\n"]
            if left := total - len(rows.rows):
                lines.append(f"and {left} more, for which there is no room here\n\n")
        lines.append(f"{_cell(self.run.student_footnote)}\n")
        try:
            with self.summary.open("a", encoding="utf-8") as file:
                file.write("".join(lines))
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise UserError(
                f"The step summary {self.summary} cannot be written: {reason}."
            ) from error

    def _annotation(self, graded: Graded) -> str:
        found = entries(graded, self.run.feedback)
        entry = first_bad(found) or found[0]
        title = ": ".join(filter(None, (graded.who, graded.exercise, counted(graded))))
        properties = {"file": graded.file, "line": entry.line or "", "title": title}
        shown = ",".join(
            f"{key}={_property(one_line(str(value)))}" for key, value in properties.items() if value
        )
        text = entry.detail
        if not text.startswith(entry.message):  # a case's, which does not say what it is about
            text = f"{entry.label}\n{text}"
        return f"::error {shown}::{_data(clip(printable(text), MOST_MESSAGE))}\n"


class _Rows:
    """Rows of the table, no more than the summary has room for."""

    def __init__(self) -> None:
        self.rows: list[str] = []
        self._room = MOST_SUMMARY

    def add(self, row: str) -> None:
        self._room -= len(row)  # it is ASCII
        if self._room >= 0:
            self.rows.append(row)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _cell(text: str) -> str:
    """``text`` for a cell: no character of it means anything in Markdown or HTML."""
    safe = re.sub(r"[^\w ]|_", lambda found: f"&#{ord(found[0])};", clip(one_line(text), MOST_CELL))
    return safe.encode("ascii", "xmlcharrefreplace").decode("ascii")

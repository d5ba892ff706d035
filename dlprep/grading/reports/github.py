"""GitHub Actions: annotations of what did not pass, and a step summary of everything.

An annotation is a line of the build's log, ``::error file=,line=,title=::message``. GitHub shows
ten of a step, and a summary of a mebibyte at most. Students read both: no seed, no times.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import PurePath

from dlprep.grading import Results
from dlprep.grading.reports.rows import NOT_JUDGED, counted, rows
from dlprep.grading.reports.test_results import cases_of, detail, first_bad, headline
from dlprep.text import clip, one_line, printable

MOST_ANNOTATIONS = 10
MOST_MESSAGE = 2_000  # characters of an annotation's text
MOST_CELL = 200  # characters of a cell in the summary
MOST_SUMMARY = 1_000_000  # bytes, of 1,048,576
STATUSES = ("passed", "failed", "error", "fault", "missing", NOT_JUDGED)
HEAD = "| who | exercise | verdict | cases | what is wrong |\n|---|---|---|---|---|\n"


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
        yield f"::error {shown}::{_escaped(clip(printable(text), MOST_MESSAGE))}\n"


def _wrong(results: Results) -> Iterator[tuple[str, int | None, list[str], str]]:
    """File, line, title and text of each annotation."""
    for graded in results.graded():
        if graded.status != "passed":
            case = first_bad(cases_of(graded, results.feedback))
            text = "\n".join([*headline(case), detail(graded, case)])
            line = case.location.line if case.location else None
            yield graded.file, line, [graded.who, graded.exercise, counted(graded)], text
    shown = replace(results, students=True).left_out()
    for one, said in zip(results.not_judged, shown, strict=True):
        yield one.path, None, [one.who, NOT_JUDGED], str(said)


def summary(results: Results) -> str:
    """The step summary, in Markdown: what did not pass or was not judged, and then the rest."""
    results = replace(results, students=True)
    counts = Counter(row.status for row in rows(results))
    said = [f"{counts[status]} {status}" for status in STATUSES if counts[status]]
    shown, room = [], MOST_SUMMARY
    for good in (False, True):
        for row in rows(results):
            line = f"| {' | '.join(map(_cell, row))} |\n"  # ASCII
            if (row.status == "passed") is good and len(line) <= room:
                shown.append(line)
                room -= len(line)
    lines = [f"### dlprep: {', '.join(said) or 'nothing was graded'}\n\n"]
    if shown:
        lines += [HEAD, *shown, "\n"]
    if left := counts.total() - len(shown):
        lines.append(f"and {left} more, for which there is no room here\n\n")
    return "".join([*lines, _cell(results.footnote), "\n"])


def _escaped(text: str, more: str = "") -> str:
    """``text`` for a command of the log; ``more`` characters end a property."""
    return re.sub(f"[%\r\n{more}]", lambda found: f"%{ord(found[0]):02X}", text)


def _cell(text: str) -> str:
    """``text`` for a cell: no character of it means anything in Markdown or HTML."""
    safe = re.sub(r"[^\w ]|_", lambda found: f"&#{ord(found[0])};", clip(one_line(text), MOST_CELL))
    return safe.encode("ascii", "xmlcharrefreplace").decode("ascii")

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
from dlprep.grading.reports.entries import NOT_JUDGED, counted, entries, first_bad, remark
from dlprep.text import clip, one_line, printable

MOST_ANNOTATIONS = 10
MOST_MESSAGE = 2_000  # characters of an annotation's text
MOST_CELL = 200  # characters of a cell in the summary
MOST_SUMMARY = 1_000_000  # bytes, of 1,048,576
STATUSES = ("passed", "failed", "error", "fault", "missing", NOT_JUDGED)
HEAD = "| who | exercise | verdict | cases | what is wrong |\n|---|---|---|---|---|\n"


def github(results: Results) -> Iterator[str]:
    """The annotations of what did not pass or was not judged."""
    wrong = _wrong(replace(results, students=True))
    for file, line, title, text in islice(wrong, MOST_ANNOTATIONS):
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
        if graded.status == "passed":
            continue
        entry = first_bad(entries(graded, results.feedback))
        text = entry.detail
        if not text.startswith(entry.message):  # a case's, which does not say what it is about
            text = f"{entry.label}\n{text}"
        yield graded.file, entry.line, [graded.who, graded.exercise, counted(graded)], text
    for one, shown in zip(results.not_judged, results.left_out(), strict=True):
        yield one.path, None, [one.who, NOT_JUDGED], str(shown)


def summary(results: Results) -> str:
    """The step summary, in Markdown: what did not pass or was not judged, and then the rest."""
    results = replace(results, students=True)
    counts: Counter[str] = Counter(graded.status for graded in results.graded())
    counts[NOT_JUDGED] = len(results.not_judged)
    said = [f"{counts[status]} {status}" for status in STATUSES if counts[status]]
    rows, room = [], MOST_SUMMARY
    for cells in _rows(results):
        row = f"| {' | '.join(map(_cell, cells))} |\n"
        room -= len(row)  # it is ASCII
        if room < 0:
            break
        rows.append(row)
    lines = [f"### dlprep: {', '.join(said) or 'nothing was graded'}\n\n"]
    if rows:
        lines += [HEAD, *rows, "\n"]
    if left := counts.total() - len(rows):
        lines.append(f"and {left} more, for which there is no room here\n\n")
    return "".join([*lines, _cell(results.footnote), "\n"])


def _rows(results: Results) -> Iterator[tuple[str, ...]]:
    for good in (False, True):
        for one in results.graded():
            if (one.status == "passed") is good:
                yield one.who, one.exercise, one.status, counted(one), remark(one)
        if not good:
            for left in results.left_out():
                yield left.who, "", NOT_JUDGED, "", str(left)


def _escaped(text: str, more: str = "") -> str:
    """``text`` for a command of the log; ``more`` characters end a property."""
    return re.sub(f"[%\r\n{more}]", lambda found: f"%{ord(found[0]):02X}", text)


def _cell(text: str) -> str:
    """``text`` for a cell: no character of it means anything in Markdown or HTML."""
    safe = re.sub(r"[^\w ]|_", lambda found: f"&#{ord(found[0])};", clip(one_line(text), MOST_CELL))
    return safe.encode("ascii", "xmlcharrefreplace").decode("ascii")

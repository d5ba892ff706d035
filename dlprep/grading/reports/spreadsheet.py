"""CSV for a spreadsheet: a row a submission to an exercise."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from dlprep.grading.model import Results
from dlprep.grading.reports.entries import NOT_JUDGED, remark, score
from dlprep.text import clip, printable

COLUMNS = [
    "who",
    "exercise",
    "status",
    "passing",
    "total",
    "score",
    "isolation",
    "mistakes",
    "remark",
]
FOR_TEACHERS = ["seed", "submitted"]
MOST_REMARK = 1_000  # characters
FORMULA = tuple("=+-@|%\uff1d\uff0b\uff0d\uff20")  # how a cell of code starts; four in full width


def spreadsheet(results: Results) -> Iterator[str]:
    """One line a row. A fault is no grade, nor is what was not judged: their score is empty."""
    columns = COLUMNS + FOR_TEACHERS * (not results.students)
    yield _row(columns)
    for graded in results.graded():
        verdict = graded.verdict
        cells: list[str | float] = [
            graded.who,
            graded.exercise,
            graded.status,
            verdict.passing if verdict else 0,
            len(verdict.cases) if verdict else 0,
            "" if graded.status == "fault" else score(graded, results.points),
            verdict.isolation if verdict else "",
            "; ".join(mistake.name for mistake in verdict.mistakes) if verdict else "",
            clip(remark(graded), MOST_REMARK),
            verdict.seed if verdict else "",
            graded.submitted or "",
        ]
        yield _row(cells[: len(columns)])
    for one in results.left_out():
        cells = [one.who, "", NOT_JUDGED, *[""] * 5, str(one), "", ""]
        yield _row(cells[: len(columns)])


def _row(cells: Sequence[str | float]) -> str:
    row = io.StringIO()
    # every text in quotes: where semicolons part the cells, none starts within another
    csv.writer(row, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC).writerow(
        _cell(cell) if isinstance(cell, str) else cell for cell in cells
    )
    return row.getvalue()


def _cell(text: str) -> str:
    """``text`` as a spreadsheet shows it: never a formula, and on one line."""
    text = printable(text).replace("\n", r"\n")
    return f"'{text}" if text.lstrip().startswith(FORMULA) else text

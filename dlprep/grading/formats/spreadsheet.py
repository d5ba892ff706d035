"""CSV for a spreadsheet: a row a submission to an exercise."""

from __future__ import annotations

import csv
import io
from typing import TextIO

from dlprep.grading.formats.base import RunInfo, Writer
from dlprep.grading.formats.entries import score
from dlprep.grading.formats.text import printable
from dlprep.grading.model import Graded

COLUMNS = (
    "who",
    "exercise",
    "status",
    "passing",
    "total",
    "score",
    "seconds",
    "seed",
    "isolation",
    "mistakes",
)
FORMULA = tuple("=+-@|%\uff1d\uff0b\uff0d\uff20")  # how a cell of code starts; four in full width


class Csv(Writer):
    """One line a row. A fault is no grade: its score is empty."""

    def __init__(self, stream: TextIO, run: RunInfo) -> None:
        super().__init__(stream, run)
        self._row(*COLUMNS)

    def take(self, graded: Graded) -> None:
        """Write one row."""
        verdict, run = graded.verdict, self.run
        self._row(
            graded.who,
            graded.exercise,
            graded.status,
            verdict.passing if verdict else 0,
            len(verdict.cases) if verdict else 0,
            "" if graded.status == "fault" else score(graded, run.points),
            round(verdict.seconds, 3) if verdict else 0.0,
            verdict.seed if verdict else run.seed,
            (verdict and verdict.isolation) or run.isolation,
            "; ".join(mistake.name for mistake in verdict.mistakes) if verdict else "",
        )

    def close(self) -> None:
        """Nothing is left to be written."""

    def _row(self, *cells: str | float) -> None:
        row = io.StringIO()
        # every text in quotes: where semicolons part the cells, none starts within another
        csv.writer(row, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC).writerow(
            _cell(cell) if isinstance(cell, str) else cell for cell in cells
        )
        self.put(row.getvalue())


def _cell(text: str) -> str:
    """``text`` as a spreadsheet shows it: never a formula, and on one line."""
    text = printable(text).replace("\n", r"\n")
    return f"'{text}" if text.lstrip().startswith(FORMULA) else text

"""The table for people. What it looks like is the business of the render room."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TextIO

from dlprep.grading.formats.base import RunInfo, Writer
from dlprep.grading.formats.entries import remark
from dlprep.grading.formats.text import clip
from dlprep.grading.model import Graded, Status

MOST_REMARK = 200  # characters; the widest terminal shows no more


@dataclass(frozen=True, slots=True)
class Row:
    """What the table shows of a submission; ``remark`` is what is wrong, in a line."""

    who: str
    exercise: str
    status: Status
    passing: int
    total: int
    remark: str


class Table(Writer):
    """Rows are kept until the end, and shown in one order whatever the order of the verdicts."""

    def __init__(self, stream: TextIO, run: RunInfo) -> None:
        super().__init__(stream, run)
        self._rows: list[Row] = []

    def take(self, graded: Graded) -> None:
        """Keep one row."""
        verdict = graded.verdict
        passing, total = (verdict.passing, len(verdict.cases)) if verdict else (0, 0)
        said = clip(remark(graded), MOST_REMARK)
        self._rows.append(Row(graded.who, graded.exercise, graded.status, passing, total, said))

    def close(self) -> None:
        """Print the table."""
        from dlprep.render.grading import grade_table  # rich: only where a person reads

        grade_table(self._rows, self.run.footnote, self.stream)

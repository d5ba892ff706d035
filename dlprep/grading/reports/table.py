"""The table for people. What it looks like is the business of the render room."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TextIO

from dlprep.grading.model import Results
from dlprep.grading.reports.entries import remark
from dlprep.text import clip

MOST_REMARK = 200  # characters; the widest terminal shows no more


def table(results: Results, screen: TextIO | None) -> Iterator[str]:
    """The table, as ``screen`` can show it; without one, plain and 80 columns wide."""
    from dlprep.render.grading_page import Row, grade_table  # rich: only where a person reads

    def rows() -> Iterator[Row]:
        for graded in results.graded():
            verdict = graded.verdict
            passing, total = (verdict.passing, len(verdict.cases)) if verdict else (0, 0)
            said = clip(remark(graded), MOST_REMARK)
            yield Row(graded.who, graded.exercise, graded.status, passing, total, said)

    return grade_table(rows, [*map(str, results.left_out())], results.footnote, screen)

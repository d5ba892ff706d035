"""Reports with a row for each submission: the table, JSON lines, CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from dlprep.grading import Results
from dlprep.grading.reports.entries import NOT_JUDGED, remark
from dlprep.text import as_json, clip, printable

COLUMNS = ["who", "exercise", "status", "passing", "total", "score", "isolation"]
COLUMNS += ["mistakes", "remark", "seed", "submitted"]
FOR_TEACHERS = {"file", "submitted", "seed"}
MOST_REMARK = 200  # characters in the table; the widest terminal shows no more
MOST_CELL = 1_000  # characters in CSV
FORMULA = tuple("=+-@|%\uff1d\uff0b\uff0d\uff20")  # how a cell of code starts; four in full width


def table(results: Results, on_screen: bool = False) -> Iterator[str]:
    """The table for people, in the width and colours of the screen, or else plain."""
    from dlprep.render.grading_page import Row, grade_table  # rich: only where a person reads

    def rows() -> Iterator[Row]:
        for graded in results.graded():
            cases = f"{graded.passing}/{graded.total}" if graded.total else ""
            said = clip(remark(graded), MOST_REMARK)
            yield Row(graded.who, graded.exercise, graded.status, cases, said)

    return grade_table(rows, [*map(str, results.left_out())], results.footnote, on_screen)


def jsonl(results: Results) -> Iterator[str]:
    """What the log has of each submission, without the texts; then what is not judged."""
    hidden = FOR_TEACHERS if results.students else set()
    for graded in results.graded():
        line = graded.to_json()
        for part in (line, line["verdict"] or {}):
            for key in hidden & part.keys():
                del part[key]
        yield as_json(line) + "\n"
    for one in results.left_out():
        yield as_json({"not_judged": one.path, "why": one.why, "who": one.who}) + "\n"


def spreadsheet(results: Results) -> Iterator[str]:
    """CSV. A fault is no grade, and neither is what was not judged: their score is empty."""
    columns = COLUMNS.index("seed") if results.students else len(COLUMNS)

    def line(*cells: str | float) -> str:
        row = io.StringIO()
        # Every text is quoted: a spreadsheet that splits at semicolons then splits no text.
        csv.writer(row, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC).writerow(
            _cell(cell) if isinstance(cell, str) else cell for cell in cells[:columns]
        )
        return row.getvalue()

    yield line(*COLUMNS)
    for graded in results.graded():
        verdict = graded.verdict
        yield line(
            graded.who,
            graded.exercise,
            graded.status,
            graded.passing,
            graded.total,
            "" if graded.status == "fault" else round(results.points * graded.share, 4),
            verdict.isolation if verdict else "",
            "; ".join(mistake.name for mistake in verdict.mistakes) if verdict else "",
            clip(remark(graded), MOST_CELL),
            verdict.seed if verdict else "",
            graded.submitted or "",
        )
    for one in results.left_out():
        yield line(one.who, "", NOT_JUDGED, "", "", "", "", "", str(one), "", "")


def _cell(text: str) -> str:
    """``text`` as a spreadsheet shows it: never a formula, and on one line."""
    text = printable(text).replace("\n", r"\n")
    return f"'{text}" if text.lstrip().startswith(FORMULA) else text

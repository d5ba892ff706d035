"""Reports with a row for each submission: the table, JSON lines, CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import replace

from dlprep.grading import Graded, Results
from dlprep.text import as_json, clip, one_line, plural, printable
from dlprep.verdict import Problem, Verdict

COLUMNS = ["who", "exercise", "status", "passing", "total", "polish_passing", "polish_total"]
COLUMNS += ["score", "isolation"]
COLUMNS += ["mistakes", "remark", "seed", "submitted"]
FOR_TEACHERS = {"file", "submitted", "seed"}
MOST_REMARK = 1_000  # characters
FORMULA = tuple("=+-@|%\uff1d\uff0b\uff0d\uff20")  # how a cell of code starts; four in full width
NOT_JUDGED = "not judged"
MISSING = Problem("missing", "There is no submission.")
UNSOUND = Problem("fault", "The verdict does not follow from its cases.")


def rows(results: Results) -> Iterator[tuple[str, str, str, str, str, str]]:
    """Rows of who, exercise, status, cases as 14/17, polish as 3/5, remark.

    What is not judged comes last.
    """
    for graded in results.graded():
        counts = (graded.counts, graded.polish)
        cases, polish = (f"{passing}/{total}" if total else "" for passing, total in counts)
        yield graded.who, graded.exercise, graded.status, cases, polish, remark(graded)
    for one in results.left_out():
        yield one.who, "", NOT_JUDGED, "", "", str(one)


def remark(graded: Graded) -> str:
    """What is wrong, in a line: the problem, the mistake's name, or the first bad case's label.

    On a pass, the labels of the polish that is open.
    """
    if (verdict := graded.verdict) is None:
        return ""
    if problem := problem_of(verdict):
        said = problem.message
    elif verdict.status == "passed":
        labels = ", ".join(filter(None, (case.label or case.name for case in verdict.failing)))
        said = f"open polish: {labels}" if labels else ""
    elif verdict.mistakes:
        said = ", ".join(mistake.name for mistake in verdict.mistakes)
    elif verdict.failing:
        bad = verdict.failing[0]
        kind = f" ({bad.kind})" if bad.status == "error" and bad.kind else ""  # timeout, crash …
        said = (bad.label or bad.name) + kind
    else:
        return ""
    return clip(one_line(said), MOST_REMARK)


def problem_of(verdict: Verdict) -> Problem | None:
    """Why the cases are not shown, if they are not; a log may have been edited."""
    if problem := verdict.problem:
        return replace(problem, message=problem.message.strip() or "The submission was not judged.")
    passes = verdict.passing == len(verdict.core)
    return None if verdict.core and (verdict.status == "passed") == passes else UNSOUND


def counted(graded: Graded) -> str:
    """``14 of 17 cases pass; polish: 3 of 5``, or that there is nothing to count."""
    passing, total = graded.counts
    if not total:
        return "could not be judged" if graded.verdict else "no submission"
    polished, polish = graded.polish
    also = f"; polish: {polished} of {polish}" if polish else ""
    return f"{passing} of {plural(total, 'case passes', 'cases pass')}{also}"


def table(results: Results, on_screen: bool = False) -> Iterator[str]:
    """The table for people, in the width and colours of the screen, or else plain."""
    from dlprep.render.grading_page import grade_table  # rich: only where a person reads

    return grade_table(lambda: rows(results), results.footnote, on_screen)


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
        yield as_json(one.to_json()) + "\n"


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
            *graded.counts,
            *graded.polish,
            "" if graded.status == "fault" else round(results.points * graded.share, 4),
            verdict.isolation if verdict else "",
            "; ".join(mistake.name for mistake in verdict.mistakes) if verdict else "",
            remark(graded),
            verdict.seed if verdict else "",
            graded.submitted or "",
        )
    for one in results.left_out():
        yield line(one.who, "", NOT_JUDGED, "", "", "", "", "", "", "", str(one), "", "")


def _cell(text: str) -> str:
    """``text`` as a spreadsheet shows it: never a formula, and on one line."""
    text = printable(text).replace("\n", r"\n")
    return f"'{text}" if text.lstrip().startswith(FORMULA) else text

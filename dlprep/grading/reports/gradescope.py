"""Gradescope's ``results.json``: one student, one or more exercises.

Every test is visible: a hidden one would hide the total from the student. What a course does not
show is left out instead. No seed, no times: students read this.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from dlprep.errors import UserError
from dlprep.grading.model import Graded, Results
from dlprep.grading.reports.entries import Entry, counted, entries, rounded, score
from dlprep.text import as_json, clip, one_line

MOST_OUTPUT = 5_000  # characters of one test's output


def require_one(people: Iterable[str]) -> None:
    """``UserError`` if these are several students: the format has room for one."""
    names = list(dict.fromkeys(people))
    if len(names) > 1:
        raise UserError(
            "The format gradescope holds the results of one student, and there are several "
            f"({one_line(names[0])}, {one_line(names[1])} …): grade one at a time, or choose "
            "csv or jsonl."
        )


def gradescope(results: Results) -> Iterator[str]:
    """The whole document. ``UserError`` when there is more than one student."""
    results = replace(results, students=True)
    done = list(results.graded())
    require_one(graded.who for graded in done)
    lines = [f"{one_line(graded.exercise)}: {counted(graded)}" for graded in done]
    lines += [one_line(f"not judged: {one}") for one in results.left_out()]
    tests = [
        _test(graded, entry, results.points, f"{n}.{m}" if len(done) > 1 else f"{m}", len(done) > 1)
        for n, graded in enumerate(done, 1)
        for m, entry in enumerate(entries(graded, results.feedback), 1)
    ]
    output = [*(lines or ["Nothing was graded."]), "", results.footnote]
    document = {
        "score": rounded(sum(score(graded, results.points) for graded in done)),
        "output": clip("\n".join(output), MOST_OUTPUT),
        "output_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",  # what the command prints is the teacher's
        "tests": tests,
    }
    yield as_json(document, indent=2) + "\n"


def _test(
    graded: Graded, entry: Entry, points: float, number: str, several: bool
) -> dict[str, Any]:
    exercise = one_line(graded.exercise)
    prefix = f"{exercise}: " if several and entry.label != exercise else ""
    output = entry.detail
    if entry.printed.strip():
        output += f"\n\nyou printed:\n{entry.printed}"
    return {
        "name": prefix + entry.label,
        "number": number,
        "score": rounded(points * entry.earned),
        "max_score": rounded(points * entry.weight),
        "status": "passed" if entry.status == "passed" else "failed",
        "output": clip(output.strip("\n"), MOST_OUTPUT),
        "output_format": "text",
        "visibility": "visible",
    }

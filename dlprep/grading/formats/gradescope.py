"""Gradescope's ``results.json``: one student, one or more exercises.

Every test is visible: a hidden one would hide the total from the student. What a course does not
show is left out instead.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TextIO

from dlprep.errors import UserError
from dlprep.grading.formats.base import RunInfo, Writer
from dlprep.grading.formats.entries import Entry, counted, entries, rounded, score
from dlprep.grading.formats.text import as_json, clip, one_line
from dlprep.grading.model import Graded, Task

MOST_OUTPUT = 5_000  # characters of one test's output


class Gradescope(Writer):
    """The results are written at the end, by exercise, in whatever order they came."""

    def __init__(self, stream: TextIO, run: RunInfo) -> None:
        super().__init__(stream, run)
        self._graded: list[Graded] = []

    @classmethod
    def check(cls, tasks: Iterable[Task | Graded]) -> None:
        """``UserError`` when there is more than one student."""
        names = list(dict.fromkeys(task.who for task in tasks))
        if len(names) > 1:
            raise UserError(
                "The format gradescope holds the results of one student, and there are several "
                f"({one_line(names[0])}, {one_line(names[1])} …): grade one at a time, or choose "
                "csv or jsonl."
            )

    def take(self, graded: Graded) -> None:
        """Keep one verdict for the end."""
        self.check([*self._graded, graded])
        self._graded.append(graded)

    def close(self) -> None:
        """Write the document."""
        done = sorted(self._graded, key=lambda graded: graded.exercise)
        lines = [f"{one_line(graded.exercise)}: {counted(graded)}" for graded in done]
        results = {
            "score": rounded(sum(score(graded, self.run.points) for graded in done)),
            "execution_time": round(sum(one.verdict.seconds for one in done if one.verdict), 3),
            "output": "\n".join(
                [*(lines or ["Nothing was graded."]), "", self.run.student_footnote]
            ),
            "output_format": "text",
            "visibility": "visible",
            "stdout_visibility": "hidden",  # what the command prints is the teacher's
            "extra_data": {"run": self.run.to_json()},
            "tests": [
                self._test(graded, entry, f"{n}.{m}" if len(done) > 1 else f"{m}", len(done) > 1)
                for n, graded in enumerate(done, 1)
                for m, entry in enumerate(entries(graded, self.run.feedback), 1)
            ],
        }
        self.put(as_json(results, indent=2) + "\n")

    def _test(self, graded: Graded, entry: Entry, number: str, several: bool) -> dict[str, Any]:
        exercise = one_line(graded.exercise)
        prefix = f"{exercise}: " if several and entry.label != exercise else ""
        output = entry.detail
        if entry.printed.strip():
            output += f"\n\nyou printed:\n{entry.printed}"
        return {
            "name": prefix + entry.label,
            "number": number,
            "score": rounded(self.run.points * entry.earned),
            "max_score": rounded(self.run.points * entry.weight),
            "status": "passed" if entry.status == "passed" else "failed",
            "output": clip(output.strip("\n"), MOST_OUTPUT),
            "output_format": "text",
            "visibility": "visible",
        }

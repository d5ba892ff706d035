"""Exercism's test runner interface, version 3: one submission, for those who embed dlprep."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TextIO

from dlprep.errors import UserError
from dlprep.grading.formats.base import RunInfo, Writer
from dlprep.grading.formats.entries import Entry, entries, judged
from dlprep.grading.formats.text import as_json, clip
from dlprep.grading.model import Graded, Task

MOST_MESSAGE = 5_000  # characters; the interface allows 65,535
MOST_OUTPUT = 500
TRUNCATED = "\nOutput was truncated. Please limit to 500 chars"  # the interface's own words
STATUSES = {"passed": "pass", "failed": "fail", "error": "error"}


class Exercism(Writer):
    """``error`` means that no case was run, ``fail`` that one did not pass, for whatever reason."""

    def __init__(self, stream: TextIO, run: RunInfo) -> None:
        super().__init__(stream, run)
        self._graded: Graded | None = None

    @classmethod
    def check(cls, tasks: Iterable[Task | Graded]) -> None:
        """``UserError`` when there is more than one submission."""
        count = sum(1 for _ in tasks)
        if count > 1:
            raise UserError(
                f"The format exercism holds one submission, and there are {count}: "
                "grade one at a time, or choose jsonl."
            )

    def take(self, graded: Graded) -> None:
        """Keep the verdict for the end."""
        if self._graded is not None:
            self.check([self._graded, graded])
        self._graded = graded

    def close(self) -> None:
        """Write the document."""
        results: dict[str, Any] = {"version": 3, "status": "error", "message": None, "tests": []}
        graded = self._graded
        verdict = graded.verdict if graded else None
        if graded is None:
            results["message"] = "Nothing was graded."
        elif verdict is None or not judged(verdict):
            [entry] = entries(graded, self.run.feedback)
            results["message"] = clip(entry.detail, MOST_MESSAGE)
        else:
            results["status"] = "pass" if verdict.status == "passed" else "fail"
            results["tests"] = [_test(entry) for entry in entries(graded, self.run.feedback)]
        # not of the interface: every report tells how far its verdict can be trusted
        results["run"] = self.run.to_json()
        self.put(as_json(results, indent=2) + "\n")


def _test(entry: Entry) -> dict[str, Any]:
    return {
        "name": entry.label,
        "status": STATUSES[entry.status],
        "message": clip(entry.detail, MOST_MESSAGE) or None,
        "output": clip(entry.printed, MOST_OUTPUT, TRUNCATED) or None,
        "test_code": clip(entry.call, MOST_MESSAGE),
    }

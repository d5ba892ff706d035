"""What grading hands from room to room: whose submission, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from dlprep.model import Verdict

Feedback = Literal["full", "labels", "score"]
Status = Literal["passed", "failed", "error", "fault", "missing"]


@dataclass(frozen=True, slots=True)
class Task:
    """One submission to be graded: whose it is, to which exercise, and its file.

    ``who`` is empty where the files are one person's. ``path`` is None when there is no file.
    """

    who: str
    exercise: str
    path: Path | None

    @property
    def key(self) -> tuple[str, str]:
        """What tells this task from every other one of a run."""
        return self.who, self.exercise


@dataclass(frozen=True, slots=True)
class Request:
    """A submission's text, and the terms on which it is judged.

    ``timeout`` is the time that a case may take, in seconds; None: the exercise's own.
    """

    exercise: str
    source: bytes
    seed: int
    timeout: float | None


@dataclass(frozen=True, slots=True)
class Graded:
    """A task and its verdict; None if it is missing. ``file`` is as it was given."""

    who: str
    exercise: str
    file: str
    verdict: Verdict | None

    @property
    def status(self) -> Status:
        """The verdict's status, or ``missing``."""
        return "missing" if self.verdict is None else self.verdict.status

    @property
    def share(self) -> float:
        """The share of the cases that passed, from 0 to 1; 1 only if the verdict is passed."""
        if self.verdict is None or not self.verdict.cases:
            return 0.0
        return self.verdict.passing / len(self.verdict.cases)

    def to_json(self) -> dict[str, Any]:
        """This as a JSON object, one line of the JSON lines; ``from_json`` reads it back.

        Without the wall time: two runs with one seed give the same lines.
        """
        verdict = None if self.verdict is None else self.verdict.to_json()
        if verdict is not None:
            del verdict["seconds"]
        return {
            "who": self.who,
            "exercise": self.exercise,
            "file": self.file,
            "status": self.status,
            "verdict": verdict,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Graded:
        """What ``to_json`` wrote; ``KeyError`` or ``TypeError`` on anything else."""
        verdict = data["verdict"]
        return cls(
            data["who"],
            data["exercise"],
            data["file"],
            None if verdict is None else Verdict.from_json({"seconds": 0.0, **verdict}),
        )

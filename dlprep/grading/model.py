"""What grading hands from room to room: whose submission, on which terms, and what became of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import Any, Literal

from dlprep.verdict import Verdict

Feedback = Literal["full", "labels", "score"]
Status = Literal["passed", "failed", "error", "fault", "missing"]
Key = tuple[str, str]  # who, and the exercise

MAX_SEED = 2**32 - 1
MAX_TIMEOUT = 86400  # seconds: a day


@dataclass(frozen=True, slots=True)
class Task:
    """One submission to be graded: whose it is, to which exercise, and its file.

    ``who`` is empty where the files are one person's. ``path`` is None when there is no file.
    ``linked``: the file is a symbolic link, or lies behind one.
    """

    who: str
    exercise: str
    path: Path | None
    linked: bool = False

    @property
    def key(self) -> Key:
        """What tells this task from every other one of a run."""
        return self.who, self.exercise


@dataclass(frozen=True, slots=True)
class NotJudged:
    """A file or folder that looks like a submission and is not judged, and why.

    ``why`` is a predicate, "is a folder, not a file". ``who`` is empty if that is not known.
    """

    path: str
    why: str
    who: str = ""

    def __str__(self) -> str:
        return f"{self.path} {self.why}"


@dataclass(frozen=True, slots=True)
class Versions:
    """What decides a verdict beside the submission; ``catalogue`` is the hash of all exercises."""

    dlprep: str
    python: str
    numpy: str
    catalogue: str


@dataclass(frozen=True, slots=True)
class Run:
    """What is the same for every submission of a run.

    ``timeout`` is the time that a case may take, in seconds; None: each exercise's own.
    ``started`` is an ISO time in UTC; ``exercises`` are those graded, with the hash of their files.
    """

    schema: int
    seed: int
    timeout: float | None
    isolation: str
    started: str
    versions: Versions
    exercises: dict[str, str]


@dataclass(frozen=True, slots=True)
class Graded:
    """A task and its verdict; None if it is missing.

    ``file`` is as it was given, ``submitted`` the file's ISO time in UTC, ``text`` the SHA-256 of
    what was in it; the last two are None where the file could not be read.
    """

    who: str
    exercise: str
    file: str
    verdict: Verdict | None
    submitted: str | None = None
    text: str | None = None

    @property
    def key(self) -> Key:
        """The task's key."""
        return self.who, self.exercise

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
        """This as a JSON object, a line of the log; ``Log.graded`` reads it back.

        Without the wall time: two runs with one seed give the same lines.
        """
        verdict = None if self.verdict is None else self.verdict.to_json()
        if verdict is not None:
            del verdict["seconds"]
        return {
            "who": self.who,
            "exercise": self.exercise,
            "file": self.file,
            "submitted": self.submitted,
            "text": self.text,
            "status": self.status,
            "verdict": verdict,
        }


@dataclass(frozen=True, slots=True)
class Results:
    """What a report is made of. ``graded`` goes through the verdicts, as often as it is called.

    They come by exercise and then by who, and without what ``feedback`` hides. ``statuses`` are
    those that there are; ``points`` are those of one exercise. ``students`` who read a report get
    no seed (with it the inputs can be made again), no times, and no folders but their own.
    """

    graded: Callable[[], Iterable[Graded]]
    statuses: frozenset[Status]
    not_judged: tuple[NotJudged, ...]
    runs: tuple[Run, ...]
    points: float = 1.0
    feedback: Feedback = "full"
    students: bool = False

    def left_out(self) -> Iterator[NotJudged]:
        """What is not judged, by the path that may be shown."""
        for one in self.not_judged:
            parts = PurePath(one.path).parts
            above = len(parts) - 1 - parts[::-1].index(one.who) if one.who in parts else -1
            yield replace(one, path="/".join(parts[above:])) if self.students else one

    @property
    def footnote(self) -> str:
        """The runs in a line."""
        seed = [] if self.students else [f"seed {_distinct(str(run.seed) for run in self.runs)}"]
        isolation = _distinct(run.isolation for run in self.runs)
        version = _distinct(run.versions.dlprep for run in self.runs)
        return " · ".join([*seed, f"isolation: {isolation}", f"dlprep {version}"])


def _distinct(words: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(words))

"""Grading: many submissions, each to its verdict, into one log; reports are made from the log.

Here is the plain data that its modules share.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path, PurePath
from typing import Any, Literal

from dlprep.verdict import CaseResult, Location, Problem, Verdict

Feedback = Literal["full", "labels", "score"]
Status = Literal["passed", "failed", "error", "fault", "missing"]
Key = tuple[str, str]  # who, and the exercise

MAX_TIMEOUT = 86400  # seconds: a day
FAULT = Problem("fault", "The grader itself failed: that is not the submission's fault.")


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
        """No two tasks of a run have the same."""
        return self.who, self.exercise

    def __str__(self) -> str:
        return ": ".join(filter(None, self.key))


@dataclass(frozen=True, slots=True)
class NotJudged:
    """A file or folder that looks like a submission and is not judged.

    ``why`` is a predicate, "is a folder". ``who`` is empty if that is not known.
    """

    path: str
    why: str
    who: str = ""

    def __str__(self) -> str:
        return f"{self.path} {self.why}"

    def to_json(self) -> dict[str, Any]:
        """A line of the log."""
        return {"not_judged": self.path, "why": self.why, "who": self.who}


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
    """A task and its verdict; None if the submission is missing.

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
    def status(self) -> Status:
        """The verdict's status, or ``missing``."""
        return "missing" if self.verdict is None else self.verdict.status

    @property
    def counts(self) -> tuple[int, int]:
        """How many core cases passed, and of how many."""
        return (self.verdict.passing, len(self.verdict.core)) if self.verdict else (0, 0)

    @property
    def polish(self) -> tuple[int, int]:
        """How many polish cases passed, and of how many: that costs no points."""
        return (self.verdict.polish_passing, len(self.verdict.polish)) if self.verdict else (0, 0)

    @property
    def polished(self) -> bool:
        """Whether it passed with all of its polish."""
        return self.verdict is not None and self.verdict.polished

    @property
    def share(self) -> float:
        """The share of the core cases that passed, from 0 to 1."""
        passing, total = self.counts
        return passing / total if total else 0.0

    def to_json(self) -> dict[str, Any]:
        """A line of the log, without the wall time: the same seed gives the same lines."""
        data = asdict(self)
        verdict = data.pop("verdict")
        if verdict:
            del verdict["seconds"]
        return data | {"status": self.status, "polished": self.polished, "verdict": verdict}

    def redacted(self, feedback: Feedback) -> Graded:
        """A copy with only what ``feedback`` lets a student see.

        ``labels`` leaves a case its label, its tier and whether it passed, and the named mistakes
        with their hints; ``score`` leaves how many cases of each tier passed. Contrasts go, since
        they name inputs, and so do prints, warnings and remarks: a submission can print its inputs.
        Why a file does not load stays: no input was known then.
        """
        verdict = self.verdict
        if feedback == "full" or verdict is None:
            return self
        problem, mistakes = verdict.problem, verdict.mistakes
        if problem and problem.kind == "fault":
            problem = FAULT  # its message may quote a case or the reference
        elif problem and (place := problem.location):
            problem = replace(problem, location=Location(place.line, "", "", place.column))
        cases = [
            CaseResult(case.name, case.label, case.status, tier=case.tier) for case in verdict.cases
        ]
        if feedback == "score":
            mistakes = ()
            cases = [CaseResult("", "", case.status, tier=case.tier) for case in cases]
            cases.sort(key=lambda case: (case.tier, case.status))  # their order would tell which
        shown = replace(verdict, cases=tuple(cases), mistakes=mistakes, problem=problem)
        return replace(self, verdict=replace(shown, printed="", contrasts=(), remarks=()))


@dataclass(frozen=True, slots=True)
class Results:
    """What a report is made of; ``graded()`` goes through the verdicts, each time anew.

    They come by exercise and then by who, without what ``feedback`` hides. ``points`` are those of
    one exercise. ``students``: a report that students read has no seed (with it the inputs can be
    made again), no times, and no folders but their own.
    """

    graded: Callable[[], Iterable[Graded]]
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

        def distinct(words: Iterable[object]) -> str:
            return ", ".join(dict.fromkeys(map(str, words)))

        seed = "" if self.students else f"seed {distinct(run.seed for run in self.runs)} · "
        isolation = distinct(run.isolation for run in self.runs)
        version = distinct(run.versions.dlprep for run in self.runs)
        return f"{seed}isolation: {isolation} · dlprep {version}"

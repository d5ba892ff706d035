"""The plain data that the rooms of the house hand to each other, and its JSON.

Everything here is frozen, holds only text and numbers, and can be written as JSON and read back.
A verdict is data; the terminal is one renderer among several.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from dlprep.typed import read_as

Track = Literal[
    "fundamentals",
    "stability",
    "activations",
    "layers",
    "autograd",
    "convolution",
    "recurrent",
    "normalisation",
    "optimisers",
    "attention",
    "inference",
    "generative",
    "training",
    "debugging",
]
Difficulty = Literal["easy", "medium", "hard"]
TRACKS: tuple[str, ...] = get_args(Track)  # in the order in which they are listed
DIFFICULTIES: tuple[str, ...] = get_args(Difficulty)

CaseStatus = Literal["passed", "failed", "error", "not run"]
VerdictStatus = Literal["passed", "failed", "error", "fault"]


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A question that an interviewer asks next, and its answer."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Help:
    """What ``hints.toml`` says: hints, from a nudge to nearly the answer, and follow-ups."""

    hints: tuple[str, ...]
    follow_ups: tuple[FollowUp, ...]


@dataclass(frozen=True, slots=True)
class Exercise:
    """One exercise, as its ``exercise.toml`` and its two folders describe it.

    ``asked`` says how often interviews ask for it, from 1 to 5; ``after`` names the exercises that
    one should have solved before. ``seconds`` is the time that one case may spend in the
    submission.
    """

    slug: str
    title: str
    track: str
    difficulty: str
    minutes: int
    asked: int
    after: tuple[str, ...]
    tags: tuple[str, ...]
    folder: Path
    solution: Path
    seconds: float

    @property
    def stub(self) -> Path:
        """The file that ``start`` copies: the one statement of the exercise's API."""
        return self.folder / "stub.py"

    @property
    def prompt(self) -> Path:
        """The task, in Markdown."""
        return self.folder / "prompt.md"

    @property
    def cases(self) -> Path:
        """The hidden cases: a pytest file."""
        return self.folder / "test_cases.py"

    @property
    def reference(self) -> Path:
        """The reference solution."""
        return self.solution / "reference.py"


@dataclass(frozen=True, slots=True)
class Finding:
    """One labelled line (or block) of a failure: ``got``, ``expected``, ``worst at`` …"""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Location:
    """A place in the submission: its line (from 1), the code there, and what happened.

    ``column`` (from 1) is known for a syntax error.
    """

    line: int
    code: str
    note: str = ""
    column: int | None = None


@dataclass(frozen=True, slots=True)
class CaseResult:
    """What one hidden case found.

    ``failed`` is a wrong answer, an exception among them; ``error`` is a submission that crashed
    or ran out of time; ``not run`` means that the run's time was used up before. ``kind`` names
    what failed in a word (``values``, ``shape``, ``exception``, ``timeout`` …). ``advice`` are
    warnings beside a right answer.
    """

    name: str
    label: str
    status: CaseStatus
    kind: str = ""
    call: str = ""
    findings: tuple[Finding, ...] = ()
    location: Location | None = None
    printed: str = ""
    advice: tuple[Location, ...] = ()


@dataclass(frozen=True, slots=True)
class NamedMistake:
    """A mistake of the exercise's list that the submission was seen to make."""

    function: str
    name: str
    hint: str


@dataclass(frozen=True, slots=True)
class Problem:
    """Why no case was judged: a file that does not load, or a fault of the grader's own."""

    kind: str
    message: str
    location: Location | None = None
    help: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The judgement of one submission.

    ``passed`` needs every expected case to have passed; ``failed`` is a wrong answer; ``error``
    is the submission's own crash, time-out or refusal to load; ``fault`` is the grader's.
    ``seconds`` is wall time; ``isolation`` is the level that the worker reached.
    """

    exercise: str
    file: str
    status: VerdictStatus
    seed: int
    seconds: float
    isolation: str
    cases: tuple[CaseResult, ...] = ()
    mistakes: tuple[NamedMistake, ...] = ()
    problem: Problem | None = None
    printed: str = ""

    @property
    def passing(self) -> int:
        """How many cases passed."""
        return sum(case.status == "passed" for case in self.cases)

    @property
    def failing(self) -> list[CaseResult]:
        """The cases that were run and did not pass, the most useful first.

        What answers wrongly is more interesting than what is still to be written.
        """
        failing = [case for case in self.cases if case.status in ("failed", "error")]
        return sorted(failing, key=lambda case: case.kind == "not implemented")

    def to_json(self) -> dict[str, Any]:
        """This verdict as a JSON object; :meth:`from_json` reads it back unchanged."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Verdict:
        """The verdict that ``to_json`` wrote; ``Malformed`` on anything else."""
        found: Verdict = read_as(cls, data, "verdict")
        return found

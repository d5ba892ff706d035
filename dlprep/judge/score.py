"""What a user's own tests are worth: plain data, and its JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from dlprep.model import Location, Problem

Kind = Literal["wrong", "over-specific", "flaky", "refused", "skipped", "not run"]


@dataclass(frozen=True, slots=True)
class FailedTest:
    """A test that did not pass, and why.

    ``status`` is that of its outcome, ``location`` in the tests, ``solution`` in the user's file.
    """

    test: str
    status: str
    text: str
    location: Location | None = None
    solution: Location | None = None
    printed: str = ""


@dataclass(frozen=True, slots=True)
class Invalid:
    """A test that does not count, since it does not pass on a right solution.

    ``kind`` says why; ``solution`` is the reference or an accepted one by its name; ``passes_own``
    whether the user's own file passes it.
    """

    kind: Kind
    solution: str
    failure: FailedTest
    passes_own: bool


@dataclass(frozen=True, slots=True)
class ScoredMistake:
    """One of our mistakes: the functions in which it is, and the tests that catch it."""

    name: str
    functions: tuple[str, ...]
    caught_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Score:
    """What a user's own tests are worth.

    ``problem`` is why the user's own file was not tried; ``failures`` are the tests that fail on
    it. ``left_out`` are mistakes that no plain test can be asked to catch.
    """

    exercise: str
    tests: tuple[str, ...]
    problem: Problem | None
    failures: tuple[FailedTest, ...]
    invalid: tuple[Invalid, ...]
    mistakes: tuple[ScoredMistake, ...]
    left_out: tuple[str, ...]
    seconds: float
    isolation: str

    @property
    def caught(self) -> int:
        """How many mistakes are caught."""
        return sum(bool(one.caught_by) for one in self.mistakes)

    @property
    def complete(self) -> bool:
        """Whether all tests pass on all that is right, and all mistakes are caught."""
        skipped = all(one.kind == "skipped" for one in self.invalid)
        sound = skipped and not self.failures and self.problem is None
        return sound and self.caught == len(self.mistakes)

    def to_json(self) -> dict[str, Any]:
        """This score as a JSON object."""
        return {**asdict(self), "caught": self.caught, "complete": self.complete}

"""A verdict on one submission, as plain data, and its JSON.

Everything here is frozen, holds only text and numbers, and can be written as JSON and read back.
A verdict is data; the terminal is one renderer among several.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from dlprep.typed import read_as

CaseStatus = Literal["passed", "failed", "error", "not run"]
VerdictStatus = Literal["passed", "failed", "error", "fault"]
Tier = Literal["core", "polish"]

VERSION = 2  # of a verdict's JSON; 1 had neither tiers nor contrasts
FIX = "fix"  # the label of a finding that says what to do
UNWRITTEN = "not implemented"  # the kind of a case that calls what is still to be written
MOST_CONTRASTS = 2  # that are shown of each kind
# What a failing core case found, the most useful first; the first line is no answer at all.
NO_ANSWER = ("missing", "signature", "import", "exception", "none", "crash", "timeout", "output")
KINDS = ("type", "form", "shape", "dtype", "values", "gradient", "stability", "purity", "scaling")


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
    warnings beside a right answer. A ``core`` case decides the verdict, a ``polish`` one does not.
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
    tier: Tier = "core"


@dataclass(frozen=True, slots=True)
class NamedMistake:
    """A mistake of the exercise's list that the submission was seen to make.

    ``case`` is the name of the failing case that it explains.
    """

    function: str
    name: str
    hint: str
    case: str = ""

    @property
    def text(self) -> str:
        """What a user reads: the hint, in one line."""
        return " ".join((self.hint or self.name).split())


@dataclass(frozen=True, slots=True)
class Contrast:
    """An input that is simpler in one respect, by name; is ``function`` right on it?"""

    function: str
    name: str
    right: bool


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

    ``passed`` needs every core case to have passed; ``failed`` is a wrong answer; ``error`` is the
    submission's own crash, time-out or refusal to load; ``fault`` is the grader's. ``seconds`` is
    wall time; ``isolation`` is the level that the worker reached. ``contrasts`` are tried after a
    core failure only; ``remarks`` are lines that are no failure, such as an import without a use.
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
    contrasts: tuple[Contrast, ...] = ()
    remarks: tuple[Location, ...] = ()

    @property
    def core(self) -> list[CaseResult]:
        """The cases that decide."""
        return [case for case in self.cases if case.tier == "core"]

    @property
    def polish(self) -> list[CaseResult]:
        """The cases that do not."""
        return [case for case in self.cases if case.tier == "polish"]

    @property
    def passing(self) -> int:
        """How many core cases passed."""
        return sum(case.status == "passed" for case in self.core)

    @property
    def polish_passing(self) -> int:
        """How many polish cases passed."""
        return sum(case.status == "passed" for case in self.polish)

    @property
    def polished(self) -> bool:
        """Whether every case passed, polish included: a ★, if there is any polish."""
        return self.status == "passed" and all(case.status == "passed" for case in self.cases)

    @property
    def failing(self) -> list[CaseResult]:
        """The cases that were run and did not pass, the most useful first.

        First where there was no answer; then what a name explains; then by what went wrong; then
        what is still to be written; polish last. Otherwise in the order of the file.
        """
        explained = {mistake.case for mistake in self.mistakes}

        def rank(case: CaseResult) -> tuple[int, int]:
            if case.tier == "polish":
                return 4, 0
            if case.kind == UNWRITTEN:
                return 3, 0
            if case.kind in NO_ANSWER:
                return 0, case.name not in explained
            if case.name in explained:
                return 1, 0
            return 2, KINDS.index(case.kind) if case.kind in KINDS else len(KINDS)

        failing = [case for case in self.cases if case.status in ("failed", "error")]
        return sorted(failing, key=rank)

    def named(self, case: CaseResult) -> list[NamedMistake]:
        """The mistakes that explain a failing case.

        One without a case, as in logs of old, explains the first that fails.
        """
        first = next((one.name for one in self.failing), "")
        return [one for one in self.mistakes if case.name == (one.case or first)]

    def hints(self, case: CaseResult) -> list[str]:
        """What to do about a failing case: of the mistakes that explain it, and what fixes it."""
        hints = []
        for one in self.named(case):
            elsewhere = case.call and not case.call.startswith(f"{one.function}(")
            place = f"In {one.function}: " if elsewhere and one.function not in one.text else ""
            hints.append(f"{place}{one.text}")
        fixes = [finding.text for finding in case.findings if finding.label == FIX]
        return hints + [f"{fix[:1].upper()}{fix[1:].rstrip('.')}." for fix in fixes]

    def told_apart(self, case: CaseResult) -> list[Finding]:
        """On which simpler inputs the function of a failing core case is right, and wrong.

        The contrasts go from the simple to the general, so the first two that are wrong and the
        last two that are right say most. Nothing unless there are both.
        """
        function = case.call.partition("(")[0]
        own = [one for one in self.contrasts if one.function == function] or self.contrasts
        right = [one.name for one in own if one.right][-MOST_CONTRASTS:]
        wrong = [one.name for one in own if not one.right][:MOST_CONTRASTS]
        if not (right and wrong) or case.tier != "core" or case.kind == UNWRITTEN:
            return []
        return [Finding("right for", " · ".join(right)), Finding("wrong for", " · ".join(wrong))]

    def to_json(self) -> dict[str, Any]:
        """This verdict as a JSON object; :meth:`from_json` reads it back unchanged."""
        return {"version": VERSION, **asdict(self), "polished": self.polished}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Verdict:
        """The verdict that ``to_json`` wrote, of this version or an older one.

        ``Malformed`` on anything else.
        """
        found: Verdict = read_as(cls, data, "verdict")
        return found


@dataclass(frozen=True, slots=True)
class OwnTest:
    """The result of one of the user's own tests.

    ``status`` is passed, failed, skipped, timeout, crash or not run; ``location`` is in the tests,
    ``solution`` in the user's file. A test that does not count has a ``kind`` (wrong,
    over-specific, flaky, skipped or not run) and the right solution that it was run ``on``.
    """

    test: str
    status: str
    text: str = ""
    location: Location | None = None
    solution: Location | None = None
    printed: str = ""
    kind: str = ""
    on: str = ""
    passes_own: bool = False


@dataclass(frozen=True, slots=True)
class ScoredMistake:
    """A listed mistake: the functions that have it, and the user's tests that catch it."""

    name: str
    functions: tuple[str, ...]
    caught_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Score:
    """What a user's own tests are worth.

    ``problem`` is why the user's own file was not tried; ``failures`` are the tests that fail on
    it, ``invalid`` those that do not count. ``left_out`` are mistakes that no plain test shows.
    """

    exercise: str
    tests: tuple[str, ...]
    problem: Problem | None
    failures: tuple[OwnTest, ...]
    invalid: tuple[OwnTest, ...]
    mistakes: tuple[ScoredMistake, ...]
    left_out: tuple[str, ...]
    seconds: float

    @property
    def caught(self) -> int:
        """How many mistakes are caught."""
        return sum(bool(one.caught_by) for one in self.mistakes)

    @property
    def complete(self) -> bool:
        """Whether all tests pass on all right solutions, and all mistakes are caught."""
        skipped = all(one.kind == "skipped" for one in self.invalid)
        sound = skipped and not self.failures and self.problem is None
        return sound and self.caught == len(self.mistakes)

    def to_json(self) -> dict[str, Any]:
        """This score as a JSON object."""
        return {**asdict(self), "caught": self.caught, "complete": self.complete}

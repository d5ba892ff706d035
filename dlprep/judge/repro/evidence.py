"""Which call of a failed case shows what is wrong, and what a script can ask of its result.

What the case asked is preferred, if it asked it of a call's result. A case may judge a number
that it computed from several; then it is asked for the reference's answer to the first call that
has another. Nothing is asked that the reference and every accepted solution do not give.
"""

from __future__ import annotations

import types
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from dlprep.checks.failure import CheckFailed, Equal, FewLines, LittleMemory, Raises, Untouched
from dlprep.checks.values import Tolerance, default_tolerance, difference
from dlprep.judge.failure import Failure
from dlprep.judge.naming import Outcome, load_text, outcome, replay
from dlprep.judge.repro.claims import (
    Alone,
    Changed,
    Claim,
    Contract,
    Fewer,
    Items,
    NoScript,
    Place,
    Same,
)
from dlprep.judge.repro.recording import Recorded
from dlprep.model import Exercise
from dlprep.sandbox.answers import Call, SubmissionError
from dlprep.variants import read_variants

# What cases make of an array before they judge it
WAYS: dict[str, Callable[[Any], Any]] = {
    "{}": lambda value: value,
    "np.asarray({})": np.asarray,
    "float({}.std())": lambda value: float(value.std()),
    "float({}.mean())": lambda value: float(value.mean()),
    "float(np.abs({}).max())": lambda value: float(np.abs(value).max()),
}
MOST_PLACES = 100
SHARED = (type(None), bool, int, str, bytes)  # one object may stand for all equal ones
SIMPLE = (*SHARED, float, complex, np.generic, np.ndarray)


def find_claim(
    exercise: Exercise, failure: Failure, submission: Recorded, returns: Mapping[str, int]
) -> Claim:
    """What a script can show of this failure; ``NoScript`` when there is nothing to run.

    ``returns`` are the lengths of the tuples that functions return.
    """
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return _Evidence(exercise, failure, submission, returns).claim()


class _Evidence:
    def __init__(
        self,
        exercise: Exercise,
        failure: Failure,
        submission: Recorded,
        returns: Mapping[str, int],
    ) -> None:
        self.failure, self.calls, self.returns = failure, failure.calls, returns
        if not self.calls:
            found = " ".join(finding.text for finding in failure.result.findings)
            raise NoScript(f"The case {failure.result.name} made no call: {found}.")

        def answers(module: types.ModuleType) -> list[Outcome]:
            return list(replay(submission, self.calls, module))

        self.theirs = [
            outcome(call) if call.reply else Outcome(raised=("", "")) for call in self.calls
        ]
        self.right = answers(load_text(exercise.reference.read_text(encoding="utf-8")))
        accepted = read_variants(exercise).accepted
        self.accepted = [answers(load_text(variant.source)) for variant in accepted]

    def claim(self) -> Claim:
        error, last = self.failure.error, len(self.calls) - 1
        if isinstance(error, SubmissionError):
            return self._unanswered(error, last)
        demand = error.demand if isinstance(error, CheckFailed) else None
        match demand:
            case Raises():
                return Contract((last,), demand)
            case Untouched():
                return Contract(tuple(map(self._number, demand.calls)), demand)
            case FewLines():
                return Contract((self._number(demand.small), self._number(demand.large)), demand)
            case LittleMemory():
                return Contract((self._number(demand.call),), demand)
            case Equal():
                if found := self._asked(demand):
                    return found
        return self._other(demand if isinstance(demand, Equal) else None)

    def _unanswered(self, error: SubmissionError, last: int) -> Claim:
        if error.kind in ("missing", "signature"):
            raise NoScript(f"There is no call to run: {error}.")
        if error.kind == "form":
            length = self.returns[self.calls[last].function]
            return Same(Place(last), (None,) * length, default_tolerance)
        if self.calls[last].raised is not None and self.right[last].raised is not None:
            return self._other(None)  # it was given what an earlier call should not have returned
        return Alone(last)

    def _number(self, call: Call) -> int:
        return next(n for n, one in enumerate(self.calls) if one is call)

    # what the case asked

    def _asked(self, demand: Equal) -> Claim | None:
        other = None
        if not isinstance(demand.expected, SHARED):
            places = (place for place, part in self._places() if part is demand.expected)
            other = next(places, None)
        for place in self._candidates(demand.got):
            if other is not None and place != other:
                if self._always(_agree, place, other, demand.tolerance):
                    return Same(place, other, demand.tolerance)
            elif self._always(_is, place, demand.expected, demand.tolerance):
                return Same(place, demand.expected, demand.tolerance)
        ended = self.calls[-1].request["op"] == "next" and self.calls[-1].result == []
        if ended and type(demand.got) is int and type(demand.expected) is int:
            iterator = self.calls[-1].request["iterator"]
            read = sum(call.request.get("iterator") == iterator for call in self.calls)
            if read - 1 == demand.got:
                return Items(len(self.calls) - 1, demand.expected)
        return None

    def _candidates(self, got: Any) -> Iterator[Place]:
        """Where the judged value may come from, the likeliest first."""
        places = [*self._places()]
        for place, part in places:
            if part is got and not isinstance(got, SHARED):
                yield place
        for way, make in WAYS.items():
            for place, part in places:
                if not isinstance(part, SIMPLE) or (way != "{}" and isinstance(part, SHARED)):
                    continue
                try:
                    made = make(part)
                except (AttributeError, TypeError, ValueError):
                    continue
                if type(made) is type(got) and _equal(made, got):
                    yield replace(place, way=way)

    def _places(self) -> Iterator[tuple[Place, Any]]:
        """Every part of every result, the latest call's first."""
        for n in reversed(range(len(self.calls))):
            for path, part in _parts(self.calls[n].result):
                yield Place(n, path), part

    def _always(self, holds: Callable[..., bool | None], *what: Any) -> bool:
        """Whether it holds for the reference, and no accepted solution contradicts."""
        return holds(self.right, *what) is True and all(
            holds(answers, *what) is not False for answers in self.accepted
        )

    # what else can be asked

    def _other(self, demand: Equal | None) -> Claim:
        """The first call whose answer is not the reference's, and the answer."""
        tolerances: list[Any] = [default_tolerance, _strict]
        if demand is not None and np.isfinite(demand.tolerance(np.dtype(float)).least):
            tolerances.insert(0, demand.tolerance)
        for tolerance in tolerances:
            for n, (their, right) in enumerate(zip(self.theirs, self.right, strict=True)):
                if right.raised is not None:
                    continue
                if their.raised is not None:
                    return Alone(n)
                if (wrong := difference(their.value, right.value, tolerance)) is None:
                    continue
                place = Place(n, _path(their.value, right.value, wrong))
                if not self._random(n) and self._always(_is, place, wrong.expected, tolerance):
                    return Same(place, wrong.expected, tolerance, first=True)
        return self._fewer() or self._changed()

    def _changed(self) -> Claim:
        """What is asked when only all answers together are wrong."""
        places = [
            place
            for place, part in self._places()
            if isinstance(part, (np.ndarray, np.generic, int, float)) and np.size(part)
        ][:MOST_PLACES]
        if not places:
            raise NoScript(
                f"What the case {self.failure.result.name} judges shows in no call alone."
            )
        return Changed(tuple(places[::-1]))

    def _random(self, n: int) -> bool:
        """Whether the answer may depend on what is drawn."""
        return "'generator'" in repr([call.request["args"] for call in self.calls[: n + 1]])

    def _fewer(self) -> Claim | None:
        """What is asked when the answers are right, and take too long."""
        if self.failure.result.kind != "scaling":
            return None
        last = max(range(len(self.calls)), key=lambda n: self.calls[n].lines or -1)
        if self.calls[last].lines:
            return Fewer(last, "lines", self.calls[last].lines)
        asking = max(range(len(self.calls)), key=lambda n: self.calls[n].callbacks)
        if self.calls[asking].callbacks:
            return Fewer(asking, "questions", self.calls[asking].callbacks)
        return None


def _strict(dtype: np.dtype[Any]) -> Tolerance:
    return replace(default_tolerance(dtype), of_largest=0.0)


def _parts(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """A value and all parts of it, each with its path."""
    yield path, value
    items: Any = ()
    if isinstance(value, (tuple, list)):
        items = enumerate(value)
    elif isinstance(value, dict):
        items = value.items()
    for key, item in items:
        yield from _parts(item, (*path, key))


def _path(theirs: Any, right: Any, wrong: Equal) -> tuple[Any, ...]:
    """Where in their answer the wrong part is."""
    expected = dict(_parts(right))
    return next(
        path
        for path, part in _parts(theirs)
        if part is wrong.got and expected.get(path, wrong) is wrong.expected
    )


def _at(answers: Sequence[Outcome], place: Place) -> Any:
    """What is there; ``LookupError`` when there is nothing."""
    answer = answers[place.call]
    if answer.raised is not None:
        raise LookupError(answer.raised[1])
    value = answer.value
    for key in place.path:
        try:
            value = value[key]
        except TypeError as error:
            raise LookupError(str(error)) from error
    return WAYS[place.way](value)


def _is(answers: Sequence[Outcome], place: Place, expected: Any, tolerance: Any) -> bool | None:
    """Whether the expected value is there; None when the call cannot be answered."""
    if answers[place.call].raised is not None:
        return None
    try:
        return difference(_at(answers, place), expected, tolerance) is None
    except (LookupError, AttributeError, TypeError, ValueError):
        return False


def _agree(answers: Sequence[Outcome], place: Place, other: Place, tolerance: Any) -> bool | None:
    """Whether the same is at both places."""
    try:
        return _is(answers, place, _at(answers, other), tolerance)
    except (LookupError, AttributeError, TypeError, ValueError):
        return None


def _equal(one: Any, other: Any) -> bool:
    if isinstance(one, np.ndarray):
        alike = one.dtype == other.dtype
        return alike and np.array_equal(one, other, equal_nan=one.dtype.kind in "fc")
    return bool(one == other or (one != one and other != other))

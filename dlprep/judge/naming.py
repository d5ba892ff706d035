"""Name the user's mistake if the exercise lists it; say nothing otherwise.

The recorded calls are replayed through the reference and through the listed mistakes. A mistake is
named for a failing case when it gives the submission's answer on every call of that case, no call
elsewhere contradicts it, and no other mistake explains as much. Where the answers say little, such
as a few booleans, it has to explain every wrong answer of the functions that it changes.
"""

from __future__ import annotations

import time
import types
import warnings
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import combinations, product
from typing import Any

import numpy as np

from dlprep.catalog import Exercise
from dlprep.checks.values import same
from dlprep.judge.replay import Outcome, load_text, outcome, replay
from dlprep.sandbox.replies import Call
from dlprep.sandbox.submission import Submission
from dlprep.typed import Malformed
from dlprep.variants import Edit, Mistake, differing, edited, read_variants
from dlprep.verdict import NO_ANSWER, CaseResult, NamedMistake, Verdict

COARSE = 64  # a number that is a whole multiple of 1/64 may be right by accident
ENOUGH = 16  # different coarse numbers may not


class _TooLate(Exception):
    """The time for names is over."""


def name_mistakes(
    exercise: Exercise, submission: Submission, verdict: Verdict, deadline: float
) -> tuple[NamedMistake, ...]:
    """The listed mistakes that explain failing cases, in the order in which those are shown.

    Each is named once. While a core case fails, polish is neither explained nor evidence. What is
    not decided at ``deadline`` (``time.process_time``) is left out: on a busy machine the names
    are the same.
    """
    calls = submission.calls
    unanswered = any(call.raised is None and not call.reply for call in calls)
    if exercise.track == "training" or submission.nested or unanswered:
        return ()  # calls within calls, or a lost worker, do not replay
    polish = {case.name for case in verdict.polish}
    core_fails = any(case.tier == "core" for case in verdict.failing)
    ignored = polish if core_fails else set[str]()
    by_dtype = polish | {case.name for case in verdict.failing if case.kind == "dtype"}
    by_element = {case.name for case in verdict.failing if case.kind == "stability"}
    changed = (exercise.solution / "variants.toml").stat().st_mtime_ns
    reference = exercise.reference.read_text(encoding="utf-8")
    with warnings.catch_warnings(action="ignore"), np.errstate(all="ignore"):
        played = [
            _Played(
                submission,
                one,
                load_text(reference),
                deadline,
                dtype=one[0].case in by_dtype,
                each=one[0].case in by_element,
            )
            for one in _by_case(calls)
            if one[0].case not in ignored
        ]
        mistakes = [
            one for one in _mistakes(exercise, changed) if not any(map(one.is_caught_by, ignored))
        ]
        namer = _Namer(reference, mistakes, played)
        with suppress(_TooLate):
            failing = [case for case in verdict.failing if case.name not in ignored]
            # an explained case is shown in the order of the file
            failing.sort(key=lambda case: (case.kind not in NO_ANSWER, verdict.cases.index(case)))
            namer.name(verdict, failing)
    return tuple(namer.named)


def _by_case(calls: Sequence[Call]) -> list[list[Call]]:
    """The calls that each case made: they depend on no other case's."""
    cases: list[list[Call]] = []
    for call in calls:
        if call.request.get("fresh") or not cases:
            cases.append([])
        cases[-1].append(call)
    return cases


@dataclass(eq=False)
class _Variant:
    """The reference with one mistake in it, or two; ``function`` if in that function alone."""

    mistakes: tuple[Mistake, ...]
    reference: str
    source: str
    edits: tuple[Edit, ...] = ()
    function: str = ""

    @cached_property
    def module(self) -> types.ModuleType:
        """The variant, to be called."""
        if not self.function:
            return load_text(self.source)
        return _in_one_function(self.reference, self.source, self.function)

    @cached_property
    def functions(self) -> tuple[str, ...]:
        """The public functions that it changes."""
        return (self.function,) if self.function else differing(self.reference, self.source)

    @cached_property
    def parts(self) -> list[_Variant]:
        """The variants that have the mistake in one of its functions alone, if it is in several."""
        return [
            _Variant(self.mistakes, self.reference, self.source, function=one)
            for one in (self.functions if len(self.functions) > 1 else ())
        ]


class _Played:
    """The calls of one case, with the submission's answers, the reference's and any variant's."""

    def __init__(
        self,
        submission: Submission,
        calls: Sequence[Call],
        reference: types.ModuleType,
        deadline: float,
        *,
        dtype: bool,
        each: bool,
    ) -> None:
        self.case, self.calls = calls[0].case, calls
        self.functions = {call.function for call in calls}
        self._submission = submission
        self._as_judged = {"dtype": dtype, "each": each}
        self._reference, self._deadline = reference, deadline
        self._kept: dict[_Variant, list[Outcome]] = {}

    @cached_property
    def theirs(self) -> list[Outcome]:
        """The submission's answers."""
        return [outcome(call) for call in self.calls]

    @cached_property
    def right(self) -> list[Outcome]:
        """The reference's answers."""
        return list(self._replay(self._reference))

    @cached_property
    def wrong(self) -> set[int]:
        """The calls on which the submission differs from the reference."""
        pairs = enumerate(zip(self.theirs, self.right, strict=True))
        return {n for n, (its, right) in pairs if not self.match(its, right)}

    @cached_property
    def telling(self) -> bool:
        """Whether the wrong answers are such that hardly two mistakes give the same by accident."""
        coarse = set[float]()
        for n in self.wrong:
            if self.theirs[n].raised:
                return True
            right = dict(_parts(self.right[n].value))
            for name, part in _parts(self.theirs[n].value):
                if not same(part, right.get(name)):
                    numbers = _numbers(part)
                    if np.any(numbers * COARSE % 1 != 0):  # inf and nan among them
                        return True
                    coarse.update(numbers.tolist())
        return len(coarse) >= ENOUGH

    def answers(self, variant: _Variant) -> list[Outcome]:
        """All of the variant's answers."""
        if variant not in self._kept:
            self._kept[variant] = list(self._replay(variant.module))
        return self._kept[variant]

    def match(self, one: Outcome, other: Outcome) -> bool:
        """Whether two answers are equal, as the case judges it."""
        return one.matches(other, **self._as_judged)

    def explained_by(self, variant: _Variant) -> str:
        """The function on whose calls the variant errs as the submission does.

        Empty unless it gives every answer of the submission's, and errs on one call at least.
        """
        if not self.wrong:
            return ""
        function = ""
        for call, theirs, right, its in zip(
            self.calls, self.theirs, self.right, self._replay(variant.module), strict=True
        ):
            if not self.match(theirs, its):
                return ""
            told = its.raised in (None, theirs.raised)  # another text is another exception
            if not function and told and not self.match(its, right):
                function = call.function
        return function

    def refutes(self, variant: _Variant, functions: set[str]) -> bool:
        """Whether the variant errs on a call of these functions that the submission gets right.

        An object that has erred before in the case may be right later by accident.
        """
        if functions.isdisjoint(self.functions):
            return False
        first_wrong = min(self.wrong, default=len(self.calls))
        answers = enumerate(zip(self.calls, self.answers(variant), self.right, strict=True))
        return any(
            n not in self.wrong and call.function in functions and not self.match(its, right)
            for n, (call, its, right) in answers
            if call.request["op"] == "call" or n < first_wrong
        )

    def reproduced(self, variant: _Variant) -> set[int]:
        """The calls on which the variant errs as the submission does."""
        answers = self.answers(variant) if self.wrong else []
        return {n for n in self.wrong if self.match(self.theirs[n], answers[n])}

    def _replay(self, module: types.ModuleType) -> Iterator[Outcome]:
        for its in replay(self._submission, self.calls, module):
            if time.process_time() > self._deadline:
                raise _TooLate
            yield its


class _Namer:
    """Finds the mistakes in the ``played`` cases; ``named`` are those that are certain."""

    def __init__(
        self, reference: str, mistakes: Sequence[Mistake], played: Sequence[_Played]
    ) -> None:
        self._reference, self._played = reference, played
        self._variants = [
            _Variant((mistake,), reference, spelling.source, spelling.edits)
            for mistake in mistakes
            for spelling in mistake.spellings
        ]
        self._found: dict[str, _Variant] = {}  # by the case that it explains
        self.named: list[NamedMistake] = []

    def name(self, verdict: Verdict, failing: Sequence[CaseResult]) -> None:
        """Name what explains these cases: one mistake each, or two for the first of all."""
        cases = {one.case: one for one in reversed(self._played)}
        for case in failing:
            if played := cases.get(case.name):
                self._name_one(played)
        first = replace(verdict, mistakes=tuple(self.named)).failing[0].name
        if first in cases and first not in self._found:
            self._keep(cases[first], self._fitting(cases[first], self._pairs))

    def _name_one(self, played: _Played) -> None:
        """Name the single mistake that explains a case, unless two explain more."""
        known = [*dict.fromkeys(self._found.values())]
        for one in known:
            if played.explained_by(one):
                self._found[played.case] = one
                return
        fitting = self._fitting(played, lambda _: self._variants)
        fitting = fitting or self._fitting(played, self._parts)
        best = self._best(fitting)
        if not played.telling and all(self._unexplained(*one) for one in fitting.items()):
            known += fitting  # any of these may be one of two
        if fitting and (best is None or self._unexplained(best)):  # two others may explain more
            fitting |= self._fitting(played, lambda _: self._with(known))
        if best and played.telling and self._unexplained(best, fitting[best]):
            fitting |= self._fitting(played, self._pairs)
        self._keep(played, fitting)

    def _fitting(
        self, played: _Played, variants: Callable[[_Played], Iterable[_Variant]]
    ) -> dict[_Variant, set[str]]:
        """The variants that explain a case and that no call contradicts, one for each mistake.

        Of several spellings, the one that explains most. With the functions that they change, or
        in which their mistake shows.
        """
        found: dict[tuple[Mistake, ...], tuple[_Variant, set[str]]] = {}
        for variant in variants(played):
            if function := played.explained_by(variant):
                functions = {name.partition(".")[0] for name in variant.functions} | {function}
                if not any(one.refutes(variant, functions) for one in self._played):
                    known, _ = found.get(variant.mistakes, (variant, functions))
                    if known is variant or self._reproduced(known) < self._reproduced(variant):
                        found[variant.mistakes] = variant, functions
        return dict(found.values())

    def _best(self, variants: Collection[_Variant]) -> _Variant | None:
        """The variant that explains all that any other explains, and more."""
        for one in variants:
            if all(
                self._reproduced(other) < self._reproduced(one)
                for other in variants
                if other is not one
            ):
                return one
        return None  # those that cannot be told apart would be a guess

    def _keep(self, played: _Played, fitting: dict[_Variant, set[str]]) -> None:
        """Name what the best variant holds, each mistake once."""
        variant = self._best(fitting)
        if not variant or (not played.telling and self._unexplained(variant, fitting[variant])):
            return
        self._found[played.case] = variant
        known = {one.name for one in self.named}
        self.named += [
            NamedMistake(played.explained_by(variant), one.name, one.hint, played.case)
            for one in variant.mistakes
            if one.name not in known
        ]

    def _unexplained(self, variant: _Variant, functions: Collection[str] = ()) -> bool:
        """Whether the submission errs otherwise than the variant: anywhere, or in functions."""
        return any(
            call not in one.reproduced(variant)
            for one in self._played
            for call in one.wrong
            if not functions or one.calls[call].function in functions
        )

    def _reproduced(self, variant: _Variant) -> set[tuple[int, int]]:
        """All calls on which the variant errs as the submission does."""
        return {(n, call) for n, one in enumerate(self._played) for call in one.reproduced(variant)}

    def _parts(self, _: _Played) -> list[_Variant]:
        return [part for variant in self._variants for part in variant.parts]

    def _with(self, some: Iterable[_Variant]) -> Iterator[_Variant]:
        """Each of these mistakes, together with each of all the others."""
        for one, other in product(some, self._variants):
            yield from self._both(one, other)

    def _both(self, one: _Variant, other: _Variant) -> Iterator[_Variant]:
        """The variant with two mistakes, if their edits do not overlap."""
        edits, mistakes = one.edits + other.edits, one.mistakes + other.mistakes
        if len({*mistakes}) == 2 and one.edits and other.edits:
            with suppress(Malformed):
                source = edited(self._reference, edits)
                yield _Variant(mistakes, self._reference, source, edits)

    def _pairs(self, played: _Played) -> Iterator[_Variant]:
        """Two mistakes at once, where each is needed and the two may explain the case.

        In each part of an answer that one of them leaves alone, the other must be right by itself.
        """
        theirs = _differences(played.theirs, played.right)
        effects = [
            (one, _differences(answers, played.right), _differences(answers, played.theirs))
            for one in self._variants
            for answers in [played.answers(one)]
        ]
        visible = [(one, errs, wrong) for one, errs, wrong in effects if errs and wrong]
        for (one, errs, wrong), (other, its_errs, its_wrong) in combinations(visible, 2):
            if (
                theirs <= errs | its_errs
                and not (errs - its_errs) & wrong
                and not (its_errs - errs) & its_wrong
            ):
                yield from self._both(one, other)


def _differences(some: Sequence[Outcome], others: Sequence[Outcome]) -> set[tuple[int, str]]:
    """Which parts of which answers differ."""
    found = set()
    for n, (one, other) in enumerate(zip(some, others, strict=True)):
        parts, its = (dict(_parts(each.raised or each.value)) for each in (one, other))
        for name in parts.keys() | its.keys():
            if name not in parts or name not in its or not same(parts[name], its[name]):
                found.add((n, name))
    return found


def _parts(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """The parts of a nested value that are not nested themselves, by their places in it."""
    items: Any = None
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, (tuple, list)):
        items = enumerate(value)
    if items is None:
        yield name, value
    else:
        for key, item in items:
            yield from _parts(item, f"{name}[{key!r}]")


def _numbers(value: Any) -> np.ndarray[Any, np.dtype[Any]]:
    """The real numbers in a value that is not nested; none in a boolean or a text."""
    array = np.asarray(value).ravel()
    if array.dtype.kind == "c":
        array = np.concatenate([array.real, array.imag])
    return array if array.dtype.kind in "iuf" else np.zeros(0)


def _in_one_function(reference: str, source: str, name: str) -> types.ModuleType:
    """The reference with the function (or ``Class.method``) of another text in place of its own.

    That function keeps the private helpers of its own text.
    """
    ours, theirs = load_text(reference), load_text(source)
    names, other = vars(ours), vars(theirs)
    function, _, method = name.partition(".")
    if method and method not in vars(other[function]):
        delattr(names[function], method)
    elif method:
        setattr(names[function], method, vars(other[function])[method])
    else:
        names[function] = other[function]
    public = (one for one in names if callable(names[one]) and not one.startswith("_"))
    other |= {one: names[one] for one in public}
    return ours


@lru_cache(maxsize=128)
def _mistakes(exercise: Exercise, changed: int) -> tuple[Mistake, ...]:
    """The listed mistakes, as last ``changed``: an author may be editing the list."""
    return read_variants(exercise).mistakes

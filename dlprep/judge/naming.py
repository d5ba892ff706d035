"""Name the user's mistake if the exercise lists it; say nothing otherwise.

The recorded calls are replayed through the reference and through every listed mistake. A mistake
is named when, for some function, it differs from the reference on some call, and gives what the
submission gave on every call of that function.
"""

from __future__ import annotations

import types
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from dlprep.catalog import Exercise
from dlprep.checks.values import same
from dlprep.sandbox import wire
from dlprep.sandbox.replies import Call
from dlprep.sandbox.requests import Runner
from dlprep.sandbox.submission import Submission
from dlprep.variants import Mistake, read_variants
from dlprep.verdict import NamedMistake


def name_mistakes(exercise: Exercise, submission: Submission) -> tuple[NamedMistake, ...]:
    """The listed mistakes that explain the submission's answers, at most one a function."""
    calls = submission.calls
    if submission.nested or any(call.raised is None and not call.reply for call in calls):
        return ()  # calls within calls, or a lost worker, do not replay
    changed = (exercise.solution / "variants.toml").stat().st_mtime_ns
    matching: dict[str, list[Mistake]] = {call.function: [] for call in calls}
    with warnings.catch_warnings(action="ignore"), np.errstate(all="ignore"):
        reference = load_text(exercise.reference.read_text(encoding="utf-8"))
        cases = [
            list(zip(case, map(outcome, case), replay(submission, case, reference), strict=True))
            for case in _by_case(calls)
        ]
        cases.sort(key=lambda case: not case[0][0].failed)  # these rule most mistakes out
        failed = [one for case in cases for one in case if one[0].failed]
        wrong = {call.function for call, theirs, right in failed if not theirs.matches(right)}
        for mistake in _mistakes(exercise, changed):
            for function in _explained(submission, cases, wrong, load_text(mistake.source)):
                matching[function].append(mistake)
    named: dict[str, NamedMistake] = {}
    for function, found in matching.items():
        if len(found) == 1:  # two that cannot be told apart would be a guess
            mistake = found[0]
            named.setdefault(mistake.name, NamedMistake(function, mistake.name, mistake.hint))
    return tuple(named.values())


def _by_case(calls: Sequence[Call]) -> list[list[Call]]:
    """The calls that each case made: they depend on no other case's."""
    cases: list[list[Call]] = []
    for call in calls:
        if call.request.get("fresh") or not cases:
            cases.append([])
        cases[-1].append(call)
    return cases


def _explained(
    submission: Submission,
    cases: Sequence[Sequence[Answered]],
    functions: set[str],
    mistake: types.ModuleType,
) -> set[str]:
    """Those functions of which the mistake gives every answer, and the reference does not."""
    alive, evidence = set(functions), set()
    for case in cases:
        calls = [call for call, _, _ in case]
        if alive.isdisjoint(call.function for call in calls):
            continue
        answers = replay(submission, calls, mistake)
        for (call, theirs, right), wrong in zip(case, answers, strict=True):
            if call.function not in alive:
                continue
            if not theirs.matches(wrong):
                alive.remove(call.function)
                if not alive:
                    return alive
            elif not wrong.matches(right) and wrong.raised in (None, theirs.raised):
                evidence.add(call.function)
    return alive & evidence


@dataclass(eq=False, slots=True)
class Outcome:
    """What a call gave: a value (references as words), or an exception's type and text."""

    value: Any = None
    raised: tuple[str, str] | None = None

    def matches(self, other: Outcome) -> bool:
        """Whether both gave the same: equal values, or exceptions of one type."""
        if self.raised and other.raised:
            return self.raised[0] == other.raised[0]
        return not self.raised and not other.raised and same(self.value, other.value)


Answered = tuple[Call, Outcome, Outcome]  # with the submission's answer, and the reference's


class _Words(wire.Codec):
    """Decodes results for comparison: what stays in the worker becomes a word."""

    def decode_reference(self, tag: str, node: dict[str, Any]) -> Any:
        return f"<{tag} {node['foreign']}>" if tag == "foreign" else f"<{tag}>"


def outcome(call: Call) -> Outcome:
    """What the submission gave."""
    if call.raised is not None:
        return Outcome(raised=(call.raised.type, call.raised.message))
    return Outcome(_Words().decode(call.reply["value"], call.out))


def replay(
    submission: Submission, calls: Sequence[Call], module: types.ModuleType
) -> Iterator[Outcome]:
    """The calls of a case, answered one by one by our own code in this process."""

    def call_back(number: int, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        try:
            return submission.ask(number, args, kwargs)
        except Exception as error:  # as a worker raises it
            raise RuntimeError(f"{type(error).__name__}: {error}") from error

    runner = Runner(vars(module), call_back)
    for call in calls:
        try:
            request = {**call.request, "observe": ""}
            reply, out = runner.run(request, [array.copy() for array in call.arrays])
            yield Outcome(_Words().decode(reply["value"], out))
        except Exception as error:
            yield Outcome(raised=(type(error).__name__, str(error)))


@lru_cache(maxsize=128)
def _mistakes(exercise: Exercise, changed: int) -> tuple[Mistake, ...]:
    """The listed mistakes, as last ``changed``: an author may be editing the list."""
    return read_variants(exercise).mistakes


def load_text(source: str, name: str = "reference") -> types.ModuleType:
    """Run the text of the reference, or of a variant of it: code of the exercise's author."""
    module = types.ModuleType(name)
    exec(_compiled(source, f"{name}.py"), vars(module))
    return module


@lru_cache(maxsize=1024)
def _compiled(source: str, file: str) -> types.CodeType:
    return compile(source, file, "exec", dont_inherit=True)

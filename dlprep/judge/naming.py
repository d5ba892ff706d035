"""Name the user's mistake, when it is one of the exercise's list; say nothing otherwise.

The recorded calls are replayed through the reference and through every listed mistake. A mistake
is named when, for some function, it differs from the reference on some call, and gives what the
submission gave on every call of that function.
"""

from __future__ import annotations

import types
import warnings
from typing import Any

import numpy as np

from dlprep.checks.values import same
from dlprep.model import Exercise, NamedMistake
from dlprep.sandbox import wire
from dlprep.sandbox.executor import Executor
from dlprep.sandbox.submission import Call, Submission
from dlprep.variants import Mistake, read_variants


class Outcome:
    """What a call gave: a value (references as words), or an exception's type and text."""

    def __init__(self, value: Any = None, raised: tuple[str, str] | None = None) -> None:
        self.value, self.raised = value, raised

    def matches(self, other: Outcome) -> bool:
        """Whether both gave the same: equal values, or exceptions of one type."""
        if self.raised and other.raised:
            return self.raised[0] == other.raised[0]
        return not self.raised and not other.raised and same(self.value, other.value)


class _Words(wire.Codec):
    """Decodes results for comparison: what stays in the worker becomes a word."""

    def decode_reference(self, tag: str, node: dict[str, Any]) -> Any:
        return f"<{tag}>"


def name_mistakes(exercise: Exercise, submission: Submission) -> tuple[NamedMistake, ...]:
    """The listed mistakes that explain the submission's answers: one a function, or none."""
    calls = submission.calls
    if any(call.raised is None and not call.reply for call in calls):
        return ()  # the worker was lost in between, and with it what later calls refer to
    theirs = [_outcome(call) for call in calls]
    right = _replay(load_text(exercise.reference.read_text(encoding="utf-8")), submission)
    candidates = [
        (mistake, _replay(load_text(mistake.source), submission))
        for mistake in read_variants(exercise).mistakes
    ]
    named: dict[str, NamedMistake] = {}
    for function in dict.fromkeys(call.function for call in calls):
        indices = [n for n, call in enumerate(calls) if call.function == function]
        matching = [
            mistake
            for mistake, outcomes in candidates
            if _explains(
                [theirs[n] for n in indices],
                [outcomes[n] for n in indices],
                [right[n] for n in indices],
            )
        ]
        if len(matching) == 1:  # two that cannot be told apart would be a guess
            _note(named, function, matching[0])
    return tuple(named.values())


def load_text(source: str, name: str = "reference") -> types.ModuleType:
    """Run the text of the reference, or of a variant of it: code of the exercise's author."""
    module = types.ModuleType(name)
    exec(compile(source, f"{name}.py", "exec", dont_inherit=True), vars(module))
    return module


def _explains(theirs: list[Outcome], mistake: list[Outcome], right: list[Outcome]) -> bool:
    evidence = any(
        not wrong.matches(good) and (wrong.raised is None or wrong.raised == their.raised)
        for their, wrong, good in zip(theirs, mistake, right, strict=True)
    )
    return evidence and all(
        their.matches(wrong) for their, wrong in zip(theirs, mistake, strict=True)
    )


def _note(named: dict[str, NamedMistake], function: str, mistake: Mistake) -> None:
    named.setdefault(mistake.name, NamedMistake(function, mistake.name, mistake.hint))


def _outcome(call: Call) -> Outcome:
    if call.raised is not None:
        return Outcome(raised=(call.raised.type, call.raised.message))
    return Outcome(_Words().decode(call.reply["value"], call.out))


def _replay(module: types.ModuleType, submission: Submission) -> list[Outcome]:
    """The recorded calls, answered by our own code in this process."""

    def call_back(number: int, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        return submission.callable(number)(*args, **kwargs)

    executor = Executor(vars(module), "reference.py", call_back)
    outcomes = []
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        for call in submission.calls:
            try:
                request = {**call.request, "observe": ""}
                reply, out = executor.run(request, [array.copy() for array in call.arrays])
                outcomes.append(Outcome(_Words().decode(reply["value"], out)))
            except Exception as error:
                outcomes.append(Outcome(raised=(type(error).__name__, str(error))))
    return outcomes

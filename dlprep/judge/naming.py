"""Name the user's mistake, when it is one of the exercise's list; say nothing otherwise.

The recorded calls are replayed through the reference and through every listed mistake. A mistake
is named when, for some function, it differs from the reference on some call, and gives what the
submission gave on every call of that function.
"""

from __future__ import annotations

import types
import warnings
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from dlprep.checks.values import same
from dlprep.model import Exercise, NamedMistake
from dlprep.sandbox import wire
from dlprep.sandbox.answers import Call
from dlprep.sandbox.executor import Executor
from dlprep.sandbox.submission import Submission
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
        return f"<{tag} {node['foreign']}>" if tag == "foreign" else f"<{tag}>"


def name_mistakes(exercise: Exercise, submission: Submission) -> tuple[NamedMistake, ...]:
    """The listed mistakes that explain the submission's answers: one a function, or none."""
    calls = submission.calls
    if submission.nested or any(call.raised is None and not call.reply for call in calls):
        return ()  # calls within calls, or a lost worker, do not replay
    theirs = [_outcome(call) for call in calls]
    reference = load_text(exercise.reference.read_text(encoding="utf-8"))
    right = list(_replay(reference, submission))
    matching: dict[str, list[Mistake]] = {}
    for mistake in read_variants(exercise).mistakes:
        replay = _replay(load_text(mistake.source), submission)
        for function in _explained(calls, theirs, right, replay):
            matching.setdefault(function, []).append(mistake)
    named: dict[str, NamedMistake] = {}
    for function, found in matching.items():
        if len(found) == 1:  # two that cannot be told apart would be a guess
            mistake = found[0]
            named.setdefault(mistake.name, NamedMistake(function, mistake.name, mistake.hint))
    return tuple(named.values())


def load_text(source: str, name: str = "reference") -> types.ModuleType:
    """Run the text of the reference, or of a variant of it: code of the exercise's author."""
    module = types.ModuleType(name)
    exec(compile(source, f"{name}.py", "exec", dont_inherit=True), vars(module))
    return module


def _explained(
    calls: Sequence[Call],
    theirs: Sequence[Outcome],
    right: Sequence[Outcome],
    mistake: Iterator[Outcome],
) -> list[str]:
    """The functions whose every answer the mistake gives, and not the reference."""
    alive = {call.function for call in calls}
    evidence = set()
    for call, their, good in zip(calls, theirs, right, strict=True):
        wrong = next(mistake)
        if call.function not in alive:
            continue
        if not their.matches(wrong):
            alive.remove(call.function)
            if not alive:
                break
        elif not wrong.matches(good) and (wrong.raised is None or wrong.raised == their.raised):
            evidence.add(call.function)
    return [
        function
        for function in dict.fromkeys(call.function for call in calls)
        if function in alive & evidence
    ]


def _outcome(call: Call) -> Outcome:
    if call.raised is not None:
        return Outcome(raised=(call.raised.type, call.raised.message))
    return Outcome(_Words().decode(call.reply["value"], call.out))


def _replay(module: types.ModuleType, submission: Submission) -> Iterator[Outcome]:
    """The recorded calls, answered one by one by our own code in this process."""

    def call_back(number: int, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        try:
            return submission.callable(number)(*args, **kwargs)
        except Exception as error:  # as the worker has it
            raise RuntimeError(f"{type(error).__name__}: {error}") from error

    executor = Executor(vars(module), "reference.py", call_back)
    for call in submission.calls:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            try:
                request = {**call.request, "observe": ""}
                reply, out = executor.run(request, [array.copy() for array in call.arrays])
                outcome = Outcome(_Words().decode(reply["value"], out))
            except Exception as error:
                outcome = Outcome(raised=(type(error).__name__, str(error)))
        yield outcome

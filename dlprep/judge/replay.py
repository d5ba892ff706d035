"""Replay a submission's calls on our own code: on the reference, or on a variant of it."""

from __future__ import annotations

import types
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from dlprep.checks.values import same
from dlprep.sandbox import wire
from dlprep.sandbox.replies import Call
from dlprep.sandbox.requests import Runner
from dlprep.sandbox.submission import Submission


@dataclass(eq=False, slots=True)
class Outcome:
    """What a call gave: a value (references as words), or an exception's type and text."""

    value: Any = None
    raised: tuple[str, str] | None = None

    def matches(self, other: Outcome, *, dtype: bool = False, each: bool = False) -> bool:
        """Whether both gave the same: equal values, or exceptions of one type.

        Arrays of another dtype are equal by value, unless ``dtype`` counts; with ``each``, small
        elements are compared as sharply as large ones.
        """
        if self.raised and other.raised:
            return self.raised[0] == other.raised[0]
        if self.raised or other.raised:
            return False
        return same(self.value, other.value, dtype=dtype, each=each)


class _Words(wire.Codec):
    """Decodes results for comparison: what stays in the worker becomes a word.

    A value that does not travel equals nothing.
    """

    def decode_reference(self, tag: str, node: dict[str, Any]) -> Any:
        return object() if tag == "foreign" else f"<{tag}>"


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


def load_text(source: str, name: str = "reference") -> types.ModuleType:
    """Run the text of the reference, or of a variant of it: code of the exercise's author."""
    module = types.ModuleType(name)
    exec(_compiled(source, f"{name}.py"), vars(module))
    return module


@lru_cache(maxsize=1024)
def _compiled(source: str, file: str) -> types.CodeType:
    return compile(source, file, "exec", dont_inherit=True)

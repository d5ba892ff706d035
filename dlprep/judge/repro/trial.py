"""Whether the calls that a script keeps do on their own what they did in the whole case.

A submission may keep something in its module from one call to the next: then all are needed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dlprep.judge.naming import outcome
from dlprep.judge.repro.calls import made_by
from dlprep.judge.repro.recording import Recorded
from dlprep.sandbox.answers import Call, SubmissionError


def same_alone(
    submission: Recorded, calls: Sequence[Call], kept: Sequence[int], shown: Sequence[int]
) -> bool:
    """Whether the calls that are ``shown`` give what they gave, when only ``kept`` are made."""
    if any(calls[n].raised is None and not calls[n].reply for n in kept):
        return True  # one that never ends: who would wait for it again?
    again = submission.anew()
    again.begin_case()
    numbers: dict[int, int] = {}
    try:
        for n in kept:
            old, new = calls[n], again.repeat(_renumbered(calls[n], numbers))
            if n in shown and not (outcome(new).matches(outcome(old)) and _as_seen(new, old)):
                return False
            pairs = zip(made_by(old), made_by(new), strict=False)
            numbers |= {one: other for (one, _), (other, _) in pairs}
    except (SubmissionError, KeyError):
        return False
    finally:
        again.close()
    return True


def _as_seen(new: Call, old: Call) -> bool:
    """Whether what was observed beside the result is the same."""
    return (new.effects, new.lines) == (old.effects, old.lines)


def _renumbered(call: Call, numbers: dict[int, int]) -> Call:
    """The call, asked of what now stands for the things that it mentions."""

    def renumber(node: Any) -> Any:
        if isinstance(node, list):
            return [renumber(item) for item in node]
        if isinstance(node, dict):
            return {
                key: numbers[value]
                if key in ("object", "iterator") and isinstance(value, int)
                else renumber(value)
                for key, value in node.items()
            }
        return node

    request = renumber(call.request)
    return Call(call.function, call.args, call.kwargs, request, call.arrays)

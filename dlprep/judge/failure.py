"""What is kept of a case that failed, for a script that shows it again."""

from __future__ import annotations

from dataclasses import dataclass

from dlprep.model import CaseResult
from dlprep.sandbox.answers import Call


@dataclass(frozen=True, slots=True)
class Failure:
    """What was found, what the case raised, and the calls that it made."""

    result: CaseResult
    error: BaseException
    calls: list[Call]

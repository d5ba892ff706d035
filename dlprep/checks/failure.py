"""What a check raises, and what it asks in plain data, for whoever wants to ask it again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dlprep.checks.values import Tolerance


@dataclass(frozen=True, slots=True)
class Equal:
    """``got``, the wrong part of what was judged, must be ``expected`` within a tolerance.

    ``tolerance`` is that of a dtype.
    """

    got: Any
    expected: Any
    tolerance: Callable[[Any], Tolerance]


@dataclass(frozen=True, slots=True)
class Raises:
    """The call must raise the exception of this name."""

    error: str


@dataclass(frozen=True, slots=True)
class Untouched:
    """The last of these calls must not have had this effect, a key of ``Observed.effects``."""

    effect: str
    calls: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class FewLines:
    """No more lines may run in the call ``large`` than in ``small``, but for ``slack``."""

    small: Any
    large: Any
    slack: int


@dataclass(frozen=True, slots=True)
class LittleMemory:
    """The last call's peak of new allocations must stay below ``mebibytes``."""

    call: Any
    mebibytes: float


Demand = Equal | Raises | Untouched | FewLines | LittleMemory


class CheckFailed(AssertionError):  # noqa: N818 - what the case found
    """The submission's answer is wrong. ``findings`` are labelled texts; a label may be empty.

    ``kind`` is the failed check in a word. ``subject`` is the value that was judged: it tells
    which call is to be shown (the last one, when there is none). ``demand`` is what was asked of
    it, where that can be asked again elsewhere.
    """

    def __init__(
        self,
        kind: str,
        findings: Sequence[tuple[str, str]],
        subject: object = None,
        demand: Demand | None = None,
    ) -> None:
        super().__init__(
            "\n".join(f"{label}: {text}" if label else text for label, text in findings)
        )
        self.kind, self.findings, self.subject = kind, tuple(findings), subject
        self.demand = demand


class CaseError(Exception):
    """The case itself is at fault, such as a point on a kink: never the submission."""

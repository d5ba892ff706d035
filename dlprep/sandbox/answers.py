"""What comes back from a submission: records of its calls, and why one gave no answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Raised:
    """What the submission raised: the exception's type and text, and its own lines, outer first."""

    type: str
    message: str
    lines: tuple[int, ...]
    syntax: tuple[int | None, int | None] | None = None
    refused: bool = False


class SubmissionError(Exception):
    """The submission did not answer: the case cannot go on.

    ``kind`` is ``exception``, ``missing``, ``signature``, ``timeout``, ``crash``, ``output``, or
    ``form`` when a function does not return the tuple that the stub says; the text is then that.
    """

    def __init__(
        self, kind: str, text: str, line: int | None = None, raised: Raised | None = None
    ) -> None:
        super().__init__(text)
        self.kind, self.line, self.raised = kind, line, raised


@dataclass(frozen=True, slots=True)
class Warned:
    """A warning that a call gave, with the submission's line (0 where there is none)."""

    line: int
    category: str
    message: str


@dataclass(frozen=True, slots=True)
class Foreign:
    """Something of a type that does not travel: ``type`` says which."""

    type: str


@dataclass(eq=False, slots=True)
class Opaque:
    """A value of the submission's own that stays in the worker, such as a cache."""

    number: int
    function: str


@dataclass(eq=False, slots=True)
class Call:
    """One request and its answer. ``request`` and ``arrays`` can be replayed elsewhere."""

    function: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    request: dict[str, Any]
    arrays: list[Any]
    reply: dict[str, Any] = field(default_factory=dict)
    out: list[Any] = field(default_factory=list)
    result: Any = None
    raised: Raised | None = None
    warnings: tuple[Warned, ...] = ()
    printed: str = ""
    callbacks: int = 0

    @property
    def effects(self) -> dict[str, Any]:
        """What ``observe("effects", …)`` saw: changed, touched, shared, overwritten."""
        return self.reply.get("effects") or {}

    @property
    def lines(self) -> int:
        """How many lines of the submission ran, under ``observe("lines", …)``."""
        return int(self.reply["lines"])

    @property
    def peak(self) -> int:
        """The peak of traced allocations in bytes, under ``observe("memory", …)``."""
        return int(self.reply["peak"])

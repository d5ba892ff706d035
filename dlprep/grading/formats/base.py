"""What every format is: a writer that is handed verdicts one by one, and then closed."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, TextIO

from dlprep.grading.formats.feedback import redact
from dlprep.grading.model import Feedback, Graded, Task

SCHEMA = 1  # of schema.json; a change that an old reader would misread gets the next number


@dataclass(frozen=True, slots=True)
class RunInfo:
    """What is the same for every submission of a run.

    ``points`` are an exercise's; ``started`` is an ISO time, ``version`` that of dlprep.
    ``timeout`` is the time that a case may take, in seconds; None: each exercise's own.
    """

    seed: int
    points: float
    feedback: Feedback
    isolation: str
    version: str
    started: str
    timeout: float | None = None

    def to_json(self) -> dict[str, Any]:
        """The run as a JSON object; it stands in every report that has room for it."""
        return {"schema": SCHEMA, **asdict(self)}

    @property
    def footnote(self) -> str:
        """The run in a line, for its owner."""
        return f"seed {self.seed} · {self._tools}"

    @property
    def student_footnote(self) -> str:
        """The run in a line, for students: whoever has the seed can make the inputs again."""
        return self.footnote if self.feedback == "full" else self._tools

    @property
    def _tools(self) -> str:
        return f"isolation: {self.isolation} · dlprep {self.version}"


class Writer(ABC):
    """One format. ``add`` is called as verdicts come, in any order; ``close`` once, at the end.

    After an interruption ``close`` is called as well: what was added is then a whole document.
    What ``feedback`` hides is gone before a format sees it.
    """

    def __init__(self, stream: TextIO, run: RunInfo) -> None:
        self.stream, self.run = stream, run

    @classmethod  # noqa: B027 - most formats hold any number
    def check(cls, tasks: Iterable[Task | Graded]) -> None:
        """``UserError`` if this format has no room for these: better asked before they are graded.

        ``add`` raises it as well.
        """

    def add(self, graded: Graded) -> None:
        """Write a verdict, or keep it for the end."""
        self.take(redact(graded, self.run.feedback))

    @abstractmethod
    def take(self, graded: Graded) -> None:
        """``add``, of what may be shown."""

    @abstractmethod
    def close(self) -> None:
        """End the document."""

    def put(self, text: str) -> None:
        """Write text, with escapes for what the stream's encoding lacks."""
        encoding = getattr(self.stream, "encoding", None) or "utf-8"
        self.stream.write(text.encode(encoding, "backslashreplace").decode(encoding))

"""Go on with a run that was ended: its verdicts are those of its JSON lines."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dlprep.errors import UserError
from dlprep.grading.formats import SCHEMA, RunInfo
from dlprep.grading.model import Feedback, Graded, Task


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier run: what was the same for all, and the keys of what was graded.

    The verdicts themselves stay in the file, for there may be many; ``end`` is its last whole
    line's.
    """

    path: Path
    run: RunInfo
    done: frozenset[tuple[str, str]]
    end: int

    def graded(self) -> Iterator[Graded]:
        """The verdicts of the run, in its order."""
        with self.path.open("rb") as file:
            while file.tell() < self.end:
                entry = json.loads(file.readline())
                if "run" not in entry:
                    yield Graded.from_json(entry)

    def cut(self) -> None:
        """Cut a torn last line off, so that the file can be added to."""
        with _explained(f"{self.path} cannot be written"):
            os.truncate(self.path, self.end)


def read_earlier(
    path: Path,
    tasks: Sequence[Task],
    *,
    seed: int | None,
    timeout: float | None,
    feedback: Feedback,
) -> Earlier:
    """The earlier run in a file of JSON lines, the last of which may be torn.

    ``UserError`` when the file is no such run, or one of other submissions or on other terms.
    """
    with _explained(f"{path} cannot be read"):
        earlier = _read(path, tasks)
    begun = earlier.run
    if seed not in (None, begun.seed):
        raise UserError(f"{path} was begun with --seed {begun.seed}, and all get the same.")
    if timeout not in (None, begun.timeout):
        how = "without --timeout" if begun.timeout is None else f"with --timeout {begun.timeout:g}"
        raise UserError(f"{path} was begun {how}, and all get the same.")
    if feedback != begun.feedback:
        raise UserError(f"{path} was begun with --feedback {begun.feedback}: go on with the same.")
    return earlier


@contextmanager
def _explained(sentence: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UserError(f"{sentence}: {(error.strerror or str(error)).lower()}.") from error


def _read(path: Path, tasks: Sequence[Task]) -> Earlier:
    known, done = {task.key for task in tasks}, set[tuple[str, str]]()
    begun, end = None, 0
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                if not line.endswith(b"\n"):
                    raise ValueError("torn")
                entry = _entry(json.loads(line))
            except (ValueError, TypeError, KeyError, AttributeError):
                if begun is None or file.read(1) == b"":  # the last: killed while it was written
                    break
                raise UserError(f"{path}, line {number}, is no verdict of a run.") from None
            if isinstance(entry, RunInfo):
                begun = begun or entry
            elif begun is None:
                break
            elif (key := (entry.who, entry.exercise)) in done:
                raise UserError(f"{path}, line {number}, is a second verdict on {_named(*key)}.")
            elif key not in known:
                raise UserError(
                    f"{path} has a verdict on {_named(*key)}, which is not among these submissions:"
                    " it is of another run."
                )
            else:
                done.add(key)
            end += len(line)
    if begun is None:
        raise UserError(f"{path} does not begin as the JSON lines of a run do.")
    return Earlier(path, begun, frozenset(done), end)


def _entry(data: dict[str, Any]) -> RunInfo | Graded:
    """What a line holds; ``KeyError`` and its like if that is neither a run nor a verdict."""
    if "run" not in data:
        graded = Graded.from_json(data)
        hash((graded.who, graded.exercise))  # texts, not lists
        return graded
    run = {key: value for key, value in data["run"].items() if key != "schema"}
    if data["run"]["schema"] != SCHEMA or not isinstance(run["seed"], int):
        raise ValueError
    return RunInfo(**run)


def _named(who: str, exercise: str) -> str:
    return f"{exercise} by {who!r}" if who else exercise

"""The log of a run: JSON lines that are only ever added. Every report is a function of it.

One key names a line's kind: ``run`` (what is the same for all lines below it), ``to_judge`` (what
the run set out to do), ``not_judged``, ``verdict``, and ``text`` (a submission's text under its
SHA-256, before the first verdict that names it). Unknown kinds and keys are skipped: a later
version wrote them. ``schema.json`` beside this file has the details.
"""

from __future__ import annotations

import base64
import json
import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from sys import intern
from tempfile import TemporaryFile
from typing import IO, Any, Literal, NamedTuple

from dlprep.errors import UserError
from dlprep.files import explained
from dlprep.grading import MAX_TIMEOUT, Feedback, Graded, Key, NotJudged, Results, Run, Status, Task
from dlprep.grading.submissions import Submissions
from dlprep.text import as_json
from dlprep.typed import Malformed, read_as

SCHEMA = 3  # of schema.json; a change that an old reader would misread gets the next number
READ = (2, SCHEMA)  # in schema 2, every case was core


class Place(NamedTuple):
    """A verdict in a log: what it is, its text's hash, where its line begins, when its run did."""

    status: Status
    polished: bool
    text: str | None
    offset: int
    started: str


class Log:
    """A log in an unbuffered file; messages call it ``name``. What is in it already is read.

    ``to_judge`` is what its runs have not reached, ``latest`` the place of each task's latest
    verdict, ``not_judged`` the rest by path. ``end`` is the end of the last whole line: a killed
    run may have left a torn one. ``UserError`` when the file is not a log, when a line is
    malformed, or when the file cannot be written.
    """

    def __init__(self, file: IO[bytes], name: str) -> None:
        self.name, self._file = name, file
        self.runs: list[Run] = []
        self.to_judge: set[Key] = set()
        self.latest: dict[Key, Place] = {}
        self.not_judged: dict[str, NotJudged] = {}
        self._texts: set[str | None] = set()
        self.end = 0
        self.read_on()

    def read_on(self) -> None:
        """Note what stands in the file behind ``end``. Raises ``UserError``."""
        with explained(f"{self.name} cannot be read"):
            lines = self._lines(self.end)
            for number, line in enumerate(lines, 1):
                try:
                    data = json.loads(line) if line.endswith(b"\n") else None
                except (ValueError, RecursionError):
                    data = None
                if not self.runs and not (isinstance(data, dict) and "run" in data):
                    raise UserError(f"{self.name} is not a log of dlprep grade.")
                if data is None and not lines.read(1):
                    break
                try:
                    self._take(data, len(line))
                except Malformed as error:
                    raise UserError(f"{self.name}, line {number}: {error}.") from error

    def graded(self, place: Place) -> Graded:
        """The verdict at a place."""
        return _read_graded(json.loads(self._lines(place.offset).readline()))

    def begin(self, run: Run, tasks: Iterable[Task], found: Submissions) -> None:
        """Begin a run that judges these tasks of the submissions that were found."""
        told = {one.path: one for one in found.not_judged}
        gone = self.not_judged.keys() - told.keys()
        files = [task.path for task in found.tasks if task.path and gone]
        judged = {str(place) for file in files for place in (file, *file.parents)}
        for path in gone:
            if path in judged or not os.path.lexists(path):
                told[path] = NotJudged(path, "")  # it is judged now, or is not there any more
        self._append({"run": asdict(run)})
        self._append({"to_judge": [task.key for task in tasks]})
        for one in told.values():
            if self.not_judged.get(one.path) != one:
                self._append(one.to_json())

    def add(self, graded: Graded, source: bytes | None) -> None:
        """Add a verdict. Its text stands before the first verdict that is about it."""
        if source is not None and graded.text not in self._texts:
            try:
                text = {"utf8": source.decode()}
            except UnicodeDecodeError:
                text = {"base64": base64.b64encode(source).decode()}
            self._append({"text": graded.text, **text})
        self._append(graded.to_json())

    def _lines(self, offset: int) -> IO[bytes]:
        """A buffered reader of the file from there on."""
        lines = open(self._file.fileno(), "rb", closefd=False)  # noqa: SIM115 - nothing to close
        lines.seek(offset)
        return lines

    def _append(self, data: dict[str, Any]) -> None:
        line = as_json(data).encode() + b"\n"
        with explained(f"{self.name} cannot be written"):
            self._file.seek(0, os.SEEK_END)
            left = memoryview(line)
            while left:  # the file is unbuffered, so that a full disk is noticed here
                left = left[self._file.write(left) :]
        self._take(data, len(line))

    def _take(self, data: Any, length: int) -> None:
        """Note what the line at ``end`` says; ``Malformed`` if it cannot be read."""
        if not isinstance(data, dict):
            raise Malformed("it is not a JSON object")
        if "run" in data:
            self.runs.append(_read_run(data["run"]))
        elif "verdict" in data:
            graded, began = _read_graded(data), self.runs[-1].started
            # There are as many places as submissions: the name of an exercise is in memory once.
            key = graded.who, intern(graded.exercise)
            self.latest[key] = Place(graded.status, graded.polished, graded.text, self.end, began)
            self.to_judge.discard(key)
        elif "to_judge" in data:
            self.to_judge.update(read_as(tuple[Key, ...], data["to_judge"], "to_judge"))
        elif "not_judged" in data:
            left_out = read_as(NotJudged, {**data, "path": data["not_judged"]}, "not_judged")
            self.not_judged[left_out.path] = left_out
        elif "text" in data:
            self._texts.add(read_as(str, data["text"], "text"))
        self.end += length


@contextmanager
def open_log(path: Path | None, how: Literal["begin", "resume", "read"]) -> Iterator[Log]:
    """The log in a file, which is closed with the block; without a path, a temporary one.

    ``begin`` and ``resume`` make a file that is not there, and cut off a torn last line.
    ``UserError`` if the file is not a log, if ``begin`` finds a run, or if ``read`` finds none.
    """
    name = str(path or "the temporary log")
    with explained(f"{name} cannot be opened"):
        mode = "rb" if how == "read" else "a+b"
        opened = path.open(mode, buffering=0) if path else TemporaryFile(buffering=0)  # noqa: SIM115 - closed by the next `with`
    with opened as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise UserError(f"{name} is a pipe or a device, and no place for a log.")
        log = Log(file, name)
        if how == "begin" and log.runs:
            raise UserError(
                f"{name} holds a run already: go on with it (--resume), or take another --log."
            )
        if how == "read" and not log.runs:
            raise UserError(f"{name} is empty.")
        if how != "read":
            with explained(f"{name} cannot be written"):
                file.truncate(log.end)
        yield log


def results(logs: Sequence[Log], points: float = 1.0, feedback: Feedback = "full") -> Results:
    """What the logs say together; the verdicts stay in them until they are asked for.

    Of several verdicts on one task, that of the latest run counts, and within a log the last.
    """
    latest: dict[Key, tuple[Log, Place]] = {}
    for log in logs:
        for key, place in log.latest.items():
            if key not in latest or place.started >= latest[key][1].started:
                latest[key] = log, place
    ordered = [latest[key] for key in sorted(latest, key=lambda key: key[::-1])]
    left_out = {path: one for log in logs for path, one in log.not_judged.items()}
    not_judged = [left_out[path] for path in sorted(left_out) if left_out[path].why]
    for who, exercise in sorted({key for log in logs for key in log.to_judge} - latest.keys()):
        file = "/".join(filter(None, (who, f"{exercise}.py")))
        not_judged.append(NotJudged(file, "was not reached before the run ended", who))
    return Results(
        lambda: (log.graded(place).redacted(feedback) for log, place in ordered),
        tuple(not_judged),
        tuple(run for log in logs for run in log.runs),
        points,
        feedback,
        students=feedback != "full",
    )


def _read_run(data: Any) -> Run:
    run: Run = read_as(Run, data, "run")
    if run.schema not in READ:
        known = " and ".join(map(str, READ))
        raise Malformed(f"it is of schema {run.schema}, and this dlprep reads {known}")
    if run.seed < 0 or not (run.timeout is None or 0 < run.timeout <= MAX_TIMEOUT):
        raise Malformed("'run' has a seed or a timeout that no run has")
    return run


def _read_graded(data: dict[str, Any]) -> Graded:
    if isinstance(data["verdict"], dict):
        data = data | {"verdict": {"seconds": 0.0, **data["verdict"]}}  # it is not kept
    graded: Graded = read_as(Graded, data, "")
    return graded

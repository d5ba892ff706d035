"""What the user did, and every text of theirs that was checked.

Nothing is ever changed or deleted in it: an event is added, and its text is kept, once. So the
record is at the same time the history that nothing the user wrote can be lost from.
"""

from __future__ import annotations

import json
import os
import sqlite3
import zlib
from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from typing import Any, Literal

from dlprep.model import Verdict, VerdictStatus
from dlprep.practice.events import Event, Kind
from dlprep.practice.record.database import DamagedRecordError, Database, RecordError
from dlprep.practice.record.rows import flaw, unpack

__all__ = ["DamagedRecordError", "Record", "RecordError", "Status"]

Status = Literal["new", "started", "failing", "passed"]

_COLUMNS = (
    "id, uid, at, utc_offset, exercise, kind, text_hash, status, seed, seconds, passing, total, "
    "unwritten, mistakes, only_case"
)


class Record(Database):
    """The record in the file ``path``; see ``Database`` for how it is kept.

    The texts are bytes, whatever they hold.
    """

    # what is noted

    def started(self, exercise: str, text: bytes) -> None:
        """``exercise`` was started: its file was written, and holds ``text``, the stub."""
        self._add((exercise, "started", text, {}))

    def resumed(self, exercise: str, text: bytes) -> None:
        """``exercise`` was started where its file was already, with ``text`` in it."""
        self._add((exercise, "resumed", text, {}))

    def checked(self, verdict: Verdict, text: bytes, only_case: str | None = None) -> None:
        """``text`` was judged; ``only_case`` is the case's name when one alone was run."""
        found = {
            "status": verdict.status,
            "seed": str(verdict.seed),
            "seconds": verdict.seconds,
            "passing": verdict.passing,
            "total": len(verdict.cases),
            "unwritten": sum(case.kind == "not implemented" for case in verdict.cases),
            "mistakes": json.dumps([mistake.name for mistake in verdict.mistakes]),
            "only_case": only_case,
        }
        self._add((verdict.exercise, "checked", text, found))

    def reset(self, exercise: str, text: bytes) -> None:
        """The stub is about to replace ``text``, which from now on only the record holds."""
        self._add((exercise, "reset", text, {}))

    def restored(self, exercise: str, text: bytes, instead_of: bytes | None) -> None:
        """``text`` is about to replace ``instead_of``, if there is a file."""
        checks = [event for event in self.events(exercise) if event.kind == "checked"]
        digest = text_hash(text)
        last: VerdictStatus | None = None
        for event in checks:
            if event.text_hash == digest and event.status != "fault" and event.only_case is None:
                last = event.status
        one: _Addition = (exercise, "restored", text, {"status": last})
        replaced: _Addition = (exercise, "replaced", instead_of or b"", {})
        self._add(*([] if instead_of is None else [replaced]), one)

    def replaced(self, exercise: str, text: bytes) -> None:
        """A file that held ``text`` is about to be written over."""
        self._add((exercise, "replaced", text, {}))

    def hinted(self, exercise: str, text: bytes) -> None:
        """A hint was shown, while the file held ``text``."""
        self._add((exercise, "hinted", text, {}))

    def gave_up(self, exercise: str, text: bytes) -> None:
        """The solution was shown before a pass, while the file held ``text``."""
        self._add((exercise, "gave_up", text, {}))

    def tested(self, exercise: str, text: bytes, caught: int, mistakes: int) -> None:
        """The user's own tests, ``text``, caught so many of the ``mistakes``."""
        self._add((exercise, "tested", text, {"passing": caught, "total": mistakes}))

    # what is read

    def events(self, exercise: str | None = None) -> list[Event]:
        """All events in their order, or those of one exercise; what no event is, is left out."""
        rows = self.rows(
            f"select {_COLUMNS} from event where ?1 is null or exercise = ?1 order by id",
            (exercise,),
        )
        return [event for row in rows if (event := _event(row))]

    def text(self, digest: str) -> bytes | None:
        """The text with this hash; None if it is not there, or no longer whole."""
        for (body,) in self.rows("select body from text where hash = ?", (digest,)):
            return unpack(body, digest)
        return None

    def statuses(self) -> dict[str, Status]:
        """The status of every exercise with an event; all others are new.

        The last check decides, since the status tells what the user's file does today: who broke
        a right solution reads "failing", and who took the stub again reads "started". A fault of
        the grader decides nothing, and one case alone can fail an exercise but not pass it.
        """
        rows = self.rows(
            # SQLite takes the bare columns from the row that holds the maximum.
            """
            select exercise, status, max(id * (
                kind in ('reset', 'restored')
                or kind = 'checked' and status <> 'fault'
                   and (status <> 'passed' or only_case is null)
            ))
            from event group by exercise
            """
        )
        return {exercise: _status(status) if i else "started" for exercise, status, i in rows}

    def last_exercise(self, known: Collection[str] | None = None) -> str | None:
        """The exercise of the last event, of those that are ``known``."""
        rows = self.rows("select exercise from event group by exercise order by max(id) desc")
        return next((name for (name,) in rows if known is None or name in known), None)

    def _add(self, *additions: _Addition) -> None:
        now = datetime.now(UTC)
        offset = now.astimezone().utcoffset()
        common = {
            "at": now.isoformat(timespec="milliseconds"),
            "utc_offset": int(offset.total_seconds()) // 60 if offset else 0,
        }
        rows = [
            common
            | {"uid": os.urandom(16).hex(), "exercise": exercise, "kind": kind}
            | {"text_hash": text_hash(text)}
            | found
            for exercise, kind, text, found in additions
        ]
        texts = {text_hash(text): zlib.compress(text) for _, _, text, _ in additions}

        def change(db: sqlite3.Connection) -> None:
            add_texts(db, texts.items())
            for row in rows:
                insert_event(db, row)

        self.write(change)


_Columns = dict[str, Any]
_Addition = tuple[str, Kind, bytes, _Columns]  # exercise, kind, text, and a verdict's columns


def add_texts(db: sqlite3.Connection, texts: Iterable[tuple[str, bytes]]) -> None:
    """Add texts, each a hash and what zlib makes of it; one that the disk garbled is mended."""
    db.executemany(
        """
        insert into text values (?, ?)
        on conflict (hash) do update set body = excluded.body where body <> excluded.body
        """,
        texts,
    )


def insert_event(db: sqlite3.Connection, row: _Columns) -> None:
    """Insert an event, by its columns' names."""
    places = ", ".join("?" * len(row))
    db.execute(f"insert into event ({', '.join(row)}) values ({places})", tuple(row.values()))


def text_hash(text: bytes) -> str:
    """By what a text is known: SHA-256, in hexadecimal."""
    from hashlib import sha256  # it loads OpenSSL: readers need not wait for that

    return sha256(text).hexdigest()


def _event(row: tuple[Any, ...]) -> Event | None:
    names = _COLUMNS.split(", ")
    if flaw(dict(zip(names, row, strict=True))):  # garbled by the disk
        return None
    number, uid, at, offset, exercise, kind, digest, status, seed, *figures, mistakes, only = row
    seconds, passing, total, unwritten = figures
    return Event(
        number,
        uid,
        datetime.fromisoformat(at),
        offset,
        exercise,
        kind,
        digest,
        status,
        None if seed is None else int(seed),
        seconds,
        passing,
        total,
        unwritten,
        tuple(json.loads(mistakes or "[]")),
        only,
    )


def _status(status: str | None) -> Status:
    if status is None:  # the stub is back, or a text that was never judged
        return "started"
    return "passed" if status == "passed" else "failing"

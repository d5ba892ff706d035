"""What the user did, and every text of theirs that was checked: one SQLite file.

Nothing is ever changed or deleted in it: an event is added, and its text is kept, once. So the
record is at the same time the history that nothing the user wrote can be lost from.

A connection lives for one operation. It costs a fraction of a millisecond, leaves no lock behind,
and never writes to a file that was moved or replaced in the meantime.
"""

from __future__ import annotations

import json
import os
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any, Literal

from dlprep.errors import UserError
from dlprep.model import Verdict

Status = Literal["new", "started", "failing", "passed"]

# Append only: entry n brings a record from version n to n + 1, and is never edited afterwards.
MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """
        create table text (
            hash text primary key,         -- SHA-256 of the text, in hexadecimal
            body blob not null             -- the text, compressed by zlib
        )
        """,
        """
        create table event (
            id integer primary key,        -- the order of events: clocks go back, this does not
            at text not null,              -- UTC, ISO 8601 with milliseconds
            utc_offset integer not null,   -- in minutes: which day it was where the user was
            exercise text not null,
            kind text not null,            -- started, checked, reset; more to come, so no check ()
            text_hash text not null references text (hash),
            status text,                   -- this and all below: of a check's verdict
            seed text,                     -- text, for a seed may be wider than 64 bits
            seconds real,
            passing integer,
            total integer,
            mistakes text,                 -- the names of the mistakes, as a JSON list
            only_case text                 -- the one case that was run; null when all were
        )
        """,
    ),
)

_WAIT = 10.0  # seconds for another shell's transaction to end; one takes milliseconds

_REASONS = {
    sqlite3.SQLITE_BUSY: "another dlprep is writing to it",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened, or its folder cannot be written",
    sqlite3.SQLITE_ERROR: "it is not a record of dlprep's, so move it away",
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_READONLY: "it, or its disk, is read-only",
}


class RecordError(UserError):
    """The record cannot be read or written. One sentence; a verdict stands without a record."""


class DamagedRecordError(RecordError):
    """The file is not, or no longer, a sound database."""


class Record:
    """The record in the file ``path``, which the first event creates together with its folder.

    All methods raise ``RecordError``. Reading creates nothing: without a file, nothing was done.

    A damaged file is set aside by the next event, whole and under another name, and a new record
    is started; ``notice`` is then the sentence that says so, and empty otherwise.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self.notice = ""

    def started(self, exercise: str, text: bytes) -> None:
        """``exercise`` was started, and its file now holds ``text``."""
        self._add(exercise, "started", text)

    def checked(self, verdict: Verdict, text: bytes, only_case: str | None = None) -> None:
        """``text`` was judged; ``only_case`` is the case's name when one alone was run."""
        self._add(
            verdict.exercise,
            "checked",
            text,
            status=verdict.status,
            seed=str(verdict.seed),
            seconds=verdict.seconds,
            passing=verdict.passing,
            total=len(verdict.cases),
            mistakes=json.dumps([mistake.name for mistake in verdict.mistakes]),
            only_case=only_case,
        )

    def reset(self, exercise: str, text: bytes) -> None:
        """The stub is about to replace ``text``, which from now on only the record holds."""
        self._add(exercise, "reset", text)

    def statuses(self) -> dict[str, Status]:
        """The status of every exercise with an event; all others are new.

        The last check decides, since the status tells what the user's file does today: who broke
        a right solution reads "failing", and who took the stub again reads "started". A fault of
        the grader decides nothing, and one case alone can fail an exercise but not pass it.
        """
        rows = self._rows(
            # SQLite takes the bare columns from the row that holds the maximum.
            """
            select exercise, kind, status, max(id * (
                kind = 'reset'
                or kind = 'checked' and status <> 'fault'
                   and (status <> 'passed' or only_case is null)
            ))
            from event group by exercise
            """
        )
        return {
            exercise: _status(kind, status) if i else "started"
            for exercise, kind, status, i in rows
        }

    def last_exercise(self) -> str | None:
        """The exercise that was started, checked or reset last."""
        rows = self._rows("select exercise from event order by id desc limit 1")
        return rows[0][0] if rows else None

    def _rows(self, query: str) -> list[tuple[Any, ...]]:
        try:
            if not self.path.stat().st_size:
                return []
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError as error:
            raise self._unusable(error) from error
        # "rw", not "ro": what a killed process left half done must be rolled back before reading.
        # On a read-only disk SQLite reads all the same.
        with self._open("rw") as db:
            return db.execute(query).fetchall()

    def _add(
        self, exercise: str, kind: str, text: bytes, **found: str | int | float | None
    ) -> None:
        self.notice = ""
        folder = self.path.parent
        try:
            folder.mkdir(exist_ok=True)
        except FileExistsError:
            raise RecordError(
                f"{folder} is not a folder, so no record can be kept in it."
            ) from None
        except OSError as error:
            raise self._unusable(error) from error
        try:
            self._insert(exercise, kind, text, found)
        except DamagedRecordError:
            self._set_aside()
            self._insert(exercise, kind, text, found)

    def _insert(
        self, exercise: str, kind: str, text: bytes, found: dict[str, str | int | float | None]
    ) -> None:
        from hashlib import sha256  # it loads OpenSSL: readers need not wait for that

        digest = sha256(text).hexdigest()
        now = datetime.now(UTC)
        offset = now.astimezone().utcoffset()
        event = {
            "at": now.isoformat(timespec="milliseconds"),
            "utc_offset": int(offset.total_seconds()) // 60 if offset else 0,
            "exercise": exercise,
            "kind": kind,
            "text_hash": digest,
            **found,
        }
        with self._open("rwc") as db:
            db.execute("begin immediate")
            db.execute("insert or ignore into text values (?, ?)", (digest, zlib.compress(text)))
            db.execute(
                f"insert into event ({', '.join(event)}) values ({', '.join('?' * len(event))})",
                tuple(event.values()),
            )
            db.execute("commit")

    @contextmanager
    def _open(self, mode: Literal["rw", "rwc"]) -> Iterator[sqlite3.Connection]:
        """A connection to the record at our version; what is not committed is rolled back.

        The rollback journal is SQLite's default and stays: with a write-ahead log, attempts live
        in a second file until a checkpoint, where a copy of the record alone loses them, and even
        reading needs a shared file beside it, which a read-only disk or a network folder refuses.
        """
        uri = f"{self.path.as_uri()}?mode={mode}"
        try:
            with closing(sqlite3.connect(uri, uri=True, timeout=_WAIT, isolation_level=None)) as db:
                # The default, "full", may forget the last attempt when the power fails.
                db.execute("pragma synchronous = extra")
                self._migrate(db)
                yield db
        except sqlite3.Error as error:
            raise self._unusable(error) from error

    def _migrate(self, db: sqlite3.Connection) -> None:
        if self._version(db) == len(MIGRATIONS):
            return
        db.execute("begin immediate")
        for statements in MIGRATIONS[self._version(db) :]:  # another shell may have been faster
            for statement in statements:
                db.execute(statement)
        db.execute(f"pragma user_version = {len(MIGRATIONS)}")
        db.execute("commit")

    def _version(self, db: sqlite3.Connection) -> int:
        version: int = db.execute("pragma user_version").fetchone()[0]
        if version > len(MIGRATIONS):
            raise RecordError(
                f"The record {self.path} was written by a newer dlprep (version {version} of the "
                f"record; this one knows {len(MIGRATIONS)}): it is left untouched. Update dlprep."
            )
        return version

    def _set_aside(self) -> None:
        """Move a damaged record out of the way, unless another shell just did."""
        try:
            with _locked(self.path.with_name("set-aside.lock")):
                if not self._is_damaged():
                    return
                aside = next(
                    name
                    for n in count(1)
                    if not os.path.lexists(name := Path(f"{self.path}.damaged-{n}"))
                )
                # The journals first: left behind, they would be played into the new record.
                for suffix in ("-journal", "-wal", ""):
                    path = Path(f"{self.path}{suffix}")
                    if path.exists():
                        path.rename(f"{aside}{suffix}")
        except (OSError, sqlite3.Error) as error:
            raise RecordError(
                f"The record {self.path} is damaged, and cannot be set aside: {_reason(error)}."
            ) from error
        self.notice = (
            f"The record {self.path} was damaged: it is kept as {aside.name}, and a new one is "
            "started."
        )

    def _is_damaged(self) -> bool:
        try:
            with self._open("rwc") as db:
                found: str = db.execute("pragma integrity_check (1)").fetchone()[0]
        except DamagedRecordError:
            return True
        return found != "ok"

    def _unusable(self, error: OSError | sqlite3.Error) -> RecordError:
        """``error`` in one sentence."""
        if _code(error) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            return DamagedRecordError(
                f"The record {self.path} is damaged: the next start or check sets it aside and "
                "starts a new one."
            )
        return RecordError(f"The record {self.path} cannot be used: {_reason(error)}.")


def _status(kind: str, status: str) -> Status:
    if kind == "reset":
        return "started"
    return "passed" if status == "passed" else "failing"


def _code(error: Exception) -> int:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF  # the low byte; above it are the details


def _reason(error: OSError | sqlite3.Error) -> str:
    if isinstance(error, OSError):
        return (error.strerror or str(error)).lower()
    return _REASONS.get(_code(error), str(error))


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold a lock that every system has and that dies with its process: an SQLite transaction."""
    with closing(sqlite3.connect(path, timeout=_WAIT, isolation_level=None)) as db:
        db.execute("begin exclusive")
        yield

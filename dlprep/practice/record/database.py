"""The record's file: one SQLite database, its versions, and what is done when it is damaged.

A connection lives for one operation. It costs a fraction of a millisecond, leaves no lock behind,
and never writes to a file that was moved or replaced in the meantime.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Literal, TypeVar

from dlprep.errors import UserError

T = TypeVar("T")

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
    (
        # of a check: the failing cases that call what is not implemented yet
        "alter table event add column unwritten integer",
        # An event's own name in every copy of the record. Those from before this version get one
        # that is the same in all copies, so that they are told to be the same.
        "alter table event add column uid text",
        "update event set uid = '1-' || id || '-' || at",
        "create unique index event_uid on event (uid)",
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


class Database:
    """The file ``path``, which the first writing creates together with its folder.

    All methods raise ``RecordError``. Reading creates nothing: without a file, there are no rows.

    A damaged file is set aside by the next writing, whole and under another name, and what can be
    read of it is the beginning of a new one; ``notice`` is then the sentence that says so, and
    empty otherwise. That is why each writing looks first whether the file is sound: what is only
    noticed where it hurts would be noticed late. It takes 3 ms for a thousand attempts.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self.notice = ""

    def rows(self, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """What a query finds."""
        return self.read(lambda db: db.execute(query, values).fetchall()) or []

    def read(self, look: Callable[[sqlite3.Connection], T]) -> T | None:
        """What ``look`` finds, in the record as it is at one moment; None without a record."""
        try:
            if not self.path.stat().st_size:
                return None
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise self._unusable(error) from error
        # "rw", not "ro": what a killed process left half done must be rolled back before reading.
        # On a read-only disk SQLite reads all the same.
        with self._open("rw") as db:
            self._migrate(db)
            db.execute("begin")
            return look(db)

    def write(self, change: Callable[[sqlite3.Connection], T]) -> T:
        """Make a change, wholly or not at all; what ``change`` gives."""
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
            return self._changed(change)
        except DamagedRecordError:
            self._set_aside()
            return self._changed(change)

    def _changed(self, change: Callable[[sqlite3.Connection], T]) -> T:
        with self._open("rwc") as db:
            self._migrate(db)
            db.execute("begin immediate")
            self._require_sound(db)
            given = change(db)
            db.execute("commit")
            return given

    @contextmanager
    def _open(self, mode: Literal["rw", "rwc"]) -> Iterator[sqlite3.Connection]:
        """A connection to the record; what is not committed is rolled back.

        The rollback journal is SQLite's default and stays: with a write-ahead log, attempts live
        in a second file until a checkpoint, where a copy of the record alone loses them, and even
        reading needs a shared file beside it, which a read-only disk or a network folder refuses.
        """
        uri = f"{self.path.as_uri()}?mode={mode}"
        try:
            with closing(sqlite3.connect(uri, uri=True, timeout=_WAIT, isolation_level=None)) as db:
                # The default, "full", may forget the last attempt when the power fails.
                db.execute("pragma synchronous = extra")
                # SQLite's default, mostly: the text of a recovered event may be lost.
                db.execute("pragma foreign_keys = off")
                # A letter that the disk garbled is no reason to refuse all others.
                db.text_factory = lambda text: text.decode(errors="replace")
                yield db
        except sqlite3.Error as error:
            raise self._unusable(error) from error

    def _migrate(self, db: sqlite3.Connection) -> None:
        if self._version(db) == len(MIGRATIONS):
            return
        db.execute("begin immediate")
        self._require_sound(db)
        migrate(db, self._version(db))  # another shell may have been faster
        db.execute("commit")

    def _version(self, db: sqlite3.Connection) -> int:
        version: int = db.execute("pragma user_version").fetchone()[0]
        if version > len(MIGRATIONS):
            raise RecordError(
                f"The record {self.path} was written by a newer dlprep (version {version} of the "
                f"record; this one knows {len(MIGRATIONS)}): it is left untouched. Update dlprep."
            )
        return version

    def _require_sound(self, db: sqlite3.Connection) -> None:
        if db.execute("pragma integrity_check (1)").fetchone() != ("ok",):
            raise self._damaged()

    def _set_aside(self) -> None:
        """Put what can be recovered in a damaged record's place, unless another shell just did."""
        from dlprep.practice.record.recovery import replace_damaged

        try:
            with _locked(self.path.with_name("set-aside.lock")):
                try:
                    self._changed(lambda db: None)
                except DamagedRecordError:
                    self.notice = replace_damaged(self.path)
        except (OSError, sqlite3.Error) as error:
            raise RecordError(
                f"The record {self.path} is damaged, and cannot be set aside: {_reason(error)}."
            ) from error

    def _unusable(self, error: OSError | sqlite3.Error) -> RecordError:
        """``error`` in one sentence."""
        if _code(error) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            return self._damaged()
        return RecordError(f"The record {self.path} cannot be used: {_reason(error)}.")

    def _damaged(self) -> DamagedRecordError:
        return DamagedRecordError(
            f"The record {self.path} is damaged: the next start or check sets it aside and "
            "recovers what can be read."
        )


def migrate(db: sqlite3.Connection, version: int, to: int | None = None) -> None:
    """Bring a record from a version to another, or to ours; the transaction is the caller's."""
    to = len(MIGRATIONS) if to is None else to
    for statements in MIGRATIONS[version:to]:
        for statement in statements:
            db.execute(statement)
    db.execute(f"pragma user_version = {to}")


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
        db.execute("pragma journal_mode = memory")  # who is killed leaves no file but the lock
        db.execute("begin exclusive")
        yield

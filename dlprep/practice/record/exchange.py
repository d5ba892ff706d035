"""The record as JSON lines: written out whole, and read into another one.

The first line says what it is, and how many events there are, so that a part is not taken for the
whole. Then come the events in their order, each text as a line before the first event that needs
it; a text that belongs to no event any more comes before them all. Two records with the same
events and texts give the same bytes.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import sqlite3
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from dlprep import __version__
from dlprep.errors import UserError
from dlprep.practice.record import Record, text_hash
from dlprep.practice.record.merge import Imported, Row, merge
from dlprep.practice.record.rows import flaw, unpack
from dlprep.practice.workspace import LARGEST_SUBMISSION

FORMAT = 1
LONGEST_LINE = 8 << 20  # bytes; a text has at most 1 MiB, and JSON makes six of one at most

_NEEDED = ("uid", "at", "utc_offset", "exercise", "kind", "text_hash")
_COLUMNS = (
    *_NEEDED,
    *("status", "seed", "seconds", "passing", "total", "unwritten", "mistakes", "only_case"),
)
_EVENTS = f"select {', '.join(_COLUMNS)} from event order by id"
_ORPHANS = "select hash from text where hash not in (select text_hash from event) order by hash"


class ExchangeError(UserError):
    """The lines cannot be written, or are not a record. One sentence."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export wrote."""

    events: int
    texts: int
    left_out: int  # events that cannot be read


# export


def export(record: Record, file: BinaryIO) -> Exported:
    """Write the record. Raises ``RecordError``, and ``ExchangeError`` if there is none."""
    went = record.read(lambda db: _export(db, file))
    if went is None:
        raise ExchangeError(f"There is nothing to export: there is no record {record.path}.")
    return went


@contextmanager
def new_file(path: Path) -> Iterator[BinaryIO]:
    """A file to write, which gets its name when it is whole, and only if nothing has that name.

    Raises ``ExchangeError``; nothing is left behind then.
    """
    if not path.name:
        raise ExchangeError(f"{path} is a folder, and no file can have its name.")
    half = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        if os.path.lexists(path):
            raise FileExistsError
        with half.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        try:
            path.hardlink_to(half)
        except FileExistsError:
            raise
        except OSError:  # not every file system has links
            half.rename(path)
    except FileExistsError:
        raise ExchangeError(f"{path} exists already, and is left as it is.") from None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ExchangeError(f"{path} cannot be written: {reason}.") from error
    finally:
        with suppress(OSError):
            half.unlink(missing_ok=True)


def _export(db: sqlite3.Connection, file: BinaryIO) -> Exported:
    rows = [dict(zip(_COLUMNS, row, strict=True)) for row in db.execute(_EVENTS)]
    events = [row for row in rows if not flaw(row)]
    _write(
        file,
        {"dlprep": "record", "format": FORMAT, "version": __version__, "events": len(events)},
    )
    texts = 0
    for (digest,) in db.execute(_ORPHANS):
        if (text := _text(db, digest)) is not None:
            _write(file, _text_line(digest, text))
            texts += 1
    written: set[str] = set()
    for event in events:
        digest = event["text_hash"]
        if digest not in written:
            text = _text(db, digest)
            _write(file, _text_line(digest, text))
            written.add(digest)
            texts += text is not None
        mistakes = event["mistakes"] and json.loads(event["mistakes"])
        _write(file, {"event": event.pop("uid")} | event | {"mistakes": mistakes})
    return Exported(len(events), texts, len(rows) - len(events))


def _text(db: sqlite3.Connection, digest: str) -> bytes | None:
    body = db.execute("select body from text where hash = ?", (digest,)).fetchone()
    return unpack(body[0], digest) if body else None


def _text_line(digest: str, text: bytes | None) -> Row:
    if text is None:
        return {"text": digest, "lost": True}
    try:
        return {"text": digest, "utf8": text.decode()}
    except UnicodeDecodeError:
        return {"text": digest, "base64": base64.b64encode(text).decode("ascii")}


def _write(file: BinaryIO, line: Row) -> None:
    """Write a line: readable, but with no character that ends one or that a terminal obeys."""
    text = json.dumps(line, ensure_ascii=False)
    if not text.isprintable():
        text = "".join(char if char.isprintable() else json.dumps(char)[1:-1] for char in text)
    file.write(text.encode() + b"\n")


# import


def import_(record: Record, file: BinaryIO, name: str) -> Imported:
    """Read what ``export`` wrote, called ``name``, into the record: all of it or nothing.

    Events that are here already are left as they are, and the others put between them by time.
    Raises ``ExchangeError``, with the line that is wrong, and ``RecordError``.
    """
    # A private database, on disk when it is large: the record is not locked while we read.
    with closing(sqlite3.connect("", isolation_level=None)) as staged:
        staged.execute("begin")
        staged.execute("create table text (hash text primary key, body blob)")
        with _explained(name):
            events = _Reader(file, name, staged).events()
        if not events and not staged.execute("select 1 from text").fetchone():
            return Imported(0, 0, 0)
        return record.write(lambda db: merge(db, events, staged))


@contextmanager
def _explained(name: str) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise ExchangeError(f"{name} cannot be unpacked in a temporary file: {error}.") from error


class _Reader:
    """The lines of a file; its texts go to ``staged`` as they come."""

    def __init__(self, file: BinaryIO, name: str, staged: sqlite3.Connection) -> None:
        self._file, self._name, self._staged = file, name, staged
        self._number = 0  # of the last line that was read
        self._texts: set[str] = set()  # those before it, the lost ones too
        self._events: dict[str, Row] = {}

    def events(self) -> list[Row]:
        """Read everything; the events, by their columns."""
        header = self._line()
        if header is None or header.get("dlprep") != "record":
            raise self._wrong()
        form, promised = header.get("format"), header.get("events")
        if type(form) is int and form > FORMAT:
            raise ExchangeError(
                f"{self._name} was exported by a newer dlprep (format {form} of the export; this "
                f"one knows {FORMAT}), so nothing was imported. Update dlprep."
            )
        if form != FORMAT or type(promised) is not int:
            raise self._wrong()
        while (line := self._line()) is not None:
            if "event" in line:
                self._event(line)
            else:
                self._text(line)
        if len(self._events) != promised:
            raise ExchangeError(
                f"{self._name} ends with line {self._number} and has {len(self._events)} events,"
                f" not {promised} as its first line says: nothing was imported."
            )
        return list(self._events.values())

    def _line(self) -> Row | None:
        """The next line; None at the end."""
        data = self._file.readline(LONGEST_LINE + 1)
        if not data:
            return None
        self._number += 1
        if len(data) > LONGEST_LINE:
            raise self._wrong("is longer than any that dlprep writes")
        try:
            line = json.loads(data.decode())
        except UnicodeDecodeError:
            raise self._wrong("is not UTF-8") from None
        except (ValueError, RecursionError):
            raise self._wrong("is not whole" if data[-1:] != b"\n" else "is not JSON") from None
        if not isinstance(line, dict):
            raise self._wrong("is neither an event nor a text")
        if data[-1:] != b"\n":
            raise self._wrong("is not whole")
        return line

    def _text(self, line: Row) -> None:
        digest, text = line.pop("text", None), None
        if flaw({"text_hash": digest}) or len(line) != 1:
            raise self._wrong("is neither an event nor a text")
        ((form, value),) = line.items()
        if form == "lost" and value is True:
            self._texts.add(digest)
            return
        try:
            text = _FORMS[form](value)
        except (KeyError, TypeError, AttributeError, ValueError, binascii.Error):
            raise self._wrong("holds a text in a form that no export has") from None
        if len(text) > LARGEST_SUBMISSION:
            raise self._wrong("holds a text that is larger than 1 MiB")
        if text_hash(text) != digest:
            raise self._wrong("holds a text that is not the one it is said to be")
        self._texts.add(digest)
        body = zlib.compress(text)
        self._staged.execute("insert or ignore into text values (?, ?)", (digest, body))

    def _event(self, line: Row) -> None:
        uid = line.pop("event")
        event = {"uid": uid} | line
        if strange := event.keys() - {*_COLUMNS}:
            raise self._wrong(f"has the unknown field {min(strange)!r}")
        mistakes = event.get("mistakes")
        if isinstance(mistakes, list) and all(isinstance(name, str) for name in mistakes):
            event["mistakes"] = json.dumps(mistakes)
        elif mistakes is not None:
            raise self._wrong("has no valid 'mistakes'")
        if wrong := flaw(dict.fromkeys(_NEEDED) | event):
            raise self._wrong(f"has no valid {'event' if wrong == 'uid' else wrong!r}")
        if event["text_hash"] not in self._texts:
            raise self._wrong("is of an event whose text is not above it")
        if uid in self._events:
            raise self._wrong("is of an event that came before")
        self._events[uid] = event

    def _wrong(self, what: str = "") -> ExchangeError:
        if self._number <= 1:  # whatever it is
            return ExchangeError(f"{self._name} does not begin as what dlprep exports.")
        return ExchangeError(f"Line {self._number} of {self._name} {what}: nothing was imported.")


_FORMS: dict[str, Callable[[Any], bytes]] = {
    "utf8": lambda value: value.encode(),
    "base64": lambda value: base64.b64decode(value.encode("ascii"), validate=True),
}

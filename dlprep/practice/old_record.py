"""The record of earlier versions, an SQLite file: read once, into the lines of today's."""

from __future__ import annotations

import json
import shutil
import sqlite3
import tempfile
import time
import zlib
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from dlprep.files import MAX_SOURCE
from dlprep.practice.events import read_event
from dlprep.practice.record import LARGEST, LONGEST, as_line, text_hash, text_line

PATIENCE = 60.0  # seconds; 20,000 events take two


class Adopted(NamedTuple):
    """What was read of an old record, and how many rows cannot be; ``flaw``: why it ended early."""

    events: int
    texts: int
    unreadable: int
    flaw: str


def adopt(old: Path, file: BinaryIO) -> Adopted:
    """Write all that can be read of an old record as lines; it stays as it is. Raises ``OSError``.

    It may be a stranger's, so its tables alone are read, and no longer than for ``PATIENCE``.
    """
    flaws: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        # A copy, in which SQLite rolls back what a killed process left half done.
        copy = Path(folder, "copy")
        for end in ("", "-journal"):
            part = old.with_name(old.name + end)
            if part.is_file() and part.stat().st_size <= LARGEST:
                shutil.copyfile(part, f"{copy}{end}")
        with closing(sqlite3.connect(copy)) as db:
            db.row_factory = sqlite3.Row
            db.text_factory = lambda text: text.decode(errors="replace")
            db.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST)
            patience = time.monotonic() + PATIENCE
            db.set_progress_handler(lambda: time.monotonic() > patience, 100_000)
            db.execute("pragma trusted_schema = off")
            counts = _write(db, file, flaws)
    return Adopted(*counts, flaws[0] if flaws else "")


def _write(db: sqlite3.Connection, file: BinaryIO, flaws: list[str]) -> tuple[int, int, int]:
    """Write the lines of a database: the number of events, of texts, and of unreadable rows."""

    def rows(query: str) -> Iterator[dict[str, Any]]:
        try:
            yield from map(dict, db.execute(query))
        except (sqlite3.Error, UnicodeError) as error:  # a column's name may be anything
            flaws.append(str(error))

    made = {row["name"]: str(row["sql"]).lower() for row in rows("select * from sqlite_master")}
    if not all(made.get(name, "").startswith("create table") for name in ("text", "event")):
        flaws.append("it is not a record of dlprep's")  # views and virtual tables are programs
        return 0, 0, 0
    events = texts = unreadable = 0
    for row in rows("select hash, body from text"):
        text = _unpacked(row["body"], row["hash"])
        if text is None:
            unreadable += 1
        else:
            file.write(text_line(text))
            texts += 1
    last = ""
    for row in rows("select * from event order by id"):
        uid = row.get("uid") or f"1-{row.get('id')}-{row.get('at')}"  # the first version had none
        row |= {"event": uid, "after": last, "mistakes": _names(row.get("mistakes"))}
        fields = {name: value for name, value in row.items() if type(value) in _JSON}
        line = as_line(fields)
        if read_event(line) is None:
            unreadable += 1
        else:
            file.write(line)
            events, last = events + 1, uid
    return events, texts, unreadable


def _names(value: Any) -> Any:
    with suppress(ValueError, TypeError, RecursionError):
        return json.loads(value)
    return None


def _unpacked(body: Any, digest: Any) -> bytes | None:
    """The text in a row; None if it is not whole, or larger than any text."""
    try:
        text = zlib.decompressobj().decompress(body, MAX_SOURCE)
    except (zlib.error, TypeError):
        return None
    return text if text_hash(text) == digest else None


_JSON = (str, int, float, list)

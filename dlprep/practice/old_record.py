"""The record of earlier versions, an SQLite file: read once, into the lines of today's."""

from __future__ import annotations

import json
import shutil
import sqlite3
import tempfile
import time
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from dlprep.files import MAX_SOURCE
from dlprep.practice.events import LARGEST, LONGEST, as_line, read_event, text_hash, text_line

PATIENCE = 60.0  # seconds; 20,000 events take two


class Adopted(NamedTuple):
    """What was read of an old record, and how many rows cannot be; ``flaw``: why it ended early."""

    events: int
    texts: int
    unreadable: int
    flaw: str


def adopt(old: Path, file: BinaryIO) -> Adopted:
    """Write all that can be read of an old record as lines; it stays as it is. Raises ``OSError``.

    A stranger may have made it: only its tables are read, and for no longer than ``PATIENCE``.
    """
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
            return _write(db, file)


def _write(db: sqlite3.Connection, file: BinaryIO) -> Adopted:
    flaws: list[str] = []

    def rows(query: str) -> Iterator[dict[str, Any]]:
        try:
            yield from map(dict, db.execute(query))
        except (sqlite3.Error, UnicodeError) as error:  # a column's name may be anything
            flaws.append(str(error))

    made = {row["name"]: str(row["sql"]).lower() for row in rows("select * from sqlite_master")}
    if not all(made.get(name, "").startswith("create table") for name in ("text", "event")):
        # views and virtual tables are programs
        return Adopted(0, 0, 0, flaws[0] if flaws else "it is not a record of dlprep's")
    events = texts = unreadable = 0
    for row in rows("select hash, body from text"):
        try:
            text = zlib.decompressobj().decompress(row["body"], MAX_SOURCE)
        except (zlib.error, TypeError):
            text = b""
        if text_hash(text) == row["hash"]:
            file.write(text_line(text))
            texts += 1
        else:
            unreadable += 1
    last = ""
    for row in rows("select * from event order by id"):
        uid = row.get("uid") or f"1-{row.get('id')}-{row.get('at')}"  # the first version had none
        try:
            mistakes = json.loads(row["mistakes"])
        except (ValueError, TypeError, KeyError, RecursionError):
            mistakes = None
        row |= {"event": uid, "after": last, "mistakes": mistakes}
        line = as_line({name: value for name, value in row.items() if type(value) is not bytes})
        if read_event(line):
            file.write(line)
            events, last = events + 1, uid
        else:
            unreadable += 1
    return Adopted(events, texts, unreadable, flaws[0] if flaws else "")

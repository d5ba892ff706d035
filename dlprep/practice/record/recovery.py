"""What is done with a damaged record: it is kept whole, and what is left of it goes on.

The new record is built beside the damaged one and put in its place in one step. So a process that
is killed on the way leaves the damaged record where it was, and the next writing begins again, or
the recovered one is there already.
"""

from __future__ import annotations

import filecmp
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from dlprep.practice.record.database import MIGRATIONS, migrate
from dlprep.practice.record.pages import Value, read_header, read_rows
from dlprep.practice.record.rows import flaw, unpack

_JOURNALS = ("-journal", "-wal")


@dataclass(frozen=True, slots=True)
class Recovered:
    """How much of a record there still is; ``textless`` are the events whose text is lost."""

    events: int
    texts: int
    textless: int

    def __str__(self) -> str:
        if not self.events and not self.texts:
            return "nothing in it could be read"
        said = f"{_count(self.events, 'event')} and {_count(self.texts, 'text')} were recovered"
        if self.textless:
            said += f", but the text of {_count(self.textless, 'event')} is lost"
        return said


def replace_damaged(path: Path) -> str:
    """Keep a damaged record under another name, and put what can be recovered in its place.

    The sentence that says so. Of a link, the link is replaced: what it leads to may be anything.
    Nobody else may be at it meanwhile. Raises ``OSError`` and
    ``sqlite3.Error``; the damaged record is then still in its place.
    """
    new = path.with_name(f"{path.name}.recovered")
    try:
        recovered = recover(path, new)
        aside = _keep(path)
        # Its journals have to go first: left behind, they would be played into the new record.
        for suffix in _JOURNALS:
            journal = Path(f"{path}{suffix}")
            if journal.exists():
                journal.replace(f"{aside}{suffix}")
        # The folder is synchronised by the writing that follows.
        new.replace(path)
    finally:
        _remove(new)
    return f"The record {path} was damaged: it is kept as {aside.name}, and {recovered}."


def recover(damaged: Path, new: Path) -> Recovered:
    """Make the record ``new`` of what can be read of a damaged one, at that one's version."""
    _remove(new)  # what a killed process left
    version = _version(damaged)
    with closing(sqlite3.connect(new, isolation_level=None)) as db:
        db.execute("pragma foreign_keys = off")
        db.execute("begin")
        migrate(db, 0, version)
        columns = _columns(db)
        events: dict[Any, dict[str, Any]] = {}  # once each, should a page be there twice
        for number, values in read_rows(damaged):
            if len(values) == 2 and unpack(values[1], values[0]) is not None:
                db.execute("insert or ignore into text values (?, ?)", values)
            elif event := _event(number, values, columns):
                events.setdefault(event.get("uid", number), event)
        last = 0
        for event in sorted(events.values(), key=lambda event: int(event["id"])):
            last = event["id"] = max(event["id"], last + 1)
        places = ", ".join(f":{name}" for name in columns)
        db.executemany(f"insert into event values ({places})", events.values())
        recovered = Recovered(*map(int, _figures(db)))
        db.execute("commit")
    return recovered


def _figures(db: sqlite3.Connection) -> Iterator[int]:
    for query in (
        "select count(*) from event",
        "select count(*) from text",
        "select count(*) from event where text_hash not in (select hash from text)",
    ):
        yield db.execute(query).fetchone()[0]


def _version(damaged: Path) -> int:
    """The version of a record: as its header says, else the newest with events so wide."""
    version = read_header(damaged).version
    if version is not None and 1 <= version <= len(MIGRATIONS):
        return version
    widths = {}
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        for n in range(len(MIGRATIONS)):
            migrate(db, n, n + 1)
            widths[len(_columns(db))] = n + 1
    found = [len(values) for _, values in read_rows(damaged) if len(values) in widths]
    return widths[max(found)] if found else len(MIGRATIONS)


def _columns(db: sqlite3.Connection) -> list[str]:
    return [row[1] for row in db.execute("pragma table_info (event)")]


def _event(number: int, values: list[Value], columns: list[str]) -> dict[str, Any] | None:
    """The event that has these columns, if it is one."""
    if len(values) != len(columns):
        return None
    event = dict(zip(columns, values, strict=True)) | {"id": number}
    return None if flaw(event) else event


def _keep(path: Path) -> Path:
    """Give a file a second name, which nothing has yet; whoever was killed here gave it already."""
    for n in count(1):
        aside = path.with_name(f"{path.name}.damaged-{n}")
        if not os.path.lexists(aside):
            break
        if aside.is_file() and filecmp.cmp(path, aside, shallow=False):
            return aside
    try:
        aside.hardlink_to(path)
    except OSError:  # not every file system has links
        half = path.with_name(f"{path.name}.half")
        try:
            shutil.copy2(path, half)
            half.replace(aside)
        finally:
            half.unlink(missing_ok=True)
    return aside


def _remove(new: Path) -> None:
    for suffix in ("", *_JOURNALS):
        Path(f"{new}{suffix}").unlink(missing_ok=True)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"

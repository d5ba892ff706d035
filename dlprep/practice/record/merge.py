"""Two records become one: copies of a folder that went on separately lose nothing."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Any

from dlprep.practice.record import add_texts, insert_event

Row = dict[str, Any]  # an event, by its columns' names


@dataclass(frozen=True, slots=True)
class Imported:
    """What came in."""

    events: int
    texts: int
    known: int  # events that were here already


def merge(db: sqlite3.Connection, theirs: list[Row], staged: sqlite3.Connection) -> Imported:
    """Add the events of another record, in its order, and its texts, which are in ``staged``.

    Only the numbers of our events may change. The transaction is the caller's.
    """
    count = "select count(*) from text"
    (before,) = db.execute(count).fetchone()
    add_texts(db, staged.execute("select hash, body from text"))
    texts = db.execute(count).fetchone()[0] - before
    names = ("id", "uid", "at")
    found = db.execute(f"select {', '.join(names)} from event order by id")
    ours = [dict(zip(names, row, strict=True)) for row in found]
    known = {row["uid"] for row in ours}
    new: list[Row] = []
    moved: list[tuple[int, int]] = []
    last = 0
    for row in merged(ours, theirs):
        last = max(row.get("id", 0), last + 1)
        if row["uid"] not in known:
            new.append(row | {"id": last})
        elif row["id"] != last:
            moved.append((last, row["id"]))
    # In two steps, since no two rows have the same number even for a moment.
    db.executemany("update event set id = -? where id = ?", moved)
    db.execute("update event set id = -id where id < 0")
    for row in new:
        insert_event(db, row)
    return Imported(len(new), texts, len(theirs) - len(new))


def merged(ours: list[Row], theirs: list[Row]) -> list[Row]:
    """Both lists of events as one: by time, but each in its own order, and common ones once.

    Clocks go back, so this is no sorting: of the two events that are next, the earlier one comes
    first. An event that both have stands behind all that either has before it.
    """
    to_come = {row["uid"] for row in theirs}
    places = {row["uid"]: n for n, row in enumerate(ours)}
    result: list[Row] = []
    done = 0
    for row in theirs:
        to_come.discard(row["uid"])
        if row["uid"] in places:
            end = max(places[row["uid"]] + 1, done)
        else:
            end = done
            while end < len(ours) and _before(ours[end], row) and ours[end]["uid"] not in to_come:
                end += 1
        result += ours[done:end]
        done = end
        if row["uid"] not in places:
            result.append(row)
    return result + ours[done:]


def _before(one: Row, other: Row) -> bool:
    """By time, and between events of the same millisecond in the same way from either side."""
    return (str(one["at"]), str(one["uid"])) < (str(other["at"]), str(other["uid"]))

"""Migrations: from blank, and from every version that users have."""

from __future__ import annotations

import os
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from recording import (
    assert_sound,
    killed_at_every_statement,
    large_record,
    old_record,
    rows,
    texts,
)

from dlprep.practice.record import Record
from dlprep.practice.record.database import MIGRATIONS

SCHEMA = "select type, name, tbl_name, sql from sqlite_master order by name"
NEWEST = len(MIGRATIONS)


@pytest.mark.parametrize("version", range(1, NEWEST))
def test_an_old_record_is_there_for_every_version(version: int, tmp_path: Path) -> None:
    """A new migration needs ``versions/N.sql``, dumped from a record of the version before it."""
    path = old_record(tmp_path / "old", version)
    made = tmp_path / "made"
    with closing(sqlite3.connect(made)) as db:
        for statements in MIGRATIONS[:version]:
            for statement in statements:
                db.execute(statement)
    assert rows(path, SCHEMA) == rows(made, SCHEMA)
    assert len(rows(path, "select * from event")) >= 10
    assert_sound(path)


@pytest.mark.parametrize("version", range(NEWEST))
def test_every_version_becomes_what_a_blank_record_is(version: int, tmp_path: Path) -> None:
    blank, path = tmp_path / "blank", tmp_path / "old"
    Record(blank).started("softmax", b"")
    if version:
        old_record(path, version)
    Record(path).started("softmax", b"")
    assert rows(path, SCHEMA) == rows(blank, SCHEMA)
    assert [row["name"] for row in rows(path, SCHEMA) if row["type"] == "table"] == [
        "event",
        "text",
    ]
    assert rows(path, "pragma user_version") == [{"user_version": NEWEST}]
    assert_sound(path)


@pytest.mark.parametrize("version", range(1, NEWEST))
def test_a_migration_changes_nothing_that_was_there(version: int, tmp_path: Path) -> None:
    path = old_record(tmp_path / "old", version)
    events, kept = rows(path, "select * from event order by id"), texts(path)
    assert Record(path).last_exercise() == "softmax"  # reading is enough
    assert rows(path, "pragma user_version") == [{"user_version": NEWEST}]
    migrated = rows(path, "select * from event order by id")
    assert [{name: row[name] for name in events[0]} for row in migrated] == events
    assert texts(path) == kept
    assert_sound(path)


@pytest.mark.parametrize("version", range(1, NEWEST))
def test_copies_of_one_record_are_told_to_be_the_same(version: int, tmp_path: Path) -> None:
    uids = []
    for name in ("one", "other"):
        record = Record(old_record(tmp_path / name, version))
        record.started("relu", name.encode())
        uids.append([event.uid for event in record.events()])
    assert uids[0][:-1] == uids[1][:-1]
    assert uids[0][-1] != uids[1][-1]
    assert len({*uids[0], *uids[1]}) == len(uids[0]) + 1


def test_the_events_of_the_first_version_are_read_as_they_were_written(tmp_path: Path) -> None:
    record = Record(old_record(tmp_path / "old", 1))
    events = record.events()
    assert [(event.number, event.kind, event.status) for event in events] == [
        (1, "started", None),
        (2, "checked", "failed"),
        (3, "checked", "failed"),
        (4, "checked", "passed"),
        (5, "checked", "passed"),
        (6, "reset", None),
        (7, "checked", "error"),
        (8, "checked", "fault"),
        (9, "started", None),
        (10, "checked", "failed"),
    ]
    assert events[4].seed == 2**70
    assert events[3].only_case == "large_logits"
    assert events[9].mistakes == ("wrong axis", "no max subtraction")
    assert events[0].uid == "1-1-2026-10-03T17:58:01.003+00:00"
    assert {event.unwritten for event in events} == {None}
    assert record.text(events[6].text_hash) == b"def softmax(x):  # \xff\xfe is not UTF-8\n"
    assert record.statuses() == {"softmax": "failing", "relu": "started"}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no fork")
def test_a_kill_at_any_statement_of_a_migration_loses_nothing(tmp_path: Path) -> None:
    large_record(tmp_path / "source", 1, 300)
    source = (tmp_path / "source").read_bytes()
    events = rows(tmp_path / "source", "select * from event order by id")
    killed = killed_at_every_statement(tmp_path / "source", "Record(path).statuses()")
    assert any(statement.startswith("update event set uid") for statement, _ in killed)
    half_written = 0
    for statement, path in killed:
        half_written += path.read_bytes() != source
        found = [event.number for event in Record(path).events()]
        assert found == [event["id"] for event in events], statement
        assert rows(path, "pragma user_version") == [{"user_version": NEWEST}]
        migrated = rows(path, "select * from event order by id")
        assert [{name: row[name] for name in events[0]} for row in migrated] == events
        assert_sound(path)
    assert half_written >= 2, "no kill fell into a transaction that was half in the file"


@pytest.mark.parametrize("attempt", range(3))
def test_shells_that_open_an_old_record_at_once_migrate_it_once(
    tmp_path: Path, attempt: int
) -> None:
    path = tmp_path / "old"
    large_record(path, 1, 300)
    shells = 6
    together = threading.Barrier(shells)

    def use(n: int) -> int:
        record = Record(path)
        together.wait()
        if n % 2:
            record.started("relu", str(n).encode())
        return len(record.events())

    with ThreadPoolExecutor(shells) as pool:
        found = list(pool.map(use, range(shells)))
    assert all(310 <= n <= 313 for n in found)
    assert len(Record(path).events()) == 313
    assert_sound(path)

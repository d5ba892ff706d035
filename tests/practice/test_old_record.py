"""The SQLite record of earlier versions: read once, whole, and left as it is. It may be hostile."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import threading
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from recording import child, files, old_record, texts

from dlprep.practice import old_record as old_module
from dlprep.practice.events import Copied
from dlprep.practice.record import Record

# Leave a transaction half written, as a process does that dies while it commits.
TEARING = """
import sqlite3, sys

db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("pragma cache_size = 1")
db.execute("begin immediate")
db.execute("update event set exercise = 'torn'")
for n in range(100):
    db.execute("insert into text values (?, zeroblob(4000))", (str(n),))
print("torn", flush=True)
sys.stdin.read()
"""


def rows(path: Path, query: str) -> list[dict[str, object]]:
    with closing(sqlite3.connect(path)) as db:
        db.row_factory = sqlite3.Row
        return [dict(row) for row in db.execute(query)]


def change(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as db, db:
        for statement in statements:
            db.execute(statement)


@pytest.mark.parametrize(("version", "count"), [(1, (10, 6, 0)), (2, (10, 6, 1))])
def test_all_of_it_is_in_the_record_and_it_is_left_as_it_is(
    path: Path, version: int, count: tuple[int, int, int]
) -> None:
    old = old_record(path, version)
    before = old.read_bytes()
    record = Record(path)
    assert record.adopt_old() == Copied(*count)
    assert record.adopt_old() is None
    assert files(path.parent).keys() == {"record.jsonl", "record.sqlite3"}
    assert old.read_bytes() == before

    bodies = {row["hash"]: row["body"] for row in rows(old, "select * from text")}
    events = record.events()
    for event, row in zip(events, rows(old, "select * from event order by id"), strict=True):
        assert event.at.isoformat(timespec="milliseconds") == row["at"]
        for name in ("utc_offset", "exercise", "kind", "text_hash", "status", "only_case"):
            assert getattr(event, name) == row[name]
        for name in ("seconds", "passing", "total"):
            assert getattr(event, name) == row[name]
        assert event.seed == (None if row["seed"] is None else int(str(row["seed"])))
        assert list(event.mistakes) == json.loads(str(row["mistakes"] or "[]"))
        assert event.unwritten == row.get("unwritten")
        body = bodies[event.text_hash]
        assert record.text(event.text_hash) == zlib.decompress(body)  # type: ignore[arg-type]
    record.add("started", "relu", b"new")
    assert record.events()[:-1] == events
    assert record.last_exercise() == "relu"


@pytest.mark.parametrize("version", [1, 2])
def test_copies_are_read_to_the_same_lines(path: Path, tmp_path: Path, version: int) -> None:
    """So that they still are one history when the one is imported into the other."""
    other = tmp_path / "other" / path.name
    for place in (path, other):
        old_record(place, version)
        assert Record(place).events()
    assert path.read_bytes() == other.read_bytes()


@pytest.mark.parametrize("attempt", range(3))
def test_many_at_once_read_it_once(path: Path, attempt: int) -> None:
    old_record(path, 2)
    together = threading.Barrier(8)

    def use(n: int) -> None:
        together.wait()
        Record(path).add("started", "relu", str(n).encode())

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(use, range(8)))
    kinds = [event.kind for event in Record(path).events()]
    assert len(kinds) == 18
    assert kinds[10:] == ["started"] * 8
    assert sorted(texts(path)[10:]) == [str(n).encode() for n in range(8)]
    assert files(path.parent).keys() == {"record.jsonl", "record.sqlite3"}


def test_what_a_killed_process_left_half_done_is_not_read(path: Path) -> None:
    old = old_record(path, 2)
    whole = old.read_bytes()
    shell = child(TEARING, old)
    assert shell.stdout is not None
    assert shell.stdout.readline() == "torn\n"
    shell.kill()
    with shell:
        pass
    before = files(path.parent)
    assert before["record.sqlite3"] != whole
    assert before["record.sqlite3-journal"]
    assert Record(path).adopt_old() == Copied(10, 6, 1)
    assert [event.exercise for event in Record(path).events()] == ["softmax"] * 9 + ["relu"]
    assert {name: data for name, data in files(path.parent).items() if name in before} == before


# What cannot be read


def damaged(old: Path, how: str) -> None:
    data = old.read_bytes()
    old.write_bytes(
        {
            "empty": b"",
            "no database": b"garbage " * 1000,
            "no beginning": bytes(100) + data[100:],
            "no first page": bytes(4096) + data[4096:],
            "cut": data[: len(data) // 2],
            "a page of zeros": data[:4096] + bytes(4096) + data[8192:],
        }[how]
    )


@pytest.mark.parametrize(
    "how", ["empty", "no database", "no beginning", "no first page", "cut", "a page of zeros"]
)
def test_of_a_damaged_one_is_read_what_can_be(path: Path, how: str) -> None:
    old = old_record(path, 2)
    damaged(old, how)
    before = old.read_bytes()
    record = Record(path)
    adopted = record.adopt_old()
    assert adopted is not None
    assert adopted.flaw
    assert "\n" not in adopted.flaw
    assert len(record.events()) == adopted.events
    assert old.read_bytes() == before
    record.add("started", "softmax", b"goes on")
    assert len(record.events()) == adopted.events + 1
    assert record.adopt_old() is None  # it is told once


def test_rows_that_no_event_or_text_is_are_skipped_and_counted(path: Path) -> None:
    old = old_record(path, 2)
    large = bytes(100 << 20)
    change(
        old,
        "update event set at = 'noon' where id = 1",
        "update event set at = x'00' where id = 2",
        "update event set exercise = '../../x' where id = 3",
        f"update event set mistakes = '{'[' * 50_000}', kind = x'ff' where id = 4",
        "update event set seconds = 9e999 where id = 5",
        "insert into text values (1, 2)",
    )
    for text, body in ((large, large), (b"a", b"b")):
        row = hashlib.sha256(text).hexdigest(), zlib.compress(body).hex()
        change(old, f"insert into text values ('{row[0]}', x'{row[1]}')")
    record = Record(path)
    assert record.adopt_old() == Copied(5, 6, 1 + 5 + 3)
    assert len(record.events()) == 5
    assert record.unreadable == 0
    assert path.stat().st_size < 1 << 20


ENDLESS = "with recursive r (n) as (select 1 union all select n + 1 from r) select"


@pytest.mark.parametrize(
    "statements",
    [
        [f"create view event as {ENDLESS} n as id, n as at from r"],
        [f"create view text as {ENDLESS} n as hash, n as body from r"],
        ["create virtual table event using fts5 (id, at)"],
        ["create table mine (id)"],
    ],
    ids=["events that are a program", "texts that are", "a virtual table", "something else"],
)
def test_programs_in_the_place_of_a_table_are_not_run(path: Path, statements: list[str]) -> None:
    old = old_record(path, 2)
    for statement in statements:
        name = statement.split()[2 + ("virtual" in statement)]
        change(old, f"drop table if exists {name}", statement)
    if "mine" in statements[0]:
        change(old, "drop table event")
    assert Record(path).adopt_old() == Copied(0, 0, 0, flaw="it is not a record of dlprep's")
    assert Record(path).events() == []


def test_a_trigger_is_not_run_and_a_column_may_be_computed(path: Path) -> None:
    old = old_record(path, 2)
    change(
        old,
        "create trigger mine after insert on event begin delete from text; end",
        "alter table event add column bomb text as (hex(zeroblob(100000000)))",
    )
    adopted = Record(path).adopt_old()
    assert adopted is not None
    assert adopted.flaw == "string or blob too big"
    assert len(rows(old, "select * from text")) == 7


def test_it_does_not_take_for_ever(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = old_record(path, 2)
    numbers = "with recursive r (n) as (select 1 union all select n + 1 from r limit 300000)"
    change(old, f"{numbers} insert into text select n, x'00' from r")
    monkeypatch.setattr(old_module, "PATIENCE", 0)
    adopted = Record(path).adopt_old()
    assert adopted is not None
    assert adopted.flaw == "interrupted"


def test_something_else_of_that_name_is_no_old_record(path: Path) -> None:
    path.parent.mkdir()
    path.with_suffix(".sqlite3").mkdir()
    record = Record(path)
    assert record.adopt_old() is None
    record.add("started", "softmax", b"mine")
    assert texts(path) == [b"mine"]


FULL = """
import os, sys
from pathlib import Path
from dlprep.practice.record import Record, RecordError

disk = Path(sys.argv[1])
record = Record(disk / ".dlprep" / "record.jsonl")
record.path.parent.mkdir()
(disk / ".dlprep" / "record.sqlite3").write_bytes(Path(sys.argv[2]).read_bytes())
with (disk / "filler").open("wb", buffering=0) as filler:
    try:
        while True:
            filler.write(bytes(4096))
    except OSError:
        pass
for use in (record.events, lambda: record.add("started", "softmax", b"mine")):
    try:
        use()
    except RecordError as error:
        print(error)
assert os.listdir(record.path.parent) == ["record.sqlite3"]
(disk / "filler").unlink()
record.add("started", "softmax", b"mine")
print(len(record.events()))
"""


def test_a_full_disk_begins_no_new_record_without_the_old_one(
    path: Path, said_on_small_disk: Callable[..., list[str]], tmp_path: Path
) -> None:
    old, disk = old_record(path, 2), tmp_path / "disk"
    shown = said_on_small_disk(FULL, old)
    record = disk / ".dlprep" / "record.sqlite3"
    said = f"The old record {record} cannot be turned into record.jsonl: no space left on device."
    assert shown == [said, said, "11"]


def test_a_record_of_20000_events_is_read_whole(path: Path) -> None:
    old = old_record(path, 2)
    change(
        old,
        "with recursive r (n) as (select 1 union all select n + 1 from r limit 2000)"
        " insert into event select null, at, utc_offset, exercise, kind, text_hash, status, seed,"
        " seconds, passing, total, mistakes, only_case, unwritten, uid || n from event, r",
    )
    adopted = Record(path).adopt_old()
    assert adopted == Copied(20_010, 6, 1)
    assert len(Record(path).events()) == 20_010

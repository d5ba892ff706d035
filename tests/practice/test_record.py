"""The record: real files, and real processes that run at once or are killed."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

import dlprep
from dlprep.model import CaseResult, NamedMistake, Verdict
from dlprep.practice import database as database_module
from dlprep.practice.database import MIGRATIONS
from dlprep.practice.record import Record, RecordError

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(dlprep.__file__).parent.parent)}

# Check one text after the other, and report each to the user once it is recorded.
CHECKING = """
import sys
from pathlib import Path
from dlprep.model import Verdict
from dlprep.practice.record import Record

path, name, checks = sys.argv[1:]
record = Record(Path(path))
verdict = Verdict("softmax", "softmax.py", "failed", 1, 0.1, "none")
for n in range(int(checks)):
    record.checked(verdict, f"{name} {n}".encode())
    print(name, n, flush=True)
"""

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


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / ".dlprep" / "record.sqlite3"


def verdict(exercise: str = "softmax", status: str = "passed", **more: object) -> Verdict:
    return Verdict(exercise, f"{exercise}.py", status, 2407, 0.25, "none", **more)  # type: ignore[arg-type]


def child(code: str, *arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=ENVIRONMENT,
        text=True,
    )


def rows(path: Path, query: str) -> list[dict[str, object]]:
    with closing(sqlite3.connect(path)) as db:
        db.row_factory = sqlite3.Row
        return [dict(row) for row in db.execute(query)]


def texts(path: Path) -> list[bytes]:
    """The text of every event, in their order."""
    found = rows(path, "select body from event left join text on hash = text_hash order by id")
    return [zlib.decompress(row["body"]) for row in found]  # type: ignore[arg-type]


def files(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def assert_sound(path: Path) -> None:
    assert rows(path, "pragma integrity_check") == [{"integrity_check": "ok"}]
    assert rows(path, "pragma foreign_key_check") == []


# What is kept


def test_reading_without_a_record_is_empty_and_creates_nothing(path: Path, tmp_path: Path) -> None:
    record = Record(path)
    assert record.statuses() == {}
    assert record.last_exercise() is None
    assert list(tmp_path.iterdir()) == []


def test_reading_an_empty_file_leaves_it_empty_and_the_first_event_uses_it(path: Path) -> None:
    path.parent.mkdir()
    path.touch()
    record = Record(path)
    assert record.statuses() == {}
    assert path.read_bytes() == b""
    record.started("softmax", b"")
    assert record.statuses() == {"softmax": "started"}


def test_a_blank_record_is_brought_to_the_newest_version(path: Path) -> None:
    Record(path).started("softmax", b"stub")
    assert rows(path, "pragma user_version") == [{"user_version": len(MIGRATIONS)}]
    tables = rows(path, "select name from sqlite_schema where type = 'table' order by name")
    assert [table["name"] for table in tables] == ["event", "text"]
    assert_sound(path)


def test_a_check_keeps_the_verdict_and_the_text(path: Path) -> None:
    before = datetime.now(UTC).isoformat(timespec="milliseconds")
    Record(path).checked(
        verdict(
            status="failed",
            cases=(CaseResult("a", "", "passed"), CaseResult("b", "", "failed", "not implemented")),
            mistakes=(NamedMistake("softmax", "no max subtraction", "Subtract it."),),
        ),
        b"def softmax(x): ...",
    )
    (event,) = rows(path, "select * from event")
    at = str(event.pop("at"))
    assert before <= at <= datetime.now(UTC).isoformat(timespec="milliseconds")
    assert len(str(event.pop("uid"))) == 32
    assert event.pop("utc_offset") == time.localtime().tm_gmtoff // 60
    assert event == {
        "id": 1,
        "exercise": "softmax",
        "kind": "checked",
        "text_hash": hashlib.sha256(b"def softmax(x): ...").hexdigest(),
        "status": "failed",
        "seed": "2407",
        "seconds": 0.25,
        "passing": 1,
        "total": 2,
        "unwritten": 1,
        "mistakes": json.dumps(["no max subtraction"]),
        "only_case": None,
    }


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the system has no tzset")
def test_an_event_knows_the_time_zone_of_its_user(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    try:
        for zone in ("UTC0", "IST-5:30", "NST3:30"):
            monkeypatch.setenv("TZ", zone)
            time.tzset()
            Record(path).started("softmax", b"")
    finally:
        monkeypatch.undo()
        time.tzset()
    events = rows(path, "select at, utc_offset from event")
    assert [event["utc_offset"] for event in events] == [0, 330, -210]
    assert all(str(event["at"]).endswith("+00:00") for event in events)


def test_a_start_and_a_reset_keep_the_text_and_have_no_verdict(path: Path) -> None:
    record = Record(path)
    record.started("softmax", b"stub")
    record.reset("softmax", b"mine")
    events = rows(path, "select kind, status, seed, seconds, passing, total, mistakes from event")
    assert [event.pop("kind") for event in events] == ["started", "reset"]
    assert all(value is None for event in events for value in event.values())
    assert texts(path) == [b"stub", b"mine"]


@pytest.mark.parametrize("text", [b"", b"\xff\xfe\x00 not UTF-8", b"x = 1\r\n" * 10_000])
def test_every_text_is_kept_byte_for_byte_and_once(path: Path, text: bytes) -> None:
    record = Record(path)
    for exercise in ("softmax", "softmax", "relu"):
        record.checked(verdict(exercise), text)
    assert texts(path) == [text] * 3
    assert rows(path, "select count(*) as n from text") == [{"n": 1}]


def test_a_seed_wider_than_the_database_s_integers_is_kept(path: Path) -> None:
    Record(path).checked(Verdict("softmax", "", "passed", 2**200 + 1, 0.1, ""), b"")
    assert rows(path, "select seed from event") == [{"seed": str(2**200 + 1)}]


# What it tells


@pytest.mark.parametrize(
    ("events", "status"),
    [
        (["started"], "started"),
        (["started", "passed"], "passed"),
        (["passed"], "passed"),
        (["failed"], "failing"),
        (["error"], "failing"),
        (["failed", "passed"], "passed"),
        (["passed", "failed"], "failing"),
        (["passed", "started"], "passed"),
        (["passed", "reset"], "started"),
        (["passed", "reset", "failed"], "failing"),
        (["fault"], "started"),
        (["passed", "fault"], "passed"),
        (["failed", "fault"], "failing"),
        (["passed one case"], "started"),
        (["failed", "passed one case"], "failing"),
        (["passed", "failed one case"], "failing"),
        (["passed", "passed one case"], "passed"),
    ],
    ids=lambda value: " then ".join(value) if isinstance(value, list) else value,
)
def test_the_last_check_decides_the_status(path: Path, events: list[str], status: str) -> None:
    record = Record(path)
    for event in events:
        if event in ("started", "reset"):
            getattr(record, event)("softmax", b"")
        else:
            only_case = "test_rows" if event.endswith("one case") else None
            record.checked(verdict(status=event.split()[0]), b"", only_case)
    record.started("relu", b"")
    assert record.statuses() == {"softmax": status, "relu": "started"}


def test_the_last_exercise_is_that_of_the_last_event(path: Path) -> None:
    record = Record(path)
    for event, exercise in [("started", "softmax"), ("started", "relu"), ("reset", "softmax")]:
        getattr(record, event)(exercise, b"")
        assert record.last_exercise() == exercise
    record.checked(verdict("relu", "error"), b"")
    assert record.last_exercise() == "relu"


def test_a_clock_that_was_set_back_changes_no_order(path: Path) -> None:
    record = Record(path)
    record.checked(verdict(status="failed"), b"")
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("update event set at = '2999-01-01T00:00:00.000+00:00'")
    record.checked(verdict(), b"")
    assert record.statuses() == {"softmax": "passed"}
    record.started("relu", b"")
    assert record.last_exercise() == "relu"


# What cannot be used


def test_a_newer_record_is_refused_and_not_touched(path: Path) -> None:
    record = Record(path)
    record.started("softmax", b"stub")
    with closing(sqlite3.connect(path)) as db:
        db.execute("pragma user_version = 99")
    before = files(path.parent)
    for use in (
        lambda: record.started("softmax", b"other"),
        lambda: record.checked(verdict(), b"other"),
        lambda: record.reset("softmax", b"other"),
        record.statuses,
        record.last_exercise,
    ):
        with pytest.raises(RecordError) as caught:
            use()
        assert str(caught.value) == (
            f"The record {path} was written by a newer dlprep (version 99 of the record; this one "
            f"knows {len(MIGRATIONS)}): it is left untouched. Update dlprep."
        )
    assert files(path.parent) == before


def test_another_database_of_that_name_is_refused(path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as db:
        db.execute("create table event (mine)")
    before = files(path.parent)
    with pytest.raises(RecordError, match=r"it is not a record of dlprep's, so move it away\.$"):
        Record(path).started("softmax", b"")
    assert files(path.parent) == before


def test_a_file_where_the_folder_should_be(path: Path) -> None:
    path.parent.write_text("mine")
    record = Record(path)
    with pytest.raises(RecordError) as caught:
        record.started("softmax", b"")
    assert str(caught.value) == f"{path.parent} is not a folder, so no record can be kept in it."
    assert record.statuses() == {}
    assert path.parent.read_text() == "mine"


def test_a_folder_where_the_record_should_be(path: Path) -> None:
    path.mkdir(parents=True)
    with pytest.raises(RecordError) as caught:
        Record(path).started("softmax", b"")
    assert str(caught.value) == (
        f"The record {path} cannot be used: it cannot be opened, or its folder cannot be written."
    )


def test_a_record_that_another_process_holds(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record = Record(path)
    record.started("softmax", b"")
    monkeypatch.setattr(database_module, "_WAIT", 0.01)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("begin immediate")
        with pytest.raises(RecordError) as caught:
            record.started("relu", b"")
        assert record.statuses() == {"softmax": "started"}
    assert str(caught.value) == (
        f"The record {path} cannot be used: another dlprep is writing to it."
    )
    record.started("relu", b"")
    assert record.last_exercise() == "relu"


# Damage

DAMAGES = {
    "not a database": lambda good: b"not a database, but long enough to be one " * 100,
    "a short file": lambda good: b"short",
    "header lost": lambda good: bytes(100) + good[100:],
    "cut": lambda good: good[: len(good) // 2],
    "pages lost": lambda good: good[:4096] + b"\xff" * (len(good) - 4096),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_record_is_set_aside_whole_and_a_new_one_started(path: Path, damage) -> None:  # type: ignore[no-untyped-def]
    record = Record(path)
    for n in (1, 2):
        record.checked(verdict(), b"before")
        damaged = damage(path.read_bytes())
        path.write_bytes(damaged)

        with pytest.raises(RecordError) as caught:
            record.statuses()
        assert str(caught.value) == (
            f"The record {path} is damaged: the next start or check sets it aside and starts a "
            "new one."
        )
        assert path.read_bytes() == damaged  # reading changes nothing

        record.started("softmax", b"after")
        assert record.notice == (
            f"The record {path} was damaged: it is kept as record.sqlite3.damaged-{n}, and a new "
            "one is started."
        )
        assert (path.parent / f"record.sqlite3.damaged-{n}").read_bytes() == damaged
        assert texts(path) == [b"after"]
        assert_sound(path)

        record.started("softmax", b"again")
        assert record.notice == ""
    assert len(files(path.parent)) == 4  # the record, two damaged ones, the lock


def test_the_journal_of_a_damaged_record_goes_with_it(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"garbage " * 1000)
    journal = Path(f"{path}-journal")
    journal.write_bytes(bytes(100))  # no beginning, so SQLite neither plays nor deletes it
    Record(path).started("softmax", b"after")
    assert not journal.exists()
    assert Path(f"{path}.damaged-1-journal").read_bytes() == bytes(100)
    assert texts(path) == [b"after"]


@pytest.mark.parametrize("attempt", range(3))
def test_shells_that_find_the_same_damage_set_it_aside_once(path: Path, attempt: int) -> None:
    path.parent.mkdir()
    garbage = b"garbage " * 1000
    path.write_bytes(garbage)
    shells = [child(CHECKING, path, f"shell-{n}", 3) for n in range(4)]
    for shell in shells:
        shell.communicate()
    assert [shell.returncode for shell in shells] == [0] * 4
    assert sorted(texts(path)) == sorted(
        f"shell-{n} {i}".encode() for n in range(4) for i in range(3)
    )
    found = files(path.parent)
    assert sorted(found) == ["record.sqlite3", "record.sqlite3.damaged-1", "set-aside.lock"]
    assert found["record.sqlite3.damaged-1"] == garbage
    assert_sound(path)


# Two shells, kill -9, a copied folder


def test_two_shells_at_once_lose_nothing(path: Path) -> None:
    shells = [child(CHECKING, path, name, 20) for name in ("left", "right")]
    record = Record(path)
    while any(shell.poll() is None for shell in shells):
        assert record.statuses() in ({}, {"softmax": "failing"})
    for shell in shells:
        shell.communicate()
    assert [shell.returncode for shell in shells] == [0, 0]
    found = texts(path)
    for name in ("left", "right"):  # each in its own order
        assert [text for text in found if text.startswith(name.encode())] == [
            f"{name} {n}".encode() for n in range(20)
        ]
    assert len(found) == 40
    assert_sound(path)


@pytest.mark.parametrize("attempt", range(5))
def test_writers_that_create_the_record_at_the_same_moment(path: Path, attempt: int) -> None:
    writers = 8
    together = threading.Barrier(writers)

    def write(n: int) -> None:
        record = Record(path)
        together.wait()
        record.started("softmax", str(n).encode())

    with ThreadPoolExecutor(writers) as pool:
        list(pool.map(write, range(writers)))
    assert sorted(texts(path)) == [str(n).encode() for n in range(writers)]
    assert_sound(path)


@pytest.mark.skipif(os.name == "nt", reason="signals are POSIX's")
@pytest.mark.parametrize("name", ["SIGKILL", "SIGINT"])
def test_every_attempt_that_was_reported_survives_a_kill(path: Path, name: str) -> None:
    chance = random.Random(2407)
    reported: list[str] = []
    rounds = 8
    for n in range(rounds):
        shell = child(CHECKING, path, f"round-{n}", 10_000)
        assert shell.stdout is not None
        seen = [shell.stdout.readline() for _ in range(chance.randrange(1, 20))]
        for _ in range(chance.randrange(2000)):  # somewhere inside a check
            pass
        shell.send_signal(getattr(signal, name))
        with shell:
            seen += shell.stdout.readlines()
        assert shell.returncode != 0
        reported += [line.strip() for line in seen if line.endswith("\n")]
    found = [text.decode() for text in texts(path)]
    assert set(reported) <= set(found)
    assert len(found) <= len(reported) + rounds  # at most the one in the making
    assert Record(path).statuses() == {"softmax": "failing"}
    assert_sound(path)


def tear(path: Path) -> None:
    """Kill a process whose transaction is half in the file, and half only in its journal."""
    before = path.read_bytes()
    shell = child(TEARING, path)
    assert shell.stdout is not None
    assert shell.stdout.readline() == "torn\n"
    shell.kill()
    with shell:
        pass
    assert path.read_bytes() != before
    assert Path(f"{path}-journal").stat().st_size > 0


def test_a_half_written_transaction_is_rolled_back_by_the_first_reader(path: Path) -> None:
    record = Record(path)
    record.checked(verdict(), b"mine")
    before = path.read_bytes()
    tear(path)
    assert record.statuses() == {"softmax": "passed"}
    assert path.read_bytes() == before


def test_a_copied_folder_is_a_whole_record(path: Path, tmp_path: Path) -> None:
    record = Record(path)
    record.checked(verdict(), b"mine")
    assert list(files(path.parent)) == ["record.sqlite3"]  # nothing beside it to forget
    shutil.copytree(path.parent, tmp_path / "copy")
    tear(path)
    shutil.copytree(path.parent, tmp_path / "copy of a torn one")
    for name in ("copy", "copy of a torn one"):
        copy = Record(tmp_path / name / path.name)
        assert copy.statuses() == {"softmax": "passed"}
        assert texts(copy.path) == [b"mine"]
        copy.started("relu", b"only there")
    assert record.last_exercise() == "softmax"


def test_a_strange_folder_name_is_no_trouble(tmp_path: Path) -> None:
    folder = tmp_path / "50% of a?b#c; mode=ro & é"
    folder.mkdir()
    record = Record(folder / ".dlprep" / "record.sqlite3")
    record.started("softmax", b"stub")
    assert record.statuses() == {"softmax": "started"}
    assert list(files(folder / ".dlprep")) == ["record.sqlite3"]

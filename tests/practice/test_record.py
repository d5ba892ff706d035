"""The record: what it keeps of a user's work, and what it tells of it."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from recording import rows, texts, verdict

from dlprep.model import CaseResult, NamedMistake, Verdict
from dlprep.practice.record import Record

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


def test_the_last_exercise_is_one_that_there_still_is(path: Path) -> None:
    record = Record(path)
    for name in ("softmax", "relu", "softmax", "gone"):
        record.started(name, b"")
    assert record.last_exercise() == "gone"
    assert record.last_exercise({"relu", "softmax"}) == "softmax"
    assert record.last_exercise({"other"}) is None


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

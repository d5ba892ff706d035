"""Export and import: the same bytes again, nothing lost in a merge, and no half of a bad file."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import zlib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from recording import (
    ENVIRONMENT,
    assert_sound,
    files,
    killed_at_every_statement,
    rows,
    texts,
    verdict,
)

import dlprep
from dlprep.model import CaseResult, NamedMistake, Verdict
from dlprep.practice.record import Record, RecordError
from dlprep.practice.record.exchange import LONGEST_LINE, ExchangeError, export, import_, new_file
from dlprep.practice.record.merge import Imported, Row, merged


def exported(record: Record) -> bytes:
    file = io.BytesIO()
    export(record, file)
    return file.getvalue()


def imported(record: Record, data: bytes) -> Imported:
    return import_(record, io.BytesIO(data), "backup.jsonl")


def lines(data: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in data.decode().splitlines()]


def joined(found: list[dict[str, Any]]) -> bytes:
    return b"".join(json.dumps(line).encode() + b"\n" for line in found)


def full_record(path: Path) -> Record:
    """A record with events of all kinds and texts of all sorts."""
    record = Record(path)
    record.started("softmax", b"# the stub\n")
    mistake = NamedMistake("softmax", "no max subtraction \u2713", "Subtract it.")
    record.checked(
        verdict(status="failed", cases=(CaseResult("a", "", "failed"),), mistakes=(mistake,)),
        "# Gr\u00f6\u00dfe \u2713 \u2028 \x00\x1b\x9b31m \U000e0001 \r\n".encode(),
    )
    record.checked(Verdict("softmax", "", "passed", 2**200 + 1, 1 / 3, ""), b"", "large_logits")
    record.checked(verdict(), b"# not UTF-8: \xff\xfe\n")
    record.hinted("softmax", b"")
    record.gave_up("softmax", b"# the stub\n")
    record.restored("softmax", b"# not UTF-8: \xff\xfe\n", b"")
    record.tested("softmax", b"def test(): ...\n", 3, 4)
    record.reset("relu", b"x = 1\n" * 10_000)
    return record


# Export


def test_an_export_says_what_it_is_and_holds_each_text_once_before_its_event(path: Path) -> None:
    record = full_record(path)
    header, *rest = lines(exported(record))
    assert header == {
        "dlprep": "record",
        "format": 1,
        "version": dlprep.__version__,
        "events": 10,
    }
    known: dict[str, bytes | None] = {}
    events = []
    for line in rest:
        if "event" in line:
            assert line["text_hash"] in known
            events.append(line)
        else:
            assert line["text"] not in known
            known[line["text"]] = line["utf8"].encode() if "utf8" in line else None
    assert events[1] == {
        "event": record.events()[1].uid,
        "at": rows(path, "select at from event where id = 2")[0]["at"],
        "utc_offset": record.events()[1].utc_offset,
        "exercise": "softmax",
        "kind": "checked",
        "text_hash": hashlib.sha256(texts(path)[1]).hexdigest(),
        "status": "failed",
        "seed": "2407",
        "seconds": 0.25,
        "passing": 0,
        "total": 1,
        "unwritten": 0,
        "mistakes": ["no max subtraction \u2713"],
        "only_case": None,
    }
    assert "# Gr\u00f6\u00dfe \u2713 " in exported(record).decode()  # readable as it is
    assert exported(record).decode().replace("\n", "").isprintable()  # but harmless
    assert [text for text in known.values() if text is None] == [None]  # one is not UTF-8
    assert {*known.values()} - {None} == {*texts(path)} - {b"# not UTF-8: \xff\xfe\n"}
    assert [event["event"] for event in events] == [event.uid for event in record.events()]


def test_an_import_of_an_export_is_the_same_record(path: Path, tmp_path: Path) -> None:
    record, other = full_record(path), Record(tmp_path / "other" / "record.sqlite3")
    data = exported(record)
    assert imported(other, data) == Imported(10, 6, 0)
    assert other.events() == record.events()
    assert texts(other.path) == texts(path)
    assert exported(other) == data
    assert_sound(other.path)

    before = files(other.path.parent)
    assert imported(other, data) == Imported(0, 0, 10)
    assert other.events() == record.events()
    assert exported(other) == data
    assert before.keys() == files(other.path.parent).keys()


def test_lost_texts_and_texts_without_an_event_are_exported_as_such(
    path: Path, tmp_path: Path
) -> None:
    record, other = full_record(path), Record(tmp_path / "other" / "record.sqlite3")
    whole = exported(record)
    lost = hashlib.sha256(b"# the stub\n").hexdigest()
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("update text set body = x'00' where hash = ?", (lost,))
        for text in (b"nobody's", b"nobody's either"):
            row = (hashlib.sha256(text).hexdigest(), zlib.compress(text))
            db.execute("insert into text values (?, ?)", row)
    data = exported(record)
    assert [line.get("utf8") for line in lines(data)[1:3]] == ["nobody's", "nobody's either"]
    assert {"text": lost, "lost": True} in lines(data)
    assert imported(other, data) == Imported(10, 7, 0)
    assert exported(other) == data
    assert other.text(lost) is None
    assert_sound(other.path, textless=2)
    assert imported(other, whole) == Imported(0, 1, 10)  # another copy still had it
    assert other.text(lost) == b"# the stub\n"
    assert record.text(lost) is None
    assert imported(record, exported(other)) == Imported(0, 0, 10)
    assert record.text(lost) == b"# the stub\n"  # its row was there, and garbled


def test_an_event_that_the_disk_garbled_is_left_out_and_counted(path: Path) -> None:
    record = full_record(path)
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("update event set at = 'noon' where id = 3")
    went = export(record, io.BytesIO())
    assert (went.events, went.left_out) == (9, 1)
    assert imported(Record(path.with_name("other")), exported(record)).events == 9


def test_there_is_nothing_to_export(path: Path) -> None:
    with pytest.raises(ExchangeError) as caught:
        exported(Record(path))
    assert str(caught.value) == f"There is nothing to export: there is no record {path}."
    assert not path.parent.exists()


def test_an_export_is_one_moment_of_the_record(path: Path) -> None:
    record = full_record(path)
    other = Record(path)

    class Slow(io.BytesIO):
        def write(self, data: Any) -> int:
            if b'"event":' in data and not self.tell() > 2000:
                with pytest.raises(RecordError):  # it has to wait until the export has ended
                    other.started("relu", b"meanwhile")
            return super().write(data)

    from dlprep.practice.record import database

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "_WAIT", 0.01)
        file = Slow()
        assert export(record, file).events == 10
    assert b"meanwhile" not in file.getvalue()


def written(path: Path, *steps: Callable[[Any], object]) -> None:
    with new_file(path) as file:
        for step in steps:
            step(file)


def test_a_new_file_is_whole_or_not_there_and_never_over_another(tmp_path: Path) -> None:
    path, late, link = tmp_path / "new", tmp_path / "late", tmp_path / "dangling"

    def interrupt(_: Any) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        written(path, lambda file: file.write(b"half"), interrupt)
    assert list(tmp_path.iterdir()) == []
    seen = []
    written(path, lambda file: file.write(b"whole"), lambda _: seen.append(path.exists()))
    assert seen == [False]
    with pytest.raises(ExchangeError) as caught:
        written(path, lambda _: pytest.fail("it was opened"))
    assert str(caught.value) == f"{path} exists already, and is left as it is."
    with pytest.raises(ExchangeError, match="late exists already"):
        written(late, lambda _: late.write_bytes(b"another's"))
    link.symlink_to("nowhere")
    with pytest.raises(ExchangeError, match="dangling exists already"):
        written(link)
    with pytest.raises(ExchangeError, match=r"cannot be written: no such file or directory\.$"):
        written(tmp_path / "nowhere" / "new")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dangling", "late", "new"]
    assert (path.read_bytes(), late.read_bytes()) == (b"whole", b"another's")


# Merge


def at(path: Path, *minutes: int) -> None:
    """Set when the last events were, one after the other."""
    with closing(sqlite3.connect(path)) as db, db:
        ids = [row[0] for row in db.execute("select id from event order by id")][-len(minutes) :]
        for i, minute in zip(ids, minutes, strict=True):
            db.execute(
                "update event set at = ? where id = ?",
                (f"2026-11-21T15:{minute:02}:00.000+00:00", i),
            )


def started(record: Record, *names: str) -> None:
    for name in names:
        record.started(name, name.encode())


def test_copies_that_went_on_separately_are_merged_and_nothing_is_lost(
    path: Path, tmp_path: Path
) -> None:
    ours = Record(path)
    started(ours, "a", "b")
    at(path, 1, 2)
    theirs = Record(tmp_path / "copy" / path.name)
    shutil.copytree(path.parent, theirs.path.parent)
    started(ours, "c", "e", "back", "g")
    at(path, 10, 30, 5, 40)  # our clock was set back
    started(theirs, "d", "f")
    at(theirs.path, 20, 35)
    ours_before, theirs_before = ours.events(), theirs.events()
    ours_data, theirs_data = exported(ours), exported(theirs)

    assert imported(ours, theirs_data) == Imported(2, 2, 2)
    merged_events = ours.events()
    assert [event.exercise for event in merged_events] == [*"abcde", "back", "f", "g"]
    assert [event.number for event in merged_events] == [*range(1, 9)]
    strip = [{**rows_of(event), "number": 0} for event in merged_events]
    for event in (*ours_before, *theirs_before):  # nothing but the number is changed
        assert {**rows_of(event), "number": 0} in strip
    assert {*texts(path)} == {event.exercise.encode() for event in merged_events}
    assert_sound(path)

    assert imported(theirs, ours_data) == Imported(4, 4, 2)
    assert exported(theirs) == exported(ours)  # whichever takes in the other


def rows_of(event: Any) -> dict[str, Any]:
    return {name: getattr(event, name) for name in event.__slots__}


def test_numbers_change_only_where_they_must(path: Path, tmp_path: Path) -> None:
    ours, theirs = Record(path), Record(tmp_path / "theirs")
    started(ours, "a", "b", "c")
    at(path, 1, 2, 30)
    with closing(sqlite3.connect(path)) as db, db:  # as after a recovery that lost some
        db.execute("update event set id = id * 10")
    started(theirs, "x", "y")
    at(theirs.path, 20, 40)
    imported(ours, exported(theirs))
    assert [(event.number, event.exercise) for event in ours.events()] == [
        (10, "a"),
        (20, "b"),
        (21, "x"),
        (30, "c"),
        (31, "y"),
    ]
    started(theirs, *"lmnopqrs", "z")
    at(theirs.path, *[20] * 8, 50)
    imported(ours, exported(theirs))
    assert [event.exercise for event in ours.events()] == [*"abxcylmnopqrsz"]
    started(theirs, "late")
    at(theirs.path, 3)  # a clock that was set back: it came after z all the same
    imported(ours, exported(theirs))
    assert [event.exercise for event in ours.events()][-2:] == ["z", "late"]


HISTORIES = st.lists(st.integers(0, 5), max_size=8)


@settings(max_examples=150, deadline=None)
@given(HISTORIES, HISTORIES, HISTORIES)
def test_a_merge_keeps_either_order_and_is_the_same_from_either_side(
    common: list[int], left: list[int], right: list[int]
) -> None:
    def events(name: str, times: list[int]) -> list[Row]:
        return [{"uid": f"{name}{n}", "at": str(time)} for n, time in enumerate(times)]

    def copy(own: list[Row]) -> list[Row]:
        """The common events with its own between them, as after an earlier merge."""
        found = events("common", common)
        for n, row in enumerate(own):
            found.insert(min(len(found), 2 * n + len(common) // 2), row)
        return found

    ours, theirs = copy(events("left", left)), copy(events("right", right))
    found = [row["uid"] for row in merged(ours, theirs)]
    assert found == [row["uid"] for row in merged(theirs, ours)]
    assert len(found) == len(common) + len(left) + len(right)
    for side in (ours, theirs):
        mine = [row["uid"] for row in side]
        assert [uid for uid in found if uid in mine] == mine
    assert [row["uid"] for row in merged(ours, ours)] == [row["uid"] for row in ours]


# What is refused

HASH = hashlib.sha256(b"mine").hexdigest()
HEADER = {"dlprep": "record", "format": 1, "version": "0.1.0", "events": 1}
TEXT = {"text": HASH, "utf8": "mine"}
EVENT = {
    "event": "uid",
    "at": "2026-11-21T15:00:00.000+00:00",
    "utc_offset": 60,
    "exercise": "softmax",
    "kind": "started",
    "text_hash": HASH,
}


def test_the_least_that_is_an_event(path: Path) -> None:
    """An export of an earlier version may lack what that version did not know."""
    assert imported(Record(path), joined([HEADER, TEXT, EVENT])) == Imported(1, 1, 0)
    (event,) = Record(path).events()
    assert (event.uid, event.kind, event.status, event.mistakes) == ("uid", "started", None, ())


def test_an_unknown_kind_of_event_is_kept_as_it_is(path: Path) -> None:
    record = Record(path)
    assert imported(record, joined([HEADER, TEXT, EVENT | {"kind": "dreamt of"}])).events == 1
    assert record.events()[0].kind == "dreamt of"
    assert record.statuses() == {"softmax": "started"}
    assert b'"kind": "dreamt of"' in exported(record)


def wrong_event(**columns: object) -> bytes:
    return joined([HEADER, TEXT, EVENT | columns])


def without(name: str) -> bytes:
    return joined([HEADER, TEXT, {key: value for key, value in EVENT.items() if key != name}])


NOT_OURS = "backup.jsonl does not begin as what dlprep exports."
GOOD = joined([HEADER, TEXT, EVENT])
REFUSED: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", NOT_OURS),
    "another file": (b"\x89PNG\r\n\x1a\n" * 100, NOT_OURS),
    "other JSON": (b'{"dlprep": 1}\n', NOT_OURS),
    "a list": (b"[1, 2]\n", NOT_OURS),
    "an endless line": (b"#" * (LONGEST_LINE + 100), NOT_OURS),
    "no format": (joined([HEADER | {"format": None}]), NOT_OURS),
    "an older format": (joined([HEADER | {"format": 0}]), NOT_OURS),
    "no number of events": (joined([HEADER | {"events": None}]), NOT_OURS),
    "a newer format": (
        joined([HEADER | {"format": 2}, {"unheard of": 1}]),
        "backup.jsonl was exported by a newer dlprep (format 2 of the export; this one knows 1), so"
        " nothing was imported. Update dlprep.",
    ),
    "cut in a line": (GOOD[:-20], "Line 3 is not whole"),
    "cut before a line's end": (GOOD[:-1], "Line 3 is not whole"),
    "cut between lines": (
        joined([HEADER, TEXT]),
        "backup.jsonl ends with line 2 and has 0 events, not 1 as its first line says: nothing was"
        " imported.",
    ),
    "two files as one": (GOOD + GOOD, "Line 4 is neither an event nor a text"),
    "a blank line": (joined([HEADER, TEXT]) + b"\n" + joined([EVENT]), "Line 3 is not JSON"),
    "not UTF-8": (joined([HEADER]) + b'{"text": "\xff"}\n', "Line 2 is not UTF-8"),
    "a huge line": (
        joined([HEADER]) + b'{"text": "' + b" " * LONGEST_LINE + b'"}\n' + joined([EVENT]),
        "Line 2 is longer than any that dlprep writes",
    ),
    "deep": (joined([HEADER]) + b"[" * 100_000 + b"\n", "Line 2 is not JSON"),
    "a number": (joined([HEADER]) + b"1\n", "Line 2 is neither an event nor a text"),
    "a wrong hash": (
        joined([HEADER, TEXT | {"utf8": "other"}, EVENT]),
        "Line 2 holds a text that is not the one it is said to be",
    ),
    "no hash": (joined([HEADER, TEXT | {"text": "../../x"}]), "Line 2 is neither"),
    "a hash that is a list": (joined([HEADER, TEXT | {"text": []}]), "Line 2 is neither"),
    "two texts": (joined([HEADER, TEXT | {"base64": "bWluZQ=="}]), "Line 2 is neither"),
    "no text": (joined([HEADER, {"text": HASH}]), "Line 2 is neither"),
    "an unknown form": (joined([HEADER, {"text": HASH, "zlib": "eJw"}]), "Line 2 holds a text in"),
    "a text that is a list": (joined([HEADER, {"text": HASH, "utf8": []}]), "Line 2 holds a text"),
    "wrong base64": (joined([HEADER, {"text": HASH, "base64": "!"}]), "Line 2 holds a text in"),
    "half a character": (joined([HEADER, {"text": HASH, "utf8": "\ud800"}]), "Line 2 holds a text"),
    "lost, but not quite": (joined([HEADER, {"text": HASH, "lost": 1}]), "Line 2 holds a text in"),
    "a text missing": (joined([HEADER, EVENT]), "Line 2 is of an event whose text is not above it"),
    "a text too late": (joined([HEADER, EVENT, TEXT]), "Line 2 is of an event whose text"),
    "an event twice": (joined([HEADER, TEXT, EVENT, EVENT]), "Line 4 is of an event that came bef"),
    "an unknown field": (wrong_event(mood="good"), "Line 3 has the unknown field 'mood'"),
    "its number": (wrong_event(id=1), "Line 3 has the unknown field 'id'"),
    "no uid": (wrong_event(event=None), "Line 3 has no valid 'event'"),
    "an empty uid": (wrong_event(event=""), "Line 3 has no valid 'event'"),
    "a uid that is a list": (wrong_event(event=[]), "Line 3 has no valid 'event'"),
    "no time": (without("at"), "Line 3 has no valid 'at'"),
    "noon": (wrong_event(at="noon"), "Line 3 has no valid 'at'"),
    "a local time": (wrong_event(at="2026-11-21T15:00:00.000+01:00"), "Line 3 has no valid 'at'"),
    "a day that is none": (wrong_event(at="2026-02-30T15:00:00.000+00:00"), "Line 3 has no valid "),
    "the last day": (wrong_event(at="9999-12-31T23:59:59.999+00:00"), "Line 3 has no valid 'at'"),
    "no offset": (without("utc_offset"), "Line 3 has no valid 'utc_offset'"),
    "a huge offset": (wrong_event(utc_offset=10**30), "Line 3 has no valid 'utc_offset'"),
    "true": (wrong_event(utc_offset=True), "Line 3 has no valid 'utc_offset'"),
    "no exercise": (without("exercise"), "Line 3 has no valid 'exercise'"),
    "a path": (wrong_event(exercise="../softmax"), "Line 3 has no valid 'exercise'"),
    "no kind": (without("kind"), "Line 3 has no valid 'kind'"),
    "half a letter": (wrong_event(kind="\ud800"), "Line 3 has no valid 'kind'"),
    "no hash of a text": (without("text_hash"), "Line 3 has no valid 'text_hash'"),
    "a status": (wrong_event(status=1), "Line 3 has no valid 'status'"),
    "a seed": (wrong_event(seed="x"), "Line 3 has no valid 'seed'"),
    "a number as the seed": (wrong_event(seed=1), "Line 3 has no valid 'seed'"),
    "a seed of a million digits": (wrong_event(seed="1" * 10**6), "Line 3 has no valid 'seed'"),
    "no number": (wrong_event(seconds=float("nan")), "Line 3 has no valid 'seconds'"),
    "endless": (wrong_event(seconds=float("inf")), "Line 3 has no valid 'seconds'"),
    "many seconds": (wrong_event(seconds=10**400), "Line 3 has no valid 'seconds'"),
    "passing": (wrong_event(passing=-1), "Line 3 has no valid 'passing'"),
    "total": (wrong_event(total=2**70), "Line 3 has no valid 'total'"),
    "unwritten": (wrong_event(unwritten=0.5), "Line 3 has no valid 'unwritten'"),
    "a mistake": (wrong_event(mistakes="[]"), "Line 3 has no valid 'mistakes'"),
    "mistakes": (wrong_event(mistakes=[["deep"]]), "Line 3 has no valid 'mistakes'"),
    "a case": (wrong_event(only_case={}), "Line 3 has no valid 'only_case'"),
}


@pytest.mark.parametrize(("data", "sentence"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_whole_export_is_refused_whole_and_told_by_its_line(
    path: Path, data: bytes, sentence: str
) -> None:
    record = Record(path)
    record.started("relu", b"mine")
    before = files(path.parent)
    with pytest.raises(ExchangeError) as caught:
        imported(record, data)
    said = str(caught.value).replace(" of backup.jsonl", "", 1)
    assert said.startswith(sentence)
    if sentence.startswith("Line"):
        assert said.endswith(": nothing was imported.")
    assert "\n" not in said
    assert files(path.parent) == before


def test_a_text_that_no_file_of_an_exercise_can_be_is_refused(path: Path) -> None:
    text = b"x" * ((1 << 20) + 1)
    header = {"dlprep": "record", "format": 1, "version": "0.1.0", "events": 0}
    line = {"text": hashlib.sha256(text).hexdigest(), "utf8": text.decode()}
    with pytest.raises(ExchangeError, match="Line 2 of it holds a text that is larger than 1 MiB"):
        import_(Record(path), io.BytesIO(joined([header, line])), "it")
    assert not path.parent.exists()


def test_a_folder_is_no_file_to_export_to() -> None:
    with pytest.raises(ExchangeError, match=r"^\. is a folder"), new_file(Path()):
        pass


def test_no_part_is_imported_as_if_it_were_the_whole(path: Path, tmp_path: Path) -> None:
    small = Record(path)
    started(small, "a", "b", "a")
    data = exported(small)
    other = Record(tmp_path / "other")
    for end in range(len(data)):
        with pytest.raises(ExchangeError):
            imported(other, data[:end])
    assert not other.path.exists()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no fork")
def test_a_kill_at_any_statement_of_an_import_leaves_all_of_it_or_nothing(tmp_path: Path) -> None:
    ours, theirs = Record(tmp_path / "ours" / "record"), Record(tmp_path / "theirs" / "record")
    started(ours, "a", "d")
    at(ours.path, 1, 4)
    started(theirs, "b", "c", "e")
    at(theirs.path, 2, 3, 5)
    backup = tmp_path / "backup.jsonl"
    backup.write_bytes(exported(theirs))
    code = f"import_(Record(path), open({str(backup)!r}, 'rb'), 'backup.jsonl')"
    killed = killed_at_every_statement(ours.path, code)
    assert any(statement.startswith("update event set id") for statement, _ in killed)
    for statement, path in killed:
        record = Record(path)
        assert [event.exercise for event in record.events()] == ["a", "d"], statement
        assert imported(record, backup.read_bytes()) == Imported(3, 3, 0)
        assert [event.exercise for event in record.events()] == [*"abcde"]
        assert_sound(path)


def test_a_damaged_record_is_recovered_before_an_import(path: Path, tmp_path: Path) -> None:
    record, other = full_record(path), Record(tmp_path / "other")
    started(other, "a", "b")
    path.write_bytes(bytes(100) + path.read_bytes()[100:])
    assert imported(record, exported(other)) == Imported(2, 2, 0)
    assert record.notice.endswith("and 10 events and 6 texts were recovered.")
    assert len(record.events()) == 12
    assert_sound(path)


MEMORY = """
import resource, sys
from pathlib import Path
from dlprep.practice.record.exchange import export, import_
from dlprep.practice.record import Record

folder = Path(sys.argv[1])
small = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
with (folder / "large.jsonl").open("rb") as file:
    import_(Record(folder / "new"), file, "")
with (folder / "out.jsonl").open("wb") as file:
    export(Record(folder / "new"), file)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - small)
"""


def test_memory_is_bounded_by_the_largest_text(tmp_path: Path) -> None:
    pytest.importorskip("resource")
    with (tmp_path / "large.jsonl").open("wb") as file:
        file.write(joined([HEADER | {"events": 0}]))
        for n in range(40):
            text = f"# {n:06}\n" * 111_111  # 1 MB
            line = {"text": hashlib.sha256(text.encode()).hexdigest(), "utf8": text}
            file.write(joined([line]))
    done = subprocess.run(
        [sys.executable, "-c", MEMORY, str(tmp_path)],
        stdout=subprocess.PIPE,
        env=ENVIRONMENT,
        check=True,
    )
    unit = 1 if sys.platform == "darwin" else 1024
    assert int(done.stdout) * unit < 20_000_000  # of 40 MB
    assert (tmp_path / "out.jsonl").stat().st_size > 40_000_000


FULL = """
import os, sys
from pathlib import Path
from dlprep.practice.record.exchange import ExchangeError, import_, new_file, export
from dlprep.practice.record import Record, RecordError

disk, source = Path(sys.argv[1]), Path(sys.argv[2])
record = Record(disk / ".dlprep" / "record.sqlite3")
for name in ("a", "b"):
    record.started(name, name.encode())
before = record.path.read_bytes()

def attempt():
    try:
        with source.open("rb") as file:
            print(import_(record, file, "backup.jsonl"))
    except RecordError as error:
        print(error)
        assert record.path.read_bytes() == before
        assert os.listdir(record.path.parent) == ["record.sqlite3"]

with (disk / "filler").open("wb", buffering=0) as filler:
    try:
        while True:
            filler.write(bytes(4096))
    except OSError:
        pass
attempt()
os.truncate(disk / "filler", (disk / "filler").stat().st_size - 300_000)
attempt()
try:
    with new_file(disk / "out.jsonl") as file:
        file.write(bytes(400_000))
except ExchangeError as error:
    print(error)
(disk / "filler").unlink()
assert os.listdir(disk) == [".dlprep"]
attempt()
"""


def test_a_disk_that_fills_during_an_import_or_an_export(
    small_disk: list[str], tmp_path: Path
) -> None:
    source = Record(tmp_path / "source")
    for n in range(5):
        source.started("softmax", os.urandom(100_000) + b"%d" % n)
    (tmp_path / "backup.jsonl").write_bytes(exported(source))
    disk = tmp_path / "disk"
    done = subprocess.run(
        [*small_disk, sys.executable, "-c", FULL, str(disk), str(tmp_path / "backup.jsonl")],
        stdout=subprocess.PIPE,
        env=ENVIRONMENT,
        text=True,
        check=True,
    )
    full = f"The record {disk / '.dlprep' / 'record.sqlite3'} cannot be used: the disk is full."
    assert done.stdout.splitlines() == [
        full,
        full,
        f"{disk / 'out.jsonl'} cannot be written: no space left on device.",
        "Imported(events=5, texts=5, known=0)",
    ]

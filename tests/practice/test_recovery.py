"""Damaged records: real files, damaged in many ways, and real kills while they are recovered."""

from __future__ import annotations

import io
import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from functools import cache
from pathlib import Path

import pytest
from recording import (
    CHECKING,
    ENVIRONMENT,
    assert_sound,
    child,
    files,
    large_record,
    rows,
    texts,
    verdict,
)

from dlprep.practice.events import Event
from dlprep.practice.record import Record, RecordError
from dlprep.practice.record.exchange import import_
from dlprep.practice.record.pages import read_rows

PAGE = 4096
ATTEMPTS = 50


def attempts(path: Path, count: int = ATTEMPTS) -> list[Event]:
    """A record of so many checks, with texts of many sizes; its events."""
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(practised(count))
    return Record(path).events()


@cache
def practised(count: int) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        chance = random.Random(2407)
        record = Record(Path(folder) / "record")
        for n in range(count):
            size = chance.choice([30, 1500, 9000])
            noise = bytes(chance.choices(b"abcdefghijklmnop =()\n", k=size))
            record.checked(verdict(status="failed"), b"# %d\n" % n + noise)
        return record.path.read_bytes()


def pages(data: bytes) -> list[bytes]:
    return [data[at : at + PAGE] for at in range(0, len(data), PAGE)]


def leaf_of(data: bytes, words: bytes) -> int:
    """The number, from 0, of a page in the middle that holds rows with these words."""
    found = [n for n, page in enumerate(pages(data)) if page[0] == 13 and words in page]
    return found[len(found) // 2]


def root_of(data: bytes, table: str) -> int:
    """The number, from 0, of the page where a table begins; it has no rows itself."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "record"
        path.write_bytes(data)
        (row,) = rows(path, f"select rootpage from sqlite_master where name = '{table}'")
    page = int(str(row["rootpage"])) - 1
    assert pages(data)[page][0] == 5
    return page


def overwritten(data: bytes, page: int, by: bytes, offset: int = 0) -> bytes:
    at = page * PAGE + offset
    return data[:at] + by + data[at + len(by) :]


NOISE = random.Random(1).randbytes(PAGE)

# What happens to the file, and how many events and texts may be lost to it: all fit on that page.
DAMAGES: dict[str, tuple[Callable[[bytes], bytes], int, int]] = {
    "header lost": (lambda good: bytes(100) + good[100:], 0, 0),
    "header overwritten": (lambda good: NOISE[:100] + good[100:], 0, 0),
    "first page lost": (lambda good: overwritten(good, 0, bytes(PAGE)), 0, 0),
    "root of the events lost": (
        lambda good: overwritten(good, root_of(good, "event"), NOISE),
        0,
        0,
    ),
    "root of the texts lost": (
        lambda good: overwritten(good, root_of(good, "text"), bytes(PAGE)),
        0,
        0,
    ),
    "events overwritten": (lambda good: overwritten(good, leaf_of(good, b"checked"), NOISE), 25, 0),
    "events zeroed": (
        lambda good: overwritten(good, leaf_of(good, b"checked"), bytes(PAGE)),
        25,
        0,
    ),
    "a sector of events overwritten": (
        lambda good: overwritten(good, leaf_of(good, b"checked"), NOISE[:512], 2048),
        5,
        0,
    ),
    "cut": (lambda good: good[: len(good) * 3 // 4], 25, 40),
    "cut within a page": (lambda good: good[: len(good) * 3 // 4 + 1000], 25, 40),
    "the end zeroed": (
        lambda good: good[: len(good) * 3 // 4] + bytes(len(good) - len(good) * 3 // 4),
        25,
        40,
    ),
}


@pytest.mark.parametrize(("damage", "events", "texts_lost"), DAMAGES.values(), ids=DAMAGES)
def test_what_can_be_read_of_a_damaged_record_goes_on(
    path: Path, damage: Callable[[bytes], bytes], events: int, texts_lost: int
) -> None:
    before = attempts(path)
    damaged = damage(path.read_bytes())
    path.write_bytes(damaged)
    record = Record(path)
    record.started("relu", b"after")

    aside = path.with_name("record.sqlite3.damaged-1")
    assert aside.read_bytes() == damaged
    *found, after = record.events()
    assert (after.exercise, record.text(after.text_hash)) == ("relu", b"after")
    assert ATTEMPTS - events <= len(found) <= ATTEMPTS
    assert found == [event for event in before if event in found]  # in their order, and unchanged
    assert events == 0 or len(found) < ATTEMPTS

    kept = [event for event in found if record.text(event.text_hash) is not None]
    lost = len(found) - len(kept)
    assert lost <= texts_lost
    assert_sound(path, textless=lost)
    recovered = len(rows(path, "select * from text")) - 1
    but = f", but the text of {lost} event{'s' * (lost > 1)} is lost" if lost else ""
    assert record.notice == (
        f"The record {path} was damaged: it is kept as {aside.name}, and {len(found)} events and "
        f"{recovered} texts were recovered{but}."
    )
    assert sorted(files(path.parent)) == ["record.sqlite3", aside.name, "set-aside.lock"]

    record.started("relu", b"again")
    assert record.notice == ""


HOPELESS = {
    "not a database": lambda good: b"not a database, but long enough to be one " * 100,
    "a short file": lambda good: b"short",
    "only the header": lambda good: good[:100],
    "all but the first page lost": lambda good: good[:4096] + b"\xff" * (len(good) - 4096),
    "noise": lambda good: random.Random(3).randbytes(len(good)),
}


@pytest.mark.parametrize("damage", HOPELESS.values(), ids=HOPELESS)
def test_a_record_of_which_nothing_is_left_is_set_aside_whole(
    path: Path, damage: Callable[[bytes], bytes]
) -> None:
    record = Record(path)
    for n in (1, 2):
        record.checked(verdict(), b"before")
        damaged = damage(path.read_bytes()) + b"%d" % n
        path.write_bytes(damaged)

        with pytest.raises(RecordError) as caught:
            record.statuses()
        assert str(caught.value) == (
            f"The record {path} is damaged: the next start or check sets it aside and recovers "
            "what can be read."
        )
        assert path.read_bytes() == damaged  # reading changes nothing

        record.started("softmax", b"after")
        assert record.notice == (
            f"The record {path} was damaged: it is kept as record.sqlite3.damaged-{n}, and nothing "
            "in it could be read."
        )
        assert (path.parent / f"record.sqlite3.damaged-{n}").read_bytes() == damaged
        assert texts(path) == [b"after"]
        assert_sound(path)

        record.started("softmax", b"again")
        assert record.notice == ""
    assert len(files(path.parent)) == 4  # the record, two damaged ones, the lock


def test_an_event_whose_text_is_lost_stays_until_the_text_is_there_again(path: Path) -> None:
    before = attempts(path, 5)
    record = Record(path)
    content = {event.uid: record.text(event.text_hash) for event in before}
    body = rows(path, "select body from text where length(body) > 2000 order by rowid")[0]["body"]
    assert isinstance(body, bytes)
    data = path.read_bytes()
    at = data.index(body[-100:])
    path.write_bytes(data[:at] + bytes(100) + data[at + 100 :])  # no page is damaged by that
    assert record.events() == before
    (lost,) = [event for event in before if record.text(event.text_hash) is None]

    data = path.read_bytes()
    path.write_bytes(bytes(100) + data[100:])
    record.started("relu", b"after")
    assert record.notice.endswith(
        "and 5 events and 4 texts were recovered, but the text of 1 event is lost."
    )
    assert record.events()[:-1] == before
    assert record.text(lost.text_hash) is None
    assert_sound(path, textless=1)

    text = content[lost.uid]
    assert text is not None
    record.checked(verdict(), text)
    assert record.text(lost.text_hash) == text
    assert_sound(path)


def test_damage_is_found_by_a_writing_that_comes_nowhere_near_it(path: Path) -> None:
    attempts(path)
    data = path.read_bytes()
    first = next(n for n, page in enumerate(pages(data)) if page[0] == 13 and b"checked" in page)
    path.write_bytes(overwritten(data, first, NOISE))
    with closing(sqlite3.connect(path)) as db, db:  # SQLite itself notices nothing
        db.execute(
            "insert into event (at, utc_offset, exercise, kind, text_hash)"
            " values ('', 0, '', '', '')"
        )
        db.rollback()
    record = Record(path)
    with pytest.raises(RecordError, match="is damaged: the next start or check sets it aside"):
        record.statuses()
    record.started("relu", b"")
    assert " events and 50 texts were recovered." in record.notice
    assert record.statuses() == {"softmax": "failing", "relu": "started"}


def test_a_letter_that_the_disk_garbled_keeps_no_other_from_being_read(path: Path) -> None:
    attempts(path, 3)
    data = path.read_bytes()
    at = data.rindex(b"softmaxchecked")
    path.write_bytes(data[:at] + b"\xff" + data[at + 1 :])
    assert set(Record(path).statuses()) == {"softmax", "\ufffdoftmax"}


@pytest.mark.parametrize("header", [True, False], ids=["a page lost", "the header lost too"])
def test_a_damaged_record_of_the_first_version_is_recovered_and_migrated(
    path: Path, tmp_path: Path, header: bool
) -> None:
    large_record(path, 1, 200)
    copy = tmp_path / "copy"
    shutil.copy(path, copy)
    before = {event.uid: event for event in Record(copy).events()}
    data = path.read_bytes()
    damaged = overwritten(data, leaf_of(data, b"checked"), NOISE)
    path.write_bytes(damaged if header else bytes(100) + damaged[100:])
    damaged = path.read_bytes()
    record = Record(path)
    with pytest.raises(RecordError, match="is damaged"):
        record.events()
    assert path.read_bytes() == damaged  # a damaged record is not migrated

    record.started("relu", b"after")
    found = record.events()[:-1]
    assert 170 < len(found) < 210
    assert found == [before[event.uid] for event in found]
    assert f"and {len(found)} events and 6 texts were recovered." in record.notice
    assert path.with_name("record.sqlite3.damaged-1").read_bytes() == damaged
    assert_sound(path)


def test_events_whose_numbers_were_changed_are_recovered_as_they_are_now(path: Path) -> None:
    """What SQLite deleted meanwhile lies about in the file, and is not to come back."""
    attempts(path)
    record = Record(path)
    for n in range(3):
        lines = [b'{"dlprep": "record", "format": 1, "events": 20}\n']
        lines += [json.dumps({"text": "0" * 64, "lost": True}).encode() + b"\n"]
        for event in range(20):  # before all others
            at = f"202{n}-01-01T00:00:{event:02}.000+00:00"
            row = {"event": f"{n}-{event}", "at": at, "utc_offset": 0, "exercise": "relu"}
            row |= {"kind": "started", "text_hash": "0" * 64}
            lines.append(json.dumps(row).encode() + b"\n")
        import_(record, io.BytesIO(b"".join(lines)), "")
    before = record.events()
    assert len(before) == ATTEMPTS + 60
    path.write_bytes(bytes(100) + path.read_bytes()[100:])
    record.started("relu", b"after")
    assert record.events()[:-1] == before


def test_an_old_record_whose_texts_are_damaged_is_kept_as_it_was(path: Path) -> None:
    """No event is damaged, so that its migration would succeed."""
    large_record(path, 1, 50)
    events, data = len(rows(path, "select * from event")), path.read_bytes()
    digest = str(rows(path, "select hash from text")[0]["hash"]).encode()
    leaves = [n for n, page in enumerate(pages(data)) if page[0] == 13 and digest in page]
    (page,) = [n for n in leaves if b"checked" not in pages(data)[n]]
    damaged = overwritten(data, page, bytes(PAGE))
    path.write_bytes(damaged)
    record = Record(path)
    with pytest.raises(RecordError, match="is damaged"):
        record.events()
    record.started("relu", b"after")
    assert path.with_name("record.sqlite3.damaged-1").read_bytes() == damaged
    assert record.notice.endswith(
        f"and {events} events and 0 texts were recovered, but the text of {events} events is lost."
    )
    assert len(record.events()) == events + 1
    assert_sound(path, textless=events)


@pytest.mark.parametrize("size", [512, 1024, 4096, 65536])
def test_pages_are_read_as_sqlite_reads_them(path: Path, size: int) -> None:
    """Columns of all types and sizes, in rows that do and do not fit into a page."""
    chance = random.Random(size)
    values: list[list[object]] = [
        [None, 0, 1, -1, 127, -128, 2**15, -(2**23), 2**31, -(2**47), 2**63 - 1, -(2**63)],
        *([chance.choice([0.5, 1e300, "é✓", "", b"", b"\0"]) for _ in range(12)] for _ in range(9)),
        *(
            [chance.randbytes(chance.randrange(3 * size)), "x" * n, *range(10)]
            for n in range(0, size, size // 37)
        ),
    ]
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"pragma page_size = {size}")
        db.execute(f"create table t ({', '.join(f'c{n}' for n in range(12))})")
        for n, row in enumerate(values):
            places = ", ".join("?" * 13)
            number = n if n % 2 else n * 10**15
            db.execute(
                f"insert into t (rowid, {', '.join(f'c{n}' for n in range(12))}) values ({places})",
                (number, *row),
            )
        db.commit()
        expected = [(n, list(row)) for n, *row in db.execute("select rowid, * from t order by 1")]
    found = sorted((n, row) for n, row in read_rows(path) if len(row) == 12)
    assert found == expected


@pytest.mark.parametrize("seed", range(20))
def test_pages_of_noise_end_quickly_and_are_no_rows_of_ours(path: Path, seed: int) -> None:
    """Leaves with noise for rows, and with chains of pages that lead in circles."""
    chance = random.Random(seed)
    data = b""
    for _ in range(40):
        cells = chance.randrange(1, 60)
        head = bytes([13, 0, 0]) + cells.to_bytes(2, "big") + bytes(3)
        places = b"".join(chance.randrange(PAGE).to_bytes(2, "big") for _ in range(cells))
        noise = bytes(chance.choices([0, 0, 0, 1, 7, 39, 0x81, 0xFF], k=PAGE))
        data += (head + places + noise)[:PAGE]
    path.parent.mkdir()
    path.write_bytes(data)
    record = Record(path)
    record.started("relu", b"")
    assert record.notice.endswith("and nothing in it could be read.")


def test_of_a_link_the_link_is_replaced(path: Path, tmp_path: Path) -> None:
    real = tmp_path / "elsewhere" / "anything"
    real.parent.mkdir()
    before = attempts(real, 3)
    damaged = bytes(100) + real.read_bytes()[100:]
    real.write_bytes(damaged)
    path.parent.mkdir()
    path.symlink_to(real)
    record = Record(path)
    record.started("relu", b"")
    assert record.events()[:-1] == before
    assert not path.is_symlink()
    assert files(real.parent) == {"anything": damaged}
    assert Path(f"{path}.damaged-1").read_bytes() == damaged


def test_the_journal_of_a_damaged_record_goes_with_it(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"garbage " * 1000)
    journal = Path(f"{path}-journal")
    journal.write_bytes(bytes(100))  # no beginning, so SQLite neither plays nor deletes it
    Record(path).started("softmax", b"after")
    assert not journal.exists()
    assert Path(f"{path}.damaged-1-journal").read_bytes() == bytes(100)
    assert texts(path) == [b"after"]


def test_a_file_system_without_links(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = attempts(path, 3)
    damaged = bytes(100) + path.read_bytes()[100:]
    path.write_bytes(damaged)

    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    record = Record(path)
    record.started("relu", b"")
    assert record.events()[:-1] == before
    assert sorted(files(path.parent)) == [
        "record.sqlite3",
        "record.sqlite3.damaged-1",
        "set-aside.lock",
    ]
    assert path.with_name("record.sqlite3.damaged-1").read_bytes() == damaged


@pytest.mark.parametrize("attempt", range(2))
def test_shells_that_find_the_same_damage_recover_it_once(path: Path, attempt: int) -> None:
    before = attempts(path)
    data = path.read_bytes()
    damaged = bytes(100) + overwritten(data, leaf_of(data, b"checked"), NOISE)[100:]
    path.write_bytes(damaged)
    shells = [child(CHECKING, path, f"shell-{n}", 3) for n in range(4)]
    for shell in shells:
        shell.communicate()
    assert [shell.returncode for shell in shells] == [0] * 4
    events = Record(path).events()
    recovered = len(events) - 12
    assert recovered > ATTEMPTS - 25
    assert events[:recovered] == [event for event in before if event in events]
    assert sorted(texts(path)[recovered:]) == sorted(
        f"shell-{n} {i}".encode() for n in range(4) for i in range(3)
    )
    found = files(path.parent)
    assert sorted(found) == ["record.sqlite3", "record.sqlite3.damaged-1", "set-aside.lock"]
    assert found["record.sqlite3.damaged-1"] == damaged
    assert_sound(path)


# Write to the damaged record argv[1] in copies of its folder, in a process that is killed at one
# call after the other of Python's and of C's: first at all that touch files, then at others that
# are drawn. Prints, for each kill, what was called, and the state of the folder after it.
KILLS = """
import json, os, random, shutil, signal, sys
from pathlib import Path
from dlprep.practice.record import Record
import dlprep.practice.record.recovery, hashlib

source, damaged = Path(sys.argv[1]).parent, Path(sys.argv[1]).read_bytes()
TOUCHING = {"link", "replace", "unlink", "connect", "execute", "executemany", "close"}

def write(folder, kill):
    calls = []
    def called(frame, event, argument):
        if event in ("call", "c_call"):
            calls.append(argument.__name__ if event == "c_call" else frame.f_code.co_name)
            if len(calls) == kill:
                os.kill(os.getpid(), signal.SIGKILL)
    record = Record(folder / "record.sqlite3")
    sys.setprofile(called)
    try:
        record.started("relu", b"after")
    finally:
        sys.setprofile(None)
    return calls

def copied(n):
    return Path(shutil.copytree(source, source.with_name(f"copy-{n}")))

write(copied("warm"), 0)  # what is imported late is imported now
calls = write(copied("whole"), 0)
moments = [n for n, name in enumerate(calls, 1) if name in TOUCHING]
rest = sorted({*range(1, len(calls) + 1)} - {*moments})
moments += random.Random(2407).sample(rest, 30)
said = []
for n in moments:
    folder = copied(n)
    pid = os.fork()
    if not pid:
        write(folder, n)
        os._exit(0)
    _, status = os.waitpid(pid, 0)
    if not os.WIFSIGNALED(status):  # one call fewer than before: it came to its end
        continue
    state = "damaged" if (folder / "record.sqlite3").read_bytes() == damaged else "recovered"
    record = Record(folder / "record.sqlite3")
    record.started("relu", b"next")
    aside = (folder / "record.sqlite3.damaged-1").read_bytes() == damaged
    found = [event.uid for event in record.events()], sorted(os.listdir(folder))
    said.append([calls[n - 1], state, record.notice, aside, *found])
    shutil.rmtree(folder)
print(json.dumps(said))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no fork")
def test_a_kill_at_any_moment_of_a_recovery_loses_nothing(path: Path) -> None:
    before = attempts(path, 4)
    path.write_bytes(bytes(100) + path.read_bytes()[100:])
    killing = child(KILLS, path)
    said = json.loads(killing.communicate()[0])
    assert killing.returncode == 0
    assert len(said) > 80
    states = [state for _, state, *_ in said]
    assert {*states} == {"damaged", "recovered"}
    assert {"link", "replace", "executemany"} <= {name for name, *_ in said}
    for name, state, notice, aside, uids, names in said:
        assert uids[:4] == [event.uid for event in before], name
        # Of the attempt that was killed nothing, or all of it; and the next one.
        assert len(uids) == 5 if state == "damaged" else len(uids) in (5, 6), name
        assert bool(notice) == (state == "damaged"), name
        assert aside, name
        assert names == ["record.sqlite3", "record.sqlite3.damaged-1", "set-aside.lock"], name


FULL = """
import os, sys
from pathlib import Path
from dlprep.practice.record import Record, RecordError

disk = Path(sys.argv[1])
record = Record(disk / ".dlprep" / "record.sqlite3")
for n in range(4):
    record.started("softmax", os.urandom(100_000))
before = record.events()
damaged = bytes(100) + record.path.read_bytes()[100:]
record.path.write_bytes(damaged)
with (disk / "filler").open("wb", buffering=0) as filler:
    try:
        while True:
            filler.write(bytes(4096))
    except OSError:
        pass
for room in range(0, 900_000, 60_000):  # it fills up later and later
    os.truncate(disk / "filler", max(0, (disk / "filler").stat().st_size - (60_000 if room else 0)))
    try:
        record.started("relu", b"after")
    except RecordError as error:
        print(error)
        assert record.path.read_bytes() == damaged
        assert {*os.listdir(record.path.parent)} <= {"record.sqlite3", "set-aside.lock"}
        continue
    break
print(record.notice)
assert record.events()[:-1] == before
"""


def test_a_disk_that_fills_during_a_recovery(small_disk: list[str], tmp_path: Path) -> None:
    done = subprocess.run(
        [*small_disk, sys.executable, "-c", FULL, str(tmp_path / "disk")],
        stdout=subprocess.PIPE,
        env=ENVIRONMENT,
        text=True,
        check=True,
    )
    *refused, notice = done.stdout.splitlines()
    path = tmp_path / "disk" / ".dlprep" / "record.sqlite3"
    assert len(refused) > 3
    assert {*refused} == {
        f"The record {path} is damaged, and cannot be set aside: the disk is full."
    }
    assert notice.endswith("and 4 events and 4 texts were recovered.")

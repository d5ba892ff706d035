"""Export and import: copies of lines. Nothing is lost or comes twice; bad lines are counted."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from recording import ENVIRONMENT, VERSIONS, files, history, lines, old_record, texts, verdict

from dlprep.practice.events import Copied
from dlprep.practice.record import Record, RecordError
from dlprep.verdict import CaseResult, NamedMistake, Verdict


def exported(record: Record, **options: bool) -> bytes:
    file = io.BytesIO()
    record.export(file, **options)
    return file.getvalue()


def imported(record: Record, data: bytes) -> Copied:
    return record.import_(io.BytesIO(data), "backup.jsonl")


def joined(*found: dict[str, Any]) -> bytes:
    return b"".join(json.dumps(line).encode() + b"\n" for line in found)


def full_record(path: Path) -> Record:
    """A record with events of all kinds and texts of all sorts."""
    record = Record(path)
    record.add("started", "softmax", b"# the stub\n")
    mistake = NamedMistake("softmax", "no max subtraction \u2713", "Subtract it.")
    record.checked(
        verdict(status="failed", cases=(CaseResult("a", "", "failed"),), mistakes=(mistake,)),
        "# Gr\u00f6\u00dfe \u2713 \u2028 \x00\x1b\x9b31m \U000e0001 \r\n".encode(),
    )
    record.checked(Verdict("softmax", "", "passed", 2**200 + 1, 1 / 3, ""), b"", "large_logits")
    record.checked(verdict(), b"# not UTF-8: \xff\xfe\n")
    record.add("hinted", "softmax", b"")
    record.add("gave_up", "softmax", b"# the stub\n")
    record.add("restored", "softmax", b"# not UTF-8: \xff\xfe\n", status="passed")
    record.add("tested", "softmax", b"def test(): ...\n", passing=3, total=4)
    record.add("reset", "relu", b"x = 1\n" * 10_000)
    return record


# Export


def test_an_export_is_a_copy(path: Path) -> None:
    record, file = full_record(path), io.BytesIO()
    assert record.export(file) == Copied(9, 6, 0)
    assert file.getvalue() == path.read_bytes()
    assert file.getvalue().isascii()  # so it shows on every terminal, and no terminal obeys it


def test_without_texts_the_events_alone_are_copied(path: Path, tmp_path: Path) -> None:
    record, other = full_record(path), Record(tmp_path / "other" / path.name)
    data = exported(record, texts=False)
    assert data == joined(*(line for line in lines(path) if "event" in line))
    assert imported(other, data) == Copied(9, 0, 0, 0)
    assert other.events() == record.events()
    assert {text for _, text in history(other)} == {None}
    other.add("started", "softmax", b"# the stub\n")  # its hash is there, but the text was not
    assert history(other)[0] == ("started", b"# the stub\n")
    assert imported(other, exported(record)) == Copied(0, 5, 0, 9)
    assert history(other)[:9] == history(record)


def test_what_cannot_be_read_is_left_out_and_counted(path: Path) -> None:
    record = full_record(path)
    data = path.read_bytes().splitlines(keepends=True)
    (stub,) = [n for n, line in enumerate(data) if b"# the stub" in line]
    garbled = [b"once upon\n", *data, b'{"text": "", "utf8": ""}\n', data[-1], data[-1][:50]]
    garbled[stub + 1] = data[stub].replace(b"stub", b"stab")
    path.write_bytes(b"".join(garbled))
    file = io.BytesIO()
    assert record.export(file) == Copied(9, 5, 4)
    assert file.getvalue() == b"".join(data[:stub] + data[stub + 1 :])


def test_a_last_line_that_is_not_ended_is_exported_as_one_that_is(path: Path) -> None:
    record = full_record(path)
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])
    assert exported(record) == whole


def test_there_is_nothing_to_export(path: Path) -> None:
    with pytest.raises(RecordError) as caught:
        exported(Record(path))
    assert str(caught.value) == f"There is nothing to export: no event is in {path}."
    assert not path.parent.exists()


# Import


def test_an_import_of_an_export_is_the_same_record(path: Path, tmp_path: Path) -> None:
    record, other = full_record(path), Record(tmp_path / "other" / path.name)
    data = exported(record)
    assert imported(other, data) == Copied(9, 6, 0, 0)
    assert other.path.read_bytes() == data
    before = files(other.path.parent)
    assert imported(other, data) == Copied(0, 0, 0, 9)
    assert imported(other, data + data) == Copied(0, 0, 0, 9)
    assert files(other.path.parent) == before


def test_unknown_keys_and_kinds_come_in_byte_for_byte(path: Path) -> None:
    event = {"event": "1", "at": "2026-11-21T15:00:00.000+00:00", "utc_offset": 0}
    data = b'{"kind" : "quizzed", "answers": [1e1],' + json.dumps(event).encode()[1:] + b"\n"
    record = Record(path)
    assert imported(record, data) == Copied(1, 0, 0, 0)
    assert exported(record) == data
    assert record.events() == []


HASH = hashlib.sha256(b"mine").hexdigest()
TEXT = {"text": HASH, "utf8": "mine"}
BAD = {
    "once upon a time": b"once upon a time\n",
    "half a line": joined(TEXT)[:-10] + b"\n",
    "a line of 20 MB": b'{"text": "' + b" " * 20_000_000 + b'"}\n',
    "deep": b"[" * 100_000 + b"\n",
    "many": b'{"text": [' + b"[], " * 1_000_000 + b"[]]}\n",
    "a wrong hash": joined(TEXT | {"utf8": "other"}),
    "no hash": joined(TEXT | {"text": "../../x"}),
    "two texts": joined(TEXT | {"base64": "bWluZQ=="}),
    "no text": joined({"text": HASH}),
    "a lost text": joined({"text": HASH, "lost": True}),
    "an unknown form": joined({"text": HASH, "zlib": "eJw"}),
    "a text that is a list": joined({"text": HASH, "utf8": ["mine"]}),
    "wrong base64": joined({"text": HASH, "base64": "!"}),
    "half a character": joined({"text": HASH, "utf8": "\ud800"}),
    "a text of more than 1 MiB": joined(
        {"text": hashlib.sha256(b"x" * (1 << 21)).hexdigest(), "utf8": "x" * (1 << 21)}
    ),
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_a_bad_line_is_counted_and_the_others_come_in(path: Path, bad: bytes) -> None:
    event = {"event": "1", "at": "2026-11-21T15:00:00.000+00:00", "utc_offset": 0}
    event |= {"kind": "started", "exercise": "softmax", "text_hash": HASH}
    record = Record(path)
    came = imported(record, bad + joined(TEXT) + b"\n" + bad + joined(event))
    assert (came.events, came.texts, came.known) == (1, 1, 0)
    assert came.unreadable >= 2
    assert history(record) == [("started", b"mine")]
    assert path.read_bytes() == joined(TEXT, event)


@pytest.mark.parametrize("data", [b"", b"\n", b"\x89PNG\r\n\x1a\n" * 100, b"#" * (1 << 20)])
def test_what_is_no_export_is_refused(path: Path, data: bytes) -> None:
    with pytest.raises(RecordError) as caught:
        imported(Record(path), data)
    said = "backup.jsonl is not what dlprep exports: no line of it is an event."
    assert str(caught.value) == said
    assert not path.parent.exists()


def test_an_export_of_an_earlier_version_is_read(path: Path, tmp_path: Path) -> None:
    old_record(path, 2)
    adopted, record = Record(path), Record(tmp_path / "new" / path.name)
    data = (VERSIONS / "export-1.jsonl").read_bytes()
    assert imported(record, data) == Copied(10, 6, 0, 0)
    assert record.events() == adopted.events()  # that version's record says the same
    assert texts(path) == texts(record.path)
    assert imported(adopted, data) == Copied(0, 0, 0, 10)
    assert imported(record, exported(adopted)) == Copied(0, 0, 0, 10)


# Two copies that went on separately


def at(path: Path, *minutes: int) -> None:
    """Set when the last events were, one after the other."""
    found = lines(path)
    events = [line for line in found if "event" in line][-len(minutes) :]
    for line, minute in zip(events, minutes, strict=True):
        line["at"] = f"2026-11-21T15:{minute:02}:00.000+00:00"
    path.write_bytes(joined(*found))


def started(record: Record, *names: str) -> None:
    for name in names:
        record.add("started", name, name.encode())


def test_copies_that_went_on_separately_become_one_history(path: Path, tmp_path: Path) -> None:
    ours = Record(path)
    started(ours, "a", "b")
    at(path, 1, 2)
    theirs = Record(tmp_path / "copy" / path.name)
    shutil.copytree(path.parent, theirs.path.parent)
    started(ours, "c", "e", "back", "g")
    at(path, 10, 30, 5, 40)  # our clock was set back
    started(theirs, "d", "f")
    at(theirs.path, 20, 35)
    ours_data, theirs_data = exported(ours), exported(theirs)

    assert imported(ours, theirs_data) == Copied(2, 2, 0, 2)
    assert path.read_bytes().startswith(ours_data)
    names = [event.exercise for event in ours.events()]
    assert names == [*"abcde", "back", "f", "g"]
    assert texts(path) == [name.encode() for name in names]
    assert ours.last_exercise() == "g"  # although another line came last

    assert imported(theirs, ours_data) == Copied(4, 4, 0, 2)
    assert theirs.events() == ours.events()
    assert theirs.last_exercise() == "g"
    assert imported(ours, exported(theirs)) == Copied(0, 0, 0, 8)
    assert imported(theirs, exported(ours)) == Copied(0, 0, 0, 8)
    for record in (ours, theirs):
        started(record, "next")
        assert record.last_exercise() == "next"
        assert [event.exercise for event in record.events()] == [*names, "next"]


def test_a_text_that_a_copy_still_has_comes_back(path: Path, tmp_path: Path) -> None:
    record = full_record(path)
    whole = exported(record)
    path.write_bytes(whole.replace(b"# the stub", b"# the stab"))
    assert history(record)[0] == ("started", None)
    assert imported(record, whole) == Copied(0, 1, 0, 9)
    assert history(record)[0] == ("started", b"# the stub\n")


def test_an_import_that_was_killed_is_done_again(path: Path, tmp_path: Path) -> None:
    """It adds line after line, so a beginning of them is there."""
    record, other = Record(path), full_record(tmp_path / "other")
    time.sleep(0.002)  # events of one millisecond have no order
    started(record, "a")
    data, before = exported(other), path.read_bytes()
    imported(record, data)
    whole = path.read_bytes()
    for cut in (*range(len(before), len(before) + 1500, 50), len(whole) - 700, len(whole) - 1):
        path.write_bytes(whole[:cut])
        came = imported(record, data)
        assert came.events + came.known == 9
        assert [event.exercise for event in record.events()] == ["softmax"] * 8 + ["relu", "a"]
        assert history(record)[:9] == history(other)


MEMORY = """
import resource, sys
from pathlib import Path
from dlprep.practice.record import Record

folder = Path(sys.argv[1])
small = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
with (folder / "large.jsonl").open("rb") as file:
    Record(folder / "new").import_(file, "")
with (folder / "out.jsonl").open("wb") as file:
    Record(folder / "new").export(file)
Record(folder / "new").events()
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - small)
"""


def test_memory_is_bounded_by_the_largest_text(tmp_path: Path) -> None:
    pytest.importorskip("resource")
    with (tmp_path / "large.jsonl").open("wb") as file:
        for n in range(40):
            text = f"# {n:06}\n" * 111_111  # 1 MB
            file.write(joined({"text": hashlib.sha256(text.encode()).hexdigest(), "utf8": text}))
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
from dlprep.practice.record import Record, RecordError

disk, source = Path(sys.argv[1]), Path(sys.argv[2])
record = Record(disk / ".dlprep" / "record.jsonl")
for name in ("a", "b"):
    record.add("started", name, name.encode())
before = record.path.read_bytes()

def attempt():
    try:
        with source.open("rb") as file:
            print(record.import_(file, "backup.jsonl"))
    except RecordError as error:
        print(error)
        assert record.path.read_bytes() == before
        assert os.listdir(record.path.parent) == ["record.jsonl"]

with (disk / "filler").open("wb", buffering=0) as filler:
    try:
        while True:
            filler.write(bytes(4096))
    except OSError:
        pass
attempt()
os.truncate(disk / "filler", (disk / "filler").stat().st_size - 300_000)
attempt()
(disk / "filler").unlink()
attempt()
"""


def test_a_disk_that_fills_during_an_import(
    said_on_small_disk: Callable[..., list[str]], tmp_path: Path
) -> None:
    source = Record(tmp_path / "source")
    for n in range(5):
        source.add("started", "softmax", os.urandom(50_000).hex().encode() + b"%d" % n)
    (tmp_path / "backup.jsonl").write_bytes(exported(source))
    disk = tmp_path / "disk"
    shown = said_on_small_disk(FULL, tmp_path / "backup.jsonl")
    record = disk / ".dlprep" / "record.jsonl"
    full = f"The record {record} cannot be used: no space left on device."
    came = "Copied(events=5, texts=5, unreadable=0, known=0, flaw='')"
    assert shown == [full, full, came]

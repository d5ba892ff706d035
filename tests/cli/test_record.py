"""`dlprep export` and `dlprep import`, a record of an earlier version, and a stranger's."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from .conftest import RIGHT, ROOT, WRONG, Run

BACK = "No file was written; a text comes back with: dlprep restore EX ATTEMPT\n"

RECORD = Path(".dlprep") / "record.jsonl"


def practised(dlprep: Run, folder: Path) -> None:
    dlprep("start", "softmax", cwd=folder)
    (folder / "softmax.py").write_text(RIGHT, encoding="utf-8")
    assert dlprep("check", cwd=folder).code == 0


def test_a_record_moves_to_another_folder(dlprep: Run, tmp_path: Path) -> None:
    old, new, backup = tmp_path / "old", tmp_path / "new", tmp_path / "backup.jsonl"
    old.mkdir()
    new.mkdir()
    practised(dlprep, old)
    went = dlprep("export", str(backup), cwd=old)
    assert (went.code, went.err) == (0, "")
    assert went.out == f"2 events and 2 texts went to {backup}.\n"
    assert backup.read_bytes() == (old / RECORD).read_bytes()
    assert dlprep("export", cwd=old).out.encode() == backup.read_bytes()
    events = [json.loads(line) for line in dlprep("export", "--no-texts", cwd=old).out.splitlines()]
    assert [event["kind"] for event in events] == ["started", "checked"]

    again = dlprep("export", str(backup), cwd=old)
    assert (again.code, again.out) == (2, "")
    assert again.err == f"✗ {backup} cannot be written: file exists.\n"

    came = dlprep("import", str(backup), cwd=new)
    assert (came.code, came.out, came.err) == (0, f"2 events and 2 texts came in.\n{BACK}", "")
    assert [path.name for path in new.iterdir()] == [".dlprep"]  # no file of theirs is written
    statuses = {
        row["slug"]: row["status"] for row in json.loads(dlprep("list", "--json", cwd=new).out)
    }
    assert statuses["softmax"] == "passed"
    (new / "softmax.py").write_text(WRONG, encoding="utf-8")
    assert dlprep("check", cwd=new).code == 1
    assert dlprep("import", str(backup), cwd=new).out == (
        "0 events and 0 texts came in; 2 were here already.\n"
    )
    piped = subprocess.run(
        [sys.executable, "-P", "-m", "dlprep", "import", "-"],
        cwd=old,
        input=dlprep("export", cwd=new).out.encode() + b"once upon\n",
        capture_output=True,
        check=True,
    )
    said = f"1 event and 1 text came in; 2 were here already.\n{BACK}"
    assert piped.stdout.decode() == said
    assert piped.stderr.decode() == "Left out: 1 line that cannot be read.\n"
    assert dlprep("export", cwd=old).out == dlprep("export", cwd=new).out


def test_what_cannot_be_exported_or_imported_is_one_sentence(dlprep: Run, tmp_path: Path) -> None:
    record = tmp_path / RECORD
    (tmp_path / "softmax.py").write_text(RIGHT, encoding="utf-8")
    for words, sentence in {
        ("export",): f"There is nothing to export: no event is in {record}.",
        ("export", "new.jsonl"): f"There is nothing to export: no event is in {record}.",
        ("export", "a/b"): "a/b cannot be written: no such file or directory.",
        ("export", "."): ". cannot be written: file exists.",
        ("import", "nowhere.jsonl"): "nowhere.jsonl cannot be read: no such file or directory.",
        ("import", "."): ". cannot be read: is a directory.",
        ("import", "softmax.py"): (
            "softmax.py is not what dlprep exports: no line of it is an event."
        ),
    }.items():
        refused = dlprep(*words)
        assert (refused.code, refused.out, refused.err) == (2, "", f"✗ {sentence}\n")
    assert [path.name for path in tmp_path.iterdir()] == ["softmax.py"]


def old_record(folder: Path) -> Path:
    (folder / ".dlprep").mkdir()
    path = folder / ".dlprep" / "record.sqlite3"
    script = ROOT / "tests/practice/versions/2.sql"
    with closing(sqlite3.connect(path)) as db:
        db.executescript(script.read_text(encoding="utf-8"))
    return path


def test_the_record_of_an_earlier_version_is_read_and_told_once(
    dlprep: Run, tmp_path: Path
) -> None:
    old = old_record(tmp_path)
    before = old.read_bytes()
    (tmp_path / "softmax.py").write_text(RIGHT, encoding="utf-8")
    first = dlprep("check")
    assert first.code == 0
    assert first.err == (
        "Your record is now the file record.jsonl, with 10 events and 6 texts. 1 row of the old one"
        " cannot be read. record.sqlite3 is left as it is.\n"
    )
    assert dlprep("check").err == ""
    assert old.read_bytes() == before
    assert "passed ★, 11 cases · polish 5 of 5" in dlprep("history", "softmax").out


def test_an_old_record_that_cannot_be_read_costs_a_sentence(dlprep: Run, tmp_path: Path) -> None:
    (tmp_path / ".dlprep").mkdir()
    (tmp_path / ".dlprep/record.sqlite3").write_bytes(b"garbage " * 1000)
    (tmp_path / "softmax.py").write_text(RIGHT, encoding="utf-8")
    checked = dlprep("check", "softmax")
    assert checked.code == 0
    assert checked.err == (
        "Your record is now the file record.jsonl, with 0 events and 0 texts. The old one cannot be"
        " read to its end: file is not a database. record.sqlite3 is left as it is.\n"
    )
    assert dlprep("check", "softmax").err == ""


COMMANDS = [["list"], ["next"], ["review"], ["stats"], ["hint", "softmax"], ["check", "softmax"]]


@pytest.mark.skipif(os.name == "nt", reason="the system has no pipes among files")
@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo], ids=["a folder", "a pipe"])
def test_a_record_that_is_none_costs_a_sentence(dlprep: Run, tmp_path: Path, make) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / ".dlprep").mkdir()
    make(tmp_path / RECORD)
    (tmp_path / "softmax.py").write_text(RIGHT, encoding="utf-8")
    for words in COMMANDS:
        ran = dlprep(*words)
        assert ran.code == 0
        assert ran.out
        assert "Move it away." in ran.err
    mine = (tmp_path / "softmax.py").read_bytes()
    refused = dlprep("start", "softmax", "--reset")
    assert refused.code == 2
    assert "is left as it is, since its text cannot be kept first" in refused.err
    assert (tmp_path / "softmax.py").read_bytes() == mine


def test_a_stranger_s_record_moves_no_cursor_and_stops_nothing(dlprep: Run, tmp_path: Path) -> None:
    (tmp_path / ".dlprep").mkdir()
    event = {"at": "2026-11-21T15:00:00.000+00:00", "utc_offset": 0, "kind": "checked"}
    event |= {"exercise": "softmax", "text_hash": "0" * 64, "status": "failed", "total": 3}
    event |= {"passing": 1, "mistakes": ["\x1b[2J", "\u202e", "\ud800", "[red]", "::error::"]}
    lines = [
        event | {"event": "1"},
        event | {"event": "2", "only_case": "\r\x1b]0;mine\x07"},
        event | {"event": "3", "status": "\x1b[31m", "mistakes": []},
        event | {"event": "4", "exercise": "../../etc/passwd"},
        event | {"event": "5", "kind": "\x1b[2J"},
    ]
    text = "".join(json.dumps(line) + "\n" for line in lines)
    (tmp_path / RECORD).write_text(f"{text}{'[' * 60_000}\n{'[' * 2_000_000}\n\0\n")
    (tmp_path / "softmax.py").write_text(RIGHT, encoding="utf-8")
    for words in (*COMMANDS, ["history"], ["history", "--json"], ["stats", "--json"]):
        ran = dlprep(*words)
        assert ran.code == 0, ran.err
        assert not {"\x1b", "\u202e", "\r", "\x07"} & {*ran.out, *ran.err}
    assert r"\x1b[2J" in dlprep("history").out
    skipped = f"4 lines of the record {tmp_path / RECORD} cannot be read; all others count.\n"
    assert dlprep("history").err == skipped
    assert dlprep("restore", "softmax", "1").code == 2

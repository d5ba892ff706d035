"""`dlprep export` and `dlprep import`, and what the commands say of a damaged record."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from .conftest import RIGHT, WRONG, Run

BACK = "No file was written; a text comes back with: dlprep restore EX ATTEMPT\n"

RECORD = Path(".dlprep") / "record.sqlite3"


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
    lines = [json.loads(line) for line in backup.read_text(encoding="utf-8").split("\n")[:-1]]
    assert lines[3]["utf8"] == RIGHT
    assert dlprep("export", cwd=old).out.encode() == backup.read_bytes()

    again = dlprep("export", str(backup), cwd=old)
    assert (again.code, again.out) == (2, "")
    assert again.err == f"✗ {backup} exists already, and is left as it is.\n"

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
        input=dlprep("export", cwd=new).out.encode(),
        capture_output=True,
        check=True,
    )
    said = f"1 event and 1 text came in; 2 were here already.\n{BACK}"
    assert piped.stdout.decode() == said
    assert dlprep("export", cwd=old).out == dlprep("export", cwd=new).out


def test_what_cannot_be_exported_or_imported_is_one_sentence(dlprep: Run, tmp_path: Path) -> None:
    record = tmp_path / RECORD
    nothing = dlprep("export")
    assert (nothing.code, nothing.out) == (2, "")
    assert nothing.err == f"✗ There is nothing to export: there is no record {record}.\n"
    (tmp_path / "cut.jsonl").write_text('{"dlprep": "record", "format": 1, "events": 2}\n{"te')
    for name, sentence in {
        "nowhere.jsonl": "nowhere.jsonl cannot be read: no such file or directory.",
        ".": ". cannot be read: is a directory.",
        "cut.jsonl": "Line 2 of cut.jsonl is not whole: nothing was imported.",
        "softmax.py": "softmax.py does not begin as what dlprep exports.",
    }.items():
        (tmp_path / "softmax.py").write_text(RIGHT, encoding="utf-8")
        refused = dlprep("import", name)
        assert (refused.code, refused.out, refused.err) == (2, "", f"✗ {sentence}\n")
    assert not record.parent.exists()


def test_a_damaged_record_is_told_by_list_and_recovered_by_check(
    dlprep: Run, tmp_path: Path
) -> None:
    practised(dlprep, tmp_path)
    record = tmp_path / RECORD
    before = dlprep("export").out
    record.write_bytes(bytes(4096) + record.read_bytes()[4096:])
    told = (
        f"The record {record} is damaged: the next start or check sets it aside and recovers what"
        " can be read.\n"
    )
    listed = dlprep("list")
    assert (listed.code, listed.err) == (0, told)
    assert "softmax" in listed.out
    assert dlprep("export").err == f"✗ {told}"
    checked = dlprep("check", "softmax", "--seed", "1")
    assert checked.code == 0
    assert checked.err == (
        f"The record {record} was damaged: it is kept as record.sqlite3.damaged-1, and 2 events and"
        " 2 texts were recovered.\n"
    )
    assert dlprep("list").err == ""
    assert dlprep("export").out.split("\n")[1:5] == before.split("\n")[1:5]

"""The record's file: what cannot be used, shells that run at once or are killed, copies."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from recording import CHECKING, assert_sound, child, files, tear, texts, verdict

from dlprep.practice.record import Record, RecordError
from dlprep.practice.record import database as database_module
from dlprep.practice.record.database import MIGRATIONS

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

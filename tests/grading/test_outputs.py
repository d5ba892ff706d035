"""Verdicts reach every output whole, or the user is told before anything is graded."""

from __future__ import annotations

import csv
import os
import re
import signal
from pathlib import Path

import pytest

from dlprep.errors import UserError
from dlprep.grading.formats import RunInfo
from dlprep.grading.model import Graded, Task
from dlprep.grading.outputs import Outputs, Target, read_targets, uninterrupted

INFO = RunInfo(3, 1.0, "full", "full", "0.1.0", "2026-01-01T00:00:00+00:00")
TASKS = [Task("ada", "softmax", None), Task("bob", "softmax", None)]
ADA, BOB = (Graded(task.who, task.exercise, "", None) for task in TASKS)


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def outputs(*words: str, resume: Path | None = None) -> Outputs:
    return Outputs(read_targets(words, resume), INFO, TASKS)


def column(path: Path) -> list[str]:
    """The first column of a table in a CSV file."""
    with path.open(newline="") as file:
        return [row[0] for row in csv.reader(file)]


def test_targets() -> None:
    assert read_targets([]) == [Target("table", None)]
    assert read_targets(["jsonl"]) == [Target("jsonl", None)]
    assert read_targets(["csv=a=b.csv", "table"]) == [
        Target("csv", Path("a=b.csv")),
        Target("table", None),
    ]


def test_the_file_of_an_earlier_run_is_a_target() -> None:
    run = Target("jsonl", Path("run.jsonl"), resumed=True)
    assert read_targets([], Path("run.jsonl")) == [Target("table", None), run]
    assert read_targets(["jsonl=./run.jsonl"], Path("run.jsonl")) == [run]
    assert read_targets(["jsonl=x"], Path("run.jsonl")) == [Target("jsonl", Path("x")), run]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["pdf"], "There is no format 'pdf'; there are table, jsonl, junit,"),
        (["=x"], "There is no format ''"),
        (["csv="], "The format 'csv=' names no file."),
        (["csv", "jsonl"], "Only one format can go to standard output"),
        (["csv", "csv"], "Only one format can go to standard output"),
        (["csv=x", "jsonl=./x"], "Two formats cannot go to the same file."),
        (["csv=run.jsonl"], "Two formats cannot go to the same file."),
    ],
)
def test_targets_that_cannot_be(words: list[str], said: str) -> None:
    with pytest.raises(UserError, match=re.escape(said)):
        read_targets(words, Path("run.jsonl"))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["csv=no/x"], "no/x cannot be written: no such file or directory."),
        (["csv=folder"], "folder cannot be written: is a directory."),
        (["jsonl=folder"], "folder cannot be written: is a directory."),
        (["jsonl=/dev/full"], "/dev/full cannot be written: no space left on device."),
        (["jsonl=old"], "old holds verdicts already: go on with them (--resume old), or remove it"),
        (["gradescope=x"], "holds the results of one student"),
    ],
)
def test_what_cannot_be_written_is_said_at_once(
    tmp_path: Path, words: list[str], said: str
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "old").write_text("what took a night\n")
    with pytest.raises(UserError, match=re.escape(said)):
        outputs("junit=report.xml", *words)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder", "old"]
    assert (tmp_path / "old").read_text() == "what took a night\n"


def test_a_document_is_whole_or_not_there(tmp_path: Path) -> None:
    report = tmp_path / "grades.csv"
    report.write_text("of last year\n")
    with outputs("csv=grades.csv") as out:
        out.add(ADA)
        assert report.read_text() == "of last year\n"
    assert report.read_text() == "of last year\n", "it was never finished"
    with outputs("csv=grades.csv") as out:
        out.add(ADA)
        out.finish()
    assert column(report) == ["who", "ada"]
    assert list(tmp_path.iterdir()) == [report]


def test_lines_are_there_as_they_come(tmp_path: Path) -> None:
    with outputs("jsonl=run.jsonl") as out:
        for count, graded in enumerate((ADA, BOB), 2):
            out.add(graded)
            assert (tmp_path / "run.jsonl").read_text().count("\n") == count


def test_earlier_verdicts_are_not_written_to_their_own_file(tmp_path: Path) -> None:
    run = tmp_path / "run.jsonl"
    run.write_text("earlier\n")
    with outputs("csv=x.csv", resume=Path("run.jsonl")) as out:
        out.repeat(ADA)
        out.add(BOB)
        out.finish()
    assert run.read_text().startswith("earlier\n")
    assert run.read_text().count("ada") == 0
    assert run.read_text().count("bob") == 1
    assert column(tmp_path / "x.csv") == ["who", "ada", "bob"]


def test_one_that_fails_does_not_take_the_others_along(tmp_path: Path) -> None:
    (tmp_path / "x.csv").mkdir()
    (tmp_path / "x.csv").rmdir()
    with outputs("csv=x.csv", "junit=x.xml") as out:
        out.add(ADA)
        (tmp_path / "x.csv").mkdir()
        with pytest.raises(UserError, match=r"x\.csv cannot be written: is a directory\."):
            out.finish()
    assert "ada" in (tmp_path / "x.xml").read_text()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["x.csv", "x.xml"]


def test_a_link_is_followed_and_a_device_is_written_to(tmp_path: Path) -> None:
    (tmp_path / "link.csv").symlink_to("real.csv")
    with outputs("csv=link.csv", "junit=/dev/null") as out:
        out.add(ADA)
        out.finish()
    assert (tmp_path / "link.csv").is_symlink()
    assert "ada" in (tmp_path / "real.csv").read_text()
    assert Path("/dev/null").is_char_device()


def test_ctrl_c_waits_until_all_is_written() -> None:
    done = []

    @uninterrupted()
    def pressed(times: int) -> None:
        for _ in range(times):
            os.kill(os.getpid(), signal.SIGINT)
        done.append(times)

    pressed(0)
    for times in (1, 2):
        with pytest.raises(KeyboardInterrupt):
            pressed(times)
    assert done == [0, 1], "who presses twice does not want to wait"
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler

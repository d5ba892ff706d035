"""A run that was killed can be gone on with, and what is no such run is told in a sentence."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from pathlib import Path

import pytest

from dlprep.errors import UserError
from dlprep.grading.formats import FORMATS, RunInfo
from dlprep.grading.model import Feedback, Graded, Task
from dlprep.grading.resume import Earlier, read_earlier
from dlprep.model import CaseResult, Verdict

INFO = RunInfo(3, 1.0, "full", "full", "0.1.0", "2026-01-01T00:00:00+00:00")
TASKS = [Task(who, "softmax", Path(who) / "softmax.py") for who in ("ada", "b\nob", "\udce9mile")]
CASES = (CaseResult("one_row", "turns one row", "passed"),)
GRADED = [
    Graded(
        task.who,
        task.exercise,
        str(task.path),
        Verdict("softmax", "softmax.py", "passed", 3, 0.0, "full", CASES),
    )
    for task in TASKS
]


def written(*graded: Graded, info: RunInfo = INFO) -> bytes:
    """What the format itself writes."""
    stream = io.StringIO()
    writer = FORMATS["jsonl"](stream, info)
    for one in graded:
        writer.add(one)
    writer.close()
    return stream.getvalue().encode()


def read(
    path: Path,
    seed: int | None = None,
    timeout: float | None = None,
    feedback: Feedback = "full",
) -> Earlier:
    return read_earlier(path, TASKS, seed=seed, timeout=timeout, feedback=feedback)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The JSON lines of a run that graded two of three."""
    path = tmp_path / "run.jsonl"
    path.write_bytes(written(*GRADED[:2]))
    return path


def test_what_is_done_is_known(file: Path) -> None:
    earlier = read(file)
    assert earlier.run == INFO
    assert earlier.done == {TASKS[0].key, TASKS[1].key}
    assert list(earlier.graded()) == GRADED[:2]
    assert read(file, seed=3) == earlier
    whole = file.read_bytes()
    earlier.cut()
    assert file.read_bytes() == whole


def test_the_wall_time_is_not_kept(file: Path) -> None:
    verdict = GRADED[2].verdict
    assert verdict is not None
    slow = replace(GRADED[2], verdict=replace(verdict, seconds=9.0))
    assert written(slow) == written(GRADED[2])
    file.write_bytes(written(slow))
    assert list(read(file).graded()) == [GRADED[2]]


def test_a_line_may_be_torn_anywhere(file: Path) -> None:
    whole, line = file.read_bytes(), written(GRADED[2]).splitlines(keepends=True)[1]
    for length in range(len(line)):
        file.write_bytes(whole + line[:length])
        earlier = read(file)
        assert len(earlier.done) == 2
        assert list(earlier.graded()) == GRADED[:2]
        earlier.cut()
        assert file.read_bytes() == whole
    file.write_bytes(whole + line)
    assert read(file).done == {task.key for task in TASKS}
    assert list(read(file).graded()) == GRADED


def test_what_a_crash_left_of_a_line_is_cut_off(file: Path) -> None:
    whole = file.read_bytes()
    file.write_bytes(whole + b"\0" * 100 + b"\n")
    read(file).cut()
    assert file.read_bytes() == whole


def test_a_run_may_be_resumed_more_than_once(file: Path) -> None:
    file.write_bytes(file.read_bytes() + written(GRADED[2]))
    assert list(read(file).graded()) == GRADED


def test_a_missing_submission_stays_missing(file: Path) -> None:
    gone = Graded("ada", "softmax", "", None)
    file.write_bytes(written(gone))
    assert list(read(file).graded()) == [gone]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (b'"softmax", "file"', b'"mlp2", "file"', "run.jsonl has a verdict on mlp2 by 'ada'"),
        (b'"who": "ada"', b'"who": "x"', "a verdict on softmax by 'x', which is not among these"),
        (
            b'"who": "ada"',
            b'"who": "b\\nob"',
            "line 3, is a second verdict on softmax by 'b\\nob'.",
        ),
        (b'"seed": 3, "points"', b'"seed": "3", "points"', "does not begin as the JSON lines"),
        (b'"points": 1.0', b'"marks": 1.0', "does not begin as the JSON lines"),
        (b'"schema": 1', b'"schema": 99', "does not begin as the JSON lines"),
        (b'{"run": {', b'{"run": 5, "x": {', "does not begin as the JSON lines"),
        (b'{"run"', b'{"walk"', "does not begin as the JSON lines"),
        (b'{"run"', b'{"ru', "does not begin as the JSON lines"),
        (b'{"who": "ada"', b'{"who": ["ada"]', "line 2, is no verdict of a run."),
        (b'{"who": "ada"', b'[]\n{"who": "ada"', "line 2, is no verdict of a run."),
        (b'{"who": "ada"', b'"run"\n{"who": "ada"', "line 2, is no verdict of a run."),
        (b'{"who": "ada"', b'{"who"\n{"who": "ada"', "line 2, is no verdict of a run."),
        (b'"verdict": {', b'"verdict": 5, "x": {', "line 2, is no verdict of a run."),
    ],
)
def test_what_is_no_such_run(file: Path, old: bytes, new: bytes, said: str) -> None:
    text = file.read_bytes()
    assert old in text
    file.write_bytes(text.replace(old, new, 1))
    with pytest.raises(UserError, match=re.escape(said)):
        read(file)


@pytest.mark.parametrize("text", [b"", b'{"run": {"see', b"\xff\n", b"\n", b"5\n", b"[1]\n"])
def test_what_does_not_begin_as_a_run(file: Path, text: bytes) -> None:
    file.write_bytes(text)
    with pytest.raises(UserError, match="does not begin as the JSON lines of a run do"):
        read(file)


def test_all_of_a_run_get_the_same(file: Path) -> None:
    with pytest.raises(UserError, match="was begun with --seed 3, and all get the same"):
        read(file, seed=4)
    with pytest.raises(UserError, match="was begun without --timeout, and all get the same"):
        read(file, timeout=2.0)
    file.write_bytes(written(*GRADED[:2], info=replace(INFO, timeout=0.5)))
    assert read(file).run.timeout == read(file, timeout=0.5).run.timeout == 0.5
    with pytest.raises(UserError, match=r"was begun with --timeout 0\.5, and all get the same"):
        read(file, timeout=2.0)
    with pytest.raises(UserError, match="was begun with --feedback full: go on with the same"):
        read(file, feedback="score")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"gone.jsonl cannot be read: no such file or directory\."):
        read(tmp_path / "gone.jsonl")
    with pytest.raises(UserError, match=r"cannot be read: is a directory\."):
        read(tmp_path)

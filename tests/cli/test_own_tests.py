"""``dlprep test`` as a user types it, and its page."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from dlprep.practice.workspace import open_workspace
from dlprep.render.own_tests_page import own_tests_page
from dlprep.verdict import Location, OwnTest, Problem, Score, ScoredMistake

from .conftest import RIGHT, Run
from .test_bad_input import commands, wait_for

TESTS = r"""
import numpy as np
import pytest
from softmax import softmax

def test_ones():
    np.testing.assert_allclose(softmax(np.zeros((3, 2))).sum(axis=1), 1)

def test_hostile():
    print("\x1b[2Jprinted")
    assert softmax(np.zeros(2))[0] == 1, "\x1b[31m[red]\u202e ::error::##[error]"
"""
MORE = """
import numpy as np
from softmax import softmax

def test_rows_far_apart():
    p = softmax(np.array([[0.0, 1.0], [1000.0, 1001.0]]))
    np.testing.assert_allclose(p, [softmax(np.array([0.0, 1.0]))] * 2, rtol=1e-12)
    np.testing.assert_allclose(p, p[::-1], rtol=1e-12)
    np.testing.assert_allclose(p.sum(axis=1), 1, rtol=1e-12)

def test_columns():
    np.testing.assert_allclose(softmax(np.arange(6.0).reshape(3, 2), axis=0).sum(axis=0), 1)
"""


def test_a_score_as_a_page(dlprep: Run, tmp_path: Path) -> None:
    (tmp_path / "softmax.py").write_text(RIGHT)
    (tmp_path / "test_softmax.py").write_text(TESTS)
    (tmp_path / "conftest.py").write_text("raise SystemExit('a conftest was run')")
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option\n")
    ran = dlprep("test", "softmax", PYTEST_ADDOPTS="--no-such-option")
    assert (ran.code, ran.err) == (1, "")
    assert "softmax   your tests catch 4 of 11 mistakes" in ran.out
    assert "✗ test_hostile is wrong: it fails on the reference, and does not count" in ran.out
    assert r"\x1b[31m[red]\u202e ::error::#\x23[error]" in ran.out
    assert "\x1b" not in ran.out
    assert "test_softmax.py:11   assert softmax(np.zeros(2))[0] == 1" in ran.out
    assert "sum over the whole array" in ran.out.partition("missed")[0]
    assert "missed   no max subtraction" in ran.out
    workspace = open_workspace(tmp_path)
    (event,) = workspace.record.events("softmax")
    assert (event.kind, event.passing, event.total) == ("tested", 4, 11)
    assert workspace.record.text(event.text_hash) == TESTS.encode()
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"softmax.py", "test_softmax.py", "conftest.py", "pytest.ini", ".dlprep"}


def test_a_score_as_json(dlprep: Run, tmp_path: Path) -> None:
    (tmp_path / "test_softmax.py").write_text(MORE)
    (tmp_path / ".dlprep").mkdir()
    (tmp_path / ".dlprep/record.jsonl").mkdir()
    ran = dlprep("test", "softmax", "--json")
    found = json.loads(ran.out)
    assert ran.code == 1  # there is no softmax.py
    assert "record" in ran.err
    assert found["problem"]["message"] == "There is no softmax.py here."
    assert (found["caught"], found["invalid"]) == (8, [])
    missed = [one["name"] for one in found["mistakes"] if not one["caught_by"]]
    assert missed == [
        "minimum or mean subtracted",
        "shifted logits clipped",
        "keepdims forgotten",  # of a square the sums fit all the same
    ]


def test_complete_tests_exit_with_0(dlprep: Run, tmp_path: Path) -> None:
    (tmp_path / "softmax.py").write_text(RIGHT)
    last = (
        "\ndef test_shape():\n    assert softmax(np.zeros((2, 3))).shape == (2, 3)\n"
        "\ndef test_wide():\n    assert list(softmax(np.array([-5e3, 0.0, 5e3]))) == [0, 0, 1]\n"
        "\ndef test_tiny():\n"
        "    np.testing.assert_allclose(softmax(np.array([0.0, -600.0]))[1], np.exp(-600.0))\n"
    )
    (tmp_path / "test_softmax.py").write_text(MORE + last)
    ran = dlprep("test", "softmax")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("✓ softmax   your tests catch 11 of 11 mistakes")
    assert "missed" not in ran.out


def test_ctrl_c_ends_all_trials(tmp_path: Path) -> None:
    loops = "import softmax\n\ndef test_it():\n    while True:\n        pass\n"
    (tmp_path / "softmax.py").write_text(RIGHT)
    (tmp_path / "test_softmax.py").write_text(loops)
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "dlprep", "test", "softmax"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    wait_for(lambda: trials(process.pid) >= 2)
    started = commands(process.pid)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert process.returncode in (130, -signal.SIGINT)
    assert b"Traceback" not in out + err
    wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in started))


def trials(pid: int) -> int:
    return sum("judge.own_tests" in command for command in commands(pid).values())


def test_wrong_use_says_how_to_begin(dlprep: Run, tmp_path: Path) -> None:
    nothing = dlprep("test", "softmax")
    assert (nothing.code, nothing.out) == (2, "")
    assert "There is no test_softmax.py in" in nothing.err
    assert "from softmax import softmax" in nothing.err
    assert "np.testing.assert_allclose(softmax(x, axis=-1), ...)" in nothing.err
    assert "The exercise itself begins with: dlprep start softmax" in nothing.err
    assert "made = EarlyStopping(patience, min_delta)" in dlprep("test", "early_stop").err
    (tmp_path / "test_softmax.py").mkdir()
    assert "is a folder" in dlprep("test", "softmax").err
    assert dlprep("test").code == 2
    assert not (tmp_path / ".dlprep").exists()


SCORE = Score(
    exercise="softmax",
    tests=("test_a", "test_b"),
    problem=None,
    failures=(),
    invalid=(),
    mistakes=(
        ScoredMistake("axis ignored", ("softmax",), ("test_a",)),
        ScoredMistake("epsilon in the denominator", ("log_softmax",), ()),
    ),
    left_out=(),
    seconds=1.25,
)


def page(score: Score, width: int = 100) -> str:
    out = StringIO()
    console = Console(file=out, width=width, force_terminal=True, color_system=None)
    own_tests_page(score, console)
    return out.getvalue()


def failed(name: str, text: str, printed: str = "") -> OwnTest:
    place = Location(3, "    assert 1 == 2")
    return OwnTest(name, "failed", text, place, Location(7, "    return x"), printed)


def test_the_page_names_functions_where_there_are_several() -> None:
    shown = page(SCORE)
    assert "caught   axis ignored (in softmax)" in shown
    assert "missed   epsilon in the denominator (in log_softmax)" in shown
    one = replace(SCORE, mistakes=SCORE.mistakes[:1], left_out=("one by one",))
    assert "caught   axis ignored\n" in page(one)
    assert "Not asked for, since no plain test shows it: one by one." in page(one)


def test_the_page_shows_the_first_failures_and_counts_the_rest() -> None:
    several = tuple(failed(f"test_{n}", f"assert {n} == 9", "so\n" * 9) for n in range(5))
    unwritten = (failed("test_x", "NotImplementedError"), failed("test_y", "NotImplementedError"))
    shown = page(replace(SCORE, failures=several + unwritten))
    assert "2 tests call what is not implemented yet:\n    softmax.py:7   return x" in shown
    assert "✗ test_2 fails on softmax.py\n        assert 2 == 9\n" in shown
    assert "2 more tests fail on softmax.py: test_3, test_4" in shown
    assert shown.count("        so\n") == 15  # five lines of each
    assert shown.count("… 4 more lines") == 3


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("wrong", "is wrong: it fails on the reference, and does not count (on softmax.py it"),
        ("flaky", "is flaky: on the reference it passes and fails, and does not count"),
        ("skipped", "- test_a is skipped on the reference, and does not count"),
        ("not run", "test_a was not run on the reference, and does not count"),
        ("over-specific", "asks too much: it fails on another right solution (two lines), and"),
    ],
)
def test_the_page_says_why_a_test_does_not_count(kind: str, said: str) -> None:
    solution = "two lines" if kind == "over-specific" else "the reference"
    failure = failed("test_a", "assert [1] == [2]\n  \n  Use -v to get more diff")
    one = replace(failure, kind=kind, on=solution, passes_own=True)
    shown = page(replace(SCORE, invalid=(one,), failures=(failure,)))
    assert said in " ".join(shown.split("\n"))
    assert "fails on softmax.py" not in shown  # its own fault is the news
    assert "Use -v" not in shown


def test_the_page_fits_a_narrow_terminal() -> None:
    problem = Problem("syntax", "softmax.py is not valid Python.", Location(2, "return x +"))
    failure = failed("test_" + "long" * 30, "assert " + "x" * 300)
    kind, on = "over-specific", "by way of the log-softmax"
    invalid = replace(failure, kind=kind, on=on, passes_own=True)
    full = replace(SCORE, problem=problem, failures=(failed("test_b", "no"),), invalid=(invalid,))
    for width in (40, 80, 200):
        lines = page(full, width).splitlines()
        assert max(map(len, lines)) <= width
        assert "  The tests were scored" in page(full, width)

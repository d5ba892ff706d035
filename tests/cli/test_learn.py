"""Hints, solutions, and the history, as a user has them."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from dlprep import catalog
from dlprep.practice.record import Record
from dlprep.practice.workspace import open_workspace
from dlprep.verdict import CaseResult, Verdict

from .conftest import RIGHT, ROOT, WRONG, Run, words

HELP = catalog.read_help(catalog.find("softmax"))
HINTS = HELP.hints


def kinds(folder: Path) -> list[str]:
    return [event.kind for event in Record(folder / ".dlprep/record.jsonl").events()]


def begin(folder: Path, *, reset: bool = False) -> None:
    open_workspace(folder).start(catalog.find("softmax"), reset=reset)


def passed(folder: Path, text: str) -> None:
    """A check of ``text`` that passed, without the wait for it."""
    (folder / "softmax.py").write_text(text)
    case = CaseResult("large_logits", "", "passed")
    verdict = Verdict("softmax", "softmax.py", "passed", 1, 0.1, "full", (case,))
    open_workspace(folder).record.checked(verdict, text.encode())


def test_each_hint_says_more_and_is_recorded_before_it_is_read(dlprep: Run, tmp_path: Path) -> None:
    begin(tmp_path)
    for n, hint in enumerate(HINTS, start=1):
        ran = dlprep("hint")
        assert (ran.code, ran.err) == (0, "")
        assert f"hint {n} of {len(HINTS)}" in ran.out
        assert words(hint) in words(ran.out)
        assert [words(other) in words(ran.out) for other in HINTS] == [
            k < n for k in range(len(HINTS))
        ]
        assert kinds(tmp_path) == ["started", *["hinted"] * n]
    assert "The solution: dlprep solution softmax --give-up" in ran.out
    again = dlprep("hint")
    assert again.out == ran.out
    assert kinds(tmp_path).count("hinted") == len(HINTS)


def test_hints_of_a_review_begin_again(dlprep: Run, tmp_path: Path) -> None:
    begin(tmp_path)
    dlprep("hint")
    passed(tmp_path, RIGHT)
    begin(tmp_path, reset=True)
    assert "hint 1 of" in dlprep("hint").out


def test_a_hint_without_a_record_is_given_all_the_same(dlprep: Run, tmp_path: Path) -> None:
    (tmp_path / ".dlprep").write_text("no folder")
    ran = dlprep("hint", "softmax")
    assert ran.code == 0
    assert "hint 1 of" in ran.out
    assert "no record can be kept in it" in words(ran.err)


def test_the_solution_before_and_after_the_pass(dlprep: Run, tmp_path: Path) -> None:
    begin(tmp_path)
    early = dlprep("solution")
    assert (early.code, early.out) == (2, "")
    assert "dlprep solution softmax --give-up" in early.err
    passed(tmp_path, f"{RIGHT}\n# mine, with ``` and \x1b[31m in it\n")
    ran = dlprep("solution")
    assert (ran.code, ran.err) == (0, "")
    solution = ROOT / "solutions/softmax"
    for line in filter(None, (solution / "reference.py").read_text().splitlines()):
        assert line in ran.out
    assert "-# mine, with ``` and \\x1b[31m in it" in ran.out
    assert "\x1b" not in ran.out
    assert "````diff\n--- yours\n+++ reference\n" in ran.out
    for name in ("by way of the log-softmax", "one number at a time"):
        assert f"### {name}" in ran.out
    assert "**Why it is asked.**" in ran.out
    assert HELP.follow_ups[0].answer in ran.out
    assert kinds(tmp_path) == ["started", "checked"]  # nothing was given up


def test_giving_up_is_recorded_once_and_before_the_solution_is_read(
    dlprep: Run, tmp_path: Path
) -> None:
    begin(tmp_path)
    ran = dlprep("solution", "--give-up")
    assert ran.code == 0
    assert "## Yours against it" not in ran.out
    assert kinds(tmp_path) == ["started", "gave_up"]
    assert dlprep("solution").code == 0
    assert kinds(tmp_path) == ["started", "gave_up"]
    (tmp_path / ".dlprep/record.jsonl").unlink()
    (tmp_path / ".dlprep").rmdir()
    (tmp_path / ".dlprep").write_text("no folder")
    refused = dlprep("solution", "softmax", "--give-up")
    assert (refused.code, refused.out) == (2, "")


def test_a_solution_as_it_is_shown_in_a_terminal(tmp_path: Path) -> None:
    passed(tmp_path, WRONG)
    main, theirs = pty.openpty()
    shown = b""
    with subprocess.Popen(
        [sys.executable, "-P", "-m", "dlprep", "solution", "softmax"],
        cwd=tmp_path,
        env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "110"},
        stdout=theirs,
        stderr=theirs,
    ):
        os.close(theirs)
        while True:
            try:
                piece = os.read(main, 1 << 16)
            except OSError:  # how Linux says that nobody writes any more
                break
            if not piece:
                break
            shown += piece
    os.close(main)
    plain = re.sub(r"\x1b\[[\d;]*m", "", shown.decode())
    assert "\x1b[" in shown.decode()
    assert "```" not in plain
    assert " +    e = np.exp(x - x.max(axis=axis, keepdims=True))" in plain


def test_the_history_and_a_text_brought_back(dlprep: Run, tmp_path: Path) -> None:
    file = tmp_path / "softmax.py"
    begin(tmp_path)
    file.write_bytes(WRONG.encode())
    dlprep("check")
    file.write_bytes(RIGHT.encode())
    dlprep("check")
    dlprep("check", "--case", "large_logits")
    begin(tmp_path, reset=True)

    ran = dlprep("history")
    lines = [line.split("  ", 3)[-1].strip() for line in ran.out.splitlines()[2:7]]
    assert lines == [
        "started, with the stub",
        "7 of 11 cases pass · no max subtraction",
        "passed ★, 11 cases · polish 5 of 5",
        "the case large_logits passes · text of 3",
        "kept before the stub came back · text of 3",
    ]
    entries = json.loads(dlprep("history", "--json").out)
    assert entries[1]["mistakes"] == ["no max subtraction"]
    assert (entries[2]["polish_passing"], entries[2]["polish_total"]) == (5, 5)
    assert dlprep("history", "--show", "2").out == WRONG

    file.write_text("unsaved work\n")
    restored = dlprep("restore", "softmax", "3")
    assert restored.code == 0
    assert restored.out.startswith("softmax.py holds the text of attempt 3;")
    assert file.read_bytes() == RIGHT.encode()
    assert open_workspace(tmp_path).record.statuses() == {"softmax": "polished"}
    assert dlprep("history", "--show", "6").out == "unsaved work\n"
    assert "already" in dlprep("restore", "softmax", "3").out
    assert kinds(tmp_path)[-2:] == ["replaced", "restored"]

    file.unlink()
    assert dlprep("restore", "softmax", "2").code == 0
    assert file.read_bytes() == WRONG.encode()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["history"], "Nothing was started here yet. Start with: dlprep start softmax"),
        (["restore", "softmax", "1"], "There is no attempt at softmax yet."),
        (["restore", "softmax"], "Missing argument 'ATTEMPT'"),
        (["history", "softmax", "--show", "1"], "There is no attempt at softmax yet."),
        (["hint", "sofmax"], "Did you mean softmax"),
        (["solution", "sofmax"], "Did you mean softmax"),
    ],
)
def test_what_is_not_there(
    dlprep: Run, tmp_path: Path, arguments: list[str], sentence: str
) -> None:
    ran = dlprep(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert sentence in words(ran.err)
    assert list(tmp_path.iterdir()) == []


def test_an_attempt_that_is_not_there_or_lost(dlprep: Run, tmp_path: Path) -> None:
    begin(tmp_path)
    beyond = dlprep("restore", "softmax", "2")
    assert beyond.code == 2
    assert "softmax has the attempts 1 to 1. See: dlprep history softmax" in words(beyond.err)
    record = tmp_path / ".dlprep/record.jsonl"
    record.write_text(record.read_text().replace("def softmax", "def softmix"))
    lost = dlprep("restore", "softmax", "1")
    assert lost.code == 2
    assert "The text of this attempt is not in the record" in words(lost.err)
    assert (tmp_path / "softmax.py").read_bytes() == catalog.find("softmax").stub.read_bytes()

"""``watch`` as a user has it: a real terminal, a real judge, an editor that saves."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from terminal import Terminal, descendants

from .conftest import RIGHT, WRONG, Ran, Run, call

pytestmark = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs Linux")

ENDLESS = "def softmax(x, axis=-1):\n    while True:\n        pass\n"
WATCH = [sys.executable, "-P", "-m", "dlprep", "watch"]


def command_line(pid: int) -> bytes:
    """What a process was started as."""
    return Path(f"/proc/{pid}/cmdline").read_bytes()


def alive(pid: int) -> bool:
    """Whether a process runs; a zombie does not, and is its parent's fault, which is dead too."""
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False


def assert_gone(pids: set[int], seconds: float = 30) -> None:
    """No process is left over."""
    deadline = time.monotonic() + seconds
    while left := [pid for pid in pids if alive(pid)]:
        assert time.monotonic() < deadline, left
        time.sleep(0.02)


def assert_restored(terminal: Terminal) -> None:
    """The terminal is as it was before."""
    assert b"\x1b[?1049h" in terminal.written
    assert not terminal.full
    assert terminal.settings == terminal.before
    assert terminal.written.rfind(b"\x1b[?25h") > terminal.written.rfind(b"\x1b[?25l")
    assert terminal.written.rfind(b"\x1b[?2004l") > terminal.written.rfind(b"\x1b[?2004h")
    assert b"Traceback" not in terminal.written


def events(folder: Path) -> list[tuple[str, str | None, int | None]]:
    """What is in the record: kind, status, and how many cases passed."""
    from dlprep.practice.record import Record

    found = Record(folder / ".dlprep/record.jsonl").events()
    return [(event.kind, event.status, event.passing) for event in found]


def test_an_evening(tmp_path: Path) -> None:
    mine = tmp_path / "softmax.py"

    def by_rename(text: str) -> None:
        new = tmp_path / ".softmax.py.swp"
        new.write_text(text)
        new.replace(mine)

    with Terminal([*WATCH, "softmax"], tmp_path) as terminal:
        shown = terminal.wait_for(r"checked \d\d:\d\d:\d\d")
        assert "nothing is implemented yet" in shown
        assert "NotImplementedError" in mine.read_text()
        assert terminal.full

        terminal.press("h")
        terminal.wait_for("hint 1 of 4")
        terminal.press("h")
        terminal.wait_for("hint 2 of 4")
        terminal.press("escape")
        terminal.wait_for("Open softmax.py", gone="hint 2")

        mine.write_text(WRONG)
        shown = terminal.wait_for(r"✗ stays finite.*\n", gone="checking")
        assert re.search(r"softmax .* seed \d+ · \d+\.\d\d s\n", shown)
        assert "You forgot the max subtraction" in shown
        score = re.search(r"(\d+) of (\d+) cases pass", shown)
        assert score

        terminal.resize(40, 10)
        shown = terminal.wait_for(r"^softmax +\d+ of \d+ cases pass\n +seed")
        assert len(terminal.lines) == 10
        assert re.search(r"\d+ below", shown)
        assert "q quit" in shown
        terminal.press("down", "j", " ")
        terminal.wait_for(r"\d+ above")
        terminal.resize(80, 24)
        terminal.wait_for("✗ stays finite.*large_logits")

        terminal.press("a")
        terminal.wait_for(r"\d+ below")
        terminal.press("a", "d")
        terminal.wait_for("In another terminal: dlprep debug softmax large_logits")
        terminal.press("s")
        terminal.wait_for("dlprep solution softmax --give-up")
        terminal.press("t")
        terminal.wait_for("Stable softmax +stability")
        terminal.press("page down")
        terminal.wait_for(r"\d+ above")

        terminal.press("r")
        terminal.wait_for("Put the stub back")
        terminal.press("n")
        terminal.wait_for("✗ stays finite", gone="Put the stub back")
        assert mine.read_text() == WRONG
        terminal.press("r", "y")
        terminal.wait_for("nothing is implemented yet", gone="checking")

        by_rename(RIGHT)
        shown = terminal.wait_for(r"✓ softmax ★ +(\d+) of \1 cases pass", gone="checking")
        terminal.press("s")
        terminal.wait_for("Stable softmax: the solution")
        terminal.press("escape")
        terminal.wait_for("✓ softmax", gone="the solution")

        mine.unlink()
        terminal.wait_for("There is no softmax.py in")
        mine.write_text("")
        terminal.wait_for("softmax.py is empty", gone="checking")

        terminal.press("l")
        terminal.wait_for("> softmax .* failing")
        terminal.press("k")
        terminal.wait_for("> sigmoid_family")
        terminal.press("enter")
        terminal.wait_for("sigmoid_family +nothing is implemented yet", gone="checking")
        terminal.press("n")
        terminal.wait_for(r"Go on with softmax\? y/n|Start \w+\? y/n|already\.")

        below = descendants(terminal.pid)
        assert len(below) >= 2, "the judge, the nursery"
        terminal.press("q")
        assert terminal.ended() == 0
        assert_restored(terminal)
        assert_gone(below)

    found = events(tmp_path)
    total = int(score[2])
    assert [(kind, status) for kind, status, _ in found] == [
        ("started", None),
        ("checked", "failed"),
        ("hinted", None),
        ("hinted", None),
        ("checked", "failed"),
        ("reset", None),
        ("checked", "failed"),
        ("checked", "passed"),
        ("checked", "error"),
        ("started", None),
        ("checked", "failed"),
    ]
    assert found[4][2] == int(score[1])
    assert found[7][2] == total


def test_a_save_during_an_endless_check_is_judged_at_once(tmp_path: Path) -> None:
    mine = tmp_path / "softmax.py"
    mine.write_text(WRONG)
    with Terminal([*WATCH, "softmax"], tmp_path) as terminal:
        terminal.wait_for("✗ stays finite", gone="checking")
        mine.write_text(ENDLESS)
        shown = terminal.wait_for("checking …")
        assert "✗ stays finite" in shown
        terminal.press("h", "r", "y")
        time.sleep(0.2)  # the endless text is being judged, whatever is typed
        mine.write_text(RIGHT)
        shown = terminal.wait_for("✓ softmax", gone="checking")
        seconds = re.search(r"· (\d+\.\d+) s\n", shown)
        assert seconds
        assert float(seconds[1]) < 15, "the endless text would have had 20 s"
        terminal.press("q")
        assert terminal.ended() == 0
    assert mine.read_text() == RIGHT
    assert [status for _, status, _ in events(tmp_path)] == ["failed", "passed"]


def test_a_judge_that_dies_is_a_fault_and_the_next_save_gets_another(tmp_path: Path) -> None:
    mine = tmp_path / "softmax.py"
    mine.write_text(WRONG)
    with Terminal([*WATCH, "softmax"], tmp_path) as terminal:
        terminal.wait_for("✗ stays finite", gone="checking")
        judges = [pid for pid in descendants(terminal.pid) if b"serve" in command_line(pid)]
        assert len(judges) == 1
        os.kill(judges[0], signal.SIGKILL)
        assert_gone({*judges})
        mine.write_text(RIGHT)
        shown = terminal.wait_for("✗ A fault of dlprep's own", gone="checking")
        assert "Save to try again." in " ".join(shown.split())
        mine.write_text(RIGHT)
        terminal.wait_for("✓ softmax", gone="checking")
    assert [status for _, status, _ in events(tmp_path)] == ["failed", "passed"]


def press_q(terminal: Terminal) -> None:
    terminal.press("q")


def press_ctrl_c(terminal: Terminal) -> None:
    terminal.press("ctrl-c")


def send(number: int) -> Callable[[Terminal], None]:
    def way(terminal: Terminal) -> None:
        os.kill(terminal.pid, number)

    return way


WAYS_OUT = {
    "q": (press_q, 0),
    "Ctrl-C": (press_ctrl_c, 130),
    "SIGINT": (send(signal.SIGINT), 130),
    "SIGTERM": (send(signal.SIGTERM), 143),
    "SIGHUP": (send(signal.SIGHUP), 129),
}


@pytest.mark.parametrize("name", WAYS_OUT)
def test_every_way_out_of_an_endless_check_restores_the_terminal(tmp_path: Path, name: str) -> None:
    (tmp_path / "softmax.py").write_text(ENDLESS)
    way, code = WAYS_OUT[name]
    with Terminal([*WATCH, "softmax"], tmp_path) as terminal:
        terminal.wait_for("checking …")
        assert terminal.settings != terminal.before
        below = descendants(terminal.pid)
        assert below, "the judge"
        way(terminal)
        assert terminal.ended(15) == code, "the check would have had 20 s"
        assert_restored(terminal)
        assert_gone(below)
    assert events(tmp_path) == []


def test_a_window_that_is_closed_leaves_nothing_running(tmp_path: Path) -> None:
    with Terminal([*WATCH, "softmax"], tmp_path) as terminal:
        terminal.wait_for("checking …")
        below = descendants(terminal.pid)
        terminal.hang_up()
        assert_gone({terminal.pid, *below})


def test_a_fault_of_our_own_is_a_sentence_on_the_normal_screen(home: Path, tmp_path: Path) -> None:
    with Terminal(
        [*WATCH, "softmax"], tmp_path, environment={"PYTHONPATH": str(home), "NO_COLOR": "1"}
    ) as terminal:
        terminal.wait_for("checking …|implemented")
        shutil.copytree(home / "exercises/softmax", home / "exercises/broken")
        (home / "exercises/broken/exercise.toml").write_text("title = 3\n")
        terminal.wait_for("nothing is implemented yet", gone="checking")
        below = descendants(terminal.pid)
        terminal.press("l")
        assert terminal.ended() == 3
        assert_restored(terminal)
        assert_gone(below)
        after = terminal.written.rsplit(b"\x1b[?1049l", 1)[1].decode()
        said = "".join(after.split())  # the path is folded
        assert "Afaultofdlprep'sown:" in said
        assert "'title'mustbetext,not3" in said


def test_ctrl_z_gives_the_terminal_to_the_shell_and_fg_brings_it_back(tmp_path: Path) -> None:
    mine = tmp_path / "softmax.py"
    mine.write_text(WRONG)
    with Terminal([*WATCH, "softmax"], tmp_path) as terminal:
        terminal.wait_for("✗ stays finite", gone="checking")
        terminal.press("ctrl-z")
        assert terminal.ended() == 128 + signal.SIGTSTP
        assert not terminal.full
        assert terminal.settings[3] == terminal.before[3], "lines and echo, as a shell has them"
        mine.write_text(RIGHT)
        terminal.press("fg\r")
        terminal.wait_for("✓ softmax", gone="checking")
        assert terminal.full
        terminal.press("q")
        deadline = time.monotonic() + 20
        while terminal.full:
            assert time.monotonic() < deadline
            terminal.read(0.05)


def test_a_tiny_terminal(tmp_path: Path) -> None:
    (tmp_path / "softmax.py").write_text(WRONG)
    with Terminal([*WATCH, "softmax"], tmp_path, columns=20, rows=6) as terminal:
        terminal.wait_for("below", gone="checking")
        assert terminal.lines[0].startswith("softmax")
        keys = " ".join(terminal.lines[-2:]).split()
        assert keys == [*"hadstnlrq"], "letters alone: there is no room for words"
        terminal.press("down", " ", "\x1b[F")
        assert "fail: a" in " ".join(terminal.wait_for(" 0 below").split())
        terminal.press("q")
        assert terminal.ended() == 0
        assert_restored(terminal)


@pytest.mark.parametrize("words", [["watch"], ["watch", "softmax"]])
def test_without_a_terminal_it_says_so(dlprep: Run, tmp_path: Path, words: list[str]) -> None:
    ran = dlprep(*words)
    assert ran.code == 2
    assert ran.out == ""
    assert "watch needs a terminal" in ran.err
    assert "dlprep check" in ran.err
    assert not list(tmp_path.iterdir())


def in_terminal(tmp_path: Path, *words: str, **environment: str) -> Ran:
    with Terminal([*WATCH, *words], tmp_path, environment=environment) as terminal:
        code = terminal.ended()
        assert b"\x1b[?1049h" not in terminal.written
        return Ran(code, " ".join(terminal.text.split()), "")


def test_what_cannot_begin_is_a_sentence(tmp_path: Path) -> None:
    dumb = in_terminal(tmp_path, "softmax", TERM="dumb")
    assert dumb.code == 2
    assert "watch needs a terminal" in dumb.out
    none = in_terminal(tmp_path)
    assert none.code == 2
    assert "Nothing was started here yet. Start with: dlprep start softmax" in none.out
    unknown = in_terminal(tmp_path, "softmacks")
    assert unknown.code == 2
    assert "Did you mean softmax?" in unknown.out
    assert not list(tmp_path.iterdir())


def test_check_and_watch_record_the_same(tmp_path: Path) -> None:
    (tmp_path / "softmax.py").write_text(WRONG)
    verdict = json.loads(call("check", "softmax", "--json", cwd=tmp_path).out)
    with Terminal(WATCH, tmp_path) as terminal:  # the last exercise
        shown = terminal.wait_for(r"(\d+) of \d+ cases pass", gone="checking")
        terminal.press("q")
        assert terminal.ended() == 0
    core = [case["status"] == "passed" for case in verdict["cases"] if case["tier"] == "core"]
    passing = sum(core)
    assert f"{passing} of {len(core)} cases pass" in shown
    one, two = events(tmp_path)
    assert one == two == ("checked", "failed", passing)

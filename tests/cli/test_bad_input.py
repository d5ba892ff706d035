"""Bad input gets one clear sentence, the right exit code, and loses nothing."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from .conftest import RIGHT, WRONG, Run


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"", "softmax.py is empty."),
        (b" \n\t\n", "softmax.py is empty."),
        (
            b"def softmax(x, axis=-1)\n    return x\n",
            "softmax.py is not valid Python: expected ':'",
        ),
        (b"print 'hello'\n", "softmax.py is not valid Python: Missing parentheses"),
        (b"# caf\xe9\ndef softmax(x, axis=-1): return x\n", "softmax.py is not UTF-8 text."),
        (b"from torch import *\n", "softmax.py imports torch (line 1)."),
        (b"import torch\n", "softmax.py does not define softmax."),
        (b"x = 1 / 0\n", "softmax.py raises ZeroDivisionError: division by zero"),
        (b"raise SystemExit\n", "softmax.py ends the program while it is loaded."),
        (b"x = 1\n", "softmax.py does not define softmax."),
        (b"#" * (1 << 20) + b"\n#", "larger than 1 MiB"),
    ],
)
def test_a_file_that_cannot_be_judged(dlprep: Run, tmp_path: Path, text: bytes, said: str) -> None:
    (tmp_path / "softmax.py").write_bytes(text)
    ran = dlprep("check", "softmax")
    assert said in ran.out + ran.err
    assert ran.code == (2 if "MiB" in said else 1)
    assert (tmp_path / "softmax.py").read_bytes() == text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("check",), "Nothing was started here yet. Start with: dlprep start softmax"),
        (("show",), "Nothing was started here yet."),
        (("check", "softmax"), "There is no softmax.py"),
        (("check", "softmx"), "There is no exercise named 'softmx'. Did you mean softmax?"),
        (("start", "zzz"), "There is no exercise named 'zzz'. See: dlprep list"),
        (("start", "../softmax"), "There is no exercise named '../softmax'."),
        (("start", ""), "There is no exercise named ''."),
        (("check", "softmax", "--seed", "abc"), "'abc' is not a valid int"),
        (("check", "softmax", "--seed", "-1"), "-1 is not in the range"),
        (("check", "softmax", "--sead", "1"), "No such option: --sead"),
        (("list", "--track", "cooking"), "'cooking' is not one of"),
        (("frobnicate",), "No such command 'frobnicate'"),
        (("author", "new", "Not-A-Name"), "'Not-A-Name' cannot name an exercise"),
    ],
)
def test_wrong_words_are_wrong_use(dlprep: Run, words: tuple[str, ...], said: str) -> None:
    ran = dlprep(*words)
    assert ran.code == 2
    assert said in ran.err
    assert ran.out == ""


def test_an_unknown_case_lists_the_known_ones(dlprep: Run, tmp_path: Path) -> None:
    (tmp_path / "softmax.py").write_text(RIGHT)
    ran = dlprep("check", "softmax", "--case", "nonsense")
    assert ran.code == 2
    assert "softmax has no case 'nonsense'" in ran.err
    assert "large_logits" in ran.err


def test_a_folder_in_place_of_the_file(dlprep: Run, tmp_path: Path) -> None:
    (tmp_path / "softmax.py").mkdir()
    assert "is a folder" in dlprep("check", "softmax").err
    started = dlprep("start", "softmax")
    assert started.code == 2
    assert "is a folder" in started.err


def test_planted_files_are_not_imported(dlprep: Run, tmp_path: Path) -> None:
    (tmp_path / "softmax.py").write_text(RIGHT)
    planted = "raise SystemExit('planted')\n"
    for name in ("numpy", "pytest", "random", "sitecustomize", "conftest", "reference", "wire"):
        (tmp_path / f"{name}.py").write_text(planted)
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --collect-only\n")
    ran = dlprep(
        "check", "softmax", fresh=True, PYTEST_ADDOPTS="--collect-only", PYTEST_PLUGINS="nothing"
    )
    assert ran.code == 0
    assert "planted" not in ran.out + ran.err


def test_a_broken_exercise_is_the_graders_fault(home: Path, home_run: Run) -> None:
    home_run("start", "softmax")
    (home / "exercises/softmax/test_cases.py").write_text("import nonsense\n")
    ran = home_run("check", "softmax")
    assert ran.code == 3
    assert "went wrong" in ran.out
    (home / "exercises/softmax/exercise.toml").write_text("title = 3\n")
    ran = home_run("list")
    assert ran.code == 3
    assert "A fault of dlprep's own" in ran.err


@pytest.mark.parametrize("text", [RIGHT, WRONG], ids=["right", "wrong"])
def test_a_narrow_terminal(tmp_path: Path, text: str) -> None:
    (tmp_path / "softmax.py").write_text(text)
    shown = on_terminal(tmp_path, "check", "softmax", columns=40)
    assert "softmax" in shown
    assert max(map(len, shown.splitlines())) <= 40


def on_terminal(cwd: Path, *words: str, columns: int) -> str:
    """What a terminal of this width receives, without colour."""
    main, side = pty.openpty()
    env = {**os.environ, "NO_COLOR": "1", "TERM": "dumb", "COLUMNS": str(columns)}
    with subprocess.Popen(
        [sys.executable, "-P", "-m", "dlprep", *words], cwd=cwd, env=env, stdout=side, stderr=side
    ):
        os.close(side)
        seen = b""
        try:
            while chunk := os.read(main, 4096):
                seen += chunk
        except OSError:  # the other side is closed
            pass
    os.close(main)
    return seen.decode().replace("\r\n", "\n")


def test_ctrl_c_in_the_middle(tmp_path: Path) -> None:
    endless = b"def softmax(x, axis=-1):\n    while True:\n        pass\n"
    (tmp_path / "softmax.py").write_bytes(endless)

    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "dlprep", "check", "softmax"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    wait_for(lambda: any("worker.py" in command for command in commands(process.pid).values()))
    started = commands(process.pid)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert process.returncode in (130, -signal.SIGINT)  # a shell shows 130 for both
    assert not err or err.endswith(b"Interrupted. Your file is as it was.\n")
    assert b"Traceback" not in out + err
    assert (tmp_path / "softmax.py").read_bytes() == endless
    wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in started))


def commands(parent: int) -> dict[int, str]:
    """The command lines of a process's descendants, by number (Linux)."""
    found: dict[int, str] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            above = int(path.read_text().rpartition(")")[2].split()[1])
            line = (path.parent / "cmdline").read_text().replace("\0", " ")
        except OSError:
            continue
        pid = int(path.parent.name)
        if above == parent:
            found |= {pid: line, **commands(pid)}
    return found


def wait_for(condition: object) -> None:
    """Wait until ``condition()`` holds; fail after twenty seconds."""
    assert callable(condition)
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end, "waited for twenty seconds"
        time.sleep(0.02)

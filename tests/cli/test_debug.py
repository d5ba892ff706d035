"""``dlprep debug``: pdb in a real terminal, a debugger that is attached, and what is said."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from terminal import Terminal

from .conftest import RIGHT, WRONG, Run

PLAIN = """import numpy as np


def softmax(x, axis=-1):
    e = np.exp(x)
    return e / e.sum(axis=axis, keepdims=True)
"""
STOPPED = PLAIN.replace("    return", "    breakpoint()\n    return")
USED = "import socket\nsocket.gethostname()\n"  # an import alone is refused where it is used
DEBUG = [sys.executable, "-P", "-m", "dlprep", "debug"]
HINT = "Put breakpoint() into softmax.py where you want to stop."


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """The user's file."""
    return tmp_path / "softmax.py"


def stopped_in(path: Path, shown: str) -> bool:
    """Whether pdb stopped at ``breakpoint()``, or from before Python 3.13 behind it."""
    return any(f"> {path}({line})softmax()" in shown for line in (6, 7))


def test_breakpoint_stops_in_the_users_file(mine: Path) -> None:
    mine.write_text(STOPPED)
    with Terminal([*DEBUG, "softmax", "--seed", "7"], mine.parent, rows=60) as terminal:
        shown = terminal.wait_for(r"\(Pdb\)")
        assert "Case large_logits (stays finite for large logits), seed 7. check says:" in shown
        assert "[0, 0]: nan where 0.0900 was expected" in shown
        assert HINT not in shown
        assert stopped_in(mine, "".join(shown.split("\n")))
        terminal.press("p x\r")
        terminal.wait_for(r"array\(\[\[1000., 1001., 1002.\]\]\)")
        terminal.press("c\r")
        shown = terminal.wait_for("The case fails here, as in check:")
        assert terminal.ended() == 1
        assert f"{mine}:5: RuntimeWarning: overflow" in "".join(terminal.text.split("\n"))


@pytest.mark.parametrize("key", ["q\r", "\x04"], ids=["q", "Ctrl-D"])
def test_leaving_the_debugger_ends_in_one_line(mine: Path, key: str) -> None:
    mine.write_text(STOPPED)
    with Terminal([*DEBUG, "softmax"], mine.parent, rows=60) as terminal:
        terminal.wait_for(r"\(Pdb\)")
        terminal.press(key)
        assert terminal.ended() == 1
        after = terminal.text.rpartition("(Pdb)")[2].split("\n")
        assert [line for line in after if line.strip(" q")] == [
            "The debugger was left before the case had ended."
        ]


def test_ctrl_c_in_an_endless_loop(mine: Path) -> None:
    only_here = "    print('looping')\n    while '__file__' in globals():\n        pass\n    return"
    mine.write_text(PLAIN.replace("    return", only_here))
    with Terminal([*DEBUG, "softmax", "one_row"], mine.parent, rows=60) as terminal:
        terminal.wait_for("looping")
        terminal.press("ctrl-c")
        assert terminal.ended() == 130
        assert "Interrupted. Your file is as it was." in terminal.text
        assert "Traceback" not in terminal.text


def test_a_debugger_that_is_attached_stops_at_its_breakpoint(mine: Path) -> None:
    mine.write_text(PLAIN)
    done = subprocess.run(
        [sys.executable, "-m", "pdb", "-c", f"b {mine}:6", "-c", "c", "-m", *DEBUG[3:], "softmax"],
        input="p x.shape\nc\nq\n",
        cwd=mine.parent,
        env={**os.environ, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert f"> {mine}(6)softmax()" in done.stdout
    assert "(Pdb) (1, 3)" in done.stdout
    assert HINT not in done.stdout
    assert "The case fails here, as in check:" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


# what is said


def test_the_case_and_the_seed_are_those_of_the_last_check(dlprep: Run, mine: Path) -> None:
    mine.write_text(WRONG)
    dlprep("check", "softmax", "--seed", "41")
    ran = dlprep("debug")
    assert ran.code == 1
    assert ran.out.startswith("Case large_logits (stays finite for large logits), seed 41. check")
    assert HINT in ran.out
    assert "The case fails here, as in check:\n" in ran.out
    assert "✗ stays finite for large logits" in ran.out
    mine.write_text(RIGHT)
    ran = dlprep("debug")
    assert (ran.code, ran.out) == (
        0,
        "softmax.py passes every case with seed 41. To step through one: dlprep debug softmax"
        " CASE\n",
    )
    assert '"kind": "checked"' in (history := dlprep("history", "softmax", "--json").out)
    assert history.count('"kind": "checked"') == 1  # debug records nothing


def test_a_single_word_may_be_a_case_of_the_last_exercise(dlprep: Run, mine: Path) -> None:
    dlprep("start", "softmax")
    mine.write_text(WRONG.replace("e.sum(axis=axis", "e.sum(axis=-1"))
    ran = dlprep("debug", "other_axis", "--seed", "5")
    assert ran.code == 1
    assert ran.out.startswith("Case other_axis[0] (sums to 1 along the axis that is asked for (0))")
    ran = dlprep("debug", "softmax", "test_other_axis[-1]")
    assert ran.code == 2
    assert "no case is named other_axis[-1]; there are one_row" in ran.err
    ran = dlprep("debug", "softmax", "one_row", "--seed", "5")
    assert (ran.code, ran.out) == (
        0,
        "Case one_row (turns one row of logits into probabilities), seed 5. check says\nthat it"
        f" passes.\n{HINT}\n\nThe case passes.\n",
    )


def test_from_a_folder_below_the_workspace(dlprep: Run, mine: Path) -> None:
    (mine.parent / ".dlprep").mkdir()
    mine.write_text(STOPPED)
    below = mine.parent / "deep"
    below.mkdir()
    ran = dlprep("debug", "softmax", cwd=below)
    assert ran.err.startswith(f"Debugging {mine}.\n")
    assert stopped_in(mine, ran.out)


@pytest.mark.parametrize(
    ("words", "source", "code", "said"),
    [
        ((), None, 2, "There is no softmax.py in"),
        (("other_axis[7]",), WRONG, 2, "no case is named other_axis[7]"),
        (("nothing",), WRONG, 2, "softmax has no case 'nothing'; it has one_row,"),
        ((), "def f(:\n", 1, "softmax.py is not valid Python: invalid syntax."),
        ((), "\n", 1, "softmax.py is empty."),
        ((), "x = 1\n", 1, "softmax.py does not define softmax."),
        ((), "print(1 / 0)\n", 1, "softmax.py does not load here, as in check:"),
        (
            (),
            "import no_module as n\nn.f()\n",
            1,
            "softmax.py does not load here, but not as in check:",
        ),
        ((), f"{USED}{RIGHT}", 0, "softmax.py passes here, but not in check. Here every"),
        ((), f"{USED}{WRONG}", 1, "✗ stays finite for large logits"),
        (
            ("one_row",),
            PLAIN.replace("    e =", "    import socket\n    socket.gethostname()\n    e ="),
            0,
            "The case passes here, but not in check. Here every import works.",
        ),
        (
            ("one_row",),
            PLAIN.replace("    e =", "    if '__file__' in globals(): x = 3 * x\n    e ="),
            1,
            "The case fails here, though it passes in check:",
        ),
        (
            ("one_row",),
            PLAIN.replace(
                "    e =", "    if '__file__' in globals(): return 3\n    return None\n    e ="
            ),
            1,
            "The case fails here, but not as in check:",
        ),
    ],
)
def test_what_is_said(
    dlprep: Run, mine: Path, words: tuple[str, ...], source: str | None, code: int, said: str
) -> None:
    if source is not None:
        mine.write_text(source)
    ran = dlprep("debug", "softmax", *words)
    assert said in " ".join((ran.out + ran.err).split())
    assert ran.code == code


def test_a_fault_of_an_exercise_is_told(home: Path, home_run: Run) -> None:
    home_run("start", "softmax")
    (home / "exercises/softmax/test_cases.py").write_text("import nonsense\n")
    ran = home_run("debug", "softmax")
    assert ran.code == 3
    assert "A fault of dlprep's own: The cases of softmax went wrong" in ran.err

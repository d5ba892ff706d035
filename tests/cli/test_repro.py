"""``dlprep repro``: the script that it writes, and what it says when there is none."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from dlprep.practice.scripts import save_script, script_name
from dlprep.practice.workspace import WorkspaceError

from .conftest import RIGHT, WRONG, Run


def python(script: Path) -> subprocess.CompletedProcess[str]:
    """The script as the user runs it: by python alone, in its folder."""
    return subprocess.run(
        [sys.executable, "-B", script.name],
        cwd=script.parent,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_from_a_failing_check_to_a_mended_file(dlprep: Run, tmp_path: Path) -> None:
    submission, script = tmp_path / "softmax.py", tmp_path / "repro_softmax_large_logits.py"
    submission.write_text(WRONG)
    dlprep("check", "softmax", "--seed", "41")
    made = dlprep("repro")
    assert made.code == 0, made.err
    assert "repro_softmax_large_logits.py holds the failing call of large_logits (seed 41)" in (
        " ".join(made.out.split())
    )
    assert "python repro_softmax_large_logits.py" in made.out
    assert "x = np.array([[1000.0, 1001.0, 1002.0]])\ngot = softmax(x, axis=-1)" in (
        script.read_text()
    )
    failing = python(script)
    assert failing.returncode == 1
    assert failing.stderr.splitlines()[-1].startswith("AssertionError: [[nan nan nan]]")
    submission.write_text(RIGHT)
    assert python(script).returncode == 0


def test_a_single_word_may_be_a_case_of_the_last_exercise(dlprep: Run, tmp_path: Path) -> None:
    (tmp_path / "softmax.py").write_text(WRONG.replace("e.sum(axis=axis", "e.sum(axis=-1"))
    dlprep("start", "softmax")
    assert dlprep("repro", "other_axis", "--seed", "5").code == 0
    assert dlprep("repro", "softmax", "test_other_axis[-2]").code == 0
    written = {path.name for path in tmp_path.glob("repro_*")}
    assert written == {
        "repro_softmax_other_axis_0.py",
        "repro_softmax_other_axis_minus2.py",
    }
    text = (tmp_path / "repro_softmax_other_axis_0.py").read_text()
    assert "got = softmax(x, axis=0)" in text
    assert "Seed 5." in text


def test_the_script_is_beside_the_file(dlprep: Run, tmp_path: Path) -> None:
    (tmp_path / ".dlprep").mkdir()
    (tmp_path / "softmax.py").write_text(WRONG)
    below = tmp_path / "deep"
    below.mkdir()
    made = dlprep("repro", "softmax", cwd=below)
    script = tmp_path / "repro_softmax_large_logits.py"
    assert f"python ../{script.name}" in made.out
    assert script.is_file()
    assert list(below.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "source", "code", "said"),
    [
        ((), None, 2, "There is no softmax.py in"),
        (("other_axis[7]",), WRONG, 2, "no case is named other_axis[7]"),
        (("one_row",), WRONG, 2, "softmax.py passes the case one_row with seed"),
        (
            (),
            "def f(:\n",
            1,
            "not valid Python: invalid syntax. Mend that first: dlprep check softmax",
        ),
    ],
)
def test_without_a_script_a_sentence_says_why(
    dlprep: Run, tmp_path: Path, words: tuple[str, ...], source: str | None, code: int, said: str
) -> None:
    if source is not None:
        (tmp_path / "softmax.py").write_text(source)
    ran = dlprep("repro", "softmax", *words)
    assert ran.code == code
    assert said in " ".join(ran.err.split())
    assert ran.out == ""
    assert list(tmp_path.glob("repro*")) == []


def test_what_is_no_exercise_and_no_case(dlprep: Run) -> None:
    assert "There is no exercise named 'nothing'" in dlprep("repro", "nothing").err


# the file


def test_only_a_script_that_nobody_changed_is_replaced(tmp_path: Path) -> None:
    first = save_script(tmp_path, "repro_x_y.py", "one = 1\n")
    assert first.name == "repro_x_y.py"
    assert re.fullmatch(r"# Written by dlprep repro.*: \w{16}\none = 1\n", first.read_text())
    assert save_script(tmp_path, "repro_x_y.py", "two = 'é'\n") == first
    assert first.read_text(encoding="utf-8").endswith("\ntwo = 'é'\n")
    mine = first.read_bytes() + b"breakpoint()\n"
    first.write_bytes(mine)
    second = save_script(tmp_path, "repro_x_y.py", "three = 3\n")
    assert second.name == "repro_x_y_2.py"
    assert save_script(tmp_path, "repro_x_y.py", "four = 4\n") == second
    assert first.read_bytes() == mine
    assert sorted(path.name for path in tmp_path.iterdir()) == ["repro_x_y.py", "repro_x_y_2.py"]


def test_what_else_has_the_name_stays(tmp_path: Path) -> None:
    (tmp_path / "repro_a.py").mkdir()
    (tmp_path / "repro_a_2.py").write_bytes(b"")
    (tmp_path / "repro_a_3.py").symlink_to("nowhere")
    assert save_script(tmp_path, "repro_a.py", "one = 1\n").name == "repro_a_4.py"
    assert (tmp_path / "repro_a_2.py").read_bytes() == b""
    assert (tmp_path / "repro_a_3.py").is_symlink()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(WorkspaceError, match="cannot be written: permission denied"):
        save_script(tmp_path, "repro_a.py", "one = 1\n")


def test_a_folder_that_is_gone(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match=r"repro_a\.py cannot be written: no such file"):
        save_script(tmp_path / "gone", "repro_a.py", "one = 1\n")


@pytest.mark.parametrize(
    ("case", "name"),
    [
        ("large_logits", "repro_ex_large_logits.py"),
        ("axis[2]", "repro_ex_axis_2.py"),
        ("axis[-2]", "repro_ex_axis_minus2.py"),
        ("empty_batch[(0, 3)]", "repro_ex_empty_batch_0_3.py"),
        ("kinds[../../etc é]", "repro_ex_kinds_etc.py"),
    ],
)
def test_a_case_gives_its_name_to_the_file(case: str, name: str) -> None:
    assert script_name("ex", case) == name

"""``dlprep grade`` as a teacher runs it: real judges, real files, real interruptions."""

from __future__ import annotations

import csv
import json
import os
import pty
import signal
import subprocess
import sys
import xml.etree.ElementTree as ET
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from dlprep.cli.grade import _run_info
from dlprep.grading.run import isolation_reached

from .conftest import RIGHT, WRONG, Run
from .test_bad_input import commands, wait_for

TRUST = ("--allow-unsandboxed", "--jobs", "1")  # a second judge costs more than it saves here


def hand_in(root: Path, **texts: str) -> Path:
    """A folder of folders: each one's softmax."""
    for who, text in texts.items():
        (root / "subs" / who).mkdir(parents=True, exist_ok=True)
        (root / "subs" / who / "softmax.py").write_text(text)
    return root / "subs"


def crowd(root: Path, count: int) -> Path:
    """Right and wrong ones by turns."""
    return hand_in(root, **{f"s{n:03}": (RIGHT, WRONG)[n % 2] for n in range(count)})


def lines(path: Path) -> list[Any]:
    """The verdicts in a file of JSON lines."""
    entries = [json.loads(line) for line in path.read_text().splitlines()]
    assert "run" in entries[0]
    return [entry for entry in entries if "run" not in entry]


def began(path: Path) -> dict[str, Any]:
    """What the first line says of the run."""
    return dict(json.loads(path.read_text().splitlines()[0])["run"])


def test_a_table_by_default(dlprep: Run, tmp_path: Path) -> None:
    hand_in(tmp_path, bob=RIGHT, ada=WRONG, cleo="def softmax(x")
    (tmp_path / "subs/grades.txt").write_text("A")
    ran = dlprep("grade", "subs", "--seed", "11", "--allow-unsandboxed")
    assert ran.code == 1
    rows = [row.split()[:2] for row in ran.out.splitlines() if "/" in row or "error" in row]
    assert rows[:3] == [["ada", "failed"], ["bob", "passed"], ["cleo", "error"]]
    assert "seed 11" in ran.out
    assert ran.err == "Ignored 1 item beside the submissions.\n", "no bar in a pipe"


def test_exit_codes(dlprep: Run, home: Path, home_run: Run, tmp_path: Path) -> None:
    subs = hand_in(tmp_path, ada=RIGHT)
    assert dlprep("grade", "subs", *TRUST).code == 0
    (home / "exercises/softmax/test_cases.py").write_text("import nonsense\n")
    ran = home_run("grade", str(subs), *TRUST)
    assert ran.code == 3
    assert "fault" in ran.out


def test_several_formats_at_once(dlprep: Run, tmp_path: Path) -> None:
    hand_in(tmp_path, ada=WRONG, bob=RIGHT)
    (tmp_path / "grades.csv").write_text("of last year\n")
    files = ("jsonl=run.jsonl", "junit=report.xml", "csv=grades.csv", "github=log.txt")
    words = [word for file in files for word in ("--format", file)]
    ran = dlprep(
        "grade", "subs", *words, "--format", "table", "--points", "4", *TRUST,
        GITHUB_STEP_SUMMARY=str(tmp_path / "summary.md"),
    )  # fmt: skip
    assert ran.code == 1
    assert "bob" in ran.out
    run = began(tmp_path / "run.jsonl")
    verdicts = lines(tmp_path / "run.jsonl")
    assert {entry["who"]: entry["status"] for entry in verdicts} == {
        "ada": "failed",
        "bob": "passed",
    }
    assert {entry["verdict"]["seed"] for entry in verdicts} == {run["seed"]}
    assert {entry["file"] for entry in verdicts} == {"subs/ada/softmax.py", "subs/bob/softmax.py"}
    suites = ET.parse(tmp_path / "report.xml").getroot().findall("testsuite")
    assert sorted(suite.get("name", "") for suite in suites) == ["ada/softmax", "bob/softmax"]
    with (tmp_path / "grades.csv").open(newline="") as file:
        rows = {row["who"]: row for row in csv.DictReader(file)}
    assert rows["bob"]["score"] == "4.0"
    assert 0 < float(rows["ada"]["score"]) < 4
    assert (tmp_path / "log.txt").read_text().startswith("::error file=subs/ada/softmax.py,")
    assert "1 passed" in (tmp_path / "summary.md").read_text()
    assert not list(tmp_path.glob(".*")), "no file is left beside the documents"


def test_a_seed_is_new_unless_it_is_given() -> None:
    def seed_of(given: int | None) -> int:
        return _run_info(given, 1.0, "full", "full", None).seed

    assert [seed_of(0), seed_of(7)] == [0, 7]
    assert seed_of(None) != seed_of(None)


def test_verdicts_do_not_depend_on_jobs(dlprep: Run, tmp_path: Path) -> None:
    hand_in(tmp_path, a=RIGHT, b=WRONG, c="", d=RIGHT.replace("keepdims=True)", ")"), e=RIGHT)

    def graded(*words: str) -> tuple[int, list[Any]]:
        target = tmp_path / "run.jsonl"
        dlprep("grade", "subs", "--format", "jsonl=run.jsonl", *TRUST, *words)
        verdicts = sorted(lines(target), key=lambda entry: str(entry["who"]))
        for entry in verdicts:
            entry["verdict"]["seconds"] = 0
        seed = began(target)["seed"]
        target.unlink()
        return int(seed), verdicts

    seed, one = graded()
    assert graded("--jobs", "2", "--seed", str(seed)) == (seed, one)


def test_full_isolation_or_none(dlprep: Run, tmp_path: Path) -> None:
    (tmp_path / "softmax.py").write_text(WRONG)
    level = isolation_reached()
    words = ("grade", "softmax.py", "--format", "jsonl=run.jsonl", "--feedback", "labels")
    ran = dlprep(*words)
    if level == "full":
        assert ran.code == 1
    else:
        assert ran.code == 2
        assert "--allow-unsandboxed" in ran.err
        assert ran.out == ""
        assert not (tmp_path / "run.jsonl").exists()
        assert dlprep(*words, *TRUST).code == 1
    assert began(tmp_path / "run.jsonl")["isolation"] == level
    (graded,) = lines(tmp_path / "run.jsonl")
    assert graded["verdict"]["isolation"] == level
    assert not any(case["findings"] for case in graded["verdict"]["cases"]), "labels alone"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "Missing argument"),
        (("nowhere",), "There is no 'nowhere'."),
        (("subs", "--exercise", "sofmax"), "Did you mean softmax?"),
        (("subs", "--layout", "{who}.py"), "needs {exercise} once"),
        (("subs", "--format", "csv=no/x"), "no/x cannot be written: no such file or directory."),
        (("subs", "--points", "nan"), "The points of an exercise are a number."),
        (("subs", "--timeout", "0"), "--timeout takes seconds, more than 0 and at most 86400."),
        (("subs", "--timeout", "nan"), "--timeout takes seconds, more than 0 and at most 86400."),
        (("subs", "--scheduler", "tcp://x", "--jobs", "2"), "threads: no --jobs."),
        (("subs", "--resume", "old.jsonl"), "does not begin as the JSON lines of a run do."),
    ],
)
def test_wrong_use(dlprep: Run, tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    hand_in(tmp_path, ada=RIGHT, bob=RIGHT)
    (tmp_path / "old.jsonl").write_text("what took a night\n")
    before = sorted(tmp_path.rglob("*"))
    ran = dlprep("grade", *words, *TRUST)
    assert ran.code == 2
    assert said in ran.err.replace("\n", " ")
    assert ran.out == ""
    assert sorted(tmp_path.rglob("*")) == before
    assert (tmp_path / "old.jsonl").read_text() == "what took a night\n"


def test_a_full_disk(dlprep: Run, tmp_path: Path) -> None:
    (tmp_path / "softmax.py").write_text(RIGHT)
    ran = dlprep("grade", "softmax.py", "--format", "jsonl=/dev/full", *TRUST)
    assert ran.code == 2
    assert "/dev/full cannot be written: no space left on device." in ran.err


def test_a_reader_that_goes_away(tmp_path: Path) -> None:
    crowd(tmp_path, 4)
    words = [sys.executable, "-P", "-m", "dlprep", "grade", "subs", *TRUST, "--format", "jsonl"]
    with subprocess.Popen(
        words, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 1


def test_hostile_names(dlprep: Run, tmp_path: Path) -> None:
    names = ["a\nb", "\x1b[31mred", "::error::x", "[bold]", "=1+1", "\u202egnp", "caf\udce9"]
    subs = hand_in(tmp_path, **dict.fromkeys(names, WRONG))
    (subs / "\udcff.py").write_text("no submission")
    (subs / "::error::y").mkdir()
    files = [f"{name}=out.{name}" for name in ("jsonl", "junit", "csv", "github")]
    words = [word for file in [*files, "table"] for word in ("--format", file)]
    words += ["--exercise", "softmax"]
    ran = dlprep("grade", "subs", *words, *TRUST)
    assert ran.code == 1
    assert {entry["who"] for entry in lines(tmp_path / "out.jsonl")} == {*names, "::error::y"}
    assert len(ET.parse(tmp_path / "out.junit").getroot().findall("testsuite")) == 8
    for text in (ran.out, ran.err, (tmp_path / "out.csv").read_text()):
        assert "\x1b" not in text
        assert not any(line.lstrip().startswith("::") for line in text.splitlines())
    assert len((tmp_path / "out.github").read_text().splitlines()) == 8
    again = dlprep("grade", "subs", *words[:2], "--resume", "out.jsonl", *words[-2:], *TRUST)
    assert again.code == 1
    assert len(lines(tmp_path / "out.jsonl")) == 8, "the names are read back as they are"


def grading(folder: Path, *words: str) -> subprocess.Popen[bytes]:
    """A run in the background, one judge at work, its verdicts in ``run.jsonl``."""
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "dlprep", "grade", "subs", *TRUST, *words],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def wait_for_verdicts(path: Path, count: int) -> None:
    wait_for(lambda: path.exists() and path.read_bytes().count(b"\n") > count)


def test_killed_and_resumed(dlprep: Run, tmp_path: Path) -> None:
    subs, run = crowd(tmp_path, 14), tmp_path / "run.jsonl"
    process = grading(tmp_path, "--format", "jsonl=run.jsonl")
    wait_for_verdicts(run, 3)
    started = commands(process.pid)
    process.kill()
    process.communicate()
    wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in started))
    kept = run.read_bytes()
    kept = kept[: kept.rindex(b"\n") + 1]
    seed, before = began(run)["seed"], kept.count(b"\n") - 1
    assert 3 <= before < 14
    run.write_bytes(kept + kept[: len(kept) // 2].splitlines()[-1][:-9])  # torn

    hand_in(tmp_path, late=RIGHT)
    ran = dlprep("grade", "subs", "--resume", "run.jsonl", "--format", "table", *TRUST)
    assert ran.code == 1
    assert "15 submissions: 8 passed, 7 failed" in ran.out, "earlier verdicts are shown as well"
    assert run.read_bytes().startswith(kept)
    verdicts = lines(run)
    assert sorted(entry["who"] for entry in verdicts) == sorted(
        path.name for path in subs.iterdir()
    )
    assert {entry["verdict"]["seed"] for entry in verdicts} == {seed}


def test_ctrl_c(tmp_path: Path) -> None:
    crowd(tmp_path, 40)
    process = grading(
        tmp_path, "--format", "table", "--format", "jsonl=run.jsonl", "--format", "junit=run.xml"
    )
    wait_for_verdicts(tmp_path / "run.jsonl", 2)
    started = commands(process.pid)
    assert started
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 130
    done = len(lines(tmp_path / "run.jsonl"))
    assert 2 <= done < 40
    assert err.decode() == (
        f"✗ Interrupted: {done} of 40 submissions are graded. Go on with: --resume run.jsonl\n"
    )
    assert f"{done} submissions:" in out.decode()
    assert len(ET.parse(tmp_path / "run.xml").getroot().findall("testsuite")) == done
    assert not list(tmp_path.glob(".*"))
    wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in started))


def on_terminal(folder: Path, *words: str) -> str:
    """What a terminal receives."""
    main, side = pty.openpty()
    env = {**os.environ, "NO_COLOR": "1", "TERM": "xterm", "COLUMNS": "80"}
    command = [sys.executable, "-P", "-m", "dlprep", *words]
    seen = b""
    with subprocess.Popen(command, cwd=folder, env=env, stdout=side, stderr=side):
        os.close(side)
        with suppress(OSError):  # the other side is closed
            while chunk := os.read(main, 4096):
                seen += chunk
    os.close(main)
    return seen.decode()


def test_a_bar_on_a_terminal(tmp_path: Path) -> None:
    crowd(tmp_path, 3)
    shown = on_terminal(tmp_path, "grade", "subs", *TRUST, "--format", "csv=x.csv")
    assert "/3" in shown
    assert "left" in shown
    rows = on_terminal(tmp_path, "grade", "subs", *TRUST, "--format", "csv")
    assert "left" not in rows, "a bar would tear rows that appear one by one"
    assert rows.count("\n") == 4

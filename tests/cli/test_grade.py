"""``dlprep grade`` as a teacher runs it: real judges, real files, real interruptions."""

from __future__ import annotations

import csv
import json
import os
import pty
import re
import signal
import subprocess
import sys
import xml.etree.ElementTree as ET
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from dlprep.catalog import HOME
from dlprep.grading.reports import REPORTS
from dlprep.grading.run import isolation_reached

from .conftest import RIGHT, ROUGH, WRONG, Run
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
    """The verdicts in a log."""
    entries = [json.loads(line) for line in path.read_text().splitlines()]
    assert "run" in entries[0]
    return [entry for entry in entries if "verdict" in entry]


def began(path: Path) -> dict[str, Any]:
    """What the first line says of the run."""
    return dict(json.loads(path.read_text().splitlines()[0])["run"])


def rows(path: Path) -> dict[str, dict[str, str]]:
    """The rows of a CSV file, by who."""
    with path.open(newline="") as file:
        return {row["who"]: row for row in csv.DictReader(file)}


def test_a_table_by_default(dlprep: Run, tmp_path: Path) -> None:
    hand_in(tmp_path, bob=RIGHT, ada=WRONG, cleo="def softmax(x")
    (tmp_path / "subs/grades.txt").write_text("A")
    ran = dlprep("grade", "subs", "--seed", "11", "--allow-unsandboxed")
    assert ran.code == 1
    shown = [row.split()[:2] for row in ran.out.splitlines() if "/" in row or "error" in row]
    assert shown[:3] == [["ada", "failed"], ["bob", "passed"], ["cleo", "error"]]
    assert "seed 11" in ran.out
    assert ran.err == "Ignored 1 other file (--dry-run lists them).\n", "no bar in a pipe"
    assert [path.name for path in tmp_path.iterdir()] == ["subs"], "the log was a temporary one"


def test_the_help_and_the_readme_name_every_format(dlprep: Run) -> None:
    for text in (dlprep("grade", "--help").out, dlprep("report", "--help").out):
        assert ", ".join(REPORTS)[:30] in " ".join(text.split())
        assert all(name in text for name in REPORTS)
    readme = (HOME / "README.md").read_text()
    assert all(f"`{name}`" in readme for name in REPORTS)


def test_exit_codes(dlprep: Run, home: Path, home_run: Run, tmp_path: Path) -> None:
    subs = hand_in(tmp_path, ada=RIGHT)
    assert dlprep("grade", "subs", *TRUST).code == 0
    (subs / "bob").mkdir()
    ran = dlprep("grade", "subs", *TRUST)
    assert ran.code == 1, "all that was judged passed"
    assert "subs/bob holds no submission" in ran.out
    (home / "exercises/softmax/test_cases.py").write_text("import nonsense\n")
    ran = home_run("grade", str(subs), *TRUST)
    assert ran.code == 3
    assert "fault" in ran.out


def test_several_reports_at_once_and_again_from_the_log(dlprep: Run, tmp_path: Path) -> None:
    hand_in(tmp_path, ada=WRONG, bob=RIGHT)
    (tmp_path / "subs/bob/softmax.ipynb").touch()
    (tmp_path / "grades.csv").write_text("of last year\n")
    files = ("jsonl=lines.jsonl", "junit=report.xml", "csv=grades.csv", "github=log.txt")
    words = [word for file in files for word in ("--format", file)]
    words += ["--format", "table", "--points", "4"]
    ran = dlprep(
        "grade", "subs", "--log", "run.jsonl", *words, *TRUST,
        GITHUB_STEP_SUMMARY=str(tmp_path / "summary.md"),
    )  # fmt: skip
    assert ran.code == 1
    assert "bob" in ran.out
    run = began(tmp_path / "run.jsonl")
    verdicts = lines(tmp_path / "run.jsonl")
    assert {one["who"]: one["status"] for one in verdicts} == {"ada": "failed", "bob": "passed"}
    assert {entry["verdict"]["seed"] for entry in verdicts} == {run["seed"]}
    assert {entry["file"] for entry in verdicts} == {"subs/ada/softmax.py", "subs/bob/softmax.py"}
    suites = ET.parse(tmp_path / "report.xml").getroot().findall("testsuite")
    assert [suite.get("name") for suite in suites] == [
        *("ada/softmax", "bob/softmax", "bob/not judged")
    ]
    assert (tmp_path / "log.txt").read_text().startswith("::error file=subs/ada/softmax.py,")
    assert "1 passed, 1 failed, 1 not judged" in (tmp_path / "summary.md").read_text()
    assert not list(tmp_path.glob(".*")), "no file is left beside the documents"

    names = [file.partition("=")[2] for file in files]
    before = {name: (tmp_path / name).read_bytes() for name in names}
    for name in names:
        (tmp_path / name).unlink()
    again = dlprep("report", "run.jsonl", *words)
    assert (again.code, again.out, again.err) == (0, ran.out, ran.err)
    assert {name: (tmp_path / name).read_bytes() for name in names} == before
    dlprep("report", "run.jsonl", "--format", "csv=grades.csv", "--points", "8")
    ada, bob = rows(tmp_path / "grades.csv").values()
    assert 0 < float(ada["score"]) < 8
    assert bob["status"] == "not judged", "the row below that of the verdict"


def test_polish_costs_nothing_but_the_exit_code_of_strict(dlprep: Run, tmp_path: Path) -> None:
    hand_in(tmp_path, ann=RIGHT, bob=ROUGH)
    grade = ("grade", "subs", "--log", "run.jsonl", "--format", "csv=grades.csv", *TRUST)
    assert dlprep(*grade).code == 0
    ann, bob = rows(tmp_path / "grades.csv").values()
    assert (ann["score"], bob["score"]) == ("1.0", "1.0")
    assert ann["polish_passing"] == ann["polish_total"] == bob["polish_total"]
    assert int(bob["polish_passing"]) < int(bob["polish_total"])
    assert "open polish: keeps float32" in bob["remark"]
    strict = dlprep(*grade, "--resume", "--strict")
    assert strict.code == 1
    assert "--strict: 1 submission passed, but not with all of the polish." in strict.err
    hand_in(tmp_path, bob=RIGHT)
    assert dlprep(*grade, "--resume", "--strict").code == 0


def test_a_report_of_several_logs(dlprep: Run, tmp_path: Path) -> None:
    subs = hand_in(tmp_path, ada=WRONG, bob=RIGHT)
    assert dlprep("grade", "subs", "--log", "first", "--seed", "1", *TRUST).code == 1
    hand_in(tmp_path, ada=RIGHT)
    (subs / "bob/softmax.py").unlink()
    (subs / "bob").rmdir()
    assert dlprep("grade", "subs", "--log", "second", "--seed", "2", *TRUST).code == 0
    for logs in (("first", "second"), ("second", "first")):
        ran = dlprep("report", *logs)
        assert ran.code == 0
        assert "2 submissions: 2 passed" in ran.out
    assert "1 failed" in dlprep("report", "first").out


def test_students_reports_carry_no_seed(dlprep: Run, tmp_path: Path) -> None:
    hand_in(tmp_path, ada=WRONG)
    words = ("grade", str(tmp_path / "subs/ada"), "--seed", "87654321", *TRUST)
    ran = dlprep(*words, "--format", "gradescope")
    assert "max subtraction" in ran.out
    assert "87654321" not in ran.out
    assert str(tmp_path) not in ran.out
    for name in ("junit", "csv", "jsonl", "table"):
        assert "87654321" in dlprep(*words, "--format", name).out
        shown = dlprep(*words, "--format", name, "--feedback", "labels").out
        assert "failed" in shown
        assert "87654321" not in shown
        assert str(tmp_path) not in shown


def test_verdicts_do_not_depend_on_jobs(dlprep: Run, tmp_path: Path) -> None:
    hand_in(tmp_path, a=RIGHT, b=WRONG, c="", d=RIGHT.replace("keepdims=True)", ")"), e=RIGHT)

    def graded(*words: str) -> tuple[int, list[Any]]:
        target = tmp_path / "run.jsonl"
        dlprep("grade", "subs", "--log", "run.jsonl", *TRUST, *words)
        verdicts = sorted(lines(target), key=lambda entry: str(entry["who"]))
        seed = began(target)["seed"]
        target.unlink()
        return int(seed), verdicts

    seed, one = graded()
    assert graded("--jobs", "2", "--seed", str(seed)) == (seed, one)


def test_full_isolation_or_none(dlprep: Run, tmp_path: Path) -> None:
    (tmp_path / "softmax.py").write_text(WRONG)
    level = isolation_reached()
    words = ("grade", "softmax.py", "--log", "run.jsonl")
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


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "Missing argument"),
        (("nowhere",), "'nowhere' cannot be read: no such file or directory."),
        (("subs", "--exercise", "sofmax"), "Did you mean softmax?"),
        (("subs", "--layout", "{who}.py"), "needs {exercise} once"),
        (("subs", "--only", "cleo"), "There is nobody called 'cleo' among these submissions."),
        (("subs", "--format", "csv=no/x"), "no/x cannot be written: no such file or directory."),
        (("subs", "--format", "gradescope"), "holds the results of one student"),
        (("subs", "--points", "nan"), "is not in the range x>=0."),
        (("subs", "--timeout", "0"), "--timeout takes seconds, more than 0 and at most 86400."),
        (("subs", "--timeout", "nan"), "--timeout takes seconds, more than 0 and at most 86400."),
        (("subs", "--scheduler", "tcp://x", "--jobs", "2"), "threads: no --jobs."),
        (("subs", "--resume"), "--resume goes on with a log: name it with --log FILE."),
        (("subs", "--log", "no/x"), "no/x cannot be opened: no such file or directory."),
        (("subs", "--log", "old"), "old is not a log of dlprep grade."),
        (("subs", "--log", "old", "--resume"), "old is not a log of dlprep grade."),
        (("subs", "--log", "x", "--format", "csv=x"), "x cannot be written: it is the log, or"),
    ],
)
def test_wrong_use(dlprep: Run, tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    hand_in(tmp_path, ada=RIGHT, bob=RIGHT)
    (tmp_path / "old").write_text("what took a night\n")
    before = sorted(tmp_path.rglob("*"))
    ran = dlprep("grade", *words, *TRUST)
    assert ran.code == 2
    assert said in ran.err.replace("\n", " ")
    assert ran.out == ""
    assert sorted(tmp_path.rglob("*")) == before
    assert (tmp_path / "old").read_text() == "what took a night\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "Missing argument"),
        (("gone",), "gone cannot be opened: no such file or directory."),
        (("old",), "old is not a log of dlprep grade."),
        (("old", "--format", "csv=old"), "old cannot be written: it is the log, or"),
        (("old", "--points", "inf"), "is not in the range x>=0."),
        (("old", "--format", "exercism"), "There is no format 'exercism'"),
    ],
)
def test_wrong_use_of_report(
    dlprep: Run, tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    (tmp_path / "old").write_text("what took a night\n")
    ran = dlprep("report", *words)
    assert ran.code == 2
    assert said in ran.err.replace("\n", " ")
    assert ran.out == ""
    assert (tmp_path / "old").read_text() == "what took a night\n"


def test_a_dry_run_judges_nothing(dlprep: Run, tmp_path: Path) -> None:
    subs = hand_in(tmp_path, ada="raise SystemExit", bob=RIGHT)
    (subs / "cleo").mkdir()
    (subs / "cleo/Softmax.py").touch()
    (subs / "notes.txt").touch()
    ran = dlprep("grade", "subs", "--dry-run", "--log", "run.jsonl", "--exercise", "softmax")
    assert ran.code == 1, "something is not judged"
    assert ran.out == (
        "would be judged: 3\n"
        "  ada: softmax   subs/ada/softmax.py\n"
        "  bob: softmax   subs/bob/softmax.py\n"
        "  cleo: softmax   missing\n"
        "\n"
        "not judged: 1\n"
        "  subs/cleo/Softmax.py looks like softmax, but is not called softmax.py\n"
        "\n"
        "ignored: 1\n"
        "  subs/notes.txt\n"
    )
    assert not (tmp_path / "run.jsonl").exists()
    assert dlprep("grade", "subs/bob", "--dry-run").code == 0


def test_a_full_disk(tmp_path: Path) -> None:
    crowd(tmp_path, 6)
    words = [sys.executable, "-P", "-m", "dlprep", "grade", "subs", *TRUST, "--log", "run.jsonl"]
    full = ["sh", "-c", 'ulimit -f 24; exec "$@"', "sh", *words]  # blocks of 512 bytes
    ran = subprocess.run(full, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.returncode == 2
    assert "run.jsonl cannot be written: file too large." in ran.stderr
    assert "of 6 submissions are graded. Go on with: --log run.jsonl --resume" in ran.stderr
    again = subprocess.run(
        [*words, "--resume"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert again.returncode == 1
    assert "6 submissions: 3 passed, 3 failed" in again.stdout


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
    (subs / "::error::y/Softmax\n.py").mkdir()
    (subs / "::error::y/SOFTMAX.py").touch()
    files = [f"{name}=out.{name}" for name in ("jsonl", "junit", "csv", "github")]
    words = [word for file in [*files, "table"] for word in ("--format", file)]
    words += ["--exercise", "softmax", "--log", "run.jsonl"]
    for more in ([], ["--resume"], ["--dry-run"]):
        ran = dlprep("grade", "subs", *words, *more, *TRUST)
        assert ran.code == 1
        assert {entry["who"] for entry in lines(tmp_path / "run.jsonl")} == {*names, "::error::y"}
        assert len(lines(tmp_path / "run.jsonl")) == 8, "the names are read back as they are"
        suites = ET.parse(tmp_path / "out.junit").getroot().findall("testsuite")
        assert len(suites) == 9
        for text in (ran.out, ran.err, (tmp_path / "out.csv").read_text()):
            assert "\x1b" not in text
            assert not any(line.lstrip().startswith("::") for line in text.splitlines())
        assert len((tmp_path / "out.github").read_text().splitlines()) == 9


# --- ended early, and gone on with


def grading(folder: Path, *words: str) -> subprocess.Popen[bytes]:
    """A run in the background, one judge at work, its log in ``run.jsonl``."""
    return subprocess.Popen(
        [
            sys.executable,
            "-P",
            "-m",
            "dlprep",
            "grade",
            "subs",
            "--log",
            "run.jsonl",
            *TRUST,
            *words,
        ],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def wait_for_verdicts(path: Path, count: int) -> None:
    wait_for(lambda: path.exists() and path.read_bytes().count(b'{"who"') > count)


def test_killed_and_resumed(dlprep: Run, tmp_path: Path) -> None:
    subs, run = crowd(tmp_path, 14), tmp_path / "run.jsonl"
    process = grading(tmp_path)
    wait_for_verdicts(run, 3)
    started = commands(process.pid)
    process.kill()
    process.communicate()
    wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in started))
    kept = run.read_bytes()
    kept = kept[: kept.rindex(b"\n") + 1]
    seed, before = began(run)["seed"], kept.count(b'{"who"')
    assert 3 <= before < 14
    run.write_bytes(kept + kept.splitlines()[-1][:-9])  # torn
    ran = dlprep("report", "run.jsonl")
    assert f"{before} submissions:" in ran.out
    assert f"{14 - before} not judged" in ran.out
    assert "s013/softmax.py was not reached before the run ended" in ran.out

    hand_in(tmp_path, late=RIGHT)
    ran = dlprep("grade", "subs", "--log", "run.jsonl", "--resume", *TRUST)
    assert ran.code == 1
    assert ran.err == ""
    assert "15 submissions: 8 passed, 7 failed\n" in ran.out, "earlier verdicts are shown as well"
    assert run.read_bytes().startswith(kept)
    verdicts = lines(run)
    assert sorted(entry["who"] for entry in verdicts) == sorted(
        path.name for path in subs.iterdir()
    )
    assert {entry["verdict"]["seed"] for entry in verdicts} == {seed}


def test_resumed_with_changes(dlprep: Run, tmp_path: Path) -> None:
    subs, run = hand_in(tmp_path, ada=WRONG, bob=WRONG, cleo=RIGHT), tmp_path / "run.jsonl"
    words = ("grade", "subs", "--log", "run.jsonl", *TRUST)
    assert dlprep(*words, "--seed", "5").code == 1
    assert dlprep(*words).code == 2, "there is a log already"
    hand_in(tmp_path, ada=RIGHT)
    os.utime(subs / "cleo/softmax.py")
    ran = dlprep(*words, "--resume")
    assert ran.err == "Judging 1 submission again: changed, at fault or asked for.\n"
    assert "3 submissions: 2 passed, 1 failed" in ran.out
    assert [line["who"] for line in lines(run)][3:] == ["ada"]
    for option in (("--seed", "6"), ("--timeout", "9")):
        ran = dlprep(*words, "--resume", *option)
        assert ran.code == 2
        assert "run.jsonl was begun with" in ran.err.replace("out", "")
    ran = dlprep(*words, "--resume", "--only", "bob", "--only", "cleo")
    assert ran.err == "Judging 2 submissions again: changed, at fault or asked for.\n"
    assert "3 submissions: 2 passed, 1 failed" in ran.out
    assert sorted(line["who"] for line in lines(run)[4:]) == ["bob", "cleo"]
    hand_in(tmp_path, bob=RIGHT)
    assert dlprep(*words, "--resume").code == 0
    assert {line["verdict"]["seed"] for line in lines(run)} == {5}


def test_one_person_alone(dlprep: Run, tmp_path: Path) -> None:
    subs = hand_in(tmp_path, ada=WRONG, bob=RIGHT)
    (subs / "cleo").mkdir()
    ran = dlprep("grade", "subs", "--only", "bob", *TRUST)
    assert ran.code == 0, "who is nobody's business here is not told either"
    assert "1 submission: 1 passed\n" in ran.out
    ran = dlprep("grade", "subs", "--only", "cleo", *TRUST)
    assert ran.code == 1
    assert "Nothing was graded.; 1 not judged" not in ran.out
    assert "subs/cleo holds no submission" in ran.out


def test_an_exercise_that_changed(home: Path, home_run: Run, tmp_path: Path) -> None:
    subs = hand_in(tmp_path, ada=RIGHT)
    words = ("grade", str(subs), "--log", "run.jsonl", *TRUST)
    assert home_run(*words).code == 0
    with (home / "exercises/softmax/test_cases.py").open("a") as file:
        file.write("# easier\n")
    ran = home_run(*words, "--resume")
    assert ran.code == 2
    assert "The exercise softmax has changed since run.jsonl was begun" in ran.err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_ended_by_a_signal(tmp_path: Path, number: signal.Signals) -> None:
    crowd(tmp_path, 40)
    process = grading(tmp_path, "--format", "table", "--format", "junit=run.xml")
    wait_for_verdicts(tmp_path / "run.jsonl", 2)
    started = commands(process.pid)
    assert started
    os.killpg(process.pid, number)
    out, err = process.communicate(timeout=20)
    assert process.returncode in (130, 128 + number)
    done = len(lines(tmp_path / "run.jsonl"))
    assert 2 <= done < 40
    said = f" {done} of 40 submissions are graded. Go on with: --log run.jsonl --resume\n"
    assert re.fullmatch(r"✗ (Interrupted|Ended by a signal):" + re.escape(said), err.decode())
    assert f"{done} submissions:" in out.decode()
    assert f"{40 - done} not judged" in out.decode()
    suites = ET.parse(tmp_path / "run.xml").getroot().findall("testsuite")
    assert len(suites) == 40, "what was not judged is told as well"
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
    shown = on_terminal(tmp_path, "grade", "subs", *TRUST, "--format", "csv")
    assert "/3" in shown
    assert "left" in shown
    after = shown.splitlines()[-4:]
    assert ["who" in after[0], *("s00" in row for row in after)] == [True, False, *[True] * 3]

"""What a system does to a command: signals, kill -9, closed streams, limits, planted files."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from terminal import Terminal, descendants

from dlprep.authoring.new import new_exercise

from .conftest import RIGHT, Run

pytestmark = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs Linux")

PYTHON = [sys.executable, "-P", "-m", "dlprep"]
SCRIPT = [str(Path(sys.executable).with_name("dlprep"))]
ENDLESS = "def softmax(x, axis=-1):\n    while True:\n        pass\n"
ENVIRONMENT = {**os.environ, "NO_COLOR": "1"}


@contextmanager
def running(
    *words: str, cwd: Path, preexec_fn: Callable[[], None] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A command that is at work on endless loops: ``check`` on one, ``grade`` on two."""
    cwd.mkdir(exist_ok=True)
    files = [cwd / "softmax.py"] if words[0] != "grade" else [cwd / f"{n}/softmax.py" for n in "ab"]
    for file in files:
        file.parent.mkdir(exist_ok=True)
        file.write_text(ENDLESS)
    process = subprocess.Popen(
        [*PYTHON, *words],
        cwd=cwd,
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=preexec_fn,
    )
    with process:
        try:
            wait_for(lambda: busy(process.pid) >= len(files))
            yield process
        finally:
            process.kill()


def busy(pid: int) -> int:
    """How many workers below this process have worked for long enough to be in a loop."""
    seconds = [
        int(Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()[11])
        / os.sysconf("SC_CLK_TCK")
        for one in descendants(pid)
        if b"worker.py" in Path(f"/proc/{one}/cmdline").read_bytes()
    ]
    return sum(one > 0.5 for one in seconds)


def wait_for(condition: object, seconds: float = 30) -> None:
    """Wait until ``condition()`` holds; fail when it takes too long."""
    assert callable(condition)
    end = time.monotonic() + seconds
    while True:
        try:
            if condition():
                return
        except OSError:  # a process ended while it was looked at
            pass
        assert time.monotonic() < end, f"waited for {seconds} seconds"
        time.sleep(0.02)


def alive(pid: int) -> bool:
    """Whether a process runs; a zombie does not."""
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False


# killed


@pytest.mark.parametrize("words", [("check", "softmax"), ("grade", ".", "--jobs", "2")])
def test_nothing_is_left_of_a_command_that_was_killed(tmp_path: Path, words: Sequence[str]) -> None:
    with running(*words, cwd=tmp_path / "work") as process:
        started = descendants(process.pid)
        assert len(started) >= 2
        process.kill()
        wait_for(lambda: not any(map(alive, started)), seconds=5)  # one, on a quiet machine


def test_nothing_is_left_of_a_killed_watch(tmp_path: Path) -> None:
    (tmp_path / "softmax.py").write_text(ENDLESS)
    with Terminal([*PYTHON, "watch", "softmax"], tmp_path) as terminal:
        wait_for(lambda: terminal.read(0.01) or busy(terminal.pid))
        wait_for(lambda: terminal.read(0.01) or busy(terminal.pid))
        started = descendants(terminal.pid)
        os.kill(terminal.pid, signal.SIGKILL)
        wait_for(lambda: not any(map(alive, started)), seconds=5)


def test_a_judge_that_is_killed(tmp_path: Path) -> None:
    with running("check", "softmax", cwd=tmp_path) as process:
        judge, worker = sorted(descendants(process.pid))
        os.kill(judge, signal.SIGKILL)
        out, err = process.communicate(timeout=20)
    said = "✗ The judge's process ended without a verdict (is there too little memory?).\n"
    assert (process.returncode, out, err.decode()) == (2, b"", said)
    os.kill(worker, signal.SIGKILL)  # it would end by itself, but only after minutes


# signalled


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_a_command_and_all_that_it_began(
    tmp_path: Path, number: signal.Signals
) -> None:
    words = ("grade", ".", "--jobs", "2", "--log", "../run.jsonl", "--format", "csv=../grades.csv")
    with running(*words, cwd=tmp_path / "work") as process:
        started = descendants(process.pid)
        process.send_signal(number)
        process.send_signal(number)
        out, err = process.communicate(timeout=20)
    assert (process.returncode, out) == (128 + number, b"")
    assert b"0 of 2 submissions are graded. Go on with: --log ../run.jsonl --resume\n" in err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["grades.csv", "run.jsonl", "work"]
    assert (tmp_path / "run.jsonl").read_bytes().startswith(b'{"run": ')  # to go on with
    wait_for(lambda: not any(map(alive, started)))


def test_a_signal_ends_debug_as_well(tmp_path: Path) -> None:
    only_here = "    while '__file__' in globals(): pass\n    return"
    (tmp_path / "softmax.py").write_text(
        f"print('loaded')\n{RIGHT}".replace("    return", only_here)
    )
    with subprocess.Popen(
        [*PYTHON, "debug", "softmax", "one_row"], cwd=tmp_path, stdout=-1, env=ENVIRONMENT
    ) as process:
        assert process.stdout is not None
        while process.stdout.readline() != b"loaded\n":
            pass
        process.terminate()
        assert process.wait(20) == 143


def test_a_signal_that_the_parent_ignores_stays_ignored(tmp_path: Path) -> None:
    def ignore() -> None:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    with running("check", "softmax", cwd=tmp_path, preexec_fn=ignore) as process:
        process.send_signal(signal.SIGHUP)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 143


# without what a command needs


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("dlprep list >&-", "Standard output is closed: there is nowhere to print to."),
        ("dlprep check softmax >&-", "Standard output is closed: there is nowhere to print to."),
        ("dlprep list >/dev/full", "Standard output cannot be written: no space left on device."),
        ("dlprep check softmax --json >/dev/full", "Standard output cannot be written: no space"),
        ("dlprep --help >/dev/full", "Standard output cannot be written: no space left on device."),
        ("ulimit -n 12; dlprep grade .", "The system refuses to go on: too many open files."),
        ("ulimit -n 7; dlprep check softmax", "The system refuses to go on: too many open files."),
        ("ulimit -n 9; dlprep check softmax", "The system refuses to go on: too many open files."),
        (
            "ulimit -v 300000; dlprep check softmax",
            "The judge's process ended without a verdict (is there too little memory?).",
        ),
        ('mkdir gone; cd gone; rmdir "$PWD"; dlprep list', "The folder . cannot be found: no such"),
        ("TZ=UTC-24 dlprep list", "The time zone is a day or more from UTC: correct the variable"),
    ],
)
def test_what_a_system_refuses_is_one_sentence(tmp_path: Path, line: str, said: str) -> None:
    (tmp_path / "softmax.py").write_text(RIGHT)
    done = subprocess.run(
        ["bash", "-c", f'dlprep() {{ "$0" -P -m dlprep "$@"; }}\n{line}', sys.executable],
        cwd=tmp_path,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    errors = [one for one in done.stderr.splitlines() if not one.startswith("OpenBLAS")]
    assert len(errors) == 1, done.stderr
    assert errors[0].removeprefix("✗ ").startswith(said)
    assert (done.returncode, done.stdout) == (2, "")


# a fault of the judge's


@pytest.mark.parametrize("at", ["judge/naming.py", "judge/source.py"], ids=["start", "verdict"])
def test_an_unexpected_exception_of_the_judge_is_told(home: Path, home_run: Run, at: str) -> None:
    home_run("start", "softmax")
    text = "\n\ndef unreadable(*_):\n    1 / 0\n" if "source" in at else "\n\n1 / 0\n"
    with (home / "dlprep" / at).open("a") as file:
        file.write(text)
    ran = home_run("check", "softmax")
    assert (ran.code, ran.out) == (3, "")
    assert ran.err == "✗ A fault of dlprep's own: ZeroDivisionError: division by zero\n"
    done = subprocess.run(
        [*PYTHON, "check", "softmax"],
        cwd=home.parent / "workspace",
        env={**ENVIRONMENT, "PYTHONPATH": str(home), "DLPREP_DEBUG": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3
    assert f'File "{home / "dlprep" / at}"' in done.stderr
    assert done.stderr.endswith(ran.err)


# files in the current folder that are named like modules


@pytest.mark.parametrize("start", [SCRIPT, [sys.executable, "-m", "dlprep"]], ids=["script", "-m"])
def test_no_command_imports_what_lies_in_the_current_folder(
    home: Path, tmp_path: Path, start: list[str]
) -> None:
    folder, proof = tmp_path / "work", tmp_path / "proof"
    folder.mkdir()
    new_exercise("double", home)
    (folder / "softmax.py").write_text(RIGHT)
    planted = set(sys.stdlib_module_names) | {"numpy", "pytest", "_pytest", "pluggy", "rich"}
    if start != SCRIPT:  # what Python itself imports before dlprep can say anything
        planted -= loaded_by_python(folder)
    for name in planted | {"typer", "sitecustomize", "usercustomize", "test_cases"}:
        (folder / f"{name}.py").write_text(f"open({str(proof)!r}, 'a').write(__name__)\n")
    for words in (
        ("debug", "softmax", "one_row"),  # which checks first
        ("grade", "softmax.py", "--allow-unsandboxed"),
        ("author", "check", "double"),
    ):
        done = subprocess.run(
            [*start, *words],
            cwd=folder,
            env={**ENVIRONMENT, "PYTHONPATH": str(home)},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert not proof.exists(), (words, proof.read_text())
        assert done.returncode == 0, done.stdout + done.stderr


def loaded_by_python(folder: Path) -> set[str]:
    """What ``python -m`` has imported before the module that it runs."""
    (folder / "probe.py").write_text("import sys\nprint(*sys.modules)\n")
    done = subprocess.run(
        [sys.executable, "-m", "probe"],
        cwd=folder,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=True,
    )
    (folder / "probe.py").unlink()
    return set(done.stdout.split())

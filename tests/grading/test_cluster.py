"""Grading on a Dask cluster: a real scheduler and real workers, started as a user starts them."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest
from distributed import Client, Scheduler
from report_examples import RUN

from dlprep.catalog import HOME
from dlprep.errors import UserError
from dlprep.grading import Run, Task
from dlprep.grading import cluster as clusters
from dlprep.grading.cluster import cluster_judges
from dlprep.grading.run import Judges, JudgesLost, isolation_reached, run, versions

RIGHT = (HOME / "solutions/softmax/reference.py").read_bytes()
WRONG = RIGHT.replace(b" - x.max(axis=axis, keepdims=True)", b"")
TEXTS = {"passed": RIGHT, "failed": WRONG, "error": b"def softmax(x:\n"}
WITHOUT = "import sys; sys.modules['{}'] = None; "  # as if it were not installed
DASK = "from dask.__main__ import main; main()"
DLPREP = "from dlprep.__main__ import main; main()"


class Cluster:
    """A scheduler on this machine, and its workers."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "scheduler.json"
        self._processes: list[subprocess.Popen[bytes]] = []
        self.nanny: psutil.Process  # of the worker that has one

    def start(self, *words: str, without: str = "", **environment: str) -> psutil.Process:
        """``dask scheduler``, or ``dask worker`` for one that may still be on its way."""
        where = ["--host", "127.0.0.1", "--no-dashboard", "--scheduler-file", str(self._file)]
        code = (WITHOUT.format(without) if without else "") + DASK
        started = subprocess.Popen(
            [sys.executable, "-P", "-c", code, *words, *where],
            env={**os.environ, **environment},
            cwd=self._file.parent,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._processes.append(started)
        return psutil.Process(started.pid)

    def worker(self, *words: str, **how: str) -> psutil.Process:
        """A worker with one thread."""
        return self.start("worker", "--nthreads", "1", *words, **how)

    @property
    def address(self) -> str:
        """The scheduler's, once it has one."""
        wait_for(lambda: self._file.exists() and self._file.read_text())  # written, too
        return str(json.loads(self._file.read_text())["address"])

    def end(self) -> None:
        """End everything that was started."""
        for started in reversed(self._processes):
            started.kill()
            started.wait()


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A cluster of two workers, one of which is started again when it is killed."""
    cluster = Cluster(tmp_path_factory.mktemp("both"))
    try:
        cluster.start("scheduler", "--port", "0")
        cluster.nanny = cluster.worker()
        cluster.worker("--no-nanny")
        yield cluster
    finally:
        cluster.end()


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[Cluster]:
    """A cluster of which nothing is started yet."""
    cluster = Cluster(tmp_path)
    yield cluster
    cluster.end()


def wait_for(condition: Callable[[], bool]) -> None:
    """Wait until a condition holds; fail after two minutes."""
    end = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < end, "waited for two minutes"
        time.sleep(0.02)


def hand_in(root: Path, count: int) -> list[Task]:
    """A folder of folders: each one's softmax, named by what becomes of it."""
    tasks = []
    for n in range(count):
        status = list(TEXTS)[n % len(TEXTS)]
        file = root / "subs" / f"{status}{n}" / "softmax.py"
        file.parent.mkdir(parents=True)
        file.write_bytes(TEXTS[status])
        tasks.append(Task(f"{status}{n}", "softmax", file))
    return tasks


def grading(folder: Path, *words: str, without: str = "") -> subprocess.Popen[bytes]:
    """``dlprep grade`` in the background."""
    code = (WITHOUT.format(without) if without else "") + DLPREP
    always = ["grade", "subs", "--allow-unsandboxed", "--seed", "3", "--log", "run.jsonl"]
    return subprocess.Popen(
        [sys.executable, "-P", "-c", code, *always, *words],
        env={**os.environ, "NO_COLOR": "1", "COLUMNS": "500"},
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def verdicts(path: Path) -> list[bytes]:
    """The lines of the verdicts, sorted."""
    lines = path.read_bytes().splitlines() if path.exists() else []
    return sorted(line for line in lines if line.startswith(b'{"who"') and line.endswith(b"}"))


def terms(started: str = "once", **changes: Any) -> Run:
    made = replace(RUN, isolation=isolation_reached(), timeout=20.0, started=started)
    return replace(made, versions=replace(versions(started), **changes))


def client_of(judges: Judges) -> Client:
    client: Client = judges.executor._client  # type: ignore[attr-defined]
    return client


def worker_of(nanny: psutil.Process, client: Client) -> tuple[str, psutil.Process]:
    """The worker that a nanny watches over: its address and its process."""
    found = {address: psutil.Process(pid) for address, pid in client.run(os.getpid).items()}
    return next((address, one) for address, one in found.items() if one.ppid() == nanny.pid)


def kill_at_work(address: str, worker: psutil.Process, client: Client) -> None:
    """Kill a worker that was stopped before, once there is something that it should judge."""
    wait_for(lambda: bool(client.processing()[address]))
    worker.kill()


def test_the_verdicts_are_those_of_this_machine(both: Cluster, tmp_path: Path) -> None:
    hand_in(tmp_path, 3)
    found = []
    for words in ([], ["--scheduler", both.address]):
        process = grading(tmp_path, *words, "--format", "csv=grades.csv")
        assert (process.communicate(), process.returncode) == ((b"", b""), 1)
        found.append(verdicts(tmp_path / "run.jsonl"))
        (tmp_path / "run.jsonl").unlink()
    assert found[0] == found[1]
    assert len(found[0]) == 3
    for line in map(json.loads, found[0]):
        assert line["status"] == line["who"].rstrip("0123456789")


def test_a_killed_worker_costs_no_verdict(both: Cluster, tmp_path: Path) -> None:
    tasks = hand_in(tmp_path, 6)
    with cluster_judges(both.address, "once") as judges:
        client = client_of(judges)
        client.wait_for_workers(2, timeout=30)
        assert judges.isolation == isolation_reached()
        assert judges.size() == 2

        def graded(meanwhile: Callable[[], None]) -> dict[str, str]:
            found = {}
            for one, _ in run(tasks, judges, terms()):
                assert one.who not in found
                found[one.who] = one.status
                if len(found) == 1:
                    meanwhile()
            return found

        expected = {task.who: task.who.rstrip("0123456789") for task in tasks}
        assert graded(lambda: None) == expected
        address, victim = worker_of(both.nanny, client)
        started = victim.children(recursive=True)
        assert any("dlprep.judge" in " ".join(child.cmdline()) for child in started)
        victim.suspend()
        assert graded(lambda: kill_at_work(address, victim, client)) == expected
    assert not psutil.wait_procs(started, timeout=30)[1], "its judges end with it"


def test_ctrl_c(both: Cluster, tmp_path: Path) -> None:
    hand_in(tmp_path, 20)
    process = grading(tmp_path, "--scheduler", both.address)
    wait_for(lambda: len(verdicts(tmp_path / "run.jsonl")) >= 2)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=30)
    done = len(verdicts(tmp_path / "run.jsonl"))
    assert 2 <= done < 20
    assert f"{done} submissions:" in out.decode()
    assert err.decode() == (
        f"✗ Interrupted: {done} of 20 submissions are graded."
        " Go on with: --log run.jsonl --resume\n"
    )
    assert process.returncode == 130
    with cluster_judges(both.address, "once") as judges:
        client = client_of(judges)

        def tasks(dask_scheduler: Scheduler) -> int:
            return len(dask_scheduler.tasks)

        wait_for(lambda: client.run_on_scheduler(tasks) == 0)


def test_a_scheduler_that_is_lost(both: Cluster, bare: Cluster, tmp_path: Path) -> None:
    hand_in(tmp_path, 12)
    scheduler = bare.start("scheduler", "--port", "0")
    bare.worker("--no-nanny")
    process = grading(tmp_path, "--scheduler", bare.address, "--format", "csv=grades.csv")
    wait_for(lambda: len(verdicts(tmp_path / "run.jsonl")) >= 2)
    scheduler.kill()
    out, err = process.communicate(timeout=30)
    before = verdicts(tmp_path / "run.jsonl")
    assert 2 <= len(before) < 12
    assert (out, err.decode()) == (
        b"",
        f"✗ The Dask scheduler at {bare.address} was lost. {len(before)} of 12 submissions are"
        " graded. Go on with: --log run.jsonl --resume\n",
    )
    assert process.returncode == 2
    again = grading(tmp_path, "--scheduler", both.address, "--resume")
    out, err = again.communicate(timeout=60)
    assert (err, again.returncode) == (b"", 1)
    assert b"12 submissions: 4 passed, 4 failed, 4 error" in out
    assert set(before) < set(verdicts(tmp_path / "run.jsonl"))


def test_a_submission_of_which_every_worker_dies(both: Cluster, tmp_path: Path) -> None:
    """Dask gives it up, and with it what was waiting there: each has another try."""
    [task] = hand_in(tmp_path, 1)

    def allow(failures: int, dask_scheduler: Scheduler) -> None:
        dask_scheduler.allowed_failures = failures

    with cluster_judges(both.address, "once") as judges:
        client = client_of(judges)
        client.wait_for_workers(2, timeout=30)
        client.run_on_scheduler(allow, 0)
        address, victim = worker_of(both.nanny, client)
        victim.suspend()
        graded = run([task] * 4, judges, terms())
        first, _ = next(graded)
        kill_at_work(address, victim, client)
        statuses = [first.status, *(one.status for one, _ in graded)]
        client.run_on_scheduler(allow, 3)  # Dask's default
    assert statuses == ["passed"] * 4


def test_a_cluster_that_cannot_judge(
    bare: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def judges(started: str = "once") -> None:
        with cluster_judges(bare.address, started):
            pass

    bare.start("scheduler", "--port", "0")
    monkeypatch.setattr(clusters, "WORKER_SECONDS", 0.1)
    with pytest.raises(JudgesLost, match=r"The Dask scheduler at .* has no workers\."):
        judges()
    monkeypatch.setattr(clusters, "WORKER_SECONDS", 30.0)
    stranger = bare.worker("--no-nanny", without="dlprep")
    with pytest.raises(
        UserError, match=r"The Dask worker at \S+ cannot judge: dlprep is not installed"
    ):
        judges()
    stranger.kill()
    for room in ("dlprep", "exercises/softmax", "solutions/softmax"):
        shutil.copytree(HOME / room, tmp_path / room)
    bare.worker("--no-nanny", PYTHONPATH=str(tmp_path))
    other = r"has catalogue \w{12}, and this one \w{12}: install the same on both\."
    with pytest.raises(UserError, match=f"The Dask worker at .* {other}"):
        judges()


def test_a_worker_that_comes_later_and_judges_otherwise(both: Cluster, tmp_path: Path) -> None:
    with cluster_judges(both.address, "twice") as judges:
        other = r"A machine that came later has numpy \S+, and this one 1\.0: install the same"
        with pytest.raises(JudgesLost, match=other):
            list(run(hand_in(tmp_path, 1), judges, terms("twice", numpy="1.0")))


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("tcp://127.0.0.1:1", "no answer after 0.2 s"),
        ("nonsense", "missing port number"),
        ("gopher://127.0.0.1:1", "unknown address scheme 'gopher'"),
        ("tls://127.0.0.1:1", "check your TLS configuration"),
        ("", "missing port number"),
    ],
)
def test_where_no_scheduler_is(address: str, why: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clusters, "CONNECT_SECONDS", 0.2)
    with (
        pytest.raises(UserError, match="No Dask scheduler can be reached at") as caught,
        cluster_judges(address, "once"),
    ):
        pass
    assert why in str(caught.value)


def test_where_something_else_is(both: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    with cluster_judges(both.address, "once") as judges:
        worker = next(iter(client_of(judges).nthreads()))
    with (
        pytest.raises(UserError, match="is the address of a Dask worker, not of a scheduler"),
        cluster_judges(worker, "once"),
    ):
        pass
    monkeypatch.setattr(clusters, "CONNECT_SECONDS", 0.2)
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        pytest.raises(UserError, match=r"no answer after 0\.2 s\."),
        cluster_judges(f"tcp://127.0.0.1:{silent.getsockname()[1]}", "once"),
    ):
        pass


def test_without_distributed(tmp_path: Path) -> None:
    hand_in(tmp_path, 1)
    process = grading(tmp_path, "--scheduler", "tcp://127.0.0.1:1", without="distributed")
    out, err = process.communicate(timeout=30)
    assert (out, process.returncode) == (b"", 2)
    assert "install distributed: pip install 'dlprep[cluster]'" in err.decode()
    assert not (tmp_path / "run.jsonl").exists()

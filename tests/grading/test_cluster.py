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
from contextlib import closing
from pathlib import Path

import psutil
import pytest
from distributed import Scheduler

from dlprep.catalog import HOME
from dlprep.errors import UserError
from dlprep.grading import cluster as clusters
from dlprep.grading.cluster import ClusterExecutor
from dlprep.grading.formats import RunInfo
from dlprep.grading.model import Request, Task
from dlprep.grading.run import ExecutorLost, isolation_reached, run

RIGHT = (HOME / "solutions/softmax/reference.py").read_bytes()
WRONG = RIGHT.replace(b" - x.max(axis=axis, keepdims=True, initial=-np.inf)", b"")
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
    """Wait until a condition holds; fail after thirty seconds."""
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end, "waited for thirty seconds"
        time.sleep(0.02)


def hand_in(root: Path, count: int) -> None:
    """A folder of folders: each one's softmax, named by what becomes of it."""
    for n in range(count):
        status = list(TEXTS)[n % len(TEXTS)]
        file = root / "subs" / f"{status}{n}" / "softmax.py"
        file.parent.mkdir(parents=True)
        file.write_bytes(TEXTS[status])


def grading(folder: Path, *words: str, without: str = "") -> subprocess.Popen[bytes]:
    """``dlprep grade`` in the background."""
    code = (WITHOUT.format(without) if without else "") + DLPREP
    always = ["grade", "subs", "--allow-unsandboxed", "--seed", "3"]
    return subprocess.Popen(
        [sys.executable, "-P", "-c", code, *always, *words],
        env={**os.environ, "NO_COLOR": "1", "COLUMNS": "500"},
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def wait_for_verdicts(path: Path, count: int) -> None:
    wait_for(lambda: path.exists() and path.read_bytes().count(b"\n") > count)


def verdicts(path: Path) -> list[bytes]:
    """The JSON lines of the verdicts, sorted."""
    return sorted(path.read_bytes().splitlines()[1:])


def worker_of(nanny: psutil.Process, executor: ClusterExecutor) -> tuple[str, psutil.Process]:
    """The worker that a nanny watches over: its address and its process."""
    found = {
        address: psutil.Process(pid) for address, pid in executor._client.run(os.getpid).items()
    }
    return next((address, one) for address, one in found.items() if one.ppid() == nanny.pid)


def kill_at_work(address: str, worker: psutil.Process, executor: ClusterExecutor) -> None:
    """Kill a worker that was stopped before, once there is something that it should judge."""
    wait_for(lambda: bool(executor._client.processing()[address]))
    worker.kill()


def test_the_verdicts_are_those_of_this_machine(both: Cluster, tmp_path: Path) -> None:
    hand_in(tmp_path, 9)
    here = grading(tmp_path, "--format", "jsonl=here.jsonl")
    there = grading(tmp_path, "--format", "jsonl=there.jsonl", "--scheduler", both.address)
    assert (here.communicate(), here.returncode) == ((b"", b""), 1)
    assert (there.communicate(), there.returncode) == ((b"", b""), 1)
    lines = verdicts(tmp_path / "there.jsonl")
    assert lines == verdicts(tmp_path / "here.jsonl")
    assert len(lines) == 9
    for line in map(json.loads, lines):
        assert line["status"] == line["who"].rstrip("0123456789")


def test_a_killed_worker_costs_no_verdict(both: Cluster) -> None:
    tasks = [Task(f"{who}{n}", "softmax", Path("softmax.py")) for n in range(4) for who in TEXTS]
    with closing(ClusterExecutor(both.address)) as executor:
        executor._client.wait_for_workers(2, timeout=30)
        assert executor.isolation() == isolation_reached()
        info = RunInfo(3, 1.0, "full", executor.isolation(), "0", "now", 20.0)

        def graded(meanwhile: Callable[[], None]) -> dict[str, str]:
            found = {}
            for one in run(tasks, lambda task: TEXTS[task.who[:-1]], executor, info):
                assert one.who not in found
                found[one.who] = one.status
                if len(found) == 1:
                    meanwhile()
            return found

        expected = {task.who: task.who[:-1] for task in tasks}
        assert graded(lambda: None) == expected
        address, victim = worker_of(both.nanny, executor)
        started = victim.children(recursive=True)
        assert any("dlprep.judge" in " ".join(child.cmdline()) for child in started)
        victim.suspend()
        assert graded(lambda: kill_at_work(address, victim, executor)) == expected
    assert not psutil.wait_procs(started, timeout=30)[1], "its judges end with it"


def test_ctrl_c(both: Cluster, tmp_path: Path) -> None:
    hand_in(tmp_path, 60)
    process = grading(
        tmp_path, "--scheduler", both.address, "--format", "jsonl=run.jsonl", "--format", "table"
    )
    wait_for_verdicts(tmp_path / "run.jsonl", 2)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=30)
    done = len(verdicts(tmp_path / "run.jsonl"))
    assert 2 <= done < 60
    assert f"{done} submissions:" in out.decode()
    assert err.decode() == (
        f"✗ Interrupted: {done} of 60 submissions are graded. Go on with: --resume run.jsonl\n"
    )
    assert process.returncode == 130
    with closing(ClusterExecutor(both.address)) as executor:
        client = executor._client

        def tasks(dask_scheduler: Scheduler) -> int:
            return len(dask_scheduler.tasks)

        wait_for(lambda: client.run_on_scheduler(tasks) == 0)


def test_a_scheduler_that_is_lost(both: Cluster, bare: Cluster, tmp_path: Path) -> None:
    hand_in(tmp_path, 30)
    scheduler = bare.start("scheduler", "--port", "0")
    bare.worker("--no-nanny")
    process = grading(tmp_path, "--scheduler", bare.address, "--format", "jsonl=run.jsonl")
    wait_for_verdicts(tmp_path / "run.jsonl", 2)
    scheduler.kill()
    out, err = process.communicate(timeout=30)
    before = verdicts(tmp_path / "run.jsonl")
    assert 2 <= len(before) < 30
    assert (out, err.decode()) == (
        b"",
        f"✗ The Dask scheduler at {bare.address} was lost. {len(before)} of 30 submissions are"
        " graded. Go on with: --resume run.jsonl\n",
    )
    assert process.returncode == 2
    again = grading(tmp_path, "--scheduler", both.address, "--resume", "run.jsonl")
    out, err = again.communicate(timeout=60)
    assert (err, again.returncode) == (b"", 1)
    assert b"30 submissions: 10 passed, 10 failed, 10 error" in out
    assert set(before) < set(verdicts(tmp_path / "run.jsonl"))


def test_a_submission_of_which_every_worker_dies(
    both: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clusters, "TRIES", 1)

    def allow(failures: int, dask_scheduler: Scheduler) -> None:
        dask_scheduler.allowed_failures = failures

    with closing(ClusterExecutor(both.address)) as executor:
        executor._client.wait_for_workers(2, timeout=30)
        executor._client.run_on_scheduler(allow, 0)
        address, victim = worker_of(both.nanny, executor)
        victim.suspend()
        pending = [executor.submit(Request("softmax", RIGHT, 3, None)) for _ in range(4)]
        kill_at_work(address, victim, executor)
        verdicts = [future.result(timeout=30) for future in pending]
        executor._client.run_on_scheduler(allow, 3)  # Dask's default
    assert {verdict.status for verdict in verdicts} == {"passed", "fault"}
    (said,) = {verdict.problem.message for verdict in verdicts if verdict.problem}
    assert said == "The Dask workers that judged the submission ended, one after the other."


def test_a_cluster_that_cannot_judge(
    bare: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare.start("scheduler", "--port", "0")
    with monkeypatch.context() as patience:
        patience.setattr(clusters, "WORKER_SECONDS", 0.1)
        with pytest.raises(ExecutorLost, match=r"The Dask scheduler at .* has no workers\."):
            ClusterExecutor(bare.address)
    stranger = bare.worker("--no-nanny", without="dlprep")
    with closing(ClusterExecutor(bare.address)) as executor:
        with pytest.raises(UserError, match=r"The Dask worker at \S+ has no dlprep"):
            executor.isolation()
        stranger.kill()
        wait_for(lambda: not executor._client.nthreads())

        for room in ("dlprep", "exercises/softmax", "solutions/softmax"):
            shutil.copytree(HOME / room, tmp_path / room)
        bare.worker("--no-nanny", PYTHONPATH=str(tmp_path))
        executor._client.wait_for_workers(1, timeout=30)
        other = r"has another set of exercises \(\w+\) than this one \(\w+\)\."
        with pytest.raises(UserError, match=f"The Dask worker at .* {other}"):
            executor.isolation()
        pending = executor.submit(Request("softmax", RIGHT, 3, None))
        with pytest.raises(ExecutorLost, match=f"A Dask worker that came later {other}"):
            pending.result(timeout=30)


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
    with pytest.raises(UserError, match="No Dask scheduler can be reached at") as caught:
        ClusterExecutor(address)
    assert why in str(caught.value)


def test_where_something_else_is(both: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(ClusterExecutor(both.address)) as executor:
        address = next(iter(executor._client.nthreads()))
    with pytest.raises(UserError, match="is the address of a Dask worker, not of a scheduler"):
        ClusterExecutor(address)
    monkeypatch.setattr(clusters, "CONNECT_SECONDS", 0.2)
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        pytest.raises(UserError, match=r"no answer after 0\.2 s\."),
    ):
        ClusterExecutor(f"tcp://127.0.0.1:{silent.getsockname()[1]}")


def test_without_distributed(tmp_path: Path) -> None:
    hand_in(tmp_path, 1)
    process = grading(tmp_path, "--scheduler", "tcp://127.0.0.1:1", without="distributed")
    out, err = process.communicate(timeout=30)
    assert (out, process.returncode) == (b"", 2)
    assert "install distributed: pip install 'dlprep[cluster]'" in err.decode()

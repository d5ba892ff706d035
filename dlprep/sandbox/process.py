"""The worker's process, as the trusted side sees it: start it, exchange frames, end it.

Two threads do the blocking reads and writes, so that one deadline covers everything whatever the
worker does, on every operating system; when it is over, the process group is killed. Nothing here
needs NumPy before the first frame, so a worker can be started before anything else is imported.
"""

from __future__ import annotations

import importlib.util
import os
import queue
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dlprep.sandbox import ONE_THREAD, wire

if TYPE_CHECKING:
    from dlprep.sandbox.nursery import Forked

START_SECONDS = 60.0  # for Python and NumPy to load, on a cold and busy machine
MAX_FRAMES = 100  # of what was running, as many as faulthandler writes
MAX_ERRORS = 64 << 10  # bytes that are kept of what the process writes to its standard error


class WorkerLost(Exception):
    """The worker is gone: ``kind`` is ``timeout``, ``crash`` or ``output``.

    ``running`` are the submission's lines that were, innermost first, where the process left word
    of them.
    """

    def __init__(self, kind: str, text: str, running: tuple[int, ...] = ()) -> None:
        super().__init__(text)
        self.kind, self.running = kind, running


class WorkerFault(Exception):
    """No worker could be started."""


def worker_command(script: str = "worker.py", packages: Sequence[str] = ("numpy",)) -> list[str]:
    """The command that starts a worker. ``WorkerFault`` without NumPy.

    ``script`` imports these packages from the folders that it is given, NumPy's first.
    """
    folders = []
    for name in packages:
        found = importlib.util.find_spec(name)
        if found is None or found.origin is None:
            raise WorkerFault(f"{'NumPy' if name == 'numpy' else name} is not installed")
        folders.append(str(Path(found.origin).parents[1]))
    path = str(Path(__file__).with_name(script))
    return [sys.executable, "-I", "-S", "-X", "utf8", path, *dict.fromkeys(folders)]


def worker_environment() -> dict[str, str]:
    """All that a worker gets to see of the environment."""
    kept = {key: os.environ[key] for key in ("SYSTEMROOT",) if key in os.environ}
    return kept | ONE_THREAD


class WorkerProcess:
    """One worker, started afresh by ``command``, or forked by a ``Nursery``.

    ``isolation`` is the level that it reached, known once it is ready.
    """

    def __init__(self, process: Forked | None = None, command: Sequence[str] | None = None) -> None:
        self._process: Forked | subprocess.Popen[bytes] = process or subprocess.Popen(
            command or worker_command(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            cwd=os.path.abspath(os.sep),  # noqa: PTH100 - the root: nothing of the user's
            env=worker_environment(),
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
        self.isolation = ""
        self._inbox: queue.Queue[wire.Frame | Exception] = queue.Queue(maxsize=1)
        self._outbox: queue.Queue[tuple[dict[str, Any], list[Any]] | None] = queue.Queue(maxsize=2)
        self._errors = b""
        self._ready = False
        self._lost: WorkerLost | None = None
        self.closed = False
        self._ending = threading.Lock()
        self._count = 0
        self._threads = [
            threading.Thread(target=work, daemon=True)
            for work in (self._read, self._write, self._read_errors)
        ]
        for thread in self._threads:
            thread.start()

    def request(
        self,
        message: dict[str, Any],
        arrays: list[Any],
        seconds: float,
        on_callback: Callable[[dict[str, Any], list[Any]], tuple[dict[str, Any], list[Any]]],
    ) -> wire.Frame:
        """Send a request and wait for its reply; callbacks that come before it are answered.

        ``WorkerLost`` if the worker ends, talks nonsense, or needs more than ``seconds``; it is
        then closed.
        """
        self.wait_ready()
        self._count += 1
        number = self._count
        deadline = time.monotonic() + seconds
        self._send(({**message, "id": number}, arrays), deadline, seconds)
        while True:
            reply, out = self._receive(deadline, seconds)
            if "callback" in reply:
                began = time.monotonic()
                answer = on_callback(reply, out)
                deadline += time.monotonic() - began  # that time was not the worker's
                if self._lost is not None:  # in a request that the callback made
                    raise self._lost
                self._send(answer, deadline, seconds)
            elif reply.get("id") == number:
                return reply, out
            else:
                self._lose("output", "sent a reply that nobody asked for")

    def kill(self) -> None:
        """Kill the worker and all that it started; whoever waits for its answer sees its end.

        Any thread may do this, unlike the rest.
        """
        with self._ending:
            if not self.closed:
                self._kill()

    def close(self) -> None:
        """Kill the worker and all that it started, and wait for its end."""
        with self._ending:
            if self.closed:
                return
            self.closed = True
            self._kill()
            self._process.wait()
        with suppress(queue.Full):  # then the writer sees its pipe break
            self._outbox.put_nowait(None)
        give_up = time.monotonic() + 1
        for thread in self._threads:
            while thread.is_alive() and time.monotonic() < give_up:
                with suppress(queue.Empty):
                    self._inbox.get(timeout=0.005)  # makes room, should the reader wait for it
        if not any(thread.is_alive() for thread in self._threads):
            for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
                if pipe is not None:
                    pipe.close()

    def _kill(self) -> None:
        try:
            if hasattr(os, "killpg"):
                os.killpg(self._process.pid, signal.SIGKILL)
            else:
                self._process.kill()
        except (ProcessLookupError, PermissionError):
            self._process.kill()

    def wait_ready(self) -> None:
        """Wait until the worker has loaded NumPy: a time that is not the submission's.

        ``WorkerFault`` if it never does.
        """
        if not self._ready:
            try:
                hello, _ = self._receive(time.monotonic() + START_SECONDS, START_SECONDS)
            except WorkerLost as error:
                raise WorkerFault(f"no worker could be started: {error}") from error
            self.isolation = str(hello.get("isolation"))
            self._ready = True

    def _send(
        self, frame: tuple[dict[str, Any], list[Any]], deadline: float, seconds: float
    ) -> None:
        try:
            self._outbox.put(frame, timeout=max(0.0, deadline - time.monotonic()))
        except queue.Full:  # the worker does not read
            self._lose("timeout", f"no answer after {seconds:.3g} s")

    def _receive(self, deadline: float, seconds: float) -> wire.Frame:
        try:
            frame = self._inbox.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            self._lose("timeout", f"no answer after {seconds:.3g} s")
        if isinstance(frame, wire.Unsendable):
            raise frame  # the case's own argument
        if isinstance(frame, wire.WireError):
            self._lose("output", f"sent what is not an answer: {frame}")
        if isinstance(frame, Exception):
            self._lose("crash", "")
        assert isinstance(frame, tuple)
        return frame

    def _lose(self, kind: str, text: str) -> None:
        """Close the worker and raise ``WorkerLost``."""
        if kind == "timeout" and hasattr(os, "killpg"):
            # faulthandler answers this signal with the line that is running
            with suppress(OSError, subprocess.TimeoutExpired):
                self._process.send_signal(signal.SIGABRT)
                self._process.wait(timeout=0.5)
        if kind == "crash":
            try:
                code = self._process.wait(timeout=1)
            except subprocess.TimeoutExpired:  # it closed its pipe and lives on
                text = "closed its connection to the judge"
            else:
                text = _how_it_ended(code)
        self.close()
        found = re.findall(rb'File "[^"/\\]+\.py", line (\d{1,7}) in', self._errors)
        self._lost = WorkerLost(kind, text, tuple(int(line) for line in found[:MAX_FRAMES]))
        raise self._lost

    def _read(self) -> None:
        assert self._process.stdout is not None
        try:
            while True:
                self._inbox.put(wire.read_frame(self._process.stdout))  # type: ignore[arg-type]
        except Exception as error:
            self._inbox.put(error)

    def _write(self) -> None:
        assert self._process.stdin is not None
        while (item := self._outbox.get()) is not None:
            try:
                wire.write_frame(self._process.stdin, *item)  # type: ignore[arg-type]
            except wire.Unsendable as error:
                self._inbox.put(error)
            except (OSError, ValueError):
                return  # the reader sees the end as well, and says so

    def _read_errors(self) -> None:
        assert self._process.stderr is not None
        try:
            while chunk := self._process.stderr.read(4096):
                if len(self._errors) < MAX_ERRORS:
                    self._errors += chunk
        except (OSError, ValueError):
            return


def _how_it_ended(code: int) -> str:
    if code >= 0:
        return f"the process ended itself with exit code {code}"
    names = {"SIGSEGV": "segmentation fault", "SIGABRT": "abort", "SIGKILL": "killed"}
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    return f"the process crashed: {names.get(name, name)}"

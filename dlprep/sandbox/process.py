"""The worker's process, as the trusted side sees it: start it, exchange frames, end it.

A thread does the blocking reads and writes, so that one deadline covers everything the worker
does, on every operating system; when it is over, the process group is killed. Nothing here needs
NumPy before the first frame, so a worker can be started before anything else is imported.
"""

from __future__ import annotations

import importlib.util
import itertools
import os
import queue
import re
import signal
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn, Protocol

from dlprep.sandbox import ONE_THREAD, wire

START_SECONDS = 60.0  # for Python and NumPy to load, on a cold and busy machine
MAX_FRAMES = 100  # of what was running, as many as faulthandler writes
MAX_ERRORS = 64 << 10  # bytes that are kept of what the process writes to its standard error

OnCallback = Callable[[wire.Message, wire.Arrays], wire.Frame]


class WorkerLost(Exception):
    """The worker is gone: ``kind`` is ``timeout``, ``crash`` or ``output``.

    ``running`` are the submission's lines that were running, innermost first, if it is known.
    """

    def __init__(self, kind: str, text: str, running: tuple[int, ...] = ()) -> None:
        super().__init__(text)
        self.kind, self.running = kind, running


class WorkerFault(Exception):
    """No worker could be started."""


class Process(Protocol):
    """What a worker runs in: a ``subprocess.Popen``, or something that behaves like one."""

    pid: int
    stdin: Any  # raw, unbuffered binary files
    stdout: Any
    stderr: Any

    def send_signal(self, sig: int, /) -> None: ...
    def kill(self) -> None: ...
    def wait(self, timeout: float | None = None) -> int: ...


def worker_command() -> list[str]:
    """The command that starts a worker. ``WorkerFault`` without NumPy."""
    found = importlib.util.find_spec("numpy")
    if found is None or found.origin is None:
        raise WorkerFault("NumPy is not installed")
    script, folder = Path(__file__).with_name("worker.py"), Path(found.origin).parents[1]
    return [sys.executable, "-I", "-S", "-X", "utf8", str(script), str(folder)]


running: weakref.WeakSet[WorkerProcess] = weakref.WeakSet()


class WorkerProcess:
    """A worker in ``process`` or a new one; ``isolation`` is its level, "" until it is ready."""

    def __init__(self, process: Process | None = None) -> None:
        self._process: Process = process or subprocess.Popen(
            worker_command(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            cwd=os.path.abspath(os.sep),  # noqa: PTH100 - the root: nothing of the user's
            env={key: value for key, value in os.environ.items() if key == "SYSTEMROOT"}
            | ONE_THREAD,
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
        self.isolation = ""
        self.closed = False
        running.add(self)
        self._inbox: queue.SimpleQueue[wire.Frame | Exception] = queue.SimpleQueue()
        self._outbox: queue.SimpleQueue[list[Any]] = queue.SimpleQueue()
        self._errors = b""
        self._lost: WorkerLost | None = None
        self._numbers = itertools.count(1)
        self._threads = [
            threading.Thread(target=work, daemon=True)
            for work in (self._exchange, self._read_errors)
        ]
        for thread in self._threads:
            thread.start()

    def wait_ready(self) -> None:
        """Wait until the worker has loaded NumPy; ``WorkerFault`` if it never does."""
        if not self.isolation:
            try:
                hello, _ = self._receive(time.monotonic() + START_SECONDS)
            except WorkerLost as error:
                raise WorkerFault(f"no worker could be started: {error}") from error
            self.isolation = str(hello.get("isolation"))

    def request(
        self, message: wire.Message, arrays: wire.Arrays, seconds: float, on_callback: OnCallback
    ) -> wire.Frame:
        """Send a request and wait for its reply; answer the callbacks that come before it.

        ``WorkerLost`` if the worker ends, sends a malformed reply, or needs more than ``seconds``;
        it is then closed. ``wire.Unsendable`` if the request is too large to send.
        """
        self.wait_ready()
        number, deadline = next(self._numbers), time.monotonic() + seconds
        self._outbox.put(wire.pack({**message, "id": number}, arrays))
        while True:
            reply, out = self._receive(deadline)
            if "callback" in reply:
                began = time.monotonic()
                answer = on_callback(reply, out)
                deadline += time.monotonic() - began  # that time was not the worker's
                if self._lost is not None:  # in a request that the callback made
                    raise self._lost
                self._outbox.put(wire.pack(*answer))
            elif reply.get("id") == number:
                return reply, out
            else:
                self._lose("output", "sent a reply without a request")

    def close(self) -> None:
        """Kill the worker and all that it started, and wait for its end."""
        if self.closed:
            return
        self.closed = True
        self.kill()
        self._process.wait()
        self._outbox.put([])
        give_up = time.monotonic() + 1  # a child that got away may keep the pipes open
        for thread in self._threads:
            thread.join(max(0.0, give_up - time.monotonic()))

    def kill(self) -> None:
        """Kill the worker and all that it started; from any thread."""
        running.discard(self)
        if hasattr(os, "killpg"):
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.kill()

    def _receive(self, deadline: float) -> wire.Frame:
        try:
            frame = self._inbox.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            self._lose("timeout", "no answer in time")
        if isinstance(frame, (wire.WireError, MemoryError)):
            why = str(frame) or "more than there is memory for"
            self._lose("output", f"sent what is not an answer: {why}")
        if isinstance(frame, Exception):
            self._lose("crash", "")
        return frame

    def _lose(self, kind: str, text: str) -> NoReturn:
        """Close the worker and raise ``WorkerLost``."""
        if kind == "timeout" and hasattr(os, "killpg"):
            # faulthandler answers this signal with the line that is running
            with suppress(OSError, subprocess.TimeoutExpired):
                self._process.send_signal(signal.SIGABRT)
                self._process.wait(timeout=0.5)
        if kind == "crash":
            try:
                code = self._process.wait(timeout=1)
                text = f"the process ended itself with exit code {code}"
                if code < 0:
                    name = signal.strsignal(-code) or f"signal {-code}"
                    text = f"the process crashed: {name.lower()}"
            except subprocess.TimeoutExpired:  # it closed its pipe and keeps running
                text = "closed its connection to the judge"
        self.close()
        found = re.findall(rb'File "[^"/\\]+\.py", line (\d{1,7}) in', self._errors)
        self._lost = WorkerLost(kind, text, tuple(int(line) for line in found[:MAX_FRAMES]))
        raise self._lost

    # The threads: each closes its pipes in the end. The worker is to blame for any error in them.

    def _exchange(self) -> None:
        """Read a frame for each that is written, after the first: no more than is asked for."""
        with self._process.stdin as sink, self._process.stdout as source:
            try:
                self._inbox.put(wire.read_frame(source))
                while parts := self._outbox.get():
                    wire.write_frame(sink, parts)
                    self._inbox.put(wire.read_frame(source))
            except Exception as error:
                self._inbox.put(error)

    def _read_errors(self) -> None:
        with self._process.stderr as pipe, suppress(OSError, ValueError):
            while chunk := pipe.read(4096):
                if len(self._errors) < MAX_ERRORS:
                    self._errors += chunk

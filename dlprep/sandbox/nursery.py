"""A parent that has imported NumPy already and forks a worker in a few milliseconds.

It is as far from the judge as a worker is: a process of its own that knows neither cases nor
reference, so that nothing of them is in its children's memory. POSIX only; elsewhere, and for the
first submission, workers are started afresh.
"""

from __future__ import annotations

import io
import os
import signal
import socket
import struct
import subprocess
import threading
import time
from collections.abc import Sequence
from contextlib import suppress

from dlprep.sandbox.process import WorkerFault, WorkerProcess, worker_command, worker_environment

_PID = struct.Struct(">iq")  # a process and, in answers, how it ended
ALIVE = 1 << 40  # beyond every exit code


class Nursery:
    """Forks workers of the kind that ``command`` starts. ``available``: whether this system can."""

    available = hasattr(os, "fork") and hasattr(socket, "send_fds")

    def __init__(self, command: Sequence[str] | None = None) -> None:
        self._socket, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [*(command or worker_command()), "nursery"],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd="/",
                env=worker_environment(),
                start_new_session=True,
            )
        self._lock = threading.Lock()

    def worker(self) -> WorkerProcess:
        """A new worker. ``WorkerFault`` if the nursery is gone."""
        return WorkerProcess(Forked(self))

    def close(self) -> None:
        """End the nursery; its workers end with it."""
        self._socket.close()
        self._process.kill()
        self._process.wait()

    def fork(self, descriptors: list[int]) -> int:
        """Fork a worker with these as its input, output and standard error; its number."""
        try:
            with self._lock:
                socket.send_fds(self._socket, [_PID.pack(0, 0)], descriptors)
                pid, _ = _PID.unpack(self._receive())
        except (OSError, struct.error) as error:
            raise WorkerFault("the nursery is gone") from error
        return int(pid)

    def status(self, pid: int) -> int | None:
        """How a worker ended, as ``Popen.returncode`` has it; None while it runs."""
        try:
            with self._lock:
                self._socket.sendall(_PID.pack(pid, 0))
                _, status = _PID.unpack(self._receive())
        except (OSError, struct.error):
            return -signal.SIGKILL  # the nursery is gone, and the worker with it
        return None if status == ALIVE else int(status)

    def _receive(self) -> bytes:
        return self._socket.recv(_PID.size, socket.MSG_WAITALL)


class Forked:
    """A forked worker, with what ``WorkerProcess`` uses of ``subprocess.Popen``.

    Its number cannot be another process's before the nursery is asked for its end, for until then
    it is not reaped.
    """

    def __init__(self, nursery: Nursery) -> None:
        self._nursery = nursery
        self.returncode: int | None = None
        pipes = [os.pipe() for _ in range(3)]
        (theirs_in, ours_in), (ours_out, theirs_out), (ours_err, theirs_err) = pipes
        try:
            self.pid = nursery.fork([theirs_in, theirs_out, theirs_err])
        except WorkerFault:
            for one in (ours_in, ours_out, ours_err):
                os.close(one)
            raise
        finally:
            for one in (theirs_in, theirs_out, theirs_err):
                os.close(one)
        self.stdin = io.FileIO(ours_in, "wb")
        self.stdout = io.FileIO(ours_out, "rb")
        self.stderr = io.FileIO(ours_err, "rb")

    def send_signal(self, number: int) -> None:
        """Send a signal, if it still runs."""
        if self.returncode is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def kill(self) -> None:
        """Kill it."""
        self.send_signal(signal.SIGKILL)

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end; ``subprocess.TimeoutExpired`` if that takes too long."""
        end = None if timeout is None else time.monotonic() + timeout
        pause = 0.0002
        while self.returncode is None:
            self.returncode = self._nursery.status(self.pid)
            if self.returncode is None:
                if end is not None and time.monotonic() > end:
                    raise subprocess.TimeoutExpired("worker", timeout or 0)
                time.sleep(pause)
                pause = min(2 * pause, 0.02)
        return self.returncode

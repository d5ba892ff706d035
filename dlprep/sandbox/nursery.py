"""A parent that has imported NumPy already and forks a worker in a few milliseconds.

It is as far from the judge as a worker is: a process of its own that knows neither cases nor
reference, so its children's memory holds neither. POSIX only. Elsewhere, and for the first
submission, each worker is a new process.
"""

from __future__ import annotations

import io
import os
import signal
import socket
import struct
import subprocess
import time
from contextlib import suppress

from dlprep.sandbox import ONE_THREAD
from dlprep.sandbox.process import WorkerFault, WorkerProcess, worker_command

_PID = struct.Struct(">iq")  # a process and, in answers, how it ended
ALIVE = 1 << 40  # beyond every exit code


class Nursery:
    """Forks workers, for one thread. ``available`` says whether this system can."""

    available = hasattr(os, "fork") and hasattr(socket, "send_fds")

    def __init__(self) -> None:
        self._socket, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [*worker_command(), "nursery"],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd="/",
                env=ONE_THREAD,
                start_new_session=True,
            )

    def worker(self) -> WorkerProcess:
        """A new worker. ``WorkerFault`` if the nursery is gone."""
        return WorkerProcess(Forked(self))

    def close(self) -> None:
        """End the nursery; its workers end with it."""
        self._socket.close()
        self._process.kill()
        self._process.wait()

    def fork(self, descriptors: list[int]) -> int:
        """Fork a worker with these as its input, output and standard error; its process id."""
        try:
            socket.send_fds(self._socket, [_PID.pack(0, 0)], descriptors)
            pid, _ = self._receive()
        except (OSError, struct.error) as error:
            raise WorkerFault("the nursery is gone") from error
        return pid

    def status(self, pid: int) -> int | None:
        """How a worker ended, as ``Popen.returncode`` says it; None while it runs."""
        try:
            self._socket.sendall(_PID.pack(pid, 0))
            _, status = self._receive()
        except (OSError, struct.error):
            return -signal.SIGKILL  # the nursery is gone, and the worker with it
        return None if status == ALIVE else status

    def _receive(self) -> tuple[int, int]:
        pid, status = _PID.unpack(self._socket.recv(_PID.size, socket.MSG_WAITALL))
        return pid, status


class Forked:
    """A forked worker, for ``WorkerProcess``.

    Its process id stays its own until ``wait`` has seen its end: until then it is not reaped.
    """

    def __init__(self, nursery: Nursery) -> None:
        self._nursery = nursery
        self.returncode: int | None = None
        pipes = [os.pipe() for _ in range(3)]
        (theirs_in, ours_in), (ours_out, theirs_out), (ours_err, theirs_err) = pipes
        self.stdin = io.FileIO(ours_in, "wb")
        self.stdout = io.FileIO(ours_out, "rb")
        self.stderr = io.FileIO(ours_err, "rb")
        theirs = [theirs_in, theirs_out, theirs_err]
        try:
            self.pid = nursery.fork(theirs)
        except WorkerFault:
            for pipe in (self.stdin, self.stdout, self.stderr):
                pipe.close()
            raise
        finally:
            for descriptor in theirs:
                os.close(descriptor)

    def send_signal(self, sig: int, /) -> None:
        """Send a signal, if it still runs."""
        if self.returncode is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, sig)

    def kill(self) -> None:
        """Kill it, if it still runs."""
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

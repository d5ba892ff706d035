"""The lock on a worker: afterwards it can compute, and reach nothing.

Making a ``Lock`` loads what cannot be loaded later; closing it takes away, for good, what no
submission needs. Each part covers what the others leave open:

- Landlock: the process reads the standard library and NumPy, entry by entry, and nothing else.
- The filter of system calls (``seccomp``): memory, time, reading and its own end, and nothing
  else; no socket, process, thread, signal or trace, and no opening for writing on any path.
- Limits on memory, processor time and files; no privileges, only the descriptors that it needs,
  and death with its parent.

A canary then tries what is forbidden. The kernel holds the lock, not Python: a submission can
reach ctypes, which NumPy itself imports.

This is our own code, for no package has limits or a canary, and none has both Landlock and the
filter: py-landlock 0.1.1, landlock 1.0.0.dev5, landlockpy 0.2.0, seccompy 0.2.0 and pyseccomp 0.1.2
were read, and three tried. Each loads in 11 to 46 ms, the whole lock in 3.
"""

from __future__ import annotations

import ctypes
import errno
import functools
import math
import os
import signal
import struct
import sys
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING or __package__:
    from dlprep.sandbox import landlock, seccomp
    from dlprep.sandbox.landlock import call
else:  # in the worker, where the package is out of reach
    import landlock
    import seccomp
    from landlock import call

MEMORY = 1 << 30  # bytes that a worker may take beyond what it has when it is locked
CPU_SECONDS = 600  # for a worker that nobody watches; the judge's deadlines are far shorter
MAX_DESCRIPTOR = 32

# linux/prctl.h, linux/seccomp.h, linux/capability.h, linux/ptrace.h
_SET_PDEATHSIG, _SET_DUMPABLE, _SET_SECCOMP, _SET_NO_NEW_PRIVS = 1, 4, 22, 38
_MODE_FILTER = 2
_CAPABILITY_VERSION = 0x20080522
_PEEK_DATA = 2


class Isolation(NamedTuple):
    """What holds a worker: ``full``, or ``process`` and the reason why it is not more."""

    level: str
    reason: str = ""


class Lock:
    """The lock for this process, or for each worker that it forks.

    Make it before the submission is there, in a process that was started by ``python -I -S``, so
    that ``sys.path`` is the standard library alone. NumPy lies in the folder ``site``.
    """

    def __init__(self, site: str) -> None:
        _load_what_lies_out_of_reach()
        self._failed: list[str] = []
        self._ruleset = -1
        with self._step("Landlock"):
            self._ruleset = landlock.make_ruleset(site)

    def close(
        self, keep: Collection[int], *, memory: int = MEMORY, seconds: int = CPU_SECONDS
    ) -> Isolation:
        """Lock this process for good, and say what was reached. It never raises.

        The process has one thread; ``keep`` are the descriptors that stay open. It ends with the
        thread that started it. If the machine lacks a part, it is ``process``; the rest holds.
        """
        if sys.platform != "linux":
            return Isolation("process", f"the lock is for Linux, and this is {sys.platform}")
        parent = os.getppid()
        with self._step("threads"):
            _require_one_thread()
        with self._step("descriptors"):
            _close_all_but({*keep, self._ruleset})
        with self._step("limits"):
            _limit(memory, seconds)
        with self._step("privileges"):
            _drop_privileges()
        with self._step("death with the parent"):
            _die_with(parent)
        if self._ruleset >= 0:
            with self._step("Landlock"):
                landlock.restrict(self._ruleset)
        with self._step("the filter of system calls"):
            _filter_calls()
        if not self._failed:
            with self._step("the canary"):
                self._failed += canary()
        reason = "; ".join(self._failed)
        return Isolation("process", reason) if reason else Isolation("full")

    @contextmanager
    def _step(self, means: str) -> Iterator[None]:
        """Note what fails, and go on."""
        try:
            yield
        except Exception as error:
            self._failed.append(f"{means}: {getattr(error, 'strerror', None) or error}")


def canary() -> list[str]:
    """What the lock should refuse and does not; empty when it holds."""
    parent = os.getppid()
    attempts: list[tuple[str, int, Callable[[], object]]] = [
        *(
            (f"reading {path}", errno.EACCES, functools.partial(_open, path, os.O_RDONLY))
            for path in (__file__, "/etc/passwd", *landlock.SECRETS)
            if os.path.exists(path)  # noqa: PTH110 - start-up
        ),
        ("creating a file", errno.EPERM, _create_file),
        ("opening a socket", errno.EPERM, lambda: call("socket", 1, 1, 0)),  # of AF_UNIX
        ("starting a process", errno.EPERM, _fork),
        ("running a program", errno.EPERM, lambda: os.execv("/", ["/"])),
        ("a signal to the parent", errno.EPERM, lambda: os.kill(parent, 0)),
        # without a lock it is ESRCH, as nobody traces the parent
        ("tracing the parent", errno.EPERM, lambda: call("ptrace", _PEEK_DATA, parent, 0, 0)),
    ]
    found = []
    for what, refusal, attempt in attempts:
        try:
            attempt()
        except OSError as error:
            if error.errno != refusal:
                found.append(f"{what} was not refused as it should be: {error.strerror}")
        else:
            found.append(f"{what} was not refused")
    return found


def _load_what_lies_out_of_reach() -> None:
    """Load what needs files beyond the standard library and NumPy.

    They are the system's shared libraries under extension modules, and the kernels of the linear
    algebra library; its buffers, without which it ends the process, too.
    """
    import decimal  # noqa: F401 - stands on the system's libmpdec in some distributions

    import numpy as np
    import numpy.fft  # on the system's libstdc++

    np.linalg.solve(np.eye(64), np.ones((64, 64)) @ np.ones((64, 64)))


def _require_one_thread() -> None:
    """Landlock and the filter hold for the thread that calls for them, and for no other."""
    count = len(os.listdir("/proc/self/task"))  # noqa: PTH208 - start-up
    if count != 1:
        raise RuntimeError(f"{count} run, and only one of them could be locked")


def _close_all_but(keep: Collection[int]) -> None:
    for descriptor in map(int, os.listdir("/proc/self/fd")):  # noqa: PTH208 - start-up
        if descriptor not in keep:
            with suppress(OSError):  # the one of the listing itself is closed
                os.close(descriptor)


def _limit(memory: int, seconds: int) -> None:
    import resource

    with open("/proc/self/statm", "rb") as file:  # noqa: PTH123 - start-up
        size = int(file.read().split()[0]) * resource.getpagesize()
    used = math.ceil(time.process_time())
    for kind, soft, hard in (
        (resource.RLIMIT_AS, size + memory, size + memory),
        (resource.RLIMIT_CPU, used + seconds, used + seconds + 1),  # SIGXCPU, then SIGKILL
        (resource.RLIMIT_FSIZE, 0, 0),
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_NPROC, 0, 0),
        (resource.RLIMIT_NOFILE, MAX_DESCRIPTOR, MAX_DESCRIPTOR),
    ):
        most = resource.getrlimit(kind)[1]
        if most != resource.RLIM_INFINITY:
            soft, hard = min(soft, most), min(hard, most)
        resource.setrlimit(kind, (soft, hard))


def _drop_privileges() -> None:
    """No capabilities, no way to new ones, and no way in for a neighbour of the same user."""
    call("prctl", _SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    call("capset", struct.pack("=Ii", _CAPABILITY_VERSION, 0), bytes(24))
    call("prctl", _SET_DUMPABLE, 0, 0, 0, 0)


def _die_with(parent: int) -> None:
    call("prctl", _SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it died before the kernel was asked
        os._exit(1)


def _filter_calls() -> None:
    if sys.maxsize < 1 << 32:
        raise RuntimeError("a 32-bit Python has other numbers")
    program = seccomp.program(os.uname().machine, os.getpid())
    steps = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("HP", len(program) // seccomp.STEP, ctypes.addressof(steps))
    call("prctl", _SET_SECCOMP, _MODE_FILTER, header, 0, 0)


def _open(path: str, flags: int) -> None:
    os.close(os.open(path, flags))


def _create_file() -> None:
    path = f"{landlock.SECRETS[0]}canary-{os.getpid()}"
    _open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
    os.unlink(path)  # noqa: PTH108 - start-up


def _fork() -> None:
    if (child := os.fork()) == 0:
        os._exit(0)
    os.waitpid(child, 0)

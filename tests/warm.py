"""Python processes without their start: forks of one process that has loaded everything.

``Warm`` starts a server, a plain process with one thread. It forks for each ``python -P -m dlprep``
or ``python -P -c`` that it is asked for. The fork gets descriptors, a folder, an environment and
arguments, runs the program, and ends as every Python ends. Another ``python -P`` that the program
starts, such as a judge, is a fork of the server as well.
"""

from __future__ import annotations

import atexit
import gc
import io
import json
import os
import runpy
import select
import selectors
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

AVAILABLE = hasattr(os, "pidfd_open") and hasattr(socket, "send_fds")
STARTUP = ("PYTHON", "LANG", "LC_")  # how the variables begin that the interpreter itself reads
# A shell's words for ``dlprep``; -P: as with pip's own script, the current folder is not searched.
PROGRAM = f"'{sys.executable}' -P -m dlprep"
PATIENCE = 60.0  # seconds that a command may take

_LENGTH = struct.Struct(">I")
_NUMBER = struct.Struct(">q")  # a process, and later its exit code
_Popen = subprocess.Popen


@dataclass(frozen=True)
class Ran:
    """What a command gave."""

    code: int
    out: str
    err: str


Run = Callable[..., Ran]


def call(*words: str, cwd: Path, warm: Warm | None = None, **environment: str) -> Ran:
    """Run ``dlprep`` with these words in a new process, or in a fork of ``warm`` if that can be.

    No output of any command may hold a traceback, unless ``DLPREP_DEBUG`` asks for it.
    """
    program, env = ("-m", "dlprep", *words), {**os.environ, "NO_COLOR": "1", **environment}
    if warm is None or any(name.startswith(STARTUP) for name in environment):
        done = subprocess.run(
            [sys.executable, "-P", *program],
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE,
        )
        ran = Ran(done.returncode, done.stdout.decode(), done.stderr.decode())
    else:
        ran = warm.run(*program, cwd=cwd, env=env)
    assert "DLPREP_DEBUG" in env or "Traceback" not in ran.out + ran.err, ran
    return ran


class Fork:
    """A fork of the server at ``address``, with what is used here of ``subprocess.Popen``.

    ``words`` are the arguments of ``python -P``.
    """

    def __init__(
        self,
        address: str,
        words: Sequence[str],
        *,
        stdin: int | IO[Any] | None = None,
        stdout: int | IO[Any] | None = None,
        stderr: int | IO[Any] | None = None,
        cwd: str | os.PathLike[str] | None = None,
        env: Mapping[str, str] | None = None,
        start_new_session: bool = False,
        **_: Any,  # what has no meaning on a system that can fork
    ) -> None:
        self.args = [sys.executable, "-P", *words]
        self.returncode: int | None = None
        self.stdin: IO[bytes] | None = None
        self.stdout: IO[bytes] | None = None
        self.stderr: IO[bytes] | None = None
        theirs, opened = [], []
        for number, wanted in enumerate((stdin, stdout, stderr)):
            if wanted is None:
                wanted = number
            elif wanted == subprocess.DEVNULL:
                opened.append(wanted := os.open(os.devnull, os.O_RDWR))
            elif wanted == subprocess.PIPE:
                read, write = os.pipe()
                if number == 0:
                    self.stdin, wanted = os.fdopen(write, "wb"), read
                else:
                    setattr(self, ("stdout", "stderr")[number - 1], os.fdopen(read, "rb"))
                    wanted = write
                opened.append(wanted)
            theirs.append(wanted if isinstance(wanted, int) else wanted.fileno())
        request = {
            "words": list(words),
            "cwd": os.fspath(cwd or Path.cwd()),
            "env": dict(os.environ if env is None else env),
            "session": start_new_session,
        }
        body = json.dumps(request).encode()
        self._lock = threading.Lock()
        self._server = socket.socket(socket.AF_UNIX)
        try:
            self._server.connect(address)
            socket.send_fds(self._server, [_LENGTH.pack(len(body))], theirs)
            self._server.sendall(body)
            self.pid = self._number()
        finally:
            for descriptor in opened:
                os.close(descriptor)

    def __del__(self) -> None:
        self._server.close()

    def _number(self) -> int:
        received = self._server.recv(_NUMBER.size, socket.MSG_WAITALL)
        if len(received) < _NUMBER.size:
            raise ConnectionError("the server is gone")
        return int(_NUMBER.unpack(received)[0])

    def poll(self) -> int | None:
        """The exit code, or None while it runs."""
        with suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end: the exit code. ``subprocess.TimeoutExpired`` if that takes too long."""
        if self.returncode is None:
            with selectors.DefaultSelector() as ready:
                ready.register(self._server, selectors.EVENT_READ)
                if not ready.select(timeout):
                    raise subprocess.TimeoutExpired(self.args, timeout or 0)
        with self._lock:  # another thread may have waited as well
            if self.returncode is None:
                self.returncode = self._number()
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send it a signal, if it still runs."""
        if self.poll() is None:
            with suppress(ProcessLookupError):  # as subprocess does: it has ended meanwhile
                os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)


class Warm:
    """A server of forks of ``python``, which loads its own ``dlprep``."""

    def __init__(self, python: str | Path = sys.executable) -> None:
        from dlprep.sandbox import ONE_THREAD

        self._python = python
        self._folder = tempfile.TemporaryDirectory(prefix="warm-")  # a socket's name must be short
        self.address = f"{self._folder.name}/socket"
        self._server = subprocess.Popen(
            [python, "-P", __file__, "serve", self.address],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd="/",
            env={**os.environ, **ONE_THREAD},
            start_new_session=True,
        )
        assert self._server.stdout is not None
        assert self._server.stdout.readline() == b"ready\n"

    def close(self) -> None:
        """End the server, and forks that still run."""
        self._server.communicate()
        self._folder.cleanup()

    def run(self, *words: str, cwd: Path, env: Mapping[str, str], seconds: float = PATIENCE) -> Ran:
        """Run ``python -P`` with these words, without input; wait until nobody writes any more.

        ``subprocess.TimeoutExpired`` if that takes longer than ``seconds``.
        """
        end = time.monotonic() + seconds
        ways = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        process = Fork(self.address, words, cwd=cwd, env=env, **ways)
        assert process.stdout is not None
        assert process.stderr is not None
        read = {process.stdout: bytearray(), process.stderr: bytearray()}
        with process.stdout, process.stderr, selectors.DefaultSelector() as ready:
            for stream in read:
                ready.register(stream, selectors.EVENT_READ)
            while ready.get_map():
                for key, _ in ready.select(max(0.0, end - time.monotonic())):
                    piece = os.read(key.fd, 1 << 16)
                    read[key.fileobj] += piece
                    if not piece:
                        ready.unregister(key.fileobj)
                if time.monotonic() > end:
                    process.kill()
                    raise subprocess.TimeoutExpired(process.args, seconds)
        out, err = (bytes(one).decode() for one in read.values())
        return Ran(process.wait(max(0.0, end - time.monotonic())), out, err)

    @property
    def program(self) -> str:
        """As ``PROGRAM``, but each is a fork."""
        return f"'{self._python}' -I -S '{__file__}' run '{self.address}' -m dlprep"


class Popen(_Popen):  # type: ignore[type-arg] - it is put in the place of the generic one
    """``subprocess.Popen`` in a fork: another ``python -P`` is a fork as well."""

    address: str

    def __new__(cls, args: Any, *_: Any, **options: Any) -> Any:
        if isinstance(args, list) and args[:2] == [sys.executable, "-P"]:
            return Fork(cls.address, args[2:], **options)
        return super().__new__(cls)


def load() -> None:
    """Import what commands and judges do, whether at once or when they need it."""
    import importlib
    import pkgutil

    import dlprep

    outside = {"cluster", "requests", "landlock", "lock", "seccomp", "worker"}
    for found in pkgutil.walk_packages(dlprep.__path__, "dlprep."):
        if found.name.rpartition(".")[2] not in {*outside, "__main__"}:
            importlib.import_module(found.name)
    for late in ("fsrs", "numpy.random"):
        importlib.import_module(late)


def serve(address: str) -> None:
    """Fork for each that asks, until standard input ends. Returns in the forks alone."""
    load()
    assert len([*Path("/proc/self/task").iterdir()]) == 1, "forks beside a thread may hang"
    gc.freeze()  # or each fork would copy what a collection touches: everything
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(address)
    listener.listen(64)
    poll = select.poll()
    poll.register(0, select.POLLIN)
    poll.register(listener, select.POLLIN)
    children: dict[int, tuple[int, socket.socket]] = {}  # by the descriptors that tell their end
    print("ready", flush=True)
    while True:
        for descriptor, _ in poll.poll():
            if descriptor == 0:
                for pid, _ in children.values():
                    os.kill(pid, signal.SIGKILL)
                os._exit(0)
            elif descriptor == listener.fileno():
                asking, _ = listener.accept()
                request, theirs = receive(asking)
                if request is None:
                    asking.close()
                elif (pid := os.fork()) == 0:
                    for one in (listener, asking, *(other for _, other in children.values())):
                        one.close()
                    for end in children:
                        os.close(end)
                    return become(theirs, address=address, **request)
                else:
                    end = os.pidfd_open(pid)
                    children[end] = pid, asking
                    poll.register(end, select.POLLIN)
                    with suppress(OSError):  # it has been killed meanwhile
                        asking.sendall(_NUMBER.pack(pid))
                for one in theirs:
                    os.close(one)
            else:
                pid, asking = children.pop(descriptor)
                poll.unregister(descriptor)
                os.close(descriptor)
                code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
                with suppress(OSError), asking:
                    asking.sendall(_NUMBER.pack(code))


def receive(asking: socket.socket) -> tuple[dict[str, Any] | None, list[int]]:
    """What is asked for, and the descriptors for it; None if who asked was killed meanwhile."""
    length, theirs, _, _ = socket.recv_fds(asking, _LENGTH.size, 3)
    try:
        with asking.makefile("rb") as body:
            return json.loads(body.read(*_LENGTH.unpack(length))), theirs
    except (OSError, ValueError, struct.error):
        return None, theirs


def become(
    theirs: list[int], address: str, words: list[str], cwd: str, env: dict[str, str], session: bool
) -> None:
    """Make this fork what a new process would be that is to run ``python -P`` with ``words``."""
    for number, one in enumerate(theirs):
        os.dup2(one, number)
        os.close(one)
    if session:
        os.setsid()
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    time.tzset()
    sys.modules["numpy"].random.seed()  # the standard library's does so by itself
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        old, buffered = getattr(sys, name), io.BufferedWriter if number else io.BufferedReader
        raw = io.FileIO(number, old.mode, closefd=False)
        raw.name = f"<{name}>"  # type: ignore[assignment]
        new = io.TextIOWrapper(
            raw if old.write_through else buffered(raw),  # raw: as python -u has it
            encoding=old.encoding,
            errors=old.errors,
            line_buffering=old.line_buffering or raw.isatty(),
            write_through=old.write_through,
        )
        new.mode = old.mode
        setattr(sys, name, new)
        setattr(sys, f"__{name}__", new)
    sys.argv = words
    Popen.address = address
    subprocess.Popen = Popen  # type: ignore[misc]


def main() -> None:
    """Serve, and be each of the forks; or run one, with this process's own descriptors."""
    what, address, *words = sys.argv[1:]
    if what == "run":
        code = Fork(address, words).wait()
        sys.exit(code if code >= 0 else 128 - code)
    codes: list[int] = []
    atexit.register(end_quickly, codes)  # the first to be registered is the last to be called
    serve(address)
    option, program, *_ = sys.argv
    del sys.argv[1]
    try:
        if option == "-m":
            runpy.run_module(program, run_name="__main__", alter_sys=True)
        else:
            exec(program, {"__name__": "__main__"})
        codes.append(0)
    except SystemExit as end:
        if end.code is None or isinstance(end.code, int):
            codes.append(end.code or 0)
        raise


def end_quickly(codes: list[int]) -> None:
    """Spare a fork the tidying-up of all that was loaded: it takes longer than most commands."""
    if codes:
        with suppress(Exception):  # then Python tries again, and says what is wrong
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(codes[0] & 0xFF)


if __name__ == "__main__":
    main()

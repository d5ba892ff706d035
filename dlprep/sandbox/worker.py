"""The process that runs a submission: ``python -I -S worker.py <folder of NumPy>``.

It gets the source text through its pipe, reaches only the standard library and NumPy, and answers
requests until its input ends. Its memory holds no reference, no cases and no expected values.
"""

from __future__ import annotations

import builtins
import faulthandler
import io
import os
import sys
import types
import warnings
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dlprep.sandbox import imports, lock, loops, requests, wire
else:
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100,PTH120 - start-up
    import imports
    import lock
    import loops
    import requests
    import wire

    del sys.path[0]


class Printed(io.TextIOBase):
    """Keeps the beginning of what a request prints, and counts the characters that are lost."""

    def __init__(self) -> None:
        self.text, self.lost = "", 0

    def write(self, text: str) -> int:
        """Keep ``text`` while there is room."""
        room = requests.MAX_PRINTED - len(self.text)
        self.text += text[:room]
        self.lost += max(0, len(text) - room)
        return len(text)

    def take(self) -> tuple[str, int]:
        """The text and the count since the last time."""
        taken = self.text, self.lost
        self.text, self.lost = "", 0
        return taken


class Worker:
    """Loads one submission and answers requests about it."""

    def __init__(self, source: io.FileIO, sink: io.FileIO) -> None:
        self.source, self.sink = source, sink
        self.printed = Printed()
        self.warned: list[list[Any]] = []
        self.stand_ins = loops.install()
        sys.stdout = sys.stderr = self.printed
        warnings.showwarning = self._note_warning
        warnings.simplefilter("always")

    def serve(self) -> wire.Frame:
        """Answer frames until one is the reply to a callback; then return that."""
        while True:
            message, arrays = wire.read_frame(self.source)
            if message["op"] == "reply":
                return message, arrays
            reply, out = self._answer(message, arrays)
            text, lost = self.printed.take()
            reply |= {"id": message["id"], "printed": text, "lost": lost, "warnings": self.warned}
            self.warned = []
            try:
                frame = wire.pack(reply, out)
            except wire.Unsendable as error:
                unsent = {"foreign": f"{self.runner.last_type} ({error})"}
                frame = wire.pack({**reply, "value": unsent}, [])
            wire.write_frame(self.sink, frame)

    def _answer(self, message: wire.Message, arrays: wire.Arrays) -> wire.Frame:
        try:
            if message["op"] == "load":
                return self._load(message["name"], message["file"], arrays[0].tobytes()), []
            return self.runner.run(message, arrays)
        except BaseException as error:
            return {"raised": requests.describe(error, self.file)}, []

    def _load(self, name: str, file: str, source: bytes) -> wire.Message:
        """Compile and run the submission; what it defines, with signatures."""
        import numpy as np

        # the one before, in tests and in `author check`, may have changed it
        np.seterr(divide="warn", over="warn", under="ignore", invalid="warn")
        module = types.ModuleType(name)
        guarded = imports.Imports(file, source)
        own = {**self.stand_ins, "__import__": guarded}
        module.__dict__["__builtins__"] = {**vars(builtins), **own}
        sys.modules[name] = module
        self.file = file
        self.runner = requests.Runner(vars(module), self._call_back, watched=True)
        exec(compile(source, file, "exec", dont_inherit=True), vars(module))
        absent = {name for name, value in vars(module).items() if type(value) is imports.Absent}
        rest = {name: value for name, value in vars(module).items() if name not in absent}
        functions = {**requests.signatures(rest), **dict.fromkeys(absent)}  # a call of one tells
        refused = [[line, name] for name, line in guarded.refused][: requests.MAX_TOLD]
        return {"value": None, "functions": functions, "refused": refused}

    def _call_back(self, number: int, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        arrays: wire.Arrays = []
        nodes = [self.runner.encode(value, arrays) for value in (args, kwargs)]
        message = {"callback": number, "args": nodes[0], "kwargs": nodes[1]}
        wire.write_frame(self.sink, wire.pack(message, arrays))
        reply, values = self.serve()
        if "raised" in reply:
            raise RuntimeError(reply["raised"])
        return self.runner.decode(reply["value"], values)

    def _note_warning(self, message: object, category: type, *_: object, **__: object) -> None:
        if len(self.warned) < requests.MAX_TOLD:
            frame: types.FrameType | None = sys._getframe(1)
            while frame is not None and frame.f_code.co_filename != self.file:
                frame = frame.f_back
            line = frame.f_lineno if frame is not None else 0
            self.warned.append([line, category.__name__, str(message)[: requests.MAX_MESSAGE]])


def main() -> None:
    """Import NumPy, lock the process, then serve until its input ends.

    A nursery is not locked, but each worker that it forks is, before it reads its first frame.
    """
    with suppress(ImportError, OSError, ValueError):
        import resource  # the judge's own limit is not for the worker, which gets another

        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
    folder, is_nursery = sys.argv[1], sys.argv[2:] == ["nursery"]
    if not is_nursery:
        source, sink = take_streams()
    sys.path.append(folder)
    import numpy as np

    np.random.default_rng  # noqa: B018 - loads the lazy part now
    sys.path.remove(folder)
    unlocked = lock.Lock(folder)
    if is_nursery:
        fork_workers()  # returns in each of the workers
        source, sink = take_streams()
    level, reason = unlocked.close((0, 1, 2, source.fileno(), sink.fileno()))
    try:
        wire.write_frame(sink, wire.pack({"isolation": level, "reason": reason}, []))
        Worker(source, sink).serve()
    except (EOFError, BrokenPipeError):
        os._exit(0)  # the judge is gone; the submission's atexit functions must not run


def take_streams() -> tuple[io.FileIO, io.FileIO]:
    """Standard input and output, for frames alone; nothing is left in their place."""
    source, sink = io.FileIO(os.dup(0), "rb"), io.FileIO(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)  # input() finds the end of the file
    os.dup2(nothing, 1)  # C code that prints must not write into the frames
    faulthandler.enable()  # says on standard error which line a crash or a time-out interrupted
    with suppress(ImportError):  # Windows has no limits, and writes no core files
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    return source, sink


def fork_workers() -> None:
    """Fork a worker on request, and report how one ended; ends when the judge is gone."""
    import signal
    import socket
    import struct

    message, alive = struct.Struct(">iq"), 1 << 40
    judge = socket.socket(fileno=0)
    while True:
        data, descriptors, _, _ = socket.recv_fds(judge, message.size, 3)
        if len(data) < message.size:
            os._exit(0)
        pid, status = message.unpack(data)
        if descriptors:
            pid = os.fork()
            if pid == 0:
                os.setsid()
                judge.detach()
                for number, descriptor in enumerate(descriptors):
                    os.dup2(descriptor, number)
                    os.close(descriptor)
                return
            for descriptor in descriptors:
                os.close(descriptor)
        else:
            ended, code = os.waitpid(pid, os.WNOHANG)
            status = os.waitstatus_to_exitcode(code) if ended else alive
        with suppress(OSError):
            judge.sendall(message.pack(pid, status))
            continue
        os.kill(0, signal.SIGKILL)


if __name__ == "__main__":
    main()

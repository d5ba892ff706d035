"""What stands around a submission, and must be the same after it: files, processes, listeners."""

from __future__ import annotations

import gc
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

SETTLING = 10.0  # seconds until what was killed has gone, on the busiest machine
MARK = "dlprep-attack"  # in the names of what attacks leave behind
MARKED = [Path(name) for name in ("/", "/tmp", "/var/tmp", "/dev/shm")]  # where they would
MARKED.append(Path(np.__file__).parent / "__pycache__")


class Surroundings:
    """Folders, servers, and what else an attack could reach from this process.

    ``places`` are their names in the corpus. The grader is to run in ``working``, with
    ``temporary`` for its temporary files. Nothing here depends on what other processes of the
    tests do, so several of them can have surroundings at the same time.
    """

    def __init__(self, folder: Path) -> None:
        self.working, self.temporary = folder / "working", folder / "temporary"
        outside = folder / "outside"
        self.folders = [outside, self.working, self.temporary]
        for one in self.folders:
            one.mkdir()
        (outside / "sentinel").write_text("as it was\n")
        stream = socket.create_server(("127.0.0.1", 0))
        port = stream.getsockname()[1]
        datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        datagrams.bind(("127.0.0.1", port))
        by_file = socket.socket(socket.AF_UNIX)
        by_file.bind(str(outside / "socket"))
        by_file.listen()
        self.listening = [stream, datagrams, by_file]
        for one in self.listening:
            one.setblocking(False)
        self.places = {"OUTSIDE": str(outside), "PORT": str(port), "JUDGE": str(os.getpid())}

    def close(self) -> None:
        """Close what listens."""
        for one in self.listening:
            one.close()

    def look(self) -> dict[str, Any]:
        """Everything that must be the same afterwards."""
        return {
            "files": {str(path): _state(path) for path in self.folders for path in _tree(path)},
            "left behind": [str(path) for one in MARKED for path in one.glob(f"*{MARK}*")],
            "processes": self._processes(),
            "threads": threading.active_count(),
            "descriptors": len([*Path("/proc/self/fd").iterdir()]),
            "shared memory": Path("/proc/sysvipc/shm").read_text().count("\n"),
            "reached": [_reached(one) for one in self.listening],
        }

    def settle(self, before: dict[str, Any]) -> dict[str, Any]:
        """What there is to see once it is as before; or after a while all the same."""
        give_up = time.monotonic() + SETTLING
        while (now := self.look()) != before and time.monotonic() < give_up:
            gc.collect()
            time.sleep(0.01)
        return now

    def _processes(self) -> set[int]:
        """The processes below this one, which adopts orphans; the dead among them are buried."""
        parents: dict[int, int] = {}
        for folder in Path("/proc").glob("[0-9]*"):
            pid = int(folder.name)
            with suppress(OSError):
                state, parent = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
                parents[pid] = int(parent)
                if state == "Z" and int(parent) == os.getpid():
                    os.waitpid(pid, os.WNOHANG)
        below, found = {os.getpid()}, set[int]()
        while below:
            below = {pid for pid, parent in parents.items() if parent in below} - found
            found |= below
        return found


def _tree(folder: Path) -> Iterator[Path]:
    yield folder
    yield from folder.rglob("*")


def _state(path: Path) -> tuple[Any, ...]:
    info = path.lstat()
    content = path.read_bytes() if path.name == "sentinel" else b""
    attributes = os.listxattr(path, follow_symlinks=False)
    return content, info.st_mode, info.st_mtime_ns, info.st_uid, info.st_nlink, attributes


def _reached(listening: socket.socket) -> str:
    with suppress(BlockingIOError):
        if listening.type == socket.SOCK_DGRAM:
            return repr(listening.recv(99))
        caller, _ = listening.accept()
        caller.close()
        return "a connection"
    return ""

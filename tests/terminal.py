"""A program in a terminal: a pseudo-terminal, what is typed into it, and the screen it draws."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

import pyte

ALTERNATE = re.compile(rb"\x1b\[\?1049([hl])")
_UNKNOWN = re.compile(rb"\x1b\[[<=>][0-9;]*[A-Za-z]")  # to pyte, which would show them
_CODE = re.compile(rb"\x1b\]exit (\d+)\x07")  # a terminal shows nothing of it
SHELL = '"$@"; while printf "\\033]exit %s\\007" $?; read line; do $line; done'
KEYS = {"up": "\x1b[A", "down": "\x1b[B", "page up": "\x1b[5~", "page down": "\x1b[6~"}
KEYS |= {"enter": "\r", "escape": "\x1b", "ctrl-c": "\x03", "ctrl-z": "\x1a"}


class _Screen(pyte.Screen):
    """A screen that takes dim, which pyte does not know, for italics, which nobody uses here."""

    def select_graphic_rendition(self, *attributes: int) -> None:
        if not {38, 48} & {*attributes}:  # not a number of a colour
            attributes = tuple(3 if one == 2 else one for one in attributes)
        super().select_graphic_rendition(*attributes)


class Terminal:
    """One program in a terminal of its own, as the foreground job of a shell.

    It cannot be without the shell: a session whose leader dies loses its terminal. Leaving it
    ends the program.
    """

    def __init__(
        self,
        words: Sequence[str],
        cwd: Path,
        columns: int = 80,
        rows: int = 24,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._master, self._slave = pty.openpty()
        self._screen = _Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self.written = b""
        self._resize(columns, rows)
        self.before = termios.tcgetattr(self._slave)
        slave = self._slave
        self._shell = subprocess.Popen(
            ["sh", "-mc", SHELL, "sh", *words],
            cwd=cwd,
            env={**os.environ, "TERM": "xterm-256color", **(environment or {})},
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(slave, termios.TIOCSCTTY, 0),
        )
        self.pid = 0  # of the program
        while not self.pid and self._shell.poll() is None:
            self.pid = next(iter(children(self._shell.pid)), 0)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        if error is not None:
            print("\n".join(self.lines), file=sys.stderr)
        if self._shell.poll() is None:
            if self.pid in children(self._shell.pid):
                os.kill(self.pid, signal.SIGKILL)
                self.ended()
            self._shell.kill()
            self._shell.wait()
        for descriptor in (self._master, self._slave):
            if descriptor >= 0:
                os.close(descriptor)

    @property
    def rows(self) -> list[list[pyte.screens.Char]]:
        """The screen's cells, with their colours; dim ones are in italics."""
        screen = self._screen
        return [[screen.buffer[y][x] for x in range(screen.columns)] for y in range(screen.lines)]

    @property
    def lines(self) -> list[str]:
        """The screen's lines."""
        return [line.rstrip() for line in self._screen.display]

    @property
    def text(self) -> str:
        """The screen's lines as one text."""
        return "\n".join(self.lines)

    @property
    def full(self) -> bool:
        """Whether the program has the alternate screen."""
        found = ALTERNATE.findall(self.written)
        return bool(found) and found[-1] == b"h"

    @property
    def settings(self) -> list[object]:
        """The terminal's settings now."""
        return termios.tcgetattr(self._slave)

    def press(self, *keys: str) -> None:
        """Type keys, by their names in ``KEYS`` or as they are."""
        os.write(self._master, "".join(KEYS.get(key, key) for key in keys).encode())

    def resize(self, columns: int, rows: int) -> None:
        """Change the terminal's size, which the system tells the program by SIGWINCH."""
        self._screen.resize(rows, columns)
        self._resize(columns, rows)

    def _resize(self, columns: int, rows: int) -> None:
        size = struct.pack("HHHH", rows, columns, 0, 0)
        fcntl.ioctl(self._slave, termios.TIOCSWINSZ, size)

    def read(self, seconds: float) -> bool:
        """Take in what was drawn, waiting for it at most so long; false when there was nothing."""
        if not select.select([self._master], [], [], seconds)[0]:
            return False
        piece = os.read(self._master, 1 << 16)
        self.written += piece
        self._stream.feed(_UNKNOWN.sub(b"", piece))
        return True

    def wait_for(self, pattern: str, *, gone: str = "", seconds: float = 30) -> str:
        """The screen once it shows the pattern, and no longer what is to be ``gone``."""
        deadline = time.monotonic() + seconds
        while not re.search(pattern, self.text) or (gone and re.search(gone, self.text)):
            if time.monotonic() > deadline:
                raise AssertionError(f"not on the screen: {pattern!r}\n{self.text}")
            self.read(0.05)
        return self.text

    def ended(self, seconds: float = 20) -> int:
        """The program's exit code as the shell has it, once it has ended by itself."""
        deadline = time.monotonic() + seconds
        while not (found := _CODE.search(self.written)):
            if time.monotonic() > deadline:
                raise AssertionError(f"it did not end\n{self.text}")
            self.read(0.05)
        return int(found[1])

    def hang_up(self) -> None:
        """Close the terminal's window."""
        os.close(self._master)
        os.close(self._slave)
        self._master = self._slave = -1
        self._shell.wait()


def children(pid: int) -> set[int]:
    """The processes that this one has started and not yet waited for."""
    found: set[int] = set()
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        found |= set(map(int, task.read_text().split()))
    return found


def descendants(pid: int) -> set[int]:
    """All processes below this one."""
    return children(pid).union(*map(descendants, children(pid)))

"""The terminal given back even after ``kill -9``, which nothing in the killed process can do."""

from __future__ import annotations

import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

# No bracketed paste, a cursor, no colour, and back from the alternate screen.
LEAVE = b"\x1b[?2004l\x1b[?25h\x1b[0m\x1b[?1049l"
IGNORED = ("SIGINT", "SIGQUIT", "SIGTERM", "SIGHUP", "SIGTSTP", "SIGTTIN", "SIGTTOU", "SIGPIPE")
FULL, NORMAL, FAREWELL = b"f", b"n", b"."


@contextmanager
def guarded(terminal: int) -> Iterator[Callable[[bool], None]]:
    """Within it, a process of its own keeps the settings of this terminal (a file descriptor).

    Should this process be killed, it gives them back. What this yields is to be called with True
    when the program takes the whole screen, with False when it gives it back. Begin before there
    is a thread, and before any other process is started.
    """
    if sys.platform == "win32":  # where a console's settings are no process's own
        yield lambda full: None
        return
    import termios

    settings = termios.tcgetattr(terminal)
    ours, its = socket.socketpair()
    guardian = os.fork()
    if guardian == 0:
        try:
            ours.close()
            _guard(terminal, settings, its)
        finally:
            os._exit(0)
    its.close()
    ours.recv(1)  # it is at its post

    def tell(word: bytes) -> None:
        with suppress(OSError):  # the guardian is gone
            ours.send(word)

    try:
        yield lambda full: tell(FULL if full else NORMAL)
    finally:
        with suppress(termios.error):  # the terminal is gone
            termios.tcsetattr(terminal, termios.TCSANOW, settings)
        tell(FAREWELL)
        ours.close()
        os.waitpid(guardian, 0)


def _guard(terminal: int, settings: list[Any], other: socket.socket) -> None:
    """Wait until the other end is closed; without a farewell, the other process was killed."""
    import termios

    assert sys.platform != "win32"
    os.setsid()  # what is meant for the terminal's processes is not meant for this one
    for name in IGNORED:
        signal.signal(getattr(signal, name), signal.SIG_IGN)
    other.send(FAREWELL)
    last = NORMAL
    while word := other.recv(1):
        last = word
    if last == FULL:
        with suppress(termios.error, OSError):  # the terminal is gone
            # A shell may have its own settings there already. Those that read lines leave Ctrl-C
            # its signal, a full screen does not.
            if not termios.tcgetattr(terminal)[3] & termios.ISIG:
                termios.tcsetattr(terminal, termios.TCSANOW, settings)
            os.write(terminal, LEAVE)

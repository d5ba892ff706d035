"""What a locked worker may read: the standard library and NumPy, by Landlock; and system calls."""

from __future__ import annotations

import ctypes
import functools
import os
import struct
import sys
from collections.abc import Iterator
from contextlib import suppress

_PACKAGE = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))  # noqa: PTH120 - start-up
_HOME = os.path.dirname(_PACKAGE)  # noqa: PTH120
# The folders that no submission may read. A wheel has the last two inside the package.
SECRETS = tuple(
    os.path.realpath(path) + "/" for path in (_PACKAGE, f"{_HOME}/exercises", f"{_HOME}/solutions")
)
_NOT_STANDARD = ("site-packages", "dist-packages")  # they lie in the standard library's folder

# linux/landlock.h; the calls have the same numbers on every machine
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_ASK_VERSION, _PATH_BENEATH, _LOG_OFF = 1, 1, 1
_READ_FILE, _READ_DIR = 4, 8


def make_ruleset(site: str) -> int:
    """A descriptor of what is to be allowed, for ``restrict``; NumPy lies in the folder ``site``.

    ``OSError`` where there is no Landlock.
    """
    version = _version()
    rights = (1 << 13 + (version >= 2) + (version >= 3) + (version >= 5)) - 1  # all that it knows
    network = 3 if version >= 4 else 0  # binding and connecting by TCP
    scope = 3 if version >= 6 else 0  # abstract sockets and signals stay inside
    attributes = struct.pack("=QQQ", rights, network, scope)
    ruleset = call("syscall", _CREATE_RULESET, attributes, len(attributes), 0)
    for path, is_folder in _readable(site):
        try:
            entry = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except OSError:
            continue  # what cannot be opened cannot be read either
        access = _READ_FILE | _READ_DIR if is_folder else _READ_FILE
        call("syscall", _ADD_RULE, ruleset, _PATH_BENEATH, struct.pack("=Qi", access, entry), 0)
        os.close(entry)
    return ruleset


def restrict(ruleset: int) -> None:
    """Hold this thread to the ruleset, for good, and close it."""
    quiet = _LOG_OFF if _version() >= 7 else 0  # thousands of canaries would fill the log
    call("syscall", _RESTRICT_SELF, ruleset, quiet)
    os.close(ruleset)


def _version() -> int:
    return call("syscall", _CREATE_RULESET, None, 0, _ASK_VERSION)


def _readable(site: str) -> Iterator[tuple[str, bool]]:
    """What Python and NumPy read, and whether each is a folder.

    Entry by entry: the folder of the standard library may hold packages, and these dlprep itself.
    """
    for folder in sys.path:
        with suppress(OSError), os.scandir(os.path.realpath(folder)) as entries:
            for entry in entries:
                path = os.path.realpath(entry.path) if entry.is_symlink() else entry.path
                if entry.name not in _NOT_STANDARD and not _near_a_secret(path):
                    yield path, entry.is_dir()
    for name in ("numpy", "numpy.libs"):
        path = os.path.realpath(f"{site}/{name}")
        if not _near_a_secret(path):
            yield path, True


def _near_a_secret(path: str) -> bool:
    """Whether it is what must not be read, lies in it, or holds it."""
    path += "/"
    return path.startswith(SECRETS) or any(secret.startswith(path) for secret in SECRETS)


def call(function: str, *arguments: int | bytes | None) -> int:
    """Call a function of the C library and return its result; ``OSError`` when that is -1."""
    whole = (ctypes.c_long(item) if isinstance(item, int) else item for item in arguments)
    result: int = getattr(_libc(), function)(*whole)
    if result == -1:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result


@functools.cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)

"""Files on disk: read a stranger's source safely; write a file whole or not at all."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from dlprep.errors import UserError

MAX_SOURCE = 1 << 20  # bytes; a hundred times what an exercise needs

# A link is not followed, and a pipe's writer not waited for. Windows has neither flag: there a link
# is followed, and a pipe cannot lie in a folder.
_FLAGS = ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY")
_CAREFULLY = sum(getattr(os, name, 0) for name in _FLAGS)

_OF_THE_CALLER = (errno.ENOENT, errno.EEXIST, errno.ENOTDIR, errno.EISDIR)
_WHY = {
    "missing": "does not exist",
    "link": "is a symbolic link",
    "folder": "is a folder, not a file",
    "device": "is a pipe or a device, not a file",
    "size": "is larger than 1 MiB, which no solution is",
}


class SourceError(Exception):
    """Why a source was not read: its ``kind``, and as ``str`` a predicate, "is a symbolic link"."""

    def __init__(self, kind: str, why: str = "") -> None:
        super().__init__(why or _WHY[kind])
        self.kind = kind


def read_source(path: Path) -> bytes:
    """The bytes of a regular file of at most ``MAX_SOURCE`` bytes; ``SourceError`` otherwise.

    A symbolic link is refused: to follow it, resolve it first.
    """
    try:
        with os.fdopen(open_regular(path), "rb") as file:
            source = file.read(MAX_SOURCE + 1)
    except OSError as error:
        raise _source_error(path, error) from error
    if len(source) > MAX_SOURCE:
        raise SourceError("size")
    return source


def open_regular(path: Path, flags: int = os.O_RDONLY) -> int:
    """The descriptor of a regular file, opened with these flags; ``SourceError`` otherwise.

    The file is opened first and examined then, so swapping it in between does not help. The
    cause of a ``SourceError`` is the system's own error, if there was one.
    """
    try:
        descriptor = os.open(path, flags | _CAREFULLY, 0o666)
    except OSError as error:
        raise _source_error(path, error) from error
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISREG(mode):
        return descriptor
    os.close(descriptor)
    raise SourceError("folder" if stat.S_ISDIR(mode) else "device")


def _source_error(path: Path, error: OSError) -> SourceError:
    if error.errno in (errno.ELOOP, errno.EMLINK):  # O_NOFOLLOW, on Linux and on FreeBSD
        return SourceError("link")
    if error.errno in (errno.ENXIO, errno.ENODEV, errno.EOPNOTSUPP):  # a socket, an absent device
        return SourceError("device")
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return SourceError("missing")
    if os.path.isdir(path):  # noqa: PTH112 - Path.is_dir raises where it may not look
        return SourceError("folder")  # Windows refuses to open it
    return SourceError("system", f"cannot be read: {reason(error)}")


@contextmanager
def new_file(path: Path) -> Iterator[BinaryIO]:
    """A file to write. It gets its name when it is whole, and only if nothing has that name.

    Raises ``OSError``, and ``FileExistsError`` if something has; nothing is left behind then.
    """
    taken = FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
    if os.path.lexists(path):
        raise taken
    with _temporary(path) as half:
        with half.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        try:
            path.hardlink_to(half)
        except FileExistsError:
            raise
        except OSError:  # not every file system has links
            if os.path.lexists(path):
                raise taken from None
            half.rename(path)


def write_new(path: Path, data: bytes) -> bool:
    """Write a file that is not there yet, whole or not at all; False if something has its name."""
    try:
        with new_file(path) as file:
            file.write(data)
    except FileExistsError:
        return False
    return True


@contextmanager
def written_beside(path: Path, data: bytes | Iterable[bytes]) -> Iterator[Path]:
    """A temporary file beside ``path`` that holds ``data``; rename it to ``path`` in the block.

    So you know that the disk takes it before anything changes, and no other program ever sees half
    a file. A symbolic link would be replaced, not followed.
    """
    with _temporary(path) as new:
        with new.open("xb") as file:
            file.writelines([data] if isinstance(data, bytes) else data)
        yield new


@contextmanager
def _temporary(path: Path) -> Iterator[Path]:
    """A name for a file beside ``path``, which is deleted in the end if it is still there."""
    new = path.with_name(f".{path.name}.{os.urandom(4).hex()}.tmp")
    try:
        yield new
    finally:
        with suppress(OSError):  # an error before this one is the one to report
            new.unlink(missing_ok=True)


def reason(error: OSError) -> str:
    """What the system says went wrong, for the end of a sentence: "permission denied"."""
    return (error.strerror or str(error)).lower()


def refusal(error: BaseException | None) -> str:
    """What the system refused, as a clause; "" if ``error`` says something else.

    A file that is missing, or is there already, is the caller's error, not the system's.
    """
    if isinstance(error, MemoryError):
        return "there is too little memory"
    if not isinstance(error, OSError) or error.errno in _OF_THE_CALLER:
        return ""
    place = f" ({error.filename})" if error.filename else ""
    return f"the system refuses to go on: {reason(error)}{place}"


@contextmanager
def explained(sentence: str, kind: type[UserError] = UserError) -> Iterator[None]:
    """Turn an error of the system into a ``UserError``: the sentence, a colon, and the reason."""
    try:
        yield
    except OSError as error:
        raise kind(f"{sentence}: {reason(error)}.") from error

"""Scripts that dlprep writes beside the user's files; what the user changed is never touched."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from itertools import count
from pathlib import Path

from dlprep.practice.workspace import WorkspaceError

LONGEST = 80  # characters of a case's id in a file's name
_HEAD = "# Written by dlprep repro, which replaces it unless you change it. Checksum: "


def script_name(exercise: str, case: str) -> str:
    """The file's name: ``repro_softmax_other_axis_0.py`` for the case ``other_axis[0]``."""
    case = re.sub(r"-(?=[\d.])", "minus", case)
    words = re.sub(r"\W+", "_", case, flags=re.ASCII).strip("_")[:LONGEST]
    return f"repro_{exercise}_{words or 'case'}.py"


def save_script(folder: Path, name: str, text: str) -> Path:
    """Write a script; where it is now.

    It replaces the file of that name if that is as it was written here; otherwise a number is
    put to the name. Raises ``WorkspaceError``.
    """
    body = text.encode()
    script = _HEAD.encode() + _checksum(body).encode() + b"\n" + body
    stem = name.removesuffix(".py")
    try:
        for n in count(1):
            path = folder / (name if n == 1 else f"{stem}_{n}.py")
            if _written(path, script):
                return path
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise WorkspaceError(f"{path} cannot be written: {reason}.") from error
    raise AssertionError("there is always another number")


def _written(path: Path, script: bytes) -> bool:
    """Write it, whole or not at all; false when something of the user's has that name."""
    new = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with new.open("xb") as file:
            file.write(script)
        with suppress(FileExistsError):
            if not os.path.lexists(path):
                _place(new, path)
                return True
        if not _untouched(path):
            return False
        new.replace(path)
        return True
    finally:
        with suppress(OSError):  # what went wrong before is the news
            new.unlink(missing_ok=True)


def _place(new: Path, path: Path) -> None:
    """Give the file its name unless that was taken meanwhile, which is a ``FileExistsError``."""
    try:
        path.hardlink_to(new)
    except FileExistsError:
        raise
    except OSError:  # a disk without hard links
        with path.open("xb") as file:
            file.write(new.read_bytes())


def _untouched(path: Path) -> bool:
    """Whether a file is as it was written here."""
    if path.is_symlink() or not path.is_file():
        return False
    head, _, body = path.read_bytes().partition(b"\n")
    return head == _HEAD.encode() + _checksum(body).encode()


def _checksum(body: bytes) -> str:
    from hashlib import sha256  # it loads OpenSSL

    return sha256(body).hexdigest()[:16]

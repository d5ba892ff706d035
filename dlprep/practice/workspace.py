"""The user's folder: where the files of their exercises are, and the record beside them."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

from dlprep import command
from dlprep.errors import UserError
from dlprep.model import Exercise
from dlprep.practice.events import Event
from dlprep.practice.record import Record, RecordError

FOLDER = ".dlprep"
LARGEST_SUBMISSION = 1 << 20  # bytes


class WorkspaceError(UserError):
    """A file of the user's cannot be read or written. One sentence, and what to do."""


@dataclass(frozen=True, slots=True)
class Started:
    """What ``Workspace.start`` did.

    ``written``: the stub is there; ``kept``: a file was there, and was left alone; ``reset``: the
    stub is back, and the text that it replaced is in the record. ``note`` is what there is to say
    about the record, if anything: the file is in place all the same.
    """

    path: Path
    happened: Literal["written", "kept", "reset"]
    note: str = ""


class Workspace:
    """The folder ``root``. Nothing is created in it before something is written."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.record = Record(root / FOLDER / "record.sqlite3")

    def file(self, exercise: Exercise) -> Path:
        """Where the user's solution of ``exercise`` is, or will be."""
        return self.root / f"{exercise.slug}.py"

    def text(self, exercise: Exercise) -> bytes:
        """What the user's file of ``exercise`` holds; nothing if it cannot be read."""
        try:
            return read_submission(self.file(exercise))
        except WorkspaceError:
            return b""

    def start(self, exercise: Exercise, reset: bool = False) -> Started:
        """Put the stub into the workspace, but never over a file of the user's.

        With ``reset`` the stub replaces what is there, once that text is safe in the record.
        Raises ``WorkspaceError``; the file is then as it was.
        """
        path = self.file(exercise)
        with _explained(f"The stub {exercise.stub} cannot be read"):
            stub = exercise.stub.read_bytes()
        with _explained(f"{path} cannot be written"):
            written = _create(path, stub)
        if written:
            return Started(path, "written", self._noted(self.record.started, exercise, stub))
        text = read_submission(path)
        if not reset:
            return Started(path, "kept", self._noted(self.record.resumed, exercise, text))
        keep = partial(self.record.reset, exercise.slug, text)
        _replace(path, text, stub, keep, partial(self.record.replaced, exercise.slug), "reset")
        return Started(path, "reset", self.record.notice)

    def _noted(self, note: Callable[[str, bytes], None], exercise: Exercise, text: bytes) -> str:
        try:
            note(exercise.slug, text)
        except RecordError as error:
            return str(error)
        return self.record.notice

    def tests(self, exercise: Exercise) -> Path:
        """Where the user's own tests of ``exercise`` are, or will be."""
        return self.root / f"test_{exercise.slug}.py"

    def restore(self, exercise: Exercise, attempt: Event) -> Path | None:
        """Bring the text of an attempt back, once the one that is there is safe in the record.

        The file that was written; None if it holds that text already. Raises ``WorkspaceError``;
        the file is then as it was.
        """
        text = attempt_text(self.record, attempt)
        own_tests = attempt.kind == "tested"
        path = self.tests(exercise) if own_tests else self.file(exercise)
        there = os.path.lexists(path)
        before = read_submission(path) if there else None
        if before == text:
            return None

        def keep() -> None:
            if not own_tests:
                self.record.restored(exercise.slug, text, instead_of=before)
            elif before is not None:
                self.record.replaced(exercise.slug, before)

        if before is not None:
            keep_late = partial(self.record.replaced, exercise.slug)
            _replace(path, before, text, keep, keep_late, "restored")
            return path
        with _explained(f"{path} cannot be written"):
            if not _create(path, text):
                raise WorkspaceError(f"{path} appeared just now, and is left as it is.")
        with suppress(RecordError):  # nothing was there that could be lost
            keep()
        return path


def attempt_text(record: Record, attempt: Event) -> bytes:
    """The text of an attempt; ``WorkspaceError`` if the record has lost it."""
    text = record.text(attempt.text_hash)
    if text is None:
        raise WorkspaceError(
            "The text of this attempt is lost: the record was damaged once, and it could not be "
            "recovered."
        )
    return text


def _replace(
    path: Path,
    text: bytes,
    new_text: bytes,
    keep: Callable[[], None],
    keep_late: Callable[[bytes], None],
    done: Literal["reset", "restored"],
) -> None:
    """Replace the ``text`` in a file, which ``keep`` puts into the record before.

    ``keep_late`` gets what an editor wrote into the file while it was replaced.
    """
    if path.is_symlink():
        raise WorkspaceError(
            f"{path} is a symbolic link, and what is {done} would replace the link, not the file "
            "behind it. Remove the link, then do it again."
        )
    new = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    old = path.with_name(f".{path.name}.{os.getpid()}.old")
    try:
        with _explained(f"{path} cannot be {done}"):
            new.write_bytes(new_text)  # before the record: what the disk refuses never happened
            keep()
            with suppress(OSError):  # not every file system has links
                old.hardlink_to(path)
            if read_submission(path) != text:
                raise WorkspaceError(
                    f"{path} was saved while it was being {done}, and is left as it is. "
                    "Do it again."
                )
            new.replace(path)
            if old.exists() and (late := read_submission(old)) != text:
                keep_late(late)  # saved in the last moment, into the file that was replaced
    except RecordError as error:
        raise WorkspaceError(
            f"{path} is left as it is, since its text cannot be kept first. {error}"
        ) from error
    finally:
        for temporary in (new, old):
            with suppress(OSError):  # what went wrong before is the news
                temporary.unlink(missing_ok=True)


def find_workspace(start: Path) -> Path | None:
    """The nearest folder with a ``.dlprep`` folder in it: ``start``, or one above it."""
    start = _resolved(start)
    for folder in (start, *start.parents):
        with suppress(PermissionError):  # a folder that may not be searched is not the user's
            if (folder / FOLDER).is_dir():
                return folder
    return None


def open_workspace(start: Path) -> Workspace:
    """The workspace around ``start``, or ``start`` itself, which the first file makes one."""
    return Workspace(find_workspace(start) or _resolved(start))


def read_submission(path: Path) -> bytes:
    """What is in the user's file, whatever it is; ``WorkspaceError`` when it cannot be read."""
    place = f"{path.name} in {path.parent}"
    with _explained(f"{place} cannot be read"):
        try:
            info = path.stat()
        except FileNotFoundError:
            if path.is_symlink():
                raise WorkspaceError(
                    f"{place} is a symbolic link to a file that does not exist. Remove the link."
                ) from None
            raise WorkspaceError(
                f"There is no {place}. To begin: {command(f'start {path.stem}')}"
            ) from None
        if stat.S_ISDIR(info.st_mode):
            raise WorkspaceError(f"{place} is a folder, not a file. Move it away.")
        if not stat.S_ISREG(info.st_mode):  # not even opened: a pipe would wait for its writer
            raise WorkspaceError(f"{place} is a pipe or a device, not a file. Move it away.")
        with path.open("rb") as file:
            text = file.read(LARGEST_SUBMISSION + 1)
    if len(text) > LARGEST_SUBMISSION:
        raise WorkspaceError(f"{place} is larger than 1 MiB, which no solution is. Move it away.")
    return text


def _create(path: Path, text: bytes) -> bool:
    """Write a new file, whole or not at all; false when there is something of that name."""
    try:
        file = path.open("xb")
    except FileExistsError:
        return False
    try:
        with file:
            file.write(text)
    except BaseException:  # a full disk, Ctrl-C: half a stub would be kept as the user's own
        path.unlink()
        raise
    return True


def _resolved(folder: Path) -> Path:
    with _explained(f"The folder {folder} cannot be found"):
        return folder.resolve()


@contextmanager
def _explained(sentence: str) -> Iterator[None]:
    """Turn an error of the operating system into a ``WorkspaceError``."""
    try:
        yield
    except OSError as error:
        raise WorkspaceError(f"{sentence}: {(error.strerror or str(error)).lower()}.") from error

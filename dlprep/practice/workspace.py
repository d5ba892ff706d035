"""The user's folder: where the files of their exercises are, and the record beside them."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Literal, NamedTuple

from dlprep import command
from dlprep.catalog import Exercise
from dlprep.errors import UserError
from dlprep.files import SourceError, explained, read_source, write_new, written_beside
from dlprep.practice.events import Event
from dlprep.practice.record import Record, RecordError

FOLDER = ".dlprep"


class WorkspaceError(UserError):
    """A file of the user's cannot be read or written. One sentence, and what to do."""


class Started(NamedTuple):
    """What ``Workspace.start`` did.

    ``written``: the stub is there; ``kept``: a file was there, and was left alone; ``reset``: the
    stub is back, and the text that it replaced is in the record. ``note`` says what is wrong with
    the record, if anything; the file is in place all the same.
    """

    path: Path
    happened: Literal["written", "kept", "reset"]
    note: str = ""


class Workspace:
    """The folder ``root``. Nothing is created in it before something is written."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.record = Record(root / FOLDER / "record.jsonl")

    def file(self, exercise: Exercise) -> Path:
        """Where the user's solution of ``exercise`` is, or will be."""
        return self.root / f"{exercise.slug}.py"

    def tests(self, exercise: Exercise) -> Path:
        """Where the user's own tests of ``exercise`` are, or will be."""
        return self.root / f"test_{exercise.slug}.py"

    def text(self, exercise: Exercise) -> bytes:
        """What the user's file of ``exercise`` holds; empty if it cannot be read."""
        try:
            return read_submission(self.file(exercise))
        except WorkspaceError:
            return b""

    def start(self, exercise: Exercise, reset: bool = False) -> Started:
        """Put the stub into the workspace, but never over a file of the user's.

        With ``reset`` the stub replaces what is there, once that text is safe in the record.
        Raises ``WorkspaceError``, and leaves the file as it was.
        """
        path = self.file(exercise)
        with explained(f"The stub {exercise.stub} cannot be read", WorkspaceError):
            stub = exercise.stub.read_bytes()
        with explained(f"{path} cannot be written", WorkspaceError):
            written = write_new(path, stub)
        text = stub if written else read_submission(path)
        if reset and not written:
            keep = partial(self.record.add, "reset", exercise.slug, text)
            self._replace(exercise, path, text, stub, keep)
            return Started(path, "reset")
        note = ""
        try:
            self.record.add("started" if written else "resumed", exercise.slug, text)
        except RecordError as error:
            note = str(error)
        return Started(path, "written" if written else "kept", note)

    def restore(self, exercise: Exercise, attempt: Event) -> Path | None:
        """Bring the text of an attempt back, once the one that is there is safe in the record.

        Returns the file that was written; None if it holds that text already. Raises
        ``WorkspaceError``, and leaves the file as it was.
        """
        text = attempt_text(self.record, attempt)
        path = self.tests(exercise) if attempt.kind == "tested" else self.file(exercise)
        before = read_submission(path) if os.path.lexists(path) else None
        if before == text:
            return None

        def keep() -> None:
            if before is not None:
                self.record.add("replaced", exercise.slug, before)
            if attempt.kind != "tested":
                self.record.add("restored", exercise.slug, text)

        if before is not None:
            self._replace(exercise, path, before, text, keep)
            return path
        with explained(f"{path} cannot be written", WorkspaceError):
            if not write_new(path, text):
                raise WorkspaceError(f"{path} appeared just now, and is left as it is.")
        with suppress(RecordError):  # nothing was there that could be lost
            keep()
        return path

    def _replace(
        self, exercise: Exercise, path: Path, text: bytes, new: bytes, keep: Callable[[], None]
    ) -> None:
        """Replace the ``text`` in a file with a ``new`` one, once ``keep`` put it into the record.

        What an editor writes into the file at the same moment is kept as well.
        """
        if path.is_symlink():
            why = "is a symbolic link, which would be replaced, and not the file behind it"
            raise WorkspaceError(f"{path} {why}. Remove the link, then do it again.")
        old = path.with_name(f".{path.name}.{os.getpid()}.old")
        try:
            with (
                explained(f"{path} cannot be replaced", WorkspaceError),
                # before the record, which then says nothing if the disk refuses it
                written_beside(path, new) as move,
            ):
                keep()
                with suppress(OSError):  # not every file system has links
                    old.hardlink_to(path)
                if read_submission(path) != text:
                    left = "was saved while it was being replaced, and is left as it is"
                    raise WorkspaceError(f"{path} {left}. Do it again.")
                move()
        except RecordError as error:
            left = f"{path} is left as it is, since its text cannot be kept first."
            raise WorkspaceError(f"{left} {error}") from error
        else:
            self._keep_late(exercise, path, old, text)
        finally:
            with suppress(OSError):  # what went wrong before is the news
                old.unlink(missing_ok=True)

    def _keep_late(self, exercise: Exercise, path: Path, old: Path, text: bytes) -> None:
        """Keep what was saved in the last moment, into the file that was replaced."""
        try:
            if old.exists() and (late := read_submission(old)) != text:
                self.record.add("replaced", exercise.slug, late)
        except UserError as error:
            kept = path.with_name(f"{path.name}.late")
            old.rename(kept)
            raise WorkspaceError(
                f"{path} was saved while it was replaced. What was saved is now in {kept.name}, "
                f"since it cannot be kept in the record. {error}"
            ) from error


def attempt_text(record: Record, attempt: Event) -> bytes:
    """The text of an attempt; ``WorkspaceError`` if the record does not have it."""
    text = record.text(attempt.text_hash)
    if text is None:
        why = "it was exported without texts, or its line cannot be read"
        raise WorkspaceError(f"The text of this attempt is not in the record: {why}.")
    return text


def open_workspace(start: Path) -> Workspace:
    """The workspace around ``start``, or ``start`` itself, which the first file makes one."""
    with explained(f"The folder {start} cannot be found", WorkspaceError):
        start = start.resolve()
    for folder in (start, *start.parents):
        with suppress(PermissionError):  # a folder that may not be searched is not the user's
            if (folder / FOLDER).is_dir():
                return Workspace(folder)
    return Workspace(start)


def read_submission(path: Path) -> bytes:
    """What is in the user's file, whatever it is; ``WorkspaceError`` when it cannot be read.

    A symbolic link that the user made is followed.
    """
    place = f"{path.name} in {path.parent}"
    try:
        return read_source(Path(os.path.realpath(path)))
    except SourceError as error:
        said = f"{place} {error}.{'' if error.kind == 'system' else ' Move it away.'}"
        if error.kind == "missing" and path.is_symlink():
            said = f"{place} is a symbolic link to a file that does not exist. Remove the link."
        elif error.kind == "missing":
            said = f"There is no {place}. To begin: {command(f'start {path.stem}')}"
        raise WorkspaceError(said) from error

"""What the user did, and every text of theirs that was checked: one log of JSON lines.

A line is an event, or a text under its SHA-256, which stands above the first event that names it.
Lines are only ever added. So a copy of the file is a copy of it all, an export is such a copy, and
a line that was torn or garbled is one line lost: it is skipped, and counted.
"""

from __future__ import annotations

import errno
import gc
import io
import os
import sys
import time
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from dlprep.errors import UserError
from dlprep.files import SourceError, explained, new_file, open_regular
from dlprep.practice.events import (
    KINDS,
    LARGEST,
    LONGEST,
    Copied,
    Event,
    Kind,
    as_line,
    copy_lines,
    in_order,
    is_text,
    line_key,
    read_event,
    read_text,
    text_hash,
    text_line,
)

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

if TYPE_CHECKING:
    from dlprep.verdict import Verdict

MOST = 1_000_000  # lines of a file, which may be a stranger's

NEAR = 1 << 16  # bytes at the end of the file; to look there costs the same however long it is
TO_APPEND = os.O_RDWR | os.O_APPEND | os.O_CREAT
PATIENCE = 10.0  # seconds for another process to write its event, which takes milliseconds


class RecordError(UserError):
    """The record cannot be read or written. One sentence; a verdict stands without a record."""


class Record:
    """The record in the file ``path``, which the first event creates together with its folder.

    All methods raise ``RecordError``. Reading creates nothing: without a file there are no events.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self.unreadable = 0  # lines that ``events`` skipped when it was last called

    # writing

    def add(self, kind: Kind, exercise: str, text: bytes, **fields: Any) -> None:
        """Add an event about ``text``; both are on the disk when this returns.

        ``fields`` are more of the event's fields; those that are None are left out.
        """
        of_text = text_line(text)
        with self._opened(to_append=True) as file:
            # A text that is checked again and again is written once: it is found near the end,
            # and the larger it is, the farther that reaches.
            tail = _tail(file, NEAR + 8 * len(text))
            now = datetime.now(UTC)
            offset = now.astimezone().utcoffset()
            event = {
                "event": os.urandom(8).hex(),
                "after": next((event.uid for event in _events_in(tail)), None),
                "at": now.isoformat(timespec="milliseconds"),
                "utc_offset": int(offset.total_seconds()) // 60 if offset else 0,
                "kind": kind,
                "exercise": exercise,
                "text_hash": text_hash(text),
            } | fields
            line = as_line({name: value for name, value in event.items() if value is not None})
            _append(file, [line if b"\n" + of_text in b"\n" + tail else of_text + line])

    def checked(self, verdict: Verdict, text: bytes, only_case: str | None = None) -> None:
        """``text`` was judged; ``only_case`` is the case's name when one alone was run."""
        self.add(
            "checked",
            verdict.exercise,
            text,
            status=verdict.status,
            seed=verdict.seed,
            seconds=verdict.seconds,
            passing=verdict.passing,
            total=len(verdict.core),
            unwritten=sum(case.kind == "not implemented" for case in verdict.core),
            polish_passing=verdict.polish_passing,
            polish_total=len(verdict.polish),
            mistakes=[mistake.name for mistake in verdict.mistakes],
            only_case=only_case,
        )

    # reading

    def events(self, exercise: str | None = None) -> list[Event]:
        """All events of a known kind in their order, or those of one exercise."""
        found: list[Event] = []
        self.unreadable = 0
        gc.disable()  # with 20,000 events, the search for garbage takes a quarter of the time
        try:
            for line in self._lines():
                if is_text(line):  # no need to read it
                    continue
                if event := read_event(line):
                    found.append(event)
                elif line.endswith(b"\n"):  # else another process is writing it, or was killed
                    self.unreadable += 1
        finally:
            gc.enable()
        return [
            event
            for event in in_order(found)
            if event.kind in KINDS and exercise in (None, event.exercise)
        ]

    def text(self, digest: str) -> bytes | None:
        """The text with this hash; None if it is not there, or not whole."""
        found = (read_text(line) for line in self._lines() if digest.encode() in line[:100])
        return next((text for name, text in found if name == digest), None)

    def statuses(self) -> dict[str, str]:
        """The status of every exercise with an event: started, failing, passed or polished.

        It tells what the user's file does today, by the last check of that text: after a change
        that breaks a right solution it is "failing", and with the stub again "started". A fault of
        the grader decides nothing, and neither does a polish case alone. A core case alone can fail
        an exercise but not pass it.
        """
        found: dict[str, str] = {}
        judged: dict[tuple[str, str], str] = {}  # what the last check said of each text
        for event in self.events():
            name, text = event.exercise, (event.exercise, event.text_hash)
            found.setdefault(name, "started")
            if event.kind in ("reset", "restored"):
                found[name] = judged.get(text, "started") if event.kind == "restored" else "started"
            elif event.is_pass:
                found[name] = judged[text] = "polished" if event.is_polished else "passed"
            elif event.is_failure:
                found[name] = "failing"
                if event.only_case is None:
                    judged[text] = "failing"
        return found

    def last_exercise(self, known: Collection[str] | None = None) -> str | None:
        """The exercise of the last event, of those that are ``known``."""
        names = (event.exercise for event in self._last_first())
        return next((name for name in names if known is None or name in known), None)

    def _last_first(self) -> Iterator[Event]:
        """The events, the last one first: those near the end of the file, then all."""
        with self._opened() as file:
            tail = _tail(file, NEAR)
        yield from (event for event in _events_in(tail) if event.kind in KINDS)
        yield from reversed(self.events())

    # copies

    def export(self, file: BinaryIO, texts: bool = True) -> Copied:
        """Copy the lines of the record, each once; without ``texts``, its events alone."""
        copied = copy_lines((line for line in self._lines() if texts or not is_text(line)), file)
        if not (copied.events or copied.texts):
            raise RecordError(f"There is nothing to export: no event is in {self.path}.")
        return copied

    def import_(self, file: BinaryIO, name: str) -> Copied:
        """Add the lines of an export, called ``name``, that are not here: all of them or none."""
        from tempfile import TemporaryFile  # no other command needs it

        here = {key for line in self._lines() if (key := line_key(line))}
        with TemporaryFile() as new:  # the record is not locked while we wait for the file
            with explained(f"{name} cannot be read", RecordError):
                copied = copy_lines(_read_lines(file, name), new, here)
            if not (copied.events or copied.texts or copied.known):
                raise RecordError(f"{name} is not what dlprep exports: no line of it is an event.")
            new.seek(0)
            with self._opened(to_append=True) as own:
                _append(own, new)
                # The last event must be at the end, where `last_exercise` looks for it.
                lines = {event.uid: line for line in self._lines() if (event := read_event(line))}
                events = self.events()
                if events and events[-1].uid != next(reversed(lines)):
                    _append(own, [lines[events[-1].uid]])
        return copied

    def adopt_old(self) -> Copied | None:
        """Without a record yet, copy what is in the SQLite file of earlier versions.

        That file is left as it is. All other methods do the same before they open the record.
        """
        old = self.path.with_suffix(".sqlite3")
        if os.path.lexists(self.path) or not old.is_file():
            return None
        from dlprep.practice.old_record import adopt  # it loads SQLite

        what = f"The old record {old} cannot be turned into {self.path.name}"
        with explained(what, RecordError), suppress(FileExistsError), new_file(self.path) as file:
            return adopt(old, file)
        return None  # another process was faster

    # the file

    def _lines(self) -> Iterator[bytes]:
        with self._opened() as file:
            yield from _read_lines(file, f"The record {self.path}")

    @contextmanager
    def _opened(self, to_append: bool = False) -> Iterator[BinaryIO]:
        """The file, to read (an empty one if there is none) or to append, which makes its folder.

        While it is open to append, no other process appends to it.
        """
        with explained(f"The record {self.path} cannot be used", RecordError):
            if to_append:
                with suppress(FileExistsError):
                    self.path.parent.mkdir()
            self.adopt_old()
            try:
                descriptor = open_regular(self.path, TO_APPEND if to_append else os.O_RDONLY)
            except SourceError as error:
                if error.kind == "missing" and not to_append:
                    yield io.BytesIO()
                    return
                if error.kind == "missing":
                    why = "is not a folder, so no record can be kept in it"
                    raise RecordError(f"{self.path.parent} {why}.") from error
                if isinstance(error.__cause__, OSError) and error.kind == "system":
                    raise error.__cause__ from None
                raise RecordError(f"The record {self.path} {error}. Move it away.") from error
            buffer = 0 if to_append else 1 << 20
            with os.fdopen(descriptor, "ab+" if to_append else "rb", buffer) as file:
                if to_append:
                    _lock(descriptor)
                yield file


def _read_lines(file: BinaryIO, name: str) -> Iterator[bytes]:
    """The lines of a file; one that is too long comes in pieces, none of which can be read."""
    size = 0
    for number, line in enumerate(iter(lambda: file.readline(LONGEST), b"")):
        size += len(line)
        if number == MOST or size > LARGEST:
            large = "it has more than 1 GiB or a million lines"
            raise RecordError(f"{name} cannot be read: {large}.")
        if not line.isspace():
            yield line


def _append(file: BinaryIO, lines: Iterable[bytes]) -> None:
    """Add whole lines at the end of a file: all of them or, after an error, not one.

    If a killed process left half a line there, it is ended first.
    """
    end = file.seek(0, os.SEEK_END)
    data = b"" if _tail(file, 1) in (b"", b"\n") else b"\n"
    try:
        for line in lines:
            data += line
            while data:
                data = data[file.write(data) :]
        os.fsync(file.fileno())
    except BaseException:  # a full disk, Ctrl-C
        file.truncate(end)
        raise


def _tail(file: BinaryIO, size: int) -> bytes:
    """The last bytes of a file, at most ``size``."""
    end = file.seek(0, os.SEEK_END)
    file.seek(max(end - size, 0))
    return file.read(size)


def _events_in(tail: bytes) -> Iterator[Event]:
    """The events at the end of a file, the last one first."""
    return filter(None, map(read_event, reversed(tail.split(b"\n"))))


def _lock(file: int) -> None:
    """Wait until no other process has locked the file, and lock it. Closing it unlocks it.

    Where the file system has no locks, there is no lock.
    """
    patience = time.monotonic() + PATIENCE
    while True:
        try:
            if sys.platform == "win32":
                os.lseek(file, LARGEST, os.SEEK_SET)  # what is locked there cannot be read
                msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
            else:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except OSError as error:
            if error.errno not in (errno.EWOULDBLOCK, errno.EACCES, errno.EDEADLK):
                return
            if time.monotonic() > patience:
                raise OSError(errno.EBUSY, "another dlprep is writing to it") from None
        time.sleep(0.01)

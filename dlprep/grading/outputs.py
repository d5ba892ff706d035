"""Where the verdicts of a run go: several formats at once, to files and to standard output."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TextIO

from dlprep.errors import UserError
from dlprep.grading.formats import FORMATS, GitHub, RunInfo, Writer
from dlprep.grading.model import Graded, Task

LINES = "jsonl"  # what a killed run leaves of this format is whole, so that one can go on with it


@dataclass(frozen=True, slots=True)
class Target:
    """A format and its file; None is standard output. ``resumed``: the file is added to."""

    format: str
    path: Path | None
    resumed: bool = False


def read_targets(words: Sequence[str], resume: Path | None = None) -> list[Target]:
    """What ``F`` and ``F=FILE`` ask for, by default a table; ``UserError`` if it cannot be.

    The file of an earlier run is one of the targets, whether the words name it or not.
    """
    targets = []
    for word in words or ["table"]:
        name, equals, file = word.partition("=")
        if name not in FORMATS:
            raise UserError(f"There is no format {name!r}; there are {', '.join(FORMATS)}.")
        if equals and not file:
            raise UserError(f"The format {word!r} names no file.")
        targets.append(Target(name, Path(file) if file else None))
    if resume is not None:
        same = Target(LINES, resume)
        targets = [target for target in targets if _place(target) != _place(same)]
        targets.append(Target(LINES, resume, resumed=True))
    places = [place for _, place in map(_place, targets)]
    if places.count(None) > 1:
        raise UserError(
            "Only one format can go to standard output: give the others a file, F=FILE."
        )
    if len(set(places)) < len(places):
        raise UserError("Two formats cannot go to the same file.")
    return targets


def _place(target: Target) -> tuple[str, Path | None]:
    return target.format, None if target.path is None else target.path.resolve()


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Ctrl-C waits for the end of the block, so that nothing is half written; a second does not.

    For the main thread alone, which is the one that Ctrl-C interrupts.
    """
    before = signal.getsignal(signal.SIGINT)
    if before is not signal.default_int_handler:  # in the background of a shell it is ignored
        yield
        return
    pressed = False

    def note(*_: object) -> None:
        nonlocal pressed
        if pressed:
            raise KeyboardInterrupt
        pressed = True

    signal.signal(signal.SIGINT, note)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if pressed:
        raise KeyboardInterrupt


class Outputs:
    """The outputs of a run, all of them open: ``UserError`` when one cannot be written.

    As a context manager it leaves no half-written document behind.
    """

    def __init__(self, targets: Sequence[Target], info: RunInfo, tasks: Sequence[Task]) -> None:
        for target in targets:
            FORMATS[target.format].check(tasks)
        self._outputs: list[_Output] = []
        with ExitStack() as opened:
            for target in targets:
                self._outputs.append(_Output(target, info))
                opened.callback(self._outputs[-1].discard)
            opened.pop_all()

    @property
    def on_screen(self) -> bool:
        """Whether verdicts appear on a terminal as they come, where a bar would get among them."""
        return sys.stdout.isatty() and any(
            output.target.path is None and output.target.format != "table"
            for output in self._outputs
        )

    def __enter__(self) -> Outputs:
        return self

    def __exit__(self, *_: object) -> None:
        for output in self._outputs:
            output.discard()

    @uninterrupted()
    def add(self, graded: Graded) -> None:
        """Hand a verdict to every format."""
        for output in self._outputs:
            output.add(graded)

    @uninterrupted()
    def repeat(self, graded: Graded) -> None:
        """Hand a verdict of the earlier run to every format but its own file."""
        for output in self._outputs:
            if not output.target.resumed:
                output.add(graded)

    @uninterrupted()
    def finish(self) -> None:
        """End every format with what it was handed, each whatever becomes of the others."""
        with ExitStack() as all_of_them:
            for output in reversed(self._outputs):
                all_of_them.callback(output.finish)


class _Output:
    """One format. A document is written beside its place, and moved there when it is whole."""

    def __init__(self, target: Target, info: RunInfo) -> None:
        self.target = target
        self._place = target.path
        self._new: Path | None = None
        with self._explained():
            self._stream = self._open()
            try:
                self._writer = _writer(target.format, self._stream, info)
            except BaseException:
                self.discard()
                raise

    def add(self, graded: Graded) -> None:
        with self._explained():
            self._writer.add(graded)

    def finish(self) -> None:
        with self._explained():
            self._writer.close()
            if self._place is None:
                self._stream.flush()
                return
            self._stream.close()
            if self._new is not None:
                self._new.replace(self._place)

    def discard(self) -> None:
        """Give up what is not finished."""
        if self._place is not None:
            with suppress(OSError):  # a full disk: what went wrong before is the news
                self._stream.close()
        if self._new is not None:
            self._new.unlink(missing_ok=True)

    def _open(self) -> TextIO:
        if self._place is None:
            return sys.stdout
        if self._place.is_file() or not self._place.exists():
            self._place = self._place.resolve()  # the file behind a link, not the link
        place = self._place
        mode: Literal["w", "a", "x"] = "w"
        if self.target.resumed:
            mode = "a"
        elif place.is_file() and self.target.format == LINES and place.stat().st_size:
            raise UserError(
                f"{self.target.path} holds verdicts already: go on with them (--resume"
                f" {self.target.path}), or remove it."
            )
        elif self.target.format != LINES and (place.is_file() or not place.exists()):
            self._new = place = place.with_name(f".{place.name}.{os.getpid()}.tmp")
            mode = "x"
        return place.open(mode, encoding="utf-8", newline="\n")

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if self._place is None:
                raise  # a closed pipe has an ending of its own
            why = (error.strerror or str(error)).lower()
            raise UserError(f"{self.target.path} cannot be written: {why}.") from error


def _writer(name: str, stream: TextIO, info: RunInfo) -> Writer:
    kind = FORMATS[name]
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if kind is GitHub and summary:
        return GitHub(stream, info, Path(summary))
    return kind(stream, info)

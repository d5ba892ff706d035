"""Reports of a run: one function a format, from the results to a text, and where the text goes."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from dlprep.errors import UserError
from dlprep.files import explained, write_whole, written_beside
from dlprep.grading.model import Results
from dlprep.grading.reports.github import github, summary
from dlprep.grading.reports.gradescope import gradescope, require_one
from dlprep.grading.reports.jsonl import jsonl
from dlprep.grading.reports.junit import junit
from dlprep.grading.reports.spreadsheet import spreadsheet
from dlprep.grading.reports.table import table

REPORTS: dict[str, Callable[[Results], Iterator[str]]] = {
    "table": lambda results: table(results, None),
    "jsonl": jsonl,
    "junit": junit,
    "gradescope": gradescope,
    "github": github,
    "csv": spreadsheet,
}


@dataclass(frozen=True, slots=True)
class Target:
    """A format and its file; None is standard output."""

    format: str
    path: Path | None


def read_targets(
    words: Sequence[str], logs: Iterable[Path], people: Iterable[str] = ()
) -> list[Target]:
    """What ``F`` and ``F=FILE`` ask for, by default a table.

    ``UserError`` if that cannot be: a file twice, one of the ``logs``, or in no folder; or a format
    that has no room for the results of these people.
    """
    targets, places = [], [_place(log) for log in logs]
    for word in words or ["table"]:
        name, equals, file = word.partition("=")
        if name not in REPORTS:
            raise UserError(f"There is no format {name!r}; there are {', '.join(REPORTS)}.")
        if equals and not file:
            raise UserError(f"The format {word!r} names no file.")
        if name == "gradescope":
            require_one(people)
        path = Path(file) if file else None
        targets.append(Target(name, path))
        if path is None:
            continue
        if _place(path) in places:
            raise UserError(f"{file} cannot be written: it is the log, or another report's file.")
        places.append(_place(path))
        with explained(f"{file} cannot be written"):
            if not _is_special(path):
                with written_beside(_place(path), b""):
                    pass
    if sum(target.path is None for target in targets) > 1:
        raise UserError(
            "Only one format can go to standard output: give the others a file, F=FILE."
        )
    return targets


def write(targets: Sequence[Target], results: Results) -> None:
    """Write every report, each whatever becomes of the others. ``UserError`` if one cannot be."""
    with ExitStack() as all_of_them:
        for target in reversed(targets):
            all_of_them.callback(_write, target, results)


def _write(target: Target, results: Results) -> None:
    pieces = REPORTS[target.format](results)
    if target.path is None:
        for piece in table(results, sys.stdout) if target.format == "table" else pieces:
            encoding = sys.stdout.encoding
            sys.stdout.write(piece.encode(encoding, "backslashreplace").decode(encoding))
        sys.stdout.flush()
    else:
        encoded = (piece.encode("utf-8", "backslashreplace") for piece in pieces)
        with explained(f"{target.path} cannot be written"):
            if _is_special(target.path):
                with target.path.open("wb") as file:
                    file.writelines(encoded)
            else:
                write_whole(_place(target.path), encoded)
    step_summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if target.format == "github" and step_summary:
        with (
            explained(f"The step summary {step_summary} cannot be written"),
            Path(step_summary).open("a", encoding="utf-8") as file,
        ):
            file.write(summary(results))


def _place(path: Path) -> Path:
    """The file behind a link, which is to be written, not the link."""
    return Path(os.path.realpath(path))


def _is_special(path: Path) -> bool:
    """Whether this is a pipe or a device, which has no place to be moved to."""
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    return path.exists() and not path.is_file()

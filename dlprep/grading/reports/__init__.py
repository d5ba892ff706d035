"""Reports of a run, and where they go.

To add a format, write a function from the results to pieces of text; name it in ``REPORTS``, in the
help of ``--format`` and in the README; give it an ending in ``tests/grading/report_examples.py``.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

from dlprep.errors import UserError
from dlprep.files import explained, written_beside
from dlprep.grading import Results
from dlprep.grading.reports.by_case import github, gradescope, junit, require_one, summary
from dlprep.grading.reports.rows import jsonl, spreadsheet, table

REPORTS: dict[str, Callable[[Results], Iterator[str]]] = {
    "table": table,
    "jsonl": jsonl,
    "junit": junit,
    "gradescope": gradescope,
    "github": github,
    "csv": spreadsheet,
}


Targets = dict[Path | None, str]  # the format of each file; None is standard output


def read_targets(
    words: Sequence[str] | None, logs: Iterable[Path], people: Iterable[str] = ()
) -> Targets:
    """Read the words of ``--format``, ``FORMAT`` or ``FORMAT=FILE``; by default a table.

    ``UserError`` if a format is not there or has no room for the results of these people, if a file
    cannot be written, or if it is named twice or is one of the ``logs``.
    """
    targets: Targets = {}
    taken = [os.path.realpath(log) for log in logs]
    for word in words or ["table"]:
        name, equals, file = word.partition("=")
        if name not in REPORTS:
            raise UserError(f"There is no format {name!r}; there are {', '.join(REPORTS)}.")
        if equals and not file:
            raise UserError(f"The format {word!r} names no file.")
        if name == "gradescope":
            require_one(people)
        path = Path(file) if file else None
        if path is None and None in targets:
            raise UserError("Only one format can go to standard output: F=FILE for the others.")
        targets[path] = name
        if path is None:
            continue
        if (real := os.path.realpath(path)) in taken:
            raise UserError(f"{file} cannot be written: it is the log, or another report's file.")
        taken.append(real)
        with explained(f"{file} cannot be written"):
            if not _is_special(path):
                with written_beside(Path(real), b""):
                    pass
    return targets


def write(targets: Targets, results: Results) -> None:
    """Write every report, even after one that fails. ``UserError`` if one cannot be written."""
    with ExitStack() as all_of_them:
        for path, name in reversed(targets.items()):
            all_of_them.callback(_write, name, path, results)


def _write(name: str, path: Path | None, results: Results) -> None:
    report = REPORTS[name]
    if path is None:
        for piece in table(results, True) if report is table else report(results):
            encoding = sys.stdout.encoding
            sys.stdout.write(piece.encode(encoding, "backslashreplace").decode(encoding))
        sys.stdout.flush()
    else:
        encoded = (piece.encode("utf-8", "backslashreplace") for piece in report(results))
        with explained(f"{path} cannot be written"):
            if _is_special(path):
                with path.open("wb") as file:
                    file.writelines(encoded)
            else:
                real = os.path.realpath(path)  # a link stays
                with written_beside(Path(real), encoded) as new:
                    new.replace(real)
    step_summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if report is github and step_summary:
        with (
            explained(f"The step summary {step_summary} cannot be written"),
            Path(step_summary).open("a", encoding="utf-8") as appended,
        ):
            appended.write(summary(results))


def _is_special(path: Path) -> bool:
    """Whether this is a pipe or a device, which cannot be replaced. ``OSError`` on a folder."""
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    return path.exists() and not path.is_file()
